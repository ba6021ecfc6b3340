"""An encrypted zip file, opened with passwords that were told: traditional encryption and AES (APPNOTE 6.1, 7.2).

Loaded by a mail that has such a file: pyzipper brings the better part of a second's tenth along. A password stays in no
error.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pyzipper

ReadMember = Callable[[zipfile.ZipFile, zipfile.ZipInfo], bytes]


@contextmanager
def unlocked(
    data: bytes, passwords: Sequence[str], read: ReadMember, broken: tuple[type[Exception], ...]
) -> Iterator[zipfile.ZipFile | None]:
    """The archive, for the first password under which `read` gets its smallest locked file; None if there is no such
    password. `broken`: what `read` raises under a wrong one. Raises zipfile.BadZipFile and those."""
    try:
        with pyzipper.AESZipFile(io.BytesIO(data)) as archive:
            locked = [info for info in archive.infolist() if not info.is_dir() and info.flag_bits & 0x1]
            smallest = min(locked, key=lambda info: info.file_size)
            yield archive if any(_opens(archive, smallest, p, read, broken) for p in _spelt(passwords)) else None
    except pyzipper.BadZipFile as error:
        raise zipfile.BadZipFile(type(error).__name__) from error


def _spelt(passwords: Sequence[str]) -> Iterator[bytes]:
    """Each password as the bytes that zip programs make of it; Windows takes CP932."""
    for password in passwords:
        yield from dict.fromkeys((password.encode("utf-8"), password.encode("cp932", "replace")))


def _opens(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, password: bytes, read: ReadMember, broken: tuple[type[Exception], ...]
) -> bool:
    archive.setpassword(password)
    try:
        read(archive, info)
    except (*broken, pyzipper.BadZipFile):
        return False
    return True
