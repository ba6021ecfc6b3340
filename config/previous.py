"""Last year's values of a survey: a CSV file in its folder, a line for each body, a column for each question.

Read whole when the survey is loaded; every mistake in it is told with line, column and how it is mended. A body without a
line, and a blank, are unknown.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from config.asks import Ask
from config.errors import Mistake, why_unreadable
from config.form import Form
from config.logic import Value
from config.names import perhaps, why_no_file
from config.roster import Roster
from config.spelling import nfkc

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

LAST = "last."  # before the name of a question in a rule
CODE = "code"
_CODE_HEADS = {"団体コード": CODE}
Previous = Mapping[str, Mapping[str, str]]  # lgcode -> key of a question -> what stood there
_QUOTED = 60  # characters of a value
_AS_UTF8 = "Excel では「CSV UTF-8（コンマ区切り）」で保存してください。"


def asks_of(form: Form) -> Mapping[str, Ask]:
    """What a form asks of each body once, by key; nothing of the head of the sheet, where persons stand."""
    return {ask.key: ask for question in form.listed for ask in (question, *question.free_texts)}


def worths(form: Form, told: Mapping[str, str]) -> Iterator[tuple[str, Value]]:
    """(name in a rule, worth) of one body's values."""
    for key, ask in asks_of(form).items():
        if text := told.get(key, ""):
            yield f"{LAST}Q{key}", ask.kind.worth(ask.kind.read(text))


def read_previous(
    folder: Path | Traversable, name: str, forms: Sequence[Form], roster: Roster | None
) -> tuple[Previous, list[Mistake]]:
    """The values, and every mistake. `roster` None: codes are not looked up."""
    text, wrong = _text(folder, name)
    if wrong:
        return {}, [wrong]
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        (_, heads), *lines = [(reader.line_num, cells) for cells in reader] or [(1, [])]
    except csv.Error:
        return {}, [Mistake(name, "", f"CSV として読めません。{_AS_UTF8}", reader.line_num)]
    asks = {key: ask for form in reversed(forms) for key, ask in asks_of(form).items()}
    keys = [_CODE_HEADS.get(key := nfkc(head).strip(), key.removeprefix("Q")) for head in heads]
    mistakes = [Mistake(name, "", reason, 1) for reason in _wrong_heads(keys, asks)]
    if mistakes:
        return {}, mistakes
    found: dict[str, dict[str, str]] = {}
    for place, cells in lines:
        values = dict(zip(keys, (cell.strip() for cell in cells), strict=False))
        if not any(cell.strip() for cell in cells):
            continue  # what Excel leaves below a table
        code = nfkc(values.pop(CODE, ""))
        reasons = [*_wrong_code(code, found, roster), *_wrong_values(keys, values, asks)]
        reasons += [("", "見出しより列が多くあります。")] if len(cells) > len(keys) else []
        mistakes += [Mistake(name, column, reason, place) for column, reason in reasons]
        found[code] = values
    return found, mistakes or ([] if found else [Mistake(name, "", "団体が1つもありません。")])


def _text(folder: Path | Traversable, name: str) -> tuple[str, Mistake | None]:
    if reason := why_no_file(name, ".csv"):
        return "", Mistake("survey.toml", "previous", reason)
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        return "", Mistake("survey.toml", "previous", f"調査のフォルダーの「{name}」：{why_unreadable(error)}。")
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return "", Mistake(name, "", f"文字コードが UTF-8 ではありません。{_AS_UTF8}")


def _wrong_heads(keys: Sequence[str], asks: Mapping[str, Ask]) -> Iterator[str]:
    if CODE not in keys:
        yield f"見出しに {CODE}（団体コード）がありません。1行目は「{CODE},4,4-d」のように書いてください。"
    for place, key in enumerate(keys):
        if key != CODE and key not in asks:
            yield f"{_column(place)}列「{key}」という質問はありません（questions の key）。{perhaps(key, asks)}"
    for key in (key for key, times in Counter(keys).items() if times > 1):
        yield f"見出し「{key}」が2回以上あります。"


def _wrong_code(code: str, found: Mapping[str, object], roster: Roster | None) -> Iterator[tuple[str, str]]:
    if code in found:
        yield CODE, f"団体コード {code} が2回以上あります。"
    if roster is None or roster.by_code(code):
        return
    full = next((body for body in roster if len(code) == 5 and body.lgcode[:5] == code), None)
    if body := roster.by_code(f"0{code}"):
        yield CODE, f"団体コード「{code}」は、初めの0が消えています（{body.lgcode} {body.full_name}）。"
    elif full:
        yield CODE, f"団体コード「{code}」は5桁です。6桁で書いてください（{full.lgcode} {full.full_name}）。"
    else:
        yield CODE, f"団体コード「{code}」は団体一覧にありません。"


def _wrong_values(
    keys: Sequence[str], values: Mapping[str, str], asks: Mapping[str, Ask]
) -> Iterator[tuple[str, str]]:
    for place, key in enumerate(keys):
        kind = asks[key].kind if key in asks else None
        if kind and (text := values.get(key, "")) and kind.worth(kind.read(text)) is None:
            wanted = f"{kind.wanted()}を書くか、" if kind.wanted() else ""
            yield f"{_column(place)}列（{key}）", f"「{text[:_QUOTED]}」は読み取れません。{wanted}空欄にしてください。"


def _column(place: int) -> str:
    return (chr(64 + place // 26) if place >= 26 else "") + chr(65 + place % 26)
