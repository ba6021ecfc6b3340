"""One contract over every sender (replies/senders/sender.py): SMTP through a real Postfix, the Drafts of a mailbox on a
real Dovecot, and a Maildir."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from intake.sources.imap_access import ImapAccess, connect
from replies.senders.drafts import DraftsFolder, DraftsSender
from replies.senders.maildir import MaildirSender
from replies.senders.sender import Sender, SenderLater, SendResult, SendState
from tests.replies.outgoing_mails import FROM, TO, SmtpWay, outgoing_mail
from tests.servers import machine
from tests.servers.mail import MailServers

JISX0208 = "神奈川県　御担当者様".encode("iso-2022-jp")


# --- contract


class Way(Protocol):
    """A sender and the place where its mail arrives."""

    to: str
    result: SendState

    def sender(self) -> Sender: ...
    def arrived(self, n: int) -> list[bytes]: ...
    def broken(self) -> Sender: ...


class MaildirWay:
    to = TO
    result: SendState = "sent"

    def __init__(self, at: Path) -> None:
        self._at = at

    def sender(self) -> Sender:
        return MaildirSender(self._at / "out")

    def arrived(self, n: int) -> list[bytes]:
        files = list((self._at / "out" / "new").iterdir())
        assert len(files) == n
        return [file.read_bytes().removeprefix(b"From: ") for file in files]

    def broken(self) -> Sender:
        (self._at / "file").touch()
        return MaildirSender(self._at / "file")


class DraftsWay:
    """Into the Drafts of the mailbox that the mail is from."""

    to = TO
    result: SendState = "drafted"

    def __init__(self, servers: MailServers) -> None:
        user = f"drafts-{uuid4().hex[:8]}@mhlw.go.jp"
        self._access = ImapAccess(
            *("localhost", servers.imaps_port, user, servers.add_user(user)), ca=servers.ca, timeout_seconds=5
        )

    def sender(self) -> Sender:
        return DraftsSender({FROM: DraftsFolder(self._access)})

    def arrived(self, n: int) -> list[bytes]:
        person = connect(self._access)
        person.select_folder("Drafts", readonly=True)
        mails = [m[b"BODY[]"] for m in person.fetch(person.search(), ["BODY.PEEK[]"]).values()]
        person.logout()
        assert len(mails) == n
        return [mail.removeprefix(b"From: ") for mail in mails]

    def broken(self) -> Sender:
        return DraftsSender({FROM: DraftsFolder(replace(self._access, port=machine.free_port()))})


@pytest.fixture(params=["smtp", "drafts", "maildir"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Way:
    if request.param == "maildir":
        return MaildirWay(tmp_path)
    return {"smtp": SmtpWay, "drafts": DraftsWay}[request.param](request.getfixturevalue("mail_servers"))


@pytest.mark.parametrize(
    "body",
    [
        b"hello\r\n",
        b".\r\n..\r\n.leading dots\r\n",
        b"a" * 998 + b"\r\n",
        JISX0208 + b"\r\n",
        "８ビットの本文".encode() + b"\r\n",
        b"trailing space \t \r\n\r\n\r\n",
    ],
    ids=["plain", "dots", "longest line", "iso-2022-jp", "8 bit", "trailing space"],
)
def test_a_mail_arrives_byte_for_byte(way: Way, body: bytes) -> None:
    sent = outgoing_mail(body, way.to)
    sender = way.sender()

    outcome = sender.send(sent)
    sender.close()

    assert outcome.result == way.result
    assert [b"From: " + mail for mail in way.arrived(1)] == [sent.data]


def test_many_mails_go_through_one_sender(way: Way) -> None:
    sent = [outgoing_mail(b"%d\r\n" % n, way.to) for n in range(20)]
    sender = way.sender()

    outcomes = {sender.send(each).result for each in sent}
    sender.close()

    assert outcomes == {way.result}
    assert {b"From: " + mail for mail in way.arrived(20)} == {each.data for each in sent}


def test_a_mail_for_which_the_sender_is_ready_goes_out_over_what_is_open_and_the_next_follows(
    way: Way,
) -> None:
    first, second = outgoing_mail(b"1\r\n", way.to), outgoing_mail(b"2\r\n", way.to)
    sender = way.sender()
    sender.ready(first)
    sender.ready(first)

    open_before = sender.is_open(first)
    sender.send(first)
    open_between = sender.is_open(second)
    sender.send(second)
    sender.close()

    assert (open_before, open_between) == (True, True)
    assert len(way.arrived(2)) == 2


def test_a_closed_sender_begins_anew(way: Way) -> None:
    sender = way.sender()
    sender.close()
    sender.send(outgoing_mail(b"1\r\n", way.to))
    sender.close()
    sender.close()
    sender.send(outgoing_mail(b"2\r\n", way.to))
    sender.close()

    assert len(way.arrived(2)) == 2


def test_a_way_that_is_closed_is_for_later(way: Way) -> None:
    with pytest.raises(SenderLater) as told:
        way.broken().send(outgoing_mail(to=way.to))

    assert str(told.value).endswith("。")
    sender = way.broken()
    if not sender.is_open(outgoing_mail(to=way.to)):
        with pytest.raises(SenderLater):
            sender.ready(outgoing_mail(to=way.to))
        assert not sender.is_open(outgoing_mail(to=way.to))


# --- Maildir alone


def test_the_same_mail_twice_is_one_file(tmp_path: Path) -> None:
    sender = MaildirSender(tmp_path)
    sent = outgoing_mail(id="<A.1@mhlw.go.jp>")

    assert [sender.send(sent), sender.send(sent)] == [SendResult("sent"), SendResult("sent")]
    (file,) = (tmp_path / "new").iterdir()
    file.rename(tmp_path / "cur" / f"{file.name}:2,S")  # someone opens it
    sender.send(sent)

    assert [f.parent.name for f in tmp_path.glob("*/*")] == ["cur"]


def test_a_half_written_file_of_a_crash_is_replaced(tmp_path: Path) -> None:
    sender = MaildirSender(tmp_path)
    sent = outgoing_mail()
    sender.send(sent)
    (file,) = (tmp_path / "new").iterdir()
    file.rename(tmp_path / "tmp" / file.name).write_bytes(b"half")

    sender.send(sent)

    assert file.read_bytes() == sent.data
    assert list((tmp_path / "tmp").iterdir()) == []
