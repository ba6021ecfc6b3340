"""The workbooks that we hand out: blank forms, 一覧表, the export, and the findings of a long letter.

Never reads one that came.
"""
