"""The time of receipt (docs/design.md, "The time of receipt"): two times that disagree, and what officials
settle; nothing is overwritten."""

from __future__ import annotations

import json
from datetime import timedelta
from email import message_from_bytes

import pytest

from routing.cli.app import run_command
from routing.clock import stamp
from routing.decision.override import Override
from routing.journey.judge import Settled
from routing.ledger import held_queue
from routing.operate import Who, decide_again, mark_seen, received, retry, set_receipt_time
from routing.tracking.overview import status_at
from tests.routing.cases_at_hand import DEADLINE, YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail, nanbyo

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
REACHED, STORED = DEADLINE - 2 * SECOND, DEADLINE + 130 * SECOND
WHO = Who("受付太郎", "省内のサーバーの記録を確認")
LINES = (
    b"Received: from mx2.mhlw.go.jp by store.mhlw.go.jp with LMTP; Fri, 21 Jul 2023 17:02:10 +0900\r\n"
    b"Received: from mail.city.yokohama.lg.jp by mx2.mhlw.go.jp with ESMTP; Fri, 21 Jul 2023 16:59:58 +0900\r\n"
)
FAULTY = {"【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "難病", "5": None})}


def delayed(office: Office, raw: bytes | None = None) -> Settled:
    """A mail that our server had at 16:59:58 and the mailbox at 17:02:10."""
    office.now = STORED + 60 * SECOND
    return office.settle(LINES + (raw or mail()), STORED)


def body_of(settled: Settled) -> str:
    assert settled.reply is not None
    text = message_from_bytes(settled.reply.data).get_payload(decode=True).decode()  # type: ignore[union-attr]
    return "".join(line.strip("　 ") for line in text.splitlines())


def standing(office: Office) -> tuple[str, bool, str, str]:
    """(state, late, timing, time of receipt) of 横浜市's 難病."""
    for owed in status_at(office.desk, office.now, "14").owed:
        if (owed.standing.obligation.lgcode, owed.standing.obligation.program) == (YOKOHAMA, "nanbyo"):
            at = owed.standing.received_at
            return owed.standing.state, owed.standing.late, owed.timing, stamp(at) if at else ""
    raise AssertionError


def test_both_times_are_shown_and_nothing_is_said_to_the_sender_yet(office: Office) -> None:
    settled = delayed(office)
    (found,) = held_queue.held(office.ledger, office.now)
    assert (found.reason, found.received_at, found.detail) == ("receipt_doubt", STORED, stamp(REACHED))
    said = body_of(settled)
    assert "受領の日時につきましては、担当者が確認しております" in said
    assert "の後に受領しました" not in said
    assert standing(office) == ("accepted", True, "late", stamp(STORED))  # the mailbox's time, until settled


def test_a_request_for_correction_promises_nothing_while_the_time_is_open(office: Office) -> None:
    said = body_of(delayed(office, mail(FAULTY)))
    assert "受領の日時につきましては" in said and "提出期限までに受領しておりますので" not in said


def test_what_an_official_settles_counts_from_then_on_and_the_sender_is_told(office: Office) -> None:
    settled = delayed(office)
    before = office.now
    office.now += HOUR
    again = set_receipt_time(office.desk, settled.decided.arrival, REACHED, WHO)
    assert standing(office) == ("accepted", False, "in_time", stamp(REACHED))
    said = body_of(again)
    assert "16時59分58秒" in said and "の後に受領しました" not in said and "受領の日時につき" not in said
    assert office.held() == []
    assert office.events("received") == [(stamp(REACHED), *WHO.pair)]
    office.now = before
    assert standing(office) == ("accepted", True, "late", stamp(STORED))  # the same instant, the same answer
    row = office.ledger.row("SELECT received_at FROM arrival")
    assert row is not None and row["received_at"] == stamp(STORED)  # as it came


def test_it_still_holds_when_the_mail_is_read_again(office: Office) -> None:
    settled = delayed(office)
    set_receipt_time(office.desk, settled.decided.arrival, REACHED, WHO)
    office.now += HOUR
    retry(office.desk, settled.decided.arrival, WHO)
    list(office.desk.settle_waiting())
    assert standing(office) == ("accepted", False, "in_time", stamp(REACHED))
    assert office.held() == []


def test_seen_leaves_the_mailboxes_time_and_takes_the_question_off_the_list(office: Office) -> None:
    settled = delayed(office)
    office.now += HOUR
    mark_seen(office.desk, settled.decided.arrival, WHO)
    assert office.held() == []
    assert standing(office) == ("accepted", True, "late", stamp(STORED))


@pytest.mark.parametrize("stored", [DEADLINE, DEADLINE - SECOND])
def test_where_the_mailboxs_time_is_in_time_nobody_is_asked(office: Office, stored: object) -> None:
    office.now = DEADLINE + HOUR
    office.settle(LINES + mail(), DEADLINE)
    assert office.held() == []


def test_where_our_side_had_it_late_as_well_nobody_is_asked(office: Office) -> None:
    office.now = DEADLINE + HOUR
    office.settle(LINES.replace(b"16:59:58", b"17:00:01") + mail(), STORED)
    assert office.held() == []
    assert standing(office)[1:3] == (True, "late")


def test_a_colleagues_forward_is_accepted_with_its_original_time_and_no_letter(office: Office) -> None:
    """Rule `machine_with_form`: a colleague of another section passes on, a day after the deadline, what had been
    misdirected."""
    office.now = DEADLINE + 20 * HOUR
    for sender in ("sukoyaka@mhlw.go.jp", "tanaka-taro@mhlw.go.jp"):
        raw = mail(sender=sender, body=f"誤送信分を転送します。{sender}")
        settled = office.settle(raw)
        assert settled.decided.outcome == "held" and settled.reply is None
        accept = Override(outcome="accepted", take_in=True, by="受付太郎", why="7/20 15時に健康課へ誤送信")
        at = DEADLINE - 26 * HOUR
        again = decide_again(office.desk, settled.decided.arrival, received(accept, at))
        assert again.reply is None
        assert standing(office) == ("accepted", False, "in_time", stamp(at))
        assert office.held() == []


def test_an_operator_settles_it_on_the_command_line(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = delayed(office).decided.arrival.receipt
    settings = office.ledger.path.parent / "settings.toml"
    options = ["--settings", str(settings), "--now", stamp(office.now + HOUR)]
    who = ["--by", "受付太郎", "--why", "サーバーの記録を確認"]

    assert run_command([*options, "held", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert f"期限前 {stamp(REACHED)}、メールボックス {stamp(STORED)}" in row["why"]
    assert (
        run_command([*options, "decide", receipt, "--received", "2023-07-21T19:00", *who]) == 64
    )  # yet to come
    assert run_command([*options, "decide", receipt, "retry", "--received", "2023-07-21T16:00", *who]) == 64
    assert run_command([*options, "decide", receipt, "--received", "2023-07-21T16:59:58", *who]) == 0
    capsys.readouterr()
    assert run_command([*options, "status", "--prefecture", "14", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)["obligations"]
    (found,) = [o for o in shown if (o["lgcode"], o["program"]) == (YOKOHAMA, "nanbyo")]
    assert (found["late"], found["received_at"]) == (False, stamp(REACHED))


def test_what_mends_an_unreadable_file_that_came_in_time_is_for_an_official_to_settle(office: Office) -> None:
    """No answer was booked of the first mail, since nobody could read whose it was; the letter promised that the
    mended file would be in time."""
    office.now = DEADLINE + HOUR
    broken = {"【横浜市】マイナンバーアンケート回答.xlsx": nanbyo()[:3000]}
    first = office.settle(mail(broken), DEADLINE - HOUR)
    assert "期限内のご提出として取り扱います" in body_of(first) and first.reply is not None
    office.now += HOUR
    second = office.settle(mail(body="修正版です。", headers={"In-Reply-To": first.reply.message_id}))
    assert "受領の日時につきましては" in body_of(second) and "の後に受領しました" not in body_of(second)
    (found,) = held_queue.held(office.ledger, office.now)
    assert (found.reason, found.detail) == ("receipt_doubt", stamp(DEADLINE - HOUR))
    set_receipt_time(office.desk, second.decided.arrival, DEADLINE - HOUR, WHO)
    assert standing(office)[:3] == ("accepted", False, "in_time")
