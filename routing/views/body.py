"""One body: what it owes, whom to ask, and everything that went in and out, in the order of time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal

from config.frozen import frozen
from config.survey import Survey
from intake.finding import Finding
from replies.wording import load_wording
from routing.decision.verdict import sentence_of
from routing.ledger import correspondence, verdicts
from routing.ledger.correspondence import Act, Mail
from routing.ledger.finding_rounds import rounds
from routing.office import Office
from routing.tracking.finding_lives import Life, lives
from routing.views.letters import LetterRow, letter_rows
from routing.views.mail import StandingView, standing_views

_SAYS_WHY = ("held", "ignored", "kept", "quarantined")  # of the others, the rules of its files do
_ASKED = ("department", "contact", "telephone", "email")  # fields of a sheet by which its writer is reached


@frozen
class BodyEvent:
    """One thing that happened. `kind`: a mail of the body, a letter of ours, something that an official noted; `where`
    a receipt number, or a letter's number in the outbox; `mailbox`: of a mail or letter."""

    at: datetime
    kind: Literal["mail", "letter", "act"]
    said: str
    subject: str
    where: str
    mailbox: str


@frozen
class ReachedBy:
    """How the writer of a body's newest sheet is reached: (label, value), as the sheet says it."""

    receipt: str
    lines: tuple[tuple[str, str], ...]


@frozen
class LifeView:
    """What was asked for once, and what became of it. `opened` and `ended`: receipt numbers; `mailbox`: of the first."""

    about: str  # 難病　Q9
    said: str
    mailbox: str
    opened: str
    asked_at: datetime
    state: str
    ended: str
    by: str
    rounds: int


@frozen
class BodyView:
    """One body. `entries` oldest first; `standing` empty for a body that answers through its prefecture."""

    lgcode: str
    name: str
    standing: tuple[StandingView, ...]
    through: str  # the prefecture that collects its answers; empty: none does
    contact: ReachedBy | None
    entries: tuple[BodyEvent, ...]
    lives: tuple[LifeView, ...] = ()


def body_view(office: Office, lgcode: str, sees: Callable[[str], bool] = lambda mailbox: True) -> BodyView:
    """Everything about one body (lgcode of the roster). `sees`: whose sheets may tell how it is reached, by mailbox."""
    register, ledger = office.register, office.ledger
    mails = correspondence.mails_of_body(ledger, lgcode)
    found = [_mail(mail, register.survey) for mail in mails]
    found += [*_letters(office, lgcode), *map(_act, correspondence.acts_at_body(ledger, lgcode))]
    collectors = {code for (body, _), code in register.collectors.items() if body == lgcode}
    return BodyView(
        lgcode=lgcode,
        name=register.full_name(lgcode),
        standing=standing_views(office, lgcode),
        through="、".join(register.full_name(code) for code in sorted(collectors)),
        contact=reached_by(office, [m for m in mails if sees(m.mailbox)]),
        entries=tuple(sorted(found, key=lambda e: e.at)),
        lives=tuple(_life(life, office) for life in lives(rounds(ledger, office.clock(), lgcode))),
    )


def _life(life: Life, office: Office) -> LifeView:
    survey = office.register.survey
    wording, program = load_wording().of(survey), survey.program(life.program)
    question = survey.question_name(life.finding.question) if life.finding.question else ""
    found = Finding(life.finding.code, "error", label="…", found="…", expected="…")
    return LifeView(
        about="　".join(filter(None, (program.name, question))),
        said=wording.sentence(found),
        mailbox=life.mailbox,
        opened=life.opened,
        asked_at=life.asked_at,
        state=wording.screen[f"life_{life.state}"],
        ended=life.ended,
        by=life.by,
        rounds=life.rounds,
    )


def outcome_said(mail: Mail) -> str:
    """What was decided about a mail, in a word; empty while nothing was."""
    wording = load_wording()
    return wording.outcome.get(mail.outcome, wording.screen.get(f"outcome_{mail.outcome}", mail.outcome))


def _mail(mail: Mail, survey: Survey) -> BodyEvent:
    rules = json.loads(mail.rules)
    why = sentence_of(rules[0], survey) if rules and mail.outcome in _SAYS_WHY else ""
    said = "　".join(filter(None, (outcome_said(mail), why)))
    return BodyEvent(mail.received_at, "mail", said, mail.subject, mail.receipt, mail.mailbox)


def _letters(office: Office, lgcode: str) -> Iterator[BodyEvent]:
    rows: list[LetterRow] = letter_rows(office, correspondence.letters_of_body(office.ledger, lgcode))
    for row in rows:
        at = row.letter.written_at
        yield BodyEvent(at, "letter", row.said, row.letter.subject, str(row.letter.id), row.letter.mailbox)


def _act(act: Act) -> BodyEvent:
    words = load_wording().screen
    said = words.get(f"act_{act.kind}", act.kind)
    return BodyEvent(act.at, "act", f"{said}　{act.by}", act.why, "", "")


def reached_by(office: Office, mails: list[Mail]) -> ReachedBy | None:
    """How the body's officials can be reached, as told by its newest mail that brought a sheet of its own; None if
    none tells."""
    for mail in reversed(mails):
        submission = verdicts.submission_of(office.ledger, mail.id)
        if submission is None or submission.alarms:
            continue
        sheets = [s for f in submission.files for s in f.sheets if not s.row]
        if sheets:
            labels = {f.key: f.label for f in office.register.survey.form(sheets[0].form, sheets[0].version).fields}
            lines = tuple((labels[key], sheets[0].field(key)) for key in _ASKED if key in labels and sheets[0].field(key))
            return ReachedBy(mail.receipt, lines) if lines else None
    return None
