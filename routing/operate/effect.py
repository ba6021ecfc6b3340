"""What a decision changes in who owes what: the bodies that a mail is about, before and after it.

Compares bookings; decides nothing and writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from config.frozen import frozen
from replies.japanese import full_width_number
from replies.states import State
from replies.wording import load_wording
from routing.ledger import bookings, unbooked
from routing.ledger.books import deadlines_at, opened
from routing.ledger.store import Ledger
from routing.register import Register
from routing.standing import Booking, Books, part_state, standing_of

SHOWN = 5  # changes that are told one by one


@frozen
class Effect:
    """One body's answer to one program. `part`: own, or collected by its prefecture; `fell`: the acceptance of this mail
    that no longer counts; `stands`: the acceptance that counts afterwards."""

    body: str
    program: str
    part: str
    before: State
    after: State
    fell: Booking | None = None
    stands: Booking | None = None


def effects(
    ledger: Ledger, register: Register, arrival_id: int, earlier: Sequence[Booking], now: datetime
) -> tuple[Effect, ...]:
    """What has changed since this mail's bookings were `earlier`, inside the transaction that changes them."""
    later = bookings.of_arrival(ledger, arrival_id)
    keys = list(dict.fromkeys((b.part, b.body, b.program) for b in (*earlier, *later) if b.body and b.program))
    if not keys:
        return ()
    bodies = {body for _, body, _ in keys} | {c for _, body, p in keys for c in _collected(register, body, p)}
    all_now = bookings.whole_of(ledger, sorted(bodies))
    others = [b for b in all_now if b.arrival_id != arrival_id]
    arrived = unbooked.of(ledger, register, sorted(bodies), now)
    in_force = deadlines_at(ledger, register, now)
    before = opened(
        ledger, in_force, ([*others, *earlier], [u for u in arrived if u.arrival_id != arrival_id]), now
    )
    after = opened(ledger, in_force, (all_now, arrived), now)
    counted = {(b.part, b.body, b.program): b for b in earlier if b.outcome == "accepted"}
    kept = {(b.part, b.body, b.program) for b in later if b.outcome == "accepted"}
    return tuple(
        Effect(
            body, program, part, _state(register, before, part, body, program),
            _state(register, after, part, body, program),
            None if (part, body, program) in kept else counted.get((part, body, program)),
            after.part(part, body, program).accepted,
        )
        for part, body, program in keys
    )  # fmt: skip


def _collected(register: Register, body: str, program: str) -> tuple[str, ...]:
    obligation = register.by_key.get((body, program))
    return obligation.collected if obligation else ()


def _state(register: Register, books: Books, part: str, body: str, program: str) -> State:
    obligation = register.by_key.get((body, program))
    if part == "own" and obligation is not None:
        return standing_of(obligation, books).state
    return part_state(books.part(part, body, program))


def sentences(found: Iterable[Effect], register: Register) -> list[str]:
    """「横浜市の難病：受付済み → 未提出」, and of many the number of each kind."""
    each = list(found)
    if len(each) <= SHOWN:
        return [f"{_whose(e, register)}：{changed(e.before, e.after)}" for e in each]
    kinds = Counter((e.program, e.before, e.after) for e in each)
    return [
        f"{register.survey.program(program).name}の{count}団体：{changed(before, after)}"
        for (program, before, after), count in kinds.items()
    ]


def _whose(effect: Effect, register: Register) -> str:
    name = answer(register, effect.body, effect.program)
    return f"{name}（取りまとめ分）" if effect.part == "collected" else name


def answer(register: Register, lgcode: str, program: str) -> str:
    """横浜市の難病; with its prefecture where a body is no respondent, since names of those are not unique."""
    body = register.body(lgcode)
    name = body.name if body is not None and register.owed_by(lgcode) else register.full_name(lgcode)
    return f"{name}の{register.survey.program(program).name}"


def changed(before: State, after: State) -> str:
    """The change in words."""
    words = load_wording().state
    return f"{words[before]} → {words[after]}" if before != after else f"{words[after]}（変わりません）"


def falling(found: Iterable[Effect], register: Register) -> list[str]:
    """Which acceptances a decision takes away, and what stands afterwards, one sentence each."""
    return [_fall(e, e.fell, register) for e in found if e.fell is not None]


def _fall(effect: Effect, fell: Booking, register: Register) -> str:
    said = f"{_whose(effect, register)}について、{version(fell)}の受付が取り消されます。"
    if effect.stands is None:
        return f"{said}受付済みの版はなくなります（{changed(effect.before, effect.after)}）。"
    return f"{said}{version(effect.stands)}が受付済みとして残ります。"


def version(booking: Booking) -> str:
    """７月19日の版（受付番号 N0719-…）."""
    month, day = (full_width_number(n) for n in (booking.received_at.month, booking.received_at.day))
    return f"{month}月{day}日の版（受付番号 {booking.receipt}）"
