"""The independent count: who owes what at an instant, from the script of the simulation alone.

Never looks into the ledger and uses nothing of the routing; the rules are those of the notice and of the
design: newest valid counts, in time once in time, what waits shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.roster import Body
from tests.e2e.fortnight import ANSWERED_AFTER, DEADLINE, collected_by, owed, own_demanded
from tests.e2e.fortnight_mails import PROGRAMS, Effect, Sent
from tests.workbooks.forms_at_hand import the_roster

# fault -> finding codes that it is told by
CODES = {
    "telephone": ("field_missing",),
    "q9": ("answer_missing",),
    "both": ("field_missing", "answer_missing"),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """Every answer of one body to one program that was decided by the instant, oldest first."""

    told: tuple[tuple[Sent, Effect], ...] = ()

    @property
    def accepted(self) -> list[Sent]:
        """Mails that brought an acceptable one."""
        return [sent for sent, effect in self.told if effect.outcome == "accepted"]

    @property
    def to_mend(self) -> Sent | None:
        """The mail that still has to be mended: the last one, where no acceptable one came after it."""
        asked = [sent for sent, effect in self.told if effect.outcome == "correction"]
        return asked[-1] if asked and not any(s.at > asked[-1].at for s in self.accepted) else None

    @property
    def waiting(self) -> list[Sent]:
        """Mails that an official has to look at, unless an acceptable one came after them."""
        held = [sent for sent, effect in self.told if effect.outcome == "held"]
        return [sent for sent in held if not any(s.at > sent.at for s in self.accepted)]

    @property
    def late(self) -> bool:
        """Handed in for the first time after the deadline."""
        return bool(self.told) and self.told[0][0].at > DEADLINE

    @property
    def state(self) -> str:
        """In one word."""
        if self.accepted:
            return "accepted"
        if self.waiting:
            return "held"
        return "correction" if self.to_mend else "outstanding"


@dataclass(frozen=True, slots=True)
class Owed:
    """One obligation as counted. `missing`: lgcodes of municipalities without an acceptable row;
    `to_mend`: how many mails still have to be mended."""

    state: str
    late: bool
    received_at: datetime | None
    missing: tuple[str, ...]
    to_mend: int


class Count:
    """The script up to an instant: what was decided by then."""

    def __init__(self, script: Sequence[Sent], at: datetime) -> None:
        self.decided = [sent for sent in script if sent.at + ANSWERED_AFTER <= at]
        told: dict[tuple[str, str, str], list[tuple[Sent, Effect]]] = {}
        for sent in self.decided:
            for effect in sent.effects:
                told.setdefault((effect.part, effect.body, effect.program), []).append((sent, effect))
        self._told = {key: Answers(tuple(found)) for key, found in told.items()}

    def own(self, body: str, program: str) -> Answers:
        """A body's own sheet."""
        return self._told.get(("own", body, program), Answers())

    def row(self, body: str, program: str) -> Answers:
        """A municipality's row."""
        return self._told.get(("collected", body, program), Answers())

    def owed(self, body: Body, program: str) -> Owed:
        """One obligation."""
        own = self.own(body.lgcode, program)
        rows = {b.lgcode: self.row(b.lgcode, program) for b in collected_by(body, program)}
        missing = tuple(code for code, row in sorted(rows.items()) if not row.accepted)
        every = [own, *rows.values()]
        demanded = [own, *rows.values()] if own_demanded(body, program) else list(rows.values())
        times = [sent.at for answers in every for sent in answers.accepted]
        return Owed(
            state=self._state(own_demanded(body, program), own, rows, missing),
            late=any(a.late for a in demanded if a.accepted),
            received_at=max(times, default=None),
            missing=missing,
            to_mend=len({id(a.to_mend) for a in every if a.to_mend}),
        )

    def _state(self, demanded: bool, own: Answers, rows: dict[str, Answers], missing: tuple[str, ...]) -> str:
        if not missing and (own.accepted or not demanded):
            return "accepted"
        if own.state == "held" or any(row.waiting for row in rows.values()):
            return "held"
        if own.accepted or any(row.accepted for row in rows.values()):
            return "partial"
        return "correction" if own.to_mend or any(r.to_mend for r in rows.values()) else "outstanding"

    def all_owed(self) -> dict[tuple[str, str], Owed]:
        """The 454 obligations."""
        return {(body.lgcode, program): self.owed(body, program) for body, program in owed()}

    def rows(self) -> dict[tuple[str, str], Answers]:
        """Every collected municipality × program."""
        return {
            (b.lgcode, program): self.row(b.lgcode, program)
            for body, program in owed()
            for b in collected_by(body, program)
        }

    def tally(self, body: Body, program: str) -> Counter[str]:
        """A prefecture's municipalities by state."""
        return Counter(self.row(b.lgcode, program).state for b in collected_by(body, program))

    def open_corrections(self) -> Counter[tuple[str, str, datetime]]:
        """(body, program, since when) of everything that has to be mended."""
        found = [(key, a.to_mend) for key, a in self._told.items()]
        return Counter((body, program, sent.at) for (_, body, program), sent in found if sent)

    def held(self) -> int:
        """How many things lie with the officials, who have decided none in the simulation. What its own sender
        made good since lies there no more, nor does what was to be told for the second time."""
        files = sum(
            effect.outcome == "held" and not self._made_good(sent, effect, answers.accepted)
            for answers in self._told.values()
            for sent, effect in answers.told
        )
        return files + sum(sent.waits + self._told_of(sent) for sent in self.decided)

    def _told_of(self, sent: Sent) -> int:
        """How many things officials are told of one mail, of each program one: an answer behind which nothing but
        some local government's domain stands (確認未了), and one that took another address's place; and once the doubt
        which time counts, where our letter asked in time for the rest and it came too late."""
        accepted = [e for e in sent.effects if e.outcome == "accepted"]
        unconfirmed = {e.program for e in accepted if sent.kind == "unusual"}
        displacing = {e.program for e in accepted if self._displaces(sent, e)}
        return len(unconfirmed) + len(displacing) + self._doubtful(sent)

    def _doubtful(self, sent: Sent) -> bool:
        """Whether it answers what we wrote about a mail that was in time, and brings after the deadline what had
        not been handed in before."""
        asked_in_time = sent.answers is not None and sent.answers.at <= DEADLINE < sent.at
        return asked_in_time and any(self._told[e.part, e.body, e.program].late for e in sent.effects)

    def _displaces(self, sent: Sent, effect: Effect) -> bool:
        answers = self._told[effect.part, effect.body, effect.program].accepted
        before = [s for s in answers if s.at < sent.at]
        return bool(before) and before[-1].sender != sent.sender

    def _made_good(self, sent: Sent, effect: Effect, accepted: Sequence[Sent]) -> bool:
        return any(s.at > sent.at and (s.sender == sent.sender or effect.fault) for s in accepted)

    def to_remind(self) -> dict[tuple[str, str], tuple[tuple[str, ...], frozenset[str]]]:
        """(respondent, mailbox) -> (programs in which something has still to be done by it, whom we know there).
        What only waits for our own officials is nothing to remind of."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for body, program in owed():
            states = {self.row(b.lgcode, program).state for b in collected_by(body, program)}
            if own_demanded(body, program):
                states.add(self.own(body.lgcode, program).state)
            if self.owed(body, program).state != "accepted" and states & {"outstanding", "correction"}:
                key = (body.lgcode, PROGRAMS[program][2])
                found[key] = (*found.get(key, ()), program)
        return {key: (programs, self._senders(*key)) for key, programs in found.items()}

    def _senders(self, lgcode: str, mailbox: str) -> frozenset[str]:
        """Who handed something in for a body's programs of a mailbox, wherever it was sent to."""
        return frozenset(s.sender for s in self._handed_in(lgcode, mailbox) if s.kind != "unusual")

    def strangers(self, lgcode: str, mailbox: str) -> frozenset[str]:
        """Who handed in as well, and is not written to, since nothing tells that he is the body's."""
        return frozenset(s.sender for s in self._handed_in(lgcode, mailbox) if s.kind == "unusual")

    def _handed_in(self, lgcode: str, mailbox: str) -> Iterator[Sent]:
        """What counts as handed in: not what lacks proof beside an answer that stands."""
        for sent in (s for s in self.decided if s.by == lgcode):
            for effect in sent.effects:
                unproven = effect.outcome == "held" and not effect.fault
                if PROGRAMS[effect.program][2] == mailbox and not unproven:
                    yield sent

    def codes(self) -> dict[str, tuple[int, int]]:
        """Finding code -> how often it asked for correction, and of how many bodies."""
        asked = [e for sent in self.decided for e in sent.effects if e.outcome == "correction"]
        pairs = [(code, e.body) for e in asked for code in CODES[e.fault]]
        times = Counter(code for code, _ in pairs)
        return {code: (n, len({b for c, b in pairs if c == code})) for code, n in times.items()}


def prefectures() -> tuple[Body, ...]:
    """All 47."""
    return tuple(the_roster().of_kind("prefecture"))
