"""Blank forms (別添) from a survey's data, and forms filled in as a person would.

Writes only what `config/surveys/` says, in the places of `form_layout.py`; checks nothing. The same data
gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from config.form import Form
from config.kinds.attributes import AttributesKind
from config.names import CHOICES_SHEET, RULES_HEADING
from config.survey import Survey
from intake.sheets.boxes import tick
from intake.sheets.ooxml import name_of
from replies.form_layout import INPUT, ITEM, LABEL, LINE, SUB, TEXT, Block, Layout, layout
from replies.workbooks.form_formulas import answers_flag, fields_flag, list_formulas
from replies.workbooks.form_helps import all_named, check_column, colour, naming_flag
from replies.workbooks.form_lists import Lists
from replies.workbooks.form_previous import add_column
from replies.workbooks.form_style import add_styles, break_pages, height, set_up_form, set_up_list, style
from replies.workbooks.put_cells import CellValue, filler

__all__ = ["FillValue", "blank", "fill", "layout"]

FillValue = str | int | Decimal | date | tuple[int, ...]
Fill = Callable[[Mapping[str, FillValue]], bytes]

_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_TALL = 104.0  # points of a cell for a text of one's own: six lines
_STAMP = "2023-01-01T00:00:00Z"  # of every form: no clock, so that equal data gives equal bytes


def blank(form: Form, survey: Survey, previous: bool = False) -> bytes:
    """The blank form as .xlsx, ready to be sent out; a given one as it is. `previous`: with a column, still empty, for what
    was answered last year."""
    if form.print:
        return form.print.data
    return _saved(_build(layout(form, previous), survey))


def fill(form: Form, survey: Survey, values: Mapping[str, FillValue]) -> bytes:
    """The form filled in. `values` by field key, question key or free text key: a text, a Decimal or a day is written as
    it is, a number writes that choice's whole text, a tuple circles these lines; "7-4#3" writes a text into one
    circle cell. KeyError for a key or choice that the form does not have."""
    if form.print:
        return filling(form, survey)(values)
    places = layout(form)
    book = _build(places, survey)
    for cell, text in _cells(places, values).items():
        book[form.sheet][cell] = text
    return _saved(book)


def filling(form: Form, survey: Survey) -> Fill:
    """A function that fills the form in, many times over: the blank form is made once, and only the cells are written."""
    places, put_in = layout(form), filler(blank(form, survey), form.sheet)
    return lambda values: put_in(_cells(places, values))


def _cells(places: Layout, values: Mapping[str, FillValue]) -> dict[str, CellValue]:
    """What is written into which cell."""
    form = places.form
    written = {name: one for key, value in values.items() for name, one in _written(form, key, value).items()}
    return {places.cell(name): _in_boxes(form, name, one) if isinstance(one, str) else one for name, one in written.items()}


def _in_boxes(form: Form, key: str, text: str) -> str:
    """An answer as a person gives it where the form prints a box before each choice."""
    printed = form.print.blanks.get(key, "") if form.print else ""
    return tick(printed, text) if printed else text


def _written(form: Form, key: str, value: FillValue) -> Mapping[str, CellValue]:
    """The input cells that one value fills, by key."""
    if isinstance(value, str | Decimal | date):
        return {key: value}
    if isinstance(value, tuple):
        return {f"{key}#{number}": form.question(key).kind.sign for number in value}
    return {key: form.question(key).by_number[value].text}


def _build(places: Layout, survey: Survey) -> Workbook:
    form, book = places.form, Workbook()
    add_styles(book)
    sheet = book.worksheets[0]
    sheet.title = form.sheet
    # Excel's inline lists hold 255 characters, too few for the choices: they stand on a hidden sheet.
    signs = sorted({ask.kind.sign for ask in form.asks} - {""})
    lists = Lists(sheet, book.create_sheet(form.list_sheet), book.create_sheet(CHOICES_SHEET), signs)
    _write_head(sheet, places)
    _write_fields(sheet, places, survey, lists)
    for block in places.blocks:
        _write_question(sheet, block, lists)
    _write_checks(sheet, places)
    set_up_form(sheet, places.header, (places.last_row, places.last_column + places.previous), form.title)
    if places.previous:
        add_column(sheet, places)
    sheet.protection.insertRows = not form.open_tables  # a list may be longer than its table
    break_pages(sheet, places.header, [(b.heading or b.top, b.bottom) for b in places.blocks])
    _write_list(lists.listing, places)
    lists.hidden.sheet_state = "hidden"
    book.properties.title = form.heading
    book.properties.creator = survey.phrases.ministry
    return book


def _put(sheet: Worksheet, area: str, text: str, kind: str) -> None:
    """Write one text in one cell, or in an area that is merged."""
    first, _, last = area.partition(":")
    style(sheet, area, kind)
    if last and first != last:
        sheet.merged_cells.add(area)  # merge_cells would redo the borders of every cell, slowly
    if text:
        sheet[first] = text


def _area(top: int, left: int, bottom: int, right: int) -> str:
    return f"{name_of((top, left))}:{name_of((bottom, right))}"


def _write_head(sheet: Worksheet, places: Layout) -> None:
    """Title, side heading, flags, and the header of the table of questions."""
    form, flags = places.form, places.flags
    _put(sheet, "A1:F1", form.heading, "title")
    sheet.row_dimensions[1].height = 34
    rows = list(places.fields.values())
    _put(sheet, _area(rows[0], ITEM, rows[-1], ITEM), "\n".join(form.fields_heading), "side")
    _put(sheet, name_of((flags, TEXT)), fields_flag(places), "flag")
    helps = places.form.helps
    _put(sheet, _area(flags, LINE, flags, INPUT), naming_flag(places) if helps else answers_flag(places), "flag")
    sheet.row_dimensions[flags].height = height(all_named(places), LINE, INPUT, size=11) if helps else 26
    _put(sheet, _area(places.title, ITEM, places.title, INPUT), form.questions_heading, "band")
    sheet.row_dimensions[places.title].height = 24
    _put(sheet, _area(places.header, ITEM, places.header, SUB), "項番", "header")
    _put(sheet, _area(places.header, LABEL, places.header, TEXT), "質問", "header")
    _put(sheet, _area(places.header, LINE, places.header, INPUT), form.answer_heading, "header")
    sheet.row_dimensions[places.header].height = 24


def _write_checks(sheet: Worksheet, places: Layout) -> None:
    """Write the column that tells what does not fit, for a form that has rules; for one that helps, also what is
    missing."""
    cells = check_column(places)
    for cell, formula in cells.items():
        _put(sheet, cell, formula, "hint" if places.form.helps else "flag")
    if cells:
        _put(sheet, name_of((places.header, places.check_column)), RULES_HEADING, "header")
        sheet.column_dimensions[get_column_letter(places.check_column)].width = 60 if places.form.helps else 40
    if places.form.helps:
        colour(sheet, places)


def _write_fields(sheet: Worksheet, places: Layout, survey: Survey, lists: Lists) -> None:
    for field in places.form.fields:
        row = places.fields[field.key]
        _put(sheet, _area(row, SUB, row, LABEL), field.label, "label")
        _put(sheet, places.cell(field.key), "", "input")
        _put(sheet, _area(row, LINE, row, INPUT), field.hint, "hint")
        least = 36.0 if isinstance(field.kind, AttributesKind) else 22.0
        sheet.row_dimensions[row].height = max(least, height(field.hint, LINE, INPUT, size=8))
        lists.make_ready(places.cell(field.key), field.kind)


def _write_question(sheet: Worksheet, block: Block, lists: Lists) -> None:
    question = block.question
    top, bottom = block.top, block.bottom
    if block.heading:
        _put(sheet, _area(block.heading, ITEM, block.heading, INPUT), question.heading, "band")
        sheet.row_dimensions[block.heading].height = 24
    if question.sub:
        _put(sheet, _area(top, ITEM, bottom, ITEM), question.item, "item")
        _put(sheet, _area(top, SUB, bottom, SUB), question.sub, "item")
    else:
        _put(sheet, _area(top, ITEM, bottom, SUB), question.item, "item")
    _put(sheet, _area(top, LABEL, bottom, TEXT), question.text.strip(), "text")
    if question.part:
        _write_table(sheet, block, lists)
    else:
        _write_inputs(sheet, block, lists)
    _set_heights(sheet, block)


def _write_table(sheet: Worksheet, block: Block, lists: Lists) -> None:
    """Write the labels of the columns above the cells, those of the rows left of them."""
    assert block.question.part
    table, top = block.question.part.table, block.top
    _put(sheet, name_of((top, LINE)), "", "line")
    for row, label in enumerate(table.sides.values(), top + 1):
        _put(sheet, name_of((row, LINE)), label, "line")
    for place, (column, label) in enumerate(table.heads.items(), INPUT):
        _put(sheet, name_of((top, place)), label, "header")
        cells = [name_of((row, place)) for row in range(top + 1, top + 1 + len(table.sides))]
        for cell in cells:
            _put(sheet, cell, "", "input")
        if table.open:
            lists.make_ready(f"{cells[0]}:{cells[-1]}", table.cell_at(column))
        else:
            for cell in cells:
                lists.make_ready(cell, table.cell_at(column))


def _write_inputs(sheet: Worksheet, block: Block, lists: Lists) -> None:
    """Write the drop-down cell, the circle lines and the free texts of one question."""
    question, top = block.question, block.top
    if not question.in_lines:
        _put(sheet, _area(top, LINE, top, INPUT if block.wide else LINE), "", "input")
        lists.make_ready(name_of((top, LINE)), question.kind)
        if not block.wide:
            _put(sheet, name_of((top, INPUT)), "", "input")
    kinds = dict.fromkeys(question.keys.values(), question.kind) | {t.key: t.kind for t in question.free_texts}
    for key, row in block.labels.items():
        circle = key in question.keys.values()
        _put(sheet, name_of((row, LINE)), question.labels[key].strip(), "line")
        _put(sheet, name_of((row, INPUT)), "", "circle" if circle else "input")
        lists.make_ready(name_of((row, INPUT)), kinds[key])


def _set_heights(sheet: Worksheet, block: Block) -> None:
    """Make each row high enough for its own cells; the last one also makes up what the question's text lacks."""
    question = block.question
    answer = (LINE, INPUT) if block.wide else (LINE,)
    heights = {block.top: max((height(option, *answer) for option in question.kind.options), default=0.0)}
    if question.kind.free:
        heights[block.top] = _TALL
    free = {text.key for text in question.free_texts if text.kind.free}
    if question.part:
        heights |= {row: height(label, LINE) for row, label in enumerate(question.part.table.sides.values(), block.top + 1)}
    for key, row in block.labels.items():
        heights[row] = max(52.0 if key in free else 0.0, height(question.labels[key].strip(), LINE))
    lacking = height(question.text.strip(), LABEL, TEXT) - sum(heights.values())
    if lacking > 0:
        heights = {row: points + lacking / len(heights) for row, points in heights.items()}
    for row, points in heights.items():
        sheet.row_dimensions[row].height = round(points, 1)


def _write_list(sheet: Worksheet, places: Layout) -> None:
    """「一覧用」: headings in row 1, in row 2 what the sheet holds (notice 記３（３）)."""
    columns = list_formulas(places)
    formats = {ask.key: ask.kind.format for ask in places.form.asks if ask.kind.format}
    for place, (column, formula) in enumerate(columns, 1):
        _put(sheet, name_of((1, place)), column.heading, "list_header")
        _put(sheet, name_of((2, place)), formula, "list")
        if column.key in formats and column.holds != "mark":
            sheet[name_of((2, place))].number_format = formats[column.key]
    set_up_list(sheet, len(columns), places.form.title)


def _saved(book: Workbook) -> bytes:
    """The workbook's bytes with every time in it replaced, since openpyxl writes the present one."""
    raw = io.BytesIO()
    book.save(raw)
    settled = io.BytesIO()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            part = old.read(info)
            if info.filename == "docProps/core.xml":
                part = _MODIFIED.sub(rb"\g<1>" + _STAMP.encode() + rb"\g<3>", part)
            new.writestr(zipfile.ZipInfo(info.filename), part, zipfile.ZIP_DEFLATED)
    return settled.getvalue()
