"""What a mail's header and its displayed text say, as one frozen Message.

Every field is read on its own, so that a broken one never hides another. Dates are handed on undecoded:
nothing here knows when a mail came, or what it is about.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator

from config.domains import one_house
from config.frozen import replace
from intake.mail.addresses import addresses
from intake.mail.charset import OWN_SCRIPT, Decoded, canonical, decode
from intake.mail.headers import header_text, unfold
from intake.mail.htmltext import html_charset, html_to_text, without_tags
from intake.mail.mime import Leaf, Part, leaves
from intake.mail.tnef import SIGNATURE as TNEF
from intake.submission import Address, Authors, Defect, Message

__all__ = ["addresses", "is_searched_whole", "message_ids", "read_message", "text_behind"]

_ID = re.compile(r"<[^<>]+>")
_MOST_TEXT = 1 << 20  # bytes of all that is shown that are read
_MOST_SEARCHED = 4 << 20  # bytes behind these, of which only is asked whether a My Number stands in them
_OVERLAP, _LONG_LINE = 128, 10_000  # bytes: twelve digits with all that may lie between; what nobody writes in a line
_PICTURE = re.compile(rb"data:[\w/+.;=-]{1,200}base64,[A-Za-z0-9+/=\s%]*")  # RFC 2397
_WIDE = ("utf-16", "utf-32", "utf-7")
_PEOPLE = ("from", "reply-to", "to", "cc")


def read_message(part: Part, names: frozenset[str] = frozenset()) -> Message:
    """The mail as people see it. `names`: folded roster names, which help where a charset is in doubt."""
    found = leaves(part, names)
    subject = _undeclared(part, "subject", found, names) or header_text(part.header("subject"), names)
    read, behind = _divided(_shown(part, found))
    texts = [(leaf, _text(leaf, names)) for leaf in read]
    defects = [
        *_told("Subject", subject),
        *(defect for name in _PEOPLE for defect in _told(name.title(), _whole(part, name, names))),
        *(defect for leaf, text in texts for defect in _told(f"{leaf.path} body", text)),
        *((Defect("body", f"longer than {_MOST_TEXT:,} bytes; the rest is left out"),) if behind else ()),
        *(Defect(f"{leaf.path} filename", note) for leaf in found for note in leaf.notes),
        *(defect for node in part.walk() for defect in node.defects),
    ]
    people = {name: addresses(_all_of(part, name), names) for name in _PEOPLE}
    return Message(
        message_id=next(iter(message_ids(part.header("message-id"))), ""),
        subject=subject.text,
        sender=_sender(people["from"], addresses(part.header("sender"), names)),
        reply_to=_first(people["reply-to"]),
        to=people["to"],
        cc=people["cc"],
        in_reply_to=next(iter(message_ids(part.header("in-reply-to"))), ""),
        references=message_ids(b" ".join(part.headers_of("references"))),
        date=part.header("date").decode("ascii", "backslashreplace"),
        body="\n".join(text.text for _, text in texts),
        defects=tuple(defects),
        authors=_authors([addresses(field, names) for field in part.headers_of("from")]),
    )


def message_ids(field: bytes) -> tuple[str, ...]:
    """The ids of Message-ID, In-Reply-To or References with their < >, each once, in their order. A field
    without any < > is taken as one id."""
    text = field.decode("ascii", "backslashreplace")
    found = ["".join(hit.split()) for hit in _ID.findall(text)]
    if not found and "@" in text:
        found = [f"<{token}>" for token in text.replace("<", " ").replace(">", " ").split() if "@" in token]
    return tuple(dict.fromkeys(found))


def _all_of(part: Part, name: str) -> bytes:
    return b", ".join(part.headers_of(name))


def _whole(part: Part, name: str, names: frozenset[str]) -> Decoded:
    return header_text(_all_of(part, name), names)


def _undeclared(part: Part, name: str, found: tuple[Leaf, ...], names: frozenset[str]) -> Decoded | None:
    """A field in raw 8 bit, read by the charset that its mail declares for its text; None where that does not read
    it."""
    raw = unfold(part.header(name))
    declared = next((leaf.charset for leaf in found if leaf.displayed and leaf.charset), "")
    if raw.isascii() or not declared or canonical(declared) not in OWN_SCRIPT:
        return None
    read = decode(raw, declared, names)
    return None if read.lossy or not read.plain else Decoded(" ".join(read.text.split()), "declared", False)


def _sender(written: tuple[Address, ...], sent_by: tuple[Address, ...]) -> Address | None:
    """The first address of From that can be written to, else Sender (RFC 5322 §3.6.2), else whatever From says."""
    valid = next((address for address in (*written, *sent_by) if "." in address.domain), None)
    return valid or _first(written) or _first(sent_by)


def _authors(fields: list[tuple[Address, ...]]) -> Authors:
    """Whether From names one address (however often), several of one house, or leaves open whose mail it is."""
    named = [{a.address.lower(): a.domain for a in field if "." in a.domain} for field in fields]
    every = {address: domain for field in named for address, domain in field.items()}
    if len(every) < 2:
        return "one"
    first, *others = dict.fromkeys(every.values())
    same = all(field == every for field in named if field)
    return "several" if same and all(one_house(first, other) for other in others) else "unclear"


def _first(found: tuple[Address, ...]) -> Address | None:
    return next((address for address in found if address.address), found[0] if found else None)


def _told(where: str, text: Decoded) -> Iterator[Defect]:
    """What is worth telling about how a text was read."""
    if not text.plain:
        lost = "; some bytes could not be read and are written out as \\xNN" if text.lossy else ""
        yield Defect(where, f"not as declared, read as {text.step}{lost}")


def _shown(part: Part, found: tuple[Leaf, ...]) -> list[Leaf]:
    """The displayed leaves, without the HTML beside its plain text (RFC 2046 §5.1.4) and without what a
    report brings back."""
    by_path = {leaf.path: leaf for leaf in found if leaf.displayed and not leaf.returned}
    hidden: set[str] = set()
    for node in part.walk():
        winmail = bool(node.children) and node.data.startswith(TNEF)
        if node.content_type == "multipart/alternative" or winmail:
            below = [by_path[inner.path] for inner in node.walk() if inner.path in by_path]
            if winmail and any(leaf.data.strip() for leaf in by_path.values() if leaf not in below):
                hidden |= {leaf.path for leaf in below}  # the same text, once more
            if any(leaf.content_type == "text/plain" and leaf.data.strip() for leaf in below):
                hidden |= {leaf.path for leaf in below if leaf.content_type == "text/html"}
    return [leaf for path, leaf in by_path.items() if path not in hidden]


def _divided(shown: Iterable[Leaf]) -> tuple[list[Leaf], list[Leaf]]:
    """The text that is read, and the text behind it, where the leaf that has both is cut."""
    read: list[Leaf] = []
    behind: list[Leaf] = []
    left = _MOST_TEXT
    for given in shown:
        leaf = _without_pictures(given) if len(given.data) > left else given
        end = _cut(leaf.data, left)
        left -= min(left, len(leaf.data))
        if end or not leaf.data:
            read.append(replace(leaf, data=leaf.data[:end]))
        if end < len(leaf.data):
            rest = leaf.data[max(0, end - _OVERLAP) :]
            behind.append(replace(leaf, data=rest, charset=_charset(leaf)))
    return read, behind


def _without_pictures(leaf: Leaf) -> Leaf:
    """A page without the megabytes that some programs write into its tags."""
    return replace(leaf, data=_PICTURE.sub(b"data:", leaf.data)) if leaf.content_type == "text/html" else leaf


def _cut(data: bytes, most: int) -> int:
    """Where the first so many bytes end: at the end of a line, unless that line is a long one."""
    if len(data) <= most:
        return len(data)
    return data.rfind(b"\n", max(0, most - _LONG_LINE), most) + 1 or most


def text_behind(part: Part, names: frozenset[str] = frozenset()) -> Iterator[str]:
    """The displayed text behind what `read_message` reads, as far as it is searched: without tags, and in pieces that
    overlap, so that no number is cut."""
    left = _MOST_SEARCHED
    for leaf in _divided(_shown(part, leaves(part, names)))[1]:
        data = leaf.data[:left]
        left -= len(data)
        text = decode(data, leaf.charset, names).text
        text = without_tags(text) if leaf.content_type == "text/html" else text
        yield from (text[max(0, start - _OVERLAP) : start + _MOST_TEXT] for start in range(0, len(text), _MOST_TEXT))


def is_searched_whole(part: Part, names: frozenset[str] = frozenset()) -> bool:
    """Whether `text_behind` is all that stands there, and could be read from its middle on."""
    behind = _divided(_shown(part, leaves(part, names)))[1]
    is_wide = any(canonical(leaf.charset).startswith(_WIDE) for leaf in behind)
    return not is_wide and sum(len(leaf.data) for leaf in behind) <= _MOST_SEARCHED


def _charset(leaf: Leaf) -> str:
    if leaf.data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    return leaf.charset or (html_charset(leaf.data) if leaf.content_type == "text/html" else "")


def _text(leaf: Leaf, names: frozenset[str]) -> Decoded:
    """One displayed leaf as text with \\n at the ends of lines."""
    html = leaf.content_type == "text/html"
    decoded = decode(leaf.data, _charset(leaf), names)
    text = html_to_text(decoded.text) if html else decoded.text
    return Decoded(text.replace("\r\n", "\n").replace("\r", "\n"), decoded.step, decoded.lossy)
