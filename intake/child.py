"""The reader child: one long-lived process that turns bytes into Submissions, away from the worker.

Hostile bytes meet a ceiling of memory here and a ceiling of time in the parent (`routing/reading/reader.py`).
Requests and answers are frames on the pipe: four bytes of length, big-endian, then that many bytes. The
child ends at EOF. It opens no network, writes no file, and never sees the ledger.

  request:  {"task": "mail"|"file"|"passwords"|"part", "filename": …, "skip": [position, …],
             "passwords": [text, …], "allowed": [place, …], "seconds": for all files,
             "position", "sha256", "offset": which file of a mail, and from which byte on}   then the bytes
  answers:  S <digest>     once, unasked: survey and roster are loaded, ask; of which code this is
            R <json>       the Submission (task mail), FileReading (task file), list of passwords that
                           a mail tells (task passwords), to be tried and forgotten, or some bytes of a
                           file of the mail, as it came, in Base64 (task part)
            E <text>       an exception nobody foresaw, as a traceback

Each file that is begun is noted in a shared page (`progress.py`): the parent's clock starts anew with it. When the
mail's `seconds` are over no other file is begun, and each that is left gets the finding of one that took too long.
A password of a request stands in no answer, and in no traceback: it is taken out of that, too.
Every answer has passed the border (`border.py`), so that none is longer than LONGEST_ANSWER.
"""

from __future__ import annotations

import gc
import json
import math
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypedDict

from config.load import load_survey
from config.own_roster import roster_of
from intake import release
from intake.border import file_as_json, mail_as_json, part_as_json, passwords_as_json
from intake.frames import ReadingHints, frame, read_frame
from intake.own_time import own_time
from intake.progress import Progress
from intake.read_mail import Context, file_as_sent, read_mail, read_single_file, told_passwords

MEMORY_CEILING = 1 << 30  # bytes of address space
# The parent stops a child long before. When the parent was killed while its child hangs in a file, the kernel
# ends the child after this: SIGALRM needs nobody's help, not even Python's.
ORPHAN_SECONDS = 600
OUT_OF_MEMORY = 77  # exit code: the parent counts it against the file in hand

_LONGEST_TRACEBACK = 20_000  # characters: its end, where it says what was raised


class _RequestFields(TypedDict, total=False):
    task: str
    filename: str
    skip: list[int]
    passwords: list[str]
    allowed: list[str]
    seconds: float
    position: int
    sha256: str
    offset: int


def serve(requests: BinaryIO, answers: BinaryIO, context: Context, progress: Progress) -> None:
    """Answer requests until the pipe is closed."""
    number = 0

    def answer(kind: bytes, payload: bytes) -> None:
        answers.write(frame(kind + payload))
        answers.flush()

    def begin(position: int) -> None:
        signal.alarm(ORPHAN_SECONDS)
        progress.note(number, position)

    while (head := read_frame(requests)) is not None:
        data = read_frame(requests)
        if data is None:
            return
        request: _RequestFields = json.loads(head)
        number += 1
        begin(0)
        try:
            answer(b"R", _work(request, data, context, begin))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except Exception:  # noqa: BLE001 - the one place in intake; the parent holds that mail with it
            told = _without_passwords(traceback.format_exc(), request)
            answer(b"E", told.encode("utf-8", "backslashreplace"))
        finally:
            signal.alarm(0)


def _without_passwords(text: str, request: _RequestFields) -> str:
    for password in request.get("passwords", []):
        text = text.replace(password, "***")
    return text[-_LONGEST_TRACEBACK:]


class _FilesToOpen:
    """Which files of a mail are opened. A file is not opened if it cost an earlier child its life, or if it has not
    begun when the mail's time is over. Those before the one over which the last child died did not take long: they
    are read in any case."""

    def __init__(self, skip: list[int], seconds: float, begun: Callable[[int], None]) -> None:
        self._skip, self._begun = skip, begun
        self._end = own_time() + seconds
        self._were_read = bool(skip)  # by an earlier child, as far as we are now

    def begin(self, position: int) -> bool:
        """Whether the file may be opened; it is noted then."""
        self._were_read = self._were_read and position != self._skip[-1]
        if position in self._skip or not (self._were_read or own_time() < self._end):
            return False
        self._begun(position)
        return True


def _work(request: _RequestFields, data: bytes, context: Context, begin: Callable[[int], None]) -> bytes:
    if request["task"] == "passwords":
        return passwords_as_json(told_passwords(data, context))
    if request["task"] == "part":
        begin(request["position"])
        return part_as_json(file_as_sent(data, request["position"], request["sha256"], context), request["offset"])
    files = _FilesToOpen(request.get("skip", []), request.get("seconds", math.inf), begin)
    if request["task"] == "mail":
        told = ReadingHints(tuple(request.get("passwords", [])), frozenset(request.get("allowed", [])))
        return mail_as_json(read_mail(data, context, files.begin, told), context.survey)
    return file_as_json(read_single_file(request["filename"], data, context, files.begin), context.survey)


def main() -> None:
    """Entry point: `python -P -m intake.child SURVEY_DIR [FILE [OTHER_SURVEY_DIR …]]`; FILE: the number of the shared
    page."""
    for number in (signal.SIGTERM, signal.SIGINT):  # meant for the parent, whose end is ours, and told to all of us
        signal.signal(number, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # nothing that a library prints may reach the pipe
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_CEILING, MEMORY_CEILING))
    survey, *others = (load_survey(Path(folder)) for folder in (sys.argv[1], *sys.argv[3:]))
    roster = roster_of(Path(sys.argv[1]))
    gc.freeze()  # survey and roster live as long as the child: no collection need walk them
    answers.write(frame(b"S" + release.digest().encode()))
    progress = Progress(*map(int, sys.argv[2:3]))
    serve(sys.stdin.buffer, answers, Context(survey, roster, tuple(others)), progress)


if __name__ == "__main__":
    main()
