"""An entry of a field's list (組織区分, 制度等), typed by hand where the list was not used.

Understood are the entries themselves, the other names that the survey's data gives them, and either of them with the
other, or with more words, around it; never where two would fit or the words deny it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from config.cache import cache_short
from config.spelling import label_key, nfkc
from config.survey import Field, Survey

_NUMBER = re.compile(r"[0-9]*")
_BRACKET = re.compile(r"[(〔\[]([^()〔〕\[\]]*)[)〕\]]")
_DENIED = re.compile(r"[?]|以外|除|ではない|でない")
_LEAST = 2  # characters of a name that may stand among other words


def find_listed(field: Field, value: str) -> str:
    """The choice of a field's list that `value` is, with or without a number in front, by its own name or another one;
    else empty."""
    names = {choice: (choice, *field.names.get(choice, ())) for choice in field.choices}
    return _one(_exact(value, names))


def find_program(value: str, survey: Survey, form: str) -> str:
    """The id of the program of this form that 制度等 names, also among other words (難病医療費助成); empty if it names
    none, or another form's, too."""
    names = {p.id: (p.choice, p.name, *p.names) for p in survey.programs}
    forms = {p.id: p.form for p in survey.programs}
    found = _exact(value, {id: words for id, words in names.items() if forms[id] == form}) or _within(value, names)
    return next(iter(found)) if len(found) == 1 and forms[next(iter(found))] == form else ""


def _one(found: set[str]) -> str:
    return found.pop() if len(found) == 1 else ""


def _exact(value: str, names: Mapping[str, Sequence[str]]) -> set[str]:
    """The entries that each part of a value, before its bracket and in it, names; none where one part names nothing."""
    text = nfkc(value[:200])
    whole = _named(text, names)
    if whole or "(" not in text:
        return whole
    parts = [_BRACKET.sub("", text), *_BRACKET.findall(text)]
    found = [_named(part, names) for part in parts]
    return set().union(*found) if all(found) else set()


def _named(text: str, names: Mapping[str, Sequence[str]]) -> set[str]:
    key = _unnumbered(text)
    return {entry for entry, words in names.items() if any(_unnumbered(word) == key for word in words)}


def _within(value: str, names: Mapping[str, Sequence[str]]) -> set[str]:
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
