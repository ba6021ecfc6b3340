"""提出義務: who owes which program, with which parts, and the working days that are left.

Pure functions over a survey and a roster. Says what is owed, never what was handed in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

from config.errors import Mistake, SurveyError
from config.frozen import frozen
from config.jst import in_jst
from config.names import perhaps
from config.roster import COLLECTED_KINDS, Body, Roster
from config.survey import Duty, OwnPart, Survey

_SATURDAY = 5
_MOST_BYTES = 255  # of the name of a file, on ext4 as on a share of Windows
_LONGEST_CODE = 20


@frozen
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
        Obligation(body.lgcode, duty.program, duty.own, collected, duty.deadline, duty.correct_by)
        for duty in survey.duties
        for body, collected in _owing(duty, roster)
    ]
    order = {program.id: place for place, program in enumerate(survey.programs)}
    return tuple(sorted(found, key=lambda o: (order[o.program], o.lgcode)))


def filling_in(owed: Iterable[Obligation]) -> Iterator[tuple[str, str, str]]:
    """(lgcode, program, lgcode of who collects it, or empty) of everybody that fills in a form: whoever answers itself,
    and whoever is collected; not who only collects."""
    for o in owed:
        if o.own != "none":
            yield o.lgcode, o.program, ""
        yield from ((code, o.program, o.lgcode) for code in o.collected)


def deadline_of(survey: Survey, form: str, kinds: Collection[str], lgcode: str = "") -> datetime:
    """The deadline that the survey sets for the answers on a form of bodies of these kinds, or of one of them: of the
    duties under which they answer or are collected the last, the survey's where there is none."""
    programs = {program.id for program in survey.programs if program.form == form}
    mine = frozenset(kinds) | {lgcode}
    found = [
        duty.deadline or survey.deadline
        for duty in survey.duties
        if duty.program in programs and mine & (_collected_words(duty) | {*duty.respondents})
    ]
    return max(found, default=survey.deadline)


def check_against(survey: Survey, roster: Roster) -> tuple[Mistake, ...]:
    """The survey's mistakes that only the roster shows; empty if there are none."""
    mistakes: list[Mistake] = []
    owed: set[tuple[str, str]] = set()
    collected: set[tuple[str, str]] = set()
    for place, duty in enumerate(survey.duties, 1):
        mistakes += _unknown_kinds(place, duty, survey, roster)
        mistakes += _uncollected(place, duty, roster)
        pairs = {(body.lgcode, duty.program) for body in roster.of_kind(*duty.respondents)}
        if owed & pairs:
            reason = f"制度等 {duty.program} の同じ団体に、提出義務が2つ定められています。"
            mistakes.append(Mistake("survey.toml", f"duties.{place}.respondents", reason))
        owed |= pairs
        rows = {(code, duty.program) for codes in _collected(duty, roster).values() for code in codes}
        if collected & rows:
            named = _named(collected & rows, roster)
            reason = f"制度等 {duty.program} の同じ団体を、2つの提出義務で取りまとめます（{named}）。"
            mistakes.append(Mistake("survey.toml", f"duties.{place}.collected", reason))
        collected |= rows
    return (*mistakes, *_both_ways(survey, roster, owed), *_long_names(survey, roster))


def _long_names(survey: Survey, roster: Roster) -> Iterator[Mistake]:
    """A mistake where the convention's subject, as the name of a file, is too long for a folder with the longest name
    of a body."""
    longest = max((body.full_name for body in roster), key=len, default="")
    over = len(f"{survey.convention.written(longest, '0' * _LONGEST_CODE)}.xlsx".encode()) - _MOST_BYTES
    if over > 0:
        reason = f"ファイルの名前としては長すぎます。{(over + 2) // 3}文字以上短くしてください。"
        yield Mistake("survey.toml", "convention.text", reason)


def _unknown_kinds(place: int, duty: Duty, survey: Survey, roster: Roster) -> Iterator[Mistake]:
    """The words of a survey for kinds of which its own roster has no body."""
    known = sorted({body.kind for body in roster})
    for n, kind in enumerate(duty.respondents, 1):
        if survey.roster and kind not in known:
            told = f"{survey.roster} にありません（{'、'.join(known)}）。{perhaps(kind, known)}"
            reason = f"kind が「{kind}」の団体は、{told}"
            yield Mistake("survey.toml", f"duties.{place}.respondents.{n}", reason)


def _uncollected(place: int, duty: Duty, roster: Roster) -> Iterator[Mistake]:
    """Mistakes about what a duty would have collected, and nobody collects."""
    known = {body.kind for body in roster}
    lists = _collected(duty, roster)
    words = () if isinstance(duty.collected, str) else duty.collected
    unknown = [word for word in words if word not in known and roster.by_code(word) is None]
    for word in unknown:
        reason = f"「{word}」という団体コード、種別は団体一覧にありません。{perhaps(word, known)}"
        yield Mistake("survey.toml", f"duties.{place}.collected", reason)
    if left := lists.get("", ()):
        named = _named({(code, "") for code in left}, roster)
        reason = f"取りまとめる団体（{'、'.join(duty.respondents)}）が上位にない団体があります（{named}）。"
        yield Mistake("survey.toml", f"duties.{place}.collected", reason)
    elif _collected_words(duty) and not (lists or unknown):
        yield Mistake("survey.toml", f"duties.{place}.collected", "取りまとめるものが1つもありません。")


def _both_ways(survey: Survey, roster: Roster, owed: set[tuple[str, str]]) -> Iterator[Mistake]:
    """Bodies that would answer one program both themselves and through another."""
    for place, duty in enumerate(survey.duties, 1):
        collected = {(code, duty.program) for codes in _collected(duty, roster).values() for code in codes}
        if collected & owed:
            reason = f"自ら回答する団体（{_named(collected & owed, roster)}）を、取りまとめにも入れています。"
            yield Mistake("survey.toml", f"duties.{place}.collected", reason)


def _named(pairs: Collection[tuple[str, str]], roster: Roster) -> str:
    """The first of these bodies, and how many more there are."""
    codes = sorted({code for code, _ in pairs})
    names = "、".join(f"{code} {body.name}" for code in codes[:3] if (body := roster.by_code(code)))
    return names + (f"ほか{len(codes) - 3}団体" if len(codes) > 3 else "")


def working_days_left(at: datetime, deadline: datetime, holidays: Collection[date]) -> int:
    """営業日: the working days (Mon–Fri, no holiday) after the day of `at`, up to the day of `deadline`.

    Both instants are aware; days are days in Japan. 0 on the last day and after it.
    """
    today, last = in_jst(at).date(), in_jst(deadline).date()
    days = (today + timedelta(days=n) for n in range(1, (last - today).days + 1))
    return sum(is_working_day(day, holidays) for day in days)


def is_working_day(day: date, holidays: Collection[date]) -> bool:
    """Whether a day is Monday to Friday and no holiday."""
    return day.weekday() < _SATURDAY and day not in holidays


def _owing(duty: Duty, roster: Roster) -> Iterator[tuple[Body, tuple[str, ...]]]:
    """Each body that owes something by a duty, with the codes of what it collects."""
    lists = _collected(duty, roster)
    for body in roster.of_kind(*duty.respondents):
        collected = lists.get(body.lgcode, ())
        if collected or duty.own != "none":
            yield body, collected


def _collected(duty: Duty, roster: Roster) -> Mapping[str, tuple[str, ...]]:
    """Collector -> the codes of whose answers it collects: each by the nearest respondent to whom it belongs; by nobody
    ("") where there is none."""
    return _nearest(duty.respondents, _collected_words(duty), roster)


@lru_cache(maxsize=64)  # many duties of a survey collect the same from the same, and it is asked of each several times
def _nearest(respondents: tuple[str, ...], words: frozenset[str], roster: Roster) -> Mapping[str, tuple[str, ...]]:
    collectors = {body.lgcode for body in roster.of_kind(*respondents)}
    found: dict[str, list[str]] = {}
    for body in roster if words else ():
        if body.kind in words or body.lgcode in words:
            nearest = (above.lgcode for above in roster.above(body) if above.lgcode in collectors)
            found.setdefault(next(nearest, ""), []).append(body.lgcode)
    return {collector: tuple(codes) for collector, codes in found.items()}


def _collected_words(duty: Duty) -> frozenset[str]:
    """The kinds and the codes of the bodies that a duty collects."""
    if isinstance(duty.collected, str):
        return COLLECTED_KINDS if duty.collected == "municipalities" else frozenset()
    return frozenset(duty.collected)
