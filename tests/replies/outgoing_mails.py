"""Mails to send and the way they take through a real Postfix, for the tests of the senders."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from replies.senders.sender import OutgoingMail, Sender, SendState
from replies.senders.smtp import SmtpAccess, SmtpSender
from tests.servers import machine
from tests.servers.mail import MailServers

FROM = "n_mynumber@mhlw.go.jp"
TO = "kikaku@pref.kanagawa.lg.jp"


def outgoing_mail(body: bytes = b"hello\r\n", to: str = TO, id: str = "") -> OutgoingMail:
    message_id = id or f"<{uuid4().hex}@mhlw.go.jp>"
    head = f"From: {FROM}\r\nTo: {to}\r\nSubject: test\r\nMessage-ID: {message_id}\r\n\r\n"
    return OutgoingMail(FROM, to, message_id, head.encode() + body)


class SmtpWay:
    """Out by our sender, through Postfix, into a mailbox of Dovecot."""

    result: SendState = "sent"

    def __init__(self, servers: MailServers) -> None:
        self._servers = servers
        self.to = f"to-{uuid4().hex[:8]}@pref.kanagawa.lg.jp"
        servers.add_user(self.to)

    def sender(self) -> Sender:
        return SmtpSender(postfix_access(self._servers))

    def arrived(self, n: int) -> list[bytes]:
        """Dovecot stores LF and adds its lines on top; what we wrote begins with From."""
        files = self._servers.wait_for(self.to, n)
        return [with_crlf(f.read_bytes()).partition(b"\r\nFrom: ")[2] for f in files]

    def broken(self) -> Sender:
        return SmtpSender(replace(postfix_access(self._servers), port=machine.free_port()))


def postfix_access(servers: MailServers) -> SmtpAccess:
    return SmtpAccess("localhost", servers.smtp_port, "starttls", ca=servers.ca, timeout_seconds=5)


def with_crlf(stored: bytes) -> bytes:
    return stored.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
