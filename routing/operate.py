"""What operators do to a mail: accept, correct, ignore, assign, approve its sender, retry, resend, amend, add.

Each is recorded with who and why, and goes through the same decision as the mail did at first; the original
reading stays in the ledger. Short transactions; no lock is needed.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from intake.amend import AmendmentRefused, question_key
from intake.sources.source import Fetched
from intake.submission import Submission
from routing.amended import amended_submission
from routing.clock import stamp
from routing.decided import Note
from routing.decision.cases import unread
from routing.decision.override import Override, OverrideRefused
from routing.decision.verdict import MailDecision
from routing.desk import Desk
from routing.identify import identify, know_sender
from routing.judge import Settled
from routing.ledger import arrivals, erasure, people, resending, verdicts, withdrawing
from routing.ledger.arrivals import Arrival, Place
from routing.ledger.resending import RefusedReply
from routing.reading import ReaderDied, ReadFailed
from routing.register import Register


class Refused(Exception):
    """What an operator asked for cannot be done; the text says why and what can."""


@dataclass(frozen=True, slots=True)
class Who:
    """The official who decides, and the reason given."""

    by: str
    why: str

    @property
    def pair(self) -> tuple[str, str]:
        """(name, reason) as the ledger's statements take it."""
        return self.by, self.why


def decide_again(desk: Desk, arrival: Arrival, override: Override) -> Settled:
    """Decides a mail anew under an operator's override; what operators assigned or amended before still
    holds. Raises Refused, and then nothing was recorded."""
    if override.outcome == "ignored" and verdicts.submission_of(desk.ledger, arrival.id) is None:
        return desk.end_unread(arrival, MailDecision("ignored", "operator"), override)
    changes = people.amendments(desk.ledger, arrival.id) | _entered(override)
    lgcode, program = people.assigned(desk.ledger, arrival.id)
    override = replace(override, assigned=override.assigned or lgcode, program=override.program or program)
    try:
        submission = amended_submission(_submission(desk, arrival), changes, desk.register)
        return desk.commit(arrival, submission, override)
    except (OverrideRefused, AmendmentRefused) as refused:
        raise Refused(str(refused)) from refused


def _entered(override: Override) -> dict[str, str]:
    """The amendments that this very decision records."""
    details = (note.detail.partition("=") for note in override.notes if note.kind == "amend")
    return {key: value for key, _, value in details}


def _submission(desk: Desk, arrival: Arrival) -> Submission:
    _not_erased(desk, arrival)
    submission = verdicts.submission_of(desk.ledger, arrival.id)
    if submission is None:
        raise Refused("このメールはまだ読み取られていません。retry で読み直してください。")
    return submission


def _not_erased(desk: Desk, arrival: Arrival) -> None:
    """Raises Refused where the mail's content stands in the ledger no more."""
    gone = erasure.of(desk.ledger, arrival.id)
    if gone is not None:
        raise Refused(f"このメールの内容は消去済みです（{stamp(gone.recorded_at)} {gone.done_by}）。")


def received(override: Override, at: datetime | None) -> Override:
    """The override with the time at which the mail was received, on record; None: its mailbox's own."""
    if at is None:
        return override
    return replace(override, received_at=at, notes=(*override.notes, Note("received", stamp(at))))


def settle_receipt(desk: Desk, arrival: Arrival, at: datetime, who: Who) -> Settled:
    """Settles when a mail was received, and decides it anew by that. Raises Refused."""
    taken_in = people.taken_in(desk.ledger, arrival.id)
    return decide_again(desk, arrival, received(Override(take_in=taken_in, by=who.by, why=who.why), at))


def assign(  # noqa: PLR0913 - the official's whole decision
    desk: Desk, arrival: Arrival, lgcode: str, who: Who, program: str = "", at: datetime | None = None
) -> Settled:
    """Names the body whose answer this mail is, the program where the sheet does not tell it, and when it was
    received where its mailbox's time is not to count."""
    if program and program not in {p.id for p in desk.register.survey.programs}:
        known = "、".join(p.id for p in desk.register.survey.programs)
        raise Refused(f"{program} という制度等はありません（{known}）。")
    body = desk.register.body(lgcode)
    if body is None:
        raise Refused(
            f"団体コード {lgcode} は団体一覧にありません。６桁の全国地方公共団体コードを指定してください。"
        )
    return decide_again(desk, arrival, received(_assigning(body.lgcode, program, who), at))


def _assigning(lgcode: str, program: str, who: Who) -> Override:
    note = Note("assign", lgcode=lgcode, program=program)
    return Override(assigned=lgcode, program=program, take_in=True, by=who.by, why=who.why, notes=(note,))


def mark_seen(desk: Desk, arrival: Arrival, who: Who) -> None:
    """Takes an alert, or a reply that did not reach its reader, off the list without deciding anything."""
    verdicts.add_event(desk.ledger, Note("seen"), arrival.id, who.pair, desk.clock())


def approve_sender(desk: Desk, arrival: Arrival, who: Who, whole_domain: bool = False) -> Settled:
    """Takes in mail from this address, or from its whole domain, from now on, this one included; the
    approval is remembered."""
    sender = _submission(desk, arrival).message.sender
    if sender is None:
        raise Refused("差出人のアドレスがないため、承認できません。")
    approved = f"@{sender.domain}" if whole_domain else sender.address
    whose = _speaks_for(_submission(desk, arrival), desk.register)
    people.approve(desk.ledger, approved, whose, who.pair, desk.clock())
    return decide_again(desk, arrival, Override(take_in=True, by=who.by, why=who.why))


def _speaks_for(submission: Submission, register: Register) -> str:
    """lgcode of the body for which a mail speaks, by what it brings and its names; empty where it speaks for none
    or for several: then the approval tells no body."""
    sender = know_sender(submission.message.sender, None, (), register.roster)
    found = {identify(submission, f, s, sender, register.roster).submitter for f in submission.files for s in f.sheets}
    found = found or {identify(submission, None, None, sender, register.roster).submitter}
    return found.pop() if len(found) == 1 else ""


def retry(desk: Desk, arrival: Arrival, who: Who) -> None:
    """Has a mail read again from its raw bytes at the next pass. Raises Refused."""
    _not_erased(desk, arrival)
    verdicts.read_again(desk.ledger, arrival.id, who.pair, desk.clock())


def resend(desk: Desk, number: str, who: Who) -> list[RefusedReply]:
    """Puts the refused reply of this number back into the queue as it is; all of them where the number is empty.
    What may have been taken is never sent again. Raises Refused, and then nothing was recorded."""
    now = desk.clock()
    with desk.ledger.writing():
        found = resending.refused(desk.ledger, now)
        if number:
            found = [reply for reply in found if reply.number == number]
            if not found:
                state = resending.state_of(desk.ledger, number)
                raise Refused(f"{number}: {_NOT_AGAIN.get(state, _BY_PEOPLE)}")
        for reply in found:
            resending.send_again(desk.ledger, reply, who.pair, now)
    return found


_NOT_AGAIN = {
    "": "送信したメールがありません。番号は held で確かめてください。",
    "queued": "まだ送信待ちにあります。送信できるまで、自動で試し続けます。",
    "sending": "送信中か、結果を確かめているところです。",
    "later": "まだ送信待ちにあります。送信できるまで、自動で試し続けます。",
    "sent": "送信済みです。同じメールを二度は送りません。",
    "refused": "その後に職員が判断したか、確認済みとしたか、別の返信を作ったため、このメールは送り直しません。",
    "unsure": "届いているかもしれないため、送り直しません。届いていないことが確かなら、decide の retry をお使いください。",
    "undelivered": "相手の側から戻ったメールです。アドレスをご確認のうえ、decide の retry をお使いください。",
}
_BY_PEOPLE = "職員の手に渡ったメールのため、送り直しません。"


def amend(desk: Desk, arrival: Arrival, changes: Mapping[str, str], who: Who) -> Settled:
    """Enters answers that came by telephone (職員補記). The mail and its first reading stay as they were;
    each change is an event; the sheet is checked again with the changes in it. Raises Refused."""
    notes = tuple(Note("amend", f"{question_key(key)}={value}") for key, value in changes.items())
    return decide_again(desk, arrival, Override(take_in=True, by=who.by, why=who.why, notes=notes))


def erase(desk: Desk, arrival: Arrival, who: Who) -> bool:
    """Takes a mail's bytes, its reading and the replies that quote it out of the ledger; hash, who and why
    stay. What it had brought counts no more: it is decided as ignored. Whether no trace is left in the
    write-ahead log yet (else the desk sees to it). Raises Refused."""
    _not_erased(desk, arrival)
    override = Override(by=who.by, why=who.why, notes=(Note("erased"),))
    decided = unread(arrival, MailDecision("ignored", "erased"), override, desk.register)
    with desk.ledger.writing():
        desk.judge.record(decided)
        withdrawing.take_back(desk.ledger, arrival.id, desk.clock())
        erasure.erase(desk.ledger, arrival.id, who.pair, desk.clock())
        erasure.erase_replies(desk.ledger, arrival.id)
    return erasure.wipe(desk.ledger)


@dataclass(frozen=True, slots=True)
class Paper:
    """What came by telephone, on paper or by hand: a file, whose answer it is, when it was received."""

    filename: str
    data: bytes
    mailbox: str
    lgcode: str
    received_at: datetime
    name_differs: bool = False  # the official knows that 組織名 on the sheet is another body's


def add(desk: Desk, paper: Paper, who: Who) -> Settled:
    """Records a file that did not come by mail, as a mail of our own making that no reply is sent to.
    Raises Refused, and then nothing was recorded."""
    if desk.register.body(paper.lgcode) is None:
        raise Refused(f"団体コード {paper.lgcode} は団体一覧にありません。")
    raw = _as_mail(desk, paper)
    try:
        submission = desk.reader.read_mail(raw)
    except (ReaderDied, ReadFailed) as failed:
        raise Refused(f"{paper.filename} を読み取れません。ファイルをご確認ください。") from failed
    _same_name(desk, paper, submission)
    prefix = desk.register.survey.mailbox(paper.mailbox).receipt_prefix
    fetched = Fetched(f"added-{paper.received_at.isoformat()}", paper.received_at, len(raw), raw)
    new = arrivals.keep(desk.ledger, Place(paper.mailbox, prefix, "added", who.by), [fetched], desk.clock())
    if not new:
        raise Refused("同じファイルが同じ受領日時で記録済みです。")
    arrival = arrivals.get(desk.ledger, new[0])
    assert arrival is not None
    submission = replace(submission, kind="submission", no_reply=("added",))
    return desk.commit(arrival, submission, _assigning(paper.lgcode, "", who))


def _same_name(desk: Desk, paper: Paper, submission: Submission) -> None:
    """Refuses a sheet that names another body for certain, unless the official knows. A list's rows name the
    bodies that it collects."""
    sheets = (s for f in submission.files for s in f.sheets if not s.row)
    others = [s.body.lgcode for s in sheets if s.body.lgcode not in ("", paper.lgcode)]
    if others and not paper.name_differs:
        named, given = (desk.register.full_name(code) for code in (others[0], paper.lgcode))
        raise Refused(
            f"調査票の組織名は{named}（{others[0]}）で、指定した{given}（{paper.lgcode}）と一致しません。"
            "--body を確かめてください。組織名の方が誤りであれば、--name-differs を付けてください。"
        )


def _as_mail(desk: Desk, paper: Paper) -> bytes:
    """The same bytes for the same paper, whoever records it, so that it is recorded once."""
    survey = desk.register.survey
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = f"【{desk.register.full_name(paper.lgcode)}】{survey.convention.text}"
    mail["From"] = desk.settings.operators
    mail["To"] = survey.mailbox(paper.mailbox).address
    mail["Date"] = paper.received_at
    mail.set_content("")
    kind = mimetypes.guess_type(paper.filename)[0] or "application/octet-stream"
    maintype, _, subtype = kind.partition("/")
    mail.add_attachment(paper.data, maintype=maintype, subtype=subtype, filename=paper.filename)
    mail.set_boundary(hashlib.sha256(paper.data).hexdigest())
    return mail.as_bytes()


def set_applicable(desk: Desk, lgcode: str, program: str, on: bool, who: Who) -> None:
    """該当事務なし: notes that a respondent has nothing to answer for a program, or takes that back."""
    if (lgcode, program) not in desk.register.by_key:
        raise Refused(f"{lgcode} に {program} の提出義務はありません。")
    detail = "off" if on else "on"
    event = Note("not_applicable", detail, lgcode, program)
    verdicts.add_event(desk.ledger, event, None, who.pair, desk.clock())
