"""The decision on one mail: what is known of it, its cases, the tables, and the reply that follows.

Never reads a mail, sends nothing and commits nothing.
"""
