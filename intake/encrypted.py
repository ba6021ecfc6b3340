"""Open encrypted workbooks, .xlsx and .xls: with Excel's own default password, as Excel does without asking, or
with a password that the sender told.

A workbook whose structure is protected, or that is marked "final" in old versions, is stored under the
default one; its sender never set a password. A password that was told is tried and forgotten: nothing here
guesses one, keeps one or puts one into a message.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable
from functools import cache
from types import SimpleNamespace
from xml.parsers.expat import ExpatError

DEFAULT_PASSWORD = "VelvetSweatshop"  # [MS-OFFCRYPTO] 2.3.2; [MS-XLS] 2.4.191 (write-protected)


@cache
def _errors() -> tuple[type[Exception], ...]:
    """The errors that mean a broken structure: olefile and the format classes meet one with whatever struct and
    dictionaries raise."""
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, ParseError

    return (
        DecryptionError, FileFormatError, ParseError, struct.error, zipfile.BadZipFile, OSError, LookupError, ValueError,
        TypeError, AttributeError, NotImplementedError, RuntimeError,
        ExpatError,  # of the XML that describes the encryption
        AssertionError,  # the stream of an .xls that does not begin as one
    )  # fmt: skip


def is_locked(data: bytes) -> bool:
    """Whether an .xls is encrypted: a FilePass record ([MS-XLS] 2.4.117) stands at its beginning."""
    from msoffcrypto import OfficeFile  # takes long to load, and few mails have an encrypted workbook

    try:
        return bool(OfficeFile(io.BytesIO(data)).is_encrypted())
    except _errors():
        return False


def decrypted(data: bytes, passwords: Iterable[str] = (DEFAULT_PASSWORD,)) -> bytes:
    """The workbook in the clear; empty if none of the passwords opens it, or it cannot be read."""
    return next((clear for password in passwords if (clear := _opened(data, password))), b"")


_IN_MEMORY = SimpleNamespace(TemporaryFile=io.BytesIO)  # `tempfile` for a library that needs one temporary file
_VERIFYING = {"ooxml": {"verify_password": True}}  # an .xls is always verified


def _opened(data: bytes, password: str) -> bytes:
    from msoffcrypto import OfficeFile
    from msoffcrypto.format import xls97

    xls97.tempfile = _IN_MEMORY  # it would write an .xls in the clear to the disk
    clear = io.BytesIO()
    try:
        file = OfficeFile(io.BytesIO(data))
        file.load_key(password=password, **_VERIFYING.get(file.format, {}))
        file.decrypt(clear)
    except _errors():
        return b""
    return clear.getvalue()
