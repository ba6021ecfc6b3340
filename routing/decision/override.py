"""What an operator decided about a mail, as a value that goes into its decision."""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from routing.records import Note, Outcome


@frozen
class Override:
    """What an operator decided about one mail. `outcome` replaces the verdict on every piece that waits;
    `assigned` names the body and `program` the program (ids, empty: not named); `take_in` treats the mail
    as if a person had sent it to us; `notes` are events that are recorded with the decision, or not at all;
    `received_at`: when the mail was received, where its time of receipt in the mailbox is not to count."""

    outcome: Outcome | None = None
    assigned: str = ""
    program: str = ""
    take_in: bool = False
    by: str = "uketsuke"
    why: str = ""
    notes: tuple[Note, ...] = ()
    received_at: datetime | None = None
    vouched: bool = False  # officials had said before that this mail is the body's answer
    revises: bool = False  # our own check was mended: the letter says so, and waits for an official's word
    counts: bool = False  # an official takes it in as an answer, though its subject asks for a check only

    @property
    def books(self) -> bool:
        """Whether the decision makes an answer of what was a check before handing in."""
        return self.counts or self.outcome in ("accepted", "correction") or bool(self.assigned) or self._entered

    @property
    def stands_for_it(self) -> bool:
        """Whether an official says that this is the body's answer, and not merely that its sender may write."""
        return self.vouched or self.outcome == "accepted" or bool(self.assigned) or self._entered

    @property
    def _entered(self) -> bool:
        """Whether answers were entered, as somebody told them by telephone."""
        return any(note.kind == "amend" for note in self.notes)


NO_OVERRIDE = Override()


class OverrideRefused(Exception):
    """What an operator decided cannot be carried out on this mail; the text says why and what can."""
