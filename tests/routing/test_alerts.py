"""What the operators are told about the desk itself: once for each thing, and once when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from replies.senders.sender import SendResult
from replies.wording import load_wording
from routing.ledger import arrivals, missing_uids, verdicts
from routing.ledger.missing_uids import UidDifference
from routing.notices import alerts
from routing.records import Note
from routing.tracking import troubles
from routing.tracking.troubles import View
from tests.routing.desk_at_hand import Office, capped, mail

PLENTY = 10 << 30
OPERATORS = "operators@mhlw.go.jp"


def tell(office: Office, free: int = PLENTY) -> list[str]:
    """What is told now, and put into the outbox."""
    desk = office.desk
    return alerts.queue_due(desk, View(office.ledger, desk.settings, office.now, free, desk.register.survey))


def fail(office: Office, mailbox: str = "n_mynumber", problem: str = "connection refused") -> None:
    arrivals.health(office.ledger, mailbox, problem, office.now)


def letters(office: Office) -> Iterator[EmailMessage]:
    """The alerts that have left, as mail."""
    list(office.desk.dispatch.deliver(office.sender))
    for sent in office.sender.posted:
        made = message_from_bytes(sent.data, policy=default)
        if "お知らせ" in made["Subject"]:
            yield made


def test_a_mailbox_that_cannot_be_read_is_told_after_fifteen_minutes_and_once(office: Office) -> None:
    fail(office)
    office.now += timedelta(minutes=14, seconds=59)
    fail(office)
    assert tell(office) == []
    office.now += timedelta(seconds=1)
    assert tell(office) == [
        "提出先①（n_mynumber@mhlw.go.jp）のメールボックスを、令和５年７月18日（火）10時00分00秒から読めません。"
    ]
    for _ in range(3):
        office.now += timedelta(minutes=30)
        fail(office)
        assert tell(office) == []


def test_that_it_can_be_read_again_is_told_once(office: Office) -> None:
    fail(office)
    office.now += timedelta(minutes=20)
    assert len(tell(office)) == 1
    arrivals.health(office.ledger, "n_mynumber", "", office.now)
    assert tell(office) == ["提出先①（n_mynumber@mhlw.go.jp）のメールボックスを、再び読めるようになりました。"]
    assert tell(office) == []


def test_a_short_trouble_is_told_neither_way(office: Office) -> None:
    fail(office)
    office.now += timedelta(minutes=5)
    arrivals.health(office.ledger, "n_mynumber", "", office.now)
    assert tell(office) == []


def test_a_second_trouble_is_told_anew(office: Office) -> None:
    for _ in range(2):
        fail(office)
        office.now += timedelta(minutes=20)
        assert len(tell(office)) == 1
        arrivals.health(office.ledger, "n_mynumber", "", office.now)
        assert len(tell(office)) == 1
        office.now += timedelta(minutes=60)
    assert office.count("outbox") == 4


def test_each_mailbox_is_told_of_by_itself_and_those_of_other_settings_not_at_all(office: Office) -> None:
    """At the same time in one letter: it is one server, as a rule."""
    for mailbox in ("n_mynumber", "sukoyaka", "elsewhere"):
        fail(office, mailbox)
    office.now += timedelta(minutes=20)
    assert [s.partition("（")[2].partition("@")[0] for s in tell(office)] == ["n_mynumber", "sukoyaka"]
    assert tell(office) == []
    (letter,) = letters(office)
    assert letter["Subject"] == "【受付からのお知らせ】①（n_mynumber@mhlw.go.jp）を読めません（ほか1件）"
    assert "提出先③（sukoyaka@mhlw.go.jp）の" in letter.get_content()
    arrivals.health(office.ledger, "sukoyaka", "", office.now)
    assert tell(office) == ["提出先③（sukoyaka@mhlw.go.jp）のメールボックスを、再び読めるようになりました。"]


def test_two_hundred_mails_in_quarantine_are_two_letters_across_restarts(office: Office) -> None:
    """The first is told at once, all that follow within the hour together at its end, and none twice."""
    said = []
    begun = office.now
    for n in range(200):
        quarantine(office, n)
        said += [(office.now - begun, sentence) for sentence in tell(office)]
        office.now += timedelta(seconds=15)
    while office.now < begun + timedelta(hours=3):
        said += [(office.now - begun, sentence) for sentence in tell(office)]
        office.now += timedelta(minutes=1)
    assert [at for at, _ in said] == [timedelta(0), timedelta(hours=1)]
    assert ("1通" in said[0][1], "199通" in said[1][1]) == (True, True)
    _, second = letters(office)
    text = second.get_content()
    assert text.count("受付番号 ") == 50 and "ほか149件" in text
    assert len(text) < 5000


def test_a_quarantine_told_by_an_older_release_is_not_told_again(office: Office) -> None:
    quarantine(office, 1)
    tell(office)
    with office.ledger.writing():  # its key was the number of the event
        office.ledger.run("UPDATE outbox SET key = 'alert:poison:' || (SELECT max(id) FROM event)")
    office.now += timedelta(hours=2)
    assert tell(office) == []
    quarantine(office, 2)
    assert len(tell(office)) == 1


def test_a_clock_that_was_put_back_silences_no_alert(office: Office) -> None:
    quarantine(office, 1)
    assert len(tell(office)) == 1
    office.now -= timedelta(days=1)
    quarantine(office, 2)
    assert len(tell(office)) == 1


def quarantine(office: Office, number: int) -> None:
    arrival = office.arrive(mail(attachments={}, body=str(number)))
    verdicts.add_event(office.ledger, Note("poison"), arrival.id, ("uketsuke", ""), office.now)


def test_the_letter_goes_to_the_operators_and_says_that_a_machine_wrote_it(office: Office) -> None:
    """Mode send: even so to `operators`, never to a respondent; RFC 3834 §5."""
    fail(office, problem="imap.example:993 connection refused")
    office.now += timedelta(minutes=20)
    tell(office)
    (letter,) = letters(office)
    assert letter["To"] == OPERATORS
    assert [p.rcpt_to for p in office.sender.posted] == [OPERATORS]
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Subject"] == "【受付からのお知らせ】①（n_mynumber@mhlw.go.jp）を読めません"
    text = "".join(letter.get_content().split())  # wrapped for a mail
    assert "サーバーの言葉：imap.example:993connectionrefused" in text
    assert "令和５年７月18日（火）10時20分00秒" in text


def test_an_alert_that_was_queued_before_a_crash_is_not_queued_again(office: Office) -> None:
    fail(office)
    office.now += timedelta(minutes=20)
    view = View(office.ledger, office.desk.settings, office.now, PLENTY, office.desk.register.survey)
    assert len(alerts.queue_due(office.desk, view)) == 1
    assert alerts.queue_due(office.desk, view) == []
    assert office.count("to_send") == 1


def test_mails_that_the_server_keeps_back_are_told_by_uid_in_one_letter(office: Office) -> None:
    keep_back(office, "7", "9", "12")
    assert tell(office) == []  # the next look may bring them
    office.now += timedelta(minutes=5)
    (said,) = tell(office)
    assert "3通" in said
    (letter,) = letters(office)
    assert all(f"UID {uid}（" in letter.get_content() for uid in ("9", "12"))
    keep_back(office, "7", "9")  # one came: no new letter
    office.now += timedelta(minutes=10)
    assert tell(office) == []
    keep_back(office, "7", "9", "15")
    office.now += timedelta(hours=1)
    assert len(tell(office)) == 1


def keep_back(office: Office, *uids: str) -> None:
    before = {m.uid for m in missing_uids.missing(office.ledger, office.now)}
    with office.ledger.writing():
        gone = tuple(sorted(before - set(uids)))
        missing_uids.record(office.ledger, UidDifference("n_mynumber", "7", uids, gone), office.now)


def test_a_quarantined_mail_is_told_once(office: Office) -> None:
    arrival = office.arrive(mail())
    verdicts.add_event(office.ledger, Note("poison"), arrival.id, ("uketsuke", ""), office.now)
    (said,) = tell(office)
    assert "隔離しました" in said
    assert tell(office) == []
    (letter,) = letters(office)
    assert arrival.receipt in letter.get_content()


def test_replies_that_do_not_leave_for_an_hour_are_told_once_a_day(office: Office) -> None:
    office.settle(mail())
    office.sender.answers = [SendResult("later", "451 try again")]
    list(office.desk.dispatch.deliver(office.sender))
    office.now += timedelta(minutes=59)
    assert tell(office) == []
    office.now += timedelta(minutes=1)
    (said,) = tell(office)
    assert "1通" in said
    office.now += timedelta(hours=2)
    assert tell(office) == []
    office.now += timedelta(days=1)
    assert len(tell(office)) == 1


def test_a_cap_that_was_reached_is_told_once_a_day(office: Office) -> None:
    capped(office, per_address=1)
    office.settle(mail(subject="【横浜市】一"))
    assert tell(office) == []
    office.settle(mail(subject="【横浜市】二"))
    assert len(tell(office)) == 1
    office.settle(mail(subject="【横浜市】三"))
    assert tell(office) == []


def test_a_disk_that_fills_up_is_told_once_a_day_and_shown_while_it_lasts(office: Office) -> None:
    low = 499 << 20  # the default is 500 MB
    assert tell(office, 500 << 20) == []
    (said,) = tell(office, low)
    assert "499MB" in said
    assert tell(office, low) == []
    view = View(office.ledger, office.desk.settings, office.now, low, office.desk.register.survey)
    assert troubles.lasting(view) == [said]


@pytest.mark.parametrize("name", [name for name, _ in troubles.CONDITIONS])
def test_every_condition_has_its_words_and_no_words_are_left_over(name: str) -> None:
    assert set(load_wording().alert) == {name for name, _ in troubles.CONDITIONS}
    said = load_wording().alert[name]
    values = {"mailbox": "m", "since": "s", "minutes": "1", "count": "2", "detail": "d"}
    values |= {"number": "1", "what": "w", "by": "b", "why": "y", "last": "l"}  # of a hold
    assert all(text.format_map(values) for text in (said.subject, said.sentence, said.mend))


def test_the_free_space_is_that_of_the_ledgers_disk(office: Office) -> None:
    assert 0 < troubles.free_bytes(office.ledger.path) < 1 << 60
    assert isinstance(troubles.view_of(office.desk).now, datetime)
