"""One mail of each kind that a mailbox receives, with what the notice and the decision tables make of it.

The expected rule and letter are written by hand, from docs/design.md, "The decision"; nothing here asks the program.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache

from tests.e2e.fortnight_mails import collated
from tests.e2e.office import MAILBOXES, Answer, mail
from tests.municipalities import municipalities
from tests.workbooks.forms_at_hand import the_roster

XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
BASE = Answer("14神奈川県相模原市", "指定都市", "難病")  # accepted and answered before anything else happens
BASE_SENDER = "shitsubyo@city.sagamihara.kanagawa.jp"
TOO_LARGE = 1_300_000  # bytes, over the settings' 1 MB


@dataclass(frozen=True)
class Kind:
    """`make` builds the mail, given a number (a different body each) and the Message-ID of the reply to the
    base mail. `rule` is the mail's own row, `letter` the reply that is due, or empty; `piece` the row of its
    first form. `read` and `decided`: whether the reader sees it, and whether the tables do; `told`: whether
    the operators are written to."""

    name: str
    make: Callable[[int, str], bytes]
    rule: str
    piece: str = ""
    letter: str = ""
    mailbox: str = "n_mynumber"
    read: bool = True
    decided: bool = True
    told: bool = False

    def comes_by(self, needs: str) -> bool:
        """Whether it passes a step of this sort (`steps.py`)."""
        written = bool(self.letter) or self.told
        return {"all": True, "read": self.read, "decided": self.decided, "reply": written}[needs]


def base() -> bytes:
    """The mail that came first: accepted, answered; it is sent again, and our reply to it bounces."""
    return mail(BASE_SENDER, MAILBOXES["n_mynumber"], "<base@city.test>", BASE, _base_workbook())


@cache
def _base_workbook() -> bytes:
    return BASE.workbook()


@cache
def _workbook(number: int, complete: bool) -> bytes:
    return _answer(number).workbook({} if complete else {"telephone": None})


def _answer(number: int) -> Answer:
    body = the_roster().of_kind("core")[number % 62]
    return Answer(body.lgcode[:2] + body.full_name, "中核市", "小慢")


def _sender(number: int) -> str:
    return f"tantou{number}@hoken.lg.jp"  # a domain for local governments that tells nothing of the body


def _submission(number: int, complete: bool = True, sender: str = "") -> bytes:
    made_by = sender or _sender(number)
    message_id = f"<{number}-{complete}@hoken.lg.jp>"
    return mail(
        made_by,
        MAILBOXES["n_mynumber"],
        message_id,
        _answer(number),
        _workbook(number % 62, complete),
    )


def _plain(number: int, subject: str, headers: dict[str, str] | None = None) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = _sender(number)
    message["To"] = MAILBOXES["n_mynumber"]
    message["Subject"] = subject
    message["Message-ID"] = f"<plain-{number}@hoken.lg.jp>"
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(f"お伺いします。Q3の回答は必要でしょうか（{number}）。\n")
    return message


def _resend(number: int) -> bytes:
    """The base mail on another way, under another Message-ID (RFC 5322 §3.6.4)."""
    again = mail(BASE_SENDER, MAILBOXES["n_mynumber"], f"<again-{number}@city.test>", BASE, _base_workbook())
    return (
        f"Received: from relay{number}.test by mx.test; Tue, 18 Jul 2023 10:00:00 +0900\r\n".encode() + again
    )


def _bounce(number: int, reply_id: str) -> bytes:
    """A delivery status notification (RFC 3464) that returns our reply's header."""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.test (Mail Delivery System)\r\n"
        f"To: {MAILBOXES['n_mynumber']}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <bounce-{number}@mx.test>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is the mail system.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        f"Final-Recipient: rfc822; {BASE_SENDER}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {reply_id}\r\nSubject: x\r\n\r\n--b--\r\n"
    ).encode()


def _zip(number: int) -> bytes:
    out = io.BytesIO()
    name = f"【{_answer(number).name}】マイナンバーアンケート回答.xlsx"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, _workbook(number % 62, True))
    message = _plain(number, f"【{_answer(number).name}】マイナンバーアンケート回答")
    message.add_attachment(out.getvalue(), maintype="application", subtype="zip", filename="回答.zip")
    return message.as_bytes()


@cache
def _list_of(prefecture: str) -> bytes:
    body = the_roster().find(prefecture).bodies[0]
    return collated(municipalities(the_roster(), body)[:3], "yobosesshu", {})


def _list(number: int) -> bytes:
    """Three municipalities of 神奈川県, with a remark of its own so that no two are the same mail."""
    message = _plain(number, "【神奈川県】マイナンバーアンケート回答")
    message.replace_header("From", "kikaku@pref.kanagawa.lg.jp")  # the same section each time: it may replace its own
    message.replace_header("To", MAILBOXES["yoboseshu"])
    message.add_attachment(
        _list_of("神奈川県"),
        maintype=XLSX[0],
        subtype=XLSX[1],
        filename="【神奈川県】マイナンバーアンケート回答（一覧表）.xlsx",
    )
    return message.as_bytes()


def poison(number: int, how: str = "signal") -> bytes:
    """A mail over which the reader child comes to grief (tests/e2e/poisoned/sitecustomize.py)."""
    return f"X-Test-Poison: {how}\r\n".encode() + _submission(number)


def _too_large(number: int) -> bytes:
    message = _plain(number, "【横浜市】マイナンバーアンケート回答")
    message.add_attachment(bytes(TOO_LARGE), maintype="image", subtype="tiff", filename="scan.tif")
    return message.as_bytes()


def _bulk(number: int) -> bytes:
    message = _plain(number, "自動応答: 不在", {"Auto-Submitted": "auto-replied"})
    message.add_attachment(bytes(700_000), maintype="image", subtype="tiff", filename="scan.tif")
    return message.as_bytes()


KINDS = (
    Kind("accepted", lambda n, _: _submission(n), "otherwise", "otherwise", "acknowledgement"),
    Kind("correction", lambda n, _: _submission(n, complete=False), "otherwise", "findings", "correction"),
    Kind("held", lambda n, _: _submission(n, sender=f"a{n}@example.com"), "unknown_sender"),
    Kind("inquiry", lambda n, _: _plain(n, "【照会】記載方法について").as_bytes(), "inquiry", "", "arrival"),
    Kind(
        "auto reply",
        lambda n, _: _plain(n, "自動応答: 不在", {"Auto-Submitted": "auto-replied"}).as_bytes(),
        "machine",
    ),
    Kind("bounce", _bounce, "machine"),
    Kind("resend", lambda n, _: _resend(n), "resend", "", "duplicate"),
    Kind("zip", lambda n, _: _zip(n), "otherwise", "otherwise", "acknowledgement"),
    Kind("list", lambda n, _: _list(n), "otherwise", "collated_list", "partial", "yoboseshu"),
    Kind("poison", lambda n, _: poison(n), "poison", decided=False, told=True),
    Kind("too large", lambda n, _: _too_large(n), "too_large", read=False, decided=False),
)
# An automatic reply with a scan of nearly 1 MB: so much that a server cannot have sent it all beforehand
BULK = Kind("auto reply", lambda n, _: _bulk(n), "machine")
KIND_BY_NAME = {kind.name: kind for kind in KINDS}
