"""A proposal for a survey's file from a workbook that is handed out already: its labels, its cells, its lists.

It never decides: what a person has to look at is marked 要確認 in the file. The result can be loaded as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from config.given import Place, area_of, merged_too_widely, opened, why_not_opened
from config.spelling import fold, nfkc
from routing.authoring.blanks import ITEM, UNITS, Blank, Page, options_in
from routing.authoring.called import names_of
from routing.authoring.kind_of import kind_of, quoted
from routing.authoring.later_lists import later_lists
from routing.authoring.lines import OpenTable, columns_of, idle_below, open_tables

LOOK = "# 要確認："
_NO_BODY = '団体名を書く欄が見つかりません。あれば、key = "organisation"、kind = "organisation" としてください。'
_REFERENCE = re.compile(r"(?<![A-Za-z!'])\$?[A-Z]{1,3}\$?[0-9]+(?::\$?[A-Z]{1,3}\$?[0-9]+)?")
_FUNCTION = re.compile(r"([A-Z.]+)[(]")
_ADDING = {"SUM", "SUBTOTAL", "ROUND", "ROUNDUP", "ROUNDDOWN", "INT", "MIN", "MAX", "AVERAGE", "PRODUCT", "SUMPRODUCT"}
_SAMPLES = ("記入例", "記載例", "記入要領", "記載要領", "見本", "サンプル")

_BODIES = "市区?町村等?|団体|自治体|学校|施設|法人|事業[所者]|機関|病院|組織|回答者"
# Words of a label by which the head of a form is known, the more exact first: key, kind and whether it is of a person
_HEAD: tuple[tuple[str, str, str, bool], ...] = (
    (r"(市区?町村|団体|自治体|都道府県|地方公共団体|学校)(コード|番号)|コード番号", "code", "text", False),
    (r"メール|e-?mail|アドレス", "email", "email", True),
    (r"電話|tel|連絡先|内線", "telephone", "telephone", True),
    (r"fax|ファックス|ファクシミリ", "fax", "text", True),
    (r"職名|役職", "position", "position", True),
    (r"氏名|担当者|記入者|責任者", "person", "text", True),
    (rf"({_BODIES})の?名", "organisation", "organisation", False),
    (r"担当(部|課|係)([・･、/](課|係|室|部|局|班))*|所管|部署|部局|課室|所属", "department", "text", False),
    (r"都道府県名|都道府県", "prefecture", "text", False),
)


@dataclass(slots=True)
class FormDraft:
    """`text`: the form's file; `sheet`: which of the workbook's; `fields`, `questions`: how many; `others`: what else in
    the workbook waits to be filled, sheet → cells; `notes`: what a person has to know, in Japanese."""

    text: str
    sheet: str
    fields: int
    questions: int
    others: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def doubts(self) -> int:
        """How often a person has to look."""
        return self.text.count(LOOK)


@dataclass(slots=True)
class _DraftTable:
    """One table of the file: its keys as TOML writes them, what is unsure about it, and the columns of an open table."""

    keys: dict[str, str]
    doubts: list[str] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)

    def written(self, name: str) -> str:
        doubts = "".join(f"{LOOK}{doubt}\n" for doubt in self.doubts)
        columns = "".join(f"{key} = {value}\n" for key, value in self.columns.items())
        below = f"[{name}.columns]\n{columns}" if columns else ""
        return f"\n[[{name}]]\n{doubts}" + "".join(f"{key} = {value}\n" for key, value in self.keys.items()) + below


def draft(data: bytes, file_name: str, number: int, day: date, sheet: str = "") -> FormDraft | str:
    """The proposal for one sheet, by default the one with most cells to be filled; or why there is none, in Japanese.
    `number`: of the form in its survey."""
    if area := merged_too_widely(data):
        return f"{file_name} の結合されたセル {area} が広すぎます。Excel で、様式の範囲だけを結合し直してください。"
    if (book := opened(data)) is None:
        return f"{file_name}：{why_not_opened(data)}"
    shown = [s for s in book.worksheets if s.sheet_state == "visible"]
    pages = {s.title: Page(s, later_lists(data, s.title)) for s in shown if not any(word in s.title for word in _SAMPLES)}
    if sheet and sheet not in pages:
        return f"シート「{sheet}」はありません。あるのは{'、'.join(f'「{name}」' for name in pages)}です。"
    waiting = {name: len(page.blanks) for name, page in pages.items() if page.blanks}
    chosen = sheet or max(waiting, key=lambda name: waiting[name], default="")
    if not waiting.get(chosen):
        return "記入するセル（罫線で囲まれた空欄、入力規則のあるセル、保護を外したセル）が見つかりません。"
    others = {name: count for name, count in waiting.items() if name != chosen}
    return _drafted(book, pages[chosen], (file_name, number, day), others)


def _drafted(book: Workbook, page: Page, about: tuple[str, int, date], others: Mapping[str, int]) -> FormDraft:
    file_name, number, day = about
    fields, questions = _asks(book, page)
    name = page.sheet.title
    title = page.texts[min(page.texts)] if page.texts else name
    notes = tuple(_notes(book, page, fields))
    head = _DraftTable(
        {
            "id": quoted(f"yoshiki{number}"),
            "version": quoted(day.isoformat()),
            "title": quoted(" ".join(title.split())[:40]),
            "file_name": quoted(file_name),
            "given": quoted(file_name),
            "sheet": quoted(name),
        }
    )
    text = "#:schema ./form.schema.json\n# 様式のブックから作った案です。一つずつ確かめ、「要確認」の行を消してください。\n"
    text += "".join(f"{LOOK}{note}\n" for note in notes) + "\n"
    text += "".join(f"{key} = {value}\n" for key, value in head.keys.items())
    text += "".join(one.written("fields") for one in fields) + "".join(one.written("questions") for one in questions)
    return FormDraft(text, name, len(fields), len(questions), others, notes)


def _asks(book: Workbook, page: Page) -> tuple[list[_DraftTable], list[_DraftTable]]:
    """The fields of the head and the questions, in the order of the sheet."""
    summed = _summed(page)
    tables = {table.lines[0][0].place: table for table in open_tables(page)}
    left_out = {place for table in tables.values() for place in table.cells} - tables.keys()
    fields: list[_DraftTable] = []
    questions: list[_DraftTable] = []
    taken: Counter[str] = Counter()
    for blank, name in zip(page.blanks, names_of(page), strict=True):
        if blank.place in left_out:
            continue
        if table := tables.get(blank.place):
            questions.append(_open_table(book, page, table, str(len(questions) + 1)))
            left_out |= idle_below(page, table, questions[-1].columns)
            continue
        at = f"{get_column_letter(blank.place[1])}{blank.place[0]}"
        head = _head(name, blank, strict=bool(questions)) if not questions or blank.place not in page.in_matrix else None
        if head and not options_in(blank.printed):
            key, kind, personal = head
            taken[key] += 1
            again = taken[key] > 1
            own = {"key": quoted(f"{key}{taken[key]}" if again else key), "label": quoted(name), "kind": quoted(kind)}
            if again and kind in ("organisation", "position"):
                own["kind"] = quoted("text")
            own |= {"personal": "true"} if personal else {}
            fields.append(_DraftTable({**own, "at": quoted(at)}))
            continue
        kind_keys, doubts = kind_of(book, page, blank, (name, blank.place in summed))
        number = str(len(questions) + 1)
        item = next((head for head in blank.rows if ITEM.fullmatch(fold(head))), number)
        keys = {"key": quoted(number), "item": quoted(item), "text": quoted(name), **kind_keys, "at": quoted(at)}
        questions.append(_DraftTable(keys, doubts))
    return fields, questions


def _open_table(book: Workbook, page: Page, table: OpenTable, number: str) -> _DraftTable:
    columns, doubts = columns_of(book, page, table)
    keys = {"key": quoted(number), "item": quoted(number), "text": quoted(table.title), "kind": quoted("table")}
    return _DraftTable({**keys, "lines": str(len(table.lines)), "at": quoted(table.at)}, doubts, columns)


def _head(name: str, blank: Blank, strict: bool) -> tuple[str, str, bool] | None:
    """What a line of the head is, by its label; `strict`: below the first question, where a label may be more than that."""
    label = nfkc(name).lower().replace(" ", "")
    if len(label) > 20 or blank.unit in UNITS or (blank.rule is not None and blank.rule.type == "list"):
        return None
    whole = r"(名|番号|アドレス)?([(].*[)])?$" if strict else ""
    return next(((key, kind, own) for words, key, kind, own in _HEAD if re.search(f"({words}){whole}", label)), None)


def _summed(page: Page) -> frozenset[Place]:
    """The cells that the sheet's own formulas add up, or look at."""
    found: set[Place] = set()
    for place in page.formulas:
        formula = str(page.sheet.cell(*place).value).upper()
        if not _ADDING.issuperset(_FUNCTION.findall(formula)):
            continue  # LEN counts characters
        for reference in _REFERENCE.findall(formula):
            area = area_of(reference)
            if area:
                (top, left), (bottom, right) = area
                found |= {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
    return frozenset(found)


def _notes(book: Workbook, page: Page, fields: list[_DraftTable]) -> Iterator[str]:
    if not any(one.keys["key"] == quoted("organisation") for one in fields):
        yield _NO_BODY
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    if hidden:
        yield f"非表示のシート（{'、'.join(hidden)}）は、見ていません。"
    if page.formulas:
        yield f"計算式のセルが{len(page.formulas)}か所あります。これらは答えとして読みません。"
