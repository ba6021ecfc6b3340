"""The way of a reply out of the outbox: what is tried again, when, and what is left to people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from replies.japanese import era_instant
from replies.senders.sender import AnswerLost, LineClosed, OutgoingMail, SenderBarred, SenderLater, SendResult
from replies.senders.smtp import SmtpAccess, SmtpSender
from routing import operate
from routing.journey.delivery import attempt
from routing.ledger import arrivals, outbox, promises
from routing.notices import alerts
from routing.operate import Refused, Who
from routing.tracking import troubles
from tests.e2e.counting_smtp import counting_smtp
from tests.routing.desk_at_hand import Kept, Office, mail
from tests.servers import machine

SUBJECT = "【横浜市】マイナンバーアンケート回答"

MINUTE = timedelta(minutes=1)


def _answer(office: Office, *senders: str) -> None:
    """Replies to these senders are queued."""
    for sender in senders:
        office.settle(_wrong(sender))


def _wrong(sender: str) -> bytes:
    """A mail that a letter answers: of the first two colleagues a file that is no workbook, each its own; the third who
    sent one would go to a person, so that all others ask something."""
    if sender[:2] in ("a@", "b@"):
        return mail({f"回答{sender[0]}.pdf": b"%PDF-1.4\n" + sender.encode()}, SUBJECT, sender)
    return mail({}, "マイナンバー情報連携に係る実態調査について（照会）", sender, "提出期限はいつでしょうか。")


def _deliver(office: Office) -> list[str]:
    return [delivery.state for delivery in office.desk.dispatch.deliver(office.sender)]


def _to(office: Office) -> list[str]:
    return [mail.rcpt_to for mail in office.sender.posted]


@pytest.fixture
def two(office: Office) -> Office:
    """An office with two replies to send."""
    _answer(office, "a@city.yokohama.lg.jp", "b@city.yokohama.lg.jp")
    return office


def test_replies_go_out_in_the_order_of_the_mails_and_once(two: Office) -> None:
    assert _deliver(two) == ["sent", "sent"]
    assert _deliver(two) == []
    assert _to(two) == ["a@city.yokohama.lg.jp", "b@city.yokohama.lg.jp"]


def test_one_mail_put_off_by_the_server_does_not_hold_up_the_next(two: Office) -> None:
    two.sender.answers = [SendResult("later", "451 busy")]

    assert _deliver(two) == ["later", "sent"]
    two.now += MINUTE
    assert _deliver(two) == ["sent"]


def test_without_a_connection_nothing_else_is_tried_for_a_minute(two: Office) -> None:
    two.sender.answers = [SenderLater("接続できません")]

    assert _deliver(two) == ["later"]
    assert two.ledger.row("SELECT count(*) AS n FROM posting WHERE state = 'sending'")["n"] == 1  # type: ignore[index]
    two.now += MINUTE
    assert _deliver(two) == ["sent", "sent"]


def test_a_line_that_cannot_be_opened_is_no_attempt_at_any_reply(two: Office) -> None:
    two.sender.lines = [SenderLater("接続できません")] * 3
    for _ in range(3):
        assert _deliver(two) == ["later"]
        two.now += MINUTE

    assert two.ledger.rows("SELECT * FROM posting WHERE state <> 'queued'") == []
    assert _deliver(two) == ["sent", "sent"]
    assert two.sender.opened == 4  # one line for both


def test_each_reply_in_turn_waits_for_the_line_that_cannot_be_opened(two: Office) -> None:
    """In a mailbox whose drafts cannot be reached lies one of them; the other must not wait for it."""

    class OneIsAway(Kept):
        def ready(self, mail: OutgoingMail) -> None:
            if mail.rcpt_to.startswith("a@"):
                raise SenderLater("接続できません")
            super().ready(mail)

    two.sender = OneIsAway()

    assert _deliver(two) == ["later"]
    assert _deliver(two) == ["sent"]
    assert _to(two) == ["b@city.yokohama.lg.jp"]


def test_a_reply_for_which_no_line_is_open_begins_when_there_is_one(two: Office) -> None:
    """Two mailboxes with a line each, as for drafts."""

    class OneEach(Kept):
        line = ""

        def ready(self, mail: OutgoingMail) -> None:
            self.line = mail.rcpt_to

        def is_open(self, mail: OutgoingMail) -> bool:
            return self.line == mail.rcpt_to

        def send(self, mail: OutgoingMail) -> SendResult:
            assert self.line == mail.rcpt_to
            return super().send(mail)

    two.sender = OneEach()

    assert _deliver(two) == ["sent", "sent"]


def test_a_line_closed_before_a_mail_was_handed_over_costs_it_no_wait(two: Office) -> None:
    two.sender.answers = [SendResult("sent"), LineClosed("421 too many")]

    assert _deliver(two) == ["sent", "later", "sent"]
    assert two.sender.opened == 2


class BarredForOne(Kept):
    """A server at which our login may not send for one of our mailboxes."""

    barred = "n_mynumber@mhlw.go.jp"

    def send(self, mail: OutgoingMail) -> SendResult:
        if mail.mail_from == self.barred:
            self.tried.append(mail.rcpt_to[0])
            raise SenderBarred("553 5.7.1 not owned by user")
        return super().send(mail)

    def __init__(self) -> None:
        super().__init__()
        self.tried: list[str] = []  # by the first letter of the address


def test_a_mailbox_for_which_we_may_not_send_rests_and_holds_up_no_other(two: Office) -> None:
    other = _wrong("c@city.yokohama.lg.jp")
    two.settle(other, mailbox="yoboseshu")
    sender = two.sender = BarredForOne()

    assert _deliver(two) == ["later", "sent"]
    assert (sender.tried, _to(two)) == (["a"], ["c@city.yokohama.lg.jp"])
    for tried in ("ab", "aba", "abab"):  # one of them a minute, each in its turn
        two.now += MINUTE
        assert _deliver(two) == ["later"]
        assert sender.tried == list(tried)
    assert two.held() == [("inquiry", "inquiry")]  # what c asks; nobody is blamed

    sender.barred = ""
    two.now += 2 * MINUTE
    assert _deliver(two) == ["sent", "sent"]


def test_that_we_may_not_send_is_shown_for_as_long_as_something_waits_and_told_by_no_letter(
    two: Office,
) -> None:
    sender = two.sender = BarredForOne()
    since = two.now
    _deliver(two)
    two.now += MINUTE
    _deliver(two)

    said = [s for s in troubles.lasting(troubles.view_of(two.desk)) if "送信できません" in s]
    assert said == [
        f"n_mynumber@mhlw.go.jp からのメールを、{era_instant(since)}から送信できません（送信待ち 2通）。"
        "サーバーの言葉：553 5.7.1 not owned by user"
    ]
    assert alerts.queue_due(two.desk, troubles.view_of(two.desk)) == []
    sender.barred = ""
    two.now += 2 * MINUTE
    _deliver(two)
    assert troubles.lasting(troubles.view_of(two.desk)) == []


def test_a_line_that_does_not_open_is_shown_with_the_reason_until_it_does(two: Office) -> None:
    two.sender.lines = [SenderLater("mx:587 にログインできません（535 5.7.8 no）。")]
    _deliver(two)

    (said,) = troubles.lasting(troubles.view_of(two.desk))
    assert "535 5.7.8 no" in said
    two.now += MINUTE
    _deliver(two)
    assert troubles.lasting(troubles.view_of(two.desk)) == []


# --- refused, and sent again by people --------------------------------------------------------------------

WHO = Who("山田", "送信の設定を直した")


def test_a_refused_reply_is_sent_again_as_it_is_when_an_official_asks(two: Office) -> None:
    two.sender.answers = [SendResult("refused", "550 5.1.1 no")]
    _deliver(two)
    (number, other) = [row["receipt"] for row in two.ledger.rows("SELECT receipt FROM arrival ORDER BY id")]

    with pytest.raises(Refused, match="送信済み"):
        operate.resend(two.desk, other, WHO)
    with pytest.raises(Refused, match="送信したメールがありません"):
        operate.resend(two.desk, "N0718-0000-0000", WHO)
    (again,) = operate.resend(two.desk, number, WHO)
    with pytest.raises(Refused, match="送信待ち"):
        operate.resend(two.desk, number, WHO)

    assert again.number == number
    assert two.held() == []
    assert _deliver(two) == ["sent"]
    first, _, last = two.sender.posted
    assert last == first  # the same bytes under the same Message-ID
    assert two.events("resend") == [("", "山田", "送信の設定を直した")]
    assert operate.resend(two.desk, "", WHO) == []


def test_all_refused_replies_are_sent_again_but_those_that_were_settled_otherwise(two: Office) -> None:
    _answer(two, "c@city.yokohama.lg.jp", "d@city.yokohama.lg.jp")
    two.sender.answers = [SendResult("refused", "550 no")] * 4
    assert _deliver(two) == ["refused"] * 4
    two.now += MINUTE
    receipts = [row["receipt"] for row in two.ledger.rows("SELECT receipt FROM arrival ORDER BY id")]
    found = [arrivals.find(two.ledger, receipt) for receipt in receipts]
    assert found[0] is not None and found[1] is not None
    operate.mark_seen(two.desk, found[0], Who("山田", "電話で伝えた"))
    operate.retry(two.desk, found[1], WHO)

    assert [reply.number for reply in operate.resend(two.desk, "", WHO)] == receipts[2:]
    list(two.desk.settle_waiting())
    assert _deliver(two) == ["sent"] * 3
    assert sorted(_to(two)[4:]) == [f"{who}@city.yokohama.lg.jp" for who in "bcd"]
    for receipt in receipts[:2]:
        with pytest.raises(Refused):
            operate.resend(two.desk, receipt, WHO)


@pytest.mark.parametrize("end", ["unsure", "undelivered", "overtaken"])
def test_what_may_have_been_taken_is_not_sent_again_as_it_is(two: Office, end: str) -> None:
    (first, _) = outbox.due(two.ledger, two.now)
    outbox.finish(two.ledger, first, end, "", two.now)

    assert operate.resend(two.desk, "", WHO) == []
    with pytest.raises(Refused):
        operate.resend(two.desk, first.receipt, WHO)
    assert _to(two) == []


def test_a_reply_sent_again_has_both_its_tries_before_it_is_left_to_people(two: Office) -> None:
    """The refused attempt had an end that was heard: it is none of the two of which nobody knows."""
    two.sender.answers = [SendResult("refused", "550 no")]
    _deliver(two)
    operate.resend(two.desk, "", WHO)
    (waiting,) = outbox.due(two.ledger, two.now)

    outbox.begin(two.ledger, waiting.id, two.now)  # … and the program is killed
    assert _deliver(two) == ["sent"]
    assert all(answer.holds for answer in promises.ask(two.ledger.connection))


def test_after_many_lost_connections_a_reply_still_waits_a_minute_only(two: Office) -> None:
    two.sender.answers = [SenderLater("接続できません")] * 9
    for _ in range(9):
        assert _deliver(two) == ["later"]
        two.now += MINUTE

    assert _deliver(two) == ["sent", "sent"]


def test_a_lost_answer_is_tried_once_more_a_minute_later_under_the_same_message_id(two: Office) -> None:
    two.sender.answers = [AnswerLost("切れました")]

    assert _deliver(two) == ["lost"]
    two.now += MINUTE
    assert _deliver(two) == ["sent", "sent"]
    ids = [mail.message_id for mail in two.sender.posted]
    assert ids[0] == ids[2] != ids[1]  # after the one that has not been tried yet


def test_an_answer_lost_twice_is_left_to_people(two: Office) -> None:
    two.sender.answers = [AnswerLost("切れました"), SendResult("sent"), AnswerLost("切れました")]
    _deliver(two)
    two.now += MINUTE

    assert _deliver(two) == ["sent", "unsure"]
    two.now += timedelta(days=1)
    assert _deliver(two) == []
    assert ("outbox", "unsure") in two.held()


def test_two_crashes_in_one_reply_leave_it_to_people_whenever_it_would_be_due(two: Office) -> None:
    (first, _) = outbox.due(two.ledger, two.now)
    for _ in range(2):
        outbox.begin(two.ledger, first.id, two.now)
    outbox.postpone(two.ledger, first.id, two.now + timedelta(days=1))

    assert _deliver(two) == ["unsure", "sent"]
    assert _to(two) == ["b@city.yokohama.lg.jp"]


def test_a_reply_at_which_the_server_always_hangs_up_does_not_hold_up_the_others(two: Office) -> None:
    """A server may answer 421 to one recipient only; that reply is tried in its turn, and never alone."""

    class HangsUpOnOne(Kept):
        def send(self, mail: OutgoingMail) -> SendResult:
            if mail.rcpt_to.startswith("a@"):
                raise SenderLater("421 4.7.0 not you")
            return super().send(mail)

    two.sender = HangsUpOnOne()
    _answer(two, "c@city.yokohama.lg.jp")

    assert _deliver(two) == ["later"]
    two.now += MINUTE
    assert _deliver(two) == ["sent", "sent", "later"]
    two.now += MINUTE
    assert _deliver(two) == ["later"]


def test_an_hour_without_a_server_loses_nothing_and_ends_within_a_minute(office: Office) -> None:
    """Mail is taken in and decided all the while; a real sender finds nobody listening, and then a server."""
    port = machine.free_port()
    sender = SmtpSender(SmtpAccess("127.0.0.1", port, "none", timeout_seconds=2))
    for minute in range(60):
        if minute % 6 == 0:
            _answer(office, f"s{minute}@city.yokohama.lg.jp")
        assert {d.state for d in office.desk.dispatch.deliver(sender)} <= {"later"}
        office.now += MINUTE

    with counting_smtp(port) as accepted:
        states = [delivery.state for delivery in office.desk.dispatch.deliver(sender)]
        sender.close()

    assert states == ["sent"] * 10
    assert len(set(accepted.message_ids)) == len(accepted.message_ids) == 10


@pytest.mark.parametrize("end", ["refused", "unsure", "undelivered"])
def test_a_reply_that_did_not_arrive_is_sent_again_when_an_official_asks(two: Office, end: str) -> None:
    """As when the server did not let us send for this mailbox, and now does."""
    (first, _) = outbox.due(two.ledger, two.now)
    outbox.finish(two.ledger, first, end, "553 5.7.1 Sender address rejected", two.now)
    arrival = arrivals.find(two.ledger, first.receipt)
    assert arrival is not None

    operate.retry(two.desk, arrival, Who("山田", "送信の設定を直した"))
    list(two.desk.settle_waiting())

    assert _deliver(two) == ["sent", "sent"]
    assert sorted(_to(two)) == ["a@city.yokohama.lg.jp", "b@city.yokohama.lg.jp"]
    assert first.mail.message_id not in {mail.message_id for mail in two.sender.posted}


def test_a_refused_reply_is_not_tried_again_and_shows(two: Office) -> None:
    two.sender.answers = [SendResult("refused", "550 no such user")]

    assert _deliver(two) == ["refused", "sent"]
    two.now += timedelta(days=1)
    assert _deliver(two) == []
    assert ("outbox", "refused") in two.held()


def test_what_nobody_foresaw_in_a_sender_counts_as_lost(two: Office) -> None:
    (outgoing, _) = outbox.due(two.ledger, two.now)

    made = attempt(Kept(answers=[ZeroDivisionError()]), outgoing)

    assert (made.state, made.detail, made.rest) == ("lost", "ZeroDivisionError", True)


def test_the_beginning_of_an_attempt_is_committed_before_it(two: Office) -> None:
    seen: list[str] = []

    class Looking(Kept):
        def send(self, mail: OutgoingMail) -> SendResult:
            row = two.ledger.row("SELECT state FROM posting ORDER BY id DESC LIMIT 1")
            assert row is not None and not two.ledger.connection.in_transaction
            seen.append(row["state"])
            return SendResult("sent")

    list(two.desk.dispatch.deliver(Looking()))

    assert seen == ["sending", "sending"]
