"""`hold-sending` and `release-sending`: intake and booking go on, letters wait, and leave once each."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from replies.senders.sender import OutgoingMail, SendResult
from routing.cli.app import run_command
from routing.ledger import conditions, promises
from routing.ledger.holds import Scope
from routing.ledger.store import Ledger
from routing.notices import alerts
from routing.operate import Refused, Who
from routing.tracking import held_letters, sending_holds, troubles
from routing.tracking.held_letters import LetterSelection
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, mail

WHO = Who("職員", "文面の誤り")


def answer(number: int) -> bytes:
    return mail(body=f"{number}", headers={"Message-ID": f"<{number}@city>"})


def delivered(office: Office) -> int:
    """How many letters leave now."""
    before = len(office.sender.posted)
    list(office.desk.dispatch.deliver(office.sender))
    return len(office.sender.posted) - before


def hold(office: Office, kind: str = "", mailbox: str = "") -> int:
    return sending_holds.hold_sending(office.desk, Scope(kind, mailbox), WHO).number


def test_mail_is_booked_and_its_letter_waits_until_the_release(office: Office) -> None:
    number = hold(office)
    settled = office.settle(answer(1))

    assert settled.decided.outcome == "accepted"
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"
    assert delivered(office) == 0
    office.now += timedelta(days=2)
    assert delivered(office) == 0
    (standing,) = sending_holds.in_force(office.desk)
    assert (standing.number, standing.waiting, standing.by, standing.why) == (number, 1, "職員", "文面の誤り")

    sending_holds.release_sending(office.desk, number, WHO)
    assert delivered(office) == 1
    assert delivered(office) == 0
    assert sending_holds.in_force(office.desk) == []
    assert all(a.holds for a in promises.ask(office.ledger.connection))


@pytest.mark.parametrize(
    ("kind", "mailbox", "leave"),
    [
        ("acknowledgement", "", 0),
        ("reminder", "", 1),
        ("", "n_mynumber", 0),
        ("", "yoboseshu", 1),
        ("acknowledgement", "yoboseshu", 1),
        ("acknowledgement", "n_mynumber", 0),
    ],
)
def test_of_one_kind_or_one_mailbox(office: Office, kind: str, mailbox: str, leave: int) -> None:
    hold(office, kind, mailbox)
    office.settle(answer(1))
    assert delivered(office) == leave


def test_of_two_holds_over_a_letter_both_have_to_be_released(office: Office) -> None:
    everything, one_kind = hold(office), hold(office, "acknowledgement")
    office.settle(answer(1))

    with pytest.raises(Refused, match=r"番号で指定してください。\n.*停止 1.*\n.*停止 2"):
        sending_holds.release_sending(office.desk, None, WHO)
    sending_holds.release_sending(office.desk, everything, WHO)
    assert delivered(office) == 0
    sending_holds.release_sending(office.desk, one_kind, WHO)
    assert delivered(office) == 1


def test_chosen_letters_leave_and_all_others_wait(office: Office) -> None:
    hold(office)
    numbers = [office.settle(answer(n)).decided.arrival.receipt for n in range(4)]
    _, listed = held_letters.held_letters(office.desk, None)
    assert [one.number for one in listed] == numbers

    _, chosen = held_letters.let_go(office.desk, 1, LetterSelection(numbers=(numbers[1], numbers[3].lower())), WHO)
    assert [one.number for one in chosen] == [numbers[1], numbers[3]]
    assert sending_holds.in_force(office.desk)[0].waiting == 2
    assert delivered(office) == 2
    told = {row["receipt"] for row in office.ledger.rows("SELECT receipt FROM reply_overview WHERE state = 'sent'")}
    assert told == {numbers[1], numbers[3]}

    assert held_letters.held_letters(office.desk, 1, LetterSelection(kind="correction"))[1] == []
    held_letters.let_go(office.desk, 1, LetterSelection(kind="acknowledgement", mailbox="n_mynumber"), WHO)
    assert delivered(office) == 2
    office.settle(answer(5))  # what is written later waits as before
    assert delivered(office) == 0
    assert all(a.holds for a in promises.ask(office.ledger.connection))


def test_what_one_hold_lets_go_another_still_holds(office: Office) -> None:
    hold(office, "acknowledgement")
    receipt = office.settle(answer(1)).decided.arrival.receipt
    held_letters.let_go(office.desk, None, LetterSelection((receipt,)), WHO)
    everything = hold(office)
    assert delivered(office) == 0
    held_letters.let_go(office.desk, everything, LetterSelection((receipt,)), WHO)
    assert delivered(office) == 1


def test_a_choice_of_nothing_releases_nothing(office: Office) -> None:
    hold(office)
    receipt = office.settle(answer(1)).decided.arrival.receipt
    unknown, elsewhere = LetterSelection((receipt, "N0718-0000-0000")), LetterSelection((receipt,), mailbox="yoboseshu")
    for choice in (unknown, LetterSelection(kind="reminder"), elsewhere):
        with pytest.raises(Refused):
            held_letters.let_go(office.desk, 1, choice, WHO)
    with pytest.raises(Refused, match="控えから戻した後のもの"):  # nothing was put back: it cannot have left
        held_letters.note_left(office.desk, 1, LetterSelection((receipt,)), WHO)
    assert (office.count("let_go"), delivered(office)) == (0, 0)
    held_letters.let_go(office.desk, 1, LetterSelection((receipt,)), WHO)
    with pytest.raises(Refused, match="ありません"):
        held_letters.let_go(office.desk, 1, LetterSelection((receipt,)), WHO)


def test_what_cannot_be_is_refused_and_nothing_is_recorded(office: Office) -> None:
    refused: list[Callable[[], object]] = [
        lambda: hold(office, "受付"),
        lambda: hold(office, "alert"),
        lambda: hold(office, "", "x"),
        lambda: sending_holds.release_sending(office.desk, None, WHO),
        lambda: sending_holds.release_sending(office.desk, 1, WHO),
    ]
    for one in refused:
        with pytest.raises(Refused):
            one()
    hold(office)
    with pytest.raises(Refused, match="既に止めています（停止 1、職員"):
        hold(office)
    with pytest.raises(Refused):
        sending_holds.release_sending(office.desk, 2, WHO)
    assert (office.count("sending_hold"), office.count("sending_release")) == (1, 0)


def test_a_hold_that_comes_while_a_letter_leaves_lets_it_leave_and_no_other(office: Office) -> None:
    for number in range(3):
        office.settle(answer(number))
    send = office.sender.send

    def send_and_hold(mail: OutgoingMail) -> SendResult:
        """An official holds while the first letter is on the line, by a connection of his own."""
        if not sending_holds.in_force(office.desk):
            with closing(Ledger(office.ledger.path)) as theirs, theirs.writing():
                sending_holds.holds.hold(theirs, Scope(), WHO.pair, office.now)
        return send(mail)

    office.sender.send = send_and_hold  # type: ignore[method-assign]
    assert [d.state for d in office.desk.dispatch.deliver(office.sender)] == ["sent"]
    assert len(office.sender.posted) == 1
    assert office.ledger.rows("SELECT count(*) FROM posting WHERE state = 'sending'")[0][0] == 1


def test_alerts_to_our_own_people_are_not_held_and_tell_of_a_hold_that_lasts(office: Office) -> None:
    hold(office)
    office.settle(answer(1))

    assert alerts.queue_due(office.desk, troubles.view_of(office.desk)) == []
    office.now += timedelta(minutes=61)
    (told,) = alerts.queue_due(office.desk, troubles.view_of(office.desk))  # and it is not called stuck
    assert "送信を止めています（停止 1：全ての返信とお願い。" in told
    assert "職員「文面の誤り」。送信待ち 1通" in told
    assert alerts.queue_due(office.desk, troubles.view_of(office.desk)) == []
    assert delivered(office) == 1
    assert office.sender.posted[0].rcpt_to == "operators@mhlw.go.jp"


def test_a_hold_with_nothing_behind_it_is_told_on_screens_only(office: Office) -> None:
    hold(office)
    office.now += timedelta(days=1)
    assert alerts.queue_due(office.desk, troubles.view_of(office.desk)) == []
    assert len(troubles.lasting(troubles.view_of(office.desk))) == 1
    assert conditions.stuck(office.ledger, office.now) is None


def test_the_commands_and_what_the_screens_say(
    office: Office, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    office.settle(answer(1))
    office.ledger.close()
    program = ["--settings", str(tmp_path / "settings.toml"), "--now", "2023-07-18T12:00:00+09:00"]
    by = ["--by", "職員", "--why", "文面の\x1b[31m誤り"]

    assert run_command([*program, "hold-sending", "--kind", "acknowledgement", *by]) == 0
    assert "release-sending 1" in capfd.readouterr().out
    for words in (["held"], ["status"]):
        assert run_command([*program, *words]) == 0
        said = capfd.readouterr().out.replace("\n", "")
        assert "停止 1：種類 acknowledgement" in said, words
        assert "\x1b[31m" not in said
    assert run_command([*program, "status", "--json"]) == 0
    (told,) = json.loads(capfd.readouterr().out)["sending_holds"]
    assert (told["number"], told["kind"], told["waiting"]) == (1, "acknowledgement", 1)
    assert run_command([*program, "doctor"]) == 1
    assert "停止 1" in capfd.readouterr().out
    assert run_command([*program, "run", "--once"]) in (0, 1)
    assert not list((tmp_path / "outgoing").glob("new/*"))
    capfd.readouterr()

    assert run_command([*program, "release-sending", "--list"]) == 0
    assert "N0718-" in capfd.readouterr().out
    assert run_command([*program, "release-sending", "--kind", "reminder", *by]) == 1
    assert run_command([*program, "release-sending", "--left", *by]) == 64
    assert run_command([*program, "release-sending"]) == 64
    capfd.readouterr()

    assert run_command([*program, "release-sending", *by]) == 0
    assert capfd.readouterr().out.strip() == "停止 1 を解きました（送信待ち 1通）。"
    assert run_command([*program, "run", "--once"]) in (0, 1)
    assert len(list((tmp_path / "outgoing").rglob("*"))) > 0
    assert run_command([*program, "release-sending", *by]) == 1
    assert run_command([*program, "hold-sending", "--by", " ", "--why", "x"]) == 64
