"""A letter, and a column of each table of a report, are added in a copy of this house as CONTRIBUTING.md says; with one of
a letter's steps left out, a test fails."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Where a step that was forgotten shows, as CONTRIBUTING.md names them.
NAMED = (
    *("tests/replies/test_letter_kinds.py", "tests/replies/test_letters.py", "tests/replies/test_wording.py"),
    *("tests/config/test_mails.py", "tests/test_docs.py", "tests/routing/test_approving.py"),
)
TEMPLATE = """{# A withdrawal was received. #}
{% set lead = "お取り下げのご連絡を受信しました。" %}
{% set act = "改めてご連絡いただく必要はございません。" %}
{% include "_header.j2" %}
{% include "_receipt.j2" %}
{% include "_beside.j2" %}
{% include "_footer.j2" %}
"""
LETTER = """def taken_back(survey: Survey) -> Letter:
    return replace(letter(survey), kind="taken_back", files=(), owed_here=(), owed_elsewhere=())


LETTERS = {
    "taken_back": taken_back,"""
MAIL = '[mail.taken_back]\nname = "取下げ"\ntrigger = "取下げ"\nrecipient = "差出人"\nfrequency = "一回"\n[mail.correction]'
# file: (what stands there, what stands there afterwards) of each change
LETTER_STEPS = {
    "replies/letter_kinds.py": (
        ("LetterKind = Literal[\n", 'LetterKind = Literal[\n    "taken_back",\n'),
        ("MappingProxyType({\n", 'MappingProxyType({\n    "taken_back": Traits(),\n'),
    ),
    "replies/wording.toml": (
        ("[subject]\n", '[subject]\ntaken_back = "【取下げのご連絡の受信】"\n'),
        ("[mail.correction]", MAIL),
    ),
    "tests/replies/letters_at_hand.py": (("LETTERS = {", LETTER),),
    "config/mails.py": (("    acknowledgement: Way", '    taken_back: Way = "off"\n    acknowledgement: Way'),),
    "config/surveys/README.md": (("| `pre_check` |", "| `taken_back` | `off` | 取下げ |\n| `pre_check` |"),),
}


def ahead(there: str, new: str) -> tuple[str, str]:
    """A line ahead of what stands there."""
    return there, f"{new}\n{there}"


PLACES = (('received", 14.0', '"1回"'), ('received", 13.0', 'f"{row.cell.versions}回"'), ('since"', '"1回"'))
COLUMN_STEPS = {
    "replies/reports/data.py": (ahead("    changed: bool = False\n", "    versions: int = 0"),),
    "routing/tracking/reports.py": (ahead("        changed=since is", "        versions=part.versions,"),),
    "replies/reports/columns.py": tuple(
        ahead(f'    ReportColumn("{place}', f'    ReportColumn("added", 9.0, "text", lambda row: {value}),')
        for place, value in PLACES
    ),
    "replies/wording.toml": (("[report]\n", '[report]\nadded = "受付回数"\n'),),
    "tests/replies/reports_at_hand.py": (ahead("                direct=place", "                versions=1,"),),
}
WRITES = """
from tests.replies.letters_at_hand import LETTERS, the_survey
from replies.letters.render import render_letter
from replies.wording import load_wording
made = render_letter(LETTERS["taken_back"](the_survey()), the_survey(), load_wording())
open("tests/replies/letters/taken_back.txt", "w").write(f"件名：{made.subject}\\n\\n{made.body}")
"""
APPROVAL = "from tests.routing.test_approving import write; write()"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    made = tmp_path / "house"
    shutil.copytree(ROOT, made, ignore=shutil.ignore_patterns(".venv", ".git", ".*_cache", "__pycache__"))
    return made


def python(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What Python says within the copy, whose modules it takes instead of ours."""
    around = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    here = around | {"PYTHONPATH": str(copy)}
    return subprocess.run([sys.executable, *words], cwd=copy, env=here, capture_output=True, text=True, check=False)


def change(copy: Path, steps: Mapping[str, tuple[tuple[str, str], ...]], without: str = "") -> None:
    for name, changes in steps.items():
        for before, after in changes if name != without else ():
            text = (copy / name).read_text("utf-8")
            assert text.count(before) >= 1, (name, before)
            (copy / name).write_text(text.replace(before, after, 1), "utf-8")


def add_letter(copy: Path, without: str = "") -> None:
    change(copy, LETTER_STEPS, without)
    if without != "template":
        (copy / "replies" / "templates" / "taken_back.j2").write_text(TEMPLATE, "utf-8")
    for step, code in (("golden", WRITES), ("approval", APPROVAL)):
        if without != step:
            python(copy, "-c", code)


@pytest.mark.long
@pytest.mark.parametrize("without", ["", *LETTER_STEPS, "template", "golden", "approval"])
def test_a_letter_takes_what_is_named_and_a_test_names_what_is_forgotten(copy: Path, without: str) -> None:
    add_letter(copy, without)
    ran = python(copy, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", "-m", "not long", *NAMED)
    assert (ran.returncode == 0) is (without == ""), ran.stdout[-2000:]
    assert ran.returncode in (0, 1, 2), ran.stdout[-2000:]  # tests ran, or could not be read


@pytest.mark.long
def test_a_column_of_each_table_takes_what_is_named(copy: Path) -> None:
    """In the middle of a program's, a municipality's and a correction's."""
    change(copy, COLUMN_STEPS)
    tests = [str(path.relative_to(copy)) for path in (copy / "tests" / "replies").glob("test_report_*.py")]
    assert len(tests) >= 5
    ran = python(copy, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-m", "not long", *tests)
    assert ran.returncode == 0, ran.stdout[-2000:]


@pytest.mark.parametrize(
    ("task", "files"), [("a letter", (*LETTER_STEPS, *NAMED)), ("a column to a prefecture's report", tuple(COLUMN_STEPS))]
)
def test_each_file_of_it_is_named_in_contributing(task: str, files: tuple[str, ...]) -> None:
    told = re.split(r"\n## ", (ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    (section,) = (part for part in told if part.startswith(f"Add {task}\n"))
    assert [name for name in files if f"]({name})" not in section] == []
