"""Several commands in one packet (RFC 2920), to a server that offers it: what it hears, and what its answers mean.

The server is a script of lines, since neither Postfix nor aiosmtpd can be told to answer as badly as some do.
Dots at the beginning of a line and the good path are shown with a real Postfix.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes

import pytest

from replies.senders.sender import LineClosed, SenderLater, SendResult
from replies.senders.smtp import SmtpAccess, SmtpSender
from tests.replies.outgoing_mails import SmtpWay, outgoing_mail
from tests.servers.mail import MailServers

OK = "250 OK"


@dataclass
class Scripted:
    """Answers MAIL, RCPT, DATA and the end of a mail as told; notes every line it hears. `hang_up_after` mails it
    closes the connection without a word."""

    mail: str = OK
    rcpt: str = OK
    data: str = "354 go ahead"
    end: str = "250 queued"
    hang_up_after: int = 1 << 30
    heard: list[str] = field(default_factory=list)
    packets: list[bytes] = field(default_factory=list)
    connections: int = 0

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # the test is over
                return
            self.connections += 1
            with connection, suppress(OSError):  # the client may hang up at any word
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        answers: dict[str, Callable[[], str]] = {
            "ehlo": lambda: "250-here\r\n250 PIPELINING",
            "mail": lambda: self.mail,
            "rcpt": lambda: self.rcpt,
            "data": lambda: self.data,
        }
        connection.sendall(b"220 here\r\n")
        pending, taking, mails = b"", False, 0
        while packet := connection.recv(1 << 16):
            self.packets.append(packet)
            *lines, pending = (pending + packet).split(b"\r\n")
            for line in lines:
                self.heard.append(line.decode())
                if taking and line != b".":
                    continue
                said = self.end if taking else answers.get(line[:4].decode().lower(), lambda: OK)()
                mails += taking
                taking = not taking and line.upper() == b"DATA" and said.startswith("354")
                connection.sendall(said.encode() + b"\r\n")
                if mails == self.hang_up_after:
                    return


@pytest.fixture
def server() -> Scripted:
    return Scripted()


@pytest.fixture
def sender(server: Scripted) -> Iterator[SmtpSender]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
        made = SmtpSender(SmtpAccess("127.0.0.1", listener.getsockname()[1], "none", timeout_seconds=3))
        yield made
        made.close()


def test_the_envelope_and_data_come_in_one_packet_and_the_mail_after_the_go_ahead(
    server: Scripted, sender: SmtpSender
) -> None:
    assert sender.send(outgoing_mail(to="a@pref.test")) == SendResult("sent", "250 queued")
    envelope = b"mail FROM:<n_mynumber@mhlw.go.jp>\r\nrcpt TO:<a@pref.test>\r\nDATA\r\n"
    assert server.packets[1] == envelope  # [0] is EHLO
    assert server.packets[2].startswith(b"From: ") and server.packets[2].endswith(b"\r\n.\r\n")


@pytest.mark.parametrize(
    ("phase", "answer", "result"),
    [
        ("mail", "451 wait", "later"),
        ("rcpt", "550 no such user", "refused"),
        ("data", "554 no", "refused"),
        ("end", "452 full", "later"),
    ],
)
def test_the_first_refusal_is_the_outcome_and_the_connection_lives(
    server: Scripted, sender: SmtpSender, phase: str, answer: str, result: str
) -> None:
    setattr(server, phase, answer)
    assert sender.send(outgoing_mail()) == SendResult(result, answer)  # type: ignore[arg-type]
    setattr(server, phase, {"data": "354 go", "end": "250 queued"}.get(phase, OK))
    assert sender.send(outgoing_mail()).result == "sent"
    assert server.connections == 1


def test_a_server_that_refuses_the_only_recipient_and_says_go_ahead_gets_an_empty_mail(
    server: Scripted, sender: SmtpSender
) -> None:
    """RFC 2920 §3.1: the client "must check for and handle" this; the server then has nobody to deliver to."""
    server.rcpt, server.end = "550 no such user", "554 no valid recipients"
    assert sender.send(outgoing_mail()) == SendResult("refused", "550 no such user")
    assert server.heard[server.heard.index("DATA") + 1] == "."
    assert not any(line.startswith("Subject:") for line in server.heard)


def test_after_421_nothing_more_is_waited_for(server: Scripted, sender: SmtpSender) -> None:
    server.mail = "421 too busy"
    with pytest.raises(SenderLater, match="421 too busy"):
        sender.send(outgoing_mail())


def test_a_server_that_hangs_up_after_each_mail_costs_no_reply_its_turn(server: Scripted, sender: SmtpSender) -> None:
    server.hang_up_after = 1
    assert sender.send(outgoing_mail()).result == "sent"
    with pytest.raises(LineClosed):
        sender.send(outgoing_mail())
    assert sender.send(outgoing_mail()).result == "sent"
    assert (server.connections, server.heard.count(".")) == (2, 2)


def test_dots_at_the_beginning_of_lines_arrive_as_they_were(mail_servers: MailServers) -> None:
    way = SmtpWay(mail_servers)
    sender = way.sender()
    body = b".\r\n..two\r\n.x\r\nend without line end ."
    assert sender.send(outgoing_mail(body, way.to)).result == "sent"
    sender.close()
    (arrived,) = way.arrived(1)
    assert message_from_bytes(b"From: " + arrived).get_payload() == body.decode() + "\r\n"
