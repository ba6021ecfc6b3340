"""How mail programs write a text into a header field: the charsets, and the forms of RFC 2047, RFC 2231 and before.

The other side of the reading, made for its tests; it shares nothing with the program.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

# CP50221 has the IBM characters of CP932 (FA40–FC4B) in the rows that NEC selected (ED40–EEFC).
_NEC_ROWS = {}
for _lead in (0xED, 0xEE):
    for _trail in range(0x40, 0xFD):
        try:
            _NEC_ROWS[bytes([_lead, _trail]).decode("cp932")] = bytes([_lead, _trail])
        except UnicodeDecodeError:
            continue


def jis(text: str) -> bytes:
    """CP50221: ISO-2022-JP as Windows mailers write it, from CP932 (JIS X 0208:1997 annex 1)."""
    pieces, mode = [], b"\x1b(B"
    for character in text:
        raw = _NEC_ROWS.get(character) or character.encode("cp932")
        wanted = b"\x1b$B" if len(raw) == 2 else b"\x1b(I" if raw[0] >= 0xA1 else b"\x1b(B"
        if wanted != mode:
            pieces.append(wanted)
            mode = wanted
        pieces.append(_two(*raw) if len(raw) == 2 else bytes([raw[0] & 0x7F]))
    return b"".join(pieces) + (b"" if mode == b"\x1b(B" else b"\x1b(B")


def _two(lead: int, trail: int) -> bytes:
    row = (lead - (0x81 if lead <= 0x9F else 0xC1)) * 2
    if trail >= 0x9F:
        return bytes([row + 1 + 0x21, trail - 0x7E])
    return bytes([row + 0x21, trail - 0x1F - (trail > 0x7F)])


def euc(text: str) -> bytes:
    """CP51932: EUC-JP with the same rows."""
    pieces = []
    for character in text:
        raw = _NEC_ROWS.get(character) or character.encode("cp932")
        if len(raw) == 2:
            pieces.append(bytes(byte | 0x80 for byte in _two(*raw)))
        else:
            pieces.append(b"\x8e" + raw if raw[0] >= 0xA1 else raw)
    return b"".join(pieces)


CHARSETS: dict[str, Callable[[str], bytes]] = {
    "ISO-2022-JP": jis,
    "UTF-8": lambda text: text.encode("utf-8"),
    "Shift_JIS": lambda text: text.encode("cp932"),
    "EUC-JP": euc,
}


def b_word(raw: bytes, charset: str) -> bytes:
    return b"=?" + charset.encode() + b"?B?" + base64.b64encode(raw) + b"?="


def q_word(raw: bytes, charset: str) -> bytes:
    return b"=?" + charset.encode() + b"?Q?" + b"".join(b"=%02X" % byte for byte in raw) + b"?="


def percent(raw: bytes) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in raw)


def fields(raw: bytes, charset: str, cut: int) -> Iterator[tuple[str, bytes]]:
    """Each way in which a Subject field holds the text; `cut` bytes stand in the first word, wherever that is."""
    yield "B", b_word(raw, charset)
    yield "Q", q_word(raw, charset)
    yield "B split", b_word(raw[:cut], charset) + b"\r\n " + b_word(raw[cut:], charset)
    yield "Q split", q_word(raw[:cut], charset) + b"\r\n\t" + q_word(raw[cut:], charset)
    yield "B then Q", b_word(raw[:cut], charset) + b" " + q_word(raw[cut:], charset)
    yield "raw", raw


def parameters(raw: bytes, charset: str, cut: int) -> Iterator[tuple[str, bytes]]:
    """Each way in which Content-Disposition holds a file name."""
    label = charset.encode()
    for name, word in fields(raw, charset, cut):
        if name != "raw":
            yield f"{name} in quotes", b'attachment; filename="' + word + b'"'
    yield "raw in quotes", b'attachment; filename="' + raw + b'"'
    yield "RFC 2231", b"attachment; filename*=" + label + b"''" + percent(raw)
    yield (
        "RFC 2231 continued",
        (
            b"attachment;\r\n filename*0*="
            + label
            + b"'ja'"
            + percent(raw[:cut])
            + b";\r\n filename*1*="
            + percent(raw[cut:])
        ),
    )
    yield (
        "RFC 2231 out of order",
        (
            b"attachment; filename*1*="
            + percent(raw[cut:])
            + b"; filename*0*="
            + label
            + b"''"
            + percent(raw[:cut])
        ),
    )
    yield "both", b'attachment; filename="kaito.xlsx"; filename*=' + label + b"''" + percent(raw)
