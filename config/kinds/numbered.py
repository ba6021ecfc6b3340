"""One of several choices that begin with their numbers: told by the number, by the text, or by both together.

Number and words have to agree. What is certain is one number; everything else is None, with the choices that it may
mean, so that the sender can be asked which. docs/choices.ja.md shows by examples what is taken and what is not.
"""

from __future__ import annotations

import re

from config.cache import Same, cache_short
from config.kinds.against import contradicts, doubted, plainly, turns_away, unsettled
from config.kinds.kind import NOT_READ, Meaning
from config.kinds.option import Choice
from config.patterns import pattern
from config.spelling import LONGEST, begun_alike, fold, label_key, nfkc

LEAST = 4  # characters of a text from which on its beginning, or its being contained, says something
_LEAST_BY_HEAD = 3  # … that begins with another choice's head: ①以外
_LEAST_HEAD = 2  # characters before a bracket that are a text by themselves (その他)
_LEAST_OUTLINE = 6  # … from which on what stands behind a choice's own words tells something of its own
_LEAST_TOLD = 16  # … and where they speak of another place
_ELSEWHERE = pattern(r"別紙|別添|添付|資料|下記|下欄|右記|右欄|参照|とおり|通り")
_KANJI = "一二三四五六七八九"
# Circled digits would melt into their neighbours under NFKC (②① → 21).
_HEADS = {
    first + offset: f"⟦{offset + 1}⟧"
    for first, count in ((0x2460, 20), (0x2474, 20), (0x2776, 10), (0x2780, 10), (0x278A, 10))
    for offset in range(count)
}
_STROKES = dict.fromkeys(map(ord, "‐‑‒–—―−─━"), "-")
# What says that a number follows
_BEFORE = r"(?:[\s・○〇◯◎●■→⇒✓✔☑]|レ(?=\s*[(⟦\d])|(?:選択肢|回答|答え?|番号|[訂修]正後?|(?i:No))[.:：は]?)*"
_WITHIN_BRACKETS = pattern(r"\A[\s(\[{【「『“]+(⟦\d+⟧)[)\]}】」』”]+")  # 【①】
_LEADING = pattern(
    _BEFORE + r"(?:⟦(\d+)⟧|[(\[](\d{1,2})[)\]]|(?P<bare>\d{1,2})(?!\d))(?P<after>[\s)\].,、:．。]*)"
)
_QUANTITY = pattern(r"(?:名|人|件|年|月|日|回|割|%|部|課|箇所|か所|ヶ所|つ|次|度|時|分|万|千|台|枚|条|歳|世|者)")
_REFERENCE = pattern(
    r"(?:Q|問|設問|項番|別紙|資料|別添|添付|様式|図|表)\s*\d{0,2}(?:\s*-\s*\d+)?\s*(?:⟦\d+⟧)?", re.IGNORECASE
)
_HEAD = pattern(r"⟦(\d+)⟧|(?<!\w)\((\d{1,2})\)")
_AND = r"(?:[\s、,・/&+.;~〜→⇒とー(\[-]|及び|並びに|又は|または|若しくは|もしくは|あるいは|or)*"
_BARE_HEAD = pattern(_AND + r"(?!0)(\d{1,2})[)\].]*\s*(?:$|[。、,・/;~〜とー-])")
_NEXT_HEAD = pattern(_AND + r"⟦(\d+)⟧")  # ①～⑤: also where no choice has that number
_BARE_WITHIN = pattern(r"[はがも、,/→]\s*(\d{1,2})\s*(?:$|[)。、,])")
_IN_PART = pattern(r"一部|ただし|但し|場合|(?:に(?:ついて|関して)|で)?は(?=.{0,8}(?:ない|ませ|いる|おり|ある|あり))")
_CLAUSES = pattern(r"[。、,;/・\n]")
_OPENING = pattern(r"[(〔\[]")
_APART = pattern(r"(?=[(〔\[⟦:])")
_BRACKET = pattern(r"[(〔\[](.*)[)〕\]][。.\s]*$", re.DOTALL)


def bare(choice: Choice) -> str:
    """A choice's text without the number that it may begin with."""
    return _shown(_words_of(choice.text, choice.number))


def words_behind(value: str) -> str:
    """What stands behind the leading number of an answer; the whole of it where there is none."""
    return _split(value)[1]


def read_choice(value: str, choices: tuple[Choice, ...]) -> Meaning:
    """What `value` says among `choices`: by a whole text or a beginning that only one has; else by its leading number,
    unless the words behind it say otherwise."""
    return _read_among(value, Same(choices)) if choices else NOT_READ


@cache_short(4096, LONGEST)  # a list says the same hundreds of times
def _read_among(value: str, offered: Same) -> Meaning:
    choices: tuple[Choice, ...] = offered.it
    key = _key(value)
    asks = "?" in nfkc(value[:LONGEST]) and not any("?" in nfkc(c.text) for c in choices)
    whole = [c.number for c in choices if key in _keys(c)[:2]]
    begun = [c.number for c in choices if len(key) > LEAST and _keys(c)[1].startswith(key)]
    politely = [c.number for c in choices if plainly(key) in map(plainly, _keys(c)[:2])]
    for fitting in (whole, begun, politely):
        if len(fitting) == 1:
            return Meaning(may_mean=(fitting[0],)) if asks else Meaning(str(fitting[0]))
    number, rest, plain = _split(value)
    own = next((c for c in choices if c.number == number), None)
    if own is None and (own := _by_words(value, choices)):
        rest, plain = _without_head(_marked(value), own.number), False
    if own is None:
        return _by_kanji(value, choices)
    if asks:
        return Meaning(may_mean=(own.number,))
    return _judged(own, rest, plain, tuple(c for c in choices if c is not own))


def _by_words(value: str, choices: tuple[Choice, ...]) -> Choice | None:
    """The one choice whose words an answer without a number begins with, where nothing follows them but a head, or
    words in brackets or behind a colon: その他, 定める予定である（令和６年３月）, その他：CSV, 定めている①."""
    words = _key(_APART.split(_marked(value), maxsplit=1)[0])
    fitting = [c for c in choices if len(words) >= _LEAST_HEAD and words in _keys(c)[1:]]
    return fitting[0] if len(fitting) == 1 else None


def _without_head(text: str, number: int) -> str:
    """A text without the head of this choice behind it: 定めている（①）."""
    return re.sub(rf"[(〔\[\s]*⟦{number}⟧[)〕\]\s]*$", "", text)


def _judged(own: Choice, rest: str, plain: bool, others: tuple[Choice, ...]) -> Meaning:
    """The leading number's choice, measured by what is written behind it."""
    beyond = _beyond(rest, own, others)
    said = beyond is not None
    left = rest if beyond is None else beyond
    weights = {c.number: _weight(left, c, own, said) for c in others}
    told = {n for n, weight in weights.items() if weight and weight == max(weights.values())}
    second = {n for n in (*_heads(left), *_bare_heads(left, plain)) if n != own.number and n in weights} | told
    following = _NEXT_HEAD.match(left)
    if second or _bare_heads(left, plain) or (following and int(following[1]) != own.number):
        return Meaning(may_mean=(own.number, *sorted(second)))
    if not said and plain and _QUANTITY.match(rest):
        return NOT_READ  # 2名で確認: a number of people
    in_its_words = said and (not left or any(len(k) >= LEAST and k in _key(rest) for k in _keys(own)[1:]))
    if doubted(left) or unsettled(left, bare(own)):
        return Meaning(may_mean=(own.number,))
    if (not said and turns_away(rest)) or (not in_its_words and contradicts(rest, bare(own))):
        return Meaning(may_mean=(own.number,))
    remark = left.strip(" 　。、,:\n")
    bracket = _BRACKET.search(remark)
    outline = bracket[1] if bracket else remark
    if not said and not bracket:
        outline = _cut(remark, begun_alike(_key(remark), _keys(own)[1]))[1]
    least = _LEAST_OUTLINE if said or bracket else 2 * LEAST
    return Meaning(str(own.number), (), _shown(remark), tells(outline, least))


def in_part(words: str) -> bool:
    """Whether words say that something holds only in part, or in some cases."""
    return bool(_IN_PART.search(words))


def tells(outline: str, least: int = _LEAST_OUTLINE) -> bool:
    """Whether words, of so many characters at least, tell something of their own, and not only where it stands
    (別紙のとおり)."""
    length = len(_key(outline))
    return length >= least and not (length < _LEAST_TOLD and _ELSEWHERE.search(outline))


def _beyond(rest: str, own: Choice, others: tuple[Choice, ...]) -> str | None:
    """What stands beside the own choice's words in the rest: empty where the rest is these words, or a beginning of
    them; None where it does not hold them."""
    key, own_keys = _key(rest), _keys(own)[1:]
    if own_keys[0].startswith(key) and not key.isdigit():  # a number alone is another head (②、①)
        return ""
    if any(key == _keys(c)[1] for c in others):
        return None  # word for word another one, which may begin with the own one's
    for known in sorted(own_keys, key=len, reverse=True):
        if len(known) >= LEAST and known in key:
            place = key.index(known)
            return _cut(rest, place)[0] + "。" * bool(place) + _cut(rest, place + len(known))[1]
    along = begun_alike(key, own_keys[0])
    least = _LEAST_BY_HEAD if rest.lstrip().startswith("⟦") else LEAST
    if along >= least and all(begun_alike(key, _keys(c)[1]) < along for c in others):
        return _cut(rest, along)[1]
    return None


def _weight(left: str, choice: Choice, own: Choice, said: bool) -> int:
    """How clearly what is left says another choice; 0 is not at all. Beside the own choice's words (`said`) only a clause
    that is the other's whole text counts; without them also that it contains the text (3), is a beginning of it (2) or
    has a clause of it that the own one lacks (1)."""
    key, keys = _key(left), _keys(choice)[1:]
    clauses = {_key(p) for p in _CLAUSES.split(left)} - {""}
    if clauses & set(keys) or key in keys or _key(_OPENING.split(left)[0]) in keys:
        return 3
    if said:
        plain = plainly(key)
        return int(in_part(left) and any(len(k) >= LEAST and plainly(k) in plain for k in keys))
    if any(len(known) >= LEAST and known in key for known in keys):
        return 3
    if len(key) >= LEAST and keys[0].startswith(key):
        return 2
    theirs = map(_key, _CLAUSES.split(_OPENING.split(bare(choice))[0]))
    return int(any(len(k) >= LEAST and k in clauses and k not in _keys(own)[1] for k in theirs))


def _heads(text: str) -> set[int]:
    """The heads in a text, but for references (別紙②, Q3①)."""
    return {int(found[1] or found[2]) for found in _HEAD.finditer(_REFERENCE.sub("", text))}


def _bare_heads(text: str, plain: bool) -> tuple[int, ...]:
    """Bare numbers that stand there as a choice's would: with nothing but separators around them."""
    cleaned = _REFERENCE.sub("", text)
    found = _BARE_HEAD.match(cleaned) or (_BARE_WITHIN.search(cleaned) if plain else None)
    return (int(found[1]),) if found else ()


def _by_kanji(value: str, choices: tuple[Choice, ...]) -> Meaning:
    """一 求めている: only with the choice's whole text behind it, since 一部 begins alike."""
    folded = fold(value[:LONGEST])
    number = _KANJI.find(folded[:1]) + 1 if folded else 0
    own = next((c for c in choices if c.number == number), None)
    return Meaning(str(number)) if own and _key(folded[1:]) in _keys(own)[1:] else NOT_READ


def _cut(text: str, length: int) -> tuple[str, str]:
    """A text in two, where the key of the first part has this length."""
    place = next((n for n in range(length, len(text) + 1) if len(_key(text[:n])) >= length), len(text))
    return text[:place], text[place:]


def _shown(text: str) -> str:
    """The heads as people write them."""
    return re.sub(r"⟦(\d+)⟧", lambda head: chr(0x245F + int(head[1])), text)


@cache_short(4096, LONGEST)
def _key(text: str) -> str:
    return label_key(text).replace("⟦", "").replace("⟧", "")


def _marked(text: str) -> str:
    """A text with heads as ⟦1⟧ and all strokes alike."""
    return nfkc(text[: 2 * LONGEST].translate(_HEADS)).translate(_STROKES)


@cache_short(2048, LONGEST)
def _split(text: str) -> tuple[int | None, str, bool]:
    """The number that a text begins with, the rest of it with heads as ⟦1⟧, and whether that number is a bare one."""
    marked = _marked(text)
    bared = _WITHIN_BRACKETS.sub(r"\1", marked)
    leading = _LEADING.match(bared)
    if not leading:
        return None, marked, False
    number = next(int(n) for n in leading.groups()[:3] if n)
    plain = leading["bare"] is not None and not leading["after"].strip()
    return number, bared[leading.end() :], plain


@cache_short(1024, 2_000)
def _words_of(text: str, number: int) -> str:
    found, rest, _ = _split(text)
    return rest if found == number else nfkc(text.translate(_HEADS))


def _keys(choice: Choice) -> tuple[str, ...]:
    return _keys_of(choice.text, choice.number)


@cache_short(1024, 2_000)
def _keys_of(text: str, number: int) -> tuple[str, ...]:
    """The keys of a choice's text: as printed, without its number, and up to each of its outer brackets, since people
    leave out what is in brackets or fill it in (定める予定である（令和６年３月）)."""
    words = _words_of(text, number)
    depth, ends = 0, []
    for place, character in enumerate(words):
        if character in "(〔[":
            ends += [place] if depth == 0 else []
            depth += 1
        elif character in ")〕]":
            depth = max(depth - 1, 0)
    heads = [key for place in ends if len(key := _key(words[:place])) >= _LEAST_HEAD]
    shorter = [short for key in heads if (short := key.removesuffix("である")) != key]
    return (_key(text), _key(words), *heads, *shorter)
