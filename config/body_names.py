"""Names and codes of bodies as people write them, taken apart: 14横浜市, 府中市(東京都), 横浜市役所. For folded texts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from config.body import Body
from config.patterns import pattern

_CODE = pattern(r"(\d{6}|\d{5}|\d{1,2})(?!\d)(.*)", re.DOTALL)
_BRACKETED = pattern(r"(.+)[(〔\[](.+?)[)〕\]]")
_ADDRESSED = "校園院会所館署局庁社"
_PUNCTUATION = pattern(r"[\W_]+")
_OFFICE = pattern(r"(.+?)(?:役所|役場|庁舎?)")


def address_of(name: str) -> str:
    """What stands behind 貴 for a body that is no local government: 校, 院 …, 機関 where its name ends otherwise
    (センター, 組合)."""
    return name[-1] if name[-1] in _ADDRESSED else "機関"


def without_marks(name: str) -> str:
    """Without spaces and punctuation."""
    return _PUNCTUATION.sub("", name)


class KanaNames:
    """Names of bodies in ひらがな or カタカナ, alone and with the prefecture's."""

    def __init__(self, bodies: Collection[Body]) -> None:
        self._bodies: dict[str, list[Body]] = {}
        of = {body.name: body.kana for body in bodies if body.kind == "prefecture"}
        for body in bodies:
            for spelling in filter(None, dict.fromkeys((body.kana, of.get(body.prefecture, "") + body.kana))):
                self._bodies.setdefault(spelling, []).append(body)

    def of(self, name: str) -> tuple[Body, ...]:
        """The bodies of a folded name."""
        hiragana = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in without_marks(name))
        return tuple(self._bodies.get(hiragana, ()))


def split_code(text: str) -> tuple[str, str]:
    """(code, name) of a folded text; a single digit is a prefecture's code that lost its zero."""
    hit = _CODE.fullmatch(text)
    if not hit:
        return "", text
    code, name = hit[1].zfill(2), hit[2]
    return code, name if without_marks(name) else ""


def split_brackets(name: str, spellings: Collection[str]) -> tuple[str, str]:
    """府中市(東京都) -> (府中市, 東京都); both together where that is one of `spellings`: 神奈川県(横浜市)."""
    hit = _BRACKETED.fullmatch(name)
    if hit and hit[1] + hit[2] in spellings:
        return hit[1] + hit[2], ""
    return (hit[1], hit[2]) if hit else (name, "")


def attempts(name: str) -> Iterator[str]:
    """The name as written, without punctuation, without 市役所's 役所."""
    yield name
    plain = without_marks(name)
    yield plain
    if office := _OFFICE.fullmatch(plain):
        yield office[1]
