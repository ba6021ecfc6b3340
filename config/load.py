"""Reads a survey's folder (survey.toml, form*.toml) into a `Survey`, or tells every mistake in it at once.

Knows no survey: what is asked stands in the files. Does not look at the roster (`obligations.py` does) nor
at the catalogue of findings, whose codes a caller may pass in.
"""

from __future__ import annotations

from fnmatch import fnmatch
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from config.check_form import check_form
from config.check_survey import check_survey
from config.errors import Mistake, SurveyError
from config.survey import Form, Survey
from config.toml_file import read_toml, validate

SURVEY_FILE = "survey.toml"
FORM_FILES = "form*.toml"


def default_survey() -> Path:
    """The folder of the survey that comes with the program."""
    return Path(str(resources.files("config"))) / "surveys" / "mynumber2023"


def load_survey(folder: Path | Traversable, codes: frozenset[str] | None = None) -> Survey:
    """The survey in `folder`. `codes`: the finding codes that its [severities] may name; None = not checked.

    Raises SurveyError with every mistake in all its files (file, key, reason).
    """
    if not folder.is_dir():
        raise SurveyError((Mistake(folder.name, "", "調査のフォルダーがありません。"),))
    forms, mistakes = _load_forms(folder)
    survey, wrong = _load_head(folder, forms)
    mistakes += wrong
    if survey is not None:
        mistakes += check_survey(survey, SURVEY_FILE, forms_known=not mistakes)
        mistakes += _unknown_codes(survey, codes)
    if survey is None or mistakes:
        raise SurveyError(mistakes)
    return survey


def _load_forms(folder: Path | Traversable) -> tuple[tuple[Form, ...], tuple[Mistake, ...]]:
    """Every form of the folder that can be read, by file name, and the mistakes of all of them."""
    files = sorted((f for f in folder.iterdir() if fnmatch(f.name, FORM_FILES)), key=lambda f: f.name)
    mistakes: list[Mistake] = []
    forms: list[Form] = []
    if not files:
        mistakes.append(Mistake(FORM_FILES, "", "様式のファイルが1つもありません。"))
    for file in files:
        data, wrong = read_toml(file)
        form = None
        if not wrong:
            form, wrong = validate(Form, data, Path(file.name))
        mistakes += wrong
        if form is not None:
            mistakes += check_form(form, file.name)
            if any((form.id, form.version) == (other.id, other.version) for other in forms):
                mistakes.append(Mistake(file.name, "version", "同じ id と version の様式が2つあります。"))
            forms.append(form)
    return tuple(forms), tuple(mistakes)


def _load_head(
    folder: Path | Traversable, forms: tuple[Form, ...]
) -> tuple[Survey | None, tuple[Mistake, ...]]:
    """survey.toml, with the forms put in."""
    data, mistakes = read_toml(folder / SURVEY_FILE)
    if mistakes:
        return None, mistakes
    if "forms" in data:
        return None, (Mistake(SURVEY_FILE, "forms", f"様式は {FORM_FILES} のファイルに書いてください。"),)
    survey, mistakes = validate(Survey, {**data, "forms": ()}, Path(SURVEY_FILE))
    return survey and survey.model_copy(update={"forms": forms}), mistakes


def _unknown_codes(survey: Survey, codes: frozenset[str] | None) -> tuple[Mistake, ...]:
    if codes is None:
        return ()
    return tuple(
        Mistake(SURVEY_FILE, f"severities.{code}", "この指摘コードはありません。")
        for code in survey.severities
        if code not in codes
    )
