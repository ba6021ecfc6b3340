"""One mail's way: from the ledger to its reader, its decision and its reply, and out of the outbox.

The only room that joins reading, deciding, remembering and sending; each of them knows nothing of the others.
"""
