"""The protocol of a sender of mail: SMTP and Maildir stand behind it, held by one contract test."""

from __future__ import annotations

from typing import Literal, Protocol

from config.frozen import frozen

SendState = Literal["sent", "drafted", "later", "refused"]


class SenderLater(Exception):
    """Nothing can be sent now (no connection, login refused); try the whole outbox again later."""


class LineClosed(SenderLater):
    """The connection had carried other mails and was closed before this one had been handed over: nothing stands
    against sending it at once, over a new one."""


class SenderBarred(SenderLater):
    """The server does not let us send under this address: our login, our rights or our settings, whoever the mail
    is for. Other addresses of ours may be let through."""


class AnswerLost(SenderLater):
    """The connection was lost after the mail had been handed over and before the server answered: whether
    it went out is unknown."""


@frozen
class OutgoingMail:
    """What goes out: SMTP envelope (RFC 5321 §2.3.1) and the finished mail with CRLF."""

    mail_from: str
    rcpt_to: str
    message_id: str
    data: bytes


@frozen
class SendResult:
    """What became of one mail: sent | later (4xx) | refused (5xx), with the server's own line."""

    result: SendState
    detail: str = ""


class Sender(Protocol):
    """A way to send one mail after the other over one connection. A connection lost before the server answered DATA
    raises SenderLater as well: whether the mail went out is then unknown, and the outbox tries once more."""

    def ready(self, mail: OutgoingMail) -> None:
        """Connect and log in for this mail, or make sure that the connection lives; hand nothing over. What goes
        wrong here is no attempt at the mail. Raises SenderLater."""
        ...

    def is_open(self, mail: OutgoingMail) -> bool:
        """Whether this mail can follow at once, since `ready` or the mail before it left the connection open.
        Asks nobody."""
        ...

    def send(self, mail: OutgoingMail) -> SendResult:
        """Deliver one mail and tell what the server said; connect only where nobody has called `ready`. Raises
        SenderLater."""
        ...

    def probe(self) -> str:
        """Connect without sending anything, and say where to. Raises SenderLater."""
        ...

    def close(self) -> None:
        """Hang up; the next send connects anew."""
        ...
