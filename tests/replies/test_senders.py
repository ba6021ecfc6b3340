"""One contract over every sender (replies/sender.py): SMTP through a real Postfix, and a Maildir."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest

from replies.maildir_sender import MaildirSender
from replies.sender import Outcome, Sender, SenderLater
from tests.replies.postings import TO, SmtpWay, posting

JISX0208 = "神奈川県　御担当者様".encode("iso-2022-jp")


# --- contract


class Way(Protocol):
    """A sender and the place where its mail arrives."""

    to: str

    def sender(self) -> Sender: ...
    def arrived(self, n: int) -> list[bytes]: ...
    def broken(self) -> Sender: ...


class MaildirWay:
    to = TO

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


@pytest.fixture(params=["smtp", "maildir"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Way:
    if request.param == "maildir":
        return MaildirWay(tmp_path)
    return SmtpWay(request.getfixturevalue("mail_servers"))


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
    sent = posting(body, way.to)
    sender = way.sender()

    outcome = sender.send(sent)
    sender.close()

    assert outcome.result == "sent"
    assert [b"From: " + mail for mail in way.arrived(1)] == [sent.data]


def test_many_mails_go_through_one_sender(way: Way) -> None:
    sent = [posting(b"%d\r\n" % n, way.to) for n in range(20)]
    sender = way.sender()

    outcomes = {sender.send(each).result for each in sent}
    sender.close()

    assert outcomes == {"sent"}
    assert {b"From: " + mail for mail in way.arrived(20)} == {each.data for each in sent}


def test_a_closed_sender_begins_anew(way: Way) -> None:
    sender = way.sender()
    sender.close()
    sender.send(posting(b"1\r\n", way.to))
    sender.close()
    sender.close()
    sender.send(posting(b"2\r\n", way.to))
    sender.close()

    assert len(way.arrived(2)) == 2


def test_a_way_that_is_closed_is_for_later(way: Way) -> None:
    with pytest.raises(SenderLater) as told:
        way.broken().send(posting(to=way.to))

    assert str(told.value).endswith("。")


# --- Maildir alone


def test_the_same_mail_twice_is_one_file(tmp_path: Path) -> None:
    sender = MaildirSender(tmp_path)
    sent = posting(id="<A.1@mhlw.go.jp>")

    assert [sender.send(sent), sender.send(sent)] == [Outcome("sent"), Outcome("sent")]
    (file,) = (tmp_path / "new").iterdir()
    file.rename(tmp_path / "cur" / f"{file.name}:2,S")  # someone opens it
    sender.send(sent)

    assert [f.parent.name for f in tmp_path.glob("*/*")] == ["cur"]


def test_a_half_written_file_of_a_crash_is_replaced(tmp_path: Path) -> None:
    sender = MaildirSender(tmp_path)
    sent = posting()
    sender.send(sent)
    (file,) = (tmp_path / "new").iterdir()
    file.rename(tmp_path / "tmp" / file.name).write_bytes(b"half")

    sender.send(sent)

    assert file.read_bytes() == sent.data
    assert list((tmp_path / "tmp").iterdir()) == []
