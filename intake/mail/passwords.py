"""Passwords that stand in the text of a mail, as they follow a locked file (PPAP): found, and masked.

A password found here is handed to whoever asks, to be tried and forgotten. Nothing here writes one anywhere,
and a mail is kept without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from config.spelling import nfkc

HIDDEN = "（パスワードは表示しません）"
MOST = 20  # candidates of one mail; each costs a tenth of a second to try on a workbook
_LONGEST_TEXT = 100_000  # characters looked at

# Keyword, a remark in brackets, whatever closes a heading.
_KEY = (
    r"(?:パスワ[ーー-]?ド|ハ\u309aスワート\u3099|パスコード|pass\s?word|passwd|passcode|暗証番号|(?:解凍|復号|開封)キー"
    r"|(?<![a-z])pass(?![a-z])|(?<![a-z])p/?w(?![a-z]))"
    r"(?:\([^()\n]{0,20}\))?[\]】〕〉》>」』\"']*"
)
_TOKEN = r"[!-~]{3,80}"
_QUOTED = r"[「『【\[<(\"'“‘][ ]*([^\s「」『』【】“”‘’]{3,80}?)[ ]*[」』】\]>)\"'”’]"
_MENTIONED = re.compile("[パハﾊ]|キー|番号|p[aw/]|[ｐＰ]", re.IGNORECASE)  # most mails are done with at this
# パスワード：abc123 / パスワードは、abc123です / Password is abc123 / パスワード  abc123
_BEHIND = re.compile(
    rf"{_KEY}[ \t]*(?:(?:は|=|:|;|→|⇒|->|=>|is\b)[ \t:、,]*|[ \t]{{1,40}}|(?<=[\]】〕〉》>」』]))"
    rf"(?:{_QUOTED}|({_TOKEN}))(.*)",
    re.IGNORECASE,
)
# パスワードは以下のとおりです。 and then, on a line of its own, abc123
_HEADING = re.compile(
    rf"{_KEY}[^\n]{{0,40}}?"
    r"(?::|;|です[。.]?|ます[。.]?|とおり[。.]?|通り[。.]?|below\.?|follows\.?|[\]】〕〉》>」』。→⇒])?[ \t]*\Z",
    re.IGNORECASE,
)
_LATER = re.compile(
    "別途|別メール|別の?便|後ほど|後日|後程|追って|次のメール|[お御]?忘れ|不明|分から|わから|不要|なし|設定"
)
_ALONE = re.compile(rf"[ \t]*[・■□●○◆◇▼▽※*>|-]*[ \t]*(?:{_QUOTED}|({_TOKEN}))[ \t]*(?:です[。.]?)?[ \t]*")
_RULE = re.compile(r"[-=_*#~+・─━―‐＝ \t]*")
_NO_PASSWORD = re.compile(
    r"https?:|mailto:|(?:tel|fax)[.:]|(?:e-?mail|url|file|to|from|subject):|www\.|[^@]+@[^@]+\.[a-z]{2,}\Z|.*\.(?:zip|xlsx?|xlsm|pdf|docx?|exe|7z|lzh)\Z|[-=_*#~+.:;,()\[\]<>]+\Z",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z]{2,}[.,]?\Z", re.IGNORECASE)
_PROSE = re.compile(r"[ \t]+[a-z]{2,}", re.IGNORECASE)


def told_in(text: str) -> tuple[str, ...]:
    """Texts that may be the passwords which this text tells, likeliest first; each as it stands there, in half width,
    and without a mark that may only end the sentence."""
    found: dict[str, None] = {}
    for start, end in _places(text):
        written = text[start:end]
        for form in (nfkc(written), written):
            found[form] = None
            found[form.rstrip(".,;:)>]}。、")] = None
    return tuple(islice((form for form in found if len(form) >= 3), MOST))


def without_passwords(text: str) -> str:
    """The text with every password that it tells masked, wherever it stands again as a word of its own."""
    places = list(_places(text))
    pieces, done = [], 0
    for start, end in places:
        pieces += [text[done:start], HIDDEN]
        done = end
    words = dict.fromkeys(text[start:end] for start, end in places)
    text = "".join([*pieces, text[done:]])
    for word in islice(words, MOST):
        text = re.sub(rf"(?<![0-9A-Za-z]){re.escape(word)}(?![0-9A-Za-z])", HIDDEN, text)
    return text


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Where the text says that something is a password."""
    if not _MENTIONED.search(text):
        return
    folded = _folded(text[:_LONGEST_TEXT])
    lines = list(_lines(folded))
    for number, (start, line) in enumerate(lines):
        hit = _BEHIND.search(line)
        if hit and (place := _token(hit, prose=hit[3])):
            yield start + place[0], start + place[1]
        elif _HEADING.search(line) and not _LATER.search(line):
            yield from _next_line(lines[number + 1 : number + 5])


def _next_line(lines: list[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    """The password on the first line below that is neither blank nor a ruler, if it stands there alone."""
    for start, line in lines:
        if _RULE.fullmatch(line):
            continue
        hit = _ALONE.fullmatch(line)
        if hit and (place := _token(hit, prose="")):
            yield start + place[0], start + place[1]
        return


def _token(hit: re.Match[str], prose: str) -> tuple[int, int] | None:
    """The place of the token that was caught, unless it is an address, a file name or a word of a sentence."""
    group = 1 if hit[1] is not None else 2
    token = hit[group]
    if _NO_PASSWORD.match(token) or (group == 2 and _WORD.fullmatch(token) and _PROSE.match(prose)):
        return None
    return hit.span(group)


def _folded(text: str) -> str:
    """The text in half width, each character in its place: one that NFKC turns into two stays as it is."""
    if text.isascii():
        return text
    return "".join(map(_fold, text))


def _fold(character: str) -> str:
    if character == "\u3000" or character == "\xa0":
        return " "
    made = nfkc(character) if character > "\x7f" else character
    return made if len(made) == 1 else character


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1
