"""A body's name with an office or a post behind it (横浜市健康福祉局健康推進課, 横浜市長, 神奈川県知事), and
characters that look like others.

Splits spellings only; whose they are is for the roster. What is not for certain an office of the body itself (an
association, a public company, a union of municipalities) is none.
"""

from __future__ import annotations

from collections.abc import Collection

from config.patterns import pattern

_UNIT = r".*(?:役所|役場|庁舎?|(?:局|部|課|室|係|班|所|センター)長?|担当|グループ|チーム|委員会|御中|様)"
_HOLDER = r"[一-龠々ヶヵァ-ヺぁ-ゖ]{2,8}(?<![館園院校会署店局部課室係所])"  # who holds a post: 市長 山中竹春
_OFFICE = pattern(rf"{_UNIT}|副?[区市町村]?長(?:{_HOLDER})?")
_OF_PREFECTURE = pattern(rf"{_UNIT}|知事.{{0,8}}")
_OTHERS = pattern("^立|組合|連合|協議会|公社|公団|法人|財団|会社|医師会|大学|学校|議会")
_ALL_OF_THEM = pattern("区?市?町村|[市区町村]民")  # 市町村課, 県民局: no municipality
_MUNICIPALITY = pattern("[市区町村郡]")
# Offices that prefectures keep in their districts, named after a place there. Cities have the like of none of these …
_OF_DISTRICT = pattern(
    r"(?:地方|地域|広域|総合)?(?:(?:保健|健康|厚生|福祉|環境){2,3}事務所|厚生センター|(?:総合|地方|地域)?(?:振興局|支庁|振興センター|振興事務所)"
    r"|県民(?:局|センター)|地方保健所).{0,24}"
)
_HEALTH_CENTRE = pattern(r"(?:地域|広域)?保健所.{0,24}")  # … but the larger ones of this
_LONGEST = 60  # characters; a longer text is a sentence
# Kanji, and the kana that are taken for them; all of them become the kana.
_LOOK_ALIKE = str.maketrans("口囗二八夕工力卜へべぺ一", "ロロニハタエカトヘベペー")


def confused(name: str) -> str:
    """A folded name in which characters that look alike are one: 川ロ市 (with a kana) and 川口市."""
    return name.translate(_LOOK_ALIKE)


def is_of_district(office: str, has_health_centre: bool) -> bool:
    """Whether what stands behind a place's name (小田原|保健福祉事務所) makes it an office of the prefecture, and not of
    the city there, `has_health_centre`: which keeps one itself."""
    return bool(_OF_DISTRICT.fullmatch(office) or (not has_health_centre and _HEALTH_CENTRE.fullmatch(office)))


def without_office(name: str, spellings: Collection[str]) -> tuple[str, str]:
    """(name, office) where a folded text begins with one of `spellings` and goes on with an office or a post of that
    body; both empty where it does not."""
    if len(name) > _LONGEST:
        return "", ""
    for end in range(len(name) - 1, 1, -1):
        first, rest = name[:end], name[end:]
        if first not in spellings:
            continue
        prefecture = first[-1] in "都道府県"
        fits = (_OF_PREFECTURE if prefecture else _OFFICE).fullmatch(rest) and not _OTHERS.search(rest)
        elsewhere = prefecture and _MUNICIPALITY.search(_ALL_OF_THEM.sub("", rest))
        return (first, rest) if fits and not elsewhere else ("", "")
    return "", ""
