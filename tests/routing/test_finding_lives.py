"""The life of a finding: opened by a mail, asked, mended by a later one or waived by an official; counted by question."""

from __future__ import annotations

from datetime import timedelta

from replies.reports.overview_book import overview_book
from replies.reports.overview_page import overview_page
from replies.wording import load_wording
from routing.ledger.finding_rounds import rounds
from routing.operate import Who, Wish, fulfil
from routing.operate.consent import SURE
from routing.records import Arrival
from routing.tracking.finding_lives import Life, lives, summed
from routing.tracking.instant import open_instant
from routing.tracking.national import overview
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.console_at_hand import Visitor, site_of
from tests.routing.desk_at_hand import Office, form, mail

WHO = Who("受付太郎", "電話で、このままでよいと確かめたため")
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"


def version(office: Office, text: str, **values: object) -> Arrival:
    """One version of 横浜市's 難病 comes in, an hour after the last."""
    office.now += timedelta(hours=1)
    sheet = {NAME: form({"program": "難病", **values})}  # type: ignore[arg-type]
    return office.settle(mail(sheet, body=text)).decided.arrival


def found(office: Office) -> dict[str, Life]:
    """The lives by question."""
    return {life.finding.question: life for life in lives(rounds(office.ledger, office.now))}


def test_what_is_mended_by_the_next_version_took_one_round(office: Office) -> None:
    first = version(office, "一版", **{"9": None})
    asked_at = office.now
    assert found(office)["9"].state == "open"
    second = version(office, "二版")
    life = found(office)["9"]
    assert (life.state, life.opened, life.ended, life.rounds) == ("mended", first.receipt, second.receipt, 1)
    assert (life.asked_at, life.body, life.program) == (asked_at, YOKOHAMA, "nanbyo")


def test_what_is_mended_later_took_more_and_another_may_open_meanwhile(office: Office) -> None:
    version(office, "一版", **{"9": None})
    version(office, "二版", **{"9": None, "2": None})
    third = version(office, "三版", **{"2": None})
    assert (found(office)["9"].state, found(office)["9"].ended, found(office)["9"].rounds) == ("mended", third.receipt, 2)
    assert found(office)["2"].state == "open"


def test_an_official_waives_what_he_accepts_as_it_is(office: Office) -> None:
    arrival = version(office, "一版", **{"9": None})
    office.now += timedelta(minutes=5)
    fulfil(office.desk, arrival, Wish("accept"), WHO, SURE)
    life = found(office)["9"]
    assert (life.state, life.by, life.rounds) == ("waived", "受付太郎", 1)
    total = summed(lives(rounds(office.ledger, office.now)))
    assert (total.asked, total.mended, total.waived) == (1, 0, 1)


def test_a_check_before_handing_in_has_no_part_in_it(office: Office) -> None:
    office.settle(mail({NAME: form({"program": "難病", "9": None})}))
    before = lives(rounds(office.ledger, office.now))
    office.ledger.run(
        "INSERT INTO finding (arrival_id, verdict_id, code, severity, sheet, cell, question, label, about, found,"
        " expected, key) SELECT arrival_id, (SELECT min(id) FROM verdict), code, severity, sheet, cell, question, label,"
        " about, found, expected, key FROM finding"
    )  # as of the mail itself, where a check keeps what it found
    assert lives(rounds(office.ledger, office.now)) == before


def test_overview_and_page_tell_it_by_question(office: Office) -> None:
    version(office, "一版", **{"9": None})
    version(office, "二版")
    told = overview(open_instant(office.ledger, office.desk.register, office.now))
    (question,) = told.questions
    assert question.mends is not None
    assert (question.mends.mended, question.mends.at_once, question.mends.rounds) == (1, 1, 1.0)
    page = overview_page(told, load_wording())
    assert "直るまでの版数" in page and "100％" in page
    assert overview_book(told, load_wording())[:2] == b"PK"
    body = Visitor(site_of(office)).text(f"/body/{YOKOHAMA}")
    assert "お願いした点と、その後" in body and "直りました" in body
