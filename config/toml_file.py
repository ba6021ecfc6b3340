"""Reads a TOML file and turns what is wrong in it into `Mistake`s in Japanese.

No value of the file is ever quoted: a settings file may hold a secret where none belongs.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from config.errors import Mistake, why_unreadable
from config.patterns import pattern
from config.shape import Shape
from config.toml_values import Place, read

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

S = TypeVar("S", bound=Shape)

_POSITION = pattern(r"at line (\d+), column (\d+)")


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
    except (ValueError, RecursionError):  # of a number of thousands of digits; of brackets within one another
        reason = "TOML として読めません（長すぎる数か、深すぎる入れ子があります）。"
    return {}, (Mistake(file.name, "", reason),)


def read_table(shape: type[S], data: dict[str, Any], file: Path) -> tuple[S | None, tuple[Mistake, ...]]:
    """A file's table as `shape`, or None and every mistake. `file`: its name is told; relative paths begin beside it."""
    value, wrong = read(shape, data, file.parent)
    reasons: dict[str, list[str]] = {}
    for each in wrong:
        known = reasons.setdefault(dotted(each.place), [])
        known += [] if each.reason in known else [each.reason]
    return value, tuple(Mistake(file.name, key, " 又は ".join(found)) for key, found in reasons.items())


def dotted(place: Place) -> str:
    """programs.2.form: list places from 1."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in place)


def _position(message: str) -> str:
    hit = _POSITION.search(message)
    return f"{hit[1]}行目{hit[2]}文字目" if hit else "ファイルの終わり"
