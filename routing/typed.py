"""What officials type: the number of a mail, a body by name or code, a program by name or id, a day and an hour.

Full-width figures count as figures. What can be meant in two ways is refused with what it could mean; nothing is
guessed but the year, which is the survey's.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time

from config.jst import JST
from config.patterns import pattern
from config.roster import Body
from config.spelling import nfkc
from routing.register import Register
from routing.who import Refused


class NotAnInstant(Refused):
    """What was typed is no day and time; the text says how to write one."""


_INSTANT = pattern(
    r"(?:(?:(?P<year>\d{4})[-/.年]|令和(?P<era>\d{1,2}|元)年))?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
    r"(?:\([月火水木金土日](?:曜日?)?\))?"
    r"(?:[T ]*(?P<half>午前|午後)?(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"|時(?:(?P<min2>\d{1,2})分(?:(?P<sec2>\d{1,2})秒)?)?))?"
)
_EXAMPLES = "2023-07-20T15:00、7/20 15:00、7月20日15時00分 のように書いてください"


def folded(text: str) -> str:
    """Full-width figures and letters as half-width ones, without what surrounds them."""
    return nfkc(text).strip()


LONGEST = 100  # characters of a name, a code, a day and hour


def _short(text: str, refused: type[Refused] = Refused) -> str:
    """What was typed, folded; a text longer than any is refused, and not looked at. Raises `refused`."""
    if len(text.strip()) > LONGEST:
        raise refused(f"{text.strip()[:20]}…：長すぎます（{len(text):,}字）。{LONGEST}字までにしてください。")
    return folded(text)


def instant(text: str, register: Register, hour: time | None = None) -> datetime:
    """Day and time, in Japan's time where no offset tells another. A bare day takes `hour`, or is refused where there is
    none; a day without a year is the one nearest the deadline. Raises NotAnInstant."""
    plain = _short(text, NotAnInstant)
    try:
        day, at = _iso(plain) or _japanese(plain, register.survey.deadline)
    except ValueError as wrong:
        raise NotAnInstant(f"{text}: 日時として読めません。{_EXAMPLES}。") from wrong
    if at is not None:
        return at
    if hour is None:
        raise NotAnInstant(f"{text}: 時刻も指定してください。{_EXAMPLES}。")
    return datetime.combine(day, hour, JST)


def _iso(text: str) -> tuple[date, datetime | None] | None:
    try:
        return date.fromisoformat(text), None
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.date(), at if at.tzinfo else at.replace(tzinfo=JST)


def _japanese(text: str, deadline: datetime) -> tuple[date, datetime | None]:
    """Raise ValueError."""
    told = _INSTANT.fullmatch(re.sub(r"(?<=[年月日時分)]) +| +(?=\()", "", text))
    if told is None:
        raise ValueError(text)
    month, day = int(told["month"]), int(told["day"])
    if told["year"] or told["era"]:
        year = int(told["year"] or 0) or 2018 + (1 if told["era"] == "元" else int(told["era"]))
        on = date(year, month, day)
    else:
        on = _nearest(month, day, deadline.date())
    if told["hour"] is None:
        return on, None
    hour = int(told["hour"])
    if told["half"] and hour > 12:
        raise ValueError(text)
    hour = hour % 12 + 12 * (told["half"] == "午後") if told["half"] else hour
    minute, second = (int(told[a] or told[b] or 0) for a, b in (("minute", "min2"), ("second", "sec2")))
    return on, datetime.combine(on, time(hour, minute, second), JST)


def _nearest(month: int, day: int, to: date) -> date:
    found = []
    for year in (to.year - 1, to.year, to.year + 1):
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    if not found:
        raise ValueError(f"{month}/{day}")
    return min(found, key=lambda on: abs(on - to))


def body(text: str, register: Register) -> Body:
    """The body with this code (of six digits, also without the check digit), or of this name. Raises Refused."""
    plain = _short(text)
    coded = register.roster.by_any_code(plain)
    if found := [b for b in coded if len(coded) == 1 or b.lgcode[:5] == plain]:
        return found[0]
    how = _OWN_CODE if register.survey.roster else _CODE
    if plain.isdigit():
        raise Refused(f"団体コード {plain} は団体一覧にありません。{how}")
    match = register.roster.find(plain)
    if match.status == "found":
        return match.bodies[0]
    if match.status == "ambiguous":
        raise Refused(f"{text} という団体は幾つかあります。団体コードで指定してください：{_listed(match.bodies)}")
    near = f"もしかして：{_listed(match.near)}" if match.near else how
    raise Refused(f"{text} は団体一覧にありません。{near}")


_CODE = "６桁の全国地方公共団体コードか、団体の名称を指定してください。"
_OWN_CODE = "調査の団体一覧の code か、団体の名称を指定してください。"


def _listed(bodies: tuple[Body, ...]) -> str:
    return "、".join(f"{b.full_name}（{b.lgcode}）" for b in bodies[:10])


def program(text: str, register: Register) -> str:
    """The id of the program with this id or name. Raises Refused."""
    plain = _short(text)
    for each in register.survey.programs:
        if plain.lower() == each.id or plain == folded(each.name):
            return each.id
    known = "、".join(f"{p.name}（{p.id}）" for p in register.survey.programs)
    raise Refused(f"{text} という制度等はありません（{known}）。")
