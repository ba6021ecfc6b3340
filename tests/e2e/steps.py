"""The steps of a mail's journey at which the crash tests end the program: the one list of their names.

A step is a function of the program and a side of it: "before" its first line, or "after" its last one. The
program knows nothing of this: `driver.py` wraps the function in a process of its own. Whoever renames a
function finds its name here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Step:
    """`where` is module:qualified name. `needs`: which mails come by: "all" of them, those that are "read",
    those whose verdict is "decided" by the tables, or those to which a "reply" is due. `window`: the server
    has accepted the reply and the ledger does not know it; the only place where a reply goes out twice."""

    name: str
    where: str
    when: Literal["before", "after"]
    needs: Literal["all", "read", "decided", "reply"]
    window: bool = False


STEPS = (
    Step("looked", "intake.sources.imap:ImapSource.look", "after", "all"),
    Step("fetched", "routing.journey.desk:Desk.keep", "before", "all"),
    Step("keeping", "routing.ledger.arrivals:_insert", "after", "all"),
    Step("kept", "routing.journey.desk:Desk.keep", "after", "all"),
    Step("reading", "routing.reading.reader:Reader.hand_over", "before", "read"),
    Step("read", "routing.reading.request:Request.end", "after", "decided"),
    Step("begun", "routing.journey.desk:Desk._begin", "after", "all"),
    Step("deciding", "routing.journey.judge:Judge.decide", "before", "decided"),
    Step("verdict written", "routing.ledger.verdicts:record", "after", "all"),
    Step("reply queued", "routing.ledger.outbox:queue", "after", "reply"),
    Step("settled", "routing.journey.desk:Desk.settle_batch", "after", "all"),
    Step("connecting", "replies.senders.smtp:SmtpSender._connect", "before", "reply"),
    Step("connected", "replies.senders.smtp:SmtpSender._connect", "after", "reply"),
    Step("to be sent", "routing.ledger.outbox:begin", "before", "reply"),
    Step("sending", "routing.ledger.outbox:begin", "after", "reply"),
    Step("MAIL", "smtplib:SMTP.mail", "after", "reply"),
    Step("RCPT", "smtplib:SMTP.rcpt", "after", "reply"),
    Step("DATA", "replies.senders.smtp:_hand_over", "before", "reply"),
    Step("accepted", "replies.senders.smtp:_hand_over", "after", "reply", window=True),
    Step("answer heard", "routing.ledger.outbox:finish", "before", "reply", window=True),
    Step("end written", "routing.ledger.outbox:finish", "after", "reply", window=True),
    Step("sent", "routing.journey.dispatch:Dispatch.record_and_next", "after", "reply"),
    Step("goodbye", "smtplib:SMTP.quit", "before", "reply"),
)
BY_NAME = {step.name: step for step in STEPS}
