"""The kinds of what we write, and what sets each apart: one row of a table, wherever it matters."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from config.frozen import frozen

LetterKind = Literal[
    "acknowledgement", "correction", "partial", "arrival", "duplicate", "transfer", "redirect", "parts", "pre_check",
    "collation",
]
# What we write without being written to.
NoticeKind = Literal[
    "reminder", "request", "extension", "report", "replaced", "my_number", "greeting", "past_deadline", "told_direct",
    "told_body", "thanks", "alert", "answer", "forward",
]
AnyLetterKind = LetterKind | NoticeKind


@frozen
class Traits:
    """What sets a kind of letter apart from the others; whoever needs to know it, SQL included, asks here."""

    tells_findings: bool = False  # what was noticed, in a workbook too where it is long
    tells_completeness: bool = False  # that nothing more is awaited, where it is so
    asks_to_mend: bool = False  # an answer to it mends what it is about
    mentions_question: bool = True  # that an official will answer what the mail asks
    tells_open_set: bool = True  # that further mails of a set are awaited
    tells_closed_set: bool = True  # what came of a set, and what did not
    books_nothing: bool = False  # about what was looked at only, and is not handed in
    of_collecting: bool = False  # only where a body collects the answers of others
    to_operators: bool = False  # about the desk itself: no hold stops it
    to_all: bool = False  # to every body: it leaves when an official releases all of them
    on_demand: bool = False  # an official asked for it, and may think better of it while it waits
    by_hand: bool = False  # a person's own words: nothing in it says that a machine wrote it


TRAITS: Mapping[AnyLetterKind, Traits] = MappingProxyType({
    "acknowledgement": Traits(tells_findings=True, tells_completeness=True),
    "correction": Traits(tells_findings=True, asks_to_mend=True),
    "partial": Traits(tells_findings=True, asks_to_mend=True),
    "arrival": Traits(mentions_question=False, tells_open_set=False),
    "duplicate": Traits(tells_findings=True, mentions_question=False),
    "transfer": Traits(tells_findings=True),
    "redirect": Traits(of_collecting=True),
    "parts": Traits(tells_completeness=True, tells_closed_set=False),
    "pre_check": Traits(tells_findings=True, books_nothing=True),
    "collation": Traits(tells_findings=True, books_nothing=True, of_collecting=True),
    "reminder": Traits(),
    "request": Traits(of_collecting=True, on_demand=True),
    "extension": Traits(on_demand=True),
    "report": Traits(),
    "replaced": Traits(on_demand=True),
    "my_number": Traits(on_demand=True),
    "greeting": Traits(to_all=True),
    "past_deadline": Traits(),
    "told_direct": Traits(of_collecting=True),
    "told_body": Traits(on_demand=True),
    "thanks": Traits(to_all=True),
    "alert": Traits(to_operators=True),
    "answer": Traits(by_hand=True, on_demand=True),
    "forward": Traits(by_hand=True, on_demand=True),
})  # fmt: skip
