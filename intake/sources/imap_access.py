"""Reaching an IMAP server: where and as whom, a connection that is logged in, and the words for trouble.

What is done over the connection is another module's matter: reading (`imap`), waiting (`idle`), filing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from intake.sources.network import reason, tls_context
from intake.sources.oauth import Token, TokenUnavailable, xoauth2
from intake.sources.source import SourceUnavailable

# ValueError: answers that IMAPClient cannot parse
TROUBLE = (IMAPClientError, OSError, ValueError, TokenUnavailable)


@dataclass(frozen=True, slots=True)
class ImapAccess:
    """Where and as whom to read. `tls`: "tls" from the first byte (RFC 8314) or "starttls"; always verified,
    by the system's CAs and the PEM file `ca` beside them. With a `token`, XOAUTH2 instead of the password.
    Of mails over `max_size` bytes only the header is read. A batch holds at most `batch` mails and, unless
    one mail alone is larger, `batch_bytes` bytes. `idle_seconds`: how long to wait by IDLE at a time; 0: never."""

    host: str
    port: int
    user: str
    password: Callable[[], str] | str = field(repr=False, default="")
    token: Token | None = field(repr=False, default=None)
    tls: Literal["tls", "starttls"] = "tls"
    ca: Path | None = None
    folder: str = "INBOX"
    timeout_seconds: float = 60.0
    max_size: int = 50_000_000
    batch: int = 50
    batch_bytes: int = 16_000_000
    idle_seconds: float = 0.0


def connect(access: ImapAccess) -> IMAPClient:
    """A connection that is logged in. A token that is refused is renewed and tried once more, on a new
    connection, since servers count what fails on one. Raises what TROUBLE names."""
    try:
        return _connect(access, renew=False)
    except LoginError:
        if access.token is None:
            raise
        return _connect(access, renew=True)


def _connect(access: ImapAccess, renew: bool) -> IMAPClient:
    context = tls_context(access.ca)
    implicit = access.tls == "tls"
    client = IMAPClient(
        access.host,
        access.port,
        ssl=implicit,
        ssl_context=context if implicit else None,
        timeout=access.timeout_seconds,
    )
    try:
        _imaplib(client).debug = 0  # else it formats every line for its log, mails included: a third of the time
        client.normalise_times = False  # keeps the offset of INTERNALDATE
        if not implicit:
            client.starttls(context)
        _login(client, access, renew)
    except BaseException:
        with contextlib.suppress(OSError):
            client.shutdown()
        raise
    return client


def _login(client: IMAPClient, access: ImapAccess, renew: bool) -> None:
    if access.token is None:
        client.login(access.user, access.password if isinstance(access.password, str) else access.password())
        return
    # the server's first challenge is empty; its second one tells why it refuses, and wants an empty answer
    answers = iter([xoauth2(access.user, access.token(renew))])
    try:
        client.sasl_login("XOAUTH2", lambda _: next(answers, ""))
    except IMAPClientAbortError:
        raise
    except IMAPClientError as refused:
        raise LoginError(str(refused)) from refused


@contextlib.contextmanager
def translate_errors(access: ImapAccess, what: str) -> Iterator[None]:
    """Whatever goes wrong with network, protocol or login, in one sentence: raises SourceUnavailable."""
    try:
        yield
    except TROUBLE as error:
        what = "メールボックスにログインできません" if isinstance(error, LoginError) else what
        why = str(error).rstrip("。") if isinstance(error, TokenUnavailable) else reason(error)
        raise SourceUnavailable(f"{access.host}:{access.port} の{what}（{why}）。") from error


def hang_up(client: IMAPClient | None) -> None:
    """Say goodbye and close; never raise."""
    if client is not None:
        with contextlib.suppress(*TROUBLE):
            client.logout()
        cut(client)


def cut(client: IMAPClient | None) -> None:
    """Close without a word; never raise."""
    if client is not None:
        with contextlib.suppress(*TROUBLE):
            client.shutdown()


def has_said_more(client: IMAPClient) -> bool:
    """Whether something lies in the buffer behind the server's "+ idling": the socket does not tell of that."""
    sock = client.socket()
    timeout = sock.gettimeout()
    sock.setblocking(False)
    try:
        return bool(_imaplib(client).file.peek(1))
    except OSError:  # nothing there yet (a TLS socket says so by an error)
        return False
    finally:
        sock.settimeout(timeout)


def _imaplib(client: IMAPClient) -> Any:
    """What IMAPClient is built on, and hides: it offers neither its log's level nor its buffer."""
    return client._imap
