"""The demo: sample mails of every kind, and the whole journey over them by a rehearsed clock.

Never touches a real mailbox.
"""
