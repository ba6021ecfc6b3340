"""The rules of a form: what its answers must keep among each other, read once into trees over the form's own names.

Tells the mistakes of rules at load; knows no sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from config.cache import cache_by_identity
from config.form import AnswerRule, Form, Question
from config.frozen import frozen
from config.logic import FUNCTIONS, LONGEST, WORDS, Name, Node, NotARule, Value, names_in, parse, value
from config.logic_types import must_be_truth, type_of
from config.patterns import pattern
from config.previous import LAST, asks_of

KIND = "kind"  # of the body that answers: prefecture, city …
_INSERTED = pattern(r"\{([^{}]*)\}")
_FREE = pattern(r"[{}]")


@frozen
class ReadRule:
    """A rule with its trees. `when`: None where it always applies; `inserted`: what its sentence quotes, by its text;
    `heads`: of those that are choices how each is printed (②), by its number."""

    rule: AnswerRule
    check: Node
    when: Node | None
    inserted: Mapping[str, Node]
    heads: Mapping[str, Mapping[int, str]]

    @property
    def names(self) -> tuple[str, ...]:
        """What it looks at, each once, the check's first."""
        trees = (self.check, *((self.when,) if self.when else ()))
        return tuple(dict.fromkeys(name for tree in trees for name in names_in(tree)))

    def is_broken(self, values: Mapping[str, Value]) -> bool:
        """Whether the answers do not keep it. One that applies perhaps, or is kept perhaps, is not broken."""
        applies = self.when is None or value(self.when, values) is True
        return applies and value(self.check, values) is False

    def sentence(self, values: Mapping[str, Value]) -> str:
        """The survey's own sentence, with the answers that it quotes."""

        def said(hit: re.Match[str]) -> str:
            held = value(self.inserted[hit[1]], values)
            if isinstance(held, Decimal):
                return self.heads[hit[1]][int(held)] if hit[1] in self.heads else f"{held:,f}"
            if isinstance(held, date):
                return f"{held.year}年{held.month}月{held.day}日"
            return held if isinstance(held, str) else "―"

        return _INSERTED.sub(said, self.rule.say)

    def pieces(self) -> Iterator[tuple[str, Node | None]]:
        """The sentence cut where it quotes answers: (words, what is quoted behind them)."""
        cut = _INSERTED.split(self.rule.say)
        return zip(cut[::2], (*(self.inserted[text] for text in cut[1::2]), None), strict=True)


def names_of(form: Form) -> Mapping[str, Name]:
    """What the rules of a form may name: Q7-4, the key of a free text behind Q, a field's key unless it is a person's,
    and `kind`."""
    names: dict[str, Name] = {}
    for field in form.fields:
        if not field.personal and field.key not in (*FUNCTIONS, *WORDS):
            names[field.key] = Name(field.kind.in_rules if field.kind.in_rules in ("number", "date") else "text")
    names[KIND] = Name("text")
    for question in form.listed:
        names[f"Q{question.key}"] = Name(question.kind.in_rules, tuple(question.by_number))
        names.update({f"Q{text.key}": Name(text.kind.in_rules) for text in question.free_texts})
    for name, column in columns_of(form).items():
        names[name] = Name("numbers" if column[0].kind.in_rules == "number" else "texts")
    return names


def _names_with_last(form: Form) -> Mapping[str, Name]:
    """What the rules of a form may name, and last year's answers: last.Q4."""
    names, asks = names_of(form), asks_of(form)
    return {**names, **{f"{LAST}Q{key}": names[f"Q{key}"] for key in asks}}


@cache_by_identity
def columns_of(form: Form) -> Mapping[str, tuple[Question, ...]]:
    """What rules call the columns of open tables (Q5.capacity), with the cells of each from the top."""
    found: dict[str, list[Question]] = {}
    for question in form.questions:
        if question.part and question.part.table.open:
            found.setdefault(f"Q{question.part.key}.{question.part.column}", []).append(question)
    return {name: tuple(cells) for name, cells in found.items()}


@cache_by_identity
def rules_of(form: Form) -> tuple[ReadRule, ...]:
    """The rules of a form that was checked (`rule_mistakes`); of another one NotARule."""
    names = _names_with_last(form)
    heads = {f"Q{q.key}": {n: line.head for n, line in q.by_number.items()} for q in form.listed if not q.in_lines}
    heads |= {f"{LAST}{name}": by_number for name, by_number in heads.items()}
    return (*(_read(rule, names, heads) for rule in form.rules), *_sums(form))


def _sums(form: Form) -> Iterator[ReadRule]:
    """What the tables themselves say: that their totals are the sums of what stands above, or left of, them."""
    for question, *_ in form.blocks:
        if part := question.part:
            for total, others in part.table.sums():
                whole = Node("name", held=f"Q{part.of(total)}")
                summed = Node("sum", tuple(Node("name", held=f"Q{part.of(other)}") for other in others))
                label = part.table.label(total).replace("{", "｛").replace("}", "｝")  # they would quote an answer
                say = AnswerRule(check="", say=f"「{label}」（{{total}}）が、内訳の計（{{sum}}）と合いません。")
                yield ReadRule(say, Node("==", (whole, summed)), None, {"total": whole, "sum": summed}, {})


def _read(rule: AnswerRule, names: Mapping[str, Name], heads: Mapping[str, Mapping[int, str]]) -> ReadRule:
    when = parse(rule.when, names) if rule.when else None
    quoted = {text: parse(text, names) for text in _INSERTED.findall(rule.say)}
    choices = {text: heads[str(node.held)] for text, node in quoted.items() if type_of(node, names) == "choice"}
    return ReadRule(rule, parse(rule.check, names), when, quoted, choices)


def rule_mistakes(form: Form) -> Iterator[tuple[str, str]]:
    """(key, reason) of every mistake in a form's rules."""
    names = _names_with_last(form)
    for place, rule in enumerate(form.rules, 1):
        for key in ("check", "when"):
            text = getattr(rule, key)
            if key == "check" or text:
                yield from ((f"rules.{place}.{key}", reason) for reason in _condition_mistakes(text, names))
        yield from ((f"rules.{place}.say", reason) for reason in _sentence_mistakes(rule.say, names))


def _condition_mistakes(text: str, names: Mapping[str, Name]) -> Iterator[str]:
    try:
        tree = parse(text, names)
        must_be_truth(tree, names)
    except NotARule as wrong:
        yield str(wrong)
        return
    if not any(names_in(tree)):
        yield "質問も回答者情報も書かれていません。"


def _sentence_mistakes(say: str, names: Mapping[str, Name]) -> Iterator[str]:
    if not say.strip() or len(say) > LONGEST:
        yield f"{LONGEST}文字までの文にしてください。"
    if _FREE.search(_INSERTED.sub("", say)):
        yield "「{」と「}」は、回答を差し込む {Q4} のような形だけに使えます。"
    for text in _INSERTED.findall(say):
        try:
            type_ = type_of(parse(text, names), names)
        except NotARule as wrong:
            yield str(wrong)
            continue
        if type_ not in ("number", "choice", "date") and text != KIND:
            yield f"{{{text}}} は差し込めません（差し込めるのは、数と、日付と、選択肢の番号です）。"

