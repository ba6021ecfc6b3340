"""Rule `personal_data`: a My Number by mistake, wherever it stands in a mail. Held with an alarm, nothing goes out, and the
value stands in no row, log or letter; only the raw mail holds it until an official erases it.

123456789018 has a valid check digit (総務省令第85号 art. 5), worked out by hand."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from tests.routing.desk_at_hand import Office, form, mail, nanbyo

NUMBER = "123456789018"
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"


def book() -> bytes:
    return form({"program": "難病", "department": f"健康課 {NUMBER}"})


def zipped(name: str, data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, data)
    return made.getvalue()


def forwarded(inner: bytes) -> bytes:
    """A mail that carries another one as message/rfc822."""
    outer = EmailMessage(policy=SMTP)
    outer["From"], outer["To"] = "kenko@city.yokohama.lg.jp", "n_mynumber@mhlw.go.jp"
    outer["Subject"], outer["Message-ID"] = "FW: 回答", "<outer@city.yokohama.lg.jp>"
    outer.set_content("転送します。")
    raw = outer.as_bytes().partition(b"\r\n\r\n")
    part = b'Content-Type: multipart/mixed; boundary="o"\r\n\r\n--o\r\n\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n'
    kept = [
        line for line in raw[0].split(b"\r\n") if not line.lower().startswith((b"content-", b" charset"))
    ]
    return b"\r\n".join(kept) + b"\r\n" + part + inner + b"\r\n--o--\r\n"


LINE = "ご担当者様、よろしくお願いします。\n"


def html(text: bytes) -> bytes:
    """A mail whose text is a page, without a file."""
    charset = b"iso-2022-jp" if b"\x1b" in text else b"utf-8"
    head = mail({}).partition(b"Content-Type")[0].replace(b"Content-Transfer-Encoding: 8bit\r\n", b"")
    return head + b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=" + charset + b"\r\n\r\n" + text


PLACES: dict[str, Callable[[], bytes]] = {
    "subject": lambda: mail(subject=f"【横浜市】マイナンバーアンケート回答 {NUMBER}"),
    "body": lambda: mail(body=f"番号は {NUMBER} です。"),
    "full-width body": lambda: mail(body="番号は１２３４５６７８９０１８です。"),
    "cell": lambda: mail({NAME: book()}),
    "file name": lambda: mail({f"{NUMBER}.xlsx": nanbyo()}),
    "member of a zip": lambda: mail({"回答.zip": zipped(NAME, book())}),
    "name in a zip": lambda: mail({"回答.zip": zipped(f"{NUMBER}.xlsx", nanbyo())}),
    "zip in a zip": lambda: mail({"回答.zip": zipped("内.zip", zipped(NAME, book()))}),
    "form beside a good one": lambda: mail({NAME: nanbyo(), "別.xlsx": book()}),
    "forwarded form": lambda: forwarded(mail({NAME: book()})),
    "forwarded text": lambda: forwarded(mail({}, body=f"番号は {NUMBER} です。")),
    "forwarded subject": lambda: forwarded(mail(subject=f"回答 {NUMBER}")),
    "text file": lambda: mail({NAME: nanbyo(), "名簿.csv": f"氏名,番号\n横浜太郎,{NUMBER}\n".encode("cp932")}),
    "name of the sender": lambda: mail(headers={"From": f'"横浜市 {NUMBER}" <kenko@city.yokohama.lg.jp>'}),
    "name in Reply-To": lambda: mail(headers={"Reply-To": f"{NUMBER} <kenko@city.yokohama.lg.jp>"}),
    "name of a recipient": lambda: mail(headers={"Cc": 'a@b.jp, "1234-5678-9018" <n_mynumber@mhlw.go.jp>'}),
    "behind a megabyte of text": lambda: mail(body=LINE * 60_000 + f"番号は {NUMBER} です。"),
    "behind a megabyte of HTML": lambda: html(f"<p>{LINE * 60_000}<p>1234<b>-5678-</b>9018".encode()),
    "behind a megabyte of ISO-2022-JP": lambda: html(f"{LINE * 60_000}１２３４５６７８９０１８".encode("iso2022_jp")),
    "an inquiry": lambda: mail({}, "照会", body=f"{NUMBER} の扱いをご教示ください。"),
}


@pytest.mark.parametrize("place", PLACES)
def test_it_is_held_with_an_alarm_and_its_value_is_nowhere(
    office: Office, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settled = office.settle(PLACES[place]())
    assert (settled.decided.mail.rule, settled.reply) == ("personal_data", None)
    assert office.held() == [("alarm", "personal_data")]
    dump = "\n".join(line for line in office.ledger.connection.iterdump() if 'INTO "raw"' not in line)
    for value in (NUMBER, "１２３４５６７８９０１８", "1234-5678-9018"):
        assert value not in dump + caplog.text


def test_names_beside_addresses_that_are_none_raise_no_alarm(office: Office) -> None:
    """Telephones, codes and dates as people put them there."""
    for name in ("横浜市 045-671-2121", "健康課（内線1234-5678）", "14100-3 横浜市", "2023-07-18 10:00 担当"):
        settled = office.settle(mail(headers={"From": f'"{name}" <kenko@city.yokohama.lg.jp>', "Cc": f'"{name}" <a@b.jp>'}))
        assert settled.decided.mail.rule in ("otherwise", "resend")


def test_a_long_text_without_a_number_is_no_alarm(office: Office) -> None:
    """A long thread quoted below: telephones, times and amounts on every line."""
    line = "電話 03-1234-5678（内線 1234）2023年7月18日 10:00 1,234,567円\n"
    assert office.settle(mail(body=line * 30_000)).decided.outcome == "accepted"


def test_more_text_than_is_looked_through_is_for_an_official(office: Office) -> None:
    """Five million bytes; his word is enough to have the answer judged."""
    settled = office.settle(mail(body="a" * 78 + "\n" + ("b" * 78 + "\n") * 70_000))
    assert settled.decided.mail.rule == "text_unsearched"
    assert [f.code for f in settled.decided.findings] == ["text_unsearched"]
