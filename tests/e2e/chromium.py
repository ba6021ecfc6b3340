"""Chromium as a reader of our pages. Not found: the test fails with its own words."""

from __future__ import annotations

import subprocess
from pathlib import Path


def rendered(page: Path, profile: Path) -> tuple[str, list[str]]:
    """The page's DOM once it is rendered, and what Chromium wrote to its console."""
    command = [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions", "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}", "--enable-logging=stderr",
        "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]
