"""What the operators are told about the desk itself, once for each thing that happens, and in one letter an hour
for all things of a kind.

What has been told stands in the ledger under the key of the thing told, so that a crash neither swallows nor
repeats it. Fills the outbox; sends nothing itself and mends nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from replies.letters.alert import Alert, alert_sentence, render_alerts
from replies.wording import load_wording
from routing.ledger import conditions, outbox, verdicts
from routing.ledger.secret import message_ids
from routing.notices.notice import Notice, Outlet, posts
from routing.office import Office
from routing.records import FinishedReply, Note
from routing.tracking.troubles import CONDITIONS, SHOWN_ONLY, Found, View, alert_of

BETWEEN_LETTERS = timedelta(hours=1)  # of one kind: what comes meanwhile is told together


def queue_due(office: Office, view: View) -> list[str]:
    """Put a letter into the outbox for each kind of thing that has not been told, unless the last one of that kind is
    less than an hour old; return the sentences of what is told."""
    said = []
    for name, find in CONDITIONS:
        untold = [] if name in SHOWN_ONLY else [f for f in find(view) if f.ripe and not _is_told(name, f, view)]
        if untold and _is_time(name, view):
            letter = [alert_of(name, found, view) for found in untold]
            with view.ledger.writing():
                outbox.queue(view.ledger, _post(office, _key(name, untold[0]), letter, untold[0].mailbox), None, view.now)
                for found in untold[1:]:
                    told = Note(conditions.TOLD, _key(name, found))
                    verdicts.note(view.ledger, told, None, ("uketsuke", ""), view.now)
            said += [alert_sentence(alert, load_wording()) for alert in letter]
    return said


def _key(name: str, found: Found) -> str:
    return f"alert:{name}:{found.key}"


def _is_told(name: str, found: Found, view: View) -> bool:
    return conditions.is_told(view.ledger, _key(name, found))


def _is_time(name: str, view: View) -> bool:
    """Whether the last letter of this kind is an hour old; or lies in the future, where the clock was put back."""
    last = conditions.last_letter(view.ledger, f"alert:{name}:")
    return last is None or not last <= view.now < last + BETWEEN_LETTERS


def _post(office: Office, key: str, letter: Sequence[Alert], mailbox: str) -> FinishedReply:
    """The letter to the operators, in earnest as in rehearsal."""
    register, settings = office.register, office.settings
    at = letter[0].at
    number = f"A{at:%m%d}-{hashlib.sha256(key.encode()).hexdigest()[:8].upper()}"
    sender = register.survey.mailbox(mailbox or next(iter(settings.mailboxes)))
    notice = Notice("alert", key, number, sender, "", render_alerts(letter, load_wording()))
    outlet = Outlet(register.survey, settings, at, message_ids(office.ledger))
    (posted,) = posts(notice, [settings.operators], outlet)
    return posted
