"""The way of a reply out of the outbox: what is tried again, when, and what is left to people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from replies.sender import AnswerLost, Outcome, Posting, SenderLater
from routing.delivery import attempt
from routing.ledger import outbox
from tests.routing.desk_at_hand import Kept, Office, mail

MINUTE = timedelta(minutes=1)


def _answer(office: Office, *senders: str) -> None:
    """Replies to these senders are queued."""
    for sender in senders:
        office.settle(mail({}, sender=sender, subject="【横浜市】マイナンバーアンケート回答"))


def _deliver(office: Office) -> list[str]:
    return [delivery.state for delivery in office.desk.deliver(office.sender)]


def _to(office: Office) -> list[str]:
    return [posting.rcpt_to for posting in office.sender.posted]


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
    two.sender.answers = [Outcome("later", "451 busy")]

    assert _deliver(two) == ["later", "sent"]
    two.now += MINUTE
    assert _deliver(two) == ["sent"]


def test_without_a_connection_nothing_else_is_tried_for_a_minute(two: Office) -> None:
    two.sender.answers = [SenderLater("接続できません")]

    assert _deliver(two) == ["later"]
    assert two.ledger.row("SELECT count(*) AS n FROM posting WHERE state = 'sending'")["n"] == 1  # type: ignore[index]
    two.now += MINUTE
    assert _deliver(two) == ["sent", "sent"]


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
    ids = [posting.message_id for posting in two.sender.posted]
    assert ids[0] == ids[1] != ids[2]


def test_an_answer_lost_twice_is_left_to_people(two: Office) -> None:
    two.sender.answers = [AnswerLost("切れました"), AnswerLost("切れました")]
    _deliver(two)
    two.now += MINUTE

    assert _deliver(two) == ["unsure"]
    two.now += timedelta(days=1)
    assert _deliver(two) == ["sent"]  # the other one
    assert ("outbox", "unsure") in two.held()


def test_two_crashes_in_one_reply_leave_it_to_people_whenever_it_would_be_due(two: Office) -> None:
    (first, _) = outbox.due(two.ledger, two.now)
    for _ in range(2):
        outbox.begin(two.ledger, first.id, two.now)
    outbox.postpone(two.ledger, first.id, two.now + timedelta(days=1))

    assert _deliver(two) == ["unsure", "sent"]
    assert _to(two) == ["b@city.yokohama.lg.jp"]


def test_a_refused_reply_is_not_tried_again_and_shows(two: Office) -> None:
    two.sender.answers = [Outcome("refused", "550 no such user")]

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
        def send(self, posting: Posting) -> Outcome:
            row = two.ledger.row("SELECT state FROM posting ORDER BY id DESC LIMIT 1")
            assert row is not None and not two.ledger.connection.in_transaction
            seen.append(row["state"])
            return Outcome("sent")

    list(two.desk.deliver(Looking()))

    assert seen == ["sending", "sending"]
