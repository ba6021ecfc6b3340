"""On PYTHONPATH in tests only: writes down how long the one window of a duplicate reply was (DESIGN §8, promise 2).

It opens when the whole mail is with the server, which may accept it from then on, and closes when the ledger
has committed that it was accepted. One line in seconds for each reply, in the file $UKETSUKE_WINDOWS.
"""

import os
import smtplib
import sys
import time
from typing import Any

_opened = {"heard": 0.0, "window": 0.0}  # time.monotonic; one reply is on its way at a time


def _watch(file: int) -> None:
    from routing.desk import Desk

    real_reply, real_data = smtplib.SMTP.getreply, smtplib.SMTP.data

    def getreply(self: Any) -> Any:
        _opened["heard"] = time.monotonic()
        return real_reply(self)

    def data(self: Any, message: Any) -> Any:
        answer = real_data(self, message)
        _opened["window"] = _opened["heard"]  # the last answer waited for is the one to the mail
        return answer

    def closing(name: str) -> None:
        real = getattr(Desk, name)

        def record(self: Any, made: Any) -> Any:
            result = real(self, made)
            if _opened["window"] and not self.ledger.connection.in_transaction:
                os.write(file, b"%.6f\n" % (time.monotonic() - _opened["window"]))
                _opened["window"] = 0.0
            return result

        setattr(Desk, name, record)

    smtplib.SMTP.getreply, smtplib.SMTP.data = getreply, data  # type: ignore[method-assign]
    closing("record")
    closing("record_and_next")


if "UKETSUKE_WINDOWS" in os.environ and any(part.endswith("/uketsuke") for part in sys.orig_argv[:2]):
    _watch(os.open(os.environ["UKETSUKE_WINDOWS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
