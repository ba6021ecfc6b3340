"""Both ends of the survey's mail for end-to-end tests: the ministry's mailboxes and those who write to them.

All domains are delivered on this machine (see postfix.py), the real ones of the notice too.
"""

from __future__ import annotations

import email
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default

from tests.servers.mail import MailServers

MINISTRY = ("n_mynumber@mhlw.go.jp", "yoboseshu@mhlw.go.jp", "sukoyaka@mhlw.go.jp")  # notice 記２
KANAGAWA = "kikaku@pref.kanagawa.lg.jp"
YOKOSUKA = "hoken@city.yokosuka.kanagawa.jp"
SAGAMIHARA = "shitsubyo@city.sagamihara.kanagawa.jp"
TOKYO = "iryo@section.metro.tokyo.jp"
STRANGER = "someone@example.com"


@dataclass(frozen=True)
class Correspondents:
    """Mailboxes that exist, and are empty, on running servers."""

    servers: MailServers

    def write(self, sender: str, to: str, raw: bytes) -> None:
        """Sends a finished mail (CRLF) through Postfix; returns when it lies in the recipient's mailbox."""
        before = len(self.servers.dovecot.mails(to))
        self.servers.deliver(raw, to, sender)
        self.servers.wait_for(to, before + 1)

    def answers(self, address: str, n: int, seconds: float = 10.0) -> list[EmailMessage]:
        """What has come to this address, once `n` mails have; in order of arrival."""
        return [
            email.message_from_bytes(file.read_bytes(), policy=default)
            for file in self.servers.wait_for(address, n, seconds)
        ]


def settle(servers: MailServers, addresses: Iterable[str] = ()) -> Correspondents:
    """Empty mailboxes for the ministry, for the correspondents above and for further addresses."""
    for address in (*MINISTRY, KANAGAWA, YOKOSUKA, SAGAMIHARA, TOKYO, STRANGER, *addresses):
        servers.add_user(address)
        servers.dovecot.empty(address)
    return Correspondents(servers)
