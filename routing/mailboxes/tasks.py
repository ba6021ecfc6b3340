"""What is done in the mailboxes beside reading them: filing what is decided, taking back and following drafts,
copies among the sent mails, asking whether somebody has answered already. Done in the threads that own connections;
the desk records what came of it.

Only reads the ledger. A mailbox where a task cannot be run now is read all the same.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from config.errors import SettingsError
from config.frozen import frozen
from intake.sources.answered import Answers
from intake.sources.filing import Filed, ImapFiler
from intake.sources.source import SourceUnavailable
from replies.senders.draft_watch import DraftsWatch, Fate
from replies.senders.sent_folder import SentFolder
from routing.ledger import held_queue, mailbox_tasks, outbox, restored, verdicts, withdrawing
from routing.ledger.store import Ledger
from routing.records import Note

log = logging.getLogger(__name__)
ASK_SECONDS = 60.0  # between two looks for answers to questions that wait


@frozen
class TasksDone:
    """What the tasks in one mailbox came to; `problem` in one sentence, or empty."""

    mailbox: str
    filed: tuple[Filed, ...] = ()
    fates: tuple[Fate, ...] = ()
    copied: tuple[int, ...] = ()
    found_sent: tuple[int, ...] = ()
    answered: tuple[tuple[int, str], ...] = ()  # (arrival, how we know) of questions that people have answered
    problem: str = ""

    def record(self, ledger: Ledger, now: datetime) -> None:
        """Commit what was done in the mailbox, all together: what a crash keeps from the ledger is found in the
        mailbox again."""
        with ledger.writing():
            for done in self.filed:
                mailbox_tasks.note_filed(ledger, done, now)
            for fate in self.fates:
                mailbox_tasks.note_fate(ledger, fate, now)
            for outbox_id in self.copied:
                mailbox_tasks.note_copied(ledger, outbox_id)
            for outbox_id in self.found_sent:
                outbox.note_found_sent(ledger, outbox_id, now)
            for arrival_id, how in self.answered:
                verdicts.add_event(ledger, Note("answered_elsewhere", how), arrival_id, ("uketsuke", ""), now)


class Tasks(Protocol):
    """What is to be done in one mailbox."""

    def run(self, ledger: Ledger) -> TasksDone | None:
        """Do what the ledger's queues ask for now; None where they ask for nothing."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


class MailboxTasks:
    """The `Tasks` in one mailbox, as its settings have them."""

    def __init__(
        self,
        mailbox: str,
        filer: ImapFiler | None,
        watch: DraftsWatch | None,
        sent: SentFolder | None = None,
        answers: Answers | None = None,
    ) -> None:
        self._mailbox = mailbox
        self._filer = filer
        self._watch = watch
        self._sent = sent
        self._answers = answers
        self._asked_at = float("-inf")  # time.monotonic
        self._looked_for: set[int] = set()  # letters that a look among the sent mails did not find

    def run(self, ledger: Ledger) -> TasksDone | None:
        """Run the tasks, filing first. What was done before something went wrong is told; one task does not
        hinder another."""
        filed: list[Filed] = []
        fates: list[Fate] = []
        copied: list[int] = []
        found: list[int] = []
        answered: list[tuple[int, str]] = []
        problems = [
            self._try(lambda: self._file(ledger, filed)),
            self._try(lambda: self._withdraw(ledger, fates)),
            self._try(lambda: self._follow(ledger, fates)),
            self._try(lambda: self._copy(ledger, copied)),
            self._try(lambda: self._look_for(ledger, found)),
            self._try(lambda: self._ask(ledger, answered)),
        ]
        problem = " ".join(dict.fromkeys(filter(None, problems)))
        done = (tuple(filed), tuple(fates), tuple(copied), tuple(found), tuple(answered), problem)
        return TasksDone(self._mailbox, *done) if any(done) else None

    def _try(self, task: Callable[[], None]) -> str:
        """Try one task; return the problem in one sentence, or an empty string."""
        try:
            task()
        except (SourceUnavailable, SettingsError) as problem:
            return str(problem)
        except Exception as error:  # whatever it was, the mailbox is read all the same
            log.debug("%s", self._mailbox, exc_info=True)
            return f"予期しない問題が起きました（{type(error).__name__}）。次回もう一度試します。"
        return ""

    def close(self) -> None:
        """Hang up; never raise."""
        if self._filer is not None:
            self._filer.close()
        if self._watch is not None:
            self._watch.close()
        if self._sent is not None:
            self._sent.close()
        if self._answers is not None:
            self._answers.close()

    def _file(self, ledger: Ledger, filed: list[Filed]) -> None:
        if self._filer is not None and (wanted := mailbox_tasks.to_file(ledger, self._mailbox)):
            filed.extend(self._filer.file(wanted))

    def _withdraw(self, ledger: Ledger, fates: list[Fate]) -> None:
        if self._watch is not None and (drafts := withdrawing.drafts(ledger, self._mailbox)):
            fates.extend(self._watch.withdraw(drafts))

    def _follow(self, ledger: Ledger, fates: list[Fate]) -> None:
        told = {fate.key for fate in fates}
        drafts = [d for d in mailbox_tasks.open_drafts(ledger, self._mailbox) if d.key not in told]
        if self._watch is not None and drafts:
            fates.extend(self._watch.fates(drafts))

    def _copy(self, ledger: Ledger, copied: list[int]) -> None:
        if self._sent is not None and (letters := mailbox_tasks.to_copy(ledger, self._mailbox)):
            copied.extend(self._sent.put(letters))

    def _ask(self, ledger: Ledger, answered: list[tuple[int, str]]) -> None:
        """Ask once a minute which of the questions that wait people have answered in their mail program."""
        if self._answers is None or time.monotonic() - self._asked_at < ASK_SECONDS:
            return
        self._asked_at = time.monotonic()
        waiting = held_queue.unanswered(ledger, self._mailbox)
        answered.extend((arrival_id, how) for arrival_id, seen in waiting if (how := self._answers.how(seen)))

    def _look_for(self, ledger: Ledger, found: list[int]) -> None:
        """Look, after a ledger was put back, which of the letters that wait had left already. Each is looked for
        once."""
        letters = [x for x in restored.waiting(ledger, self._mailbox) if x.key not in self._looked_for]
        if self._sent is not None and letters:
            found.extend(self._sent.present(letters))
            self._looked_for.update(letter.key for letter in letters)


@dataclass(frozen=True, slots=True)
class MailboxHelpers:
    """Who helps at each mailbox (by id) beside its source; a mailbox may have none."""

    answers: Mapping[str, Answers] = field(default_factory=dict)
    tasks: Mapping[str, Tasks] = field(default_factory=dict)

    def close(self) -> None:
        """Hang up everywhere."""
        for answers in self.answers.values():
            answers.close()
        for tasks_there in self.tasks.values():
            tasks_there.close()


NO_HELPERS = MailboxHelpers()
