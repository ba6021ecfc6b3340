"""A desk for tests: mails put before it as a source would, a clock that is set by hand, a sender that keeps
what it is given. Reader, ledger and register are the real ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path
from typing import Any

from config.settings import Settings, load_settings
from intake.frames import NOTHING_TOLD, ReadingHints
from intake.sources.source import Fetched
from intake.submission import Submission
from replies.senders.sender import OutgoingMail, SendResult
from replies.workbooks.form import FillValue
from routing.journey.desk import Desk
from routing.journey.judge import Settled
from routing.ledger import arrivals, held_queue, official_acts
from routing.ledger.books import books_at
from routing.ledger.store import Ledger
from routing.reading.reader import Reader
from routing.reading.request import Request, to_read
from routing.records import Arrival
from routing.register import Register
from routing.standing import Standing, open_books, standings
from tests.routing.cases_at_hand import IN_TIME
from tests.workbooks.forms_at_hand import COMPLETE, filled

XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
SETTINGS = """
ledger = "ledger.db"
mode = "send"
start_from = 2023-07-01
operators = "operators@mhlw.go.jp"

[mailboxes.n_mynumber]
source = "maildir"
path = "inbox/n_mynumber"

[mailboxes.yoboseshu]
source = "maildir"
path = "inbox/yoboseshu"

[mailboxes.sukoyaka]
source = "maildir"
path = "inbox/sukoyaka"

[sender]
kind = "maildir"
path = "outgoing"
"""

Values = Mapping[str, FillValue | None]


@cache
def _form(changes: tuple[tuple[str, FillValue | None], ...], id: str) -> bytes:
    return filled(dict(changes), COMPLETE, id)


def form(changes: Values | None = None, id: str = "form1") -> bytes:
    """横浜市's complete answer sheet with some values changed (None: left blank)."""
    return _form(tuple(sorted((changes or {}).items())), id)


def mail(
    attachments: Mapping[str, bytes] | None = None,
    subject: str = "【横浜市】マイナンバーアンケート回答",
    sender: str = "kenko@city.yokohama.lg.jp",
    body: str = "標記について送付します。",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A mail to mailbox ①; by default with the complete sheet of 横浜市 for 難病."""
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = "n_mynumber@mhlw.go.jp"
    made["Subject"] = subject
    made["Date"] = "Tue, 18 Jul 2023 10:00:00 +0900"
    made["Message-ID"] = f"<{abs(hash((subject, sender, body)))}@mail.example.lg.jp>"
    for name, value in (headers or {}).items():
        del made[name]
        made[name] = value
    made.set_content(body)
    files = {"【横浜市】マイナンバーアンケート回答.xlsx": nanbyo()} if attachments is None else attachments
    for name, data in files.items():
        made.add_attachment(data, maintype=XLSX[0], subtype=XLSX[1], filename=name)
    return made.as_bytes()


def nanbyo() -> bytes:
    """The complete sheet with 制度等 filled in."""
    return form({"program": "難病"})


@dataclass
class Kept:
    """A sender that takes everything, or answers as told. `lines`: what becomes of the next connections."""

    posted: list[OutgoingMail] = field(default_factory=list)
    answers: list[SendResult | Exception] = field(default_factory=list)
    lines: list[Exception | None] = field(default_factory=list)
    opened: int = 0
    live: bool = False

    def ready(self, mail: OutgoingMail) -> None:
        self.opened += 1
        trouble = self.lines.pop(0) if self.lines else None
        if trouble is not None:
            raise trouble
        self.live = True

    def is_open(self, mail: OutgoingMail) -> bool:
        return self.live

    def send(self, mail: OutgoingMail) -> SendResult:
        answer = self.answers.pop(0) if self.answers else SendResult("sent")
        self.posted.append(mail)
        self.live = not isinstance(answer, Exception)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def probe(self) -> str:
        return "kept"

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Office:
    """The desk and what stands around it. `now` is what its clock says."""

    desk: Desk
    now: datetime
    sender: Kept = field(default_factory=Kept)
    _uid: int = 0

    @property
    def ledger(self) -> Ledger:
        return self.desk.ledger

    def clock(self) -> datetime:
        return self.now

    def arrive(self, raw: bytes, received_at: datetime | None = None, mailbox: str = "n_mynumber") -> Arrival:
        """One mail comes in and is kept; not read yet."""
        self._uid += 1
        at = received_at or self.now - timedelta(minutes=1)
        new = self.desk.keep(mailbox, "7", [Fetched(str(self._uid), at, len(raw), raw)])
        kept = arrivals.get(self.ledger, new[0]) if new else None
        assert kept is not None, "these bytes had arrived before"
        return kept

    def settle(self, raw: bytes, received_at: datetime | None = None, mailbox: str = "n_mynumber") -> Settled:
        """One mail comes in and is decided."""
        self.arrive(raw, received_at, mailbox)
        (settled,) = self.desk.settle_waiting()
        return settled

    def held(self) -> list[tuple[str, str]]:
        """(queue, reason) of everything that waits for a human."""
        return [(h.queue, h.reason) for h in held_queue.held(self.ledger, self.now)]

    def events(self, kind: str) -> list[tuple[str, str, str]]:
        """(detail, by, why) of every event of a kind."""
        rows = self.ledger.rows("SELECT detail, done_by, why FROM event WHERE kind = ? ORDER BY id", kind)
        return [(r["detail"], r["done_by"], r["why"]) for r in rows]

    def count(self, table: str) -> int:
        """How many rows a table has."""
        row = self.ledger.row(f"SELECT count(*) AS n FROM {table}")
        assert row is not None
        return int(row["n"])

    def standing(self, lgcode: str, program: str, at: datetime | None = None) -> Standing:
        """The state of one obligation."""
        from routing.ledger import bookings

        when = at or self.now
        books = open_books(bookings.at(self.ledger, when), official_acts.not_applicable(self.ledger, when))
        return standings([self.desk.register.by_key[(lgcode, program)]], books)[0]

    def standing_now(self, lgcode: str, program: str, at: datetime | None = None) -> Standing:
        """The same with extensions counted in, as every door opens the books."""
        books = books_at(self.ledger, self.desk.register, at or self.now)
        return standings([self.desk.register.by_key[(lgcode, program)]], books)[0]


def settings_in(folder: Path) -> Settings:
    (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    return load_settings(folder / "settings.toml")


def settle_one(desk: Desk, arrival: Arrival, read: Submission | None = None) -> Settled | None:
    """Decides one mail by this reading, or reads it first; None where it waits for its next try, or is gone."""
    reading = None
    if read is not None:
        reading = to_read(b"")
        reading.set_result(read)
    return next(iter(desk.settle_batch([(arrival, reading)])), None)


class OneByOne(Reader):
    """A reader of the tests' own: whatever its `read_mail` does, it is given one mail after the other."""

    def read_mail(self, raw: bytes, told: ReadingHints = NOTHING_TOLD) -> Submission:
        request = to_read(raw, told)
        super().hand_over(request)
        super().finish(request)
        return request.result()

    def hand_over(self, request: Request[Any]) -> None:
        pass

    def finish(self, request: Request[Any]) -> None:
        passwords, allowed = (request.head.get(name, ()) for name in ("passwords", "allowed"))
        request.set_result(self.read_mail(request.data, ReadingHints(tuple(passwords), frozenset(allowed))))  # type: ignore[arg-type]


def open_office(folder: Path, register: Register, reader: Reader, ledger: Ledger) -> Office:
    """A desk on this ledger, at 10:00 on 18 July 2023."""
    settings = settings_in(folder)
    office = Office(Desk(register, settings, ledger, reader, lambda: IN_TIME), IN_TIME)
    office.desk.clock = office.clock
    return office


def capped(office: Office, per_address: int = 30, per_respondent: int = 100) -> None:
    """Gives the desk other caps."""
    caps = office.desk.settings.caps.changed({"per_address_per_day": per_address, "per_respondent_per_day": per_respondent}
    )
    office.desk.settings = office.desk.settings.changed({"caps": caps})


def again(settled: Settled, **changes: object) -> Settled:
    """The same with some values changed."""
    return replace(settled, **changes)  # type: ignore[arg-type]
