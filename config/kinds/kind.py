"""What every kind of answer can tell, in data: a text in, what it was understood as out.

A kind knows no workbook and no sheet. What it does not say itself, it has from here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from config import spelling
from config.frozen import frozen
from config.logic import Type, Value
from config.roster import Body, Match
from config.shape import BodyKind, Reasons, Severity, Shape, keys_of


@frozen
class Meaning:
    """What a text means to a kind: its canonical `value` ("2", "1234", "2024-03"), empty where it was not understood, with
    the choices that it `may_mean`. `remark`: what was written beside it; `outlined`: whether that tells something of its
    own. `reckoned`: it had to be worked out, so that it is shown; `said`: it speaks of such a thing, but of no one
    (未定)."""

    value: str = ""
    may_mean: tuple[int, ...] = ()
    remark: str = ""
    outlined: bool = False
    reckoned: bool = False
    said: bool = False

    @property
    def number(self) -> int | None:
        """The number of the choice that was read; None if none was."""
        return int(self.value) if self.value else None


NOT_READ = Meaning()


class Attribute(Shape):
    """属性: one of the screenings that a sheet may be restricted to (notice 記４③)."""

    number: int
    name: str
    aliases: tuple[str, ...] = ()


@frozen
class Around:
    """What a kind may ask beside its own text: what the roster says to 組織名 (None: left blank), and the numbers and
    names of the screenings that 属性 may list."""

    match: Match | None = None
    attributes: tuple[Attribute, ...] = ()


# How well a text fits a column
STRONG, WEAK, NEUTRAL, ODD, BAD = 2.0, 0.5, 0.0, -0.5, -1.0


@frozen
class Fault:
    """Something wrong with a value that was understood: the finding's code, what is expected, and what was found
    where that is less than the whole value."""

    code: str
    expected: str = ""
    found: str | None = None


@frozen
class Line:
    """Something that may be taken: a choice, or a line with a circle. `head` is how it is called (①); `skip_to`: the key
    of the question that it leads to."""

    number: int
    head: str
    text: str
    skip_to: str = ""


@frozen
class Slot:
    """A cell to be filled; of several each has the number and the printed text of its line."""

    number: int = 0
    label: str = ""


_ONE_SLOT = (Slot(),)


@frozen
class Typing:
    """Excel's rule for what may be typed into a cell (ECMA-376 part 1, 18.3.1.32): one bound, or two for "between"."""

    type: Literal["whole", "decimal", "date"]
    operator: Literal["between", "greaterThanOrEqual"]
    bounds: tuple[str, ...]


@frozen
class Examples:
    """Texts and what they are read as; texts that are not understood; texts and the code of what is wrong with them."""

    read: tuple[tuple[str, str], ...]
    unread: tuple[str, ...] = ()
    faulty: tuple[tuple[str, str], ...] = ()


class Kind(Shape):
    """What may stand in an ask: its keys in the survey's file are its fields."""

    free: ClassVar[bool] = False  # a text of one's own, which is never quoted, and in which 特になし is an answer
    numeric: ClassVar[bool] = False  # a number, of which 0 is one
    telling: ClassVar[bool] = False  # whether what it finds no fault with is hardly meant for another field
    sign: ClassVar[str] = ""  # what is written beside a printed line to take it
    missing: ClassVar[str] = "answer_missing"  # the code for a blank
    unsettled: ClassVar[str] = ""  # … for what speaks of such a thing, but of no one, where that has a code of its own
    unread: ClassVar[str] = "value_unreadable"  # the code for what is not understood
    in_rules: ClassVar[Type] = "text"  # what a rule may do with it
    blank_worth: ClassVar[Value] = None  # what a blank is worth in a rule, where it may be left

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The cells to be filled."""
        return _ONE_SLOT

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is counted."""
        return ()

    @property
    def options(self) -> tuple[str, ...]:
        """What its cell in the form offers in a list."""
        return ()

    @property
    def summed(self) -> bool:
        """Whether the values of all who answer may be added."""
        return self.numeric

    @property
    def typing(self) -> Typing | None:
        """What may be typed into its cell in the form."""
        return None

    @property
    def format(self) -> str:
        """The number format of its cell in Excel."""
        return ""

    def meaning(self, text: str, by: date | None = None) -> Meaning:
        """What a text says. `by`: the last day of the survey."""
        return Meaning(text.strip())

    def read(self, text: str) -> str:
        """The canonical value of a text; empty where it is not understood."""
        return self.meaning(text).value

    def word_key(self, text: str) -> str:
        """The key of the words by which the question that an answer belongs to is told; none where anybody may say them."""
        return ""

    def leading(self, first: Mapping[str, str]) -> Self:
        """This kind of answer, with the lines of its tables leading to the tables' first cells; `first`: those cells,
        by key of the table."""
        return self

    def kept(self, text: str) -> str:
        """A text as it goes into the books; the cell may show it otherwise than it was meant."""
        return text

    def says_nothing(self, text: str) -> bool:
        """Whether a text only says that there is nothing to say."""
        return spelling.says_nothing(text)

    def wanted(self) -> str:
        """What belongs there, in words for the sender."""
        return ""

    def refused(self, heads: str) -> str:
        """What is said to who enters by hand what is no answer of this kind. `heads`: of the lines that may be meant."""
        return f"{self.wanted()} を入力してください。"

    def choosing(self, meaning: Meaning) -> str:
        """The choices that a text leaves open, in words for the sender; empty where it says nothing of the kind."""
        return ""

    def faults(self, value: str, around: Around) -> Iterator[Fault]:
        """What is wrong with a value, or a text, that was understood."""
        return iter(())

    def shown(self, value: str) -> str:
        """A canonical value as the form words it."""
        return value

    def typed(self, value: str) -> str | Decimal | date:
        """A canonical value as a cell of Excel holds it under `format`."""
        return value

    def worth(self, value: str) -> Value:
        """A canonical value in a rule; None where nothing was understood."""
        return value or None

    @property
    def needed(self) -> bool:
        """Whether a question that is asked has to be answered."""
        return True

    @property
    def none_taken(self) -> Severity | None:
        """How bad it is that none of its printed lines is taken; None: not at all."""
        return None

    @property
    def settled_by_body(self) -> bool:
        """Whether the body, once it is known, tells as well what belongs there."""
        return False

    @property
    def offered(self) -> str:
        """What may be chosen, one by one."""
        return "、".join(self.options)

    def bodies(self, text: str) -> tuple[BodyKind, ...]:
        """The kinds of bodies that may say this; none where it tells nothing of them."""
        return ()

    def open_to(self, body: Body) -> tuple[str, ...]:
        """What this body may say, where only some may, the most exact first; else nothing."""
        return ()

    def mark(self, text: str, number: int) -> bool | None:
        """Whether the cell beside a line bears a circle; None if that cannot be told, or if there are no lines."""
        return None

    def unpressed(self, marks: Mapping[int, str]) -> frozenset[int]:
        """The lines whose empty circle may be a button that is not pressed, since another is full (● and ○)."""
        return frozenset()

    def taken(self, cell: str, number: int, compared: str = "=") -> str:
        """Excel's condition for this line having been taken in a cell, or ("<>") not."""
        raise NotImplementedError

    def fits(self, text: str, around: Around) -> float:
        """How well a text that is not blank fits a column of this kind, from BAD to STRONG."""
        return NEUTRAL

    def within(self, meaning: Meaning) -> bool:
        """Whether what was written beside a choice tells this, too: ③定める予定である（令和５年９月）."""
        return False

    def mistakes(self) -> Reasons:
        """What is wrong with the kind as it stands in a file."""
        return iter(())

    def examples(self) -> Examples:
        """Texts that the kind understands, and texts that it does not."""
        return Examples(())

    def plausible(self, place: int, last: date) -> str:
        """What somebody might write: the n-th thing of a sheet that is due on this day."""
        return self.examples().read[0][0]


def with_kind(
    data: Any, kinds: Mapping[str, type[Kind]], own: Collection[str], told_by: Callable[[Mapping[str, Any]], str]
) -> Any:
    """A table of a file with its kind's keys put together. `own`: the keys that are not the kind's; `told_by`: tells
    the kind by its keys, where no kind is named."""
    name = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(data, dict) or isinstance(name, Kind) or (isinstance(name, dict) and "kind" in name):
        return data
    name = told_by(data) if name is None else name
    shapes = (kinds[name],) if isinstance(name, str) and name in kinds else tuple(kinds.values())
    taken = {key for shape in shapes for key in keys_of(shape)}
    keys = {key: value for key, value in data.items() if key in taken - {*own}}
    return {k: v for k, v in data.items() if k not in keys} | {"kind": {"kind": name, **keys}}
