"""What the tests of `config` share: the roster, the survey that comes with the program, a survey to break."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.errors import Mistake, SurveyError
from config.load import default_survey, load_survey
from config.roster import Roster, load_roster
from config.survey import Survey
from tests.config.surveys_at_hand import TINY, Break


@pytest.fixture(scope="session")
def roster() -> Roster:
    return load_roster()


@pytest.fixture(scope="session")
def survey() -> Survey:
    return load_survey(default_survey())


@pytest.fixture
def broken(tmp_path: Path) -> Break:
    """Copies the tiny survey, replaces texts in its files, and returns the mistakes that loading tells."""

    def load(changes: dict[str, list[tuple[str, str]]]) -> tuple[Mistake, ...]:
        folder = tmp_path / "tiny"
        shutil.copytree(TINY, folder)
        for name, replacements in changes.items():
            text = (folder / name).read_text(encoding="utf-8")
            for old, new in replacements:
                assert old in text, f"{old!r} is not in {name}"
                text = text.replace(old, new, 1)
            (folder / name).write_text(text, encoding="utf-8")
        with pytest.raises(SurveyError) as caught:
            load_survey(folder)
        return caught.value.mistakes

    return load
