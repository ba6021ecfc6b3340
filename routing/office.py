"""What most rooms need of the desk: register, settings, ledger and clock. `Desk` is one, with a reader beside it."""

from __future__ import annotations

from typing import Protocol

from config.frozen import frozen
from config.settings import Settings
from routing.clock import Clock
from routing.ledger.store import Ledger
from routing.register import Register


class Office(Protocol):
    """Whoever has these four at hand: the desk, and a command that reads no mail."""

    @property
    def register(self) -> Register:
        """Survey, roster and obligations."""

    @property
    def settings(self) -> Settings:
        """The settings of this installation."""

    @property
    def ledger(self) -> Ledger:
        """One connection to it, for one thread."""

    @property
    def clock(self) -> Clock:
        """The only way to the time."""


@frozen
class OpenOffice:
    """An office without a reader: for commands that only read the ledger, and for mail that answers none."""

    register: Register
    settings: Settings
    ledger: Ledger
    clock: Clock
