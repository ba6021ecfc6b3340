"""What arrived and could not be booked: a file that cannot be opened, a mail without one, a sheet of nobody or of no
program, a list refused as a whole. What it may be about is told by `provisional.py`.
"""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen

ASKED = frozenset({"no_form", "list_findings", "body_unclear", "program_unclear", "row_of_stranger", "operator"})
WAITING = frozenset(
    {"password_awaited", "scan_awaited", "part_awaited", "personal_data", "text_unsearched", "evidence_disagrees",
     "too_large", "poison", "read_failed", "no_form_again"}
)  # fmt: skip
OF_THE_SENDER = frozenset({"row_of_stranger", "evidence_disagrees"})  # whatever body the sheet names


@frozen
class Unbooked:
    """One mail, or piece of it, without a place in the books. `verdict_id`: under which its findings stand; `outcome`:
    correction (we asked) or held (we hold); `vouched`: more than a stranger's word says whose it is; `subject` and
    `filename`: they may name a program."""

    verdict_id: int
    arrival_id: int
    piece: str
    receipt: str
    mailbox: str
    outcome: str
    rule: str
    submitter: str
    body: str
    received_at: datetime
    recorded_at: datetime
    sender: str
    subject: str
    filename: str
    vouched: bool
    proof: int
    beside: bool = False  # a picture, a document: no workbook that might hold an answer

    @property
    def whose(self) -> str:
        """The lgcode of the body whose answer it is, as far as that is known; else of who sent it."""
        return self.submitter if self.rule in OF_THE_SENDER or not self.body else self.body
