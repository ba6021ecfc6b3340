"""Opens workbooks that are encrypted with Excel's own default password, as Excel does without asking.

A workbook whose structure is protected, or that is marked "final" in old versions, is stored like that; its
sender never set a password. No other password is ever tried.
"""

from __future__ import annotations

import io
import struct
import zipfile

import msoffcrypto
from msoffcrypto.exceptions import DecryptionError, FileFormatError, ParseError

DEFAULT_PASSWORD = "VelvetSweatshop"  # [MS-OFFCRYPTO] 2.3.2; [MS-XLS] 2.4.191 (write-protected)

# olefile and the format classes meet broken structures with whatever struct and dictionaries raise.
_ERRORS = (
    DecryptionError,
    FileFormatError,
    ParseError,
    struct.error,
    zipfile.BadZipFile,
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
)


def decrypted(data: bytes) -> bytes:
    """The workbook in the clear; empty if it asks for a password, or cannot be read."""
    clear = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        file.load_key(password=DEFAULT_PASSWORD, verify_password=True)
        file.decrypt(clear)
    except _ERRORS:
        return b""
    return clear.getvalue()
