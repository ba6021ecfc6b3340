"""Files that hold what only the desk's own people may read: mode 0600, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

PRIVATE = 0o600


def write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody else can read, also where one of this name lay there before. Raises OSError."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as made:
        made.write(content)
        made.flush()
        os.fsync(made.fileno())
    part.replace(path)
