"""Each file that a reading names can be had again as it came: attachments, files of archives, of mails in archives."""

from __future__ import annotations

import hashlib
import io
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from intake.border import part_as_json
from intake.frames import MOST_BYTES, MOST_PART
from intake.read_mail import Context, file_as_sent, read_mail
from intake.shapes import part_shape
from tests.routing.desk_at_hand import form, mail
from tests.workbooks.forms_at_hand import the_roster, the_survey

MAILS = sorted((Path(__file__).parents[1] / "mails").rglob("*.eml"))
CONTEXT = Context(the_survey(), the_roster())


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_every_file_of_the_shelf_is_found_as_it_came(path: Path) -> None:
    raw = path.read_bytes()
    for file in read_mail(raw, CONTEXT).files:
        data = file_as_sent(raw, file.position, file.sha256, CONTEXT)
        assert data is not None and len(data) == file.size, file.filename


def test_a_file_of_a_mail_in_an_archive_is_that_file_and_no_other() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "kenko@city.yokohama.lg.jp", "回答"
    inner.set_content("送ります。")
    sheets = [form({"program": name}) for name in ("難病", "小慢")]
    for number, sheet in enumerate(sheets):
        inner.add_attachment(sheet, maintype="application", subtype="octet-stream", filename=f"{number}.xlsx")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("先/読んで.txt", "ここは読まない")
        archive.writestr("回答.eml", inner.as_bytes())
    raw = mail({"一式.zip": out.getvalue()})
    found = {f.filename: f for f in read_mail(raw, CONTEXT).files}
    got = [file_as_sent(raw, found[f"{n}.xlsx"].position, found[f"{n}.xlsx"].sha256, CONTEXT) for n in (0, 1)]
    assert got == sheets
    assert file_as_sent(raw, found["0.xlsx"].position, found["1.xlsx"].sha256, CONTEXT) is None
    for position in (0, 1, 999, 2000, 2999, 10**9):
        assert file_as_sent(raw, position, found["0.xlsx"].sha256, CONTEXT) is None


def test_a_file_passes_the_border_in_parts_that_no_answer_is_shorter_than() -> None:
    data = hashlib.shake_128(b"x").digest(MOST_PART * 2 + 17)
    parts = [part_as_json(data, at) for at in range(0, len(data), MOST_PART)]
    assert all(len(part) < MOST_BYTES for part in parts) and len(parts) == 3
    assert b"".join(part_shape().decode(part) or b"" for part in parts) == data
    assert part_shape().decode(part_as_json(data, len(data))) == b""
    assert part_shape().decode(part_as_json(None, 0)) is None
