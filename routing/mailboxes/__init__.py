"""A mailbox as the desk works with it: the thread that looks into it, what is fetched, filed and asked there.

Decides on no mail and writes nothing to the ledger by itself.
"""
