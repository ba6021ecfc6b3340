"""Sample mails from a survey's samples/samples.toml: data in, the bytes of real-looking mails out.

For the demo, the tests and the benchmark. Knows no survey's wording; sends nothing.
"""

from __future__ import annotations

import base64
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime

from config.survey import Shape, Survey
from replies.form import fill

Encoding = Literal["utf-8", "iso-2022-jp", "shift_jis", "raw-shift_jis"]
_BOUNDARY = "=_uketsuke_sample"


class Attachment(Shape):
    """One file: a form filled with a profile's values and then `values`, or `text` as it is, or a form's
    bytes cut off after `truncate` bytes."""

    filename: str
    form: str = ""
    profile: str = ""
    values: dict[str, Any] = {}
    text: str = ""
    truncate: int = 0


class Expected(Shape):
    """What the desk makes of it: kind of mail, outcome of the mail, letter sent (empty: none)."""

    kind: str
    outcome: str
    letter: str


class Sample(Shape):
    """One mail. `copy_of`: the same content as another sample, sent again with another Message-ID."""

    name: str
    title: str
    mailbox: str
    received: AwareDatetime
    sender: str
    sender_name: str = ""
    subject: str
    encoding: Encoding = "utf-8"
    body: str = ""
    headers: dict[str, str] = {}
    cc: str = ""
    attachments: tuple[Attachment, ...] = ()
    raw: str = ""  # a file beside samples.toml with the mail's own bytes
    expect: Expected


class Samples(Shape):
    """samples.toml, whole. `profiles`: named sets of values for a form."""

    profiles: dict[str, dict[str, Any]]
    samples: tuple[Sample, ...]


def load_samples(folder: Path) -> Samples:
    """The samples of a survey. A mistake in them is ours: pydantic.ValidationError."""
    data = tomllib.loads((folder / "samples.toml").read_text(encoding="utf-8"))
    return Samples.model_validate(data)


def build_mail(sample: Sample, samples: Samples, survey: Survey, folder: Path) -> bytes:
    """The bytes of one sample mail, with the Received line that the ministry's side would have put on top."""
    if sample.raw:
        return _received(sample.received) + (folder / sample.raw).read_bytes()
    head = [
        f"From: {_encoded(sample.sender_name, sample.encoding)} <{sample.sender}>".encode(),
        f"To: <{survey.mailbox(sample.mailbox).address}>".encode(),
        *([f"Cc: <{sample.cc}>".encode()] if sample.cc else []),
        _subject(sample),
        f"Date: {format_datetime(sample.received - timedelta(seconds=20))}".encode(),
        *(f"{name}: {value}".encode() for name, value in sample.headers.items()),
        *(
            []
            if "Message-ID" in sample.headers
            else [f"Message-ID: <{sample.name}@{_domain(sample)}>".encode()]
        ),
        b"MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"'.encode(),
    ]
    parts = [_text_part(sample), *(_file_part(a, sample, samples, survey) for a in sample.attachments)]
    separator = f"--{_BOUNDARY}\r\n".encode()
    body = b"".join(separator + part for part in parts) + f"--{_BOUNDARY}--\r\n".encode()
    return _received(sample.received) + b"\r\n".join(head) + b"\r\n\r\n" + body


def _received(at: datetime) -> bytes:
    line = f"Received: from gateway.example.jp by mail.example.jp; {format_datetime(at)}\r\n"
    return line.encode()


def _domain(sample: Sample) -> str:
    return sample.sender.rpartition("@")[2]


def _subject(sample: Sample) -> bytes:
    if sample.encoding == "raw-shift_jis":
        return b"Subject: " + sample.subject.encode("cp932")
    return b"Subject: " + _encoded(sample.subject, sample.encoding).encode()


def _encoded(text: str, encoding: Encoding) -> str:
    """RFC 2047, in the charset that the sample's mail program uses."""
    charset = "cp932" if encoding == "raw-shift_jis" else encoding
    return Header(text, charset, maxlinelen=75).encode(linesep="\r\n") if text else ""


def _text_part(sample: Sample) -> bytes:
    charset = {"raw-shift_jis": "shift_jis"}.get(sample.encoding, sample.encoding)
    content = base64.encodebytes(sample.body.encode("cp932" if "shift" in charset else charset, "replace"))
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + content.replace(b"\n", b"\r\n") + b"\r\n"


def _file_part(attachment: Attachment, sample: Sample, samples: Samples, survey: Survey) -> bytes:
    if sample.encoding == "raw-shift_jis":
        name = attachment.filename.encode("cp932")
    else:
        name = _encoded(attachment.filename, sample.encoding).replace("\r\n", "\r\n ").encode()
    content = base64.encodebytes(_content(attachment, samples.profiles, survey)).replace(b"\n", b"\r\n")
    head = (
        b'Content-Type: application/octet-stream;\r\n name="' + name + b'"\r\n'
        b'Content-Disposition: attachment;\r\n filename="' + name + b'"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head + content + b"\r\n"


def _content(attachment: Attachment, profiles: Mapping[str, dict[str, Any]], survey: Survey) -> bytes:
    if not attachment.form:
        return attachment.text.encode("utf-8")
    values = {**profiles.get(attachment.profile, {}), **attachment.values}
    data = fill(survey.form(attachment.form), survey, {k: _value(v) for k, v in values.items()})
    return data[: attachment.truncate] if attachment.truncate else data


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
