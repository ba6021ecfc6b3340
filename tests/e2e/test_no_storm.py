"""The desk is never the reason for a mail storm: against another desk, against Pigeonhole's vacation responder,
and with what a real Postfix sends back. Each exchange ends after one reply."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.office import MAILBOXES, OPERATORS, Answer, Office, mail, shift_survey
from tests.servers import mail as servers_module
from tests.servers.correspondents import YOKOSUKA, Correspondents, settle
from tests.servers.machine import eventually
from tests.servers.mail import MailServers

SHOMAN = Answer("14神奈川県横須賀市", "中核市", "小慢")
TO = MAILBOXES["n_mynumber"]
GONE = "taishoku@city.yokosuka.kanagawa.jp"  # left the city: no such mailbox
VACATION = """require ["vacation"];
vacation :days 1 :subject "不在のお知らせ" "ただいま席を外しております。";
"""
SIEVE = """
protocol lmtp {{
  mail_plugins = sieve
}}
plugin {{
  sieve = file:~/sieve;active=~/.dovecot.sieve
}}
submission_host = 127.0.0.1:{port}
"""
OUTCOMES = """SELECT m.kind, v.outcome FROM message m JOIN verdict v ON v.arrival_id = m.arrival_id
    WHERE v.piece = '0' ORDER BY m.arrival_id"""
SENT = "SELECT count(*) FROM outbox"


def answer(sender: str, message_id: str) -> bytes:
    return mail(sender, TO, message_id, SHOMAN, SHOMAN.workbook())


def note(sender: str, to: str, subject: str) -> bytes:
    """A short mail that a person writes by hand."""
    head = f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nMessage-ID: <note@mhlw.go.jp>\r\n"
    return f"{head}MIME-Version: 1.0\r\n\r\nPlease call.\r\n".encode()


@pytest.fixture(scope="module")
def with_sieve() -> Iterator[MailServers]:
    """Servers of their own, on which mailboxes may have a script."""
    with servers_module.running() as servers:
        servers.dovecot.configure(SIEVE.format(port=servers.smtp_port))
        yield servers


@pytest.fixture
def away(with_sieve: MailServers, tmp_path: Path) -> Iterator[Office]:
    """An office whose correspondent in 横須賀市 is away and says so to whoever writes."""
    settle(with_sieve, [OPERATORS])
    with_sieve.dovecot.sieve(YOKOSUKA, VACATION)
    shift_survey(tmp_path / "survey")
    made = Office(tmp_path, with_sieve)
    made.configure()
    worker = made.run()
    yield made
    worker.kill()


@pytest.mark.long
def test_a_vacation_responder_and_the_desk_exchange_one_reply(away: Office) -> None:
    """Pigeonhole obeys RFC 3834: it does not answer a mail that says it is automatic, as ours does."""
    writers = Correspondents(away.servers)
    writers.write(YOKOSUKA, TO, answer(YOKOSUKA, "<answer@city.test>"))
    (reply,) = writers.answers(YOKOSUKA, 1, seconds=30)
    assert reply["Subject"].startswith("【受付】")
    # it saw our reply and decided against answering it
    assert eventually(lambda: "discarding vacation response" in away.servers.dovecot.log(), 10)
    assert len(away.servers.dovecot.mails(TO)) == 1
    assert away.ledger(SENT) == [(1,)]


@pytest.mark.long
def test_an_out_of_office_of_a_real_responder_is_not_answered(away: Office) -> None:
    """An official wrote by hand, from the mailbox itself, and the responder answers to it."""
    away.servers.deliver(note(TO, YOKOSUKA, "Kenkoku"), YOKOSUKA, TO)
    away.servers.wait_for(TO, 1)
    away.wait_for_rows(OUTCOMES, [("auto_reply", "ignored")])
    assert away.ledger(SENT) == [(0,)]
    assert len(away.servers.dovecot.mails(YOKOSUKA)) == 1  # the official's own mail, and no more


def test_two_desks_that_write_to_each_other_end_after_one_reply(
    office: Office, writers: Correspondents, tmp_path: Path
) -> None:
    """The other desk runs for 神奈川県, in whose desk's mailbox an official wrote the answer to the ministry."""
    folder = tmp_path / "kanagawa"
    folder.mkdir()
    shift_survey(folder / "survey")
    other = Office(folder, office.servers, domain="pref.kanagawa.lg.jp")
    theirs = other.mailboxes["n_mynumber"]
    for address in other.mailboxes.values():
        office.servers.add_user(address)
        office.servers.dovecot.empty(address)
    survey = folder / "survey" / "survey.toml"
    survey.write_text(survey.read_text("utf-8").replace("@mhlw.go.jp", "@pref.kanagawa.lg.jp"), "utf-8")
    other.configure()
    ours, their_desk = office.run(), other.run()
    try:
        prefecture = Answer("14神奈川県", "都道府県", "難病")
        raw = mail(theirs, TO, "<answer@pref.test>", prefecture, prefecture.workbook({"1-1": None, "1-2": 2}))
        office.servers.deliver(raw, TO, theirs)
        other.wait_for_rows(OUTCOMES, [("own", "ignored")], seconds=30)
        office.wait_for_rows("SELECT state FROM reply_overview", [("sent",)])
        for worker in (ours, their_desk):
            assert worker.terminate() == 0  # both have looked into all of their mailboxes by then
    finally:
        their_desk.kill()
    assert office.ledger(OUTCOMES) == [("submission", "accepted")]
    assert (office.ledger(SENT), other.ledger(SENT)) == ([(1,)], [(0,)])
    assert [len(office.servers.dovecot.mails(a)) for a in (TO, theirs)] == [1, 1]


@pytest.mark.long
def test_a_bounce_of_a_real_postfix_is_tied_to_the_reply_that_came_back(
    office: Office, writers: Correspondents
) -> None:
    office.run()
    office.servers.deliver(answer(GONE, "<answer@city.test>"), TO, GONE)
    office.servers.wait_for(TO, 2, seconds=30)  # the answer, and what Postfix sent back for our reply
    office.wait_for_rows("SELECT kind, state FROM reply_overview", [("acknowledgement", "undelivered")])
    assert [kind for kind, _ in office.ledger(OUTCOMES)] == ["submission", "bounce"]
    assert office.ledger(SENT) == [(1,)]
    assert "MAILER-DAEMON" in office.servers.dovecot.mails(TO)[-1].read_text("utf-8", "replace")


def test_a_read_receipt_for_our_reply_is_not_answered(office: Office, writers: Correspondents) -> None:
    office.run()
    writers.write(YOKOSUKA, TO, answer(YOKOSUKA, "<answer@city.test>"))
    (reply,) = writers.answers(YOKOSUKA, 1, seconds=30)
    writers.write(YOKOSUKA, TO, receipt_for(str(reply["Message-ID"])))
    office.wait_for_rows("SELECT kind FROM message ORDER BY arrival_id", [("submission",), ("receipt",)])
    office.wait_for_rows("SELECT kind, state FROM reply_overview", [("acknowledgement", "sent")])
    assert office.ledger(SENT) == [(1,)]


def receipt_for(message_id: str) -> bytes:
    """A message disposition notification as RFC 8098 §9 shows one."""
    lines = (
        f"From: <{YOKOSUKA}>",
        f"To: <{TO}>",
        "Subject: Disposition notification",
        "Message-ID: <mdn@city.test>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"',
        "",
        "--b",
        "",
        "The message was displayed.",
        "--b",
        "Content-Type: message/disposition-notification",
        "",
        "Reporting-UA: joes-pc.cs.example.com; Foomail 97.1",
        f"Final-Recipient: rfc822;{YOKOSUKA}",
        f"Original-Message-ID: {message_id}",
        "Disposition: manual-action/MDN-sent-manually; displayed",
        "",
        "--b--",
        "",
    )
    return "\r\n".join(lines).encode()
