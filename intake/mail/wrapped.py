"""Leaves that hold further parts in a wrapping of their own: winmail.dat, opaque S/MIME, uuencode in a text, an
Outlook item.

Says what is inside; the tree is built in `mime.py`. Encrypts, decrypts and verifies nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from intake.mail import outlook_item, signed, tnef
from intake.mail.uuencoded import taken_out

Headers = tuple[tuple[str, bytes], ...]

_ATTACHED = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Inside:
    """One thing inside. `entity`: `data` is a MIME entity with fields of its own, still to be parsed."""

    data: bytes = field(repr=False)
    content_type: str = _ATTACHED
    charset: str = ""
    headers: Headers = ()
    entity: bool = False


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """A leaf without what was in it, and what was in it. `note`: what could not be read of it."""

    data: bytes = field(repr=False)
    inside: tuple[Inside, ...]
    note: str = ""


def unwrap(content_type: str, charset: str, data: bytes) -> Unwrapped | None:
    """What is inside a leaf with this type and content; None for an ordinary leaf. The type decides only over
    signatures and texts: winmail.dat is known by its first bytes."""
    if data.startswith(tnef.SIGNATURE):
        return _winmail(data)
    if (item := outlook_item.open_item(data)) is not None and item.files:
        text = (Inside(item.text.encode(), "text/plain", "utf-8"),) if item.text.strip() else ()
        files = tuple(Inside(inner, headers=_named(name, "utf-8")) for name, inner in item.files)
        return Unwrapped(data, text + files, "" if item.whole else "the Outlook item could not be read whole")
    if content_type in signed.TYPES:
        entity = signed.content_of(data)
        return None if entity is None else Unwrapped(data, (Inside(entity, entity=True),))
    if content_type == "text/plain":
        left, taken = taken_out(data)
        inside = tuple(Inside(file.data, headers=_named(file.name, charset)) for file in taken)
        return Unwrapped(left, inside) if taken else None
    return None


def _winmail(data: bytes) -> Unwrapped | None:
    contents = tnef.unwrap(data)
    if contents is None:
        return None
    inside = []
    if contents.text.strip():
        inside.append(Inside(contents.text, "text/plain", contents.charset))
    if contents.html.strip():
        inside.append(Inside(contents.html, "text/html", contents.charset))
    inside += [Inside(a.data, headers=_named(a.name, contents.charset)) for a in contents.attached]
    return Unwrapped(data, tuple(inside), "" if contents.whole else "winmail.dat could not be read whole")


def _named(name: str | bytes, charset: str) -> Headers:
    """The name as a field (RFC 2231), so that it is read as every other: a text in UTF-8, bytes as they are."""
    raw, label = (
        (name.encode("utf-8", "backslashreplace"), "utf-8") if isinstance(name, str) else (name, charset)
    )
    if not raw:
        return (("content-disposition", b"attachment"),)
    written = "".join(f"%{byte:02X}" for byte in raw)
    return (("content-disposition", f"attachment; filename*={label}''{written}".encode()),)
