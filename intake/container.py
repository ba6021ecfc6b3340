"""A zip file as the files in it (PKWARE APPNOTE 6.3.x), read in memory.

Sizes are taken from the directory before anything is unpacked and held to while unpacking. Names may be
CP932 or UTF-8 and never become paths: only the last component is kept. Nothing is written anywhere. Passwords
that were told are tried on encrypted files (traditional encryption, AES); they stay in no finding and no error.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from config.frozen import frozen
from intake.finding import CATALOGUE, Finding
from intake.mail.charset import decode
from intake.sniff import sniff

MAX_FILES = 300  # files of one archive, those of archives within it included
MAX_UNPACKED = 100 * 1024 * 1024
_ENCRYPTED, _UTF8 = 0x1, 0x800  # general purpose bits 0 and 11 (APPNOTE 4.4.4)
_NO_FILES = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError,
    RuntimeError,  # a wrong password among others
    LookupError, struct.error,  # pyzipper on a broken AES field
)  # fmt: skip


@frozen
class Member:
    """One file in an archive: its bare name and its bytes."""

    name: str
    data: bytes


class _NotUnpacked(Exception):
    """The archive is not unpacked; the finding code says why."""

    def __init__(self, code: str) -> None:
        self.code = code


def unpack(
    data: bytes, names: frozenset[str] = frozenset(), passwords: Sequence[str] = ()
) -> tuple[Member, ...] | Finding:
    """The files of a zip archive, in its order; an archive within it is unpacked as well, once. A finding
    (encrypted, too_costly, unreadable) where it is not unpacked. `names`: folded names of the roster, which
    help to read names without a declared charset; `passwords`: what is tried where it is encrypted."""
    reading = _Unpacking(names, tuple(passwords))
    try:
        found: list[Member] = []
        for member in _members(data, reading, 0):
            nested = (
                list(_members(member.data, reading, _size(found)))
                if sniff(member.data) == "zip"
                else [member]
            )
            found += nested
            if len(found) > MAX_FILES:
                raise _NotUnpacked("too_costly")
        return tuple(found)
    except _NotUnpacked as refused:
        code = refused.code
    except _BROKEN:
        code = "unreadable"
    return Finding(code, CATALOGUE[code].severity)


def _size(members: list[Member]) -> int:
    return sum(len(m.data) for m in members)


@dataclass(frozen=True, slots=True)
class _Unpacking:
    """What an archive is read with."""

    names: frozenset[str]
    passwords: tuple[str, ...] = field(repr=False)


def _members(data: bytes, reading: _Unpacking, before: int) -> Iterator[Member]:
    """The files of one archive. `before`: bytes unpacked already."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > MAX_FILES or before + sum(info.file_size for info in infos) > MAX_UNPACKED:
            raise _NotUnpacked("too_costly")
        if any(info.flag_bits & _ENCRYPTED for info in infos):
            yield from _locked_members(data, reading)
            return
        yield from _contents(archive, infos, reading)


def _locked_members(data: bytes, reading: _Unpacking) -> Iterator[Member]:
    """The files of an encrypted archive; its smallest file tells whether a password is the right one."""
    from intake.locked_zip import unlocked  # takes long to load, and few mails have one

    with unlocked(data, reading.passwords, _content, _BROKEN) as archive:
        if archive is None:
            raise _NotUnpacked("encrypted")
        yield from _contents(archive, [info for info in archive.infolist() if not info.is_dir()], reading)


def _contents(
    archive: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo], reading: _Unpacking
) -> Iterator[Member]:
    for info in infos:
        name = _name(info, reading.names)
        if not any(part in name.lower() for part in _NO_FILES):
            yield Member(name.rpartition("/")[2], _content(archive, info))


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The content of a file in an archive: at most as many bytes as the directory announced, since one more means
    that it lied."""
    with archive.open(info) as stream:
        content = stream.read(info.file_size + 1)
    if len(content) > info.file_size:
        raise _NotUnpacked("too_costly")
    return content


def _name(info: zipfile.ZipInfo, names: frozenset[str]) -> str:
    """The name with its folders, / between them; the standard library reads undeclared names as CP437."""
    if info.flag_bits & _UTF8:
        text = info.orig_filename
    else:
        text = decode(info.orig_filename.encode("cp437", "backslashreplace"), "cp932", names).text
    return "".join(c for c in text.replace("\\", "/") if c.isprintable())
