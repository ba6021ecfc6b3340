"""Copies of what left by SMTP among the sent mails of a mailbox, under both hierarchy separators of real Dovecots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from intake.mail.ids import MessageIds
from intake.sources.imap_access import ImapAccess
from intake.sources.source import SourceUnavailable
from replies.senders.sent_folder import SentCopy, SentFolder
from tests.servers import machine
from tests.servers.dovecot import Dovecot
from tests.servers.folders import BELOW_INBOX, JAPANESE, Box, box_on, dovecot_of
from tests.servers.scripted import scripted_imap

IDS = MessageIds(b"k" * 32)
SENT = "送信済みアイテム"


def letter(number: int) -> SentCopy:
    message_id = IDS.make(f"N0718-7K3M-9QX{number}", "acknowledgement", "mhlw.go.jp")
    data = f"From: n_mynumber@mhlw.go.jp\r\nTo: a@city.test\r\nMessage-ID: {message_id}\r\n\r\n受付 {number}\r\n"
    return SentCopy(number, message_id, data.encode())


@pytest.fixture(scope="module", params=[JAPANESE, BELOW_INBOX], ids=["slash", "dot"])
def servers(request: pytest.FixtureRequest) -> Iterator[tuple[Dovecot, str]]:
    with dovecot_of(request.param) as dovecot:
        yield dovecot, "INBOX." if request.param == BELOW_INBOX else ""


@pytest.fixture
def box(servers: tuple[Dovecot, str]) -> Iterator[Box]:
    with box_on(*servers) as made:
        yield made


def test_a_copy_lies_in_the_folder_that_the_server_marks_as_sent_once(box: Box) -> None:
    """RFC 6154 \\Sent. A crash between APPEND and its record has the letter put again: it is found."""
    sent = SentFolder(box.access)
    assert list(sent.put([letter(1), letter(2)])) == [1, 2]
    assert list(sent.put([letter(2), letter(3)])) == [2, 3]
    assert box.lists(SENT) == [letter(n).data for n in (1, 2, 3)]
    assert box.lists("INBOX") == []


@pytest.mark.parametrize("there", [1, 40, 90])
def test_of_many_letters_those_that_lie_there_get_no_second_copy(box: Box, there: int) -> None:
    """Asked for together: the first of them, the last of one question, and the last of all."""
    many = [letter(number) for number in range(1, 91)]
    box.person.append(box.prefix + SENT, many[there - 1].data)
    assert list(SentFolder(box.access).put(many)) == list(range(1, 91))
    assert sorted(box.lists(SENT)) == sorted(one.data for one in many)


def test_what_the_server_filed_by_itself_gets_no_second_copy(box: Box) -> None:
    box.person.append(box.prefix + SENT, letter(4).data)
    assert list(SentFolder(box.access).put([letter(4)])) == [4]
    assert box.lists(SENT) == [letter(4).data]


def test_a_folder_that_the_settings_name_is_used(box: Box) -> None:
    assert list(SentFolder(box.access, box.prefix + "控え").put([letter(5)])) == [5]
    assert (box.lists("控え"), box.lists(SENT)) == ([letter(5).data], [])


def test_only_what_lies_there_is_told_to_have_left(box: Box) -> None:
    sent = SentFolder(box.access)
    list(sent.put([letter(6)]))
    assert list(sent.present([letter(6), letter(7)])) == [6]
    assert box.lists(SENT) == [letter(6).data]


def test_a_server_that_will_not_search_for_several_is_asked_for_each() -> None:
    answers = {
        "LIST": b'* LIST (\\Sent) "/" "Sent"\r\nTAG OK done\r\n',
        "UID SEARCH UNDELETED OR": b"TAG BAD too long\r\n",
        "UID SEARCH UNDELETED HEADER": b"* SEARCH 5\r\nTAG OK done\r\n",
    }
    with machine.folder() as at:
        tls = machine.certificate(at / "tls")
        access = ImapAccess("localhost", 0, "u", "p", ca=tls[0], timeout_seconds=5)
        with scripted_imap(answers, tls) as server:
            kept = list(SentFolder(replace(access, port=server.port)).put([letter(1), letter(2)]))

    assert kept == [1, 2]
    assert not any(command.startswith("APPEND") for command in server.heard)


def test_a_server_that_cannot_be_reached_is_told_and_nothing_is_put(box: Box) -> None:
    nowhere = SentFolder(replace(box.access, port=1))
    for ask in (nowhere.put, nowhere.present):
        with pytest.raises(SourceUnavailable):
            list(ask([letter(8)]))
