"""No English on a Japanese screen: click's own sentences, help and mistakes included.

What click can say is read out of its source, so that a sentence which a newer click adds is seen here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from routing.cli.app import COMMANDS, run_command, uketsuke
from routing.cli.japanese import SENTENCES, width
from tests.replies.test_letter_facts import MISPLACED_HONORIFIC, TERMS

NEVER_SAID = re.compile(  # to programmers, or by what we do not use
    r"DeprecationWarning|defined twice|Boolean option|Could not determine|No options defined|Arguments take exactly"
    r"|must be an iterable|%\(prog\)s|version|Confirm the action|Editing failed|Unknown color"
    r"|^d$|Unknown standard stream|Windows error"
)
# Names that are no English sentence: file formats, programs, what is typed.
KNOWN = re.compile(
    r"--?[a-z-]+|https?://\S+|\$?[A-Z_]{4,}|\b(JSON|CSV|Excel|HTML|SQLite|Maildir|IMAP|SMTP|UKETSUKE_SETTINGS|uketsuke|toml|eml"
    r"|xlsx|draft|send|rehearse|off|Q[0-9]|NN|UID|DMARC|Ctrl|ISO|XOAUTH|TLS|JST|id|ID|x|Drafts|Defender|Microsoft)\b"
    r"|[\w./-]+\.(toml|xlsx|eml|db|csv)|\w+/[\w/]*|'[^']*'|`[^`]*`"
)


def _said_by_click() -> set[str]:
    found: set[str] = set()
    for file in Path(click.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
                texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                found |= {text for text in texts if not NEVER_SAID.search(text)}
    return found


def test_every_sentence_of_click_has_its_japanese() -> None:
    said = _said_by_click()
    assert len(said) > 40
    assert said - set(SENTENCES) == set()


def test_each_sentence_keeps_its_places() -> None:
    for english, japanese in SENTENCES.items():
        assert set(re.findall(r"\{(\w+)", japanese)) <= set(re.findall(r"\{(\w+)", english)), english


def _helps_of(name: str) -> Iterator[str]:
    """Of a command, and of those below it."""
    with click.Context(uketsuke, info_name="uketsuke") as group:
        command = uketsuke.get_command(group, name)
        assert command is not None
        with click.Context(command, parent=group, info_name=name) as ctx:
            yield command.get_help(ctx)
            for below in command.commands.values() if isinstance(command, click.Group) else ():
                with click.Context(below, parent=ctx, info_name=below.name) as context:
                    yield below.get_help(context)


def _english(text: str) -> list[str]:
    """Words of four letters or more that are no name."""
    names = re.compile(r"\b(" + "|".join(map(re.escape, sorted(COMMANDS, key=len, reverse=True))) + r")\b")
    return re.findall(r"[A-Za-z]{4,}", KNOWN.sub("", names.sub("", text)))


@pytest.mark.parametrize("name", COMMANDS)
def test_no_help_speaks_english(name: str) -> None:
    shown = "\n".join(_helps_of(name))
    assert shown.startswith("使い方: uketsuke")
    assert not re.search(r"Usage|Options:|Show this|\[required\]|TEXT|INTEGER|DIRECTORY|\bFILE\b|\bPATH\b|OPTIONS", shown)


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"], ["status", "--nonsense"], ["show"], ["purge", "--keep-days", "x"], ["purge", "--before", "x"],
        ["status", "one", "too", "many"], ["erase", "1"], ["verify", "no-such-file.db"], ["purge", "--keep-days", "0"],
        ["status", "--prefecture"], ["--now", "x", "status"], [],
    ],
)  # fmt: skip
def test_no_mistake_is_told_in_english(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run_command(words)
    said = "".join(capsys.readouterr())
    assert said and _english(said.replace("nonsense", "").replace("many", "")) == [], said


def test_columns_are_counted_as_a_terminal_shows_them() -> None:
    assert (width("--by 文字"), width("abc"), width("\x1b[1m番号\x1b[0m")) == (9, 3, 4)


# What officials read in the terms that the letters keep to (tests/replies/test_letter_facts.py); of these some are words
# of the receipt of a mail, and of its result, on a screen.
SCREEN_TERMS = {wrong: right for wrong, right in TERMS.items() if wrong not in ("拝見", "受付済み】", "ご自身")}
ROOT = Path(__file__).parents[2]
READ_BY_OFFICIALS = (
    *sorted((ROOT / "docs").glob("*.ja.md")), ROOT / "docs" / "settings.md", *sorted((ROOT / "replies").rglob("*.j2")),
    *(p for room in ("routing", "replies") for p in sorted((ROOT / room).rglob("*.py"))),
)  # fmt: skip


def _texts(file: Path) -> str:
    """What stands in a file for people: of a module its strings."""
    whole = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        return whole
    constants = (node for node in ast.walk(ast.parse(whole)) if isinstance(node, ast.Constant))
    return "\n".join(node.value for node in constants if isinstance(node.value, str))


def test_guide_and_screens_keep_to_the_terms_of_the_letters() -> None:
    """choices.ja.md tells how respondents write."""
    for file in (p for p in READ_BY_OFFICIALS if p.name != "choices.ja.md"):
        text = _texts(file)
        assert {wrong: right for wrong, right in SCREEN_TERMS.items() if wrong in text} == {}, file
        assert MISPLACED_HONORIFIC.search(text) is None, file
