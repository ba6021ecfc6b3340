"""A list by mail: the sheets that a prefecture sends come back as the list that it has to hand in; nothing is booked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from config.load import default_survey
from replies.senders.sender import OutgoingMail
from routing.ledger import arrivals
from routing.operate import Who, Wish, fulfil
from routing.operate.consent import SURE
from routing.reading.reader import Reader
from routing.register import Register, build_register
from tests.routing.cases_at_hand import KAMAKURA, KANAGAWA, OISO
from tests.routing.desk_at_hand import Office, form, mail
from tests.routing.switched_on import switched_on
from tests.routing.test_pre_check import posted, text_of

KEN = "yobo@pref.kanagawa.lg.jp"
WORD = "【一覧表作成】【神奈川県】マイナンバーアンケート回答"
WHO = Who("受付太郎", "電話で、提出のつもりと確かめたため")


@pytest.fixture(scope="module")
def survey_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return switched_on(tmp_path_factory.mktemp("collation"), 'collation = "send"', 'pre_check = "send"')


@pytest.fixture(scope="module")
def register(survey_dir: Path) -> Register:
    return build_register(survey_dir)


@pytest.fixture(scope="module")
def reader(survey_dir: Path) -> Iterator[Reader]:
    made = Reader(survey_dir)
    yield made
    made.close()


def town(name: str, **values: object) -> bytes:
    """A municipality's own sheet on 予防接種."""
    head = {"program": "予防接種", "kind": "市区町村", "organisation": f"14神奈川県{name}", "position": "課長"}
    return form({**head, **values})  # type: ignore[arg-type]


def ask(office: Office, files: dict[str, bytes], text: str = "お願いします。", sender: str = KEN) -> list[OutgoingMail]:
    """What goes out in answer to a mail that asks for a list, in mailbox ②."""
    office.now += timedelta(minutes=10)
    headers = {"Message-ID": f"<{abs(hash((text, sender)))}@pref.kanagawa.lg.jp>", "To": "yoboseshu@mhlw.go.jp"}
    office.settle(mail(files, WORD, sender, text, headers), mailbox="yoboseshu")
    return posted(office)


def the_list(letter: OutgoingMail) -> tuple[str, bytes]:
    """(name, bytes) of the list that goes with a letter."""
    message = message_from_bytes(letter.data, policy=default)
    assert isinstance(message, EmailMessage)
    (part,) = [p for p in message.iter_attachments() if "予防接種" in (p.get_filename() or "")]
    return part.get_filename() or "", part.get_content()


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def test_single_files_and_a_zip_come_back_as_a_list_that_is_accepted_when_it_is_handed_in(office: Office) -> None:
    files = {"鎌倉市.xlsx": town("鎌倉市"), "町.zip": zipped({"oiso.xlsx": town("大磯町", **{"9": None})})}
    (letter,) = ask(office, files)
    subject, text = text_of(letter)
    plain = "".join(text.split())
    assert subject.startswith("【一覧表をお返しします。提出としては受け付けておりません】")
    assert text.startswith("一覧表を作成しました。提出としては受け付けておりません。")
    assert "◆大磯町予防接種" in plain and "Q9" in plain and "横須賀市" not in plain and "小田原市" in plain  # missing
    assert office.ledger.rows("SELECT 1 FROM verdict WHERE part <> '' OR piece <> '0'") == []
    name, data = the_list(letter)
    assert name == "【神奈川県】マイナンバーアンケート回答（予防接種）.xlsx"
    handed_in = mail({name: data}, "【神奈川県】マイナンバーアンケート回答", KEN, "提出します。")
    office.settle(handed_in, mailbox="yoboseshu")
    rows = office.ledger.rows("SELECT body, outcome FROM verdict WHERE part = 'collected' ORDER BY body")
    assert [tuple(row) for row in rows] == [(KAMAKURA, "accepted"), (OISO, "correction")]


def test_several_mails_make_one_list_and_the_newest_sheet_counts(office: Office) -> None:
    ask(office, {"鎌倉市.xlsx": town("鎌倉市", **{"9": None})}, "一通目")
    (letter,) = ask(office, {"大磯町.xlsx": town("大磯町"), "鎌倉市.xlsx": town("鎌倉市")}, "二通目")
    plain = "".join(text_of(letter)[1].split())
    assert "記載のある団体：２団体" in plain and "◆" not in plain
    again = mail({"一覧.xlsx": the_list(letter)[1]}, "【神奈川県】マイナンバーアンケート回答", KEN, "提出します。")
    office.settle(again, mailbox="yoboseshu")
    rows = office.ledger.rows("SELECT outcome FROM verdict WHERE part = 'collected'")
    assert [row["outcome"] for row in rows] == ["accepted", "accepted"]


def test_a_week_later_an_earlier_mail_is_no_part_of_it(office: Office) -> None:
    ask(office, {"鎌倉市.xlsx": town("鎌倉市")}, "一通目")
    office.now += timedelta(days=8)
    (letter,) = ask(office, {"大磯町.xlsx": town("大磯町")}, "二通目")
    assert "記載のある団体：１団体" in "".join(text_of(letter)[1].split())


def test_what_is_not_the_prefectures_is_told_and_left_out(office: Office) -> None:
    other = town("鎌倉市", organisation="13東京都大島町")
    (letter,) = ask(office, {"鎌倉市.xlsx": town("鎌倉市"), "大島町.xlsx": other, "資料.xlsx": b"PK\x03\x04"})
    plain = "".join(text_of(letter)[1].split())
    assert "記載のある団体：１団体" in plain and "大島町.xlsx" in plain and "載せておりません" in plain


def test_what_nobody_can_read_is_told_with_its_reason(office: Office) -> None:
    """A password is no matter of whose sheet it is, and no newer one came."""
    locked = (default_survey() / "samples" / "files" / "encrypted.xlsx").read_bytes()
    unread = {"鎌倉市.xlsx": locked, "大磯町.pdf": b"%PDF-1.4", "葉山町.xlsx": b""}
    (letter,) = ask(office, unread)
    plain = "".join(text_of(letter)[1].split())
    assert plain.startswith("一覧表に載せられる調査票がありませんでした。")
    told = ("パスワードを解除した", "エクセルファイルではない形式", "０バイト", "もう一度件名に【一覧表作成】を付けて")
    for said in told:
        assert said in plain
    assert "載せておりません" not in plain
    (letter,) = ask(office, {**unread, "二宮町.xlsx": town("二宮町")}, "二通目")
    plain = "".join(text_of(letter)[1].split())
    assert "記載のある団体：１団体" in plain and "パスワードを解除した" in plain


def test_a_list_that_is_one_already_is_told_as_that_and_once(office: Office) -> None:
    (letter,) = ask(office, {"鎌倉市.xlsx": town("鎌倉市"), "大磯町.xlsx": town("大磯町")}, "一通目")
    name, data = the_list(letter)
    (letter,) = ask(office, {name: data, "葉山町.xlsx": town("葉山町")}, "二通目")
    plain = "".join(text_of(letter)[1].split())
    assert plain.count("既に一覧表の形になっております") == 1 and "載せておりません" not in plain


def test_two_sheets_of_one_town_are_asked_about_and_the_later_one_is_listed(office: Office) -> None:
    (letter,) = ask(office, {"a.xlsx": town("鎌倉市"), "b.xlsx": town("鎌倉市", **{"9": 2})})
    plain = "".join(text_of(letter)[1].split())
    assert "記載のある団体：１団体" in plain and "◆鎌倉市" in plain and "一通のメールに二つ以上" in plain


def test_somebody_of_another_house_gets_no_list(office: Office) -> None:
    files = {"鎌倉市.xlsx": town("鎌倉市")}
    assert ask(office, files, "他県から", sender="yobo@pref.chiba.lg.jp") != []  # its own lists: none of 千葉県
    assert office.ledger.rows("SELECT 1 FROM verdict WHERE part <> ''") == []
    assert ask(office, files, "外から", sender="yobo@example.com") == []


def test_a_city_that_collects_for_nobody_is_told_that_nothing_could_be_listed(office: Office) -> None:
    (letter,) = ask(office, {"鎌倉市.xlsx": town("鎌倉市")}, "市から", sender="yobo@city.kamakura.kanagawa.jp")
    assert text_of(letter)[1].startswith("一覧表に載せられる調査票がありませんでした。")


def test_an_official_takes_it_in_as_what_it_is(office: Office) -> None:
    ask(office, {"鎌倉市.xlsx": town("鎌倉市")})
    kept = arrivals.get(office.ledger, 1)
    assert kept is not None
    done = fulfil(office.desk, kept, Wish("take-in"), WHO, SURE)
    assert done.settled is not None
    assert [p.decision.rule for p in done.settled.decided.pieces] == ["original"]
    assert office.standing_now(KANAGAWA, "yobosesshu").state == "outstanding"


def test_originals_without_a_list_are_offered_one(office: Office) -> None:
    """Row 8 of the notice's cases: the sheets came, and no list."""
    raw = mail({"鎌倉市.xlsx": town("鎌倉市")}, "【神奈川県】マイナンバーアンケート回答", KEN, "送ります。")
    office.settle(raw, mailbox="yoboseshu")
    (letter,) = posted(office)
    assert "件名を【一覧表作成】で始めた新しいメール" in "".join(text_of(letter)[1].split())
