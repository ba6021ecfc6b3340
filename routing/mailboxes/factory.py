"""From settings to sources and senders: the one place that knows which class stands behind which setting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from config.errors import Mistake, SettingsError
from config.servers import (
    ImapMailbox,
    MailboxSettings,
    MaildirMailbox,
    Secret,
    SenderSettings,
    SendingMaildir,
    SmtpServer,
    imap_of,
)
from config.settings import Settings
from config.survey import Survey
from intake.sources.answered import Answers, ImapAnswers, MaildirAnswers
from intake.sources.filing import ImapFiler
from intake.sources.imap import ImapSource
from intake.sources.imap_access import ImapAccess
from intake.sources.maildir import MaildirSource
from intake.sources.oauth import Token, TokenAccess
from intake.sources.source import Source
from replies.senders import smtp
from replies.senders.draft_watch import DraftsWatch
from replies.senders.drafts import DraftsFolder, DraftsSender
from replies.senders.maildir import MaildirSender
from replies.senders.sender import Sender
from replies.senders.sent_folder import SentFolder
from routing.mailboxes.tasks import MailboxHelpers, MailboxTasks


def open_source(mailbox: MailboxSettings, settings: Settings) -> Source:
    """The source of one mailbox; it connects at its first look, and reads its password then."""
    match mailbox:
        case ImapMailbox():
            return ImapSource(imap_access(mailbox, settings))
        case MaildirMailbox():
            return MaildirSource(mailbox.path, settings.max_size_mb << 20)
        case _:
            assert_never(mailbox)


def imap_access(mailbox: ImapMailbox, settings: Settings) -> ImapAccess:
    """How to reach an IMAP mailbox."""
    return ImapAccess(
        host=mailbox.host,
        port=mailbox.port,
        user=mailbox.user,
        password=mailbox.password.read if mailbox.password else "",
        token=open_token(mailbox),
        tls=mailbox.tls,
        ca=mailbox.tls_ca,
        folder=mailbox.folder,
        timeout_seconds=mailbox.timeout_seconds,
        max_size=settings.max_size_mb << 20,
        idle_seconds=mailbox.idle_seconds,
    )


def open_token(server: ImapMailbox | SmtpServer) -> Token | None:
    """Where access tokens come from; the server's own CA is believed of their issuer too."""
    auth = server.auth
    if auth is None:
        return None
    from intake.sources.msal_tokens import ClientCredentials  # half a second, for those who need it only

    return ClientCredentials(
        TokenAccess(
            authority=auth.authority,
            tenant=auth.tenant,
            client_id=auth.client_id,
            scope=auth.scope,
            secret=lambda: auth.secret.read("auth.secret"),
            ca=server.tls_ca,
            timeout_seconds=server.timeout_seconds,
        )
    )


def open_sender(settings: Settings, survey: Survey) -> Sender:
    """The sender of all replies; it connects when the first one leaves. For drafts, the mailboxes themselves, by
    their addresses. Raises SettingsError where the settings name no sender."""
    sender = _direct_sender(settings.sender) if settings.sender is not None else None
    if settings.mode == "draft":
        folders = {
            mailbox.address: drafts_folder(configured, settings)
            for mailbox in survey.mailboxes
            if (configured := imap_of(settings.mailboxes.get(mailbox.id)))
        }
        return DraftsSender(folders, (settings.operators, sender) if sender is not None else None)
    if sender is None:
        raise SettingsError((Mistake("", "sender", "返信の送り方がありません。"),))
    return sender


def drafts_folder(mailbox: ImapMailbox, settings: Settings) -> DraftsFolder:
    """Where a mailbox has its drafts and its sent mails."""
    return DraftsFolder(imap_access(mailbox, settings), mailbox.drafts or "", mailbox.sent or "")


def open_helpers(settings: Settings) -> MailboxHelpers:
    """Who helps at the mailboxes beside their sources. A rehearsal asks nobody whether a human was faster, since
    its replies are for the operators themselves, and does nothing in the mailboxes beside reading them."""
    asked = settings.mailboxes if settings.mode != "rehearse" else {}
    return MailboxHelpers(
        answers={id: _answers(mailbox, settings) for id, mailbox in asked.items()},
        tasks={id: _tasks(id, mailbox, settings) for id, mailbox in asked.items()},
    )


def _answers(mailbox: MailboxSettings, settings: Settings) -> Answers:
    match mailbox:
        case ImapMailbox():
            return ImapAnswers(imap_access(mailbox, settings), mailbox.sent or "")
        case MaildirMailbox():
            return MaildirAnswers(mailbox.path)
        case _:
            assert_never(mailbox)


def _tasks(id: str, mailbox: MailboxSettings, settings: Settings) -> MailboxTasks:
    match mailbox:
        case ImapMailbox():
            access = imap_access(mailbox, settings)
            watch = DraftsWatch(drafts_folder(mailbox, settings)) if settings.mode == "draft" else None
            sent, answers = SentFolder(access, mailbox.sent or ""), ImapAnswers(access, mailbox.sent or "")
            return MailboxTasks(id, ImapFiler(access), watch, sent, answers)
        case MaildirMailbox():
            return MailboxTasks(id, None, None, None, MaildirAnswers(mailbox.path))
        case _:
            assert_never(mailbox)


def _direct_sender(sender: SenderSettings) -> Sender:
    match sender:
        case SmtpServer():
            return smtp.SmtpSender(smtp_access(sender))
        case SendingMaildir():
            return MaildirSender(sender.path)
        case _:
            assert_never(sender)


def smtp_access(server: SmtpServer) -> smtp.SmtpAccess:
    """How to reach an SMTP server."""
    return smtp.SmtpAccess(
        host=server.host,
        port=server.port,
        tls=server.tls,
        user=server.user or "",
        password=server.password.read if server.password else "",
        token=open_token(server),
        ca=server.tls_ca,
        timeout_seconds=server.timeout_seconds,
    )


def unreadable_secrets(settings: Settings, file: str) -> tuple[Mistake, ...]:
    """The passwords that cannot be read now, each with its key in the settings file: told before the work
    begins. None of them is kept."""
    mistakes: list[Mistake] = []
    for key, secret in secrets_of(settings):
        try:
            secret.read(key)
        except SettingsError as unreadable:
            mistakes += [Mistake(file, m.key, m.reason) for m in unreadable.mistakes]
    return tuple(mistakes)


def secrets_of(settings: Settings) -> Iterator[tuple[str, Secret]]:
    """Every secret of the settings, with its key in their file."""
    for key, server in servers_of(settings):
        if server.password is not None:
            yield f"{key}.password", server.password
        if server.auth is not None:
            yield f"{key}.auth.secret", server.auth.secret


def servers_of(settings: Settings) -> Iterator[tuple[str, ImapMailbox | SmtpServer]]:
    """Every server that we log in to or verify, with its key in the settings file."""
    places = [(f"mailboxes.{id}", mailbox) for id, mailbox in settings.mailboxes.items()]
    for key, place in (*places, ("sender", settings.sender)):
        match place:
            case ImapMailbox() | SmtpServer():
                yield key, place
            case MaildirMailbox() | SendingMaildir() | None:
                pass
            case _:
                assert_never(place)
