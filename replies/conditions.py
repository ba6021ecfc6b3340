"""Conditions and rules of a survey in words: 問１で「① 有」を選び、問２の数が0人でない, for `Q1 == 1 and Q2 != 0`.

Each part has two endings in wording.toml: of what goes on (選び), and of what is followed by とき or 場合 (選んだ).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from config.cache import cache_by_identity
from config.conditions import questions_of_names
from config.form import Form, Question
from config.frozen import frozen
from config.kinds.kind import Line
from config.logic import Node
from config.previous import LAST
from config.rules import KIND, ReadRule, columns_of
from replies.wording import Wording

Endings = tuple[str, str]
LineName = Callable[[Line], str]  # how a choice is called

_LONGEST = 20  # characters of a choice's text
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}  # what is said the other way round
_DENIED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_SIGNS = {"+": "＋", "-": "－", "*": "×", "/": "÷"}


def by_head(line: Line) -> str:
    """A choice by its head, ①, as letters have it."""
    return line.head


def by_text(line: Line) -> str:
    """A choice by its text, 「① ある」, for a reader who has no form beside it."""
    return f"「{' '.join(line.text.split()).rstrip('。')[:_LONGEST]}」"


def rule_in_words(read: ReadRule, form: Form, wording: Wording) -> str:
    """What a rule asks for, and when; with what is said where it is not kept."""
    words = wording.condition
    kept = words["rule"][0].format(a=in_words(read.check, form, wording))
    if read.when:
        kept = words["rule_when"][0].format(a=in_words(read.when, form, wording), b=kept)
    speaker = _Speaker(form, wording, by_text)
    say = "".join(text + (f"〔{speaker.expression(quoted)}〕" if quoted else "") for text, quoted in read.pieces())
    return words["rule_say"][0].format(a=kept, b=say)


def in_words(tree: Node, form: Form, wording: Wording, called: LineName = by_text) -> str:
    """A condition as it stands before とき or 場合."""
    return _Speaker(form, wording, called).condition(tree)[1]


@cache_by_identity
def _questions(form: Form) -> dict[str, Question]:
    """Every question by its name in rules, the cells of tables too."""
    return {**questions_of_names(form), **{f"Q{question.key}": question for question in form.listed}}


@frozen
class _Speaker:
    form: Form
    wording: Wording
    called: LineName

    def condition(self, node: Node, denied: bool = False) -> Endings:
        """A tree that is true or not, in words; `denied`: that it is not."""
        match node.op:
            case "not":
                return self.condition(node.parts[0], not denied)
            case "and" | "or" if denied:
                return self._ending("not_so", self.condition(node)[1])
            case "and":
                each = [self._within(part) for part in node.parts]
                before = "".join(f"{joined}、" for joined, _ in each[:-1])
                return before + each[-1][0], before + each[-1][1]
            case "or":
                either = self._word("or").join(self._within(part)[1] for part in node.parts)
                return self._ending("any_of", either)[0], either
            case "in":
                return self._one_of(node, denied)
        return self._compared(_DENIED[node.op] if denied else node.op, *node.parts)

    def _within(self, part: Node) -> Endings:
        """A part of and / or, in brackets where it is made of several itself."""
        joined, final = self.condition(part)
        return (joined, final) if part.op not in ("and", "or") else self._ending("grouped", final)

    def _one_of(self, node: Node, denied: bool) -> Endings:
        first, *listed = node.parts
        if len(listed) == 1 and (marked := self._lines(listed[0])):
            return self._ending("not_circled" if denied else "circled", self.named(listed[0]), marked[int(first.held)])
        if lines := self._lines(first):
            named = self._word("and_not" if denied else "or_else").join(lines[int(one.held)] for one in listed)
            return self._ending("not_chosen" if denied else "chosen", self.named(first), named)
        values = self._word("or_else").join(self._value(one, first) for one in listed)
        return self._ending("unequal" if denied else "equal", self.expression(first), values)

    def _compared(self, op: str, left: Node, right: Node) -> Endings:
        if left.op == "value" and right.op != "value":
            op, left, right = _TURNED.get(op, op), right, left
        if (lines := self._lines(left)) and right.op == "value" and op in ("==", "!="):
            return self._ending("chosen" if op == "==" else "not_chosen", self.named(left), lines[int(right.held)])
        dated = self._kind(left) == "date"
        names = {"==": "equal", "!=": "unequal", "<": "less", ">": "more", "<=": "at_most", ">=": "at_least"}
        name = f"{names[op]}_day" if dated and op in _TURNED else names[op]
        return self._ending(name, self.expression(left), self._value(right, left))

    def _lines(self, node: Node) -> dict[int, str]:
        """The lines of a choice or of circles that may be taken, by number; none for any other node."""
        if node.op != "name":
            return {}
        question = _questions(self.form).get(str(node.held).removeprefix(LAST))
        own = question is not None and f"Q{question.key}" == str(node.held).removeprefix(LAST)
        return {n: self.called(line) for n, line in question.by_number.items()} if question and own else {}

    def _kind(self, node: Node) -> str:
        question = _questions(self.form).get(str(node.held).removeprefix(LAST)) if node.op == "name" else None
        return question.kind.in_rules if question else ""

    def _value(self, node: Node, beside: Node) -> str:
        """What is compared with: a number with the unit of the question beside it."""
        if node.op != "value":
            return self.expression(node)
        if isinstance(node.held, str):
            known = self.wording.report.get(f"kind_{node.held}", "") if beside.held == KIND else ""
            return known or (f"「{node.held}」" if node.held else self._word("blank"))
        question = _questions(self.form).get(str(beside.held).removeprefix(LAST)) if beside.op == "name" else None
        return question.kind.shown(str(node.held)) if question and question.kind.numeric else f"{node.held:,f}"

    def expression(self, node: Node) -> str:
        """A tree that has a value, in words."""
        if node.op == "name":
            return self.named(node)
        if node.op == "value":
            return f"{node.held:,f}" if isinstance(node.held, Decimal) else f"「{node.held}」"
        if node.op == "-" and node.parts[0].held == 0:  # as the language has what is below 0
            return _SIGNS["-"] + self.expression(node.parts[1])
        if node.op in _SIGNS:
            sides = (f"（{self.expression(part)}）" if part.op in _SIGNS else self.expression(part) for part in node.parts)
            return _SIGNS[node.op].join(sides)
        counted = "count_circles" if node.op == "count" and any(map(self._lines, node.parts)) else node.op
        return self._word(counted, "、".join(map(self.expression, node.parts)))

    def named(self, node: Node) -> str:
        """What a name in a rule is called: 問２の数, 問３の「児童館・公立公営」, 「組織区分」."""
        name = str(node.held)
        if name.startswith(LAST):
            return self._word("last_year", self.named(Node("name", held=name.removeprefix(LAST))))
        if name == KIND:
            return self._word("kind")
        if name in (columns := columns_of(self.form)):
            part = columns[name][0].part
            assert part
            return self._word("column", self.form.question_name(part.key), part.table.heads[part.column])
        question = _questions(self.form).get(name)
        if question is None:
            return next(f"「{field.label}」" for field in self.form.fields if field.key == name)
        called = self.form.question_name(question.key)
        if f"Q{question.key}" != name:
            return self._word("free_text", called)
        if question.part:
            return self._word("cell", called, question.part.label)
        shape = question.kind.in_rules
        return self._word(shape, called) if shape in ("number", "date", "text") else called

    def _word(self, name: str, a: str = "", b: str = "") -> str:
        return self.wording.condition[name][0].format(a=a, b=b)

    def _ending(self, name: str, a: str, b: str = "") -> Endings:
        joined, final = self.wording.condition[name]
        return joined.format(a=a, b=b), final.format(a=a, b=b)
