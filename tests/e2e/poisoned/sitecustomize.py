"""On PYTHONPATH in tests only: makes the reader child die over mails that say how (`X-Test-Poison`).

Python imports a module of this name at its start. In the reader child it wraps the first thing that is done
with a mail's bytes, so that what follows is real: a signal of the kernel, the ceiling of memory, a hang; or it
adds a check of the survey's answers that raises. While the file exists that UKETSUKE_BROKEN names, the child does so
over every mail (`signal`, `exit`, `hang`, `memory`, `raise`), at its second one (`second`), over every workbook
(`workbook`), or every old one (`xls`). In the desk, where UKETSUKE_DECIDES tells how, it wraps the decision
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
    elif kind == b"raise":
        raise ImportError("libexpat.so.1: cannot open shared object file")


def _broken() -> bytes:
    """How every reader is broken at present; empty where it is well."""
    try:
        with open(os.environ.get("UKETSUKE_BROKEN", ""), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def _watch() -> None:
    import intake.attached
    import intake.read_mail
    import intake.sheets.checks

    real, real_file = intake.read_mail.parse, intake.attached.read_file
    mails = []
    in_hand = {"poison": b""}

    def parse(raw: bytes) -> Any:
        head, _, _ = raw.partition(b"\r\n")
        name, _, value = head.partition(b": ")
        in_hand["poison"] = value if name == b"X-Test-Poison" else b""
        _poison(in_hand["poison"])
        mails.append(len(raw))
        broken = _broken()
        _poison(b"signal" if broken == b"second" and len(mails) == 2 else broken)
        return real(raw)

    def read_file(*arguments: Any) -> Any:
        old = arguments[0].name.endswith(".xls")
        _poison(b"signal" if _broken() == b"workbook" or (old and _broken() == b"xls") else b"")
        return real_file(*arguments)

    def broken_check(case: Any) -> Any:
        if in_hand["poison"] == b"check":
            raise ZeroDivisionError(case)
        return ()

    intake.read_mail.parse, intake.attached.read_file = parse, read_file
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
