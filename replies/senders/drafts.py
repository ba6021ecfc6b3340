"""Drafts as a sender: each reply is put into the Drafts of its mailbox, where a human reads it and presses send.

Puts no mail there twice: APPEND first searches for the Message-ID. Never sends, changes or removes anything;
what people do with a draft is followed by `draft_watch`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from config.frozen import frozen
from intake.sources.folders import DRAFTS, made, special, with_header
from intake.sources.imap_access import ImapAccess, connect, cut, hang_up, translate_errors
from intake.sources.network import reason
from intake.sources.source import SourceUnavailable
from replies.senders.sender import OutgoingMail, Sender, SenderLater, SendResult

USUAL_FOLDER = "Drafts"  # made where the server has none
_FLAGS = (b"\\Draft", b"\\Seen")  # as mail programs put their own drafts there
_APPENDUID = re.compile(rb"\[APPENDUID (\d+) (\d+)\]", re.IGNORECASE)  # RFC 4315 §3


@frozen
class DraftsFolder:
    """The Drafts of one mailbox, and its sent mails: by name, or as the server marks them (RFC 6154)."""

    access: ImapAccess
    drafts: str = ""
    sent: str = ""


class DraftsSender:
    """A `Sender` into the Drafts folders of mailboxes, by the address that a mail is from. What is for the
    people in charge themselves needs nobody to press send: it goes through `direct` (their address and a
    sender), if there is one. Not for several threads at once."""

    def __init__(
        self, mailboxes: Mapping[str, DraftsFolder], direct: tuple[str, Sender] | None = None
    ) -> None:
        self._mailboxes = {address.lower(): folder for address, folder in mailboxes.items()}
        self._direct = direct
        self._open: dict[str, tuple[IMAPClient, str]] = {}  # address -> connection, name of its Drafts

    def ready(self, mail: OutgoingMail) -> None:
        """Open the Drafts that the mail is for. Raises SenderLater."""
        address = mail.mail_from.lower()
        direct = self._directly(mail)
        if direct is not None:
            direct.ready(mail)
        elif address in self._mailboxes:
            try:
                with translate_errors(self._mailboxes[address].access, "下書きフォルダーに書き込めません"):
                    self._made_sure_of(address)
            except SourceUnavailable as unavailable:
                self._drop(address)
                raise SenderLater(str(unavailable)) from unavailable

    def is_open(self, mail: OutgoingMail) -> bool:
        """Whether its Drafts are open. A mail without any is refused without asking anybody."""
        direct = self._directly(mail)
        if direct is not None:
            return direct.is_open(mail)
        address = mail.mail_from.lower()
        return address in self._open or address not in self._mailboxes

    def send(self, mail: OutgoingMail) -> SendResult:
        """drafted, with its place in the detail ("Drafts;UIDVALIDITY=3/;UID=7", after RFC 5092); later where
        the server says no. Raises SenderLater: no connection; trying again is safe at any time."""
        address = mail.mail_from.lower()
        direct = self._directly(mail)
        if direct is not None:
            return direct.send(mail)
        if address not in self._mailboxes:
            return SendResult("refused", f"{mail.mail_from} の下書きフォルダーは設定にありません")
        try:
            with translate_errors(self._mailboxes[address].access, "下書きフォルダーに書き込めません"):
                was_open = address in self._open
                try:
                    return self._put(address, mail)
                except (IMAPClientAbortError, OSError):
                    if not was_open:
                        raise
                self._drop(address)  # the server had hung up on an idler
                return self._put(address, mail)
        except SourceUnavailable as unavailable:
            self._drop(address)
            raise SenderLater(str(unavailable)) from unavailable

    def probe(self) -> str:
        """Connect to every mailbox and return its Drafts folders, in words; make nothing. Raises SenderLater."""
        said = []
        for address, mailbox in self._mailboxes.items():
            client = None
            try:
                with translate_errors(mailbox.access, "下書きフォルダーを確認できません"):
                    client = connect(mailbox.access)
                    folder = special(client, DRAFTS, mailbox.drafts) or mailbox.drafts or USUAL_FOLDER
            except SourceUnavailable as unavailable:
                raise SenderLater(str(unavailable)) from unavailable
            finally:
                hang_up(client)
            said.append(f"{address} の {folder}")
        direct = f"。{self._direct[1].probe()}" if self._direct else ""
        return "、".join(said) + " に下書きを置きます" + direct

    def close(self) -> None:
        """Say goodbye everywhere; never raise."""
        for client, _ in self._open.values():
            hang_up(client)
        self._open.clear()
        if self._direct is not None:
            self._direct[1].close()

    def _directly(self, mail: OutgoingMail) -> Sender | None:
        to_ourselves = self._direct is not None and mail.rcpt_to.lower() == self._direct[0].lower()
        return self._direct[1] if self._direct is not None and to_ourselves else None

    def _made_sure_of(self, address: str) -> None:
        """Ask an open connection whether it still is: servers hang up on idlers."""
        if address in self._open:
            try:
                self._open[address][0].noop()
                return
            except (IMAPClientAbortError, OSError):
                self._drop(address)
        self._opened(address)

    def _put(self, address: str, mail: OutgoingMail) -> SendResult:
        client, folder = self._opened(address)
        validity = str(client.select_folder(folder, readonly=True)[b"UIDVALIDITY"])
        if there := with_header(client, "MESSAGE-ID", mail.message_id):
            return SendResult("drafted", place_text(folder, validity, there[0]))
        try:
            said = client.append(folder, mail.data, _FLAGS)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as refused:
            return SendResult("later", reason(refused))
        if told_uid := _APPENDUID.search(said):
            return SendResult("drafted", place_text(folder, told_uid[1].decode(), int(told_uid[2])))
        client.noop()
        there = with_header(client, "MESSAGE-ID", mail.message_id)
        return SendResult("drafted", place_text(folder, validity, there[0] if there else 0))

    def _opened(self, address: str) -> tuple[IMAPClient, str]:
        if address not in self._open:
            mailbox = self._mailboxes[address]
            client = connect(mailbox.access)
            try:
                folder = special(client, DRAFTS, mailbox.drafts) or made(
                    client, mailbox.drafts or USUAL_FOLDER
                )
            except BaseException:
                cut(client)
                raise
            self._open[address] = client, folder
        client, folder = self._open[address]
        return client, folder

    def _drop(self, address: str) -> None:
        cut(self._open.pop(address, (None, ""))[0])


def place_text(folder: str, validity: str, uid: int) -> str:
    """Where a mail lies, in words that can be compared: after RFC 5092."""
    return f"{folder};UIDVALIDITY={validity}/;UID={uid}"
