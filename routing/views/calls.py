"""Whom to telephone: respondents that are not complete and that no mail reaches, with how they may be reached."""

from __future__ import annotations

from typing import Literal

from config.frozen import frozen
from replies.wording import load_wording
from routing.ledger import correspondence
from routing.ledger.books import books_at
from routing.notices.recipients import SentBy, everybody
from routing.notices.remind import ReminderTarget, recipients
from routing.notices.reminding import at_hand
from routing.office import Office
from routing.standing import Books, standing_of
from routing.views.body import reached_by

Reason = Literal["no_address", "not_reached", "resting", "paused"]


@frozen
class Call:
    """One respondent in one mailbox. `left`: what is not complete, each with its state; `telephone`: how the writer of
    its newest sheet is reached, as that says; `addresses`: those that are known and may not be written to, or are known
    in another mailbox only."""

    lgcode: str
    name: str
    mailbox: str
    section: str
    left: tuple[str, ...]
    reason: Reason
    said: str
    telephone: str
    addresses: tuple[str, ...]


def calls(office: Office) -> tuple[Call, ...]:
    """Everybody whom no mail reaches now, by mailbox and code. Raises SettingsError if the contacts file is wrong."""
    now, survey = office.clock(), office.register.survey
    come = [instant for instant in survey.calendar.reminders if instant <= now]
    found = recipients(at_hand(office), max(come, default=now), now, office.settings.mailboxes)
    silent = [(target, reason) for target in found if (reason := _reason(target))]
    if not silent:
        return ()
    books, sent = books_at(office.ledger, office.register, now), everybody(office.ledger, office.register, now)
    return tuple(_call(office, target, reason, (books, sent)) for target, reason in silent)


def _reason(target: ReminderTarget) -> Reason | None:
    """Why somebody is to be called; None where mail reaches him. Who is paused or rests is on the list too: an official
    knows why, and calls or does not."""
    if target.paused:
        return "paused"
    if target.resting:
        return "resting"
    if not target.addresses:
        return "no_address"
    return "not_reached" if target.failed else None


def _call(office: Office, target: ReminderTarget, reason: Reason, seen: tuple[Books, SentBy]) -> Call:
    register, words = office.register, load_wording()
    books, sent = seen
    mails = correspondence.mails_of_body(office.ledger, target.lgcode)
    contact = reached_by(office, mails)
    elsewhere = (b.sender for b in sent.get(target.lgcode, ()) if b.sender)
    left = []
    for program in target.programs:
        standing = standing_of(register.by_key[(target.lgcode, program)], books)
        state = words.state_of(standing.state, standing.unbooked, standing.checked_only)
        left.append(f"{register.survey.program(program).name}：{state}")
    return Call(
        lgcode=target.lgcode,
        name=register.full_name(target.lgcode),
        mailbox=target.mailbox,
        section=register.survey.mailbox(target.mailbox).section,
        left=tuple(left),
        reason=reason,
        said=words.screen[f"call_{reason}"],
        telephone="　".join(value for _, value in contact.lines) if contact else "",
        addresses=tuple(a for a in dict.fromkeys((*target.refused, *elsewhere)) if a not in target.addresses),
    )
