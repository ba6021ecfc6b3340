"""A rendered letter and its envelope become the bytes of one mail (RFC 5322, RFC 2045, RFC 2047).

Every choice that must survive Outlook, Exchange and the gateways of LGWAN is made here. Nothing here
renders words, knows the clock, or sends: the date and the Message-ID come with the envelope.
"""

from __future__ import annotations

import hashlib
import re
from email import base64mime
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import encode_rfc2231, format_datetime
from functools import lru_cache

from intake.mail.kind import TAG_HEADER
from replies.letter import Attachment, Envelope, Thread
from replies.letters.render import Rendered
from replies.wording import load_wording

_SUPPRESS = "DR, RN, NRN, OOF, AutoReply"  # not All, which would also suppress the bounces that we need
_FORBIDDEN = re.compile(r"[\r\n\0]")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")  # a line holds at most 998 (RFC 5322 §2.1.1)
# ASCII without white space, < > and @ but the one; 64 and 255 octets, 254 together (RFC 5321 §4.5.3.1)
_ADDRESS = re.compile(r"(?=.{3,254}\Z)[!-;=?A-~]{1,64}@[A-Za-z0-9._\-]{1,255}")
_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILENAME = re.compile(r"[\w\-（）()【】＿・ 　]{1,60}\.(?:xlsx|eml)")
_MAX_REFERENCES = 100
_LINE = 76  # and so encoded words of at most 75 (RFC 2047 §2)
_POLICY = compat32.clone(linesep="\r\n", max_line_length=0)  # 0: values are folded here, by us


def compose(rendered: Rendered, envelope: Envelope) -> bytes:
    """The finished mail with CRLF line ends; equal arguments give equal bytes. Raises ValueError if a header value
    holds CR, LF or NUL, if an address or our Message-ID is malformed, if the date has no time zone, or if an
    attachment is no .xlsx or .eml by name. Malformed ids of the thread are left out: they are strangers' words."""
    _refuse_line_ends(rendered, envelope)
    body = _body(rendered.body, envelope).replace("\n", "\r\n")  # canonical CRLF: RFC 2045 §6.8
    headers = _headers(rendered, envelope)
    if not rendered.attachments:
        return _plain(body, headers)
    mail = _with_attachments(_text_part(body), rendered.attachments, envelope)
    for name, value in headers:
        mail[name] = value
    return mail.as_bytes(policy=_POLICY)


def _plain(body: str, headers: list[tuple[str, str]]) -> bytes:
    """A mail without attachments: what `_text_part` and `as_bytes` make of it, in a fifth of their time.
    Every value is ASCII and folded already."""
    fields = [*_TEXT_FIELDS, *headers]
    head = "".join(f"{name}: {value}\n" for name, value in fields)
    return f"{head}\n{base64mime.body_encode(body.encode())}".replace("\n", "\r\n").encode("ascii")


_TEXT_FIELDS = (
    ("Content-Type", 'text/plain; charset="utf-8"'),
    ("MIME-Version", "1.0"),
    ("Content-Transfer-Encoding", "base64"),
)


def _text_part(body: str) -> MIMEText:
    """text/plain in UTF-8 and base64. Base64, because Japanese triples under quoted-printable, whose soft
    line breaks and trailing spaces gateways rewrite; base64 is pure ASCII in lines of 76, so no hop can
    re-wrap it, stuff a dot, or change 「From 」. MIMEText, because EmailMessage would turn a Message-ID of
    more than 78 characters in References into encoded words, and the thread would be lost."""
    return MIMEText(body, "plain", "utf-8")


def _with_attachments(text: MIMEText, attachments: tuple[Attachment, ...], envelope: Envelope) -> MIMEBase:
    """multipart/mixed (RFC 2046 §5.1.3). The boundary is made of our Message-ID, so that equal arguments give
    equal bytes; "=_" cannot occur in base64."""
    mail = MIMEMultipart(
        "mixed", boundary=f"=_{hashlib.sha256(envelope.message_id.encode()).hexdigest()[:40]}"
    )
    for part in (text, *map(_attached, attachments)):
        del part["MIME-Version"]  # it belongs to the mail as a whole (RFC 2045 §4)
        mail.attach(part)
    return mail


def _attached(attachment: Attachment) -> MIMEApplication:
    """One .xlsx, or a mail as mere bytes: message/rfc822 may not be base64 (RFC 2046 §5.2.1), and what a stranger's mailer
    made need not survive anything else. Its name stands in the header both ways: as RFC 2231 wants it, and as an encoded
    word in `name`, which RFC 2047 §5 forbids and Outlook reads."""
    name = attachment.filename
    if not _FILENAME.fullmatch(name):
        raise ValueError("not the name of an .xlsx or .eml")
    kind = _XLSX if name.endswith(".xlsx") else "octet-stream"
    part = MIMEApplication(attachment.content, kind)
    word = _encoded(Header(name, "utf-8", header_name=" name"))
    part.replace_header("Content-Type", f'application/{kind};\n name="{word}"')
    part["Content-Disposition"] = f"attachment;\n filename*={encode_rfc2231(name, 'utf-8')}"
    return part


def _body(body: str, envelope: Envelope) -> str:
    if not envelope.rehearsal_for:
        return body
    return f"{load_wording().phrase['rehearsal_line']}{envelope.rehearsal_for}\n\n{body}"


def _headers(rendered: Rendered, envelope: Envelope) -> list[tuple[str, str]]:
    rehearsal = load_wording().phrase["rehearsal_subject"] if envelope.rehearsal_for else ""
    thread = _thread_headers(envelope.thread)
    return [
        ("From", _mailbox(envelope.sender_name, _address(envelope.sender))),
        ("To", _address(envelope.recipient)),
        ("Subject", _encoded(Header(rehearsal + rendered.subject, "utf-8", header_name="Subject"))),
        ("Date", _date(envelope)),
        ("Message-ID", _own_message_id(envelope.message_id)),
        *thread,
        *(() if envelope.by_hand else _automatic(envelope)),
        (TAG_HEADER, _ascii(envelope.receipt)),
    ]


def _automatic(envelope: Envelope) -> tuple[tuple[str, str], ...]:
    """The header fields that say that no person wrote the mail (RFC 3834 §5)."""
    return (
        ("Auto-Submitted", "auto-replied" if envelope.answers else "auto-generated"),
        ("X-Auto-Response-Suppress", _SUPPRESS),
    )


def _refuse_line_ends(rendered: Rendered, envelope: Envelope) -> None:
    """Refuse header injection before anything is built."""
    values = {
        "subject": rendered.subject,
        "sender_name": envelope.sender_name,
        "sender": envelope.sender,
        "recipient": envelope.recipient,
        "message_id": envelope.message_id,
        "receipt": envelope.receipt,
        "rehearsal_for": envelope.rehearsal_for,
    }
    for name, value in values.items():
        if _FORBIDDEN.search(value):
            raise ValueError(f"{name} holds a line end or NUL")


def _encoded(header: Header) -> str:
    """The header's value in encoded words, which never split a character, folded with LF."""
    return header.encode(maxlinelen=_LINE)


@lru_cache(maxsize=16)  # our own three mailboxes, over and over
def _mailbox(name: str, address: str) -> str:
    """The display name as encoded words, the address as it is."""
    if not name:
        return address
    header = Header(name, "utf-8", header_name="From")
    header.append(f"<{address}>", "us-ascii")
    return _encoded(header)


def is_writable(address: str) -> bool:
    """Whether a mail can be sent to an address: of ASCII characters (RFC 5321), and of a length that servers take. A
    stranger's address may be anything."""
    return _ADDRESS.fullmatch(address) is not None


def _address(address: str) -> str:
    if not is_writable(address):
        raise ValueError("not an address of ASCII characters")
    return address


def _ascii(value: str) -> str:
    if not value.isascii():
        raise ValueError("a receipt number is ASCII")
    return value


def _date(envelope: Envelope) -> str:
    if envelope.date.tzinfo is None:
        raise ValueError("the date has no time zone")
    return format_datetime(envelope.date)


def _own_message_id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("not a Message-ID")
    return message_id


def _thread_headers(thread: Thread) -> list[tuple[str, str]]:
    """In-Reply-To and References (RFC 5322 §3.6.4): the references of the mail that is answered and its
    own id behind them, each id once, whole, and on a line of its own."""
    answered = thread.in_reply_to if _MESSAGE_ID.fullmatch(thread.in_reply_to) else ""
    earlier = [i for i in dict.fromkeys(thread.references) if _MESSAGE_ID.fullmatch(i) and i != answered]
    ids = [*earlier, *([answered] if answered else [])]
    ids = ids if len(ids) <= _MAX_REFERENCES else [ids[0], *ids[1 - _MAX_REFERENCES :]]
    headers = [("In-Reply-To", answered)] if answered else []
    return [*headers, *([("References", "\n ".join(ids))] if ids else [])]
