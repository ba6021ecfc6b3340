"""From settings to sources and senders: the one place that knows which class stands behind which setting."""

from __future__ import annotations

from config.settings import ImapMailbox, MailboxSettings, Settings, SmtpSender
from intake.imap import ImapAccess, ImapSource
from intake.maildir import MaildirSource
from intake.source import Source
from replies import smtp
from replies.maildir_sender import MaildirSender
from replies.sender import Sender


def open_source(mailbox: MailboxSettings, settings: Settings) -> Source:
    """The source of one mailbox; it connects at its first look, and reads its password then."""
    max_size = settings.max_size_mb << 20
    if isinstance(mailbox, ImapMailbox):
        return ImapSource(
            ImapAccess(
                host=mailbox.host,
                port=mailbox.port,
                user=mailbox.user,
                password=mailbox.password.read,
                tls=mailbox.tls,
                ca=mailbox.tls_ca,
                folder=mailbox.folder,
                timeout_seconds=mailbox.timeout_seconds,
                max_size=max_size,
            )
        )
    return MaildirSource(mailbox.path, max_size)


def open_sender(settings: Settings) -> Sender:
    """The sender of all replies; it connects when the first one leaves."""
    sender = settings.sender
    if isinstance(sender, SmtpSender):
        return smtp.SmtpSender(
            smtp.SmtpAccess(
                host=sender.host,
                port=sender.port,
                tls=sender.tls,
                user=sender.user or "",
                password=sender.password.read if sender.password else "",
                ca=sender.tls_ca,
                timeout_seconds=sender.timeout_seconds,
            )
        )
    return MaildirSender(sender.path)
