"""Findings are things with a life: opened by a mail, asked, mended by a later one, or waived by an official. Pure.

A finding is the same on every version of one answer (body, program, part, screenings) by its key. A version that was
accepted or asked about anew without it mends it; one that is held, or that only an official saw, settles nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from config.frozen import frozen, replace
from replies.reports.data import Mends
from routing.ledger.finding_rounds import AskedFinding, FindingRound
from routing.standing import overlap

FindingState = Literal["open", "mended", "waived", "withdrawn"]
_JUDGED = ("accepted", "correction")


@frozen
class Life:
    """One finding on one answer. `opened` and `ended` are receipt numbers; `asked_at`: when the sender was first asked;
    `by`: the official who waived it; `rounds`: how many versions had it; `withdrawn`: its mail counts no more, or was
    decided otherwise by the program itself."""

    finding: AskedFinding
    body: str
    program: str
    part: str
    attributes: tuple[int, ...]
    mailbox: str
    opened: str
    opened_at: datetime
    asked_at: datetime
    rounds: int
    state: FindingState = "open"
    ended: str = ""
    by: str = ""
    why: str = ""


def lives(rounds: Sequence[FindingRound]) -> tuple[Life, ...]:
    """The life of each finding that somebody was asked to mend, in the order in which they were opened."""
    answers: dict[tuple[str, str, str], list[FindingRound]] = {}
    for one in rounds:
        answers.setdefault((one.body, one.program, one.part), []).append(one)
    found = [life for versions in answers.values() for life in _of_answer(versions)]
    return tuple(sorted(found, key=lambda life: (life.opened_at, life.opened, life.finding.key)))


def _of_answer(versions: Sequence[FindingRound]) -> Iterable[Life]:
    """`versions` of one answer by time of receipt; of one mail all decisions, the last one standing."""
    going: list[Life] = []
    over: list[Life] = []
    for one in versions:
        keys = {a.key: a for a in one.asked}
        for life in list(going):
            ended = _ended(life, one, keys)
            if ended is not None:
                going.remove(life)
                over.append(ended)
            elif life.finding.key in keys and life.opened != one.receipt and one.standing and _meets(life, one):
                going[going.index(life)] = replace(life, rounds=life.rounds + 1)
        known = {life.finding.key for life in going if _meets(life, one)}
        if one.outcome == "correction":
            going += [_opened(one, asked) for key, asked in keys.items() if key not in known]
    return (*over, *going)


def _opened(one: FindingRound, asked: AskedFinding) -> Life:
    whose = (one.body, one.program, one.part, one.attributes, one.mailbox)
    return Life(asked, *whose, one.receipt, one.received_at, one.recorded_at, 1)


def _meets(life: Life, one: FindingRound) -> bool:
    return overlap(life.attributes, one.attributes)


def _ended(life: Life, one: FindingRound, keys: dict[str, AskedFinding]) -> Life | None:
    """The life at its end, where this decision is that; None while it goes on."""
    if not _meets(life, one) or not one.standing or one.outcome not in _JUDGED:
        return None
    official = one.decided_by != "uketsuke"
    if life.finding.key in keys:
        waived = official and one.outcome == "accepted"
        return _end(life, one, "waived") if waived else None
    if one.receipt == life.opened:  # the same mail, decided anew
        return _end(life, one, "waived" if official else "withdrawn")
    return _end(life, one, "mended")


def _end(life: Life, one: FindingRound, state: FindingState) -> Life:
    by, why = (one.decided_by, one.why) if state == "waived" else ("", "")
    return replace(life, state=state, ended=one.receipt, by=by, why=why)


def summed(found: Iterable[Life]) -> Mends:
    """What became of the findings; what the program took back itself was never anybody's to mend."""
    counted = [life for life in found if life.state != "withdrawn"]
    mended = [life for life in counted if life.state == "mended"]
    return Mends(
        asked=len(counted),
        mended=len(mended),
        at_once=sum(life.rounds == 1 for life in mended),
        waived=sum(life.state == "waived" for life in counted),
        rounds=sum(life.rounds for life in mended) / len(mended) if mended else 0.0,
    )
