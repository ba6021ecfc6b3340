"""Prose stays true: whatever a person can type, set or be told stands in the documents, and nothing else."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import click
import pytest

from config.errors import ConfigError
from config.form import Form, Question
from config.load import default_survey, load_survey
from config.settings import (
    Secret,
    Settings,
    check_mailboxes,
    load_settings,
)
from config.shape import Shape, keys_of
from config.survey import Survey
from intake.finding import CATALOGUE
from replies.states import State
from routing.cli import app
from routing.decision.verdict import FILE_TABLE, MAIL_TABLE, UNREAD, Outcome, sentence_of
from routing.ledger.outbox import FINAL
from routing.ledger.promises import PROMISES
from tests import docs_made
from tests.bench import run

ROOT = Path(__file__).parents[1]
DESIGN, JOURNEY = ROOT / "docs" / "design.md", ROOT / "docs" / "journey.md"
README, GUIDE = ROOT / "README.md", ROOT / "docs" / "guide.ja.md"
SETTINGS, SURVEYS = ROOT / "docs" / "settings.md", ROOT / "config" / "surveys" / "README.md"
PAGES = [
    README,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
    SURVEYS,
    ROOT / "config" / "ROSTER.md",
    *sorted((ROOT / "tests").glob("*/README.md")),
]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def _read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _blocks(page: Path, language: str) -> list[str]:
    return [body for name, body in FENCE.findall(_read(page)) if name == language]


def _typed(page: Path) -> Iterator[list[str]]:
    """The words of each `uketsuke` command that stands in a page's shell blocks."""
    for block in _blocks(page, "sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0].endswith("uketsuke"):
                yield words[1:]


def _rows(text: str) -> list[list[str]]:
    """The cells of every table row."""
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in text.splitlines()
        if line.startswith("|")
    ]


def _section(page: Path, heading: str) -> str:
    """What stands under one `##` heading."""
    return _read(page).split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


# --- links ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", _read(page))):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        if anchor:
            assert f'<a id="{anchor}"></a>' in _read(target), link


def test_the_picture_has_its_text_as_text_and_a_dark_mode() -> None:
    picture = _read(ROOT / "docs" / "house.svg")
    assert "prefers-color-scheme: dark" in picture
    for room in ("config", "intake", "replies", "routing", "reader child", "outbox"):
        assert f">{room}</text>" in picture


def test_the_readme_explains_each_numbered_arrow_of_the_picture() -> None:
    picture = _read(ROOT / "docs" / "house.svg")
    drawn = re.findall(r">(\d)</text>", picture)
    told = re.findall(r"^(\d)\. \*\*", _read(README), re.MULTILINE)
    assert told == sorted(drawn) == [str(n) for n in range(1, 10)]


# --- commands ------------------------------------------------------------------------------------------


def command_named(name: str) -> click.Command:
    found = app.uketsuke.get_command(click.Context(app.uketsuke), name)
    assert found is not None and found.name == name
    return found


def test_every_command_and_each_of_its_options_is_in_the_guide() -> None:
    told = _read(GUIDE) + _read(README)
    commands = {name: command_named(name) for name in app.COMMANDS}
    assert len(commands) >= 11
    for name, command in commands.items():
        assert re.search(rf"uketsuke( --\S+ \S+)* {name}\b", told), name
        for option in (p for p in command.params if isinstance(p, click.Option)):
            assert any(re.search(rf"{o}\b", told) for o in option.opts), (name, option.opts)


def test_every_decision_is_in_the_guide() -> None:
    action = next(p for p in command_named("decide").params if p.name == "action")
    assert isinstance(action.type, click.Choice)
    for choice in action.type.choices:
        assert f"`{choice}`" in _section(GUIDE, "decide の各操作"), choice


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_line_in_the_documents_is_one_that_exists(page: Path) -> None:
    for words in _typed(page):
        context = app.uketsuke.make_context("uketsuke", list(words), resilient_parsing=True)
        rest = [*context._protected_args, *context.args]
        command = app.uketsuke.get_command(context, rest[0]) if rest else None
        assert command is not None, words
        parser = command.make_parser(click.Context(command, info_name=rest[0]))
        parser.parse_args(list(rest[1:]))  # raises on an option that is not there


def test_the_commands_of_the_readme_are_targets_and_what_the_gate_runs() -> None:
    told = re.findall(r"^make (\S+)$", "\n".join(_blocks(README, "sh")), re.MULTILINE)
    targets = re.findall(r"^([a-z-]+):", _read(ROOT / "Makefile"), re.MULTILINE)
    gate = re.findall(r"^make (\S+)$", _read(ROOT / ".ci" / "run"), re.MULTILINE)
    assert told == gate == ["demo", "test", "test-long"]
    assert set(told) <= set(targets)


def test_the_exit_codes_are_those_of_the_program() -> None:
    told = [int(row[0]) for row in _rows(_section(README, "Exit codes")) if row[0].isdigit()]
    assert told == [0, 1, 2, app.USAGE, app.BUSY, app.MISCONFIGURED] == [0, 1, 2, 64, 75, 78]


def test_the_guide_tells_of_every_reason_for_which_mail_is_held() -> None:
    guide, survey = _section(GUIDE, "held（要確認）の片付け方"), load_survey(default_survey())
    held = [row.name for row in MAIL_TABLE if row.outcome == "held"]
    held += [row.name for row in FILE_TABLE if row.outcome == "held"]
    assert len(held) >= 9
    for rule in (*held, *(rule for rule in UNREAD if rule not in ("operator", "erased"))):
        assert sentence_of(rule, survey) in guide, rule


# --- settings ------------------------------------------------------------------------------------------

def _shapes_below(shape: type[Shape]) -> set[type[Shape]]:
    found = {shape}
    for field in keys_of(shape).values():
        for inner in _models(field.type):
            found |= _shapes_below(inner)
    return found


def _models(annotation: Any) -> Iterator[type[Shape]]:
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        yield annotation
    elif get_origin(annotation) in (Annotated, Union, UnionType, dict, tuple):
        for part in get_args(annotation):
            yield from _models(part)


# The heading of each shape of the settings; the page names the shape below it.
SHAPES = {
    heading: {shape.__name__: shape for shape in _shapes_below(Settings)}[name]
    for heading, name in re.findall(r"^## (.+)\n\n<!-- shape: (\w+) -->$", _read(SETTINGS), re.MULTILINE)
}


@pytest.mark.parametrize(("heading", "shape"), SHAPES.items(), ids=[s.__name__ for s in SHAPES.values()])
def test_every_settings_key_is_documented_and_no_other(heading: str, shape: type[Shape]) -> None:
    told = [row[0].strip("`") for row in _rows(_section(SETTINGS, heading)) if row[0].startswith("`")]
    assert sorted(told) == sorted(keys_of(shape))


@pytest.mark.parametrize(("heading", "shape"), SHAPES.items(), ids=[s.__name__ for s in SHAPES.values()])
def test_the_defaults_told_are_the_defaults(heading: str, shape: type[Shape]) -> None:
    if shape is Secret:
        return  # exactly one of its two keys is given
    for key, default, *_ in (r for r in _rows(_section(SETTINGS, heading)) if r[0].startswith("`")):
        field = keys_of(shape)[key.strip("`")]
        assert field.required == (default == "（必須）"), key
        if default.startswith("`"):
            told = tomllib.loads(f"value = {default.strip('`')}")["value"]
            assert told == (list(field.default) if isinstance(field.default, tuple) else field.default), key


def test_no_shape_of_the_settings_is_left_out() -> None:
    assert _shapes_below(Settings) == set(SHAPES.values())


@pytest.mark.parametrize("page", [README, SETTINGS], ids=_name)
def test_the_settings_files_in_the_documents_are_accepted(page: Path, tmp_path: Path) -> None:
    survey = load_survey(default_survey())
    examples = _blocks(page, "toml")
    assert examples
    for example in examples:
        file = tmp_path / "uketsuke.toml"
        file.write_text(example, encoding="utf-8")
        settings = load_settings(file)
        assert settings.mode == "rehearse"  # nobody sends by copying an example
        assert check_mailboxes(settings, survey, file.name) == ()


def test_the_readmes_example_has_all_three_mailboxes_and_smtp() -> None:
    example = tomllib.loads(_blocks(README, "toml")[0])
    assert set(example["mailboxes"]) == {m.id for m in load_survey(default_survey()).mailboxes}
    assert example["sender"]["kind"] == "smtp"


# --- surveys -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "shape"), [("survey.toml", Survey), ("form*.toml", Form)], ids=["Survey", "Form"]
)
def test_every_key_of_a_survey_is_documented(heading: str, shape: type[Shape]) -> None:
    text = _section(SURVEYS, heading)
    shapes = _shapes_below(shape) - (_shapes_below(Form) if shape is Survey else set())
    assert len(shapes) >= 7
    for inner in shapes:
        for key in keys_of(inner):
            assert re.search(rf"[`\[]{key}[`\]]|\{{.*\b{key} =", text), f"{inner.__name__}.{key}"


def test_every_key_of_a_question_stands_in_its_own_table() -> None:
    text = _section(SURVEYS, "form*.toml").split("質問のキー")[1]
    for key in keys_of(Question):
        assert f"`{key}`" in text, key


def test_the_smallest_survey_that_the_documents_point_to_is_one() -> None:
    link = next(target for target in LINK.findall(_read(SURVEYS)) if "tiny" in target)
    folder = (SURVEYS.parent / link).parent
    try:
        survey = load_survey(folder, frozenset(CATALOGUE))
    except ConfigError as wrong:
        pytest.fail(str(wrong))
    assert (len(survey.mailboxes), len(survey.programs), len(survey.forms[0].questions)) == (1, 1, 3)


# --- who installs, who contributes ---------------------------------------------------------------------


def test_every_path_of_the_unit_is_made_by_the_installation() -> None:
    unit = _read(ROOT / "docs" / "uketsuke.service")
    told = "\n".join(_blocks(ROOT / "docs" / "install.md", "text"))
    paths = set(re.findall(r"(?<=[=: ])/(?:opt|etc|var)/[\w/.-]+[\w]", unit)) - {"/etc/systemd/system"}
    assert len(paths) >= 6
    for path in paths:
        assert path in told or re.search(rf"\b{Path(path).name}\b.* {Path(path).parent}/$", told, re.MULTILINE), path
    for who in re.findall(r"^(?:User|Group)=(\w+)$", unit, re.MULTILINE):
        assert f"useradd --system --home-dir /var/lib/uketsuke --shell /usr/sbin/nologin {who}" in told


TASKS = ["a check of an answer sheet", "a letter", "a column to a prefecture's report", "a source of mail"]


@pytest.mark.parametrize("task", TASKS)
def test_each_task_of_a_contributor_names_files_and_what_is_in_them(task: str) -> None:
    """The files are links, which are looked for above; of the names in back-quotes each stands in one of them."""
    text = _section(ROOT / "CONTRIBUTING.md", f"Add {task}")
    files = [ROOT / link.partition("#")[0] for link in LINK.findall(text)]
    assert len(files) >= 5
    inside = "\n".join(_read(file) for file in files if file.is_file())
    inside += " ".join(str(file) for file in files) + "docs_made"
    for name in re.findall(r"`\[?(\w+)\]?(?:=)?`", text):
        assert re.search(rf"\b{name}\b", inside) or (name == "_" and task == "a letter"), name


def test_the_changelog_tells_every_command_that_is_new() -> None:
    told = _section(ROOT / "CHANGELOG.md", "[Unreleased]")
    for name in ("hold-sending", "release-sending", "approvals", "revoke-approval", "tell-replaced"):
        assert name in app.COMMANDS and f"`{name}`" in told, name


# --- the design, and what points to it -----------------------------------------------------------------

CODE = [p for folder in ("config", "intake", "replies", "routing", "tests") for p in sorted((ROOT / folder).rglob("*"))
        if p.suffix in (".py", ".toml", ".j2") and p.name != "test_docs.py"]  # fmt: skip
POINTER = re.compile(r"docs/([\w.]+\.md)\b(?:, \"([^\"]+)\")?(?: and \"([^\"]+)\")?")
GONE = re.compile(r"\bDESIGN\b|\bLESSONS\b|\bissue [A-Z]\b")  # pages that are not in this repository


def test_what_points_to_a_document_points_to_a_part_of_it() -> None:
    for file in CODE:
        text = " ".join(_read(file).split())  # a docstring may break anywhere
        assert not GONE.search(text), _name(file)
        for page, *sections in POINTER.findall(text):
            target = ROOT / "docs" / page
            assert target.exists(), (_name(file), page)
            for section in filter(None, sections):
                assert f"\n## {section}\n" in _read(target), (_name(file), page, section)
        for number in re.findall(r"promises? (\d+)(?: and (\d+))? of docs/design\.md", text):
            assert all(1 <= int(n) <= 10 for n in number if n), _name(file)


def test_rules_are_named_as_the_tables_name_them() -> None:
    rules = {row.name for row in (*MAIL_TABLE, *FILE_TABLE)} | set(UNREAD)
    for file in (*CODE, DESIGN):
        for names in re.findall(r"[Rr]ules? ((?:`\w+`(?:, | and )?)+)", " ".join(_read(file).split())):
            assert set(re.findall(r"`(\w+)`", names)) <= rules, _name(file)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("standing", set(get_args(State))),
        ("verdict", set(get_args(Outcome))),
        ("posting", FINAL | {"queued", "sending", "later"}),
    ],
)
def test_the_words_of_the_design_are_those_of_the_code(word: str, meant: set[str]) -> None:
    (row,) = (cells for cells in _rows(_section(DESIGN, "Words")) if cells[0] == word)
    listed = re.sub(r"\([^)]*\)", "", row[2]).partition(": ")[2]  # without what explains a word
    assert set(re.findall(r"\w+", listed)) - {"by", "people"} == meant


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_page_points_to_what_is_not_here(page: Path) -> None:
    assert not GONE.search(_read(page))


def test_the_design_names_every_table_rule_that_it_tells_of() -> None:
    """Names in parentheses in its list of the tables' order are rules, and all of them exist."""
    named = set(re.findall(r"`(\w+)`", _section(DESIGN, "The decision"))) - {"survey"}
    assert len(named) > 15
    assert named <= {row.name for row in (*MAIL_TABLE, *FILE_TABLE)}


def test_the_tables_that_change_are_told() -> None:
    """Every table out of which rows are taken, or in which they are changed, but by an erasure or a purge."""
    part = _section(JOURNEY, "The ledger").split("Tables that do change", 1)[1].split(" A piece ", 1)[0]
    told = set(re.findall(r"`(\w+)`", part))
    changing: set[str] = set()
    for file in sorted((ROOT / "routing" / "ledger").glob("*.py")):
        if file.name not in ("migrations.py", "erasure.py", "retention.py", "secret.py"):
            text = re.sub(r"\"\s+f?\"", "", _read(file))
            changing |= set(re.findall(r"(?:DELETE FROM|UPDATE|OR REPLACE INTO|OR \{how\} INTO) ([a-z_]+)\b", text))
            changing |= set(re.findall(r"INSERT INTO (\w+)[^\"]* ON CONFLICT", text))
    assert len(changing) > 12
    assert changing <= told, changing - told


# --- what is made from the code ------------------------------------------------------------------------


def test_the_page_of_finding_codes_is_up_to_date() -> None:
    assert _read(ROOT / "docs" / "codes.md") == docs_made.codes_page(), "python -m tests.docs_made"
    assert _read(ROOT / "docs" / "choices.ja.md") == docs_made.choices_page(), "python -m tests.docs_made"


def test_each_finding_code_has_a_row_of_its_own() -> None:
    assert len(CATALOGUE) > 30
    rows = [row[0] for row in _rows(_read(ROOT / "docs" / "codes.md"))]
    for code in CATALOGUE:
        assert rows.count(f"`{code}`") == 1, code


def test_the_journeys_tables_are_up_to_date() -> None:
    text = _read(ROOT / "docs" / "journey.md")
    assert text == docs_made.with_made_parts(text), "python -m tests.docs_made"


def test_the_table_of_proof_is_that_of_the_code() -> None:
    text = _read(ROOT / "docs" / "proof.ja.md")
    assert text == docs_made.with_made_parts(text, docs_made.MADE_OF_PROOF), "python -m tests.docs_made"


def test_the_page_on_mails_is_made_from_the_rules() -> None:
    text = _read(ROOT / "docs" / "mails.ja.md")
    assert text == docs_made.with_made_parts(text, docs_made.MADE_OF_MAILS), "python -m tests.docs_made"


def test_the_readmes_table_of_speed_is_that_of_the_last_benchmark() -> None:
    text = _read(ROOT / "README.md")
    assert text == docs_made.with_made_parts(text, docs_made.MADE_OF_README), "python -m tests.docs_made"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ({"journey": {"share_of_floors": 0.5}}, ["share_of_floors", "journey", "twenty_thousand"]),
        ({"twenty_thousand": {"mails": 2}}, ["share_of_floors", "journey", "growth", "twenty_thousand"]),
    ],
)
def test_a_benchmark_takes_the_place_of_its_own_figures_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: dict[str, Any], kept: list[str]
) -> None:
    before = {"share_of_floors": 0.1, "journey": {}, "growth": {}, "twenty_thousand": {"mails": 1}}
    result = tmp_path / "bench.json"
    result.write_text(json.dumps(before))
    monkeypatch.setattr(run, "RESULT", result)
    monkeypatch.setattr(docs_made, "main", lambda: None)

    run.write(written)

    after = json.loads(result.read_text())
    assert sorted(after) == sorted(kept)
    assert after["share_of_floors"] == (0.5 if "journey" in written else 0.1)
    assert after["twenty_thousand"] == written.get("twenty_thousand", {"mails": 1})


def test_each_promise_names_a_test_that_exists() -> None:
    rows = [row for row in _rows(_section(DESIGN, "Promises")) if row[0].isdigit()]
    assert [int(row[0]) for row in rows] == list(range(1, 11))
    for row in rows:
        _names_tests_that_exist(row)
    assert {promise.number for promise in PROMISES} - {0} <= {int(row[0]) for row in rows}


@pytest.mark.parametrize(
    "part",
    ["The program", "The server of the mailboxes", "The server that takes the replies", "A mail"],
)
def test_each_fault_names_a_test_that_exists(part: str) -> None:
    rows = _rows(_section(ROOT / "docs" / "faults.md", part))
    told = [row for row in rows if row[0] != "what breaks" and not row[0].startswith("--")]
    assert len(told) > 4
    for row in told:
        _names_tests_that_exist(row)


def _names_tests_that_exist(row: list[str]) -> None:
    """The last cell of a row of a table."""
    named = re.findall(r"\[`(test_\w+)`\]\(\.\./(tests/\S+?\.py)\)", row[-1])
    assert named, row[0]
    for test, file in named:
        assert f"def {test}(" in _read(ROOT / file), test


def test_a_mutant_that_is_called_equal_is_one_of_a_line_that_stands_there() -> None:
    """Else the reason stands for code that has changed since."""
    rows = re.findall(r"^\| ([\w/.]+\.py): `(.+?)` → `", (ROOT / "docs/mutants.md").read_text("utf-8"), re.MULTILINE)
    assert len(rows) > 20
    gone = [(m, line) for m, line in rows if line not in map(str.strip, (ROOT / m).read_text("utf-8").splitlines())]
    assert gone == []
