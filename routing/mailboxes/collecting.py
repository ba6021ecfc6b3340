"""Looking into one mailbox again and again: what is new, and whether anything was left behind (promise 1 of
docs/design.md).

Each look goes from the cursor. All UIDs of the server are compared with ours when the connection is new, when the
mailbox holds another number of mails than it should, and every hour; what the server lists and does not hand out
is told by UID and tried again. What people move or delete is not missing. Only reads the ledger.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from intake.sources.source import Fetched, Look, Source, SourceUnavailable
from routing.ledger import arrivals, missing_uids
from routing.ledger.missing_uids import UidDifference
from routing.ledger.store import Ledger
from routing.mailboxes.changed import Changes

log = logging.getLogger(__name__)
BATCH_MAILS = 50
BATCH_BYTES = 8 << 20
COMPARE_SECONDS = 3600.0
MOVED_SECONDS = 300.0  # people move mail all day: fewer mails than before are no reason to compare at once
TRIES = 5  # of the mails that are kept back, at each look
MOST_BREAKS = 5  # connections lost over single mails in one look; the rest waits for the next one

Fetch = tuple[str, list[Fetched]]  # UIDVALIDITY and mails


class Collector:
    """One mailbox and what is remembered of it between looks. Keep it as long as its source."""

    def __init__(self, mailbox: str, source: Source) -> None:
        self.mailbox = mailbox
        self.difference: UidDifference | None = None  # what the last look told, once it was read to its end
        self._source = source
        self._compared_at = float("-inf")  # time.monotonic
        self._last = Look("", ())
        self._fewer = False
        self._tried: set[str] = set()
        self._turn = 0
        self._asked_at = float("-inf")
        self._changes = Changes(mailbox, source)

    def new_mail(self, ledger: Ledger) -> Iterator[Fetch]:
        """What the mailbox has and the ledger has not, in batches bounded in number and bytes. Raises
        SourceUnavailable."""
        self.difference = None
        look = self._source.look(arrivals.cursor(ledger, self.mailbox))
        whole = self._must_compare(look)
        uids = self._source.listed() if whole else look.uids
        unseen = arrivals.unseen(ledger, self.mailbox, look.uidvalidity, uids)
        known = missing_uids.uids(ledger, self.mailbox, look.uidvalidity)
        new = [uid for uid in unseen if uid not in set(known)] if known else unseen
        again = [*self._next_tries(known), *arrivals.to_fetch_again(ledger, self.mailbox, look.uidvalidity)]
        got: set[str] = set()
        self._tried = set()
        for mails in self._fetched(ledger, look, new, again):
            got.update(mail.uid for mail in mails)
            yield look.uidvalidity, mails
        changed = set(again) - set(known)  # lie in the ledger already
        left = [uid for uid in (*new, *again) if uid in self._tried and uid not in got and uid not in changed]
        self.difference = self._compare(look, left, known)
        self._last = look
        if whole:
            self._compared_at, self._fewer = time.monotonic(), False
        if not known and (look.fresh or time.monotonic() - self._asked_at >= COMPARE_SECONDS):
            self._asked_at = time.monotonic()
            yield from ((look.uidvalidity, [mail]) for mail in self._changes.fetched(ledger, look.uidvalidity))

    def _must_compare(self, look: Look) -> bool:
        """Whether every UID is looked at. The mailbox should hold what it held, and what is new since."""
        same = look.uidvalidity == self._last.uidvalidity
        expected = self._last.count + len(set(look.uids) - set(self._last.uids))
        self._fewer = self._fewer or look.count < expected
        age = time.monotonic() - self._compared_at
        return (
            look.fresh
            or not same
            or look.count > expected
            or age >= COMPARE_SECONDS
            or (self._fewer and age >= MOVED_SECONDS)
        )

    def _next_tries(self, known: Sequence[str]) -> list[str]:
        """Some of the mails that are kept back, in turn."""
        start = self._turn % max(1, len(known))
        self._turn += TRIES
        return list(islice((*known[start:], *known[:start]), TRIES))

    def _fetched(
        self, ledger: Ledger, look: Look, new: Sequence[str], again: Sequence[str]
    ) -> Iterator[list[Fetched]]:
        """New mails together; where that fails though the server is there, and for what was kept back before, each
        alone, so that nothing else suffers by it."""
        left, breaks = list(new), 0
        while left and breaks < MOST_BREAKS:
            got: set[str] = set()
            try:
                for mails in _batches(self._source.fetch(left)):
                    got.update(mail.uid for mail in mails)
                    yield mails
                self._tried.update(left)
                break
            except SourceUnavailable as trouble:
                self._come_back(ledger, look, trouble)
                breaks += 1
            self._tried.update(got)
            left = [uid for uid in left if uid not in got]
            yield from self._alone(ledger, look, left[:BATCH_MAILS])
            left = left[BATCH_MAILS:]
        yield from self._alone(ledger, look, again)

    def _alone(self, ledger: Ledger, look: Look, uids: Sequence[str]) -> Iterator[list[Fetched]]:
        """Each mail by itself. One over which the server hangs up (Dovecot does, over a file that it cannot
        read) is left behind, if the server answers again."""
        breaks = 0
        for uid in uids:
            if breaks == MOST_BREAKS:
                return
            self._tried.add(uid)
            try:
                yield from _batches(self._source.fetch([uid]))
            except SourceUnavailable as trouble:
                breaks += 1
                self._come_back(ledger, look, trouble)

    def _come_back(self, ledger: Ledger, look: Look, trouble: SourceUnavailable) -> None:
        """Look anew into the same mailbox; raise SourceUnavailable if that cannot be done."""
        if self._source.look(arrivals.cursor(ledger, self.mailbox)).uidvalidity != look.uidvalidity:
            raise trouble

    def _compare(self, look: Look, left: Sequence[str], known: Sequence[str]) -> UidDifference:
        """The mails that did not come: which the server still lists, and which are gone."""
        here = set(self._source.listed(left if len(left) <= BATCH_MAILS else None)) if left else set()
        kept_back = tuple(uid for uid in left if uid in here)
        gone = tuple(uid for uid in left if uid in known and uid not in here)
        return UidDifference(self.mailbox, look.uidvalidity, kept_back, gone)


def _batches(mails: Iterable[Fetched]) -> Iterator[list[Fetched]]:
    batch: list[Fetched] = []
    size = 0
    for mail in mails:
        batch.append(mail)
        size += len(mail.raw)
        if len(batch) >= BATCH_MAILS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
