"""What is signed for when a section approves our letters: everything a kind of letter can say, and its hash.

Templates, sentences and the survey's own words, not one letter: what is put in (names, cells, instants) differs from mail
to mail. Reads the package's own files; decides nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from typing import get_args

from jinja2 import meta
from msgspec import to_builtins

from config.cache import cache_by_identity
from config.survey import Phrases, Survey
from replies.letter_kinds import TRAITS, AnyLetterKind, LetterKind, NoticeKind
from replies.letters.render import environment
from replies.wording import load_wording

KINDS: tuple[AnyLetterKind, ...] = tuple(k for k in (*get_args(LetterKind), *get_args(NoticeKind)) if not TRAITS[k].by_hand)
SHOWN = 12  # characters of a hash that people compare
_TABLES = ("phrase", "captions", "result", "remark", "standing", "listing", "names")
_TEMPLATES = {"report": ("report_mail",), "alert": ("alert", "today")}  # of the kinds whose template is not theirs alone
_OF_CODES = frozenset({"subject_code", "file_name_code"})  # told only where the convention asks for the body's code
_APART = frozenset(kind for kind, traits in TRAITS.items() if traits.books_nothing)
_QUOTES_FINDINGS = "_numbered.j2"
_REVISED = "words.revised"


def wording_hash(kind: AnyLetterKind, survey: Survey) -> str:
    """SHA-256 of what a kind of letter can say, as letters and approvals name it: its first SHOWN hex digits. Empty for a
    person's own words."""
    if TRAITS[kind].by_hand:
        return ""
    known = _known(survey)
    if kind not in known:
        known[kind] = _hash(kind, survey)[:SHOWN]
    return known[kind]


@cache_by_identity
def _known(survey: Survey) -> dict[str, str]:
    return {}


def _hash(kind: AnyLetterKind, survey: Survey) -> str:
    wording = to_builtins(load_wording().of(survey))
    templates = {n: s for own in _TEMPLATES.get(kind, (kind,)) for n, s in _templates(f"{own}.j2")}
    tables = (*_TABLES, *(("finding", "book") if _QUOTES_FINDINGS in templates else ()))
    apart = TRAITS[kind].books_nothing  # its own words are no other kind's, and leave what was approved as it is
    said = {
        "templates": templates,
        "subject": {k: mark for k, mark in wording["subject"].items() if apart or k not in _APART},
        "words": {table: wording[table] for table in (*tables, *(("pre_check",) if apart else ()))},
        **({"revised": wording["revised"]} if any(_REVISED in text for text in templates.values()) else {}),
        **({"offer": wording["offer"]} if survey.open_services.collation else {}),
        **({"versions": wording["versions"]} if survey.tells_changes else {}),
        "alert": wording["alert"] if kind == "alert" else {},
        "survey": [survey.title, _said(survey.phrases), to_builtins(survey.mailboxes)],
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _said(phrases: Phrases) -> dict[str, object]:
    """A survey's words; what a later program asks for besides leaves as it is what was approved without it."""
    return {key: said for key, said in to_builtins(phrases).items() if said or key not in ("collector", "member")}


def _templates(name: str) -> Iterator[tuple[str, str]]:
    """(name, source) of a template and of all that it includes, each once or more."""
    source, included = _template(name)
    yield name, source
    for other in included:
        yield from _templates(other)


@cache
def _template(name: str) -> tuple[str, tuple[str, ...]]:
    """A template's source, and the names of those that it includes: most kinds of letter share them."""
    made = environment()
    assert made.loader is not None
    source = made.loader.get_source(made, name)[0]
    return source, tuple(other for other in meta.find_referenced_templates(made.parse(source)) if other is not None)


def sentences(survey: Survey) -> Iterator[tuple[str, str]]:
    """(what was noticed, how to mend it) of every finding that a sender is told in this survey."""
    wording = load_wording().of(survey)
    filled = {"label": "（項目名）", "question": "（設問）", "found": "…", "expected": "…"}
    filled |= {"list_sheet": wording.list_sheet}
    uncoded = frozenset() if survey.convention.coded else _OF_CODES
    for code, saying in wording.finding.items():
        if saying.to_sender and code not in uncoded:
            hint = f"／（参考としてお知らせするとき）{saying.as_hint}" if saying.as_hint else ""
            yield saying.sentence.format_map(filled), (saying.mend + hint).format_map(filled)
