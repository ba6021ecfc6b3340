"""Names and codes of bodies as people write them, taken apart: 14横浜市, 府中市(東京都), 横浜市役所. For folded texts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from config.body import Body
from config.patterns import pattern

_CODE = pattern(r"(\d{6}|\d{5}|\d{1,2})(?!\d)(.*)", re.DOTALL)
_BRACKETED = pattern(r"(.+)[(〔\[](.+?)[)〕\]]")
_ADDRESSED = pattern(r".*?(校|園|院|会|所|館|署|局|庁|社|本部|センター)(?:[（(].*)?", re.DOTALL)
_COMPANY = pattern(r"会社|[（(][株有同][）)]|㈱|㈲")
# How companies and corporations shorten what they are, in either place of their names; folded.
_SHORT = {
    "株式会社": "(株)", "有限会社": "(有)", "合同会社": "(同)", "医療法人": "(医)", "学校法人": "(学)",
    "社会福祉法人": "(福)", "一般社団法人": "(一社)", "公益社団法人": "(公社)", "一般財団法人": "(一財)",
    "公益財団法人": "(公財)",
}  # fmt: skip
_PUNCTUATION = pattern(r"[\W_]+")
_OFFICE = pattern(r"(.+?)(?:役所|役場|庁舎?)")


def address_of(name: str) -> str:
    """What stands behind 貴 for a body that is no local government: 校, 院, 本部 …, 機関 where its name ends otherwise
    (組合)."""
    if _COMPANY.search(name):
        return "社"
    hit = _ADDRESSED.fullmatch(name)
    return hit[1] if hit else "機関"


def shortened(name: str) -> str:
    """A folded name with what kind of corporation it is as people shorten it: (株)第一工業."""
    for whole, short in _SHORT.items():
        name = name.replace(whole, short)
    return name


def without_marks(name: str) -> str:
    """A name without spaces and punctuation."""
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
    """The name as written, without punctuation, with 株式会社 as (株), without 市役所's 役所."""
    yield name
    plain = without_marks(name)
    yield plain
    yield without_marks(shortened(name))
    if office := _OFFICE.fullmatch(plain):
        yield office[1]
