"""What IMAP and SMTP share: verified TLS, and the words for why a server cannot be used.

Quotes what a server said on one short line, and never a secret: errors that could carry one are described
instead of quoted. Nothing here can turn verification off.
"""

from __future__ import annotations

import re
import socket
import ssl
from functools import lru_cache
from pathlib import Path

from intake.shown import clipped, one_line

_SHOWN = 160  # characters of a server's own words
_PYTHON_BYTES = re.compile(r"""^b(['"])(.*)\1$""")  # imaplib's errors quote the server like this


def tls_context(ca: Path | None) -> ssl.SSLContext:
    """Verify certificate and host name, by the system's CAs and by the PEM file `ca` beside them. The connections
    share one until a file of certificates changes: to read them all takes longer than to connect.

    Raises OSError if that file cannot be read or is no certificate.
    """
    system = ssl.get_default_verify_paths()
    files = [Path(file) for file in (system.cafile, system.capath, ca) if file and Path(file).exists()]
    return _shared(ca, tuple(file.stat().st_mtime_ns for file in files))


@lru_cache(maxsize=4)
def _shared(ca: Path | None, _: tuple[int, ...]) -> ssl.SSLContext:
    return own_tls_context(ca)


def own_tls_context(ca: Path | None) -> ssl.SSLContext:
    """A TLS context that verifies as `tls_context` does and is not shared: for a library that adds to what it is
    given, such as certificates of its own. Raises FileNotFoundError where `ca` is no file, OSError where it is no
    certificate."""
    if ca is not None and not ca.is_file():
        raise FileNotFoundError(None, "", str(ca))  # ssl's own error does not name the file
    context = ssl.create_default_context()
    if ca is not None:
        context.load_verify_locations(ca)
    return context


def reason(error: BaseException) -> str:
    """A few words on what went wrong, for operators; to be put in brackets after what was tried."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"サーバー証明書を確認できません: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLSの接続が成り立ちません: {error.reason or 'TLS'}"
    if isinstance(error, socket.gaierror):
        return "ホスト名が見つかりません"
    if isinstance(error, TimeoutError):
        return "時間内に応答がありません"
    if isinstance(error, ConnectionRefusedError):
        return "接続が拒まれました"
    if isinstance(error, ConnectionError):
        return "接続が切れました"
    if isinstance(error, FileNotFoundError):
        return f"ファイルがありません: {error.filename}"
    if isinstance(error, PermissionError):
        return f"ファイルを読む権限がありません: {error.filename}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror + (f": {error.filename}" if error.filename else "")
    if isinstance(error, UnicodeError):  # its text quotes the character, which may be a password's
        return "利用者名、パスワード又は応答に、扱えない文字があります"
    if "=> socket error" in str(error):  # how imaplib tells that the server is gone
        return "接続が切れました"
    return in_short(_PYTHON_BYTES.sub(r"\2", str(error))) or type(error).__name__


def in_short(said: str | bytes) -> str:
    """A server's words on one line of at most 160 printable characters; odd bytes as \\x escapes."""
    text = said.decode("utf-8", errors="backslashreplace") if isinstance(said, bytes) else said
    return clipped(" ".join(one_line(text).split()), _SHOWN)
