"""The operators' page: who gets in, what is shown, and that every act does what its command does, on what was seen."""

from __future__ import annotations

import re
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from werkzeug.test import TestResponse

from replies.workbooks.values_copy import CopiedSheet, values_copy
from routing import operate
from routing.console.signin import FAILURES, hashed, is_password
from routing.journey.judge import Settled
from routing.ledger import correspondence, holds, outbox, promises, releasing, restored
from routing.operate import Consent, Who, Wish
from routing.records import Arrival
from tests.routing.console_at_hand import HOST, OURS, PASSWORD, Visitor, console, hidden, site_of
from tests.routing.desk_at_hand import Office, form, mail, nanbyo
from tests.routing.test_mail_table import with_survey

WHY = "電話で確認"
STRANGER = "mihon@freemail.example.com"
HOSTILE = "<script>alert(1)</script>{{7*7}}\u202e<img src=x onerror=alert(1)>"


def from_stranger(office: Office) -> Arrival:
    return office.settle(mail(sender=STRANGER)).decided.arrival


def carry_out(visitor: Visitor, arrival: Arrival, action: str, **typed: str) -> int:
    """Form, preview, deed; the last answer's status."""
    path = f"/mail/{arrival.receipt}/{action}"
    first = hidden(visitor.text(path))
    told = visitor.post(path, go="preview", why=WHY, **{**first, **typed})
    assert told.status_code == 200, told.text
    return visitor.post(path, go="do", **hidden(told.text)).status_code


# --- who gets in -------------------------------------------------------------------------------------------------


def test_nobody_sees_anything_before_signing_in(office: Office) -> None:
    arrival = from_stranger(office)
    visitor = Visitor(site_of(office), login="")
    for path in ("/", f"/mail/{arrival.receipt}", "/letters", "/owed", f"/mail/{arrival.receipt}/original"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    assert visitor.post(f"/mail/{arrival.receipt}/accept", go="do", why=WHY).status_code == 403
    assert visitor.post("/search", words="横浜").status_code == 403


@pytest.mark.parametrize("login,password", [("yamada", "wrong"), ("nobody", PASSWORD), ("", ""), ("yamada", "")])
def test_a_wrong_name_or_password_is_refused_in_the_same_words(office: Office, login: str, password: str) -> None:
    visitor = Visitor(site_of(office), login="")
    answer = visitor.post("/login", login=login, password=password)
    assert answer.status_code == 403 and "利用者名かパスワードが違います" in answer.text


def test_after_five_wrong_passwords_the_right_one_is_not_taken_either(office: Office) -> None:
    visitor = Visitor(site_of(office), login="")
    for _ in range(FAILURES):
        visitor.post("/login", login="yamada", password="wrong")
    assert visitor.post("/login", login="yamada", password=PASSWORD).status_code == 403
    assert visitor.post("/login", login="sato", password=PASSWORD).status_code == 303


def test_a_session_ends_when_its_owner_signs_out(office: Office) -> None:
    visitor = Visitor(site_of(office))
    cookie = visitor.client.get_cookie("uketsuke", domain="127.0.0.1")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Strict"
    assert visitor.get("/").status_code == 200
    visitor.post("/logout")
    visitor.client.set_cookie("uketsuke", cookie.value, domain="127.0.0.1")
    assert visitor.get("/").status_code == 302


def test_behind_tls_the_cookie_is_secure_and_of_this_host_alone(office: Office) -> None:
    visitor = Visitor(site_of(office, console().changed({"tls": True})), login="")
    answer = visitor.post("/login", login="yamada", password=PASSWORD)
    assert re.match(r"__Host-uketsuke=\S+; Secure; HttpOnly; Path=/; SameSite=Strict", answer.headers["Set-Cookie"])


def test_a_password_is_kept_as_its_scrypt_hash_with_salt() -> None:
    stored = hashed(PASSWORD)
    assert is_password(PASSWORD, stored) and not is_password(PASSWORD + " ", stored)
    assert stored != hashed(PASSWORD) and PASSWORD not in stored


def test_only_the_proxy_s_header_names_who_it_is_where_a_proxy_signs_on(office: Office) -> None:
    settings = console().changed({"login": "header", "socket": Path("s"), "hosts": ("127.0.0.1:8080",)})
    visitor = Visitor(site_of(office, settings), login="")
    assert visitor.get("/").status_code == 403
    assert visitor.get("/", **{"X-Remote-User": "stranger"}).status_code == 403
    assert "山田" in visitor.get("/", **{"X-Remote-User": "yamada"}).text
    for forged in ("yamada, kanri", "yamada ", "YAMADA", "山田"):
        assert visitor.get("/", **{"X-Remote-User": forged.encode().decode("latin-1")}).status_code == 403


# --- other sites -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fetched", [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}, {},
    {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:8081"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8080"},
])  # fmt: skip
def test_a_post_from_elsewhere_changes_nothing(office: Office, fetched: dict[str, str]) -> None:
    arrival = from_stranger(office)
    visitor = Visitor(site_of(office))
    before = list(office.ledger.connection.iterdump())
    for path in (f"/mail/{arrival.receipt}/accept", "/hold", "/logout", "/search"):
        assert visitor.post(path, fetched, go="do", why=WHY, words="x").status_code == 403
    assert list(office.ledger.connection.iterdump()) == before


def test_our_own_form_is_taken_by_its_origin_where_a_browser_tells_no_site(office: Office) -> None:
    visitor = Visitor(site_of(office))
    assert visitor.post("/search", {"Origin": "http://127.0.0.1:8080"}, words="x").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8081", "127.0.0.1", "localhost", "127.0.0.1.evil:8080"])
def test_a_name_that_only_leads_here_opens_nothing(office: Office, host: str) -> None:
    visitor = Visitor(site_of(office), login="")
    assert visitor.client.get("/login", base_url=f"http://{host}").status_code == 403


def test_looking_changes_nothing_and_every_answer_is_guarded(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival
    visitor = Visitor(site_of(office))
    before = list(office.ledger.connection.iterdump())
    pages = ["/", f"/mail/{arrival.receipt}", f"/mail/{arrival.receipt}/accept", "/body/141003", "/today", "/owed",
             "/owed?prefecture=14", "/letters", "/letter/1", "/search", "/health", "/nowhere", "/style.css"]  # fmt: skip
    for path in pages:
        answer = visitor.get(path)
        assert answer.status_code == (404 if path == "/nowhere" else 200), path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "<script" not in answer.text and "style=" not in answer.text and " on" + "click" not in answer.text
        if path != "/style.css":
            assert answer.headers["Cache-Control"] == "no-store"
    assert list(office.ledger.connection.iterdump()) == before


# --- strangers' text ---------------------------------------------------------------------------------------------


def test_what_a_stranger_writes_is_text(office: Office) -> None:
    subject = "【横浜市】照会 " + HOSTILE
    arrival = office.settle(mail({}, subject, body=f"{HOSTILE}\nhttp://evil.example/x ご教示ください。")).decided.arrival
    visitor = Visitor(site_of(office))
    for path in ("/", f"/mail/{arrival.receipt}", f"/mail/{arrival.receipt}/ignore", "/today", "/body/141003"):
        page = visitor.text(path)
        assert "<script" not in page and "<img" not in page and "49" not in page.partition(HOSTILE[:3])[2][:40]
        assert "\u202e" not in page and 'href="http' not in page
    assert "‹U+202E›" in visitor.text(f"/mail/{arrival.receipt}")
    found = visitor.post("/search", words=HOSTILE[:25])
    assert "<script" not in found.text and arrival.receipt in found.text


def test_an_original_is_saved_and_never_opened_in_place(office: Office) -> None:
    raw = mail(body="<script>alert(1)</script>")
    arrival = office.settle(raw).decided.arrival
    answer = Visitor(site_of(office)).get(f"/mail/{arrival.receipt}/original")
    assert answer.data == raw
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{arrival.receipt}.eml"'
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


def test_a_copy_of_values_holds_text_alone(office: Office) -> None:
    """Whatever was written into the sheet: no formula, no link, nothing that a spreadsheet would run."""
    sheet = {"=cmd.xlsx": form({"program": "難病", "telephone": "@SUM(A1)", "email": "http://evil.example/y"})}
    arrival = office.settle(mail(sheet)).decided.arrival
    site = site_of(office)
    answer = Visitor(site).get(f"/mail/{arrival.receipt}/values/2")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    lines = [("=1", "+1", '=HYPERLINK("http://evil.example/")', "<r>x</r>")]
    hostile = openpyxl.load_workbook(BytesIO(values_copy("N0718-AAAA-BBBB", "=1+1", [CopiedSheet("=x", lines)])))
    cells = [c for row in hostile.worksheets[0] for c in row if c.value is not None]
    assert len(cells) == 10 and all(c.data_type == "s" and c.hyperlink is None for c in cells)
    with zipfile.ZipFile(BytesIO(answer.data)) as made:
        parts = {name: made.read(name).decode() for name in made.namelist() if name.endswith((".xml", ".rels"))}
    assert not any("evil.example" in text for name, text in parts.items() if name.endswith(".rels"))
    assert not any("<f>" in text or "<hyperlink" in text for text in parts.values())
    book = openpyxl.load_workbook(BytesIO(answer.data))
    values = [str(c.value) for row in book.worksheets[0].iter_rows() for c in row if c.value is not None]
    assert any("@SUM" in v for v in values) and "http://evil.example/y" in values
    other = office.settle(mail({}, "【横浜市】", body="x"), mailbox="yoboseshu").decided.arrival
    for path in (f"/mail/{arrival.receipt}/values/1", f"/mail/{arrival.receipt}/values/99"):
        assert Visitor(site).get(path).status_code == 404
    assert Visitor(site, "sato").get(f"/mail/{other.receipt}/values/2").status_code == 409


def test_a_my_number_is_on_no_page_and_its_mail_is_saved_by_an_administrator_alone(office: Office) -> None:
    sheet = {"【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "難病", "5": "123456789018"})}
    arrival = office.settle(mail(sheet, body="番号は123456789018です。")).decided.arrival
    site = site_of(office)
    visitor = Visitor(site)
    for path in ("/", f"/mail/{arrival.receipt}", "/body/141003", "/today"):
        assert "123456789018" not in visitor.text(path)
    assert visitor.get(f"/mail/{arrival.receipt}/original").status_code == 403
    assert Visitor(site, "kanri").get(f"/mail/{arrival.receipt}/original").status_code == 200


# --- whose items, and who may what -------------------------------------------------------------------------------


def test_an_operator_sees_the_items_of_his_mailboxes_and_of_others_how_many(office: Office) -> None:
    other = office.settle(mail({}, "【横浜市】照会", body="他係への照会です。"), mailbox="yoboseshu").decided.arrival
    site = site_of(office)
    page = Visitor(site, "sato").text("/")
    assert "他係への照会" not in page and "1件" in page
    assert Visitor(site, "sato").get(f"/mail/{other.receipt}").status_code == 409
    assert Visitor(site, "sato").get(f"/mail/{other.receipt}/original").status_code == 409
    assert Visitor(site, "sato").post(f"/mail/{other.receipt}/ignore", go="do", why=WHY).status_code == 409
    assert "他係への照会" in Visitor(site, "yamada").text("/")


def test_the_limit_of_a_listing_is_of_ones_own_mailboxes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest hits are another section's: they take no place from the older one of one's own."""
    monkeypatch.setattr(correspondence, "SHOWN", 2)
    mine = office.settle(mail({}, "【横浜市】照会", body="提出の方法を伺います。")).decided.arrival
    for number in range(3):
        office.now += timedelta(minutes=1)
        office.settle(mail({}, f"【横浜市】照会{number}", body=f"提出の方法を伺います。{number}"), mailbox="yoboseshu")
    site = site_of(office)
    found, all_found = (Visitor(site, who).post("/search", words="提出の方法").text for who in ("sato", "yamada"))
    assert "メール（1通）" in found and mine.receipt in found
    assert "メール（2通）" in all_found and mine.receipt not in all_found
    assert [x.mailbox for x in correspondence.letters_waiting(office.ledger, ("n_mynumber",))] == ["n_mynumber"]


def test_who_owes_what_is_counted_under_the_words_of_its_rows(office: Office) -> None:
    """A file that cannot be opened is 受信・要差替え in the column and by the filter, and no 確認のお願い中."""
    office.settle(mail({"難病.xlsx": b"PK\x03\x04 this is no workbook"}))
    visitor = Visitor(site_of(office))
    page = visitor.text("/owed?prefecture=14&state=unbooked")
    heads = re.findall(r'<th scope="col">([^<]+)</th>', page.partition("</thead>")[0])
    row = page.partition('<th scope="row">難病</th>')[2].partition("</tr>")[0]
    counted = dict(zip(heads[1:], map(int, re.findall(r'<td class="n">(\d+)</td>', row)), strict=True))
    assert (counted["受信・要差替え"], counted["確認のお願い中"]) == (1, 0)
    assert 'href="/body/141003"' in page
    assert 'href="/body/141003"' not in visitor.text("/owed?prefecture=14&state=correction")


def test_a_viewer_decides_nothing_and_an_operator_erases_nothing(office: Office) -> None:
    arrival = from_stranger(office)
    site, before = site_of(office), office.count("verdict")
    assert Visitor(site, "mita").get(f"/mail/{arrival.receipt}/accept").status_code == 403
    for path in (f"/mail/{arrival.receipt}/accept", "/hold", "/body/141003/nanbyo/on"):
        assert Visitor(site, "mita").post(path, go="do", why=WHY).status_code == 403
    assert Visitor(site, "yamada").post(f"/mail/{arrival.receipt}/erase", why=WHY, typed=arrival.receipt).status_code == 403
    assert office.count("verdict") == before and office.count("erasure") == 0


# --- what is done ------------------------------------------------------------------------------------------------


def test_a_decision_is_shown_with_its_letter_before_it_is_made_and_rests_afterwards(office: Office) -> None:
    arrival = from_stranger(office)
    visitor = Visitor(site_of(office))
    path = f"/mail/{arrival.receipt}/accept"
    before = list(office.ledger.connection.iterdump())
    told = visitor.post(path, go="preview", why=WHY, **hidden(visitor.text(path)))
    assert "横浜市の難病：未提出 → 受付済み" in told.text and f"受付番号：{arrival.receipt}" in told.text
    assert STRANGER in told.text and "‹U+000D›" not in told.text
    assert list(office.ledger.connection.iterdump()) == before
    assert visitor.post(path, go="do", **hidden(told.text)).status_code == 303
    assert office.standing("141003", "nanbyo").state == "accepted"
    assert "acknowledgement" not in [o.kind for o in outbox.due(office.ledger, office.now)]
    assert "acknowledgement" in [o.kind for o in outbox.due(office.ledger, office.now + timedelta(seconds=60))]
    assert "までは取り消せます" in visitor.text(f"/mail/{arrival.receipt}")


def test_who_and_why_stand_in_the_ledger_by_the_name_of_the_login(office: Office) -> None:
    arrival = from_stranger(office)
    assert carry_out(Visitor(site_of(office)), arrival, "accept", by="別人") == 303
    row = office.ledger.row("SELECT decided_by, why FROM verdict ORDER BY id DESC LIMIT 1")
    assert row is not None and tuple(row) == ("山田", WHY)


def test_without_a_reason_nothing_is_done_and_what_was_typed_is_kept(office: Office) -> None:
    arrival = from_stranger(office)
    answer = Visitor(site_of(office)).post(f"/mail/{arrival.receipt}/assign", go="do", value="相模原市", why=" ")
    assert answer.status_code == 400 and "理由を書いてください" in answer.text and 'value="相模原市"' in answer.text


def test_two_people_can_never_both_decide_on_the_same_sight(office: Office) -> None:
    arrival = from_stranger(office)
    site = site_of(office)
    one, other = Visitor(site, "yamada"), Visitor(site, "kanri")
    path = f"/mail/{arrival.receipt}"
    seen = [hidden(v.post(f"{path}/accept", go="preview", why=w, **hidden(v.text(f"{path}/accept"))).text)
            for v, w in ((one, "先に"), (other, "後から"))]  # fmt: skip
    assert one.post(f"{path}/accept", go="do", **seen[0]).status_code == 303
    late = other.post(f"{path}/accept", go="do", **seen[1])
    assert late.status_code == 409 and "山田" in late.text and 'value="後から"' in late.text
    assert office.count("verdict") == 3  # one by the desk on the mail, two by the first on mail and file


def test_a_post_without_the_sight_of_its_form_decides_nothing(office: Office) -> None:
    """Nor one from the time before the desk had decided anything."""
    arrival = from_stranger(office)
    visitor = Visitor(site_of(office), "kanri")
    before = list(office.ledger.connection.iterdump())
    for action in ("accept", "ignore", "seen", "erase"):
        for seen in ({}, {"seen": ""}, {"seen": "-"}, {"seen": "99999"}):
            answer = visitor.post(f"/mail/{arrival.receipt}/{action}", go="do", why=WHY, typed=arrival.receipt, **seen)
            assert answer.status_code == 409 and "ご覧になった後に変わっています" in answer.text, (action, seen)
    assert list(office.ledger.connection.iterdump()) == before


def test_what_is_confirmed_at_a_body_is_what_was_shown(office: Office) -> None:
    """Not what it would come to by now, not twice, and not unseen."""
    visitor, path = Visitor(site_of(office)), "/body/141003/nanbyo/on"
    assert visitor.post(path, go="do", why=WHY).status_code == 409
    shown = hidden(visitor.post(path, why=WHY).text)
    office.settle(mail())
    late = visitor.post(path, go="do", **shown)
    assert late.status_code == 409 and "ご確認の後に内容が変わりました" in late.text
    assert "受付済みの回答" in late.text and office.standing("141003", "nanbyo").state == "accepted"
    now = hidden(late.text)
    assert visitor.post(path, go="do", **now).status_code == 303
    again = visitor.post(path, go="do", **now)
    assert again.status_code == 409 and len(office.events("not_applicable")) == 1


def test_a_doubt_is_agreed_to_in_the_words_that_were_shown(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival
    visitor = Visitor(site_of(office))
    path = f"/mail/{arrival.receipt}/ignore"
    told = visitor.post(path, go="preview", why=WHY, **hidden(visitor.text(path)))
    assert "受付が取り消されます" in told.text
    fields = hidden(told.text)
    assert visitor.post(path, go="do", **{**fields, "doubts": ""}).status_code == 400
    assert office.standing("141003", "nanbyo").state == "accepted"
    assert visitor.post(path, go="do", **fields).status_code == 303
    assert office.standing("141003", "nanbyo").state == "outstanding"


@pytest.mark.parametrize("action,typed", [
    ("accept", {"received": "7/17 15:00"}), ("ignore", {}), ("assign", {"value": "横浜市", "program": "nanbyo"}),
    ("amend", {"q:5": "2"}), ("received", {"received": "7/17 15:00"}), ("approve-sender", {"domain": "no"}),
    ("retry", {}), ("seen", {}), ("my-number", {}),
])  # fmt: skip
def test_every_act_is_done_from_its_form(office: Office, action: str, typed: dict[str, str]) -> None:
    arrival = from_stranger(office)
    before = list(office.ledger.connection.iterdump())
    assert carry_out(Visitor(site_of(office)), arrival, action, **typed) == 303
    assert list(office.ledger.connection.iterdump()) != before


def test_acts_on_an_alarm_and_on_an_approval(office: Office) -> None:
    sheet = {"【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "難病", "5": "123456789018"})}
    alarm: Settled = office.settle(mail(sheet))
    visitor = Visitor(site_of(office))
    assert carry_out(visitor, alarm.decided.arrival, "my-number") == 303
    assert carry_out(visitor, alarm.decided.arrival, "step", value="1") == 303
    assert carry_out(visitor, alarm.decided.arrival, "not-my-number") == 303
    list(office.desk.settle_waiting())  # it is read again
    stranger = from_stranger(office)
    assert carry_out(visitor, stranger, "approve-sender") == 303
    assert carry_out(visitor, stranger, "revoke") == 303


def test_what_cannot_be_done_says_why_in_the_form(office: Office) -> None:
    arrival = office.settle(mail({}, "【横浜市】照会", body="ご教示ください。")).decided.arrival
    visitor = Visitor(site_of(office))
    for action, typed in (("accept", {}), ("amend", {"q:5": "2"}), ("assign", {"value": "府中市"}),
                          ("received", {"received": "2030/1/1 9:00"}), ("step", {"value": "9"})):  # fmt: skip
        answer = visitor.previewed(f"/mail/{arrival.receipt}/{action}", why=WHY, **typed)
        assert answer.status_code == 400 and 'role="alert"' in answer.text, action


def test_erasing_wants_the_receipt_number_typed_and_an_administrator(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival
    visitor = Visitor(site_of(office), "kanri")
    path = f"/mail/{arrival.receipt}/erase"
    form_of = hidden(visitor.text(path))
    assert visitor.post(path, why=WHY, typed="N0718", **form_of).status_code == 400 and office.count("erasure") == 0
    assert carry_out(Visitor(site_of(office)), arrival, "seen") == 303
    late = visitor.post(path, why=WHY, typed=arrival.receipt, **form_of)
    assert late.status_code == 409 and "山田" in late.text and office.count("erasure") == 0
    assert visitor.post(path, why=WHY, typed=arrival.receipt.lower(), **hidden(visitor.text(path))).status_code == 303
    assert office.count("raw") == 0
    assert "消去済みです" in visitor.text(f"/mail/{arrival.receipt}")


def test_sending_is_held_and_released_and_every_page_says_so(office: Office) -> None:
    office.settle(mail())
    visitor = Visitor(site_of(office))
    assert visitor.post("/hold", why=WHY, mailbox="").status_code == 303
    assert outbox.due(office.ledger, office.now) == [] and "送信停止中" in visitor.text("/")
    assert visitor.post("/release/1", why=WHY).status_code == 303
    assert outbox.due(office.ledger, office.now) != [] and "送信停止中" not in visitor.text("/")


def three_wait(office: Office) -> list[int]:
    """Letters to three mails, one of them another mailbox's, under a hold over all; their numbers in the outbox."""
    Visitor(site_of(office), "kanri").post("/hold", why=WHY, mailbox="")
    office.settle(mail())
    office.settle(mail({"x.xlsx": form({"program": "難病", "9": None})}, sender="b@city.kawasaki.jp"))
    office.settle(mail({"x.xlsx": form({"program": "予防接種"}, "form2")}), mailbox="yoboseshu")
    waiting = [one.id for one in releasing.held_by(office.ledger, holds.in_force(office.ledger)[0])]
    assert len(waiting) == 3
    return waiting


def test_chosen_letters_leave_while_the_hold_stands_over_the_others(office: Office) -> None:
    first, second, third = three_wait(office)
    visitor = Visitor(site_of(office))
    assert "停止 1 で待っているメールを見る" in visitor.text("/letters")
    assert "送信待ち（3通）" in visitor.text("/hold/1") and "送信済みと記録する" not in visitor.text("/hold/1")
    assert "送信待ち（1通）" in visitor.text("/hold/1?mailbox=yoboseshu")
    told = visitor.post("/hold/1/letters", go="send", why=WHY, letter=str(second))
    assert (told.status_code, told.headers["Location"]) == (303, "/hold/1")
    assert [one.id for one in outbox.due(office.ledger, office.now)] == [second]
    assert "送信待ち（2通）" in visitor.text("/hold/1")
    for count in ("3", "", "二"):
        assert visitor.post("/hold/1/letters", all=f"{first} {third} ", count=count, why=WHY).status_code == 409
    assert visitor.post("/hold/1/letters", all=f"{first} {third} ", count="２", why=WHY).status_code == 303
    assert len(outbox.due(office.ledger, office.now)) == 3 and "送信停止中" in visitor.text("/")
    rows = office.ledger.rows("SELECT outbox_id, done_by, why FROM let_go ORDER BY outbox_id")
    assert [tuple(row) for row in rows] == [(id, "山田", WHY) for id in (first, second, third)]


def test_what_was_not_seen_waiting_or_is_not_his_is_not_released(office: Office) -> None:
    first = three_wait(office)[0]
    site = site_of(office)
    before = list(office.ledger.connection.iterdump())
    for login in ("mita", "sato"):  # a viewer; an operator of one mailbox, under a hold over all
        assert Visitor(site, login).post("/hold/1/letters", go="send", why=WHY, letter=str(first)).status_code == 403
    assert "送信待ち（2通）" in Visitor(site, "sato").text("/hold/1")
    assert 'type="checkbox"' not in Visitor(site, "sato").text("/hold/1")
    visitor = Visitor(site)
    for wrong, status in (({"letter": "99"}, 409), ({}, 409), ({"letter": "²"}, 400), ({"letter": "1;"}, 400),
                          ({"letter": str(first), "why": ""}, 409), ({"all": "x", "count": "1"}, 400),
                          ({"letter": str(first), "go": "left"}, 409)):  # fmt: skip
        assert visitor.post("/hold/1/letters", **{"why": WHY, **wrong}).status_code == status, wrong
    assert visitor.post("/hold/2/letters", letter=str(first), why=WHY).status_code == 409
    assert visitor.get("/hold/2").status_code == 409
    assert list(office.ledger.connection.iterdump()) == before


def test_what_had_left_before_a_ledger_was_put_back_is_marked_and_leaves_no_more(office: Office) -> None:
    office.settle(mail())
    office.now += timedelta(minutes=1)
    restored.note(office.ledger, ("山田", WHY), office.now)
    visitor = Visitor(site_of(office))
    (waiting,) = releasing.held_by(office.ledger, holds.in_force(office.ledger)[0])
    assert "送信済みと記録する（送らない）" in visitor.text("/hold/1")
    told = visitor.post("/hold/1/letters", go="left", why=WHY, letter=str(waiting.id))
    assert (told.status_code, told.headers["Location"]) == (303, "/letters")
    assert visitor.post("/release/1", why=WHY).status_code == 303
    assert outbox.due(office.ledger, office.now) == []
    assert office.events("letter_left") == [(waiting.number, "山田", WHY)]


def test_an_answer_that_is_not_due_is_recorded_and_taken_back(office: Office) -> None:
    visitor = Visitor(site_of(office))
    assert "未提出 → 該当事務なし" in visitor.post("/body/141003/nanbyo/on", why=WHY).text
    assert office.standing("141003", "nanbyo").state == "outstanding"
    assert visitor.confirmed("/body/141003/nanbyo/on", why=WHY).status_code == 303
    assert office.standing("141003", "nanbyo").state == "not_applicable"
    assert visitor.confirmed("/body/141003/nanbyo/off", why=WHY).status_code == 303
    assert office.standing("141003", "nanbyo").state == "outstanding"
    assert visitor.post("/body/141003/nothing/on", why=WHY).status_code == 409


@pytest.mark.parametrize("words,leads", [
    ("相模原市", "/body/141500"), ("１４１５００", "/body/141500"), ("神奈川県横浜市", "/body/141003"),
])  # fmt: skip
def test_a_body_is_found_by_name_and_code_in_any_width(office: Office, words: str, leads: str) -> None:
    assert Visitor(site_of(office)).post("/search", words=words).headers["Location"] == leads


@pytest.mark.parametrize("words", ["さがみはら", "サガミハラ", "ｻｶﾞﾐﾊﾗ", "相模原", "相 模 原", "神奈川県相模"])
def test_a_body_is_found_by_its_reading_and_by_a_part_of_its_name(office: Office, words: str) -> None:
    assert 'href="/body/141500"' in Visitor(site_of(office)).post("/search", words=words).text


@pytest.mark.parametrize("words", ["%", "_", "'", "\"; --", "!", "\\", "\0", "x" * 5000, "y" * 100_000, "（", "‮"])
def test_no_words_break_the_search(office: Office, words: str) -> None:
    from_stranger(office)
    answer = Visitor(site_of(office)).post("/search", words=words)
    assert answer.status_code == 200 and "メール（0通）" in answer.text


def test_a_mail_is_found_by_its_receipt_number_and_by_its_words(office: Office) -> None:
    arrival = office.settle(mail(body="標記の件、百％送付します。")).decided.arrival
    visitor = Visitor(site_of(office))
    wide = arrival.receipt.translate({ord(c): ord(c) + 0xFEE0 for c in arrival.receipt if c.isalnum()})
    assert visitor.post("/search", words=wide).headers["Location"] == f"/mail/{arrival.receipt}"
    for words in ("百％送付", "kenko@city.yokohama", "マイナンバーアンケート", arrival.receipt[1:9]):
        found = visitor.post("/search", words=words).text
        assert (arrival.receipt in found) == (words != arrival.receipt[1:9])
    assert arrival.receipt not in visitor.post("/search", words="%_!").text


def test_a_ledger_that_is_busy_says_so_and_nothing_is_recorded(office: Office) -> None:
    arrival = from_stranger(office)
    visitor = Visitor(site_of(office))
    fields = hidden(visitor.text(f"/mail/{arrival.receipt}/accept"))
    with office.ledger.writing():
        assert visitor.get("/").status_code == 200
        answer = visitor.post(f"/mail/{arrival.receipt}/accept", go="preview", why=WHY, **fields)
    assert answer.status_code == 503 and "もう一度" in answer.text
    assert carry_out(visitor, arrival, "accept") == 303


def test_the_command_line_and_the_page_come_to_the_same(office: Office) -> None:
    one = from_stranger(office)
    again = mail(sender="other@freemail.example.com", subject="【横浜市】マイナンバーアンケート回答（再）")
    other = office.settle(again).decided
    operate.fulfil(office.desk, one, Wish("ignore"), Who("山田", WHY), Consent())
    assert carry_out(Visitor(site_of(office)), other.arrival, "ignore") == 303
    rows = office.ledger.rows("SELECT outcome, rules, decided_by, why FROM verdict WHERE decided_by <> 'uketsuke'")
    assert len({tuple(r) for r in rows}) == 1 and len(rows) == 2


def test_a_call_a_pause_and_an_extension_are_recorded_at_the_body(office: Office) -> None:
    visitor = Visitor(site_of(office))
    assert visitor.post("/body/141003/note", why="週明けに再提出とのこと").status_code == 303
    assert visitor.post("/body/141003/reminders/stop", why=WHY).status_code == 303
    assert visitor.confirmed("/body/141003/extend", why=WHY, until="7/28", program="nanbyo").status_code == 303
    assert [who for _, who, _ in office.events("call") + office.events("pause_reminders")] == ["山田", "山田"]
    assert [detail for detail, _, _ in office.events("extend")] == ["2023-07-28T17:00:00+09:00"]
    page = visitor.text("/body/141003")
    assert "週明けに再提出とのこと" in page and "電話などの記録　山田" in page and "期限の延長　山田" in page
    assert visitor.post("/body/141003/extend", why=WHY, until="7/1").status_code == 409
    assert visitor.post("/body/999999/note", why=WHY).status_code == 409
    for path in ("note", "reminders/stop", "extend"):
        assert Visitor(site_of(office), "mita").post(f"/body/141003/{path}", why=WHY, until="7/28").status_code == 403


def test_what_came_on_paper_is_read_recorded_and_never_answered(office: Office) -> None:
    visitor = Visitor(site_of(office), "sato")

    def record(**changed: object) -> TestResponse:
        typed = {"file": (BytesIO(nanbyo()), "紙の回答.xlsx"), "body": "横浜市", "received": "7/17 15:00",
                 "mailbox": "n_mynumber", "why": WHY}  # fmt: skip
        return visitor.client.post("/paper", base_url=HOST, headers=OURS, data={**typed, **changed})

    assert visitor.get("/paper").status_code == 200
    assert record(mailbox="yoboseshu").status_code == 400
    assert record(body="相模原市").status_code == 400
    assert record(file=(BytesIO(b""), "")).status_code == 400
    assert office.count("arrival") == 0 or office.standing("141003", "nanbyo").state == "outstanding"
    assert record().status_code == 303
    assert office.standing("141003", "nanbyo").state == "accepted" and office.count("outbox") == 0


def test_an_operator_of_one_mailbox_acts_on_no_other(office: Office) -> None:
    """Nor by an address that no page of his shows."""
    other = office.settle(mail({}, "【横浜市】秘密の件名", body="他係への照会です。"), mailbox="yoboseshu").decided.arrival
    mine = from_stranger(office)
    site = site_of(office)
    visitor = Visitor(site, "sato")
    before = list(office.ledger.connection.iterdump())
    for path, typed in (
        ("/hold", {"mailbox": ""}), ("/hold", {"mailbox": "yoboseshu"}), ("/body/141003/yobosesshu/on", {}),
        ("/body/141003/extend", {"until": "7/28", "program": ""}),
        ("/body/141003/extend", {"until": "7/28", "program": "kenshin"}),
        (f"/mail/{mine.receipt}/approve-sender", {"domain": "yes", "go": "do"}),
    ):  # fmt: skip
        assert visitor.post(path, why=WHY, **typed).status_code == 403, path
    assert visitor.post(f"/resend/{other.receipt}", why=WHY).status_code == 409
    assert list(office.ledger.connection.iterdump()) == before
    for path in ("/body/141003", f"/mail/{mine.receipt}", "/today", "/letters"):
        assert "秘密の件名" not in visitor.text(path)
    assert "秘密の件名" not in visitor.post("/search", words="秘密").text.partition("</h1>")[2].partition("<table")[2]
    Visitor(site, "kanri").post("/hold", why=WHY, mailbox="")
    assert visitor.post("/release/1", why=WHY).status_code == 403


@pytest.mark.parametrize("path", [
    "/letter/99999999999999999999", "/today?day=9999-12-31", "/today?day=0001-01-01", "/today?day=いつか", "/mail/%00",
    "/mail/4/values/99999999999999999999", "/owed?prefecture='", "/body/%F0%9F%98%80", "/notices/%00/%00",
])  # fmt: skip
def test_no_address_is_an_error_of_ours(office: Office, path: str) -> None:
    assert Visitor(site_of(office)).get(path).status_code == 404


def test_a_newer_ledger_is_told_in_a_sentence(office: Office) -> None:
    visitor = Visitor(site_of(office))
    office.ledger.connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('uketsuke', 'm999_later', '2030-01-01')"
    )
    assert "新しい版" in visitor.text("/", 500)


def test_a_letter_to_a_body_is_seen_whole_rests_and_is_withdrawn(office: Office) -> None:
    """Extension and request, tried first: nothing is recorded by looking."""
    office.settle(mail())
    list(office.desk.dispatch.deliver(office.sender))
    visitor = Visitor(site_of(office))
    before = list(office.ledger.connection.iterdump())
    told = visitor.post("/body/141003/extend", why=WHY, until="7/28", program="nanbyo", notify="yes")
    assert "kenko@city.yokohama.lg.jp" in told.text and "１通" not in told.text and "1 通送ります" in told.text
    assert list(office.ledger.connection.iterdump()) == before
    assert visitor.post("/body/141003/extend", go="do", **hidden(told.text)).status_code == 303
    assert "extension" not in [o.kind for o in outbox.due(office.ledger, office.now)]
    (waiting,) = [x for x in correspondence.letters_waiting(office.ledger) if x.kind == "extension"]
    assert "送信を取りやめる" in visitor.text(f"/letter/{waiting.id}")
    sato = Visitor(site_of(office), "mita")
    assert sato.post(f"/letter/{waiting.id}/withdraw", why=WHY).status_code == 403
    assert visitor.post(f"/letter/{waiting.id}/withdraw", why=WHY).status_code == 303
    assert visitor.post(f"/letter/{waiting.id}/withdraw", why=WHY).status_code == 409
    office.now += timedelta(minutes=5)
    assert correspondence.letters_waiting(office.ledger) == []
    assert [a.name for a in promises.ask(office.ledger.connection) if not a.holds] == []


def test_an_original_is_asked_for_from_the_municipality_s_page(office: Office) -> None:
    site = site_of(office)
    visitor = Visitor(site)
    assert "都道府県にお願いする" in visitor.text("/body/142042")
    asked = {"why": WHY, "program": "yobosesshu", "until": "7/28"}
    refused = visitor.post("/body/142042/request", **asked)
    assert refused.status_code == 409 and "アドレスが分かりません" in refused.text
    raw = mail({}, "照会", sender="y@pref.kanagawa.lg.jp", body="お尋ねします。")
    office.settle(raw, mailbox="yoboseshu")
    assert Visitor(site, "sato").post("/body/142042/request", **asked).status_code == 403


def test_the_survey_s_deadline_is_moved_by_an_administrator_who_types_it(office: Office) -> None:
    site = site_of(office)
    asked = {"why": WHY, "until": "7/28", "program": ""}
    assert Visitor(site).post("/extend", **asked).status_code == 403
    visitor = Visitor(site, "kanri")
    told = visitor.post("/extend", **asked)
    assert "全ての団体の期限を、令和５年７月28日" in told.text
    assert visitor.post("/extend", go="do", **hidden(told.text)).status_code == 409
    assert visitor.post("/extend", go="do", typed="全ての団体", **hidden(told.text)).status_code == 303
    assert [lgcode for _, _, lgcode in office.events("extend")] == ["管理"] or office.count("event") == 1


def test_drafts_of_a_kind_are_released_by_who_has_all_mailboxes_and_saw_the_count(office: Office) -> None:
    with_survey(office, mails={"acknowledgement": "draft"})
    site = site_of(office)
    office.settle(mail())
    asked = {"kind": "acknowledgement", "count": "１", "why": WHY}
    page = Visitor(site).text("/letters")
    assert "送信の指示を待っているもの　【受付】" in page and "1通の送信を始める" in page
    assert "通の送信を始める" not in Visitor(site, "sato").text("/letters")
    for login in ("mita", "sato"):
        assert Visitor(site, login).post("/letters/release", **asked).status_code == 403
    for count in ("2", "0", "", "一", "-1", "1e0", "9" * 5000):
        assert Visitor(site).post("/letters/release", **{**asked, "count": count}).status_code == 409
    assert office.events("letters_released") == []
    assert Visitor(site).post("/letters/release", **asked).status_code == 303
    assert Visitor(site).post("/letters/release", **asked).status_code == 409
    assert office.events("letters_released") == [("acknowledgement 1", "山田", WHY)]


def test_how_a_body_is_reached_is_told_from_the_sheets_of_ones_own_mailboxes(office: Office) -> None:
    office.settle(mail({"x.xlsx": form({"program": "予防接種", "contact": "他係 花子"}, "form2")}), mailbox="yoboseshu")
    site = site_of(office)
    assert "連絡先" in Visitor(site).text("/body/141003") and "連絡先" not in Visitor(site, "sato").text("/body/141003")


def test_notices_to_come_are_listed_with_their_text(office: Office) -> None:
    visitor = Visitor(site_of(office), "sato")
    page = visitor.text("/notices")
    assert "神奈川県横浜市" in page and "電話でお願いします" in page
    text = visitor.text("/notices/n_mynumber/141003")
    assert "ご提出のお願い" in text and "横浜市" in text
    assert visitor.get("/notices/yoboseshu/141003").status_code == 404
    assert visitor.get("/notices/nothing/141003").status_code == 404


def test_what_was_refused_weeks_ago_is_listed_to_be_sent_again_and_what_cannot_be_is_not(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival
    with office.ledger.writing():
        for state in ("sending", "refused"):
            office.ledger.run("INSERT INTO posting (outbox_id, state, detail, recorded_at) SELECT outbox_id, ?, '550',"
                              " '2023-07-18T10:01:00+09:00' FROM to_send", state)  # fmt: skip
        office.ledger.run("DELETE FROM to_send")
    office.now += timedelta(days=30)
    visitor, others = Visitor(site_of(office)), Visitor(site_of(office), "mita")
    again = f'action="/resend/{arrival.receipt}"'
    assert again in visitor.text("/letters") and again not in others.text("/letters")
    assert visitor.post(f"/resend/{arrival.receipt}", why=WHY).status_code == 303
    assert again not in visitor.text("/letters") and office.count("to_send") == 1
