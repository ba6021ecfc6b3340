"""Romanised place names: kana in Latin letters, and the many ways of doing that in domain names made equal.

For comparing only: `normalise` gives no spelling that anybody uses.
"""

from __future__ import annotations

from config.patterns import pattern

_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの",
    "h": "はひふへほ", "m": "まみむめも", "r": "らりるれろ", "g": "がぎぐげご", "z": "ざじずぜぞ",
    "d": "だぢづでど", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ",
}  # fmt: skip
_KANA = {kana: row + vowel for row, line in _ROWS.items() for kana, vowel in zip(line, "aiueo", strict=True)}
_KANA |= {"や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "を": "o", "ん": "n", "ー": ""}
_SMALL = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo"}
# In this order: Hepburn and its variants become 訓令式.
_LEVELLED = (
    ("-", ""), ("tch", "tty"), ("cch", "tty"), ("sh", "sy"), ("ch", "ty"),
    ("ts", "t"), ("j", "zy"), ("yy", "y"),
    ("syi", "si"), ("tyi", "ti"), ("zyi", "zi"), ("di", "zi"), ("du", "zu"), ("dz", "z"), ("f", "h"),
    ("mb", "nb"), ("mp", "np"), ("mm", "nm"),
)  # fmt: skip
_LONG_O = pattern(r"o[ou]+|oh(?![aiueoy])")  # ootsu and ohtsu, but not ohira
_LONG_U = pattern(r"u{2,}")


def from_kana(kana: str) -> str:
    """ひらがな in 訓令式, letter by letter: かながわ -> kanagawa, きょうと -> kyouto, さっぽろ -> sapporo.

    Raises KeyError for anything but ひらがな and ー.
    """
    sounds: list[str] = []
    double = False
    for letter in kana:
        if letter == "っ":
            double = True
            continue
        if letter in _SMALL:
            sounds[-1] = sounds[-1][:-1] + _SMALL[letter]
            continue
        sound = _KANA[letter]
        sounds.append(sound[0] + sound if double else sound)
        double = False
    return "".join(sounds)


def normalise(romaji: str) -> str:
    """One form for the usual romanisations of a name: ohtsu, otsu, ootu -> otu; shimbashi -> sinbasi."""
    text = romaji.lower()
    for met, used in _LEVELLED:
        text = text.replace(met, used)
    return _LONG_U.sub("u", _LONG_O.sub("o", text))
