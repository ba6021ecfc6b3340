"""`start_from`: what was received before the first day is kept and listed, and never answered by itself."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.errors import SettingsError
from config.jst import JST
from config.settings import load_settings
from replies.senders.sender import OutgoingMail
from routing import operate
from routing.cli.app import run_command
from routing.decision.cases import Override
from routing.journey import before_start
from routing.ledger import early, held_queue
from routing.operate import Refused, Who
from tests.routing.cases_at_hand import IN_TIME, YOKOHAMA
from tests.routing.desk_at_hand import SETTINGS, Office, form, mail

FIRST = datetime(2023, 7, 10, tzinfo=JST)
BEFORE = FIRST - timedelta(seconds=1)
WHO = Who("職員", "試しに送られたもの")


@pytest.fixture
def begun(office: Office) -> Office:
    """The desk's first day is 10 July."""
    return starting(office, FIRST)


def starting(office: Office, first: datetime | None) -> Office:
    office.desk.settings = office.desk.settings.changed({"start_from": first})
    return office


def answer(message_id: str = "<first@city>", body: str = "送付します。") -> bytes:
    return mail(body=body, headers={"Message-ID": message_id})


def posted(office: Office) -> list[OutgoingMail]:
    list(office.desk.dispatch.deliver(office.sender))
    return office.sender.posted


def test_an_answer_of_before_is_kept_listed_and_not_answered(begun: Office) -> None:
    settled = begun.settle(answer(), BEFORE)

    assert (settled.decided.outcome, settled.decided.mail.rule, settled.reply) == ("ignored", "before_start", None)
    assert posted(begun) == []
    assert begun.count("raw") == 1
    assert begun.count("attachment") == 0  # its header alone was read
    assert begun.standing(YOKOHAMA, "nanbyo").state == "outstanding"
    assert held_queue.held(begun.ledger, begun.now) == []
    (item,) = early.listed(begun.ledger, begun.now)
    assert (item.sender, item.subject) == ("kenko@city.yokohama.lg.jp", "【横浜市】マイナンバーアンケート回答")
    assert item.received_at == BEFORE


def test_the_first_second_of_the_first_day_counts(begun: Office) -> None:
    assert begun.settle(answer(), FIRST).decided.outcome == "accepted"


def test_the_same_file_sent_again_after_the_beginning_is_booked_as_a_first_answer(begun: Office) -> None:
    begun.settle(answer(), BEFORE)

    again = begun.settle(answer("<second@city>"), IN_TIME)

    assert again.decided.outcome == "accepted"
    assert again.reply is not None
    assert again.reply.kind == "acknowledgement"


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("an empty mail", b"From: a@city.yokohama.lg.jp\r\n\r\n"),
        ("no end of the header", b"From: a@city.yokohama.lg.jp\r\nSubject: x"),
        ("no header at all", b"\r\n\r\nbody"),
        ("nothing", b""),
        ("bytes", bytes(range(256)) * 40),
        ("a bounce", b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x--"),
        ("a huge header", b"Subject: " + b"a" * 90_000 + b"\r\n\r\nx"),
        ("line feeds only", b"From: a@city.yokohama.lg.jp\nSubject: x\n\nbody\r\n\r\nmore"),
    ],
)
def test_whatever_it_is_it_is_set_aside(begun: Office, name: str, raw: bytes) -> None:
    assert begun.settle(raw, BEFORE).decided.mail.rule == "before_start", name
    assert len(early.listed(begun.ledger, begun.now)) == 1


def test_an_official_takes_one_in_and_it_is_read_whole(begun: Office) -> None:
    kept = begun.settle(answer(), BEFORE).decided.arrival
    with pytest.raises(Refused, match="retry"):
        operate.assign(begun.desk, kept, YOKOHAMA, WHO)

    operate.retry(begun.desk, kept, WHO)
    assert early.listed(begun.ledger, begun.now) == []
    (settled,) = begun.desk.settle_waiting()

    assert settled.decided.outcome == "accepted"
    assert begun.standing(YOKOHAMA, "nanbyo").received_at == BEFORE
    assert len(posted(begun)) == 1
    operate.retry(begun.desk, kept, WHO)  # and once more: it stays what it is
    (settled,) = begun.desk.settle_waiting()
    assert settled.decided.outcome == "accepted"
    assert early.listed(begun.ledger, begun.now) == []


def test_what_was_decided_before_there_was_a_first_day_stays_decided(office: Office) -> None:
    starting(office, None)
    kept = office.settle(answer(), BEFORE).decided.arrival
    starting(office, FIRST)

    operate.retry(office.desk, kept, WHO)
    (settled,) = office.desk.settle_waiting()

    assert settled.decided.outcome == "accepted"


def test_paper_of_before_counts(begun: Office) -> None:
    paper = operate.Paper("【横浜市】マイナンバーアンケート回答.xlsx", form(), "n_mynumber", YOKOHAMA, BEFORE)
    assert operate.add(begun.desk, paper, WHO).decided.mail.rule == "otherwise"


def test_a_first_day_that_is_moved_takes_up_what_it_had_set_aside(begun: Office) -> None:
    begun.settle(answer(), BEFORE)
    begun.settle(answer("<much@earlier>", body="古い"), BEFORE - timedelta(days=300))
    assert before_start.reopen(begun.ledger, begun.desk.settings, begun.now) == 0

    starting(begun, FIRST - timedelta(days=1))
    assert before_start.reopen(begun.ledger, begun.desk.settings, begun.now) == 1
    (settled,) = begun.desk.settle_waiting()

    assert settled.decided.outcome == "accepted"
    assert len(early.listed(begun.ledger, begun.now)) == 1


def test_ignoring_one_takes_it_off_the_list(begun: Office) -> None:
    kept = begun.settle(answer(), BEFORE).decided.arrival
    operate.decide_again(begun.desk, kept, Override(outcome="ignored", take_in=True, by="職員", why="済み"))
    assert early.listed(begun.ledger, begun.now) == []


def test_held_tells_them_in_one_line_and_json_whole(
    begun: Office, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for number in range(12):
        begun.settle(answer(f"<{number}@city>", body=str(number)), BEFORE - timedelta(days=number))
    begun.ledger.close()
    words = ["--settings", str(tmp_path / "settings.toml"), "--now", "2023-07-18T12:00:00+09:00", "held"]

    assert run_command(words) == 0
    said = capfd.readouterr().out
    assert "開始前に届いたメール 12 通" in said
    assert said.count("横浜市") == 0

    assert run_command([*words, "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)
    assert [row["queue"] for row in rows] == ["early"] * 12
    assert rows[-1]["subject"] == "【横浜市】マイナンバーアンケート回答"


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2023-07-10", datetime(2023, 7, 10, tzinfo=JST)),
        ('"2023-07-10"', datetime(2023, 7, 10, tzinfo=JST)),
        ("2023-07-10T09:30:00", datetime(2023, 7, 10, 9, 30, tzinfo=JST)),
        ("2023-07-10T00:30:00Z", datetime(2023, 7, 10, 9, 30, tzinfo=JST)),
        ('"2023-07-10T09:30:00+09:00"', datetime(2023, 7, 10, 9, 30, tzinfo=JST)),
    ],
)
def test_a_day_or_an_instant_in_japans_time(tmp_path: Path, written: str, instant: datetime) -> None:
    text = SETTINGS.replace("start_from = 2023-07-01", f"start_from = {written}")
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    assert load_settings(tmp_path / "settings.toml").start_from == instant


@pytest.mark.parametrize("written", ['"７月１０日"', "20230710", '""', "true", "09:00:00", "[2023-07-10]"])
def test_what_is_no_day_is_told(tmp_path: Path, written: str) -> None:
    text = SETTINGS.replace("start_from = 2023-07-01", f"start_from = {written}")
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        load_settings(tmp_path / "settings.toml")
    assert [m.key for m in told.value.mistakes] == ["start_from"]


def test_it_is_wanted_in_earnest_and_not_in_rehearsal(tmp_path: Path) -> None:
    text = SETTINGS.replace("start_from = 2023-07-01\n", "")
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"start_from（はじめる日.*例: start_from = 2023-07-10"):
        load_settings(tmp_path / "settings.toml")
    (tmp_path / "settings.toml").write_text(text.replace('"send"', '"rehearse"'), encoding="utf-8")
    assert load_settings(tmp_path / "settings.toml").start_from is None
