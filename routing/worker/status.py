"""What the worker tells people: the log, the picture on a terminal, and each mailbox's health in the ledger.

Says a trouble once, and once that it is over. Decides nothing; quotes no mail.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from replies.wording import load_wording
from routing.clock import stamp
from routing.journey.desk import Desk
from routing.journey.dispatch import Delivery
from routing.journey.judge import Settled
from routing.journey.logline import delivery_line, outcomes, settled_line
from routing.ledger import arrivals
from routing.mailboxes.tasks import TasksDone
from routing.mailboxes.thread import Polled

log = logging.getLogger("uketsuke")


@dataclass(slots=True)
class WorkerState:
    """What `run` shows on a terminal: counts since the start, and the health of each mailbox."""

    counts: dict[str, int] = field(default_factory=dict)
    mailboxes: dict[str, str] = field(default_factory=dict)

    def count(self, what: str) -> None:
        """Add one to a count."""
        self.counts[what] = self.counts.get(what, 0) + 1


class WorkerStatus:
    """The status of one worker, as it is logged and shown. `hanging`: the mailboxes whose thread does nothing any
    more."""

    def __init__(self, desk: Desk) -> None:
        self.state = WorkerState()
        self.hanging: frozenset[str] = frozenset()
        self._desk = desk
        self._troubled: dict[str, str] = {}  # what hindered the tasks last, by mailbox

    def settled(self, group: Iterable[Settled]) -> None:
        """Tell that mails have been decided."""
        for settled in group:
            self.state.count("受信")
            for outcome in outcomes(settled):
                self.state.count(outcome)
            log.info("%s", settled_line(settled, self._desk.register))

    def delivered(self, delivery: Delivery) -> None:
        """Take note that an attempt at a reply has ended."""
        self.state.count("返信 " + load_wording().screen["posting_" + delivery.state])
        level = logging.INFO if delivery.state in ("sent", "drafted") else logging.WARNING
        log.log(level, "%s", delivery_line(delivery, self._desk.register.survey))

    def polled(self, polled: Polled) -> None:
        """Take note that a look into a mailbox is over."""
        now = self._desk.clock()
        arrivals.health(self._desk.ledger, polled.mailbox, polled.problem, now)
        before = self.state.mailboxes.get(polled.mailbox)
        self.state.mailboxes[polled.mailbox] = polled.problem or f"正常（{stamp(now)[11:19]} に確認）"
        if polled.problem and polled.problem != before:
            log.error("%s: %s", polled.mailbox, polled.problem)
        elif not polled.problem and before is not None and not before.startswith("正常"):
            log.info("%s: 再び読めるようになりました", polled.mailbox)
        kept_back = self._desk.note_difference(polled.difference) if polled.difference is not None else ()
        if kept_back:
            log.error("%s: サーバーから取り出せません（UID %s）", polled.mailbox, "、".join(kept_back))

    def tasks_done(self, done: TasksDone) -> None:
        """Take note that what is done in a mailbox after a look has been done, or hindered."""
        done.record(self._desk.ledger, self._desk.clock())
        if done.problem and done.problem != self._troubled.get(done.mailbox):
            log.error("%s: %s", done.mailbox, done.problem)
        self._troubled[done.mailbox] = done.problem

    def hangs(self, mailboxes: frozenset[str], minutes: float) -> None:
        """Tell of a thread that hangs, since it tells nothing itself: in the log, and by the mailbox's health to
        `status`, to `doctor` and to the operators' alert."""
        for mailbox in sorted(mailboxes - self.hanging):
            said = f"確認が{minutes:.0f}分以上終わりません。run を再起動してください。"
            arrivals.health(self._desk.ledger, mailbox, said, self._desk.clock())
            self.state.mailboxes[mailbox] = said
            log.error("%s: %s", mailbox, said)
        self.hanging = mailboxes
