"""Mail of ours that answers none and did not reach its reader: shown to people until one of them has seen it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from replies.senders.sender import AnswerLost, SendResult
from routing.cli.app import run_command
from routing.clock import stamp
from routing.ledger import held_queue
from routing.ledger.sent import find_notice, mark_notice_seen, notice_story
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office
from tests.routing.test_remind import MINUTE, SECOND, go_round, with_faulty_answer

NUMBER = "R0719-1000-141003-N"  # 7月19日10時、横浜市、①
WHO = ("受付太郎", "電話でお伝えした")


@pytest.fixture
def reminding(office: Office) -> Office:
    """横浜市's reminder of 19 July waits in the outbox."""
    with_faulty_answer(office)
    office.now = SECOND
    assert go_round(office) == {YOKOHAMA: 1}
    return office


def deliver(office: Office, *answers: SendResult | Exception) -> None:
    office.sender.answers.extend(answers)
    list(office.desk.dispatch.deliver(office.sender))


def bounced(office: Office) -> None:
    """A failure notice (RFC 3464) that returns the reminder."""
    list(office.desk.dispatch.deliver(office.sender))
    returned = office.sender.posted[-1].message_id
    report = (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
        b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mail.example.jp\r\nTo: n_mynumber@mhlw.go.jp\r\n"
        b"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <bounce@mail.example.jp>\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nuser unknown\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.jp\r\n\r\n"
        b"Final-Recipient: rfc822; kenko@city.yokohama.lg.jp\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: "
        + returned.encode()
        + b"\r\n\r\n--b--\r\n"
    )
    office.settle(report)


def test_what_the_server_refused_is_held_under_the_number_of_the_notice(reminding: Office) -> None:
    deliver(reminding, SendResult("refused", "550 no such user"))
    (found,) = [h for h in held_queue.held(reminding.ledger, reminding.now) if h.queue == "outbox"]
    assert (found.receipt, found.reason, found.body) == (NUMBER, "notice_refused", YOKOHAMA)
    assert (found.id, found.received_at) == (0, SECOND)


def test_what_came_back_is_held_as_undelivered(reminding: Office) -> None:
    bounced(reminding)
    assert ("outbox", "notice_undelivered") in reminding.held()


def test_what_nobody_knows_the_end_of_is_held_as_unsure(reminding: Office) -> None:
    for _ in range(2):
        deliver(reminding, AnswerLost("lost"))
        reminding.now += timedelta(hours=1)
    assert ("outbox", "notice_unsure") in reminding.held()


def test_once_seen_it_is_off_the_list_and_stays_on_record(reminding: Office) -> None:
    deliver(reminding, SendResult("refused", "550 no such user"))
    reminding.now += MINUTE
    notice = find_notice(reminding.ledger, NUMBER.lower())
    assert notice is not None
    mark_notice_seen(reminding.ledger, notice, WHO, reminding.now)
    assert ("outbox", "notice_refused") not in reminding.held()
    before = held_queue.held(reminding.ledger, reminding.now - MINUTE)
    assert "notice_refused" in {h.reason for h in before}  # the same instant, the same answer
    told = {e.title: e.rows for e in notice_story(reminding.ledger, notice)}
    assert [row[0] for row in told["送信の経過"]] == ["queued", "sending", "refused"]
    assert told["出来事"][0][:4] == ("seen", NUMBER, *WHO)


@pytest.mark.parametrize("text", ["R0719", "%", "R0719-1000-141003-N-2", "12", "", "R0719-1000-141003-_"])
def test_no_other_text_names_it(reminding: Office, text: str) -> None:
    assert find_notice(reminding.ledger, text) is None


def test_an_operator_sees_it_shows_it_and_marks_it_seen(
    reminding: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(reminding, SendResult("refused", "550 no such user"))
    settings = reminding.ledger.path.parent / "settings.toml"
    options = ["--settings", str(settings), "--now", stamp(reminding.now + MINUTE)]

    assert run_command([*options, "held", "--json"]) == 0
    (row,) = [r for r in json.loads(capsys.readouterr().out) if r["queue"] == "outbox"]
    assert (row["id"], row["receipt"], row["name"]) == (None, NUMBER, "神奈川県横浜市")
    assert row["why"] == "お願い・お知らせのメールが、相手のサーバーに受け取られませんでした"
    assert run_command([*options, "show", NUMBER]) == 0
    assert "550 no such user" in capsys.readouterr().out
    assert run_command([*options, "decide", NUMBER, "seen", "--by", "受付太郎", "--why", "電話済み"]) == 0
    assert run_command([*options, "held", "--json"]) == 0
    assert [r for r in json.loads(capsys.readouterr().out.partition("\n")[2]) if r["queue"] == "outbox"] == []
