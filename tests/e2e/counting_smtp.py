"""An SMTP server that remembers what it accepted: the truth about what went out, outside of the ledger."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.servers.machine import ADDRESS, free_port


@dataclass
class Accepted:
    """Message-IDs in the order in which they were accepted, repeats included. `before_answer` is called when
    a mail is accepted and before the client hears of it; at the next `hang_up` mails it never hears of it."""

    message_ids: list[str] = field(default_factory=list)
    hang_up: int = 0
    before_answer: Callable[[], None] = lambda: None
    port: int = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        """aiosmtpd's hook."""
        assert isinstance(envelope.content, bytes)
        self.message_ids.append(str(email.message_from_bytes(envelope.content)["Message-ID"]))
        self.before_answer()
        if self.hang_up:
            self.hang_up -= 1
            server.transport.abort()
        return "250 OK"


@contextmanager
def counting_smtp(port: int = 0) -> Iterator[Accepted]:
    """A server on 127.0.0.1, on this port or a free one, for as long as the block lasts."""
    accepted = Accepted()
    accepted.port = port or free_port()
    controller = Controller(accepted, hostname=ADDRESS, port=accepted.port)
    controller.start()
    try:
        yield accepted
    finally:
        controller.stop()
