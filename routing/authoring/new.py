"""A folder to begin a survey with, and the JSON schemas of its files for an editor."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from config.form import Form
from config.given import NOT_PRINTED
from config.json_schema import schema_of
from config.shape import Shape
from config.survey import Survey

SCHEMAS: Mapping[str, type[Shape]] = {"survey.schema.json": Survey, "form.schema.json": Form}


def make_folder(folder: Path) -> Iterator[Path]:
    """Write the template into a folder, with the schemas that its first lines name; yield the files, one by one."""
    folder.mkdir(parents=True, exist_ok=True)
    template = resources.files("config") / "surveys" / "template"
    for file in sorted((f for f in template.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name):
        (folder / file.name).write_bytes(file.read_bytes())
        yield folder / file.name
    for name, shape in SCHEMAS.items():
        (folder / name).write_text(json_schema(shape), encoding="utf-8")
        yield folder / name


def is_the_templates(file: Path) -> bool:
    """Whether a file says just what the template's file of its name says: nobody has written anything into it yet."""
    own = resources.files("config") / "surveys" / "template" / file.name
    return file.is_file() and own.is_file() and file.read_bytes() == own.read_bytes()


def json_schema(shape: type[Shape]) -> str:
    """The schema of a file. `forms` of a survey stand in files of their own."""
    schema: dict[str, Any] = schema_of(shape)
    if shape is Form:  # what a workbook prints that is there already is not written once more
        schema["required"] = [key for key in schema["required"] if key not in NOT_PRINTED]
        schema |= {"if": {"required": ["given"]}, "else": {"required": [*NOT_PRINTED]}}
    if shape is Survey:
        schema["properties"].pop("forms")
        schema["required"].remove("forms")
        for unused in set(schema["$defs"]) - _named(schema, schema["$defs"]):
            del schema["$defs"][unused]
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _named(node: Any, definitions: dict[str, Any]) -> set[str]:
    """The definitions that a schema speaks of, itself or through others."""
    found: set[str] = set()
    waiting: list[Any] = [{key: value for key, value in node.items() if key != "$defs"}]
    while waiting:
        item = waiting.pop()
        inside = item.values() if isinstance(item, dict) else item
        waiting += [value for value in inside if isinstance(value, dict | list)]
        name = str(item.get("$ref", "")).rpartition("/")[2] if isinstance(item, dict) else ""
        if name and name not in found:
            found.add(name)
            waiting.append(definitions[name])
    return found
