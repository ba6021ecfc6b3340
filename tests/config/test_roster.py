"""The roster's facts (総務省's counts and codes, hand-picked bodies) and what a look-up answers."""

from __future__ import annotations

import re
import time
from collections import Counter
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

from config.errors import SurveyError
from config.roster import Body, Roster, load_roster
from tests.municipalities import municipalities


def names(roster: Roster, text: str, prefecture: str = "") -> list[str]:
    return [body.full_name for body in roster.find(text, prefecture).bodies]


def test_it_has_the_bodies_of_july_2023(roster: Roster) -> None:
    assert Counter(body.kind for body in roster) == {
        "prefecture": 47, "designated": 20, "core": 62, "ward": 23, "city": 710, "town": 743, "village": 183,
    }  # fmt: skip
    assert sum(body.name.endswith("市") for body in roster) == 792
    assert len(roster) == 1788


@pytest.mark.parametrize(
    ("lgcode", "prefecture", "name", "kana", "county", "kind"),
    [
        ("010006", "北海道", "北海道", "ほっかいどう", "", "prefecture"),
        ("011002", "北海道", "札幌市", "さっぽろし", "", "designated"),
        ("012025", "北海道", "函館市", "はこだてし", "", "core"),
        ("014036", "北海道", "泊村", "とまりむら", "古宇郡", "village"),
        ("130001", "東京都", "東京都", "とうきょうと", "", "prefecture"),
        ("131016", "東京都", "千代田区", "ちよだく", "", "ward"),
        ("133612", "東京都", "大島町", "おおしままち", "", "town"),
        ("141003", "神奈川県", "横浜市", "よこはまし", "", "designated"),
        ("143839", "神奈川県", "真鶴町", "まなづるまち", "足柄下郡", "town"),
        ("242012", "三重県", "津市", "つし", "", "city"),
        ("272078", "大阪府", "高槻市", "たかつきし", "", "core"),
        ("272299", "大阪府", "四條畷市", "しじょうなわてし", "", "city"),
        ("112062", "埼玉県", "行田市", "ぎょうだし", "", "city"),
        ("472018", "沖縄県", "那覇市", "なはし", "", "core"),
        ("473260", "沖縄県", "北谷町", "ちゃたんちょう", "中頭郡", "town"),
    ],
)
def test_hand_picked_rows(  # noqa: PLR0913  the columns of the table
    roster: Roster, lgcode: str, prefecture: str, name: str, kana: str, county: str, kind: str
) -> None:
    body = roster.by_code(lgcode)
    assert body is not None
    assert (body.prefecture, body.name, body.kana, body.county, body.kind) == (
        prefecture, name, kana, county, kind,
    )  # fmt: skip


def test_no_reading_has_a_large_letter_where_a_small_one_belongs(roster: Roster) -> None:
    suspicious = re.compile("[ぎじりに]ゆう|[ぎじり]よう|きよなん|じやし|ちやた|じゆく")
    assert [body.kana for body in roster if suspicious.search(body.kana)] == []


def test_towns_and_villages_have_a_county_except_on_the_islands_of_tokyo(roster: Roster) -> None:
    without = [b.name for b in roster.of_kind("town", "village") if not b.county]
    assert without == [
        "大島町", "利島村", "新島村", "神津島村", "三宅村", "御蔵島村", "八丈町", "青ヶ島村", "小笠原村",
    ]  # fmt: skip


def test_the_northern_territories_villages_are_not_in_it(roster: Roster) -> None:
    northern = ["016951", "016969", "016977", "016985", "016993", "017001"]
    assert [code for code in northern if roster.by_code(code)] == []


@pytest.mark.parametrize(
    ("text", "lgcode"),
    [
        ("神奈川県横浜市", "141003"),
        ("横浜市", "141003"),
        ("14神奈川県横浜市", "141003"),
        ("14神奈川県相模原市", "141500"),
        ("１４　神奈川県　横浜市", "141003"),
        ("14_神奈川県_横浜市", "141003"),
        ("142018神奈川県横須賀市", "142018"),
        ("14201横須賀市", "142018"),
        ("141003", "141003"),
        ("14100", "141003"),
        ("1北海道", "010006"),
        ("１北海道札幌市", "011002"),
        ("12025函館市", "012025"),  # a leading zero lost
        ("神奈川県足柄上郡中井町", "143618"),
        ("足柄上郡中井町", "143618"),
        ("横浜市役所", "141003"),
        ("神奈川県庁", "140007"),
        ("中井町役場", "143618"),
        ("大町町役場", "414239"),
        ("町田市役所", "132098"),
        ("東京都", "130001"),
        ("京都府", "260002"),
        ("13府中市", "132063"),
        ("34府中市", "342084"),
        ("東京都・府中市", "132063"),
        ("府中市（東京都）", "132063"),
        ("神奈川県（横浜市）", "141003"),
        ("那霸市", "472018"),
        ("【横浜市】", "141003"),
        ("横浜市鶴見区", "141003"),
        ("神奈川県横浜市鶴見区", "141003"),
        ("東京都港区", "131032"),
        ("津市", "242012"),
        ("髙槻市", "272078"),
        ("龍ヶ崎市", "082082"),
        ("竜ケ崎市", "082082"),
        ("檮原町", "394050"),
        ("塩釜市", "042030"),
        ("葛\U000e0100城市", "292117"),
        ("四条畷市", "272299"),
    ],
)
def test_one_body_is_found(roster: Roster, text: str, lgcode: str) -> None:
    match = roster.find(text)
    assert (match.status, [body.lgcode for body in match.bodies]) == ("found", [lgcode])


def test_a_name_of_several_bodies_is_ambiguous_until_a_hint_decides(roster: Roster) -> None:
    assert roster.find("府中市").status == "ambiguous"
    assert names(roster, "府中市") == ["東京都府中市", "広島県府中市"]
    assert names(roster, "伊達市") == ["北海道伊達市", "福島県伊達市"]
    assert names(roster, "池田町") == ["北海道池田町", "福井県池田町", "長野県池田町", "岐阜県池田町"]
    assert names(roster, "府中市", prefecture="広島県") == ["広島県府中市"]
    assert names(roster, "揖斐郡池田町") == ["岐阜県池田町"]
    assert names(roster, "13伊達市") == ["北海道伊達市", "福島県伊達市"]  # a code that fits neither


def test_twenty_five_names_are_shared_by_fifty_seven_bodies(roster: Roster) -> None:
    shared = {name: n for name, n in Counter(b.name for b in roster).items() if n > 1}
    assert (len(shared), sum(shared.values())) == (25, 57)
    assert {roster.find(name).status for name in shared} == {"ambiguous"}


def test_every_body_is_found_by_its_full_name_where_a_regular_expression_fails_on_41(roster: Roster) -> None:
    simple = re.compile(r"(.+?[都道府県])(.+?[市区町村])")
    defeated = [
        body
        for body in roster
        if body.kind != "prefecture"
        and ((hit := simple.match(body.full_name)) is None or hit.groups() != (body.prefecture, body.name))
    ]
    assert len(defeated) == 41
    assert sum(body.prefecture == "京都府" for body in defeated) == 26
    assert [b for b in roster if roster.find(b.full_name).bodies != (b,)] == []
    assert [b for b in roster if roster.find(b.lgcode[:2] + b.full_name).bodies != (b,)] == []
    rural = roster.of_kind("town", "village")
    assert [b for b in rural if roster.find(b.prefecture + b.county + b.name).bodies != (b,)] == []


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("槻市", "大阪府高槻市"),  # what is left where 髙 was dropped
        ("横須加市", "神奈川県横須賀市"),
        ("神奈川", "神奈川県"),
        ("横浜", "神奈川県横浜市"),
    ],
)
def test_an_unknown_name_comes_with_near_ones(roster: Roster, text: str, nearest: str) -> None:
    match = roster.find(text)
    assert (match.status, match.bodies) == ("unknown", ())
    assert match.near[0].full_name == nearest
    assert len(match.near) <= 3


@cache
def alike(number: int) -> Roster:
    """As many schools with one name but for its number, 長野市立第一九九九九小学校 among the longest."""
    digits = "〇一二三四五六七八九"
    names = ("長野市立第" + "".join(digits[int(d)] for d in str(n)) + "小学校" for n in range(number))
    schools = (Body(f"B20{n:07}", "長野県", name, "", "", "小学校") for n, name in enumerate(names))
    return Roster.of((*load_roster(), *schools))


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("長野市率第一二三四小学校", "長野市立第一二三四小学校"),  # 長野市, with which it begins, is no school
        ("長野県長野市立弟九八七六小学校", "長野市立第九八七六小学校"),
        ("長野市立第五〇〇〇小学交", "長野市立第五〇〇〇小学校"),
        ("ながの市立第三三三三小学校", "長野市立第三三三三小学校"),
    ],
)
def test_among_thousands_alike_the_one_is_found_that_shares_what_is_rare(text: str, nearest: str) -> None:
    match = alike(20_000).find(text)
    assert (match.status, match.near[0].name, len(match.near)) == ("unknown", nearest, 3)


@pytest.mark.parametrize("text", ["長野市立第小学校", "長野市立第一二三四小学交", "校学小第立市野長"])
def test_a_name_is_looked_for_among_20000_in_no_more_time_than_among_5000(text: str) -> None:
    spent = []
    for roster in (alike(5_000), alike(20_000)):
        roster.find(text)  # the index is made once
        begun = time.process_time()
        for _ in range(20):
            roster.find(text)
        spent.append(time.process_time() - begun)
    assert spent[1] < 3 * spent[0]


@pytest.mark.parametrize("text", ["", "　", "14", "999999", "都道府県・指定都市・中核市名", "あ" * 10_000])
def test_what_names_no_body_is_unknown_without_guess(roster: Roster, text: str) -> None:
    match = roster.find(text)
    assert (match.status, match.bodies, match.near) == ("unknown", (), ())


@pytest.mark.parametrize(
    ("lgcode", "honorific"),
    [("130001", "貴都"), ("010006", "貴道"), ("270008", "貴府"), ("140007", "貴県"), ("141003", "貴市"),
     ("131016", "貴区"), ("143839", "貴町"), ("014036", "貴村")],
)  # fmt: skip
def test_honorifics(roster: Roster, lgcode: str, honorific: str) -> None:
    body = roster.by_code(lgcode)
    assert body is not None
    assert roster.honorific(body) == honorific


def test_a_prefecture_collects_its_bodies_without_designated_and_core_cities(roster: Roster) -> None:
    kanagawa = roster.find("神奈川県").bodies[0]
    collected = {body.name for body in municipalities(roster, kanagawa)}
    assert len(collected) == 33 - 3 - 1  # 33 municipalities; 横浜・川崎・相模原 designated; 横須賀 core
    assert collected.isdisjoint({"横浜市", "川崎市", "相模原市", "横須賀市", "神奈川県"})
    assert sum(len(municipalities(roster, p)) for p in roster.of_kind("prefecture")) == 1659
    assert roster.prefecture_of(roster.find("府中市", "広島県").bodies[0]).lgcode == "340006"


def test_every_mistake_of_a_wrong_file_is_told(tmp_path: Path) -> None:
    text = (resources.files("config") / "roster.csv").read_text(encoding="utf-8")
    text = text.replace("141003,神奈川県,横浜市", "141004,神奈川県,横浜市")  # check digit
    text = text.replace("242012,三重県,津市,つし,,city", "242012,三重県,津市,つし,,metropolis")
    text = text.replace("142018,神奈川県,", "142018,東京都,")
    path = tmp_path / "bodies.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SurveyError) as caught:
        load_roster(path)
    told = str(caught.value)
    assert "141004 の検査数字が合いません（3 のはずです）" in told
    assert "種別「metropolis」は使えません" in told
    assert "142018: 団体コードの上2桁と都道府県名「東京都」が合いません" in told
    assert "designated: 団体数が 19 です（20 のはずです）" in told
    assert {mistake.file for mistake in caught.value.mistakes} == {"bodies.csv"}


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match=r"none\.csv: 読めません"):
        load_roster(tmp_path / "none.csv")
