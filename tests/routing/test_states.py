"""The desk against a simple model, by steps that hypothesis chooses: mails of many kinds come in, officials decide,
replies leave or do not, the desk is killed anywhere and begins anew. After each step every promise is asked of the
ledger, and the standing is the model's.

The model is told what the desk answered (`Settled`), never what the ledger says.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from unittest.mock import patch

import hypothesis
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from config.load import default_survey
from replies.senders.sender import AnswerLost, OutgoingMail, SendResult
from routing import operate
from routing.decision.cases import Override
from routing.journey.judge import Judge, Settled
from routing.ledger import backup, beginnings, bookings, outbox, promises, verdicts
from routing.ledger.store import Ledger
from routing.operate import Refused, Who
from routing.reading.reader import Reader
from routing.records import Arrival
from routing.register import Register, build_register
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Kept, Office, form, mail, open_office
from tests.routing.test_bounces import bounce

NANBYO = "nanbyo"
CITY, COLLEAGUE = "kenko@city.yokohama.lg.jp", "b@city.yokohama.lg.jp"
STRANGER, OUTSIDER = "x@anything.lg.jp", "kenko.yokohama@freemail.example.com"
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
REPLACING = "【差替え】【横浜市】マイナンバーアンケート回答"
WHO = Who("山田", "電話で確認した")
MINUTE = timedelta(minutes=1)


class Killed(BaseException):
    """As if the process had been ended here."""


@cache
def register() -> Register:
    return build_register(default_survey())


@cache
def reader() -> Reader:
    return Reader(default_survey())


@dataclass
class Server(Kept):
    """Takes what it is given, unless told otherwise; counts what it took, whatever it answered."""

    def __post_init__(self) -> None:
        self.took: Counter[str] = Counter()
        self.kill = ""  # "before" it takes the next reply, or "after"

    def send(self, posting: OutgoingMail) -> SendResult:
        if self.kill == "before":
            raise Killed
        answer = self.answers[0] if self.answers else SendResult("sent")
        if isinstance(answer, AnswerLost) or (isinstance(answer, SendResult) and answer.result == "sent"):
            self.took[posting.message_id] += 1
        if self.kill == "after":
            raise Killed
        return super().send(posting)


@dataclass(frozen=True)
class Answered:
    """What the model knows of an answer of 横浜市 to 難病: what became of it, who sent it, when it came."""

    outcome: str
    sender: str
    received_at: datetime

    @property
    def confirmed(self) -> bool:
        """Whether anything stands behind it: its sender's domain, or an official."""
        return self.sender in (CITY, COLLEAGUE, "official")

    @property
    def weight(self) -> tuple[bool, datetime]:
        return self.confirmed, self.received_at


def crash_at(where: str) -> tuple[object, str]:
    """Owner and name of the function at which the desk is killed."""
    return {"decide": (Judge, "decide"), "verdict": (verdicts, "record"), "reply": (outbox, "queue"),
            "begun": (beginnings, "begin"), "sending": (outbox, "begin"), "sent": (outbox, "finish")}[where]  # fmt: skip


@contextmanager
def killed_at(where: str, after: bool, passage: int) -> Iterator[None]:
    """Within this the process ends at the n-th passage of that function, before or after it."""
    owner, name = crash_at(where)
    real: Callable[..., object] = getattr(owner, name)
    left = [passage]

    def wrapped(*arguments: object, **named: object) -> object:
        left[0] -= 1
        if left[0] == 0 and not after:
            raise Killed
        result = real(*arguments, **named)
        if left[0] == 0:
            raise Killed
        return result

    with patch.object(owner, name, wrapped):
        yield


class Desks(RuleBasedStateMachine):
    """One ledger through its life."""

    def __init__(self) -> None:
        super().__init__()
        self.end = ExitStack()
        self.folder = Path(self.end.enter_context(tempfile.TemporaryDirectory()))
        self.server = Server()
        self.office = self._open()
        self.mails: list[tuple[bytes, str]] = []
        self.waiting: list[Arrival] = []
        self.sent_by: dict[int, str] = {}
        self.answers: dict[int, Answered] = {}  # by arrival
        self.kills: Counter[int] = Counter()  # while a mail waited, since the last retry
        self.lost: Counter[str] = Counter()  # answers of the server that were lost
        self.number = 0

    def _open(self) -> Office:
        ledger = Ledger(self.folder / "ledger.db")
        office = open_office(self.folder, register(), reader(), ledger)
        caps = office.desk.settings.caps.model_copy(update={"per_address_per_day": 1000, "per_respondent_per_day": 1000})
        office.desk.settings = office.desk.settings.model_copy(update={"caps": caps})
        office.sender = self.server
        return office

    def teardown(self) -> None:
        self.office.ledger.close()
        self.end.close()

    # --- mail comes in ----------------------------------------------------------------------------------------

    def _arrive(self, raw: bytes, sender: str) -> None:
        self._later()
        arrival = self.office.arrive(raw, self.office.now)
        self.mails.append((raw, sender))
        self.waiting.append(arrival)
        self.sent_by[arrival.id] = sender

    def _later(self) -> None:
        self.office.now += MINUTE
        self.number += 1

    def _answer(self, sender: str, subject: str, changes: dict[str, object], **headers: str) -> None:
        values = {"program": "難病", "department": f"第{self.number}課", **changes}
        told = {"Message-ID": f"<{self.number}@mail.example.lg.jp>", **headers}
        sheet = form(values)  # type: ignore[arg-type]
        raw = mail({NAME: sheet}, subject, sender, f"第{self.number}報", told)
        self._arrive(raw, sender)

    @rule(sender=st.sampled_from([CITY, CITY, COLLEAGUE]), subject=st.sampled_from([REPLACING, "【横浜市】回答"]))
    def a_good_answer(self, sender: str, subject: str) -> None:
        self._answer(sender, subject, {})

    @rule(sender=st.sampled_from([CITY, COLLEAGUE]), question=st.sampled_from(["3", "9"]))
    def a_faulty_answer(self, sender: str, question: str) -> None:
        self._answer(sender, "【横浜市】マイナンバーアンケート回答", {question: None})

    @rule(sender=st.sampled_from([STRANGER, OUTSIDER]), guessed=st.booleans())
    def a_forged_answer(self, sender: str, guessed: bool) -> None:
        thread = {"In-Reply-To": "<uketsuke.N0718-0000-0000.AAAA@mhlw.go.jp>"} if guessed else {}
        self._answer(sender, REPLACING, {"9": 2}, **thread)

    @precondition(lambda self: self.mails)
    @rule(data=st.data())
    def the_same_again(self, data: st.DataObject) -> None:
        """The sender's mail program sends it once more: another Message-ID. It may count where the first one does not
        any more, or was put off."""
        number = data.draw(st.integers(0, len(self.mails) - 1))
        raw, sender = self.mails[number]
        self.number += 1
        head, _, rest = raw.partition(b"Message-ID: ")
        again = head + f"X-Again: {self.number}\r\nMessage-ID: <again-{self.number}@x.lg.jp>\r\nX-Was: ".encode() + rest
        self._arrive(again, sender)

    @rule(forged=st.booleans(), data=st.data())
    def a_bounce(self, forged: bool, data: st.DataObject) -> None:
        known = sorted(self.server.took)
        message_id = "<1@x.example>" if forged or not known else data.draw(st.sampled_from(known))
        self._arrive(bounce(message_id, CITY, text=str(self.number)), "bounce")

    @rule()
    def thanks(self) -> None:
        known = sorted(self.server.took)
        thread = {"In-Reply-To": known[0]} if known else {}
        headers = {"Message-ID": f"<t{self.number}@x.lg.jp>", **thread}
        self._arrive(mail({}, "Re: 【受付】", CITY, f"ありがとうございました。{self.number}", headers), "thanks")

    # --- the desk works ---------------------------------------------------------------------------------------

    def _settle(self) -> None:
        for settled in self.office.desk.settle_waiting():
            self._note(settled)

    def _note(self, settled: Settled, by_official: bool = False) -> None:
        """The model hears what was decided about a mail."""
        id = settled.decided.arrival.id
        self.waiting = [arrival for arrival in self.waiting if arrival.id != id]
        own = [p for p in settled.decided.pieces if (p.identity.body, p.program, p.part) == (YOKOHAMA, NANBYO, "own")]
        sender = "official" if by_official else self.sent_by[id]
        before = [a for other, a in self.answers.items() if other != id and a.outcome == "accepted" and a.confirmed]
        self.answers.pop(id, None)
        for piece in own:
            outcome = piece.decision.outcome
            self.answers[id] = Answered(outcome, sender, settled.decided.arrival.received_at)
            if outcome == "accepted" and not by_official:
                assert sender not in (OUTSIDER, "bounce", "thanks")
                assert not (before and sender == STRANGER), "a stranger replaced an answer"
        if settled.decided.mail.rule == "poison":
            assert self.kills[id] >= 3, "a mail was held as poison that ended nothing three times"
            assert settled.reply is None

    @rule()
    def decide(self) -> None:
        self._later()
        self._settle()
        assert self.waiting == []

    @precondition(lambda self: self.sent_by)
    @rule(data=st.data(), what=st.sampled_from(["accepted", "correction", "ignored", "assign", "retry"]))
    def an_official_decides(self, data: st.DataObject, what: str) -> None:
        self._later()
        id = data.draw(st.sampled_from(sorted(self.sent_by)))
        arrival = next(a for a in self._arrivals() if a.id == id)
        desk = self.office.desk
        try:
            if what == "retry":
                operate.retry(desk, arrival, WHO)
                self.waiting.append(arrival)
                self.kills[id] = 0
            elif what == "assign":
                self._note(operate.assign(desk, arrival, YOKOHAMA, WHO, NANBYO), by_official=True)
            else:
                override = Override(outcome=what, take_in=True, by=WHO.by, why=WHO.why)  # type: ignore[arg-type]
                self._note(operate.decide_again(desk, arrival, override), by_official=True)
        except Refused:
            pass  # and then nothing was recorded, as the invariants show

    def _arrivals(self) -> list[Arrival]:
        from routing.ledger import arrivals

        return [found for id in self.sent_by if (found := arrivals.get(self.office.ledger, id)) is not None]

    @rule(how=st.sampled_from(["ok", "ok", "later", "refused", "lost"]))
    def deliver(self, how: str) -> None:
        self.office.now += timedelta(hours=1)
        if how == "lost":
            self.server.answers = [AnswerLost("connection lost")]
        elif how != "ok":
            self.server.answers = [SendResult(how, "450 try again" if how == "later" else "550 no")]  # type: ignore[arg-type]
        list(self.office.desk.deliver(self.server))
        self.server.answers = []

    # --- it is killed -----------------------------------------------------------------------------------------

    def _begin_anew(self) -> None:
        """A new process on the same ledger."""
        now, uid = self.office.now + MINUTE, self.office._uid
        self.office.ledger.close()
        reader().drop()
        self.server.kill, self.server.live, self.server.answers = "", False, []
        self.office = self._open()
        self.office.now, self.office._uid = now, uid
        beginnings.take_stock(self.office.ledger, now)
        list(self.office.desk.give_up())

    @rule(
        where=st.sampled_from(["begun", "decide", "verdict", "reply"]),
        after=st.booleans(),
        passage=st.integers(1, 3),
    )
    def killed_while_it_decides(self, where: str, after: bool, passage: int) -> None:
        self._later()
        try:
            with killed_at(where, after, passage):
                self._settle()
        except Killed:
            self.kills.update(arrival.id for arrival in self.waiting)
            self._begin_anew()

    @rule(where=st.sampled_from(["sending", "sent", "before", "after"]), after=st.booleans())
    def killed_while_it_sends(self, where: str, after: bool) -> None:
        self.office.now += timedelta(hours=1)
        try:
            if where in ("before", "after"):
                self.server.kill = where
                list(self.office.desk.deliver(self.server))
            else:
                with killed_at(where, after, 1):
                    list(self.office.desk.deliver(self.server))
        except Killed:
            self._begin_anew()
        self.server.kill = ""

    @rule()
    def stopped_and_begun_anew(self) -> None:
        with self.office.desk.at_work():
            pass
        self._begin_anew()

    @rule()
    def backed_up(self) -> None:
        """The copy is a ledger like this one. (What a restored one sends again, `restore` has its own tests for.)"""
        backup.backup(self.office.ledger, self.folder / "copy.db", replace=True)
        copy = Ledger(self.folder / "copy.db")
        assert _broken(copy) == []
        copy.close()

    # --- after each step --------------------------------------------------------------------------------------

    @invariant()
    def every_promise_holds(self) -> None:
        assert _broken(self.office.ledger) == []

    @invariant()
    def every_mail_is_there_once(self) -> None:
        assert self.office.count("arrival") == len(self.sent_by)
        waiting = self.office.ledger.rows("SELECT arrival_id AS id FROM to_read")
        assert {row["id"] for row in waiting} == {arrival.id for arrival in self.waiting}

    @invariant()
    def nothing_left_twice_but_in_the_one_window(self) -> None:
        """A second time only after an attempt of which no end was committed, and never a third."""
        for message_id, times in self.server.took.items():
            row = self.office.ledger.row(
                "SELECT sum(p.state = 'sending') AS n FROM posting p JOIN outbox o ON o.id = p.outbox_id"
                " WHERE o.message_id = ?",
                message_id,
            )
            assert row is not None and times <= min(row["n"], 2)

    @invariant()
    def no_two_letters_for_one_decision(self) -> None:
        twice = self.office.ledger.rows(
            "SELECT o.arrival_id FROM outbox o WHERE o.arrival_id IS NOT NULL GROUP BY o.arrival_id, o.recipient"
            " HAVING count(*) > (SELECT count(*) FROM verdict v WHERE v.arrival_id = o.arrival_id AND v.piece = '0')"
        )
        assert [row["arrival_id"] for row in twice] == []

    @invariant()
    def the_standing_is_the_models(self) -> None:
        outcomes = {answer.outcome for answer in self.answers.values()}
        expected = next((o for o in ("accepted", "held", "correction") if o in outcomes), "outstanding")
        assert self.office.standing(YOKOHAMA, NANBYO).state == expected
        accepted = [(a.weight, id) for id, a in self.answers.items() if a.outcome == "accepted"]
        if accepted:
            counts = self.office.standing(YOKOHAMA, NANBYO).received_at
            own = [b for b in bookings.at(self.office.ledger, self.office.now) if b.outcome == "accepted"]
            assert counts is not None and any(b.received_at == counts for b in own)
            assert counts == max(accepted)[0][1]


def _broken(ledger: Ledger) -> list[str]:
    return [answer.name for answer in promises.ask(ledger.connection) if not answer.holds]


STEPS, EXAMPLES = 25, 12


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_in_whatever_order_every_promise_holds(seed: int) -> None:
    """A failure prints its steps; the seed is the test's own number."""

    @hypothesis.seed(seed)
    def machine() -> Desks:
        return Desks()

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
