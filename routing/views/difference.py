"""Two versions of a body's answer beside each other, by question: what a newer mail changes in the one before it."""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from intake.submission import AnswerSheet
from replies.wording import load_wording
from routing.ledger import bookings, correspondence, verdicts
from routing.office import Office
from routing.records import Arrival
from routing.standing import Booking
from routing.views.sheets import sheet_view


@frozen
class ChangedAnswer:
    """One question, or field of the head, whose answer differs. Empty: nothing was written there."""

    label: str
    question: str
    before: str
    after: str


@frozen
class VersionDifference:
    """What one sheet of a mail changes in the body's version before it (`receipt`, received then, decided so)."""

    body: str
    program: str
    receipt: str
    mailbox: str
    received_at: datetime
    outcome: str
    changed: tuple[ChangedAnswer, ...]


def differences(office: Office, arrival: Arrival) -> tuple[VersionDifference, ...]:
    """The difference of each sheet in a mail that has a version before it. Nothing of a mail, or beside one, in which
    a My Number seems to stand."""
    submission = verdicts.submission_of(office.ledger, arrival.id)
    if submission is None or submission.alarms:
        return ()
    found = []
    for said in correspondence.newest_decisions(office.ledger, arrival.id):
        sheet = bookings.sheet_of(submission, said.piece)
        if sheet is None or sheet.row or not (said.body and said.program):
            continue
        version = bookings.version_before(office.ledger, arrival, (said.body, said.program), sheet.attributes)
        if version is not None:
            found.append(_difference(office, version.booking, version.sheet, sheet))
    return tuple(found)


def _difference(office: Office, earlier: Booking, older: AnswerSheet, newer: AnswerSheet) -> VersionDifference:
    before, after = ({line.label: line for line in sheet_view(s, "", office).lines} for s in (older, newer))
    labels = dict.fromkeys((*after, *before))
    changed = []
    for label in labels:
        old, new = before.get(label), after.get(label)
        texts = old.answer if old else "", new.answer if new else ""
        if texts[0] != texts[1]:
            question = (new or old).question if new or old else ""  # type: ignore[union-attr]
            changed.append(ChangedAnswer(label, question, *texts))
    wording, survey = load_wording(), office.register.survey
    return VersionDifference(
        body=office.register.full_name(earlier.body),
        program=survey.program(earlier.program).name,
        receipt=earlier.receipt,
        mailbox=survey.program(earlier.program).mailbox,
        received_at=earlier.received_at,
        outcome=wording.outcome.get(earlier.outcome, earlier.outcome),
        changed=tuple(changed),
    )
