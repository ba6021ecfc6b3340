"""A decision that ends the desk: its beginning is in the ledger, a start tries those mails one by one and last, and
one that never ends alone is held."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from intake.submission import Submission
from routing.journey.desk import Desk
from routing.journey.judge import Judge, Settled
from routing.ledger import arrivals, beginnings, verdicts
from routing.reading.errors import ReaderHung
from routing.records import Arrival
from tests.routing.desk_at_hand import Office, mail
from tests.routing.test_desk import Dying, rules

HOSTILE = "【横浜市】毒"
WHO = ("山田", "直した")


class Killed(BaseException):
    """As if the process had been ended here: nothing catches it, and SQLite undoes what was not committed."""


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Subjects whose decision ends the desk."""
    subjects = {HOSTILE}
    real = Judge.decide

    def decide(self: Judge, arrival: Arrival, submission: Submission, *rest: object) -> Settled:
        if submission.message.subject in subjects:
            raise Killed
        return real(self, arrival, submission, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Judge, "decide", decide)
    return subjects


def start(office: Office) -> bool:
    """A new desk on the same ledger works until nothing waits; False where it was killed. It ends without a word,
    as a killed one does."""
    before = office.desk
    office.desk = Desk(before.register, before.settings, before.ledger, before.reader, office.clock)
    office.now += timedelta(minutes=1)
    beginnings.take_stock(office.ledger, office.now)
    try:
        list(office.desk.settle_waiting())
    except Killed:
        return False
    return True


def subjects(office: Office, query: str = "SELECT arrival_id FROM verdict WHERE piece = '0' ORDER BY id") -> list[str]:
    """The subjects of these mails; of one that was never read, an empty one."""
    found = []
    for row in office.ledger.rows(query):
        submission = verdicts.submission_of(office.ledger, row["arrival_id"])
        found.append(submission.message.subject if submission else "")
    return found


def test_a_mail_that_ends_the_desk_alone_is_held_without_a_letter_at_the_third_start_after(
    office: Office, hostile: set[str]
) -> None:
    office.arrive(mail(subject=HOSTILE))
    assert [start(office) for _ in range(4)] == [False, False, False, True]
    assert rules(office) == ["poison"]
    assert office.held() == [("alarm", "poison")]
    assert office.count("outbox") == 0
    assert (office.count("deciding"), office.count("deferred")) == (0, 0)


def test_those_decided_beside_it_are_answered_and_not_accused(office: Office, hostile: set[str]) -> None:
    """Five offices wrote in the same minute as the hostile mail; the first start decides them together, the next
    ones alone. None but the one counts a death."""
    for n in range(5):
        office.arrive(mail(subject=f"【横浜市】{n}"))
        if n == 2:
            culprit = office.arrive(mail(subject=HOSTILE))
    starts = [start(office) for _ in range(6)]
    assert starts.count(False) <= 4 and starts[-1]
    assert sorted(subjects(office)) == ["", *(f"【横浜市】{n}" for n in range(5))]
    accused = office.ledger.rows("SELECT DISTINCT arrival_id FROM event WHERE kind = 'decision_died'")
    assert [row["arrival_id"] for row in accused] == [culprit.id]


def test_what_comes_later_is_answered_at_the_first_start_after(office: Office, hostile: set[str]) -> None:
    office.arrive(mail(subject=HOSTILE))
    assert not start(office)
    office.arrive(mail(subject="【横浜市】後から"))
    assert not start(office)
    assert subjects(office) == ["【横浜市】後から"]


def test_what_came_behind_it_in_the_same_look_is_answered_as_soon_as_the_culprit_is_known(
    office: Office, hostile: set[str]
) -> None:
    """Which of them ended the desk is known only after one of them did so alone."""
    office.arrive(mail(subject=HOSTILE), office.now - timedelta(hours=2))
    office.arrive(mail(subject="【横浜市】一時間後"), office.now - timedelta(hours=1))
    assert [start(office), start(office), start(office)] == [False, False, False]
    assert subjects(office) == ["【横浜市】一時間後"]


def test_a_crash_turns_no_order_round(office: Office) -> None:
    """A mail and its resend lay in one batch when the power failed: the first one counts, with its time."""
    first = office.arrive(mail(headers={"Message-ID": "<1@city.test>"}), office.now - timedelta(minutes=2))
    office.arrive(mail(headers={"Message-ID": "<2@city.test>"}), office.now - timedelta(minutes=1))
    with office.ledger.writing():
        beginnings.begin(office.ledger, [first.id, first.id + 1], alone=False)
    assert start(office)
    assert rules(office) == ["otherwise", "resend"]


def test_a_stop_in_order_counts_against_no_mail(office: Office, hostile: set[str]) -> None:
    office.arrive(mail(subject=HOSTILE))
    for _ in range(5):
        with pytest.raises(Killed), office.desk.at_work():  # whatever is raised, SystemExit too, ends in order
            list(office.desk.settle_waiting())
    assert office.count("deciding") == 0
    assert office.events("decision_died") == []


def test_a_crash_between_two_decisions_accuses_nobody(office: Office) -> None:
    for _ in range(5):
        office.settle(mail(subject=f"【横浜市】{office.now}"))
        assert start(office)
    assert office.events("decision_died") == []


def test_after_a_retry_the_count_begins_anew_and_the_mail_comes_alone(
    office: Office, hostile: set[str]
) -> None:
    arrival = office.arrive(mail(subject=HOSTILE))
    while not start(office):
        pass
    verdicts.read_again(office.ledger, arrival.id, WHO, office.now)
    office.arrive(mail(subject="【横浜市】別の方"))
    assert not start(office)
    assert subjects(office)[-1] == "【横浜市】別の方"
    hostile.clear()
    assert start(office)
    assert rules(office) == ["poison", "otherwise", "otherwise"]


def test_in_a_stream_of_mail_beginnings_cost_one_commit_in_all(office: Office) -> None:
    for n in range(12):
        office.arrive(mail(subject=f"【横浜市】{n}"))
    commits, groups = [], []
    real = office.desk.settle_batch
    office.desk.settle_batch = lambda *a: groups.append(1) or real(*a)  # type: ignore[method-assign, func-returns-value]
    office.ledger.connection.set_trace_callback(lambda s: commits.append(s) if s == "COMMIT" else None)
    assert sum(1 for _ in office.desk.settle_waiting()) == 12
    office.ledger.connection.set_trace_callback(None)
    assert len(commits) == len(groups) + 1


# --- the reader -------------------------------------------------------------------------------------------


class Choosy(Dying):
    """Hangs over the hostile mail; tells what it was asked to read."""

    def __init__(self, office: Office, bad: bytes) -> None:
        super().__init__()
        self._real, self._bad = office.desk.reader, bad
        self.read: list[bool] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def read_mail(self, raw: bytes, *args: object) -> Submission:
        self.read.append(raw == self._bad)
        if raw == self._bad:
            raise ReaderHung("TimeoutError")
        return self._real.read_mail(raw)


def test_what_takes_too_long_is_tried_once_more_after_all_others_and_then_held(office: Office) -> None:
    bad = mail(subject=HOSTILE)
    reader = Choosy(office, bad)
    office.desk.reader = reader
    office.arrive(bad)
    for n in range(3):
        office.arrive(mail(subject=f"【横浜市】{n}"))
    list(office.desk.settle_waiting())
    assert reader.read == [True, False, False, False, True]
    assert rules(office) == ["otherwise"] * 3 + ["poison"]


def test_it_waits_for_a_pause_but_not_for_ever(office: Office) -> None:
    """Mail comes without an end: for ten minutes all of it goes first, then the others have every second turn."""
    bad = mail(subject=HOSTILE)
    reader = Choosy(office, bad)
    office.desk.reader = reader
    office.arrive(bad)
    settling = office.desk.settling()
    tried_at = []
    begun = office.now
    for n in range(30):
        office.arrive(mail(subject=f"【横浜市】{n}"))
        before = sum(reader.read)
        settling.step(wait=True)
        if sum(reader.read) > before:
            tried_at.append(office.now - begun)
        office.now += timedelta(minutes=1)
    settling.close()
    assert len(tried_at) == 2
    assert tried_at[0] == timedelta(0)
    assert timedelta(minutes=10) <= tried_at[1] <= timedelta(minutes=12)


def test_others_have_their_turn_between_two_that_waited_for_long(office: Office) -> None:
    bad = [office.arrive(mail(subject=f"【横浜市】遅い{n}")) for n in range(4)]
    with office.ledger.writing():
        for arrival in bad:
            beginnings.defer(office.ledger, arrival.id, office.now)
    office.now += timedelta(hours=1)
    settling, late = office.desk.settling(), list[bool]()
    for n in range(60):  # how many are read in one step, the machine tells
        office.arrive(mail(subject=f"【横浜市】{n}"))
        settling.step(wait=True)
        late = ["遅い" in subject for subject in subjects(office)]
        if sum(late) == 4:
            break
    settling.close()
    assert sum(late) == 4
    assert not any(one and following for one, following in pairwise(late))


def test_an_erased_mail_waits_in_no_queue(office: Office) -> None:
    from routing.ledger import erasure

    arrival = office.arrive(mail())
    with office.ledger.writing():
        beginnings.begin(office.ledger, [arrival.id], alone=True)
        beginnings.defer(office.ledger, arrival.id, office.now)
        erasure.erase(office.ledger, arrival.id, WHO, office.now)
    assert (office.count("deciding"), office.count("deferred"), office.count("to_read")) == (0, 0, 0)
    assert arrivals.waiting(office.ledger) == []
