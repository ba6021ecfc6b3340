"""The bodies of one survey's own: schools, hospitals, boards of education, from a CSV file in its folder.

They stand beside the local governments of 団体一覧, which stay known: a village that writes is no school. Their codes
have six digits as those have, the first two of them the prefecture's, so that a code means the same everywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

from config.csv_file import rows_of
from config.errors import Mistake, SurveyError, why_unreadable
from config.names import perhaps, why_no_line
from config.roster import Body, Roster, load_roster
from config.shape import BodyKind
from config.spelling import fold
from config.toml_file import read_toml

NEEDED = ("code", "name", "kind", "prefecture")
KNOWN = (*NEEDED, "kana", "domains")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
MOST = 20_000  # bodies: more than all schools of a kind in the country


def roster_of(folder: Path, survey_file: str = "survey.toml") -> Roster:
    """The roster of the survey in `folder`: its own, or the one that comes with the program.

    Raises SurveyError with every mistake of its file (line, reason). What is wrong with survey.toml itself is for
    `load_survey` to tell.
    """
    whole = load_roster()
    named = _named(folder / survey_file)
    if not named:
        return whole
    if Path(named).name != named or not named.endswith(".csv"):
        raise SurveyError((Mistake(survey_file, "roster", "フォルダーの中の ○○.csv を書いてください。"),))
    bodies, mistakes = _read(folder / named, whole)
    if mistakes:
        raise SurveyError(tuple(mistakes))
    return Roster.of((*whole, *bodies))


def _named(file: Path) -> str:
    data, _ = read_toml(file)
    named = data.get("roster", "")
    return named if isinstance(named, str) else ""


def _read(file: Path, whole: Roster) -> tuple[list[Body], list[Mistake]]:
    try:
        rows, unread = rows_of(file.read_bytes(), file.name)
    except OSError as error:
        return [], [Mistake(file.name, "", f"読めません（{why_unreadable(error)}）。")]
    if unread:
        return [], [unread]
    (_, heads), *lines = rows
    if wrong := list(_wrong_heads(heads)):
        return [], [Mistake(file.name, "", reason, 1) for reason in wrong]
    prefectures = {body.name: body for body in whole.of_kind("prefecture")}
    bodies: list[Body] = []
    mistakes: list[Mistake] = []
    for place, cells in lines:
        values = dict.fromkeys(KNOWN, "") | dict(zip(heads, cells, strict=False))
        reasons = list(_wrong_row(values, prefectures, whole))
        reasons += ["見出しより列が多くあります。"] if len(cells) > len(heads) else []
        domains = tuple(values["domains"].lower().split())
        for domain in (domain for domain in domains if not _DOMAIN.fullmatch(domain)):
            reasons.append(f"domains「{domain}」はドメインではありません（例：oshika.ed.jp）。")
        mistakes += [Mistake(file.name, "", reason, place) for reason in reasons]
        head = (values["code"], values["prefecture"], values["name"], values["kana"])
        bodies.append(Body(*head, "", values["kind"], domains))
    mistakes += [Mistake(file.name, "", reason) for reason in _wrong_whole(bodies, whole)]
    return bodies, mistakes


def _wrong_heads(heads: list[str]) -> Iterator[str]:
    if lacking := [head for head in NEEDED if head not in heads]:
        yield f"見出しに {'、'.join(lacking)} がありません（{'、'.join(KNOWN)}）。"
    for head in heads:
        if head not in KNOWN:
            yield f"見出し「{head}」は使えません（{'、'.join(KNOWN)}）。{perhaps(head, KNOWN)}"
    for head, times in Counter(heads).items():
        if times > 1:
            yield f"見出し「{head}」が2回以上あります。"


def _wrong_row(values: Mapping[str, str], prefectures: Mapping[str, Body], whole: Roster) -> Iterator[str]:
    code, prefecture = values["code"], prefectures.get(values["prefecture"])
    if prefecture is None:
        near = perhaps(values["prefecture"], prefectures)
        yield f"都道府県「{values['prefecture']}」はありません（例：長野県）。{near}"
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        yield f"code「{code}」は数字6桁ではありません（初めの0が消えていないか、ご確認ください）。"
    elif prefecture is not None and code[:2] != prefecture.lgcode[:2]:
        yield f"code {code} の初めの2桁は、{prefecture.name}の {prefecture.lgcode[:2]} としてください。"
    elif taken := whole.by_code(code):
        yield f"code {code} は{taken.full_name}のものです。"
    for key in ("name", "kind"):
        if reason := why_no_line(values[key]):
            yield f"{key}：{reason}"
    if values["kind"] in get_args(BodyKind):
        yield f"kind に {values['kind']} は書けません（地方公共団体は、団体一覧にあります）。"


def _wrong_whole(bodies: list[Body], whole: Roster) -> Iterator[str]:
    """What no single row shows. Within one prefecture a name has to tell who is meant."""
    for code, times in Counter(body.lgcode for body in bodies).items():
        if times > 1:
            yield f"code {code} が2回以上あります。"
    known = {(body.prefecture, fold(body.name)) for body in whole}
    for (prefecture, folded), names in _alike(bodies).items():
        if len(names) > 1 or (prefecture, folded) in known:
            yield f"{prefecture}に「{names[0]}」が2つ以上あります。市町村名などを付けて、区別できる名称にしてください。"
    if not bodies:
        yield "団体が1つもありません。"
    if len(bodies) > MOST:
        yield f"団体は{MOST:,}までです。"


def _alike(bodies: list[Body]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for body in bodies:
        found.setdefault((body.prefecture, fold(body.name)), []).append(body.name)
    return found
