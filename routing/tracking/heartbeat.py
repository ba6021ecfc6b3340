"""Signs of life of the worker: a small file for whoever watches, and systemd's own protocol (sd_notify(3)).

Both come from the desk's loop and from nowhere else, so that they stop when it hangs. A sign that cannot be given
is told once and stops nothing. Reads the ledger, never writes it.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from config.frozen import frozen
from routing.clock import stamp, unstamp
from routing.ledger import conditions
from routing.ledger.store import DiskFull, Ledger, LedgerBusy

EVERY_SECONDS = 5.0
STALE_SECONDS = 60  # a sign of life older than this is none
log = logging.getLogger("uketsuke")


class Heart:
    """The heart of one worker, which gives signs of life. `path`: the file, if the settings name one."""

    def __init__(self, path: Path | None, ledger: Ledger) -> None:
        self._path = path
        self._ledger = ledger
        self._last = float("-inf")  # time.monotonic
        self._complained = False

    def ready(self) -> None:
        """Tell that the worker has begun (systemd: Type=notify)."""
        _notify("READY=1")

    def beat(self, now: datetime) -> None:
        """Give a sign of life, if it is time for one."""
        if time.monotonic() - self._last < EVERY_SECONDS:
            return
        self._last = time.monotonic()
        _notify("WATCHDOG=1")
        if self._path is None:
            return
        try:
            _write(self._path, self._state(now))
            self._complained = False
        except OSError as error:
            if not self._complained:
                log.error("%s に動作の記録を書けません（%s）。受付は続けます。", self._path, error.strerror)
            self._complained = True

    def stopping(self) -> None:
        """Tell that the worker ends by itself; its file goes."""
        _notify("STOPPING=1")
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _state(self, now: datetime) -> dict[str, Any]:
        state: dict[str, Any] = {"pid": os.getpid(), "at": stamp(now)}
        try:
            state["to_read"], state["to_send"] = conditions.waiting(self._ledger)
            state["mailboxes"] = {
                h.mailbox: {
                    "last_success_at": stamp(h.last_success_at) if h.last_success_at else None,
                    "failing_since": stamp(h.failing_since) if h.failing_since else None,
                    "detail": h.detail,
                }
                for h in conditions.health(self._ledger)
            }
        except (LedgerBusy, DiskFull) as trouble:
            state["trouble"] = str(trouble)
        return state


def _write(path: Path, state: dict[str, Any]) -> None:
    """Write the file whole or not at all, readable by the owner only."""
    unfinished = path.with_name(f".{path.name}.part")
    handle = os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        json.dump(state, file, ensure_ascii=False)
    unfinished.replace(path)


def _notify(word: str) -> None:
    """Send one datagram to systemd, where it has asked for one; a leading @ means an abstract socket."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        to.settimeout(1.0)
        to.sendto(word.encode(), "\0" + address[1:] if address.startswith("@") else address)


@frozen
class SignOfLife:
    """What the file says: whether a worker lives, and a sentence about it."""

    lives: bool
    said: str


def read_sign(path: Path, now: datetime) -> SignOfLife:
    """What the worker's file tells at an instant."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        at, pid = unstamp(state["at"]), int(state["pid"])
    except FileNotFoundError:
        return SignOfLife(False, "run は動いていません")
    except (OSError, ValueError, KeyError, TypeError) as error:
        return SignOfLife(False, f"{path} を読めません（{error}）")
    age = int((now - at).total_seconds())
    if abs(age) > STALE_SECONDS:
        return SignOfLife(False, f"run は {stamp(at)} から止まっています（プロセス {pid}）")
    trouble = f"、{state['trouble']}" if state.get("trouble") else ""
    return SignOfLife(not trouble, f"run は動いています（プロセス {pid}、{max(0, age)}秒前{trouble}）")
