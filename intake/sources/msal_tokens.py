"""Access tokens for mailboxes of Microsoft 365: OAuth 2.0 client credentials (RFC 6749 §4.4), over MSAL.

Keeps tokens in memory only, and says neither token nor secret to anybody but the server they are for.
"""

from __future__ import annotations

import re
from ssl import SSLContext
from threading import Lock
from typing import Any

import msal
import requests
from requests.adapters import HTTPAdapter

from intake.sources.network import in_short, own_tls_context, reason
from intake.sources.oauth import TokenAccess, TokenUnavailable

_ENTRA_CODE = re.compile(r"AADSTS\d+")  # Microsoft's own number for what is wrong


class ClientCredentials:
    """A `Token` by client credentials. MSAL keeps each until five minutes before it expires. For any thread."""

    def __init__(self, access: TokenAccess) -> None:
        self._access = access
        self._app: Any = None
        self._lock = Lock()

    def __call__(self, renew: bool = False) -> str:
        """The token that is valid now; with `renew` a new one, since the server did not take the last.

        Raises TokenUnavailable, and SettingsError where the secret cannot be read.
        """
        with self._lock:
            try:
                if self._app is None:
                    self._app = self._open()
                if renew:
                    self._app.remove_tokens_for_client()
                said = self._app.acquire_token_for_client(scopes=[self._access.scope])
            except (OSError, ValueError) as error:  # ValueError: no OpenID configuration there
                raise TokenUnavailable(self._sentence(_why(error))) from error
        if "access_token" not in said:
            raise TokenUnavailable(self._sentence(_refusal(said)))
        return str(said["access_token"])

    def _open(self) -> Any:
        access = self._access
        session = requests.Session()
        session.mount("https://", _Verified(own_tls_context(access.ca), access.timeout_seconds))
        return msal.ConfidentialClientApplication(
            access.client_id,
            client_credential=access.secret if isinstance(access.secret, str) else access.secret(),
            authority=f"{access.authority.rstrip('/')}/{access.tenant}",
            instance_discovery=False,  # else MSAL asks Microsoft about authorities that it does not know
            http_client=session,
        )

    def _sentence(self, why: str) -> str:
        return f"{self._access.authority} からアクセストークンを得られません（{why}）。"


class _Verified(HTTPAdapter):
    """HTTPS with our own verification and time limit."""

    def __init__(self, context: SSLContext, seconds: float) -> None:
        self._context = context
        self._seconds = seconds
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, ssl_context=self._context)

    def send(self, request: Any, **options: Any) -> Any:  # type: ignore[override]
        return super().send(request, **{**options, "timeout": options.get("timeout") or self._seconds})


def _refusal(said: dict[str, Any]) -> str:
    """RFC 6749 §5.2's code and Microsoft's number. Its description names accounts: that stays out."""
    number = _ENTRA_CODE.search(str(said.get("error_description", "")))
    return " ".join([in_short(str(said.get("error", "error"))), *([number[0]] if number else [])])


def _why(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "サーバー証明書を確認できません"
    if isinstance(error, requests.exceptions.Timeout):
        return "時間内に応答がありません"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "接続できません"
    if isinstance(error, ValueError):  # MSAL quotes the whole answer
        return "OpenID の構成を読めません。tenant を確かめてください"
    return reason(error)
