"""Read a survey's folder (survey.toml, form*.toml) into a `Survey`, or tell every mistake in it at once.

It knows no survey: what is asked stands in the files. The roster and the codes of findings against which it is
checked are passed in.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from config.check_form import check_form
from config.check_survey import check_survey
from config.errors import Mistake, SurveyError
from config.faq import Faq, FaqFile, check_faq
from config.form import Form
from config.given import NOT_PRINTED, read_print
from config.mails import with_table
from config.names import why_no_file
from config.obligations import check_against
from config.previous import read_previous
from config.roster import Roster
from config.salvage import Salvaged, salvage
from config.survey import Survey
from config.toml_file import read_toml
from config.toml_lines import lines_of

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

M = TypeVar("M", Form, Survey, FaqFile)

SURVEY_FILE = "survey.toml"
FORM_FILES = "form*.toml"
FAQ_FILE = "faq.toml"


def default_survey() -> Path:
    """The folder of the survey that comes with the program."""
    return Path(__file__).with_name("surveys") / "mynumber2023"


def load_survey(
    folder: Path | Traversable, codes: frozenset[str] | None = None, roster: Roster | None = None
) -> Survey:
    """The survey in `folder`. `codes`: the finding codes that its [severities] may name; `roster`: the bodies that it
    may name; None = not checked.

    Raises SurveyError with every mistake in all its files (file, line, key, reason).
    """
    if not folder.is_dir():
        raise SurveyError((Mistake(folder.name, "", "調査のフォルダーがありません。"),))
    forms, mistakes = _load_forms(folder)
    survey, wrong = _load_head(folder, forms, forms_known=not mistakes, against=(codes, roster))
    mistakes += wrong
    faq, wrong_faq = _load_faq(folder)
    mistakes += wrong_faq
    if survey is None or mistakes:
        raise SurveyError(mistakes)
    return survey.changed({"faq": faq})


def _load_faq(folder: Path | Traversable) -> tuple[tuple[Faq, ...], tuple[Mistake, ...]]:
    """The answers to questions, if the folder has any."""
    if not (folder / FAQ_FILE).is_file():
        return (), ()
    read, mistakes = _read(FaqFile, folder / FAQ_FILE)
    if read is None or read.value is None:
        return (), mistakes
    found = [Mistake(FAQ_FILE, key, reason) for key, reason in check_faq(read.value.faq)]
    return read.value.faq, mistakes + read.of_rest(found)


def _load_forms(folder: Path | Traversable) -> tuple[tuple[Form, ...], tuple[Mistake, ...]]:
    """Every form of the folder, as far as it can be read, by file name, and the mistakes of all of them."""
    files = sorted((f for f in folder.iterdir() if fnmatch(f.name, FORM_FILES)), key=lambda f: f.name)
    mistakes: list[Mistake] = []
    forms: list[Form] = []
    if not files:
        mistakes.append(Mistake(FORM_FILES, "", "様式のファイルが1つもありません。"))
    for file in files:
        read, wrong = _read(Form, file)
        mistakes += wrong
        if read is None or read.value is None:
            continue
        form, found = _with_print(read.value, folder, file.name)
        mistakes += read.of_rest([*check_form(form, file.name), *found])
        mistakes += read.of_rest(_printed_alike(form, forms, file.name))
        if any((form.id, form.version) == (other.id, other.version) for other in forms):
            mistakes += read.of_rest([Mistake(file.name, "version", "同じ id と version の様式が2つあります。")])
        forms.append(form)
    return tuple(forms), tuple(mistakes)


def _with_print(form: Form, folder: Path | Traversable, file: str) -> tuple[Form, list[Mistake]]:
    """A form with the workbook in the survey's folder that it names."""
    if not form.given or why_no_file(form.given):
        return form, []  # its name is told among the form's names
    book = folder / form.given
    if not book.is_file():
        return form, [Mistake(file, "given", f"調査のフォルダーに「{form.given}」がありません。")]
    made, wrong = read_print(book.read_bytes(), form.sheet, tuple(form.answer_cells))
    return form.printed_by(made) if made else form, [Mistake(file, key, reason) for key, reason in wrong]


def _printed_alike(form: Form, others: list[Form], file: str) -> Iterator[Mistake]:
    """Given forms that nothing tells apart."""
    for other in others:
        if form.print and other.print and form.print.texts == other.print.texts:
            yield Mistake(file, "given", f"様式「{other.id}」（{other.version}）と印字が同じで、見分けられません。")


def _load_head(
    folder: Path | Traversable,
    forms: tuple[Form, ...],
    forms_known: bool,
    against: tuple[frozenset[str] | None, Roster | None],
) -> tuple[Survey | None, tuple[Mistake, ...]]:
    """survey.toml, as far as it can be read, with the forms put in."""
    read, mistakes = _read(Survey, folder / SURVEY_FILE)
    if read is None or read.value is None:
        return None, mistakes
    survey = read.value.changed({"forms": forms})
    codes, roster = against
    found = [*check_survey(survey, SURVEY_FILE, forms_known), *_unknown_codes(survey, codes)]
    if roster is not None:
        found += check_against(survey, roster)
    values, wrong = read_previous(folder, survey, roster) if survey.previous else ({}, [])
    found += (mistake for mistake in wrong if mistake.file == SURVEY_FILE)
    told = (mistake for mistake in wrong if mistake.file != SURVEY_FILE)
    return survey.after(values), (*mistakes, *read.of_rest(found), *told)


def _read(shape: type[M], file: Path | Traversable) -> tuple[Salvaged[M] | None, tuple[Mistake, ...]]:
    data, mistakes = read_toml(file)
    if mistakes:
        return None, mistakes
    if shape is Survey:
        if "forms" in data:
            return None, (Mistake(file.name, "forms", f"様式は {FORM_FILES} のファイルに書いてください。"),)
        if "faq" in data:
            return None, (Mistake(file.name, "faq", f"{FAQ_FILE} に書いてください。"),)
        data = {**with_table(data), "forms": []}
    elif "given" in data:
        data = {**NOT_PRINTED, **data}
    lines = cache(lambda: lines_of(file.read_bytes().decode("utf-8-sig")))  # asked for by mistakes only
    read = salvage(shape, data, file.name, lines)
    return read, read.mistakes


def _unknown_codes(survey: Survey, codes: frozenset[str] | None) -> tuple[Mistake, ...]:
    if codes is None:
        return ()
    return tuple(
        Mistake(SURVEY_FILE, f"severities.{code}", "この指摘コードはありません。")
        for code in survey.severities
        if code not in codes
    )
