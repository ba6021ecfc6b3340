"""The national overview: page and workbook show the figures they were given, with charts that bear titles."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from openpyxl import load_workbook

from config.roster import Roster, load_roster
from config.survey import Survey
from replies.reports.data import FindingCount, Overview, Receipts, Tile, Waiting
from replies.reports.overview_book import overview_book
from replies.reports.overview_page import overview_page
from replies.reports.overview_words import by_age, finding_label, level, share
from replies.wording import load_wording
from tests.replies.letters_at_hand import the_survey
from tests.replies.pages_at_hand import Element, parsed
from tests.replies.reports_at_hand import INSTANTS, at, overview

# openpyxl reads no bars behind figures (an extension of Excel 2010) and says so.
pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")

WORDS = load_wording()
LATER = ("middle", "hour", "after")


@pytest.fixture(scope="module")
def survey() -> Survey:
    return the_survey()


@pytest.fixture(scope="module")
def roster() -> Roster:
    return load_roster()


def page(given: Overview) -> Element:
    return parsed(overview_page(given, WORDS))


def chart(seen: Element, name: str) -> Element:
    return next(e for e in seen.all("svg") if e.attributes.get("id") == f"chart-{name}")


def labels(drawing: Element) -> list[str]:
    return [element.text for element in drawing.all("text")]


@pytest.mark.parametrize(
    ("done", "total", "expected"), [(0, 60, 0), (59, 60, 98), (299, 300, 99), (60, 60, 100), (0, 0, None)]
)
def test_only_what_is_whole_is_a_hundred_per_cent(done: int, total: int, expected: int | None) -> None:
    assert share(done, total) == expected


@pytest.mark.parametrize(
    ("accepted", "shade"), [(0, 0), (1, 1), (24, 1), (25, 2), (50, 3), (75, 4), (99, 4), (100, 5)]
)
def test_the_shades_begin_where_the_legend_says(accepted: int, shade: int) -> None:
    assert level(Tile("14", "神奈川県", 100, accepted, 0, 0)) == shade


def test_an_age_counts_from_its_lower_end() -> None:
    now = at("20 12:00:00")
    hours = (0, 3.99, 4, 23.9, 24, 47, 48, 71, 72, 500)
    waiting = [Waiting("submission", now - timedelta(hours=h), "N-1") for h in hours]
    assert by_age(waiting, now) == (2, 2, 2, 2, 2)


@pytest.mark.parametrize("when", INSTANTS)
def test_each_tile_bears_its_name_and_its_figure(when: str, survey: Survey, roster: Roster) -> None:
    given = overview(when, survey, roster)
    tiles = [g for g in page(given).all("g", "tile") if g.all("text")]
    shown = {g.all("text")[0].text: int(g.all("text")[1].text) for g in tiles}
    assert len(shown) == 47
    assert shown["北海道"] == 100 * given.tiles[0].accepted // given.tiles[0].total
    expected = {100 * t.accepted // t.total for t in given.tiles}
    assert set(shown.values()) == expected
    assert {"東京", "京都", "大阪", "神奈川"} < shown.keys()


@pytest.mark.parametrize("when", INSTANTS)
def test_the_total_is_the_sum_over_the_programs(when: str, survey: Survey, roster: Roster) -> None:
    given = overview(when, survey, roster)
    figure = page(given).all(of_class="facts")[0].all(of_class="figure")[2].text
    done = sum(p.accepted for p in given.programs)
    assert figure.split() == [f"{done}／454", f"（{100 * done // 454}％）"]


def test_the_82_cities_are_all_there_with_signs_in_the_programs_order(survey: Survey, roster: Roster) -> None:
    items = page(overview("middle", survey, roster)).all(of_class="cities")[0].all("li")
    assert len(items) == 82
    signs = {i.all("span")[0].text: i.all(of_class="signs")[0].text for i in items}
    assert signs["札幌市"] == "○○○○"
    assert signs["函館市"] == "―○○○"  # a core city is not asked for the first program


def test_both_are_marked_as_to_be_handled_with_care(survey: Survey, roster: Roster) -> None:
    given = overview("middle", survey, roster)
    seen = page(given)
    assert seen.all(of_class="mark")[0].text == "取扱注意"
    book = load_workbook(io.BytesIO(overview_book(given, WORDS)))
    assert len(book.sheetnames) == 6
    assert all("取扱注意" in sheet.oddHeader.left.text for sheet in book)


def test_the_line_chart_has_titles_the_deadline_and_one_line_per_program(
    survey: Survey, roster: Roster
) -> None:
    drawing = chart(page(overview("middle", survey, roster)), "receipts")
    shown = labels(drawing)
    assert "受信日（月／日、０時の位置）" in shown
    assert "受付の累計（件）" in shown
    assert "提出期限" in shown
    assert "7/14" in shown
    lines = [p for p in drawing.all("path") if "reactive" in p.attributes.get("class", "").split()]
    assert len(lines) == 5  # four programs and the deadline


def test_the_line_rises_in_steps_and_never_slants(survey: Survey, roster: Roster) -> None:
    """Two acceptances: flat, up, flat, up, flat until now."""
    points = ((at("12 09:00:00"), 1), (at("14 15:00:00"), 2))
    given = replace(overview("middle", survey, roster), receipts=(Receipts("nanbyo", "難病", 67, points),))
    drawing = chart(page(given), "receipts")
    path = next(p for p in drawing.all("path") if "reactive" in p.attributes.get("class", "").split())
    corners = [tuple(map(float, xy)) for xy in re.findall(r"([\d.]+) ([\d.]+)", path.attributes["d"])]
    assert len(corners) == 6
    moves = [(x2 != x1, y2 != y1) for (x1, y1), (x2, y2) in pairwise(corners)]
    assert moves == [(True, False), (False, True), (True, False), (False, True), (True, False)]


@pytest.mark.parametrize("when", LATER)
def test_bars_show_their_figures_and_axes_their_units(when: str, survey: Survey, roster: Roster) -> None:
    given = overview(when, survey, roster)
    seen = page(given)
    findings = labels(chart(seen, "findings"))
    assert "指摘した件数（件）" in findings
    assert {str(f.times) for f in given.findings} <= set(findings)
    assert finding_label(given.findings[0], WORDS) in findings
    questions = labels(chart(seen, "questions"))
    assert {"別添１ Q7-4", "48", "設問"} <= set(questions)
    ages = labels(chart(seen, "ages"))
    assert {"４時間未満", "３日以上", "受信からの経過時間", "件数（件）"} <= set(ages)


def test_a_chart_of_one_has_whole_figures_on_its_axis(survey: Survey, roster: Roster) -> None:
    given = replace(overview("middle", survey, roster), findings=(FindingCount("encrypted", 1, 1),))
    shown = labels(chart(page(given), "findings"))
    assert not [text for text in shown if "." in text]


def test_the_queues_are_counted_by_age(survey: Survey, roster: Roster) -> None:
    given = overview("middle", survey, roster)
    rows = page(given).all("table", "queues")[0].rows()
    assert [row[0] for row in rows] == ["至急", "送信", "提出", "照会・連絡", "返信"]
    ours = [w for w in given.waiting if w.queue]
    assert sum(int(row[6]) for row in rows) == len(ours) == 29
    old = sum(given.occasion.at - w.since >= timedelta(days=3) for w in ours)
    assert sum(int(row[5]) for row in rows) == old


def test_the_oldest_stand_first(survey: Survey, roster: Roster) -> None:
    rows = page(overview("middle", survey, roster)).all("table", "waiting")[0].rows()
    assert len(rows) == 15
    # The 43rd has waited for 43 × 43 / 12 hours: six days and ten hours.
    assert rows[0] == ["照会・連絡", "６日10時間", "7/13 02:25", "神奈川県鎌倉市", "自治体検診", "N-0043"]


def test_at_the_start_there_is_nothing_to_draw_but_the_map(survey: Survey, roster: Roster) -> None:
    seen = page(overview("start", survey, roster))
    assert "現在、止まっているものはございません。" in seen.text
    assert "修正をお願いした指摘はございません。" in seen.text
    assert [e.attributes["id"] for e in seen.all("svg") if "id" in e.attributes] == ["chart-receipts"]


def test_the_page_is_self_contained_and_the_same_each_time(survey: Survey, roster: Roster) -> None:
    told = [overview_page(overview("after", survey, roster), WORDS) for _ in "12"]
    assert told[0] == told[1]
    seen = parsed(told[0])
    assert seen.all("script") == seen.all("link") == seen.all("image") == []
    assert not [e for e in seen.all() if {"src", "href", "xlink:href"} & set(e.attributes)]
    assert "<!--" not in told[0]
    assert set(re.findall(r"https?://[^\s\"']+", told[0])) == {"http://www.w3.org/2000/svg"}


def test_hostile_words_are_text(survey: Survey, roster: Roster) -> None:
    given = overview("middle", survey, roster)
    evil = "<script>alert(1)</script>"
    waiting = tuple(replace(w, body=evil, program_name=evil) for w in given.waiting)
    receipts = tuple(replace(r, name=evil) for r in given.receipts)
    questions = (replace(given.questions[0], form_title=evil),)
    hostile = replace(given, waiting=waiting, receipts=receipts, questions=questions)
    seen = page(hostile)
    assert seen.all("script") == []
    assert f"{evil} Q7-4" in labels(chart(seen, "questions"))
    book = load_workbook(io.BytesIO(overview_book(replace(hostile, receipts=given.receipts), WORDS)))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "d"}


@pytest.mark.parametrize("when", INSTANTS)
def test_the_workbook_shows_the_same_figures(when: str, survey: Survey, roster: Roster) -> None:
    given = overview(when, survey, roster)
    book = load_workbook(io.BytesIO(overview_book(given, WORDS)))
    assert book.sheetnames == [
        "全国の状況",
        "都道府県別",
        "指定都市・中核市",
        "受付の推移",
        "止まっているもの",
        "確認のお願い",
    ]
    rows = list(book["都道府県別"].iter_rows(min_row=4, values_only=True))
    assert [(r[0], r[3], r[4]) for r in rows] == [(t.code, t.total, t.accepted) for t in given.tiles]
    assert [r[2] for r in rows] == [100 * t.accepted // t.total / 100 for t in given.tiles]
    assert book["指定都市・中核市"].max_row == 3 + 82
    last = list(book["受付の推移"].iter_rows(min_row=4, max_col=5, values_only=True))[-1]
    assert last[1:] == tuple(p.accepted for p in given.programs)
    assert last[0] == given.occasion.at.replace(tzinfo=None)


def test_the_map_of_the_workbook_has_name_and_share_in_every_tile(survey: Survey, roster: Roster) -> None:
    given = overview("middle", survey, roster)
    sheet = load_workbook(io.BytesIO(overview_book(given, WORDS)))["全国の状況"]
    named = {
        cell.value: sheet.cell(cell.row + 1, cell.column)
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and isinstance(sheet.cell(cell.row + 1, cell.column).value, float)
    }
    tiles = {name: cell for name, cell in named.items() if cell.number_format == "0%"}
    assert len(tiles) == 47
    kanagawa = given.tiles[13]
    assert tiles["神奈川"].value == 100 * kanagawa.accepted // kanagawa.total / 100


def test_native_charts_have_titles_on_both_axes(survey: Survey, roster: Roster) -> None:
    with zipfile.ZipFile(io.BytesIO(overview_book(overview("middle", survey, roster), WORDS))) as parts:
        charts = [parts.read(n).decode() for n in sorted(parts.namelist()) if n.startswith("xl/charts/chart")]
    assert len(charts) == 4
    for drawing in charts:
        axes = re.findall(r"<c:(?:valAx|catAx)>.*?</c:(?:valAx|catAx)>", drawing, re.DOTALL)
        assert len(axes) == 2
        assert all("<c:title>" in axis for axis in axes)
    assert "受付の累計（件）" in charts[0]
    assert charts[0].count("<c:ser>") == 5  # four programs and the deadline
    dashes = re.findall(r"<a:prstDash val=\"(\w+)\"", charts[0])
    assert len(set(dashes[:4])) >= 3  # told apart without colour


def test_equal_overviews_give_equal_bytes(survey: Survey, roster: Roster) -> None:
    books = [overview_book(overview("hour", survey, roster), WORDS) for _ in "12"]
    assert books[0] == books[1]


@pytest.mark.parametrize("when", INSTANTS)
def test_what_was_not_mended_in_time_is_told_once_where_there_is_any(
    when: str, survey: Survey, roster: Roster
) -> None:
    """One answer to 小慢 in the sample of the day after."""
    sentence = "期限内に受領し、期限までに修正版が届いていないもの：小慢 1件"
    given = overview(when, survey, roster)
    expected = 1 if when == "after" else 0
    sheet = load_workbook(io.BytesIO(overview_book(given, WORDS))).worksheets[0]
    cells = [cell.value for row in sheet.iter_rows() for cell in row if cell.value == sentence]
    assert (overview_page(given, WORDS).count(sentence), len(cells)) == (expected, expected)
