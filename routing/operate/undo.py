"""「取り消す」: a decision made at the page is taken back before its letters leave, and what held before it holds again."""

from __future__ import annotations

from datetime import datetime

from routing.journey.desk import Desk
from routing.ledger import undoing
from routing.ledger.last_decision import last_word
from routing.ledger.undoing import Before, Undoable
from routing.office import Office
from routing.records import Arrival
from routing.who import Refused, Who

# The others change nothing that a reversal of their own does not (revoke, my-number), or are carried out at once.
UNDOABLE = frozenset({"accept", "correct", "ignore", "take-in", "revise", "assign", "amend", "received",
                       "approve-sender", "seen", "answer", "forward", "tell-replaced", "tell-prefecture"})  # fmt: skip


def remember(desk: Desk, arrival: Arrival, who: Who, before: Before, until: datetime) -> None:
    """Keep how to take back what was just decided, inside its transaction. `before`: the ledger before it."""
    last = last_word(desk.ledger, arrival.id)
    after = undoing.marked(desk.ledger, arrival.id)
    undoing.remember(desk.ledger, Undoable(arrival.id, who.by, until, last.token if last else "", before, after))


def undoable(office: Office, arrival: Arrival) -> Undoable | None:
    """What can be taken back at a mail now; None if nothing: the time is over, or something was decided since."""
    found = undoing.undoable(office.ledger, arrival.id, office.clock())
    last = last_word(office.ledger, arrival.id)
    if found is None or found.token != (last.token if last else "") or undoing.has_begun(office.ledger, found):
        return None
    return found


def undo(desk: Desk, arrival: Arrival, seen: str, who: Who) -> None:
    """Take the newest decision about a mail back: its letters do not leave, and what held before holds again. `seen`:
    the token of the decision that is meant. Raises Refused where it is too late, and then nothing was changed."""
    with desk.ledger.writing():
        found = undoable(desk, arrival)
        if found is None or found.token != seen:
            raise Refused(
                "取り消せる時間を過ぎたか、その後に別の判断がありました。何も変えていません。"
                "今の判定を確かめ、必要であれば判断を改めてください。"
            )
        undoing.undo(desk.ledger, found, who.pair, desk.clock())
