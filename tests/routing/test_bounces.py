"""What a bounce changes: the posting of the one letter that it returns, shown to operators, and nothing else. Anybody
may write a bounce; who has not seen the letter cannot name it."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from intake.mail.bounce import returned_to
from intake.mail.ids import MessageIds, receipt_in
from intake.mail.mime import parse
from replies.letter import Attachment, Envelope, Thread
from replies.letters.compose import compose
from replies.letters.render import Rendered
from replies.senders.sender import SendResult
from routing.ledger import bookings, outbox, promises
from routing.ledger.secret import message_ids
from routing.notices import recipients
from routing.records import FinishedReply
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail, nanbyo

CITY = "kenko@city.yokohama.lg.jp"


def bounce(message_id: str, *recipients: str, action: str = "failed", to: str = "", text: str = "") -> bytes:
    """A delivery status notification (RFC 3464) that returns the letter's header."""
    groups = "\r\n".join(
        f"Final-Recipient: rfc822; {r}\r\nAction: {action}\r\nStatus: 5.1.1\r\n" for r in recipients
    )
    returned = (f"To: {to}\r\n" if to else "") + f"Message-ID: {message_id}\r\nSubject: x\r\n"
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.jp\r\nTo: n_mynumber@mhlw.go.jp\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\nUser unknown {text}\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.jp\r\n\r\n{groups}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{returned}\r\n--b--\r\n"
    ).encode()


@pytest.fixture
def sent(office: Office) -> str:
    """The Message-ID of our reply to 横浜市, which has left."""
    reply = office.settle(mail(sender=CITY)).reply
    assert reply is not None
    list(office.desk.dispatch.deliver(office.sender))
    office.now += timedelta(minutes=1)
    return reply.message_id


def postings(office: Office) -> list[str]:
    return [row["state"] for row in office.ledger.rows("SELECT state FROM posting ORDER BY id")]


def counted(office: Office) -> dict[str, int]:
    """How many rows every table has that a bounce has no business with."""
    tables = ("approval", "outbox", "verdict", "event", "posting", "to_send")
    mine = {"verdict": "WHERE arrival_id = 1", "event": "WHERE arrival_id = 1"}
    return {t: office.ledger.rows(f"SELECT count(*) AS n FROM {t} {mine.get(t, '')}")[0]["n"] for t in tables}


TRUE = {
    "the recipient": lambda id: bounce(id, CITY),
    "another case": lambda id: bounce(id, CITY.upper()),
    "somebody behind an alias": lambda id: bounce(id, "tanaka@jim.city.yokohama.lg.jp"),
    "of several recipients one": lambda id: bounce(id, "x@example.com", CITY),
    "forwarded elsewhere, the letter's To": lambda id: bounce(id, "x@example.com", to=f"<{CITY}>"),
    "a server that names nobody": lambda id: bounce(id),
    "text alone, as qmail writes it": lambda id: (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.jp\r\nTo: n_mynumber@mhlw.go.jp\r\n"
        f"Subject: failure notice\r\n\r\n<{CITY}>:\r\nSorry, no mailbox here by that name.\r\n\r\nMessage-ID: {id}\r\n"
    ).encode(),
}


@pytest.mark.parametrize("made", TRUE.values(), ids=TRUE)
def test_a_letter_that_came_back_is_shown_to_operators(office: Office, sent: str, made: object) -> None:
    settled = office.settle(made(sent))  # type: ignore[operator]
    assert (settled.decided.mail.rule, settled.reply) == ("machine", None)
    assert office.held() == [("outbox", "undelivered")]
    assert postings(office) == ["queued", "sending", "sent", "undelivered"]


FORGED = {
    "a receipt number in place of the id": lambda id: bounce(f"<{receipt_in(id)}@mhlw.go.jp>", CITY),
    "an id as they were made before": lambda id: bounce(f"<uketsuke.{receipt_in(id)}.acknowledgement@mhlw.go.jp>", CITY),
    "a guessed code": lambda id: bounce(re.sub(r"\.[a-z2-7]{24}@", f".{'q' * 24}@", id), CITY),
    "a code under another key": lambda id: bounce(
        MessageIds(b"\0" * 32).make(receipt_in(id), f"{receipt_in(id)}:acknowledgement", "mhlw.go.jp"), CITY
    ),
    "the receipt number in the text": lambda id: bounce("<x@evil.example>", CITY, text=f"受付番号 {receipt_in(id)}"),
    "half of the id": lambda id: bounce(id[:-15] + ">", CITY),
    "another domain": lambda id: bounce(id.replace("mhlw.go.jp", "mhlw.go.jp.evil.example"), CITY),
    "in capitals": lambda id: bounce(id.upper(), CITY),
    "no id at all": lambda id: bounce("", CITY),
    "the id of a letter to somebody else": lambda id: bounce(id, "x@evil.example"),
    "the same, in the letter's To as well": lambda id: bounce(id, "x@evil.example", to="y@evil.example"),
    "an address that looks alike": lambda id: bounce(id, f"{CITY}.evil.example"),
    "a delay": lambda id: bounce(id, CITY, action="delayed"),
}  # fmt: skip


@pytest.mark.parametrize("made", FORGED.values(), ids=FORGED)
def test_a_forged_bounce_changes_nothing(office: Office, sent: str, made: object) -> None:
    before, standing = counted(office), office.standing(YOKOHAMA, "nanbyo")
    settled = office.settle(made(sent))  # type: ignore[operator]
    assert (settled.decided.mail.outcome, settled.reply) == ("ignored", None)
    assert office.held() == []
    assert counted(office) == before
    assert office.standing(YOKOHAMA, "nanbyo") == standing


DELAYS = {
    "Delayed Mail (still being retried)": "Your message could not be delivered for more than 4 hours. It will be retried.",
    "メールの送信が保留されています": "宛先サーバが応答しないため、送信を保留しています。引き続き再送します。",
    "配送遅延通知": "現在、送信先サーバーに接続できないため、再送を続けております。",
    "メール配信の状況について": "4時間以内に配達できませんでした。引き続き配達を試みます。",
}


@pytest.mark.parametrize(("subject", "told"), DELAYS.items(), ids=DELAYS)
def test_a_delay_in_words_alone_is_no_failure(office: Office, sent: str, subject: str, told: str) -> None:
    made = f"From: MAILER-DAEMON@mx.example.jp\r\nTo: n_mynumber@mhlw.go.jp\r\nSubject: {subject}\r\n\r\n{told}\r\n{sent}"
    settled = office.settle(made.encode())
    assert (settled.decided.mail.rule, settled.reply, postings(office)[-1]) == ("machine", None, "sent")


def test_a_request_to_send_again_is_a_failure(office: Office, sent: str) -> None:
    told = f"配信できませんでした。宛先を確認し、再送してください。\r\n{sent}"
    office.settle(f"From: MAILER-DAEMON@mx.example.jp\r\nTo: n@mhlw.go.jp\r\nSubject: エラー通知\r\n\r\n{told}".encode())
    assert postings(office)[-1] == "undelivered"


def test_whoever_has_seen_the_letter_changes_its_posting_and_nothing_else(office: Office, sent: str) -> None:
    before, standing = counted(office), office.standing(YOKOHAMA, "nanbyo")
    for _ in range(3):
        office.settle(bounce(sent, CITY, text=str(_)))
    assert counted(office) == {**before, "posting": before["posting"] + 1}
    assert office.standing(YOKOHAMA, "nanbyo") == standing
    assert office.held() == [("outbox", "undelivered")]


def test_a_bounce_neither_drops_a_contact_nor_enrols_one(office: Office, sent: str) -> None:
    at_hand = recipients.Correspondence(office.ledger, office.desk.register, office.desk.settings, {})
    for number, failed in ((sent, CITY), (sent, "x@pref.kanagawa.lg.jp"), ("<a@b.example>", f"x{CITY}")):
        office.settle(bounce(number, failed))
    survey = office.desk.register.survey
    sent_in = recipients.handed_in(bookings.at(office.ledger, office.now), YOKOHAMA, "n_mynumber", survey)
    assert recipients.addresses(at_hand, sent_in, YOKOHAMA, "n_mynumber") == ((CITY,), ())


def test_a_bounce_that_carries_a_form_books_nothing(office: Office, sent: str) -> None:
    """As an attachment beside the report it is held; as a part of what was returned it is not looked at."""
    raw = mail(
        {"【横浜市】マイナンバーアンケート回答.xlsx": form({"5": None})},
        subject="Undelivered Mail Returned to Sender",
        sender="MAILER-DAEMON@city.yokohama.lg.jp",
        headers={"In-Reply-To": sent, "Auto-Submitted": "auto-replied"},
    )
    standing = office.standing(YOKOHAMA, "nanbyo")
    settled = office.settle(raw)
    assert (settled.decided.mail.outcome, settled.reply) == ("held", None)
    assert office.standing(YOKOHAMA, "nanbyo") == standing


def test_the_recipients_of_a_report_are_those_that_failed() -> None:
    """RFC 3464 §2.3: one group of fields for each."""
    raw = bounce("<a@b.example>", "one@a.example").replace(
        b"Action: failed",
        b"Action: delivered\r\n\r\nOriginal-Recipient: rfc822;Two@b.example\r\nAction: failed",
    )
    assert returned_to(parse(raw)) == ("two@b.example",)
    many = bounce("<a@b.example>", *[f"{n}@a.example" for n in range(1000)])
    assert len(returned_to(parse(many))) == 20


# --- a letter whose attachment nobody takes ----------------------------------------------------------------------


def with_book(office: Office, arrival_id: int | None) -> str:
    """A letter of ours with a workbook has left; its Message-ID."""
    message_id = message_ids(office.ledger).make("N0718-AAAA-AAAA", f"book:{arrival_id}", "mhlw.go.jp")
    thread = Thread("<1@city.yokohama.lg.jp>" if arrival_id else "", ())
    ours, number = "n_mynumber@mhlw.go.jp", "N0718-AAAA-AAAA"
    envelope = Envelope("厚生労働省健康局", ours, CITY, message_id, thread, office.now, number)
    rendered = Rendered("【確認のお願い】見本", "次の点をご確認ください。\n", (Attachment("一覧.xlsx", nanbyo()),))
    letter = FinishedReply(
        f"book:{arrival_id}", "correction" if arrival_id else "report_mail", message_id, "n_mynumber",
        "n_mynumber@mhlw.go.jp", CITY, CITY, YOKOHAMA, rendered.subject, compose(rendered, envelope),
    )  # fmt: skip
    outbox.queue(office.ledger, letter, arrival_id, office.now)
    list(office.desk.dispatch.deliver(office.sender))
    return message_id


TOO_HEAVY = [
    "552 5.3.4 Message size exceeds fixed limit", "5.2.3 Message too large for this recipient",
    "メールのサイズが制限を超えています。", "添付ファイルのあるメールは受信できません。",
    "Attachment type not allowed by policy",
    "This message was rejected because it contains a prohibited attachment", "message exceeds the maximum size",
    "添付ファイル付きメールは受信をお断りしております。", "受信可能なサイズ（10MB）を超えています。",
    "添付ファイルが含まれるメールは破棄されました。", "Your message is larger than the current system limit",
    "5.6.1 Media not supported", "554 5.7.1 Prohibited attachment type .xlsx", "Spam gateway: 552 5.3.4 Message too big",
    "550 5.7.0 virus found in the attachment, attachment rejected", "Anti-Spam Firewall: message size exceeds the limit",
    "attachments are not allowed here\n\nX-Spam-Status: No\nAuthentication-Results: mx; spf=pass; dkim=pass",
    "ウイルス対策のため、添付ファイルのあるメールは受信できません。",
]  # fmt: skip


@pytest.mark.parametrize("told", TOO_HEAVY)
@pytest.mark.parametrize("answers", [True, False], ids=["a reply", "a report"])
def test_a_letter_whose_attachment_is_refused_goes_out_once_more_without_it(
    office: Office, told: str, answers: bool
) -> None:
    asked = office.settle(mail({}, "照会", CITY, "マイナンバーの件で、期限はいつですか。")).decided.arrival
    arrival = asked.id if answers else None
    list(office.desk.dispatch.deliver(office.sender))
    first = with_book(office, arrival)
    office.sender.posted.clear()
    office.settle(bounce(first, CITY, text=told))
    list(office.desk.dispatch.deliver(office.sender))
    (posted,) = office.sender.posted
    sent = message_from_bytes(posted.data, policy=default)
    assert (sent["To"], sent["Subject"], sent["X-Uketsuke"]) == (CITY, "【確認のお願い】見本", "N0718-AAAA-AAAA")
    assert sent["Message-ID"] != first and sent["In-Reply-To"] == ("<1@city.yokohama.lg.jp>" if answers else None)
    text = sent.get_content()
    assert text.startswith("※ 貴団体のメールサーバーで添付ファイルを受け取れなかったため")
    assert "次の点をご確認ください。" in text
    assert [h for h in office.held() if h[0] == "outbox"] == []
    assert [a.name for a in promises.ask(office.ledger.connection) if a.broken] == []
    # the second one comes back as well: now it is for people, and nothing leaves a third time
    office.settle(bounce(sent["Message-ID"], CITY, text=told))
    assert list(office.desk.dispatch.deliver(office.sender)) == []
    left = "undelivered" if answers else "notice_undelivered"
    assert [h for h in office.held() if h[0] == "outbox"] == [("outbox", left)]


@pytest.mark.parametrize(
    "told", ["552 5.2.2 Mailbox full: quota exceeded", "メールボックスの容量が上限を超えています。", "5.1.1 User unknown",
             "5.7.1 Message rejected as spam", "受信者のメールボックスが一杯のため、容量を超過しました。",
             "受信トレイの容量が上限を超えています。", "ディスク容量の上限を超えました。",
             "554 5.7.1 Rejected as spam: suspicious attachment blocked", "554 5.7.1 SPAM score 9.2\nAttachment refused",
             "迷惑メールと判定したため、添付ファイルとともに拒否しました。", "5.7.26 DMARC policy; attachments rejected",
             "listed at an RBL: attachment blocked", "5.7.1 poor reputation of the sender, mail with attachment refused",
             "なりすましのおそれがあるため、添付ファイルをブロックしました。", "phishing; attachments denied"],
)  # fmt: skip
def test_what_no_smaller_letter_would_mend_is_for_people(office: Office, told: str) -> None:
    first = with_book(office, office.settle(mail()).decided.arrival.id)
    before = office.count("outbox")
    office.settle(bounce(first, CITY, text=told))
    assert office.count("outbox") == before
    assert office.held() == [("outbox", "undelivered")]


def test_a_letter_without_attachments_is_not_sent_again_for_its_size(office: Office, sent: str) -> None:
    office.settle(bounce(sent, CITY, text="552 5.3.4 Message size exceeds fixed limit"))
    assert (office.count("outbox"), office.held()) == (1, [("outbox", "undelivered")])


def test_a_server_that_refuses_the_size_at_once_gets_it_without_the_attachment(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival.id
    list(office.desk.dispatch.deliver(office.sender))
    office.sender.answers = [SendResult("refused", "552 5.3.4 Message size exceeds fixed limit"), SendResult("sent")]
    with_book(office, arrival)
    assert [p.message_id for p in office.sender.posted][-2] != office.sender.posted[-1].message_id
    assert b"spreadsheetml" not in office.sender.posted[-1].data
    assert office.held() == []
