"""Read a TOML file and turn what is wrong in it into `Mistake`s in Japanese.

No value of the file is ever quoted: a settings file may hold a secret where none belongs.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from config.errors import Mistake, why_unreadable
from config.patterns import pattern
from config.shape import Shape
from config.toml_values import KeyPath, read

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

S = TypeVar("S", bound=Shape)

_POSITION = pattern(r"at line (\d+), column (\d+)")
_WIDE = frozenset("＝“”＂’‘＇［］｛｝，、．＃　０１２３４５６７８９")  # typed where TOML has its own signs
_PAIR = "一行に一つ、「キー = 値」の形で書いてください（言葉は「\"」で囲みます）。"
_MENDED = (
    ("Cannot overwrite", "同じ項目が2回書かれています。"),
    ("Duplicate", "同じ項目が2回書かれています。"),
    ("Cannot declare", "同じ見出し [ … ] が2回書かれています。"),
    ("Illegal character", "「\"」が閉じていないか、使えない文字があります。"),
    ("Unclosed array", "「]」で閉じていないか、間の「,」がありません。"),
    ("Unclosed inline table", "{ … } は一行に書き、「}」で閉じてください。"),
    ("Unescaped", "「\\」は「\\\\」と書いてください。"),
    ("Expected ']'", "見出しを「]」で閉じてください。"),
    ("Expected", _PAIR),
    ("Invalid", _PAIR),
)


def read_toml(file: Path | Traversable) -> tuple[dict[str, Any], tuple[Mistake, ...]]:
    """The file's table, or an empty one with the reason why it cannot be read (with line and column)."""
    text = ""
    try:
        text = file.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text), ()
    except OSError as error:
        reason = f"読めません（{why_unreadable(error)}）。"
    except UnicodeDecodeError:
        reason = "文字コードが UTF-8 ではありません。メモ帳では、文字コードに「UTF-8」を選んで保存してください。"
    except tomllib.TOMLDecodeError as error:
        reason = _why(str(error), text.replace("\r\n", "\n"))
    except (ValueError, RecursionError):  # of a number of thousands of digits; of brackets within one another
        reason = "TOML として読めません（長すぎる数か、深すぎる入れ子があります）。"
    return {}, (Mistake(file.name, "", reason),)


def read_table(shape: type[S], data: dict[str, Any], file: Path) -> tuple[S | None, tuple[Mistake, ...]]:
    """A file's table as `shape`, or None and every mistake. `file`: its name is told; relative paths begin beside it."""
    value, wrong = read(shape, data, file.parent)
    reasons: dict[str, list[str]] = {}
    for each in wrong:
        known = reasons.setdefault(dotted(each.path), [])
        known += [] if each.reason in known else [each.reason]
    return value, tuple(Mistake(file.name, key, " 又は ".join(found)) for key, found in reasons.items())


def dotted(path: KeyPath) -> str:
    """programs.2.form: list places from 1."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in path)


def _why(message: str, text: str) -> str:
    """What tomllib says of a text, with the place and with what usually mends it; unknown words are left out."""
    hit = _POSITION.search(message)
    place = f"{hit[1]}行目{hit[2]}文字目" if hit else "ファイルの終わり"
    there = text.split("\n")[int(hit[1]) - 1][int(hit[2]) - 1 :][:1] if hit else ""
    mended = next((mend for words, mend in _MENDED if message.startswith(words)), "")
    if there in _WIDE:
        mended = f"{'全角の空白' if there.isspace() else f'「{there}」'}は、半角で書いてください。"
    return f"TOML として読めません（{place}の近くをご確認ください）。{mended}"
