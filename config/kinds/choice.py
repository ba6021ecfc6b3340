"""One of several choices: numbered ones (① …) by number and words, others by one of their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

from config.kinds.against import contradicts, doubted, unsettled
from config.kinds.kind import (
    BAD,
    NOT_READ,
    ODD,
    STRONG,
    WEAK,
    Around,
    Examples,
    Fault,
    Kind,
    Line,
    Meaning,
)
from config.kinds.names import in_words, named_within, one_named, same_answer
from config.kinds.numbered import bare, in_part, read_choice, tells, words_behind
from config.kinds.option import Choice, heads_of, is_numbered, mistaken
from config.logic import Type, Value
from config.names import perhaps
from config.patterns import pattern
from config.roster import Body
from config.shape import BodyKind, Reasons
from config.spelling import LONGEST, alike, label_key, nfkc, says_nothing

_SHORT = 24  # characters of a choice that are enough to know it again
_BARE_NUMBER = 3  # characters of a label key: a longer answer has words of its own
_LONGEST_LITERAL = 255  # characters of a text in a formula (Excel specifications and limits)
_BEHIND = pattern(r"[\s(〔\[)〕\]、,。:※]+")  # between a choice without a number and what is written behind it
_LEAST_ALIKE = 0.6  # of a choice's text and an answer that fills in its gaps (「（令和５年９月）」)


class ChoiceKind(Kind):
    """A drop-down list, canonical as the number of the choice: the one that its text begins with, else its place.
    `kinds`: which bodies may take which choice; `names`: other names under which people know one (政令市)."""

    kind: Literal["choice"] = "choice"
    choices: tuple[Choice, ...]
    kinds: dict[str, tuple[BodyKind, ...]] = {}
    names: dict[str, tuple[str, ...]] = {}
    unread: ClassVar[str] = "answer_not_a_choice"
    in_rules: ClassVar[Type] = "choice"
    telling: ClassVar[bool] = True

    @classmethod
    def prepared(cls, data: Any) -> Any:
        """Texts alone count as numbered by their places."""
        choices = data.get("choices") if isinstance(data, dict) else None
        if not isinstance(choices, list | tuple):
            return data
        placed = ({"number": n, "text": c} if isinstance(c, str) else c for n, c in enumerate(choices, 1))
        return {**data, "choices": tuple(placed)}

    @cached_property
    def numbered(self) -> bool:
        """Whether the choices begin with their numbers."""
        return all(map(is_numbered, self.choices))

    @cached_property
    def by_number(self) -> Mapping[int, Choice]:
        return {choice.number: choice for choice in self.choices}

    @cached_property
    def _heads(self) -> Mapping[int, str]:
        return heads_of(self.choices)

    @cached_property
    def _keys(self) -> Mapping[str, int]:
        """What is written of a choice where it is not copied whole: its head, or what follows that; none that two have."""
        heads = self._heads
        parts = ((c.number, {c.text, heads[c.number], c.text.removeprefix(heads[c.number])}) for c in self.choices)
        keys = [(key, number) for number, texts in parts for part in texts for key in same_answer(label_key(part))]
        numbers = {key: {n for k, n in keys if k == key} for key, _ in keys if key}
        return {key: min(found) for key, found in numbers.items() if len(found) == 1}

    @cached_property
    def _named(self) -> Mapping[int, tuple[str, ...]]:
        return {c.number: (c.text, *self.names.get(c.text, ())) for c in self.choices}

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(Line(c.number, self._heads[c.number], c.text, c.skip_to) for c in self.choices)

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(choice.text for choice in self.choices)

    def meaning(self, text: str, by: date | None = None) -> Meaning:
        if self.numbered:
            return read_choice(text, self.choices)
        found = self._keys.get(label_key(text)) or one_named(text, self._named)
        if not found:
            return self._beside_a_remark(text[:LONGEST])
        asks = "?" in nfkc(text[:LONGEST]) and "?" not in nfkc(self.by_number[found].text)
        return Meaning(may_mean=(found,)) if asks else Meaning(str(found))

    def _beside_a_remark(self, text: str) -> Meaning:
        """The choice whose words a text begins with, where what stands behind them names no other and takes nothing back:
        有（社会福祉協議会に委託）."""
        said, *behind = _BEHIND.split(nfkc(text), maxsplit=1)
        number = self._keys.get(label_key(said))
        if not behind or number is None or self._speaks_of_others(behind[0], number):
            return NOT_READ
        remark, own = nfkc(text)[len(said) :].strip(" 、,。:※"), self.by_number[number].text
        against = doubted(remark) or unsettled(remark, own) or contradicts(behind[0].rstrip(")]〕"), in_words(own))
        return Meaning(may_mean=(number,)) if against else Meaning(str(number), (), remark, tells(behind[0]))

    def _speaks_of_others(self, behind: str, own: int) -> bool:
        """Whether a part of a remark is another choice, the name of one stands within it, or it is only true in part."""
        others = {n: names for n, names in self._named.items() if n != own}
        parts = (self._keys.get(label_key(part), own) for part in _BEHIND.split(behind))
        return in_part(behind) or any(number != own for number in parts) or bool(named_within(behind, others))

    def word_key(self, text: str) -> str:
        return label_key(words_behind(text))

    def leading(self, first: Mapping[str, str]) -> Self:
        if not any(choice.skip_to in first for choice in self.choices):
            return self
        led = (c.changed({"skip_to": first.get(c.skip_to, c.skip_to)}) for c in self.choices)
        return self.changed({"choices": tuple(led)})

    def says_nothing(self, text: str) -> bool:
        """Whether a text only says that there is nothing to say; 無 is an answer where it is one of the choices, and
        事例はありません where that is what one of them says."""
        return super().says_nothing(text) and not self.read(text)

    def wanted(self) -> str:
        """What belongs there, in words for the sender: ①～④のいずれか, or all choices."""
        if not self.numbered:
            return "、".join(choice.text for choice in self.choices)
        return f"{self.lines[0].head}～{self.lines[-1].head}のいずれか"

    def refused(self, heads: str) -> str:
        return f"{heads} のいずれかを指定してください。"

    def choosing(self, meaning: Meaning) -> str:
        named = [self.by_number[number] for number in meaning.may_mean if number in self.by_number]
        words = "、".join(f"{self._heads[c.number]}「{_short(bare(c))}」" for c in named)
        return f"{words}のいずれか" if len(named) > 1 else ""

    def shown(self, value: str) -> str:
        return self.by_number[int(value)].text if value else ""

    def worth(self, value: str) -> Value:
        return Decimal(value) if value else None

    def taken(self, cell: str, number: int, compared: str = "=") -> str:
        text, others = self.by_number[number].text, [c.text for c in self.choices if c.number != number]
        lengths = range(len(self._heads[number]), min(len(text), _LONGEST_LITERAL) + 1)
        apart = next((n for n in lengths if not any(other.startswith(text[:n]) for other in others)), None)
        head = text[: apart or _LONGEST_LITERAL].replace('"', '""')
        return f'LEFT({cell},{apart}){compared}"{head}"' if apart else f'{cell}{compared}"{head}"'

    def fits(self, text: str, around: Around) -> float:
        number = self.meaning(text).number
        if number is None:
            return BAD
        if not self.numbered:
            return STRONG
        key = label_key(text)
        if len(key) <= _BARE_NUMBER:
            return WEAK
        chosen = self.by_number[number]
        own = (label_key(chosen.text), label_key(bare(chosen)))
        if key in own or own[1].startswith(key):
            return STRONG
        return WEAK if any(alike(key, text, _LEAST_ALIKE) for text in own) else ODD

    @property
    def settled_by_body(self) -> bool:
        return bool(self.kinds)

    def faults(self, value: str, around: Around) -> Iterator[Fault]:
        """What is wrong with an answer in a field of the head; of a question's answer more is said (`choosing`)."""
        if not says_nothing(value) and not self.read(value):
            yield Fault("field_not_a_choice", self.offered)

    def bodies(self, text: str) -> tuple[BodyKind, ...]:
        return self.kinds.get(self.shown(self.read(text)), ()) if self.kinds else ()

    def open_to(self, body: Body) -> tuple[str, ...]:
        return tuple(sorted((n for n, kinds in self.kinds.items() if body.kind in kinds), key=lambda n: len(self.kinds[n])))

    def mistakes(self) -> Reasons:
        texts = [choice.text for choice in self.choices]
        yield from mistaken("choices", self.choices)
        for text in self.kinds:
            if text not in texts:
                yield "kinds", f"「{text}」は choices にありません。{perhaps(text, texts)}"
        for text in texts:
            if self.kinds and text not in self.kinds:
                yield "kinds", f"「{text}」がどの団体のものか、書かれていません。"

    def examples(self) -> Examples:
        return Examples(tuple((c.text, str(c.number)) for c in self.choices), unread=("その他のこと",))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"
