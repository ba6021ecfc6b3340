"""From settings to sources and senders: the one place that knows which class stands behind which setting."""

from __future__ import annotations

from collections.abc import Iterator

from config.errors import Mistake, SettingsError
from config.settings import ImapMailbox, MailboxSettings, Secret, Settings, SmtpSender
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


def unreadable_secrets(settings: Settings, file: str) -> tuple[Mistake, ...]:
    """The passwords that cannot be read now, each with its key in the settings file: told before the work
    begins. None of them is kept."""
    mistakes: list[Mistake] = []
    for key, secret in _secrets(settings):
        try:
            secret.read(key)
        except SettingsError as unreadable:
            mistakes += [Mistake(file, m.key, m.reason) for m in unreadable.mistakes]
    return tuple(mistakes)


def _secrets(settings: Settings) -> Iterator[tuple[str, Secret]]:
    for id, mailbox in settings.mailboxes.items():
        if isinstance(mailbox, ImapMailbox):
            yield f"mailboxes.{id}.password", mailbox.password
    if isinstance(settings.sender, SmtpSender) and settings.sender.password is not None:
        yield "sender.password", settings.sender.password
