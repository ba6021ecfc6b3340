"""What a TOML file says becomes values, or is told: every mistake with its place, in the words of whoever mends it."""

from __future__ import annotations

import json
import tomllib
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from msgspec import Meta, field

from config.form import Form
from config.given import NOT_PRINTED
from config.json_schema import schema_of
from config.load import default_survey
from config.mails import Mails
from config.shape import Shape
from config.survey import Survey
from config.toml_values import read


class Sea(Shape):
    kind: Literal["sea"] = "sea"
    depth: int


class River(Shape):
    kind: Literal["river"] = "river"
    length: Decimal = Decimal(1)


class Water(Shape):
    name: Annotated[str, Meta(min_length=1)]
    open: bool = False
    boats: Annotated[int, Meta(ge=0, le=9)] = field(default=0, name="ships")
    since: date | None = None
    seen: tuple[datetime, ...] = ()
    where: Sea | River | None = None
    at: tuple[str, str] = ("", "")
    note: Literal["none"] | tuple[str, ...] = "none"
    map: Path | None = None
    words: dict[str, str] = {}
    _found: str = ""

    def settled(self) -> Water:
        if self.open and not self.boats:
            raise ValueError("船がありません。")
        return self


def told(data: Any) -> dict[str, str]:
    return {".".join(map(str, wrong.path)): wrong.reason for wrong in read(Water, data)[1]}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"ships": 3}, {"boats": 3}),
        ({"ships": "3"}, {"boats": 3}),  # by one who does not know TOML
        ({"ships": 3.0}, {"boats": 3}),
        ({"open": "true", "ships": 1}, {"open": True}),
        ({"since": "2024-04-01"}, {"since": date(2024, 4, 1)}),
        ({"where": {"kind": "river", "length": 1.1}}, {"where": River(length=Decimal("1.1"))}),
        ({"note": ["a"]}, {"note": ("a",)}),
        ({"at": ["C", "6"]}, {"at": ("C", "6")}),
        (
            {"seen": ["2024-04-01T09:00:00+09:00"]},
            {"seen": (datetime(2024, 4, 1, 9, tzinfo=timezone(timedelta(hours=9))),)},
        ),
        ({"map": "maps/a.png"}, {"map": Path("/etc/maps/a.png")}),
        ({"map": "/a.png"}, {"map": Path("/a.png")}),
    ],
)
def test_what_is_right_is_read(data: dict[str, Any], expected: dict[str, Any]) -> None:
    value, wrong = read(Water, {"name": "琵琶", **data}, Path("/etc"))
    assert wrong == ()
    assert {key: getattr(value, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, {"name": "この項目がありません。"}),
        ([], {"": "表（[ … ] の見出しの下）を書いてください。"}),
        ({"name": ""}, {"name": "空にはできません。"}),
        ({"name": 3}, {"name": "文字列を書いてください。"}),
        ({"name": "a", "ships": True}, {"ships": "整数を書いてください。"}),
        ({"name": "a", "ships": 1.5}, {"ships": "整数を書いてください。"}),
        ({"name": "a", "ships": float("nan")}, {"ships": "整数を書いてください。"}),
        ({"name": "a", "ships": float("inf")}, {"ships": "整数を書いてください。"}),
        ({"name": "a", "ships": []}, {"ships": "整数を書いてください。"}),
        ({"name": "a", "ships": 10}, {"ships": "9 以下にしてください。"}),
        ({"name": "a", "boats": 1}, {"boats": "知らない項目です（綴りをご確認ください）。"}),
        ({"name": "a", "_found": "b"}, {"_found": "知らない項目です（綴りをご確認ください）。"}),
        ({"name": "a", "open": "yes"}, {"open": "true か false を書いてください。"}),
        ({"name": "a", "open": []}, {"open": "true か false を書いてください。"}),
        ({"name": "a", "open": True}, {"": "船がありません。"}),
        ({"name": "a", "since": "明日"}, {"since": "日付を 2023-07-17 の形で書いてください。"}),
        ({"name": "a", "seen": "2024"}, {"seen": "配列 [ … ] を書いてください。"}),
        ({"name": "a", "seen": [0]}, {"seen.0": "日時を 2023-07-21T17:00:00+09:00 の形で書いてください。"}),
        ({"name": "a", "where": {}}, {"where": "kind がありません。"}),
        ({"name": "a", "where": {"kind": []}}, {"where": "kind には sea、river のいずれかを書いてください。"}),
        ({"name": "a", "where": {"kind": "sea"}}, {"where.depth": "この項目がありません。"}),
        ({"name": "a", "where": {"kind": "river", "length": "長い"}}, {"where.length": "数を書いてください。"}),
        ({"name": "a", "at": ["C"]}, {"at": "2つ書いてください。"}),
        ({"name": "a", "note": ["b", 1]}, {"note.1": "文字列を書いてください。"}),
        ({"name": "a", "note": "c"}, {"note": "none のいずれかを書いてください。"}),
        ({"name": "a", "note": 1}, {"note": "配列 [ … ] を書いてください。"}),
        ({"name": "a", "map": 1}, {"map": "ファイルの場所を文字列で書いてください。"}),
        ({"name": "a", "words": {"b": 1}}, {"words.b": "文字列を書いてください。"}),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(data: Any, expected: dict[str, str]) -> None:
    assert told(data) == expected


def test_everything_is_told_at_once() -> None:
    assert list(told({"ships": "x", "seen": [1, 2], "sea": 1})) == ["name", "ships", "seen.0", "seen.1", "sea"]


def test_a_copy_forgets_what_was_worked_out() -> None:
    mails = Mails()
    assert mails.changed({"reminder": "off"}) != mails == mails.changed()


def _errors(shape: type[Shape], data: Any) -> list[str]:
    schema = schema_of(shape)
    jsonschema.Draft202012Validator.check_schema(schema)
    plain = json.loads(json.dumps(data, default=str))
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(plain)]


FORMS = sorted((default_survey().parent).glob("*/form*.toml"))
SURVEYS = sorted((default_survey().parent).glob("*/survey.toml"))


@pytest.mark.parametrize("file", FORMS + SURVEYS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_schema_for_an_editor_takes_every_file_that_there_is(file: Path) -> None:
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    shape = Survey if file in SURVEYS else Form
    assert _errors(shape, data | {"forms": []} if file in SURVEYS else {**NOT_PRINTED, **data}) == []


def test_the_schema_knows_the_keys_of_a_kind_beside_those_of_its_question() -> None:
    form = tomllib.loads(FORMS[0].read_text(encoding="utf-8"))
    form["questions"] = [{"key": "1", "item": "1", "text": "a", "kind": "number", "unit": "人", "units": "人"}]
    assert [error for error in _errors(Form, form) if "units" in error] == [
        "Additional properties are not allowed ('units' was unexpected)"
    ]
    assert len(_errors(Form, form)) == 1
    assert _errors(Survey, {"mails": {"greeting": "send"}})[0] == "'send' is not one of ['off', 'draft']"
