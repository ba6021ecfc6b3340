"""The words of a prefecture's report, once for its workbook and its page: what is left, and what to do.

Pure functions over the shapes of `data.py`; every sentence stands in wording.toml's [report]. Never
mentions a city's own affairs, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeGuard

from config.frozen import frozen
from config.jst import in_jst
from config.survey import Survey
from intake.finding import Finding
from replies.japanese import era_date, full_width_number
from replies.points import requests
from replies.reports.data import MunicipalityCell, Occasion, PrefectureReport, ProgramLine
from replies.states import Shown, State, Timing
from replies.wording import Wording

STATES: tuple[State, ...] = ("accepted", "partial", "correction", "held", "outstanding", "not_applicable")
SHOWN: tuple[Shown, ...] = (*STATES, "unbooked")

# Worth a remark beside the time of receipt; `late` has its own, and the others are as one expects.
_TOLD: tuple[Timing, ...] = ("in_extension", "mended_late", "unmended", "unmended_due")
_NAMED: dict[Shown, int] = {"outstanding": 24, "unbooked": 8, "correction": 8, "held": 8}  # so that one page holds them


@frozen
class ToMend:
    """One thing to be mended, in words: where it stands (「様式」シート　セル E25　Q7-1), what was noticed,
    found, wanted, and what to do."""

    place: str
    point: str
    found: str
    expected: str
    mend: str


def span(time: timedelta) -> str:
    """How long, down to what matters: １日８時間, ８時間15分, 59分. Rounded down to the minute (below a day)
    or the hour; `time` is not negative."""
    hours, minutes = time.seconds // 3600, time.seconds % 3600 // 60
    if time.days:
        return f"{full_width_number(time.days)}日{full_width_number(hours)}時間"
    if hours:
        return f"{full_width_number(hours)}時間{full_width_number(minutes)}分"
    return f"{full_width_number(minutes)}分"


def is_over(occasion: Occasion) -> bool:
    """Whether the deadline has passed; the second of the deadline itself is in time."""
    return occasion.at > occasion.deadline


def time_left(occasion: Occasion, wording: Wording) -> tuple[str, str, str]:
    """(caption, how long, remark): 提出期限まで, １日８時間, 開庁日で数えて."""
    words = wording.report
    if is_over(occasion):
        return words["time_after"], span(occasion.at - occasion.deadline), ""
    left = span(occasion.deadline - occasion.at)
    if in_jst(occasion.at).date() == in_jst(occasion.deadline).date():
        return words["time_before"], left, words["last_day"]
    days = words["working_days"].format(days=full_width_number(occasion.working_days_left))
    return words["time_before"], left, days


def deadline_said(occasion: Occasion, wording: Wording) -> tuple[str, str, str]:
    """(caption, the deadline, the others): 提出期限, 令和６年６月14日（金）17時, ほかに令和６年６月28日（金）17時."""
    others = "、".join(map(era_date, occasion.others))
    remark = wording.report["deadline_others"].format(dates=others) if others else ""
    return wording.report["deadline"], era_date(occasion.deadline), remark


def notice(occasion: Occasion, complete: bool, wording: Wording) -> str:
    """The line under the figures: thanks, or that answers are still taken in; empty before the deadline."""
    words = wording.report
    if complete:
        return words["all_done"]
    if not is_over(occasion):
        return ""
    return words["passed"] + words["passed_soon"]


def is_state(value: object) -> TypeGuard[Shown]:
    """Whether this is the name of a state."""
    return value == "unbooked" or value in STATES


def mark(state: Shown, wording: Wording) -> str:
    """The state with its sign in front: □ 未提出. The sign tells it where colours are not seen."""
    return f"{wording.report[f'symbol_{state}']} {wording.state.get(state) or wording.standing[state]}"


def short_instant(moment: datetime | None) -> str:
    """7/20 14:03, in JST; empty for None."""
    if moment is None:
        return ""
    local = in_jst(moment)
    return f"{local.month}/{local.day} {local:%H:%M}"


def done(report: PrefectureReport) -> tuple[int, int]:
    """(how many of the answers that it owes were accepted, how many it owes): its own sheets and its municipalities'."""
    counts = [pair for line in report.programs for pair in units(line) if line.state != "not_applicable"]
    accepted = sum(count for state, count in counts if state == "accepted")
    return accepted, sum(count for state, count in counts if state != "not_applicable")


def collected_programs(report: PrefectureReport) -> list[ProgramLine]:
    """The programs that any municipality owes, in the survey's order."""
    owed = {cell.program for line in report.municipalities for cell in line.cells}
    return [line for line in report.programs if line.program in owed]


def units(line: ProgramLine) -> tuple[tuple[State, int], ...]:
    """What the picture of progress counts: the own sheet, if demanded, and each collected body, by state."""
    tally = line.collected
    counts: dict[State, int] = dict.fromkeys(STATES, 0)
    if tally:
        counts |= {
            "accepted": tally.accepted,
            "correction": tally.correction,
            "held": tally.held,
            "outstanding": tally.outstanding,
        }
    if line.own == "demanded":
        counts[line.own_state or "outstanding"] += 1
    return tuple((state, count) for state, count in counts.items() if count)


def requests_of(line: ProgramLine, report: PrefectureReport, wording: Wording) -> tuple[str, ...]:
    """What is asked of the prefecture for one program, a sentence each, the most pressing first."""
    if line.state == "not_applicable":
        return (wording.report["mend_not_applicable"],)
    correct_by = line.correct_by or report.occasion.correct_by
    values = {
        "honorific": report.honorific,
        "form": line.form_title,
        "address": line.contact.address,
        "sheet": wording.report["sheet_corrections"],
        "due": era_date(correct_by),
    }
    keys = [*_own_keys(line), *_collected_keys(line)]
    if line.open_corrections and not any(key.endswith("correction") for key, _ in keys):
        keys.append(("mend_open", 0))
    if line.state == "accepted":
        keys.insert(0, ("mend_accepted", 0))
    if report.occasion.counts_as_in_time and any(timing in ("unmended", "unmended_due") for timing, _ in line.timings):
        keys.append(("mend_in_time_until" if report.occasion.at < correct_by else "mend_in_time", 0))
    return tuple(wording.report[key].format(**values, bodies=full_width_number(n)) for key, n in keys)


def _own_keys(line: ProgramLine) -> list[tuple[str, int]]:
    if line.own_state in ("correction", "held"):
        return [(f"mend_own_{line.own_state}", 0)]
    owed = line.own == "demanded" and line.own_state not in ("accepted", "not_applicable")
    return [("mend_own_outstanding", 0)] if owed else []


def _collected_keys(line: ProgramLine) -> list[tuple[str, int]]:
    tally = line.collected
    if tally is None:
        return []
    counts = (("outstanding", tally.outstanding), ("correction", tally.correction), ("held", tally.held))
    return [(f"mend_collected_{state}", count) for state, count in counts if count]


def remaining(line: ProgramLine, report: PrefectureReport, wording: Wording) -> tuple[str, ...]:
    """What of a program has not been accepted: the prefecture's own sheet, and the bodies by state, the
    first few of each by name (all are in the table of municipalities)."""
    if line.state == "not_applicable":
        return ()
    owed = line.own == "demanded" and line.own_state not in ("accepted", "not_applicable")
    left = [wording.report["own_part"].format(body=report.name)] if owed else []
    for state, named in _NAMED.items():
        if bodies := bodies_in(report, line.program, state):
            said = wording.state.get(state) or wording.standing[state]
            left.append(f"{said}：{names_of(bodies, named, wording)}")
    return tuple(left)


def bodies_in(report: PrefectureReport, program: str, state: Shown) -> tuple[str, ...]:
    """The names of the municipalities whose answer to a program is shown in this state, in the report's order."""
    return tuple(
        line.name
        for line in report.municipalities
        for cell in line.cells
        if (cell.program, cell.shown) == (program, state)
    )


def names_of(bodies: Sequence[str], named: int, wording: Wording) -> str:
    """Names joined by 、; from the one behind the `named`th on, how many more there are."""
    if len(bodies) <= named:
        return "、".join(bodies)
    more = full_width_number(len(bodies) - named)
    return wording.report["and_more"].format(names="、".join(bodies[:named]), more=more)


def remarks_of_line(line: ProgramLine, wording: Wording) -> tuple[str, ...]:
    """What stands beside a program's time of receipt: version, lateness, a deadline of its own, extension."""
    words = wording.report
    version = [words["version"].format(version=full_width_number(line.version))] if line.version > 1 else []
    late = [words["late"]] if line.late else []
    told = [_timing(timing, count, line, wording) for timing, count in line.timings if timing in _TOLD]
    due = [words["own_deadline"].format(date=short_instant(line.deadline))] if line.deadline else []
    return (*version, *late, *told, *(_extended(line.extended_to, wording) or due))


def _timing(timing: Timing, count: int, line: ProgramLine, wording: Wording) -> str:
    """期限内に受領・修正版をお待ちしております（３団体）; without the figure where there is one answer only."""
    if line.collected is None:
        return wording.timing[timing]
    return wording.report["timing_of"].format(timing=wording.timing[timing], bodies=full_width_number(count))


def remarks_of_cell(cell: MunicipalityCell, wording: Wording) -> tuple[str, ...]:
    """What stands beside a municipality's time of receipt."""
    words = wording.report
    noted = (
        ("changed", cell.changed), ("late", cell.late), ("direct", cell.direct and not cell.redirected),
        ("redirected", cell.redirected), ("correction_open", cell.correction_open)
    )  # fmt: skip
    told = [wording.timing[cell.timing]] if cell.timing in _TOLD else []
    return (*(words[key] for key, holds in noted if holds), *told, *_extended(cell.extended_to, wording))


def _extended(until: datetime | None, wording: Wording) -> list[str]:
    return [wording.report["extended"].format(date=short_instant(until))] if until else []


def asked_by(findings: Sequence[Finding], survey: Survey, wording: Wording) -> tuple[ToMend, ...]:
    """The findings that ask for a mend, one by one, as a letter would say them: nothing personal is quoted."""
    return tuple(
        ToMend(
            _place(point.sheet, place.where, wording), point.sentence, place.found, place.expected, point.mend
        )
        for finding in findings
        for point in requests([finding], survey, wording)
        for place in point.places
    )


def _place(sheet: str, where: str, wording: Wording) -> str:
    named = wording.report["on_sheet"].format(sheet=sheet) if sheet else ""
    return "　".join(part for part in (named, where) if part)
