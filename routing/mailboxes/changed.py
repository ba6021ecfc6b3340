"""Mails that no longer are what was read under their UID, as where a scanner put a file back. RFC 9051 §2.3.1.1 forbids
it; gateways do it all the same.

Two signs, asked for at each connection and once an hour: another size, of any mail; and other bytes at a few places, of
the newest ones, for what was put back may be as long as what had stood for it. Only reads the ledger.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator

from intake.sources.source import Fetched, Source, SourceUnavailable, sample_of
from routing.ledger import arrivals
from routing.ledger.store import Ledger

log = logging.getLogger(__name__)
AGAIN = 20  # mails that are fetched again at one comparison
TRIES = 5  # of one mail
SAMPLED = 200  # of the newest mails, some 7 KB each at most


class Changes:
    """What is remembered of one mailbox between comparisons."""

    def __init__(self, mailbox: str, source: Source) -> None:
        self._mailbox, self._source = mailbox, source
        self._tries: Counter[str] = Counter()
        self._sizes: dict[str, int] = {}  # told of mails that were fetched again for it
        self._samples: dict[str, bytes] = {}
        self._trusts_samples = True

    def fetched(self, ledger: Ledger, uidvalidity: str) -> Iterator[Fetched]:
        """Some of the changed mails, fetched again: each size and each sample once, since a server that estimates sizes
        tells another one for every mail. What goes wrong here spoils no look."""
        try:
            yield from self._of_other_sizes(arrivals.sizes(ledger, self._mailbox, uidvalidity))
            if self._trusts_samples:
                yield from self._of_other_bytes(arrivals.samples(ledger, self._mailbox, uidvalidity, SAMPLED))
        except SourceUnavailable as trouble:
            log.info("%s: 中身の変わったメールを確認できません（%s）。", self._mailbox, trouble)

    def _of_other_sizes(self, read: dict[str, int]) -> Iterator[Fetched]:
        told = self._source.sizes(tuple(read))
        other = [uid for uid, size in read.items() if told.get(uid, size) != self._sizes.get(uid, size)]
        for uid in self._some(other):
            for mail in self._source.fetch([uid]):
                self._samples[uid] = sample_of(mail.raw)
                yield mail
            self._sizes[uid], self._tries[uid] = told[uid], 0

    def _of_other_bytes(self, read: dict[str, bytes]) -> Iterator[Fetched]:
        told = self._source.samples(tuple(read))
        other = [uid for uid, sample in read.items() if told.get(uid, sample) != self._samples.get(uid, sample)]
        for uid in self._some(other):
            for mail in self._source.fetch([uid]):
                self._trusts_samples = self._trusts_samples and sample_of(mail.raw) == told[uid]
                yield mail
            self._samples[uid], self._tries[uid] = told[uid], 0
            if not self._trusts_samples:
                return  # its partial fetches are not of these bytes

    def _some(self, changed: list[str]) -> Iterator[str]:
        for uid in [uid for uid in changed if self._tries[uid] < TRIES][:AGAIN]:
            self._tries[uid] += 1  # before it: Dovecot hangs up over the first try
            yield uid
