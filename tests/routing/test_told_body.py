"""A body whose answer its prefecture sent is told so, where that concerns it; nobody else is, and never many by itself."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from routing.ledger import promises
from routing.operate import Who, Wish
from routing.operate.consent import SURE
from routing.operate.wishes import fulfil
from routing.records import Arrival
from routing.tracking.releasing import batches, release
from tests.routing.console_at_hand import Visitor, hidden, site_of
from tests.routing.desk_at_hand import Office, form, mail
from tests.routing.test_console import carry_out
from tests.routing.test_lists import NAMES, SUBJECT, made_list, row, send, values
from tests.routing.test_mail_table import with_survey
from tests.routing.test_undo import take_back

WHO = Who("受付太郎", "県に確認したため")
CITY, PREFECTURE = "kenko@city.yokohama.lg.jp", "a@pref.kanagawa.lg.jp"
YONAGO, KURAYOSHI = ("312029", "yobou@city.yonago.lg.jp"), ("312037", "hoken@city.kurayoshi.lg.jp")


def known(office: Office, *lines: str) -> None:
    """Names contacts, one CSV line for each."""
    path = Path(office.ledger.path.parent / "contacts.csv")
    path.write_text("\n".join(["lgcode,mailbox,address", *lines]) + "\n", encoding="utf-8")
    office.desk.settings = office.desk.settings.changed({"contacts": path})


def by_prefecture(office: Office, way: str) -> Arrival:
    """横浜市's 難病 from 神奈川県: held (`city_by_prefecture`)."""
    known(office, f"141003,n_mynumber,{CITY}")
    with_survey(office, mails={"told_body": way})
    arrival = office.settle(mail(sender=PREFECTURE, subject="【神奈川県】マイナンバーアンケート回答")).decided.arrival
    list(office.desk.dispatch.deliver(office.sender))
    office.sender.posted.clear()
    return arrival


def left(office: Office) -> dict[str, str]:
    """recipient -> subject and text of what leaves now."""
    office.sender.posted.clear()
    list(office.desk.dispatch.deliver(office.sender))
    found = {}
    for posted in office.sender.posted:
        message = message_from_bytes(posted.data, policy=default)
        found[posted.rcpt_to] = f"{message['Subject']}\n{message.get_content()}"
    return found


def unbroken(text: str) -> str:
    """A letter without its line breaks."""
    return "".join(text.split())


def waiting(office: Office) -> list[tuple[str, str]]:
    """(recipient, kind) of what an official is to release."""
    return [(d.recipient, batch.kind) for batch in batches(office.desk) for d in batch.drafts]


def direct(office: Office, name: str, sender: str) -> Arrival:
    """A municipality's sheet that it sent itself: held (`direct`)."""
    subject = f"【{name}】マイナンバーアンケート回答"
    arrival = send(office, {"回答.xlsx": form(values(name))}, sender, subject).decided.arrival
    list(office.desk.dispatch.deliver(office.sender))
    return arrival


def test_a_city_hears_that_its_prefecture_sent_its_answer_and_what_to_do_if_that_is_not_right(office: Office) -> None:
    arrival = by_prefecture(office, "send")
    assert office.count("outbox") == 1  # the prefecture's notice of arrival: nothing is told before it is decided
    fulfil(office.desk, arrival, Wish("accept"), WHO, SURE)
    found = left(office)
    assert set(found) == {CITY, PREFECTURE}
    lines = [line for line in found[CITY].splitlines() if line]
    assert lines[0].startswith("【都道府県からの受付】難病（")
    assert lines[1] == "神奈川県からお送りいただいた貴市の難病のご回答を、受け付けました。"
    assert lines[2] == "ご承知の場合、ご対応は不要です。"
    assert arrival.receipt in found[CITY] and "このメールへの返信によりお知らせください。" in unbroken(found[CITY])
    assert "pref.kanagawa" not in found[CITY] and ".xlsx" not in found[CITY]
    fulfil(office.desk, arrival, Wish("accept"), WHO, SURE)
    assert CITY not in left(office)  # once for each mail


@pytest.mark.parametrize("way", ["off", "draft"])
def test_off_is_nothing_and_a_draft_waits_until_it_is_released(way: str, office: Office) -> None:
    arrival = by_prefecture(office, way)
    fulfil(office.desk, arrival, Wish("accept"), WHO, SURE)
    assert set(left(office)) == {PREFECTURE}
    assert waiting(office) == ([] if way == "off" else [(CITY, "told_body")])
    if way == "draft":
        release(office.desk, "told_body", 1, WHO)
        assert set(left(office)) == {CITY}


def test_what_is_decided_otherwise_before_it_left_is_not_told(office: Office) -> None:
    arrival = by_prefecture(office, "send")
    fulfil(office.desk, arrival, Wish("accept"), WHO, SURE)
    fulfil(office.desk, arrival, Wish("ignore"), WHO, SURE)
    assert CITY not in left(office)
    fulfil(office.desk, arrival, Wish("accept"), WHO, SURE)
    assert CITY in left(office)  # the newest decision is told


def test_at_the_page_it_is_shown_before_and_taken_back_with_the_decision(office: Office) -> None:
    arrival = by_prefecture(office, "send")
    visitor = Visitor(site_of(office))
    path = f"/mail/{arrival.receipt}/accept"
    told = visitor.post(path, go="preview", why=WHO.why, **hidden(visitor.text(path)))
    assert "【都道府県からの受付】" in told.text
    assert carry_out(visitor, arrival, "accept") == 303
    assert take_back(visitor, arrival) == 303
    office.now += timedelta(minutes=5)
    assert CITY not in left(office)
    assert [a.name for a in promises.ask(office.ledger.connection) if not a.holds] == []


def test_when_the_city_has_answered_itself_meanwhile_the_older_word_does_not_leave(office: Office) -> None:
    arrival = by_prefecture(office, "draft")
    fulfil(office.desk, arrival, Wish("accept"), WHO, SURE)
    office.now += timedelta(hours=1)
    own = office.settle(mail(body="当市からお送りします。")).decided.arrival
    fulfil(office.desk, own, Wish("accept"), WHO, SURE)
    release(office.desk, "told_body", 1, WHO)
    assert "都道府県からの受付" not in "".join(left(office).values())


def test_a_wrong_contacts_file_stops_no_decision(office: Office) -> None:
    arrival = by_prefecture(office, "send")
    assert office.desk.settings.contacts is not None
    office.desk.settings.contacts.write_text("nonsense\n1,2\n", encoding="utf-8")
    fulfil(office.desk, arrival, Wish("accept"), WHO, SURE)
    assert office.standing("141003", "nanbyo").state == "accepted"
    assert CITY not in left(office)


def test_a_citys_own_answer_and_a_list_of_towns_that_never_wrote_tell_nobody(office: Office) -> None:
    known(office, f"141003,n_mynumber,{CITY}", f"{YONAGO[0]},yoboseshu,{YONAGO[1]}")
    with_survey(office, mails={"told_body": "send"})
    office.settle(mail())
    send(office, {f"{SUBJECT}.xlsx": made_list(*map(row, NAMES))})
    assert "都道府県からの受付" not in "".join(left(office).values()) and waiting(office) == []


def test_a_town_that_wrote_directly_hears_once_that_its_prefecture_has_answered_for_it(office: Office) -> None:
    with_survey(office, mails={"told_body": "send"})
    direct(office, "米子市", YONAGO[1])
    send(office, {f"{SUBJECT}.xlsx": made_list(*map(row, NAMES))})
    found = left(office)
    assert "鳥取県からお送りいただいた貴市の予防接種のご回答を、受け付けました。" in found[YONAGO[1]]
    assert "鳥取県の担当へお知らせください。" in unbroken(found[YONAGO[1]])
    assert "先に直接お送りいただいたものにつきましても、ご対応は不要です。" in unbroken(found[YONAGO[1]])
    office.now = office.now.replace(hour=15)
    send(office, {f"{SUBJECT}（差替え）.xlsx": made_list(*(row(name, {"2": 1}) for name in NAMES))})
    assert YONAGO[1] not in left(office)


def test_several_at_once_wait_for_an_official_whatever_the_table_says(office: Office) -> None:
    with_survey(office, mails={"told_body": "send"})
    direct(office, "米子市", YONAGO[1])
    direct(office, "倉吉市", KURAYOSHI[1])
    send(office, {f"{SUBJECT}.xlsx": made_list(*map(row, NAMES))})
    assert not {YONAGO[1], KURAYOSHI[1]} & set(left(office))
    assert sorted(waiting(office)) == [(KURAYOSHI[1], "told_body"), (YONAGO[1], "told_body")]
    release(office.desk, "told_body", 2, WHO)
    assert set(left(office)) == {YONAGO[1], KURAYOSHI[1]}
