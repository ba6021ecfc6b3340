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
    for value in (NUMBER, "１２３４５６７８９０１８"):
        assert value not in dump + caplog.text
