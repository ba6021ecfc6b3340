"""Whether a rule makes sense of what it names: no sum of choices, no number that a choice does not have."""

from __future__ import annotations

from decimal import Decimal

from config.logic import FUNCTIONS, Names, Node, NotARule, Type

_SAID = {
    "number": "数", "choice": "選択肢", "marks": "〇の行", "text": "文字", "date": "日付", "numbers": "表の列",
    "texts": "数でない表の列", "truth": "比べる式",
}  # fmt: skip


def must_be_truth(node: Node, names: Names) -> None:
    """Raise NotARule unless the tree is a condition over these names."""
    if type_of(node, names) != "truth":
        raise NotARule("比べる式（==、<= など）にしてください。")


def type_of(node: Node, names: Names) -> Type:
    """The type of a tree. Raises NotARule."""
    if node.op == "name":
        return names[str(node.held)].type
    if node.op == "value":
        return "number" if isinstance(node.held, Decimal) else "text"
    types = tuple(type_of(part, names) for part in node.parts)
    if node.op in FUNCTIONS:
        return _of_function(node.op, types)
    if node.op in ("and", "or", "not"):
        _need(node.op, types, ("truth",))
        return "truth"
    if node.op in ("==", "!=", "in"):
        for type_, part in zip(types[1:], node.parts[1:], strict=True):
            _may_equal(node, (types[0], type_), (node.parts[0], part), names)
        return "truth"
    if node.op in ("<", "<=", ">", ">=") and set(types) == {"date"}:
        return "truth"
    _need(node.op, types, ("number",))
    if node.op == "/" and node.parts[1].op == "value" and not node.parts[1].held:
        raise NotARule("0 では割れません。")
    return "truth" if node.op in ("<", "<=", ">", ">=") else "number"


def _of_function(name: str, types: tuple[Type, ...]) -> Type:
    if name == "abs" and len(types) != 1:
        raise NotARule("abs のかっこの中は一つです。")
    if name != "count":
        _need(name, types, ("number",) if name == "abs" else ("number", "numbers"))
    elif "truth" in types:
        raise NotARule(f"count に{_SAID['truth']}は書けません。")
    return "number"


def _need(op: str, types: tuple[Type, ...], wanted: tuple[Type, ...]) -> None:
    for type_ in types:
        if type_ not in wanted:
            raise NotARule(f"「{op}」には{_SAID[wanted[0]]}が要ります（{_SAID[type_]}が書かれています）。")


def _may_equal(node: Node, types: tuple[Type, Type], parts: tuple[Node, Node], names: Names) -> None:
    """Refuse what can never be equal: choices are compared with their numbers, marks hold theirs, numbers and texts
    are compared with their like."""
    if node.op == "in" and types[1] == "marks":
        _need("in", types[:1], ("number",))
        _has(parts[1], parts[0], names)
    elif "choice" in types and set(types) == {"choice", "number"}:
        choice, number = parts if types[0] == "choice" else parts[::-1]
        _has(choice, number, names)
    elif types[0] != types[1] or types[0] not in ("number", "text", "date"):
        raise NotARule(f"{_SAID[types[0]]}と{_SAID[types[1]]}は比べられません。")


def _has(choice: Node, number: Node, names: Names) -> None:
    options = names[str(choice.held)].options
    if number.op != "value":
        raise NotARule(f"{choice.held} は、選択肢の番号（{_listed(options)}）と比べてください。")
    if options and number.held not in options:
        raise NotARule(f"{choice.held} に選択肢 {number.held} はありません（{_listed(options)}）。")


def _listed(options: tuple[int, ...]) -> str:
    return "、".join(map(str, options))
