"""When an answer came, in one word: in time, in time and mended later, in time and still to be mended, late.

Pure. What was handed in in time stays in time, whatever becomes of it; the words stand in
wording.toml's [timing].
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import get_args

from config.obligations import Obligation
from replies.states import Timing
from routing.deadline import Deadlines
from routing.standing import Books, PartStanding

_MOST_TELLING: tuple[Timing, ...] = (
    "unmended_due", "unmended", "late", "mended_late", "to_mend", "in_extension", "in_time", "none",
)  # fmt: skip
assert set(_MOST_TELLING) == set(get_args(Timing))


def timing_of(part: PartStanding, lgcode: str, program: str, deadlines: Deadlines, at: datetime) -> Timing:
    """How one body's answer to one program, or its row, stands to its own deadline at an instant."""
    if part.first_at is None:
        return "none"
    until = deadlines.of(lgcode, program)
    if part.first_at > until:
        return "late"
    if part.accepted is not None:
        if part.accepted.received_at > until:
            return "mended_late"
        return "in_extension" if part.first_at > deadlines.set_for(lgcode, program) else "in_time"
    if part.held or not part.correction:
        return "in_time"  # it waits for our own people
    if at <= until:
        return "to_mend"
    named = deadlines.correct_by(lgcode, program)
    return "unmended" if named is None or at <= max(until, named) else "unmended_due"


def timings_of(obligation: Obligation, books: Books, deadlines: Deadlines, at: datetime) -> Counter[Timing]:
    """How many parts of an obligation stand in which relation to their deadlines: each part that is demanded, or was
    handed in."""
    program = obligation.program
    own = books.part("own", obligation.lgcode, program)
    found: Counter[Timing] = Counter()
    if obligation.own == "demanded" or own.first_at is not None:
        found[timing_of(own, obligation.lgcode, program, deadlines, at)] += 1
    for code in obligation.collected:
        found[timing_of(books.part("collected", code, program), code, program, deadlines, at)] += 1
    return found


def most_telling(found: Counter[Timing]) -> Timing:
    """The one to be told where there is room for one only."""
    return next((timing for timing in _MOST_TELLING if found[timing]), "none")
