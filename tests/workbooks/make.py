"""Writes the workbooks of `files/` that are made by script: `python -m tests.workbooks.make [NAME …]`.

Without a name only those that are missing. Those saved by LibreOffice need it on this machine; it is started
once, and no two versions of it write the same bytes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.workbooks.make_forms import FORMS
from tests.workbooks.make_other import OTHER
from tests.workbooks.make_parts import PARTS

FILES = Path(__file__).parent / "files"
XLSX, XLS, ODS = "Calc MS Excel 2007 XML", "MS Excel 97", "calc8"

# Name here → the workbook that LibreOffice opens, and the filter that it saves with.
SAVED: dict[str, tuple[str, str, str]] = {
    "lo_complete_1.xlsx": ("complete_1.xlsx", "xlsx", XLSX),
    "lo_complete_2.xlsx": ("complete_2.xlsx", "xlsx", XLSX),
    "lo_nobody_filled_it.xlsx": ("nobody_filled_it.xlsx", "xlsx", XLSX),
    "lo_answers_missing.xlsx": ("answers_missing.xlsx", "xlsx", XLSX),
    "lo_not_choices.xlsx": ("not_choices.xlsx", "xlsx", XLSX),
    "lo_skipped_filled.xlsx": ("skipped_filled.xlsx", "xlsx", XLSX),
    "lo_head.xlsx": ("head.xlsx", "xlsx", XLSX),
    "lo_screenings.xlsx": ("screenings.xlsx", "xlsx", XLSX),
    "lo_rows_inserted.xlsx": ("rows_inserted.xlsx", "xlsx", XLSX),
    "lo_sheets_renamed.xlsx": ("sheets_renamed.xlsx", "xlsx", XLSX),
    "lo_error_values.xlsx": ("error_values.xlsx", "xlsx", XLSX),
    "lo_two_programs.xlsx": ("two_programs.xlsx", "xlsx", XLSX),
    "lo_month_as_date.xlsx": ("month_as_date.xlsx", "xlsx", XLSX),
    "lo_month_in_1904.xlsx": ("month_in_1904.xlsx", "xlsx", XLSX),
    "lo_very_hidden.xlsx": ("very_hidden.xlsx", "xlsx", XLSX),
    "lo_widths.xlsx": ("widths.xlsx", "xlsx", XLSX),
    "lo_my_number_comment.xlsx": ("my_number_comment.xlsx", "xlsx", XLSX),
    "lo_residents.xlsx": ("residents.xlsx", "xlsx", XLSX),
    "lo_furigana.xlsx": ("furigana.xlsx", "xlsx", XLSX),
    "lo_struck.xlsx": ("field_B1_struck_then_new.xlsx", "xlsx", XLSX),
    "lo_circles_drawn.xlsx": ("field_D1_circles_drawn.xlsx", "xlsx", XLSX),
    "lo_answers_missing.xls": ("answers_missing.xlsx", "xls", XLS),
    "lo_complete_2.ods": ("complete_2.xlsx", "ods", ODS),
    "lo_page.xls": ("complete_1.xlsx", "html", "HTML (StarCalc)"),
}


def write(names: Iterable[str]) -> None:
    """Writes these files; KeyError for a name that is made nowhere."""
    for name in names:
        if name in SAVED:
            (FILES / name).write_bytes(_saved(*SAVED[name]))
        else:
            (FILES / name).write_bytes({**FORMS, **PARTS, **OTHER}[name]())
        print(name, (FILES / name).stat().st_size)


def _saved(source: str, ending: str, output: str) -> bytes:
    """A workbook of ours after LibreOffice opened and saved it. Raises CalledProcessError, OSError."""
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation=file://{folder}/profile"
        convert = ["soffice", profile, "--headless", "--convert-to", f"{ending}:{output}"]
        command = [*convert, "--outdir", folder, str(FILES / source)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return (Path(folder) / source).with_suffix(f".{ending}").read_bytes()


def main() -> None:
    """Entry point."""
    every = [*FORMS, *PARTS, *OTHER, *SAVED]
    write(sys.argv[1:] or [name for name in every if not (FILES / name).exists()])


if __name__ == "__main__":
    main()
