"""The operators' page as the command serves it, on a demo's ledger."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class Served:
    """The page of a demo's ledger, served by the command as an official would start it."""

    def __init__(self, folder: Path, program: Sequence[str] = (), around: Mapping[str, str] | None = None) -> None:
        self.ledger = folder / "ledger.db"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        settings = folder / "settings.toml"
        told = settings.read_text(encoding="utf-8").partition("\n[console]\nport")[0]
        settings.write_text(f"{told}\n[console]\nport = {self.port}\n", encoding="utf-8")
        self.at = f"http://127.0.0.1:{self.port}"
        program = program or [sys.executable, "-m", "routing.cli"]
        command = [*program, "--settings", str(settings), "console"]
        self.process = subprocess.Popen(command, env={**os.environ, **(around or {})})
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("the page does not answer")

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)
