"""An official's answer in words, and a mail passed on to a colleague: the letter, finished. Sends nothing."""

from __future__ import annotations

from config.settings import by_hand
from config.survey import Mailbox
from intake.submission import Submission
from replies.letter import Thread
from replies.letters.by_hand import AnswerLetter, ForwardLetter, quoted_lines, render_by_hand
from replies.wording import load_wording
from routing.ledger import arrivals, correspondence, official_acts, verdicts
from routing.ledger.secret import message_ids
from routing.notices.notice import NO_THREAD, Notice, Outlet, posts
from routing.office import Office
from routing.records import Arrival, FinishedReply


def answer(office: Office, arrival: Arrival, to: str, text: str, quotes: bool) -> FinishedReply:
    """The answer to a mail that was read, in its thread."""
    submission, lgcode = _read(office, arrival), whose(office, arrival)
    mailbox = office.register.survey.mailbox(arrival.mailbox)
    letter = AnswerLetter(
        mailbox=mailbox,
        extensions=_extensions(office, mailbox, lgcode),
        addressee=office.register.full_name(lgcode),
        receipt=arrival.receipt,
        lines=_lines(text),
        quoted=quoted_lines(submission.message.body) if quotes else (),
    )
    message = submission.message
    parents = message.references or ((message.in_reply_to,) if message.in_reply_to else ())
    return _posted(office, arrival, letter, to, Thread(message.message_id, parents))


def forward(office: Office, arrival: Arrival, to: str, text: str) -> FinishedReply:
    """The mail itself, passed on. Raises KeyError where the ledger has no bytes of it."""
    lgcode = whose(office, arrival)
    mailbox = office.register.survey.mailbox(arrival.mailbox)
    letter = ForwardLetter(
        mailbox=mailbox,
        extensions=_extensions(office, mailbox, lgcode),
        addressee=office.register.full_name(lgcode),
        receipt=arrival.receipt,
        received_at=arrival.received_at,
        lines=_lines(text),
        original=arrivals.raw_bytes(office.ledger, arrival.id),
    )
    return _posted(office, arrival, letter, to, NO_THREAD)


def _read(office: Office, arrival: Arrival) -> Submission:
    submission = verdicts.submission_of(office.ledger, arrival.id)
    assert submission is not None, arrival.receipt  # the caller has asked
    return submission


def whose(office: Office, arrival: Arrival) -> str:
    """lgcode of the body that a mail is of, as an official assigned it or it was decided; empty if nobody knows."""
    newest = correspondence.newest_decisions(office.ledger, arrival.id)
    assigned = official_acts.assigned(office.ledger, arrival.id)[0]
    return assigned or next((s.submitter or s.body for s in newest if s.submitter or s.body), "")


def _extensions(office: Office, mailbox: Mailbox, lgcode: str) -> tuple[tuple[str, str], ...]:
    owed = {o.program for o in office.register.owed_by(lgcode)}
    here = [p for p in office.register.survey.programs if p.mailbox == mailbox.id]
    return tuple((p.name, p.extension) for p in here if p.id in owed or not owed & {q.id for q in here})


def _lines(text: str) -> tuple[str, ...]:
    """The lines as they were typed, without blank ones at either end."""
    return tuple(line.rstrip() for line in text.strip().splitlines())


def _posted(
    office: Office, arrival: Arrival, letter: AnswerLetter | ForwardLetter, to: str, thread: Thread
) -> FinishedReply:
    survey, settings = office.register.survey, office.settings
    rendered = render_by_hand(letter, survey, load_wording(by_hand(settings)))
    place = 1 + sum(x.kind == letter.kind for x in correspondence.letters_to(office.ledger, arrival.id))
    number = f"{arrival.receipt}-{letter.kind[0].upper()}{place}"
    key = f"{letter.kind}:{arrival.id}:{place}"
    notice = Notice(letter.kind, key, number, letter.mailbox, whose(office, arrival), rendered, thread=thread)
    return posts(notice, (to,), Outlet(survey, settings, office.clock(), message_ids(office.ledger)))[0]
