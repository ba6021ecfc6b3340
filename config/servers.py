"""The part of the settings file about servers: mailboxes, the way out, and the secrets that open them.

Never quotes a value, which might be a secret. A secret is named here and read when it is needed, kept nowhere.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from config.errors import Mistake, SettingsError, why_unreadable

_ENV_NAME = r"^[A-Z_][A-Z0-9_]*$"
_UNSET = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")  # what expandvars leaves as it is
_SERVICE_ONLY = "（systemd のサービスの中だけにあります。手で実行する方法は docs/settings.md の「systemd」）"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_IMAP_PORTS = {"tls": 993, "starttls": 143}
_SMTP_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _beside_settings(path: Path, info: ValidationInfo) -> Path:
    """~ and $CREDENTIALS_DIRECTORY are filled in; a relative path begins in the settings file's folder."""
    expanded = Path(os.path.expandvars(path)).expanduser()
    return info.context / expanded if info.context is not None else expanded


FilePath = Annotated[Path, AfterValidator(_beside_settings)]
Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_-]+$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(ge=0.1, le=600)]
FolderName = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x1f\x7f*%]+$")]


class SettingsShape(BaseModel):
    """A frozen value read from the settings file; an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class Secret(SettingsShape):
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
            unset = _UNSET.search(str(self.file))
            if unset and isinstance(error, FileNotFoundError):
                where = _SERVICE_ONLY if unset[1] == "CREDENTIALS_DIRECTORY" else ""
                return "", f"環境変数 {unset[1]} がないため、パスワードのファイルを見つけられません{where}。"
            return "", f"パスワードのファイルを読めません（{why_unreadable(error)}）。"
        except UnicodeDecodeError:
            return "", "パスワードのファイルの文字コードが UTF-8 ではありません。"
        return text.rstrip("\r\n"), "パスワードのファイルが空です。"


class OAuth(SettingsShape):
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


class After(SettingsShape):
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


class ImapMailbox(SettingsShape):
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
    sent_copy: bool = True

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, data: Any) -> Any:
        return _with_usual_port(data, _IMAP_PORTS, "tls")

    @model_validator(mode="after")
    def _one_way_in(self) -> ImapMailbox:
        if (self.password is None) == (self.auth is None):
            raise PydanticCustomError("uketsuke_login", "password か auth のどちらか一つを書いてください。")
        return self


class MaildirMailbox(SettingsShape):
    """A mailbox in a local folder of the Maildir kind. path: the folder with cur, new and tmp."""

    source: Literal["maildir"]
    path: FilePath


class SmtpServer(SettingsShape):
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
    def _encrypted_and_whole(self) -> SmtpServer:
        if self.tls == "none" and self.host not in _LOOPBACK:
            reason = 'tls = "none" は、この計算機自身（127.0.0.1、::1、localhost）への送信に限ります。'
            raise PydanticCustomError("uketsuke_tls", reason)
        ways = [way for way in (self.password, self.auth) if way is not None]
        if len(ways) != (self.user is not None):
            reason = "user は、password か auth のどちらか一つとともに書くか、全てを省いてください。"
            raise PydanticCustomError("uketsuke_login", reason)
        return self


class SendingMaildir(SettingsShape):
    """Replies are written into a local folder instead of being sent. path: the folder (made if absent)."""

    kind: Literal["maildir"]
    path: FilePath


MailboxSettings = Annotated[ImapMailbox | MaildirMailbox, Field(discriminator="source")]
SenderSettings = Annotated[SmtpServer | SendingMaildir, Field(discriminator="kind")]
# The values by which the shapes are told apart: "imap", "maildir", "smtp".
TAGS = frozenset(
    tag
    for union in (MailboxSettings, SenderSettings)
    for shape in get_args(get_args(union)[0])
    for tag in get_args(shape.model_fields[get_args(union)[1].discriminator].annotation)
)


def _with_usual_port(data: Any, ports: dict[str, int], usual: str) -> Any:
    """Puts the port in that goes with the kind of TLS, where none is written."""
    if not isinstance(data, dict) or "port" in data:
        return data
    tls = data.get("tls", usual)
    return {**data, "port": ports[tls]} if isinstance(tls, str) and tls in ports else data
