"""Words beside the number of a choice that take it back, leave it open, or say the opposite (①ではない, ①（仮）, ② なし).

Only looks at words; which choice they stand beside is for `numbered.py`.
"""

from __future__ import annotations

from config.patterns import pattern
from config.spelling import begun_alike, fold, label_key

_DOUBT = pattern(
    r"[?]|以外|(?:で|じゃ)は?(?:ない|なく|ありません|無い)|とは(?:い|言)え|(?:いずれ|どれ|どちら)(?:で|に)?も"
    r"|(?:こと|わけ|訳)(?:は|では)(?:ない|ありません|無い)|か(?:どうか|は?不明|未確認|確認中|調査中)|\A(?:だ|で|であ)?った(?:が|もの)"
    r"|(?:ですか|ますか|でしょうか|だろうか|[よ良い]いか|かな|かも(?:しれ\w*)?|はず(?:です|である)?)[。.)\s]*$"
)
# Alone behind a number: it is not settled.
_OPEN = (
    r"(?:仮(?:置き|回答|の?選択)?|暫定|とりあえず|(?:現在|現時点で)?(?:調査|確認|照会|精査)中|未確認|要確認|不明|たぶん|おそらく|多分"
    r"|のはず|除く|[×✕△]|等|など|ほか|その他|[他外]|未(?:確定|決定)|(?:決裁|確定)前|素?案|一部(?:のみ|だけ)?|部分的(?:に)?)"
)
_NOT_YET = r"(?:(?:現在|現時点で)?(?:検討|調整|準備|策定|作成|整備)中|未定|予定)"
_UNSETTLED = pattern(
    rf"[(〔\[※\s]*(?:(?:ただし|但し)[、,]?)?(?:{_OPEN}|(?P<yet>{_NOT_YET}))(?:です|である)?[)〕\]。.\s]*"
)
# … and so in a clause or in brackets behind other words (①なし（調査中）)
_UNSETTLED_PART = pattern(
    r"(?:(?:ただし|但し|一部|現在|現時点で|引き?続き)?(?:調査|確認|照会|精査)(?:を|は)?(?:継続|実施)?中|(?:確認|調査|照会)要|要(?:調査|照会)|未(?:確認|確定|決定)|要確認|暫定|仮|素?案)"
    r"(?:の(?:もの|案件|事案|事例|部分|ケース)?(?:が|も)?(?:あり|ある|有り?|\d+件))?(?:です|である)?"
)
_PARTS = pattern(r"[。、,;/・\n()〔〕\[\]※]|(?<=ない)が")
# Words about the number itself: 「①を選択」 says it, 「①は行っていない」 says something else.
_PARTICLE = pattern(
    r"(?:は(?!い)|が|も(?!ち)|を|に|で(?!き)|から|まで|より|へ|と(?!り)|や(?!む)|じゃ|か(?![つねな]))"
)
_AFFIRMED = pattern(
    r"(?:を(?:選|回答)|に(?:該当(?!しな|せ)|なり|○|〇|丸|同じ|訂正|修正)|で(?:す|ある|回答|お願い)"
    r"|と(?:する|し|回答|なり|同)|が該当(?!しな|せ))"
)
_NEGATIVE = pattern(r"ない|(?<!少)なく|ません|無[いし]|無$|なし|[せれ]ず|未(?:実施|対応|定|了)")
_POSITIVE = pattern(r"ある|あり|有り|いる|おり")
_ONLY_NO = pattern(
    r"(?:無|ない|無い|なし|無し|いいえ|ありません|該当(?:なし|無し|せず)|非該当|対象外|未(?:実施|対応|定)?"
    r"|(?:実施|対応|該当|は)?(?:して|行って)(?:い|おり)(?:ない|ません)|(?:該当)?しない|行わない)"
)
_ONLY_YES = pattern(r".{0,6}(?:有|有り|あり|ある|あります|ありました)")
# How many there are, against a choice that says whether there are any (事例はない)
_THERE_IS = pattern(r"[^、。]{1,12}[はが](?:(?P<none>ない|無い|ありません|なし)|ある|あり|有り?)[。.]?")
_SOME = pattern(r".{0,8}?(?<!\d)[1-9]\d*(?:件|例|ケース)(?:のみ|だけ|程度|です)?")
_NONE = pattern(r"(?:0|ゼロ|零)(?:件|例)?(?:です)?")
_ONE_ALONE = pattern(r"(?:(?:担当|職員)(?:者|職員)?)?(?:[1一][人名](?:のみ|だけ|体制|で)|単独)")
_POLITELY = (
    ("ておりません", "ていない"), ("ていません", "ていない"), ("ております", "ている"), ("ています", "ている"),
    ("ございません", "ない"), ("ありません", "ない"), ("はない", "ない"), ("がない", "ない"), ("無い", "ない"),
    ("無し", "ない"), ("なし", "ない"),
)  # fmt: skip
_CLAUSES = pattern(r"[。、,;/・\n]")
_OPENING = pattern(r"[(〔\[]")


def doubted(beside: str) -> bool:
    """Whether words beside a choice ask, exclude or deny it."""
    return bool(_DOUBT.search(beside))


def unsettled(beside: str, own: str) -> bool:
    """Whether what stands alone beside a number says that it is not settled, where that is no word of the choice's own
    text; 検討中 agrees with what has not been done, or is planned."""
    parts = (part.strip() for part in _PARTS.split(beside))
    if any(_UNSETTLED_PART.fullmatch(part) and label_key(part) not in label_key(own) for part in parts):
        return True
    found = _UNSETTLED.fullmatch(beside)
    if not found or label_key(beside) in label_key(own):
        return False
    return not (found["yet"] and ("予定" in own or _NEGATIVE.search(own)))


def turns_away(rest: str) -> bool:
    """Whether the words behind the number go on about it (①は行っていない) instead of standing beside it."""
    return bool(_PARTICLE.match(rest)) and not _AFFIRMED.match(rest)


def contradicts(rest: str, own: str) -> bool:
    """Whether the rest denies what the choice's text `own` says, or says what it denies: in its very words
    (① 定めていません), or with nothing but yes or no (② なし)."""
    first, key = fold(_CLAUSES.split(rest)[0]), label_key(own)
    there_is = _THERE_IS.match(own)
    if there_is and (_SOME if there_is["none"] else _NONE).fullmatch(first):
        return True
    if "複数" in own and _ONE_ALONE.match(first):
        return True
    denies, affirms = bool(_NEGATIVE.search(own)), bool(_POSITIVE.search(own))
    if denies and affirms:  # it does both: 定めていないが、…がある
        begins = _CLAUSES.split(own)[0]
        return not _NEGATIVE.search(begins) and bool(_POSITIVE.search(begins) and _ONLY_NO.fullmatch(first))
    if begun_alike(label_key(first), key) >= min(2, len(key)) and not _OPENING.search(first):
        return denies != bool(_NEGATIVE.search(first))
    return bool((_ONLY_NO if not denies else _ONLY_YES).fullmatch(first))


def plainly(key: str) -> str:
    """A text without its politeness: 定めておりません is 定めていない, 事例なし is 事例はない."""
    for polite, plain in _POLITELY:
        key = key.replace(polite, plain)
    return key
