"""What is saved at the page: each attachment as it came, under a name of ours, unpacked in the reader child; a day."""

from __future__ import annotations

import hashlib
import io
import zipfile

import openpyxl
import pytest
import pyzipper

from intake.frames import MOST_PART
from routing.ledger import verdicts
from tests.routing.console_at_hand import Visitor, site_of
from tests.routing.desk_at_hand import Office, form, mail

SHEET = form({"program": "難病"})


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


def test_an_attachment_is_saved_as_it_came_and_no_browser_opens_it(office: Office) -> None:
    arrival = office.settle(mail({"../【横浜市】\u202exslx.html\r\n.xlsx": SHEET})).decided.arrival
    visitor = Visitor(site_of(office))
    page = visitor.text(f"/mail/{arrival.receipt}")
    assert f'href="/mail/{arrival.receipt}/file/2" download' in page
    answer = visitor.get(f"/mail/{arrival.receipt}/file/2")
    assert answer.data == SHEET
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{arrival.receipt}-2.xlsx"'
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "no-store"


def test_a_file_in_an_archive_is_unpacked_by_the_reader_child_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrival = office.settle(mail({"一式.zip": zipped(a_xlsx=SHEET, b_pdf=b"%PDF-1.7 x")})).decided.arrival
    monkeypatch.setattr("zipfile.ZipFile.__init__", lambda *args, **kwargs: pytest.fail("unpacked in our own process"))
    visitor = Visitor(site_of(office))
    assert visitor.get(f"/mail/{arrival.receipt}/file/2001").data == SHEET
    assert visitor.get(f"/mail/{arrival.receipt}/file/2002").data == b"%PDF-1.7 x"
    for position in ("0", "1", "2", "3", "2000", "2003", "9999999", "99999999999", "-1", "２００１x", "2001/x"):
        assert visitor.get(f"/mail/{arrival.receipt}/file/{position}").status_code == 404, position


@pytest.mark.parametrize("name,saved_as", [
    ("様式.xlsm", "xlsm"), ("様式.xls", "xls"), ("setup.exe", "bin"), ("様式.xlsx.scr", "bin"), ("名前なし", "bin"),
    ("x.HTML", "bin"), ("x.svg", "bin"),
])  # fmt: skip
def test_what_may_run_is_warned_of_first_and_a_program_gets_a_harmless_ending(
    office: Office, name: str, saved_as: str
) -> None:
    data = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    arrival = office.settle(mail({name: data})).decided.arrival
    visitor = Visitor(site_of(office))
    path = f"/mail/{arrival.receipt}/file/2"
    warned = visitor.get(path)
    assert warned.headers["Content-Type"].startswith("text/html") and "ご注意ください" in warned.text
    assert b"<svg" not in warned.data
    answer = visitor.get(f"{path}?go=save")
    assert answer.data == data
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{arrival.receipt}-2.{saved_as}"'


def test_a_large_file_comes_whole(office: Office) -> None:
    data = hashlib.shake_128(b"seed").digest(2 * MOST_PART + 5)
    arrival = office.settle(mail({"写真.pdf": data})).decided.arrival
    assert Visitor(site_of(office)).get(f"/mail/{arrival.receipt}/file/2").data == data


def test_of_other_mailboxes_alarms_and_what_was_erased_nothing_is_saved(office: Office) -> None:
    other = office.settle(mail(subject="【横浜市】他係"), mailbox="yoboseshu").decided.arrival
    numbered = form({"program": "難病", "5": "123456789018"})
    alarm = office.settle(mail({"【横浜市】マイナンバーアンケート回答.xlsx": numbered})).decided.arrival
    site = site_of(office)
    assert Visitor(site, "sato").get(f"/mail/{other.receipt}/file/2").status_code == 409
    for login in ("mita", "sato", "yamada"):
        assert Visitor(site, login).get(f"/mail/{alarm.receipt}/file/2?go=save").status_code == 403
    admin = Visitor(site, "kanri")
    assert "個人番号" in admin.text(f"/mail/{alarm.receipt}/file/2")
    assert admin.get(f"/mail/{alarm.receipt}/file/2?go=save").data == numbered
    office.desk.ledger.run("DELETE FROM raw WHERE arrival_id = ?", alarm.id)
    assert "台帳にありません" in admin.text(f"/mail/{alarm.receipt}/file/2?go=save", 409)


def test_what_another_mail_s_password_opened_or_the_reader_cannot_hand_over_is_refused_in_words(office: Office) -> None:
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"Himitsu-2023")
        archive.writestr("a.xlsx", SHEET)
    told = office.settle(mail({"一式.zip": out.getvalue()}, body="パスワード：Himitsu-2023")).decided.arrival
    visitor = Visitor(site_of(office))
    assert visitor.get(f"/mail/{told.receipt}/file/2001").data == SHEET  # it tells the password itself
    submission = verdicts.submission_of(office.ledger, told.id)
    assert submission is not None
    with office.ledger.writing():  # as it stands where a later mail's password opened it
        office.ledger.run(
            "UPDATE message SET submission = replace(submission, ?, ?) WHERE arrival_id = ?",
            submission.files[-1].sha256, "0" * 64, told.id,
        )  # fmt: skip
    assert "取り出せません" in visitor.text(f"/mail/{told.receipt}/file/2001", 409)


def cells(data: bytes, sheet: str) -> list[list[str]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert all(c.data_type == "s" and not c.hyperlink for row in book[sheet] for c in row if c.value is not None)
    return [[str(c.value or "") for c in row] for row in book[sheet].iter_rows()]


def test_a_day_is_saved_as_text_and_each_sees_his_own(office: Office) -> None:
    mine = office.settle(mail(subject="=HYPERLINK(1)【横浜市】マイナンバーアンケート回答")).decided.arrival
    other = office.settle(mail(subject="【横浜市】他係の件"), mailbox="yoboseshu").decided.arrival
    site = site_of(office)
    answer = Visitor(site).get("/today/book?day=2023-07-18")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="uketsuke-2023-07-18.xlsx"'
    rows = cells(answer.data, "届いたもの")
    assert rows[0][0].startswith("2023-07-18 に届いたもの（2通）")
    assert {row[1] for row in rows[2:]} == {mine.receipt, other.receipt}
    assert ["横浜市" in row[3] and row[5].startswith("=HYPERLINK") for row in rows if row[1] == mine.receipt] == [True]
    assert [row[2] for row in cells(answer.data, "送ったもの")[2:]] == ["【受付】"] * (office.count("outbox"))
    own = Visitor(site, "sato").get("/today/book?day=2023-07-18").data
    assert other.receipt not in {row[1] for row in cells(own, "届いたもの")}
    assert cells(Visitor(site).get("/today/book?day=2023-07-17").data, "届いたもの")[2:] == []
    assert Visitor(site).get("/today/book?day=../../etc").status_code == 404


def test_the_list_of_whom_to_call_holds_those_of_ones_own_mailboxes(office: Office) -> None:
    site = site_of(office)
    shown = Visitor(site, "sato").text("/today?calls=yes")
    assert 'href="/calls" download' in shown
    mine, everybody = (
        {row[2] for row in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(min_row=9, values_only=True)}
        for data in (Visitor(site, login).get("/calls").data for login in ("sato", "yamada"))
    )
    ours = office.desk.register.survey.mailbox("n_mynumber").section
    assert ours in mine and {m.section for m in office.desk.register.survey.mailboxes} <= everybody
    assert not {m.section for m in office.desk.register.survey.mailboxes if m.section != ours} & mine
