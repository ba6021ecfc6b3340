"""Letters that wait for an official are released as a whole: he sees list and count, and names the count.

What has been written since he looked makes the count differ, and then nothing is released.
"""

from __future__ import annotations

from config.frozen import frozen
from replies.wording import load_wording
from routing.ledger import releasing, verdicts
from routing.ledger.releasing import Draft
from routing.office import Office
from routing.records import Note
from routing.who import Refused, Who


@frozen
class WaitingLetters:
    """The letters of one kind that wait to be released."""

    kind: str
    drafts: tuple[Draft, ...]

    @property
    def bodies(self) -> int:
        """How many bodies they go to."""
        return len({d.respondent for d in self.drafts})


def batches(office: Office) -> tuple[WaitingLetters, ...]:
    """What waits to be released, by kind."""
    waiting = releasing.drafts(office.ledger)
    kinds = dict.fromkeys(d.kind for d in waiting)
    return tuple(WaitingLetters(kind, tuple(d for d in waiting if d.kind == kind)) for kind in kinds)


def release(office: Office, kind: str, count: int, who: Who) -> int:
    """Release all letters of a kind; return how many. `count`: as many as the official saw. Raises Refused, and then
    nothing was recorded."""
    title = load_wording().of(office.register.survey).subject.get(kind, kind)
    with office.ledger.writing():
        waiting = releasing.drafts(office.ledger, kind)
        if not waiting:
            raise Refused(f"職員の送信の指示を待っている {title} のメールはありません。")
        if len(waiting) != count:
            raise Refused(f"{title} は今 {len(waiting)}通あり、指定の {count}通と違います。一覧を見直してください。")
        releasing.release(office.ledger, (d.id for d in waiting))
        verdicts.note(office.ledger, Note("letters_released", f"{kind} {count}"), None, who.pair, office.clock())
    return count
