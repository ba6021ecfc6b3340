"""Mails as strangers send them, each beside its honest twin: absences and tickets in several languages, recalls, a logo
or a card beside words, a telephone's photo, encrypted mail. Written before the code that makes them pass."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from tests.routing.desk_at_hand import Office, mail, nanbyo
from tests.routing.test_words import ASKED, CITY, letter

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60
Files = Mapping[str, tuple[str, bytes]]

MACHINES = {
    "German, by its subject": ("Abwesenheitsnotiz: " + ASKED, "Ich bin bis zum 24.07. nicht im Büro."),
    "German, by its text": ("AW: " + ASKED, "Ich bin bis zum 24.07. nicht im Büro. In dringenden Fällen: Frau Muster."),
    "German, automatic": ("Automatische Antwort: " + ASKED, "Danke."),
    "French": ("Re: " + ASKED, "Je suis actuellement absent."),
    "Chinese": ("自动回复: " + ASKED, "您好，我正在休假。"),
    "a ticket system in English": ("[Request received] " + ASKED, "Your request (4711) has been received."),
    "a ticket system by its subject": ("【横浜市】お問い合わせを受け付けました", "ご意見ありがとうございました。"),
}


@pytest.mark.parametrize("case", MACHINES.values(), ids=MACHINES)
def test_a_machine_gets_no_letter(office: Office, case: tuple[str, str]) -> None:
    settled = office.settle(mail({}, case[0], CITY, case[1]))
    assert (settled.decided.mail.rule, letter(settled)) == ("machine", "")


ELSEWHERE = {
    "French": "Je reviendrai le 24 juillet et lirai vos messages à ce moment.",
    "French, with hyphens": "Veuillez vous adresser, jusque-là, au secrétariat.",
    "Spanish": "Estoy de vacaciones hasta el 31 de julio. Responderé a mi regreso.",
    "Portuguese": "Estou de férias até 24 de julho.",
    "Italian": "Sono fuori ufficio fino al 24 luglio.",
    "German": "Ich befinde mich im Urlaub und bin ab dem 24.07. wieder da.",
    "Korean": "안녕하세요. 휴가 중이므로 7월 24일까지 메일을 확인할 수 없습니다.",
    "Korean, short": "현재 부재중입니다.",
    "Chinese, simplified": "您好，我正在休假，将于7月24日返回。",
    "Chinese, traditional": "我目前不在辦公室，如有急事請聯絡王小姐。",
    "Vietnamese": "Tôi hiện đang nghỉ phép đến ngày 24/7.",
    "Russian": "Я в отпуске до 24 июля, отвечу позже.",
    "English": "I will get back to you when I return on Monday.",
}


@pytest.mark.parametrize("body", ELSEWHERE.values(), ids=ELSEWHERE)
def test_words_of_another_language_are_read_by_people_and_get_no_letter(office: Office, body: str) -> None:
    for subject in (ASKED, "Re: " + ASKED):
        settled = office.settle(mail({}, subject, CITY, body))
        assert (settled.decided.mail.rule, letter(settled)) == ("inquiry", "")
        assert list(settled.decided.mail.remarks) == ["language"]


IN_JAPANESE = {
    "beside an English line": ("Please see below. 期限を延ばすことはできますか。", "arrival"),
    "with a signature in English": ("宛先の変更について\n\nYokohama City Health Bureau Division", "arrival"),
    "a few Chinese characters alone": ("別添参照", "correction"),
    "an English word": ("OK", "arrival"),
    "an enclosure in English": ("Please find the attached file.", "correction"),
    "nothing but a telephone's line": ("Sent from my iPhone", "correction"),
}


@pytest.mark.parametrize("case", IN_JAPANESE.values(), ids=IN_JAPANESE)
def test_a_mail_with_a_word_of_japanese_or_hardly_any_is_answered_as_before(office: Office, case: tuple[str, str]) -> None:
    assert letter(office.settle(mail({}, ASKED, CITY, case[0]))) == case[1]


WORDS = {
    "an office that is closed today": ("本日は閉庁日です。メールの確認は翌開庁日となります。", "", ["absence"]),
    "a file that was forgotten": ("すみません、添付を忘れました。追って送ります。", "arrival", ["later"]),
    "a file that does not open": ("ファイルが開けません。再送をお願いします。", "arrival", ["unable"]),
    "thanks alone": ("ありがとうございます。", "", ["thanks"]),
    "an offer to be called is no wish": ("該当ありません。ご不明な点があればご連絡ください。", "arrival",
                                         ["not_applicable"]),
    "a day that slips": ("提出は８月にずれ込みます。", "arrival", ["later"]),
    "a file that comes tomorrow": ("ファイルは明日送ります。", "arrival", ["later"]),
    "what comes once it is approved": ("決裁が下り次第、送ります。", "arrival", ["later"]),
    "a day that he sets himself": ("回答は８月１日とさせてください。", "arrival", ["later"]),
    "what is carried here": ("印刷して持っていきます。", "arrival", ["by_post"]),
    "who declines": ("この件、辞退します。", "arrival", ["unable"]),
    "another clerk": ("担当者が変わりました。", "arrival", ["changed"]),
    "as the year before": ("昨年度の回答から変更ありません。", "arrival", ["same_as"]),
    "a wish to be called": ("お手数ですがお電話ください。", "arrival", ["call"]),
}  # fmt: skip


@pytest.mark.parametrize("case", WORDS.values(), ids=WORDS)
def test_words_are_read_by_people(office: Office, case: tuple[str, str, list[str]]) -> None:
    settled = office.settle(mail({}, "Re: " + ASKED, CITY, case[0]))
    assert (settled.decided.mail.rule, letter(settled)) == ("inquiry", case[1])
    assert list(settled.decided.mail.remarks) == case[2]


RECALLED = ["先ほどのメールは誤送信ですので削除してください。",
            "先ほど誤って送信してしまいました。破棄をお願いいたします。"]  # fmt: skip


@pytest.mark.parametrize("body", RECALLED)
def test_who_sent_a_mail_by_mistake_is_heard_by_people(office: Office, body: str) -> None:
    assert office.settle(mail({}, ASKED, CITY, body)).decided.mail.rule == "withdrawal"


HONEST = [
    "提出します。\n※本メールは誤送信の場合は破棄してください。\n誤送信防止のため暗号化しています。",
    "先ほどのメールに添付を忘れましたので、再送します。",
    "先ほど誤って別のファイルを送信してしまいましたので、添付のものに差し替えをお願いします。",
    "休暇のため遅くなりました。提出します。",
    "ご連絡ありがとうございます。ご意見を受け付けました担当から、回答いたします。",
]


@pytest.mark.parametrize("body", HONEST)
def test_the_same_words_beside_a_right_answer_hold_nothing_back(office: Office, body: str) -> None:
    settled = office.settle(mail(body=body))
    assert [p.decision.outcome for p in settled.decided.pieces] == ["accepted"]
    assert letter(settled) == "acknowledgement"


def made(body: str, files: Files, subject: str = ASKED) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = CITY, "n_mynumber@mhlw.go.jp", subject
    message["Message-ID"] = "<strangers@city.yokohama.lg.jp>"
    message.set_content(body)
    for name, (kind, data) in files.items():
        main, _, sub = kind.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


NO_FILES: dict[str, Files] = {
    "a logo": {"logo.png": ("image/png", PNG)},
    "a card": {"mihon.vcf": ("text/x-vcard", b"BEGIN:VCARD\r\nEND:VCARD\r\n")},
    "a date of a calendar": {"invite.ics": ("text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")},
}


@pytest.mark.parametrize("files", NO_FILES.values(), ids=NO_FILES)
def test_words_beside_what_is_no_answer_are_read_by_people(office: Office, files: Files) -> None:
    settled = office.settle(made("本市では該当がありません。", files))
    assert (settled.decided.mail.rule, letter(settled)) == ("inquiry", "arrival")
    assert list(settled.decided.mail.remarks) == ["not_applicable"]


@pytest.mark.parametrize("files", NO_FILES.values(), ids=NO_FILES)
def test_a_right_answer_beside_them_is_accepted(office: Office, files: Files) -> None:
    book = {f"{ASKED}.xlsx": ("application/octet-stream", nanbyo())}
    assert letter(office.settle(made("提出します。", {**files, **book}))) == "acknowledgement"


def test_a_photo_of_the_form_is_asked_for_as_excel(office: Office) -> None:
    photo = {"IMG_0001.jpg": ("image/jpeg", b"\xff\xd8\xff" + b"\0" * 90)}
    settled = office.settle(made("添付のとおり提出します。", photo))
    assert [f.code for p in settled.decided.pieces for f in p.findings] == ["not_a_workbook"]
