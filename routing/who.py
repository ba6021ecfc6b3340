"""Who decides and why, and the refusal of what cannot be done. Knows no ledger."""

from __future__ import annotations

from config.frozen import frozen


class Refused(Exception):
    """What an operator asked for cannot be done; the text says why and what can."""


@frozen
class Who:
    """The official who decides, and the reason given."""

    by: str
    why: str

    @property
    def pair(self) -> tuple[str, str]:
        """(name, reason) as the ledger's statements take it."""
        return self.by, self.why
