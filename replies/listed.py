"""A collated list as a letter tells of it: counted, summed up, and one block for each municipality.

Turns the rows of a FileBlock into values for the templates; decides nothing about a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from config.form import Form
from config.frozen import frozen, replace
from config.survey import Survey
from replies.japanese import full_width_number
from replies.letter import FileBlock, FileResult, Letter, RowBlock
from replies.own_sheet import form_of, on_own_sheet
from replies.points import Noticed, Point, Sum, Weight, requests, summed, weight_of
from replies.wording import Wording

_MUNICIPALITIES = "市区町村"  # how the names of municipalities end
REQUESTS_DETAILED = 400  # places of one request on a list's rows that a letter tells without its attachment
HINTS_DETAILED = 6  # places of a friendly line on a list's rows that are told one by one
DIFFERENCES_DETAILED = 20  # … and of differences between an original and its row

# What counts for a municipality with several rows: the result that asks most of somebody.
_WEIGHT: tuple[FileResult, ...] = ("correction", "partial", "held", "accepted", "elsewhere", "kept")
_TALLY = ("named", "accepted", "correction", "held", "elsewhere", "unknown", "kept")  # keys of the wording


@frozen
class NameGroup:
    """Names that are told together: 市、町村、特別区."""

    label: str
    names: tuple[str, ...]


@frozen
class ListedBody:
    """What is asked of one municipality, whole in itself, so that it can be forwarded."""

    name: str
    place: str  # 一覧表５行目
    remarks: tuple[str, ...]
    points: tuple[Point, ...]


@frozen
class ListView:
    """One list, or the originals of one mail together. `asked`: the names of those in `blocks`; `requests`:
    what `blocks` ask for, by kind; `checks`: what is to be looked at on all rows, and answered only if it applies;
    `hints`: what is told for next time."""

    tally: tuple[str, ...]
    remarks: tuple[str, ...]
    blocks: tuple[ListedBody, ...]
    apart: tuple[ListedBody, ...]  # what only who made the list can mend: forwarded to nobody
    asked: tuple[NameGroup, ...]
    requests: tuple[Sum, ...]
    checks: tuple[Sum, ...]
    hints: tuple[Sum, ...]

    @property
    def cut(self) -> bool:
        """Whether some places of what is to be looked at are only counted here."""
        return any(not sum_.places for sum_ in self.checks)


@frozen
class Absent:
    """The municipalities of one program that stand neither in this letter's lists nor in an earlier one."""

    program: str
    groups: tuple[NameGroup, ...]

    @property
    def count(self) -> int:
        return sum(len(group.names) for group in self.groups)


def view_list(block: FileBlock, letter: Letter, survey: Survey, wording: Wording) -> ListView:
    """The rows of one list."""
    form = form_of(block.form_title, block.program, survey)
    bodies = rows_by_body(block)
    bodies = [r if _is_collectors(r, wording) else [_on_own_sheet(row, form, wording) for row in r] for r in bodies]
    told = [(name_of(rows[0], letter, wording), f) for rows in bodies for row in rows for f in row.findings]
    asked = [rows for rows in bodies if _asks(rows)]
    forwarded = [rows for rows in asked if not _is_collectors(rows, wording)]
    others = [rows for rows in bodies if not _asks(rows)]
    taken = not wording.asks_instead(block.findings)
    return ListView(
        tally=_tally(bodies, wording)[: None if taken else 1],
        remarks=(*_remarks(others, letter, wording), *(_rows_stand(bodies, letter, wording) if taken else ())),
        blocks=tuple(_body(rows, letter, survey, wording) for rows in forwarded),
        apart=tuple(_body(rows, letter, survey, wording) for rows in asked if rows not in forwarded),
        asked=group_names([name_of(rows[0], letter, wording) for rows in asked], wording),
        requests=summed(_of_weight("request", told, wording), survey, wording, REQUESTS_DETAILED),
        checks=summed(_of_weight("check", told, wording), survey, wording, HINTS_DETAILED),
        hints=summed(_of_weight("hint", told, wording), survey, wording, HINTS_DETAILED),
    )


def view_originals(blocks: Sequence[FileBlock], letter: Letter, survey: Survey, wording: Wording) -> ListView:
    """The municipalities' own sheets of one mail together, as if they were rows."""
    rows = [RowBlock("", block.body, 0, block.result, block.findings, block.remarks) for block in blocks]
    told: list[Noticed] = [(_short(row.name, letter), f) for row in rows for f in row.findings]
    return ListView(
        tally=(),
        remarks=_remarks([[row] for row in rows], letter, wording),
        blocks=(),
        apart=(),
        asked=(),
        requests=(),
        checks=summed(_of_weight("check", told, wording), survey, wording, DIFFERENCES_DETAILED),
        hints=summed(_of_weight("hint", told, wording), survey, wording, HINTS_DETAILED),
    )


def rows_by_body(block: FileBlock) -> list[list[RowBlock]]:
    """The rows of a list by municipality, in the order of their codes; a row that does not tell whose it is
    stands alone, behind the others."""
    groups: dict[tuple[bool, str, int], list[RowBlock]] = {}
    for row in sorted(block.rows, key=lambda row: row.row):
        groups.setdefault((not row.lgcode, row.lgcode, 0 if row.lgcode else row.row), []).append(row)
    return [groups[key] for key in sorted(groups)]


def name_of(row: RowBlock, letter: Letter, wording: Wording) -> str:
    """横須賀市; for a row that names nobody, words that say so."""
    return _short(row.name, letter) or wording.listing["unknown_body"]


def absent_from(letter: Letter, wording: Wording) -> tuple[Absent, ...]:
    """Who is missing, for each program of which a list is in this letter."""
    listed = programs_listed(letter)
    missing = {owed.program: [_short(name, letter) for name in owed.missing] for owed in letter.owed_here}
    left = {
        program: [name for name in missing.get(program, ()) if name not in names]
        for program, names in listed.items()
    }
    return tuple(Absent(program, group_names(names, wording)) for program, names in left.items() if names)


def programs_listed(letter: Letter) -> dict[str, set[str]]:
    """The names in this letter's lists, by program."""
    listed: dict[str, set[str]] = {}
    for block in letter.files:
        for program in block.program.split("、") if block.rows else ():
            listed.setdefault(program, set()).update(_short(row.name, letter) for row in block.rows)
    return listed


def group_names(names: Iterable[str], wording: Wording) -> tuple[NameGroup, ...]:
    """The names by 市, 町村 and 特別区, each name once, in the order given; any other under no label."""
    groups: dict[str, dict[str, None]] = {}
    for name in names:
        groups.setdefault(wording.names.get(name[-1:], ""), {})[name] = None
    return tuple(NameGroup(label, tuple(group)) for label, group in groups.items())


def _short(name: str, letter: Letter) -> str:
    """The name without the prefecture that the letter is addressed to; of a school or a hospital that is part of it."""
    return name.removeprefix(letter.addressee) if name[-1:] in _MUNICIPALITIES else name


def _is_collectors(rows: Iterable[RowBlock], wording: Wording) -> bool:
    """Whether only who made the list can mend it: it names nobody, or is about the list and not about an answer."""
    return any(
        not row.lgcode or any(wording.finding[f.code].by_collector for f in row.findings if f.severity == "error")
        for row in rows
    )


def _on_own_sheet(row: RowBlock, form: Form | None, wording: Wording) -> RowBlock:
    return replace(row, findings=tuple(on_own_sheet(finding, form, wording) for finding in row.findings))


def _of_weight(weight: Weight, told: Iterable[Noticed], wording: Wording) -> list[Noticed]:
    return [(name, finding) for name, finding in told if weight_of(finding, wording) == weight]


def _asks(rows: Iterable[RowBlock]) -> bool:
    return any(f.severity == "error" for row in rows for f in row.findings)


def _tally(bodies: list[list[RowBlock]], wording: Wording) -> tuple[str, ...]:
    """How many municipalities there are, and with which result; what is only kept is not among them."""
    known = [rows for rows in bodies if rows[0].lgcode]
    results = Counter(min((row.result for row in rows), key=_WEIGHT.index) for rows in known)
    results["correction"] += results.pop("partial", 0)
    number = {str(result): count for result, count in results.items()}
    number |= {"named": len(known) - results["kept"], "unknown": len(bodies) - len(known)}
    return tuple(
        wording.listing[key].format(number=full_width_number(number[key]))
        for key in _TALLY
        if number.get(key)
    )


def _remarks(bodies: list[list[RowBlock]], letter: Letter, wording: Wording) -> tuple[str, ...]:
    """The remarks on rows that ask for nothing, each once, behind the names that it is about; without names
    where it is about all of them."""
    about: dict[str, dict[str, None]] = {}
    for rows in bodies:
        for key in dict.fromkeys(key for row in rows for key in row.remarks):
            about.setdefault(key, {})[name_of(rows[0], letter, wording)] = None
    return tuple(
        _remark(key, tuple(names), len(bodies), letter, wording)
        for key, names in about.items()
        if not (key == "late" and letter.late)  # said at the top
    )


def _remark(key: str, names: tuple[str, ...], bodies: int, letter: Letter, wording: Wording) -> str:
    text = remark_text(key, letter, wording)
    if len(names) == bodies and bodies > 1:
        return text
    return wording.listing["names_remark"].format(names="、".join(names), remark=text)


def remark_text(key: str, letter: Letter, wording: Wording) -> str:
    """The sentence of a remark; KeyError if it has none."""
    return wording.remark[key].format(honorific=letter.honorific or wording.phrase["body_unknown"])


def _rows_stand(bodies: list[list[RowBlock]], letter: Letter, wording: Wording) -> tuple[str, ...]:
    """The sentence that good rows count, and that the next list may hold the others only; where something is left to
    do."""
    if not any(_asks(rows) for rows in bodies) and not absent_from(letter, wording):
        return ()
    accepted = any(row.result == "accepted" for rows in bodies for row in rows)
    return ((wording.listing["rows_accepted"] if accepted else "") + wording.listing["rows_stand"],)


def _body(rows: list[RowBlock], letter: Letter, survey: Survey, wording: Wording) -> ListedBody:
    remarks = dict.fromkeys(key for row in rows for key in row.remarks if key != "late")
    numbers = "、".join(full_width_number(row.row) for row in rows)
    return ListedBody(
        name=name_of(rows[0], letter, wording),
        place=wording.listing["the_list"] + wording.listing["row"].format(rows=numbers) if rows[0].row else "",
        remarks=tuple(remark_text(key, letter, wording) for key in remarks),
        points=requests([f for row in rows for f in row.findings], survey, wording),
    )
