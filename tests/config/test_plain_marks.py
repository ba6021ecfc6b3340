"""Lines to be circled that begin with letters, or with nothing at all, as ordinary surveys have them."""

from __future__ import annotations

import pytest

from config.kinds.marks import Mark, MarksKind


def kind_of(*texts: str) -> MarksKind:
    return MarksKind(marks=tuple(Mark(number=n, text=text) for n, text in enumerate(texts, 1)))


LETTERS = kind_of("ア　予防保全", "イ　複合化・共用化", "ウ　統廃合", "エ　その他")
WORDS = kind_of("電話", "メール", "窓口と郵送")
NUMBERS = kind_of("① 電話", "② メール", "③ その他")


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        (LETTERS, "ア、ウ", "1,3"), (LETTERS, "ウ・ア", "1,3"), (LETTERS, "アウ", "1,3"), (LETTERS, "ア 及び エ", "1,4"),
        (LETTERS, "アとイ", "1,2"), (LETTERS, "イ　複合化・共用化", "2"), (LETTERS, "ｱ,ｲ", "1,2"), (LETTERS, "ウ", "3"),
        (WORDS, "電話、メール", "1,2"), (WORDS, "窓口と郵送", "3"),
        (NUMBERS, "①③", "1,3"), (NUMBERS, "3,1", "1,3"),
        (LETTERS, "オ", ""), (LETTERS, "ア、オ", ""), (LETTERS, "1、2", ""), (LETTERS, "", ""), (WORDS, "窓口", ""),
        (NUMBERS, "④", ""),
    ],
)  # fmt: skip
def test_what_is_told_by_telephone(kind: MarksKind, said: str, value: str) -> None:
    assert kind.meaning(said).value == value


@pytest.mark.parametrize(("kind", "shown"), [(LETTERS, "ア、ウ"), (WORDS, "電話、窓口と郵送"), (NUMBERS, "①③")])
def test_how_it_is_shown(kind: MarksKind, shown: str) -> None:
    assert kind.shown("1,3") == shown


@pytest.mark.parametrize(
    ("text", "number", "taken"),
    [("〇", 3, True), ("ウ", 3, True), ("ｳ", 3, True), ("ア", 3, None), ("統廃合", 3, None), ("×", 3, False)],
)
def test_what_stands_beside_a_lettered_line(text: str, number: int, taken: bool | None) -> None:
    assert LETTERS.mark(text, number) is taken


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (LETTERS, []),
        (WORDS, []),
        (NUMBERS, []),
        (kind_of("① 電話", "③ その他"), ["先頭の番号が number（2）と合いません。"]),
        (kind_of("① 電話", "その他"), ["先頭の番号が number（2）と合いません。"]),
        (kind_of("ア 電話", "ア 電話"), ["「ア 電話」が2回以上あります。"]),
    ],
)
def test_numbers_are_at_each_line_or_at_none(kind: MarksKind, wrong: list[str]) -> None:
    assert [reason for _, reason in kind.mistakes()] == wrong
