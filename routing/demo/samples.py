"""Sample mails from a survey's samples/samples.toml: data in, the bytes of real-looking mails out.

For the demo, the tests and the benchmark. Knows no survey's wording; sends nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Literal

from config.errors import Mistake, SurveyError
from config.shape import Shape
from config.survey import Survey
from config.toml_values import made
from routing.demo.sample_bytes import (
    Encoding,
    base64_lines,
    charset_of,
    encode,
    file_name_fields,
    filled_form,
    header_text,
)

_BOUNDARY = "=_uketsuke_sample"
_OUR_REPLY = re.compile(rb"\{\{reply to ([a-z0-9-]+)\}\}")
_NO_REPLIES: Mapping[str, str] = {}


class SampleFile(Shape):
    """One file: a form filled with a profile's values and then `values`, the `text` as it is, or a `file`
    beside samples.toml. `truncate`: cut off after so many bytes."""

    filename: str
    form: str = ""
    profile: str = ""
    values: dict[str, Any] = {}
    text: str = ""
    file: str = ""
    truncate: int = 0


class Expected(Shape):
    """What the design makes of it. `kind` of mail; `outcome` of the mail: that of the file that asks most of
    somebody ("seen": the very same mail once more, of which nothing follows); `letter` that goes out (empty:
    none); `rules` of the decision tables that decide over the mail or over its files, each once."""

    kind: str
    outcome: Literal["accepted", "correction", "held", "ignored", "kept", "seen"]
    letter: str
    rules: tuple[str, ...]


class Sample(Shape):
    """One mail, as it lies in one mailbox.

    `to`: ids of the mailboxes that it is addressed to (empty: its own). `names`: how file names are written.
    `answers`: the sample whose reply it answers, by In-Reply-To and References. `copy_of`: the same content
    as another sample, sent again with another Message-ID. `same_as`: the very bytes of another sample.
    `raw`: a file with the mail's own bytes. In raw files and headers {{reply to NAME}} stands for the
    Message-ID of our reply to the sample NAME.
    """

    name: str
    title: str
    mailbox: str
    received: datetime
    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    to: tuple[str, ...] = ()
    encoding: Encoding = "utf-8"
    names: Literal["words", "rfc2231"] = "words"
    body: str = ""
    headers: dict[str, str] = {}
    attachments: tuple[SampleFile, ...] = ()
    answers: str = ""
    same_as: str = ""
    raw: str = ""
    expect: Expected


class Samples(Shape):
    """samples.toml, whole. `profiles`: named sets of values for a form."""

    profiles: dict[str, dict[str, Any]]
    samples: tuple[Sample, ...]

    def sample(self, name: str) -> Sample:
        """The sample with this name; KeyError if there is none."""
        for sample in self.samples:
            if sample.name == name:
                return sample
        raise KeyError(name)


def load_samples(folder: Path) -> Samples:
    """The samples of a survey, with their copies filled in. Raises SurveyError where the survey has none; a mistake
    in them is ours: ValueError, and KeyError for an unknown name."""
    if not (folder / "samples.toml").is_file():
        why = "この調査には見本のメールがないため、デモを動かせません（config/surveys/README.md）。"
        raise SurveyError((Mistake(f"{folder.name}/samples.toml", "", why),))
    data = tomllib.loads((folder / "samples.toml").read_text(encoding="utf-8"))
    by_name = {sample["name"]: sample for sample in data["samples"]}
    return made(Samples, data | {"samples": [_filled_in(sample, by_name) for sample in data["samples"]]})


def _filled_in(sample: Mapping[str, Any], by_name: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """A copy has everything of its original that it does not say itself."""
    own = dict(sample)
    original = own.pop("copy_of", "") or own.get("same_as")
    return {**(by_name[original] if original else {}), **own}


def build_mail(
    sample: Sample, samples: Samples, survey: Survey, folder: Path, replies: Mapping[str, str] = _NO_REPLIES
) -> bytes:
    """The bytes of one sample mail, with the Received line that the ministry's side would have put on top.
    `replies`: sample → Message-ID of our reply to it, for mail that answers one. KeyError if it is missing."""
    if sample.same_as:
        return build_mail(samples.sample(sample.same_as), samples, survey, folder, replies)
    if sample.raw:
        mail = b"\r\n".join((folder / sample.raw).read_bytes().splitlines()) + b"\r\n"
    else:
        parts = [_text_part(sample)]
        parts += [_file_part(a, sample, _content(a, samples, survey, folder)) for a in sample.attachments]
        separator = f"--{_BOUNDARY}\r\n".encode()
        body = b"".join(separator + part for part in parts) + f"--{_BOUNDARY}--\r\n".encode()
        mail = _head(sample, survey, replies) + b"\r\n" + body
    return _received(sample.received) + _OUR_REPLY.sub(lambda hit: replies[hit[1].decode()].encode(), mail)


def _received(at: datetime) -> bytes:
    line = f"Received: from gateway.example.jp by mail.example.jp; {format_datetime(at)}\r\n"
    return line.encode()


def _head(sample: Sample, survey: Survey, replies: Mapping[str, str]) -> bytes:
    addresses = [survey.mailbox(id).address for id in sample.to or (sample.mailbox,)]
    fields: dict[str, bytes] = {
        "From": header_text(sample.sender_name, sample.encoding) + f" <{sample.sender}>".encode(),
        "To": ", ".join(f"<{address}>" for address in addresses).encode(),
        "Subject": header_text(sample.subject, sample.encoding),
        "Date": format_datetime(sample.received - timedelta(seconds=20)).encode(),
        "Message-ID": f"<{sample.name}@{sample.sender.rpartition('@')[2]}>".encode(),
        "MIME-Version": b"1.0",
        "Content-Type": f'multipart/mixed; boundary="{_BOUNDARY}"'.encode(),
    }
    if sample.answers:
        fields |= dict.fromkeys(("In-Reply-To", "References"), replies[sample.answers].encode())
    fields |= {name: value.encode() for name, value in sample.headers.items()}
    return b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields.items())


def _text_part(sample: Sample) -> bytes:
    text = sample.body.replace("\n", "\r\n")
    head = f"Content-Type: text/plain; charset={charset_of(sample.encoding)}\r\n"
    return _part(head.encode(), encode(text, sample.encoding))


def _file_part(attachment: SampleFile, sample: Sample, content: bytes) -> bytes:
    fields = file_name_fields(attachment.filename, sample.encoding, sample.names == "rfc2231")
    return _part(fields, content)


def _part(fields: bytes, content: bytes) -> bytes:
    return fields + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64_lines(content) + b"\r\n"


def _content(attachment: SampleFile, samples: Samples, survey: Survey, folder: Path) -> bytes:
    profile = samples.profiles[attachment.profile] if attachment.profile else {}
    if attachment.file:
        data = (folder / attachment.file).read_bytes()
    elif attachment.form:
        data = filled_form(survey.form(attachment.form), survey, {**profile, **attachment.values})
    else:
        data = attachment.text.encode("utf-8")
    return data[: attachment.truncate] if attachment.truncate else data
