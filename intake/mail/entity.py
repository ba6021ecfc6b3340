"""A mail cut at its delimiter lines (RFC 2046 §5.1.1), where header, lines and delimiters are by the book.

Then a body need not be read line by line, which takes longer than everything else that is done with it. Tells None
where anything is unusual: the standard library's parser takes such mail as people's programs do. Decodes nothing.
"""

from __future__ import annotations

_BLANK = b"\r\n\r\n"


def head_and_body(entity: bytes) -> tuple[bytes, bytes] | None:
    """The header with the empty line that ends it, and the body (RFC 5322 §2.1); None where there is no such line,
    or no header before it. Meant for bytes whose lines all end with CRLF."""
    head, blank, body = entity.partition(_BLANK)
    if not blank or entity.startswith(b"\r\n"):
        return None
    return head + blank, body


def all_lines_end_with_crlf(raw: bytes) -> bool:
    """Whether no CR and no LF stands alone (RFC 5322 §2.3)."""
    return raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n")


def cut(body: bytes, boundary: bytes) -> list[bytes] | None:
    """The parts of a multipart body, without what stands before the first and behind the last; None unless each
    line that begins like a delimiter is one, with nothing behind it, and the last one closes."""
    _, *pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(pieces) < 2:
        return None
    end = pieces.pop()
    if not (end == b"--" or end.startswith(b"--\r\n")):
        return None
    return [piece[2:] for piece in pieces] if all(piece.startswith(b"\r\n") for piece in pieces) else None
