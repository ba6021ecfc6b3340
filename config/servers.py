"""The part of the settings file about servers: mailboxes, the way out, and the secrets that open them.

Never quotes a value, which might be a secret. A secret is named here and read when it is needed, kept nowhere.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, assert_never

from msgspec import Meta

from config.errors import Mistake, SettingsError, why_unreadable
from config.patterns import pattern
from config.shape import Shape

_ENV_NAME = r"^[A-Z_][A-Z0-9_]*$"
_UNSET = pattern(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")  # what expandvars leaves as it is
_SERVICE_ONLY = "（systemd のサービスの中だけにあります。手で実行する方法は docs/settings.md の「systemd」）"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_IMAP_PORTS = {"tls": 993, "starttls": 143}
_SMTP_PORTS = {"starttls": 587, "tls": 465, "none": 25}

Host = Annotated[str, Meta(pattern=r"^[A-Za-z0-9.:_-]+$")]
Port = Annotated[int, Meta(ge=1, le=65535)]
Seconds = Annotated[float, Meta(ge=0.1, le=600)]
FolderName = Annotated[str, Meta(min_length=1, pattern=r"^[^\x00-\x1f\x7f*%]+$")]


class Secret(Shape):
    """Where a secret is: {env = "NAME"} names an environment variable, {file = "path"} a file (a systemd
    credential fits). It is read when it is needed and kept nowhere."""

    env: Annotated[str, Meta(pattern=_ENV_NAME)] | None = None
    file: Path | None = None

    @classmethod
    def prepared(cls, data: Any) -> Any:
        """Refuse a literal before anything could quote it: unknown keys inside are not named either. Raises
        ValueError."""
        if not isinstance(data, dict) or len(data) != 1 or not data.keys() <= {"env", "file"}:
            reason = 'そのものは書けません。{env = "環境変数名"} か {file = "ファイル"} で示してください。'
            raise ValueError(reason)
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
            unset = _UNSET.search(str(self.file))
            if unset and isinstance(error, FileNotFoundError):
                where = _SERVICE_ONLY if unset[1] == "CREDENTIALS_DIRECTORY" else ""
                return "", f"環境変数 {unset[1]} がないため、パスワードのファイルを見つけられません{where}。"
            return "", f"パスワードのファイルを読めません（{why_unreadable(error)}）。"
        except UnicodeDecodeError:
            return "", "パスワードのファイルの文字コードが UTF-8 ではありません。"
        return text.rstrip("\r\n"), "パスワードのファイルが空です。"


class OAuth(Shape):
    """How to get access tokens (XOAUTH2) instead of a password: client credentials, as Microsoft 365 wants.

    tenant, client_id and secret of the registered application, authority (who issues), scope (for what).
    """

    tenant: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]+$")]
    client_id: Annotated[str, Meta(min_length=1)]
    secret: Secret
    authority: Annotated[str, Meta(pattern=r"^https://[A-Za-z0-9.:/_-]+$")] = (
        "https://login.microsoftonline.com"
    )
    scope: str = "https://outlook.office365.com/.default"


class FoldersByVerdict(Shape):
    """The folder into which a mail is moved once it is decided and its reply has left, by its verdict; a mail
    without one stays. "/" stands between the levels of a name, whatever the server uses."""

    accepted: FolderName | None = None
    correction: FolderName | None = None
    held: FolderName | None = None
    kept: FolderName | None = None
    ignored: FolderName | None = None

    @classmethod
    def prepared(cls, data: Any) -> Any:
        if isinstance(data, str) and data != "leave":
            reason = '"leave"（移さない）か、判定ごとのフォルダーの表を書いてください。'
            raise ValueError(reason)
        return {} if data == "leave" else data


class ImapMailbox(Shape):
    """A mailbox on an IMAP server. The certificate is always verified.

    host, port (993, with starttls 143), tls ("tls" or "starttls"), tls_ca (a CA beside the system's own),
    user, password or auth, folder, timeout_seconds (for each answer of the server), idle_seconds (how long to
    wait by IDLE before it is renewed, RFC 2177; 0: polling alone), after ("leave", or folders by verdict),
    drafts and sent (these folders, where the server does not tell them), sent_copy (whether what leaves by SMTP is
    also put among the sent mails).
    """

    source: Literal["imap"]
    host: Host
    port: Port = 993
    tls: Literal["tls", "starttls"] = "tls"
    tls_ca: Path | None = None
    user: str
    password: Secret | None = None
    auth: OAuth | None = None
    folder: str = "INBOX"
    timeout_seconds: Seconds = 30
    idle_seconds: Annotated[float, Meta(ge=0, le=1740)] = 1500
    after: FoldersByVerdict = FoldersByVerdict()
    drafts: FolderName | None = None
    sent: FolderName | None = None
    sent_copy: bool = True

    @classmethod
    def prepared(cls, data: Any) -> Any:
        return _with_usual_port(data, _IMAP_PORTS, "tls")

    def settled(self) -> ImapMailbox:
        if (self.password is None) == (self.auth is None):
            raise ValueError("password か auth のどちらか一つを書いてください。")
        return self


class MaildirMailbox(Shape):
    """A mailbox in a local folder of the Maildir kind. path: the folder with cur, new and tmp."""

    source: Literal["maildir"]
    path: Path


class SmtpServer(Shape):
    """The server that takes our replies. The certificate is always verified.

    host, port (587, with tls 465, with none 25), tls ("starttls", "tls"; "none" only to this very machine),
    tls_ca, user with password or auth (or none of them), timeout_seconds.
    """

    kind: Literal["smtp"]
    host: Host
    port: Port = 587
    tls: Literal["starttls", "tls", "none"] = "starttls"
    tls_ca: Path | None = None
    user: str | None = None
    password: Secret | None = None
    auth: OAuth | None = None
    timeout_seconds: Seconds = 30

    @classmethod
    def prepared(cls, data: Any) -> Any:
        return _with_usual_port(data, _SMTP_PORTS, "starttls")

    def settled(self) -> SmtpServer:
        if self.tls == "none" and self.host not in _LOOPBACK:
            reason = 'tls = "none" は、この計算機自身（127.0.0.1、::1、localhost）への送信に限ります。'
            raise ValueError(reason)
        ways = [way for way in (self.password, self.auth) if way is not None]
        if len(ways) != (self.user is not None):
            reason = "user は、password か auth のどちらか一つとともに書くか、全てを省いてください。"
            raise ValueError(reason)
        return self


class SendingMaildir(Shape):
    """A local folder into which replies are written instead of being sent. path: the folder (made if absent)."""

    kind: Literal["maildir"]
    path: Path


MailboxSettings = ImapMailbox | MaildirMailbox
SenderSettings = SmtpServer | SendingMaildir


def imap_of(mailbox: MailboxSettings | None) -> ImapMailbox | None:
    """The mailbox where it has folders (drafts, sent mails, those by verdict); None for one without."""
    match mailbox:
        case ImapMailbox():
            return mailbox
        case MaildirMailbox() | None:
            return None
        case _:
            assert_never(mailbox)


def smtp_of(sender: SenderSettings | None) -> SmtpServer | None:
    """The server where replies leave by one; None where they lie in a folder or nothing leaves."""
    match sender:
        case SmtpServer():
            return sender
        case SendingMaildir() | None:
            return None
        case _:
            assert_never(sender)


def _with_usual_port(data: Any, ports: dict[str, int], usual: str) -> Any:
    """Put in the port that goes with the kind of TLS, where no port is written."""
    if not isinstance(data, dict) or "port" in data:
        return data
    tls = data.get("tls", usual)
    return {**data, "port": ports[tls]} if isinstance(tls, str) and tls in ports else data
