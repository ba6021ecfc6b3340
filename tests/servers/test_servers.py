"""The servers of the tests keep what tests/servers/README.md promises."""

from __future__ import annotations

import pytest

from tests.servers import machine
from tests.servers.correspondents import KANAGAWA, MINISTRY, YOKOSUKA, Correspondents
from tests.servers.mail import MailServers, running

RAW = b"From: a@b.jp\r\nSubject: test\r\nMessage-ID: <1@b.jp>\r\n\r\nbody\r\n"


def test_two_sessions_at_once_do_not_meet(mail_servers: MailServers) -> None:
    mail_servers.add_user("one@both.jp")
    with running() as others:
        others.add_user("one@both.jp")
        others.deliver(RAW, "one@both.jp")
        others.wait_for("one@both.jp", 1)

    assert mail_servers.dovecot.mails("one@both.jp") == []


def test_mail_goes_both_ways_between_ministry_and_local_governments(correspondents: Correspondents) -> None:
    correspondents.write(KANAGAWA, MINISTRY[0], RAW)
    correspondents.write(YOKOSUKA, MINISTRY[0], RAW)
    correspondents.write(MINISTRY[0], KANAGAWA, RAW)

    assert [mail["Return-Path"] for mail in correspondents.answers(MINISTRY[0], 2)] == [
        f"<{KANAGAWA}>",
        f"<{YOKOSUKA}>",
    ]
    assert [mail["Delivered-To"] for mail in correspondents.answers(KANAGAWA, 1)] == [KANAGAWA]


def test_an_unknown_address_comes_back_as_a_bounce(correspondents: Correspondents) -> None:
    correspondents.servers.deliver(RAW, "nobody@pref.kanagawa.lg.jp", sender=MINISTRY[0])

    (bounce,) = correspondents.answers(MINISTRY[0], 1)

    assert bounce.get_content_type() == "multipart/report"
    assert "<nobody@pref.kanagawa.lg.jp>" in bounce.as_string()


def test_a_missing_server_is_told_with_the_way_to_get_it() -> None:
    with pytest.raises(machine.ServerMissing, match="apt-get install dovecot-imapd dovecot-lmtpd postfix"):
        machine.need("dovecot-of-another-world")
