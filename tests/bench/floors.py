"""The floor: what each part of the journey costs when nothing else is done, on the same mails and one core.

Each part is the least that gives the same result with the libraries that are the fastest for it: the same
bytes fetched with TLS, parsed, opened and scanned; the same commits with the same bytes and an fsync each; the
same letters rendered and composed; the same replies handed to the same server, and copied into the mailbox.
Milliseconds per mail.
"""

from __future__ import annotations

import email
import hashlib
import io
import smtplib
import sqlite3
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock
from xml.parsers import expat

from imapclient import IMAPClient
from python_calamine import CalamineWorkbook

from config.settings import load_settings
from intake.frames import NOTHING_TOLD, ReadingHints
from intake.read_mail import Context, read_mail
from intake.sources.network import tls_context
from intake.sources.source import Fetched
from intake.submission import Submission
from replies.letters.compose import compose
from replies.letters.render import render_letter
from routing.clock import system_clock
from routing.decision import reply
from routing.journey.desk import Desk
from routing.ledger.store import Ledger
from routing.register import build_register
from tests.bench.machine import DESK, pinned
from tests.bench.rig import Rig
from tests.e2e.office import MAILBOXES
from tests.e2e.traffic import Traffic
from tests.routing.desk_at_hand import OneByOne
from tests.servers.dovecot import PASSWORD

BATCH = 50  # mails that are fetched and committed together, as the desk does


@dataclass(frozen=True)
class Material:
    """What the parts are given: the mails, and what the desk made of each: reading, letter, reply."""

    mails: Sequence[Traffic]
    readings: Sequence[str]
    letters: Sequence[tuple[Any, Any]]  # the arguments of render_letter and the envelope of compose
    replies: Sequence[bytes]


def material(rig: Rig, mails: Sequence[Traffic]) -> Material:
    """One untimed walk of these mails over a desk, with what it rendered and wrote written down."""
    letters: list[Any] = []
    envelopes: list[Any] = []

    def rendering(*arguments: Any) -> Any:
        letters.append(arguments)
        return render_letter(*arguments)

    def composing(rendered: Any, envelope: Any) -> bytes:
        envelopes.append(envelope)
        return compose(rendered, envelope)

    with rig.office() as office:
        settings = load_settings(office.folder / "settings.toml")
        register = build_register(rig.survey)
        ledger = Ledger(settings.ledger)
        reader = _InProcess(rig.survey, Context(register.survey, register.roster))
        desk = Desk(register, settings, ledger, reader, system_clock)
        for number, mail in enumerate(mails, 1):
            desk.keep(mail.mailbox, "1", [Fetched(str(number), system_clock(), len(mail.raw), mail.raw)])
        with (
            mock.patch.object(reply, "render_letter", rendering),
            mock.patch.object(reply, "compose", composing),
        ):
            assert sum(1 for _ in desk.settle_waiting()) == len(mails)
        replies = [bytes(row["data"]) for row in ledger.rows("SELECT data FROM outbox ORDER BY id")]
        readings = [row["submission"] for row in ledger.rows("SELECT submission FROM message")]
        ledger.close()
    return Material(mails, readings, list(zip(letters, envelopes, strict=True)), replies)


class _InProcess(OneByOne):
    """Reads without a child."""

    def __init__(self, survey: Path, context: Context) -> None:
        super().__init__(survey)
        self._context = context

    def read_mail(self, raw: bytes, told: ReadingHints = NOTHING_TOLD) -> Submission:
        return read_mail(raw, self._context, told=told)


def floors(rig: Rig, given: Material) -> dict[str, float]:
    """Milliseconds per mail of each part, on the desk's core. The mails lie in their mailboxes."""
    parts: dict[str, Callable[[Rig, Material], None]] = {
        "fetch": _fetch,
        "parse": _parse,
        "workbook": _workbook,
        "commits": _commits,
        "render": _render,
        "send": _send,
        "copy": _copy,
    }
    found = {}
    with pinned(DESK):
        for name, part in parts.items():
            began = time.perf_counter()
            part(rig, given)
            found[name] = (time.perf_counter() - began) / len(given.mails) * 1000
    return found


@contextmanager
def _logged_in(rig: Rig, address: str) -> Iterator[IMAPClient]:
    """One mailbox over TLS."""
    context = tls_context(rig.servers.ca)
    with IMAPClient(rig.servers.host, rig.servers.imaps_port, ssl_context=context) as client:
        client._imap.debug = 0  # else imaplib formats every line for its log
        client.login(address, PASSWORD)
        yield client


def _fetch(rig: Rig, given: Material) -> None:
    """Every mail whole with its INTERNALDATE, over TLS."""
    fetched = 0
    for address in MAILBOXES.values():
        with _logged_in(rig, address) as client:
            client.select_folder("INBOX", readonly=True)
            uids = client.search(["ALL"])
            for start in range(0, len(uids), BATCH):
                fetched += len(client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]", "INTERNALDATE"]))
    assert fetched == len(given.mails)


def _copy(rig: Rig, given: Material) -> None:
    """A copy of each reply among the sent mails, over TLS, and one search for each batch, since a server may have filed
    them by itself."""
    for number, address in enumerate(MAILBOXES.values()):
        theirs = given.replies[number :: len(MAILBOXES)]
        with _logged_in(rig, address) as client:
            if not client.folder_exists("Sent"):
                client.create_folder("Sent")
            client.select_folder("Sent", readonly=True)
            for start in range(0, len(theirs), BATCH):
                assert client.search(["HEADER", "MESSAGE-ID", f"<{start}@nobody.invalid>"]) == []
                for reply in theirs[start : start + BATCH]:
                    client.append("Sent", reply, (b"\\Seen",))


def _parse(_: Rig, given: Material) -> None:
    """The standard library's compat32 parser, every leaf decoded."""
    for mail in given.mails:
        parts = [p for p in email.message_from_bytes(mail.raw).walk() if not p.is_multipart()]
        assert [p.get_payload(decode=True) for p in parts]


def _workbook(_: Rig, given: Material) -> None:
    """python-calamine for the values, expat for the formulas and error cells that it does not tell."""
    for mail in given.mails:
        book = CalamineWorkbook.from_filelike(io.BytesIO(mail.workbook))
        sheets = [book.get_sheet_by_name(n).to_python(skip_empty_area=False) for n in book.sheet_names]
        assert sheets
        with zipfile.ZipFile(io.BytesIO(mail.workbook)) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/sheet"):
                    _scan(archive.read(name))


def _scan(xml: bytes) -> tuple[list[str], list[str]]:
    """The cells with formulas and those with errors."""
    cell = ""
    formulas: list[str] = []
    errors: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal cell
        if tag == "c":
            cell = attributes["r"]
            if attributes.get("t") == "e":
                errors.append(cell)
        elif tag == "f":
            formulas.append(cell)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(xml, True)
    return formulas, errors


_SCHEMA = """
CREATE TABLE arrival (id INTEGER PRIMARY KEY, mailbox, sha256, received_at, raw, UNIQUE (mailbox, sha256));
CREATE TABLE sighting (mailbox, uid, arrival_id, PRIMARY KEY (mailbox, uid)) WITHOUT ROWID;
CREATE TABLE cursor (mailbox PRIMARY KEY, uid);
CREATE TABLE verdict (arrival_id, outcome, reading);
CREATE TABLE outbox (id INTEGER PRIMARY KEY, message_id UNIQUE, data);
CREATE TABLE posting (outbox_id, state);
"""


def _commits(rig: Rig, given: Material) -> None:
    """The commits that the promises need, each with its fsync: one per batch of arrivals with the cursor, and
    per mail one for verdict and reply, one for "sending" and one for "sent"."""
    file = rig.folder / "floor.db"
    file.unlink(missing_ok=True)
    ledger = sqlite3.connect(file, isolation_level=None)
    ledger.execute("PRAGMA journal_mode = WAL")
    ledger.execute("PRAGMA synchronous = FULL")
    ledger.executescript(_SCHEMA)
    for start in range(0, len(given.mails), BATCH):
        ledger.execute("BEGIN IMMEDIATE")
        for number, mail in enumerate(given.mails[start : start + BATCH], start):
            digest = hashlib.sha256(mail.raw).hexdigest()
            row = (number, mail.mailbox, digest, "2023-07-21T16:00:00+09:00", mail.raw)
            ledger.execute("INSERT INTO arrival VALUES (?, ?, ?, ?, ?)", row)
            ledger.execute("INSERT INTO sighting VALUES (?, ?, ?)", (mail.mailbox, number, number))
        ledger.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (mail.mailbox, number))
        ledger.execute("COMMIT")
    for number, reading in enumerate(given.readings):
        ledger.execute("BEGIN IMMEDIATE")
        ledger.execute("INSERT INTO verdict VALUES (?, 'accepted', ?)", (number, reading))
        if number < len(given.replies):
            ledger.execute("INSERT INTO outbox VALUES (?, ?, ?)", (number, number, given.replies[number]))
        ledger.execute("COMMIT")
    for number in range(len(given.replies)):
        for state in ("sending", "sent"):
            ledger.execute("BEGIN IMMEDIATE")
            ledger.execute("INSERT INTO posting VALUES (?, ?)", (number, state))
            ledger.execute("COMMIT")
    ledger.close()


def _render(_: Rig, given: Material) -> None:
    """Each letter by its template, and as the bytes of a mail."""
    for letter, envelope in given.letters:
        compose(render_letter(*letter), envelope)


def _send(rig: Rig, given: Material) -> None:
    """Each reply over one connection."""
    with smtplib.SMTP("127.0.0.1", rig.sink.port) as smtp:
        for data in given.replies:
            assert smtp.sendmail("n_mynumber@mhlw.go.jp", ["kenko@city.yokohama.lg.jp"], data) == {}
