"""Opens encrypted workbooks, .xlsx and .xls: with Excel's own default password, as Excel does without asking, or
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
from xml.parsers.expat import ExpatError

import msoffcrypto
from msoffcrypto.exceptions import DecryptionError, FileFormatError, ParseError

DEFAULT_PASSWORD = "VelvetSweatshop"  # [MS-OFFCRYPTO] 2.3.2; [MS-XLS] 2.4.191 (write-protected)

# olefile and the format classes meet broken structures with whatever struct and dictionaries raise.
_ERRORS = (
    DecryptionError,
    FileFormatError,
    ParseError,
    ExpatError,  # its XML, which describes the encryption
    struct.error,
    zipfile.BadZipFile,
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    AssertionError,  # the stream of an .xls that does not begin as one
)


def is_locked(data: bytes) -> bool:
    """Whether an .xls is encrypted: a FilePass record ([MS-XLS] 2.4.117) stands at its beginning."""
    try:
        return bool(msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted())
    except _ERRORS:
        return False


def decrypted(data: bytes, passwords: Iterable[str] = (DEFAULT_PASSWORD,)) -> bytes:
    """The workbook in the clear; empty if none of the passwords opens it, or it cannot be read."""
    return next((clear for password in passwords if (clear := _opened(data, password))), b"")


_VERIFYING = {"ooxml": {"verify_password": True}}  # an .xls is always verified


def _opened(data: bytes, password: str) -> bytes:
    clear = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        file.load_key(password=password, **_VERIFYING.get(file.format, {}))
        file.decrypt(clear)
    except _ERRORS:
        return b""
    return clear.getvalue()
