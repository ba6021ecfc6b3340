"""What the cells of a workbook that wait to be filled are called: by the words around them, as few as tell them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from config.given import Place
from config.spelling import fold
from routing.authoring.blanks import COUNTERS, ITEM, UNITS, Blank, Page, as_quoted


def names_of(page: Page) -> list[str]:
    """What each cell is called: by the words left of it, else above it; by both where one does not tell it apart; then
    with the heading of its part of the sheet."""
    blanks = page.blanks
    rows = [" ".join(head for head in b.rows if not ITEM.fullmatch(fold(head))) for b in blanks]
    columns = [" ".join(b.columns) for b in blanks]
    ticked = _behind_ticks(page)
    names = [ticked.get(b.place) or row or column for b, row, column in zip(blanks, rows, columns, strict=True)]
    names = [f"{name}（{b.unit}）" if b.unit in COUNTERS else name for name, b in zip(names, blanks, strict=True)]
    both = ["／".join(part for part in pair if part) for pair in zip(rows, columns, strict=True)]
    names = _told_apart(_by_unit(names, blanks), both)
    sections = [f"{page.section(b.place)}／{n}".lstrip("／") for b, n in zip(blanks, names, strict=True)]
    return _numbered(_told_apart(names, sections))


def _behind_ticks(page: Page) -> dict[Place, str]:
    """The words behind cells for one sign, where they and not those before tell what it stands for: several such cells
    stand in a row or below each other, each with words behind it."""
    ticks = [blank.place for blank in page.blanks if blank.is_tick]
    behind = {place: page.texts.get(page.whole((place[0], page.end(place)[1] + 1)), "") for place in ticks}
    rows, sides = Counter(row for row, _ in ticks), Counter(page.side(place) for place in ticks)
    several = {place for place in ticks if rows[place[0]] > 1 or sides[page.side(place)] > 1}
    bare = {place[0] for place in ticks if not behind[place]}
    return {place: as_quoted(behind[place]) for place in several if place[0] not in bare}


def _told_apart(names: Sequence[str], longer: Sequence[str]) -> list[str]:
    times = Counter(names)
    return [more if times[name] > 1 else name for name, more in zip(names, longer, strict=True)]


def _by_unit(names: Sequence[str], blanks: Sequence[Blank]) -> list[str]:
    """The names, with the unit where it tells those apart that have one name: 全壊（棟）, 全壊（世帯）."""
    longer = [f"{name}（{b.unit}）" if b.unit in UNITS else name for name, b in zip(names, blanks, strict=True)]
    times, own = Counter(names), Counter(longer)
    clear = {name for name, more in zip(names, longer, strict=True) if own[more] == 1 and more != name}
    clear -= {name for name, more in zip(names, longer, strict=True) if own[more] > 1 or more == name}
    return [more if times[name] > 1 and name in clear else name for name, more in zip(names, longer, strict=True)]


def _numbered(names: Sequence[str]) -> list[str]:
    """What nothing tells apart is counted."""
    times, seen = Counter(names), Counter[str]()
    found = []
    for name in names:
        seen[name] += 1
        found.append(f"{name}（{seen[name]}）" if times[name] > 1 else name)
    return found
