"""Short texts are worked out once, long ones each time, and nothing is taken for something else."""

from __future__ import annotations

from config.cache import cache_short


def test_a_short_text_is_worked_out_once_and_a_long_one_each_time() -> None:
    asked: list[str] = []

    @cache_short(2, longest=3)
    def backwards(text: str) -> str:
        asked.append(text)
        return text[::-1]

    assert [backwards(text) for text in ("abc", "abc", "abcd", "abcd")] == ["cba", "cba", "dcba", "dcba"]
    assert asked == ["abc", "abcd", "abcd"]


def test_the_oldest_is_forgotten() -> None:
    asked: list[str] = []

    @cache_short(2, longest=3)
    def same(text: str) -> str:
        asked.append(text)
        return text

    for text in ("a", "b", "c", "a"):
        same(text)
    assert asked == ["a", "b", "c", "a"]


def test_what_is_asked_for_again_and_again_stays_known() -> None:
    asked: list[str] = []

    @cache_short(6, longest=3)
    def same(text: str) -> str:
        asked.append(text)
        return text

    for number in range(100):
        assert (same("a"), same(str(number))) == ("a", str(number))
    assert asked.count("a") == 1
    assert len(asked) == 101


def test_what_stands_beside_the_text_counts() -> None:
    @cache_short(8, longest=3)
    def times(text: bytes, number: int = 1) -> bytes:
        return text * number

    assert [times(b"a"), times(b"a", 2), times(b"a", 3), times(b"abcd", 2)] == [b"a", b"aa", b"aaa", b"abcdabcd"]
