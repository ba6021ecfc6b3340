"""Hostile texts in every field that a mail brings into a Submission, in front of a good mail: the real program answers
the good one in its first pass, each other ends in a clear state, and the ledger grows with the mails, not beyond them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import SMTP
from xml.sax.saxutils import escape

import pytest

from tests.e2e.machines import Desk
from tests.matrix import note
from tests.routing.desk_at_hand import form

Record = Callable[[str, object], None]
MEGABYTE = 1_000_000
MARK = "しるしをここに"  # where the text is put
CELLS = ("organisation", "department", "program", "telephone", "email", "8-1-text", "2")
LABELS = ("組織名", "様式", "制度等")
TEXTS = {
    "one letter": "a",
    "kanji": "漢",
    "combining marks": "\u0301\u0327",
    "spaces": " ",
    "ideographic spaces": "\u3000",
    "brackets": "(",
    "lenticular brackets": "【",
    "digits": "1",
    "grouped digits": "1234-",
    "controls": "\x1b[31m",
    "bidi": "\u202e",
    "at signs": "a@",
    "angles": "<a@b>",
    "links": "https://evil.example/ ",
    "receipt numbers": "【受付】Re: ",
    "encoded words": "=?utf-8?B?44CQ?= ",
}
BODY = "text/plain; charset=utf-8"
HEADERS = {
    "From": "x@any.lg.jp", "To": "n_mynumber@mhlw.go.jp", "Subject": "【東大阪市】マイナンバーアンケート回答",
    "Date": "Tue, 11 Jul 2023 09:00:00 +0900", "Message-ID": "<h@evil.example>",
    "Received": "from a.example by mx.example; Tue, 11 Jul 2023 09:00:00 +0900",
    "Authentication-Results": "mx.example; spf=pass smtp.mailfrom=any.lg.jp",
}  # fmt: skip
# A field of the header, and what it says around the text.
IN_HEADER = {
    "From name": ("From", '"{}" <x@any.lg.jp>'), "From address": ("From", "{}@any.lg.jp"), "From": ("From", "{}"),
    "Reply-To": ("Reply-To", "{} <y@any.lg.jp>"), "To": ("To", "n_mynumber@mhlw.go.jp, {}"), "Cc": ("Cc", "a@b {}"),
    "References": ("References", "<a@b> {}"), "In-Reply-To": ("In-Reply-To", "{}"), "Message-ID": ("Message-ID", "<{}@b>"),
    "Subject": ("Subject", "【東大阪市】{}"), "Date": ("Date", "Tue, {} 2023"),
    "Received": ("Received", "from {} by {}; {}"),
    "authentication": ("Authentication-Results", "mx.example; spf={0} smtp.mailfrom={0}; dkim=pass header.d={0}"),
    "MIME-Version": ("MIME-Version", "1.0 {}"), "Auto-Submitted": ("Auto-Submitted", "no {}"),
}  # fmt: skip


def run_of(unit: str, size: int) -> str:
    """So many bytes of it in UTF-8."""
    return unit * (size // len(unit.encode()))


def with_header(name: str, value: str, body: bytes = b"\r\n", content_type: str = BODY) -> bytes:
    """A mail whose field says this; long values are one line, as no server of ours would write them."""
    fields = {**HEADERS, "MIME-Version": "1.0", "Content-Type": content_type, name: value}
    return b"".join(f"{key}: {text}\r\n".encode() for key, text in fields.items()) + b"\r\n" + body


def with_file(data: bytes, name: str) -> bytes:
    """A mail with one attachment; its name as RFC 2231 writes it."""
    made = EmailMessage(policy=SMTP.clone(max_line_length=998))
    for field, value in HEADERS.items():
        made[field] = value
    made.set_content("標記について送付します。")
    made.add_attachment(data, maintype="application", subtype="octet-stream", filename="a.xlsx")
    escaped = "".join(f"%{byte:02X}" for byte in name.encode())
    return made.as_bytes().replace(b'filename="a.xlsx"', f"filename*=utf-8''{escaped}".encode())


def workbook(text: str, where: str) -> bytes:
    """The form as it is answered, with the text in one cell ("cell …"), in place of a label, or as a sheet's name."""
    kind, _, name = where.partition(" ")
    values = {"program": "難病", **({name: MARK} if kind == "cell" else {})}
    placed = {"cell": MARK, "label": name, "sheet": 'name="様式"'}[kind]
    put = f'name="{escape(text)}"' if kind == "sheet" else escape(text)
    out = io.BytesIO()
    replaced = 0
    with zipfile.ZipFile(io.BytesIO(form(values))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = old.read(item)
            if (item.filename == "xl/workbook.xml") == (kind == "sheet"):
                replaced += part.count(placed.encode())
                part = part.replace(placed.encode(), put.encode())
            new.writestr(item.filename, part)
    assert replaced, where
    return out.getvalue()


def zipped(text: str, where: str) -> bytes:
    """An archive with one form in it; its name, its comment or that of the archive is this, as long as it can be."""
    longest = text.encode()[:60_000].decode("utf-8", "ignore")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        member = zipfile.ZipInfo(f"{longest if where == 'name' else '回答'}.xlsx")
        member.comment = longest.encode() if where == "member's comment" else b""
        archive.writestr(member, form({"program": "難病"}))
        archive.comment = longest.encode() if where == "comment" else b""
    return out.getvalue()


def report(text: str) -> bytes:
    """A bounce (RFC 3464) that says this wherever it says something."""
    status = f"Reporting-MTA: dns; {text}\r\n\r\nFinal-Recipient: rfc822; {text}\r\nAction: {text}\r\nStatus: {text}\r\n"
    parts = ("text/plain\r\n\r\n" + text, "message/delivery-status\r\n\r\n" + status, "text/rfc822-headers\r\n\r\n" + text)
    body = "".join(f"--b\r\nContent-Type: {part}\r\n" for part in parts) + "--b--\r\n"
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    return with_header("Subject", "Undelivered Mail Returned to Sender", body.encode(), kind)


def everywhere(unit: str) -> Iterator[tuple[str, bytes]]:
    """(where it stands, mail) with a megabyte of this in each field in turn."""
    text = run_of(unit, MEGABYTE)
    for place, (name, form_) in IN_HEADER.items():
        yield place, with_header(name, form_.format(*[text] * form_.count("{")))
    yield "body", with_header("X", "a", text.encode())
    yield "html", with_header("X", "a", f"<p>{text}".encode(), "text/html; charset=utf-8")
    yield "part numbers", with_header("X", "a", b"a", f'message/partial; id="{text}"; number={text}; total={text}')
    half = run_of(unit, MEGABYTE // 2)
    yield "parts of a subject", with_header("Subject", f"【東大阪市】回答（{half}/{half}）")
    yield "report", report(text)
    yield "file name", with_file(form({"program": "難病"}), f"{text}.xlsx")
    for where in ("name", "comment", "member's comment"):
        yield f"{where} of an archive", with_file(zipped(text, where), "回答.zip")
    for where in ("sheet", *(f"cell {key}" for key in CELLS), *(f"label {name}" for name in LABELS)):
        yield where, with_file(workbook(text, where), "【東大阪市】マイナンバーアンケート回答.xlsx")


def ledger_bytes(desk: Desk) -> int:
    return sum(file.stat().st_size for file in (desk.folder / "disk").glob("ledger.db*"))


def answers_the_good_one(desk: Desk, hostile: list[bytes]) -> None:
    """One pass over these mails and one that is received later."""
    for raw in hostile:
        desk.put(raw)
    desk.deliver(1)
    done = desk.run("run", "--once", seconds=600)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "<m1@city.test>" in desk.replies()
    assert desk.count() == len(hostile) + 1  # each is decided
    assert desk.count("SELECT (SELECT count(*) FROM to_read) + (SELECT count(*) FROM deciding)") == 0
    assert desk.count("SELECT count(*) FROM event WHERE kind = 'poison'") == 0
    assert desk.count("SELECT count(*) FROM event WHERE kind IN ('read_failed', 'decision_died')") == 0
    assert desk.run("verify").returncode == 0


@pytest.mark.long
def test_a_sheet_name_of_eight_megabytes_hides_no_other_mail(desk: Desk, record_property: Record) -> None:
    """attack.md's 30 KB, with which the whole desk stood still for good."""
    note(record_property, "a sheet's name of 8 MB")
    raw = with_file(workbook("a" * (8 << 20), "sheet"), "【東大阪市】マイナンバーアンケート回答.xlsx")
    assert len(raw) < 60_000
    assert desk.run("run", "--once").returncode == 0
    before = ledger_bytes(desk)
    answers_the_good_one(desk, [raw])
    assert ledger_bytes(desk) - before < 10 * len(raw)


@pytest.mark.long
@pytest.mark.parametrize("unit", TEXTS.values(), ids=TEXTS)
def test_a_megabyte_in_any_field_hides_no_other_mail(desk: Desk, unit: str, record_property: Record) -> None:
    note(record_property, "a megabyte in every field")
    hostile = [raw for _, raw in everywhere(unit)]
    answers_the_good_one(desk, hostile)
    assert ledger_bytes(desk) < 2 * sum(map(len, hostile)) + 5 * MEGABYTE
