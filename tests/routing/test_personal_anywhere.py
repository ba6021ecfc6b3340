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

from routing.decision.override import Override
from routing.operate import decide_again
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


def plain(text: bytes) -> bytes:
    """A mail that is this text, in lines as long as it likes."""
    return html(text).replace(b"text/html", b"text/plain", 1)


PICTURE = b"<p>a\n<img src='data:image/png;base64," + b"1234" * (2 << 20) + b"'>"


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
    "where a long line is cut": lambda: plain(b"x" * ((1 << 20) - 6) + f" {NUMBER} ".encode() + b"y" * 9_000),
    "where the search goes on": lambda: plain(b"x" * ((2 << 20) - 6) + b" 1234 5678 9018 " + b"y" * 9_000),
    "behind a picture within HTML": lambda: html(PICTURE + f"<p>{NUMBER}".encode()),
    "name in Sender": lambda: mail(headers={"Sender": f'"{NUMBER}" <a@city.yokohama.lg.jp>'}),
    "Comments": lambda: mail(headers={"Comments": f"番号 {NUMBER}"}),
    "in a comment beside an address": lambda: mail(headers={"Cc": f"a@b.jp ({NUMBER})"}),
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


LONG = {
    "a long thread, with telephones, times and amounts": mail(
        body="電話 03-1234-5678（内線 1234）2023年7月18日 10:00 1,234,567円\n" * 30_000
    ),
    "rows of numbers": mail(body="1234,5678,9012,3456\n" * 80_000),
    "an answer below a page with pictures in it": mail().replace(
        b'Content-Type: text/plain; charset="utf-8"', b"Content-Type: text/html; charset=utf-8", 1
    ).replace("標記".encode(), PICTURE + "標記".encode(), 1),
}  # fmt: skip


@pytest.mark.parametrize("raw", LONG.values(), ids=LONG)
def test_a_long_text_without_a_number_is_no_alarm(office: Office, raw: bytes) -> None:
    settled = office.settle(raw)
    assert settled.decided.outcome == "accepted"
    if b"text/html" in raw:
        assert settled.decided.submission is not None and "標記" in settled.decided.submission.message.body


@pytest.mark.parametrize(
    "raw",
    [
        mail(body="a" * 78 + "\n" + ("b" * 78 + "\n") * 70_000),  # five million bytes
        plain("番号".encode("utf-16") * 300_000).replace(b"utf-8", b"utf-16", 1),  # no end of a line tells its middle
    ],
)
def test_more_text_than_is_looked_through_is_for_an_official(office: Office, raw: bytes) -> None:
    settled = office.settle(raw)
    assert (settled.decided.mail.rule, settled.reply) == ("text_unsearched", None)
    assert [f.code for f in settled.decided.findings] == ["text_unsearched"]


def test_an_officials_word_has_its_answer_booked(office: Office) -> None:
    held = office.settle(mail(body=("b" * 78 + "\n") * 70_000))
    done = decide_again(office.desk, held.decided.arrival, Override(outcome="accepted", by="山田", why="終わりまで見た"))
    assert done.decided.outcome == "accepted" and done.reply is not None and done.reply.kind == "acknowledgement"
