"""Which spellings are the same for a comparison, and which must stay apart."""

from __future__ import annotations

import pytest

from config.roster import Roster, fold


@pytest.mark.parametrize(
    ("met", "usual"),
    [
        ("髙槻市", "高槻市"),
        ("宮﨑県", "宮崎県"),
        ("龍ヶ崎市", "竜ケ崎市"),
        ("檮原町", "梼原町"),
        ("惠庭市", "恵庭市"),
        ("飛驒市", "飛騨市"),
        ("ﾆｾｺ町", "ニセコ町"),
        ("神奈川\u3000県\r\n横浜 市", "神奈川県横浜市"),
        ("１４", "14"),
        ("\ufeff横\u200b浜市", "横浜市"),
        ("葛\U000e0100城市", "葛城市"),
        ("神奈川縣", "神奈川県"),
    ],
)
def test_the_same_name_however_it_was_typed(met: str, usual: str) -> None:
    assert fold(met) == fold(usual)


def test_folding_twice_changes_nothing(roster: Roster) -> None:
    texts = [body.full_name for body in roster] + ["髙﨑ヶ﨑", "①　Ａ（あ）", "㈱"]
    assert [text for text in texts if fold(fold(text)) != fold(text)] == []


def test_no_two_names_of_the_roster_become_one(roster: Roster) -> None:
    different = {body.name for body in roster}
    assert {"鹿嶋市", "鹿島市"} <= different
    assert len({fold(name) for name in different}) == len(different)
