"""The survey that comes with the program, with what it leaves off switched on."""

from __future__ import annotations

import shutil
from pathlib import Path

from config.load import default_survey


def switched_on(folder: Path, *rows: str) -> Path:
    """A copy of the survey with these rows at the beginning of its table [mails]; its folder."""
    made = folder / "survey"
    shutil.copytree(default_survey(), made)
    path = made / "survey.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n[mails]\n", "\n[mails]\n" + "".join(f"{row}\n" for row in rows)), encoding="utf-8")
    return made
