"""Where mail comes from: IMAP and Maildir behind one protocol, and what is done in their folders.

Never judges what a mail says.
"""
