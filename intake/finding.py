"""The catalogue of findings: every code, its default severity, and the shape of one finding.

A finding says one thing noticed and where. It holds no sentence for people (that is
`replies/wording.toml`) and no value of a personal field. A survey may change severities, never codes.
"""

from __future__ import annotations

from typing import Literal

from config.frozen import frozen
from config.shape import Severity
from config.survey import Survey
from intake.personal import mask
from intake.shown import clipped, clipped_name, one_line, unlinked

About = Literal["mail", "file", "field", "question", "sheet"]

_LONGEST = 2_000  # characters of a value that are looked at: what is quoted stands at its beginning
_OVERLAP = 120  # … and beyond these for a number that begins there: twelve digits with all that may lie between


@frozen
class Finding:
    """指摘: one thing noticed. `cell` is A1 style; `question` a key like "7-4"; `label` what the sheet
    prints beside the cell; `about` the lgcode of a list's row; `found` one line, at most 60 characters."""

    code: str
    severity: Severity
    sheet: str = ""
    cell: str = ""
    question: str = ""
    label: str = ""
    about: str = ""
    found: str = ""
    expected: str = ""

    @property
    def key(self) -> str:
        """What makes two findings the same on two versions of a sheet: the code, and what it is about."""
        return f"{self.code}/{self.question or self.label}/{self.about}"


@frozen
class Code:
    """An entry of the catalogue: the severity unless the survey says otherwise, and what it is about."""

    severity: Severity
    about: About


CATALOGUE: dict[str, Code] = {
    # convention of subject and file names (notice 記３)
    "subject_absent": Code("warning", "mail"),
    "subject_placeholder": Code("warning", "mail"),
    "subject_unknown_body": Code("warning", "mail"),
    "subject_contradicts": Code("error", "mail"),
    "subject_code": Code("warning", "mail"),
    "file_name_absent": Code("warning", "file"),
    "file_name_placeholder": Code("warning", "file"),
    "file_name_unknown_body": Code("warning", "file"),
    "file_name_contradicts": Code("error", "file"),
    "file_name_code": Code("warning", "file"),
    # what kind of file it is
    "no_file": Code("error", "mail"),
    "file_by_link": Code("error", "mail"),
    "file_removed": Code("error", "mail"),
    "file_sealed": Code("error", "mail"),
    "mail_divided": Code("error", "mail"),
    "text_unsearched": Code("note", "mail"),
    "not_a_form": Code("error", "file"),
    "not_a_workbook": Code("error", "file"),
    "mail_file": Code("error", "file"),
    "unreadable": Code("error", "file"),
    "encrypted": Code("error", "file"),
    "macro": Code("error", "file"),
    "legacy_format": Code("warning", "file"),
    "too_costly": Code("error", "file"),
    "empty_file": Code("error", "file"),
    "cut_short": Code("note", "file"),
    "check_failed": Code("note", "file"),
    "struck_out": Code("warning", "sheet"),
    "drawn_unread": Code("error", "question"),
    "sample_aside": Code("warning", "sheet"),
    "sample_alone": Code("error", "sheet"),
    # the sheet as a whole
    "sheet_blank": Code("error", "sheet"),
    "label_missing": Code("error", "sheet"),
    "flag_altered": Code("note", "sheet"),
    # the form itself, altered
    "label_edited": Code("warning", "sheet"),
    "question_replaced": Code("error", "question"),
    "table_beyond": Code("error", "question"),
    "lines_beyond": Code("error", "question"),
    "lines_set_aside": Code("note", "question"),
    "lines_repeated": Code("note", "question"),
    "rows_inserted": Code("note", "sheet"),
    "columns_inserted": Code("note", "sheet"),
    "sheet_renamed": Code("note", "sheet"),
    "list_sheet_missing": Code("note", "sheet"),
    "list_formulas_altered": Code("note", "sheet"),
    "formulas_stripped": Code("note", "sheet"),
    "personal_found": Code("error", "sheet"),  # for those who look at their own files; no letter tells it
    # 回答者情報
    "field_missing": Code("error", "field"),
    "field_says_nothing": Code("error", "field"),
    "field_not_a_choice": Code("error", "field"),
    "kind_disagrees": Code("error", "field"),
    "attribute_unknown": Code("error", "field"),
    "organisation_code_missing": Code("warning", "field"),
    "organisation_code_digits": Code("warning", "field"),
    "organisation_code_disagrees": Code("warning", "field"),
    "organisation_prefecture_missing": Code("warning", "field"),
    "organisation_county": Code("warning", "field"),
    "organisation_spaces": Code("warning", "field"),
    "organisation_ward": Code("warning", "field"),
    "organisation_form": Code("warning", "field"),
    "organisation_sample": Code("note", "field"),
    "position_below": Code("warning", "field"),
    "email_unlikely": Code("warning", "field"),
    "telephone_unlikely": Code("warning", "field"),
    "program_unclear": Code("error", "field"),
    "body_unknown": Code("error", "field"),
    "body_ambiguous": Code("error", "field"),
    "body_unclear": Code("error", "mail"),
    "organisation_contradicts": Code("error", "field"),
    # 調査項目への回答
    "answer_missing": Code("error", "question"),
    "rule_broken": Code("error", "question"),
    "answer_says_nothing": Code("error", "question"),
    "answer_not_a_choice": Code("error", "question"),
    "value_missing": Code("error", "question"),
    "value_unreadable": Code("error", "question"),
    "value_out_of_range": Code("error", "question"),
    "number_missing": Code("error", "question"),
    "number_unreadable": Code("error", "question"),
    "number_out_of_range": Code("error", "question"),
    "answers_shifted": Code("error", "sheet"),
    "head_shifted": Code("error", "sheet"),
    "mark_unreadable": Code("error", "question"),
    "marks_none": Code("error", "question"),
    "text_missing": Code("error", "question"),
    "outline_missing": Code("error", "question"),
    "text_elsewhere": Code("error", "question"),
    "answer_elsewhere": Code("error", "question"),
    "text_unreadable": Code("error", "question"),
    "month_unclear": Code("error", "question"),
    "read_as": Code("note", "question"),
    "plan_past": Code("warning", "question"),
    "text_unneeded": Code("warning", "question"),
    "should_be_blank": Code("warning", "question"),
    "error_value": Code("error", "question"),
    # collated lists: the list as a whole
    "list_blank": Code("error", "sheet"),
    "list_columns_differ": Code("error", "sheet"),
    "list_formulas": Code("error", "sheet"),
    "list_linked": Code("note", "sheet"),
    "list_shifted": Code("warning", "sheet"),
    # … and one of its rows
    "row_blank": Code("warning", "sheet"),
    "row_body_missing": Code("error", "sheet"),
    "row_formulas": Code("error", "sheet"),
    "row_is_heading": Code("error", "sheet"),
    "row_linked": Code("note", "sheet"),
    "row_of_another": Code("error", "sheet"),
    "row_other_prefecture": Code("error", "sheet"),
    "row_shifted": Code("error", "sheet"),
    "row_twice": Code("note", "sheet"),
    "row_twice_differs": Code("error", "sheet"),
    # sheets beside each other
    "answered_twice": Code("error", "sheet"),
    "attribute_overlap": Code("error", "sheet"),
    "attribute_gap": Code("warning", "sheet"),
    "original_differs": Code("warning", "question"),
    # against the obligation
    "sent_directly": Code("error", "file"),
    "sent_elsewhere": Code("error", "file"),
}


def severity_of(code: str, survey: Survey) -> Severity:
    """The severity that this survey gives to a code. Raises KeyError for a code that is not in the catalogue."""
    return survey.severities.get(code, CATALOGUE[code].severity)


def quote(value: str, limit: int = 60) -> str:
    """`value` as it may be quoted in a finding or a letter: one line, at most `limit` characters, no My Number, and
    no link that a mail program finds."""
    return clipped(_quotable(value), limit)


def quote_name(filename: str, limit: int = 60) -> str:
    """The name of a file as it may be quoted; what is too long keeps its ending."""
    return clipped_name(_quotable(filename), limit)


def _quotable(value: str) -> str:
    line = one_line(mask(value[: _LONGEST + _OVERLAP])[:_LONGEST])
    return " ".join(unlinked(" ".join(line.split())).split())  # where a scheme stood, a space may be left
