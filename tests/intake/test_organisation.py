"""組織名 in the form that the sheet prescribes: 「都道府県コード・都道府県名・市区町村名を空白を入れず入力。
郡名は省略。（例：14神奈川県相模原市）」. What each deviation is called, by hand."""

from __future__ import annotations

import pytest

from config.body import Match
from config.kinds.kind import Around
from config.kinds.organisation import OrganisationKind, deviations, prescribed
from tests.workbooks.forms_at_hand import the_roster

SAGAMIHARA, HAYAMA, YOKOHAMA, KANAGAWA = "141500", "143014", "141003", "140007"


@pytest.mark.parametrize(
    ("lgcode", "value", "codes"),
    [
        (SAGAMIHARA, "14神奈川県相模原市", ()),
        (SAGAMIHARA, "１４神奈川県相模原市", ()),
        (KANAGAWA, "14神奈川県", ()),
        (SAGAMIHARA, "神奈川県相模原市", ("organisation_code_missing",)),
        (SAGAMIHARA, "13神奈川県相模原市", ("organisation_code_disagrees",)),
        (SAGAMIHARA, "141500神奈川県相模原市", ("organisation_code_digits",)),
        (SAGAMIHARA, "14相模原市", ("organisation_prefecture_missing",)),
        (SAGAMIHARA, "14神奈川県　相模原市", ("organisation_spaces",)),
        (HAYAMA, "14神奈川県三浦郡葉山町", ("organisation_county",)),
        (YOKOHAMA, "14神奈川県横浜市鶴見区", ("organisation_ward",)),
        (SAGAMIHARA, "14神奈川県相模原市役所", ("organisation_form",)),
    ],
)
def test_each_deviation_from_the_prescribed_form_has_its_name(
    lgcode: str, value: str, codes: tuple[str, ...]
) -> None:
    body = the_roster().by_code(lgcode)
    assert body is not None
    assert deviations(value, body) == codes


def test_the_prescribed_form_of_a_city_a_town_and_a_prefecture() -> None:
    found = [prescribed(body) for code in (SAGAMIHARA, HAYAMA, KANAGAWA) if (body := the_roster().by_code(code))]
    assert found == ["14神奈川県相模原市", "14神奈川県葉山町", "14神奈川県"]


@pytest.mark.parametrize("value", ["横浜市", "神奈川県横浜市", "14神奈川県横浜市", "神奈川県 横浜市", "141003"])
def test_a_form_that_asks_for_no_code_takes_every_spelling_that_tells_one_body(value: str) -> None:
    kind, body = OrganisationKind(), the_roster().by_code(YOKOHAMA)
    assert body is not None and kind.spelling(body) == "神奈川県横浜市"
    found = Around(match=Match("found", (body,)))
    assert list(kind.faults(value, found)) == []
