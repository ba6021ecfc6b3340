"""A Maildir as a source of mail: the files below `new` and `cur`, found by the unique part of their names.

Never moves, renames, marks or deletes a file, and hands out its bytes as they stand on the disk (Dovecot
writes LF, others CRLF). A Maildir has no UIDVALIDITY and no order of UIDs: every look tells all names.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from config.jst import JST
from intake.mail.received import HEADER_LIMIT, header_of, received_at
from intake.sources.idle import rest
from intake.sources.source import SAMPLES, Cursor, Fetched, Heard, Look, SourceUnavailable

_log = logging.getLogger(__name__)


class MaildirSource:
    """A `Source` over the Maildir at `path`; of mails over `max_size` bytes only the header is read."""

    def __init__(self, path: Path, max_size: int) -> None:
        self._path = path
        self._max_size = max_size

    def look(self, cursor: Cursor | None) -> Look:
        """All names of mails, sorted: they begin with the second of delivery. The cursor tells a Maildir nothing."""
        uids = self.listed()
        return Look(uidvalidity="", uids=uids, count=len(uids))

    def fetch(self, uids: Sequence[str]) -> Iterator[Fetched]:
        """The mails of these names, each read when it is asked for; what has vanished or cannot be read is
        left out."""
        files = self._files()
        for uid in uids:
            mail = self._read(uid, files.get(uid))
            if mail is None:  # a mail program may have renamed it since: look once more
                files = self._files()
                mail = self._read(uid, files.get(uid))
            if mail is not None:
                yield mail

    def listed(self, uids: Sequence[str] | None = None) -> tuple[str, ...]:
        """All names of mails that are there, or those of `uids`; sorted."""
        files = self._files()
        return tuple(sorted(files if uids is None else files.keys() & set(uids)))

    def sizes(self, uids: Sequence[str]) -> Mapping[str, int]:
        """The size in bytes of these mails' files; a file that vanishes meanwhile is left out."""
        found: dict[str, int] = {}
        files = self._files()
        for uid in files.keys() & set(uids):
            with contextlib.suppress(OSError):
                found[uid] = files[uid].stat().st_size
        return found

    def samples(self, uids: Sequence[str]) -> Mapping[str, bytes]:
        """A few bytes of these mails' files; a file that vanishes meanwhile is left out."""
        found: dict[str, bytes] = {}
        files = self._files()
        for uid in files.keys() & set(uids):
            with contextlib.suppress(OSError):
                found[uid] = _sample(files[uid])
        return found

    def wait(self, wake: int) -> Heard:
        """Wait for `wake` alone, since a folder tells nothing."""
        rest(wake)
        return "quiet"

    def close(self) -> None:
        """Do nothing: nothing is held open."""

    def _files(self) -> dict[str, Path]:
        """Unique name -> file. `new` is listed before `cur`, for mail moves from the one to the other."""
        found: dict[str, Path] = {}
        for folder in (self._path / "new", self._path / "cur"):
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if not entry.name.startswith(".") and entry.is_file():
                            found[_unique(entry.name)] = Path(entry.path)
            except (FileNotFoundError, NotADirectoryError) as error:
                raise SourceUnavailable(
                    f"{self._path} は Maildir ではありません（{folder.name} フォルダーがありません）。"
                ) from error
            except OSError as error:
                raise SourceUnavailable(f"{folder} を読めません（{error.strerror}）。") from error
        return found

    def _read(self, uid: str, file: Path | None) -> Fetched | None:
        if file is None:
            return None
        try:
            with file.open("rb") as stream:
                status = os.fstat(stream.fileno())
                whole = status.st_size <= self._max_size
                raw = stream.read() if whole else header_of(stream.read(HEADER_LIMIT))
        except FileNotFoundError:
            return None
        except OSError as error:  # one file does not hide the others
            _log.info("%s を読めません（%s）。", file, error.strerror)
            return None
        when = received_at(raw) or datetime.fromtimestamp(int(status.st_mtime), JST)
        size = len(raw) if whole else status.st_size
        return Fetched(uid=uid, received_at=when, size=size, raw=raw, header_only=not whole)


def _unique(name: str) -> str:
    """The name without the flags that mail programs append: 1690000000.M1P2.host:2,S (Maildir, «cur»)."""
    return name.partition(":")[0]


def _sample(file: Path) -> bytes:
    with file.open("rb") as opened:
        return b"".join(os.pread(opened.fileno(), length, start) for start, length in SAMPLES)
