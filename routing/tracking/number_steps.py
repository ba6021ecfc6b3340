"""What a mail's story tells of a My Number in it, for a screen: where one seems to stand, and what was done about it."""

from __future__ import annotations

from replies.wording import load_wording
from routing.clock import stamp
from routing.ledger import numbers, verdicts
from routing.ledger.history import HistoryTable
from routing.ledger.numbers import Step
from routing.ledger.store import Ledger


def as_entries(ledger: Ledger, arrival_id: int) -> list[HistoryTable]:
    """What the mail's story tells of it: the places of the alarm, and the steps; empty where there are none."""
    submission = verdicts.submission_of(ledger, arrival_id)
    places = tuple((place,) for place in submission.alarms) if submission else ()
    found = [HistoryTable("個人番号か住民の名簿と思われる箇所", ("箇所",), places)] if places else []
    return found + _steps_entry(ledger, arrival_id)


def _steps_entry(ledger: Ledger, arrival_id: int) -> list[HistoryTable]:
    words = load_wording().screen
    rows = tuple(
        (s.number, words["step_done" if s.at else "step_open"], said(s), s.by, s.why, stamp(s.at) if s.at else "")
        for s in numbers.steps(ledger, arrival_id)
    )
    return [HistoryTable("個人番号への対応", ("番号", "状況", "手順", "実施者", "内容", "日時"), rows)] if rows else []


def said(one: Step) -> str:
    """What is to be done, for a screen."""
    made = stamp(one.made_at)[:16].replace("T", " ") if one.made_at else ""
    return load_wording().screen[f"step_{one.what}"].format(made=made, file=one.detail)
