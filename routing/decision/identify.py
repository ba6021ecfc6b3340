"""Who submits, and whose answer is it? Two identities from four kinds of evidence.

Pure. Evidence is kept whether it agreed or not. Workbook and sender's domain outweigh subject and file
name; a name that fits several bodies is narrowed down by the other evidence and never guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from config.domains import body_hint, is_local_government
from config.frozen import frozen
from config.roster import Roster
from config.survey import Survey
from intake.personal import mask
from intake.submission import Address, AnswerSheet, Claim, FileReading, NameMatch, Submission
from routing.records import Evidence, EvidenceSource, Identity, KnownSender


def know_sender(
    address: Address | None, approved: str | None, extra: Sequence[str], roster: Roster
) -> KnownSender:
    """What the sender's address tells. `approved`: the lgcode of an earlier approval ("" = approved without
    a body, None = never approved); `extra`: domains that the settings approve."""
    if address is None:
        return KnownSender(None, False, "", ())
    domain = address.domain
    recognised = approved is not None or is_local_government(domain) or domain in extra or bool(roster.by_domain(domain))
    return KnownSender(address, recognised, approved or "", body_hint(domain, roster))


def identify(
    submission: Submission,
    file: FileReading | None,
    sheet: AnswerSheet | None,
    sender: KnownSender,
    roster: Roster,
) -> Identity:
    """The two identities of one piece of a mail (or of the mail itself, without file)."""
    evidence = _gather(submission, file, sheet, sender)
    listed = sheet is not None and sheet.row > 0
    body = _body(evidence, _naming(evidence, listed, roster), roster)
    submitter = _submitter(evidence, body, roster)
    if not body and not listed and _speaks_for_itself(evidence):
        body = submitter
    strong = any(e.source in _STRONG and body in e.lgcodes for e in evidence) or (
        bool(body) and submitter != body and roster.is_above(submitter, body)
    )
    return Identity(submitter, body, evidence, strong, _disagreeing(evidence, submitter, body, roster))


_STRONG: tuple[EvidenceSource, ...] = ("operator", "organisation", "approval", "sender_domain")
_NAMING: tuple[EvidenceSource, ...] = ("operator", "organisation", "file_name", "subject")
_SENDING: tuple[EvidenceSource, ...] = ("approval", "sender_domain")


def _gather(
    submission: Submission, file: FileReading | None, sheet: AnswerSheet | None, sender: KnownSender
) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    if sender.assigned:
        found.append(Evidence("operator", sender.assigned, (sender.assigned,)))
    if sheet is not None and sheet.body.status != "absent":
        found.append(Evidence("organisation", mask(sheet.field("organisation")), _codes(sheet.body)))
    if sender.approved:
        found.append(
            Evidence("approval", sender.address.address if sender.address else "", (sender.approved,))
        )
    if sender.hint and sender.address:
        found.append(Evidence("sender_domain", sender.address.domain, sender.hint))
    if file is not None:
        found.extend(_claimed("file_name", file.claim))
    found.extend(_claimed("subject", submission.claim))
    return tuple(found)


def _claimed(source: EvidenceSource, claim: Claim) -> list[Evidence]:
    if claim.match.status == "absent":
        return []
    return [Evidence(source, claim.name or claim.text, _codes(claim.match))]


def _codes(match: NameMatch) -> tuple[str, ...]:
    return match.lgcodes if match.status in ("found", "ambiguous") else ()


def _of(evidence: Sequence[Evidence], source: EvidenceSource) -> tuple[str, ...]:
    return next((e.lgcodes for e in evidence if e.source == source), ())


def _outvoted(evidence: Sequence[Evidence], roster: Roster) -> bool:
    """Whether 組織名 stands alone against the sender and a name that agrees with the sender: then it is the form's
    printed example left in, or another body's sheet used again. The subject of a prefecture, or of a body with others
    below it, is no second vote, since it sends their sheets under its own name."""
    own = _of(evidence, "organisation")
    senders = _of(evidence, "approval") or _of(evidence, "sender_domain")
    sender = roster.by_code(_nearest(senders, "", roster))
    if (
        sender is None
        or not own
        or any(c == sender.lgcode or roster.is_above(sender.lgcode, c) for c in own)
    ):
        return False
    names = [_of(evidence, "file_name"), _of(evidence, "subject")]
    if any(code in own for codes in names for code in codes):
        return False
    votes = names[:1] if roster.has_below(sender) else names
    return any(
        len(v) == 1 and (v[0] == sender.lgcode or roster.is_above(sender.lgcode, v[0])) for v in votes
    )


def _naming(evidence: Sequence[Evidence], listed: bool, roster: Roster) -> tuple[EvidenceSource, ...]:
    """The sources that may name the body, in order of weight. For a list's row only its own 組織名 counts: file name
    and subject name the prefecture that made the list."""
    if listed:
        return ("organisation",)
    outvoted = _outvoted(evidence, roster)
    return tuple(s for s in _NAMING if s != "organisation" or not outvoted)


def _body(evidence: Sequence[Evidence], sources: Sequence[EvidenceSource], roster: Roster) -> str:
    """The body that the first of these sources names which names one; a source that names several is narrowed down by
    all the other evidence."""
    for source in sources:
        codes = _of(evidence, source)
        if len(codes) == 1:
            return codes[0]
        if codes:
            others = [e.lgcodes for e in evidence if e.source != source and e.lgcodes]
            narrowed = _narrow(codes, others, roster)
            if len(narrowed) == 1:
                return narrowed[0]
            if source in ("operator", "organisation"):
                return ""
    return ""


def _narrow(codes: tuple[str, ...], others: Sequence[tuple[str, ...]], roster: Roster) -> tuple[str, ...]:
    """Candidates that another source names too, itself or by its prefecture."""
    for other in others:
        fitting = tuple(c for c in codes if any(c == o or roster.is_above(o, c) for o in other))
        if fitting and len(fitting) < len(codes):
            codes = fitting
    return codes


def _submitter(evidence: Sequence[Evidence], body: str, roster: Roster) -> str:
    """Who sends: what an operator or the domain says, else the subject, else the body itself."""
    for source in _SENDING:
        codes = _of(evidence, source)
        vouched = source == "approval" and bool(body)  # an approval for one body speaks of no other
        if len(codes) == 1 and not (vouched and codes[0] != body and not roster.is_above(codes[0], body)):
            return codes[0]
        fitting = [c for c in codes if not body or c == body or roster.is_above(c, body)]
        if one := _nearest(fitting, body, roster):
            return one
    subject = _of(evidence, "subject")
    if len(subject) == 1 and (not body or subject[0] == body or roster.is_above(subject[0], body)):
        return subject[0]
    return body


def _nearest(codes: Sequence[str], body: str, roster: Roster) -> str:
    """The only one of these bodies. A survey's own body may write from the domain of its prefecture or city: then the
    one nearest to `body` that is the survey's own, or, without a body, the only one."""
    if len(codes) == 1:
        return codes[0]
    named = roster.by_code(body)
    near = [one.lgcode for one in (named, *roster.above(named))] if named else codes
    own = [code for code in near if code in codes and not roster.is_local(code)]
    return own[0] if own and (named or len(own) == 1) else ""


def _speaks_for_itself(evidence: Sequence[Evidence]) -> bool:
    """Whether the sender's own body is meant, since workbook, file name and subject name none."""
    return not any(e.lgcodes for e in evidence if e.source in ("organisation", "file_name", "subject"))


def _disagreeing(
    evidence: Sequence[Evidence], submitter: str, body: str, roster: Roster
) -> tuple[EvidenceSource, ...]:
    """The sources that name only bodies that are neither the body, nor the submitter, nor their prefecture."""
    if not body:
        return ()

    def fits(code: str) -> bool:
        return code in (body, submitter) or roster.is_above(code, body)

    return tuple(e.source for e in evidence if e.lgcodes and not any(fits(c) for c in e.lgcodes))


@frozen
class ProgramEvidence:
    """What may tell the program of a sheet whose 制度等 is empty: the names used, and the mailbox."""

    file_name: tuple[str, ...]
    subject: tuple[str, ...]
    mailbox: str  # id, or empty (offline check)


def infer_program(
    sheet: AnswerSheet, evidence: ProgramEvidence, answers: Collection[str], survey: Survey
) -> str:
    """The program that a sheet answers, or empty: 制度等, else the form, else the file name, the mailbox,
    the subject, else what the body `answers` at all (a core city in ① can only mean 小慢)."""
    if sheet.program:
        return sheet.program
    possible = {p.id for p in survey.programs if p.form == sheet.form}
    for narrowing in (
        set(evidence.file_name),
        {p.id for p in survey.programs if p.mailbox == evidence.mailbox},
        set(evidence.subject),
        set(answers),
    ):
        if len(possible) == 1:
            break
        possible = possible & narrowing or possible
    return possible.pop() if len(possible) == 1 else ""
