"""The desk's side of the reader child: starts it, asks it, stops it when it takes too long, replaces it.

A file that costs too much time or memory is named to the next child, which leaves it out with a finding;
so one hostile workbook ends in a clear sentence to its sender, and the rest of the mail is still read.
Several mails may lie in the pipe to the child, so that it need not wait for the desk between them; a death
concerns the oldest of them, and the next child is given the others. Before anything is laid to a mail, that child has
to read one of our own: where it cannot, the reader is to blame, and all mails wait. Reads no mail itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from intake import release
from intake.frames import NOTHING_TOLD, ReadingHints
from intake.own_time import own_time
from intake.progress import Progress, ProgressPoint, shared_page
from intake.submission import FileReading, Submission
from routing.reading.errors import ReaderDied, ReaderHung, ReaderUnavailable, ReadFailed
from routing.reading.known_good import known_good
from routing.reading.pipe import NOT_BEGUN, Patience, receive, taken_by, widened
from routing.reading.request import Answered, Request, to_hand_over, to_read, to_read_file, to_tell_passwords

FILE_SECONDS = 10.0  # of the child's own time (own_time), for one file, and for the mail around the files
MAIL_SECONDS = 30.0  # for all its files, over all attempts; those that are not begun by then are left out
START_SECONDS = 60.0  # until the child has loaded survey and roster, on a busy machine
PROOF_SECONDS = 30.0  # for a mail of our own, which takes a hundredth of a second where there is nothing else to do
MOST_PROOFS = 8  # a child that lives longer than so many mails lays its death to another one each time
REPLACE_AFTER = 5_000  # mails; what leaks in a library leaks in the child only, and a new one costs half a second

CODE = release.digest()  # of this process, from its start on
NOT_STARTED = "読み取りのプロセスを起動できません"
_UNWELL = "読み取りのプロセスが、当方の見本も読めません。直るまで、届いたメールの判定を待ちます"
_REPLACED = "プログラムが入れ替えられています。run を起動し直すまで、届いたメールの判定を待ちます"


class Reader:
    """One reader child. Not for two threads at once."""

    count = 1  # children

    def __init__(
        self,
        survey_dir: Path,
        file_seconds: float = FILE_SECONDS,
        mail_seconds: float = MAIL_SECONDS,
        others: Sequence[Path] = (),
    ) -> None:
        self._survey_dir, self._others = survey_dir, others
        self._seconds, self._mail_seconds = file_seconds, mail_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._requests: deque[Request[Any]] = deque()  # those without an answer, oldest first
        self._heard = bytearray()  # of the child's answers, not yet taken apart
        self._room = 0  # bytes that may wait in the pipe to the child
        self._progress = Progress()  # of this child
        self._to_prove = 0  # readings of our own mail before the next child is given any other

    @contextmanager
    def one(self) -> Iterator[Reader]:
        """This reader itself, for as long as the block lasts: what Readers does with several."""
        yield self

    def read_mail(self, raw: bytes, told: ReadingHints = NOTHING_TOLD) -> Submission:
        """The mail, read, with what is known of it from elsewhere. Raises ReaderDied, ReadFailed,
        ReaderUnavailable."""
        return self._answered(to_read(raw, told))

    def told_passwords(self, raw: bytes) -> tuple[str, ...]:
        """What may be the passwords that this mail tells, likeliest first: to be tried and forgotten, never
        written anywhere. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        return self._answered(to_tell_passwords(raw))

    def read_file(self, filename: str, data: bytes) -> FileReading:
        """One file as `check` sees it. Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        return self._answered(to_read_file(filename, data))

    def file_part(self, raw: bytes, file: FileReading, offset: int) -> bytes | None:
        """Some bytes, from an offset on, of a file of this mail as it came; None where it is not found.
        Raises ReaderDied, ReadFailed, ReaderUnavailable."""
        return self._answered(to_hand_over(raw, file, offset))

    def hand_over(self, request: Request[Answered]) -> None:
        """Hand a request over while others are being answered, if it fits into the pipe beside them (else later).
        They are finished in the order in which they were handed over."""
        request.left = self._mail_seconds
        self._requests.append(request)
        if self._child is not None:  # else whoever waits for the first answer has one started, and hears if it fails
            with suppress(ReaderUnavailable):
                self._send()

    def finish(self, request: Request[Answered]) -> None:
        """Wait until a request that was handed over has its answer."""
        try:
            while not request.done():
                since = time.monotonic()
                self._send()
                self._receive_one(time.monotonic() - since)  # the start of another child counts as well
        except ReaderUnavailable as unavailable:
            self._requests.remove(request)
            request.fail(unavailable)

    def drop(self) -> None:
        """Forget what was begun and not taken, with the child that is at it."""
        if self._requests:
            self._requests.clear()
            self._kill()

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        self._heard.clear()
        if child is not None and child.stdin is not None and child.stdout is not None:
            with suppress(OSError):  # what a dead child left unread
                child.stdin.close()
            try:
                child.wait(timeout=2)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            child.stdout.close()

    def _answered(self, request: Request[Answered]) -> Answered:
        self.hand_over(request)
        self.finish(request)
        return request.result()

    def _send(self) -> None:
        """Write the requests that are not sent yet, but only what fits into the pipe. A dead child is noticed when
        its answer is read."""
        with_child = [request for request in self._requests if request.sent]
        for request in [request for request in self._requests if not request.sent]:
            if with_child and not self._has_room(request, with_child):
                return
            child = self._running(idle=not with_child)
            assert child.stdin is not None
            request.sent = True
            with_child.append(request)
            with suppress(BrokenPipeError), self._nobodys_fault():
                child.stdin.write(request.frames())
                child.stdin.flush()

    def _has_room(self, request: Request[Any], with_child: Sequence[Request[Any]]) -> bool:
        """Whether the request fits into the pipe beside these, and the child is not due for replacement. If we waited
        for the child to read while it waits for us to take a long answer, neither would go on."""
        in_pipe = sum(taken_by(len(each.data)) for each in (*with_child, request))
        return in_pipe <= self._room and self._served + len(with_child) < REPLACE_AFTER

    def _receive_one(self, spent: float) -> None:
        """Receive the answer to the oldest request, for which so many seconds were spent before. If a file of it killed
        the child, that ends its first attempt only."""
        assert self._child is not None and self._child.stdout is not None
        request = self._requests[0]
        began = own_time(self._child.pid)
        most = self._mail_seconds + 2 * self._seconds  # a child may begin one file after the other for ever
        try:
            with self._nobodys_fault():
                answer = self._receive(self._child, self._seconds, most)
        except (TimeoutError, EOFError) as error:
            spent += own_time(self._child.pid) - began
            self._kill()
            position = self._now_at().position if request.left else 0  # without time it reads only what did no harm
            request.left = max(0.0, request.left - spent)
            self._replace()
            self._bury(position, error)
            return
        try:
            understood = request.understood(answer)
        except ReadFailed as failure:
            self._replace()
            self._requests.popleft().fail(failure)
        else:
            self._served += 1
            self._requests.popleft().end(understood)

    def _receive(self, child: subprocess.Popen[bytes], seconds: float, most: float) -> bytes:
        assert child.stdout is not None
        patience = Patience(seconds, partial(own_time, child.pid), self._now_at, most)
        return receive(child.stdout.fileno(), self._heard, patience)

    def _replace(self) -> None:
        """Start another child in place of one that failed over the oldest request, which has to read mail of ours
        as often as the one that failed was asked for anything. Raises ReaderUnavailable where it cannot."""
        begun = self._served + 1
        self._kill()
        self._to_prove = begun if begun <= MOST_PROOFS else 1
        self._running(idle=True)

    def _now_at(self) -> ProgressPoint:
        """How far the child is with the oldest request."""
        point = self._progress.last()
        return point if point.request == self._served + 1 else NOT_BEGUN

    def _bury(self, position: int, error: Exception) -> None:
        """Take note that a child died over the oldest request, in the file at this position (0: in none)."""
        oldest = self._requests[0]
        if position and position not in oldest.skip:
            oldest.skip.append(position)
        else:
            death = ReaderHung if isinstance(error, TimeoutError) else ReaderDied
            self._requests.popleft().fail(death(f"file {position}" if position else type(error).__name__))

    def _running(self, idle: bool) -> subprocess.Popen[bytes]:
        """The child; `idle`: nothing of ours is with it, so that it may be replaced."""
        if self._child is not None and idle and (self._child.poll() is not None or self._served >= REPLACE_AFTER):
            self.close()
        if self._child is None:
            self._child = self._start()
        return self._child

    @contextmanager
    def _nobodys_fault(self) -> Iterator[None]:
        """What goes wrong between the child and us, as for want of memory, is ReaderUnavailable: another child will
        be asked anew. That a child is dead, or takes too long, is for the caller to judge."""
        try:
            yield
        except (BrokenPipeError, TimeoutError, EOFError):
            raise
        except (OSError, ValueError, MemoryError) as error:
            self._kill()
            raise ReaderUnavailable(f"読み取りのプロセスと通信できません（{type(error).__name__}）") from error

    def _start(self) -> subprocess.Popen[bytes]:
        self._served = 0
        try:
            self._child = child = self._spawn()
            assert child.stdin is not None and child.stdout is not None
            self._room = widened(child.stdin.fileno())
            greeting = receive(child.stdout.fileno(), self._heard, Patience(START_SECONDS))
        except Exception as error:  # whatever keeps a child from starting is no mail's fault
            self._kill()
            raise ReaderUnavailable(f"{NOT_STARTED}（{type(error).__name__}）") from error
        if greeting != b"S" + CODE.encode():
            self._kill()
            replaced = greeting[:1] == b"S" and len(greeting) == 1 + len(CODE)
            raise ReaderUnavailable(_REPLACED if replaced else f"{NOT_STARTED}（{greeting[:40]!r}）")
        if self._to_prove:
            self._prove(child)
        return child

    def _prove(self, child: subprocess.Popen[bytes]) -> None:
        """Have a child that follows one that failed read the mail that every reader reads. Raises ReaderUnavailable;
        the next child is asked first, too, so that no mail is handed to a reader that is not well."""
        assert child.stdin is not None and child.stdout is not None
        try:
            ours = to_read(known_good(self._survey_dir))
            ours.left = self._mail_seconds
            for _ in range(self._to_prove):
                child.stdin.write(ours.frames())
                child.stdin.flush()
                ours.understood(self._receive(child, PROOF_SECONDS, PROOF_SECONDS))
                self._served += 1
            self._to_prove = 0
        except Exception as error:  # as in `_start`: the mail that it reads is ours
            self._kill()
            raise ReaderUnavailable(f"{_UNWELL}（{type(error).__name__}）") from error

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-W", "ignore", "-m", "intake.child", str(self._survey_dir)]
        page = shared_page()
        try:
            self._progress = Progress(page)
            pipe = subprocess.PIPE
            command += [str(page), *map(str, self._others)]
            return subprocess.Popen(command, stdin=pipe, stdout=pipe, pass_fds=[page])
        finally:
            os.close(page)

    def _kill(self) -> None:
        """End the child at once. Another one will be sent what it left."""
        for request in self._requests:
            request.sent = False
        if self._child is not None:
            self._child.kill()
        self.close()
