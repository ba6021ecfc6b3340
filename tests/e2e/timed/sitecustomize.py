"""On PYTHONPATH in tests only: writes down how long the one window of a duplicate reply was (promise 2 of docs/design.md).

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
    from replies.senders import smtp
    from routing.journey.dispatch import Dispatch

    real_reply, real_hand_over = smtplib.SMTP.getreply, smtp._hand_over

    def getreply(self: Any) -> Any:
        _opened["heard"] = time.monotonic()
        return real_reply(self)

    def hand_over(*arguments: Any) -> Any:
        answer = real_hand_over(*arguments)
        _opened["window"] = _opened["heard"]  # the last answer waited for is the one to the mail
        return answer

    def closing(name: str) -> None:
        real = getattr(Dispatch, name)

        def record(self: Any, *arguments: Any) -> Any:
            result = real(self, *arguments)
            if _opened["window"] and not self._office.ledger.connection.in_transaction:
                os.write(file, b"%.6f\n" % (time.monotonic() - _opened["window"]))
                _opened["window"] = 0.0
            return result

        setattr(Dispatch, name, record)

    smtplib.SMTP.getreply, smtp._hand_over = getreply, hand_over  # type: ignore[method-assign]
    closing("record")
    closing("record_and_next")


if "UKETSUKE_WINDOWS" in os.environ and any(part.endswith("/uketsuke") for part in sys.orig_argv[:2]):
    _watch(os.open(os.environ["UKETSUKE_WINDOWS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
