"""What leaves the queue by itself once the form has come: requests in vain, and questions how to send it. Inside the
caller's transaction; decides nothing, sends nothing.
"""

from __future__ import annotations

from datetime import datetime

from intake.mail.phrases import silent_reasons
from intake.submission import Submission
from routing.ledger import held_queue, verdicts
from routing.ledger.store import Ledger
from routing.records import Decided, Note

_HOW = "how_to_send"
_CAME = frozenset({"accepted", "correction"})  # a form of whom it says; what has to be mended in it, its letter tells


def note_form_came(ledger: Ledger, decided: Decided, now: datetime) -> None:
    """Note at each mail that waits for an official because its form was missing that this mail brought the form; the
    note's detail is the receipt number. A mail whose words need a person for something else is left out."""
    sender = decided.submission.message.sender if decided.submission else None
    programs = {p.program for p in decided.pieces if p.sheet is not None and p.decision.outcome in _CAME}
    if sender is None or not programs:
        return
    whose, arrival = (sender.address, decided.identity.submitter), decided.arrival
    for earlier in held_queue.asking(ledger, arrival.mailbox, whose, arrival.id):
        asked = verdicts.submission_of(ledger, earlier)
        rule = verdicts.rule_of(ledger, earlier)
        if asked is not None and _settles(programs, asked) and _is_settled(asked, rule):
            note = Note("form_came", arrival.receipt)
            verdicts.note(ledger, note, earlier, ("uketsuke", ""), now)


def _settles(programs: set[str], asked: Submission) -> bool:
    """Whether one of these forms is what a mail meant to bring, as far as it says."""
    meant = {*asked.claim.programs}
    return not meant or bool(meant & programs)


def _is_settled(asked: Submission, rule: str) -> bool:
    """Whether nothing but the form was wanted: the mail's words ask how to send it, or say what no person has to act
    upon. Words in another language do not count: nobody has read them yet."""
    says = set(asked.says)
    if rule == "inquiry":
        return says == {_HOW}
    idle = says <= (silent_reasons() - {"language"}) | {_HOW}
    return idle and not asked.amends and (_HOW in says or not asked.asks)
