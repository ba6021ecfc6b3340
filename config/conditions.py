"""When a question is asked, by the survey's own words: `asked_if = "Q2 == 1 and Q4 > 0"`, read once into a tree.

The older spelling, one question and its choices, is `asks.AskedIf`. Knows no sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from config.cache import cache_by_identity
from config.form import Form, Question
from config.logic import Name, Node, NotARule, names_in, parse
from config.logic_types import must_be_truth
from config.rules import KIND, names_of
from config.shape import Reasons

_STEERING = ("choice", "marks", "number")  # answers of which all that matter can be tried


@cache_by_identity
def conditions_of(form: Form) -> Mapping[str, Node]:
    """The trees by the key of the question, of a table its own. Of a form that was checked; of another one NotARule."""
    names = names_of(form)
    asked = ((question.printed_key, question.asked_if) for question, *_ in form.blocks)
    return {key: parse(text, names) for key, text in asked if isinstance(text, str)}


@cache_by_identity
def questions_of_names(form: Form) -> Mapping[str, Question]:
    """The questions that conditions may name: Q4, also by a text that goes with one."""
    single = [question for question in form.listed if not question.part]
    own = {f"Q{question.key}": question for question in single}
    return {f"Q{text.key}": question for question in single for text in question.free_texts} | own


@cache_by_identity
def steering(form: Form) -> Mapping[str, frozenset[str]]:
    """Question → those on whose answers it hangs, whichever way that is written."""
    owners = questions_of_names(form)
    found = {
        key: frozenset(owners[name].key for name in names_in(tree) if name in owners)
        for key, tree in conditions_of(form).items()
    }
    for question, *_ in form.blocks:
        if question.asked_if and not isinstance(question.asked_if, str):
            found[question.printed_key] = frozenset({question.asked_if.question})
    return found


def constants(form: Form, key: str) -> Iterator[int]:
    """The numbers that conditions compare with the answer to a question, as whole ones."""
    for tree in conditions_of(form).values():
        if f"Q{key}" in names_in(tree):
            yield from (int(held) for held in _held(tree))


def _held(node: Node) -> Iterator[Decimal]:
    if node.op == "value" and isinstance(node.held, Decimal):
        yield node.held
    for part in node.parts:
        yield from _held(part)


def can_be_tried(form: Form) -> bool:
    """Whether conditions look at nothing but choices, circles and numbers, so that all ways through the form are known."""
    names = names_of(form)
    return all(names[name].type in _STEERING or name == KIND for tree in conditions_of(form).values()
               for name in names_in(tree))  # fmt: skip


def condition_mistakes(form: Form, place: int) -> Reasons:
    """What is wrong with the condition of the n-th question, from 1."""
    question = form.blocks[place - 1][0]
    if not isinstance(question.asked_if, str):
        return
    names = names_of(form)
    try:
        tree = parse(question.asked_if, names)
        must_be_truth(tree, names)
    except NotARule as wrong:
        yield "asked_if", str(wrong)
        return
    named = tuple(dict.fromkeys(names_in(tree)))
    if not named:
        yield "asked_if", "質問が書かれていません。"
    earlier = {q.key for block in form.blocks[: place - 1] for q in block}
    yield from (("asked_if", reason) for name in named if (reason := _misplaced(name, names, form, earlier)))


def _misplaced(name: str, names: Mapping[str, Name], form: Form, earlier: set[str]) -> str:
    if name == KIND:
        return ""
    question = questions_of_names(form).get(name)
    if question is None:
        return f"{name} は書けません（書けるのは、前の質問と kind です。表の欄は書けません）。"
    return "" if question.key in earlier else f"質問「{question.key}」は前の質問ではありません。"
