"""A letter whose attachment its server would not take goes out once more without it: after a bounce that says so, or
where the server refused it at once. Inside the caller's transaction; sends nothing.
"""

from __future__ import annotations

from datetime import datetime

from intake.mail.ids import receipt_in
from replies.letters.lighter import without_attachments
from replies.wording import load_wording
from routing.ledger import outbox, resending
from routing.ledger.secret import message_ids
from routing.ledger.store import Ledger
from routing.records import FinishedReply


def queue_lighter(ledger: Ledger, outbox_id: int, now: datetime) -> None:
    """Put the letter into the queue without its attachments, unless it has none, has been made lighter already, or a
    newer letter has taken its place."""
    kept = resending.kept(ledger, outbox_id)
    key = f"{kept.key}{outbox.LIGHTER}" if kept else ""
    if kept is None or kept.key.endswith(outbox.LIGHTER) or resending.is_overtaken(ledger, outbox_id):
        return
    domain = kept.mail_from.rpartition("@")[2]
    message_id = message_ids(ledger).make(receipt_in(kept.message_id), key, domain)
    data = without_attachments(kept.data, message_id, load_wording().phrase["without_attachments"])
    if data is None:
        return
    made = FinishedReply(
        key=key,
        kind=kept.kind,
        message_id=message_id,
        mailbox=kept.mailbox,
        mail_from=kept.mail_from,
        recipient=kept.recipient,
        rcpt_to=kept.rcpt_to,
        respondent=kept.respondent,
        subject=kept.subject,
        data=data,
        wording=kept.wording,
    )
    outbox.queue(ledger, made, resending.arrival_of(ledger, outbox_id), now)
