"""一覧表: workbooks whose rows are answer sheets.

Finds tables and rows and tells what befell them; never decides which rows count.
"""
