"""Dovecot and Postfix together: mail goes in by SMTP and comes out by IMAP, as at the ministry."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import machine
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix


@dataclass(frozen=True)
class MailServers:
    """Both servers, running. Whatever a test changes, the next one sees: use addresses of your own."""

    dovecot: Dovecot
    postfix: Postfix
    ca: Path
    host: str = machine.HOST

    @property
    def imaps_port(self) -> int:
        """IMAP with TLS from the first byte."""
        return self.dovecot.imaps_port

    @property
    def imap_port(self) -> int:
        """IMAP with STARTTLS."""
        return self.dovecot.imap_port

    @property
    def smtp_port(self) -> int:
        """SMTP with STARTTLS, no login."""
        return self.postfix.port

    def add_user(self, address: str) -> str:
        """Makes sure that this mailbox exists, with IMAP and delivery; returns its password."""
        return self.dovecot.add_user(address)

    def maildir(self, address: str) -> Path:
        """Where Dovecot keeps the mail of this user."""
        return self.dovecot.maildir(address)

    def deliver(self, raw: bytes, to: str, sender: str = "sender@example.jp") -> None:
        """Sends bytes with CRLF by SMTP through Postfix; it arrives a moment later (`wait_for`)."""
        with smtplib.SMTP(machine.ADDRESS, self.smtp_port, machine.HOST, timeout=10) as smtp:
            smtp.sendmail(sender, [to], raw)

    def wait_for(self, address: str, n: int, seconds: float = 10.0) -> list[Path]:
        """The files in this INBOX once there are `n` of them or more; AssertionError if there are fewer."""
        arrived = machine.eventually(lambda: len(self.dovecot.mails(address)) >= n, seconds)
        files = self.dovecot.mails(address)
        assert arrived, (
            f"{address}: {len(files)} of {n} mails after {seconds} s\n{self.postfix.log()[-2000:]}"
        )
        return files


@contextmanager
def running() -> Iterator[MailServers]:
    """Both servers for as long as the block lasts: about a fifth of a second to start, one to stop."""
    with machine.folder() as at:
        tls = machine.certificate(at / "tls")
        dovecot = Dovecot(at / "dovecot", tls)
        try:
            dovecot.start()
            postfix = Postfix(at / "postfix", tls, dovecot.lmtp_port)
            try:
                postfix.start()
                yield MailServers(dovecot, postfix, tls[0])
            finally:
                postfix.stop()
        finally:
            dovecot.stop()
