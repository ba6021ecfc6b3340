"""An entry of a list (組織区分, 制度等), typed by hand where the list was not used.

Understood are the entries themselves, the other names that the survey's data gives them, and either of them with the
other, or with more words, around it; never where two would fit or the words deny it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from config.cache import cache_short
from config.patterns import pattern
from config.spelling import label_key, nfkc

T = TypeVar("T")
_NUMBER = pattern(r"[0-9]*")
_BRACKET = pattern(r"[(〔\[]([^()〔〕\[\]]*)[)〕\]]")
_DENIED = pattern(r"[?]|以外|除|ではない|でない")
_SAME = {  # a sentence, and the ways to say it in a word
    "これがある": ("有", "有り", "あり", "有る", "ある", "あります"),
    "これはない": ("無", "無し", "なし", "無い", "ない", "ありません"),
    "そうである": ("はい",),
    "そうではない": ("いいえ",),
}
_LEAST = 2  # characters of a name that may stand among other words


def same_answer(key: str) -> tuple[str, ...]:
    """The ways to write what this key says: 有, 有り, あり."""
    return next((keys for keys in _SAME.values() if key in keys), (key,))


def in_words(text: str) -> str:
    """A choice as a sentence that other words may contradict: 有 is これがある."""
    return next((sentence for sentence, keys in _SAME.items() if label_key(text) in keys), text)


def one_named(value: str, names: Mapping[T, Sequence[str]]) -> T | None:
    """The entry that a value names, with or without a number in front; None where it names none or several."""
    found = exactly_named(value, names)
    return next(iter(found)) if len(found) == 1 else None


def exactly_named(value: str, names: Mapping[T, Sequence[str]]) -> set[T]:
    """The entries that each part of a value, before its bracket and in it, names; none where one part names nothing."""
    text = nfkc(value[:200])
    whole = _named(text, names)
    if whole or "(" not in text:
        return whole
    parts = [_BRACKET.sub("", text), *_BRACKET.findall(text)]
    found = [_named(part, names) for part in parts]
    return set().union(*found) if all(found) else set()


def _named(text: str, names: Mapping[T, Sequence[str]]) -> set[T]:
    key = _unnumbered(text)
    return {entry for entry, words in names.items() if any(_unnumbered(word) == key for word in words)}


def named_within(value: str, names: Mapping[T, Sequence[str]]) -> set[T]:
    """The entries one of whose names stands within a value."""
    text = nfkc(value[:200])
    if _DENIED.search(text):
        return set()
    key = label_key(text)
    found = {entry: [k for w in words if len(k := label_key(w)) >= _LEAST and k in key] for entry, words in names.items()}
    return {entry for entry, keys in found.items() if keys}


@cache_short(1024, 200)
def _unnumbered(value: str) -> str:
    return _NUMBER.sub("", label_key(value), count=1)
