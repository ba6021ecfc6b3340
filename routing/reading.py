"""The desk's side of the reader child: starts it, asks it, stops it when it takes too long, replaces it.

A file that costs too much time or memory is named to the next child, which leaves it out with a finding;
so one hostile workbook ends in a clear sentence to its sender, and the rest of the mail is still read.
Reads no mail itself.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import TypeAdapter

from intake import release
from intake.reader import frame
from intake.submission import FileReading, Submission

FILE_SECONDS = 10.0  # wall clock for one file, and for the mail around the files
START_SECONDS = 60.0  # until the child has loaded survey and roster, on a busy machine
REPLACE_AFTER = 5_000  # mails; what leaks in a library leaks in the child only, and a new one costs half a second

CODE = release.digest()  # of this process, from its start on
_REPLACED = "プログラムが入れ替えられています。run を起動し直すまで、届いたメールの判定を待ちます"

_SUBMISSION = TypeAdapter(Submission)
_FILE = TypeAdapter(FileReading)


class ReaderUnavailable(Exception):
    """No child can be started (no memory, a survey that cannot be loaded): no mail's fault, try again."""


class ReaderDied(Exception):
    """The child died or was stopped outside of any file; counts against the mail in hand."""


class ReadFailed(Exception):
    """Reading raised something nobody foresaw; the text is the child's traceback."""


class _DiedInFile(Exception):
    def __init__(self, position: int) -> None:
        self.position = position


class Reader:
    """One reader child. Not for two threads at once."""

    count = 1  # children

    def __init__(self, survey_dir: Path, file_seconds: float = FILE_SECONDS) -> None:
        self._survey_dir = survey_dir
        self._seconds = file_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._served = 0

    def read_mail(self, raw: bytes, passwords: Sequence[str] = ()) -> Submission:
        """The mail, read. `passwords` are tried on what is locked in it, and kept nowhere. Raises ReaderDied,
        ReadFailed, ReaderUnavailable."""
        request: dict[str, object] = {"task": "mail"}
        if passwords:
            request["passwords"] = list(passwords)
        return _SUBMISSION.validate_json(self._ask(request, raw))

    def told_passwords(self, raw: bytes) -> tuple[str, ...]:
        """What may be the passwords that this mail tells, likeliest first: to be tried and forgotten, never
        written anywhere. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        return tuple(json.loads(self._ask({"task": "passwords"}, raw)))

    def read_file(self, filename: str, data: bytes) -> FileReading:
        """One file as `check` sees it. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        return _FILE.validate_json(self._ask({"task": "file", "filename": filename}, data))

    def close(self) -> None:
        """Ends the child."""
        child, self._child = self._child, None
        if child is not None and child.stdin is not None and child.stdout is not None:
            with suppress(BrokenPipeError):  # what a dead child left unread
                child.stdin.close()
            try:
                child.wait(timeout=2)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            child.stdout.close()

    def _ask(self, request: dict[str, object], data: bytes) -> bytes:
        skip: list[int] = []
        while True:
            try:
                return self._ask_once({**request, "skip": skip}, data)
            except _DiedInFile as death:
                if death.position in skip:
                    raise ReaderDied(f"file {death.position}") from death
                skip.append(death.position)

    def _ask_once(self, request: dict[str, object], data: bytes) -> bytes:
        child = self._running()
        assert child.stdin is not None and child.stdout is not None
        position = 0
        try:
            child.stdin.write(frame(json.dumps(request).encode()) + frame(data))
            child.stdin.flush()
            while True:
                answer = _receive(child.stdout.fileno(), self._seconds)
                if answer[:1] != b"P":
                    break
                position = int(answer[1:])
        except (TimeoutError, EOFError, BrokenPipeError) as error:
            self._kill()
            if position:
                raise _DiedInFile(position) from error
            raise ReaderDied(type(error).__name__) from error
        self._served += 1
        if answer[:1] == b"E":
            raise ReadFailed(answer[1:].decode("utf-8", "backslashreplace"))
        return answer[1:]

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and (self._child.poll() is not None or self._served >= REPLACE_AFTER):
            self.close()
        if self._child is None:
            self._child = self._start()
        return self._child

    def _start(self) -> subprocess.Popen[bytes]:
        self._served = 0
        command = [sys.executable, "-P", "-W", "ignore", "-m", "intake.reader", str(self._survey_dir)]
        try:
            self._child = child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            assert child.stdout is not None
            greeting = _receive(child.stdout.fileno(), START_SECONDS)
        except (OSError, EOFError) as error:  # TimeoutError is an OSError
            self._kill()
            raise ReaderUnavailable(
                f"読み取りのプロセスを起動できません（{type(error).__name__}）"
            ) from error
        if greeting[1:].decode() != CODE:
            self._kill()
            raise ReaderUnavailable(_REPLACED)
        return child

    def _kill(self) -> None:
        if self._child is not None:
            self._child.kill()
        self.close()


def _receive(pipe: int, seconds: float) -> bytes:
    """One frame within so many seconds. TimeoutError, EOFError."""
    deadline = time.monotonic() + seconds
    size = int.from_bytes(_read(pipe, 4, deadline), "big")
    return _read(pipe, size, deadline)


def _read(pipe: int, size: int, deadline: float) -> bytes:
    """Exactly `size` bytes from a pipe before the deadline (time.monotonic). TimeoutError, EOFError."""
    parts: list[bytes] = []
    while size > 0:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        part = os.read(pipe, min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
