"""The draft of a form put into a survey's folder, beside the workbook that it was made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from config.load import FORM_FILES, SURVEY_FILE
from config.names import why_no_file
from routing.authoring.draft import FormDraft, draft
from routing.authoring.new import is_the_templates, make_folder


def draft_of(book: Path, folder: Path | None, sheet: str, day: date) -> FormDraft | str:
    """The draft of a workbook as the next form of a folder; or why there is none."""
    if reason := why_no_file(book.name):
        return f"{book.name}：{reason}"
    data = book.read_bytes()
    if folder is not None:
        if folder.exists() and any(folder.iterdir()) and not (folder / SURVEY_FILE).is_file():
            return f"{folder} は調査のフォルダーではなく、空でもありません。ほかの場所を指定してください。"
        there = folder / book.name
        if there.is_file() and there.read_bytes() != data:
            return f"{there} は、別の内容のファイルです。名前を変えてから、やり直してください。"
    return draft(data, book.name, _next(folder), day, sheet)


def _next(folder: Path | None) -> int:
    """The number of the next form: that of the template's own, as long as it is untouched."""
    files = folder.glob(FORM_FILES) if folder and folder.exists() else ()
    known = {file.name for file in files if not is_the_templates(file)}
    return next(n for n in range(1, len(known) + 2) if f"form{n}.toml" not in known)


def add_draft(made: FormDraft, book: Path, folder: Path) -> Iterator[Path]:
    """Write the draft, the workbook, and where there is no survey yet, the template's files; yield the files, one by
    one. Nothing that people wrote is overwritten."""
    number = _next(folder)
    if not (folder / SURVEY_FILE).is_file():
        yield from (file for file in make_folder(folder) if file.name != "form1.toml")
    form = folder / f"form{number}.toml"
    form.write_text(made.text, encoding="utf-8")
    yield form
    copy = folder / book.name
    if not copy.exists():
        copy.write_bytes(book.read_bytes())
    yield copy
