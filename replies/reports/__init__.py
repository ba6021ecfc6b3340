"""The report of one prefecture and the national overview, as pages and as workbooks.

Shows what was counted; never counts itself what is owed.
"""
