"""The worker: a thread per mailbox, one desk, one delivery thread, woken by APScheduler.

The desk, in the thread that calls `run`, is the only one that writes the ledger. It does one thing at a
time: what the threads bring goes first, then the mails that have been read and wait for a verdict, so that
neither a long queue nor a slow server holds up the rest. The scheduler holds no state: it only wakes. Decides nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue

from apscheduler.schedulers.background import BackgroundScheduler

from config.errors import ConfigError
from config.jst import JST
from intake.sources.source import Source
from replies.senders.sender import Sender
from routing.clock import system_clock
from routing.journey import before_start
from routing.journey.batching import Settling
from routing.journey.delivery import Attempt, Connection, DeliveryThread
from routing.journey.desk import DEFERRED_AT_MOST, Desk
from routing.journey.pending import pending_steps
from routing.ledger import erasure, mail_ways, outbox, undoing
from routing.ledger.store import DiskFull, LedgerBusy
from routing.mailboxes.tasks import NO_HELPERS, MailboxHelpers, TasksDone
from routing.mailboxes.thread import Batch, ByteBudget, MailboxThread, Polled, WatchedMailbox
from routing.notices import alerts
from routing.reading.errors import ReaderUnavailable
from routing.tracking import troubles
from routing.tracking.heartbeat import Heart
from routing.worker import clockwatch
from routing.worker.clockwatch import ClockWatch
from routing.worker.departures import Departures
from routing.worker.looks import STILL_SECONDS, Looks
from routing.worker.polling import ByCalendar
from routing.worker.routines import due_since, morning, reminders, reports
from routing.worker.status import WorkerStatus

QUEUE_BYTES = 64 << 20
RETRY_SECONDS = 5.0  # after the disk was full or the ledger locked
WAKE_SECONDS = 5  # replies whose time has come, mails that operators want read again
DELIVERY_ENDS_SECONDS = 10.0  # at the end, for the server's answer to the reply in hand
MAILBOX_ENDS_SECONDS = 1.0  # at the end, for a goodbye; what is half fetched is fetched again
log = logging.getLogger("uketsuke")


class Wake:
    """A sign that nothing came, and that it is time to see what is due."""


class Read:
    """A sign that a reader child has finished with some of the mails that wait."""


Item = TasksDone | Batch | Polled | Connection | Attempt | Wake | Read


class Worker:
    """The worker, which runs until told to stop. `sources` by mailbox id."""

    def __init__(
        self, desk: Desk, sources: Mapping[str, Source], sender: Sender, helpers: MailboxHelpers = NO_HELPERS
    ) -> None:
        self._status = WorkerStatus(desk)
        self.state = self._status.state
        self._desk = desk
        self._stopping = False
        self._inbox: SimpleQueue[Item] = SimpleQueue()  # its put may interrupt its get: safe in a signal
        self._in_hand: Item | None = None
        self._trouble = ""  # what last kept the ledger from being written
        self._idle = False  # nothing to do until a thread brings something
        self._unsettled: Settling | None = None
        self._routine: Iterator[str] | None = None  # what the calendar asks for, while it is under way
        self._started = time.monotonic()
        self._budget = ByteBudget(QUEUE_BYTES)
        watched = (WatchedMailbox(id, source, helpers.tasks.get(id)) for id, source in sources.items())
        self._mailboxes = {
            each.id: MailboxThread(each, desk.ledger.path, self._budget, self._inbox.put) for each in watched
        }
        self._looks = Looks(self._mailboxes, desk.clock)
        self._delivery = DeliveryThread(sender, self._inbox.put, helpers.answers)
        self._departures = Departures(desk.dispatch, self._delivery)
        self._clock_watch = ClockWatch(desk.clock)
        self._heart = Heart(desk.settings.heartbeat, desk.ledger)
        self._scheduler = BackgroundScheduler(
            timezone=JST, job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )

    def run(self) -> None:
        """Work until `stop`. An error of the ledger that time does not mend is raised."""
        self._start()
        try:
            while not self._stopping:
                self._beat()
                self._turn()
        finally:
            self._shut_down()

    def stop(self) -> None:
        """Ask the worker to finish what it has in hand and end. Safe in a signal handler."""
        self._stopping = True
        self._inbox.put(Wake())

    def _start(self) -> None:
        for delivery in self._desk.dispatch.give_up():
            self._status.delivered(delivery)
        mail_ways.remember(self._desk.ledger, self._desk.register.survey, self._desk.clock())
        before_start.reopen(self._desk.ledger, self._desk.settings, self._desk.clock())
        for thread in (*self._mailboxes.values(), self._delivery):
            thread.start()
        calendar = self._desk.register.survey.calendar
        for id in self._mailboxes:
            self._scheduler.add_job(self._looks.order, ByCalendar(calendar), args=(id,))
        self._scheduler.add_job(self._inbox.put, "interval", args=(Wake(),), seconds=WAKE_SECONDS)
        self._scheduler.start()
        self._inbox.put(Wake())  # what an earlier run left
        self._heart.ready()
        log.info("受付を開始しました（%s）", "、".join(self._mailboxes))

    # --- one turn -------------------------------------------------------------------------------------

    def _turn(self) -> None:
        """Do one thing. What a locked ledger or a full disk prevents is done again a little later."""
        try:
            if self._in_hand is None:
                self._in_hand = self._next_item(wait=self._idle)
            if self._in_hand is not None:
                self._handle(self._in_hand)
                self._trouble = "" if isinstance(self._in_hand, Batch | Attempt) else self._trouble
                came, self._in_hand, self._idle = self._in_hand, None, False
                if isinstance(came, Batch) and self._unsettled is not None:
                    self._unsettled.begin()  # the readers are at work while the next batches are kept
            elif self._unsettled is not None:
                self._idle = not self._settle_some(self._unsettled)
            elif self._routine is not None:
                self._do_routine()
            else:
                self._idle = True
            self._departures.hand_over()
        except (LedgerBusy, DiskFull, ReaderUnavailable) as trouble:
            if str(trouble) != self._trouble:  # told once, however often it is tried
                log.error("%s。%d秒ごとにもう一度試します。", trouble, RETRY_SECONDS)
            self._trouble = str(trouble)
            if isinstance(trouble, ReaderUnavailable):
                with suppress(LedgerBusy, DiskFull):  # then at the next try
                    self._desk.note_reader_lost(trouble)
            self._settle_anew()
            self._pause(RETRY_SECONDS)

    def _settle_anew(self) -> None:
        if self._unsettled is not None:
            self._unsettled.close()
        self._unsettled, self._routine, self._idle = self._settling(), None, False

    def _settling(self) -> Settling:
        return self._desk.settling(self._tell_read, self._deferred_may_come)

    def _deferred_may_come(self) -> bool:
        """Whether the deferred mails, one of which may have ended an earlier run, can be tried now: after what came
        meanwhile is fetched and answered, or after DEFERRED_AT_MOST if a server keeps that waiting."""
        if time.monotonic() - self._started > DEFERRED_AT_MOST.total_seconds():
            return True
        return self._departures.all_left() and self._looks.all_ended()

    def _tell_read(self) -> None:
        """Tell the desk's loop that mails were read. Runs in a reader's thread."""
        self._inbox.put(Read())

    def _next_item(self, wait: bool) -> Item | None:
        """The item that came first. While there is nothing to do it waits; where the scheduler does not wake it,
        because the clock was put back, it wakes itself."""
        try:
            return self._inbox.get(block=wait, timeout=2 * WAKE_SECONDS if wait else None)
        except Empty:
            return Wake() if wait else None

    def _handle(self, item: Item) -> None:
        """Take in what a thread brought. May be called again with the same item."""
        if isinstance(item, Batch):
            self._desk.keep(item.mailbox, item.uidvalidity, item.mails)
            self._budget.give(item.size)
        elif isinstance(item, Polled):
            self._status.polled(item)
            self._looks.ended(item)
        elif isinstance(item, TasksDone):
            self._status.tasks_done(item)
        elif isinstance(item, Connection):
            if could_not := self._departures.begin(item, self._stopping):
                self._status.delivered(could_not)
        elif isinstance(item, Attempt):
            self._status.delivered(self._departures.record(item, self._stopping))
        elif isinstance(item, Wake):
            self._look_after()
        if self._unsettled is None and isinstance(item, Batch | Polled | Wake):
            self._unsettled = self._settling()
            if self._routine is None:
                self._routine = self._routines()
        elif self._unsettled is None and isinstance(item, Attempt) and self._departures.free:
            self._unsettled = self._settling()  # what was to be answered is: now those that were deferred

    def _settle_some(self, unsettled: Settling) -> bool:
        """Settle what has been read meanwhile; return False where that is nothing yet."""
        group = unsettled.step()
        if group is None:
            self._unsettled = None
            return True
        self._status.settled(group)
        return bool(group)

    def _do_routine(self) -> None:
        """Do one step of what the calendar asks for. A wrong contacts file or a folder that cannot be written stops
        that, and no mail; the next wake-up tries again."""
        try:
            line = next(self._routine, None) if self._routine is not None else None
        except (ConfigError, OSError) as trouble:
            log.error("%s", trouble)
            line = None
        if line is None:
            self._routine = None
        elif line:
            log.info("%s", line)

    def _routines(self) -> Iterator[str]:
        """Do what the calendar asks for now, step by step; yield lines for people. Reminders only for mailboxes that
        were read since they fell due, since an answer may lie in the others."""
        yield from pending_steps(self._desk)
        yield from morning(self._desk)
        since = due_since(self._desk)
        if since is not None:
            read = self._looks.read_since(since)
            yield from reminders(self._desk, read)
            yield from reports(self._desk, all_read=len(read) == len(self._mailboxes))

    def _look_after(self) -> None:
        """Do what the desk sees to beside the mail: traces of what was erased, and what operators must hear of."""
        self._desk.ledger.refuse_newer()  # an upgrade that did not stop this worker first
        erasure.wipe(self._desk.ledger)
        undoing.end_over(self._desk.ledger, self._desk.clock())
        self._status.hangs(self._looks.hanging(), STILL_SECONDS / 60)
        moved = self._clock_watch.moved()
        if moved:
            log.warning("%s", clockwatch.said(moved))
            outbox.bring_forward(self._desk.ledger, self._desk.clock())
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=system_clock())
        for sentence in alerts.queue_due(self._desk, troubles.view_of(self._desk)):
            log.warning("%s", sentence)

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < until:
            self._beat()
            time.sleep(0.1)

    def _beat(self) -> None:
        """Give a sign of life; none while a mailbox hangs, so that whoever watches starts us anew."""
        if not self._status.hanging:
            self._heart.beat(self._desk.clock())

    # --- the end --------------------------------------------------------------------------------------

    def _shut_down(self) -> None:
        """Wait for the server's answer to the reply in hand, and keep what was fetched. What is cut short is done
        again by the next run."""
        self._stopping = True
        self._heart.stopping()
        self._scheduler.shutdown(wait=False)
        self._budget.close()
        if self._unsettled is not None:
            self._unsettled.close()  # waits for the mail that is being read
        for mailbox in self._mailboxes.values():
            mailbox.stop()
        self._delivery.stop()
        self._delivery.join(DELIVERY_ENDS_SECONDS)
        until = time.monotonic() + MAILBOX_ENDS_SECONDS
        for mailbox in self._mailboxes.values():
            mailbox.join(max(0.0, until - time.monotonic()))
        with suppress(LedgerBusy, DiskFull):
            while item := self._in_hand or self._next_item(wait=False):
                if isinstance(item, Batch | Attempt):
                    self._handle(item)
                self._in_hand = None
        log.info("受付を終了しました")
