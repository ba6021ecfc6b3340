"""団体一覧 as it lies in its file: the rows of the local governments, and every mistake in them."""

from __future__ import annotations

import csv
from collections import Counter
from typing import get_args

from config.body import Body
from config.codes import check_digit
from config.errors import Mistake
from config.shape import BodyKind

COLUMNS = ("lgcode", "prefecture", "name", "kana", "county", "kind")
# 総務省 全国地方公共団体コード, as of 2023-07: cities 792 in all, 20 of them designated and 62 core.
COUNTS: dict[BodyKind, int] = {
    "prefecture": 47, "designated": 20, "core": 62, "ward": 23, "city": 710, "town": 743, "village": 183,
}  # fmt: skip
_KINDS: frozenset[str] = frozenset(get_args(BodyKind))


def read_rows(file: str, text: str) -> tuple[list[Body], list[Mistake]]:
    """The bodies of the text of a file, and what is wrong with single rows."""
    rows = csv.reader(text.splitlines())
    if tuple(next(rows, ())) != COLUMNS:
        return [], [Mistake(file, "1行目", f"見出しは {','.join(COLUMNS)} です。")]
    bodies: list[Body] = []
    mistakes: list[Mistake] = []
    for row in rows:
        if reason := _row_mistake(row):
            mistakes.append(Mistake(file, f"{rows.line_num}行目", reason))
        else:
            lgcode, prefecture, name, kana, county, kind = row
            bodies.append(Body(lgcode, prefecture, name, kana, county, kind))
    return bodies, mistakes


def _row_mistake(row: list[str]) -> str:
    """What is wrong with one row, in Japanese; empty if nothing is."""
    if len(row) != len(COLUMNS):
        return f"列が {len(row)} 個です（{len(COLUMNS)} 個のはずです）。"
    lgcode, prefecture, name, kana, _, kind = row
    if not (len(lgcode) == 6 and lgcode.isascii() and lgcode.isdigit()):
        return f"団体コード「{lgcode}」は数字6桁ではありません。"
    if check_digit(lgcode[:5]) != lgcode[5]:
        return f"団体コード {lgcode} の検査数字が合いません（{check_digit(lgcode[:5])} のはずです）。"
    if not (prefecture and name and kana):
        return "都道府県名・団体名・かなのいずれかが空です。"
    if kind not in _KINDS:
        return f"種別「{kind}」は使えません（{'、'.join(sorted(_KINDS))}）。"
    return ""


def check_whole(file: str, bodies: list[Body]) -> list[Mistake]:
    """What no single row shows: doubles, municipalities without prefecture, counts."""
    mistakes = [
        Mistake(file, code, "同じ団体コードが2回以上あります。")
        for code, times in Counter(body.lgcode for body in bodies).items()
        if times > 1
    ]
    prefectures = {(b.lgcode[:2], b.name) for b in bodies if b.kind == "prefecture"}
    mistakes += [
        Mistake(file, body.lgcode, f"団体コードの上2桁と都道府県名「{body.prefecture}」が合いません。")
        for body in bodies
        if (body.lgcode[:2], body.prefecture) not in prefectures
    ]
    found = Counter(body.kind for body in bodies)
    mistakes += [
        Mistake(file, kind, f"団体数が {found[kind]} です（{expected} のはずです）。")
        for kind, expected in COUNTS.items()
        if found[kind] != expected
    ]
    return mistakes
