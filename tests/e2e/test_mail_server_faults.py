"""Mail servers that misbehave while every kind of mail is on its way: what becomes of each is the same as ever.

Dovecot is real, and so is what happens to it; a wire (tests/servers/proxy.py) tells the moment in the middle
of an answer to FETCH. Refusals of a real Postfix stand in tests/replies/test_smtp_phases.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e.kinds import BULK, KIND_BY_NAME, KINDS
from tests.e2e.office import Worker
from tests.e2e.scene import Scene, Stage
from tests.matrix import note
from tests.servers.machine import eventually
from tests.servers.mail import MailServers
from tests.servers.postfix import Postfix
from tests.servers.proxy import Wire, wire
from tests.servers.refusing import PHASES, refusing_postfix

MID_FETCH = {"n_mynumber": 100_000, "yoboseshu": 15_000}  # bytes said by the server: within a mail
Record = Callable[[str, object], None]
N, Y = "n_mynumber", "yoboseshu"


@contextmanager
def working(scene: Scene) -> Iterator[Worker]:
    """A running worker that ends well."""
    worker = scene.start()
    try:
        yield worker
        assert worker.terminate() == 0, worker.log()
    finally:
        worker.kill()


@contextmanager
def wires(scene: Scene, fault: str | Callable[[str], object], seconds: float = 20) -> Iterator[list[Wire]]:
    """Wires in front of both mailboxes; the fault strikes each in the middle of its first FETCH."""
    with ExitStack() as stack:
        made = []
        for id in scene.mailboxes:
            act = fault if isinstance(fault, str) else (lambda id=id: fault(id))  # type: ignore[misc]
            made.append(stack.enter_context(wire(scene.servers.imaps_port, MID_FETCH[id], act)))
            scene.ports[id] = made[-1].port
        scene.configure(seconds)
        yield made


def _to_the_end(scene: Scene, mails: int | None = None) -> None:
    done = eventually(lambda: scene.settled(mails), 100)  # a reply that met the server away rests for a minute
    assert done, scene.log()[-3000:]


@pytest.mark.long
@pytest.mark.parametrize("fault", ["reset", "restarted"])
def test_a_connection_lost_in_mid_fetch(stage: Stage, fault: str, record_property: Record) -> None:
    note(record_property, f"IMAP: {fault} in mid-fetch")
    scene = stage.everything()
    for number in range(100, 106):
        scene.arrive(BULK, number)
    once: list[str] = []

    def restart(id: str) -> None:
        if not once:
            once.append(id)
            scene.servers.dovecot.restart()

    with wires(scene, "reset" if fault == "reset" else restart) as made, working(scene):
        _to_the_end(scene)
        assert all(one.happened.is_set() and one.connections > 1 for one in made)
    scene.check()


@pytest.mark.long
def test_a_server_that_hangs_in_mid_fetch_is_given_up_and_asked_again(
    stage: Stage, record_property: Record
) -> None:
    note(record_property, "IMAP: hangs in mid-fetch")
    scene = stage.everything()
    with wires(scene, "hang", seconds=2) as made, working(scene):
        _to_the_end(scene)
        assert all(one.happened.is_set() and one.connections > 1 for one in made)
    scene.check()


@pytest.mark.long
@pytest.mark.parametrize("when", ["in mid-fetch", "between looks"])
def test_another_uidvalidity_gives_sightings_only(stage: Stage, when: str, record_property: Record) -> None:
    note(record_property, f"IMAP: UIDVALIDITY changed {when}")
    scene = stage.everything()
    change = scene.servers.dovecot.change_uidvalidity
    if when == "in mid-fetch":
        with wires(scene, lambda id: change(scene.users[id], 4_000_000)), working(scene):
            _to_the_end(scene)
            both = "SELECT count(DISTINCT mailbox) FROM cursor WHERE uidvalidity = '4000000'"
            assert eventually(lambda: scene.rows(both) == [(2,)], 20)
    else:
        with working(scene):
            _to_the_end(scene)
            for user in scene.users.values():
                change(user, 4_000_000)
            _sightings(scene, 2 * len(KINDS))
    scene.check(sightings=int(scene.rows("SELECT count(*) FROM sighting WHERE uidvalidity <> 'base'")[0][0]))


def _sightings(scene: Scene, count: int) -> None:
    query = "SELECT count(*) FROM sighting WHERE uidvalidity <> 'base'"
    assert eventually(lambda: scene.rows(query) == [(count,)], 20), scene.rows(query)


@pytest.mark.long
def test_a_mailbox_that_people_empty_in_mid_fetch(stage: Stage, record_property: Record) -> None:
    """What had been read stays read; what is gone before anyone read it is gone; nothing else is disturbed."""
    note(record_property, "people empty the mailbox in mid-fetch")
    scene = stage.everything()

    emptied: set[str] = set()

    def empty(id: str) -> None:
        scene.servers.dovecot.doveadm("expunge", "-u", scene.users[id], "mailbox", "INBOX", "all")
        emptied.add(id)

    with wires(scene, empty), working(scene):
        polled = "SELECT count(*) FROM health WHERE last_success_at <> ''"
        assert eventually(lambda: len(emptied) == 2 and scene.rows(polled) == [(2,)], 20), scene.log()
        late = KIND_BY_NAME["accepted"]
        scene.arrive(late, 50)
        seen = "SELECT count(*) FROM arrival WHERE sha256 = '" + list(scene.put)[-1] + "'"
        assert eventually(lambda: scene.rows(seen) == [(1,)], 20)
        _to_the_end(scene, int(scene.rows("SELECT count(*) FROM arrival")[0][0]))
    kept = {sha256 for (sha256,) in scene.rows("SELECT sha256 FROM arrival WHERE header_only = 0")}
    large = scene.rows("SELECT count(*) FROM arrival WHERE header_only = 1") == [(1,)]
    scene.put = {s: k for s, k in scene.put.items() if s in kept or (large and k.name == "too large")}
    sightings = int(scene.rows("SELECT count(*) FROM sighting WHERE uidvalidity <> 'base'")[0][0])
    scene.check(sightings=sightings)
    assert late in scene.put.values()


@pytest.mark.long
def test_mails_that_people_move_away_and_back_are_seen_and_not_decided_again(
    stage: Stage, record_property: Record
) -> None:
    note(record_property, "people move mails away and back")
    scene = stage.everything()
    dovecot = scene.servers.dovecot
    with working(scene):
        _to_the_end(scene)
        for user in scene.users.values():
            dovecot.doveadm("mailbox", "create", "-u", user, "Done")
            dovecot.doveadm("move", "-u", user, "Done", "mailbox", "INBOX", "all")
            dovecot.doveadm("move", "-u", user, "INBOX", "mailbox", "Done", "all")
        _sightings(scene, 2 * len(KINDS))
    scene.check(sightings=2 * len(KINDS))


@pytest.mark.long
def test_a_mailbox_restored_from_a_backup_gives_uids_again_and_hides_no_mail(
    stage: Stage, tmp_path: Path, record_property: Record
) -> None:
    """As many mails come after the backup as had come before the crash, all under UIDs that were read before."""
    note(record_property, "IMAP: restored, UIDs given again")
    scene = stage.scene(N, Y)
    dovecot = scene.servers.dovecot
    backups = {id: tmp_path / id for id in scene.mailboxes}
    for id, user in scene.users.items():
        dovecot.back_up(user, backups[id])
    for number in range(60, 60 + len(KINDS)):  # they were read, and are gone with the crash
        scene.arrive(KIND_BY_NAME["inquiry"], number)
    scene.arrive(KIND_BY_NAME["list"], 60)
    with working(scene) as worker:
        _to_the_end(scene)
        for id, user in scene.users.items():
            dovecot.restore(user, backups[id])
        for number, kind in enumerate(KINDS):
            scene.arrive(kind, number, stage.reply_id)
        _to_the_end(scene)
        worker.wait_for("以前の状態に戻されています")
    scene.check(sightings=2 * len(KINDS) + 1)


@pytest.mark.long
def test_a_login_refused_for_a_while(stage: Stage, record_property: Record) -> None:
    note(record_property, "IMAP: login refused for a while")
    scene = stage.scene(N, Y)
    (scene.folder / "password").write_text("Himitsu-4711\n")
    with working(scene) as worker:
        worker.wait_for("ログインできません")
        for number, kind in enumerate(KINDS):
            scene.arrive(kind, number, stage.reply_id)
        (scene.folder / "password").write_text("test-password\n")
        _to_the_end(scene)
        worker.wait_for("再び読めるようになりました")
        assert "Himitsu" not in worker.log()
    scene.check()


# --- the server that takes the replies


@pytest.mark.long
def test_a_connection_lost_after_data_is_tried_once_more_under_the_same_message_id(
    stage: Stage, record_property: Record
) -> None:
    """The server takes each reply and hangs up; a minute later the same mail, and never a third time."""
    note(record_property, "SMTP: connection lost after DATA")
    scene = stage.everything()
    due = sum(bool(kind.letter) for kind in KINDS)
    scene.smtp.hang_up = due

    for minute in range(2 * due + 2):
        scene.once(later=timedelta(minutes=2 * minute))
    scene.check(twice=due)


@pytest.fixture(scope="module")
def refusing(mail_servers: MailServers) -> Iterator[Postfix]:
    with refusing_postfix(mail_servers) as made:
        yield made


def _by_postfix(postfix: Postfix, fault: str) -> str:
    return f'host = "localhost"\nport = {postfix.ports[fault]}\ntls_ca = "{postfix.ca}"'


def _states(scene: Scene) -> set[str]:
    """What became of the replies of the second day."""
    return {
        state for (state,) in scene.rows("SELECT state FROM reply_overview WHERE kind <> 'alert' AND id > 1")
    }


@pytest.mark.long
@pytest.mark.parametrize("fault", ["connect 4", "connect 5", "EHLO 4", "EHLO 5", "STARTTLS 4", "AUTH wanted"])
def test_a_no_to_the_connection_blames_no_reply_and_each_goes_out_once_afterwards(
    stage: Stage, refusing: Postfix, fault: str, record_property: Record
) -> None:
    note(record_property, f"SMTP: no at {fault}yz" if fault[-1].isdigit() else "SMTP: 530 log in first")
    scene = stage.everything()
    scene.configure(sender=_by_postfix(refusing, fault))
    assert scene.once() == 1
    assert _states(scene) <= {"queued", "later", "undelivered"}  # that of the first day has bounced
    scene.configure()
    assert scene.once(later=timedelta(minutes=2)) == 0, scene.log()
    scene.check()


@pytest.mark.long
@pytest.mark.parametrize("phase", PHASES)
def test_replies_that_a_server_puts_off_go_out_once(
    stage: Stage, refusing: Postfix, phase: str, record_property: Record
) -> None:
    note(record_property, f"SMTP: 4yz at {phase}")
    scene = stage.everything()
    scene.configure(sender=_by_postfix(refusing, f"{phase} 4"))
    assert scene.once() == 1
    assert _states(scene) == {"later"}
    scene.configure()
    assert scene.once(later=timedelta(minutes=3)) == 0, scene.log()
    scene.check()


@pytest.mark.long
@pytest.mark.parametrize("phase", PHASES[1:])
def test_replies_that_a_server_refuses_are_shown_and_go_out_on_command(
    stage: Stage, refusing: Postfix, phase: str, record_property: Record
) -> None:
    note(record_property, f"SMTP: 5yz at {phase}")
    scene = stage.everything()
    due = sum(bool(kind.letter) for kind in KINDS)
    scene.configure(sender=_by_postfix(refusing, f"{phase} 5"))
    assert scene.once() == 1
    assert _states(scene) == {"refused"}
    assert scene.once(later=timedelta(hours=2)) == 0  # not tried again by itself
    waiting = scene.rows("SELECT receipt FROM reply_overview WHERE state = 'refused' AND kind <> 'alert'")
    assert len(waiting) == due
    code, held = scene.command("held", "--json")
    assert code == 0 and all(receipt in held for (receipt,) in waiting)

    scene.configure()
    for (receipt,) in waiting:
        done = scene.command("decide", receipt, "retry", "--by", "山田", "--why", "送信の設定を直した")
        assert done[0] == 0, done[1]
    before = len(scene.smtp.message_ids)
    assert scene.once() == 0, scene.log()
    letters = "SELECT count(*) FROM reply_overview WHERE state = 'sent' AND kind <> 'alert'"
    assert scene.rows(letters) == [(due,)]
    assert len(set(scene.smtp.message_ids[before:])) == len(scene.smtp.message_ids[before:]) >= due


@pytest.mark.long
@pytest.mark.parametrize("fault", ["MAIL 5", "no relay"])  # Postfix tells the latter at RCPT
def test_what_a_server_says_of_our_own_rights_blames_no_reply(
    stage: Stage, refusing: Postfix, fault: str, record_property: Record
) -> None:
    note(record_property, f"SMTP: {'5yz at MAIL' if fault == 'MAIL 5' else 'relay denied'}")
    scene = stage.everything()
    scene.configure(sender=_by_postfix(refusing, fault))
    assert scene.once() == 1
    assert _states(scene) == {"queued", "later"}
    code, shown = scene.command("status")
    assert code == 0 and "n_mynumber@mhlw.go.jp からのメールを、" in shown
    scene.configure()
    assert scene.once(later=timedelta(minutes=3)) == 0, scene.log()
    scene.check()


@pytest.mark.long
def test_replies_that_were_refused_go_out_again_with_one_command(
    stage: Stage, refusing: Postfix, record_property: Record
) -> None:
    """The very mails that were refused, once each; a second command finds nothing more."""
    note(record_property, "SMTP: 5yz at RCPT, then resend")
    scene = stage.everything()
    scene.configure(sender=_by_postfix(refusing, "RCPT 5"))
    assert scene.once() == 1
    scene.configure()
    again = ("resend", "--all-refused", "--by", "山田", "--why", "送信の設定を直した")
    code, said = scene.command(*again)
    assert code == 0 and said.count("送信待ちに戻しました") == len(scene.rows("SELECT id FROM outbox")) - 1
    assert scene.once() == 0, scene.log()
    assert scene.command(*again) == (0, "送り直すものはありません。\n")
    scene.check()


@pytest.mark.long
def test_an_hour_in_which_nobody_listens_delays_every_reply_and_doubles_none(
    stage: Stage, record_property: Record
) -> None:
    note(record_property, "SMTP: nobody listens for an hour")

    scene = stage.everything()
    down = f'host = "127.0.0.1"\nport = {scene.servers.imap_port + 1}\ntls = "none"'
    scene.configure(sender=down)
    for minute in range(0, 60, 10):
        assert scene.once(later=timedelta(minutes=minute)) == 1
    scene.configure()
    assert scene.once(later=timedelta(minutes=61)) == 0, scene.log()
    scene.check()
