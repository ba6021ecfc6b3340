"""An IMAP server that says what a test tells it to: for answers that a healthy Dovecot never gives.

It knows no mail and no state. Whatever a test leaves out is answered as by a server whose folder is empty.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.servers import machine

HANG_UP = b""  # instead of an answer

_USUAL = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n",
    "EXAMINE": b"* 0 EXISTS\r\n* OK [UIDVALIDITY 1] valid\r\nTAG OK [READ-ONLY] done\r\n",
    "UID SEARCH": b"* SEARCH\r\nTAG OK done\r\n",
    "LOGOUT": b"* BYE\r\nTAG OK done\r\n",
    "": b"TAG OK done\r\n",
}


class ScriptedImap:
    """Serves one client after the other. `answers`: beginning of a command -> the bytes to say, with TAG for
    the command's tag; the longest beginning counts. `heard`: the commands without their tags."""

    def __init__(self, answers: Mapping[str, bytes], tls: tuple[Path, Path, Path] | None) -> None:
        self._answers = {**_USUAL, **answers}
        self._tls = tls
        self.heard: list[str] = []
        self._listener = socket.create_server((machine.ADDRESS, 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops listening; a client that is being served is let finish."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), self._secured(connection) as client:
                self._talk(client)

    def _secured(self, connection: socket.socket) -> socket.socket:
        connection.settimeout(10)
        if self._tls is None:
            return connection
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._tls[1], self._tls[2])
        return context.wrap_socket(connection, server_side=True)

    def _talk(self, client: socket.socket) -> None:
        client.sendall(b"* OK ready\r\n")
        for line in client.makefile("rb"):
            tag, _, command = line.decode().strip().partition(" ")
            self.heard.append(command)
            beginning = max((b for b in self._answers if command.startswith(b)), key=len)
            answer = self._answers[beginning]
            if answer == HANG_UP:
                return
            client.sendall(answer.replace(b"TAG", tag.encode()))


@contextlib.contextmanager
def scripted_imap(
    answers: Mapping[str, bytes], tls: tuple[Path, Path, Path] | None
) -> Iterator[ScriptedImap]:
    """A scripted server for as long as the block lasts; with `tls` None it speaks without TLS."""
    server = ScriptedImap(answers, tls)
    try:
        yield server
    finally:
        server.close()
