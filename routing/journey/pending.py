"""What waits for other mail: a password is tried on the file that it was sent for, and what has waited long
enough no longer waits. One small step at a time, so that mail goes first; both doors call it.

What is to be done stands in the ledger's queues, so a crash or a pause changes nothing. A password passes
from one reading to the next in memory and is written nowhere: not into the ledger, a log or an error.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import assert_never

from config.frozen import replace
from intake.mail.no_reply import is_noreply
from intake.submission import Submission
from routing.decision.cases import unread
from routing.decision.override import Override
from routing.decision.unlocked import keep_opened, opens_more
from routing.journey.desk import Desk
from routing.journey.logline import settled_line
from routing.journey.waiting import SCAN_WAIT
from routing.ledger import arrivals, erasure, pending_queue, verdicts
from routing.reading.errors import ReaderDied, ReaderUnavailable, ReadFailed
from routing.records import Arrival, MailDecision, MailOutcome, Note

DESK = ("uketsuke", "")
MOST_TRIES = 10  # mails whose passwords are tried on one locked mail; each costs up to some seconds
SCAN_GIVEN_UP = timedelta(days=1)
WHY_FOREIGN = "この調査以外のメールのため"
WHY_ERASED = "パスワードのお知らせのため"


def pending_steps(desk: Desk) -> Iterator[str]:
    """Handle waiting mails that can now be paired, or whose time is over. Yield one line for each decided mail, else
    an empty string."""
    for arrival in pending_queue.to_pair(desk.ledger):
        yield from _look_for_partner(desk, arrival)
    again = False
    for arrival, what in pending_queue.over(desk.ledger, desk.clock()):
        again = _end(desk, arrival, what) or again
        yield ""
    for settled in desk.settle_waiting(deferred=False) if again else ():
        yield settled_line(settled, desk.register)
    if again:
        yield from pending_steps(desk)


# --- passwords ----------------------------------------------------------------------------------------------


def _look_for_partner(desk: Desk, arrival: Arrival) -> Iterator[str]:
    """Try every password told by a fitting mail on what is locked in this one, or the other way round. Before a
    password is forgotten it is tried on everything else that is locked as well, since one often opens several mails."""
    ledger, locked = desk.ledger, pending_queue.is_waiting(desk.ledger, arrival.id, "password")
    tells = any(pending_queue.is_waiting(ledger, arrival.id, what) for what in ("told", "beside"))
    others = pending_queue.waiting_for(ledger, arrival.mailbox, ("told", "beside")) if locked else []
    fitting = [arrival] * tells + [key for key in others if key.id != arrival.id and _fit(desk, arrival, key)]
    files = pending_queue.waiting_for(ledger, arrival.mailbox, ("password",)) if fitting else []
    for file, key in itertools.product(files, fitting):
        if file.id != key.id and _fit(desk, file, key):
            yield _try(desk, file, key)
    keys = {key.id: key for key in (*others, *[arrival] * tells)}
    used = [key for key in keys.values() if pending_queue.opened_something(ledger, key.receipt)]
    with ledger.writing():
        pending_queue.paired(ledger, arrival.id)
        for key in used:
            _forget(desk, key, ("ignored", "password_used"))
    if used:
        erasure.wipe(ledger)


def _fit(desk: Desk, file: Arrival, key: Arrival) -> bool:
    """Whether the one mail may tell the password of the other, and was not tried on it yet."""
    tried = pending_queue.tries(desk.ledger, file.id)
    if key.receipt in tried or len(tried) >= MOST_TRIES:
        return False
    locked, told = (verdicts.submission_of(desk.ledger, a.id) for a in (file, key))
    return locked is not None and told is not None and may_open(locked, told)


def may_open(locked: Submission, told: Submission) -> bool:
    """Whether one mail may tell the password of the other: the sender is the same; or it answers in the thread of the
    locked mail; or it comes from a gateway's own address and names the sender of the locked mail."""
    sender, by = locked.message.sender, told.message.sender
    if sender is None or by is None:
        return False
    if sender.address.lower() == by.address.lower():
        return True
    thread = {told.message.in_reply_to, *told.message.references} - {""}
    if locked.message.message_id in thread:
        return True
    reply_to = told.message.reply_to.address if told.message.reply_to else ""
    named = f"{told.message.subject}\n{told.message.body}\n{reply_to}".lower()
    return (is_noreply(by) or bool(told.no_reply)) and sender.address.lower() in named


def _try(desk: Desk, file: Arrival, key: Arrival) -> str:
    """Read the locked mail with the passwords that the other one tells. Return a line where that opened something;
    else an empty one, and the mail waits on."""
    stored = verdicts.submission_of(desk.ledger, file.id)
    # before it is tried: what ends the desk in the midst of it is not begun again
    verdicts.add_event(desk.ledger, Note("password_tried", key.receipt), file.id, DESK, desk.clock())
    try:
        reading = _read_with(desk, file, key)
    except ReaderUnavailable:
        verdicts.add_event(desk.ledger, Note("password_untried", key.receipt), file.id, DESK, desk.clock())
        raise
    with desk.ledger.writing():
        if stored is None or reading is None or not opens_more(stored, reading):
            return ""
        verdicts.note(desk.ledger, Note("password_opened", key.receipt), file.id, DESK, desk.clock())
        settled = desk.settle_opened(file, keep_opened(stored, reading))
    return settled_line(settled, desk.register) if settled else ""


def _read_with(desk: Desk, file: Arrival, key: Arrival) -> Submission | None:
    """The locked mail, read with the other one's passwords; None where the reader could not. Raises
    ReaderUnavailable."""
    try:
        passwords = desk.reader.told_passwords(arrivals.raw_bytes(desk.ledger, key.id))
        told = replace(desk.hints_for(file), passwords=passwords)
        return desk.reader.read_mail(arrivals.raw_bytes(desk.ledger, file.id), told)
    except (ReaderDied, ReadFailed, KeyError):  # KeyError: erased meanwhile
        return None


def _forget(desk: Desk, key: Arrival, end: tuple[MailOutcome, str]) -> None:
    """Take a mail that told a password and nothing else out of the ledger, with its trace, inside the caller's
    transaction. What an official decided about it stays decided."""
    ledger, now = desk.ledger, desk.clock()
    pure = pending_queue.is_waiting(ledger, key.id, "told")
    pending_queue.end(ledger, key.id, "told", "beside")
    if not pure:
        return
    if verdicts.decided_by_desk(ledger, key.id):
        decided = unread(key, MailDecision(*end), Override(notes=(Note("password_erased"),)), desk.register)
        desk.judge_now().record(decided)
    erasure.erase(ledger, key.id, (DESK[0], WHY_ERASED), now)


# --- time is over -------------------------------------------------------------------------------------------


def _end(desk: Desk, arrival: Arrival, what: pending_queue.WaitKind) -> bool:
    """End one wait whose time is over, in one transaction. Return whether the mail is to be decided anew."""
    ledger = desk.ledger
    with ledger.writing():
        match what:
            case "told" | "beside":
                _forget(desk, arrival, _end_of_told(desk, arrival))
            case "foreign":
                erasure.erase(ledger, arrival.id, (DESK[0], WHY_FOREIGN), desk.clock(), "purged")
                erasure.erase_sender(ledger, arrival.id)
            case "scan":
                _look_again(desk, arrival)
            case "password" | "parts":
                verdicts.note(ledger, Note(f"{what}_over"), arrival.id, DESK, desk.clock())
                pending_queue.end(ledger, arrival.id, what)
                arrivals.read_anew(ledger, arrival.id)
            case _:
                assert_never(what)
    if what in ("told", "foreign"):
        erasure.wipe(ledger)
    return what in ("password", "parts")


def _look_again(desk: Desk, arrival: Arrival) -> None:
    """Have a mail that a scanner looks at fetched again, every few minutes for a day; then people see to it."""
    pending_queue.end(desk.ledger, arrival.id, "scan")
    if desk.clock() - arrival.received_at < SCAN_GIVEN_UP:
        arrivals.fetch_again(desk.ledger, arrival.id)
        pending_queue.begin(desk.ledger, arrival, "scan", desk.clock() + SCAN_WAIT)


def _end_of_told(desk: Desk, key: Arrival) -> tuple[MailOutcome, str]:
    """The end of a password that was not used. With a locked file for it there is nothing to do: its sender is asked
    for an unlocked one. Without any, an official is to look."""
    if pending_queue.opened_something(desk.ledger, key.receipt):  # a crash came between that and the erasure
        return "ignored", "password_used"
    told = verdicts.submission_of(desk.ledger, key.id)
    if told is not None and told.desk in ("second", "other"):  # for a file that another desk has
        return "ignored", "password_over"
    sender = told.message.sender if told else None
    for arrival_id in verdicts.from_sender(desk.ledger, key.mailbox, sender.address if sender else ""):
        other = verdicts.submission_of(desk.ledger, arrival_id)
        if other is not None and told is not None and any(f.locked for f in other.files):
            return "ignored", "password_over"
    return "held", "password_alone"
