"""What can be probed of a mailbox's server: its access token, IDLE, and the folders that are used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import assert_never

from msgspec.structs import astuple

from config.servers import ImapMailbox, MailboxSettings, MaildirMailbox, SmtpServer, smtp_of
from config.settings import Settings
from intake.sources.mailbox_facts import mailbox_facts
from routing.mailboxes.factory import imap_access, open_token

Probe = tuple[str, Callable[[], str]]  # what is looked at, and a look that tells it in words or raises


def mailbox_probes(name: str, mailbox: MailboxSettings, settings: Settings) -> Iterator[Probe]:
    """What there is to look at in one mailbox beside its mail; `name` as people know it."""
    match mailbox:
        case ImapMailbox():
            if mailbox.auth is not None:
                yield f"提出先 {name} のアクセストークン", lambda: _token(mailbox)
            yield f"提出先 {name} のフォルダー", lambda: _folders(mailbox, settings)
        case MaildirMailbox():
            pass
        case _:
            assert_never(mailbox)


def sender_probes(settings: Settings) -> Iterator[Probe]:
    """What there is to look at before the sender itself."""
    sender = smtp_of(settings.sender)
    if sender is not None and sender.auth is not None:
        yield "送信のアクセストークン", lambda: _token(sender)


def _token(server: ImapMailbox | SmtpServer) -> str:
    token = open_token(server)
    if token is not None:
        token(False)
    return "取得できます"


def _folders(mailbox: ImapMailbox, settings: Settings) -> str:
    wanted = dict.fromkeys(folder for folder in astuple(mailbox.after) if folder)
    facts = mailbox_facts(imap_access(mailbox, settings), mailbox.drafts or "", mailbox.sent or "", wanted)
    idle = "使います" if facts.idle and mailbox.idle_seconds else "使いません（巡回だけで読みます）"
    sent = facts.sent or "見つかりません（返信済みの印だけを確かめます。あれば sent に書いてください）"
    said = [f"新着の通知（IDLE）: {idle}", f"送信済み: {sent}"]
    if settings.mode == "draft":
        said.append(f"下書き: {facts.drafts or '見つかりません（最初の返信のときに作ります）'}")
    if wanted:
        there = "、".join(f"{f}（最初のメールのときに作ります）" if f in facts.missing else f for f in wanted)
        said.append(f"判定後: {there}")
    return "\n".join(said)
