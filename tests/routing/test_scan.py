"""Defender's placeholder: the same UID is fetched again until the file stands in its place. On a real Dovecot, and in a
Maildir. And a question that people have answered in their mail program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from routing.journey.pending import pending_steps
from routing.ledger import held_queue, promises
from routing.mailboxes.collecting import Collector
from routing.mailboxes.tasks import MailboxTasks
from tests.intake.boxes import Box, ImapBox, MaildirBox
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, mail
from tests.routing.test_words import raw
from tests.servers.mail import MailServers


@pytest.fixture(params=["imap", "maildir"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    if request.param == "maildir":
        yield MaildirBox(tmp_path / "box")
        return
    servers: MailServers = request.getfixturevalue("mail_servers")
    made = ImapBox(servers)
    yield made
    made.close()


def look(office: Office, collector: Collector) -> list[str]:
    """One look into the mailbox and what becomes due; the rules of what was decided."""
    for validity, batch in collector.new_mail(office.ledger):
        office.desk.keep("n_mynumber", validity, batch)
    rules = [s.decided.mail.rule for s in office.desk.settle_waiting()]
    list(pending_steps(office.desk))
    return rules


def uid(office: Office) -> str:
    (row,) = office.ledger.rows("SELECT uid FROM sighting")
    return str(row["uid"])


def test_the_file_that_comes_to_stand_in_its_place_is_accepted_with_the_mails_time(office: Office, box: Box) -> None:
    box.put(raw("10-safe-attachments-placeholder"), office.now)
    collector = Collector("n_mynumber", box.source())
    assert look(office, collector) == ["scan_awaited"]
    assert look(office, collector) == []  # not before its time
    office.now += timedelta(minutes=11)
    assert look(office, collector) == [] and look(office, collector) == []  # asked for, and fetched: the same still
    box.change(uid(office), mail())
    office.now += timedelta(minutes=11)
    looks = [rule for _ in range(4) for rule in look(office, collector)]  # over the first its connection breaks
    assert looks == ["otherwise"]
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"
    assert office.held() == []
    office.now += timedelta(minutes=11)
    assert look(office, collector) == []
    assert [a.name for a in promises.ask(office.ledger.connection) if a.broken] == []


def test_a_mail_whose_content_changed_is_read_again_whatever_it_was(office: Office, box: Box) -> None:
    """A gateway that puts a file back hours later, and says so nowhere. Nothing asks for this UID again."""
    for n in range(3):
        box.put(mail({}, body=f"添付のとおり提出します。{n}", headers={"Message-ID": f"<{n}@city.example>"}), office.now)
    assert look(office, Collector("n_mynumber", box.source())) == ["no_form", "no_file_again", "no_file_again"]
    (second,) = office.ledger.rows("SELECT uid FROM sighting WHERE arrival_id = 2")
    box.change(str(second["uid"]), mail(headers={"Message-ID": "<1@city.example>"}))
    again = Collector("n_mynumber", box.source())
    assert [rule for _ in range(3) for rule in look(office, again)] == ["otherwise"]
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"
    assert [e[0] for e in office.events("content_changed")]
    assert [rule for _ in range(3) for rule in look(office, Collector("n_mynumber", box.source()))] == []


def as_long_as(raw: bytes, other: bytes) -> bytes:
    """The mail with so many fields in front that it has the size of the other one."""
    missing = len(other) - len(raw)
    whole, rest = divmod(missing, 900)
    lines = [b"X-Pad: " + b"x" * (900 - 9) + b"\r\n"] * (whole - 1) + [b"X-Pad: " + b"y" * (450 - 9) + b"\r\n"]
    lines += [b"X-Pad: " + b"z" * (450 + rest - 9) + b"\r\n"]
    return b"".join(lines) + raw


def test_other_bytes_are_seen_where_the_size_is_the_same(office: Office, box: Box) -> None:
    """By what stands at a few places of the newest mails; an honest mailbox is fetched from once."""
    whole = mail(headers={"Message-ID": "<1@city.example>"})
    without = as_long_as(mail({}, body="添付のとおり提出します。", headers={"Message-ID": "<1@city.example>"}), whole)
    assert len(without) == len(whole)
    box.put(without, office.now)
    box.put(mail(body="再送します。", headers={"Message-ID": "<2@city.example>"}), office.now)
    assert look(office, Collector("n_mynumber", box.source())) == ["no_form", "otherwise"]
    assert list(Collector("n_mynumber", box.source()).new_mail(office.ledger)) == []  # nothing is fetched for it
    (first,) = office.ledger.rows("SELECT uid FROM sighting WHERE arrival_id = 1")
    box.change(str(first["uid"]), whole)
    again = Collector("n_mynumber", box.source())
    assert [rule for _ in range(3) for rule in look(office, again)] == ["otherwise"]
    assert len(office.events("content_changed")) == 1


def test_after_a_day_it_is_for_people_alone(office: Office, box: Box) -> None:
    box.put(raw("10b-atp-placeholder-unnamed"), office.now)
    collector = Collector("n_mynumber", box.source())
    look(office, collector)
    for _ in range(4):
        office.now += timedelta(hours=7)
        look(office, collector)
    assert office.count("wait") == office.count("to_fetch") == 0
    assert office.held() == [("submission", "scan_awaited")]


def test_a_question_that_people_have_answered_leaves_the_queue_with_a_trace(
    office: Office, mail_servers: MailServers
) -> None:
    box = ImapBox(mail_servers)
    for n, body in enumerate(("提出先をご教示ください。", "提出が24日になります。", "該当がありません。")):
        box.put(mail({}, body=body, headers={"Message-ID": f"<{n}@city.yokohama.lg.jp>"}), office.now)
    look(office, Collector("n_mynumber", box.source()))
    assert [reason for _, reason in office.held()] == ["inquiry"] * 3
    tasks = MailboxTasks("n_mynumber", None, None, None, box.answers())
    assert tasks.run(office.ledger) is None
    box.mark_answered("2")
    tasks = MailboxTasks("n_mynumber", None, None, None, box.answers())  # a minute later
    run = tasks.run(office.ledger)
    assert run is not None and run.answered == ((2, "\\Answered"),)
    run.record(office.ledger, office.now)
    assert [h.id for h in held_queue.held(office.ledger, office.now)] == [1, 3]
    assert office.events("answered_elsewhere") == [("\\Answered", "uketsuke", "")]
    assert held_queue.resting(office.ledger, office.now)  # by the third one still
    tasks.close()
    box.close()
