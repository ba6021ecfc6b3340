"""How many more automatic mails may go to one address and on one respondent's mail today (LESSONS 11).

The last mail before a cap says that it is the last one; what a cap holds back is shown to operators. Only
reads the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.settings import Caps
from routing.ledger import outbox
from routing.ledger.store import Ledger

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many mails are left (0: none), and the key of the cap that leaves the fewest."""

    left: int
    cap: str


def allowance(ledger: Ledger, caps: Caps, recipient: str, respondent: str, now: datetime) -> Allowance:
    """What the caps leave for this address and this respondent (an lgcode, or empty where nobody is known:
    then only the address counts) within the 24 hours up to `now`."""
    since = now - DAY
    found = [
        Allowance(
            caps.per_address_per_day - outbox.count_since(ledger, "recipient", recipient, since),
            "per_address_per_day",
        )
    ]
    if respondent:
        sent = outbox.count_since(ledger, "respondent", respondent, since)
        found.append(Allowance(caps.per_respondent_per_day - sent, "per_respondent_per_day"))
    fewest = min(found, key=lambda a: a.left)
    return Allowance(max(0, fewest.left), fewest.cap)
