"""A frozen value of ours is to its users what `dataclass(frozen=True, slots=True)` makes: one class, made both ways."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, is_dataclass
from dataclasses import replace as standard
from typing import Any

import pytest

from config.frozen import frozen, replace


class Plain:
    """A place."""

    row: int
    column: str = "A"
    inside: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.column}{self.row}"


def _made(how: Any) -> Any:
    return how(type("Place", (), {k: v for k, v in vars(Plain).items() if k not in ("__dict__", "__weakref__")}))


OURS, THEIRS = _made(frozen), _made(dataclass(frozen=True, slots=True))


@pytest.mark.parametrize("place", [OURS, THEIRS], ids=["ours", "dataclass"])
def test_it_is_a_frozen_value(place: Any) -> None:
    one = place(3, inside=(1,))
    assert (one.name, repr(one), place.__doc__) == ("A3", "Place(row=3, column='A', inside=(1,))", "A place.")
    assert one == place(3, "A", (1,)) != place(4, "A", (1,))
    assert len({one, place(3, "A", (1,))}) == 1
    assert standard(one, row=4) == replace(one, row=4) == place(4, "A", (1,))
    assert replace(one) == one
    with pytest.raises(TypeError):
        replace(one, line=4)
    assert asdict(one) == {"row": 3, "column": "A", "inside": (1,)}
    assert [field.name for field in fields(place)] == ["row", "column", "inside"]
    assert is_dataclass(place)
    with pytest.raises(AttributeError):
        one.row = 4
    with pytest.raises(TypeError):
        place()
    with pytest.raises(TypeError):
        replace(one, other=4)
    match one:
        case place(row, column):
            assert (row, column) == (3, "A")


def test_two_values_alike_of_two_classes_are_not_the_same() -> None:
    assert _made(frozen)(1) != _made(frozen)(1)
