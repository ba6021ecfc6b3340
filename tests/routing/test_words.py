"""Mail without a file: what its words say, what it answers, and that nobody exchanges letters with a machine.

The mails of `tests/mails/field` were rebuilt from public reports of other mail intakes; the others are ours. What is
right was settled by hand, mail by mail, before the code.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from config.jst import JST
from intake.mail import intent, phrases
from replies.wording import load_wording
from routing.journey.judge import Settled
from routing.ledger import held_queue, verdicts
from routing.notices import remind
from routing.notices.recipients import Correspondence
from routing.records import Note
from routing.tracking.instant import open_instant
from routing.views.held import grouped, held_rows, rows_of
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, mail

FIELD = Path(__file__).parents[1] / "mails" / "field"
LOCKED = FIELD.parent / "parts"
EXPECTED = tomllib.loads((FIELD / "expected.toml").read_text("utf-8"))
CITY = "kenko@city.yokohama.lg.jp"
ASKED = "【横浜市】マイナンバーアンケート回答"
FIRST = datetime(2023, 7, 11, 12, 0, tzinfo=JST)


def raw(name: str) -> bytes:
    return (FIELD / f"{name}.eml").read_bytes()


def queues(office: Office) -> list[str]:
    return [h.queue for h in held_queue.held(office.ledger, office.now)]


def words(office: Office, body: str, subject: str = ASKED, sender: str = CITY) -> Settled:
    """A mail without a file, a minute after the one before it."""
    office.now += timedelta(minutes=1)
    own_id = f"<{office.now.timestamp():.0f}@mail.example.lg.jp>"
    return office.settle(mail({}, subject, sender, body, {"Message-ID": own_id}))


def letter(settled: Settled) -> str:
    return settled.reply.kind if settled.reply else ""


# --- every mail of the field -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPECTED)
def test_a_mail_of_the_field_gets_the_verdict_the_queue_and_the_letter_that_are_right(
    office: Office, name: str
) -> None:
    expected = EXPECTED[name]
    now = office.now
    if expected.get("answers"):
        office.now = FIRST
        office.settle(raw("pre-yokohama"), FIRST - timedelta(hours=2))
        office.now = now
    settled = office.settle(raw(name))
    outcomes = [p.decision.outcome for p in settled.decided.pieces]
    findings = {f.code for p in settled.decided.pieces for f in p.findings if p.decision.outcome == "correction"}
    findings |= {f.code for f in settled.decided.findings if f.severity == "error"}
    assert settled.decided.mail.rule == expected["rule"]
    assert [o for o in outcomes if o != "kept"] == expected.get("files", [])
    assert sorted(findings) == expected.get("asked", [])
    assert letter(settled) == expected.get("letter", "")
    assert queues(office) == expected.get("queue", [])
    assert list(settled.decided.mail.remarks) == expected.get("says", [])


def test_every_mail_of_the_field_has_its_expectation() -> None:
    assert {path.stem for path in FIELD.glob("*.eml")} == {*EXPECTED, "pre-yokohama"}


# --- a letter that comes back --------------------------------------------------------------------------------

COMES_BACK = {
    "the number alone, in the subject": ("受付番号 {number} について", "ありがとうございました。"),
    "our whole subject": ("Re: {subject}", "確認しました。"),
    "marks of a list in front": ("RE: [kenko 123] Fwd: {subject}", "了解です。"),
    "the number in quoted text": ("ありがとうございます", "お世話になります。\n\n> 受付番号 {number}\n> 受け付けました。"),
    "in full width": ("ＲＥ：【受付】の件（{wide}）", "承知しました。"),
    "Re: and our result, without number": ("Re: 【受付】横浜市の回答", "ご確認ありがとうございました。"),
    "an answer's mark of Outlook in Japanese": ("返信: {subject}", "お手数をおかけしました。"),
}


@pytest.mark.parametrize("case", COMES_BACK.values(), ids=COMES_BACK)
def test_thanks_for_our_letter_are_a_reply_by_its_number_or_subject(office: Office, case: tuple[str, str]) -> None:
    first = office.settle(mail())
    assert first.reply is not None
    number = first.decided.arrival.receipt
    wide = number.translate({ord(c): ord(c) + 0xFEE0 for c in number if c.isascii() and c.isalnum()})
    values = {"number": number, "wide": wide, "subject": first.reply.subject}
    settled = words(office, case[1].format(**values), case[0].format(**values))
    assert (settled.decided.mail.rule, settled.reply) == ("reply", None)
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


@pytest.mark.parametrize(
    ("number", "sender"),
    [("N0718-AAAA-AAAA", CITY), ("", "soumu@city.kawasaki.jp"), ("N0718", CITY)],
    ids=["unknown to the ledger", "another body's", "half of it"],
)
def test_a_number_that_is_not_of_a_letter_to_the_sender_tells_nothing(
    office: Office, number: str, sender: str
) -> None:
    first = office.settle(mail())
    told = number or first.decided.arrival.receipt
    settled = words(office, "回答を添付します。", f"【川崎市】マイナンバーアンケート回答 {told}", sender)
    assert (settled.decided.mail.rule, letter(settled)) == ("no_form", "correction")


def test_a_number_proves_nothing(office: Office) -> None:
    """Another address of the body, whose domain no server has checked, repeats the number: it replaces nothing."""
    first = office.settle(mail())
    settled = office.settle(mail(None, f"Re: 【受付】 [受付番号 {first.decided.arrival.receipt}]", "x@city.yokohama.lg.jp",
                                 body="差し替えます。"))  # fmt: skip
    assert [p.decision.rule for p in settled.decided.pieces] == ["double"]


def test_the_outline_that_we_asked_for_is_material_by_the_number(office: Office) -> None:
    first = office.settle(mail())
    subject = f"概要の送付（{first.decided.arrival.receipt}）"
    settled = office.settle(mail({"概要.pdf": b"%PDF-1.4\n%%EOF\n"}, subject, body="概要を送付します。"))
    assert (settled.decided.mail.rule, letter(settled)) == ("material", "arrival")


def test_our_results_are_those_of_our_subjects() -> None:
    subjects = {subject.strip("【】") for subject in load_wording().subject.values()}
    assert set(phrases.our_results()) == subjects


# --- no loop ---------------------------------------------------------------------------------------------------

ABSENCE = "担当の見本は、７月25日まで夏季休暇をいただいております。\nお急ぎの場合は、代表までご連絡ください。"
PLAIN_NOTES = {
    "it says that it is automatic": ("Re: {subject}", "（このメールは自動で返信しています）\n" + ABSENCE),
    "an absence that does not": ("Re: {subject}", ABSENCE),
    "with our subject gone": ("【横浜市】マイナンバーアンケート回答", ABSENCE),
    "with every subject gone": ("お知らせ", ABSENCE),
    "in English": ("Re: {subject}", "I am currently out of the office and will be back on Monday."),
    "a ticket system": ("[#10{n}] 【横浜市】マイナンバーアンケート回答", "お問い合わせを受け付けました。番号は10{n}です。"),
    "a machine of which nothing is known": ("【横浜市】マイナンバーアンケート回答", "処理 {n} を登録。担当が拝見。"),
    "our letter and nothing else": ("【横浜市】マイナンバーアンケート回答", "{letter}"),
    "our letter, quoted": ("{subject}", "{quoted}"),
    "an empty one": ("【横浜市】マイナンバーアンケート回答", ""),
    "a gateway that took something out": ("【横浜市】マイナンバーアンケート回答", "添付ファイルを削除しました。番号{n}"),
    "the same in English": ("【横浜市】マイナンバーアンケート回答", "The attachment was removed by policy. id {n}"),
    "a link": ("【横浜市】マイナンバーアンケート回答", "https://app.box.com/s/a{n} に保存しました。"),
    "nothing at all": ("", ""),
    "please attach, answered in kind": ("【横浜市】マイナンバーアンケート回答", "回答を添付します。{n}"),
}  # fmt: skip


@pytest.mark.parametrize("note", PLAIN_NOTES.values(), ids=PLAIN_NOTES)
def test_eight_rounds_with_a_machine_that_says_nothing_of_itself_end_after_one_letter(
    office: Office, note: tuple[str, str]
) -> None:
    first = office.settle(mail())
    reply, letters = first.reply, 0
    for n in range(8):
        body = reply.data.decode() if reply else ""
        values = {"n": str(n), "subject": reply.subject if reply else ASKED, "letter": body,
                  "quoted": "\n".join(f"> {line}" for line in body.splitlines())}  # fmt: skip
        answer = words(office, note[1].format(**values), note[0].format(**values))
        letters += answer.reply is not None
        reply = answer.reply or reply
    assert letters <= 1


def test_a_machine_that_encloses_a_slip_with_each_answer_gets_one_notice(office: Office) -> None:
    reply, letters = office.settle(mail()).reply, []
    assert reply is not None
    for n in range(8):
        office.now += timedelta(minutes=1)
        slip = {f"受付票{n}.pdf": b"%PDF-1.4\n%%EOF\n" + str(n).encode()}
        answer = office.settle(mail(slip, f"Re: {reply.subject}", CITY, f"番号{n}"))
        assert answer.decided.mail.rule == "material"
        letters += [letter(answer)] if answer.reply else []
        reply = answer.reply or reply
    assert letters == ["arrival"]


@pytest.mark.parametrize("senders", [1, 40])
@pytest.mark.parametrize("note", PLAIN_NOTES.values(), ids=PLAIN_NOTES)
def test_forty_notes_in_one_pass_get_a_letter_each_at_most_and_one_line(
    office: Office, note: tuple[str, str], senders: int
) -> None:
    for n in range(40):
        values = {"n": str(n), "subject": f"【受付】Re: {ASKED} [受付番号 N0718-AAAA-AA{n:02}]", "letter": "", "quoted": ""}
        sender = f"kenko{n % senders}@city.yokohama.lg.jp"
        made = mail({}, note[0].format(**values), sender, note[1].format(**values), {"Message-ID": f"<{n}@x.jp>"})
        office.arrive(made)
    settled = list(office.desk.settle_waiting())
    to = [s.reply.recipient for s in settled if s.reply]
    assert len(to) == len(set(to)) <= senders
    assert len(grouped(held_rows(office.desk))) <= 1


def test_the_second_mail_without_a_file_is_held_and_urgent_on_the_last_day(office: Office) -> None:
    assert letter(words(office, "回答を添付します。")) == "correction"
    settled = words(office, "添付漏れがありましたので、回答を添付します。")
    assert (settled.decided.mail.rule, settled.reply, queues(office)) == ("no_file_again", None, ["inquiry"])
    office.now = datetime(2023, 7, 21, 16, 50, tzinfo=JST)
    words(office, "何度も申し訳ありません。回答を添付します。")
    assert queues(office) == ["inquiry", "alarm"]


def test_the_time_of_a_mail_whose_file_was_forgotten_may_count_for_the_file_that_follows(office: Office) -> None:
    office.now = datetime(2023, 7, 21, 16, 40, tzinfo=JST)
    words(office, "回答を添付します。")
    words(office, "もう一度、回答を添付します。")
    office.now = datetime(2023, 7, 21, 17, 5, tzinfo=JST)
    settled = office.settle(mail())
    assert [p.decision.outcome for p in settled.decided.pieces] == ["accepted"]
    assert office.events("receipt_doubt") == [("2023-07-21T16:40:00+09:00", "uketsuke", "")]


def test_who_sent_his_file_meanwhile_is_asked_again(office: Office) -> None:
    assert letter(words(office, "回答を添付します。")) == "correction"
    office.now += timedelta(minutes=1)
    assert letter(office.settle(mail())) == "acknowledgement"
    assert letter(words(office, "差替え版を添付します。")) == "correction"


# --- words are for people ------------------------------------------------------------------------------------

SAYS = {
    "難病の事務については該当がありません。": "not_applicable",
    "本市では当該事務を実施しておりません。": "not_applicable",
    "小児慢性特定疾病については該当なしです。": "not_applicable",
    "本件は７月12日に提出済みです。": "sent_already",
    "回答は先日メールでお送りしております。": "sent_already",
    "小慢は別の課から提出いたします。": "other_section",
    "提出が24日になります。": "later",
    "庁内の決裁に時間を要しており、提出が遅れます。": "later",
    "後日、改めて送付いたします。": "later",
    "別途送付します。": "later",
    "本日中に回答を提出いたします。": "later",
    "回答は本日郵送にて送付いたしました。": "by_post",
    "FAXで送りましたのでご確認ください。": "by_post",
    "LGWANのファイル転送で送付しましたのでご確認ください。": "by_post",
    "大容量ファイル交換システムより送付いたしました。": "by_post",
    "大雨による災害対応のため、回答が遅れます。": "disaster",
    "お手数ですがお電話ください。": "call",
    "人員不足のため、回答することが困難です。": "unable",
    "小慢は難病と同じ内容です。": "same_as",
    "下記のとおり回答します。\n問1は2です。": "in_text",
    "担当者が田中に変更になりました。": "changed",
    "この調査の趣旨に賛同できかねます。": "other",
}


@pytest.mark.parametrize(("body", "reason"), SAYS.items(), ids=SAYS)
def test_words_go_to_people_with_their_reason_and_nobody_is_told_to_attach(
    office: Office, body: str, reason: str
) -> None:
    settled = words(office, f"お世話になっております。横浜市の見本です。\n\n{body}\n\nよろしくお願いします。")
    assert (settled.decided.mail.rule, letter(settled)) == ("inquiry", "arrival")
    assert reason in settled.decided.mail.remarks
    (item,) = held_queue.held(office.ledger, office.now)
    row = rows_of([item], office.now, office.desk)[0]
    said, _, step = load_wording().says[reason].partition("。")
    assert row.queue_name == "照会・連絡"
    assert said in row.why and step in row.next_step


ENCLOSED = (
    "標記について送付します。",
    "別添のとおり提出します。",
    "お世話になっております。\n回答を添付いたしますので、ご査収ください。",
    "よろしくお願いします。",
    "",
    "マイナンバーアンケートの回答を提出いたします。\nご確認のほど、よろしくお願いいたします。",
    "令和５年７月７日付けで依頼のありました標記の件について、提出します。",
    "調査票をお送りします。ご不明な点がございましたら、ご連絡ください。",
    "横浜市健康福祉局の見本と申します。\n標記の件につきまして、回答をお送りいたします。",
    "該当がない問は空欄とし、回答を添付しました。",
    "別紙のとおり回答いたしますので、よろしくお取り計らいください。",
    "別紙の調査票を提出します。",
    "別紙で回答を送付します。",
    "大容量データのため、zipで送付します。",
    "回答用紙のとおり提出します。",
)


@pytest.mark.parametrize("body", ENCLOSED)
def test_who_means_to_enclose_a_file_is_told_that_it_is_missing(office: Office, body: str) -> None:
    settled = words(office, body)
    assert (settled.decided.mail.rule, letter(settled)) == ("no_form", "correction")


def test_every_reason_has_its_words_for_people() -> None:
    beside = {"language", "other", "last_day", "rests", "pre_check", "collation"}
    assert set(phrases.reasons()) | beside == set(load_wording().says)


def test_words_from_who_is_nobody_we_know_get_no_letter(office: Office) -> None:
    settled = words(office, "マイナンバーの調査に協力できません。", "マイナンバーアンケートについて", "a@example.com")
    assert (settled.decided.mail.rule, settled.reply) == ("inquiry", None)


def test_until_an_official_has_seen_the_words_nothing_is_asked_of_the_body(office: Office) -> None:
    settled = words(office, "提出が遅れます。24日になります。", f"{ASKED}（難病）")
    assert held_queue.resting(office.ledger, office.now) == {(YOKOHAMA, "nanbyo")}
    assert "止めています" in rows_of([held_queue.held(office.ledger, office.now)[0]], office.now, office.desk)[0].why
    verdicts.add_event(office.ledger, Note("seen"), settled.decided.arrival.id, ("見本", ""), office.now)
    assert held_queue.resting(office.ledger, office.now + timedelta(minutes=1)) == frozenset()
    assert held_queue.held(office.ledger, office.now + timedelta(minutes=1)) == []


def test_a_reminder_leaves_out_what_rests(office: Office) -> None:
    words(office, "該当がありません。", f"{ASKED}（難病）")
    register = office.desk.register
    books = open_instant(office.ledger, register, office.now).books
    resting = held_queue.resting(office.ledger, office.now)
    left = [o.program for o in remind.left_over(register, books, YOKOHAMA, "n_mynumber", resting)]
    assert left == ["小慢"]
    at_hand = Correspondence(office.ledger, register, office.desk.settings, {})
    found = remind.recipients(at_hand, office.now, office.now, ["n_mynumber"])
    assert [r.programs for r in found if r.lgcode == YOKOHAMA] == [("shoman",)]


def test_no_stranger_puts_off_what_is_asked_of_a_body(office: Office) -> None:
    for sender in ("x@any.lg.jp", "x@example.com", "x@city.kawasaki.jp"):
        words(office, "該当がありません。", ASKED, sender)
    assert not {key for key in held_queue.resting(office.ledger, office.now) if key[0] == YOKOHAMA}


RECALLS = {
    "Outlook in Japanese": ("取り消し: " + ASKED, '見本 花子 さんがメッセージ "回答" を取り消そうとしています。'),
    "in English": ("Recall: " + ASKED, 'MIHON would like to recall the message, "x".'),
    "an empty text": ("取り消し： " + ASKED, ""),
    "the text alone": (ASKED, "見本 花子 さんがメッセージを取り消そうとしています。"),
}


@pytest.mark.parametrize("case", RECALLS.values(), ids=RECALLS)
def test_a_recall_is_a_withdrawal_for_people(office: Office, case: tuple[str, str]) -> None:
    office.settle(mail())
    settled = words(office, case[1], case[0])
    assert (settled.decided.mail.rule, settled.reply) == ("withdrawal", None)
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


AUTOMATIC = (
    "このメールは、自動返信によりお送りしております。",
    "※本メールは送信専用アドレスから配信しています。",
    "【自動返信】\nお問い合わせありがとうございます。",
    "This is an automatically generated reply.",
    "Please do not reply to this email.",
    "このメールはシステムより自動送信されています。",
)  # fmt: skip
BY_PERSONS = (
    "自動返信のメールを受け取りましたが、内容が分かりません。",
    "受付のシステムから自動で届いたメールについて伺います。",
    "担当者が不在のため、提出が遅れます。",
    "当課は送信専用の端末がなく、紙で提出します。",
)  # fmt: skip


@pytest.mark.parametrize("body", AUTOMATIC)
def test_a_mail_that_says_it_is_automatic_is(body: str) -> None:
    assert intent.is_automatic(ASKED, f"横浜市です。\n{body}\n")


@pytest.mark.parametrize("body", BY_PERSONS)
def test_a_person_who_writes_of_automatic_mail_is_read(office: Office, body: str) -> None:
    assert not intent.is_automatic(ASKED, body)
    assert words(office, body).decided.mail.rule == "inquiry"


def test_who_sends_a_locked_file_is_told_until_when_its_password_is_awaited(office: Office) -> None:
    survey = office.desk.register.survey
    noticed = survey.changed({"mails": survey.mails.changed({"password": "send"})})
    office.desk.register = replace(office.desk.register, survey=noticed)
    settled = office.settle(mail({f"{ASKED}.zip": (LOCKED / "aes.zip").read_bytes()}))
    assert (settled.decided.mail.rule, letter(settled)) == ("password_awaited", "arrival")
    assert settled.reply is not None
    text = "".join(str(message_from_bytes(settled.reply.data).get_payload(decode=True), "utf-8").split())
    assert "13時00分までお待ちしております。パスワードを設定していないファイルを" in text
