"""What IMAP and SMTP need to know of access tokens (OAuth 2.0): how to ask for one, and how it is shown.

How tokens are had is `msal_tokens`' matter, which is loaded only where a mailbox wants them. Says no token.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Token = Callable[[bool], str]  # True: not the one that was just refused


class TokenUnavailable(Exception):
    """No token can be had now. The text is one sentence without secrets."""


@dataclass(frozen=True, slots=True)
class TokenAccess:
    """Whom to ask for a token, as whom, and for what. `authority`: an https address without the tenant;
    `ca`: a PEM file of a CA trusted beside the system's."""

    authority: str
    tenant: str
    client_id: str
    scope: str
    secret: Callable[[], str] | str = field(repr=False)
    ca: Path | None = None
    timeout_seconds: float = 30.0


def xoauth2(user: str, token: str) -> str:
    """The initial client response of SASL XOAUTH2 (Microsoft and Google; base64 is the protocol's part)."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"
