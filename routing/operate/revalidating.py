"""Reading again, under today's program and survey, what was decided: which verdicts would be others. Changes nothing until
an official says so: of what is open by code, of anything else one by one (`revise`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.frozen import replace
from intake.submission import Submission
from routing.decision.amended import amended_submission
from routing.decision.override import Override
from routing.decision.verdict import NOT_BOOKED
from routing.journey.desk import Desk
from routing.journey.judge import Settled
from routing.ledger import arrivals, judged, official_acts, verdicts
from routing.ledger.judged import ChangedDecision, Differing, Pieces, WhyUnread
from routing.ledger.store import DiskFull, LedgerBusy
from routing.operate.trying import tried
from routing.reading.errors import ReaderDied, ReaderUnavailable, ReadFailed
from routing.records import Arrival, Note
from routing.who import Refused, Who

_UNREAD = frozenset({"read_failed"})  # rules by which a mail is held that nobody could read or decide
REVISED = "revised"  # the note of a verdict that an official took anew under a mended check


def revalidated(desk: Desk, ids: Iterable[int] | None = None) -> Iterator[ChangedDecision]:
    """Every mail that the program decided last and would decide otherwise today, or that cannot be read again, oldest
    first; `ids`: of these alone. What officials decided is theirs, and what was erased is gone. Each is decided for real
    in a transaction that is rolled back, with the earlier mails as they stand. Raises LedgerBusy, DiskFull,
    ReaderUnavailable."""
    for id in judged.decided_by_program(desk.ledger) if ids is None else ids:
        arrival = arrivals.get(desk.ledger, id)
        if arrival is None:
            continue
        before = judged.pieces_of(desk.ledger, id)
        after = _today(desk, arrival)
        if isinstance(after, str):
            yield ChangedDecision(arrival, (), after)
        elif pieces := _differing(before, after):
            yield ChangedDecision(arrival, pieces)


def read_open_again(desk: Desk, changed: Iterable[ChangedDecision], code: str, who: Who) -> list[Arrival]:
    """Have open mails read again at the next pass and answered: those in which nothing must be mended any more by
    this code, and which are not accepted yet. All that changes in them was asked or held, and nothing later came from
    the same body. What is accepted is never touched: that is for an official, one by one."""
    found = [one.arrival for one in changed if _goes(one, code) and not judged.has_later(desk.ledger, one.arrival.id)]
    for arrival in found:
        verdicts.read_again(desk.ledger, arrival.id, who.pair, desk.clock())
    return found


def read_anew(desk: Desk, arrival: Arrival) -> Submission:
    """The mail as it is read today. Raises Refused where it cannot be read, ReaderUnavailable."""
    raw = desk.raw(arrival)
    if raw is None:
        raise Refused("原本が台帳にないため（消去済みか、読み取れないものとして保留中です）、読み直せません。")
    try:
        return desk.reader.read_mail(raw, desk.hints_for(arrival))
    except (ReaderDied, ReadFailed) as failed:
        raise Refused("今の読み取りでは、このメールを読み取れませんでした。判定は変えていません。") from failed


def revise(desk: Desk, arrival: Arrival, read: Submission, who: Who) -> Settled:
    """Decide one mail anew as it is read today, inside the caller's transaction; its letter waits for an official's
    word, and says that our check was mended. Raises Refused where nothing changes, or where it is no submission."""
    if verdicts.rule_of(desk.ledger, arrival.id) in NOT_BOOKED:
        raise Refused("提出前の点検などの依頼のため、判定はありません。点検し直すときは、読み直してください（retry）。")
    before = judged.pieces_of(desk.ledger, arrival.id)
    changes = official_acts.amendments(desk.ledger, arrival.id)
    remembered = desk.judge_now().remembered(arrival)
    override: Override = replace(remembered, by=who.by, why=who.why, notes=(Note(REVISED),), revises=True)
    settled = desk.commit(arrival, amended_submission(read, changes, desk.register), override)
    if not _differing(before, judged.pieces_of(desk.ledger, arrival.id)):
        raise Refused("今の点検でも、このメールの判定は変わりません。何も記録していません。")
    return settled


def _goes(changed: ChangedDecision, code: str) -> bool:
    """Whether the code is no longer found in a piece that is open, and everything that changes is open."""
    stays = all(after is not None for _, _, after in changed.pieces)
    return changed.is_open and stays and code in changed.gone


def _today(desk: Desk, arrival: Arrival) -> Pieces | WhyUnread:
    """What would be decided of a mail; why that cannot be told."""
    raw = desk.raw(arrival)
    if raw is None:  # held without being read, as it would be today; or what is in the ledger is not whole
        held = verdicts.rule_of(desk.ledger, arrival.id) in ("too_large", "poison")
        return judged.pieces_of(desk.ledger, arrival.id) if held else "bytes_gone"
    try:
        submission = desk.reader.read_mail(raw, desk.hints_for(arrival))
        found = tried(desk.ledger, lambda: _settled(desk, arrival, submission)).result
    except (LedgerBusy, DiskFull, ReaderUnavailable):
        raise
    except (ReaderDied, ReadFailed):
        return "reader_failed"
    return "reader_failed" if "0" in found and found["0"].rules[0] in _UNREAD else found


def _settled(desk: Desk, arrival: Arrival, submission: Submission) -> Pieces:
    judged.set_later_aside(desk.ledger, arrival.id)
    desk.settle_opened(arrival, submission)
    return judged.pieces_of(desk.ledger, arrival.id)


def _differing(before: Pieces, after: Pieces) -> Differing:
    ids = sorted(before.keys() | after.keys())
    return tuple((id, before.get(id), after.get(id)) for id in ids if before.get(id) != after.get(id))
