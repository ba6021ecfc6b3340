"""The way of replies out of the outbox: which is due, its attempt begun and ended, each in a commit.

`delivery.py` talks to the sender; what became of it is recorded here. Decides on no mail and needs no reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from config.frozen import frozen
from config.settings import copies_sent
from intake.mail.bounce import refuses_attachments
from intake.sources.answered import Answers
from replies.senders.sender import OutgoingMail, Sender
from routing.journey.delivery import NOBODY_ASKED, Attempt, Connection, attempt, open_line
from routing.journey.lighter import queue_lighter
from routing.ledger import mailbox_tasks, outbox, sending, withdrawing
from routing.notices import remind, rounds, told_body
from routing.office import Office


@frozen
class Delivery:
    """What became of one reply at one attempt: sent, drafted, later, refused, overtaken, withdrawn, lost or
    unsure."""

    receipt: str
    kind: str
    state: str
    detail: str


class Dispatch:
    """The sending of what waits in the outbox of one desk; whoever uses it holds the desk's place."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def deliver(
        self, sender: Sender, answers: Mapping[str, Answers] = NOBODY_ASKED
    ) -> Iterator[Delivery]:
        """Send what is due, oldest first, over one connection. Stop at the first sign that nothing can be sent now;
        the rest stays in the outbox. `answers`: whom to ask whether a human was faster."""
        yield from self.give_up()
        while (first := self.first_due()) is not None:
            line = open_line(sender, first, answers)
            if line.trouble:
                yield self.rest(line)
                return
            outgoing = self.next_reply(sender.is_open)
            while outgoing is not None:
                made = attempt(sender, outgoing, answers)
                delivery, outgoing = self.record_and_next(made, sender.is_open)
                yield delivery
                if made.rest:
                    return

    def first_due(self) -> outbox.Outgoing | None:
        """The oldest reply that is due. No attempt of it has begun: the line is to be opened first."""
        return next(iter(outbox.due(self._office.ledger, self._office.clock(), limit=1)), None)

    def next_reply(self, is_open: Callable[[OutgoingMail], bool]) -> outbox.Outgoing | None:
        """The oldest reply that is due, with the beginning of its attempt committed. Both happen in one transaction:
        what people hold or take back before it does not leave. None where the line is not open for the reply, or
        nothing is due."""
        with self._office.ledger.writing():
            while (outgoing := self.first_due()) is not None:
                now = self._office.clock()
                if withdrawing.keeps_back(self._office.ledger, outgoing, now):
                    continue
                if not self._still_holds(outgoing, now):
                    remind.take_back(self._office.ledger, outgoing, now)
                elif is_open(outgoing.mail):
                    outbox.begin(self._office.ledger, outgoing.id, now)
                    return outgoing
                else:
                    break
        return None

    def _still_holds(self, outgoing: outbox.Outgoing, now: datetime) -> bool:
        """Whether what a letter says is still true; asked of letters that answer no mail."""
        survey = self._office.register.survey
        if outgoing.kind in ("report", "past_deadline") and survey.is_quiet(now):
            return survey.mails.way(outgoing.kind) == "draft"  # an official has released it
        if outgoing.kind == "reminder":
            return remind.may_go_out(self._office.ledger, self._office.register, outgoing, now)
        if outgoing.kind == told_body.KIND:
            return told_body.may_go_out(self._office, outgoing)
        return outgoing.kind not in rounds.BY_KIND or rounds.may_go_out(self._office, outgoing)

    def rest(self, line: Connection) -> Delivery:
        """Postpone all sending after a failed connection. No attempt is counted; the reply that was to be sent moves
        behind the others."""
        now = self._office.clock()
        with self._office.ledger.writing():
            sending.afterwards(self._office.ledger, line.outgoing, "rest", now)
            sending.note_trouble(self._office.ledger, line.outgoing.mail.mail_from, line.trouble, now)
        return Delivery(line.outgoing.receipt, line.outgoing.kind, "later", line.trouble)

    def record(self, made: Attempt) -> Delivery:
        """Commit what became of an attempt. A reply whose answer was lost stays `sending`: it is sent once more, a
        little later; after a second such attempt it is left to the operators as `unsure`."""
        outgoing, state, now = made.outgoing, made.state, self._office.clock()
        final: str = "unsure" if state == "lost" and outgoing.interrupted else state
        with self._office.ledger.writing():
            final = withdrawing.ended(self._office.ledger, outgoing, final, now)
            if final != "lost":
                outbox.finish(self._office.ledger, outgoing, final, made.detail, now)
            if final == "refused" and refuses_attachments(made.detail):
                queue_lighter(self._office.ledger, outgoing.id, now)
            if final == "sent" and copies_sent(self._office.settings, outgoing.mailbox):
                mailbox_tasks.queue_copy(self._office.ledger, outgoing.id)
            sending.afterwards(self._office.ledger, outgoing, made.after, now)
            if made.after in ("rest", "barred"):
                sending.note_trouble(self._office.ledger, outgoing.mail.mail_from, made.detail, now)
            elif state in ("sent", "drafted", "refused"):
                sending.note_success(self._office.ledger, outgoing.mail.mail_from)
        return Delivery(outgoing.receipt, outgoing.kind, final, made.detail)

    def record_and_next(
        self, made: Attempt, is_open: Callable[[OutgoingMail], bool]
    ) -> tuple[Delivery, outbox.Outgoing | None]:
        """Commit what became of an attempt together with the beginning of the next one: still no reply leaves before
        its beginning is committed, nor before the end of the one before it is. Return both; None for the next:
        nothing is due, or the line has to be opened for it."""
        with self._office.ledger.writing():
            return self.record(made), None if made.rest else self.next_reply(is_open)

    def give_up(self) -> Iterator[Delivery]:
        """Leave to the operators each reply with two attempts that began and never ended. To be called before any new
        attempt."""
        for outgoing in outbox.begun_twice(self._office.ledger):
            outbox.finish(self._office.ledger, outgoing, "unsure", "", self._office.clock())
            yield Delivery(outgoing.receipt, outgoing.kind, "unsure", "")
