"""The entities of a mail (RFC 2045 §2.4) as nodes of the standard library, with headers read by our own code.

A mail that keeps to the RFCs is cut at its delimiter lines (RFC 2046 §5.1.1), since reading a body line by line takes
longer than everything else: without the cut a mail of 55 KB took the reader 2.98 ms, with it 2.35. Any other mail is
read by the library, which takes it as people's mail programs do. Decodes no content.
"""

from __future__ import annotations

import re
from email.message import Message
from email.parser import BytesParser
from email.policy import Policy, compat32

from intake.mail.headers import Parameters, parameter, split_parameters

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
DEEPEST = 20  # entities within entities
MOST_FIELD = 256 << 10  # bytes of one field of a header that are read: 2,000 recipients are half of it
MOST_ENTITIES = 20_000  # of one mail: ten times the leaves that are read of it
_BLANK = b"\r\n\r\n"


class Entity(Message):
    """The standard library's node, with headers read by us: embedded messages stay closed, so that their
    bytes are kept exactly, and no header can stop the parser."""

    body: bytes | None = None  # of a leaf, where it was cut out and not read line by line
    _own_type: tuple[str, Parameters] | None = None

    def content(self) -> bytes:
        """The bytes of a leaf as they came: without the field in the way, get_payload decodes nothing."""
        if self.body is not None:
            return self.body
        del self["Content-Transfer-Encoding"]
        payload = self.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""

    def raw_headers(self) -> list[tuple[str, bytes]]:
        """Name in lower case and value of each field, not yet unfolded."""
        return [(name.lower(), _bytes(value)) for name, value in self.raw_items()]

    def own_type(self) -> tuple[str, Parameters]:
        """The content type and its parameters. The parser asks for them once the header is whole, and often."""
        if self._own_type is None:
            given = (value for name, value in self.raw_items() if name.lower() == "content-type")
            value = next(given, None)
            self._own_type = (self.get_default_type(), ()) if value is None else _content_type(_bytes(value)[:MOST_FIELD])
        return self._own_type

    def get_content_type(self) -> str:
        content_type = self.own_type()[0]
        return "application/octet-stream" if content_type.startswith("message/") else content_type

    def get_content_maintype(self) -> str:
        return self.get_content_type().partition("/")[0]

    def get_boundary(self, failobj: object = None) -> str | None:  # type: ignore[override]
        given = parameter(self.own_type()[1], "boundary")
        value = given[0].value.decode("ascii", "surrogateescape").rstrip() if given else ""
        return value or None


class Budget:
    """The entities that may still be read of one mail."""

    def __init__(self, left: int = MOST_ENTITIES) -> None:
        self._left = left

    def node(self, policy: Policy[Message] = compat32) -> Entity:
        """Count one more entity. Raises ValueError where that is more than anybody sends: each takes as long as a
        hundred lines."""
        if self._left <= 0:
            raise ValueError("more entities than anybody sends")
        self._left -= 1
        return Entity(policy)


def read(raw: bytes, budget: Budget | None = None) -> Entity:
    """The tree of nodes: cut out as RFC 2046 says, as far as the mail keeps to it, otherwise as the standard library
    reads it. Raises ValueError where there are more nodes than `budget` allows."""
    budget = budget or Budget()
    return _cut_out(raw, budget) or by_library(raw, budget=budget)


def _cut_out(entity: bytes, budget: Budget, depth: int = 0) -> Entity | None:
    """The node of an entity and those below it; None where only the library can tell what it is: what is unusual
    in one part may concern those around it."""
    halves = head_and_body(entity)
    node = by_library(halves[0], True, budget) if halves else None
    if halves is None or node is None or node.defects or node.get_payload():
        return None
    if node.get_content_maintype() != "multipart":
        node.body = halves[1]
        return node
    boundary = (node.get_boundary() or "").encode("ascii", "surrogateescape")
    typed = node.get_content_type() != "multipart/digest"  # whose parts are mails without saying so
    pieces = cut(halves[1], boundary) if boundary and typed and depth < DEEPEST else None
    children: list[Entity] = []
    for piece in pieces or ():
        child = _cut_out(piece, budget, depth + 1)
        if child is None:
            return None
        children.append(child)
    if not children:
        return None
    node.set_payload([*children])
    return node


def by_library(raw: bytes, only_header: bool = False, budget: Budget | None = None) -> Entity:
    """The tree of nodes by the standard library, or the header alone. What the library may raise at hostile structure
    is for the caller."""
    make = budget.node if budget else Entity
    parser: BytesParser[Entity] = BytesParser(make, policy=compat32)  # type: ignore[arg-type]  # Policy[Node]
    return parser.parsebytes(raw, only_header)


def head_and_body(entity: bytes) -> tuple[bytes, bytes] | None:
    """The header with the empty line that ends it, and the body (RFC 5322 §2.1); None where there is no such line,
    no header before it, or a CR or LF alone in it (§2.3), which may end it earlier."""
    head, blank, body = entity.partition(_BLANK)
    if not blank or entity.startswith(b"\r\n"):
        return None
    by_the_book = head.count(b"\r\n") == head.count(b"\r") == head.count(b"\n")
    return (head + blank, body) if by_the_book else None


def cut(body: bytes, boundary: bytes) -> list[bytes] | None:
    """The parts of a multipart body, without what stands before the first and behind the last; None unless the
    boundary occurs in delimiters only, each with a CRLF before it and nothing behind it, and the last one closes.
    Other lines may end as they like."""
    _, *pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(pieces) < 2 or body.count(b"--" + boundary) != len(pieces):
        return None
    end = pieces.pop()
    if not (end == b"--" or end.startswith(b"--\r\n")):
        return None
    return [piece[2:] for piece in pieces] if all(piece.startswith(b"\r\n") for piece in pieces) else None


def _content_type(value: bytes) -> tuple[str, Parameters]:
    """The type/subtype of a Content-Type field, and its parameters; for what is no type/subtype, text/plain, unless
    it says otherwise (RFC 2045 §5.2)."""
    token, parameters = split_parameters(value)
    hit = _TYPE.match(token)
    if hit:
        return hit[0], parameters
    return "text/plain" if token.startswith("text") or not token else "application/octet-stream", parameters


def _bytes(value: object) -> bytes:
    return str(value).encode("utf-8", "surrogateescape")
