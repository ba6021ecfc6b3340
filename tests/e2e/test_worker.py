"""`uketsuke run` as a process among real servers: how it stops, what it does beside a slow or absent mailbox,
and what people see of it."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.e2e.office import COMMAND, MAILBOXES, Answer, Office, mail, shift_survey
from tests.e2e.traffic import traffic
from tests.servers.correspondents import YOKOSUKA, Correspondents

SHOMAN = Answer("14神奈川県横須賀市", "中核市", "小慢")
KENSHIN = Answer("14神奈川県相模原市", "指定都市", "自治体検診", "form2")


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A listener that accepts a connection and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener


def _write_shoman(writers: Correspondents, message_id: str = "<shoman@city.test>") -> None:
    to = MAILBOXES["n_mynumber"]
    writers.write(YOKOSUKA, to, mail(YOKOSUKA, to, message_id, SHOMAN, SHOMAN.workbook()))


def _seconds_to_stop(office: Office, when: str) -> float:
    worker = office.run()
    worker.wait_for(when)
    began = time.monotonic()
    assert worker.terminate() == 0, worker.log()
    assert "受付を終了しました" in worker.log()
    return time.monotonic() - began


def test_sigterm_stops_an_idle_worker_at_once(office: Office) -> None:
    assert _seconds_to_stop(office, "受付を開始しました") < 3


def test_sigterm_in_the_middle_of_a_batch_finishes_the_mail_in_hand(office: Office) -> None:
    for one in traffic(100):
        office.servers.dovecot.put(MAILBOXES[one.mailbox], one.raw)

    assert _seconds_to_stop(office, " / 返信") < 3

    (decided,) = office.ledger("SELECT count(*) FROM verdict WHERE piece = '0'")
    assert 0 < decided[0] < 100
    assert office.ledger(
        "SELECT count(*) FROM posting p WHERE state = 'sending' AND id = (SELECT max(id) FROM posting q"
        " WHERE q.outbox_id = p.outbox_id)"
    ) == [(0,)]  # the answer to the reply in hand was waited for


@pytest.mark.long
def test_sigterm_is_obeyed_while_a_mailbox_hangs(office: Office, silent: socket.socket) -> None:
    office.configure(ports={"n_mynumber": silent.getsockname()[1]})

    assert _seconds_to_stop(office, "受付を開始しました") < 4


@pytest.mark.long
def test_a_second_worker_leaves_with_a_clear_line_and_exit_code_75(office: Office) -> None:
    first = office.run("first.log")
    first.wait_for("受付を開始しました")

    second = office.run("second.log")

    assert second.process.wait(15) == 75
    assert "この台帳では別の uketsuke が動いています" in second.log()
    assert first.process.poll() is None


def test_a_password_that_is_missing_is_told_before_the_work_begins(office: Office) -> None:
    (office.folder / "password").unlink()

    worker = office.run()

    assert worker.process.wait(15) == 78
    for mailbox in MAILBOXES:
        assert f"settings.toml: mailboxes.{mailbox}.password: " in worker.log()


@pytest.mark.long
def test_a_mailbox_that_never_answers_does_not_hold_up_the_others(
    office: Office, writers: Correspondents, silent: socket.socket
) -> None:
    office.configure(ports={"sukoyaka": silent.getsockname()[1]})
    office.run()
    began = time.monotonic()
    _write_shoman(writers)

    (reply,) = writers.answers(YOKOSUKA, 1, seconds=15)

    assert reply["In-Reply-To"] == "<shoman@city.test>"
    assert time.monotonic() - began < 15  # the silent one is given up only after 20 seconds


@pytest.mark.long
def test_a_server_with_idle_has_its_mail_answered_between_two_polls(
    office: Office, writers: Correspondents
) -> None:
    shift_survey(office.folder / "hourly", every_seconds=3600)
    settings = office.folder / "settings.toml"
    settings.write_text(settings.read_text().replace('survey = "survey"', 'survey = "hourly"'))
    office.run()
    office.wait_for_rows("SELECT count(*) FROM health WHERE last_success_at <> ''", [(3,)])

    for n in range(2):  # the second one: it listens again after the first
        _write_shoman(writers, f"<{n}@city.test>")
        replies = writers.answers(YOKOSUKA, n + 1, seconds=20)
        assert [reply["In-Reply-To"] for reply in replies] == [f"<{m}@city.test>" for m in range(n + 1)]


@pytest.mark.long
def test_mailboxes_that_are_down_show_their_problem_and_recover(
    office: Office, writers: Correspondents
) -> None:
    worker = office.run()
    office.wait_for_rows("SELECT count(*) FROM health WHERE last_success_at <> ''", [(3,)])
    failing = "SELECT mailbox FROM health WHERE failing_since <> '' ORDER BY mailbox"

    writers.servers.dovecot.stop()
    try:
        worker.wait_for("n_mynumber: localhost:")
        office.wait_for_rows(failing, [("n_mynumber",), ("sukoyaka",), ("yoboseshu",)])
        time.sleep(2)  # two more looks in vain
    finally:
        writers.servers.dovecot.start()
    _write_shoman(writers)
    (reply,) = writers.answers(YOKOSUKA, 1, seconds=20)

    assert reply["In-Reply-To"] == "<shoman@city.test>"
    office.wait_for_rows(failing, [])
    log = worker.log()
    assert log.count("n_mynumber: localhost:") == 1  # told once, however often it was tried
    assert log.count("n_mynumber: 再び読めるようになりました") == 1


@pytest.mark.long
def test_while_nothing_can_be_sent_mail_is_still_taken_in_and_decided(
    office: Office, writers: Correspondents
) -> None:
    writers.servers.postfix.stop()
    try:
        for one in traffic(8):
            writers.servers.dovecot.put(MAILBOXES[one.mailbox], one.raw)
        worker = office.run()
        office.wait_for_rows("SELECT count(*) FROM verdict WHERE piece = '0'", [(8,)])
        worker.wait_for("後でもう一度送ります")
        assert worker.terminate() == 0
    finally:
        writers.servers.postfix.start()
    # none of them has been attempted, and none is blamed for what the server does
    states = "SELECT state, count(*) FROM posting GROUP BY state"
    assert office.ledger(states) == [("queued", 8)]


@pytest.mark.long
def test_on_a_terminal_it_shows_mailboxes_and_counts(office: Office, writers: Correspondents) -> None:
    _write_shoman(writers)
    ours, theirs = pty.openpty()
    command = [COMMAND, "--settings", str(office.folder / "settings.toml"), "run"]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown = _read_until(ours, ["稼働中", "n_mynumber", "正常", "受付 1", "送信しました 1"])
    process.terminate()
    _read_until(ours, ["受付を終了しました"])

    assert process.wait(10) == 0
    assert "神奈川県横須賀市 小慢 受付" in shown


def _read_until(terminal: int, wanted: list[str], seconds: float = 120.0) -> str:
    """What the terminal shows up to the moment at which all of `wanted` was there."""
    shown = b""
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(w not in shown.decode("utf-8", "replace") for w in wanted):
        try:
            shown += os.read(terminal, 65536)
        except OSError:  # the other end was closed
            break
    text = shown.decode("utf-8", "replace")
    assert all(w in text for w in wanted), text
    return text
