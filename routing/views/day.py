"""What came and what left on one day, for the page and as a workbook to be kept or printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from config.frozen import frozen
from config.jst import in_jst
from intake.shown import visible
from replies.workbooks.text_book import TextTable, text_book
from routing.ledger import correspondence
from routing.ledger.correspondence import Mail
from routing.office import Office
from routing.views.body import outcome_said
from routing.views.letters import LetterRow, day_letters

_MAILS = (
    ("受領", 17), ("受付番号", 17), ("提出先", 8), ("団体", 22), ("差出人", 32), ("件名", 50), ("判定", 16),
    ("判定した人", 14),
)  # fmt: skip
_LETTERS = (
    ("書いた日時", 17), ("番号", 22), ("種類", 20), ("団体", 22), ("宛先", 36), ("件名", 50), ("状態", 30),
    ("状態の日時", 17),
)  # fmt: skip


@frozen
class Day:
    """One day in Japan from midnight on. `letters`: those of which something became on it; the newest first."""

    start: datetime
    mails: tuple[Mail, ...]
    letters: tuple[LetterRow, ...]


def day_view(office: Office, start: datetime, sees: Callable[[str], bool]) -> Day:
    """The day of the mailboxes that somebody sees."""
    end = start + timedelta(days=1)
    mails = correspondence.mails_between(office.ledger, start, end)
    letters = day_letters(office, start, end)
    return Day(start, tuple(m for m in mails if sees(m.mailbox)), tuple(x for x in letters if sees(x.letter.mailbox)))


def day_book(office: Office, day: Day) -> bytes:
    """The day as a workbook (.xlsx bytes) of text, with whose a mail is and who wrote it."""
    survey, name = office.register.survey, office.register.full_name
    note = f"{in_jst(day.start):%Y-%m-%d} に{{}}（{{}}通）　{_time(office.clock())} 現在"
    mails = [
        (_time(m.received_at), m.receipt, survey.mailbox(m.mailbox).item, name(m.body), visible(m.sender),
         visible(m.subject), outcome_said(m) or "判定前", "自動" if m.by in ("", "uketsuke") else m.by)
        for m in day.mails
    ]  # fmt: skip
    letters = [
        (_time(x.letter.written_at), x.letter.number, x.title, x.body_name, visible(x.letter.recipient),
         visible(x.letter.subject), x.said, _time(x.letter.at))
        for x in day.letters
    ]  # fmt: skip
    return text_book([
        TextTable("届いたもの", [note.format("届いたもの", len(mails))], _MAILS, mails),
        TextTable("送ったもの", [note.format("送ったもの", len(letters))], _LETTERS, letters),
    ])  # fmt: skip


def _time(at: datetime) -> str:
    return f"{in_jst(at):%Y-%m-%d %H:%M}"
