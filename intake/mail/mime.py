"""A mail's bytes as a tree of parts, and its leaves: what people see as text and attachments.

Built on the entities that `entity.py` finds; every header is read by our own code, so that no field can raise.
Decides nothing about what an attachment is good for, and opens none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from config.frozen import replace
from intake.mail.entity import DEEPEST, MOST_FIELD, Budget, Entity, by_library, read
from intake.mail.filenames import file_name, generated_name
from intake.mail.headers import Parameters, header_text, parameter, split_parameters, unfold
from intake.mail.outlook_item import first_fields, is_mail_file
from intake.mail.transfer import decode_transfer
from intake.mail.wrapped import Inside, unwrap
from intake.submission import Defect

__all__ = ["Leaf", "Part", "header_text", "leaves", "parse"]

_BOUNDARY_LINE = re.compile(rb"^--([^\r\n]{1,70}?)[ \t]*\r?\n(?=content-)", re.IGNORECASE | re.MULTILINE)
# Microsoft Defender's placeholder for a file that it still looks at: a mail with this subject.
SCAN_NOTICE = re.compile(r"\A(?:safe attachments|atp) scan in progress", re.IGNORECASE)
_MESSAGES = frozenset({"message/rfc822", "message/global", "message/news"})
# As the standard library takes it, for which each CR or LF alone ends a line too.
_END_OF_LINE = re.compile(rb"\r\n?|\n")
_END_OF_HEADER = re.compile(rb"(?>\r\n|\r|\n){2}")
_MOST_LINES = 50_000  # of a header; those behind are not read
_MOST_FIELDS = 1 << 20  # bytes of a header's fields that are read; four times what servers let through
MOST_LEAVES = 2000  # of one mail; ten times what anybody was seen to send
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Part:
    """One node. `path`: "1" is the mail, "1.2" its second part; `headers` raw and unfolded, names in lower
    case; `data`: the decoded content of a leaf, or the bytes of an embedded message."""

    path: str
    headers: tuple[tuple[str, bytes], ...]
    content_type: str
    parameters: Parameters
    data: bytes = field(repr=False)
    children: tuple[Part, ...] = ()
    defects: tuple[Defect, ...] = ()

    def header(self, name: str) -> bytes:
        """The first field of this name (in lower case), or b""."""
        return next((value for key, value in self.headers if key == name), b"")

    def headers_of(self, name: str) -> tuple[bytes, ...]:
        """Every field of this name, in their order."""
        return tuple(value for key, value in self.headers if key == name)

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in the order of the mail."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def is_message(self) -> bool:
        """Whether the part holds another mail (message/rfc822)."""
        return self.content_type in _MESSAGES


@dataclass(frozen=True, slots=True)
class Leaf:
    """What has content: a text, an attachment, an embedded message that has a name. `position` from 1.

    `displayed`: a text that mail programs show, so no attachment. `nested`: lies in an embedded message;
    `returned`: lies in what a report (RFC 6522) brings back, and is never judged. `frame`: winmail.dat or an
    opaque signature, whose contents follow it."""

    position: int
    path: str
    content_type: str
    charset: str
    disposition: str
    filename: str
    data: bytes = field(repr=False)
    displayed: bool
    nested: bool = False
    returned: bool = False
    frame: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Within:
    """How deep an entity lies in others, and how many may still be read."""

    depth: int = 0
    budget: Budget = field(default_factory=Budget)

    def deeper(self) -> _Within:
        return replace(self, depth=self.depth + 1)


def parse(raw: bytes) -> Part:
    """The mail as a tree. Never raises: what has no readable structure becomes one part with a defect."""
    return _parse(raw.removeprefix(_BOM).lstrip(b"\r\n"), "1", _Within())


@lru_cache(maxsize=1)  # asked several times about one mail
def leaves(part: Part, names: frozenset[str] = frozenset()) -> tuple[Leaf, ...]:
    """The leaves in the order of the mail. `names`: folded roster names, which help to read file names."""
    found: list[Leaf] = []
    attachments = 0
    for node, nested, returned in _content(part, False, False):
        if len(found) == MOST_LEAVES:
            found[-1] = replace(found[-1], notes=(*found[-1].notes, "what follows it is left closed: too many"))
            break
        leaf = _leaf(node, names)
        if node.is_message and node.children and not leaf.filename:
            subject = header_text(node.children[0].header("subject"), names).text
            if not SCAN_NOTICE.match(subject):
                continue  # nothing but a frame around what follows
            leaf = replace(leaf, filename=subject)
        if not leaf.displayed:
            attachments += 1
        if not leaf.displayed and not leaf.filename:
            name = generated_name(attachments, leaf.content_type, leaf.data)
            leaf = replace(leaf, filename=name)
        found.append(replace(leaf, position=len(found) + 1, nested=nested, returned=returned))
    return tuple(found)


def mark_returned(found: tuple[Leaf, ...]) -> tuple[Leaf, ...]:
    """The leaves of a bounce or receipt, with those marked that it brings back: they are never judged."""
    return tuple(
        replace(leaf, returned=True) if leaf.nested or leaf.content_type == "message/rfc822" else leaf
        for leaf in found
    )


def charset_of(part: Part) -> str:
    """The label that Content-Type gives, or an empty string."""
    given = parameter(part.parameters, "charset")
    return given[0].value.decode("ascii", "backslashreplace").split(" ")[0] if given else ""


def _parse(raw: bytes, path: str, within: _Within) -> Part:
    try:
        kept = _with_few_fields(raw)
        part = _build(read(kept, budget=within.budget), path, within)
        told = () if kept is raw else (Defect(path, f"header longer than {_MOST_LINES:,} lines; the rest is left out"),)
        return replace(part, defects=(*part.defects, *told)) if told else part
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        # What the parser of the standard library has been seen to raise on hostile structure.
        head, _, body = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n")
        top = by_library(head + b"\n\n", only_header=True)
        defect = Defect(path, "structure could not be read; kept as one part")
        headers, cut_off = _headers(top, path)
        return Part(path, headers, "application/octet-stream", (), body, (), (defect, *cut_off))


def _with_few_fields(raw: bytes) -> bytes:
    """The entity, with a header longer than any cut off: each field is looked at many times."""
    blank = _END_OF_HEADER.search(raw)
    end = blank.start() if blank else len(raw)
    if raw.count(b"\n", 0, end) + raw.count(b"\r", 0, end) <= _MOST_LINES:
        return raw
    last = next(islice(_END_OF_LINE.finditer(raw, 0, end), _MOST_LINES - 1, None), None)
    return raw[: last.start()] + raw[end:] if last else raw


def _build(node: Entity, path: str, within: _Within) -> Part:
    content_type, parameters = node.own_type()
    headers, cut_off = _headers(node, path)
    if node.is_multipart():
        parts = [child for child in node.get_payload() if isinstance(child, Entity)]
        children = tuple(_build(child, f"{path}.{n}", within) for n, child in enumerate(parts, 1))
        return Part(path, headers, content_type, parameters, b"", children, (*_structure_defects(node, path), *cut_off))
    given = dict(headers)
    encoding = given.get("content-transfer-encoding", b"").decode("ascii", "backslashreplace")
    data, note = decode_transfer(node.content(), encoding)
    defects = ((Defect(path, note), *cut_off) if note else cut_off)
    if content_type not in _MESSAGES and first_fields(data):
        name = file_name(given.get("content-disposition", b""), given.get("content-type", b"")).text
        content_type = "message/rfc822" if name and is_mail_file(name, data) else content_type  # as webmailers declare .eml
    if content_type in _MESSAGES:
        children = (_parse(data, f"{path}.1", within.deeper()),) if within.depth < DEEPEST else ()
        return Part(path, headers, content_type, parameters, data, children, defects)
    if content_type.startswith("multipart/"):
        return _salvaged(Part(path, headers, content_type, parameters, data, (), defects), within)
    return _with_inside(Part(path, headers, content_type, parameters, data, (), defects), within)


def _with_inside(part: Part, within: _Within) -> Part:
    """A leaf that wraps others (winmail.dat, an opaque signature, uuencode) with those below it."""
    found = unwrap(part.content_type, charset_of(part), part.data) if within.depth < DEEPEST else None
    if found is None:
        return part
    children = tuple(_inner(thing, f"{part.path}.{n}", within.deeper()) for n, thing in enumerate(found.inside, 1))
    defects = (*part.defects, Defect(part.path, found.note)) if found.note else part.defects
    return replace(part, data=found.data, children=children, defects=defects)


def _inner(thing: Inside, path: str, within: _Within) -> Part:
    if thing.entity:
        return _parse(thing.data, path, within)
    parameters = (("charset", thing.charset.encode()),) if thing.charset else ()
    return Part(path, thing.headers, thing.content_type, parameters, thing.data)


def _salvaged(part: Part, within: _Within) -> Part:
    """A multipart whose declared boundary is missing or does not occur, divided at the boundary that does occur."""
    hit = _BOUNDARY_LINE.search(part.data)
    if hit is None:
        return replace(
            part, defects=(*part.defects, Defect(part.path, "multipart without parts; read as text"))
        )
    head = b'Content-Type: multipart/mixed; boundary="' + hit[1].replace(b'"', b'\\"') + b'"\n\n'
    inner = _build(by_library(head + part.data[hit.start() :], budget=within.budget), part.path, within)
    defects = (*part.defects, Defect(part.path, "boundary not as declared; taken from the text"))
    return Part(part.path, part.headers, part.content_type, part.parameters, b"", inner.children, defects)


def _structure_defects(node: Entity, path: str) -> tuple[Defect, ...]:
    kinds = {type(defect).__name__ for defect in node.defects}
    if "CloseBoundaryNotFoundDefect" in kinds:
        return (Defect(path, "last boundary missing"),)
    return ()


def _headers(node: Entity, path: str) -> tuple[tuple[tuple[str, bytes], ...], tuple[Defect, ...]]:
    """The fields of a header, each cut where it is longer than any, and so all of them together; and what is to be
    told of that."""
    left, kept, cut_off = _MOST_FIELDS, [], False
    for name, value in node.raw_headers():
        part = value[: min(left, MOST_FIELD)]
        cut_off = cut_off or len(part) < len(value)
        left -= len(part)
        kept.append((name[:MOST_FIELD], unfold(part)))
    told = "header fields longer than anybody's; the rest of them is left out"
    return tuple(kept), (Defect(path, told),) if cut_off else ()


def _content(part: Part, nested: bool, returned: bool) -> Iterator[tuple[Part, bool, bool]]:
    """The parts with content of their own, each with two facts: whether it lies in an embedded message, and in a
    returned one."""
    reports = part.content_type == "multipart/report"
    if not part.children or not part.content_type.startswith("multipart/"):
        yield part, nested, returned
    for place, child in enumerate(part.children):
        brought_back = returned or (reports and place > 0)
        yield from _content(child, nested or part.is_message, brought_back)


def _leaf(part: Part, names: frozenset[str]) -> Leaf:
    """One leaf; its place in the mail is set later."""
    name = file_name(part.header("content-disposition"), part.header("content-type"), names)
    disposition = split_parameters(part.header("content-disposition"))[0].split(" ")[0]
    hollow = part.content_type.startswith("multipart/")  # one that has no parts is text
    content_type = "text/plain" if hollow else part.content_type
    shown = content_type in ("text/plain", "text/html") and disposition != "attachment"
    return Leaf(
        position=0,
        path=part.path,
        content_type=content_type,
        charset=charset_of(part),
        disposition=disposition,
        filename=name.text,
        data=part.data,
        displayed=shown and not name.text,
        frame=bool(part.children) and not (part.is_message or shown),
        notes=name.notes,
    )
