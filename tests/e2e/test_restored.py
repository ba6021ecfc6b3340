"""A backup takes the ledger's place while letters have left since: real worker, real Dovecot, real Postfix.

What lies in the recipients' mailboxes is the truth about what went out.
"""

from __future__ import annotations

import email
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from imapclient import IMAPClient

from intake.sources.imap_access import ImapAccess, connect
from tests.e2e.kinds import KIND_BY_NAME
from tests.e2e.office import COMMAND, MAILBOXES, Answer, Office, mail
from tests.e2e.scene import Scene, Stage
from tests.e2e.steps import Step
from tests.servers.correspondents import SAGAMIHARA, YOKOSUKA, Correspondents
from tests.servers.machine import eventually

BOX = MAILBOXES["n_mynumber"]
WHO = ("--by", "山田", "--why", "電話で確認した")
YOKOSUKA_SHOMAN = Answer("14神奈川県横須賀市", "中核市", "小慢")
SAGAMIHARA_NANBYO = Answer("14神奈川県相模原市", "指定都市", "難病")
SAGAMIHARA_SHOMAN = Answer("14神奈川県相模原市", "指定都市", "小慢")
LEFT = "SELECT count(*) FROM reply_overview WHERE state = 'sent' AND kind <> 'alert'"
WAITING = "SELECT count(*) FROM to_send"
DECIDED = "SELECT count(DISTINCT arrival_id) FROM verdict"


def _command(office: Office, *words: str) -> tuple[int, str]:
    command = [COMMAND, "--settings", str(office.folder / "settings.toml"), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


class Mails:
    """What the senders wrote, and what has come to them."""

    def __init__(self, office: Office, writers: Correspondents) -> None:
        self._office, self._writers = office, writers
        self.written = 0

    def write(self, sender: str, answer: Answer, complete: bool = True) -> None:
        self.written += 1
        changes = None if complete else {"9": None}
        raw = mail(sender, BOX, f"<{self.written}@city.test>", answer, answer.workbook(changes))
        self._writers.write(sender, BOX, raw)
        box = self._writers.servers.dovecot
        assert eventually(lambda: len(box.mails(BOX)) == self.written, 20)

    def work(self, left: int, waiting: int) -> None:
        """A worker until every mail is decided, so many letters have left and so many wait; then it is stopped."""
        worker = self._office.run()
        self._office.wait_for_rows(DECIDED, [(self.written,)], 60)
        self._office.wait_for_rows(LEFT, [(left,)], 60)
        self._office.wait_for_rows(WAITING, [(waiting,)], 60)
        self._office.wait_for_rows("SELECT count(*) FROM to_copy", [(0,)], 60)  # else the next run makes the copies
        assert worker.terminate() == 0

    def came(self) -> Counter[str]:
        """How often each letter came, by Message-ID."""
        files = [f for to in (YOKOSUKA, SAGAMIHARA) for f in self._writers.servers.dovecot.mails(to)]
        return Counter(str(email.message_from_bytes(file.read_bytes())["Message-ID"]) for file in files)


@pytest.fixture
def mails(office: Office, writers: Correspondents) -> Mails:
    return Mails(office, writers)


def _without_copies(office: Office) -> None:
    settings = office.folder / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('source = "imap"', 'source = "imap"\nsent_copy = false'), encoding="utf-8")


def _copies(servers: Correspondents, address: str = BOX) -> list[str]:
    """Message-IDs in the folder of sent mails."""
    at = servers.servers
    client = connect(ImapAccess("localhost", at.imaps_port, address, at.add_user(address), ca=at.ca))
    try:
        return _ids(client)
    finally:
        client.shutdown()


def _ids(client: IMAPClient) -> list[str]:
    if not client.folder_exists("Sent"):
        return []
    client.select_folder("Sent", readonly=True)
    found = client.fetch(client.search(), ["BODY.PEEK[]"]).values() if client.search() else ()
    return [str(email.message_from_bytes(m[b"BODY[]"])["Message-ID"]) for m in found]


@pytest.mark.long
@pytest.mark.parametrize("copies", [True, False], ids=["copies in Sent", "no copies"])
def test_after_an_old_backup_nothing_leaves_twice_and_what_nobody_can_know_waits(
    office: Office, writers: Correspondents, mails: Mails, copies: bool
) -> None:
    """One letter before the backup, two after it and a decision; one mail comes while nobody works."""
    if not copies:
        _without_copies(office)
    mails.write(SAGAMIHARA, SAGAMIHARA_NANBYO)
    mails.work(left=1, waiting=0)
    assert _command(office, "backup", str(office.folder / "copy.db"))[0] == 0
    mails.write(YOKOSUKA, YOKOSUKA_SHOMAN)
    mails.write(SAGAMIHARA, SAGAMIHARA_SHOMAN, complete=False)
    mails.work(left=3, waiting=0)
    if copies:
        assert sorted(_copies(writers)) == sorted(mails.came())
    assert _command(office, "decide", "1", "ignore", *WHO, "--yes")[0] == 0
    before = mails.came()
    assert sorted(before.values()) == [1, 1, 1]
    mails.write(SAGAMIHARA, SAGAMIHARA_SHOMAN)
    time.sleep(1.1)  # times of receipt have whole seconds, and only what came before the restore waits

    code, said = _command(office, "restore", str(office.folder / "copy.db"), "--by", "職員", "--why", "故障")
    assert code == 0, said
    assert "山田　対応不要　N" in said  # the decision that is missing, by name
    assert "この間の職員の判断と記録は 1件です。もう一度行ってください。" in said

    mails.work(left=3 if copies else 1, waiting=1 if copies else 3)
    assert mails.came() == before
    mails.write(YOKOSUKA, YOKOSUKA_SHOMAN)
    mails.work(left=4 if copies else 2, waiting=1 if copies else 3)  # what comes now is answered at once
    after = mails.came()
    assert sorted(after.values()) == [1, 1, 1, 1]
    code, said = _command(office, "status")
    assert f"送信待ち {1 if copies else 3}通" in said

    if copies:  # only what nobody answered is left
        assert _command(office, "release-sending", *WHO)[0] == 0
        mails.work(left=5, waiting=0)
        assert sorted(mails.came().values()) == [1, 1, 1, 1, 1]
        assert eventually(lambda: sorted(_copies(writers)) == sorted(mails.came()), 20)
    else:  # an official found two of them in the log of the mail server, and the third not
        waiting = office.ledger("SELECT receipt FROM reply_overview WHERE state = 'queued' ORDER BY id")
        first, second, third = (number for (number,) in waiting)
        code, said = _command(office, "release-sending", "--list")
        assert code == 0 and all(number in said for number in (first, second, third)), said
        assert _command(office, "release-sending", "--letter", first, "--letter", second, "--left", *WHO)[0] == 0
        assert _command(office, "release-sending", "--letter", third, *WHO)[0] == 0
        mails.work(left=5, waiting=0)
        assert sorted(mails.came().values()) == [1, 1, 1, 1, 1]
    code, said = _command(office, "verify")
    assert code == 0, said


COPYING = (
    Step("to be copied", "routing.ledger.mailbox_tasks:to_copy", "before", "reply"),
    Step("looked for", "replies.senders.sent_folder:any_with_header", "after", "reply"),
    Step("copied", "routing.ledger.mailbox_tasks:note_copied", "before", "reply"),
    Step("copy noted", "routing.ledger.mailbox_tasks:note_copied", "after", "reply"),
)


@pytest.fixture
def scene(stage: Stage) -> Iterator[Scene]:
    yield stage.scene("n_mynumber")


@pytest.mark.long
@pytest.mark.parametrize("step", COPYING, ids=lambda step: step.name)
def test_killed_between_the_servers_word_and_the_copy_it_lies_among_the_sent_mails_once(
    scene: Scene, step: Step, tmp_path: Path
) -> None:
    """And what we put there ourselves is no answer of a human: the second mail is answered as well."""
    scene.arrive(KIND_BY_NAME["accepted"], 11)
    assert scene.once(step) == -signal.SIGKILL, scene.log()

    assert scene.once() == 0, scene.log()
    scene.arrive(KIND_BY_NAME["accepted"], 12)
    assert scene.once() == 0, scene.log()

    writers = Correspondents(scene.servers)
    copies = _copies(writers, scene.users["n_mynumber"])
    assert sorted(copies) == sorted(scene.smtp.message_ids[1:])  # the first is of the day before
    assert len(set(copies)) == 2
    assert scene.rows("SELECT count(*) FROM posting WHERE state = 'overtaken'") == [(0,)]
    assert scene.rows("SELECT count(*) FROM to_copy") == [(0,)]


@pytest.mark.long
def test_killed_in_the_one_window_the_letter_that_left_twice_has_one_copy(scene: Scene) -> None:
    scene.arrive(KIND_BY_NAME["accepted"], 13)
    accepted = Step("accepted", "replies.senders.smtp:_hand_over", "after", "reply", window=True)
    assert scene.once(accepted) == -signal.SIGKILL, scene.log()

    assert scene.once() == 0, scene.log()

    assert len(scene.smtp.message_ids) == 3
    copies = _copies(Correspondents(scene.servers), scene.users["n_mynumber"])
    assert copies == [scene.smtp.message_ids[-1]]


@pytest.mark.long
@pytest.mark.parametrize("word", ["left", "send"])
def test_killed_before_its_copy_and_then_restored_the_letter_waits_for_an_officials_word(scene: Scene, word: str) -> None:
    """The server took it, no copy of it was made, and the ledger of the day before knows nothing: nobody can tell.
    Neither the copies that lie there nor the letter of before count as a human's answer."""
    backup, who = str(scene.folder / "copy.db"), ("--by", "職員", "--why", "送信サーバーの記録")
    scene.arrive(KIND_BY_NAME["accepted"], 14)
    assert scene.once() == 0, scene.log()
    assert scene.command("backup", backup)[0] == 0
    scene.arrive(KIND_BY_NAME["accepted"], 15)
    accepted = Step("accepted", "replies.senders.smtp:_hand_over", "after", "reply", window=True)
    assert scene.once(accepted) == -signal.SIGKILL, scene.log()
    left = list(scene.smtp.message_ids)
    time.sleep(1.1)  # times of receipt have whole seconds
    assert scene.command("restore", backup, *who)[0] == 0

    assert scene.once() == 0, scene.log()
    assert scene.smtp.message_ids == left
    assert scene.rows("SELECT count(*) FROM posting WHERE state = 'overtaken'") == [(0,)]
    ((number,),) = scene.rows(
        "SELECT a.receipt FROM to_send q JOIN outbox o ON o.id = q.outbox_id JOIN arrival a ON a.id = o.arrival_id"
    )
    chosen = ("--letter", number, *(["--left"] if word == "left" else []))
    assert scene.command("release-sending", *chosen, *who)[0] == 0
    assert scene.once() == 0, scene.log()
    assert scene.smtp.message_ids == left + ([left[-1]] if word == "send" else [])
    scene.arrive(KIND_BY_NAME["accepted"], 16)
    assert scene.once() == 0, scene.log()
    assert len(scene.smtp.message_ids) == len(left) + (2 if word == "send" else 1)
    assert scene.rows("SELECT count(*) FROM to_send") == [(0,)]
    code, said = scene.command("verify")
    assert code == 0, said
