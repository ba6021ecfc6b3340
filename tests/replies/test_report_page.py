"""A prefecture's page: its figures are the report's, it fetches and runs nothing, and it escapes everything."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from config.roster import Roster, load_roster
from config.survey import Survey
from replies.reports.data import MunicipalityLine, PrefectureReport
from replies.reports.page import prefecture_page
from replies.wording import load_wording
from tests.replies.letters_at_hand import the_survey
from tests.replies.pages_at_hand import Element, parsed
from tests.replies.reports_at_hand import INSTANTS, POSITION, prefecture_report, tally

HOSTILE = """<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}&amp;'\u202e"""


@pytest.fixture(scope="module")
def survey() -> Survey:
    return the_survey()


@pytest.fixture(scope="module")
def roster() -> Roster:
    return load_roster()


def page(report: PrefectureReport, survey: Survey) -> Element:
    return parsed(prefecture_page(report, survey, load_wording()))


@pytest.mark.parametrize("when", INSTANTS)
def test_the_picture_of_progress_shows_the_counts(when: str, survey: Survey, roster: Roster) -> None:
    report = prefecture_report(when, survey, roster)
    drawings = page(report, survey).all(of_class="bars")[0].all("svg")
    assert len(drawings) == 4
    for drawing, program in zip(drawings[2:], ("yobosesshu", "kenshin"), strict=True):
        counted = tally(report.municipalities, program)
        shown = [t.text for t in drawing.all("text")]
        assert shown[1] == f"受付 {counted.accepted}／29件"
        counts = (counted.accepted, counted.correction, counted.held, counted.outstanding)
        assert shown[2:] == [str(count) for count in counts if count]


def test_the_pieces_of_a_bar_fill_it_and_even_one_body_is_seen(survey: Survey, roster: Roster) -> None:
    """27 accepted, 1 to be corrected, 1 held: the two small ones are widened, the large one is what is left."""
    drawing = page(prefecture_report("after", survey, roster), survey).all(of_class="bars")[0].all("svg")[2]
    pieces = [(float(r.attributes["x"]), float(r.attributes["width"])) for r in drawing.all("rect")]
    assert [width for _, width in pieces] == [432.0, 24.0, 24.0]
    assert [x for x, _ in pieces] == [1.0, 433.0, 457.0]


@pytest.mark.parametrize("when", INSTANTS)
def test_every_municipality_stands_on_the_page_with_its_states(
    when: str, survey: Survey, roster: Roster
) -> None:
    report = prefecture_report(when, survey, roster)
    table = page(report, survey).all("table", "municipalities")[0]
    rows = table.rows()
    assert [row[0] for row in rows] == [m.lgcode + m.name for m in report.municipalities]
    for column, program in ((1, "yobosesshu"), (2, "kenshin")):
        counted = tally(report.municipalities, program)
        assert sum("○ 受付済み" in row[column] for row in rows) == counted.accepted
        assert sum("□ 未提出" in row[column] for row in rows) == counted.outstanding


def test_the_first_table_says_what_is_left_and_asked(survey: Survey, roster: Roster) -> None:
    rows = page(prefecture_report("hour", survey, roster), survey).all("table", "programs")[0].rows()
    assert rows[0][0] == "難病" and {"○ 受付済み", "―", "7/19 10:15"} <= set(rows[0])
    assert rows[1][-2:] == [
        "神奈川県分",
        "貴県の別添１を、n_mynumber@mhlw.go.jp あてにお送りください。",
    ]
    assert "26／29団体" in rows[2]


def test_marks_stand_beside_the_time_of_receipt(survey: Survey, roster: Roster) -> None:
    rows = page(prefecture_report("after", survey, roster), survey).all("table", "municipalities")[0].rows()
    for row, told in ((4, ("○ 受付済み", "7/13 05:00", "直接送付あり")), (7, ("○ 受付済み", "7/13 20:00", "期限後に受領"))):
        assert [words for words in told if words not in rows[row][1]] == []


def test_each_state_is_told_in_words_wherever_it_is_coloured(survey: Survey, roster: Roster) -> None:
    states = page(prefecture_report("middle", survey, roster), survey).all("span", "state")
    assert len(states) > 60
    names = {f"{load_wording().report[f'symbol_{k}']} {v}" for k, v in load_wording().state.items()}
    assert {element.text for element in states} <= names


def test_open_corrections_are_told_and_those_of_cities_are_not(survey: Survey, roster: Roster) -> None:
    report = prefecture_report("middle", survey, roster)
    seen = page(report, survey)
    articles = seen.all("article")
    assert [a.all("h3")[0].text for a in articles] == ["座間市　自治体検診", "葉山町　予防接種"]
    assert "「様式」シート　セル E25　Q7-1" in articles[0].text
    said = prefecture_page(report, survey, load_wording())
    assert not [city for city in ("横浜市", "川崎市", "相模原市", "横須賀市") if city in said]


def test_hostile_words_are_text_and_nothing_else(survey: Survey, roster: Roster) -> None:
    report = prefecture_report("middle", survey, roster)
    found = replace(POSITION, sheet=HOSTILE, label=HOSTILE, cell=HOSTILE)
    hostile = replace(
        report,
        name=HOSTILE,
        honorific=HOSTILE,
        programs=(replace(report.programs[0], name=HOSTILE), *report.programs[1:]),
        municipalities=(
            MunicipalityLine(HOSTILE, HOSTILE, report.municipalities[0].cells),
            *report.municipalities[1:],
        ),
        corrections=(replace(report.corrections[0], body=HOSTILE, filename=HOSTILE, findings=(found,)),),
    )
    seen = page(hostile, survey)
    assert seen.all("script") == seen.all("img") == []
    assert not [e for e in seen.all() if any(name.startswith("on") for name in e.attributes)]
    shown = HOSTILE.replace("\u202e", "‹U+202E›")  # the direction mark is told, all else stands as it is
    assert seen.all("h1")[0].text == f"{shown}　提出状況一覧"
    assert seen.all("table", "municipalities")[0].rows()[0][0] == " ".join((shown + shown).split())
    assert "\u202e" not in seen.text


def test_the_page_is_self_contained(survey: Survey, roster: Roster) -> None:
    told = prefecture_page(prefecture_report("middle", survey, roster), survey, load_wording())
    seen = parsed(told)
    assert seen.all("script") == seen.all("link") == seen.all("iframe") == []
    assert not [e for e in seen.all() if {"src", "href"} & set(e.attributes)]
    assert not re.search(r"https?://|@import|url\((?!#)", told)
    policies = [e.attributes["content"] for e in seen.all("meta") if "http-equiv" in e.attributes]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_it_is_made_for_phones_and_for_paper(survey: Survey, roster: Roster) -> None:
    told = prefecture_page(prefecture_report("middle", survey, roster), survey, load_wording())
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in told
    assert "@media print" in told
    assert "@media (max-width: 640px)" in told
    assert told.count('<html lang="ja">') == 1


def test_equal_reports_give_equal_pages(survey: Survey, roster: Roster) -> None:
    pages = {
        prefecture_page(prefecture_report("after", survey, roster), survey, load_wording()) for _ in "12"
    }
    assert len(pages) == 1


@pytest.mark.parametrize("when", INSTANTS)
def test_the_legend_names_every_mark_that_the_page_shows(when: str, survey: Survey, roster: Roster) -> None:
    report = prefecture_report(when, survey, roster)
    cells = [replace(cell, state="correction", unbooked=True) for cell in report.municipalities[0].cells]
    shown = replace(report.municipalities[0], cells=tuple(cells))
    made = page(replace(report, municipalities=(shown, *report.municipalities[1:])), survey)
    legend = made.all(of_class="legend")[0].text
    marks = "○ 受付済み", "△ 一部受付", "◆ 確認のお願い中", "◆ 受信・要差替え", "◇ 確認中", "□ 未提出", "－ 該当事務なし"
    assert [mark for mark in marks if mark not in legend] == []
    assert "◆ 受信・要差替え" in made.all("table", "municipalities")[0].text
