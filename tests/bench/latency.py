"""How long does a sender wait on a quiet day? One mail at a time, on servers and a desk that have nothing else to do.

A mail's time runs from the moment at which Postfix took it to that at which the mail server took its reply. The
mailboxes are looked into by IDLE; the calendar's own looks are an hour apart, so that none of them helps.
`python -m tests.bench.latency` prints the figures; `make bench` asks for them by `measure`.
"""

from __future__ import annotations

import json
import smtplib
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.machine import fsync_p50_ms
from tests.bench.sink import Sink, sink
from tests.e2e.office import MAILBOXES, OPERATORS, Office, Worker, shift_survey
from tests.e2e.traffic import Traffic, submissions_only
from tests.servers import machine
from tests.servers.correspondents import settle
from tests.servers.mail import MailServers, running

QUIET_SECONDS = 1.5  # between a reply and the next mail
WARM_UP = 3


def measure(count: int = 100) -> dict[str, float]:
    """Seconds from a mail's acceptance to its reply's (p50, p99, the longest) over `count` mails."""
    mails = list(submissions_only(count + WARM_UP))
    with TemporaryDirectory() as folder, running() as servers, sink(Path(folder)) as replies:
        settle(servers, [OPERATORS])
        found = {"fsync_p50_ms": fsync_p50_ms(Path(folder))}
        with _listening(Path(folder), servers, replies):
            waits = sorted([_wait(servers, replies, mail) for mail in mails][WARM_UP:])
    return found | {
        "mails": len(waits),
        "reply_p50_seconds": statistics.median(waits),
        "reply_p99_seconds": waits[min(len(waits) - 1, int(len(waits) * 0.99))],
        "reply_longest_seconds": waits[-1],
    }


@contextmanager
def _listening(folder: Path, servers: MailServers, replies: Sink) -> Iterator[Worker]:
    """A worker that has read its empty mailboxes and listens to them."""
    shift_survey(folder / "survey", every_seconds=3600)
    office = Office(folder, servers)
    office.configure(sender=f'kind = "smtp"\nhost = "127.0.0.1"\nport = {replies.port}\ntls = "none"')
    worker = office.run()
    try:
        office.wait_for_rows("SELECT count(*) FROM health WHERE last_success_at <> ''", [(len(MAILBOXES),)])
        yield worker
    finally:
        worker.terminate()


def _wait(servers: MailServers, replies: Sink, mail: Traffic) -> float:
    """Sends one mail and waits for its reply: the seconds between. AssertionError after a minute."""
    time.sleep(QUIET_SECONDS)
    with smtplib.SMTP(machine.ADDRESS, servers.smtp_port, machine.HOST, timeout=10) as smtp:
        smtp.sendmail("sender@example.jp", [MAILBOXES[mail.mailbox]], mail.raw)
        accepted = time.monotonic()
    found: list[float] = []

    def answered() -> bool:
        found[:] = [when for when, answers in replies.accepted() if answers == mail.message_id]
        return bool(found)

    assert machine.eventually(answered, 60), mail.message_id
    return found[0] - accepted


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
