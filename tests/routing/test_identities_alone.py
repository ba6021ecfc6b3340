"""Who submits, whose answer it is and how the two stand to each other, where one piece of evidence decides alone.

Beside test_identify.py; what mutation testing found that no pure test held (docs/mutants.md).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.own_roster import roster_of
from config.settings import TOPMOST
from intake.submission import Authentication
from routing.decision.authenticated import authenticated
from routing.decision.identify import identify
from routing.decision.relation import relation_of
from routing.records import Evidence, Identity, KnownSender, Relation
from routing.register import Register
from tests.routing.cases_at_hand import (
    FUCHU_HIROSHIMA,
    FUCHU_TOKYO,
    KAMAKURA,
    KANAGAWA,
    TOKYO,
    YOKOHAMA,
    YOKOSUKA,
    address,
    claim,
    file,
    sheet,
    submission,
)
from tests.workbooks.forms_at_hand import the_roster

NOBODY_KNOWN = KnownSender(address("a@kenkou.lg.jp"), True, "", ())

# (submitter, body, assigned by an official, sources that disagree, how they stand)
RELATIONS: list[tuple[str, str, bool, tuple[str, ...], Relation]] = [
    (YOKOHAMA, YOKOHAMA, False, (), "own"),
    ("", YOKOHAMA, False, (), "own"),
    (KANAGAWA, YOKOHAMA, False, (), "city"),
    (KANAGAWA, KAMAKURA, False, (), "municipality"),
    (KANAGAWA, KAMAKURA, True, (), "direct"),
    (KAMAKURA, KAMAKURA, False, (), "direct"),
    (TOKYO, KAMAKURA, False, (), "stranger"),
    (YOKOHAMA, YOKOSUKA, False, (), "stranger"),
    (YOKOHAMA, YOKOHAMA, False, ("sender_domain",), "stranger"),
    (YOKOHAMA, YOKOHAMA, False, ("subject",), "own"),
    (YOKOHAMA, YOKOHAMA, True, ("sender_domain",), "own"),
    (YOKOHAMA, YOKOSUKA, True, (), "own"),
    (YOKOHAMA, "", False, (), "none"),
]


@pytest.mark.parametrize("case", RELATIONS)
def test_how_submitter_and_body_stand_to_each_other(
    register: Register, case: tuple[str, str, bool, tuple[str, ...], Relation]
) -> None:
    submitter, body, assigned, disagree, expected = case
    identity = Identity(submitter, body, (), True, disagree)  # type: ignore[arg-type]
    assert relation_of(identity, "shoman", assigned, register) == expected


BOARD, NAGANO, AOZORA = "14-001", "20-001", "D114210000019"  # of the survey gakko; 青空高等学校 is below the board

# (bodies of the sender's domain, whose answer it is or nobody's, who submits it)
SHARED_DOMAINS: list[tuple[tuple[str, ...], str, str]] = [
    ((KANAGAWA, BOARD), "", BOARD),  # of the survey's own there is one
    ((BOARD, NAGANO), "", ""),
    ((BOARD, NAGANO, AOZORA), "", ""),
    ((KANAGAWA, TOKYO), "", ""),  # none is
    ((KANAGAWA, BOARD), BOARD, BOARD),
    ((KANAGAWA, BOARD), AOZORA, BOARD),  # the school is not of that domain
    ((BOARD, AOZORA), AOZORA, AOZORA),  # the nearest, however they stand
    ((AOZORA, BOARD), AOZORA, AOZORA),
]


@pytest.mark.parametrize("case", SHARED_DOMAINS)
def test_a_domain_that_a_surveys_own_body_shares(case: tuple[tuple[str, ...], str, str]) -> None:
    codes, body, expected = case
    roster = roster_of(Path(__file__).parents[1] / "fixtures" / "surveys" / "gakko")
    shared = KnownSender(address("a@shared.example"), True, "", codes)
    filled = file(sheet("校名", body)) if body else file()
    told = identify(submission(filled), filled, filled.sheets[0] if body else None, shared, roster)
    assert told.submitter == expected


def test_a_domain_of_several_bodies_is_narrowed_down_to_who_collects_the_answer() -> None:
    """A domain that a prefecture shares with another body: the answer's own prefecture is meant."""
    shared = KnownSender(address("a@shared.lg.jp"), True, "", (TOKYO, KANAGAWA))
    filled = file(sheet("鎌倉市", KAMAKURA))
    told = identify(submission(filled), filled, filled.sheets[0], shared, the_roster())
    assert (told.submitter, told.body) == (KANAGAWA, KAMAKURA)
    two = KnownSender(address("a@shared.lg.jp"), True, "", (KANAGAWA, KAMAKURA))
    assert identify(submission(filled), filled, filled.sheets[0], two, the_roster()).submitter == KAMAKURA


def test_a_row_of_nobody_is_the_subjects_all_the_same() -> None:
    listed = file(sheet("どこか市", row=5), kind="collated_list")
    mail = submission(listed, subject=claim("神奈川県", KANAGAWA))
    told = identify(mail, listed, listed.sheets[0], NOBODY_KNOWN, the_roster())
    assert (told.submitter, told.body) == (KANAGAWA, "")


def test_a_name_that_agrees_with_the_sheet_keeps_it_from_being_outvoted() -> None:
    sender = KnownSender(address("a@city.yokohama.lg.jp"), True, "", (YOKOHAMA,))
    backed = file(sheet("鎌倉市", KAMAKURA), name=claim("鎌倉市", KAMAKURA))
    mail = submission(backed, subject=claim("横浜市", YOKOHAMA))
    assert identify(mail, backed, backed.sheets[0], sender, the_roster()).body == KAMAKURA
    alone = file(sheet("鎌倉市", KAMAKURA))
    mail = submission(alone, subject=claim("横浜市", YOKOHAMA))
    assert identify(mail, alone, alone.sheets[0], sender, the_roster()).body == YOKOHAMA


def test_an_approval_for_another_body_names_no_submitter() -> None:
    approved = KnownSender(address("a@x.jp"), True, FUCHU_TOKYO, ())
    filled = file(sheet("鎌倉市", KAMAKURA))
    told = identify(submission(filled), filled, filled.sheets[0], approved, the_roster())
    assert (told.submitter, told.body) == (KAMAKURA, KAMAKURA)
    assert Evidence("approval", "a@x.jp", (FUCHU_TOKYO,)) in told.evidence


def of_city(**known: Any) -> KnownSender:
    """横浜市's own address."""
    return replace(KnownSender(address("a@city.yokohama.lg.jp"), True, "", (YOKOHAMA,)), **known)


def test_a_subject_that_agrees_with_the_sheet_keeps_it_from_being_outvoted() -> None:
    filled = file(sheet("鎌倉市", KAMAKURA), name=claim("横浜市", YOKOHAMA))
    mail = submission(filled, subject=claim("鎌倉市", KAMAKURA))
    assert identify(mail, filled, filled.sheets[0], of_city(), the_roster()).body == KAMAKURA


def test_a_name_of_several_bodies_in_the_sheet_is_settled_by_who_fits_and_by_nobody_else() -> None:
    several = file(sheet("府中市", FUCHU_TOKYO, FUCHU_HIROSHIMA), name=claim("横浜市", YOKOHAMA))
    told = identify(submission(several), several, several.sheets[0], NOBODY_KNOWN, the_roster())
    assert told.body == ""
    fitting = submission(several, subject=claim("府中市", FUCHU_TOKYO))
    assert identify(fitting, several, several.sheets[0], of_city(), the_roster()).body == FUCHU_TOKYO


def test_a_file_name_of_several_bodies_leaves_it_to_the_subject() -> None:
    several = file(name=claim("府中市", FUCHU_TOKYO, FUCHU_HIROSHIMA))
    mail = submission(several, subject=claim("横浜市", YOKOHAMA))
    assert identify(mail, several, None, NOBODY_KNOWN, the_roster()).body == YOKOHAMA


def test_whom_an_official_assigns_is_not_the_sender() -> None:
    told = identify(submission(), None, None, of_city(assigned=KAMAKURA), the_roster())
    assert (told.submitter, told.body) == (YOKOHAMA, KAMAKURA)


@pytest.mark.parametrize(
    ("sender", "body", "strong"),
    [("a@pref.kanagawa.lg.jp", KAMAKURA, True), ("a@city.yokohama.lg.jp", YOKOSUKA, False)],
)
def test_a_file_name_is_believed_of_whom_the_sender_collects(sender: str, body: str, strong: bool) -> None:
    """A prefecture sends its municipalities' sheets: name and domain together are as good as the workbook."""
    known = KnownSender(address(sender), True, "", (KANAGAWA if "pref" in sender else YOKOHAMA,))
    attached = file(name=claim("どこか", body))
    told = identify(submission(attached), attached, None, known, the_roster())
    assert (told.body, told.strong) == (body, strong)


@pytest.mark.parametrize(("name", "claimed"), [("横浜市", "横浜市"), ("", "横浜市 回答")])
def test_what_a_name_says_is_kept_as_it_was_written(name: str, claimed: str) -> None:
    said = replace(claim("横浜市", YOKOHAMA), text="横浜市 回答", name=name)
    told = identify(submission(subject=said), None, None, NOBODY_KNOWN, the_roster())
    assert told.evidence == (Evidence("subject", claimed, (YOKOHAMA,)),)


def test_microsofts_conclusion_that_rests_on_no_record_at_all_accuses_nobody() -> None:
    silent = Authentication("mx", spf="none", dkim="neutral", compauth="fail")
    assert authenticated(submission(authentication=(silent,)), "mx") == "unchecked"
    asked = replace(silent, spf="softfail")
    assert authenticated(submission(authentication=(asked,)), "mx") == "failed"


def test_only_the_topmost_field_without_a_name_is_believed() -> None:
    """Whatever stands below the one that our own server wrote, the sender may have written."""
    passed = Authentication("", dmarc="pass", header_from="city.yokohama.lg.jp")
    silent = Authentication("", spf="none")
    forged, honest = (
        submission(sender="kenko@city.yokohama.lg.jp", authentication=fields)
        for fields in ((silent, passed), (passed, silent))
    )
    assert authenticated(forged, TOPMOST) == "unchecked"
    assert authenticated(honest, TOPMOST) == "passed"
    accused = submission(authentication=(silent, Authentication("", dmarc="fail")))
    assert authenticated(accused, TOPMOST) == "unchecked"


@pytest.mark.parametrize("looked_at", ["mail.city.yokohama.lg.jp", "city.yokohama.lg.jp", "yokohama.lg.jp"])
def test_dmarc_of_the_same_house_speaks_against_nobody(looked_at: str) -> None:
    field = Authentication("mx", dmarc="pass", header_from=looked_at)
    assert authenticated(submission(sender="a@city.yokohama.lg.jp", authentication=(field,)), "mx") != "failed"
