"""Whatever stands in a field of a mail, and however long it is: the mail is decided, and the next one is answered.

Each field is filled through a real mail, read by the real child; the sheet's name is that of attack on the desk in
which 30 KB stopped it for good.
"""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from tests.routing.desk_at_hand import Office, form, mail, nanbyo

NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
KAWASAKI = "【川崎市】マイナンバーアンケート回答"
PLACE = "PLACE"
TEXTS = {
    "long": "a" * 300_000,
    "combining": "か" + "\u0301\u0327" * 50_000,
    "spaces": "a" + " " * 200_000 + "b",
    "brackets": "【受付】" * 30_000,
    "turning": "\u202e\u2066" * 20_000,
    "controls": "\x1b[31m\x9b" * 20_000,
    "digits": "1-" * 100_000,
    "links": "https://evil.example/ " * 5_000,
}
HEADERS = ("Subject", "From", "Reply-To", "Cc", "References", "In-Reply-To", "Message-ID", "Date", "Received",
           "Authentication-Results")  # fmt: skip


def with_header(name: str, text: str) -> bytes:
    """A good answer with one more field of this name on top, and none other of it; as raw 8 bit, in one line."""
    raw = re.sub(rf"(?im)^{name}:.*\r\n(?:[ \t].*\r\n)*".encode(), b"", mail(body="標記について送付します。"), count=1)
    return f"{name}: ".encode() + text.encode("utf-8", "surrogateescape") + b"\r\n" + raw


def with_sheet_name(text: str) -> bytes:
    """The complete sheet whose workbook calls it so."""
    shown = text.translate({ord(c): None for c in "\x1b\x9b"}) or "a"
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(nanbyo())) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for item in given.infolist():
            data = given.read(item)
            if item.filename == "xl/workbook.xml":
                data = re.sub(rb'(<sheet [^>]*name=")[^"]*"', lambda m: m[1] + shown.encode() + b'"', data, count=1)
            new.writestr(item.filename, data)
    return mail({NAME: made.getvalue()})


def hostile(field: str, text: str) -> bytes:
    if field == "sheet":
        return with_sheet_name(text)
    if field == "body":
        return mail(body=PLACE).replace(PLACE.encode(), text.encode())
    if field == "file":
        return mail({PLACE + ".xlsx": nanbyo()}).replace(PLACE.encode(), text.encode())
    return with_header(field, text)


@pytest.mark.parametrize("field", [*HEADERS, "body", "file", "sheet"])
def test_a_good_mail_behind_it_is_answered_and_the_ledger_stays_small(office: Office, field: str) -> None:
    before = office.ledger.path.stat().st_size
    mails = [hostile(field, text) for text in TEXTS.values()]
    arrivals = [office.arrive(raw) for raw in dict.fromkeys(mails)]
    sheet = form({"program": "難病", "organisation": "14神奈川県川崎市"})
    good = office.arrive(mail({KAWASAKI + ".xlsx": sheet}, KAWASAKI, "nanbyo@city.kawasaki.jp"))
    settled = {s.decided.arrival.id: s for s in office.desk.settle_waiting()}
    assert set(settled) == {a.id for a in arrivals} | {good.id}
    reply = settled[good.id].reply
    assert reply is not None and reply.kind == "acknowledgement"
    assert {s.decided.mail.rule for s in settled.values()} & {"poison", "read_failed"} == set()
    office.ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    grown = office.ledger.path.stat().st_size - before
    assert grown < 4 * sum(map(len, mails)) + 1_000_000
    assert all(s.reply is None or len(s.reply.data) < 200_000 for s in settled.values())
