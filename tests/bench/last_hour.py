"""The last hour: 2,000 mails arrive within five minutes. How long until each is answered, and how much memory?

They come one by one, evenly, as on 21 July between 16:00 and 17:00 but twelve times as dense. A mail's time runs
from its place in the mailbox to the moment at which the mail server took its reply.
"""

from __future__ import annotations

import email
import statistics
import time
from collections.abc import Callable, Sequence

from tests.bench.machine import DESK, fsync_p50_ms, memory_mib
from tests.bench.rig import WAITING, Rig, warm_worker
from tests.e2e.traffic import Traffic


def last_hour(
    rig: Rig,
    mails: Sequence[Traffic],
    seconds: float,
    first: Sequence[Traffic],
    tell: Callable[[str], None] = lambda line: None,
) -> dict[str, float]:
    """Seconds until the reply (p50, p99, the longest), on one core with one reader child, and MiB."""
    found = {"fsync_p50_ms": fsync_p50_ms(rig.folder)}
    due = [mail for mail in mails if mail.due]
    rig.empty()
    with rig.office() as office, warm_worker(rig, office, DESK, first) as worker:
        rig.sink.forget()
        arrived = _pour(rig, mails, seconds, tell)
        rig.wait_for_replies(len(due), worker)
        peak = memory_mib(worker.process.pid)
        answered = {answers: when for when, answers in rig.sink.accepted()}
        office.wait_for_rows(WAITING, [(0,)])
    waits = sorted(answered[mail.message_id] - arrived[mail.message_id] for mail in due)
    return found | {
        "mails": len(mails),
        "answered": len(waits),
        "over_seconds": seconds,
        "reply_p50_seconds": statistics.median(waits),
        "reply_p99_seconds": waits[int(len(waits) * 0.99)],
        "reply_longest_seconds": waits[-1],
        "peak_mib": peak,
    }


def _pour(
    rig: Rig, mails: Sequence[Traffic], seconds: float, tell: Callable[[str], None]
) -> dict[str, float]:
    """Lays the mails into their mailboxes, evenly over so many seconds; Message-ID -> when (monotonic)."""
    arrived = {}
    began = time.monotonic()
    for number, mail in enumerate(mails):
        time.sleep(max(0.0, began + seconds * number / len(mails) - time.monotonic()))
        rig.put([mail])
        arrived[mail.message_id] = time.monotonic()
        if number % (len(mails) // 10 or 1) == 0:
            tell(f"{number} of {len(mails)} mails after {time.monotonic() - began:.0f} s")
    assert set(arrived) == {str(email.message_from_bytes(m.raw)["Message-ID"]) for m in mails}
    return arrived
