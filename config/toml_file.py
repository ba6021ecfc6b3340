"""Reads a TOML file and turns what is wrong in it into `Mistake`s in Japanese.

No value of the file is ever quoted: a settings file may hold a secret where none belongs.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.errors import Mistake, why_unreadable

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

M = TypeVar("M", bound=BaseModel)

_POSITION = re.compile(r"at line (\d+), column (\d+)")

# pydantic's error types -> the sentence; {…} is filled from the error's context, which holds no input.
_REASONS = {
    "missing": "この項目がありません。",
    "extra_forbidden": "知らない項目です（綴りをご確認ください）。",
    "literal_error": "{expected} のいずれかを書いてください。",
    "union_tag_invalid": "{discriminator} には {expected_tags} のいずれかを書いてください。",
    "union_tag_not_found": "{discriminator} がありません。",
    "string_type": "文字列を書いてください。",
    "int_type": "整数を書いてください。",
    "int_parsing": "整数を書いてください。",
    "int_from_float": "整数を書いてください。",
    "bool_type": "true か false を書いてください。",
    "bool_parsing": "true か false を書いてください。",
    "tuple_type": "配列 [ … ] を書いてください。",
    "dict_type": "表（[ … ] の見出しの下）を書いてください。",
    "model_type": "表（[ … ] の見出しの下）を書いてください。",
    "model_attributes_type": "表（[ … ] の見出しの下）を書いてください。",
    "path_type": "ファイルの場所を文字列で書いてください。",
    "greater_than_equal": "{ge} 以上にしてください。",
    "less_than_equal": "{le} 以下にしてください。",
    "string_pattern_mismatch": "書き方が違います。",
    "string_too_short": "空にはできません。",
    "too_short": "1つ以上書いてください。",
}  # fmt: skip
_FAMILIES = {
    "datetime": "日時を 2023-07-21T17:00:00+09:00 の形で書いてください。",
    "date": "日付を 2023-07-17 の形で書いてください。",
    "timezone": "日時に +09:00 を付けてください。",
}


def read_toml(file: Path | Traversable) -> tuple[dict[str, Any], tuple[Mistake, ...]]:
    """The file's table, or an empty one with the reason why it cannot be read (with line and column)."""
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig")), ()
    except OSError as error:
        reason = f"読めません（{why_unreadable(error)}）。"
    except UnicodeDecodeError:
        reason = "文字コードが UTF-8 ではありません。"
    except tomllib.TOMLDecodeError as error:
        reason = f"TOML として読めません（{_position(str(error))}の近くをご確認ください）。"
    return {}, (Mistake(file.name, "", reason),)


def validate(
    shape: type[M], data: dict[str, Any], file: Path, tags: frozenset[str] = frozenset()
) -> tuple[M | None, tuple[Mistake, ...]]:
    """`data` as `shape`, or None and every mistake that pydantic found.

    `file`: its name is told, its folder is the context in which relative paths begin. `tags`: the
    discriminating values of unions, which are no keys of the file.
    """
    try:
        return shape.model_validate(data, context=file.parent), ()
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    reasons: dict[str, list[str]] = {}
    for detail in details:
        known = reasons.setdefault(_key(detail, tags), [])
        if (reason := _reason(detail)) not in known:
            known.append(reason)
    return None, tuple(Mistake(file.name, key, " 又は ".join(found)) for key, found in reasons.items())


def said(detail: ErrorDetails) -> str:
    """One of pydantic's errors in Japanese, without the input."""
    return _reason(detail)


def _position(message: str) -> str:
    hit = _POSITION.search(message)
    return f"{hit[1]}行目{hit[2]}文字目" if hit else "ファイルの終わり"


def _key(detail: ErrorDetails, tags: frozenset[str]) -> str:
    """programs.2.form: list places from 1, without the names that pydantic gives to a union's branches."""
    steps = (step + 1 if isinstance(step, int) else step for step in detail["loc"])
    return ".".join(str(step) for step in steps if "[" not in str(step) and step not in tags)


def _reason(detail: ErrorDetails) -> str:
    kind, given = detail["type"], detail.get("ctx", {})
    if kind in _REASONS:
        return _REASONS[kind].format(**{key: _listed(value) for key, value in given.items()})
    family = kind.split("_", 1)[0]
    if family in _FAMILIES:
        return _FAMILIES[family]
    return detail["msg"] if kind.startswith("uketsuke_") else f"値が正しくありません（{kind}）。"


def _listed(value: object) -> str:
    return str(value).replace(" or ", "、").replace("'", "").replace(", ", "、")
