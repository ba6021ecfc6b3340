"""Bytes of Japanese mail into text: the declared charset first, then what the bytes themselves show.

The ladder: declared, ISO-2022-JP with the characters of CP932, UTF-8, CP932, EUC-JP. What several of them
can read is settled by how Japanese the result looks, and by the names of the roster in it. No byte is
dropped: one that none can read is written out as \\xNN, and the result says so.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable

from config.frozen import frozen
from config.roster import fold
from intake.mail.jis import ESCAPE, CodecResult, decode_cp932, decode_euc, decode_jis

PLAIN_STEPS = frozenset({"ascii", "declared"})

# What a label stands for in mail, which is more than its registration says (WHATWG Encoding §4.2 goes the
# same way): Shift_JIS means CP932, GB2312 means GB18030.
_LABELS = {
    "iso-2022-jp": "iso-2022-jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-2004 iso-2022-jp-ms "
    "iso-2022-jp-ext csiso2022jp csiso2022jp2 iso2022jp jis junet cp50220 cp50221 cp50222 x-iso-2022-jp",
    "cp932": "shift_jis shift-jis sjis s-jis x-sjis x-shift-jis x-ms-cp932 ms_kanji csshiftjis windows-31j "
    "cswindows31j ms932 cp932 cp943 cp943c ibm-943",
    "euc-jp": "euc-jp eucjp x-euc-jp x-euc ujis euc-jp-ms eucjp-ms eucjp-win cp51932 cp20932 "
    "cseucpkdfmtjapanese extended_unix_code_packed_format_for_japanese",
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 x-unicode-2-0-utf-8 cesu-8 utf8mb4",
    "utf-7": "utf-7 unicode-1-1-utf-7 x-unicode-2-0-utf-7 csunicode11utf7",
    "gb18030": "gb2312 gb_2312-80 gbk x-gbk cp936 gb18030 euc-cn",
    "cp949": "ks_c_5601-1987 ks_c_5601 ksc5601 euc-kr cp949 x-windows-949",
    "cp950": "big5 x-x-big5 cp950",
    "cp1252": "iso-8859-1 iso8859-1 latin1 latin-1 l1 windows-1252 cp1252 x-ansi",
    "ascii": "us-ascii ascii ansi_x3.4-1968 iso646-us 7bit 8bit",
}
_ALIASES = {label: charset for charset, labels in _LABELS.items() for label in labels.split()}
# Python's names for things that are no charset of any mail, or that cost more than linear time.
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"}
)
# Charsets in which bytes below 80 may be more than ASCII.
_NOT_OVER_ASCII = frozenset({"iso-2022-jp", "utf-7", "hz", "iso2022_kr", "utf-16", "utf-32"})
_FEW = 64  # bytes of so short a text may be two things at once
_SAMPLE = 4096  # bytes looked at when readings are compared

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\uffff]")
_JAPANESE = re.compile("[、-〟ぁ-ヿ！-～￠-￥㍻-㏿①-⑳Ⅰ-Ⅻ]")
_KANJI = re.compile("[㐀-䶿一-鿿豈-﫿]")
_HALF_KANA = re.compile("[｡-ﾟ]")
_HANGUL, _HAN, _THAI, _CYRILLIC = (re.compile(f"[{r}]") for r in ("가-힣ㄱ-ㆎ", "一-鿿", "ก-๛", "Ѐ-ӿ"))
# Charsets that no Japanese mailer uses, and the script that stands in them; Latin ones are declared out of habit.
OWN_SCRIPT = {
    "cp949": _HANGUL, "euc_kr": _HANGUL, "iso2022_kr": _HANGUL, "johab": _HANGUL, "gb18030": _HAN, "hz": _HAN,
    "cp950": _HAN, "big5hkscs": _HAN, "tis_620": _THAI, "tis-620": _THAI, "cp874": _THAI, "iso8859-11": _THAI,
    "iso8859_11": _THAI, "koi8-r": _CYRILLIC, "koi8_r": _CYRILLIC, "koi8-u": _CYRILLIC, "cp1251": _CYRILLIC,
    "iso8859-5": _CYRILLIC,
}  # fmt: skip
_BODY_SUFFIX = re.compile("[都道府県市区町村]")


@frozen
class Decoded:
    """A text and how it was decoded. `step`: "ascii", "declared", or the charset that the bytes showed ("cp50221",
    "utf-8", …; several joined by +). `lossy`: a byte was written out, or is a 外字."""

    text: str
    step: str
    lossy: bool

    @property
    def plain(self) -> bool:
        """Whether the text was read whole and as declared: nothing worth telling."""
        return not self.lossy and all(step in PLAIN_STEPS for step in self.step.split("+"))


@frozen
class _Rung:
    """One rung of the ladder: how it reads, and how far it is trusted where it reads without loss."""

    name: str
    trust: float
    read: Callable[[bytes], CodecResult]


def decode(raw: bytes, declared: str, names: frozenset[str] = frozenset()) -> Decoded:
    """`raw` as text. `declared`: the charset's label as the mail gives it, or "" (unknown labels and NULs
    are tolerated); `names`: folded names of the roster, which speak for the reading they turn up in."""
    charset = canonical(declared)
    plain = raw.isascii() and ESCAPE not in raw and b"\x0e" not in raw
    if plain and charset in ("", "ascii", "iso-2022-jp") and (lost := _without_escapes(raw)):
        return lost
    if plain and charset not in _NOT_OVER_ASCII:
        return Decoded(raw.decode("ascii"), "ascii", False)
    certain = _certain(raw, charset)
    if certain is not None:
        return certain
    sample = _sample(raw)
    best = max(_ladder(sample, charset), key=lambda step: _score(step, sample, names))
    reading = best.read(raw)
    name = "cp50221" if best.name == "iso-2022-jp" and reading.extended else best.name
    return Decoded(reading.text, name, reading.lossy)


_LOST = re.compile(rb"\$([@B])((?:[\x21-\x74][\x21-\x7e])+?)\(([BJ])")
_HEAD = 2_000  # bytes of a text by which it is told
_LEAST_LOST = 4  # characters of Japanese that no other text would be by chance


def _without_escapes(raw: bytes) -> Decoded | None:
    """JIS text that has lost its escapes on the way ($B!Z2#IM;T(B), with the escapes put back; None where it is no
    such text."""
    if not _LOST.search(raw[:_HEAD]):
        return None
    reading = decode_jis(_LOST.sub(b"\x1b$\\1\\2\x1b(\\3", raw))
    japanese = sum(1 for character in reading.text if "\u3041" <= character <= "\u9fff")
    return Decoded(reading.text, "iso-2022-jp", False) if not reading.lossy and japanese >= _LEAST_LOST else None


def join(parts: Iterable[Decoded]) -> Decoded:
    """Neighbouring texts as one; the steps other than the plain ones are kept, each once."""
    known = list(parts)
    steps = dict.fromkeys(step for part in known for step in part.step.split("+"))
    unplain = [step for step in steps if step not in PLAIN_STEPS]
    plain = "declared" if "declared" in steps else "ascii"
    text = "".join(part.text for part in known)
    return Decoded(text, "+".join(unplain) or plain, any(part.lossy for part in known))


def canonical(label: str) -> str:
    """The charset that a label stands for: one of ours, or Python's name; "" for an unknown one."""
    cleaned = label.strip().strip("\"'").lower()
    for spelling in (cleaned, cleaned.replace("_", "-")):
        if spelling in _ALIASES:
            return _ALIASES[spelling]
    try:
        found = codecs.lookup(cleaned).name
        "".encode(found)  # refuses Python's codecs that turn bytes into bytes
    except (LookupError, ValueError, TypeError):  # ValueError: a NUL in the label
        return ""
    return "" if found.replace("-", "_") in _NO_CHARSETS else _ALIASES.get(found, found)


def _certain(raw: bytes, charset: str) -> Decoded | None:
    """The reading if it needs no comparison: charsets whose bytes prove themselves."""
    if ESCAPE in raw and charset in ("iso-2022-jp", ""):
        jis = decode_jis(raw)
        if not jis.lossy:
            step = "declared" if charset else "iso-2022-jp"
            return Decoded(jis.text, "cp50221" if jis.extended else step, False)
    if charset == "utf-8" or raw.startswith(codecs.BOM_UTF8):
        utf8 = _read_utf8(raw)
        # Two-byte sequences alone are no proof: 岬町 in EUC-JP is valid UTF-8.
        if not utf8.lossy and max(utf8.text, default="") >= "\u0800":
            return Decoded(utf8.text, "declared" if charset == "utf-8" else "utf-8", False)
    if charset in OWN_SCRIPT:  # whoever declares such a charset, and writes its own script in it, means it
        told = _reader("euc_kr" if charset == "cp949" else charset)(raw)  # of CP949's own bytes most are CP932 as well
        own = len(OWN_SCRIPT[charset].findall(told.text))
        doubtful = OWN_SCRIPT[charset] is _HAN and re.search("[ぁ-ヺ]", told.text)  # kana lie alike in EUC-JP
        if not (told.lossy or doubtful) and own and 2 * own >= sum(1 for c in told.text if c > "\x7f"):
            return Decoded(told.text, "declared", False)
    if charset in ("cp932", "euc-jp"):
        # A few rare kanji (悄 in EUC-JP) are valid two-byte UTF-8: then the declaration settles it.
        told, utf8 = _reader(charset)(raw[:_FEW]), _read_utf8(raw[:_FEW])
        if len(raw) <= _FEW and not (told.lossy or utf8.lossy) and max(utf8.text, default="") < "\u0800":
            return Decoded(told.text, "declared", False)
    return None


def _ladder(raw: bytes, charset: str) -> list[_Rung]:
    """Every way to read, in the order of trust: where two look equally good, the first wins."""
    steps: list[_Rung] = []
    shifts = ESCAPE in raw or b"\x0e" in raw
    if charset and (shifts or charset != "iso-2022-jp"):
        steps.append(_Rung("declared", 1.0 if charset == "utf-8" else 0.5, _reader(charset)))
    if shifts:
        steps.append(_Rung("iso-2022-jp", 0.6, decode_jis))
    steps.append(_Rung("utf-8", 0.72, _read_utf8))
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        steps.append(_Rung("utf-16", 0.5, _reader("utf-16")))
    steps.append(_Rung("cp932", 0.0, decode_cp932))
    steps.append(_Rung("euc-jp", 0.0, decode_euc))
    return steps


def _reader(charset: str) -> Callable[[bytes], CodecResult]:
    """How this charset is read; a byte that does not fit is written out."""
    own = {"iso-2022-jp": decode_jis, "cp932": decode_cp932, "euc-jp": decode_euc, "utf-8": _read_utf8}
    return own.get(charset) or (lambda raw: _read_with(raw, charset))


def _read_utf8(raw: bytes) -> CodecResult:
    return _read_with(raw, "utf-8-sig")


def _read_with(raw: bytes, codec: str) -> CodecResult:
    try:
        text = raw.decode(codec)
        halves = not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)
        return CodecResult(text.encode("utf-8", "backslashreplace").decode() if halves else text, False, halves)
    except (UnicodeError, LookupError, ValueError):
        pass  # then with the bytes that do not fit written out
    if codec in ("cp1252", "iso8859-1"):  # the five bytes that CP1252 leaves open are C1 controls
        return CodecResult(raw.decode("iso8859-1"), False, False)
    try:
        return CodecResult(raw.decode(codec, "backslashreplace"), False, True)
    except (UnicodeError, LookupError, ValueError):  # codecs that know no error handler
        return CodecResult(raw.decode("ascii", "backslashreplace"), False, True)


def _sample(raw: bytes) -> bytes:
    """The lines from the first byte on that is more than ASCII: enough to compare readings by."""
    first = re.search(rb"[\x80-\xff\x0e\x1b]", raw)
    if len(raw) <= _SAMPLE or first is None:
        return raw
    start = raw.rfind(b"\n", 0, first.start()) + 1
    if first.start() - start > _SAMPLE:
        start = first.start()
    end = raw.rfind(b"\n", start, start + _SAMPLE) + 1
    return raw[start : end if end > first.start() else start + _SAMPLE]


def _score(step: _Rung, raw: bytes, names: frozenset[str]) -> float:
    """How Japanese this reading looks, about -1 … 3: the mean weight of the characters beyond ASCII, and
    something for what the ladder trusts, for 【 and for a body's name."""
    reading = step.read(raw)
    text = reading.text
    escapes = text.count("\\x") if reading.lossy else 0
    counts = {pattern: len(pattern.findall(text)) for pattern in (_JAPANESE, _HALF_KANA, _UNREADABLE)}
    kanji = _KANJI.findall(text)
    beyond = sum(1 for character in text if character > "\x7f" or character == "\x1b") + escapes
    other = beyond - escapes - len(kanji) - sum(counts.values())
    weight = counts[_JAPANESE] + sum(1.0 if _is_common(character) else 0.4 for character in kanji)
    weight += 0.55 * counts[_HALF_KANA] + 0.3 * max(other, 0) - counts[_UNREADABLE] - escapes
    mean = weight / beyond if beyond else 0.0
    whole = sum(1 for character in text if character >= "\u0800")
    trusted = not text.isascii() and escapes <= whole  # a few bytes lost do not take the trust away
    return mean + trusted * step.trust + 0.2 * ("【" in text) + _names_bonus(text, names)


def _is_common(kanji: str) -> bool:
    """Whether a character is in the first level of JIS X 0208 (rows 16–47), where everyday text lives."""
    try:
        return 0xB0 <= kanji.encode("euc_jp")[0] <= 0xCF
    except UnicodeEncodeError:
        return False


def _names_bonus(text: str, names: frozenset[str]) -> float:
    if not names or not _BODY_SUFFIX.search(text):
        return 0.0
    folded = fold(text)
    return 1.0 if any(name in folded for name in names) else 0.0
