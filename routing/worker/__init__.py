"""The worker: its threads and queue, one pass, what falls due by calendar and clock, and the signs that it lives.

Never decides on a mail.
"""
