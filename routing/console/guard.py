"""What keeps other sites and strangers' text out of the page: which requests are taken, what every answer carries."""

from __future__ import annotations

from collections.abc import Mapping

CSP = (
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)  # no script, no picture, nothing from elsewhere
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def is_our_host(host: str, port: int, named: tuple[str, ...]) -> bool:
    """Whether a Host field (RFC 9110 §7.2) names us: this machine, or a name that the settings give. Others come by a
    name that was made to lead here (DNS rebinding)."""
    return host in {f"127.0.0.1:{port}", f"localhost:{port}", *named}


def is_own_form(headers: Mapping[str, str], host: str) -> bool:
    """Whether a POST comes from a page of ours: by Sec-Fetch-Site (W3C Fetch Metadata), else by Origin."""
    site = headers.get("Sec-Fetch-Site", "")
    if site:
        return site == "same-origin"
    return headers.get("Origin", "").partition("://")[2] == host
