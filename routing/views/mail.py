"""One mail from end to end: what it says, what it brought, why it was decided so, what was answered, what its body owes.

A mail in which a My Number seems to stand shows where, and no text.
"""

from __future__ import annotations

import json
from datetime import datetime

from config.frozen import frozen, replace
from intake.submission import Submission
from replies.wording import load_wording
from routing.clock import stamp
from routing.decision.verdict import sentence_of
from routing.ledger import correspondence, erasure, numbers, official_acts, verdicts
from routing.ledger.books import deadlines_at
from routing.ledger.correspondence import Act, DecisionRecord, Mail
from routing.ledger.last_decision import LastWord, last_word
from routing.ledger.undone import Undone, undone
from routing.office import Office
from routing.records import Arrival
from routing.tracking.instant import standing_of_body
from routing.tracking.number_steps import said as step_said
from routing.views.difference import VersionDifference, differences
from routing.views.files import AttachmentView, file_views
from routing.views.letters import WholeLetter, whole_letters_to
from routing.views.sheets import noticed


@frozen
class DecisionView:
    """One decision about a mail or a piece of it: `outcome` and `sentence` in words; `by` an official, empty: the desk."""

    piece: str
    body: str
    program: str
    outcome: str
    sentence: str
    by: str
    why: str
    at: datetime
    newest: bool
    undone: str = ""  # by whom and when it was taken back before it counted


@frozen
class StandingView:
    """What the body owes for one program, in words; `deadline`: until when, extended or not."""

    program: str
    state: str
    said: str
    received_at: datetime | None
    deadline: datetime


@frozen
class StepView:
    """One step after a My Number; `done`: by whom and when, empty while it is open."""

    number: str
    said: str
    done: str


@frozen
class MailView:
    """One mail. `places`: where a My Number or a register seems to stand; then `text` and `files` hold nothing that
    was read. `others`: the other mails of the body."""

    arrival: Arrival
    kind: str
    sender: str
    sender_name: str
    subject: str
    text: str
    lgcode: str
    body: str
    places: tuple[str, ...]
    erased: str
    files: tuple[AttachmentView, ...]
    findings: tuple[str, ...]
    evidence: tuple[str, ...]
    decisions: tuple[DecisionView, ...]
    acts: tuple[Act, ...]
    letters: tuple[WholeLetter, ...]
    standing: tuple[StandingView, ...]
    steps: tuple[StepView, ...]
    others: tuple[Mail, ...]
    last: LastWord | None
    differences: tuple[VersionDifference, ...] = ()
    links: tuple[str, ...] = ()  # where files lie that it leads to, without scheme: to be read, not to be followed

    @property
    def asks(self) -> bool:
        """Whether people are to read it and answer, sooner than to decide about a sheet."""
        return not any(file.sheets for file in self.files)

    @property
    def left(self) -> tuple[WholeLetter, ...]:
        """The letters about it that have left, or may have."""
        return tuple(x for x in self.letters if x.row.state in ("sent", "sent_by_hand", "unsure", "undelivered"))


def mail_view(office: Office, arrival: Arrival) -> MailView:
    """Everything that people need of one mail to decide about it."""
    ledger, wording = office.ledger, load_wording().of(office.register.survey)
    submission = verdicts.submission_of(ledger, arrival.id)
    said = correspondence.decisions(ledger, arrival.id)
    newest = correspondence.newest_decisions(ledger, arrival.id)
    whose = official_acts.assigned(ledger, arrival.id)[0]
    lgcode = whose or next((s.submitter or s.body for s in newest if s.submitter or s.body), "")
    places = submission.alarms if submission else ()
    sender = submission.message.sender if submission else None
    gone = erasure.of(ledger, arrival.id)
    return MailView(
        arrival=arrival,
        kind=wording.mail_kind.get(submission.kind, submission.kind) if submission else "",
        sender=sender.address if sender else "",
        sender_name=sender.name if sender else "",
        subject=submission.message.subject if submission else "",
        text=submission.message.body if submission and not places else "",
        lgcode=lgcode,
        body=office.register.full_name(lgcode),
        places=places,
        erased=f"{stamp(gone.recorded_at)[:16].replace('T', ' ')} {gone.done_by}" if gone else "",
        files=file_views(submission, office, {s.piece: s.program for s in newest}),
        findings=_elsewhere(office, submission, newest),
        evidence=_evidence(office, arrival.id),
        decisions=_decisions(office, arrival.id, said, newest),
        acts=tuple(correspondence.acts_at(ledger, arrival.id)),
        letters=whole_letters_to(office, arrival.id),
        standing=standing_views(office, lgcode),
        steps=_steps(office, arrival.id),
        others=tuple(m for m in correspondence.mails_of_body(ledger, lgcode) if m.id != arrival.id) if lgcode else (),
        last=last_word(ledger, arrival.id),
        differences=differences(office, arrival),
        links=submission.links if submission and not places else (),
    )


def _decisions(
    office: Office, arrival_id: int, said: list[DecisionRecord], newest: list[DecisionRecord]
) -> tuple[DecisionView, ...]:
    """Every decision in its order; one that was taken back says so, and the copy that put the earlier one in force again
    stands only where it holds."""
    back = undone(office.ledger, arrival_id)
    found = []
    for one in said:
        if _is_by_file(one, said):
            continue
        took = next((u for u in back if u.verdict_after < one.id <= u.verdict_to), None)
        copied = took is not None and one.id > took.copies_after
        if copied and one not in newest:
            continue
        view = _decision(one, office, one in newest)
        found.append(replace(view, undone=_taken_back(took)) if took and not copied else view)
    return tuple(found)


def _taken_back(took: Undone) -> str:
    return f"{took.by} {stamp(took.at)[:16].replace('T', ' ')}"


def _is_by_file(one: DecisionRecord, said: list[DecisionRecord]) -> bool:
    """Whether it is a mail's own row that only sums up what was decided about its files, which follow it."""
    return one.piece == "0" and any(s.id == one.id + 1 and s.piece != "0" for s in said)


def _decision(said: DecisionRecord, office: Office, newest: bool) -> DecisionView:
    wording = load_wording()
    rules = json.loads(said.rules)
    return DecisionView(
        piece=said.piece,
        body=office.register.full_name(said.body or said.submitter),
        program=_program(office, said.program),
        outcome=wording.outcome.get(said.outcome, wording.screen.get(f"outcome_{said.outcome}", said.outcome)),
        sentence=sentence_of(rules[0], office.register.survey) if rules else "",
        by="" if said.by == "uketsuke" else said.by,
        why=said.why,
        at=said.at,
        newest=newest,
    )


def _program(office: Office, id: str) -> str:
    return office.register.survey.program(id).name if id else ""


def standing_views(office: Office, lgcode: str) -> tuple[StandingView, ...]:
    """What one respondent owes now, in words; empty for any other body."""
    words, now = load_wording(), office.clock()
    until = deadlines_at(office.ledger, office.register, now)
    return tuple(
        StandingView(
            _program(office, s.obligation.program),
            s.state,
            words.state_of(s.state, s.unbooked, s.checked_only),
            s.received_at,
            until.of(lgcode, s.obligation.program),
        )
        for s in standing_of_body(office, lgcode, now)
    )


def _evidence(office: Office, arrival_id: int) -> tuple[str, ...]:
    """What told whose answer this is: 「件名 → 神奈川県横浜市」."""
    words = load_wording().screen
    return tuple(
        f"{words.get('evidence_' + source, source)}「{claim}」→ "
        + ("、".join(office.register.full_name(code) for code in lgcodes) or words["evidence_nobody"])
        for source, claim, lgcodes in correspondence.evidence(office.ledger, arrival_id)
    )


def _steps(office: Office, arrival_id: int) -> tuple[StepView, ...]:
    return tuple(
        StepView(s.number, step_said(s), f"{s.by} {stamp(s.at)[:16].replace('T', ' ')} {s.why}" if s.at else "")
        for s in numbers.steps(office.ledger, arrival_id)
    )


def _elsewhere(office: Office, submission: Submission | None, newest: list[DecisionRecord]) -> tuple[str, ...]:
    """What was noticed with the newest decisions, but for what stands beside the files and their lines."""
    wording = load_wording().of(office.register.survey)
    files = submission.files if submission else ()
    beside = {f for file in files for f in (*file.findings, *(f for s in file.sheets for f in s.findings))}
    found = correspondence.findings(office.ledger, [s.id for s in newest])
    return tuple(noticed(f, wording) for f in dict.fromkeys(found) if f not in beside and f.code in wording.finding)

