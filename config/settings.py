"""The settings file: where this installation's mailboxes are, how it sends, where its ledger lies.

Never quotes a value, which might be a secret; no secret stands in the file itself. Opens no connection.
Which survey is run is data of its own (`load.py`); the time zone is always Japan's.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from config.errors import Mistake, SettingsError, why_unreadable
from config.jst import in_jst
from config.reading import read_toml, validate
from config.survey import Survey

_ENV_NAME = r"^[A-Z_][A-Z0-9_]*$"
_TAGS = frozenset({"imap", "maildir", "smtp"})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_IMAP_PORTS = {"tls": 993, "starttls": 143}
_SMTP_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _beside_settings(path: Path, info: ValidationInfo) -> Path:
    """~ and $CREDENTIALS_DIRECTORY are filled in; a relative path begins in the settings file's folder."""
    expanded = Path(os.path.expandvars(path)).expanduser()
    return info.context / expanded if info.context is not None else expanded


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise PydanticCustomError("uketsuke_offset", "日時に +09:00 を付けてください。")
    return in_jst(instant)


FilePath = Annotated[Path, AfterValidator(_beside_settings)]
Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_-]+$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(ge=0.1, le=600)]
EmailAddress = Annotated[str, Field(pattern=r"^[^@\s<>,;]+@[A-Za-z0-9.-]+$")]
FolderName = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x1f\x7f*%]+$")]
Domain = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]


class _Shape(BaseModel):
    """A frozen value read from the settings file; an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Secret(_Shape):
    """Where a secret is: {env = "NAME"} names an environment variable, {file = "path"} a file (a systemd
    credential fits). It is read when it is needed and kept nowhere."""

    env: Annotated[str, Field(pattern=_ENV_NAME)] | None = None
    file: FilePath | None = None

    @model_validator(mode="before")
    @classmethod
    def _named_not_written(cls, data: Any) -> Any:
        """Refuses a literal before anything could quote it: unknown keys inside are not named either."""
        if not isinstance(data, dict) or len(data) != 1 or not data.keys() <= {"env", "file"}:
            reason = 'そのものは書けません。{env = "環境変数名"} か {file = "ファイル"} で示してください。'
            raise PydanticCustomError("uketsuke_secret", reason)
        return data

    def read(self, key: str = "password") -> str:
        """The secret, without the line break that ends its file. `key`: how an error calls it.

        Raises SettingsError if the variable or the file is missing, empty or no text.
        """
        found, reason = self._from_env() if self.env is not None else self._from_file()
        if not found:
            raise SettingsError((Mistake("", key, reason),))
        return found

    def _from_env(self) -> tuple[str, str]:
        return os.environ.get(self.env or "", ""), f"環境変数 {self.env} がないか、空です。"

    def _from_file(self) -> tuple[str, str]:
        try:
            text = (self.file or Path()).read_bytes().decode("utf-8")
        except OSError as error:
            return "", f"パスワードのファイルを読めません（{why_unreadable(error)}）。"
        except UnicodeDecodeError:
            return "", "パスワードのファイルの文字コードが UTF-8 ではありません。"
        return text.rstrip("\r\n"), "パスワードのファイルが空です。"


class OAuth(_Shape):
    """How to get access tokens (XOAUTH2) instead of a password: client credentials, as Microsoft 365 wants.

    tenant, client_id and secret of the registered application, authority (who issues), scope (for what).
    """

    tenant: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")]
    client_id: Annotated[str, Field(min_length=1)]
    secret: Secret
    authority: Annotated[str, Field(pattern=r"^https://[A-Za-z0-9.:/_-]+$")] = (
        "https://login.microsoftonline.com"
    )
    scope: str = "https://outlook.office365.com/.default"


class After(_Shape):
    """The folder into which a mail is moved once it is decided and its reply has left, by its verdict; a mail
    without one stays. "/" stands between the levels of a name, whatever the server uses."""

    accepted: FolderName | None = None
    correction: FolderName | None = None
    held: FolderName | None = None
    kept: FolderName | None = None
    ignored: FolderName | None = None

    @model_validator(mode="before")
    @classmethod
    def _leave(cls, data: Any) -> Any:
        if isinstance(data, str) and data != "leave":
            reason = '"leave"（移さない）か、判定ごとのフォルダーの表を書いてください。'
            raise PydanticCustomError("uketsuke_after", reason)
        return {} if data == "leave" else data


class ImapMailbox(_Shape):
    """A mailbox on an IMAP server. The certificate is always verified.

    host, port (993, with starttls 143), tls ("tls" or "starttls"), tls_ca (a CA beside the system's own),
    user, password or auth, folder, timeout_seconds (for each answer of the server), idle_seconds (how long to
    wait by IDLE before it is renewed, RFC 2177; 0: polling alone), after ("leave", or folders by verdict),
    drafts and sent (these folders, where the server does not tell them).
    """

    source: Literal["imap"]
    host: Host
    port: Port = 993
    tls: Literal["tls", "starttls"] = "tls"
    tls_ca: FilePath | None = None
    user: str
    password: Secret | None = None
    auth: OAuth | None = None
    folder: str = "INBOX"
    timeout_seconds: Seconds = 30
    idle_seconds: Annotated[float, Field(ge=0, le=1740)] = 1500
    after: After = After()
    drafts: FolderName | None = None
    sent: FolderName | None = None

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, data: Any) -> Any:
        return _with_usual_port(data, _IMAP_PORTS, "tls")

    @model_validator(mode="after")
    def _one_way_in(self) -> ImapMailbox:
        if (self.password is None) == (self.auth is None):
            raise PydanticCustomError("uketsuke_login", "password か auth のどちらか一つを書いてください。")
        return self


class MaildirMailbox(_Shape):
    """A mailbox in a local folder of the Maildir kind. path: the folder with cur, new and tmp."""

    source: Literal["maildir"]
    path: FilePath


class SmtpSender(_Shape):
    """The server that takes our replies. The certificate is always verified.

    host, port (587, with tls 465, with none 25), tls ("starttls", "tls"; "none" only to this very machine),
    tls_ca, user with password or auth (or none of them), timeout_seconds.
    """

    kind: Literal["smtp"]
    host: Host
    port: Port = 587
    tls: Literal["starttls", "tls", "none"] = "starttls"
    tls_ca: FilePath | None = None
    user: str | None = None
    password: Secret | None = None
    auth: OAuth | None = None
    timeout_seconds: Seconds = 30

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, data: Any) -> Any:
        return _with_usual_port(data, _SMTP_PORTS, "starttls")

    @model_validator(mode="after")
    def _encrypted_and_whole(self) -> SmtpSender:
        if self.tls == "none" and self.host not in _LOOPBACK:
            reason = 'tls = "none" は、この計算機自身（127.0.0.1、::1、localhost）への送信に限ります。'
            raise PydanticCustomError("uketsuke_tls", reason)
        ways = [way for way in (self.password, self.auth) if way is not None]
        if len(ways) != (self.user is not None):
            reason = "user は、password か auth のどちらか一つとともに書くか、全てを省いてください。"
            raise PydanticCustomError("uketsuke_login", reason)
        return self


class MaildirSender(_Shape):
    """Replies are written into a local folder instead of being sent. path: the folder (made if absent)."""

    kind: Literal["maildir"]
    path: FilePath


MailboxSettings = Annotated[ImapMailbox | MaildirMailbox, Field(discriminator="source")]
SenderSettings = Annotated[SmtpSender | MaildirSender, Field(discriminator="kind")]


class Caps(_Shape):
    """How many automatic mails go out at most in one day of Japan: per_address_per_day to one address,
    per_respondent_per_day to one respondent. What a cap holds back is shown to the operators."""

    per_address_per_day: Annotated[int, Field(ge=1)] = 30
    per_respondent_per_day: Annotated[int, Field(ge=1)] = 100


class Alerts(_Shape):
    """When the operators are written to about the desk itself: mailbox_minutes after which a mailbox that
    cannot be read is told, reply_minutes after which replies that do not leave are, disk_mb of free space
    below which the disk is."""

    mailbox_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    reply_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    disk_mb: Annotated[int, Field(ge=0, le=1_000_000)] = 500


class Settings(_Shape):
    """The settings file, whole.

    ledger: the ledger's file. mode: "rehearse" (every reply goes to `operators`), "draft" (into the Drafts
    of its mailbox, where a human presses send) or "send". operators: the address of the people in charge.
    survey: a survey's folder instead of the one that comes with the program. now: an instant to be
    rehearsed as if it were now. max_size_mb: of a larger mail only the header is read. mailboxes: by the
    survey's mailbox id. sender: how replies leave (drafts need none). caps. approved_domains: senders'
    domains taken for local governments beside the reserved ones. readers: reader children, one per core.
    authserv_id: the server whose Authentication-Results (RFC 8601) are believed; empty: none is.
    contacts: a CSV file of addresses for reminders. reports: a folder for the reports made by the calendar.
    alerts. heartbeat: a file that the worker writes every few seconds, for whoever watches it.
    """

    ledger: FilePath
    mode: Literal["rehearse", "draft", "send"]
    operators: EmailAddress
    survey: FilePath | None = None
    now: Annotated[datetime, AfterValidator(_aware)] | None = None
    max_size_mb: Annotated[int, Field(ge=1, le=1000)] = 50
    mailboxes: Annotated[dict[str, MailboxSettings], Field(min_length=1)]
    sender: SenderSettings | None = None
    caps: Caps = Caps()
    approved_domains: tuple[Domain, ...] = ()
    readers: Annotated[int, Field(ge=1, le=64)] = 1
    authserv_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]*$")] = ""
    contacts: FilePath | None = None
    reports: FilePath | None = None
    alerts: Alerts = Alerts()
    heartbeat: FilePath | None = None

    @model_validator(mode="after")
    def _a_way_out(self) -> Settings:
        if self.mode != "draft" and self.sender is None:
            raise PydanticCustomError("uketsuke_sender", "sender（返信の送り方）を書いてください。")
        if self.mode == "draft" and not all(isinstance(m, ImapMailbox) for m in self.mailboxes.values()):
            reason = 'mode = "draft" では、全ての提出先を source = "imap" にしてください。'
            raise PydanticCustomError("uketsuke_draft", reason)
        return self


def load_settings(path: Path) -> Settings:
    """The settings in the TOML file `path`. Raises SettingsError with every mistake, none quoting a value."""
    data, mistakes = read_toml(path)
    if not mistakes:
        settings, mistakes = validate(Settings, data, path.absolute(), _TAGS)
        if settings is not None:
            return settings
    raise SettingsError(mistakes)


def folder_for(settings: Settings, mailbox: str, outcome: str) -> str:
    """The folder into which a mail with this verdict is moved; empty: it stays."""
    configured = settings.mailboxes.get(mailbox)
    return getattr(configured.after, outcome, None) or "" if isinstance(configured, ImapMailbox) else ""


def check_mailboxes(settings: Settings, survey: Survey, file: str) -> tuple[Mistake, ...]:
    """Mailboxes of the settings that the survey does not have. Fewer than it has is no mistake: a section
    may run its own alone."""
    known = {mailbox.id for mailbox in survey.mailboxes}
    return tuple(
        Mistake(file, f"mailboxes.{id}", f"この調査の提出先は {'、'.join(sorted(known))} です。")
        for id in settings.mailboxes
        if id not in known
    )


def _with_usual_port(data: Any, ports: dict[str, int], usual: str) -> Any:
    """Puts the port in that goes with the kind of TLS, where none is written."""
    if not isinstance(data, dict) or "port" in data:
        return data
    tls = data.get("tls", usual)
    return {**data, "port": ports[tls]} if isinstance(tls, str) and tls in ports else data
