"""The reader child from its parent's side (docs/design.md, "Decided, and why"): real processes, real bytes."""

from __future__ import annotations

import io
import os
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import default_survey
from intake.frames import LONGEST_ANSWER, frame
from intake.progress import Progress, ProgressPoint, shared_page
from intake.submission import Submission
from routing.reading import reader as parent
from routing.reading.errors import ReaderDied, ReaderHung, ReaderUnavailable, ReadFailed
from routing.reading.reader import Reader
from routing.reading.request import to_read
from tests.routing.desk_at_hand import form, mail
from tests.servers.machine import halt

BOMB_MIB = 700


def child_of(reader: Reader) -> subprocess.Popen[bytes]:
    child = reader._child
    assert child is not None
    return child


def bomb() -> bytes:
    """A form whose sheet unpacks to a text larger than the child may hold; 700 KB as a file."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(form())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename != "xl/worksheets/sheet1.xml":
                new.writestr(item, old.read(item))
                continue
            with new.open(item.filename, "w", force_zip64=True) as part:
                part.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">')
                part.write(b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>')
                for _ in range(BOMB_MIB):
                    part.write(b"A" * (1 << 20))
                part.write(b"</t></is></c></row></sheetData></worksheet>")
    return out.getvalue()


def codes(submission: Submission) -> list[tuple[str, list[str]]]:
    return [(f.filename, [x.code for x in f.findings if x.severity == "error"]) for f in submission.files]


def test_one_child_reads_many_mails(reader: Reader) -> None:
    reader.read_mail(mail())
    first = child_of(reader).pid
    assert reader.read_mail(mail()).kind == "submission"
    assert child_of(reader).pid == first


def test_a_file_that_eats_memory_is_named_and_the_rest_is_read(reader: Reader) -> None:
    files = {"まず.xlsx": form(), "爆弾.xlsx": bomb(), "次.xlsx": form()}
    read = reader.read_mail(mail(files))
    found = dict(codes(read))
    assert found["まず.xlsx"] == found["次.xlsx"] == []
    assert found["爆弾.xlsx"] in (["too_costly"], ["unreadable"])
    assert [len(f.sheets) for f in read.files] == [1, 0, 1]


class Hanging(Reader):
    """Its first child says that it has begun the first two files, and hangs in the second."""

    first = True

    def _start(self) -> subprocess.Popen[bytes]:
        if not self.first:
            return super()._start()
        self.first, self._room = False, 1 << 16
        for position in (2, 3):  # leaf 1 is the text
            self._progress.note(1, position)
        return idler()


def idler() -> subprocess.Popen[bytes]:
    """A process that neither answers nor ends."""
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_a_child_that_hangs_outside_of_any_file_counts_against_the_mail_and_is_replaced() -> None:
    made = Reader(default_survey(), file_seconds=0.5)
    made._child = hanging = idler()
    try:
        with pytest.raises(ReaderDied, match="TimeoutError"):
            made.read_mail(mail())
        assert hanging.poll() == -signal.SIGKILL
        made._seconds = 10
        assert made.read_mail(mail()).kind == "submission"
    finally:
        made.close()


def test_a_child_that_says_it_began_in_the_future_gets_no_more_time() -> None:
    made = Reader(default_survey(), file_seconds=0.5)
    made._child = hanging = idler()
    struct.pack_into("=qqd", made._progress._page, 0, 1, 0, time.monotonic() + 1e9)
    try:
        with pytest.raises(ReaderDied, match="TimeoutError"):
            made.read_mail(mail())
        assert hanging.poll() == -signal.SIGKILL
    finally:
        made.close()


def test_the_file_in_which_a_child_hangs_is_left_out_and_the_others_are_read() -> None:
    hanging = Hanging(default_survey(), file_seconds=3.0)
    try:
        read = hanging.read_mail(mail({"一.xlsx": form(), "二.xlsx": form(), "三.xlsx": form()}))
    finally:
        hanging.close()
    assert codes(read) == [("一.xlsx", []), ("二.xlsx", ["too_costly"]), ("三.xlsx", [])]


class Unhurried(Reader):
    """Its first child takes 0.5 seconds for each of so many files, and then fails."""

    files = 4
    first = True

    def _spawn(self) -> subprocess.Popen[bytes]:
        if not self.first:
            return super()._spawn()
        self.first = False
        code = (
            "import sys, time; from intake.progress import Progress; from intake.frames import frame\n"
            "progress, said = Progress(int(sys.argv[1])), sys.stdout.buffer\n"
            "said.write(frame(b'S' + sys.argv[2].encode())); said.flush(); sys.stdin.buffer.read(1)\n"
            "for position in range(1, 1 + int(sys.argv[3])): progress.note(1, position); time.sleep(0.5)\n"
            "said.write(frame(b'Eread to its end')); said.flush(); time.sleep(60)"
        )
        page, pipe = shared_page(), subprocess.PIPE
        self._progress = Progress(page)
        command = [sys.executable, "-c", code, str(page), parent.CODE, str(self.files)]
        child = subprocess.Popen(command, stdin=pipe, stdout=pipe, pass_fds=[page])
        os.close(page)
        return child


@pytest.mark.long
def test_the_clock_starts_anew_with_each_file() -> None:
    unhurried = Unhurried(default_survey(), file_seconds=1.2)
    try:
        with pytest.raises(ReadFailed, match="read to its end"):
            unhurried.read_mail(mail())
    finally:
        unhurried._kill()


def test_a_child_that_somebody_owns_cannot_take_the_page_from_its_parent() -> None:
    page = shared_page()
    progress = Progress(page)
    code = "import os, sys; os.ftruncate(int(sys.argv[1]), int(sys.argv[2]))"
    for size in ("0", "1", str(1 << 30)):
        tried = subprocess.run([sys.executable, "-c", code, str(page), size], pass_fds=[page], capture_output=True)
        assert b"PermissionError" in tried.stderr
    assert progress.last() == ProgressPoint(0, 0, 0.0)  # the bus error would have ended this process
    os.close(page)


class Endless(Unhurried):
    """All its children are like that first one, though they are able to read mail of ours."""

    def _spawn(self) -> subprocess.Popen[bytes]:
        self.first = True
        return super()._spawn()

    def _prove(self, child: subprocess.Popen[bytes]) -> None:
        self._to_prove = 0


@pytest.mark.long
def test_a_child_that_begins_one_file_after_the_other_for_ever_is_given_up() -> None:
    """As one that somebody has come to own: each of its beginnings asks for more time."""
    endless = Endless(default_survey(), file_seconds=1.0, mail_seconds=1.0)
    endless.files = 1_000
    try:
        with pytest.raises(ReaderHung):
            endless.read_mail(mail())
    finally:
        endless._kill()


def begin(reader: Reader, raw: bytes) -> Callable[[], Submission]:
    """Hands a mail over; what comes back waits for its reading."""
    request = to_read(raw)
    reader.hand_over(request)

    def take() -> Submission:
        reader.finish(request)
        return request.result()

    return take


class Saying(Reader):
    """Its first child answers this to the first mail."""

    answer = b""

    def _spawn(self) -> subprocess.Popen[bytes]:
        if not self.answer:
            return super()._spawn()
        said = frame(b"S" + parent.CODE.encode()) + self.answer
        self.answer, pipe = b"", subprocess.PIPE
        code = "import sys, time; sys.stdout.buffer.write(bytes.fromhex(sys.argv[1])); sys.stdout.flush(); time.sleep(60)"
        return subprocess.Popen([sys.executable, "-c", code, said.hex()], stdin=pipe, stdout=pipe)


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (frame(b"R{no json"), ReadFailed),
        (frame(b'R{"kind": "submission"}'), ReadFailed),
        (frame(b"R" + b"[" * 10_000), ReadFailed),
        (frame(b'R{"of no field": ' + b"[" * 10_000), ReadFailed),
        (frame(b"X"), ReadFailed),
        (frame(b""), ReadFailed),
        (struct.pack(">I", LONGEST_ANSWER + 1) + b"R", ReaderDied),
        (b"\xff\xff\xff\xff", ReaderDied),
    ],
)
def test_what_is_no_answer_is_that_mails_failure_and_the_next_is_read(answer: bytes, raised: type[Exception]) -> None:
    """As from a child whose memory somebody has come to own: no longer frame is waited for than any answer is."""
    saying = Saying(default_survey(), file_seconds=10.0)
    saying.answer = answer
    try:
        with pytest.raises(raised):
            saying.read_mail(mail())
        assert saying.read_mail(mail()).kind == "submission"
    finally:
        saying.close()


@pytest.mark.long
def test_a_death_concerns_the_mail_in_hand_and_those_behind_it_are_read() -> None:
    """The child says that it is in the second file of the first mail, and three more lie in its pipe."""
    hanging = Hanging(default_survey(), file_seconds=3.0)
    mails = [mail({"一.xlsx": form(), "二.xlsx": form()}), *(mail(subject=f"【横浜市】{n}") for n in range(3))]
    try:
        begun = [begin(hanging, raw) for raw in mails]
        first, *others = [take() for take in begun]
    finally:
        hanging.close()
    assert codes(first) == [("一.xlsx", []), ("二.xlsx", ["too_costly"])]
    assert [read.message.subject for read in others] == [f"【横浜市】{n}" for n in range(3)]
    assert [code for read in others for _, found in codes(read) for code in found] == []


def test_a_child_killed_with_several_mails_costs_the_first_one_a_try_and_the_others_nothing(
    reader: Reader,
) -> None:
    reader.read_mail(mail())
    child = child_of(reader)
    halt(child.pid)
    begun = [begin(reader, mail(subject=f"【横浜市】{n}")) for n in range(3)]
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(ReaderDied, match="EOFError"):
        begun[0]()
    assert [take().message.subject for take in begun[1:]] == ["【横浜市】1", "【横浜市】2"]


def test_what_does_not_fit_into_the_pipe_beside_another_mail_is_handed_over_later(reader: Reader) -> None:
    """Whoever writes more waits for the child, and could not take its answers meanwhile."""
    reader.read_mail(mail())
    child = child_of(reader)
    mails = [mail(subject="【横浜市】小"), mail({"大.bin": os.urandom(2 << 20)})]
    begun: list[Callable[[], Submission]] = []
    halt(child.pid)
    handing_over = threading.Thread(target=lambda: begun.extend(begin(reader, raw) for raw in mails), daemon=True)
    handing_over.start()
    handing_over.join(10)
    waits = handing_over.is_alive()
    os.kill(child.pid, signal.SIGCONT)
    assert not waits
    small, large = (take() for take in begun)
    assert small.message.subject == "【横浜市】小"
    assert [file.size for file in large.files] == [2 << 20]


@pytest.mark.long
def test_a_child_is_replaced_after_so_many_mails_though_more_are_on_their_way(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parent, "REPLACE_AFTER", 2)
    children, subjects = [], []
    for take in [begin(reader, mail(subject=f"【横浜市】{n}")) for n in range(5)]:
        subjects.append(take().message.subject)
        children.append(child_of(reader).pid)
    assert subjects == [f"【横浜市】{n}" for n in range(5)]
    assert [children.count(pid) for pid in dict.fromkeys(children)] == [2, 2, 1]


def test_what_was_begun_and_dropped_is_no_answer_to_the_next_mail(reader: Reader) -> None:
    begin(reader, mail(subject="【横浜市】一"))
    begin(reader, mail(subject="【横浜市】二"))
    reader.drop()
    assert reader.read_mail(mail(subject="【横浜市】三")).message.subject == "【横浜市】三"


def test_a_killed_child_is_replaced(reader: Reader) -> None:
    reader.read_mail(mail())
    first = child_of(reader)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert reader.read_mail(mail()).kind == "submission"
    assert child_of(reader).pid != first.pid


@pytest.mark.parametrize("size", [10, 300_000])
def test_a_child_that_dies_before_it_took_a_mail_counts_against_that_mail(reader: Reader, size: int) -> None:
    """A pipe holds 64 KB, and what Python buffers before it 8 KB: either way the parent is still writing."""
    reader.read_mail(mail())
    child = child_of(reader)
    os.kill(child.pid, signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    child.poll = lambda: None  # type: ignore[method-assign]  # dead, and not yet noticed
    with pytest.raises(ReaderDied):
        reader.read_mail(mail({"大.bin": os.urandom(size)}))
    assert reader.read_mail(mail()).kind == "submission"


def test_a_child_of_another_release_reads_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the program's files are replaced under a running worker, and a child is started afterwards."""
    root = Path(__file__).parents[2]
    for folder in ("config", "intake"):
        shutil.copytree(root / folder, tmp_path / folder)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    same = Reader(default_survey())
    assert same.read_mail(mail()).kind == "submission"
    same.close()

    with (tmp_path / "intake" / "answers.py").open("a") as file:
        file.write("# a later release\n")
    with pytest.raises(ReaderUnavailable, match="起動し直す"):
        Reader(default_survey()).read_mail(mail())


def test_a_child_that_cannot_start_is_no_mails_fault(tmp_path: Path) -> None:
    broken = Reader(tmp_path / "no-survey")
    with pytest.raises(ReaderUnavailable):
        broken.read_mail(mail())
    broken.close()


def test_a_dozen_mails_for_a_child_that_cannot_start_cost_one_try_each_time_that_somebody_waits(
    tmp_path: Path,
) -> None:
    """A start may take a minute before it fails: handing over must not try it for each of them."""
    tries = []

    class Counting(Reader):
        def _start(self) -> subprocess.Popen[bytes]:
            tries.append(1)
            return super()._start()

    broken = Counting(tmp_path / "no-survey")
    begun = [begin(broken, mail()) for _ in range(12)]
    assert tries == []
    with pytest.raises(ReaderUnavailable):
        begun[0]()
    assert tries == [1]


def test_the_end_of_the_pipe_ends_the_child_and_leaves_no_zombie() -> None:
    short = Reader(default_survey())
    short.read_mail(mail())
    child = child_of(short)
    short.close()
    assert child.returncode == 0
    assert not Path(f"/proc/{child.pid}").exists()
    short.close()  # and again, without harm


def test_the_child_ends_when_its_parent_is_killed() -> None:
    code = (
        "from config.load import default_survey; from routing.reading.reader import Reader; import time\n"
        "r = Reader(default_survey()); r.read_file('x', b''); print(r._child.pid, flush=True); time.sleep(60)"
    )
    root = Path(__file__).parents[2]
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _alive(pid)


def test_a_child_that_hangs_when_its_parent_is_gone_is_ended_by_the_kernel() -> None:
    """Nobody is left who could stop it, and a hang never comes to see the end of the pipe."""
    code = (
        "import intake.child as r, time\n"
        "r.ORPHAN_SECONDS = 1\n"
        "r.read_mail = lambda *a: time.sleep(60)\n"
        "r.main()"
    )
    command = [sys.executable, "-c", code, str(default_survey())]
    asked = frame(b'{"task": "mail", "skip": []}') + frame(mail())
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, input=asked, capture_output=True, timeout=30, check=False)
    assert done.returncode == -signal.SIGALRM


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def test_what_a_library_prints_does_not_reach_the_pipe(tmp_path: Path) -> None:
    """A child whose libraries write to standard output, in Python and below it."""
    code = (
        "import intake.child as r, os\n"
        "real = r.read_mail\n"
        "def noisy(*a):\n"
        "    print('noise'); os.write(1, b'deep noise'); return real(*a)\n"
        "r.read_mail = noisy; r.main()"
    )
    command = [sys.executable, "-c", code, str(default_survey())]
    raw = mail()
    asked = frame(b'{"task": "mail", "skip": []}') + frame(raw)
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, input=asked, capture_output=True, timeout=60, check=True)
    kinds = []
    rest = done.stdout
    while rest:
        size = int.from_bytes(rest[:4], "big")
        kinds.append(rest[4:5])
        rest = rest[4 + size :]
    assert kinds == [b"S", b"R"]
    assert b"noise" in done.stderr and b"deep noise" in done.stderr


def test_the_working_folder_never_wins_over_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "intake.py").write_text("raise SystemExit('somebody else’s intake')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    made = Reader(default_survey())
    try:
        assert made.read_mail(mail()).kind == "submission"
    finally:
        made.close()
