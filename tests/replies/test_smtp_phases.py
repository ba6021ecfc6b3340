"""A real Postfix that says no at each phase of SMTP (RFC 5321 §4.2.1, §4.3.2): what it says, and what we make of it.

A refusal before MAIL is about the connection: nothing can be sent now, and no reply is blamed. From MAIL on it
is about one reply: 4yz is for later, 5yz is final and operators see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from replies.sender import AnswerLost, SenderLater
from replies.smtp import SmtpAccess, SmtpSender
from tests.replies.postings import posting
from tests.servers import machine
from tests.servers.dovecot import PASSWORD
from tests.servers.mail import MailServers
from tests.servers.postfix import Postfix

USER = "smtp-login@mhlw.go.jp"
AT_ONCE = "smtpd_delay_reject = no"  # else Postfix keeps a refusal back until RCPT


def _say(answer: str) -> str:
    return f"static:{{{answer} because}}"


def _faults(auth_port: int) -> Mapping[str, Sequence[str]]:
    """name of the listener -> its settings. 4 and 5 in a name are the class of the answer."""
    made: dict[str, Sequence[str]] = {}
    for answer in ("451 4.3.0", "550 5.7.1"):
        kind, told = answer[0], _say(answer)
        made |= {
            f"connect {kind}": (AT_ONCE, f"smtpd_client_restrictions = check_client_access {told}"),
            f"EHLO {kind}": (AT_ONCE, f"smtpd_helo_restrictions = check_helo_access {told}"),
            f"MAIL {kind}": (AT_ONCE, f"smtpd_sender_restrictions = check_sender_access {told}"),
            f"RCPT {kind}": (f"smtpd_recipient_restrictions = check_recipient_access {told}",),
            f"DATA {kind}": (f"smtpd_data_restrictions = check_client_access {told}",),
            f"end of DATA {kind}": (f"smtpd_end_of_data_restrictions = check_client_access {told}",),
        }
    login = (
        "smtpd_sasl_auth_enable = yes",
        "smtpd_sasl_type = dovecot",
        f"smtpd_sasl_path = inet:127.0.0.1:{auth_port}",
    )
    first = _say("530 5.7.0")
    return made | {
        "STARTTLS 4": ("smtpd_tls_cert_file = /nowhere", "smtpd_tls_key_file = /nowhere"),
        "STARTTLS 5": ("smtpd_tls_security_level = none",),
        "AUTH": login,
        "AUTH 4": (*login[:2], f"smtpd_sasl_path = inet:127.0.0.1:{machine.free_port()}"),
        "AUTH wanted": (f"smtpd_recipient_restrictions = check_client_access {first}",),
        "not ours": (
            *login,
            "smtpd_sender_login_maps = static:somebody",
            "smtpd_sender_restrictions = reject_sender_login_mismatch",
        ),
        "disk full": ("queue_minfree = 9000000000000",),
        "too long": ("message_size_limit = 10",),
    }


@pytest.fixture(scope="module")
def postfix(mail_servers: MailServers) -> Iterator[Postfix]:
    """A Postfix of these tests' own, with a listener for each fault; what it takes it throws away."""
    mail_servers.add_user(USER)
    dovecot = mail_servers.dovecot
    with machine.folder() as at:
        tls = machine.certificate(at / "tls")
        discard = "virtual_transport = discard:\nsmtpd_error_sleep_time = 0\n"
        made = Postfix(at / "postfix", tls, dovecot.lmtp_port, discard, _faults(dovecot.auth_port))
        made.start()
        yield made
        made.stop()


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
        _sender(postfix, fault).send(posting())

    assert not isinstance(later.value, AnswerLost)


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA", "end of DATA"])
@pytest.mark.parametrize(("kind", "result"), [("4", "later"), ("5", "refused")])
def test_a_no_from_mail_on_is_about_that_reply(postfix: Postfix, phase: str, kind: str, result: str) -> None:
    sender = _sender(postfix, f"{phase} {kind}")
    outcome = sender.send(posting())
    again = sender.send(posting())  # the connection lives
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
    outcome = sender.send(posting())
    sender.close()

    assert outcome.result == result
    assert outcome.detail.startswith(words)


def test_a_login_is_taken_and_a_wrong_one_is_for_later_and_told_without_the_password(
    postfix: Postfix,
) -> None:
    good = _sender(postfix, "AUTH", PASSWORD)
    assert good.send(posting()).result == "sent"
    good.close()

    with pytest.raises(SenderLater, match=r"ログインできません（535 5\.7\.8") as told:
        _sender(postfix, "AUTH", "Himitsu-4711").send(posting())
    assert "Himitsu" not in str(told.value)


def test_a_server_whose_own_login_service_is_away_is_for_later(postfix: Postfix) -> None:
    with pytest.raises(SenderLater):
        _sender(postfix, "AUTH 4", PASSWORD).send(posting())


def test_a_login_that_may_not_send_for_the_mailbox_is_refused_and_shows_why(postfix: Postfix) -> None:
    sender = _sender(postfix, "not ours", PASSWORD)
    outcome = sender.send(posting())
    sender.close()

    assert outcome.result == "refused"
    assert "not owned by user" in outcome.detail
