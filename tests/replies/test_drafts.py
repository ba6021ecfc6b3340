"""Drafts in a mailbox with Japanese folder names, under both hierarchy separators of real Dovecots; and what
people then do with them in their mail programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes

import pytest

from intake.mail.ids import MessageIds
from intake.sources.imap_access import ImapAccess
from replies.senders.draft_watch import DraftsWatch, Fate, OpenDraft
from replies.senders.drafts import DraftsFolder, DraftsSender
from replies.senders.maildir import MaildirSender
from replies.senders.sender import OutgoingMail, SenderLater
from tests.servers import machine
from tests.servers.dovecot import Dovecot
from tests.servers.folders import BELOW_INBOX, JAPANESE, Box, box_on, dovecot_of
from tests.servers.scripted import scripted_imap

FROM = "n_mynumber@mhlw.go.jp"
IDS = MessageIds(b"k" * 32)
OURS = IDS.make("N0718-7K3M-9QXA", "correction", "mhlw.go.jp")
THEIRS = "<their.mail@city.test>"
DRAFTS, SENT = "下書き", "送信済みアイテム"


def mail(message_id: str = OURS, body: str = "確認のお願い", answers: str = THEIRS) -> bytes:
    head = f"From: {FROM}\r\nTo: a@city.test\r\nMessage-ID: {message_id}\r\nIn-Reply-To: {answers}\r\n"
    return (head + f"References: {answers}\r\n\r\n{body}\r\n").encode()


POSTING = OutgoingMail(FROM, "a@city.test", OURS, mail())


@pytest.fixture(scope="module", params=[JAPANESE, BELOW_INBOX], ids=["slash", "dot"])
def servers(request: pytest.FixtureRequest) -> Iterator[tuple[Dovecot, str]]:
    with dovecot_of(request.param) as dovecot:
        yield dovecot, "INBOX." if request.param == BELOW_INBOX else ""


@pytest.fixture
def box(servers: tuple[Dovecot, str]) -> Iterator[Box]:
    with box_on(*servers) as made:
        yield made


@pytest.fixture
def sender(box: Box) -> Iterator[DraftsSender]:
    made = DraftsSender({FROM: DraftsFolder(box.access)})
    yield made
    made.close()


def put(box: Box) -> OpenDraft:
    """A draft by our sender, as the ledger keeps it in mind."""
    with_its_own = DraftsSender({FROM: DraftsFolder(box.access)})
    outcome = with_its_own.send(POSTING)
    with_its_own.close()
    return OpenDraft(7, OURS, THEIRS, outcome.detail)


def watch(box: Box) -> DraftsWatch:
    return DraftsWatch(DraftsFolder(box.access))


# --- putting them there


def test_a_draft_lies_where_the_server_says_with_the_flags_of_a_draft(box: Box, sender: DraftsSender) -> None:
    assert sender.send(POSTING).result == "drafted"

    assert box.lists(DRAFTS) == [POSTING.data]
    (flags,) = box.person.get_flags(box.person.search()).values()
    assert {b"\\Draft", b"\\Seen"} <= set(flags)


def test_its_place_is_the_one_that_the_server_gave(box: Box, sender: DraftsSender) -> None:
    outcome = sender.send(POSTING)

    status = box.person.folder_status(box.full(DRAFTS), ["UIDVALIDITY"])
    assert outcome.detail == f"{box.full(DRAFTS)};UIDVALIDITY={status[b'UIDVALIDITY']}/;UID=1"


def test_the_same_again_is_the_same_draft(box: Box, sender: DraftsSender) -> None:
    first = sender.send(POSTING)
    sender.close()

    assert sender.send(POSTING) == first
    assert box.lists(DRAFTS) == [POSTING.data]


def test_after_the_server_has_hung_up_it_connects_anew(box: Box, sender: DraftsSender) -> None:
    sender.send(POSTING)
    box.dovecot.cut(box.user)
    other = replace(POSTING, message_id="<2@mhlw.go.jp>", data=mail("<2@mhlw.go.jp>"))

    assert sender.send(other).result == "drafted"


def test_a_folder_named_in_the_settings_is_made(box: Box) -> None:
    named = DraftsSender({FROM: DraftsFolder(box.access, "自動作成/返信案")})

    assert named.send(POSTING).result == "drafted"
    named.close()

    separator = "." if box.prefix else "/"
    assert box.lists(f"自動作成{separator}返信案") == [POSTING.data]


def test_what_is_from_no_mailbox_of_ours_is_refused(sender: DraftsSender) -> None:
    outcome = sender.send(replace(POSTING, mail_from="else@mhlw.go.jp"))

    assert outcome.result == "refused"
    assert "設定にありません" in outcome.detail


def test_what_is_for_the_operators_themselves_goes_straight_to_them(box: Box, tmp_path: object) -> None:
    direct = MaildirSender(tmp_path / "out")  # type: ignore[operator]
    sender = DraftsSender({FROM: DraftsFolder(box.access)}, ("Tantou@mhlw.go.jp", direct))

    assert sender.send(replace(POSTING, rcpt_to="tantou@mhlw.go.jp")).result == "sent"
    assert sender.send(POSTING).result == "drafted"
    sender.close()

    assert box.lists(DRAFTS) == [POSTING.data]


def test_a_server_that_says_no_is_asked_again_later_and_one_that_hangs_up_too() -> None:
    answers = {
        "LIST": b'* LIST (\\Drafts) "/" Drafts\r\nTAG OK done\r\n',
        "APPEND": b"TAG NO [OVERQUOTA] full\r\n",
    }
    with machine.folder() as at:
        tls = machine.certificate(at / "tls")
        access = ImapAccess("localhost", 0, "u", "p", ca=tls[0], timeout_seconds=5)
        with scripted_imap(answers, tls) as server:
            full = DraftsSender({FROM: DraftsFolder(replace(access, port=server.port))})
            outcome = full.send(POSTING)
            full.close()
        with scripted_imap({**answers, "APPEND": b""}, tls) as server:
            gone = DraftsSender({FROM: DraftsFolder(replace(access, port=server.port))})
            with pytest.raises(SenderLater, match="下書きフォルダーに書き込めません"):
                gone.send(POSTING)

    assert (outcome.result, "full" in outcome.detail) == ("later", True)


def test_probe_names_the_folder(box: Box, sender: DraftsSender) -> None:
    assert f"{FROM} の {box.full(DRAFTS)}" in sender.probe()


# --- what people do with them


def test_a_draft_that_is_left_alone_has_no_fate(box: Box) -> None:
    draft = put(box)
    put(box)

    assert watch(box).fates([draft]) == []


@pytest.mark.parametrize("kept_id", [True, False], ids=["same Message-ID", "new Message-ID"])
def test_a_draft_that_was_sent_is_found_among_the_sent_mails(box: Box, kept_id: bool) -> None:
    draft = put(box)
    sent = OURS if kept_id else "<new@outlook.test>"
    box.person.append(box.full(SENT), mail("<other@outlook.test>", answers="<other@city.test>"))
    box.person.append(box.full(SENT), mail(sent))
    box.person.select_folder(box.full(DRAFTS))
    box.person.delete_messages(box.person.search())
    box.person.expunge()

    assert watch(box).fates([draft]) == [Fate(7, "sent_by_hand", sent)]


def test_a_folder_for_sent_mails_that_is_made_by_the_first_of_them_is_found(box: Box) -> None:
    """While the draft was watched already: some servers make none before."""
    draft = put(box)
    watching = DraftsWatch(DraftsFolder(box.access, sent="送信控え"))
    assert watching.fates([draft]) == []

    box.person.create_folder(box.full("送信控え"))
    box.person.append(box.full("送信控え"), mail("<new@outlook.test>"))
    box.person.select_folder(box.full(DRAFTS))
    box.person.delete_messages(box.person.search())
    box.person.expunge()

    assert watching.fates([draft]) == [Fate(7, "sent_by_hand", "<new@outlook.test>")]
    watching.close()


@pytest.mark.parametrize("kept_id", [True, False], ids=["same Message-ID", "new Message-ID"])
def test_a_draft_that_was_changed_lies_in_another_place(box: Box, kept_id: bool) -> None:
    draft = put(box)
    changed = mail(OURS if kept_id else "<new@thunderbird.test>", body="書き換えた文")
    box.person.append(box.full(DRAFTS), changed, [b"\\Draft"])
    box.person.select_folder(box.full(DRAFTS))
    box.person.delete_messages([1])
    box.person.expunge()

    (fate,) = watch(box).fates([draft])

    assert (fate.key, fate.state) == (7, "edited")
    assert fate.detail.endswith(";UID=2")
    assert watch(box).fates([replace(draft, place=fate.detail)]) == []  # told once


def test_a_deleted_draft_is_told_once_and_its_sending_later(box: Box) -> None:
    draft = put(box)
    box.person.select_folder(box.full(DRAFTS))
    box.person.delete_messages(box.person.search())
    box.person.expunge()
    watching = watch(box)

    assert watching.fates([draft]) == [Fate(7, "discarded", "")]
    missing = replace(draft, place="")
    assert watching.fates([missing]) == []
    box.person.append(box.full(SENT), mail("<late@outlook.test>"))  # its mail program deleted the draft first
    assert watching.fates([missing]) == [Fate(7, "sent_by_hand", "<late@outlook.test>")]


def test_another_reply_of_ours_to_the_same_mail_is_not_taken_for_it(box: Box) -> None:
    draft = put(box)
    second = IDS.make("N0718-7K3M-9QXA", "acknowledgement2", "mhlw.go.jp")
    box.person.append(box.full(SENT), mail(second))
    box.person.append(box.full(DRAFTS), mail(second))
    box.person.select_folder(box.full(DRAFTS))
    box.person.delete_messages([1])
    box.person.expunge()

    assert watch(box).fates([draft]) == [Fate(7, "discarded", "")]


def test_the_draft_is_threaded(box: Box, sender: DraftsSender) -> None:
    sender.send(POSTING)

    (draft,) = map(message_from_bytes, box.lists(DRAFTS))
    assert (draft["In-Reply-To"], draft["References"]) == (THEIRS, THEIRS)
