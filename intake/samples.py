"""記入例: sheets and files that show how the form is to be filled in, and are nobody's answer.

By what a sheet or file is called (words of the survey), or by the body that the form prints as its example, where
something else in the same mail is the answer. What names a body of its own is an answer, whatever it is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from config.frozen import replace
from config.kinds.organisation import OrganisationKind
from config.roster import Roster
from config.spelling import label_key
from config.survey import Survey
from intake.finding import Finding, severity_of
from intake.submission import AnswerSheet, FileReading

ASIDE, ALONE = "sample_aside", "sample_alone"
# How offices call what they send beside an answer, in whatever survey.
_MATERIAL = (
    "参考", "資料", "要綱", "要領", "概要", "構成", "図", "名簿", "台帳", "条例", "規則", "通知", "手引", "マニュアル",
    "仕様", "見積", "契約", "議事", "予算",
)  # fmt: skip


def is_called_sample(name: str, survey: Survey) -> bool:
    """Whether a sheet or file is called a sample or instructions (記入例, 見本 …)."""
    key = label_key(name)
    return any(label_key(word) in key for word in survey.convention.samples)


def calls_itself_material(name: str, survey: Survey) -> bool:
    """Whether a file is called something that goes with an answer (参考資料, 要綱 …), or a sample."""
    key = label_key(name)
    return any(word in key for word in _MATERIAL) or is_called_sample(name, survey)


def shows_sample(sheet: AnswerSheet, survey: Survey) -> bool:
    """Whether 組織名 names no body (○○市), or the one that the form prints as its example."""
    return not sheet.body.lgcode or _is_printed(sheet, survey)


def aside(sheets: Iterable[str], survey: Survey) -> tuple[Finding, ...]:
    """A line for each of these sheets, which are left aside."""
    return tuple(Finding(ASIDE, severity_of(ASIDE, survey), sheet=name) for name in sheets)


def alone(sheets: Iterable[str], survey: Survey) -> tuple[Finding, ...]:
    """A finding for each of these sheets where nothing else was sent that could be the answer."""
    return tuple(Finding(ALONE, severity_of(ALONE, survey), sheet=name) for name in sheets)


def without_sample_files(
    files: Sequence[FileReading], named: frozenset[str], survey: Survey, roster: Roster
) -> tuple[FileReading, ...]:
    """The files of one mail; those that only show how to fill in are no forms. `named`: the lgcodes that subject and
    sender speak of."""
    samples = {file.position for file in files if _is_sample_file(file, survey)}
    answers = any(file.sheets for file in files if file.position not in samples and not file.returned)
    kept = (_closed(f, answers, survey) if f.position in samples else f for f in files)
    return tuple(_without_printed(file, named, survey, roster) for file in kept)


def _is_sample_file(file: FileReading, survey: Survey) -> bool:
    """Whether a file is named as a sample (記入例), and no sheet in it names a body."""
    own = bool(file.sheets) and is_called_sample(file.filename, survey)
    return own and all(
        sheet.body.lgcode not in _claimed(file) and shows_sample(sheet, survey) for sheet in file.sheets
    )


def _claimed(file: FileReading) -> frozenset[str]:
    return frozenset(file.claim.match.lgcodes)


def _closed(file: FileReading, answers: bool, survey: Survey) -> FileReading:
    names = [sheet.sheet for sheet in file.sheets]
    return replace(file, kind="other", sheets=(), findings=(aside if answers else alone)(names, survey))


def _without_printed(file: FileReading, named: frozenset[str], survey: Survey, roster: Roster) -> FileReading:
    """The sheets without those that still bear the form's example, where another one in the file answers the same,
    and nobody speaks of the body that the example names."""
    printed = [sheet for sheet in file.sheets if _is_printed(sheet, survey) and not sheet.row]
    others = [sheet for sheet in file.sheets if sheet.body.lgcode and sheet not in printed]
    spoken = named | _claimed(file)
    left = [
        sheet
        for sheet in printed
        if spoken
        and not spoken & _around(sheet, roster)
        and any(_answers_same(sheet, other) for other in others)
    ]
    if not left:
        return file
    kept = tuple(sheet for sheet in file.sheets if sheet not in left)
    return replace(file, sheets=kept, findings=(*file.findings, *aside([s.sheet for s in left], survey)))


def _answers_same(sheet: AnswerSheet, other: AnswerSheet) -> bool:
    """Whether two sheets answer the same program; only if 制度等 says so: a second program's sheet on which the
    example was left in is somebody's answer."""
    same = (sheet.form, sheet.program, sheet.attributes) == (other.form, other.program, other.attributes)
    return same and bool(sheet.program)


def _around(sheet: AnswerSheet, roster: Roster) -> frozenset[str]:
    """The body that a sheet names, and its prefecture."""
    body = roster.by_code(sheet.body.lgcode)
    return frozenset({body.lgcode, roster.prefecture_of(body).lgcode}) if body else frozenset()


def _is_printed(sheet: AnswerSheet, survey: Survey) -> bool:
    kinds = (f.kind for f in survey.form(sheet.form, sheet.version).fields)
    return any(k.is_sample(sheet.field("organisation")) for k in kinds if isinstance(k, OrganisationKind))
