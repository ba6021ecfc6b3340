"""One pass over everything, for `run --once`: every mailbox read, everything settled, what the calendar asks
for done, what is due delivered."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from config.errors import SettingsError
from intake.source import Source, SourceUnavailable
from replies.sender import Sender
from routing import alerts
from routing.desk import Desk
from routing.ledger import arrivals, erasure
from routing.logline import delivery_line, settled_line
from routing.patience import patience
from routing.routines import reminders, reports


def run_once(desk: Desk, sources: Mapping[str, Source], sender: Sender, say: Callable[[str], None]) -> bool:
    """Tells a line per mail and per reply. Whether every mailbox could be read and every reply left."""
    well, read = True, []
    for mailbox, source in sources.items():
        problem = _collect(desk, mailbox, source)
        arrivals.health(desk.ledger, mailbox, problem, desk.clock())
        if problem:
            well = False
            say(f"{mailbox}: {problem}")
        else:
            read.append(mailbox)
    for settled in desk.settle_waiting():
        say(settled_line(settled, desk.register))
    for line in (*patience(desk), *reminders(desk, read), *reports(desk, len(read) == len(sources))):
        if line:
            say(line)
    for sentence in alerts.queue_due(desk, alerts.view_of(desk)):
        say(sentence)
    for delivery in desk.deliver(sender):
        say(delivery_line(delivery))
        well = well and delivery.state in ("sent", "drafted")
    sender.close()
    erasure.wipe(desk.ledger)
    return well


def _collect(desk: Desk, mailbox: str, source: Source) -> str:
    """The problem in one sentence, or an empty string."""
    try:
        desk.collect(mailbox, source)
    except (SourceUnavailable, SettingsError) as unavailable:
        return str(unavailable)
    finally:
        source.close()
    return ""
