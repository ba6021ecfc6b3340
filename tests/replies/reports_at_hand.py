"""Reports built by hand for the tests of this folder: the same prefecture and country at four instants.

Who answered by when follows a plain rule (a body's place in the list), so that a test can count for itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from config.obligations import working_days_left
from config.roster import Body, Roster
from config.survey import Program, Survey
from intake.finding import CATALOGUE, Finding
from replies.reports.data import (
    CityCell,
    CityLine,
    Contact,
    FindingCount,
    MunicipalityCell,
    MunicipalityLine,
    Occasion,
    OpenCorrection,
    Overview,
    PrefectureReport,
    ProgramLine,
    ProgramTotal,
    QuestionCount,
    Queue,
    Receipts,
    Tally,
    Tile,
    Waiting,
)
from replies.states import State
from tests.municipalities import municipalities

INSTANTS = {"start": "07 18:00:00", "middle": "19 12:30:00", "hour": "21 16:00:00", "after": "21 19:05:00"}
SHARE = {"start": 0, "middle": 55, "hour": 90, "after": 96}  # per cent of the bodies that are accepted

POSITION = Finding("field_missing", "error", sheet="様式", cell="D8", label="担当部署名")
ANSWER = Finding(
    "answer_not_a_choice", "error", sheet="様式", cell="E25", question="7-1", found="一部取得している"
)
TEXT = Finding("text_missing", "error", sheet="様式", cell="F33", question="8-1", label="別途の資料")


def at(text: str) -> datetime:
    """Day and time of July 2023, JST: "20 14:03:12"."""
    return datetime.fromisoformat(f"2023-07-{text.replace(' ', 'T')}+09:00")


def occasion(when: str, survey: Survey) -> Occasion:
    """One of INSTANTS."""
    instant = at(INSTANTS[when])
    return Occasion(
        at=instant,
        deadline=survey.deadline,
        correct_by=survey.correct_by,
        working_days_left=working_days_left(instant, survey.deadline, survey.calendar.holidays),
        survey_title=survey.title,
        ministry=survey.phrases.ministry,
    )


def state_at(place: int, count: int, when: str) -> State:
    """What became of the body at this place of a list: the first ones answered first, then come one
    correction and one that is held, and then those that are silent."""
    answered = count * SHARE[when] // 100
    if place < answered:
        return "accepted"
    if when == "start" or place > answered + 1:
        return "outstanding"
    return "correction" if place == answered else "held"


def prefecture_report(when: str, survey: Survey, roster: Roster, code: str = "14") -> PrefectureReport:
    """One prefecture at one of INSTANTS; `code`: its two digits."""
    prefecture = next(b for b in roster.of_kind("prefecture") if b.lgcode[:2] == code)
    bodies = municipalities(roster, prefecture)
    lines = tuple(_municipality(n, body, len(bodies), when, survey) for n, body in enumerate(bodies))
    return PrefectureReport(
        occasion=occasion(when, survey),
        code=code,
        name=prefecture.name,
        honorific=roster.honorific(prefecture),
        programs=tuple(_program(p, lines, when, survey) for p in survey.programs),
        municipalities=lines,
        corrections=_corrections(lines, survey),
    )


COLLECTED = ("yobosesshu", "kenshin")


def _municipality(place: int, body: Body, count: int, when: str, survey: Survey) -> MunicipalityLine:
    cells = []
    now = at(INSTANTS[when])
    for number, program in enumerate(COLLECTED):
        state = state_at(place + 3 * number, count, when)
        accepted = state == "accepted"
        cells.append(
            MunicipalityCell(
                program=program,
                state=state,
                received_at=min(at("12 09:00:00") + timedelta(hours=5 * place), now) if accepted else None,
                late=accepted and when == "after" and place % 20 == 7,
                direct=place == 4,
                correction_open=accepted and place == 2,
                extended_to=at("25 12:00:00") if place == count - 1 and when == "after" else None,
            )
        )
    return MunicipalityLine(body.lgcode, body.name, tuple(cells))


def tally(lines: tuple[MunicipalityLine, ...], program: str) -> Tally:
    """Counted from the lines."""
    states = [cell.state for line in lines for cell in line.cells if cell.program == program]
    return Tally(
        total=len(states),
        accepted=states.count("accepted"),
        correction=states.count("correction"),
        held=states.count("held"),
        outstanding=states.count("outstanding"),
    )


OWN: dict[str, tuple[State, State, State, State]] = {  # at the four instants
    "nanbyo": ("outstanding", "accepted", "accepted", "accepted"),
    "shoman": ("outstanding", "correction", "outstanding", "accepted"),
}


def _program(program: Program, lines: tuple[MunicipalityLine, ...], when: str, survey: Survey) -> ProgramLine:
    mailbox = survey.mailbox(program.mailbox)
    own = OWN[program.id][list(INSTANTS).index(when)] if program.id in OWN else None
    collected = tally(lines, program.id) if program.id in COLLECTED else None
    return ProgramLine(
        program=program.id,
        name=program.name,
        form_title=survey.form(program.form).title,
        contact=Contact(mailbox.address, mailbox.section, mailbox.telephone, program.extension),
        state=own or _collected_state(collected),
        own="demanded" if program.id in OWN else "welcome",
        own_state=own,
        collected=collected,
        late=when == "after" and program.id == "shoman",
        received_at=at("19 10:15:00") if own == "accepted" or (collected and collected.accepted) else None,
        version=2 if program.id == "kenshin" and when != "start" else 0,
        open_corrections=int(own == "correction") + (collected.correction if collected else 0),
    )


def _collected_state(counted: Tally | None) -> State:
    if counted is None or counted.accepted == 0:
        return "outstanding"
    return "accepted" if counted.accepted == counted.total else "held" if counted.held else "partial"


def _corrections(lines: tuple[MunicipalityLine, ...], survey: Survey) -> tuple[OpenCorrection, ...]:
    return tuple(
        OpenCorrection(
            lgcode=line.lgcode,
            body=line.name,
            program=cell.program,
            program_name=survey.program(cell.program).name,
            receipt="Y-0123",
            since=at("18 11:20:05"),
            filename="【神奈川県】マイナンバーアンケート回答.xlsx",
            findings=(POSITION, ANSWER, TEXT),
        )
        for line in lines
        for cell in line.cells
        if cell.state == "correction"
    )


def cities(roster: Roster, survey: Survey, when: str, prefecture: str = "") -> tuple[CityLine, ...]:
    """The cities that answer by themselves, of one prefecture or of all."""
    found = [b for b in roster.of_kind("designated", "core") if prefecture in ("", b.prefecture)]
    return tuple(_city(n, body, len(found), when, survey) for n, body in enumerate(found))


def _city(place: int, body: Body, count: int, when: str, survey: Survey) -> CityLine:
    kind = "designated" if body.kind == "designated" else "core"
    owed = [p for p in survey.programs if kind == "designated" or p.id != "nanbyo"]
    cells = (CityCell(p.id, p.name, state_at(place + 4 * n, count, when)) for n, p in enumerate(owed))
    return CityLine(body.lgcode, body.name, kind, tuple(cells), body.prefecture)


def overview(when: str, survey: Survey, roster: Roster) -> Overview:
    """The country at one of INSTANTS."""
    return Overview(
        occasion=occasion(when, survey),
        tiles=tuple(_tile(n, b, when, roster) for n, b in enumerate(roster.of_kind("prefecture"))),
        cities=cities(roster, survey, when),
        programs=tuple(_total(p, when) for p in survey.programs),
        receipts=tuple(_receipts(p, n, when) for n, p in enumerate(survey.programs)),
        waiting=_waiting(when, survey),
        findings=_findings(when),
        questions=_questions(when),
    )


def _tile(place: int, prefecture: Body, when: str, roster: Roster) -> Tile:
    total = 2 + 2 * len(municipalities(roster, prefecture))
    share = min(100, max(0, SHARE[when] + (place * 37) % 41 - 25)) if SHARE[when] else 0
    accepted = total * share // 100
    stuck = min(total - accepted, 2) if share else 0
    return Tile(prefecture.lgcode[:2], prefecture.name, total, accepted, stuck, 0)


TOTALS = {"nanbyo": 67, "shoman": 129, "yobosesshu": 129, "kenshin": 129}


def _total(program: Program, when: str) -> ProgramTotal:
    total = TOTALS[program.id]
    states = [state_at(n, total, when) for n in range(total)]
    return ProgramTotal(
        program=program.id,
        name=program.name,
        total=total,
        accepted=states.count("accepted"),
        partial=0,
        correction=states.count("correction"),
        held=states.count("held"),
        outstanding=states.count("outstanding"),
        late=3 if when == "after" else 0,
        unmended=1 if when == "after" and program.id == "shoman" else 0,
    )


def _receipts(program: Program, number: int, when: str) -> Receipts:
    """The n-th acceptance stands at a place of its own between 10 July and now, denser towards the end."""
    accepted = _total(program, when).accepted
    begin = at("10 09:00:00") + timedelta(hours=6 * number)
    length = at(INSTANTS[when]) - begin
    points = tuple((begin + length * (n / accepted) ** 0.5, n) for n in range(1, accepted + 1))
    return Receipts(program.id, program.name, TOTALS[program.id], points)


QUEUES: tuple[Queue, ...] = ("alarm", "outbox", "submission", "inquiry", "reply")


def _waiting(when: str, survey: Survey) -> tuple[Waiting, ...]:
    """43 things, 1, 4, 9 … hours old; every third one an open correction."""
    if when == "start":
        return ()
    now = at(INSTANTS[when])
    found = []
    for n in range(1, 44):
        queue = None if n % 3 == 0 else QUEUES[n % 5]
        program = survey.programs[n % 4].name
        found.append(
            Waiting(queue, now - timedelta(hours=n * n / 12), f"N-{n:04}", "神奈川県鎌倉市", program)
        )
    return tuple(sorted(found, key=lambda w: w.since))


def _findings(when: str) -> tuple[FindingCount, ...]:
    if when == "start":
        return ()
    codes = [code for code, entry in CATALOGUE.items() if entry.severity == "error"][:12]
    return tuple(FindingCount(code, 60 - 5 * n, 40 - 3 * n) for n, code in enumerate(codes))


def _questions(when: str) -> tuple[QuestionCount, ...]:
    if when == "start":
        return ()
    keys = ("7-4", "8-1", "2", "10", "7-1", "6", "9", "1-1", "3", "5")
    return tuple(QuestionCount("別添１", f"Q{key}", 48 - 4 * n, 30 - 2 * n) for n, key in enumerate(keys))
