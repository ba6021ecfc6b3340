"""Last year's values of a survey: a CSV file in its folder, a line for each body (and program), a column for each
question.

Read whole when the survey is loaded; every mistake in it is told with line, column and how it is mended. A body without a
line, and a blank, are unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from config.asks import Ask
from config.csv_file import CODE, CsvRow, rows_of
from config.errors import Mistake, why_unreadable
from config.form import Form
from config.kinds.kind import Around, Kind
from config.logic import Value
from config.names import perhaps, why_no_file, why_no_text
from config.roster import Roster
from config.spelling import nfkc
from config.survey import Previous, Survey

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

LAST = "last."  # before the name of a question in a rule
PROGRAM = "program"  # the heading over the program that a line is about
_HEADS = {"団体コード": CODE, "制度等": PROGRAM}
_QUOTED = 60  # characters of a value
_NOT_ASKED = "この制度等では尋ねていません。空欄にしてください。"
_WANTS_PROGRAM = f"見出しに {PROGRAM}（制度等）を足してください。"
_MOST = 5  # mistakes of one column that are told one by one
NO_LINES = "行は年によって変わるので、前年の値とは比べられません。比べる合計などは、質問を設けて尋ねてください。"


def asks_of(form: Form) -> Mapping[str, Ask]:
    """What a form asks of each body once, by key; nothing of the head of the sheet, where persons stand."""
    return {ask.key: ask for question in form.listed for ask in (question, *question.free_texts)}


def worths(form: Form, told: Mapping[str, str]) -> Iterator[tuple[str, Value]]:
    """(name in a rule, worth) of one body's values."""
    for key, ask in asks_of(form).items():
        if text := told.get(key, ""):
            yield f"{LAST}Q{key}", ask.kind.worth(ask.kind.read(text))


def read_previous(
    folder: Path | Traversable, survey: Survey, roster: Roster | None
) -> tuple[Previous, list[Mistake]]:
    """The values, and every mistake. `roster` None: codes are not looked up."""
    name = survey.previous
    rows, wrong = _rows(folder, name)
    if wrong:
        return {}, [wrong]
    (_, heads), *lines = rows
    keys = tuple(_HEADS.get(key := nfkc(head).strip(), key.removeprefix("Q")) for head in heads)
    asked = {p.id: {k: a for f in reversed(survey.forms) if f.id == p.form for k, a in asks_of(f).items()}
             for p in survey.programs}  # fmt: skip
    tables = {table for form in survey.forms for table in form.open_tables}
    if mistakes := [Mistake(name, "", reason, 1) for reason in _wrong_heads(keys, asked, tables)]:
        return {}, mistakes
    found: dict[tuple[str, str], dict[str, str]] = {}
    for place, cells in lines:
        values = dict(zip(keys, cells, strict=False))
        code, said = nfkc(values.pop(CODE, "")).strip("='\""), values.pop(PROGRAM, "")  # ="014036", '014036
        programs = _named(said, survey) if PROGRAM in keys else tuple(asked)
        reasons = [*_wrong_code(code, roster), *_wrong_values(keys, values, [asked[p] for p in programs])]
        reasons += [] if programs else [(PROGRAM, f"「{said[:_QUOTED]}」という制度等はありません。{_programs_of(survey)}")]
        reasons += [(CODE, f"団体コード {code} が2回以上あります。")] if any((code, p) in found for p in programs) else []
        reasons += [("", "見出しより列が多くあります。")] if len(cells) > len(keys) else []
        mistakes += [Mistake(name, column, reason, place) for column, reason in reasons]
        found |= {(code, program): values for program in programs}
    return found, list(_bounded(mistakes)) or ([] if found else [Mistake(name, "", "団体が1つもありません。")])


def _named(said: str, survey: Survey) -> tuple[str, ...]:
    """The program that a line is about."""
    return tuple(p.id for p in survey.programs if said in (p.id, p.name, p.choice, *p.names))[:1]


def _programs_of(survey: Survey) -> str:
    return f"{'、'.join(p.name for p in survey.programs)}のいずれかを書いてください。"


def _bounded(mistakes: Sequence[Mistake]) -> Iterator[Mistake]:
    """The first of each column, and how many lines more have one: a column of another question is wrong on every line."""
    columns = Counter[str]()
    for mistake in mistakes:
        columns[mistake.key] += 1
        if columns[mistake.key] <= _MOST:
            yield mistake
    for key, times in columns.items():
        if times > _MOST:
            yield Mistake(mistakes[0].file, key, f"このほか{times - _MOST:,}行にも、誤りがあります。")


def _rows(folder: Path | Traversable, name: str) -> tuple[list[CsvRow], Mistake | None]:
    if reason := why_no_file(name, ".csv"):
        return [], Mistake("survey.toml", "previous", reason)
    try:
        return rows_of((folder / name).read_bytes(), name)
    except OSError as error:
        return [], Mistake("survey.toml", "previous", f"調査のフォルダーの「{name}」：{why_unreadable(error)}。")


def _wrong_heads(
    keys: Sequence[str], asked: Mapping[str, Mapping[str, Ask]], tables: Collection[str]
) -> Iterator[str]:
    programs = Counter(key for asks in asked.values() for key in asks)
    if CODE not in keys:
        yield f"見出しに {CODE}（団体コード）がありません。1行目は「{CODE},4,4-d」のように書いてください。"
    for place, key in enumerate(keys):
        if key.partition(".")[0] in tables:
            yield f"{_column(place)}列「{key}」は、一行に一つを書く表（lines）です。{NO_LINES}"
        elif key not in (CODE, PROGRAM) and key not in programs:
            yield f"{_column(place)}列「{key}」という質問はありません（questions の key）。{perhaps(key, programs)}"
        elif PROGRAM not in keys and programs[key] > 1:
            yield f"{_column(place)}列「{key}」は、二つ以上の制度等で尋ねています。{_WANTS_PROGRAM}"
    for key in (key for key, times in Counter(keys).items() if times > 1):
        yield f"見出し「{key}」が2回以上あります。"


def _wrong_code(code: str, roster: Roster | None) -> Iterator[tuple[str, str]]:
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
    keys: Sequence[str], values: Mapping[str, str], asked: Sequence[Mapping[str, Ask]]
) -> Iterator[tuple[str, str]]:
    """`asked`: what each of the programs asks that the line is about."""
    for place, key in enumerate(keys):
        text, ask = values.get(key, ""), next((asks[key] for asks in asked if key in asks), None)
        if text and asked and (reason := _why_not(ask.kind, text) if ask else _NOT_ASKED):
            yield f"{_column(place)}列（{key}）", reason


def _why_not(kind: Kind, text: str) -> str:
    """Why this was no answer last year either. A number has the bounds of this year's; those of dates move on with it."""
    if reason := why_no_text(text.lstrip("=")):  # it is never written as a formula
        return reason
    unread = kind.worth(kind.read(text)) is None
    if not unread and not (kind.numeric and any(kind.faults(text, Around()))):
        return ""
    wanted = f"{kind.wanted()}を書くか、" if kind.wanted() else ""
    return f"「{text[:_QUOTED]}」は{'読み取れません' if unread else '書けません'}。{wanted}空欄にしてください。"


def _column(place: int) -> str:
    return (_column(place // 26 - 1) if place >= 26 else "") + chr(65 + place % 26)
