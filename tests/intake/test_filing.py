"""Moving mails into folders: on real Dovecots with and without MOVE and UIDPLUS, with Japanese names under
different hierarchy separators."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from intake.sources.filing import Filed, ImapFiler, ToFile
from intake.sources.imap_access import ImapAccess
from intake.sources.source import SourceUnavailable
from tests.servers import machine
from tests.servers.dovecot import Dovecot
from tests.servers.folders import BELOW_INBOX, JAPANESE, NO_MOVE, NO_UIDPLUS, Box, box_on, dovecot_of
from tests.servers.scripted import scripted_imap

DONE = "受付済"


def mail(n: int) -> bytes:
    return f"From: a@pref.kanagawa.lg.jp\r\nMessage-ID: <{n}@mail.test>\r\n\r\n{n}\r\n".encode()


@pytest.fixture(scope="module", params=[JAPANESE, BELOW_INBOX, NO_MOVE, NO_UIDPLUS])
def every_kind(request: pytest.FixtureRequest) -> Iterator[tuple[Dovecot, str]]:
    with dovecot_of(request.param) as dovecot:
        yield dovecot, "INBOX." if request.param == BELOW_INBOX else ""


@pytest.fixture
def box(every_kind: tuple[Dovecot, str]) -> Iterator[Box]:
    with box_on(*every_kind) as made:
        yield made


def wanted(box: Box, uid: int, folder: str = DONE, lies_in: str = "", n: int = 1) -> ToFile:
    return ToFile(uid, folder, box.uidvalidity(), (str(uid),), f"<{n}@mail.test>", lies_in)


def file(box: Box, *mails: ToFile) -> list[Filed]:
    return list(ImapFiler(box.access).file(mails))


def test_a_mail_is_moved_whole_into_a_folder_that_is_made_for_it(box: Box) -> None:
    uid = box.put(mail(1))
    stays = box.put(mail(2))

    (done,) = file(box, wanted(box, uid))

    assert (done.key, done.folder) == (uid, DONE)
    assert box.lists(DONE) == [mail(1)]
    assert box.lists("INBOX") == [mail(2)]
    assert stays != uid
    assert box.full(DONE) in [name for _, _, name in box.person.list_sub_folders()]


def test_many_go_to_several_folders(box: Box) -> None:
    uids = [box.put(mail(n)) for n in range(4)]
    folders = [DONE, "要確認", DONE, "要確認"]

    done = file(box, *(wanted(box, u, f, n=n) for n, (u, f) in enumerate(zip(uids, folders, strict=True))))

    assert sorted((d.key, d.folder) for d in done) == list(zip(uids, folders, strict=True))
    assert (box.lists(DONE), box.lists("要確認")) == ([mail(0), mail(2)], [mail(1), mail(3)])


def test_a_mail_that_somebody_has_moved_is_no_fault(box: Box) -> None:
    uid, other = box.put(mail(1)), box.put(mail(2))
    box.person.select_folder("INBOX")
    box.person.delete_messages([uid])
    box.person.expunge()

    done = file(box, wanted(box, uid), wanted(box, other, n=2))

    assert (uid, "gone") in [(d.key, d.how) for d in done]
    assert box.lists(DONE) == [mail(2)]


def test_what_was_moved_before_a_crash_is_not_taken_for_somebody_elses_doing(box: Box) -> None:
    uid, other = box.put(mail(1)), box.put(mail(2))
    file(box, wanted(box, uid))

    done = file(box, wanted(box, uid), wanted(box, other, n=2))

    assert {(d.key, d.how == "gone") for d in done} == {(uid, False), (other, False)}
    assert box.lists(DONE) == [mail(1), mail(2)]


def test_under_another_uidvalidity_the_same_uid_is_another_mail(box: Box) -> None:
    uid = box.put(mail(1))

    done = file(box, ToFile(uid, DONE, "1", (str(uid),), "<1@mail.test>"))

    assert [d.how for d in done] == ["gone"]
    assert box.lists("INBOX") == [mail(1)]


def test_a_mail_that_is_decided_anew_goes_on_from_its_folder(box: Box) -> None:
    uid = box.put(mail(1))
    file(box, wanted(box, uid, "要確認"))

    file(box, wanted(box, uid, DONE, lies_in="要確認"))

    assert (box.lists(DONE), box.lists("要確認"), box.lists("INBOX")) == ([mail(1)], [], [])


def test_what_people_have_marked_as_deleted_is_left_to_them(box: Box) -> None:
    theirs, uid = box.put(mail(1)), box.put(mail(2))
    box.person.select_folder("INBOX")
    box.person.delete_messages([theirs])

    file(box, wanted(box, uid, n=2))

    box.person.select_folder("INBOX", readonly=True)
    assert theirs in box.person.search(["DELETED"])
    assert box.lists(DONE) == [mail(2)]


def test_a_folder_below_another_is_named_with_a_slash(box: Box) -> None:
    uid = box.put(mail(1))

    file(box, wanted(box, uid, "調査/受付済"))

    separator = "." if box.prefix else "/"
    assert box.lists(f"調査{separator}受付済") == [mail(1)]


@pytest.fixture(scope="module")
def without_move() -> Iterator[Dovecot]:
    with dovecot_of(NO_MOVE) as dovecot:
        yield dovecot


def test_a_copy_that_was_cut_short_is_not_made_again(without_move: Dovecot) -> None:
    with box_on(without_move) as box:
        uid = box.put(mail(1))
        box.person.create_folder(DONE)
        box.person.select_folder("INBOX")
        box.person.copy([uid], DONE)

        (done,) = file(box, wanted(box, uid))

        assert done.how == "moved"
        assert (box.lists(DONE), box.lists("INBOX")) == ([mail(1)], [])


def test_without_uidplus_the_original_is_left_marked() -> None:
    with dovecot_of(NO_UIDPLUS) as dovecot, box_on(dovecot) as box:
        uid = box.put(mail(1))

        assert [d.how for d in file(box, wanted(box, uid))] == ["marked"]

        box.person.select_folder("INBOX", readonly=True)
        assert box.person.search(["DELETED"]) == [uid]


def test_one_that_the_server_refuses_does_not_hinder_the_others() -> None:
    answers = {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1 MOVE\r\nTAG OK done\r\n",
        "LIST": b'* LIST () "/" INBOX\r\nTAG OK done\r\n',
        "SELECT": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 1] valid\r\nTAG OK [READ-WRITE] done\r\n",
        "UID SEARCH": b"* SEARCH 1 2\r\nTAG OK done\r\n",
        "UID MOVE 1,2": b"TAG NO not all\r\n",
        "UID MOVE 1 ": b"TAG NO locked\r\n",
        "UID MOVE 2": b"TAG OK done\r\n",
    }
    with machine.folder() as at:
        tls = machine.certificate(at / "tls")
        with scripted_imap(answers, tls) as server:
            access = ImapAccess("localhost", server.port, "u", "p", ca=tls[0], timeout_seconds=5)
            done = list(ImapFiler(access).file([ToFile(n, DONE, "1", (str(n),)) for n in (1, 2)]))

            assert [(d.key, d.how) for d in done] == [(2, "moved")]
            with pytest.raises(SourceUnavailable, match=r"フォルダーに移せません（.*locked"):
                list(ImapFiler(access).file([ToFile(1, DONE, "1", ("1",))]))
