"""Workbooks: which form a sheet is, what was answered, and what is to be said of it.

Never knows the mail in which it came.
"""
