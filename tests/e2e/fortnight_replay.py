"""The simulated fortnight played through the real journey: Maildir in, reader child, desk, Maildir out.

Each mail lies in its mailbox when the rehearsed clock reaches its time, and is decided two minutes later. At
the instants of the script the reports are asked for, and once more when everything is over.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from functools import cache
from pathlib import Path

from config.load import default_survey
from replies.reports.data import Overview, PrefectureReport
from routing.clock import rehearsed
from routing.journey.desk import Desk
from routing.ledger import mail_ways
from routing.ledger.store import Ledger, desk_lock
from routing.mailboxes.factory import open_sender, open_source
from routing.notices.remind import ReminderTarget, recipients
from routing.notices.reminding import at_hand, round_due
from routing.notices.rounds import come_round
from routing.operate import approve_sender
from routing.reading.reader import Reader
from routing.register import build_register
from routing.tracking.instant import open_instant
from routing.tracking.national import overview
from routing.tracking.overview import Status, status_at
from routing.tracking.reports import prefecture_report
from routing.who import Who
from tests.e2e.fortnight import ANSWERED_AFTER, DEADLINE, INSTANTS, MORNING_AFTER, REMINDERS, script
from tests.e2e.fortnight_mails import Sent, message_id, raw
from tests.routing.desk_at_hand import settings_in


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """What the program says of one instant."""

    status: Status
    reports: Mapping[str, PrefectureReport]  # by lgcode of the prefecture
    overview: Overview


@dataclass(frozen=True, slots=True, repr=False)
class Fortnight:
    """The whole simulation. `then`: what was told at each instant; `afterwards`: of the same instants, asked
    when everything was over. `reminded`: whom the program would remind at each instant of the calendar; at the
    last one it does, and asks itself once more."""

    folder: Path
    script: tuple[Sent, ...]
    then: Mapping[datetime, Told]
    afterwards: Mapping[datetime, Told]
    reminded: Mapping[datetime, tuple[ReminderTarget, ...]]

    @property
    def settings(self) -> Path:
        """The settings file of its ledger."""
        return self.folder / "settings.toml"

    @property
    def replies(self) -> list[Path]:
        """Every mail that answered another."""
        return [path for path in self._sent() if not _is_notice(path)]

    @property
    def reminders(self) -> list[Path]:
        """Every mail that reminds."""
        return [path for path in self._sent() if b"\nMessage-ID: <uketsuke.R" in path.read_bytes().replace(b"\r", b"")]

    def past_deadline(self, at: datetime) -> list[Path]:
        """Every mail that was written of what is left, at the deadline or on the morning after."""
        beginning = f"\nMessage-ID: <uketsuke.D{at:%m%d-%H%M}-".encode()
        return [path for path in self._sent() if beginning in path.read_bytes().replace(b"\r", b"")]

    def held_by(self) -> dict[str, frozenset[str]]:
        """Message-ID of each mail, and the rules by which it, or something in it, waits for an official in the end."""
        query = """
            SELECT m.message_id, group_concat(DISTINCT CASE v.outcome WHEN 'held' THEN j.value END)
            FROM latest_verdict v JOIN message m ON m.arrival_id = v.arrival_id, json_each(v.rules) j
            WHERE v.piece <> '0' OR j.value <> 'otherwise' GROUP BY m.arrival_id"""
        with closing(sqlite3.connect(self.folder / "ledger.db")) as ledger:
            return {row[0]: frozenset(row[1].split(",") if row[1] else ()) for row in ledger.execute(query)}

    def _sent(self) -> list[Path]:
        return sorted((self.folder / "outgoing" / "new").iterdir())


def _is_notice(path: Path) -> bool:
    """RFC 3834 §5: written without being written to."""
    return b"\nAuto-Submitted: auto-generated" in path.read_bytes().replace(b"\r", b"")


@cache
def fortnight_in(folder: Path) -> Fortnight:
    """The simulation, played once into a folder however many tests ask for it."""
    folder.mkdir()
    played = script()
    with open_desk(folder) as desk:
        reminded: dict[datetime, tuple[ReminderTarget, ...]] = {}
        then = dict(_play(desk, folder, played, reminded))
        afterwards = {at: _told(desk, at) for at in INSTANTS}
    return Fortnight(folder, played, then, afterwards, reminded)


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """A desk on an empty ledger in a folder, with its three Maildirs; mode send."""
    settings = settings_in(folder)
    for mailbox in settings.mailboxes:
        for part in ("new", "cur", "tmp"):
            (folder / "inbox" / mailbox / part).mkdir(parents=True)
    with ExitStack() as stack:
        stack.enter_context(desk_lock(settings.ledger))
        ledger = stack.enter_context(closing(Ledger(settings.ledger)))
        reader = stack.enter_context(closing(Reader(default_survey())))
        yield Desk(build_register(default_survey()), settings, ledger, reader, rehearsed(INSTANTS[0]))


def _play(
    desk: Desk, folder: Path, mails: Sequence[Sent], reminded: dict[datetime, tuple[ReminderTarget, ...]]
) -> Iterator[tuple[datetime, Told]]:
    """Every mail in its turn; at each instant what is told then, before anything later has come. `reminded` is
    filled at the instants of the calendar."""
    instants, calendar, closing_rounds = list(INSTANTS), list(REMINDERS), [DEADLINE, MORNING_AFTER]
    mail_ways.remember(desk.ledger, desk.register.survey, desk.clock())
    replies: dict[str, str] = {}
    for number, sent in enumerate(mails, 1):
        while calendar and calendar[0] < sent.at + ANSWERED_AFTER:
            at = calendar.pop(0)
            reminded[at] = _remind(desk, at, really=not calendar)
        while closing_rounds and closing_rounds[0] < sent.at + ANSWERED_AFTER:
            _close(desk, closing_rounds.pop(0))
        while instants and instants[0] < sent.at + ANSWERED_AFTER:
            yield instants[0], _told(desk, instants.pop(0))
        answered = mails.index(sent.answers) + 1 if sent.answers else 0
        deliver(desk, folder, sent, number, _our_letter(folder, replies, answered))
    for at in closing_rounds:
        _close(desk, at)
    assert not instants


def _our_letter(folder: Path, known: dict[str, str], number: int) -> str:
    """Message-ID of the reply that really left for the mail of that number (0: none is meant)."""
    if not number:
        return ""
    for path in (folder / "outgoing" / "new").iterdir():
        if path.name not in known:
            made = message_from_bytes(path.read_bytes())
            known[path.name] = ""
            known[str(made["In-Reply-To"]).strip()] = str(made["Message-ID"]).strip()
    return known[message_id(number)]


def deliver(desk: Desk, folder: Path, sent: Sent, number: int, in_reply_to: str = "") -> None:
    """One mail into its Maildir, decided two minutes later, and its reply out into a Maildir. Who is at a
    contractor's is let in by an official, the first time, as soon as he is held."""
    name = f"{int(sent.at.timestamp())}.M{number}"
    (folder / "inbox" / sent.mailbox / "new" / name).write_bytes(raw(sent, number, in_reply_to))
    desk.clock = rehearsed(sent.at + ANSWERED_AFTER)
    with closing(open_source(desk.settings.mailboxes[sent.mailbox], desk.settings)) as source:
        assert desk.collect(sent.mailbox, source) == 1
    (settled,) = desk.settle_waiting()
    if sent.kind == "outsourced" and settled.decided.mail.rule == "unknown_sender":
        approve_sender(desk, settled.decided.arrival, Who("山田", "委託先であることを市に確認"))
    with closing(open_sender(desk.settings, desk.register.survey)) as sender:
        assert all(delivery.state == "sent" for delivery in desk.dispatch.deliver(sender))


def _remind(desk: Desk, at: datetime, really: bool) -> tuple[ReminderTarget, ...]:
    """Whom the program would remind then; `really`: it does, twice asked, and the mails go out."""
    desk.clock = rehearsed(at)
    found = recipients(at_hand(desk), at, at, desk.settings.mailboxes)
    if really:
        for _ in range(2):
            list(round_due(desk, desk.settings.mailboxes))
        with closing(open_sender(desk.settings, desk.register.survey)) as sender:
            assert all(delivery.state == "sent" for delivery in desk.dispatch.deliver(sender))
    return found


def _close(desk: Desk, at: datetime) -> None:
    """What the calendar wants at the deadline, and on the morning after, twice asked, and the mails go out."""
    desk.clock = rehearsed(at)
    for _ in range(2):
        list(come_round(desk, all_read=True))
    with closing(open_sender(desk.settings, desk.register.survey)) as sender:
        assert all(delivery.state == "sent" for delivery in desk.dispatch.deliver(sender))


def _told(desk: Desk, at: datetime) -> Told:
    instant = open_instant(desk.ledger, desk.register, at)
    bodies = desk.register.roster.of_kind("prefecture")
    return Told(
        status=status_at(desk, at),
        reports={body.lgcode: prefecture_report(instant, body) for body in bodies},
        overview=overview(instant),
    )
