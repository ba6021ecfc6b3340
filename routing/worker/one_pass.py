"""One pass over everything, for `run --once`: every mailbox read, everything settled, what the calendar asks
for done, what is due delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from config.errors import SettingsError
from intake.sources.source import Source, SourceUnavailable
from replies.senders.sender import Sender
from routing.journey import before_start
from routing.journey.desk import Desk
from routing.journey.logline import delivery_line, settled_line
from routing.journey.pending import pending_steps
from routing.ledger import arrivals, erasure, mail_ways, missing_uids, undoing
from routing.mailboxes.tasks import NO_HELPERS, MailboxHelpers
from routing.notices import alerts
from routing.reading.errors import ReaderUnavailable
from routing.tracking import troubles
from routing.worker.routines import morning, reminders, reports


def run_once(
    desk: Desk,
    sources: Mapping[str, Source],
    sender: Sender,
    say: Callable[[str], None],
    helpers: MailboxHelpers = NO_HELPERS,
) -> bool:
    """Do one pass and tell a line per mail and per reply. Return whether every mailbox could be read, every reply
    left, and every task could be run."""
    well, read = True, []
    mail_ways.remember(desk.ledger, desk.register.survey, desk.clock())
    before_start.reopen(desk.ledger, desk.settings, desk.clock())
    for mailbox, source in sources.items():
        problem = _collect(desk, mailbox, source)
        arrivals.health(desk.ledger, mailbox, problem, desk.clock())
        if problem:
            well = False
            say(f"{mailbox}: {problem}")
        else:
            read.append(mailbox)
    for mail in missing_uids.missing(desk.ledger, desk.clock()):
        well = False
        say(f"{mail.mailbox}: サーバーから取り出せません（UID {mail.uid}）")
    lost: list[ReaderUnavailable] = []
    settled = (settled_line(one, desk.register) for one in desk.settle_waiting(deferred=False))
    for line in _while_read(desk, chain(settled, pending_steps(desk)), lost):
        say(line)
    for line in filter(None, morning(desk)):
        say(line)
    if not lost:  # else an answer may lie among the mails that wait
        for line in chain(reminders(desk, read), reports(desk, len(read) == len(sources))):
            if line:
                say(line)
    well = _send(desk, sender, say, helpers) and well
    deferred = (settled_line(one, desk.register) for one in desk.settle_waiting())
    for line in _while_read(desk, deferred, lost):  # when all the others are answered
        say(line)
        well = _send(desk, sender, say, helpers) and well
    for line in _while_read(desk, pending_steps(desk), lost):
        say(line)
    for sentence in alerts.queue_due(desk, troubles.view_of(desk)):
        say(sentence)
    well = _send(desk, sender, say, helpers) and well
    sender.close()
    undoing.end_over(desk.ledger, desk.clock())
    well = _run_tasks(desk, read, say, helpers) and well
    helpers.close()
    erasure.wipe(desk.ledger)
    if lost:
        raise lost[0]
    return well


def _while_read(desk: Desk, lines: Iterator[str], lost: list[ReaderUnavailable]) -> Iterator[str]:
    """The lines of what readers are needed for. Where no reader can be had the mails wait, and nothing else does;
    `lost` tells it."""
    try:
        while not lost and (line := next(lines, None)) is not None:
            if line:
                yield line
    except ReaderUnavailable as trouble:
        desk.note_reader_lost(trouble)
        lost.append(trouble)


def _send(desk: Desk, sender: Sender, say: Callable[[str], None], helpers: MailboxHelpers) -> bool:
    """Deliver what is due; return whether every reply left."""
    well = True
    for delivery in desk.dispatch.deliver(sender, helpers.answers):
        say(delivery_line(delivery, desk.register.survey))
        well = well and delivery.state in ("sent", "drafted", "overtaken")
    return well


def _run_tasks(desk: Desk, read: list[str], say: Callable[[str], None], helpers: MailboxHelpers) -> bool:
    """Run the tasks of the mailboxes that could be read; return whether all went well."""
    well = True
    for mailbox, tasks in helpers.tasks.items():
        made = tasks.run(desk.ledger) if mailbox in read else None
        if made is not None:
            made.record(desk.ledger, desk.clock())
            if made.problem:
                well = False
                say(f"{mailbox}: {made.problem}")
    return well


def _collect(desk: Desk, mailbox: str, source: Source) -> str:
    """Take in what is new in one mailbox; return the problem in one sentence, or an empty string."""
    try:
        desk.collect(mailbox, source)
    except (SourceUnavailable, SettingsError) as unavailable:
        return str(unavailable)
    finally:
        source.close()
    return ""
