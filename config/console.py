"""Settings of the operators' page: where it listens, how people sign in, who they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from config.servers import Host, Port
from config.shape import Shape

SCRYPT = r"^scrypt\$\d+\$\d+\$\d+\$[0-9a-f]{32}\$[0-9a-f]{64}$"  # N, r, p (RFC 7914 §2), salt, hash


class ConsoleUser(Shape):
    """One official. role: "viewer" looks, "operator" decides, "admin" also erases. mailboxes: the survey's ids whose
    items he sees; empty: all. password: as `uketsuke console-password` prints it; none with login "header"."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    role: Literal["viewer", "operator", "admin"] = "viewer"
    mailboxes: tuple[str, ...] = ()
    password: Annotated[str, Meta(pattern=SCRYPT)] | None = None


class Console(Shape):
    """The page. port: on this machine's own address (127.0.0.1), never on another. socket: a Unix socket instead, for
    the proxy that signs people on. login: "accounts" (passwords here) or "header" (the proxy names who it is; only by
    the socket). hosts: names under which a proxy serves it. tls: the proxy serves it by HTTPS. undo_seconds: how long
    letters of a decision made here rest before they leave. users: by their login names."""

    port: Port = 8080
    socket: Path | None = None
    login: Literal["accounts", "header"] = "accounts"
    header: Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9-]*$")] = "X-Remote-User"
    hosts: tuple[Host, ...] = ()
    tls: bool = False
    undo_seconds: Annotated[int, Meta(ge=0, le=3600)] = 60
    users: dict[str, ConsoleUser] = {}

    def settled(self) -> Console:
        if self.login == "header" and self.socket is None:
            reason = 'login = "header" では、socket（中継のプログラムだけが開けるソケット）を指定してください。'
            raise ValueError(reason)
        bare = [name for name, user in self.users.items() if user.password is None]
        if self.login == "accounts" and bare:
            reason = f"{'、'.join(bare)}: password がありません（uketsuke console-password で作ります）。"
            raise ValueError(reason)
        return self
