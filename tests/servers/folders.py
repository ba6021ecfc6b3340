"""Dovecots whose folders are named in different ways, and a person who works in a mailbox with a mail program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from imapclient import IMAPClient

from intake.sources.imap_access import ImapAccess, connect
from tests.servers import machine
from tests.servers.dovecot import Dovecot

NAMESPACE = """
namespace inbox {{
  inbox = yes
  prefix = {prefix}
  separator = {separator}
  mailbox 下書き {{
    special_use = \\Drafts
    auto = subscribe
  }}
  mailbox 送信済みアイテム {{
    special_use = \\Sent
    auto = subscribe
  }}
}}
"""
JAPANESE = NAMESPACE.format(prefix="", separator="/")
BELOW_INBOX = NAMESPACE.format(prefix="INBOX.", separator=".")
NO_MOVE = JAPANESE + "protocol imap {\n  imap_capability = IMAP4rev1 UIDPLUS NAMESPACE\n}\n"
NO_UIDPLUS = JAPANESE + "protocol imap {\n  imap_capability = IMAP4rev1\n}\n"


@dataclass(frozen=True)
class Box:
    """One mailbox on a Dovecot of its own kind, and a person's own connection to it."""

    dovecot: Dovecot
    access: ImapAccess
    person: IMAPClient
    prefix: str

    @property
    def user(self) -> str:
        return self.access.user

    def put(self, raw: bytes) -> int:
        """Delivers a mail into INBOX; its UID."""
        self.dovecot.put(self.user, raw)
        self.person.select_folder("INBOX", readonly=True)
        return int(max(self.person.search()))

    def lists(self, folder: str) -> list[bytes]:
        """The whole mails in a folder, as a person sees them: without those marked as deleted."""
        self.person.select_folder(self.prefix + folder if folder != "INBOX" else folder, readonly=True)
        uids = self.person.search(["UNDELETED"])
        return [m[b"BODY[]"] for _, m in sorted(self.person.fetch(uids, ["BODY.PEEK[]"]).items())] if uids else []

    def uidvalidity(self) -> str:
        return str(self.person.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"])

    def full(self, folder: str) -> str:
        return self.prefix + folder


@contextmanager
def dovecot_of(more: str) -> Iterator[Dovecot]:
    """A Dovecot with these lines in its configuration, for as long as the block lasts."""
    with machine.folder() as at:
        dovecot = Dovecot(at / "dovecot", machine.certificate(at / "tls"), more)
        dovecot.start()
        try:
            yield dovecot
        finally:
            dovecot.stop()


@contextmanager
def box_on(dovecot: Dovecot, prefix: str = "") -> Iterator[Box]:
    """A new and empty mailbox on it."""
    user = f"box-{uuid4().hex[:8]}@mhlw.go.jp"
    access = ImapAccess(
        *("localhost", dovecot.imaps_port, user, dovecot.add_user(user)), ca=dovecot.ca, timeout_seconds=5
    )
    person = connect(access)
    try:
        yield Box(dovecot, access, person, prefix)
    finally:
        person.shutdown()
