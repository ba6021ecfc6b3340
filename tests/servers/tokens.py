"""An issuer of access tokens on loopback, as Microsoft's is: OpenID configuration and client credentials over
https; and, over http, the introspection (RFC 7662) by which Dovecot asks whether a token is good.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from tests.servers import machine

TENANT = "mhlw.example"
CLIENT = "uketsuke"
SECRET = "client-secret-of-the-test"
SCOPE = "https://outlook.office365.com/.default"


class Issuer:
    """Issues tokens that are good for `user` until `revoke`. `seconds`: their life, as it is told."""

    def __init__(self, tls: tuple[Path, Path, Path]) -> None:
        self.ca = tls[0]
        self.user = ""
        self.seconds = 3600
        self.issued: list[str] = []
        self.good: set[str] = set()
        self._https = _serve(self, tls)
        self._http = _serve(self, None)
        self.authority = f"https://{machine.HOST}:{self._https.server_port}"

    @property
    def introspection_port(self) -> int:
        """Where Dovecot asks."""
        return self._http.server_port

    def revoke(self) -> None:
        """Makes every token issued so far useless."""
        self.good.clear()

    def close(self) -> None:
        """Ends both servers."""
        for server in (self._https, self._http):
            server.shutdown()
            server.server_close()

    def configuration(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0 §3."""
        base = f"{self.authority}/{TENANT}"
        return {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
        }

    def token(self, asked: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        """RFC 6749 §4.4.2 and §5."""
        if asked.get("client_secret") != [SECRET] or asked.get("client_id") != [CLIENT]:
            wrong = "AADSTS7000215: Invalid client secret provided for app 'uketsuke'."
            return 401, {"error": "invalid_client", "error_description": wrong}
        if asked.get("grant_type") != ["client_credentials"] or asked.get("scope") != [SCOPE]:
            return 400, {"error": "invalid_scope"}
        self.issued.append(uuid4().hex)
        self.good.add(self.issued[-1])
        return 200, {"token_type": "Bearer", "expires_in": self.seconds, "access_token": self.issued[-1]}

    def introspect(self, token: str) -> dict[str, Any]:
        """RFC 7662 §2.2."""
        return {"active": token in self.good, "username": self.user}


def _serve(issuer: Issuer, tls: tuple[Path, Path, Path] | None) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path)
            if path.path.endswith("/.well-known/openid-configuration"):
                found = TENANT in path.path
                self._say(200 if found else 404, issuer.configuration() if found else {"error": "no"})
            else:
                self._say(200, issuer.introspect(parse_qs(path.query).get("token", [""])[0]))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(*issuer.token(parse_qs(body)))

        def _say(self, code: int, value: dict[str, Any]) -> None:
            text = json.dumps(value).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((machine.ADDRESS, 0), Handler)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls[1], tls[2])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


@contextmanager
def issuing(tls: tuple[Path, Path, Path]) -> Iterator[Issuer]:
    """An issuer for as long as the block lasts."""
    issuer = Issuer(tls)
    try:
        yield issuer
    finally:
        issuer.close()


DOVECOT = """
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {at}/oauth2.conf
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {sasl}
  }}
}}
"""


def dovecot_settings(at: Path, issuer: Issuer, sasl_port: int) -> str:
    """Lines for Dovecot's configuration: XOAUTH2 by this issuer, and SASL for Postfix on a port."""
    (at / "oauth2.conf").write_text(
        f"introspection_mode = get\n"
        f"introspection_url = http://127.0.0.1:{issuer.introspection_port}/introspect?token=\n"
        "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
    )
    return DOVECOT.format(at=at, sasl=sasl_port)


def postfix_settings(sasl_port: int) -> str:
    """Lines for Postfix's main.cf: a login, which Dovecot decides about."""
    return (
        "smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\n"
        f"smtpd_sasl_path = inet:127.0.0.1:{sasl_port}\n"
        "smtpd_recipient_restrictions = permit_sasl_authenticated, reject\n"
        "smtpd_relay_restrictions = permit_sasl_authenticated, reject\n"
    )
