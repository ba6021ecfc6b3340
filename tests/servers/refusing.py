"""A real Postfix with a listener for each phase of SMTP at which a server may say no (RFC 5321 §4.2.1, §4.3.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from tests.servers import machine
from tests.servers.mail import MailServers
from tests.servers.postfix import Postfix

AT_ONCE = "smtpd_delay_reject = no"  # else Postfix keeps a refusal back until RCPT
PHASES = ("MAIL", "RCPT", "DATA", "end of DATA")  # from here on an answer is about one mail


@contextmanager
def refusing_postfix(servers: MailServers) -> Iterator[Postfix]:
    """It runs as long as the block lasts; what it takes all the same it throws away. Logins are checked by
    Dovecot."""
    with machine.folder() as at:
        tls = machine.certificate(at / "tls")
        discard = "virtual_transport = discard:\nsmtpd_error_sleep_time = 0\n"
        faults = _faults(servers.dovecot.auth_port)
        made = Postfix(at / "postfix", tls, servers.dovecot.lmtp_port, discard, faults)
        made.start()
        try:
            yield made
        finally:
            made.stop()


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
        "no relay": (  # its own words, without a table of domains that only the whole of Postfix can share
            "smtpd_relay_restrictions = check_recipient_access static:{554 5.7.1 Relay access denied}",
        ),
        "disk full": ("queue_minfree = 9000000000000",),
        "too long": ("message_size_limit = 10",),
    }
