"""What only SMTP has: one connection, TLS, login, and servers that say no.

The good path runs over a real Postfix; refusals come from aiosmtpd, which says what it is told.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from replies.senders.sender import AnswerLost, LineClosed, OutgoingMail, SenderBarred, SenderLater, SendResult
from replies.senders.smtp import SmtpAccess, SmtpSender
from tests.replies.outgoing_mails import SmtpWay, outgoing_mail, postfix_access
from tests.servers import machine
from tests.servers.mail import MailServers

# --- a real Postfix


def test_many_mails_use_one_connection(mail_servers: MailServers) -> None:
    way = SmtpWay(mail_servers)
    before = mail_servers.postfix.log().count("TLS connection established from")
    sender = way.sender()
    for n in range(5):
        assert sender.send(outgoing_mail(b"%d\r\n" % n, way.to)).result == "sent"
    sender.close()

    way.arrived(5)
    assert mail_servers.postfix.log().count("TLS connection established from") == before + 1


def test_the_servers_line_is_kept(mail_servers: MailServers) -> None:
    way = SmtpWay(mail_servers)
    sender = way.sender()

    outcome = sender.send(outgoing_mail(to=way.to))
    sender.close()

    assert outcome.detail.startswith("250 2.0.0 Ok: queued as ")


def test_a_restarted_server_is_found_again(mail_servers: MailServers) -> None:
    way = SmtpWay(mail_servers)
    sender = way.sender()
    queue_id = sender.send(outgoing_mail(b"1\r\n", way.to)).detail.split()[-1]
    assert machine.eventually(lambda: f"{queue_id}: removed" in mail_servers.postfix.log(), 5)
    mail_servers.postfix.restart()

    sender.ready(outgoing_mail())
    assert sender.send(outgoing_mail(b"2\r\n", way.to)).result == "sent"
    sender.close()
    assert len(way.arrived(2)) == 2


@pytest.mark.parametrize("fault", ["no CA", "another name"])
def test_a_certificate_that_does_not_fit_is_refused(mail_servers: MailServers, fault: str) -> None:
    access = postfix_access(mail_servers)
    wrong = replace(access, ca=None) if fault == "no CA" else replace(access, host="127.0.0.1")

    with pytest.raises(SenderLater, match="サーバー証明書を確認できません"):
        SmtpSender(wrong).send(outgoing_mail())


# --- a server that says what it is told


@dataclass
class Told:
    """Answers by phase, in the shape of aiosmtpd's hooks; a callable acts on the connection first."""

    mail: str = "250 OK"
    rcpt: str = "250 OK"
    data: str | Callable[[SMTP], str] = "250 2.0.0 queued"
    seconds: float = 0.0
    taken: list[bytes] = field(default_factory=list)
    options: list[str] = field(default_factory=list)  # of the last MAIL
    sessions: set[int] = field(default_factory=set)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        self.sessions.add(id(session))
        self.options = [option.upper() for option in options]
        return self.mail

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.seconds)
        answer = self.data if isinstance(self.data, str) else self.data(server)
        if answer.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.taken.append(envelope.content)
        return answer


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def access(told: Told) -> Iterator[SmtpAccess]:
    port = machine.free_port()
    controller = Controller(told, hostname="127.0.0.1", port=port, ready_timeout=10)
    controller.start()
    yield SmtpAccess("127.0.0.1", port, "none", timeout_seconds=2)
    controller.stop()


@pytest.fixture
def sender(access: SmtpAccess) -> Iterator[SmtpSender]:
    sender = SmtpSender(access)
    yield sender
    sender.close()


@pytest.mark.parametrize(
    ("phase", "answer", "result"),
    [
        ("mail", "451 4.3.0 wait", "later"),
        ("mail", "552 5.3.4 too large", "refused"),  # RFC 1870 §6.1: what SIZE= told
        ("rcpt", "451 4.3.0 wait", "later"),
        ("rcpt", "550 5.1.1 no", "refused"),
        ("rcpt", "550 5.7.1 not wanted here", "refused"),
        ("data", "451 4.3.0 wait", "later"),
        ("data", "554 5.6.0 no", "refused"),
    ],
)
def test_what_the_server_says_of_one_mail_is_its_outcome(
    told: Told, sender: SmtpSender, phase: str, answer: str, result: str
) -> None:
    setattr(told, phase, answer)

    assert sender.send(outgoing_mail()) == SendResult(result, answer)  # type: ignore[arg-type]
    setattr(told, phase, "250 OK")
    assert sender.send(outgoing_mail()) == SendResult("sent", "250 2.0.0 queued" if phase != "data" else "250 OK")
    assert len(told.taken) == 1
    assert len(told.sessions) == 1


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data"])
def test_421_is_for_later_and_over_a_new_connection(told: Told, sender: SmtpSender, phase: str) -> None:
    setattr(told, phase, "421 4.7.0 shutting down")

    with pytest.raises(SenderLater, match=r"421 4\.7\.0 shutting down") as later:
        sender.send(outgoing_mail())
    assert not isinstance(later.value, AnswerLost)  # the server said that it did not take the mail
    setattr(told, phase, "250 OK")

    assert sender.send(outgoing_mail()).result == "sent"


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data"])
def test_a_server_that_takes_some_mails_and_closes_is_told_from_one_that_takes_none(
    told: Told, sender: SmtpSender, phase: str
) -> None:
    """As Exim does after smtp_accept_max_per_connection mails: the next may go at once, over a new connection."""
    assert sender.send(outgoing_mail()).result == "sent"
    setattr(told, phase, "421 4.7.0 too many messages in one connection")

    with pytest.raises(LineClosed):
        sender.send(outgoing_mail())
    assert not sender.is_open(outgoing_mail())
    with pytest.raises(SenderLater) as later:
        sender.send(outgoing_mail())

    assert not isinstance(later.value, LineClosed)
    assert len(told.sessions) == 2


def test_a_connection_that_dies_between_two_mails_hands_nothing_over(told: Told, sender: SmtpSender) -> None:
    sender.send(outgoing_mail())
    assert sender._smtp is not None and sender._smtp.sock is not None
    sender._smtp.sock.shutdown(socket.SHUT_RDWR)
    assert sender.is_open(outgoing_mail())  # nobody has asked

    with pytest.raises(LineClosed):
        sender.send(outgoing_mail())
    sender.ready(outgoing_mail())

    assert sender.send(outgoing_mail()).result == "sent"
    assert len(told.taken) == 2


@pytest.mark.parametrize("phase", ["mail", "rcpt"])
def test_after_a_refusal_the_line_is_cleared_before_the_next_mail(
    told: Told, sender: SmtpSender, phase: str
) -> None:
    """RFC 5321 §4.1.1.5: RSET, else the server would take the next MAIL for a nested one (503)."""
    setattr(told, phase, "450 4.1.1 not now")
    sender.send(outgoing_mail())
    assert not sender.is_open(outgoing_mail())
    setattr(told, phase, "250 OK")

    sender.ready(outgoing_mail())

    assert sender.is_open(outgoing_mail())
    assert sender.send(outgoing_mail()).result == "sent"
    assert len(told.sessions) == 1


@pytest.mark.parametrize(
    ("phase", "answer"),
    [
        ("mail", "550 5.1.0 Sender rejected"),
        ("mail", "535 5.7.8 Authentication credentials invalid"),  # RFC 4954 §6
        ("mail", "501 5.1.7 Bad sender's mailbox address syntax"),  # RFC 3463 §3.2
        ("rcpt", "553 5.1.8 Bad sender's system address"),
        ("rcpt", "553 5.7.1 <n@mhlw.go.jp>: Sender address rejected: not owned by user"),  # Postfix
        ("rcpt", "554 5.7.1 <a@b.jp>: Relay access denied"),  # Postfix
        ("rcpt", "550 relay not permitted"),  # Exim
        ("rcpt", "550 5.7.1 Relaying denied"),  # Sendmail
        ("rcpt", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain"),  # Exchange
        ("data", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),  # Exchange
        ("data", "554 5.2.252 SendAsDenied; n@mhlw.go.jp not allowed to send as y@mhlw.go.jp"),  # Exchange Online
    ],
)
def test_what_the_server_says_of_our_own_rights_blames_no_mail(
    told: Told, sender: SmtpSender, phase: str, answer: str
) -> None:
    setattr(told, phase, answer)

    with pytest.raises(SenderBarred, match=answer.split()[0]):
        sender.send(outgoing_mail())
    setattr(told, phase, "250 OK")

    assert sender.send(outgoing_mail()).result == "sent"
    assert len(told.taken) == 1 and len(told.sessions) == 1


def test_a_connection_lost_after_data_leaves_the_outcome_unknown(told: Told, sender: SmtpSender) -> None:
    """The server has taken the mail and hangs up before it says so: nobody knows."""

    def hang_up(server: SMTP) -> str:
        assert isinstance(server.transport, asyncio.WriteTransport)
        server.transport.abort()
        return "250 never heard"

    told.data = hang_up
    with pytest.raises(AnswerLost, match="送信中に接続が切れました"):
        sender.send(outgoing_mail())
    assert len(told.taken) == 1

    told.data = "250 OK"
    assert sender.send(outgoing_mail()).result == "sent"


def test_a_server_that_never_answers_data_leaves_the_outcome_unknown(access: SmtpAccess, told: Told) -> None:
    told.seconds = 1.0
    with pytest.raises(AnswerLost, match="時間内"):
        SmtpSender(replace(access, timeout_seconds=0.3)).send(outgoing_mail())


@pytest.mark.parametrize("phase", ["mail", "rcpt"])
def test_a_connection_lost_before_data_is_for_later(told: Told, sender: SmtpSender, phase: str) -> None:
    setattr(told, phase, "what?")  # no SMTP: nobody can go on from here

    with pytest.raises(SenderLater) as later:
        sender.send(outgoing_mail())

    assert not isinstance(later.value, AnswerLost)
    assert told.taken == []


def test_an_answer_to_data_that_is_no_smtp_leaves_the_outcome_unknown(told: Told, sender: SmtpSender) -> None:
    told.data = "what?"
    with pytest.raises(AnswerLost):
        sender.send(outgoing_mail())


def test_a_probe_connects_and_sends_nothing(told: Told, sender: SmtpSender, access: SmtpAccess) -> None:
    assert f"{access.host}:{access.port}" in sender.probe()
    assert told.sessions == set()
    with pytest.raises(SenderLater):
        SmtpSender(replace(access, port=machine.free_port())).probe()


@pytest.mark.parametrize("greeting", [b"554 5.7.1 go away\r\n", b"421 busy\r\n", b"hello?\r\n", b""])
def test_a_greeting_that_is_no_welcome_is_for_later(greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(greeting)

        thread = threading.Thread(target=greet)
        thread.start()
        access = SmtpAccess("127.0.0.1", listener.getsockname()[1], "none", timeout_seconds=2)
        with pytest.raises(SenderLater, match="接続できません"):
            SmtpSender(access).send(outgoing_mail())
        thread.join()


def test_without_starttls_nothing_is_said_in_clear(access: SmtpAccess, told: Told) -> None:
    with pytest.raises(SenderLater, match="STARTTLS"):
        SmtpSender(replace(access, tls="starttls", user="u", password="p")).send(outgoing_mail())

    assert told.taken == []


def test_a_login_that_the_server_does_not_take_is_for_later(access: SmtpAccess) -> None:
    with pytest.raises(SenderLater) as error:
        SmtpSender(replace(access, user="u", password="Himitsu-4711")).send(outgoing_mail())

    assert "Himitsu" not in str(error.value)


def test_only_this_machine_may_be_spoken_to_in_clear() -> None:
    with pytest.raises(ValueError, match="暗号化"):
        SmtpAccess("mail.example.jp", 25, "none")
    assert SmtpAccess("::1", 25, "none").tls == "none"


def test_a_password_never_shows_in_a_printed_access() -> None:
    assert "Himitsu" not in repr(SmtpAccess("localhost", 25, user="u", password="Himitsu"))


@pytest.mark.parametrize(
    "broken",
    [
        outgoing_mail(to="a@b.jp>\r\nRCPT TO:<c@d.jp"),
        outgoing_mail(to="no one@pref.kanagawa.lg.jp"),
        outgoing_mail(to="髙@pref.kanagawa.lg.jp"),
        outgoing_mail(to=""),
        outgoing_mail(body=b"bare\nline\r\n"),
        outgoing_mail(body=b"bare\rreturn\r\n"),
        outgoing_mail(body=b"a" * 999 + b"\r\n"),
    ],
    ids=["injected command", "space", "beyond ascii", "nobody", "bare LF", "bare CR", "line too long"],
)
def test_what_smtp_cannot_carry_is_refused_before_a_connection(broken: OutgoingMail) -> None:
    nowhere = SmtpAccess("127.0.0.1", machine.free_port(), "none")

    assert SmtpSender(nowhere).send(broken).result == "refused"


def test_a_long_or_odd_line_of_the_server_becomes_one_short_line(told: Told, sender: SmtpSender) -> None:
    told.rcpt = "550-first line\r\n550-\x1b[31m second\r\n550 " + "x" * 400

    detail = sender.send(outgoing_mail()).detail

    assert detail.startswith("550 first line [31m second xxx")
    assert len(detail) < 200
    assert detail.isprintable()


@pytest.mark.parametrize(("text", "declared"), [("plain", False), ("８ビット", True)])
def test_eight_bit_mail_is_declared(told: Told, sender: SmtpSender, text: str, declared: bool) -> None:
    """RFC 6152 §3: a body with octets above 127 goes out only with BODY=8BITMIME."""
    assert sender.send(outgoing_mail(text.encode() + b"\r\n")).result == "sent"

    assert ("BODY=8BITMIME" in told.options) is declared
