"""A fuzzer over the shelf of mails: `python -m tests.fuzz --seconds 60 [--mails N] [--seed N] [--keep DIR]`.

Reads damaged mails as the reader child does, under its ceiling of memory, and stops at the first that makes the
reading raise, takes longer than SLOW seconds, gives something that cannot be stored, or loses a leaf's bytes. That
mail is written to DIR (default: fuzz-found/) and goes onto the shelf tests/mails/once_broken when it is mended.
"""

from __future__ import annotations

import argparse
import resource
import signal
import sys
import time
from pathlib import Path
from random import Random

from config.load import default_survey, load_survey
from config.roster import load_roster
from intake.child import MEMORY_CEILING
from intake.read_mail import Context, read_mail, told_passwords
from intake.shapes import as_json, submission_shape
from tests.fuzz.mutate import mutated

SHELF = Path(__file__).parents[1] / "mails"
SLOW = 20  # seconds for one mail of at most 2 MB: a hang, not a slow machine


class TooSlow(Exception):
    """The alarm rang."""


def check(raw: bytes, context: Context) -> None:
    """Raises whatever is wrong with the reading of these bytes."""
    submission = read_mail(raw, context)
    stored = as_json(submission)
    assert submission_shape().decode(stored) == submission, "it is not the same when it is read back"
    told_passwords(raw, context)
    for file in submission.files:
        assert file.filename and not any(c in file.filename for c in "/\\\r\n\0"), f"name: {file.filename!r}"
    positions = [file.position for file in submission.files]
    assert len(set(positions)) == len(positions), "two files at one position"


def run(seconds: float, most: int, seed: int, keep: Path) -> int:
    """Reads damaged mails for so long, but at most so many; returns the exit code."""
    context = Context(load_survey(default_survey()), load_roster())
    mails = [path.read_bytes() for path in sorted(SHELF.glob("**/*.eml"))]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_CEILING, MEMORY_CEILING))
    signal.signal(signal.SIGALRM, _ring)
    random, tried, end = Random(seed), 0, time.monotonic() + seconds
    while time.monotonic() < end and tried < most:
        raw = mutated(random, random.choice(mails), mails)
        signal.alarm(SLOW)
        try:
            check(raw, context)
        except BaseException as error:
            signal.alarm(0)
            keep.mkdir(exist_ok=True)
            (keep / f"{seed}-{tried}.eml").write_bytes(raw)
            print(f"seed {seed}, mail {tried}: {type(error).__name__}: {error}", file=sys.stderr)
            raise
        signal.alarm(0)
        tried += 1
    print(f"{tried} mails, seed {seed}")
    return 0


def _ring(number: int, frame: object) -> None:
    raise TooSlow


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--mails", type=int, default=0, help="so many instead, however long it takes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"))
    options = parser.parse_args()
    seconds, most = (float("inf"), options.mails) if options.mails else (options.seconds, sys.maxsize)
    return run(seconds, most, options.seed, options.keep)


if __name__ == "__main__":
    raise SystemExit(main())
