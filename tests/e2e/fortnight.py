"""The script of the simulated fortnight: who sends what, when and how, by a fixed seed.

129 respondents and 1,659 municipalities from 7 to 25 July 2023, each with a habit: early or at the last
minute, wrong and then corrected, to the wrong mailbox, from a strange address, in parts, or not at all; what comes
second comes from the same address or from a colleague, who answers our letter. A script is told in mails and in
what each answer in them is; it knows nothing of the ledger.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from config.jst import JST
from config.roster import Body
from tests.e2e.fortnight_addresses import Addresses
from tests.e2e.fortnight_mails import PROGRAMS, Effect, Sent, collated, sheet, subject_of
from tests.workbooks.forms_at_hand import the_roster

SEED = 20230721
DEADLINE = datetime(2023, 7, 21, 17, tzinfo=JST)  # notice 記２
MORNING_AFTER = datetime(2023, 7, 24, 9, tzinfo=JST)  # the calendar of survey.toml: the next working day
ANSWERED_AFTER = timedelta(minutes=2)  # from the receipt of a mail to its verdict
INSTANTS = (
    datetime(2023, 7, 10, 12, tzinfo=JST),
    datetime(2023, 7, 14, 18, tzinfo=JST),
    datetime(2023, 7, 20, 18, tzinfo=JST),
    datetime(2023, 7, 21, 16, tzinfo=JST),
    datetime(2023, 7, 22, 9, tzinfo=JST),
)
REMINDERS = (  # the calendar of survey.toml
    datetime(2023, 7, 14, 10, tzinfo=JST),
    datetime(2023, 7, 19, 10, tzinfo=JST),
    datetime(2023, 7, 20, 10, tzinfo=JST),
    datetime(2023, 7, 21, 10, tzinfo=JST),
    datetime(2023, 7, 21, 15, tzinfo=JST),
)
# Days, from and until what hour; 17 July is a holiday. One window ends before the next begins.
WINDOWS: Mapping[str, tuple[tuple[int, ...], time, time]] = {
    "early": ((7, 10, 11, 12), time(9), time(18)),
    "mid": ((13, 14), time(9), time(18)),
    "usual": ((18, 19, 20), time(8), time(19)),
    "last": ((21,), time(9), time(17)),
    "late": ((21, 24), time(17, 0, 1), time(19)),
    "after": ((25,), time(9), time(18)),
}
Habit = tuple[tuple[str, str], ...]  # (window, what is done in it)
OWN_HABITS: Mapping[Habit, int] = {
    (("early", "whole"),): 20,
    (("mid", "whole"),): 9,
    (("usual", "whole"),): 22,
    (("last", "whole"),): 14,
    (("late", "whole"),): 5,
    (("early", "faulty"), ("mid", "whole")): 5,
    (("usual", "faulty"), ("last", "whole")): 4,
    (("last", "faulty"), ("late", "whole")): 3,
    (("late", "faulty"), ("after", "whole")): 1,
    (("usual", "faulty"),): 3,
    (("early", "faulty"), ("mid", "faulty again")): 1,
    (("early", "faulty"), ("mid", "faulty again"), ("last", "whole")): 1,
    (("early", "whole"), ("usual", "faulty")): 2,
    (("mid", "whole"), ("last", "whole")): 2,
    (("early", "whole"), ("usual", "rival")): 1,
    (("usual", "astray"),): 3,
    (("mid", "strange"),): 1,
    (): 3,
}
# Of senders whose domain tells no body: a second answer waits, unless it answers our letter or is the body's own.
UNUSUAL_HABITS: Mapping[Habit, int] = {
    (("early", "whole"),): 4,
    (("usual", "whole"),): 4,
    (("usual", "faulty"), ("last", "whole")): 2,
    (("early", "whole"), ("usual", "unasked")): 2,
    (("mid", "whole"), ("usual", "in thread")): 2,
    (("early", "whole"), ("last", "own")): 2,
    (): 1,
}
# Who sends what comes second, per hundred: an assumption. `again`: the same address, unasked or at least not in the
# thread; `thread`: the same, answering our letter; `colleague`: another person who answers it.
SECOND = {"again": 50, "thread": 25, "colleague": 25}
LIST_HABITS: Mapping[Habit, int] = {
    (("early", "all"),): 8,
    (("usual", "all"),): 26,
    (("last", "all"),): 12,
    (("late", "all"),): 5,
    (("mid", "some"), ("usual", "the others")): 9,
    (("usual", "some"), ("last", "the others")): 9,
    (("usual", "some"), ("late", "the others")): 5,
    (("last", "some"),): 6,
    (("mid", "broken"), ("usual", "mended")): 6,
    (("usual", "broken"),): 4,
    (("last", "broken"), ("late", "mended")): 3,
    (("early", "all"), ("usual", "a row broken")): 3,
    (("usual", "astray"),): 4,
    (): 2,
}
DIRECT = 20  # municipalities that write to the ministry themselves
WELCOME = 5  # prefectures that answer 予防接種 for themselves as well, without being asked
WARDS = ("131032", "131121", "131148", "131164", "131181", "131199", "131237")  # 東京都の７区（記４①）


def owed() -> tuple[tuple[Body, str], ...]:
    """The 454 obligations (notice 記１): 難病 by prefectures and designated cities, the rest by all."""
    every = the_roster().of_kind("prefecture", "designated", "core")
    return tuple((b, p) for p in PROGRAMS for b in every if p != "nanbyo" or b.kind != "core")


def collected_by(body: Body, program: str) -> tuple[Body, ...]:
    """The municipalities whose rows a prefecture sends."""
    if body.kind != "prefecture" or program == "nanbyo":
        return ()
    inside = the_roster().of_kind("ward", "city", "town", "village")
    found = [b for b in inside if b.prefecture == body.prefecture]
    return tuple(b for b in found if program != "shoman" or b.lgcode in WARDS)


def own_demanded(body: Body, program: str) -> bool:
    """Whether a sheet of its own is asked for: of prefectures only in ①."""
    return body.kind != "prefecture" or program in ("nanbyo", "shoman")


def script() -> tuple[Sent, ...]:
    """Every mail of the fortnight, in order of receipt."""
    play = _Play(random.Random(SEED))
    found = [sent for body, program in owed() for sent in play.obligation(body, program)]
    found += [*play.direct(), *play.welcome(), *play.just_before(), *play.beside_the_matter(found)]
    return tuple(sorted(found, key=lambda s: (s.at, s.by, s.mailbox)))


def _inquiry(body: Body) -> tuple[str, str]:
    return Addresses(body).planning, f"【照会】記載方法について（{body.full_name}）"


@dataclass(frozen=True, slots=True)
class _Play:
    """Draws habits and times; one generator, so that the same seed gives the same fortnight."""

    dice: random.Random

    def obligation(self, body: Body, program: str) -> Iterator[Sent]:
        """What one respondent sends about one program: its own sheet, its list, or both."""
        if own_demanded(body, program):
            habits = UNUSUAL_HABITS if Addresses(body).kind == "unusual" else OWN_HABITS
            before: Sent | None = None
            for number, step in enumerate(self._habit(habits), 1):
                before = self._following(before, self._own(body, program, step, number), step[1])
                yield before
        bodies = collected_by(body, program)
        if bodies:
            yield from self._lists(body, program, bodies)

    def direct(self) -> Iterator[Sent]:
        """Municipalities that do not go through their prefecture: held, an official decides."""
        for body in self.dice.sample(the_roster().of_kind("ward", "city", "town", "village"), DIRECT):
            program = self.dice.choice(("yobosesshu", "kenshin"))
            window = self.dice.choice(("mid", "usual", "late"))
            effect = Effect("collected", body.lgcode, program, "held")
            made = self._sent(body, program, window, (effect,), sheet(body, program))
            yield replace(made, sender=Addresses(body).colleague(program), kind="direct")

    def welcome(self) -> Iterator[Sent]:
        """A prefecture's own sheet on 予防接種, which nobody demands."""
        for body in self.dice.sample(the_roster().of_kind("prefecture"), WELCOME):
            effect = Effect("own", body.lgcode, "yobosesshu", "accepted")
            yield self._sent(body, "yobosesshu", "mid", (effect,), sheet(body, "yobosesshu"))

    def just_before(self) -> Iterator[Sent]:
        """Such sheets on 自治体検診, received but not decided yet at an instant: it must not know of them."""
        for instant, body in zip(INSTANTS, the_roster().of_kind("prefecture"), strict=False):
            effect = Effect("own", body.lgcode, "kenshin", "accepted")
            made = self._sent(body, "kenshin", "mid", (effect,), sheet(body, "kenshin"))
            yield replace(made, at=instant - ANSWERED_AFTER / 2)

    def beside_the_matter(self, sent: Sequence[Sent]) -> Iterator[Sent]:
        """Inquiries, which wait; automatic replies and the same mail sent twice, which come to nothing."""
        away, absent = ("Auto-Submitted", "auto-replied"), "自動応答: 不在にしております"
        for body in self.dice.sample(the_roster().of_kind("designated", "core"), 12):
            address, subject = _inquiry(body)
            at = self._at(self.dice.choice(("early", "mid", "usual")))
            yield Sent(at, "n_mynumber", body.lgcode, address, subject, waits=True)
            yield Sent(self._at("last"), "sukoyaka", body.lgcode, address, absent, header=away)
        for first in self.dice.sample([s for s in sent if not s.waits], 10):
            yield replace(first, at=first.at + timedelta(minutes=30), effects=())

    def _habit(self, habits: Mapping[Habit, int]) -> Habit:
        return self.dice.choices(list(habits), list(habits.values()))[0]

    def _at(self, window: str) -> datetime:
        days, begin, end = WINDOWS[window]
        day = date(2023, 7, self.dice.choice(days))
        first, last = datetime.combine(day, begin, JST), datetime.combine(day, end, JST)
        return first + timedelta(seconds=self.dice.randint(0, int((last - first).total_seconds())))

    def _own(self, body: Body, program: str, step: tuple[str, str], version: int) -> Sent:
        window, act = step
        # what is wrong again is one of the two points that were told the first time
        again = self.dice.choice(("telephone", "q9"))
        fault = {"faulty": "both", "faulty again": again}.get(act, "")
        outcomes = {"faulty": "correction", "faulty again": "held", "rival": "held", "unasked": "held"}
        outcome = outcomes.get(act, "accepted")
        effect = Effect("own", body.lgcode, program, outcome, fault)
        made = self._sent(body, program, window, (effect,), sheet(body, program, fault, version))
        if act == "rival":
            return replace(made, sender=Addresses(body).planning, kind="another section")
        if act == "own":
            return replace(made, sender=Addresses(body).planning, kind="own domain")
        if act == "strange":
            sender = f"tantou.{body.lgcode}@mail.example.com"
            return replace(made, sender=sender, kind="free mail", effects=(), waits=True)
        return replace(made, mailbox=_astray(program)) if act == "astray" else made

    def _following(self, before: Sent | None, made: Sent, act: str) -> Sent:
        """What comes second, told whether from the same address, and in which thread."""
        if before is None or act in ("rival", "own"):
            return made
        ways = {"in thread": "thread", "unasked": "again"}
        how = ways.get(act) or self.dice.choices(list(SECOND), list(SECOND.values()))[0]
        if how == "again" or any(e.outcome == "held" for e in before.effects):  # what is held has no letter to answer
            return replace(made, kind=_again(made))
        if how == "thread" or made.kind in ("outsourced", "unusual"):  # a contractor has one address
            return replace(made, kind=_again(made), answers=before)
        (program,) = {e.program for e in made.effects}
        colleague = Addresses(_body(made.by)).colleague(program)
        return replace(made, sender=colleague, kind="colleague in thread", answers=before)

    def _lists(self, body: Body, program: str, bodies: tuple[Body, ...]) -> Iterator[Sent]:
        """A prefecture's lists: which rows each act brings, and which of them are broken."""
        some = bodies[: max(1, len(bodies) * 3 // 5)]
        several = self.dice.sample(bodies, min(len(bodies), self.dice.randint(1, 7)))
        several.sort(key=lambda b: b.lgcode)
        acts = {
            "all": (bodies, ()),
            "astray": (bodies, ()),
            "some": (some, ()),
            "the others": (bodies[len(some) :], ()),
            "broken": (bodies, several),
            "mended": (several, ()),
            "a row broken": (several, several[:1]),
        }
        before: Sent | None = None
        for version, (window, act) in enumerate(self._habit(LIST_HABITS), 1):
            rows, broken = acts[act]
            if rows:
                made = self._list((body, program), window, (rows, broken), version)
                made = replace(made, mailbox=_astray(program)) if act == "astray" else made
                before = self._following(before, made, act)
                yield before

    def _list(
        self, by: tuple[Body, str], window: str, rows: tuple[Sequence[Body], Sequence[Body]], version: int
    ) -> Sent:
        (body, program), (listed, broken) = by, rows
        faults = {b.lgcode: self.dice.choice(("telephone", "q9")) for b in broken}
        outcomes = dict.fromkeys(faults, "correction")
        effects = tuple(
            Effect("collected", code, program, outcomes.get(code, "accepted"), faults.get(code, ""))
            for code in (b.lgcode for b in listed)
        )
        return self._sent(body, program, window, effects, collated(listed, program, faults, version))

    def _sent(self, body: Body, program: str, window: str, effects: tuple[Effect, ...], data: bytes) -> Sent:
        subject = subject_of(body.full_name)
        return Sent(
            at=self._at(window),
            mailbox=PROGRAMS[program][2],
            by=body.lgcode,
            sender=Addresses(body).of(program),
            subject=subject,
            files=((f"{subject}.xlsx", data),),
            effects=effects,
            kind=Addresses(body).kind,
        )


def _again(made: Sent) -> str:
    return made.kind if made.kind in ("outsourced", "unusual") else "same address again"


def _body(lgcode: str) -> Body:
    found = the_roster().by_code(lgcode)
    assert found is not None
    return found


def _astray(program: str) -> str:
    """A mailbox that is not the program's."""
    return "sukoyaka" if PROGRAMS[program][2] != "sukoyaka" else "yoboseshu"
