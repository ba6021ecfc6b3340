"""Who submits, and whose answer is it, from evidence set out by hand."""

from __future__ import annotations

import pytest

from intake.submission import Claim, FileReading
from routing.decision.identify import ProgramEvidence, identify, infer_program, know_sender
from routing.records import Identity, KnownSender
from tests.routing.cases_at_hand import (
    FUCHU_HIROSHIMA,
    FUCHU_TOKYO,
    HIROSHIMA,
    KAMAKURA,
    KANAGAWA,
    SAGAMIHARA,
    TOKYO,
    YOKOHAMA,
    YOKOSUKA,
    address,
    claim,
    file,
    sender,
    sheet,
    submission,
)
from tests.workbooks.forms_at_hand import the_roster, the_survey

FUCHU = (FUCHU_TOKYO, FUCHU_HIROSHIMA)


def identity(attached: FileReading, who: KnownSender, subject: Claim | None = None) -> Identity:
    """The identity of the one sheet of a file."""
    mail = submission(attached, subject=subject)
    first = attached.sheets[0] if attached.sheets else None
    return identify(mail, attached, first, who, the_roster())


def test_a_city_sends_its_own_sheet() -> None:
    told = identity(
        file(sheet("14神奈川県横浜市", YOKOHAMA)), sender("a@city.yokohama.lg.jp"), claim("横浜市", YOKOHAMA)
    )
    assert (told.submitter, told.body, told.strong, told.disagree) == (YOKOHAMA, YOKOHAMA, True, ())


def test_a_prefecture_sends_a_municipalitys_sheet_submitter_and_body_are_two() -> None:
    told = identity(
        file(sheet("14神奈川県鎌倉市", KAMAKURA), name=claim("鎌倉市", KAMAKURA)),
        sender("a@pref.kanagawa.lg.jp"),
        claim("神奈川県", KANAGAWA),
    )
    assert (told.submitter, told.body, told.disagree) == (KANAGAWA, KAMAKURA, ())


def test_the_prefecture_is_known_by_its_subject_where_the_domain_says_nothing() -> None:
    told = identity(file(sheet("鎌倉市", KAMAKURA)), sender("a@kenkou.lg.jp"), claim("神奈川県", KANAGAWA))
    assert (told.submitter, told.body) == (KANAGAWA, KAMAKURA)


def test_a_subject_of_another_prefecture_names_no_submitter() -> None:
    told = identity(file(sheet("鎌倉市", KAMAKURA)), sender("a@kenkou.lg.jp"), claim("東京都", TOKYO))
    assert (told.submitter, told.body, told.disagree) == (KAMAKURA, KAMAKURA, ("subject",))


@pytest.mark.parametrize(
    ("who", "body"),
    [("a@city.fuchu.tokyo.jp", FUCHU_TOKYO), ("a@city.fuchu.hiroshima.jp", FUCHU_HIROSHIMA)],
)
def test_fuchu_is_told_by_the_senders_domain(who: str, body: str) -> None:
    told = identity(file(sheet("府中市", *FUCHU)), sender(who))
    assert (told.submitter, told.body, told.strong) == (body, body, True)


def test_fuchu_is_told_by_the_prefecture_in_the_subject() -> None:
    told = identity(file(sheet("府中市", *FUCHU)), sender("a@kenkou.lg.jp"), claim("広島県", HIROSHIMA))
    assert (told.submitter, told.body) == (HIROSHIMA, FUCHU_HIROSHIMA)


def test_fuchu_alone_is_never_guessed() -> None:
    told = identity(file(sheet("府中市", *FUCHU)), sender("a@city.fuchu.lg.jp"), claim("府中市", *FUCHU))
    assert told.body == ""
    assert {e.source for e in told.evidence} == {"organisation", "sender_domain", "subject"}


def test_a_subject_that_contradicts_workbook_and_domain_is_outweighed_and_named() -> None:
    told = identity(
        file(sheet("神奈川県横浜市", YOKOHAMA)),
        sender("a@city.yokohama.lg.jp"),
        claim("相模原市", SAGAMIHARA),
    )
    assert (told.submitter, told.body, told.disagree) == (YOKOHAMA, YOKOHAMA, ("subject",))


def test_a_file_name_that_contradicts_the_workbook_is_named() -> None:
    told = identity(
        file(sheet("横浜市", YOKOHAMA), name=claim("相模原市", SAGAMIHARA)), sender("a@city.yokohama.lg.jp")
    )
    assert (told.body, told.disagree) == (YOKOHAMA, ("file_name",))


def test_workbook_and_domain_of_two_cities_are_two_identities() -> None:
    told = identity(file(sheet("相模原市", SAGAMIHARA)), sender("a@city.yokohama.lg.jp"))
    assert (told.submitter, told.body) == (YOKOHAMA, SAGAMIHARA)


def test_the_forms_printed_example_left_in_is_outvoted_by_domain_and_name() -> None:
    """別添 prints （例：14神奈川県相模原市） beside 組織名."""
    told = identity(
        file(sheet("14神奈川県相模原市", SAGAMIHARA)),
        sender("a@city.yokohama.lg.jp"),
        claim("横浜市", YOKOHAMA),
    )
    assert (told.submitter, told.body, told.disagree) == (YOKOHAMA, YOKOHAMA, ("organisation",))


def test_a_prefectures_subject_is_no_vote_against_the_sheets_that_it_sends() -> None:
    told = identity(
        file(sheet("東京都府中市", FUCHU_TOKYO)), sender("a@pref.kanagawa.lg.jp"), claim("神奈川県", KANAGAWA)
    )
    assert (told.submitter, told.body) == (KANAGAWA, FUCHU_TOKYO)


def test_the_file_name_tells_the_body_where_the_sheet_does_not() -> None:
    told = identity(file(sheet(), name=claim("横浜市", YOKOHAMA)), sender("a@kenkou.lg.jp"))
    assert (told.body, told.strong) == (YOKOHAMA, False)


def test_a_name_that_the_roster_does_not_know_leaves_the_word_to_the_next_evidence() -> None:
    told = identity(file(sheet("よこはまし")), sender("a@kenkou.lg.jp"), claim("横浜市", YOKOHAMA))
    assert told.body == YOKOHAMA
    first = told.evidence[0]
    assert (first.source, first.claim, first.lgcodes) == ("organisation", "よこはまし", ())


def test_the_sender_speaks_for_itself_where_nothing_is_named() -> None:
    told = identity(file(sheet()), sender("a@city.yokohama.lg.jp"))
    assert (told.submitter, told.body, told.strong) == (YOKOHAMA, YOKOHAMA, True)


def test_nothing_tells_nobody() -> None:
    told = identity(file(sheet()), sender("a@kenkou.lg.jp"))
    assert (told.submitter, told.body, told.strong, told.evidence) == ("", "", False, ())


def test_an_assigned_body_wins_over_all_evidence() -> None:
    told = identity(
        file(sheet("相模原市", SAGAMIHARA)),
        sender("a@city.sagamihara.lg.jp", assigned=YOKOHAMA),
        claim("相模原市", SAGAMIHARA),
    )
    assert (told.body, told.strong) == (YOKOHAMA, True)
    assert told.evidence[0].source == "operator"


@pytest.mark.parametrize(
    ("text", "approved", "recognised"),
    [
        ("a@city.yokohama.lg.jp", None, True),
        ("a@section.metro.tokyo.jp", None, True),
        ("a@example.com", None, False),
        ("a@city.example.jp", None, False),  # anybody may own the name example.jp
        ("a@example.com", "", True),  # approved by an operator, without a body
        ("a@itaku.example.co.jp", None, True),  # a domain that the settings approve
    ],
)
def test_who_is_recognised(text: str, approved: str | None, recognised: bool) -> None:
    known = know_sender(address(text), approved, ("itaku.example.co.jp",), the_roster())
    assert known.recognised is recognised


def test_an_approval_with_a_body_tells_the_submitter() -> None:
    known = know_sender(address("a@example.com"), YOKOHAMA, (), the_roster())
    told = identity(file(sheet()), known)
    assert (told.submitter, told.body) == (YOKOHAMA, YOKOHAMA)


def test_a_mail_without_a_sender_is_recognised_as_nobody() -> None:
    assert know_sender(None, None, (), the_roster()) == KnownSender(None, False, "", ())


NOTHING = ProgramEvidence((), (), "")
ALL = frozenset({"nanbyo", "shoman", "yobosesshu", "kenshin"})


@pytest.mark.parametrize(
    ("evidence", "answers", "program"),
    [
        (NOTHING, ALL, ""),
        (ProgramEvidence(("yobosesshu",), (), ""), ALL, "yobosesshu"),  # file name
        (ProgramEvidence((), (), "yoboseshu"), ALL, "yobosesshu"),  # mailbox ② takes one program only
        (ProgramEvidence((), (), "n_mynumber"), ALL, ""),  # mailbox ① takes two
        (ProgramEvidence((), ("shoman",), "n_mynumber"), ALL, "shoman"),  # subject
        (ProgramEvidence(("nanbyo",), ("shoman",), "n_mynumber"), ALL, "nanbyo"),  # file name before subject
        (ProgramEvidence((), (), "n_mynumber"), ALL - {"nanbyo"}, "shoman"),  # a core city owes no 難病
        (ProgramEvidence(("yobosesshu",), (), "n_mynumber"), ALL, "yobosesshu"),  # sent to a wrong mailbox
        (ProgramEvidence(("kenshin",), (), "n_mynumber"), ALL, ""),  # 別添１ is never 自治体検診
    ],
)
def test_the_program_of_form_1_is_inferred(
    evidence: ProgramEvidence, answers: frozenset[str], program: str
) -> None:
    assert infer_program(sheet(), evidence, answers, the_survey()) == program


def test_the_second_form_is_about_one_program_whatever_else_is_said() -> None:
    evidence = ProgramEvidence(("nanbyo",), ("shoman",), "n_mynumber")
    assert infer_program(sheet(form="form2"), evidence, ALL, the_survey()) == "kenshin"


def test_what_the_sheet_says_wins() -> None:
    evidence = ProgramEvidence(("shoman",), ("shoman",), "yoboseshu")
    assert infer_program(sheet(program="nanbyo"), evidence, ALL, the_survey()) == "nanbyo"


def test_the_core_city_of_the_roster_owes_no_nanbyo(register) -> None:  # type: ignore[no-untyped-def]
    assert register.programs_of(YOKOSUKA) == {"shoman", "yobosesshu", "kenshin"}
    assert register.programs_of(KANAGAWA) == ALL
    assert register.programs_of(KAMAKURA) == {"yobosesshu", "kenshin"}
    assert register.programs_of("131032") == {
        "shoman",
        "yobosesshu",
        "kenshin",
    }  # 港区, Tokyo collects its 小慢


def test_a_list_row_without_a_known_body_is_not_the_prefectures_own() -> None:
    """File name and subject name the prefecture that made the list, not the row's municipality."""
    told = identity(
        file(sheet("神奈川県不明町", row=3), name=claim("神奈川県", KANAGAWA), kind="collated_list"),
        sender("a@pref.kanagawa.lg.jp"),
        claim("神奈川県", KANAGAWA),
    )
    assert (told.submitter, told.body) == (KANAGAWA, "")


def test_the_example_of_the_form_left_in_is_outvoted_by_sender_and_subject() -> None:
    """「14神奈川県相模原市」 is the form's printed example (別添１, 組織名)."""
    told = identity(
        file(sheet("14神奈川県相模原市", SAGAMIHARA)),
        sender("a@city.yokosuka.kanagawa.jp"),
        claim("横須賀市", YOKOSUKA),
    )
    assert (told.body, told.disagree) == (YOKOSUKA, ("organisation",))
