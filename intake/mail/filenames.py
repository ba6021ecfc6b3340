"""File names of attachments: which of the given ones to believe, and what is taken out of it.

A name never holds a path, a control character or a change of writing direction afterwards. The sender's
own characters stay as they are, variants included; only marks that stand apart (NFD) are joined.
"""

from __future__ import annotations

import re
import unicodedata

from config.frozen import frozen
from config.spelling import stream_safe
from intake.mail.charset import Decoded
from intake.mail.headers import parameter, parameter_text, split_parameters
from intake.sniff import FileType, sniff

_WRITTEN_OUT = re.compile(
    r"\\(x[0-9a-f]{2}|ud[89a-f][0-9a-f]{2})"
)  # unread bytes: their backslash is no path
_PATH = re.compile(r"[\\/]")
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]")
# NFC over a whole name would also replace 神 and its like (U+FA10 …) by other characters.
_APART = re.compile("[^\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a]+")
_LOST = re.compile(r"\?{2,}|�|^_+\.")

_BY_CONTENT: dict[FileType, str] = {
    "xlsx": "xlsx", "xlsm": "xlsm", "xlsb": "xlsb", "ods": "ods", "xls": "xls", "encrypted": "xlsx",
    "zip": "zip", "broken_zip": "zip", "pdf": "pdf", "html": "html",
}  # fmt: skip
_BY_TYPE = {
    "application/pkcs7-signature": "p7s", "application/x-pkcs7-signature": "p7s",
    "application/pkcs7-mime": "p7m", "application/x-pkcs7-mime": "p7m", "application/ms-tnef": "dat",
    "application/pgp-signature": "asc", "application/msword": "doc", "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "text/calendar": "ics", "text/csv": "csv",
    "text/plain": "txt", "text/xml": "xml", "application/xml": "xml", "message/rfc822": "eml",
    "message/delivery-status": "txt", "message/disposition-notification": "txt", "text/rfc822-headers": "txt",
}  # fmt: skip


@frozen
class FileName:
    """A cleaned name (empty: none was given), and notes on what was done to it."""

    text: str
    notes: tuple[str, ...] = ()


def file_name(disposition: bytes, content_type: bytes, names: frozenset[str] = frozenset()) -> FileName:
    """The name from the two fields: filename*, filename, name*, name; a damaged one gives way to the next."""
    given = [
        *parameter(split_parameters(disposition)[1], "filename"),
        *parameter(split_parameters(content_type)[1], "name"),
    ]
    texts = [text for text in (parameter_text(raw, names) for raw in given) if text.text.strip()]
    if not texts:
        return FileName("")
    return cleaned(next((text for text in texts if not _is_damaged(text)), texts[0]))


def cleaned(text: Decoded) -> FileName:
    """A name's last component only, with marks joined, and nothing invisible."""
    notes: list[str] = []
    if not text.plain:
        notes.append(f"read as {text.step}" + (", not all of it" if text.lossy else ""))
    whole = _WRITTEN_OUT.sub(r"%\1", text.text) if text.lossy else text.text
    composed = _APART.sub(lambda hit: unicodedata.normalize("NFC", stream_safe(hit[0])), whole)
    if composed != whole:
        notes.append("marks apart from their letters (NFD), joined")
    visible = _INVISIBLE.sub("", composed)
    if visible != composed:
        notes.append("invisible characters taken out")
    last = _PATH.split(visible)[-1].strip(" \u3000")
    if last != visible.strip(" \u3000"):
        notes.append("path taken off")
    return FileName("" if last.strip(".") == "" else last, tuple(notes))


def generated_name(number: int, content_type: str, data: bytes) -> str:
    """A name for an attachment that has none, by its number and content: 添付1.xlsx."""
    extension = _BY_CONTENT.get(sniff(data)) or _BY_TYPE.get(content_type, "bin")
    return f"添付{number}.{extension}"


def _is_damaged(text: Decoded) -> bool:
    return text.lossy or bool(_LOST.search(text.text))
