"""Whether a human was faster: \\Answered and the sent mails on real Dovecots, and the flag R of a Maildir."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.jst import JST
from intake.mail.ids import MessageIds
from intake.sources import answered
from intake.sources.answered import ImapAnswers, MaildirAnswers
from intake.sources.source import SeenMail, SourceUnavailable
from tests.servers.dovecot import Dovecot
from tests.servers.folders import BELOW_INBOX, JAPANESE, Box, box_on, dovecot_of

SENT = "送信済みアイテム"
NOW = datetime.now(JST)


def theirs(n: int) -> bytes:
    return f"From: a@city.test\r\nMessage-ID: <{n}@city.test>\r\n\r\nbody\r\n".encode()


def answer(n: int, message_id: str = "<answer@mhlw.test>", subject: str = "Re: 回答") -> bytes:
    return (
        f"From: n@mhlw.test\r\nMessage-ID: {message_id}\r\nSubject: {subject}\r\nIn-Reply-To:\r\n"
        f" <{n}@city.test>\r\n\r\nbody\r\n"  # folded, as long ids make it
    ).encode()


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answered, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(answered, "AWAY_SECONDS", 0.0)


@pytest.fixture(scope="module", params=[JAPANESE, BELOW_INBOX], ids=["slash", "dot"])
def servers(request: pytest.FixtureRequest) -> Iterator[tuple[Dovecot, str]]:
    with dovecot_of(request.param) as dovecot:
        yield dovecot, "INBOX." if request.param == BELOW_INBOX else ""


@pytest.fixture
def box(servers: tuple[Dovecot, str]) -> Iterator[Box]:
    with box_on(*servers) as made:
        yield made


@pytest.fixture
def answers(box: Box) -> Iterator[ImapAnswers]:
    made = ImapAnswers(box.access)
    yield made
    made.close()


def asked(box: Box, n: int, received: datetime = NOW) -> SeenMail:
    uid = box.put(theirs(n))
    return SeenMail(f"<{n}@city.test>", box.uidvalidity(), str(uid), received)


def test_a_mail_that_nobody_has_answered(box: Box, answers: ImapAnswers) -> None:
    box.person.append(box.full(SENT), answer(99))

    assert answers.how(asked(box, 1)) == ""


def test_the_mark_of_an_answer_counts_also_while_we_are_connected(box: Box, answers: ImapAnswers) -> None:
    one, two = asked(box, 1), asked(box, 2)
    assert (answers.how(one), answers.how(two)) == ("", "")
    box.person.select_folder("INBOX")
    box.person.add_flags([int(two.uid)], [b"\\Answered"])

    assert (answers.how(one), answers.how(two)) == ("", "\\Answered")


def test_an_answer_among_the_sent_mails_counts_before_and_after_we_connect(
    box: Box, answers: ImapAnswers
) -> None:
    one, two = asked(box, 1), asked(box, 2)
    box.person.append(box.full(SENT), answer(1, "<1@mhlw.test>"))
    assert (answers.how(one), answers.how(two)) == ("<1@mhlw.test>", "")

    box.person.append(box.full(SENT), answer(2, "<2@mhlw.test>"))

    assert (answers.how(one), answers.how(two)) == ("<1@mhlw.test>", "<2@mhlw.test>")


def test_sent_mails_are_read_once(box: Box, answers: ImapAnswers) -> None:
    one = asked(box, 1)
    for n in range(3):
        box.person.append(box.full(SENT), answer(n + 10))
    answers.how(one)
    client = answers._client
    assert client is not None
    fetched: list[list[int]] = []
    fetch = client.fetch
    client.fetch = lambda uids, items: (fetched.append(list(uids)), fetch(uids, items))[1]

    answers.how(one)
    box.person.append(box.full(SENT), answer(1, "<1@mhlw.test>"))

    assert answers.how(one) == "<1@mhlw.test>"
    assert fetched == [[4]]


def test_a_question_about_an_older_mail_looks_further_back(box: Box, answers: ImapAnswers) -> None:
    old = asked(box, 1, NOW - timedelta(days=30))
    box.person.append(box.full(SENT), answer(1), (), NOW - timedelta(days=20))
    assert answers.how(asked(box, 2)) == ""

    assert answers.how(old) == "<answer@mhlw.test>"


@pytest.mark.parametrize(
    ("message_id", "subject"),
    [
        (MessageIds(b"k" * 32).make("N0718-7K3M-9QXA", "acknowledgement", "mhlw.go.jp"), "【受付】Re: 回答"),
        ("<forward@mhlw.test>", "FW: 回答"),
        ("<forward@mhlw.test>", "Fwd: 回答"),
        ("<forward@mhlw.test>", "=?UTF-8?B?6Lui6YCBOiDlm57nrZQ=?="),  # 転送: 回答
    ],
    ids=["our own reply", "FW", "Fwd", "転送"],
)
def test_what_is_no_answer_to_the_sender(
    box: Box, answers: ImapAnswers, message_id: str, subject: str
) -> None:
    one = asked(box, 1)
    box.person.append(box.full(SENT), answer(1, message_id, subject))

    assert answers.how(one) == ""


def test_the_mark_of_another_uidvalidity_is_another_mails(box: Box, answers: ImapAnswers) -> None:
    one = asked(box, 1)
    box.person.select_folder("INBOX")
    box.person.add_flags([int(one.uid)], [b"\\Answered"])

    assert answers.how(SeenMail(one.message_id, "1", one.uid, NOW)) == ""


def test_a_connection_that_was_dropped_meanwhile_is_made_anew(box: Box, answers: ImapAnswers) -> None:
    one = asked(box, 1)
    answers.how(one)
    box.dovecot.cut(box.user)
    box.dovecot.put(box.user, answer(5))

    assert answers.how(one) == ""


def test_a_server_that_is_away_is_told(box: Box, answers: ImapAnswers) -> None:
    one = asked(box, 1)
    box.dovecot.stop()
    try:
        with pytest.raises(SourceUnavailable, match="返信済みかどうかを確認できません"):
            answers.how(one)
    finally:
        box.dovecot.start()
    assert answers.how(one) == ""


def test_a_server_that_is_away_is_not_asked_for_each_reply(
    box: Box, answers: ImapAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answered, "AWAY_SECONDS", 60.0)
    one = asked(box, 1)
    tried: list[object] = []

    def connect(access: object) -> object:
        tried.append(access)
        raise ConnectionRefusedError

    monkeypatch.setattr(answered, "connect", connect)
    told = []
    for _ in range(3):
        with pytest.raises(SourceUnavailable) as away:
            answers.how(one)
        told.append(str(away.value))

    assert len(tried) == 1
    assert len(set(told)) == 1


@pytest.mark.parametrize("sent_folder", [True, False])
def test_within_a_second_one_look_serves_all_replies(
    box: Box, answers: ImapAnswers, monkeypatch: pytest.MonkeyPatch, sent_folder: bool
) -> None:
    monkeypatch.setattr(answered, "FRESH_SECONDS", 60.0)
    if not sent_folder:  # a server may have none, and need not tell which it is
        monkeypatch.setattr(answered, "special", lambda *_: "")
    many = [asked(box, n) for n in range(5)]
    answers.how(many[0])
    assert answers._client is not None
    answers._client.shutdown()  # another round trip would fail, and connect anew
    client = answers._client

    assert [answers.how(one) for one in many] == [""] * 5
    assert answers._client is client


def test_a_maildir_tells_by_the_flag_r(tmp_path: Path) -> None:
    (tmp_path / "cur").mkdir()
    for name in ("1690000001.M1P1.host:2,RS", "1690000002.M1P1.host:2,S", "1690000003.M1P1.host"):
        (tmp_path / "cur" / name).touch()
    answers = MaildirAnswers(tmp_path)

    marks = [answers.how(SeenMail("<1@city.test>", "", f"169000000{n}.M1P1.host", NOW)) for n in (1, 2, 3)]

    assert marks == ["\\Answered", "", ""]


def test_a_maildir_that_is_away_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="を読めません"):
        MaildirAnswers(tmp_path / "none").how(SeenMail("<1@city.test>", "", "1", NOW))
