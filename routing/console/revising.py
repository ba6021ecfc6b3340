"""The page of what would be decided otherwise since the check was mended: read again some mails at a time, since each
takes the reader a moment; decided by code where it is open, and one by one (`acts`) where it is not."""

from __future__ import annotations

from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue

from intake.finding import CATALOGUE
from routing.console.pages import page, person
from routing.console.premises import Premises
from routing.console.who import who_acts
from routing.journey.desk import Desk
from routing.ledger import arrivals, judged
from routing.ledger.judged import ChangedDecision
from routing.operate.revalidating import read_open_again, revalidated
from routing.typed import folded
from routing.views.revised import revised_rows, unread_said
from routing.who import Refused

AT_ONCE = 40  # mails that are read again in one request


def add_revising(site: Flask, premises: Premises) -> None:
    """Register page and act."""
    revising = Revising(premises)
    site.add_url_rule("/revalidate", "revalidate", revising.look, methods=["GET", "POST"])
    site.add_url_rule("/revalidate/<code>", "revalidate_code", revising.by_code, methods=["POST"])


class Revising:
    """The page, and what is done by code on it."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def look(self) -> ResponseReturnValue:
        """What would change among the next mails behind the one that was read last. Changes nothing."""
        if not person().decides:
            abort(403)
        with self._premises.open_desk() as desk:
            every = _mine(desk)
            after = _number(request.form.get("after", "0")) if request.method == "POST" else 0
            waiting = [id for id in every if id > after]
            some = waiting[:AT_ONCE] if request.method == "POST" else []
            found = list(revalidated(desk, some))
            left = len(waiting) - len(some)
            return page(
                desk, "revalidate", found=[(one, revised_rows(one, desk.register), unread_said(one)) for one in found],
                codes=_codes(desk, found), read=(len(every) - left if some else 0, len(every)), some=some, left=left,
                last=some[-1] if some else after, people=judged.decided_by_people(desk.ledger), at_once=AT_ONCE,
            )  # fmt: skip

    def by_code(self, code: str) -> ResponseReturnValue:
        """Have what is open read again and answered, among the mails that the page showed. Raises Refused where
        nothing is open."""
        who = who_acts(request.form)
        if code not in CATALOGUE:
            abort(404)
        with self._premises.open_desk() as desk:
            shown = {_number(text) for text in request.form.get("some", "").split(",")[:AT_ONCE]}
            ids = [id for id in _mine(desk) if id in shown]
            if not read_open_again(desk, list(revalidated(desk, ids)), code, who):
                raise Refused(
                    f"{code} の修正が要らなくなり、まだ受け付けていないものは、ありませんでした。何も記録していません。"
                )
        return redirect("/revalidate", 303)


def _mine(desk: Desk) -> list[int]:
    """The mails that the program decided last, of this person's mailboxes, oldest first."""
    found = ((id, arrivals.get(desk.ledger, id)) for id in judged.decided_by_program(desk.ledger))
    return [id for id, arrival in found if arrival is not None and person().sees(arrival.mailbox)]


def _codes(desk: Desk, found: list[ChangedDecision]) -> dict[str, int]:
    """The codes that would go, with how many open mails could be answered for it."""
    may = [one for one in found if one.is_open and not judged.has_later(desk.ledger, one.arrival.id)]
    return {code: sum(code in one.gone for one in may) for code in sorted(frozenset().union(*(one.gone for one in may)))}


def _number(text: str) -> int:
    plain = folded(text)
    return int(plain) if plain.isdecimal() and len(plain) < 13 else 0
