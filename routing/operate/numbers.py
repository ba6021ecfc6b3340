"""A My Number in a mail, or what looked like one: an official says which it is, and what was done about it.

What was none is read again and goes the ordinary way. What is one counts as no answer; it opens a list of steps,
which `held` shows until each of them was done.
"""

from __future__ import annotations

from routing.decision.override import Override
from routing.journey.desk import Desk
from routing.journey.judge import Settled
from routing.ledger import numbers, withdrawing
from routing.ledger.numbers import Step
from routing.notices import my_number as letter
from routing.operate.decisions import submission_at
from routing.records import Arrival, MailDecision, Note
from routing.who import Refused, Who

RULE = "my_number"


def not_my_number(desk: Desk, arrival: Arrival, who: Who) -> None:
    """Record that the places which stand in an alarm hold no My Number and no register: the mail is read again
    without that alarm at the next pass. Raises Refused, and then nothing was recorded."""
    with desk.ledger.writing():
        places = submission_at(desk, arrival).alarms
        if not places and not numbers.steps(desk.ledger, arrival.id):
            raise Refused("このメールには、個人番号か住民の名簿と思われる箇所はありません。")
        withdrawing.take_back_notices(desk.ledger, letter.key(arrival), desk.clock())
        numbers.release(desk.ledger, arrival.id, places, who.pair, desk.clock())


def my_number(desk: Desk, arrival: Arrival, who: Who) -> Settled | None:
    """Record that a My Number stands in the mail: it counts as no answer, and the steps begin. None where they had
    begun."""
    with desk.ledger.writing():
        if numbers.steps(desk.ledger, arrival.id):
            return None
        override = Override(by=who.by, why=who.why, notes=(Note(numbers.FOUND),))
        settled = desk.end_unread(arrival, MailDecision("ignored", RULE), override)
        letter.queue(desk, arrival)
    return settled


def step(desk: Desk, arrival: Arrival, number: str, who: Who) -> tuple[Step, ...]:
    """Record that one step was done, or all copies with "4"; return those that are left. Raises Refused."""
    with desk.ledger.writing():
        found = numbers.steps(desk.ledger, arrival.id)
        chosen = [s for s in found if number in (s.number, s.number.partition("-")[0])]
        if not found:
            raise Refused("このメールに手順はありません。個人番号があったときは、先に my-number としてください。")
        if not chosen:
            raise Refused(f"{number} という手順はありません（{'、'.join(s.number for s in found)}）。")
        if any(s.what == "ledger" for s in chosen):
            raise Refused("台帳からの消去は、erase で行います。消去すると、自動で済みになります。")
        left = [s for s in chosen if s.at is None]
        if not left:
            raise Refused(f"手順 {number} は、{chosen[0].by}が既に済みとしています。")
        numbers.tick(desk.ledger, arrival.id, left, who.pair, desk.clock())
        return tuple(s for s in numbers.steps(desk.ledger, arrival.id) if s.at is None)
