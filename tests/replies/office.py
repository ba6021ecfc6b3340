"""LibreOffice as a reader of what we write. Not found: the test fails with its own words."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

# comma, quotes, UTF-8, from line 1, text as shown, every sheet into a file of its own
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


def convert(book: Path, to: str, folder: Path) -> list[Path]:
    """The files that LibreOffice makes of a workbook, with a profile of its own."""
    return convert_all([book], to, folder)


def convert_all(books: Sequence[Path], to: str, folder: Path) -> list[Path]:
    """The files that one start of LibreOffice makes of several workbooks."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", to, "--outdir", str(folder), *map(str, books)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120 + 2 * len(books), check=False)
    assert done.returncode == 0, done.stderr
    return sorted(folder.glob(f"*.{to.split(':')[0]}"))


def pages_of(pdf: Path) -> list[str]:
    """The text of each page, by poppler."""
    done = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().split("\f")[:-1]
