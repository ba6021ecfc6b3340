"""What is drawn over the cells of a worksheet: shapes, text boxes, pictures, ink (ECMA-376 part 1, 20.5) and form
controls (part 4, 19: VML). Where it stands, and of check boxes whether they are ticked.

No drawing is read: whether an oval is a circle round an answer or an ornament, no program can tell. Comments are none
of it. Where a drawing cannot be parsed, what came before that place is kept.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from config.frozen import frozen
from intake.sheets.package import BROKEN, Package, local, new_parser

MAX_PART = 5 * 1024 * 1024  # bytes of a part that is looked through
MOST = 2_000  # drawings of one sheet that are looked at
_NO_MARKS = frozenset({"Note", "Button", "GBox", "Scroll", "Spin", "Label", "Group"})
_ANCHORS = frozenset({"twoCellAnchor", "oneCellAnchor"})
_TOUCHES = 3  # pixels by which a control may reach into the next row


@frozen
class Drawing:
    """One thing drawn over rows `top` to `bottom`, the first of its columns `left` (from 1). `ticked`: the state of a
    check box within one row."""

    top: int
    bottom: int
    left: int
    ticked: bool | None = None

    @property
    def rows(self) -> int:
        return self.bottom - self.top + 1


def drawings(package: Package, part: str) -> tuple[Drawing, ...]:
    """What is drawn over one worksheet, the part of which has this name."""
    folder, name = posixpath.split(part)
    if posixpath.join(folder, "_rels", f"{name}.rels") not in package:
        return ()
    found: list[Drawing] = []
    for kind, target in package.related(part).values():
        if kind in ("drawing", "vmlDrawing") and target in package:
            found += _in_part(package, target, kind)
    return tuple(found[:MOST])


def _in_part(package: Package, part: str, kind: str) -> list[Drawing]:
    if package.sizes()[part.lower()] > MAX_PART:
        return []
    reader = _Shapes() if kind == "drawing" else _Controls()
    try:
        reader.parse(package.read(part))
    except BROKEN:
        return reader.found
    return reader.found


class _DrawingGatherer:
    """A gatherer of drawings; the text of an element is what stands in it up to its end."""

    def __init__(self) -> None:
        self.found: list[Drawing] = []
        self.path: list[str] = []
        self.text = ""

    def parse(self, xml: bytes) -> None:
        new_parser(self._start, self._end, self._characters).Parse(xml, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.path.append(local(tag))
        self.text = ""
        self.began(self.path[-1], attributes)

    def _characters(self, text: str) -> None:
        if len(self.text) < 200:
            self.text += text

    def _end(self, _tag: str) -> None:
        self.ended(self.path.pop(), self.text.strip())

    def began(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def ended(self, name: str, text: str) -> None:
        raise NotImplementedError


class _Shapes(_DrawingGatherer):
    """A drawing part (20.5.2): anchors with rows and columns from 0. The copies of form controls in it are hidden."""

    def __init__(self) -> None:
        super().__init__()
        self._at: dict[tuple[str, str], int] = {}
        self._hidden = False

    def began(self, name: str, attributes: dict[str, str]) -> None:
        if name in _ANCHORS:
            self._at, self._hidden = {}, False
        elif name == "cNvPr":
            self._hidden = self._hidden or attributes.get("hidden", "0") in ("1", "true")

    def ended(self, name: str, text: str) -> None:
        if self.path and self.path[-1] in ("from", "to") and name in ("row", "col", "rowOff"):
            self._at[self.path[-1], name] = int(text)
        elif name in _ANCHORS and ("from", "row") in self._at and not self._hidden:
            at = self._at
            top, left = at["from", "row"] + 1, at.get(("from", "col"), 0) + 1
            bottom = at.get(("to", "row"), top - 1) + 1
            if bottom > top and at.get(("to", "rowOff"), 1) == 0:
                bottom -= 1  # it ends where that row begins
            self.found.append(Drawing(top, max(top, bottom), left))


class _Controls(_DrawingGatherer):
    """A VML part: what Excel keeps for each shape (x:ClientData, part 4, 19.4.2.12)."""

    def __init__(self) -> None:
        super().__init__()
        self._kind = self._anchor = self._checked = ""

    def began(self, name: str, attributes: dict[str, str]) -> None:
        if name == "ClientData":
            self._kind, self._anchor, self._checked = attributes.get("ObjectType", ""), "", "0"

    def ended(self, name: str, text: str) -> None:
        if name == "Anchor":
            self._anchor = text
        elif name == "Checked":
            self._checked = text or "1"
        elif name == "ClientData" and self._kind not in _NO_MARKS:
            self.found += _anchored(self._anchor, self._kind == "Checkbox", self._checked)


def _anchored(anchor: str, is_box: bool, checked: str) -> Iterator[Drawing]:
    """Left column and offset, top row and offset, right column and offset, bottom row and offset; in pixels."""
    numbers = [int(number) for number in anchor.split(",")]
    if len(numbers) != 8:
        return
    left, _, top, _, _, _, bottom, reach = numbers
    if bottom > top and reach <= _TOUCHES:
        bottom -= 1
    state = checked == "1" if is_box and bottom == top and checked in ("0", "1") else None
    yield Drawing(top + 1, bottom + 1, left + 1, state)
