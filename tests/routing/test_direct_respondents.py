"""Municipalities that answer the ministry themselves are booked, thanked, reminded and counted like any respondent, each
by the deadline of its own duty.

The survey of tests/fixtures/surveys/gakudo: 82 designated and core cities and 1,659 municipalities, no prefecture.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from config.jst import JST
from config.obligations import check_against
from config.roster import load_roster
from replies.workbooks.form import FillValue, fill
from routing.deadline import Deadlines
from routing.journey.judge import Settled
from routing.ledger.books import deadlines_at
from routing.notices.remind import recipients, written
from routing.notices.reminding import at_hand
from routing.notices.report_mail import mail_reports
from routing.reading.reader import Reader
from routing.register import Register, build_register
from routing.tracking.extend import Target, extend
from routing.tracking.instant import open_instant
from routing.tracking.national import overview
from routing.tracking.report_files import write_all
from routing.who import Refused, Who
from tests.config.surveys_at_hand import TINY
from tests.routing.clubs_at_hand import open_at
from tests.routing.desk_at_hand import Office, mail

GAKUDO = TINY.parent / "gakudo"
NOW = datetime(2024, 6, 18, 10, tzinfo=JST)
REMINDER = datetime(2024, 6, 21, 10, tzinfo=JST)
SHINJUKU, OSHIKA, TOMARI, FUCHU, HACHIOJI = "131041", "204170", "014036", "132063", "132012"


@dataclass(frozen=True)
class Place:
    """A survey, its register, and the child that reads it."""

    register: Register
    reader: Reader

    def open(self, folder: Path) -> Office:
        """A desk over an empty ledger."""
        return open_at(folder, self.register, self.reader, NOW)

    def answer(self, name: str, sender: str, changes: dict[str, FillValue] | None = None) -> bytes:
        """One municipality's mail with its complete sheet."""
        survey = self.register.survey
        values: dict[str, FillValue] = {
            "organisation": name, "department": "子育て支援課", "email": sender, "2": 1, "3": 1, "6": 2,
        }  # fmt: skip
        sheet = fill(survey.form("yoshiki1"), survey, values | (changes or {}))
        subject = f"【{name}】{survey.convention.text}"
        return mail({f"{subject}.xlsx": sheet}, subject, sender, headers={"To": "gakudo@cfa.example"})


@pytest.fixture(scope="module")
def gakudo() -> Iterator[Place]:
    reader = Reader(GAKUDO)
    yield Place(build_register(GAKUDO), reader)
    reader.close()


@pytest.fixture
def office(gakudo: Place, tmp_path: Path) -> Iterator[Office]:
    made = gakudo.open(tmp_path)
    yield made
    made.ledger.close()


FIRST = datetime(2024, 6, 14, 17, tzinfo=JST)  # of designated and core cities
LAST = datetime(2024, 6, 28, 17, tzinfo=JST)  # of all others
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("lgcode", "name", "sender"),
    [
        (SHINJUKU, "東京都新宿区", "kodomo@city.shinjuku.lg.jp"),
        (FUCHU, "東京都府中市", "kodomo@city.fuchu.tokyo.jp"),
        (OSHIKA, "長野県大鹿村", "jumin@vill.ooshika.nagano.jp"),
        (TOMARI, "北海道泊村", "kyoiku@vill.tomari.hokkaido.jp"),
        (HACHIOJI, "東京都八王子市", "kodomo@city.hachioji.tokyo.jp"),
    ],
)
def test_its_own_answer_is_received(gakudo: Place, office: Office, lgcode: str, name: str, sender: str) -> None:
    settled = office.settle(gakudo.answer(name, sender), mailbox="gakudo")
    (piece,) = settled.decided.pieces
    assert (piece.decision.outcome, piece.part, piece.identity.body) == ("accepted", "own", lgcode)
    assert office.standing(lgcode, "gakudo").state == "accepted"
    assert settled.reply is not None and settled.reply.kind == "acknowledgement"
    assert office.held() == []


def test_a_name_without_the_code_that_was_asked_for_is_quoted_rightly(gakudo: Place, office: Office) -> None:
    """大鹿村 204170 by the 総務省's list; the convention is 【{code}＿{name}】{text}."""
    raw = gakudo.answer("長野県大鹿村", "jumin@vill.ooshika.nagano.jp")
    settled = office.settle(raw, mailbox="gakudo")
    assert settled.reply is not None
    text = message_from_bytes(settled.reply.data, policy=default).get_body().get_content().replace("\n", "")  # type: ignore[union-attr]
    assert "【204170＿長野県大鹿村】放課後児童クラブ実施状況調査" in text



def test_who_answered_is_reminded_no_more_and_who_is_to_mend_is(gakudo: Place, office: Office) -> None:
    office.settle(gakudo.answer("東京都新宿区", "kodomo@city.shinjuku.lg.jp"), mailbox="gakudo")
    settled = office.settle(
        gakudo.answer("長野県大鹿村", "jumin@vill.ooshika.nagano.jp", {"6": "たぶん"}), mailbox="gakudo"
    )
    assert settled.reply is not None and settled.reply.kind == "correction"
    office.now = REMINDER
    found = {r.lgcode: r for r in recipients(at_hand(office.desk), REMINDER, office.now, ["gakudo"])}
    assert len(found) == 1658  # without 新宿区, and without the 82 whose deadline is over
    assert HACHIOJI not in found
    assert SHINJUKU not in found
    assert found[OSHIKA].addresses == ("jumin@vill.ooshika.nagano.jp",)


def test_an_answer_that_its_prefecture_sends_waits_for_a_person(gakudo: Place, office: Office) -> None:
    raw = gakudo.answer("東京都新宿区", "kodomo@section.metro.tokyo.jp")
    (piece,) = office.settle(raw, mailbox="gakudo").decided.pieces
    assert (piece.decision.outcome, piece.decision.rule) == ("held", "city_by_prefecture")


def test_every_respondent_is_on_the_map_and_in_the_list(gakudo: Place, office: Office) -> None:
    office.settle(gakudo.answer("東京都新宿区", "kodomo@city.shinjuku.lg.jp"), mailbox="gakudo")
    found = overview(open_instant(office.ledger, gakudo.register, NOW))
    assert sum(tile.total for tile in found.tiles) == 1741
    tokyo = next(tile for tile in found.tiles if tile.code == "13")
    assert (tokyo.total, tokyo.accepted) == (62, 1)  # 23 wards, 26 cities, 5 towns, 8 villages
    assert len(found.cities) == 1741
    assert {c.kind for c in found.cities} == {"designated", "core", "ward", "city", "town", "village"}


def test_no_prefecture_gets_a_report_of_what_it_was_not_asked_for(
    gakudo: Place, office: Office, tmp_path: Path
) -> None:
    folder = tmp_path / "reports"
    written = list(write_all(open_instant(office.ledger, gakudo.register, NOW), folder))
    assert written == ["snapshot", "overview"]
    page = (folder / "全国_提出状況_取扱注意.html").read_text(encoding="utf-8")
    assert "指定都市・中核市・特別区・市・町・村" in page
    assert "100％）" not in page
    office.now = gakudo.register.survey.deadline
    assert [line for line in mail_reports(office.desk, True) if line] == []


def test_own_none_is_not_received(tmp_path: Path) -> None:
    """青森県 only collects: its own sheet is nobody's answer."""
    folder = shutil.copytree(GAKUDO, tmp_path / "survey")
    head = (folder / "survey.toml").read_text(encoding="utf-8")
    collecting = 'respondents = ["prefecture"]\nown = "none"\ncollected = "municipalities"'
    head = head.replace('respondents = ["ward", "city", "town", "village"]\nown = "demanded"', collecting)
    (folder / "survey.toml").write_text(head, encoding="utf-8")
    reader = Reader(folder)
    place = Place(build_register(folder), reader)
    office = place.open(tmp_path)
    try:
        settled = office.settle(place.answer("青森県", "kodomo@pref.aomori.lg.jp"), mailbox="gakudo")
        (piece,) = settled.decided.pieces
        assert (piece.decision.outcome, piece.decision.rule, piece.part) == ("kept", "not_owed", "")
        assert office.standing("020001", "gakudo").state == "outstanding"
    finally:
        reader.close()
        office.ledger.close()


def test_nobody_answers_both_himself_and_through_his_prefecture(gakudo: Place) -> None:
    survey, roster = gakudo.register.survey, load_roster()
    both = survey.duties[1].changed({"respondents": ("prefecture", "ward"), "collected": "municipalities"}
    )
    (mistake,) = check_against(survey.changed({"duties": (both,)}), roster)
    assert str(mistake) == (
        "survey.toml: duties.1.collected: 自ら回答する団体（131016 千代田区、131024 中央区、131032 港区ほか20団体）を、"
        "取りまとめにも入れています。"
    )


@pytest.mark.parametrize(("lgcode", "until"), [(HACHIOJI, FIRST), (SHINJUKU, LAST)])
def test_each_is_in_time_until_its_own_deadline(
    gakudo: Place, office: Office, lgcode: str, until: datetime
) -> None:
    name, sender = {
        HACHIOJI: ("東京都八王子市", "kodomo@city.hachioji.tokyo.jp"),
        SHINJUKU: ("東京都新宿区", "kodomo@city.shinjuku.lg.jp"),
    }[lgcode]
    office.now = LAST + timedelta(days=1)
    office.settle(gakudo.answer(name, sender), until, "gakudo")
    assert office.standing(lgcode, "gakudo").late is False
    office.settle(gakudo.answer(name, sender, {"6": 1}), until + SECOND, "gakudo")
    late = overview(open_instant(office.ledger, gakudo.register, office.now)).programs[0].late
    assert late == 0  # what was handed in in time stays in time
    assert Deadlines(gakudo.register, {}).late(until + SECOND, lgcode, "gakudo")


def test_letters_name_the_deadline_and_the_day_for_mending_of_the_duty(gakudo: Place, office: Office) -> None:
    """The day after its deadline a core city that was in time is asked to mend by its own day, a ward by its deadline."""
    office.now = FIRST + timedelta(hours=15)
    raw = gakudo.answer("東京都八王子市", "kodomo@city.hachioji.tokyo.jp", {"6": "たぶん"})
    city = office.settle(raw, FIRST, "gakudo")
    raw = gakudo.answer("東京都新宿区", "kodomo@city.shinjuku.lg.jp", {"6": "たぶん"})
    ward = office.settle(raw, FIRST, "gakudo")
    assert "６月19日" in text_of(city)
    assert "６月28日" not in text_of(city)
    assert "６月28日" in text_of(ward)
    assert "６月19日" not in text_of(ward)


def test_a_reminder_names_the_deadline_of_its_duty(gakudo: Place, office: Office) -> None:
    for name, sender in (
        ("東京都八王子市", "kodomo@city.hachioji.tokyo.jp"), ("東京都新宿区", "kodomo@city.shinjuku.lg.jp"),
    ):  # fmt: skip
        raw = gakudo.answer(name, sender, {"6": "たぶん"})
        office.now = datetime(2024, 6, 10, 10, tzinfo=JST)
        office.settle(raw, office.now, "gakudo")
    office.now = at = datetime(2024, 6, 12, 10, tzinfo=JST)
    found = {r.lgcode: r for r in recipients(at_hand(office.desk), at, at, ["gakudo"])}
    assert len(found) == 1741
    said = {code: written(at_hand(office.desk), found[code], at).body for code in (HACHIOJI, SHINJUKU)}
    assert "提出期限：令和６年６月14日" in said[HACHIOJI]
    assert "提出期限：令和６年６月28日" in said[SHINJUKU]
    assert not any("延長後" in body for body in said.values())


def test_an_extension_begins_at_the_deadline_of_the_duty(gakudo: Place, office: Office) -> None:
    """八王子市's own deadline is 14 June: until the 20th is more time, though the survey's last is the 28th."""
    until, who = datetime(2024, 6, 20, 17, tzinfo=JST), Who("係員", "災害対応のため")
    extend(office.desk, Target(HACHIOJI), until, who)
    with pytest.raises(Refused, match="2024-06-28T17:00:00"):
        extend(office.desk, Target(SHINJUKU), until, who)
    found = deadlines_at(office.ledger, gakudo.register, office.now)
    assert (found.of(HACHIOJI), found.extension(HACHIOJI, "gakudo"), found.of(SHINJUKU)) == (until, until, LAST)


def text_of(settled: Settled) -> str:
    """The words of the letter that answers a mail."""
    assert settled.reply is not None
    part = message_from_bytes(settled.reply.data, policy=default).get_body(("plain",))
    assert part is not None
    return str(part.get_content())
