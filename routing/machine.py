"""Whether this machine can run the program at all. Imports nothing of ours: it is asked before anything else."""

from __future__ import annotations

import os
import sys


def unfit() -> str:
    """Why this machine cannot run the program, as one sentence for people; empty where it can.

    The reader child needs Linux: a page of memory shared by `memfd_create`, pipes of a chosen size, a ceiling of
    addresses; the ledger needs `flock`.
    """
    if sys.platform != "linux":
        return (
            f"受付（uketsuke）は Linux でだけ動きます。この機械は {sys.platform} です。"
            "Linux のサーバー（又は Windows の WSL 2 などの中の Linux）で実行してください。"
        )
    if not hasattr(os, "memfd_create"):
        return (
            "この Python には os.memfd_create がなく、受付（uketsuke）は動きません。"
            "glibc 2.27 以降の Linux で作られた Python 3.11 以降を使ってください。"
        )
    return ""
