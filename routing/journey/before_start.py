"""Mail from before the desk's first day (the setting `start_from`): kept and listed, its header read, never decided
as a submission, answered or moved; until an official has it read again (`decide ID retry`).

What is set aside leaves nothing behind by which later mail is judged: no attachments, no content to be the same as,
no answer that stands. Called inside the desk's transaction; sends nothing.
"""

from __future__ import annotations

from datetime import datetime

from config.settings import Settings
from intake.submission import Submission
from routing.decision.cases import unread
from routing.decision.override import NO_OVERRIDE
from routing.journey.judge import Judge, Settled
from routing.ledger import early, verdicts
from routing.ledger.store import Ledger
from routing.records import Arrival, MailDecision


def is_early(ledger: Ledger, settings: Settings, arrival: Arrival) -> bool:
    """Whether a mail is to be set aside. What an official recorded or had read again is not, nor what was decided
    before there was such a setting."""
    if settings.start_from is None or arrival.received_at >= settings.start_from or arrival.added_by:
        return False
    return not early.was_taken_up(ledger, arrival.id)


def set_aside(judge: Judge, arrival: Arrival, header: Submission) -> Settled:
    """Record that the mail is from before the first day, from whom it is and what it is about; it stays where it
    lies."""
    decided = unread(arrival, MailDecision("ignored", early.RULE), NO_OVERRIDE, judge.register)
    early.record_header(judge.ledger, arrival, header.message, judge.now)
    verdicts.record(judge.ledger, decided, judge.now)
    return Settled(decided, None)


def reopen(ledger: Ledger, settings: Settings, now: datetime) -> int:
    """Take up, at the start of a run, the mails that were set aside by a first day that has been moved since; return
    how many."""
    return early.reopen(ledger, settings.start_from, now) if settings.start_from is not None else 0
