"""What is left at a respondent's deadline, and some days later: who is written to then, and what.

A prefecture that gets its closing report at that instant gets nothing else then. Reads the ledger; queues nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from config.frozen import replace
from config.survey import Mailbox, Survey
from replies.letter import OwedProgram
from replies.letters.past_deadline import PastDeadline, render_past_deadline
from replies.wording import load_wording
from routing.clock import stamp
from routing.ledger import extensions, held_queue
from routing.notices.groups import Group, groups, whole_history
from routing.notices.notice import Notice
from routing.notices.recipients import handed_in
from routing.notices.remind import left_over
from routing.notices.reminder_mail import open_for, to_be_mended
from routing.office import Office
from routing.tracking.instant import LedgerAt

MAILED = "mailed"  # the event that a round is done (`rounds.py`)


def instants(office: Office) -> Iterator[datetime]:
    """Every deadline that holds for somebody; and what the calendar names later, where the letters of the deadline before
    it were written: a desk that began afterwards does not begin with a second letter."""
    survey = office.register.survey
    yield from survey.deadlines
    for later in survey.calendar.past_deadline:
        newest = max(deadline for deadline in survey.deadlines if deadline < later)
        if extensions.happened(office.ledger, MAILED, f"past_deadline {stamp(newest)}"):
            yield later
    yield from (extension.until for extension in extensions.extensions(office.ledger, office.clock()))


def letters(office: Office, lgcode: str, instant: datetime) -> Iterator[tuple[Notice, tuple[str, ...]]]:
    """(letter, addresses) to one respondent of what fell due at an instant and is left."""
    survey = office.register.survey
    body = office.register.body(lgcode)
    closing = instant == office.register.last_deadline(lgcode)
    gets_report = survey.mails.report != "off" and closing and instant in survey.calendar.report_mails
    if body is None or (gets_report and body in office.register.reported):
        return
    opened = open_for(office.ledger, office.register, lgcode, office.clock())
    left = {m: owed for m in survey.mailboxes if (owed := _left(office, opened, lgcode, m, instant))}
    for group in groups(office, lgcode, [m for m in left if m.id in office.settings.mailboxes]):
        letter = _letter(opened, lgcode, group, [o for m in group.mailboxes for o in left[m]])
        letter = replace(letter, again=_is_later(instant, survey))
        key = f"past_deadline|{stamp(instant)}|{group.ids}|{lgcode}"
        number = f"D{instant:%m%d-%H%M}-{lgcode}-{letter.mailbox.receipt_prefix}"
        rendered = render_past_deadline(letter, survey, load_wording())
        notice = Notice("past_deadline", key, number, letter.mailbox, lgcode, rendered, survey.mails.past_deadline)
        yield notice, group.addresses


def _left(
    office: Office, opened: LedgerAt, lgcode: str, mailbox: Mailbox, instant: datetime
) -> tuple[OwedProgram, ...]:
    """What is left in a mailbox of the programs whose deadline is this instant; nothing where the respondent has written
    since, and has had our answer."""
    survey = office.register.survey
    sent = handed_in(whole_history(office, lgcode), lgcode, mailbox.id, survey)
    if any(booking.recorded_at > instant for booking in sent):
        return ()
    names = {p.name for p in survey.programs if _falls_due(opened.deadlines.of(lgcode, p.id), instant, survey)}
    resting = held_queue.resting(office.ledger, office.clock())
    found = left_over(office.register, opened.books, lgcode, mailbox.id, resting)
    return tuple(owed for owed in found if owed.program in names)


def _is_later(instant: datetime, survey: Survey) -> bool:
    return instant in survey.calendar.past_deadline


def _falls_due(deadline: datetime, instant: datetime, survey: Survey) -> bool:
    """Whether what had to come by its deadline is asked for at this instant."""
    return deadline == instant or (_is_later(instant, survey) and deadline < instant and deadline <= survey.deadline)


def _letter(opened: LedgerAt, lgcode: str, group: Group, owed: Sequence[OwedProgram]) -> PastDeadline:
    register, survey = opened.register, opened.register.survey
    body = register.body(lgcode)
    assert body is not None
    named = {o.program for o in owed}
    here = [p for p in survey.programs if p.name in named]
    mending = [
        (correction, in_time)
        for mailbox in group.mailboxes
        for correction, in_time in to_be_mended(opened, lgcode, mailbox.id)
        if not correction.program or correction.program_name in named
    ]
    days = [day for p in here if (day := opened.deadlines.correct_by(lgcode, p.id)) and opened.at < day]
    by = min(days, default=None)
    return PastDeadline(
        mailbox=group.mailboxes[0],
        extensions=tuple((p.name, p.extension) for p in here if p.mailbox == group.mailboxes[0].id),
        addressee=body.full_name,
        honorific=register.roster.honorific(body),
        deadline=max(opened.deadlines.of(lgcode, p.id) for p in here),
        owed=tuple(owed),
        corrections=tuple(mending),
        by=by if any(in_time for _, in_time in mending) else None,
    )
