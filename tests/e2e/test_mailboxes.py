"""`uketsuke run` and what people do in the mailboxes at the same time: drafts that they send, mails that are
moved into folders, answers that they were faster with. On a real Dovecot, with a person's own connection."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from imapclient import IMAPClient

from intake.sources.imap_access import ImapAccess, connect
from tests.e2e.office import COMMAND, MAILBOXES, Answer, Office, mail
from tests.servers.correspondents import YOKOSUKA, Correspondents
from tests.servers.machine import eventually

BOX = MAILBOXES["n_mynumber"]
SHOMAN = Answer("14神奈川県横須賀市", "中核市", "小慢")
THEIRS = "<shoman@city.test>"
AFTER = '[mailboxes.n_mynumber.after]\naccepted = "受付済"\nheld = "要確認"\n'
STATES = "SELECT state FROM posting ORDER BY id"


@pytest.fixture
def person(writers: Correspondents) -> Iterator[IMAPClient]:
    """An official at the mailbox ①."""
    servers = writers.servers
    client = connect(ImapAccess("localhost", servers.imaps_port, BOX, servers.add_user(BOX), ca=servers.ca))
    yield client
    client.shutdown()


def _write(writers: Correspondents) -> None:
    writers.write(YOKOSUKA, BOX, mail(YOKOSUKA, BOX, THEIRS, SHOMAN, SHOMAN.workbook()))


def _mails(person: IMAPClient, folder: str) -> list[bytes]:
    if not person.folder_exists(folder):
        return []
    person.select_folder(folder)
    uids = person.search(["UNDELETED"])
    return [m[b"BODY[]"] for m in person.fetch(uids, ["BODY.PEEK[]"]).values()] if uids else []


@pytest.mark.long
def test_a_reply_becomes_a_draft_that_a_human_sends_and_the_mail_goes_into_its_folder(
    office: Office, writers: Correspondents, person: IMAPClient
) -> None:
    office.configure(mode="draft")
    settings = office.folder / "settings.toml"
    without_sender = settings.read_text(encoding="utf-8").partition("[sender]")[0]
    settings.write_text(without_sender + AFTER, encoding="utf-8")
    worker = office.run()
    _write(writers)

    office.wait_for_rows(STATES, [("queued",), ("sending",), ("drafted",)])
    (draft,) = _mails(person, "Drafts")
    assert f"In-Reply-To: {THEIRS}\r\n".encode() in draft
    assert f"To: {YOKOSUKA}\r\n".encode() in draft or YOKOSUKA.encode() in draft
    assert eventually(lambda: len(_mails(person, "受付済")) == 1, 20)
    assert _mails(person, "INBOX") == []

    person.create_folder("Sent")  # the official presses send: the program gives it an id of its own
    sent = draft.replace(b"Message-ID: <uketsuke.", b"Message-ID: <outlook.")
    person.append("Sent", sent)
    person.select_folder("Drafts")
    person.delete_messages(person.search())
    person.expunge()

    office.wait_for_rows(STATES, [("queued",), ("sending",), ("drafted",), ("sent_by_hand",)])
    assert office.ledger("SELECT kind, detail FROM event WHERE kind = 'filed'") == [("filed", "受付済")]
    assert office.ledger("SELECT count(*) FROM missing") == [(0,)]  # what we moved is not missing
    assert office.ledger("SELECT count(*) FROM health WHERE failing_since <> ''") == [(0,)]
    assert writers.servers.dovecot.mails(YOKOSUKA) == []  # nothing was sent but by the human
    assert worker.terminate() == 0


def test_a_mail_that_a_human_has_answered_gets_no_second_answer(
    office: Office, writers: Correspondents, person: IMAPClient
) -> None:
    _write(writers)
    person.select_folder("INBOX")
    person.add_flags(person.search(), [b"\\Answered"])

    worker = office.run()

    office.wait_for_rows(STATES, [("queued",), ("sending",), ("overtaken",)])
    worker.wait_for("職員が既に返信しているため、送りませんでした")
    assert worker.terminate() == 0
    assert writers.servers.dovecot.mails(YOKOSUKA) == []


@pytest.mark.long
def test_an_answer_among_the_sent_mails_holds_the_reply_back(
    office: Office, writers: Correspondents, person: IMAPClient
) -> None:
    _write(writers)
    person.create_folder("Sent")
    answer = f"From: {BOX}\r\nTo: {YOKOSUKA}\r\nMessage-ID: <own@mhlw.test>\r\nIn-Reply-To: {THEIRS}\r\n\r\n."
    person.append("Sent", answer.encode())

    office.run()

    office.wait_for_rows(
        "SELECT state, detail FROM posting ORDER BY id DESC LIMIT 1", [("overtaken", "<own@mhlw.test>")]
    )


def _doctor(office: Office) -> tuple[int, str]:
    command = [COMMAND, "--settings", str(office.folder / "settings.toml"), "doctor"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def _unfolded(table: str) -> str:
    """The last column of a table without its spaces, at which lines are folded."""
    return "".join(line.split("│")[-2].replace(" ", "") for line in table.splitlines() if line.startswith("│"))


def test_doctor_tells_what_each_mailbox_has_and_makes_nothing(office: Office, person: IMAPClient) -> None:
    office.configure(mode="draft")
    settings = office.folder / "settings.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + AFTER, encoding="utf-8")
    person.create_folder("要確認")
    person.create_folder("Sent")

    code, said = _doctor(office)

    assert code == 0, said
    assert said.count("新着の通知（IDLE）: 使います") == 3
    assert "送信済み: Sent" in said
    assert said.count("送信済み: 見つかりません") == 2
    assert said.count("下書き: 見つかりません（最初の返信のときに作ります）") == 3
    assert "判定後: 受付済（最初のメールのときに作ります）、要確認" in said
    assert "draft:返信は提出先の下書きに置かれ、職員が送信します" in _unfolded(said)
    assert sorted(name for _, _, name in person.list_folders()) == ["INBOX", "Sent", "要確認"]


def test_doctor_tells_that_no_access_token_can_be_had(office: Office) -> None:
    settings = office.folder / "settings.toml"
    auth = """auth = { tenant = "t", client_id = "c", secret = { file = "password" }, authority = "https://localhost:1" }"""
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('password = { file = "password" }', auth, 1), encoding="utf-8")

    code, said = _doctor(office)

    assert code == 1
    assert "提出先 ①（n_mynumber@mhlw.go.jp） のアクセストークン" in said
    assert "https://localhost:1 からアクセストークンを得られません（接続できません）。" in said
