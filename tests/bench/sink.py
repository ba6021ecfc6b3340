"""A mail server that takes everything at once and notes when: as fast as SMTP can be on this machine.

A process of its own (`python -m tests.bench.sink FILE`), so that it takes no time from what is measured. It
prints its port, then writes a line per mail: time.monotonic() at which it said 250, and the mail's In-Reply-To.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TextIO

_HELLO = b"250-localhost\r\n250-SIZE 99999999\r\n250-PIPELINING\r\n250 8BITMIME\r\n"


@dataclass(frozen=True)
class Sink:
    """A running sink. `port` on 127.0.0.1."""

    port: int
    notes: Path

    def accepted(self) -> list[tuple[float, str]]:
        """(when, In-Reply-To) of every mail so far."""
        lines = self.notes.read_text().splitlines()
        return [(float(when), answered) for when, _, answered in (line.partition(" ") for line in lines)]

    def forget(self) -> None:
        """Begins to count anew."""
        self.notes.write_text("")


@contextmanager
def sink(folder: Path) -> Iterator[Sink]:
    """A sink for as long as the block lasts."""
    notes = folder / "sink.txt"
    notes.touch()
    command = [sys.executable, "-m", "tests.bench.sink", str(notes)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert process.stdout is not None
    try:
        yield Sink(int(process.stdout.readline()), notes)
    finally:
        process.kill()
        process.wait()


def _serve(connection: socket.socket, notes: TextIO) -> None:
    """One connection. What commands in one packet are answered with leaves in one, as Postfix does (RFC 2920 §3.2)."""
    heard, said = bytearray(), bytearray(b"220 sink\r\n")

    def until(end: bytes) -> bytes:
        """What comes up to here; empty where the other side hangs up."""
        while end not in heard:
            connection.sendall(said)
            said.clear()
            part = connection.recv(1 << 16)
            if not part:
                return b""
            heard.extend(part)
        found, _, rest = bytes(heard).partition(end)
        heard[:] = rest
        return found + end

    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        while line := until(b"\r\n"):
            word = line[:4].upper()
            if word == b"DATA":
                said.extend(b"354 go on\r\n")
                mail = until(b"\r\n.\r\n")
                notes.write(f"{monotonic()} {_answered(mail)}\n")
                notes.flush()
            elif word == b"QUIT":
                return
            said.extend(_HELLO if word == b"EHLO" else b"250 OK\r\n")


def _answered(mail: bytes) -> str:
    """The id in a mail's In-Reply-To."""
    hit = re.search(rb"^in-reply-to:(.*)\r$", mail, re.IGNORECASE | re.MULTILINE)
    return hit[1].strip().decode("ascii", "replace") if hit else ""


def main() -> None:
    """Listens until it is killed."""
    with Path(sys.argv[1]).open("a") as notes, socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            threading.Thread(target=_serve, args=(server.accept()[0], notes), daemon=True).start()


if __name__ == "__main__":
    main()
