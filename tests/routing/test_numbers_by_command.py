"""`decide` not-my-number, my-number and step, and `erase`, as people type them, without a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from replies.senders.sender import SendResult
from routing.cli.app import run_command
from routing.clock import stamp
from routing.ledger import held_queue, numbers, promises
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, mail
from tests.routing.test_numbers import NAME, NUMBER, again, book

WHO = ("--by", "山田", "--why", "電話で確認した")
DRAFT = "Drafts;UIDVALIDITY=3/;UID=7"


@pytest.fixture
def alarm(office: Office) -> Office:
    """The first mail is an alarm."""
    office.settle(mail({NAME: book()}))
    return office


def command(office: Office, *words: str) -> int:
    settings = office.ledger.path.with_name("settings.toml")
    return run_command(["--settings", str(settings), "--now", stamp(office.now), *words])


def promised(office: Office) -> list[str]:
    return [a.name for a in promises.ask(office.ledger.connection) if not a.holds]


def test_a_false_alarm_is_released_and_read_at_the_next_pass(alarm: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(alarm, "decide", "1", "not-my-number", *WHO) == 0
    said = capsys.readouterr().out
    assert "個人番号ではないと記録しました。" in said
    assert NUMBER not in said
    assert again(alarm).decided.mail.rule == "otherwise"
    assert alarm.standing(YOKOHAMA, "nanbyo").state == "accepted"
    assert promised(alarm) == []


def test_what_was_no_alarm_is_released_by_nobody(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.settle(mail())
    assert command(office, "decide", "1", "not-my-number", *WHO) == 1
    assert "個人番号か住民の名簿と思われる箇所はありません" in capsys.readouterr().err
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


def test_a_number_opens_the_steps_which_are_ticked_one_by_one(alarm: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(alarm, "decide", "1", "my-number", *WHO) == 0
    said = capsys.readouterr().out
    assert "残っている手順：" in said
    assert NUMBER not in said
    (draft,) = alarm.ledger.path.parent.rglob("*.eml")
    assert str(draft) in said
    assert NUMBER.encode() not in draft.read_bytes()

    assert command(alarm, "decide", "1", "my-number", *WHO) == 0
    assert "手順は、既に始まっています。" in capsys.readouterr().out
    for typed in ("１", "3", "5"):  # a digit as a Japanese keyboard writes it
        assert command(alarm, "decide", "1", "step", typed, *WHO) == 0
        assert "済みとしました。" in capsys.readouterr().out
    assert command(alarm, "erase", "1", *WHO) == 0
    assert [s.number for s in numbers.steps(alarm.ledger, 1) if s.at is None] == []
    assert held_queue.held(alarm.ledger, alarm.now) == []
    assert promised(alarm) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("step", "2"), 1, "erase"),
        (("step", "9"), 1, "9 という手順はありません"),
        (("step",), 1, "という手順はありません"),
        (("step", "1", "--received", "10:00"), 64, "--received"),
        (("my-number", "--amend", "Q5=②"), 64, "--amend"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    alarm: Office, words: tuple[str, ...], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(alarm, "decide", "1", "my-number", *WHO) == 0
    capsys.readouterr()
    before = [(s.number, s.at) for s in numbers.steps(alarm.ledger, 1)]
    assert command(alarm, "decide", "1", *words, *WHO) == code
    assert said in capsys.readouterr().err
    assert [(s.number, s.at) for s in numbers.steps(alarm.ledger, 1)] == before


def test_steps_belong_to_mails_with_a_number_only(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.settle(mail())
    assert command(office, "decide", "1", "step", "1", *WHO) == 1
    assert "先に my-number としてください" in capsys.readouterr().err


def test_erasing_an_accepted_answer_whose_reply_lies_in_drafts_wants_a_yes_and_takes_the_draft_back(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    _by_drafts(office.ledger.path.with_name("settings.toml"))
    arrival = office.settle(mail()).decided.arrival
    office.sender.answers = [SendResult("drafted", DRAFT)]
    assert [d.state for d in office.desk.dispatch.deliver(office.sender)] == ["drafted"]

    assert command(office, "erase", arrival.receipt, *WHO) == 1
    asked = capsys.readouterr().err
    assert "受付が取り消されます" in asked
    assert "--yes" in asked
    assert office.count("raw") == 1

    assert command(office, "erase", arrival.receipt, "--yes", *WHO) == 0
    said = capsys.readouterr().out
    assert "下書き" in said
    assert (office.count("raw"), office.count("to_withdraw"), office.count("open_draft")) == (0, 1, 1)
    assert [bytes(row["data"]) for row in office.ledger.rows("SELECT data FROM outbox")] == [b""]
    assert command(office, "verify") == 0
    assert command(office, "erase", arrival.receipt, "--yes", *WHO) == 1  # once is enough


def _by_drafts(settings: Path) -> None:
    """The settings of an office in mode draft: the mailbox is on a server, which no command of these asks."""
    text = settings.read_text(encoding="utf-8").replace('mode = "send"', 'mode = "draft"')
    box = 'source = "imap"\nhost = "localhost"\nport = 1\nuser = "u"\npassword = { env = "NONE" }'
    for id in ("n_mynumber", "yoboseshu", "sukoyaka"):
        text = text.replace(f'source = "maildir"\npath = "inbox/{id}"', box)
    settings.write_text(text.partition("[sender]")[0], encoding="utf-8")
