"""A folder that is written whole or not at all: its files, their hashes, names that any system takes."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import unicodedata
from pathlib import Path

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')  # in a name on Windows
_NAME_BYTES = 120  # of a file's own name, so that a path stays short


def safe_name(text: str) -> str:
    """A stranger's file name as one that leads nowhere: without separators, controls, marks of direction, or dots and
    blanks at its ends; its extension stays."""
    plain = "".join(c for c in _FORBIDDEN.sub("_", text) if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    stem, dot, ending = plain.strip(". ").rpartition(".")
    if not dot or len(ending) > 8:
        stem, ending = plain.strip(". "), ""
    stem = stem[:_NAME_BYTES]
    while len(stem.encode()) > _NAME_BYTES:
        stem = stem[:-1]
    return f"{stem}.{ending}" if ending else stem or "_"


class Folder:
    """A folder that collects files under a name of its own until `finish` gives it the one that was asked for."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._part = place.with_name(f".{place.name}.part")
        if self._part.exists():
            shutil.rmtree(self._part)  # of a run that was cut short
        self._part.mkdir(mode=0o700, parents=True)
        self.digests: list[tuple[str, str]] = []

    def put(self, name: str, content: bytes) -> None:
        """Write one file that only its owner can read; `name` may hold folders, with / between them."""
        path = self._part / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
            made.write(content)
            made.flush()
            os.fsync(made.fileno())
        self.digests.append((name, hashlib.sha256(content).hexdigest()))

    def finish(self) -> None:
        """Give the folder the name that was asked for."""
        self._part.rename(self._place)
        parent = os.open(self._place.parent, os.O_RDONLY)
        try:
            os.fsync(parent)
        finally:
            os.close(parent)
