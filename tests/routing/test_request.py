"""Requests for originals (the notice reserves them): to whom, once, refused, and tied to what comes back."""

from __future__ import annotations

from email import message_from_bytes
from pathlib import Path

import pytest

from routing import typed
from routing.ledger.requests import requests_made
from routing.notices.request import Wanted, request_originals
from routing.operate import Refused, Who
from tests.routing.cases_at_hand import KAMAKURA, KANAGAWA, OISO, YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail

WHO = Who("受付太郎", "内容の確認")


@pytest.fixture
def asking(office: Office) -> Office:
    path = Path(office.ledger.path.parent / "contacts.csv")
    path.write_text(f"lgcode,mailbox,address\n{KANAGAWA},yoboseshu,y@pref.kanagawa.lg.jp\n", encoding="utf-8")
    office.desk.settings = office.desk.settings.changed({"contacts": path})
    return office


def test_five_digits_name_a_body_as_well_as_six(office: Office) -> None:
    """箱根町 is 143821."""
    register = office.desk.register
    assert typed.body("14382", register).lgcode == typed.body("143821", register).lgcode == "143821"
    with pytest.raises(Refused):
        typed.body("99999", register)


def test_the_prefecture_is_asked_for_the_sheets_of_its_municipalities(asking: Office) -> None:
    to = request_originals(asking.desk, Wanted((KAMAKURA, OISO), "yobosesshu"), WHO)
    list(asking.desk.dispatch.deliver(asking.sender))
    (mail,) = asking.sender.posted
    assert to == (mail.rcpt_to,) == ("y@pref.kanagawa.lg.jp",)
    sent = message_from_bytes(mail.data)
    body = sent.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "神奈川県鎌倉市" in body and "神奈川県大磯町" in body
    assert "内容の確認" not in body  # the reason is for the record
    assert sent["Auto-Submitted"] == "auto-generated"


def test_a_prefecture_is_known_by_what_it_sent_about_a_body_that_answers_by_itself(asking: Office) -> None:
    files = {"【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "予防接種"})}
    asking.desk.settings = asking.desk.settings.changed({"contacts": None})
    asking.settle(mail(files, sender="k@pref.kanagawa.lg.jp"), mailbox="yoboseshu")
    assert request_originals(asking.desk, Wanted((KAMAKURA,), "yobosesshu"), WHO) == ("k@pref.kanagawa.lg.jp",)


def test_the_sheet_that_comes_back_is_tied_to_the_request(asking: Office) -> None:
    request_originals(asking.desk, Wanted((KAMAKURA, OISO), "yobosesshu"), WHO)
    own = form({"program": "予防接種", "organisation": "14神奈川県鎌倉市", "kind": None})
    raw = mail({"鎌倉市.xlsx": own}, "【神奈川県】マイナンバーアンケート回答", "y@pref.kanagawa.lg.jp")
    settled = asking.settle(raw, mailbox="yoboseshu")
    found = {a.lgcode: a.receipt for a in requests_made(asking.ledger, asking.now)}
    assert found == {KAMAKURA: settled.decided.arrival.receipt, OISO: ""}


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted((YOKOHAMA,), "yobosesshu"),  # answers by itself
        Wanted((KAMAKURA, "131032"), "yobosesshu"),  # two prefectures
        Wanted((KAMAKURA,), "nanbyo"),  # collects nothing
        Wanted((KAMAKURA,), "unknown"),
        Wanted((KAMAKURA,), "kenshin"),  # no address known in mailbox ③
    ],
)
def test_what_cannot_be_asked_is_refused_and_leaves_no_trace(asking: Office, wanted: Wanted) -> None:
    with pytest.raises(Refused):
        request_originals(asking.desk, wanted, WHO)
    assert (asking.count("outbox"), asking.events("request")) == (0, [])


def test_what_was_asked_and_has_not_come_is_not_asked_again(asking: Office) -> None:
    request_originals(asking.desk, Wanted((KAMAKURA,), "yobosesshu"), WHO)
    with pytest.raises(Refused):
        request_originals(asking.desk, Wanted((KAMAKURA, OISO), "yobosesshu"), WHO)
    assert asking.count("outbox") == 1


def test_the_section_that_sent_in_this_mailbox_is_asked_and_no_other(office: Office) -> None:
    """Three sections of one prefecture answer; whoever sent the 難病 sheet knows nothing of the 予防接種 list."""
    own = {"program": "難病", "organisation": "14神奈川県", "kind": "都道府県", "1-1": None, "1-2": 1}
    name = "【神奈川県】マイナンバーアンケート回答"
    settled = office.settle(mail({f"{name}.xlsx": form(own)}, name, "nanbyo@pref.kanagawa.lg.jp"))
    assert settled.decided.outcome == "accepted"
    with pytest.raises(Refused, match="アドレスが分かりません"):
        request_originals(office.desk, Wanted((KAMAKURA,), "yobosesshu"), WHO)
