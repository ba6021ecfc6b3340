"""What officials do, below the doors: the commands and the operators' page call the same functions.

`wishes` one action on one mail, carried out or only tried; `possible` which are, and why the others are not; `who` who
decides and why; `deciding` a decision about one mail; `paper` what came without mail; `approvals` whom to believe;
`consent` what it changes, what wants a second thought, and on which sight it was decided; `typed` what people type;
`numbers` a My Number, or what looked like one.
"""

from routing import typed
from routing.operate.approvals import approve_sender, revoke_approval, sender_at
from routing.operate.by_hand import answer_to
from routing.operate.consent import AskedTwice, ChangedSince, Consent, Done, carry_out, set_applicable
from routing.operate.decisions import (
    amend,
    assign,
    decide_again,
    erase,
    mark_seen,
    received,
    resend,
    retry,
    set_receipt_time,
    take_out,
)
from routing.operate.numbers import my_number, not_my_number, step
from routing.operate.paper import Paper, add
from routing.operate.possible import Possible, possible, questions_of
from routing.operate.saving import file_of, file_read_at
from routing.operate.undo import UNDOABLE, undo, undoable
from routing.operate.wishes import Preview, Wish, fulfil, fulfil_later, preview
from routing.who import Refused, Who

__all__ = [
    "UNDOABLE",
    "AskedTwice",
    "ChangedSince",
    "Consent",
    "Done",
    "Paper",
    "Possible",
    "Preview",
    "Refused",
    "Who",
    "Wish",
    "add",
    "amend",
    "answer_to",
    "approve_sender",
    "assign",
    "carry_out",
    "decide_again",
    "erase",
    "file_of",
    "file_read_at",
    "fulfil",
    "fulfil_later",
    "mark_seen",
    "my_number",
    "not_my_number",
    "possible",
    "preview",
    "questions_of",
    "received",
    "resend",
    "retry",
    "revoke_approval",
    "sender_at",
    "set_applicable",
    "set_receipt_time",
    "step",
    "take_out",
    "typed",
    "undo",
    "undoable",
]  # fmt: skip
