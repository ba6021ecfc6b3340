"""A workbook's grid → answer sheets, and an attachment's bytes → what that file is.

Joins the steps: open, recognise the form, read its values, check them. Judges nothing beyond the file: who
sent it, what is owed and what a supporting file may stand for is for routing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from config.codes import code_key
from config.frozen import replace
from config.kinds.attributes import AttributesKind, read_attributes
from config.kinds.organisation import OrganisationKind
from config.programs import find_program
from config.roster import Match, Roster
from config.survey import Survey
from intake.finding import Finding, severity_of
from intake.lists.collated import Against, CollatedList, read_list
from intake.lists.tables import has_own_rows
from intake.samples import alone, aside, is_called_sample, shows_sample
from intake.sheets.beyond_values import beyond, told, unsure, with_ticks
from intake.sheets.checks import Case, check_sheet, is_unfilled
from intake.sheets.elsewhere import answered_beside, elsewhere
from intake.sheets.field_checks import raise_samples
from intake.sheets.filled import Filled, FilledQuestion, read
from intake.sheets.filled_given import read_given
from intake.sheets.form_changes import look_at_sheet, look_at_workbook, without_formulas
from intake.sheets.given import is_handed_out
from intake.sheets.grid import Sheet, Workbook
from intake.sheets.no_answers import without_own_columns
from intake.sheets.personal_data import personal_in_text, personal_places
from intake.sheets.recognise import Located, recognise
from intake.sheets.shifted import with_head_in_place, without_strangers
from intake.sheets.skip_logic import asked, possible_kinds
from intake.sheets.workbook import open_workbook
from intake.sniff import TEXTS, looks_like_workbook, sniff
from intake.submission import (
    ABSENT,
    NO_CLAIM,
    Answer,
    AnswerSheet,
    Claim,
    FieldValue,
    FileKind,
    FileReading,
    NameMatch,
)


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """One file to be read: its name and bytes, which file of the mail it is, and what its name claims."""

    name: str
    data: bytes = field(repr=False)
    position: int = 1
    claim: Claim = NO_CLAIM


def read_file(file: AttachedFile, survey: Survey, roster: Roster) -> FileReading:
    """What one attachment is, with the answer sheets in it. Never raises for anything in its bytes."""
    data, claim = file.data, file.claim
    opened = open_workbook(data)
    personal: tuple[str, ...] = ()
    if isinstance(opened, Finding):
        kind, sheets, findings = _other(opened)
        if sniff(data) in TEXTS:
            personal = personal_in_text(data)
    else:
        kind, sheets, findings = _read_workbook(opened, survey, roster, claim)
        personal = personal_places(opened)
    return FileReading(
        position=file.position,
        filename=file.name,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        kind=kind,
        claim=claim,
        sheets=raise_samples(sheets, claim, roster),
        findings=tuple(replace(f, severity=severity_of(f.code, survey)) for f in findings),
        looks_like_workbook=looks_like_workbook(file.name, sniff(data)),
        personal=personal,
    )


Content = tuple[FileKind, tuple[AnswerSheet, ...], tuple[Finding, ...]]


def _other(finding: Finding) -> Content:
    return "other", (), (finding,)


def _read_workbook(workbook: Workbook, survey: Survey, roster: Roster, claim: Claim) -> Content:
    """The reading of a workbook, without the sheets that are called samples, unless one of them is where the answer
    was filled in."""
    samples = tuple(sheet for sheet in workbook.sheets if is_called_sample(sheet.name, survey))
    if not samples:
        return _read_all(workbook, survey, roster, claim)
    rest = tuple(sheet for sheet in workbook.sheets if sheet not in samples)
    kind, sheets, findings = _read_all(replace(workbook, sheets=rest), survey, roster, claim)
    read = read_sheets(replace(workbook, sheets=samples), survey, roster)
    shown = tuple(sheet for sheet in read if not _is_blank(sheet))
    names = [sheet.sheet for sheet in shown]
    if sheets and not all(map(_is_blank, sheets)):
        return kind, sheets, (*findings, *aside(names, survey))
    if not shown or not all(shows_sample(sheet, survey) for sheet in shown):
        return _read_all(workbook, survey, roster, claim)
    if not sheets:
        return "other", (), (*workbook.findings, *alone(names, survey))
    return kind, sheets, (*findings, *aside(names, survey))


def _read_all(workbook: Workbook, survey: Survey, roster: Roster, claim: Claim) -> Content:
    located = _locate(workbook, survey)
    sheets = _read_located(workbook, located, survey, roster)
    filled = () if all(map(_is_blank, sheets)) else sheets
    others = [sheet for sheet in workbook.sheets if sheet.name not in {form.name for form, _ in located}]
    listed = _find_list(others, filled, bool(located), Against(survey, roster, claim, answer_sheet))
    if listed:
        inside = {_whose(row) for row in listed.rows}
        beside = tuple(sheet for sheet in filled if _whose(sheet) not in inside)
        return "collated_list", (*listed.rows, *beside), (*workbook.findings, *listed.findings)
    if filled:
        return "answer_sheet", sheets, (*workbook.findings, *look_at_workbook(workbook, sheets, survey))
    if sheets:
        return "answer_sheet", sheets, workbook.findings
    if any(finding.severity == "error" for finding in workbook.findings):
        return "other", (), workbook.findings  # what keeps it from being a form is already told
    return "other", (), (*workbook.findings, Finding("not_a_form", "error"))


def _find_list(
    sheets: list[Sheet], filled: tuple[AnswerSheet, ...], beside_form: bool, against: Against
) -> CollatedList | None:
    """The list on the sheets that are no form; on hidden ones only where no visible sheet has one. Beside a filled
    form, its own row 2 is no list: some row must be another body's, told for certain."""
    visible = [sheet for sheet in sheets if not sheet.hidden]
    if not beside_form:
        return read_list(visible, against) or read_list([s for s in sheets if s.hidden], against)
    visible = [sheet for sheet in visible if has_own_rows(sheet)]
    listed = read_list(visible, against, "skip")
    others = {row.body.lgcode for row in listed.rows} if listed else set()
    others -= {"", *(sheet.body.lgcode for sheet in filled)}
    return read_list(visible, against, "own") if others or not filled else None


def _whose(sheet: AnswerSheet) -> str:
    """The body's code, else what stands in 組織名."""
    return sheet.body.lgcode or sheet.field("organisation")


def _is_blank(sheet: AnswerSheet) -> bool:
    return any(finding.code == "sheet_blank" for finding in sheet.findings)


def read_sheets(workbook: Workbook, survey: Survey, roster: Roster) -> tuple[AnswerSheet, ...]:
    """The answer sheets of a workbook. Blank copies beside filled ones, and hidden ones beside visible
    ones, are left out; of nothing but blank ones, the first is given."""
    return _read_located(workbook, _locate(workbook, survey), survey, roster)


def _locate(workbook: Workbook, survey: Survey) -> list[tuple[Sheet, Located]]:
    """The sheets that are one of the survey's forms."""
    recognised = ((sheet, recognise(sheet, survey)) for sheet in workbook.sheets)
    return [(sheet, located) for sheet, located in recognised if located and not is_handed_out(sheet, survey)]


def _read_located(
    workbook: Workbook, recognised: list[tuple[Sheet, Located]], survey: Survey, roster: Roster
) -> tuple[AnswerSheet, ...]:
    about = (without_formulas(workbook), workbook.asides)
    filled = [(sheet.hidden, _filled(sheet, located, about, survey)) for sheet, located in recognised]
    used = [(hidden, sheet) for hidden, sheet in filled if not is_unfilled(sheet)]
    chosen = [sheet for hidden, sheet in used if not hidden] or [sheet for _, sheet in used]
    return tuple(answer_sheet(sheet, survey, roster) for sheet in chosen or [s for _, s in filled[:1]])


def _filled(sheet: Sheet, located: Located, workbook: tuple[bool, Mapping[str, str]], survey: Survey) -> Filled:
    """What a sheet answers: without what is struck out, with the check boxes that are ticked."""
    stripped, asides = workbook
    ticked = with_ticks(sheet.as_written(located.printed), located)
    written = without_own_columns(ticked, located, survey.shows_previous)
    values = read_given if located.given else read
    made = values(written, located, look_at_sheet(sheet, located, stripped))
    over = beyond(written, printed=located.printed)
    beside, hanging = elsewhere(written, made, located, asides), answered_beside(written, made, located)
    if beside or hanging:
        over = replace(over, elsewhere=beside, beside=hanging)
    return replace(made, beyond=over)


def answer_sheet(filled: Filled, survey: Survey, roster: Roster, prefecture: str = "") -> AnswerSheet:
    """The sheet, read and checked. `prefecture`: that of a body whose name several prefectures have."""
    filled = with_head_in_place(without_strangers(filled))
    match = _find_body(filled, roster, prefecture)
    kinds = possible_kinds(filled, match)
    case = Case(survey, filled, match, kinds, asked(filled, kinds))
    answers = [q for q in filled.questions if case.asked[q.question.key].relevance != "not_asked"]
    return AnswerSheet(
        sheet=filled.sheet,
        form=filled.form.id,
        version=filled.form.version,
        program=find_program(filled.value("program"), survey, filled.form.id),
        body=_name_match(match),
        fields=tuple(FieldValue(f.field.key, f.field.kind.kept(f.value), f.entry.cell) for f in filled.fields if f.entry),
        answers=tuple(_answer(question) for question in filled.questions if question.answer),
        findings=told(check_sheet(case), filled, case.asked, survey),
        alerts=tuple(q.question.key for q in answers if _alerts(q)),
        unsure=unsure(filled, case.asked),
        elsewhere=filled.beyond.elsewhere,
        outlines_wanted=tuple(q.question.key for q in answers if _wants_outline(q)),
        attributes=_attributes(filled, survey),
    )


def _name_match(match: Match | None) -> NameMatch:
    """The roster's answer as it goes into a Submission."""
    if match is None:
        return ABSENT
    near = tuple(body.lgcode for body in match.near)
    return NameMatch(match.status, tuple(body.lgcode for body in match.bodies), near)


def _attributes(filled: Filled, survey: Survey) -> tuple[int, ...]:
    """The screenings that 属性 names, on the form where it means something."""
    if filled.form.id != survey.attributes_form:
        return ()
    named = (f.value for f in filled.fields if isinstance(f.field.kind, AttributesKind))
    return read_attributes(next(named, ""), survey.attributes).numbers


def _find_body(filled: Filled, roster: Roster, prefecture: str) -> Match | None:
    """What the roster says to 組織名, with the code beside it where the form asks for one; None where both are blank.
    Where the name is no body's, the code's body counts if the name comes near that body's."""
    named = (f.value for f in filled.fields if isinstance(f.field.kind, OrganisationKind) and f.value)
    name, code = next(named, ""), code_key(filled.value("code"))
    match = roster.find(name, prefecture, code) if name else None
    coded = roster.by_any_code(code) if code and (match is None or match.status == "unknown") else ()
    if len(coded) == 1 and (match is None or coded[0] in match.near):
        return Match("found", coded)
    return match


def _answer(question: FilledQuestion) -> Answer:
    assert question.answer
    asked, canonical = question.question, question.canonical
    return Answer(
        question=asked.key,
        value=asked.kind.shown(canonical) if asked.in_lines else question.answer.value,
        cell=question.answer.cell,
        number=question.number,
        marks=tuple(int(n) for n in canonical.split(",") if n) if asked.in_lines else (),
        texts=tuple(FieldValue(key, entry.value, entry.cell) for key, entry in question.texts.items()),
        canonical=canonical,
    )


def _alerts(question: FilledQuestion) -> bool:
    """Whether a choice of which the operators must hear was taken, or may have been meant."""
    if not question.question.alarming:
        return False
    unread = question.number is None and question.answer is not None and question.answer.state == "value"
    return any(text.alert and (unread or text.asked_by(question.number)) for text in question.question.free_texts)


def _wants_outline(question: FilledQuestion) -> bool:
    """Whether a text is asked for that may come as a supporting file, and its cell is blank."""
    return any(
        text.where == "cell_or_file"
        and text.asked_by(question.number)
        and question.texts[text.key].state == "blank"
        for text in question.question.free_texts
    )
