"""Who owes what: the numbers follow from the notice's 記１, 記３ and 記４ and from the counts of bodies."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from config.errors import SurveyError
from config.jst import JST
from config.load import load_survey
from config.obligations import Obligation, check_against, obligations, working_days_left
from config.roster import Roster
from config.survey import Survey
from tests.config.surveys_at_hand import TINY


@pytest.fixture(scope="module")
def owed(survey: Survey, roster: Roster) -> dict[tuple[str, str], Obligation]:
    return {(o.lgcode, o.program): o for o in obligations(survey, roster)}


def test_454_obligations(owed: dict[tuple[str, str], Obligation]) -> None:
    assert len(owed) == 454
    assert Counter(program for _, program in owed) == {
        "nanbyo": 67, "shoman": 129, "yobosesshu": 129, "kenshin": 129,
    }  # fmt: skip


def test_a_prefecture_owes_four_a_designated_city_four_a_core_city_three(
    owed: dict[tuple[str, str], Obligation],
) -> None:
    def programs(lgcode: str) -> list[str]:
        return [program for code, program in owed if code == lgcode]

    assert programs("140007") == ["nanbyo", "shoman", "yobosesshu", "kenshin"]
    assert programs("141003") == ["nanbyo", "shoman", "yobosesshu", "kenshin"]
    assert programs("142018") == ["shoman", "yobosesshu", "kenshin"]
    assert programs("143839") == []


@pytest.mark.parametrize("program", ["yobosesshu", "kenshin"])
def test_prefectures_collect_1659_rows_and_their_own_sheet_is_welcome(
    owed: dict[tuple[str, str], Obligation], roster: Roster, program: str
) -> None:
    prefectures = [owed[body.lgcode, program] for body in roster.of_kind("prefecture")]
    assert sum(len(o.collected) for o in prefectures) == 1659
    assert len({code for o in prefectures for code in o.collected}) == 1659
    assert {o.own for o in prefectures} == {"welcome"}
    cities = [owed[body.lgcode, program] for body in roster.of_kind("designated", "core")]
    assert {(o.own, o.collected) for o in cities} == {("demanded", ())}


def test_only_tokyo_collects_shoman_from_its_seven_wards(
    owed: dict[tuple[str, str], Obligation], roster: Roster
) -> None:
    collecting = {
        code: o.collected for (code, program), o in owed.items() if program == "shoman" and o.collected
    }
    assert list(collecting) == ["130001"]
    bodies = [roster.by_code(code) for code in collecting["130001"]]
    assert {body.name for body in bodies if body} == {
        "港区", "世田谷区", "荒川区", "江戸川区", "中野区", "板橋区", "豊島区",
    }  # fmt: skip
    assert {o.own for (_, program), o in owed.items() if program in ("nanbyo", "shoman")} == {"demanded"}


def test_a_second_survey_needs_no_python(roster: Roster) -> None:
    tiny = load_survey(TINY)
    assert len(obligations(tiny, roster)) == 62  # the core cities
    assert [q.key for q in tiny.form("sheet").questions] == ["1", "2", "3"]


def test_bodies_that_are_not_in_the_roster_are_told(survey: Survey, roster: Roster) -> None:
    wards = survey.duties[1].changed({"collected": ("131032", "139999")})
    wrong = survey.changed({"duties": (survey.duties[0], wards)})
    assert [str(m) for m in check_against(wrong, roster)] == [
        "survey.toml: duties.2.collected: 「139999」という団体コード、種別は団体一覧にありません。"
    ]
    with pytest.raises(SurveyError):
        obligations(wrong, roster)


def test_the_same_thing_owed_twice_is_told(survey: Survey, roster: Roster) -> None:
    wrong = survey.changed({"duties": (*survey.duties, survey.duties[0])})
    assert [m.key for m in check_against(wrong, roster)] == ["duties.7.respondents"]


@pytest.mark.parametrize(
    ("at", "left"),
    [
        (datetime(2023, 7, 7, 9, tzinfo=JST), 9),  # 10–14 (5), 18–21 (4); 17 July is 海の日
        (datetime(2023, 7, 14, 10, tzinfo=JST), 4),
        (datetime(2023, 7, 15, 10, tzinfo=JST), 4),  # Saturday
        (datetime(2023, 7, 17, 10, tzinfo=JST), 4),
        (datetime(2023, 7, 18, 0, tzinfo=JST), 3),
        (datetime(2023, 7, 20, 23, 59, tzinfo=JST), 1),
        (datetime(2023, 7, 20, 15, 0, tzinfo=UTC), 0),  # the 21st has begun in Japan
        (datetime(2023, 7, 21, 16, 59, tzinfo=JST), 0),
        (datetime(2023, 8, 1, tzinfo=JST), 0),
    ],
)
def test_working_days_left(survey: Survey, at: datetime, left: int) -> None:
    assert working_days_left(at, survey.deadline, survey.calendar.holidays) == left


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        working_days_left(datetime(2023, 7, 7), datetime(2023, 7, 21), frozenset({date(2023, 7, 17)}))  # noqa: DTZ001


def test_a_subject_that_no_folder_takes_as_a_name_is_told(roster: Roster) -> None:
    """公 takes three bytes, and a name of a file at most 255."""
    tiny = load_survey(TINY)
    longest = max((body.full_name for body in roster), key=len)
    most = (255 - len(f"【{longest}】.xlsx".encode())) // 3
    fitting, beyond = (
        tiny.changed({"convention": tiny.convention.changed({"text": "公" * length})}) for length in (most, most + 1)
    )
    assert check_against(fitting, roster) == ()
    (mistake,) = check_against(beyond, roster)
    assert (mistake.key, mistake.reason[-12:]) == ("convention.text", "1文字以上短くしてください。"[-12:])
