"""On PYTHONPATH in tests only: makes the reader child die over mails that say how (`X-Test-Poison`).

Python imports a module of this name at its start. In the reader child it wraps the first thing that is done
with a mail's bytes, so that what follows is real: a signal of the kernel, the ceiling of memory, a hang; or it
adds a check of the survey's answers that raises. In the desk, where UKETSUKE_DECIDES tells how, it wraps the decision
about every mail whose subject says 毒.
"""

import os
import signal
import sys
import time
from typing import Any


def _poison(kind: bytes) -> None:
    if kind == b"signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif kind == b"memory":
        hoard = []
        while True:
            hoard.append(bytearray(64 << 20))
    elif kind == b"hang":
        print("the reader hangs", file=sys.stderr, flush=True)
        time.sleep(3600)
    elif kind == b"exit":
        os._exit(1)


def _watch() -> None:
    import intake.read_mail
    import intake.sheets.checks

    real = intake.read_mail.parse
    in_hand = {"poison": b""}

    def parse(raw: bytes) -> Any:
        head, _, _ = raw.partition(b"\r\n")
        name, _, value = head.partition(b": ")
        in_hand["poison"] = value if name == b"X-Test-Poison" else b""
        _poison(in_hand["poison"])
        return real(raw)

    def broken_check(case: Any) -> Any:
        if in_hand["poison"] == b"check":
            raise ZeroDivisionError(case)
        return ()

    intake.read_mail.parse = parse
    intake.sheets.checks.CHECKS = (broken_check, *intake.sheets.checks.CHECKS)


def _watch_desk(how: str) -> None:
    from routing.journey.judge import Judge

    real = Judge.decide

    def decide(self: Any, arrival: Any, submission: Any, *rest: Any) -> Any:
        if "毒" in submission.message.subject:
            print("the desk decides over poison", file=sys.stderr, flush=True)
            if how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(3600)
        return real(self, arrival, submission, *rest)

    Judge.decide = decide  # type: ignore[method-assign]


if "intake.child" in sys.orig_argv:
    _watch()
elif os.environ.get("UKETSUKE_DECIDES"):
    _watch_desk(os.environ["UKETSUKE_DECIDES"])
