"""The settings file: where this installation's mailboxes are, how it sends, where its ledger lies.

Never quotes a value, which might be a secret; no secret stands in the file itself. Opens no connection.
Which survey is run is data of its own (`load.py`); the time zone is always Japan's. The shapes of mailboxes and
senders are in `servers.py` and can be had from here.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta

from config.console import Console
from config.errors import Mistake, SettingsError
from config.jst import JST, in_jst
from config.plain_values import instant
from config.servers import (
    FoldersByVerdict,
    ImapMailbox,
    MailboxSettings,
    MaildirMailbox,
    OAuth,
    Secret,
    SenderSettings,
    SendingMaildir,
    SmtpServer,
    imap_of,
    smtp_of,
)
from config.shape import Shape
from config.survey import Survey
from config.toml_file import read_table, read_toml

__all__ = [
    "TOPMOST",
    "Alerts",
    "Caps",
    "FoldersByVerdict",
    "ImapMailbox",
    "MailboxSettings",
    "MaildirMailbox",
    "OAuth",
    "Secret",
    "SenderSettings",
    "SendingMaildir",
    "Settings",
    "SmtpServer",
    "by_hand",
    "check_mailboxes",
    "copies_sent",
    "folder_for",
    "load_settings",
]

TOPMOST = "@topmost"  # authserv_id: of a server whose fields name none, as those of Microsoft 365


def _aware(value: Any) -> datetime:
    if (read := instant(value)).tzinfo is None:
        raise ValueError("日時に +09:00 を付けてください。")
    return in_jst(read)


def _first_day(value: Any) -> datetime:
    """A bare day, as TOML writes it or as a text, is its beginning; without an offset it is Japan's time."""
    with suppress(ValueError):
        value = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(value, datetime):
        return in_jst(value) if value.tzinfo else value.replace(tzinfo=JST)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=JST)
    reason = "日又は日時を書いてください（例: 2023-07-10、2023-07-10T09:00:00+09:00）。"
    raise ValueError(reason)


EmailAddress = Annotated[str, Meta(pattern=r"^[^@\s<>,;]+@[A-Za-z0-9.-]+$")]
Domain = Annotated[str, Meta(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]


class Caps(Shape):
    """How many automatic mails go out at most within 24 hours: per_address_per_day to one address,
    per_respondent_per_day to one respondent, per_domain_per_day to one domain; and strangers_per_hour within an
    hour to addresses whose domain tells no body. The last two never hold the first reply to an address in the
    domain of a body. What a cap holds back is shown to the operators. Letters on checks before handing in count apart from
    all others: pre_checks_per_address_per_day, pre_checks_per_respondent_per_day, and the last two caps once more."""

    per_address_per_day: Annotated[int, Meta(ge=1)] = 30
    per_respondent_per_day: Annotated[int, Meta(ge=1)] = 100
    per_domain_per_day: Annotated[int, Meta(ge=1)] = 100
    strangers_per_hour: Annotated[int, Meta(ge=1)] = 200
    pre_checks_per_address_per_day: Annotated[int, Meta(ge=1)] = 20
    pre_checks_per_respondent_per_day: Annotated[int, Meta(ge=1)] = 100


class Alerts(Shape):
    """When the operators are written to about the desk itself: mailbox_minutes after which a mailbox that
    cannot be read is told, reply_minutes after which replies that do not leave are, disk_mb of free space
    below which the disk is."""

    mailbox_minutes: Annotated[int, Meta(ge=1, le=1440)] = 15
    reply_minutes: Annotated[int, Meta(ge=1, le=1440)] = 60
    disk_mb: Annotated[int, Meta(ge=0, le=1_000_000)] = 500


class Retention(Shape):
    """After how many days `purge` without a date takes the content of what came or left, by kind; None: never. answers:
    mails that submit; words: inquiries and replies without a file; others: automatic mail and the like; letters: ours
    that answer no mail; pre_checks: what was checked and never handed in, None: as answers."""

    answers_days: Annotated[int, Meta(ge=1)] | None = None
    words_days: Annotated[int, Meta(ge=1)] | None = None
    others_days: Annotated[int, Meta(ge=1)] | None = None
    letters_days: Annotated[int, Meta(ge=1)] | None = None
    pre_checks_days: Annotated[int, Meta(ge=1)] | None = None


class Settings(Shape):
    """The settings file, whole.

    ledger: the ledger's file. mode: "rehearse" (every reply goes to `operators`), "draft" (into the Drafts
    of its mailbox, where a human presses send) or "send". operators: the address of the people in charge.
    survey: a survey's folder instead of the one that comes with the program. other_surveys: folders of the surveys that
    share the mailboxes, each with a desk of its own. now: an instant to be
    rehearsed as if it were now. start_from: the first day, or instant; mail received earlier is kept and listed,
    never answered. max_size_mb: of a larger mail only the header is read. mailboxes: by the
    survey's mailbox id. sender: how replies leave (drafts need none). caps. approved_domains: senders'
    domains taken for local governments beside the reserved ones. readers: reader children, one per core.
    authserv_id: the server whose Authentication-Results (RFC 8601) are believed; TOPMOST: the topmost of them,
    if it names no server; empty: none is.
    contacts: a CSV file of addresses for reminders. reports: a folder for the reports made by the calendar.
    unapproved: letters whose wording nobody has approved (`letters --approved`) are sent, or wait for an official.
    foreign_days: after how many days mail that is not about this survey is erased. retention. alerts. heartbeat: a file
    that the worker writes every few seconds, for whoever watches it. console: the operators' page.
    """

    ledger: Path
    mode: Literal["rehearse", "draft", "send"]
    operators: EmailAddress
    survey: Path | None = None
    other_surveys: tuple[Path, ...] = ()
    now: Annotated[datetime, _aware] | None = None
    start_from: Annotated[datetime, _first_day] | None = None
    max_size_mb: Annotated[int, Meta(ge=1, le=1000)] = 50
    mailboxes: Annotated[dict[str, MailboxSettings], Meta(min_length=1)]
    sender: SenderSettings | None = None
    caps: Caps = Caps()
    approved_domains: tuple[Domain, ...] = ()
    readers: Annotated[int, Meta(ge=1, le=64)] = 1
    authserv_id: Annotated[str, Meta(pattern=rf"^([A-Za-z0-9._-]*|{TOPMOST})$")] = ""
    contacts: Path | None = None
    reports: Path | None = None
    alerts: Alerts = Alerts()
    heartbeat: Path | None = None
    console: Console = Console()
    foreign_days: Annotated[int, Meta(ge=1, le=365)] = 7
    retention: Retention = Retention()
    unapproved: Literal["send", "draft"] = "send"

    def settled(self) -> Settings:
        if self.mode != "draft" and self.sender is None:
            raise ValueError("sender（返信の送り方）を書いてください。")
        if self.mode == "draft" and not all(map(imap_of, self.mailboxes.values())):
            reason = 'mode = "draft" では、全ての提出先を source = "imap" にしてください。'
            raise ValueError(reason)
        if self.mode != "rehearse" and self.start_from is None:
            reason = (
                "start_from（はじめる日。これより前に届いたメールには返信しません）を書いてください"
                "（例: start_from = 2023-07-10）。"
            )
            raise ValueError(reason)
        return self


def load_settings(path: Path) -> Settings:
    """The settings in the TOML file `path`. Raises SettingsError with every mistake, none quoting a value."""
    data, mistakes = read_toml(path)
    if not mistakes:
        settings, mistakes = read_table(Settings, data, path.absolute())
        if settings is not None:
            return settings
    raise SettingsError(mistakes)


def by_hand(settings: Settings) -> bool:
    """Whether a human reads every reply and sends it."""
    return settings.mode == "draft"


def folder_for(settings: Settings, mailbox: str, outcome: str) -> str:
    """The folder into which a mail with this verdict is moved; empty: it stays, as all do in a rehearsal."""
    if settings.mode == "rehearse":
        return ""
    configured = imap_of(settings.mailboxes.get(mailbox))
    return getattr(configured.after, outcome, None) or "" if configured else ""


def copies_sent(settings: Settings, mailbox: str) -> bool:
    """Whether a copy of what leaves by SMTP is put among the sent mails of its mailbox: where letters leave by
    themselves, and the mailbox has such a folder."""
    configured = imap_of(settings.mailboxes.get(mailbox))
    by_smtp = settings.mode == "send" and smtp_of(settings.sender) is not None
    return by_smtp and configured is not None and configured.sent_copy


def check_mailboxes(settings: Settings, survey: Survey, file: str) -> tuple[Mistake, ...]:
    """Mailboxes of the settings that the survey does not have. Fewer than it has is no mistake: a section
    may run its own alone."""
    known = {mailbox.id for mailbox in survey.mailboxes}
    return tuple(
        Mistake(file, f"mailboxes.{id}", f"この調査の提出先は {'、'.join(sorted(known))} です。")
        for id in settings.mailboxes
        if id not in known
    )
