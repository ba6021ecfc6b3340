"""A real Postfix that says no at each phase of SMTP (RFC 5321 §4.2.1, §4.3.2): what it says, and what we make of it.

A refusal before MAIL is about the connection: nothing can be sent now, and no reply is blamed. From MAIL on it
is about one reply: 4yz is for later, 5yz is final and operators see it; unless it says what we may not do, as a
5yz to MAIL does: then nobody is blamed either.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from replies.senders.sender import AnswerLost, SenderBarred, SenderLater
from replies.senders.smtp import SmtpAccess, SmtpSender
from tests.replies.outgoing_mails import outgoing_mail
from tests.servers.dovecot import PASSWORD
from tests.servers.mail import MailServers
from tests.servers.postfix import Postfix
from tests.servers.refusing import refusing_postfix

USER = "smtp-login@mhlw.go.jp"


@pytest.fixture(scope="module")
def postfix(mail_servers: MailServers) -> Iterator[Postfix]:
    mail_servers.add_user(USER)
    with refusing_postfix(mail_servers) as made:
        yield made


def _sender(postfix: Postfix, fault: str, password: str = "") -> SmtpSender:
    access = SmtpAccess(
        "localhost",
        postfix.ports[fault],
        ca=postfix.ca,
        user=USER if password else "",
        password=password,
        timeout_seconds=3,
    )
    return SmtpSender(access)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("connect 4", "451 4.3.0"),
        ("connect 5", "550 5.7.1"),
        ("EHLO 4", "451 4.3.0"),
        ("EHLO 5", "550 5.7.1"),
        ("STARTTLS 4", "454 4.7.0 TLS not available"),
        ("STARTTLS 5", "STARTTLS"),
        ("AUTH wanted", "530 5.7.0"),
    ],
)
def test_a_no_that_is_about_the_connection_blames_no_reply(postfix: Postfix, fault: str, words: str) -> None:
    with pytest.raises(SenderLater, match=words) as later:
        _sender(postfix, fault).send(outgoing_mail())

    assert not isinstance(later.value, AnswerLost)


@pytest.mark.parametrize(
    ("phase", "kind", "result"),
    [("MAIL", "4", "later")]
    + [(phase, *end) for phase in ("RCPT", "DATA", "end of DATA") for end in (("4", "later"), ("5", "refused"))],
)
def test_a_no_from_mail_on_is_about_that_reply(postfix: Postfix, phase: str, kind: str, result: str) -> None:
    sender = _sender(postfix, f"{phase} {kind}")
    outcome = sender.send(outgoing_mail())
    again = sender.send(outgoing_mail())  # the connection lives
    sender.close()

    assert (outcome.result, again.result) == (result, result)
    assert outcome.detail.startswith({"4": "451 4.3.0", "5": "550 5.7.1"}[kind])


@pytest.mark.parametrize(
    ("fault", "result", "words"), [("disk full", "later", "452 4.3.1"), ("too long", "refused", "552 5.3.4")]
)
def test_a_server_without_room_is_for_later_and_a_mail_too_long_is_not(
    postfix: Postfix, fault: str, result: str, words: str
) -> None:
    sender = _sender(postfix, fault)
    outcome = sender.send(outgoing_mail())
    sender.close()

    assert outcome.result == result
    assert outcome.detail.startswith(words)


def test_a_login_is_taken_and_a_wrong_one_is_for_later_and_told_without_the_password(
    postfix: Postfix,
) -> None:
    good = _sender(postfix, "AUTH", PASSWORD)
    assert good.send(outgoing_mail()).result == "sent"
    good.close()

    with pytest.raises(SenderLater, match=r"ログインできません（535 5\.7\.8") as told:
        _sender(postfix, "AUTH", "Himitsu-4711").send(outgoing_mail())
    assert "Himitsu" not in str(told.value)


def test_a_server_whose_own_login_service_is_away_is_for_later(postfix: Postfix) -> None:
    with pytest.raises(SenderLater):
        _sender(postfix, "AUTH 4", PASSWORD).send(outgoing_mail())


@pytest.mark.parametrize(
    ("fault", "password", "words"),
    [
        ("MAIL 5", "", "550 5.7.1"),
        ("not ours", PASSWORD, "not owned by user"),  # told at RCPT, as Postfix does by default
        ("no relay", "", "Relay access denied"),
    ],
)
def test_a_no_to_what_we_may_not_do_blames_no_reply_and_shows_why(
    postfix: Postfix, fault: str, password: str, words: str
) -> None:
    sender = _sender(postfix, fault, password)

    for _ in range(2):
        with pytest.raises(SenderBarred, match=words):
            sender.send(outgoing_mail())
    sender.close()
