"""What an official wants done with a mail, as a value: read from what was typed, carried out, or only tried.

The command `decide` and the operators' page make the same `Wish` and call the same functions here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from config.frozen import frozen, replace
from config.numbering import key_in, numbered
from intake.submission import Submission
from routing import typed
from routing.clock import stamp
from routing.decision.override import Override
from routing.journey.desk import Desk
from routing.journey.judge import Settled
from routing.ledger import undoing, withdrawing
from routing.ledger.correspondence import LetterRecord
from routing.ledger.last_decision import last_word
from routing.operate import approvals, by_hand, decisions, numbers
from routing.operate.consent import AskedTwice, Consent, Done, carry_out
from routing.operate.revalidating import read_anew, revise
from routing.operate.trying import tried
from routing.operate.undo import UNDOABLE, remember
from routing.records import Arrival
from routing.register import Register
from routing.who import Refused, Who

WishedOutcome = Literal["accepted", "correction", "ignored"]
OUTCOMES: dict[str, WishedOutcome] = {"accept": "accepted", "correct": "correction", "ignore": "ignored"}
ACTIONS = (
    *OUTCOMES, "take-in", "assign", "amend", "received", "approve-sender", "revoke", "retry", "seen", "not-my-number",
    "my-number", "step", "revise", "answer", "forward", "tell-replaced", "tell-prefecture",
)  # fmt: skip
DATED = ("accept", "correct", "take-in", "assign", "received")


@dataclass(frozen=True, slots=True)
class Wish:
    """One action on one mail. `value`: of assign an lgcode, of step its number; `program`: an id; `domain`: for the
    sender's whole domain; `amend`: question key -> answer; `at`: when it was received, None: its mailbox's time. Of what
    is written by hand: `text`, `to` whom it is passed on; `quotes` the mail that it answers, and `closes` it."""

    action: str
    value: str = ""
    program: str = ""
    domain: bool = False
    amend: dict[str, str] = field(default_factory=dict)
    at: datetime | None = None
    text: str = ""
    to: str = ""
    quotes: bool = True
    closes: bool = True
    read: Submission | None = None  # of revise: the mail as it is read today


def past_instant(text: str, register: Register, now: datetime) -> datetime:
    """When something was received, as it was typed. Raises NotAnInstant, Refused for a time to come."""
    at = typed.instant(text, register)
    if at > now:
        raise Refused(f"{text}: まだ来ていない日時です（{stamp(at)[:16].replace('T', ' ')} と読みました）。")
    return at


def amendments(texts: Iterable[str], numbering: str) -> dict[str, str]:
    """Answers as they were typed, Q5=②, or as the survey calls it, in any width -> {"5": "②"}. Raises Refused."""
    changes = {}
    for text in texts:
        name, equals, value = text.replace("＝", "=", 1).partition("=")
        key = key_in(name, numbering)
        if not equals or not key:
            raise Refused(f"{text}: {numbered('5', numbering)}=② の形で指定してください。")
        changes[key] = value
    return changes


def _read(desk: Desk, arrival: Arrival, wish: Wish) -> Wish:
    """The wish with what has to be read before a transaction begins, since the reader takes its time. Raises
    Refused."""
    if wish.action != "revise" or wish.read is not None:
        return wish
    return replace(wish, read=read_anew(desk, arrival))


def fulfil(desk: Desk, arrival: Arrival, wish: Wish, who: Who, consent: Consent) -> Done:
    """Carry out an official's wish, all of it or nothing. Raises ChangedSince, AskedTwice, Refused."""
    wish = _read(desk, arrival, wish)
    beside: list[str] = []
    domain = wish.action == "approve-sender" and wish.domain
    whole = approvals.sender_at(desk, arrival, True) if domain else ""
    done = carry_out(desk, arrival, lambda: _act(desk, arrival, wish, who, beside), consent, whole)
    return replace(done, beside=(*done.beside, *beside))


def _act(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    if wish.action in OUTCOMES:
        override = Override(outcome=OUTCOMES[wish.action], take_in=True, by=who.by, why=who.why)
        return decisions.decide_again(desk, arrival, decisions.received(override, wish.at))
    act = _ACTS.get(wish.action)
    if act is None:
        raise Refused(f"{wish.action} という操作はありません。")
    return act(desk, arrival, wish, who, beside)


def _take_in(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    return decisions.take_in(desk, arrival, who, wish.at)


def _received(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    if wish.at is None:
        raise Refused("受領した日時を指定してください。")
    return decisions.set_receipt_time(desk, arrival, wish.at, who)


def _amend(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    if not wish.amend:
        raise Refused("補記する問と回答を指定してください。")
    return decisions.amend(desk, arrival, wish.amend, who)


def _assign(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    return decisions.assign(desk, arrival, wish.value, who, wish.program, wish.at)


def _approve(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    return approvals.approve_sender(desk, arrival, who, wish.domain)


def _revoke(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    named = approvals.sender_at(desk, arrival, wish.domain)
    beside += approvals.revoke_approval(desk, named, who)
    return None


def _retry(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    decisions.retry(desk, arrival, who)
    return None


def _revise(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    assert wish.read is not None  # `_read`
    return revise(desk, arrival, wish.read, who)


def _seen(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    decisions.mark_seen(desk, arrival, who)
    return None


def _not_my_number(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    numbers.not_my_number(desk, arrival, who)
    return None


def _my_number(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    return numbers.my_number(desk, arrival, who)


def _step(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    numbers.step(desk, arrival, wish.value, who)
    return None


def _answer(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    by_hand.answer(desk, arrival, wish.text, who, wish.quotes, wish.closes)
    return None


def _forward(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    by_hand.forward(desk, arrival, wish.to, wish.text, who)
    return None


def _tell_replaced(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    by_hand.tell_replaced(desk, arrival, who)
    return None


def _tell_prefecture(desk: Desk, arrival: Arrival, wish: Wish, who: Who, beside: list[str]) -> Settled | None:
    by_hand.tell_prefecture(desk, arrival, who)
    return None


_WishAct = Callable[[Desk, Arrival, Wish, Who, list[str]], Settled | None]
_ACTS: dict[str, _WishAct] = {
    "take-in": _take_in, "assign": _assign, "amend": _amend, "received": _received, "approve-sender": _approve,
    "revoke": _revoke,
    "retry": _retry, "revise": _revise, "seen": _seen, "not-my-number": _not_my_number, "my-number": _my_number,
    "step": _step, "answer": _answer, "forward": _forward, "tell-replaced": _tell_replaced,
    "tell-prefecture": _tell_prefecture,
}  # fmt: skip


@frozen
class Preview:
    """What a wish would do. `doubts`: what wants a second thought, in the very words to be agreed to; `letters`: that
    would wait to leave, with their bytes."""

    done: Done
    doubts: str
    letters: tuple[tuple[LetterRecord, bytes], ...]


def preview(desk: Desk, arrival: Arrival, wish: Wish, who: Who, seen: str) -> Preview:
    """Decide and render for real, in a transaction that is rolled back; return what would be done. Raises
    ChangedSince, Refused, LedgerBusy."""
    wish = _read(desk, arrival, wish)
    try:
        return _tried(desk, arrival, wish, who, Consent(seen))
    except AskedTwice as twice:
        return replace(_tried(desk, arrival, wish, who, Consent(seen, yes=True)), doubts=str(twice))


def _tried(desk: Desk, arrival: Arrival, wish: Wish, who: Who, consent: Consent) -> Preview:
    found = tried(desk.ledger, lambda: fulfil(desk, arrival, wish, who, consent))
    return Preview(found.result, "", found.letters)


def fulfil_later(  # noqa: PLR0913 - the same as fulfil, and until when
    desk: Desk, arrival: Arrival, wish: Wish, who: Who, consent: Consent, until: datetime
) -> Done:
    """Carry out a wish as `fulfil` does; the letters that it queues do not leave before `until`, until when it can be
    undone. Raises ChangedSince, AskedTwice, Refused."""
    wish = _read(desk, arrival, wish)
    with desk.ledger.writing():
        before, decided = undoing.marked(desk.ledger, arrival.id), last_word(desk.ledger, arrival.id) is not None
        done = fulfil(desk, arrival, wish, who, consent)
        withdrawing.rest_until(desk.ledger, before.outbox, until)
        if wish.action in UNDOABLE and decided:
            remember(desk, arrival, who, before, until)
        return done
