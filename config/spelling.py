"""Spellings of Japanese text, folded so that the same name compares equal however it was typed.

For comparing only: what people wrote is kept and quoted back as they wrote it. It never merges two bodies
of the roster whose names differ (a test holds it): that is why 嶋 stays apart from 島 (鹿嶋市, 鹿島市).
"""

from __future__ import annotations

import difflib
import re
import sys
import unicodedata
from functools import cache

from config.cache import cache_short
from config.patterns import pattern

MOST_MARKS = 30  # behind one character (UAX #15 §13, Stream-Safe Text Format): no language needs more
_BECOME_MARKS = "\u0f73\u0f75\u0f81\uff9e\uff9f"  # only when they are decomposed
_SHORT = 200  # characters that are soon sorted, whatever they are
LONGEST = 400  # characters of a cell that matter for telling what it is
_PUNCTUATION = dict.fromkeys(map(ord, "・、。,.:;()[]{}「」『』【】〔〕<>《》※*◆◇■□★☆…?!_/\\-‐‑‒–—―−ー~〜"))
_WORDS = "無 不要 斜線 省略 n/a na none null nil skip スキップ × ✕ x | 0"
_NOTHING = {"", *_WORDS.split()}
# What people write into a cell that is not theirs: 該当なし, 特にございません, 市のため対象外, 回答不要（県のみ）, Q6へ
_NO = r"(?:なし|ナシ|無し?|無い|ない|ありません|ございません|せず|しない|しません)"
_NOT_MINE = pattern(
    r"(?:(?:[^、。,()]{1,10}(?:のため|につき|なので)|[本当]?(?:市|町|村|県|区|都|道|府|団体|市町村)(?:では|は|に))[、,]?)?"
    rf"(?:該当(?:する)?(?:事項|項目|事例|者|もの|ケース)?[はが]?{_NO}|(?:特に|とくに)?(?:なし|ナシ|無し|ありません|ございません)"
    r"|(?:設問|質問|回答|調査)?対象(?:外|では?ない)|非(?:該当|対象)"
    rf"|(?:回答|記入|記載)(?:は|の必要)?(?:不[要用]|{_NO})|未(?:記入|回答|記載)|空[欄白])"
    r"(?:です|である|とする|のため|につき)?(?:[、,]?(?:回答|記入|記載)(?:不要|なし|しない|せず))?(?:\([^()]{1,20}\)?)?"
    r"|[→⇒]?q?\d{1,2}(?:-\d)?へ(?:進む)?|[→⇒]q\d{1,2}(?:-\d)?"
    r"|(?:都道府県|市区?町村|指定都市|中核市|[都道府県市区町村])のみ(?:回答|記入)?"
)
_LONGEST_NOTHING = 40  # characters
_STROKES = pattern(r"[-‐–—―−ー─━/\\・….]*")

# Old and new forms, and the forms that vendors' character sets or fonts bring in. Left of each pair: what
# is met; right: what the comparison uses. NFKC leaves all of them alone.
_VARIANTS = (
    "髙高 﨑崎 嵜崎 碕崎 德徳 齋斎 邊辺 邉辺 舘館 槗橋 桒桑 塚塚 "
    "ヶケ ヵカ 檮梼 惠恵 龍竜 瀧滝 澤沢 濱浜 濵浜 條条 壽寿 圓円 廣広 國国 縣県 區区 邨村 "
    "鰺鯵 竈釜 竃釜 鹽塩 頸頚 籠篭 礪砺 諌諫 驒騨 蘆芦 槇槙 祗祇 眞真 榮栄 淵渕 渊渕 曾曽 剱剣 劍剣 "
    "橫横 靜静 澁渋 實実 兒児 豐豊 會会 應応 當当 鐵鉄 藏蔵 櫻桜 巖巌 壹壱 鷗鴎 囎曽 釧釧 櫔栃 槻槻 "
    "﨟臈 佛仏 萬万 彌弥 與与 來来 黑黒 靑青 吳呉 戶戸 內内 鄕郷 淸清 狹狭 峽峡 燒焼 團団 臺台 "
    "號号 藝芸 醫医 學学 總総 參参 廳庁 經経 濟済 㟢崎 巿市 霸覇"
)
# White space (U+3000 becomes a space under NFKC, so its result is listed), characters without width, and
# the variation selectors that IVS-aware fonts append (葛󠄀城市).
_DROPPED = (
    (0x09, 0x0D), (0x1C, 0x20), (0x85, 0x85), (0xA0, 0xA0), (0xAD, 0xAD), (0x1680, 0x1680),
    (0x180B, 0x180E), (0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x2064), (0x3000, 0x3000),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xE0100, 0xE01EF),
)  # fmt: skip


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord(pair[0]): pair[1] for pair in _VARIANTS.split()}
    for first, last in _DROPPED:
        table.update(dict.fromkeys(range(first, last + 1)))
    return table


_TABLE = _table()


def _marks(last: int) -> str:
    """The characters up to this one that are sorted among the marks behind a character (non-starters of UAX #15)."""
    return "".join(filter(unicodedata.combining, map(chr, range(0x300, last + 1)))) + _BECOME_MARKS


@cache
def _may_be_run() -> re.Pattern[str]:
    """Marks, and everything beyond the first plane, of which a class of marks alone would be slow to search for."""
    return re.compile(f"[{_marks(0xFFFF)}\U00010000-\U0010ffff]{{{MOST_MARKS + 1}}}")


@cache
def _run_of_marks() -> re.Pattern[str]:
    marks = _marks(sys.maxunicode)
    return re.compile(f"([{marks}]{{{MOST_MARKS}}})[{marks}]+")


def stream_safe(text: str) -> str:
    """`text` with runs of combining marks cut to MOST_MARKS. Normalising sorts such a run, in time that grows with
    the square of its length; the standard breaks it up, we leave the rest out."""
    if len(text) <= MOST_MARKS or text.isascii() or not _may_be_run().search(text):
        return text
    return _run_of_marks().sub(r"\1", text)


def nfkc(text: str) -> str:
    """NFKC of a text that anybody may have written, in linear time."""
    return unicodedata.normalize("NFKC", text if len(text) <= _SHORT else stream_safe(text))


@cache_short(4096, 80)
def fold(text: str) -> str:
    """`text` for comparison: NFKC, variant characters unified, every space and invisible character gone."""
    return nfkc(text).translate(_TABLE)


@cache_short(8192, LONGEST)
def label_key(text: str) -> str:
    """`text` for finding a label again: folded, lower case, without punctuation and long-vowel marks."""
    return fold(text[:LONGEST]).translate(_PUNCTUATION).lower()


def circled(number: int) -> str:
    """① … ⑳ for 1 … 20; other numbers in brackets."""
    return chr(0x245F + number) if 1 <= number <= 20 else f"({number})"


def is_blank(value: str) -> bool:
    """Whether a cell shows nothing: empty, or only white space and characters without width."""
    return not value or not (value[0].isalnum() or fold(value))


@cache_short(4096, LONGEST)
def says_nothing(value: str) -> bool:
    """Whether a text only says that there is nothing to say: empty, 「なし」, 「－」, 「回答不要」, the 0 of a link to a
    blank cell; also in brackets or with a full stop."""
    said = fold(value[: _SHORT + 1]).lower().strip("()[]〔〕「」【】。.※*")
    if said in _NOTHING or (len(said) <= _SHORT and _STROKES.fullmatch(said)):
        return True
    return len(said) <= _LONGEST_NOTHING and bool(_NOT_MINE.fullmatch(said))


def begun_alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def alike(one: str, other: str, least: float) -> bool:
    """Whether two label keys resemble each other by at least `least` (difflib's ratio, 0 to 1)."""
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least and matcher.ratio() >= least


_DIGITS = {c: str(n) for n, c in enumerate("〇一二三四五六七八九")}


def arabic(found: re.Match[str]) -> str:
    """A number below a hundred, or digits, in 漢数字, as digits: 九 → 9, 三十一 → 31, 二〇二四 → 2024."""
    text = found[0]
    if "十" not in text:
        return "".join(_DIGITS[c] for c in text)
    tens, _, ones = text.partition("十")
    return str(10 * int(_DIGITS.get(tens, "1")) + int(_DIGITS.get(ones, "0")))
