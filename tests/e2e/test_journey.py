"""The main job on real servers: a mail goes in by SMTP, and the right reply lies in the sender's mailbox,
with nobody's hand on it but `uketsuke run`."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from replies.workbooks.form import FillValue
from tests.e2e.office import MAILBOXES, OPERATORS, Answer, Office, mail
from tests.servers.correspondents import KANAGAWA, SAGAMIHARA, YOKOSUKA, Correspondents

SAGAMIHARA_NANBYO = Answer("14神奈川県相模原市", "指定都市", "難病")
SAGAMIHARA_KENSHIN = Answer("14神奈川県相模原市", "指定都市", "自治体検診", "form2")
YOKOSUKA_SHOMAN = Answer("14神奈川県横須賀市", "中核市", "小慢")
YOKOSUKA_YOBOSESSHU = Answer("14神奈川県横須賀市", "中核市", "予防接種")
NO_TELEPHONE: dict[str, FillValue | None] = {"telephone": None}

# sender, mailbox, answer, what is left out of the form, how the reply's subject begins
JOURNEYS = [
    (SAGAMIHARA, "n_mynumber", SAGAMIHARA_NANBYO, {}, "【受付】"),
    (YOKOSUKA, "n_mynumber", YOKOSUKA_SHOMAN, NO_TELEPHONE, "【確認のお願い】"),
    (YOKOSUKA, "yoboseshu", YOKOSUKA_YOBOSESSHU, {}, "【受付】"),
    (SAGAMIHARA, "sukoyaka", SAGAMIHARA_KENSHIN, {"9": None}, "【確認のお願い】"),
]


def _text(reply: EmailMessage) -> str:
    return str(reply.get_content())


def _by_parent(writers: Correspondents, address: str, n: int) -> dict[str, EmailMessage]:
    return {str(reply["In-Reply-To"]): reply for reply in writers.answers(address, n, seconds=30)}


def test_every_program_in_every_mailbox_is_answered_in_its_thread(
    office: Office, writers: Correspondents
) -> None:
    office.run()
    for number, (sender, mailbox, answer, changes, _) in enumerate(JOURNEYS):
        raw = mail(sender, MAILBOXES[mailbox], f"<{number}@city.test>", answer, answer.workbook(changes))
        writers.write(sender, MAILBOXES[mailbox], raw)

    replies = _by_parent(writers, SAGAMIHARA, 2) | _by_parent(writers, YOKOSUKA, 2)

    for number, (sender, mailbox, answer, _, prefix) in enumerate(JOURNEYS):
        reply = replies[f"<{number}@city.test>"]
        assert reply["Subject"].startswith(f"{prefix}{answer.program} ")
        assert f" Re: 【{answer.name}】マイナンバーアンケート回答" in reply["Subject"]
        assert reply["References"].split() == [f"<{number}@city.test>"]
        assert reply["Return-Path"] == f"<{MAILBOXES[mailbox]}>"  # so that bounces return to the mailbox
        assert reply["Delivered-To"] == sender
        assert reply["Auto-Submitted"] == "auto-replied"
        assert answer.program in _text(reply)
    assert "電話番号" in _text(replies["<1@city.test>"])
    assert "Q9" in _text(replies["<3@city.test>"])
    office.wait_for_rows(  # the server has taken a reply before the desk has written down that it did
        "SELECT v.program, v.outcome, p.state FROM latest_verdict v JOIN outbox o USING (arrival_id)"
        " JOIN posting p ON p.outbox_id = o.id WHERE v.piece <> '0' AND p.state = 'sent' ORDER BY 1",
        [
            ("kenshin", "correction", "sent"),
            ("nanbyo", "accepted", "sent"),
            ("shoman", "correction", "sent"),
            ("yobosesshu", "accepted", "sent"),
        ],
    )


def test_the_mended_version_sent_as_a_reply_is_accepted_in_the_same_thread(
    office: Office, writers: Correspondents
) -> None:
    office.run()
    to = MAILBOXES["n_mynumber"]
    first = mail(YOKOSUKA, to, "<first@city.test>", YOKOSUKA_SHOMAN, YOKOSUKA_SHOMAN.workbook(NO_TELEPHONE))
    writers.write(YOKOSUKA, to, first)
    (request,) = writers.answers(YOKOSUKA, 1, seconds=30)

    mended = mail(YOKOSUKA, to, "<mended@city.test>", YOKOSUKA_SHOMAN, YOKOSUKA_SHOMAN.workbook())
    thread = (
        f"In-Reply-To: {request['Message-ID']}\r\nReferences: <first@city.test> {request['Message-ID']}\r\n"
    )
    writers.write(YOKOSUKA, to, thread.encode() + mended)
    answer = _by_parent(writers, YOKOSUKA, 2)["<mended@city.test>"]

    assert answer["Subject"].startswith("【受付】")
    assert answer["References"].split() == ["<first@city.test>", request["Message-ID"], "<mended@city.test>"]


@pytest.mark.long
def test_rehearsing_nothing_reaches_the_sender(office: Office, writers: Correspondents) -> None:
    office.configure(mode="rehearse")
    office.run()
    to = MAILBOXES["yoboseshu"]
    raw = mail(YOKOSUKA, to, "<1@city.test>", YOKOSUKA_YOBOSESSHU, YOKOSUKA_YOBOSESSHU.workbook())
    writers.write(YOKOSUKA, to, raw)

    (reply,) = writers.answers(OPERATORS, 1, seconds=30)

    assert reply["To"] == OPERATORS
    assert YOKOSUKA in _text(reply)
    assert writers.servers.dovecot.mails(YOKOSUKA) == []


@pytest.mark.long
def test_the_log_tells_one_line_per_mail_and_nothing_personal(
    office: Office, writers: Correspondents
) -> None:
    worker = office.run()
    to = MAILBOXES["n_mynumber"]
    raw = mail(KANAGAWA, to, "<1@pref.test>", SAGAMIHARA_NANBYO, SAGAMIHARA_NANBYO.workbook(NO_TELEPHONE))
    writers.write(KANAGAWA, to, raw)
    writers.write(
        "nobody@pref.kanagawa.lg.jp", to, raw.replace(KANAGAWA.encode(), b"nobody@pref.kanagawa.lg.jp")
    )
    office.wait_for_rows(
        "SELECT count(*) FROM verdict WHERE piece = '0'", [(3,)]
    )  # the bounce of a reply too
    worker.terminate()

    log = worker.log()
    receipts = [receipt for (receipt,) in office.ledger("SELECT receipt FROM arrival")]
    decided = [line for line in log.splitlines() if " / 返信" in line]
    assert sorted(line.split()[3] for line in decided) == sorted(receipts)
    assert any("神奈川県相模原市 難病" in line for line in decided)
    for personal in (
        KANAGAWA,
        "nobody",
        "担当",
        "一郎",
        "山田",
        "鈴木",
        "090-0000-1111",
        "二人で確認",
        "健康推進課",
    ):
        assert personal not in log
