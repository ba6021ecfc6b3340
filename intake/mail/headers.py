"""Header fields as text: encoded words (RFC 2047), parameters (RFC 2045, RFC 2231), raw 8-bit bytes.

Works on the raw bytes of one unfolded field and never raises, whatever is in it. Neighbouring encoded
words and RFC 2231 segments are joined as bytes before anything is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import unquote_to_bytes

from config.cache import cache_short
from config.frozen import frozen
from intake.mail.charset import Decoded, canonical, decode, join
from intake.mail.transfer import decode_base64, decode_q

Parameters = tuple[tuple[str, bytes], ...]  # names in lower case, values unquoted, in their order

# The text ends where another word begins: else each word without an end would be looked for to the end of the field.
ENCODED_WORD = re.compile(rb"=\?([^?\s]{1,80})\?([bBqQ])\?((?:(?!=\?[^=]).)*?)\?=", re.DOTALL)
_FOLD = re.compile(rb"\r?\n(?=[ \t])|[\r\n]+")
_CONTROLS = re.compile("[\x00-\x1f\x7f]+")
# Bytes of two-byte characters look like quotes, semicolons and backslashes; these find them.
_JIS_RUN = re.compile(rb"\x1b\$\(?[@BDOPQ](?:[\x21-\x7e]{2}|[ \t])*")
_SJIS_PAIR = re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]")
_PARAMETER = re.compile(rb";\s*([^\s=;\"]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"?|[^;]*)", re.DOTALL)
_SECTION = re.compile(r"(.+?)\*(?:(\d{1,4})(\*)?)?")
_PERCENT = re.compile(rb"%[89A-Fa-f][0-9A-Fa-f]")


@frozen
class RawParameter:
    """A parameter's bytes, percent-decoded and joined; `charset` as RFC 2231 declares it, or empty."""

    value: bytes
    charset: str
    extended: bool  # came by RFC 2231


def unfold(value: bytes) -> bytes:
    """One header field's value in one line (RFC 5322 §2.2.3)."""
    return _FOLD.sub(b"", value).strip(b" \t")


@cache_short(64, 2_000)  # the people of a mail are read once for themselves and once for what was odd about them
def header_text(value: bytes, names: frozenset[str] = frozenset()) -> Decoded:
    """An unstructured field, a phrase or a file name as text; control characters become spaces."""
    whole = with_controls(value, names)
    return Decoded(_CONTROLS.sub(" ", whole.text).strip(), whole.step, whole.lossy)


def with_controls(value: bytes, names: frozenset[str] = frozenset()) -> Decoded:
    """The text of a header field, as `header_text` reads it, with the control characters that stand in it."""
    return join(decode(raw, charset, names) for raw, charset in _stretches(unfold(value)))


@cache_short(128, 2_000)  # the parser and we ask for the same field again and again
def split_parameters(value: bytes) -> tuple[str, Parameters]:
    """The value before the first semicolon in lower case, and the parameters behind it: `text/plain; charset="x"`."""
    line = unfold(value)
    mask = _mask(line)
    head = line[: mask.find(b";")] if b";" in mask else line
    found = tuple(
        (hit[1].decode("ascii", "backslashreplace").lower(), _unquote(line, mask, hit.span(2)))
        for hit in _PARAMETER.finditer(mask)
    )
    return head.decode("ascii", "backslashreplace").strip().lower(), found


def parameter(parameters: Parameters, name: str) -> list[RawParameter]:
    """Every form in which the parameter is given, the one to be believed first: name*, then name=."""
    found: list[RawParameter] = []
    sections: dict[int, tuple[bytes, bool]] = {}
    for key, value in parameters:
        hit = _SECTION.fullmatch(key)
        if hit and hit[1] == name:
            encoded = hit[2] is None or hit[3] is not None
            sections.setdefault(int(hit[2] or 0), (value, encoded))
    if sections:
        found.append(_joined(sections))
    found.extend(RawParameter(value, "", False) for key, value in parameters if key == name)
    return found


def parameter_text(raw: RawParameter, names: frozenset[str] = frozenset()) -> Decoded:
    """A parameter as text; encoded words in it are decoded too, though RFC 2047 §5 forbids them there."""
    if ENCODED_WORD.search(raw.value):
        return header_text(raw.value, names)
    if not raw.extended and raw.value.isascii() and _PERCENT.search(raw.value):
        bare = unquote_to_bytes(raw.value)
        text = decode(bare, "utf-8", names)
        if text.step == "declared" and not text.lossy:
            return Decoded(text.text, "utf-8", False)  # percent-encoded without RFC 2231
    return decode(raw.value, raw.charset, names)


def _stretches(line: bytes) -> Iterator[tuple[bytes, str]]:
    """(bytes, declared charset) of the plain stretches and of each run of encoded words in one charset."""
    end = 0
    run: list[tuple[str, bytes, bytes]] = []
    for hit in ENCODED_WORD.finditer(line):
        between = line[end : hit.start()]
        if between.strip(b" \t") or not run:
            yield from _words(run)
            run = []
            if between:
                yield between, ""
        charset = hit[1].partition(b"*")[0].decode("ascii", "backslashreplace")
        run.append((charset, hit[2].lower(), hit[3]))
        end = hit.end()
    yield from _words(run)
    if line[end:]:
        yield line[end:], ""


def _words(run: list[tuple[str, bytes, bytes]]) -> Iterator[tuple[bytes, str]]:
    """Neighbouring encoded words of one charset, joined as bytes: a character may be split between them."""
    for _, group in groupby(run, key=lambda word: canonical(word[0])):
        words = list(group)
        yield b"".join(_contents(words)), words[0][0]


def _contents(words: list[tuple[str, bytes, bytes]]) -> Iterator[bytes]:
    for encoding, group in groupby(words, key=lambda word: word[1]):
        texts = [text for _, _, text in group]
        if encoding == b"q":
            yield decode_q(b"".join(texts))
        elif any(len(text) % 4 and not text.endswith(b"=") for text in texts[:-1]):
            yield decode_base64(b"".join(texts))[0]  # one base64 text chopped anywhere
        else:
            yield b"".join(decode_base64(text)[0] for text in texts)


def _joined(sections: dict[int, tuple[bytes, bool]]) -> RawParameter:
    """The sections of a parameter as one (RFC 2231 §3 and §4): charset'language' stands in the first section only."""
    charset = ""
    pieces: list[bytes] = []
    for place, number in enumerate(sorted(sections)):
        value, encoded = sections[number]
        if place == 0 and encoded and value.count(b"'") >= 2:
            label, _, value = value.split(b"'", 2)
            charset = label.decode("ascii", "backslashreplace")
        pieces.append(unquote_to_bytes(value) if encoded else value)
    return RawParameter(b"".join(pieces), charset, True)


def _mask(line: bytes) -> bytes:
    """`line` with the bytes of raw two-byte characters made harmless, at the same places."""
    masked = _JIS_RUN.sub(lambda hit: b"x" * len(hit[0]), line)
    if masked.isascii():
        return masked
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return _SJIS_PAIR.sub(b"xx", masked)
    return masked


def _unquote(line: bytes, mask: bytes, span: tuple[int, int]) -> bytes:
    """The value at `span`: quotes off, and \\" and \\\\ resolved. Other backslashes stay: they are paths."""
    start, end = span
    if mask[start : start + 1] != b'"':
        return line[start:end].strip()
    closed = end - start > 1 and mask[end - 1 : end] == b'"'
    start, end = start + 1, end - 1 if closed else end
    if mask.find(b"\\", start, end) < 0:
        return line[start:end]
    value = bytearray()
    while start < end:
        if mask[start : start + 1] == b"\\" and mask[start + 1 : start + 2] in (b'"', b"\\"):
            start += 1
        value.append(line[start])
        start += 1
    return bytes(value)
