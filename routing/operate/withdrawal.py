"""「取りやめる」: a letter that an official had written, and that waits, does not leave."""

from __future__ import annotations

from replies.letter_kinds import TRAITS
from routing.ledger import correspondence, outbox, verdicts
from routing.ledger.correspondence import LetterRecord
from routing.office import Office
from routing.records import Note
from routing.who import Refused, Who

# What officials asked for. A reply follows its decision, a reminder the calendar (pause), a report its round.
KINDS: frozenset[str] = frozenset(kind for kind, traits in TRAITS.items() if traits.on_demand)


def can_be_withdrawn(letter: LetterRecord) -> bool:
    """Whether a letter waits, no attempt is under way, and nothing but an official's word stands behind it."""
    return letter.kind in KINDS and letter.leaves_at is not None and letter.state in ("queued", "later")


def withdraw(office: Office, id: int, who: Who) -> None:
    """Take one letter (by its number in the outbox) out of the queue. Raises Refused, and then nothing was changed."""
    with office.ledger.writing():
        found = correspondence.letter(office.ledger, id)
        if found is None:
            raise Refused("そのメールはありません。")
        if not can_be_withdrawn(found[0]):
            raise Refused(_WHY_NOT if found[0].kind in KINDS else _NOT_THESE)
        outbox.take_back(office.ledger, id, office.clock())
        note = Note("letter_withdrawn", found[0].number, found[0].respondent)
        verdicts.note(office.ledger, note, None, who.pair, office.clock())


_WHY_NOT = "既に送ったか、送信が始まっています。取りやめられません。"
_NOT_THESE = "この種類のメールは、元の判断を改めるか、お願いを止めると、送られません。"
