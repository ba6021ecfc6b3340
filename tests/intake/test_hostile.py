"""Hostile workbooks in the real reader child, under its ceilings of memory (1 GiB) and time (10 s a file): each
ends in a clear finding or is read right, the next mail goes on, and the parent stays small."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from config.load import default_survey
from intake.submission import Submission
from routing.reading.reader import Reader
from tests.workbooks.expectations import EXPECTED, FILES, told

HOSTILE = [name for name, expected in EXPECTED.items() if expected.get("hostile")]
GOOD = "complete_1.xlsx"
WORKER_CEILING = 300_000  # KiB


def mail(*names: str) -> bytes:
    """One mail with these files of the shelf."""
    message = EmailMessage()
    message["From"] = "kenko@city.example.lg.jp"
    message["To"] = "desk@example.go.jp"
    message["Subject"] = "回答"
    message.set_content("添付のとおり回答します。")
    for name in names:
        data = (FILES / name).read_bytes()
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    child = Reader(default_survey())
    yield child
    child.close()


def codes(read: Submission) -> dict[str, list[str]]:
    return {file.filename: [f.code for f in file.findings] for file in read.files}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_a_clear_finding_or_is_read_right(reader: Reader, name: str) -> None:
    read = reader.read_file(name, (FILES / name).read_bytes())
    told(read, EXPECTED[name])
    assert [f.severity for f in read.findings] == ["error"] * len(EXPECTED[name].get("findings", []))


def test_the_rest_of_the_mail_and_the_next_mail_are_read(reader: Reader) -> None:
    """The string that fills the memory kills the child in the middle of the mail."""
    read = reader.read_mail(mail(GOOD, "one_string_everywhere.xlsx", "answers_missing.xlsx"))
    assert [file.kind for file in read.files] == ["answer_sheet", "other", "answer_sheet"]
    assert codes(read)["one_string_everywhere.xlsx"] == ["too_costly"]
    after = reader.read_mail(mail(GOOD))
    assert [sheet.findings for sheet in after.files[0].sheets] == [()]


@pytest.mark.long
def test_a_file_that_takes_too_long_is_given_up() -> None:
    """A million empty rows take seconds; here a file is given half a second."""
    impatient = Reader(default_survey(), file_seconds=0.5)
    try:
        warm = impatient.read_mail(mail(GOOD))
        read = impatient.read_mail(mail("empty_rows.xlsx", GOOD))
    finally:
        impatient.close()
    assert [file.kind for file in warm.files] == ["answer_sheet"]
    assert [file.kind for file in read.files] == ["other", "answer_sheet"]
    assert codes(read)["empty_rows.xlsx"] == ["too_costly"]


class Counting(Reader):
    """Counts its children."""

    children = 0

    def _start(self) -> subprocess.Popen[bytes]:
        self.children += 1
        return super()._start()


@pytest.mark.long
def test_many_files_that_each_take_long_get_the_mails_time_and_no_more() -> None:
    """A million rows take a second or so each time; here the mail is given two."""
    reader = Counting(default_survey(), mail_seconds=2.0)
    try:
        read = reader.read_mail(mail(GOOD, *["empty_rows.xlsx"] * 20, GOOD))
        after = reader.read_mail(mail(*[GOOD] * 20))
    finally:
        reader.close()
    kinds = [file.kind for file in read.files]
    assert kinds == sorted(kinds) and kinds[:2] == ["answer_sheet"] * 2  # what was read, then what was not begun
    assert [[f.code for f in file.findings] for file in read.files if file.kind == "other"][-2:] == [["too_costly"]] * 2
    assert reader.children == 1
    assert [file.kind for file in after.files] == ["answer_sheet"] * 20


@pytest.mark.long
def test_many_files_that_each_end_a_child_cost_the_mails_time_and_what_stands_before_them_is_read() -> None:
    """The string that fills the memory kills a child each time, however fast the machine is."""
    reader = Counting(default_survey(), mail_seconds=2)
    try:
        reader.read_mail(mail(GOOD))  # warm
        read = reader.read_mail(mail(GOOD, *["one_string_everywhere.xlsx"] * 30))
        after = reader.read_mail(mail(GOOD))
    finally:
        reader.close()
    assert [file.kind for file in read.files] == ["answer_sheet", *["other"] * 30]
    assert [[f.code for f in file.findings] for file in read.files[1:]] == [["too_costly"]] * 30
    assert reader.children < 20  # the rest were not begun
    assert [file.kind for file in after.files] == ["answer_sheet"]


_WORKER = """
import json, sys
from pathlib import Path
from config.load import default_survey
from routing.reading.reader import Reader
reader = Reader(default_survey())
kinds = [[f.kind for f in reader.read_mail(Path(name).read_bytes()).files] for name in sys.argv[1:]]
reader.close()
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(json.dumps([kinds, int(status["VmHWM"].split()[0])]))
"""


@pytest.mark.long
def test_the_workers_own_memory_stays_small(tmp_path: Path) -> None:
    """Measured in a process of its own, since the tests' one has read other things before; by VmHWM, since
    ru_maxrss begins with the size of the process that started it."""
    names = []
    for number, files in enumerate([HOSTILE, [GOOD]]):
        name = tmp_path / f"{number}.eml"
        name.write_bytes(mail(*files))
        names.append(str(name))
    command = [sys.executable, "-P", "-c", _WORKER, *names]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    kinds, peak = json.loads(done.stdout)
    assert kinds == [[EXPECTED[name]["kind"] for name in HOSTILE], ["answer_sheet"]]
    assert peak < WORKER_CEILING
