"""Sending replies, one at a time: opening the line, a single attempt, and the worker's thread that does both.

Before a reply leaves, the mailbox is asked whether a human has answered already; then that reply is held
back. Talks to the sender and to the mailboxes only. Once the line is open the desk commits the beginning of an
attempt, before it comes here again, and records its end afterwards; nothing here touches the ledger or decides
whether to try again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Literal

from config.errors import SettingsError
from config.frozen import frozen
from intake.sources.answered import Answers
from intake.sources.source import SourceUnavailable
from replies.senders.sender import AnswerLost, LineClosed, OutgoingMail, Sender, SenderBarred, SenderLater
from routing.ledger.outbox import FOUND_SENT, Outgoing
from routing.ledger.sending import NextTry

ASKED_IN_VAIN = 3  # tries (of about 8 minutes) after which a reply leaves though its mailbox cannot be asked
NOBODY_ASKED: Mapping[str, Answers] = {}
log = logging.getLogger(__name__)


@frozen
class Connection:
    """Whether the way out is open for a reply. `trouble`: why it is not, in a sentence; empty where it is."""

    outgoing: Outgoing
    trouble: str = ""


@frozen
class Attempt:
    """What became of one attempt. "lost": whether the reply went out is unknown. "overtaken": a human has
    answered already. `detail`: the server's own words, or a sentence. `after`: what that means for the others:
    "rest": nothing can be sent for the moment, whichever reply it is; "barred": nothing from this sender;
    "at_once": nothing stands against trying even this one again now."""

    outgoing: Outgoing
    state: Literal["sent", "drafted", "later", "refused", "lost", "overtaken"]
    detail: str
    after: NextTry = ""

    @property
    def rest(self) -> bool:
        """Whether nothing can be sent for the moment."""
        return self.after == "rest"


def open_line(sender: Sender, outgoing: Outgoing, answers: Mapping[str, Answers] = NOBODY_ASKED) -> Connection:
    """Connect before an attempt at this reply begins, also to the mailbox that is asked first: whoever dies over that
    has handed nothing over. Never raises."""
    mailbox = answers.get(outgoing.mailbox)
    if mailbox is not None and outgoing.asked is not None:
        with suppress(Exception):  # the attempt asks once more, and tells
            mailbox.how(outgoing.asked)
    try:
        sender.ready(outgoing.mail)
    except (SenderLater, SettingsError) as later:
        return Connection(outgoing, str(later))
    except Exception as error:  # the delivery must not end with one connection
        log.error("送信の準備中に予期しない問題が起きました（%s）。", type(error).__name__)
        log.debug("%s", outgoing.receipt, exc_info=True)
        return Connection(outgoing, type(error).__name__)
    return Connection(outgoing)


def attempt(sender: Sender, outgoing: Outgoing, answers: Mapping[str, Answers] = NOBODY_ASKED) -> Attempt:
    """Send one reply, unless a human has answered already. Never raises: what nobody foresaw counts as lost, since
    the mail may be out. `answers`: whom to ask about the mailbox (by id)."""
    return _held_back(outgoing, answers.get(outgoing.mailbox)) or _send(sender, outgoing)


def _held_back(outgoing: Outgoing, answers: Answers | None) -> Attempt | None:
    """Why the reply does not leave now: it has left before the ledger was put back, somebody has answered, or the
    mailbox cannot be asked. In the last case the reply waits for some minutes only, since most often nobody has
    answered; a reply that may have left already waits until the mailbox can be asked."""
    if answers is None:
        return None
    try:
        if outgoing.may_have_left and answers.has_sent(outgoing.mail.message_id):
            return Attempt(outgoing, "sent", FOUND_SENT)
        how = answers.how(outgoing.asked) if outgoing.asked is not None else ""
    except (SourceUnavailable, SettingsError) as unavailable:
        in_vain = outgoing.tries >= ASKED_IN_VAIN and not outgoing.may_have_left
        return None if in_vain else Attempt(outgoing, "later", str(unavailable))
    except Exception as error:  # a fault in asking must not keep a reply back for ever
        log.error("返信済みかどうかの確認中に予期しない問題が起きました（%s）。", type(error).__name__)
        log.debug("%s", outgoing.receipt, exc_info=True)
        return Attempt(outgoing, "later", type(error).__name__) if outgoing.may_have_left else None
    return Attempt(outgoing, "overtaken", how) if how else None


def _send(sender: Sender, outgoing: Outgoing) -> Attempt:
    try:
        result = sender.send(outgoing.mail)
    except AnswerLost as lost:
        return Attempt(outgoing, "lost", str(lost), "rest")
    except LineClosed as closed:
        return Attempt(outgoing, "later", str(closed), "at_once")
    except SenderBarred as barred:
        return Attempt(outgoing, "later", str(barred), "barred")
    except (SenderLater, SettingsError) as later:
        return Attempt(outgoing, "later", str(later), "rest")
    except Exception as error:  # the delivery must not end with one reply
        log.error("送信中に予期しない問題が起きました（%s）。", type(error).__name__)
        log.debug("%s", outgoing.receipt, exc_info=True)
        return Attempt(outgoing, "lost", type(error).__name__, "rest")
    return Attempt(outgoing, result.result, result.detail)


class DeliveryThread(Thread):
    """The thread that owns the sender, and what tells of human answers. It is given one reply at a time, and hands
    what became of it back to `tell`."""

    def __init__(
        self,
        sender: Sender,
        tell: Callable[[Connection | Attempt], None],
        answers: Mapping[str, Answers] = NOBODY_ASKED,
    ) -> None:
        super().__init__(name="delivery", daemon=True)
        self._sender = sender
        self._tell = tell
        self._answers = answers
        self._orders: SimpleQueue[Callable[[], Connection | Attempt] | None] = SimpleQueue()

    def run(self) -> None:
        """Do what it is told until it is stopped."""
        while (order := self._orders.get()) is not None:
            self._tell(order())
        self._sender.close()
        for each in self._answers.values():
            each.close()

    def open(self, outgoing: Outgoing) -> None:
        """Order the line to be opened for a reply whose attempt has not begun."""
        self._orders.put(partial(open_line, self._sender, outgoing, self._answers))

    def is_open(self, mail: OutgoingMail) -> bool:
        """Whether the line is open for this mail. For the desk, while the thread waits for its next order."""
        return self._sender.is_open(mail)

    def send(self, outgoing: Outgoing) -> None:
        """Hand over a reply whose attempt is committed as begun."""
        self._orders.put(partial(attempt, self._sender, outgoing, self._answers))

    def stop(self) -> None:
        """End the thread once the reply in hand has been answered."""
        self._orders.put(None)
