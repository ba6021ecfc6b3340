"""The language of a survey's rules: `Q4-d <= Q4`, `sum(Q5.children) == Q4`, `Q2 == 1 and Q3 in (1, 2)`.

Total: comparison, arithmetic, and / or / not, in, and five functions over the answers that a form names. It is never run as
Python; numbers are Decimal. Three-valued: what is blank or unreadable is unknown (None), and so is what depends on it.
One tree is looked at for mistakes, for its value and for the formula that Excel computes (`logic_excel`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Context, Decimal
from typing import Any, Literal, get_args

from config.frozen import frozen
from config.patterns import pattern
from config.spelling import nfkc

Type = Literal["number", "choice", "marks", "text", "date", "numbers", "texts", "truth"]
Single = Decimal | bool | str | date
Value = Single | tuple[Single | None, ...] | None  # marks and columns of tables: a tuple; None: unknown
Function = Literal["sum", "count", "min", "max", "abs"]

LONGEST = 500  # characters of a rule
DEEPEST = 40  # of what stands in each other
FUNCTIONS: tuple[Function, ...] = get_args(Function)
WORDS = ("and", "or", "not", "in")
_TOKEN = pattern(r"\s+|[0-9]+(?:\.[0-9]+)?|\"[^\"\\]*\"|==|!=|<=|>=|[-+*/()<>,]|[a-z]+")
_DAY = pattern(r"[0-9]+[-/][0-9]+[-/][0-9]+")
_EXACT = Context(prec=60, traps=[])
_COMPARE: Mapping[type, str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
}  # fmt: skip
_SUMS: Mapping[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


@frozen
class Name:
    """What a rule may name: its type; of a choice and of marks, the numbers that they have."""

    type: Type
    options: tuple[int, ...] = ()


Names = Mapping[str, Name]


@frozen
class Node:
    """`op`: an operator, a function, "name" or "value"; `held`: the name, or the value; `parts`: what it works on."""

    op: str
    parts: tuple[Node, ...] = ()
    held: str | Decimal = ""


class NotARule(ValueError):
    """A text that is no rule, or one that makes no sense of what it names; the reason in Japanese."""


def parse(text: str, names: Names) -> Node:
    """The tree of a rule over these names, the longest first: Q4-d is one name. Raises NotARule."""
    if len(text) > LONGEST:
        raise NotARule(f"式は{LONGEST}文字までです。")
    tokens = list(_tokens(text, names))
    held = {f"v{place}": node for place, (_, node) in enumerate(tokens) if node is not None}
    source = " ".join(word if node is None else f"v{place}" for place, (word, node) in enumerate(tokens))
    try:
        made = _node(ast.parse(source.strip(), mode="eval").body, held)
        if _depth(made) > DEEPEST:
            raise NotARule("式のかっこが深すぎます。")
        return made
    except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
        if isinstance(error, NotARule):
            raise
        raise NotARule("式として読めません。かっこや演算子をご確認ください。") from error


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, node.parts), default=0)


def _tokens(text: str, names: Names) -> Iterator[tuple[str, Node | None]]:
    """(what Python's grammar is shown, the name or value that stands there)."""
    longest_first = sorted(names, key=len, reverse=True)
    known = re.compile(rf"(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?![-.#\w])")
    place = 0
    while place < len(text):
        if hit := _DAY.match(text, place):
            raise NotARule(f"日付は書けません（{hit[0]}）。日付を尋ねる質問どうしで比べてください。")
        if hit := known.match(text, place):
            yield "", Node("name", held=hit[0])
        elif (hit := _TOKEN.match(text, place)) and (not hit[0].isalpha() or hit[0] in (*FUNCTIONS, *WORDS)):
            yield _plain(hit[0])
        else:
            raise NotARule(_unknown(text[place:]))
        place = hit.end()


def _plain(word: str) -> tuple[str, Node | None]:
    if word[0].isdecimal():
        return "", Node("value", held=Decimal(word))
    if word[0] == '"':
        return "", Node("value", held=word[1:-1])
    return word.strip(), None


_HINTS = {
    "=": "等しいことは「==」と書きます。",
    "≧": "以上は「>=」と書きます。",
    "≦": "以下は「<=」と書きます。",
    "≠": "等しくないことは「!=」と書きます。",
    "last": "前年の値は、一行に一つを書く表でない質問の前に last. を付けます（last.Q4）。",
}


def _unknown(rest: str) -> str:
    word = re.split(r"[\s()<>=,+*/]", rest, maxsplit=1)[0] or rest[:1]
    hint = _HINTS.get(word.partition(".")[0], "")
    if not hint and nfkc(word) != word:
        hint = f"半角で書いてください（{nfkc(word)}）。"
    if "-" in word[1:]:
        hint = "引き算の「-」の前後には、空白を入れてください。"
    if word[0] == "Q" and len(word) > 1:
        return f"質問「{word[1:]}」がありません（questions）。{hint}"
    return f"「{word}」が分かりません。{hint or '質問は Q と番号、回答者情報は key で書きます。'}"


def _node(tree: ast.expr, held: Mapping[str, Node]) -> Node:
    def each(*parts: ast.expr) -> tuple[Node, ...]:
        return tuple(_node(part, held) for part in parts)

    match tree:
        case ast.Name(id=name) if name in held:
            return held[name]
        case ast.BoolOp(op=op, values=values):
            return Node("and" if isinstance(op, ast.And) else "or", each(*values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Node("not", each(operand))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Node("-", (Node("value", held=Decimal(0)), *each(operand)))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SUMS:
            return Node(_SUMS[type(op)], each(left, right))
        case ast.Compare(left=left, ops=[ast.In()], comparators=[ast.Tuple(elts=listed)]) if listed:
            return Node("in", each(left, *listed))
        case ast.Compare(left=left, ops=[ast.NotIn()], comparators=[right]):
            return Node("not", (_node(ast.Compare(left, [ast.In()], [right]), held),))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            return Node(_COMPARE[type(op)], each(left, right))
        case ast.Compare(left=left, ops=[*ops], comparators=[*rights]) if len(ops) > 1:  # 0 <= Q4 <= 100
            pairs = zip((left, *rights), ops, rights, strict=False)
            return Node("and", each(*(ast.Compare(a, [op], [b]) for a, op, b in pairs)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS and args:
            return Node(name, each(*args))
    raise NotARule("式として読めません（使えるのは + - * / と比較、and or not in、sum count min max abs です）。")


def names_in(node: Node) -> Iterator[str]:
    """The names in a tree, from left to right."""
    if node.op == "name":
        yield str(node.held)
    for part in node.parts:
        yield from names_in(part)


def value(node: Node, values: Mapping[str, Value]) -> Value:
    """What a tree is worth; a name that `values` does not have is unknown."""
    match node.op:
        case "name":
            return values.get(str(node.held))
        case "value":
            return node.held
        case "and" | "or":
            return _either([value(part, values) for part in node.parts], decides=node.op == "or")
        case "not":
            inner = value(node.parts[0], values)
            return None if inner is None else not inner
    parts = [value(part, values) for part in node.parts]
    if node.op == "in":
        return _within(parts)
    if node.op in FUNCTIONS:
        return _functions[node.op](parts)
    if any(part is None for part in parts):
        return None
    return _both(node.op, parts[0], parts[1])


def _either(parts: list[Value], decides: bool) -> bool | None:
    """and, or: one part that decides is enough, whatever is unknown beside it."""
    if any(part is decides for part in parts):
        return decides
    return None if any(part is None for part in parts) else not decides


def _within(parts: list[Value]) -> bool | None:
    first, *listed = parts
    if len(listed) == 1 and isinstance(listed[0], tuple):
        listed = list(listed[0])
    if first is None:
        return None
    return _either([None if one is None else one == first for one in listed], decides=True)


def _both(op: str, left: Value, right: Value) -> Value:
    if op in ("==", "!="):
        return (left == right) is (op == "==")
    if isinstance(left, date) and isinstance(right, date) and op in _ORDER:
        return _ORDER[op](left, right)
    if not isinstance(left, Decimal) or not isinstance(right, Decimal):
        return None
    return _ORDER[op](left, right) if op in _ORDER else _finite(_ARITHMETIC[op](left, right))


_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
_ARITHMETIC: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _EXACT.add, "-": _EXACT.subtract, "*": _EXACT.multiply, "/": _EXACT.divide,
}  # fmt: skip


def _finite(number: Decimal) -> Decimal | None:
    return number if number.is_finite() else None


def _over(work: Callable[[list[Decimal]], Decimal]) -> Callable[[list[Value]], Value]:
    """A function over numbers and columns of them; blank lines of a column do not count, an unknown number does."""

    def over(parts: list[Value]) -> Value:
        if any(part is None for part in parts):
            return None
        flat = [one for part in parts for one in (part if isinstance(part, tuple) else (part,))]
        numbers = [one for one in flat if isinstance(one, Decimal)]
        if any(one is not None and not isinstance(one, Decimal) for one in flat):
            return None
        return _finite(work(numbers)) if numbers or work is _sum else None

    return over


def _sum(numbers: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = _EXACT.add(total, number)
    return total


def _count(parts: list[Value]) -> Value:
    """How many circles, filled lines of columns, and answers there are."""
    flat = [one for part in parts for one in (part if isinstance(part, tuple) else (part,))]
    return Decimal(sum(one is not None and one != "" for one in flat))


_functions: Mapping[str, Callable[[list[Value]], Value]] = {
    "sum": _over(_sum), "min": _over(min), "max": _over(max), "abs": _over(lambda n: abs(n[0])), "count": _count,
}  # fmt: skip
