"""組織名 against everything else (rule `evidence_disagrees`): when the sender's own names outvote it, and when a human
must look. The form prints 「14神奈川県相模原市」 as its example, which gets left in."""

from __future__ import annotations

import pytest

from intake.submission import Claim
from routing.decision.identify import identify
from routing.records import Identity
from tests.routing.cases_at_hand import (
    FUCHU_TOKYO,
    KAMAKURA,
    KANAGAWA,
    SAGAMIHARA,
    TOKYO,
    YOKOHAMA,
    claim,
    file,
    sender,
    sheet,
    submission,
)
from tests.workbooks.forms_at_hand import the_roster

EXAMPLE = sheet("14神奈川県相模原市", SAGAMIHARA)
NOTHING = claim()


def told(who: str, file_name: Claim = NOTHING, subject: Claim = NOTHING, row: int = 0) -> Identity:
    """The identity of a sheet on which the form's example was left in."""
    made = sheet("14神奈川県相模原市", SAGAMIHARA, row=row) if row else EXAMPLE
    attached = file(made, name=file_name)
    return identify(submission(attached, subject=subject), attached, made, sender(who), the_roster())


@pytest.mark.parametrize("where", ["file_name", "subject"])
def test_sender_and_one_name_together_outvote_the_workbook(where: str) -> None:
    found = told("a@city.fuchu.tokyo.jp", **{where: claim("府中市", FUCHU_TOKYO)})
    assert (found.submitter, found.body) == (FUCHU_TOKYO, FUCHU_TOKYO)
    assert (found.strong, found.disagree) == (True, ("organisation",))


def test_the_sender_alone_does_not() -> None:
    found = told("a@city.fuchu.tokyo.jp")
    assert (found.submitter, found.body) == (FUCHU_TOKYO, SAGAMIHARA)  # strangers: a human looks


def test_names_without_the_sender_do_not() -> None:
    found = told("a@kenkou.lg.jp", claim("横浜市", YOKOHAMA), claim("横浜市", YOKOHAMA))
    assert (found.body, found.disagree) == (SAGAMIHARA, ("file_name", "subject"))


def test_a_name_that_agrees_with_the_workbook_leaves_it_to_a_human() -> None:
    found = told("a@city.fuchu.tokyo.jp", claim("相模原市", SAGAMIHARA), claim("府中市", FUCHU_TOKYO))
    assert (found.submitter, found.body) == (FUCHU_TOKYO, SAGAMIHARA)


def test_a_prefecture_sends_its_citys_sheet_under_its_own_name() -> None:
    found = told("a@pref.kanagawa.lg.jp", subject=claim("神奈川県", KANAGAWA))
    assert (found.submitter, found.body, found.disagree) == (KANAGAWA, SAGAMIHARA, ())


def test_a_prefectures_subject_is_no_second_vote() -> None:
    assert told("a@pref.tokyo.lg.jp", subject=claim("東京都", TOKYO)).body == SAGAMIHARA


def test_a_prefecture_with_its_municipalitys_file_name_is() -> None:
    found = told("a@pref.kanagawa.lg.jp", claim("鎌倉市", KAMAKURA))
    assert found.body == SAGAMIHARA  # within one prefecture the workbook counts: it may be that city's
    found = told("a@metro.tokyo.lg.jp", claim("府中市", FUCHU_TOKYO), claim("東京都", TOKYO))
    assert (found.submitter, found.body, found.disagree) == (TOKYO, FUCHU_TOKYO, ("organisation",))


def test_a_row_of_a_list_is_never_outvoted() -> None:
    found = told("a@metro.tokyo.lg.jp", claim("東京都", TOKYO), claim("東京都", TOKYO), row=5)
    assert found.body == SAGAMIHARA
