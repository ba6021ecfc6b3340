"""Strangers' text as it may be shown to people: in letters, reports, workbooks, on screens and in JSON.

What turns the direction of writing or steers a terminal is shown by its code, ‹U+202E›, so that a name reads as
it is; nothing that could be followed as a link can be any more. Pure; linear in the text.
"""

from __future__ import annotations

import re
import unicodedata

from config.patterns import pattern

UNREADABLE = "〓"  # for half a surrogate pair, which no mail or page can hold
_MOST_COMBINING = 8  # in a row; no script that people write needs as many

_LINE_ENDS = pattern(r"[\r\n\t\v\f\x1c-\x1e\u0085\u2028\u2029]+")
_TURNING = "\u202a-\u202e\u2066-\u2069"  # UAX #9: embeddings, overrides, isolates
_TURNS = pattern(f"[{_TURNING}]")
_UNSEEN = ("Cc", "Cf", "Zl", "Zp")  # controls, marks without width, separators; 外字 (Co) stay
# The same, and halves of surrogate pairs; but for the line end and the tabulator.
_STEERS = pattern(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
# What is outside of these may be a combining mark.
_MAY_COMBINE = pattern(
    "[^\x00-\u02ff\u2000-\u20cf\u2100-\u2cee\u2e00-\u3029\u3030-\u3098\u309b-\ua4cf\uac00-\ufb1d\uff00-\uffef]"
)

# Endings of files, which are written as they are. Only .zip could be a host's.
_ENDINGS = r"(?:xls[xmb]?|docx?|pptx?|pdf|csv|txt|eml|msg|jtdc?|zip)(?![A-Za-z0-9_.\-])"
_FILE_ENDING = pattern(rf"\.{_ENDINGS}\Z", re.IGNORECASE)
_SCHEME = pattern(r"(?:[A-Za-z][A-Za-z0-9+.\-]{0,15}:)?[/\\]{2,}(\S*)")
_SLASHES = pattern(r"[/\\]{2,}")
# Schemes that a mail program follows without slashes. TEL: stands before honest telephones.
_OPENS = pattern(
    r"(?<![A-Za-z])(callto|data|facetime|file|ftp|geo|gopher|https?|im|irc|javascript|mailto|ms-[a-z]+|msteams|news|nntp"
    r"|onenote|outlook|sips?|skype|sms|telnet|vbscript|wais|webcal|xmpp|zoommtg):(?=\S)",
    re.IGNORECASE,
)
_WWW = pattern(r"(?<![A-Za-z0-9])www[0-9]{0,3}\.(?=\w)", re.IGNORECASE)
_AT = pattern(r"(?<=\S)@(?=\S)")
# A dot before what could be the last part of a host's name; decimals, dates and numbered headings have none.
_DOT = pattern(
    rf"(?<=[\w\-])\.(?!{_ENDINGS})(?=[A-Za-z][A-Za-z0-9\-])|(?<=[A-Za-z0-9\-])\.(?=zip)|(?<=[A-Za-z]{{2}})\.(?=[^\W\d_])"
    rf"(?!{_ENDINGS})",
    re.IGNORECASE,
)
# Last parts of hosts as East Asia writes them (IANA's root zone). Of other scripts than these, which nobody here writes
# behind a dot, every word may be one.
_HOSTS_END = (
    "みんな|アマゾン|クラウド|グーグル|コム|ストア|セール|ファッション|ポイント|世界|健康|家電|政府|書籍|通販|食品|香港|台湾|台灣|澳門|"
    "中国|中國|中信|中文网|亚马逊|企业|佛山|信息|八卦|公司|公益|商店|商城|商标|嘉里|嘉里大酒店|在线|大拿|天主教|娱乐|工行|广东|微博|慈善|"
    "我爱你|手机|手表|招聘|政务|新加坡|新闻|时尚|机构|组织机构|淡马锡|游戏|点看|珠宝|电讯盈科|電訊盈科|移动|网址|网店|网站|网络|联通|谷歌|"
    "购物|集团|飞利浦|餐厅|香格里拉|닷넷|닷컴|삼성|한국"
)
_FOREIGN_HOST = pattern(rf"(?<=[^\s.])\.(?=(?:{_HOSTS_END})(?!\w)|[\u00c0-\u1fffａ-ｚＡ-Ｚ]{{2}})")
_IPV4 = pattern(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\.?[0-9])")


def one_line(text: str) -> str:
    """`text` in one line: each run of line ends is a space, marks that turn the direction are shown by their code,
    other controls and unseen marks are gone, and only a few marks stand on one letter."""
    if text.replace("\u3000", "").isprintable():
        return _few_combining(text)
    turned = _TURNS.sub(_code, _LINE_ENDS.sub(" ", text))
    kept = (c for c in turned if unicodedata.category(c) not in _UNSEEN)
    return _few_combining("".join(UNREADABLE if unicodedata.category(c) == "Cs" else c for c in kept))


def visible(text: str) -> str:
    """`text` for a terminal, its lines kept: every unseen character is shown by its code."""
    return _few_combining(text if text.isprintable() else _STEERS.sub(_code, text))


def unturned(text: str) -> str:
    """`text` with the marks that turn the direction of writing shown by their codes, and nothing else changed."""
    return _TURNS.sub(_code, text)


def escaped_json(made: str) -> str:
    """A JSON text with every unseen character escaped (RFC 8259 §7), so that it means the same and steers no
    terminal."""
    return made if made.isascii() and "\x7f" not in made else _STEERS.sub(_escape, made)


def clipped(text: str, limit: int) -> str:
    """The text in at most `limit` characters, the last of which is … where something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def clipped_name(name: str, limit: int) -> str:
    """A file's name in at most `limit` characters, with … where something is missing; its ending stays."""
    ending = _FILE_ENDING.search(name[-8:])
    if ending is None or len(name) <= limit:
        return clipped(name, limit)
    return clipped(name[: -len(ending[0])], limit - len(ending[0])) + ending[0]


def unlinked(text: str) -> str:
    """`text` in which no mail program finds a link or an address: without scheme and www., with ．for the dots of
    what could be a host. File endings, decimals and dates stay as they are; done twice, it is as done once."""
    if not any(mark in text for mark in ".@:/\\"):
        return text
    bare = _IPV4.sub(_undotted, _WWW.sub("", _SCHEME.sub(_without_scheme, text)))
    return _FOREIGN_HOST.sub("．", _DOT.sub("．", _AT.sub("＠", _OPENS.sub(r"\1：", bare))))


def _without_scheme(link: re.Match[str]) -> str:
    return _SLASHES.sub("/", link[1]).replace(".", "．")


def _undotted(number: re.Match[str]) -> str:
    return number[0].replace(".", "．")


def _code(character: re.Match[str]) -> str:
    return f"‹U+{ord(character[0]):04X}›"


def _escape(character: re.Match[str]) -> str:
    units = character[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _few_combining(text: str) -> str:
    """`text` with only a few combining marks in a row; UAX #15 (stream-safe text) allows thirty."""
    if not _MAY_COMBINE.search(text):
        return text
    kept, row = [], 0
    for character in text:
        row = row + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if row <= _MOST_COMBINING:
            kept.append(character)
    return "".join(kept)
