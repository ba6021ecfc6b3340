"""What officials decide about one mail: accept, correct, ignore, assign, retry, resend, amend, erase.

Each is recorded with who and why, and goes through the same decision as the mail did at first; the original
reading stays in the ledger. Short transactions; no lock is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from config.frozen import replace
from intake.amendment import AmendmentRefused, question_key
from intake.submission import Submission
from routing.clock import stamp
from routing.decision.amended import amended_submission
from routing.decision.cases import unread
from routing.decision.override import Override, OverrideRefused
from routing.decision.verdict import NOT_BOOKED
from routing.journey.desk import Desk
from routing.journey.judge import Settled
from routing.ledger import erasure, numbers, official_acts, resending, verdicts, withdrawing
from routing.ledger.resending import RefusedReply
from routing.records import Arrival, MailDecision, Note
from routing.who import Refused, Who


def decide_again(desk: Desk, arrival: Arrival, override: Override) -> Settled:
    """Decide a mail anew under an operator's override; what operators assigned or amended before still holds. Raises
    Refused, and then nothing was recorded."""
    if override.outcome == "ignored" and verdicts.submission_of(desk.ledger, arrival.id) is None:
        return desk.end_unread(arrival, MailDecision("ignored", "operator"), override)
    changes = official_acts.amendments(desk.ledger, arrival.id) | _entered(override)
    lgcode, program = official_acts.assigned(desk.ledger, arrival.id)
    counts = override.counts or official_acts.taken_in(desk.ledger, arrival.id)
    override = replace(
        override, assigned=override.assigned or lgcode, program=override.program or program, counts=counts
    )
    try:
        submission = amended_submission(submission_at(desk, arrival), changes, desk.register)
        return desk.commit(arrival, submission, override)
    except (OverrideRefused, AmendmentRefused) as refused:
        raise Refused(str(refused)) from refused


def _entered(override: Override) -> dict[str, str]:
    """The amendments that this very decision records."""
    details = (note.detail.partition("=") for note in override.notes if note.kind == "amend")
    return {key: value for key, _, value in details}


def submission_at(desk: Desk, arrival: Arrival) -> Submission:
    """The mail as it was read. Raises Refused where it was not, or was erased."""
    _not_erased(desk, arrival)
    submission = verdicts.submission_of(desk.ledger, arrival.id)
    if submission is None:
        raise Refused("このメールはまだ読み取られていません。読み直してください（retry）。")
    return submission


def _not_erased(desk: Desk, arrival: Arrival) -> None:
    """Raise Refused if the ledger no longer holds the mail's content."""
    gone = erasure.of(desk.ledger, arrival.id)
    if gone is not None:
        raise Refused(f"このメールの内容は消去済みです（{stamp(gone.recorded_at)} {gone.done_by}）。")


def received(override: Override, at: datetime | None) -> Override:
    """The override with the time at which the mail was received, on record; None: its mailbox's own."""
    if at is None:
        return override
    return replace(override, received_at=at, notes=(*override.notes, Note("received", stamp(at))))


def set_receipt_time(desk: Desk, arrival: Arrival, at: datetime, who: Who) -> Settled:
    """Settle when a mail was received, and decide it anew by that. Raises Refused."""
    taken_in = official_acts.taken_in(desk.ledger, arrival.id)
    return decide_again(desk, arrival, received(Override(take_in=taken_in, by=who.by, why=who.why), at))


def take_in(desk: Desk, arrival: Arrival, who: Who, at: datetime | None = None) -> Settled:
    """Make a submission of a mail that asked for a check only, received when it was. Raises Refused for any other."""
    if verdicts.rule_of(desk.ledger, arrival.id) not in NOT_BOOKED:
        raise Refused("提出前の点検などの依頼ではないため、提出に改めるものはありません。")
    return decide_again(desk, arrival, received(Override(take_in=True, counts=True, by=who.by, why=who.why), at))


def assign(  # noqa: PLR0913 - the official's whole decision
    desk: Desk, arrival: Arrival, lgcode: str, who: Who, program: str = "", at: datetime | None = None
) -> Settled:
    """Name the body whose answer this mail is, the program where the sheet does not tell it, and when it was received
    where its mailbox's time is not to count. Raises Refused for an unknown body or program, and as `decide_again`."""
    if program and program not in {p.id for p in desk.register.survey.programs}:
        known = "、".join(p.id for p in desk.register.survey.programs)
        raise Refused(f"{program} という制度等はありません（{known}）。")
    body = desk.register.body(lgcode)
    if body is None:
        raise Refused(
            f"団体コード {lgcode} は団体一覧にありません。"
        )
    return decide_again(desk, arrival, received(assigning(body.lgcode, program, who), at))


def assigning(lgcode: str, program: str, who: Who) -> Override:
    """The override that names body and program."""
    note = Note("assign", lgcode=lgcode, program=program)
    return Override(assigned=lgcode, program=program, take_in=True, by=who.by, why=who.why, notes=(note,))


def mark_seen(desk: Desk, arrival: Arrival, who: Who) -> None:
    """Take an alert, or a reply that did not reach its reader, off the list without deciding anything."""
    verdicts.add_event(desk.ledger, Note("seen"), arrival.id, who.pair, desk.clock())


def retry(desk: Desk, arrival: Arrival, who: Who) -> None:
    """Have a mail read again from its raw bytes at the next pass. Raises Refused."""
    _not_erased(desk, arrival)
    verdicts.read_again(desk.ledger, arrival.id, who.pair, desk.clock())


def resend(desk: Desk, number: str, who: Who) -> list[RefusedReply]:
    """Put the refused reply of this number back into the queue as it is; all of them where the number is empty. What
    may have been taken is never sent again. Raises Refused, and then nothing was recorded."""
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
    "": "送信したメールがありません。番号を確かめてください。",
    "queued": "まだ送信待ちにあります。送信できるまで、自動で試し続けます。",
    "sending": "送信中か、結果を確かめているところです。",
    "later": "まだ送信待ちにあります。送信できるまで、自動で試し続けます。",
    "sent": "送信済みです。同じメールを二度は送りません。",
    "refused": "その後に職員が判断したか、確認済みとしたか、別の返信を作ったため、このメールは送り直しません。",
    "unsure": "届いているかもしれないため、送り直しません。届いていないことが確かなら、読み直してください（retry）。",
    "undelivered": "相手の側から戻ったメールです。アドレスをご確認のうえ、読み直してください（retry）。",
}
_BY_PEOPLE = "職員の手に渡ったメールのため、送り直しません。"


def amend(desk: Desk, arrival: Arrival, changes: Mapping[str, str], who: Who) -> Settled:
    """Enter answers that came by telephone (職員補記). The mail and its first reading stay as they were; each change
    is an event; the sheet is checked again with the changes in it. Raises Refused."""
    notes = tuple(Note("amend", f"{question_key(key)}={value}") for key, value in changes.items())
    return decide_again(desk, arrival, Override(take_in=True, by=who.by, why=who.why, notes=notes))


def erase(desk: Desk, arrival: Arrival, who: Who) -> bool:
    """Take a mail's bytes, its reading and the replies that quote it out of the ledger; hash, who and why stay. What
    it had brought no longer counts: it is decided as ignored. Return whether no trace is left in the write-ahead log
    (else the desk sees to it later). Raises Refused."""
    take_out(desk, arrival, who)
    return erasure.wipe(desk.ledger)


def take_out(desk: Desk, arrival: Arrival, who: Who) -> Settled:
    """Erase a mail as `erase` does, but leave its trace in the write-ahead log: the caller has to `wipe` when the
    transaction is over. Raises Refused."""
    _not_erased(desk, arrival)
    override = Override(by=who.by, why=who.why, notes=(Note("erased"),))
    decided = unread(arrival, MailDecision("ignored", "erased"), override, desk.register)
    with desk.ledger.writing():
        desk.judge_now().record(decided)
        taken_back = withdrawing.take_back(desk.ledger, arrival.id, desk.clock())
        erasure.erase(desk.ledger, arrival.id, who.pair, desk.clock())
        erasure.erase_replies(desk.ledger, arrival.id)
        numbers.note_end(desk.ledger, arrival.id, who.pair, desk.clock())
    return Settled(decided, None, taken_back)
