"""What is looked at before it is handed in: the same findings by the same rules, of which nothing is booked. Pure.

What its subject asks for is told by `intake/asked_service.py`, and its row in the table by `verdict.py`.
"""

from __future__ import annotations

from config.frozen import replace
from config.services import Service
from intake.submission import Submission
from routing.decision.facts import Facts
from routing.decision.override import Override
from routing.records import FileDecision, Outcome, Piece

_NO_ANSWER = frozenset({"supporting", "not_owed", "row_of_prefecture", "row_of_city", "collated_list", "check_failed"})
# Where the reader is told where to send it, instead of that it was passed on.
_PASSED_ON = {"transfer": "wrong_mailbox", "transfer_mend": "wrong_mailbox"}
_OF_BOOKING = frozenset({"original", "on_behalf", "stands", "replaces"})


def service_asked(submission: Submission, facts: Facts, override: Override) -> Service:
    """The service that is done for a mail instead of taking it in: its own subject asks for it, it answers no letter
    of ours, and no official makes an answer of it."""
    return "" if facts.threaded or override.books else submission.service


def as_checked(piece: Piece) -> Piece:
    """A piece as its letter tells of it: what is to be mended, or that nothing is. Whose answer it would be, who may send
    it and where to is not decided before it is sent."""
    decision = piece.decision
    wrong = any(f.severity == "error" for f in piece.findings)
    outcome: Outcome = decision.outcome
    if decision.rule not in _NO_ANSWER:
        outcome = "correction" if wrong else "accepted"
    remarks = (_PASSED_ON.get(remark, remark) for remark in decision.remarks if remark not in _OF_BOOKING)
    return replace(piece, decision=FileDecision(outcome, decision.rule, tuple(remarks)), displaced=(), stood=None)
