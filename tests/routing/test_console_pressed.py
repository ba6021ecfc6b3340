"""The operators' page under hands that press twice, come too late, or meet a busy ledger: nothing is done twice, and what
somebody wrote is given back to him."""

from __future__ import annotations

from datetime import timedelta

import pytest

from routing.operate.wishes import ACTIONS
from routing.records import Arrival
from tests.routing.console_at_hand import Visitor, hidden, site_of
from tests.routing.desk_at_hand import Office
from tests.routing.test_console import from_stranger

WROTE = "先方に電話で確かめ、<b>課長</b>の了解も得た"
SHOWN = "先方に電話で確かめ、&lt;b&gt;課長&lt;/b&gt;の了解も得た"


@pytest.fixture
def stranger(office: Office) -> Arrival:
    return from_stranger(office)


@pytest.mark.parametrize("path", [
    *(f"/mail/{{number}}/{action}" for action in (*ACTIONS, "erase", "undo")), "/body/141003/note",
    "/body/141003/reminders/stop", "/body/141003/extend", "/body/141003/nanbyo/on", "/body/142042/request", "/extend",
    "/hold", "/letters/release", "/resend/{number}", "/release/1", "/hold/1/letters",
])  # fmt: skip
def test_a_busy_ledger_gives_back_what_was_written_and_does_nothing(office: Office, stranger: Arrival, path: str) -> None:
    visitor = Visitor(site_of(office), "kanri")
    path = path.format(number=stranger.receipt)
    seen = hidden(visitor.text(f"/mail/{stranger.receipt}/accept"))["seen"]
    typed = {"typed": stranger.receipt, "until": "7/28", "value": "横浜市", "to": "a@mhlw.go.jp", "text": "本文",
             "letter": "1", "received": "7/18 9:00", "kind": "reminder", "count": "1", "q:b-text": "②の形で",
             "program": "nanbyo"}  # fmt: skip
    before = list(office.ledger.connection.iterdump())
    with office.ledger.writing():
        answer = visitor.post(path, go="preview", seen=seen, why=WROTE, **typed)
    assert answer.status_code in (400, 409, 503), answer.text
    assert SHOWN in answer.text and list(office.ledger.connection.iterdump()) == before
    if answer.status_code == 503:
        assert "何も記録していません" in answer.text


def test_a_session_that_ended_while_he_wrote_gives_it_back_and_records_nothing(office: Office, stranger: Arrival) -> None:
    visitor = Visitor(site_of(office))
    fields = hidden(visitor.text(f"/mail/{stranger.receipt}/answer"))
    visitor.client.delete_cookie("uketsuke", domain="127.0.0.1")
    before = list(office.ledger.connection.iterdump())
    wrote = {"why": WROTE, "text": "\r\nお尋ねの件、\r\n二つのファイルでお願いします。"}
    answer = visitor.post(f"/mail/{stranger.receipt}/answer", go="do", **fields, **wrote)
    assert answer.status_code == 403 and "何も記録していません" in answer.text and "サインイン" in answer.text
    assert SHOWN in answer.text and "お尋ねの件、\r\n二つの" in answer.text
    assert list(office.ledger.connection.iterdump()) == before
    elsewhere = visitor.post("/body/141003/note", fetched={"Sec-Fetch-Site": "cross-site"}, why=WROTE)
    assert elsewhere.status_code == 403 and "課長" not in elsewhere.text  # no form of ours: nothing of it is shown


def test_a_deed_pressed_twice_is_done_once_and_says_that_it_was_himself(office: Office, stranger: Arrival) -> None:
    visitor = Visitor(site_of(office))
    path = f"/mail/{stranger.receipt}/accept"
    fields = hidden(visitor.previewed(path, why=WROTE).text)
    assert visitor.post(path, go="do", **fields).status_code == 303
    again = visitor.post(path, go="do", **fields)
    assert again.status_code == 409 and "一度目が記録されています" in again.text
    assert office.count("outbox") == 1
    other = Visitor(site_of(office), "kanri").post(path, go="do", **fields)
    assert other.status_code == 409 and "山田" in other.text and "一度目" not in other.text


def test_a_preview_that_is_sent_again_after_its_deed_does_nothing(office: Office, stranger: Arrival) -> None:
    """As a browser offers where somebody goes back to it."""
    visitor = Visitor(site_of(office))
    path = f"/mail/{stranger.receipt}/accept"
    first = {**hidden(visitor.text(path)), "why": WROTE}
    visitor.post(path, go="do", **hidden(visitor.post(path, go="preview", **first).text))
    sure = {"until": "7/28", "why": WROTE, "program": ""}
    shown = hidden(visitor.post("/body/141003/extend", **sure).text)
    assert visitor.post("/body/141003/extend", go="do", **shown).status_code == 303
    before = list(office.ledger.connection.iterdump())
    assert visitor.post(path, go="preview", **first).status_code == 409
    assert visitor.post("/body/141003/extend", **sure).status_code == 200
    assert visitor.post("/body/141003/extend", go="do", **shown).status_code == 409
    assert list(office.ledger.connection.iterdump()) == before


def test_a_note_or_a_pause_pressed_twice_is_one_and_the_same_again_later_is_another(office: Office) -> None:
    visitor = Visitor(site_of(office))
    for _ in range(2):
        visitor.post("/body/141003/note", why="不在")
        visitor.post("/body/141003/reminders/stop", why="不在")
        visitor.post("/body/141003/reminders/stop", why="不在")
    assert [kind for kind, *_ in at(office)] == ["call", "pause_reminders", "call", "pause_reminders"]
    visitor.post("/body/141003/note", why="不在")
    visitor.post("/body/141003/note", why="在席")
    Visitor(site_of(office), "kanri").post("/body/141003/note", why="在席")
    assert [by for _, by in at(office)][4:] == ["山田", "山田", "管理"]
    office.now += timedelta(minutes=10)
    Visitor(site_of(office), "kanri").post("/body/141003/note", why="在席")
    assert len(at(office)) == 8


def at(office: Office) -> list[tuple[str, str]]:
    rows = office.ledger.rows("SELECT kind, done_by FROM event WHERE lgcode = '141003' AND arrival_id IS NULL ORDER BY id")
    return [(row["kind"], row["done_by"]) for row in rows]


def test_a_reason_is_as_long_as_its_field_and_no_longer(office: Office, stranger: Arrival) -> None:
    visitor = Visitor(site_of(office))
    fields = hidden(visitor.text(f"/mail/{stranger.receipt}/accept"))
    for length, status in ((500, 200), (501, 400), (100_000, 400), (1_000_000, 413)):
        answer = visitor.post(f"/mail/{stranger.receipt}/accept", go="preview", why="あ" * length, **fields)
        assert answer.status_code == status, length


@pytest.mark.parametrize("login", ["yamada", ""])
def test_no_form_but_that_of_a_file_is_larger_than_a_megabyte(office: Office, login: str) -> None:
    """Nor is one read, whoever sends it: some megabytes in each field kept the page busy for twenty seconds."""
    visitor = Visitor(site_of(office), login)
    for path in ("/login", "/search", "/hold", "/body/141003/note", "/mail/1/accept"):
        answer = visitor.post(path, why="x" * (2 << 20))
        assert answer.status_code == 413 and "大きすぎます" in answer.text, path
    visitor = Visitor(site_of(office))
    paper = {"why": "郵送", "body": "水戸市", "mailbox": "n_mynumber", "received": "7/17 15:00", "more": "x" * (2 << 20)}
    assert visitor.post("/paper", **paper).status_code == 400  # it only lacks its file
