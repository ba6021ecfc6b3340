"""A wire between a client and a server of this machine, which a test cuts or holds in the middle of an answer.

It knows no protocol and sees TLS records only; so what it cuts is cut wherever it happens to be.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.servers import machine

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: close sends RST (RFC 9293 §3.5.2)


class Wire:
    """Passes bytes on until the server has said `after` of them on one connection; then does `fault` once:
    "reset", "hang", or something of the test's, after which it goes on. Later connections pass untouched."""

    def __init__(self, target: int, after: int, fault: str | Callable[[], object]) -> None:
        self._target = target
        self._after = after
        self._fault = fault
        self.happened = threading.Event()
        self.connections = 0
        self._open: list[socket.socket] = []
        self._listener = socket.create_server((machine.ADDRESS, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Stops listening and cuts what is open."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            with suppress(OSError):
                one.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = _connected(self._target)
            except OSError:
                client.close()
                continue
            self._open += [client, server]
            self.connections += 1
            threading.Thread(target=self._pass, args=(client, server), daemon=True).start()
            threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _pass(self, source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                to.sendall(data)
        with suppress(OSError):
            to.shutdown(socket.SHUT_WR)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        said = 0
        with suppress(OSError):
            while data := server.recv(4096):
                said += len(data)
                if said >= self._after and not self.happened.is_set() and not self._strike(client):
                    return
                client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_WR)

    def _strike(self, client: socket.socket) -> bool:
        """Does the fault; whether the bytes go on afterwards."""
        self.happened.set()
        if self._fault == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            client.shutdown(socket.SHUT_RD)  # frees the thread that reads; only then does `close` close
            client.close()
            return False
        if self._fault == "hang":
            return False
        assert callable(self._fault)
        self._fault()
        return True


def _connected(port: int) -> socket.socket:
    """With little room, so that the server has to wait until the client has read."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect((machine.ADDRESS, port))
    return made


@contextmanager
def wire(target: int, after: int, fault: str | Callable[[], object]) -> Iterator[Wire]:
    """A wire for as long as the block lasts."""
    made = Wire(target, after, fault)
    try:
        yield made
    finally:
        made.close()
