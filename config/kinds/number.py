"""A number with its unit, as people write one: 1,234人, １２, 約30, △5, 1億2千万円, 50％; canonical as 1234, and as 50%
where the unit is ％.

Takes only what says one number: 120万円 is 1,200 where 千円 is asked for. What may be one of two (1,000円 there, 0.5 where
％ is) is asked about, and so is what does not come out in the unit.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import ClassVar, Literal

from config.kinds.amount import DIGITS, WORDS, Amount, amount, scaled
from config.kinds.kind import BAD, NOT_READ, WEAK, Around, Examples, Fault, Kind, Meaning, Typing
from config.logic import Type, Value
from config.patterns import pattern
from config.shape import Reasons
from config.spelling import LONGEST, fold, is_blank, nfkc, says_nothing

_WRITTEN = pattern(
    r"(?:約|およそ|おおよそ|概ね|おおむね|ほぼ|合計|計)?(?P<yen>¥)?(?P<minus>[-‐‑‒–—―−─ー△▲])?"
    r"(?P<amount>[0-9](?:.*[0-9])?)(?P<unit>[^0-9]*?)(?:程度|ほど|くらい|ぐらい)?。?"
)
_STORED = pattern(r"-?[0-9](?:\.[0-9]+)?e[+-][0-9]{2,3}")  # how a very small or large number of Excel's reads
_APART = pattern(r"[0-9][^0-9]*[^0-9,.][^0-9]*[0-9]")  # digits with more between them than a number has
_BETWEEN = pattern(rf"(?<=[0-9])[{WORDS}]{{1,2}}(?=[0-9])")
_AREA = pattern(r"㎡|(?i:m[2²２])\Z")  # a unit with a digit in it
_ALIKE = ({"人", "名"}, {"か所", "カ所", "ケ所", "箇所", "個所"}, {"%", "パーセント", "パ-セント"}, {"平米", "平方メ-トル"})
_UNIT = pattern(r"[^\s\"0-9,.]{0,12}")
_COMPUTED = 6  # decimals from which on a number is the result of a division, which the cell shows rounded
_MOST_PLACES = 6
_PERCENT = "%"
_LIKELY = (12, 8, 25, 6, 40, 15, 9, 30)
_ENDLESS = Decimal(1000)  # ％, where a survey gives no bound


class NumberKind(Kind):
    """A number from `min` to `max` (None: as large as may be), with at most `places` decimals. `unit`: 人, 千円, ％."""

    kind: Literal["number"] = "number"
    unit: str = ""
    min: Decimal = Decimal(0)
    max: Decimal | None = None
    places: int = 0
    numeric: ClassVar[bool] = True
    missing: ClassVar[str] = "number_missing"
    unread: ClassVar[str] = "number_unreadable"
    in_rules: ClassVar[Type] = "number"
    blank_worth: ClassVar[Value] = Decimal(0)

    @property
    def _own(self) -> str:
        return fold(_AREA.sub("平米", self.unit))

    @property
    def summed(self) -> bool:
        return self._own != _PERCENT

    @property
    def typing(self) -> Typing:
        per = 100 if self._own == _PERCENT else 1  # Excel keeps 50% as 0.5
        bounds = tuple(_plain(bound / per) for bound in (self.min, self.max) if bound is not None)
        return Typing(
            "decimal" if self.places or per > 1 else "whole",
            "between" if self.max is not None else "greaterThanOrEqual",
            bounds,
        )

    @property
    def format(self) -> str:
        decimals = "." + "0" * self.places if self.places else ""
        unit = f'"{self.unit}"' if self.unit else ""
        return f"0{decimals}%" if self._own == _PERCENT else f"#,##0{decimals}{unit}"

    def meaning(self, text: str, by: date | None = None) -> Meaning:
        written = _AREA.sub("平米", text.strip())
        if len(written) > LONGEST or any(unicodedata.category(c) == "No" for c in written):  # ①, ², ½
            return NOT_READ
        plain = nfkc(written)
        if _STORED.fullmatch(plain):
            return self._settled(Decimal(plain))
        hit = None if _APART.search(_BETWEEN.sub(",", plain)) else _WRITTEN.fullmatch(fold(plain))
        said = amount(hit["amount"] + hit["unit"].strip("()")) if hit else None
        if hit is None or said is None:
            return NOT_READ
        value = -said.value if hit["minus"] else said.value
        return self._in_unit(Amount(value, said.words, said.unit or "円" * bool(hit["yen"])))

    def _in_unit(self, said: Amount) -> Meaning:
        """An amount in the unit that is asked for."""
        words, one, unit = scaled(self._own)
        number = said.value
        if not said.words and not said.unit:
            percent = self._own == _PERCENT and 0 < abs(number) * 100 <= max(Decimal(100), self._most_percent)
            return Meaning(remark=self._either(number, number * 100)) if percent else self._settled(number)
        if said.unit and not _same(said.unit, unit):
            return NOT_READ
        own = number / one
        if one == 1 or said.words == words or not number:
            return self._settled(own)
        if not (said.words and said.unit):
            return Meaning(remark=self._either(number, own))
        return self._exactly(own)

    def _exactly(self, number: Decimal) -> Meaning:
        """What was worked out, where it is one of the numbers that may be given."""
        if number.adjusted() >= DIGITS or _decimals(number) <= self.places:
            return self._settled(number)
        step = Decimal(1).scaleb(-self.places)
        return Meaning(remark=self._either(number.quantize(step, ROUND_FLOOR), number.quantize(step, ROUND_CEILING)))

    @property
    def _most_percent(self) -> Decimal:
        """The largest number without ％ that may stand for one that a cell of another format, .xls or .ods, showed as
        ％."""
        return _ENDLESS if self.max is None else self.max

    def _either(self, one: Decimal, other: Decimal) -> str:
        return f"「{one:,f}{self.unit}」か「{Decimal(_plain(other)):,f}{self.unit}」"

    def _settled(self, number: Decimal) -> Meaning:
        number = Context(prec=DIGITS).plus(number)
        if number.adjusted() >= DIGITS:
            return NOT_READ
        if self.places and _decimals(number) >= _COMPUTED:
            number = number.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)
        return Meaning(_plain(number) + _PERCENT * (self._own == _PERCENT))

    def says_nothing(self, text: str) -> bool:
        """Whether the cell is blank: 0 is an answer, and the sender is asked whether なし means 0."""
        return is_blank(text)

    def wanted(self) -> str:
        """What belongs there, in words for the sender: 0以上の整数（人）."""
        least = f"{self.min:,f}以上"
        most = "" if self.max is None else f"{self.max:,f}以下"
        unit = f"（{self.unit}）" if self.unit else ""
        return f"{least}{most}の" + (f"数{unit}で、小数第{self.places}位まで" if self.places else f"整数{unit}")

    def choosing(self, meaning: Meaning) -> str:
        return meaning.remark

    def faults(self, value: str, around: Around) -> Iterator[Fault]:
        read = self.read(value)
        if not read:
            yield Fault(self.unread, self.choosing(self.meaning(value)) or self.wanted())
            return
        number = _number(read)
        if number < self.min or (self.max is not None and number > self.max) or _decimals(number) > self.places:
            yield Fault("number_out_of_range", self.wanted())

    def shown(self, value: str) -> str:
        """The number with its unit as the form words it: 1,234人."""
        return f"{_number(value):,f}{self.unit}" if value else ""

    def typed(self, value: str) -> Decimal:
        return _number(value) / (100 if value.endswith(_PERCENT) else 1)

    def worth(self, value: str) -> Value:
        return _number(value) if value else None

    def fits(self, text: str, around: Around) -> float:
        return WEAK if says_nothing(text) or self.read(text) else BAD

    def mistakes(self) -> Reasons:
        if not _UNIT.fullmatch(self.unit):
            yield "unit", "12文字までの、空白、数字、記号「\"」「,」「.」のない語にしてください。"
        if not 0 <= self.places <= _MOST_PLACES:
            yield "places", f"0 から {_MOST_PLACES} までにしてください。"
        for key, bound in (("min", self.min), ("max", self.max)):
            if bound is not None and (not bound.is_finite() or bound.adjusted() >= DIGITS):
                yield key, f"{DIGITS}桁までの数にしてください。"
        if self.max is not None and self.max < self.min:
            yield "max", "min より小さくはできません。"

    def examples(self) -> Examples:
        number = self.min if self.max is None else self.max
        value = _plain(number) + _PERCENT * (self._own == _PERCENT)
        read = ((self.shown(value), value), (f"約{self.shown(value)}", value))
        faulty = ((self.shown(_plain(self.min - 1)), "number_out_of_range"), ("多数", "number_unreadable"))
        return Examples(read, unread=("多数", "10～20", "10 20", "なし", "①"), faulty=faulty)

    def plausible(self, place: int, last: date) -> str:
        times = {"%": 2, "人": 20, "名": 20, "円": 100}.get(self._own[-1:], 1)
        likely = Decimal(_LIKELY[place % len(_LIKELY)] * times)
        most = self.min + likely if self.max is None else self.max
        if not self.min <= likely <= most:
            likely = (self.min + (most - self.min) / 2).quantize(Decimal(1).scaleb(-self.places), ROUND_FLOOR)
        return self.shown(_plain(max(likely, self.min)))


def _number(value: str) -> Decimal:
    return Decimal(value.removesuffix(_PERCENT))


def _plain(number: Decimal) -> str:
    """The number in digits (12.5, 1200, 0), without an exponent and without zeros at the end."""
    return format(number.normalize(), "f") if number else "0"


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _same(one: str, other: str) -> bool:
    """Whether two folded units are the same: 人 and 名, か所 and 箇所."""
    one, other = one.replace("ー", "-"), other.replace("ー", "-")
    return one == other or any({one, other} <= alike for alike in _ALIKE)
