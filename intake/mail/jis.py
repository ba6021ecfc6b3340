"""ISO-2022-JP as Japanese mailers really write it (CP50221 and its relatives), and EUC-JP with the same rows.

RFC 1468 names ASCII, JIS X 0201 Roman and JIS X 0208; Windows mailers add NEC row 13 (①, ㈱), the IBM
characters (髙, 﨑) and half-width kana, on which every iso2022_jp codec of Python fails. Here two JIS bytes
become two Shift_JIS bytes by arithmetic and are read as CP932. No byte is dropped: what has no character
is written out as \\xNN.
"""

from __future__ import annotations

import re
from functools import cache

from config.frozen import frozen

ESCAPE = b"\x1b"

# Final bytes of the designations (ISO 2022 registry) that turn up in Japanese mail.
_DESIGNATIONS: dict[bytes, str] = {
    b"\x1b(B": "ascii",
    b"\x1b(J": "roman",
    b"\x1b(H": "ascii",  # Swedish, written by old mailers where they mean Roman
    b"\x1b(I": "kana",
    b"\x1b$@": "0208",
    b"\x1b$B": "0208",
    b"\x1b&@\x1b$B": "0208",
    b"\x1b$(@": "0208",
    b"\x1b$(B": "0208",
    b"\x1b$(D": "0212",
    b"\x1b$(O": "0213-1",
    b"\x1b$(Q": "0213-1",
    b"\x1b$(P": "0213-2",
}
_TOKENS = re.compile(
    rb"(?P<escape>\x1b&@\x1b\$B|\x1b\([BJHI]|\x1b\$\([@BDOPQ]|\x1b\$[@B])"
    rb"|(?P<shift>[\x0e\x0f])|(?P<line>[\r\n]+)"
    rb"|(?P<bytes>(?:[^\x1b\x0e\x0f\r\n]|\x1b(?!\([BJHI]|\$\([@BDOPQ]|\$[@B]|&@\x1b\$B))+)"
)
_PAIRS = re.compile(rb"[\x21-\x97][\x21-\x7e]|[\xa1-\xfe]{2}|.", re.DOTALL)
_EUC = re.compile(rb"[\x00-\x7f]+|\x8e[\xa1-\xdf]|\x8f[\xa1-\xfe]{2}|[\xa1-\xfe]{2}|.", re.DOTALL)
_INVISIBLE = re.compile("[\x80-\x9f\uf8f0-\uf8f3]")  # bytes that CP932 passes through without a character


@frozen
class CodecResult:
    """A decoded text. `extended`: it needed more than RFC 1468 has; `lossy`: some bytes were written out."""

    text: str
    extended: bool
    lossy: bool


def decode_jis(raw: bytes) -> CodecResult:
    """`raw` as ISO-2022-JP with the extensions of CP50221. Each line begins in ASCII (RFC 1468)."""
    mode, shifted, extended, lossy = "ascii", False, False, False
    pieces: list[str] = []
    for token in _TOKENS.finditer(raw):
        value = token[0]
        if token.lastgroup == "escape":
            mode = _DESIGNATIONS[value]
        elif token.lastgroup == "shift":
            shifted = value == b"\x0e"
        elif token.lastgroup == "line":
            mode, shifted = "ascii", False
            pieces.append(value.decode("ascii"))
        else:
            piece = _span("kana" if shifted else mode, value)
            pieces.append(piece.text)
            extended, lossy = extended or piece.extended, lossy or piece.lossy
    return CodecResult("".join(pieces), extended, lossy)


def decode_euc(raw: bytes) -> CodecResult:
    """`raw` as EUC-JP, its two-byte rows read as CP932 reads them (CP51932, eucJP-ms)."""
    pieces: list[str] = []
    lossy = False
    for hit in _EUC.finditer(raw):
        value = hit[0]
        if value[0] < 0x80:
            pieces.append(value.decode("ascii"))
            continue
        text = _euc_character(value)
        lossy = lossy or not text
        pieces.append(text or written_out(value))
    return CodecResult("".join(pieces), False, lossy)


def decode_cp932(raw: bytes) -> CodecResult:
    """`raw` as CP932. The bytes 80, A0, FD–FF, to which Windows gives no visible character, are written
    out; a character of the user-defined area (外字) stays but counts as unread."""
    try:
        text = raw.decode("cp932")
    except UnicodeDecodeError:
        text, lossy = raw.decode("cp932", "backslashreplace"), True
    else:
        lossy = False
    if _INVISIBLE.search(text):
        text, lossy = _INVISIBLE.sub(_invisible_byte, text), True
    return CodecResult(text, False, lossy or _has_private(text))


def written_out(value: bytes) -> str:
    """Bytes that are no character, visibly: b"\\x81" becomes the four letters \\x81."""
    return "".join(f"\\x{byte:02x}" for byte in value)


def _span(mode: str, value: bytes) -> CodecResult:
    """A stretch of bytes that lies within one designation."""
    if mode in ("ascii", "roman"):
        return _single_bytes(mode, value)
    if mode == "kana":
        kana = "".join(_kana(byte) for byte in value)
        return CodecResult(kana, True, "\\x" in kana)
    pieces: list[str] = []
    extended, lossy = mode != "0208", False
    for hit in _PAIRS.finditer(value):
        pair = hit[0]
        if len(pair) == 1 and pair <= b" " and pair != ESCAPE:
            pieces.append(pair.decode("ascii"))
            continue
        character = _pair(mode, pair)
        lossy = lossy or not character or _has_private(character)
        extended = extended or _beyond_0208(pair)
        pieces.append(character or written_out(pair))
    return CodecResult("".join(pieces), extended, lossy)


def _single_bytes(mode: str, value: bytes) -> CodecResult:
    """One-byte text; 8-bit bytes in it are half-width kana, or Shift_JIS that somebody appended."""
    if value.isascii():
        text = value.decode("ascii")
        if mode == "roman":  # JIS X 0201 differs from ASCII in two places
            text = text.replace("\\", "¥").replace("~", "‾")
        return CodecResult(text.replace("\x1b", "\\x1b"), False, ESCAPE in value)
    appended = decode_cp932(value)
    return CodecResult(appended.text.replace("\x1b", "\\x1b"), True, appended.lossy or ESCAPE in value)


def _kana(byte: int) -> str:
    """JIS X 0201 katakana in seven or eight bits; U+FF61 stands at 21 and A1."""
    seven = byte & 0x7F
    if 0x21 <= seven <= 0x5F:
        return chr(0xFF61 + seven - 0x21)
    return chr(byte) if byte <= 0x20 and byte != 0x1B else written_out(bytes([byte]))


@cache
def _pair(mode: str, pair: bytes) -> str:
    """The character of two JIS bytes (in seven or eight bits), or an empty string."""
    if len(pair) != 2:
        return ""
    if pair[1] >= 0xA1:
        pair = bytes(byte & 0x7F for byte in pair)
    if mode == "0208":
        return _decoded(_shift_jis(pair[0], pair[1]), "cp932")
    if mode == "0212":
        return _decoded(b"\x8f" + bytes(byte | 0x80 for byte in pair), "euc_jp")
    lead = b"\x8f" if mode == "0213-2" else b""
    return _decoded(lead + bytes(byte | 0x80 for byte in pair), "euc_jis_2004")


@cache
def _euc_character(value: bytes) -> str:
    if value[0] == 0x8E and len(value) == 2:
        return chr(0xFF61 + value[1] - 0xA1)
    if value[0] == 0x8F and len(value) == 3:
        return _pair("0212", bytes(byte & 0x7F for byte in value[1:]))
    return _pair("0208", value)


def _shift_jis(first: int, second: int) -> bytes:
    """JIS X 0208 row and cell as Shift_JIS bytes (JIS X 0208:1997 annex 1)."""
    row = first - 0x21
    lead = 0x81 + row // 2
    if lead > 0x9F:
        lead += 0x40
    if row % 2:
        return bytes([lead, second + 0x7E])
    return bytes([lead, second + 0x1F + (second >= 0x60)])


def _decoded(value: bytes, codec: str) -> str:
    try:
        return value.decode(codec)
    except UnicodeDecodeError:
        return ""


def _beyond_0208(pair: bytes) -> bool:
    """Whether a row is not in JIS X 0208: row 13 and everything behind row 84."""
    row = (pair[0] & 0x7F if pair[0] >= 0xA1 else pair[0]) - 0x20
    return row == 13 or row > 84


def _has_private(text: str) -> bool:
    return any("\ue000" <= character <= "\uf8ff" for character in text)


def _invisible_byte(hit: re.Match[str]) -> str:
    code = ord(hit[0])
    if code >= 0xF8F0:  # U+F8F0 is A0, U+F8F1–F8F3 are FD–FF
        code = 0xA0 if code == 0xF8F0 else code - 0xF8F1 + 0xFD
    return written_out(bytes([code]))
