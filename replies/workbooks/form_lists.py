"""What the cells of a blank form offer and refuse: lists to choose from, rules for what may be typed, formats."""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from config.kinds.kind import Kind, Typing
from config.names import CHOICES_SHEET


class Lists:
    """The workbook's three sheets, and the drop-down lists, whose entries stand on the hidden one; the `signs` that take a
    line have a list each, shared by all such lines."""

    def __init__(self, sheet: Worksheet, listing: Worksheet, hidden: Worksheet, signs: Iterable[str]) -> None:
        self.listing = listing
        self.hidden = hidden
        self._sheet = sheet
        self._columns = 0
        self._signs = {sign: self._validation(f'"{sign}"') for sign in signs}

    def make_ready(self, cells: str, kind: Kind) -> None:
        """Give a cell, or a column of them, what its kind wants: a list to choose from, a rule for what may be typed,
        with its words, and a format for what is shown."""
        if kind.sign:
            self._signs[kind.sign].add(cells)
        elif kind.options:
            self._add(cells, kind.options)
        if kind.format:
            first, _, last = cells.partition(":")
            for row in self._sheet[f"{first}:{last or first}"]:
                row[0].number_format = kind.format
        if kind.typing:
            self._add_typing(cells, kind.typing, kind.wanted())

    def _add_typing(self, cell: str, rule: Typing, said: str) -> None:
        low, high = (*rule.bounds, None)[:2]
        validation = DataValidation(
            type=rule.type, operator=rule.operator, formula1=low, formula2=high, allow_blank=True, showErrorMessage=True
        )
        validation.errorTitle = "入力規則"
        validation.error = f"{said}を入力してください。"
        validation.showInputMessage, validation.prompt = True, said
        self._sheet.add_data_validation(validation)
        validation.add(cell)

    def _add(self, cell: str, entries: tuple[str, ...]) -> None:
        """Add a drop-down list with these entries for one cell."""
        self._columns += 1
        for row, entry in enumerate(entries, 1):
            self.hidden.cell(row, self._columns, entry)
        letter = get_column_letter(self._columns)
        self._validation(f"'{CHOICES_SHEET}'!${letter}$1:${letter}${len(entries)}").add(cell)

    def _validation(self, formula: str) -> DataValidation:
        validation = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
        validation.errorTitle = "入力規則"
        validation.error = "リストから選択してください。"
        self._sheet.add_data_validation(validation)
        return validation
