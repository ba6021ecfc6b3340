"""Mistakes of a survey: all of them in one round, each with its line and its thing, and none that merely follows."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.check_form import check_form
from config.check_survey import check_survey
from config.errors import Mistake
from config.faq import FaqFile, check_faq
from config.form import Form
from config.load import default_survey
from config.salvage import salvage
from config.survey import Survey
from config.toml_lines import lines_of
from tests.config.surveys_at_hand import TINY, Break

SURVEY, FORM = "survey.toml", "form1.toml"
FOLDERS = [default_survey(), TINY, TINY.parent / "gakudo"]
TOMLS = sorted(file for folder in (*FOLDERS, TINY.parents[3] / "replies") for file in folder.glob("**/*.toml"))


def paths(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every key, table and item of a TOML file's data."""
    if path:
        yield path
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, value in inside:
        yield from paths(value, (*path, step))


@pytest.mark.parametrize("file", TOMLS, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_key_of_a_file_has_its_line(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    found, written = lines_of(text), text.splitlines()
    assert set(found) == set(paths(tomllib.loads(text)))
    named = [(path[-1], line) for path, line in found.items() if isinstance(path[-1], str)]
    assert [(name, line) for name, line in named if name not in written[line - 1]] == []


def test_lines_of_what_toml_allows() -> None:
    text = '''# a
"a b".c = """
[[no]]
x = 1""" # ]
[t]
x = [ 'p',
  { y = [1, [2,
  3]], 'z.z' = "}#" }, ]
[[u]]
[[u.v]]
w = 2023-01-01
[[u]]
[[u.v]]
[[u.v]]
w = false
'''
    assert dict(lines_of(text)) == {
        ("a b",): 2, ("a b", "c"): 2, ("t",): 5, ("t", "x"): 6, ("t", "x", 0): 6, ("t", "x", 1): 7,
        ("t", "x", 1, "y"): 7, ("t", "x", 1, "y", 0): 7, ("t", "x", 1, "y", 1): 7, ("t", "x", 1, "y", 1, 0): 7,
        ("t", "x", 1, "y", 1, 1): 8, ("t", "x", 1, "z.z"): 8, ("u",): 9, ("u", 0): 9, ("u", 0, "v"): 10,
        ("u", 0, "v", 0): 10, ("u", 0, "v", 0, "w"): 11, ("u", 1): 12, ("u", 1, "v"): 13, ("u", 1, "v", 0): 13,
        ("u", 1, "v", 1): 14, ("u", 1, "v", 1, "w"): 15,
    }  # fmt: skip


def test_four_mistakes_in_two_files_are_told_in_one_round(broken: Break) -> None:
    told = broken(
        {
            SURVEY: [
                ('mailbox = "koen"', 'mailbox = "keon"'),
                ('\nid = "koen"\nitem', '\nid = "koen"\nphone = "03"\nitem'),
                ('telephone = "03-0000-0000"\n', ""),
            ],
            FORM: [('skip_to = "3"', 'skip_to = "99"'), ('kind = "text"', 'kind = "mail"')],
        }
    )
    said = "\n".join(map(str, told))
    assert "survey.toml 23行目: mailboxes.1.phone（「koen」）: 知らない項目です" in said
    assert "もしかして「telephone」ですか。" in said
    assert "survey.toml 21行目: mailboxes.1.telephone（「koen」）: この項目がありません。" in said
    assert "survey.toml 33行目: programs.1.mailbox（「park」）: 提出先「keon」はありません" in said
    assert "もしかして「koen」ですか。" in said
    assert "form1.toml 33行目: questions.1.choices.2.skip_to（「1」）: 質問「99」はありません" in said
    assert "form1.toml 24行目: fields.2.kind（「contact」）" in said
    assert len(told) == 5


def test_what_speaks_of_a_broken_part_is_not_accused(broken: Break) -> None:
    """The mailbox cannot be read; that the program names it, and that the deadline is none, are no mistakes of theirs."""
    told = broken(
        {SURVEY: [('section = "利用係"', "section = 3"), ("deadline = 2024-02-09T12:00:00+09:00", 'deadline = "x"')]}
    )
    assert [(m.file, m.line, m.key) for m in told] == [(SURVEY, 4, "deadline"), (SURVEY, 25, "mailboxes.1.section")]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("wrong", ["?", *(pytest.param(w, marks=pytest.mark.long) for w in ({"?": 1}, 3.5))], ids=str)
def test_one_value_of_another_type_is_one_mistake_at_its_own_place(folder: Path, wrong: Any) -> None:
    """Every value of every file in turn is made something else: whatever is told, is told there, above or inside."""
    for file in sorted(folder.glob("*.toml")):
        whole = tomllib.loads(file.read_text(encoding="utf-8"))
        for path in paths(whole):
            data = copy.deepcopy(whole)
            holder = data
            for step in path[:-1]:
                holder = holder[step]
            if isinstance(holder[path[-1]], (str, float)) and isinstance(wrong, str):
                continue  # a text for a text is no other type: what it says may contradict something else
            holder[path[-1]] = wrong
            told = mistakes_of(data, file.name)
            at = ".".join(str(s + 1) if isinstance(s, int) else s for s in path)
            astray = [m for m in told if not (at.startswith(m) or m.startswith(at))]
            assert not astray, (file.name, at, astray)


def mistakes_of(data: dict[str, Any], file: str) -> list[str]:
    """The keys of everything that is told of one file's data."""
    if file == "faq.toml":
        told = salvage(FaqFile, data, file, dict)
        rest = [Mistake(file, key, reason) for key, reason in check_faq(told.value.faq)] if told.value else []
        return [m.key for m in (*told.mistakes, *told.of_rest(rest))]
    if file == SURVEY:
        head = salvage(Survey, {**data, "forms": []}, file, dict)
        assert head.value is not None
        rest = head.of_rest(check_survey(head.value, file, forms_known=False))
        return [m.key for m in (*head.mistakes, *rest)]
    form = salvage(Form, data, file, dict)
    assert form.value is not None
    return [m.key for m in (*form.mistakes, *form.of_rest(check_form(form.value, file)))]
