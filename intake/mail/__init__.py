"""A mail's bytes into a message: parts, headers, text, file names, and the kind of mail.

Never opens a workbook and asks no server.
"""
