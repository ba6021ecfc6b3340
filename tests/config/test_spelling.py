"""Which spellings are the same for a comparison, and which must stay apart."""

from __future__ import annotations

import pytest

from config.roster import Roster, fold
from config.spelling import says_nothing


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


@pytest.mark.parametrize(
    "written",
    ["該当ありません", "該当事項なし", "該当する事例はありません", "市町村のため対象外", "対象外のため回答不要",
     "特にございません", "該当なし（都道府県のみ）", "本市は対象外", "未記入", "空白", "→Q6へ", "None", "|",
     "（回答不要です）", "→Q6", "省略", "*", "※", "都道府県のみ", "（都道府県のみ）", "県のみ回答"],
)  # fmt: skip
def test_words_for_nothing(written: str) -> None:
    assert says_nothing(written)


@pytest.mark.parametrize(
    "written",
    ["事例はありません", "マニュアルはなし", "該当者1名", "対象外の者を含む", "未定", "不明", "同上", "空", "なしの礫", "①",
     "Q6", "→2", "市民のみ", "①のみ", "該当なし。ただし令和４年に１件"],
)  # fmt: skip
def test_words_that_say_something(written: str) -> None:
    assert not says_nothing(written)
