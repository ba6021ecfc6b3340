"""What a prefecture's clerk does first: whom to call today, what has changed, and a text for each municipality.

Pure functions over the shapes of `data.py`; every sentence stands in wording.toml's [report]. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.form import Form
from config.frozen import frozen, replace
from config.survey import Survey
from intake.finding import Finding
from replies.japanese import full_width_number
from replies.own_sheet import on_own_sheet
from replies.reports.data import MunicipalityCell, MunicipalityLine, OpenCorrection, PrefectureReport
from replies.reports.words import asked_by, names_of, short_instant
from replies.wording import Wording

_NAMED = 40  # of one kind of call, so that one page holds them


@frozen
class TownText:
    """A text for one municipality that can be sent on as it is."""

    lgcode: str
    name: str
    contact: str
    text: str


def calls(report: PrefectureReport, wording: Wording) -> tuple[str, ...]:
    """Whom to call today, a line for each reason, by name; what the prefecture itself has to send again; or that there
    is nobody to call. A list of the prefecture's own that could not be booked is no municipality's fault."""
    words = wording.report
    own = {(c.receipt, c.filename) for c in report.corrections if c.body == report.name}
    mine = words["today_own"].format(
        honorific=report.honorific, count=full_width_number(len(own)), sheet=words["sheet_corrections"]
    )
    said = [mine] if own else []
    for key, wanted in (("outstanding", _is_silent), ("unbooked", _has_sent_in_vain), ("correction", _is_to_mend)):
        names = [line.name for line in report.municipalities if any(map(wanted, line.cells))]
        if names:
            told = names_of(names, _NAMED, wording)
            said.append(words[f"today_{key}"].format(bodies=full_width_number(len(names)), names=told))
    return tuple(said) or (words["today_none"],)


def _is_silent(cell: MunicipalityCell) -> bool:
    return cell.state == "outstanding"


def _has_sent_in_vain(cell: MunicipalityCell) -> bool:
    return cell.shown == "unbooked" and cell.direct


def _is_to_mend(cell: MunicipalityCell) -> bool:
    return cell.shown == "correction" or cell.correction_open


def changes(report: PrefectureReport, wording: Wording) -> tuple[str, ...]:
    """What became of the municipalities since the last report that the prefecture got; empty for the first one."""
    if report.since is None:
        return ()
    words = wording.report
    changed = [(line.name, cell) for line in report.municipalities for cell in line.cells if cell.changed]
    kinds = (
        ("changed_accepted", [name for name, cell in changed if cell.state == "accepted"]),
        ("changed_asked", [name for name, cell in changed if _is_to_mend(cell) or cell.shown == "unbooked"]),
    )
    each = [(key, list(dict.fromkeys(names))) for key, names in kinds if names]
    told = [
        words[key].format(bodies=full_width_number(len(names)), names=names_of(names, 12, wording)) for key, names in each
    ]
    since = words["changed_since"].format(since=short_instant(report.since))
    return tuple(since + said for said in told) or (since + words["changed_nothing"],)


def town_texts(report: PrefectureReport, survey: Survey, wording: Wording) -> tuple[TownText, ...]:
    """A text for each municipality that has something to do, in the report's order."""
    asked: dict[tuple[str, str], list[OpenCorrection]] = {}
    for correction in report.corrections:
        asked.setdefault((correction.lgcode, correction.program), []).append(correction)
    found = []
    for line in report.municipalities:
        parts = [said for cell in line.cells if (said := _about(line, cell, asked, report, (survey, wording)))]
        if parts:
            words = wording.report
            head = words["text_head"].format(name=line.name, title=survey.phrases.mail_title)
            text = "\n".join((head, *parts, words["text_end"].format(prefecture=report.name)))
            found.append(TownText(line.lgcode, line.name, line.contact, text))
    return tuple(found)


def _about(
    line: MunicipalityLine, cell: MunicipalityCell, asked: dict[tuple[str, str], list[OpenCorrection]],
    report: PrefectureReport, said_with: tuple[Survey, Wording],
) -> str:  # fmt: skip
    """What one municipality has to do about one program; empty where it has nothing to do."""
    survey, wording = said_with
    program = next(p for p in report.programs if p.program == cell.program)
    values = {"program": program.name, "form": program.form_title}
    if _is_silent(cell):
        return wording.report["text_outstanding"].format(**values)
    if _has_sent_in_vain(cell):
        return wording.report["text_unbooked"].format(**values)
    if not _is_to_mend(cell):
        return ""
    points = [p for c in asked.get((line.lgcode, cell.program), ()) for p in asked_by(c.findings, survey, wording)]
    told = [
        wording.report["text_point"].format(
            number=full_width_number(number),
            place=f"{point.place}：" if point.place else "",
            point=point.point,
            mend=point.mend,
        )
        for number, point in enumerate(points, 1)
    ]
    return "\n".join((wording.report["text_correction"].format(**values), *told))


def by_own_cells(correction: OpenCorrection, survey: Survey, wording: Wording) -> OpenCorrection:
    """The correction with each finding of a list's row at the cell of the municipality's own form, the list's cell in
    brackets."""
    form = _form(correction.program, survey)
    return replace(correction, findings=tuple(_own(f, form, wording) for f in correction.findings))


def _own(finding: Finding, form: Form | None, wording: Wording) -> Finding:
    return on_own_sheet(finding, form, wording)


def _form(program: str, survey: Survey) -> Form | None:
    ids: Sequence[str] = [p.form for p in survey.programs if p.id == program]
    return survey.form(ids[0]) if ids else None
