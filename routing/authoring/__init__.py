"""What helps whoever writes a survey: ways through its forms, forms filled and read back, a folder to begin with.

Reads the survey's folder and writes where it is told; needs no settings, no ledger and no reader child.
"""
