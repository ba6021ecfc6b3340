"""The bodies of one survey's own: schools, hospitals, boards of education, from a CSV file in its folder.

They stand beside the local governments of 団体一覧, which stay known: a village that writes is no school. Their codes have
the shape that their own world gives them (`config.codes`). Each lies in a prefecture; `parent` names the body that it
belongs to, here or in 団体一覧, and that collects its answers where the survey says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

from config.body import Body
from config.codes import code_key, ways_of_code, why_no_code
from config.csv_file import rows_of
from config.errors import Mistake, SurveyError, why_unreadable
from config.frozen import frozen, replace
from config.names import perhaps, why_no_body, why_no_file, why_no_line, why_no_text
from config.patterns import pattern
from config.roster import Roster, load_roster
from config.shape import BodyKind
from config.shared_domains import shared
from config.spelling import fold
from config.toml_file import read_toml

NEEDED = ("code", "name", "kind")
KNOWN = (*NEEDED, "prefecture", "parent", "kana", "domains")
_DOMAIN = pattern(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_HINTED = 20  # parents
_DEEPEST = 10  # parents above each other
MOST = 20_000  # bodies: more than all schools of a kind in the country
ColumnReasons = Iterator[tuple[str, str]]  # (column, reason)


@frozen
class _RosterRow:
    """One line of the file, and the body that it is, as far as it can be told."""

    line: int
    body: Body
    too_long: bool


@frozen
class _HeldAgainst:
    """What a row is held against: 団体一覧, the rows of the file by code, and what parents may mean."""

    whole: Roster
    rows: Mapping[str, _RosterRow]
    hints: Mapping[str, str]

    def body(self, code: str) -> Body | None:
        return self.rows[code].body if code in self.rows else self.whole.by_code(code)

    def parents(self, body: Body) -> Iterator[Body]:
        """The bodies to which one belongs, the nearest first; ends where it comes back to one of them, or is too
        deep."""
        seen = {body.lgcode}
        while (parent := self.body(body.parent)) is not None:
            yield parent
            if parent.lgcode in seen or len(seen) > _DEEPEST:
                return
            seen.add(parent.lgcode)
            body = parent


def roster_of(folder: Path, survey_file: str = "survey.toml") -> Roster:
    """The roster of the survey in `folder`: its own, or the one that comes with the program.

    Raises SurveyError with every mistake of its file (line, column, reason). What is wrong with survey.toml itself is for
    `load_survey` to tell.
    """
    whole = load_roster()
    named = _named(folder / survey_file)
    if not named:
        return whole
    if why_no_file(named, ".csv"):
        raise SurveyError((Mistake(survey_file, "roster", "フォルダーの中の ○○.csv を書いてください。"),))
    bodies, mistakes = _read(folder / named, whole)
    if mistakes:
        raise SurveyError(tuple(sorted(mistakes, key=lambda mistake: mistake.line)))
    return Roster.of((*whole, *bodies))


def _named(file: Path) -> str:
    data, _ = read_toml(file)
    named = data.get("roster", "")
    return named if isinstance(named, str) else ""


def _read(file: Path, whole: Roster) -> tuple[list[Body], list[Mistake]]:
    try:
        read, unread = rows_of(file.read_bytes(), file.name)
    except OSError as error:
        return [], [Mistake(file.name, "", f"読めません（{why_unreadable(error)}）。")]
    if unread:
        return [], [unread]
    (_, heads), *lines = read
    if wrong := list(_wrong_heads(heads)):
        return [], [Mistake(file.name, "", reason, 1) for reason in wrong]
    rows = [_row(line, cells, heads) for line, cells in lines]
    if not rows or len(rows) > MOST:
        reason = f"団体は{MOST:,}までです。" if rows else "団体が1つもありません。"
        return [], [Mistake(file.name, "", reason)]
    known = _HeldAgainst(whole, {row.body.lgcode: row for row in reversed(rows)}, _hints(rows, whole))
    rows = [replace(row, body=_in_its_prefecture(row.body, known)) for row in rows]
    told = [Mistake(file.name, key, reason, row.line) for row in rows for key, reason in _wrong_row(row, known)]
    told += [Mistake(file.name, key, reason, line) for line, key, reason in _wrong_beside(rows)]
    return [row.body for row in rows], told


def _row(line: int, cells: Sequence[str], heads: Sequence[str]) -> _RosterRow:
    told = dict(zip(heads, cells, strict=False))
    code, name, kind, prefecture, parent, kana, domains = (told.get(key, "") for key in KNOWN)
    body = Body(code, prefecture, name, kana, "", kind, tuple(domains.lower().split()), parent)
    return _RosterRow(line, body, any(cells[len(heads) :]))  # blank ones are what Excel leaves beside a table


def _in_its_prefecture(body: Body, known: _HeldAgainst) -> Body:
    """The body with its parent's prefecture, where it names none itself."""
    found = (parent.prefecture for parent in known.parents(body) if parent.prefecture)
    return body if body.prefecture else replace(body, prefecture=next(found, ""))


def _wrong_heads(heads: list[str]) -> Iterator[str]:
    if lacking := [head for head in NEEDED if head not in heads]:
        yield f"見出しに {'、'.join(lacking)} がありません（{'、'.join(KNOWN)}）。"
    for head in heads:
        if head not in KNOWN:
            yield f"見出し「{head}」は使えません（{'、'.join(KNOWN)}）。{perhaps(head, KNOWN)}"
    for head, times in Counter(heads).items():
        if times > 1:
            yield f"見出し「{head}」が2回以上あります。"


def _wrong_row(row: _RosterRow, known: _HeldAgainst) -> ColumnReasons:
    body = row.body
    if reason := why_no_code(body.lgcode):
        yield "code", f"「{body.lgcode}」：{reason}"
    elif taken := known.whole.by_any_code(body.lgcode):
        yield "code", f"{body.lgcode} は{taken[0].full_name}のものです。"
    if reason := why_no_body(body.name):
        yield "name", reason
    elif fold(body.name) in known.whole.names():
        yield "name", f"「{body.name}」は、団体一覧の{known.whole.find(body.name).bodies[0].full_name}と区別できません。"
    if reason := why_no_line(body.kind) or why_no_text(body.kind):
        yield "kind", reason
    elif body.kind in get_args(BodyKind):
        yield "kind", f"{body.kind} は書けません（地方公共団体は、団体一覧にあります）。"
    yield from _wrong_place(body, known)
    for domain in body.domains:
        if not _DOMAIN.fullmatch(domain):
            yield "domains", f"「{domain}」はドメインではありません（例：oshika.ed.jp）。"
        elif shared(domain):
            yield "domains", f"{domain} は、ほかの人も使うドメインです。"
    if row.too_long:
        yield "", "見出しより列が多くあります。"


def _wrong_place(body: Body, known: _HeldAgainst) -> ColumnReasons:
    """What is wrong with the body's parent, and with where it lies: (column, reason)."""
    names = [each.name for each in known.whole.of_kind("prefecture")]
    parents = list(known.parents(body))
    if body.parent and not parents:
        told = f"code が「{body.parent}」の団体は、このファイルにも団体一覧にもありません。"
        yield "parent", told + known.hints[body.parent]
    elif body in parents:
        way = " → ".join([body.lgcode, *(parent.lgcode for parent in parents)])
        yield "parent", f"上位の団体をたどると、自分に戻ります（{way}）。"
    elif len(parents) > _DEEPEST:
        yield "parent", f"上位の団体は{_DEEPEST}段までです。"
    elif not body.prefecture:
        yield "prefecture", "都道府県（例：長野県）か、都道府県の分かる parent を書いてください。"
    elif body.prefecture not in names:
        yield "prefecture", f"都道府県「{body.prefecture}」はありません（例：長野県）。{perhaps(body.prefecture, names)}"
    elif other := next((p for p in parents if p.prefecture not in ("", body.prefecture)), None):
        yield "prefecture", f"{body.prefecture}ですが、parent の{other.name}は{other.prefecture}の団体です。"


def _hints(rows: Sequence[_RosterRow], whole: Roster) -> Mapping[str, str]:
    """What may be meant by each text that was written as a parent and is nobody's code: in another width, without its
    zero in front, by its name; near codes for the first of them, since each is compared with all."""
    named: dict[str, set[str]] = {}
    for body in (row.body for row in rows):
        for way in (body.name, *ways_of_code(body.lgcode)):
            named.setdefault(way, set()).add(body.lgcode)
    codes = {row.body.lgcode for row in rows}
    found: dict[str, str] = {}
    for text in dict.fromkeys(row.body.parent for row in rows if row.body.parent not in codes):
        local = {body.lgcode for body in (*whole.by_any_code(text), *whole.find(text).bodies)}
        meant = named.get(text) or named.get(code_key(text)) or local
        near = perhaps(text, codes) if not meant and len(found) < _HINTED else ""
        found[text] = f"{next(iter(meant))} と書いてください。" if len(meant) == 1 else near
    return found


def _wrong_beside(rows: Sequence[_RosterRow]) -> Iterator[tuple[int, str, str]]:
    """(line, column, reason) of what only two rows show. Within one prefecture a name has to tell who is meant, and a
    number that is shorter than its like has lost the zero in front."""
    codes: dict[str, _RosterRow] = {}
    names: dict[tuple[str, str], _RosterRow] = {}
    for row in rows:
        body = row.body
        if body.lgcode and (first := codes.setdefault(code_key(body.lgcode), row)) is not row:
            yield row.line, "code", f"{body.lgcode} は{first.line}行目の{first.body.name}と同じです。"
        elif body.name and (first := names.setdefault((body.prefecture, fold(body.full_name)), row)) is not row:
            told = f"{body.prefecture}に「{body.name}」が2つあります（{first.line}行目「{first.body.name}」）。"
            yield row.line, "name", f"{told}市町村名などを付けて、区別できる名称にしてください。"
    lengths: dict[str, Counter[int]] = {}
    numbers = [row for row in rows if row.body.lgcode.isdecimal()]
    for row in numbers:
        lengths.setdefault(row.body.kind, Counter())[len(row.body.lgcode)] += 1
    for row in numbers:
        (usual, _), *_ = lengths[row.body.kind].most_common(1)
        if len(row.body.lgcode) < usual:
            told = f"{row.body.lgcode} は{len(row.body.lgcode)}桁です（ほかの{row.body.kind}は{usual}桁）。"
            yield row.line, "code", f"{told}初めの0が消えていないか、ご確認ください。"
