"""提出義務: who owes which program, with which parts, and the working days that are left.

Pure functions over a survey and a roster. Says what is owed, never what was handed in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.errors import Mistake, SurveyError
from config.jst import in_jst
from config.names import perhaps
from config.roster import Body, Roster
from config.survey import Duty, OwnPart, Survey

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Obligation:
    """One respondent × program. `own`: whether its own sheet is demanded; `collected`: lgcodes of the
    bodies whose rows it collects, by code; `deadline` and `correct_by` as the survey sets them for it."""

    lgcode: str
    program: str
    own: OwnPart
    collected: tuple[str, ...]
    deadline: datetime | None = None  # None: the survey's
    correct_by: datetime | None = None


def obligations(survey: Survey, roster: Roster) -> tuple[Obligation, ...]:
    """Every obligation of the survey, in the order of the programs, then by code.

    Raises SurveyError if the survey names a body that the roster does not have, or owes one thing twice.
    """
    if mistakes := check_against(survey, roster):
        raise SurveyError(mistakes)
    found = [
        Obligation(
            body.lgcode, duty.program, duty.own, _collected(duty, body, roster), duty.deadline, duty.correct_by
        )
        for duty in survey.duties
        for body in roster.of_kind(*duty.respondents)
    ]
    order = {program.id: place for place, program in enumerate(survey.programs)}
    return tuple(sorted(found, key=lambda o: (order[o.program], o.lgcode)))


def check_against(survey: Survey, roster: Roster) -> tuple[Mistake, ...]:
    """The survey's mistakes that only the roster shows; empty if there are none."""
    mistakes: list[Mistake] = []
    owed: set[tuple[str, str]] = set()
    for place, duty in enumerate(survey.duties, 1):
        if not isinstance(duty.collected, str):
            mistakes += [
                Mistake("survey.toml", f"duties.{place}.collected", f"{code} は団体一覧にありません。")
                for code in duty.collected
                if roster.by_code(code) is None
            ]
        mistakes += _unknown_kinds(place, duty, survey, roster)
        pairs = {(body.lgcode, duty.program) for body in roster.of_kind(*duty.respondents)}
        if owed & pairs:
            reason = f"制度等 {duty.program} の同じ団体に、提出義務が2つ定められています。"
            mistakes.append(Mistake("survey.toml", f"duties.{place}.respondents", reason))
        owed |= pairs
    return (*mistakes, *_both_ways(survey, roster, owed))


def _unknown_kinds(place: int, duty: Duty, survey: Survey, roster: Roster) -> Iterator[Mistake]:
    """Of a survey with a roster of its own: words for which it has no body."""
    known = sorted({body.kind for body in roster})
    for n, kind in enumerate(duty.respondents, 1):
        if survey.roster and kind not in known:
            told = f"{survey.roster} にありません（{'、'.join(known)}）。{perhaps(kind, known)}"
            reason = f"kind が「{kind}」の団体は、{told}"
            yield Mistake("survey.toml", f"duties.{place}.respondents.{n}", reason)


def _both_ways(survey: Survey, roster: Roster, owed: set[tuple[str, str]]) -> Iterator[Mistake]:
    """Bodies that would answer one program both themselves and through their prefecture."""
    for place, duty in enumerate(survey.duties, 1):
        collectors = (body for body in roster.of_kind(*duty.respondents) if body.kind == "prefecture")
        collected = {(code, duty.program) for body in collectors for code in _collected(duty, body, roster)}
        if twice := sorted(code for code, _ in collected & owed):
            names = "、".join(f"{code} {body.name}" for code in twice[:3] if (body := roster.by_code(code)))
            more = f"ほか{len(twice) - 3}団体" if len(twice) > 3 else ""
            reason = f"自ら回答する団体（{names}{more}）を、都道府県の取りまとめにも入れています。"
            yield Mistake("survey.toml", f"duties.{place}.collected", reason)


def working_days_left(at: datetime, deadline: datetime, holidays: Collection[date]) -> int:
    """営業日: the working days (Mon–Fri, no holiday) after the day of `at`, up to the day of `deadline`.

    Both instants are aware; days are days in Japan. 0 on the last day and after it.
    """
    today, last = in_jst(at).date(), in_jst(deadline).date()
    days = (today + timedelta(days=n) for n in range(1, (last - today).days + 1))
    return sum(is_working_day(day, holidays) for day in days)


def is_working_day(day: date, holidays: Collection[date]) -> bool:
    """Monday to Friday and no holiday."""
    return day.weekday() < _SATURDAY and day not in holidays


def _collected(duty: Duty, body: Body, roster: Roster) -> tuple[str, ...]:
    """What this respondent collects: nothing unless it is a prefecture."""
    if body.kind != "prefecture" or duty.collected == "none":
        return ()
    if duty.collected == "municipalities":
        return tuple(b.lgcode for b in roster.collected_by(body))
    return tuple(sorted(code for code in duty.collected if code[:2] == body.lgcode[:2]))
