"""Mail that is not about this survey: no letter, no list, and after some days no word of it; and what only looks so."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from routing.journey.pending import pending_steps
from routing.ledger import backup, held_queue
from routing.views.held import foreign_rows, held_rows
from tests.routing.desk_at_hand import Office, mail, nanbyo
from tests.routing.test_words import letter

CITY = "kenko@city.yokohama.lg.jp"
PDF = b"%PDF-1.4\n%%EOF\n"
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c" + b"\0" * 200
CITIZEN = "tokumei.taro@example.com"


def book(*cells: str) -> bytes:
    made = openpyxl.Workbook()
    made.active.append(list(cells))
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


FOREIGN = {
    "a citizen's letter": mail({}, "ワクチンの副反応について", CITIZEN, "接種の後に熱が出ました。どうすればよいですか。"),
    "an invoice": mail({"請求書.pdf": PDF}, "７月分ご請求書", "keiri@example.co.jp", "請求書をお送りします。"),
    "another survey's answer from anywhere": mail({"a.xlsx": book("難病")}, "調査の回答", CITIZEN, "提出します。"),
    "a newsletter": mail({}, "夏の新商品", "news@example.com", "お得です。", {"List-Id": "<a.example.com>"}),
    "an empty one": mail({}, "", CITIZEN, ""),
    "a colleague's note": mail({}, "昼食の件", CITY, "12時に集合です。"),
    "a city's thanks for something else": mail({}, "お礼", CITY, "先日はありがとうございました。"),
    "a city's magazine": mail({"広報.pdf": PDF}, "広報誌７月号", CITY, "７月号です。"),
    "a stranger's photo": mail({"IMG_0001.jpg": b"\xff\xd8\xff" + b"\0" * 99}, "", CITIZEN, ""),
    "a city's scan that says what it is": mail({"scan.pdf": PDF}, "防災訓練の案内", CITY, "送ります。"),
    "a stranger's archive": mail({"data.7z": SEVEN_ZIP}, "送付", CITIZEN, "送ります。"),
    "a stranger who names a question": mail({}, "質問", CITIZEN, "Q3は何ですか。"),
    "a city's invitation": mail({}, "会議のご案内", CITY, "全国会議を開催します。ぜひご参加ください。"),
    "a citizen's question": mail({}, "お尋ね", CITIZEN, "記入の仕方を教えてください。"),
    "a stranger's emergency": mail({}, "連絡", CITIZEN, "豪雨災害の対応中です。"),
}


@pytest.mark.parametrize("raw", FOREIGN.values(), ids=FOREIGN)
def test_what_is_not_about_the_survey_gets_no_letter_and_is_in_no_list_but_its_own(office: Office, raw: bytes) -> None:
    settled = office.settle(raw)
    assert (settled.decided.mail.rule, settled.reply) == ("foreign", None)
    assert held_rows(office.desk) == []
    assert [row.queue_name for row in foreign_rows(office.desk)] == ["この調査以外"]


PERHAPS = {
    "another survey's answer from a city": mail({"a.xlsx": book("結核")}, "結核対策調査の回答", CITY, "提出します。"),
    "without a file": mail({}, "結核対策調査の回答", CITY, "回答を添付します。"),
    "an archive that nobody opens": mail({"data.7z": SEVEN_ZIP}, "送付", CITY, "送ります。"),
    "another kind of archive": mail({"data.lzh": b"\x21\x33-lh5-" + b"\0" * 200}, "資料", CITY, "どうぞ。"),
    "nothing applies": mail({}, "該当なし", CITY, "本市は該当ありません。"),
    "it was sent": mail({}, "ご連絡", CITY, "先週お送りしております。"),
    "an emergency": mail({}, "連絡", CITY, "豪雨災害の対応中です。"),
    "a photo from a telephone": mail({"IMG_0001.HEIC": b"\0\0\0\x18ftypheic" + b"\0" * 99}, "", CITY, "iPhoneから送信"),
    "a scan without a word": mail({"20230718101500.pdf": PDF}, "スキャン", CITY, ""),
    "a scanner's own words": mail({"doc00123.pdf": PDF}, "Message from MFP-2F", CITY, "よろしくお願いします。"),
    "a file that is named nothing": mail({"資料.pdf": PDF}, "Re: ", CITY, "送ります。"),
    "a question without a word of it": mail({}, "お伺い", CITY, "うちの市は対象でしょうか。"),
    "a question of the way": mail({}, "教えてください", CITY, "県経由でよいでしょうか"),
    "a forgotten file": mail({}, "送付します", CITY, ""),
}


@pytest.mark.parametrize("raw", PERHAPS.values(), ids=PERHAPS)
def test_what_a_city_submits_to_whom_is_for_people_and_gets_no_letter(office: Office, raw: bytes) -> None:
    settled = office.settle(raw)
    assert (settled.decided.mail.rule, settled.reply) == ("perhaps_foreign", None)
    assert [h.queue for h in held_queue.held(office.ledger, office.now)] == ["inquiry"]


OURS = {
    "the form under any subject": (mail({"a.xlsx": nanbyo()}, "資料", CITY, "どうぞ。"), "acknowledgement"),
    "the convention's subject": (mail({}, body="どうぞ。", sender=CITY), "arrival"),
    "a word of the survey in a subject": (mail({}, "マイナンバーの件", CITY, "期限はいつですか。"), "arrival"),
    "a word in a workbook": (mail({"a.xlsx": book("マイナンバー情報連携")}, "資料", CITY, "提出します。"), "correction"),
    "a city's question about a question": (mail({}, "質問", CITY, "Ｑ７－４はどちらですか。"), "arrival"),
    "a city's empty mail": (mail({}, "Re:", CITY, ""), "arrival"),
    "a city's scan by its name": (mail({"回答.pdf": PDF}, "送付", CITY, "どうぞ。"), "arrival"),
    "a city's question how to fill it in": (mail({}, "お尋ね", CITY, "記入の仕方を教えてください。"), "arrival"),
    "a city's question about a list": (mail({}, "プルダウン", CITY, "リストから選べません。"), "arrival"),
    "a city's question about a deadline": (mail({}, "提出期限について", CITY, "延長は可能でしょうか。"), "arrival"),
}


@pytest.mark.parametrize("case", OURS.values(), ids=OURS)
def test_whatever_bears_a_sign_of_the_survey_is_not_foreign(office: Office, case: tuple[bytes, str]) -> None:
    settled = office.settle(case[0])
    assert letter(settled) == case[1]
    assert foreign_rows(office.desk) == []


def test_thanks_for_a_letter_of_ours_are_not_foreign(office: Office) -> None:
    reply = office.settle(mail()).reply
    assert reply is not None
    for headers, subject in (({"In-Reply-To": reply.message_id}, "Re:"), ({}, f"Re: {reply.subject}")):
        settled = office.settle(mail({}, subject, CITY, "どうも。", headers))
        assert settled.decided.mail.rule == "reply"


def test_a_citizens_letter_leaves_no_word_in_the_ledger_or_a_backup(office: Office, tmp_path: Path) -> None:
    words = ("tokumei.taro", "副反応", "Fukuhannou")
    raw = mail({"写真.png": b"\x89PNG"}, "副反応について Fukuhannou", f"見本太郎 <{CITIZEN}>", "副反応の Fukuhannou です。")
    settled = office.settle(raw)
    assert settled.decided.mail.rule == "foreign"
    office.now += timedelta(days=6)
    list(pending_steps(office.desk))
    assert [row.sender for row in foreign_rows(office.desk)] == [CITIZEN]
    office.now += timedelta(days=1, minutes=1)
    list(pending_steps(office.desk))
    backup.backup(office.ledger, tmp_path / "copy.db", replace=False)
    for file in tmp_path.iterdir():
        data = file.read_bytes() if file.is_file() else b""
        assert not [w for w in words if w.encode() in data or w.encode("utf-16-le") in data], file.name
    row = office.ledger.row("SELECT a.sha256, s.uid FROM arrival a JOIN sighting s ON s.arrival_id = a.id")
    assert row is not None and (len(row["sha256"]), row["uid"]) == (64, "1")
    assert foreign_rows(office.desk) == []


def test_a_mail_that_an_official_took_in_is_kept(office: Office) -> None:
    from routing import operate
    from routing.decision.override import Override

    settled = office.settle(mail({"a.pdf": b"%PDF-1.4\n%%EOF\n"}, "資料", CITIZEN, "どうぞ。"))
    override = Override(assigned="141003", take_in=True, by="見本", why="電話で確認")
    operate.decide_again(office.desk, settled.decided.arrival, override)
    office.now += timedelta(days=30)
    list(pending_steps(office.desk))
    assert office.count("raw") == 1
