"""How many more automatic mails may go to one address, on one respondent's mail, to one domain and to strangers at all.

The last mail before the cap of an address or a respondent says that it is the last one; what a cap holds back is shown
to operators. The caps of a domain and of an hour are against strangers in whose names we would write to others: they
never hold the first reply to an address in the domain of a body. Only reads the ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from config.frozen import frozen
from config.settings import Caps
from routing.ledger import sent_counts
from routing.ledger.sent_counts import CountedLetters
from routing.ledger.store import Ledger

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
_LABELS = 3  # of a domain that count together: evil.lg.jp, with whatever stands before it

Cap = Literal[
    "per_address_per_day", "per_respondent_per_day", "per_domain_per_day", "strangers_per_hour",
    "pre_checks_per_address_per_day", "pre_checks_per_respondent_per_day",
]  # fmt: skip
_TOLD = frozenset({"per_address_per_day", "per_respondent_per_day", "pre_checks_per_address_per_day",
                   "pre_checks_per_respondent_per_day"})  # fmt: skip


@frozen
class CappedRecipient:
    """The recipient of a reply: the address in lower case, on whose mail (an lgcode, or empty where nobody is known:
    then only the address counts), and whether it is a body's by its domain or by somebody's word."""

    address: str
    respondent: str
    known: bool
    kinds: CountedLetters = "others"  # which letters count with this one


@frozen
class Allowance:
    """How many mails may still go (0: none), and the cap that leaves the fewest."""

    left: int
    cap: Cap

    @property
    def last_today(self) -> bool:
        """Whether the next one is the last that this recipient gets today."""
        return self.left == 1 and self.cap in _TOLD


def allowance(
    ledger: Ledger, caps: Caps, recipient: CappedRecipient, of_a_body: Callable[[str], bool], now: datetime
) -> Allowance:
    """What the caps leave within the 24 hours, or the hour, up to `now`. `of_a_body`: whether a domain is a body's."""
    sent = sent_counts.count_since(ledger, "recipient", recipient.address, now - DAY, recipient.kinds)
    to_one, on_one = _own(caps, recipient.kinds)
    found = [Allowance(to_one[1] - sent, to_one[0])]
    if recipient.respondent:
        on_his = sent_counts.count_since(ledger, "respondent", recipient.respondent, now - DAY, recipient.kinds)
        found.append(Allowance(on_one[1] - on_his, on_one[0]))
    if sent or not recipient.known:
        found.append(_of_domain(ledger, caps.per_domain_per_day, recipient, now))
    if not recipient.known:
        found.append(_of_strangers(ledger, caps.strangers_per_hour, recipient.kinds, of_a_body, now))
    fewest = min(found, key=lambda a: a.left)
    return Allowance(max(0, fewest.left), fewest.cap)


def _own(caps: Caps, kinds: CountedLetters) -> tuple[tuple[Cap, int], tuple[Cap, int]]:
    """The caps of one address and of one respondent, for these letters."""
    if kinds == "pre_checks":
        return (
            ("pre_checks_per_address_per_day", caps.pre_checks_per_address_per_day),
            ("pre_checks_per_respondent_per_day", caps.pre_checks_per_respondent_per_day),
        )
    return ("per_address_per_day", caps.per_address_per_day), ("per_respondent_per_day", caps.per_respondent_per_day)


def _of_domain(ledger: Ledger, cap: int, recipient: CappedRecipient, now: datetime) -> Allowance:
    house = _house(recipient.address)
    found = sent_counts.recipients_since(ledger, now - DAY, cap, recipient.kinds)
    return Allowance(cap - sum(_house(other) == house for other in found), "per_domain_per_day")


def _of_strangers(
    ledger: Ledger, cap: int, kinds: CountedLetters, of_a_body: Callable[[str], bool], now: datetime
) -> Allowance:
    found = sent_counts.recipients_since(ledger, now - HOUR, cap, kinds)
    sent = sum(not of_a_body(address.rpartition("@")[2]) for address in found)
    return Allowance(cap - sent, "strangers_per_hour")


def _house(address: str) -> list[str]:
    return address.rpartition("@")[2].split(".")[-_LABELS:]
