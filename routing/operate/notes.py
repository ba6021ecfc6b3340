"""What officials write down about a body: a call, an agreement, what a colleague should know. It changes nothing else."""

from __future__ import annotations

from routing.ledger import body_notes
from routing.office import Office
from routing.records import Note
from routing.who import Refused, Who

CALL = "call"


def note_call(office: Office, lgcode: str, who: Who) -> None:
    """Write down what was said (`who.why`) with a body, by telephone or otherwise. Raises Refused."""
    if office.register.body(lgcode) is None:
        raise Refused(f"団体コード {lgcode} は団体一覧にありません。")
    body_notes.note_once(office.ledger, Note(CALL, lgcode=lgcode), who.pair, office.clock())
