"""What a mailbox offers, for whoever examines an installation: IDLE, its folders. Changes nothing, makes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from config.frozen import frozen
from intake.sources.folders import DRAFTS, SENT, on_server, special
from intake.sources.idle import can_idle
from intake.sources.imap_access import ImapAccess, connect, hang_up, translate_errors


@frozen
class MailboxFacts:
    """Whether the server tells of new mail by itself; the folders of drafts and of sent mails (empty: there is
    none); and of the folders that were asked for, those that are missing."""

    idle: bool
    drafts: str
    sent: str
    missing: tuple[str, ...]


def mailbox_facts(access: ImapAccess, drafts: str, sent: str, folders: Iterable[str]) -> MailboxFacts:
    """Connect, look and hang up. `drafts`, `sent`: their names in the settings, or empty. Raises SourceUnavailable."""
    client = None
    try:
        with translate_errors(access, "フォルダーを確認できません"):
            client = connect(access)
            return MailboxFacts(
                idle=can_idle(client),
                drafts=special(client, DRAFTS, drafts),
                sent=special(client, SENT, sent),
                missing=tuple(f for f in folders if not client.folder_exists(on_server(client, f))),
            )
    finally:
        hang_up(client)
