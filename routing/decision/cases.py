"""From a Submission to a decided mail: builds the frozen cases, asks the tables, gathers what they say.

Pure except for the look-ups handed in as `Facts`. All findings are gathered before anything is decided, so
that one reply tells everything.
"""

from __future__ import annotations

from datetime import datetime

from config.frozen import replace
from config.jst import JST
from intake.finding import Finding, severity_of
from intake.submission import Submission
from routing.deadline import Deadlines
from routing.decision.building import CaseBuilder, Unit, told_sheets
from routing.decision.case import FileCase, MailCase
from routing.decision.facts import Facts
from routing.decision.gaps import with_gaps
from routing.decision.identify import identify
from routing.decision.override import NO_OVERRIDE, Override, OverrideRefused
from routing.decision.pre_check import as_checked, service_asked
from routing.decision.summary import (
    alerts,
    handed_in_in_time,
    mail_late,
    question,
    receipt_doubt,
    rests,
    unproven,
)
from routing.decision.verdict import NOT_BOOKED, decide_file, decide_mail, remarks
from routing.proof import LEAST
from routing.records import NOBODY, Arrival, Decided, FileDecision, Identity, MailDecision, Piece
from routing.register import Register
from routing.standing import Booking
from routing.versions import VersionChange, change_since

WHY_NO_FILE = frozenset({"file_by_link", "file_removed", "file_sealed", "mail_divided"})


def decide(
    arrival: Arrival,
    submission: Submission,
    facts: Facts,
    register: Register,
    override: Override = NO_OVERRIDE,
) -> Decided:
    """The whole decision about one mail, without its reply."""
    submission = in_our_thread(submission, facts)
    asks_for = service_asked(submission, facts, override)
    facts = facts.of_itself if asks_for else facts
    own = identify(submission, None, None, facts.sender, register.roster)
    last_day = _on_last_day(arrival, own, facts)
    vouched = facts.credentials.theirs(facts.credentials.sender, own.submitter)
    case = MailCase(submission, facts, arrival.mailbox, override.take_in, last_day, asks_for, vouched)
    by_table = decide_mail(case)
    _refuse_alarm(override, by_table, submission.alarms)
    mail = _override_mail(by_table, override)
    pieces: tuple[Piece, ...] = ()
    if mail.outcome in ("by_file", "correction") or mail.rule in NOT_BOOKED:
        pieces = _decide_pieces(arrival, submission, facts, register, override)
    if mail.rule in NOT_BOOKED:
        pieces = tuple(map(as_checked, pieces))
    pieces, gaps = with_gaps(pieces, facts.history, register.survey)
    findings = submission.findings + _no_file(submission, mail, register)
    _refuse_empty(override, pieces, findings)
    whole = _of_the_mail(own, pieces)
    return Decided(
        arrival=arrival,
        submission=submission,
        mail=mail,
        identity=whole,
        findings=findings,
        pieces=pieces,
        late=mail_late(arrival.received_at, pieces, own, facts.deadlines),
        notes=override.notes
        + alerts(submission, pieces, register.survey)
        + unproven(pieces, facts.credentials, override.by)
        + question(submission, mail, whole.submitter or whole.body)
        + receipt_doubt(submission, pieces, own, facts, arrival.received_at)
        + rests(submission, mail, whole, facts, (arrival.mailbox, register))
        + gaps,
        decided_by=override.by,
        why=override.why,
    )


def _on_last_day(arrival: Arrival, own: Identity, facts: Facts) -> bool:
    """Whether a mail came on the day on which its sender's time ends."""
    return arrival.received_at.astimezone(JST).date() == facts.deadlines.of(own.submitter or own.body).date()


def in_our_thread(submission: Submission, facts: Facts) -> Submission:
    """The mail as if it had In-Reply-To, where its text names a letter of ours: a reply, if it brings no file. What
    lies behind a link is a submission all the same."""
    told = any(f.code in WHY_NO_FILE for f in submission.findings)
    if not facts.letter_named or told or submission.kind not in ("submission", "inquiry"):
        return submission
    if submission.enclosed:
        return submission
    return replace(submission, kind="reply", answers=submission.answers or facts.letter_named)


def _refuse_alarm(override: Override, mail: MailDecision, places: tuple[str, ...]) -> None:
    """Refuse to decide on what stands in an alarm: it was not read, and whether it is an alarm has to be settled
    first. Raises OverrideRefused."""
    if mail.rule == "personal_data" and override.outcome in ("accepted", "correction"):
        shown = "、".join(places[:5]) + (f"ほか{len(places) - 5}か所" if len(places) > 5 else "")
        raise OverrideRefused(
            f"個人番号か住民の名簿と思われる箇所（{shown}）があるため、調査票を読み取っていません。"
            "確かめて、そうでなければ not-my-number（読み直して判定します）、そうであれば my-number"
            "（消去までの手順を始めます）としてください。"
        )


def _refuse_empty(override: Override, pieces: tuple[Piece, ...], findings: tuple[Finding, ...]) -> None:
    """Refuse an operator's word that would change nothing. Raises OverrideRefused."""
    if override.outcome == "accepted" and not any(p.decision.outcome == "accepted" for p in pieces):
        raise OverrideRefused(
            "受け付けられる調査票がありません。団体が分からないときは、先に assign で団体コードを指定してください。"
        )
    asked = [f for p in pieces if p.decision.outcome == "correction" for f in p.findings] + list(findings)
    if override.outcome == "correction" and not any(f.severity == "error" for f in asked):
        raise OverrideRefused("修正をお願いする指摘がないため、確認のお願いは送れません。")


def _of_the_mail(own: Identity, pieces: tuple[Piece, ...]) -> Identity:
    """The sender of the mail, by what its sheets say where they agree, since a subject may name somebody else. The
    letter goes by it, and no body's standing may be told to another."""
    told = [p.identity for p in pieces if p.sheet is not None and p.identity.body]
    if len({i.submitter for i in told}) != 1:
        return own
    bodies = {i.body for i in told}
    return replace(own, submitter=told[0].submitter, body=told[0].body if len(bodies) == 1 else "")


def unread(arrival: Arrival, decision: MailDecision, override: Override, register: Register) -> Decided:
    """The decision about a mail that could not be read; what happened stands in the override's notes. Whether it came
    late is told by the deadline of the body to which an official assigned the mail, else by the last deadline."""
    late = arrival.received_at > Deadlines(register, {}).set_for(override.assigned)
    return Decided(arrival, None, decision, NOBODY, (), (), late, override.notes, override.by, override.why)


def _override_mail(decision: MailDecision, override: Override) -> MailDecision:
    """An operator's word on a mail that its row held as a whole."""
    if override.outcome == "ignored":
        return MailDecision("ignored", "operator")
    if override.outcome is not None and decision.outcome == "held":
        return MailDecision("by_file", "operator")
    return decision


def _no_file(submission: Submission, mail: MailDecision, register: Register) -> tuple[Finding, ...]:
    """A submission without any attachment has one finding of its own, unless the mail tells why."""
    told = any(f.code in WHY_NO_FILE for f in submission.findings)
    if told or mail.rule not in ("no_form", *NOT_BOOKED) or any(f.attached for f in submission.files):
        return ()
    return (Finding("no_file", severity_of("no_file", register.survey)),)


def _decide_pieces(
    arrival: Arrival, submission: Submission, facts: Facts, register: Register, override: Override
) -> tuple[Piece, ...]:
    """Each file, and each answer sheet in it, decided; earlier pieces of this mail are no history."""
    builder = CaseBuilder(arrival, submission, facts, register, override)
    units = builder.units()
    beside = told_sheets(units, register)
    return tuple(_decide_piece(unit, builder.case(unit, beside), builder) for unit in units)


def _decide_piece(unit: Unit, case: FileCase, builder: CaseBuilder) -> Piece:
    received_at, facts = builder.arrival.received_at, builder.facts
    decision = _override_file(decide_file(case), case, builder.override)
    late = facts.deadlines.late(received_at, case.identity.body, case.program)
    return Piece(
        unit.piece,
        unit.file,
        unit.sheet,
        case.identity,
        case.program,
        _PART.get(case.relation, "") if case.owes else "",
        decision,
        case.findings,
        late,
        late and handed_in_in_time(case.identity.body, case.program, facts),
        case.newcomer.proof,
        _displaced(case, received_at) if decision.outcome == "accepted" else (),
        max(case.beside, key=lambda b: (b.received_at, b.id), default=None),
        _since(case, decision, facts),
    )


def _since(case: FileCase, decision: FileDecision, facts: Facts) -> VersionChange | None:
    """The questions that a sheet changes in the version before it. Told only to a sender who proves to be the body,
    or who sent that version himself."""
    told = case.survey.tells_changes and decision.outcome in ("accepted", "correction") and case.relation == "own"
    if not told or case.sheet is None:
        return None
    version = facts.version_before(case.identity.body, case.program, case.sheet.attributes)
    known = case.newcomer.proof >= LEAST["standing"]
    if version is None or not (known and case.newcomer.was_told(version.booking)):
        return None
    return change_since(version, case.sheet)


def _displaced(case: FileCase, received_at: datetime) -> tuple[Booking, ...]:
    return tuple(b for b in case.beside if case.newcomer.displaces(b, received_at))


_PART = {"own": "own", "city": "own", "municipality": "collected", "direct": "collected"}


def _override_file(decision: FileDecision, case: FileCase, override: Override) -> FileDecision:
    """An operator's outcome replaces a verdict that waited for one, or a request for correction."""
    if override.outcome is None or decision.outcome in ("kept", "ignored"):
        return decision
    if override.outcome == "accepted" and not (case.identity.body and case.program):
        return decision
    return FileDecision(override.outcome, "operator", remarks(case, override.outcome, "operator"))
