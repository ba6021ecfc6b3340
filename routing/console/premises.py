"""What the page is opened on: register and settings, and a ledger of its own for each request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from config.frozen import frozen
from config.settings import Settings
from routing.clock import Clock
from routing.journey.desk import Desk
from routing.office import OpenOffice
from routing.register import Register


@frozen
class Premises:
    """`open_office` and `open_desk` open the ledger for one thread, and close it; they raise LedgerBusy, DiskFull."""

    register: Register
    settings: Settings
    clock: Clock
    open_office: Callable[[], AbstractContextManager[OpenOffice]]
    open_desk: Callable[[], AbstractContextManager[Desk]]
