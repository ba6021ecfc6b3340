"""The worker: a thread per mailbox, one desk, one delivery thread, woken by APScheduler.

A mailbox's thread fetches and hands raw mail over on a queue bounded in bytes; the desk, in the main
thread, is the only one that writes the ledger; the delivery thread owns the sender and reports back. The
scheduler holds no state: it only wakes. Stops cleanly on SIGTERM and SIGINT. Decides nothing.
"""

from __future__ import annotations

import logging
import queue
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from apscheduler.schedulers.background import BackgroundScheduler

from intake.source import Fetched, Source, SourceUnavailable
from replies.sender import AnswerLost, Sender, SenderLater
from routing.calendar import polling_seconds
from routing.clock import JST, stamp
from routing.desk import Desk, Settled, new_mail
from routing.ledger import arrivals, outbox
from routing.ledger.store import DiskFull, Ledger, LedgerBusy
from routing.logline import delivery_line, settled_line

QUEUE_BYTES = 64 << 20
RETRY_SECONDS = 5.0  # after the disk was full or the ledger locked
log = logging.getLogger("uketsuke")


@dataclass(frozen=True, slots=True)
class Batch:
    """Raw mail from one mailbox on its way to the desk."""

    mailbox: str
    uidvalidity: str
    mails: list[Fetched]


@dataclass(frozen=True, slots=True)
class Polled:
    """One look into a mailbox is over; an empty `problem` is a success."""

    mailbox: str
    problem: str


@dataclass(frozen=True, slots=True)
class Attempted:
    """What became of one reply; None where the server's answer was lost."""

    outgoing: outbox.Outgoing
    state: str | None
    detail: str


@dataclass(slots=True)
class State:
    """What `run` shows on a terminal: counts since the start, the health of each mailbox, last lines."""

    counts: dict[str, int] = field(default_factory=dict)
    mailboxes: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def count(self, what: str) -> None:
        """Adds one."""
        self.counts[what] = self.counts.get(what, 0) + 1


class _Budget:
    """Bytes that may wait between the mailboxes' threads and the desk."""

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._limit = limit
        self._changed = threading.Condition()

    def take(self, size: int, stop: threading.Event) -> None:
        """Waits until there is room; a batch over the limit goes alone."""
        size = min(size, self._limit)
        with self._changed:
            while self._free < size and not stop.is_set():
                self._changed.wait(timeout=0.5)
            self._free -= size

    def give(self, size: int) -> None:
        """Makes room again."""
        with self._changed:
            self._free += min(size, self._limit)
            self._changed.notify_all()


class Worker:
    """Runs until told to stop. `sources` by mailbox id."""

    def __init__(self, desk: Desk, sources: dict[str, Source], sender: Sender) -> None:
        self.state = State()
        self._desk = desk
        self._sources = sources
        self._sender = sender
        self._stop = threading.Event()
        self._inbox: queue.Queue[Batch | Polled | Attempted | None] = queue.Queue()
        self._to_send: queue.Queue[outbox.Outgoing | None] = queue.Queue()
        self._budget = _Budget(QUEUE_BYTES)
        self._wake = {mailbox: threading.Event() for mailbox in sources}
        self._scheduler = BackgroundScheduler(
            timezone=JST, job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )
        self._sending: set[int] = set()

    def run(self, on_change: Callable[[State], None] = lambda state: None) -> None:
        """Works until `stop`, SIGTERM or SIGINT. Raises LedgerBusy only at the start."""
        for number in (signal.SIGTERM, signal.SIGINT):
            if threading.current_thread() is threading.main_thread():
                signal.signal(number, lambda *_: self.stop())
        threads = [
            threading.Thread(target=self._watch, args=(mailbox,), name=f"mailbox {mailbox}")
            for mailbox in self._sources
        ]
        threads.append(threading.Thread(target=self._post, name="delivery"))
        for thread in threads:
            thread.start()
        self._schedule()
        try:
            self._work(on_change)
        finally:
            self._shut_down(threads)

    def stop(self) -> None:
        """Asks the worker to finish what it has in hand and end. Safe in a signal handler."""
        self._stop.set()
        self._inbox.put(None)

    def _schedule(self) -> None:
        now = self._desk.clock()
        for mailbox in self._sources:
            self._scheduler.add_job(self._tick, args=(mailbox,), next_run_time=now, id=mailbox)
        self._scheduler.add_job(self._inbox.put, "interval", args=(None,), seconds=15, id="delivery")
        self._scheduler.start()

    def _tick(self, mailbox: str) -> None:
        """Wakes a mailbox's thread and sets the next look by the survey's calendar."""
        self._wake[mailbox].set()
        now = self._desk.clock()
        seconds = polling_seconds(self._desk.register.survey.calendar, now)
        next_look = datetime.fromtimestamp(now.timestamp() + seconds, JST)
        self._scheduler.add_job(
            self._tick, args=(mailbox,), next_run_time=next_look, id=mailbox, replace_existing=True
        )

    # --- a mailbox's thread ---------------------------------------------------------------------------

    def _watch(self, mailbox: str) -> None:
        ledger = Ledger(self._desk.ledger.path)
        wake = self._wake[mailbox]
        while not self._stop.is_set():
            if not wake.wait(timeout=0.5):
                continue
            wake.clear()
            self._inbox.put(Polled(mailbox, self._look(ledger, mailbox)))
        self._sources[mailbox].close()
        ledger.close()

    def _look(self, ledger: Ledger, mailbox: str) -> str:
        """Fetches what is new; the problem in one sentence, or an empty string."""
        try:
            for uidvalidity, mails in new_mail(ledger, mailbox, self._sources[mailbox]):
                self._budget.take(_size(mails), self._stop)
                self._inbox.put(Batch(mailbox, uidvalidity, mails))
                if self._stop.is_set():
                    break
        except SourceUnavailable as problem:
            return str(problem)
        except LedgerBusy as busy:
            return str(busy)
        except Exception:
            log.exception("%s: unforeseen", mailbox)
            return "予期しない問題が起きました。次回もう一度試します。"
        return ""

    # --- the delivery thread --------------------------------------------------------------------------

    def _post(self) -> None:
        while (outgoing := self._to_send.get()) is not None:
            self._inbox.put(self._attempt(outgoing))
        self._sender.close()

    def _attempt(self, outgoing: outbox.Outgoing) -> Attempted:
        try:
            outcome = self._sender.send(outgoing.posting)
        except AnswerLost as lost:
            return Attempted(outgoing, None, str(lost))
        except SenderLater as later:
            return Attempted(outgoing, "later", str(later))
        except Exception as error:
            log.exception("delivery: unforeseen")
            return Attempted(outgoing, None, type(error).__name__)
        return Attempted(outgoing, outcome.result, outcome.detail)

    # --- the desk, in the main thread -----------------------------------------------------------------

    def _work(self, on_change: Callable[[State], None]) -> None:
        self._settle()  # what an earlier run left
        while not self._stop.is_set():
            item = self._inbox.get()
            while not self._stop.is_set():
                try:
                    self._handle(item)
                    break
                except (LedgerBusy, DiskFull) as trouble:
                    log.error("%s", trouble)
                    self._stop.wait(RETRY_SECONDS)
            on_change(self.state)

    def _handle(self, item: Batch | Polled | Attempted | None) -> None:
        if isinstance(item, Batch):
            self._desk.keep(item.mailbox, item.uidvalidity, item.mails)
            self._budget.give(_size(item.mails))
            self._settle()
        elif isinstance(item, Polled):
            arrivals.health(self._desk.ledger, item.mailbox, item.problem, self._desk.clock())
            self._note_health(item)
            self._settle()
        elif isinstance(item, Attempted):
            self._finish(item)
        self._hand_over()

    def _settle(self) -> None:
        for settled in self._desk.settle_waiting():
            self._say(settled)
            self._hand_over()
            if self._stop.is_set():
                return

    def _hand_over(self) -> None:
        """Gives due replies to the delivery thread; the beginning of each attempt is committed first."""
        for outgoing in outbox.due(self._desk.ledger, self._desk.clock()):
            if outgoing.id in self._sending:
                continue
            if outgoing.interrupted > 1:
                outbox.finish(self._desk.ledger, outgoing, "unsure", "", self._desk.clock())
                continue
            outbox.begin(self._desk.ledger, outgoing.id, self._desk.clock())
            self._sending.add(outgoing.id)
            self._to_send.put(outgoing)

    def _finish(self, item: Attempted) -> None:
        if item.state is not None:
            outbox.finish(self._desk.ledger, item.outgoing, item.state, item.detail, self._desk.clock())
        self._sending.discard(item.outgoing.id)
        self.state.count(item.state or "sending")
        self._line(
            delivery_line(item.outgoing.receipt, item.outgoing.kind, item.state or "sending", item.detail)
        )

    # --- what people see ------------------------------------------------------------------------------

    def _say(self, settled: Settled) -> None:
        self.state.count(settled.decided.mail.rule)
        self._line(settled_line(settled))

    def _note_health(self, item: Polled) -> None:
        before = self.state.mailboxes.get(item.mailbox, "")
        self.state.mailboxes[item.mailbox] = item.problem or f"正常 {stamp(self._desk.clock())[11:19]}"
        if item.problem and item.problem != before:
            self._line(f"{item.mailbox}: {item.problem}", logging.ERROR)

    def _line(self, text: str, level: int = logging.INFO) -> None:
        log.log(level, "%s", text)
        self.state.lines = [*self.state.lines[-9:], text]

    def _shut_down(self, threads: list[threading.Thread]) -> None:
        self._stop.set()
        self._scheduler.shutdown(wait=False)
        self._to_send.put(None)
        for thread in threads:
            thread.join(timeout=30)
        while not self._inbox.empty():
            item = self._inbox.get_nowait()
            if isinstance(item, Batch):
                self._desk.keep(item.mailbox, item.uidvalidity, item.mails)
            elif isinstance(item, Attempted):
                self._finish(item)
        self._desk.reader.close()


def _size(mails: list[Fetched]) -> int:
    return sum(len(m.raw) for m in mails)


def run_once(desk: Desk, sources: dict[str, Source], sender: Sender, say: Callable[[str], None]) -> bool:
    """One pass: every mailbox read, everything settled, everything due delivered. Whether all went well."""
    well = True
    for mailbox, source in sources.items():
        try:
            desk.collect(mailbox, source)
            problem = ""
        except SourceUnavailable as unavailable:
            problem, well = str(unavailable), False
            say(f"{mailbox}: {problem}")
        finally:
            source.close()
        arrivals.health(desk.ledger, mailbox, problem, desk.clock())
    for settled in desk.settle_waiting():
        say(settled_line(settled))
    for delivery in desk.deliver(sender):
        say(delivery_line(delivery.receipt, delivery.kind, delivery.state, delivery.detail))
        well = well and delivery.state in ("sent", "drafted")
    sender.close()
    desk.reader.close()
    return well
