"""Being told to stop, from the first moment on: whatever is under way is undone or ended in order, and is no crash.

Loads nothing but what it needs, so that there is hardly a moment in which a signal ends the program by itself.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

told: list[int] = []  # the signals that came
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def loading() -> Iterator[None]:
    """While the program is loaded, signals are noted only: what is raised there may be taken for another error.
    From its end on a signal ends the command as an exception does: transactions are undone, files closed."""
    _on_signal(lambda number, _: told.append(number))
    yield
    _on_signal(_leave)
    if told:
        sys.exit(_code(told[0]))


@contextmanager
def obeyed() -> Iterator[None]:
    """End a command with its signal's exit code, by SystemExit, once a signal was told. What a signal raised may come
    back as something else, since a library tells of what it could not end: whatever ends the command then, nothing is
    told of it."""
    try:
        yield
    except (Exception, SystemExit):
        if told:
            raise SystemExit(_code(told[0])) from None
        raise


def _on_signal(handler: signal._HANDLER) -> None:
    for number in _SIGNALS:
        signal.signal(number, handler)


def _leave(number: int, _: FrameType | None) -> None:
    """The second signal is not waited for."""
    told.append(number)
    _on_signal(signal.SIG_DFL)
    sys.exit(_code(number))


def _code(number: int) -> int:
    """A worker that has not begun has nothing to end: it leaves with 0, as it would have a little later."""
    return 0 if "run" in sys.argv and "--once" not in sys.argv else 128 + number
