"""How a survey calls its questions: Q7-4, or as its form prints them, 問７－４.

`{key}` stands for the key of the question, `{wide_key}` for the same in full width.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.patterns import pattern
from config.spelling import nfkc

PLAIN = "Q{key}"
_NAMES = pattern(r"\{(?:wide_)?key\}")
_WIDE = str.maketrans({chr(narrow): chr(narrow + 0xFEE0) for narrow in range(0x21, 0x7F)})
_STROKES = str.maketrans(dict.fromkeys("‐‑‒–—―−ーｰ", "-"))
_SIGN = pattern(r"Q|問|項番")
_LONGEST = 20


def numbered(key: str, numbering: str) -> str:
    """The key as the survey writes it: 問７－４."""
    return numbering.replace("{wide_key}", key.translate(_WIDE)).replace("{key}", key)


def question_name(key: str, numbering: str) -> str:
    """How a question is cited; one whose 項番 is a letter: 項番a. Of a cell of a table: its table."""
    key = key.partition(".")[0]
    return numbered(key, numbering) if key[:1].isdigit() else f"項番{key}"


def key_in(text: str, numbering: str) -> str | None:
    """The key in how an official typed a question, in any width: 問７－２, Q7-2, ｑ７ー２. None: it names none."""
    typed, before, after = _plain(text), *map(_plain, _NAMES.split(numbering, maxsplit=1))
    if (before or after) and typed.startswith(before) and typed.endswith(after):
        return typed[len(before) : len(typed) - len(after)]
    sign = _SIGN.match(typed[:1].upper() + typed[1:])
    return typed[sign.end() :] if sign else None if before or after else typed


def _plain(text: str) -> str:
    return "".join(nfkc(text).translate(_STROKES).split())


def why_no_numbering(numbering: str) -> Iterator[str]:
    """What is wrong with it, in Japanese."""
    words = _NAMES.sub("", numbering)
    if len(_NAMES.findall(numbering)) != 1:
        yield "{key}（全角なら {wide_key}）を一度書いてください（例：問{wide_key}）。"
    elif not numbering.isprintable() or numbering != numbering.strip() or len(words) > _LONGEST:
        yield f"前後に空白のない、{_LONGEST}文字までの一行にしてください。"
    elif hit := re.search(r"[{}*?~\"'\[\]<>&|=＝0-9０-９]", words):
        yield f"「{hit[0]}」は使えません。"
