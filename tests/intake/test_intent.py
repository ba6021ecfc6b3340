"""What senders say in own words, on bodies as officials write them: a question beside a submission, a withdrawal,
a correction — and all the courtesies that are none of these."""

from __future__ import annotations

import pytest

from intake.mail.intent import amends, asks, own_words
from intake.read_mail import Context, read_mail
from tests.growing import not_for_ever
from tests.intake.test_no_attachment import mail
from tests.intake.test_passwords import locked_mail
from tests.workbooks.forms_at_hand import filled, the_roster, the_survey

OPENING = "厚生労働省健康局難病対策課\u3000御担当者様\n\nいつも大変お世話になっております。\n○○県健康福祉部の架空です。\n\n"
SIGNATURE = (
    "\n\n---------------------------------\n○○県健康福祉部健康課\u3000架空\u3000花子\n"
    "電話：000-000-0000（内線 12）\nE-mail：kenko@pref.example.lg.jp\n---------------------------------\n"
)
COVERS = [
    "標記の件につきまして、別添のとおり回答いたします。\nご確認のほどよろしくお願いいたします。",
    "回答を送付いたしますので、ご査収くださいますようお願いいたします。\nご不明な点がございましたら、下記までご連絡ください。",
    "差し支えなければ、受領の旨ご返信くださいますと幸いです。",
    "お手数ですが、受信確認のご連絡をいただけますでしょうか。",
    "ファイルは届いておりますでしょうか。よろしくお願いいたします。",
    "ご多忙のところ恐れ入りますが、ご確認いただけますでしょうか。",
    "記載内容に不備等ございましたら、お手数ですがご教示ください。",
    "ご質問等がございましたら、担当までお問い合わせください。",
    "修正が必要な場合は、ご連絡いただけますと幸いです。",
    "何かございましたら、ご連絡をいただきたく存じます。",
    "先日ご照会いただきました標記アンケートについて、回答します。",
    "ご照会がありました件について、回答を提出いたします。",
    "お問い合わせの件については、電話で回答済みです。",
    "令和５年７月７日付けで回答依頼のありました標記調査について、提出します。",
    "期限に遅れまして申し訳ございません。回答を送付いたします。",
    "向暑の候、ますますご清栄のこととお慶び申し上げます。皆様いかがお過ごしでしょうか。",
    "Q3「手順書を作成していますか。」については、①と回答しております。",
    "なお、Q8-1は該当がないため空欄としています。",
    "難病と小慢の２件を添付しております。どうか、よろしくお願いいたします。",
    "記入漏れがないか、確認のうえ送付します。",
    "管内市町村分をとりまとめましたので送付いたします。未提出の２町については、後日送付いたします。",
    "差替えの回答を送付いたします。先に送付したものは破棄してください。",
    "再送いたします。重複の場合はご容赦ください。",
    "このメールに心当たりのない場合は、お手数ですが破棄していただけますでしょうか。",
    "参考資料は本市ホームページ（https://www.city.example.lg.jp/a?id=1）にも掲載しています。",
    "回答をお送りします。\n\n> 回答方法についてご不明な点はありますでしょうか。\n> ご教示ください。",
    "回答をお送りします。\n\n-----Original Message-----\nFrom: desk@example.go.jp\n\nいつ頃になりますか？",
    "取り急ぎ送付します。\n\n2023年7月10日(月) 10:00 厚生労働省 <a@mhlw.go.jp>のメール:\nご回答をお願いします。",
    "お忙しいところ恐縮ですが、どうぞよろしくお願い申し上げます。",
    "提出が遅くなり申し訳ありませんが、ご対応のほどお願いいたします。",
]
QUESTIONS = [
    "回答を送付します。\nなお、Q10の②は空欄のままでよろしいでしょうか。",
    "Q7-1の「別途の方法」には、電話による確認も含まれますか？",
    "１点質問があります。属性の欄は記入が必要ですか",
    "別添１の記載方法についてご教示ください。",
    "原本も送付する必要があるのか、教えていただけますと幸いです。",
    "管内の１町から回答が得られていません。どのように取り扱えばよいでしょうか。",
    "なお、委託している事業について、回答の対象となりますでしょうか。ご回答をいただけますと幸いです。",
    "提出期限を１週間ほど延長していただくことは可能でしょうか。",
    "期限までに１市の回答が間に合わないため、提出期限の延長をお願いします。",
    "次の２点についてお伺いします。\n１\u3000対象年度\n２\u3000記載方法",
    "ご不明な点がございましたらご連絡ください。また、小慢は本市の提出が必要でしょうか、ご指示ください。",
    "至急、折り返しお電話ください。",
    "添付は２部ですか。３部ですか。",
    "質問が２点ございます。",
    "Could you tell me whether Q10 may be left blank?",
    "回答の公表予定について知りたく、ご連絡しました。",
    "空欄としましたが差し支えないでしょうか。",
    "該当がない場合は空欄でよいですか？",
]


@pytest.mark.parametrize("body", COVERS)
def test_the_courtesies_of_a_cover_letter_ask_nothing(body: str) -> None:
    assert not asks(OPENING + body + SIGNATURE)


@pytest.mark.parametrize("body", QUESTIONS)
def test_a_question_is_heard(body: str) -> None:
    assert asks(OPENING + body + SIGNATURE)


def test_a_question_wrapped_in_its_middle_is_heard() -> None:
    assert asks(
        OPENING + "属性の欄については、記入しないままで差し支えないで\nしょうか。ご確認をお願いいたします。"
    )


def test_quotes_and_signature_are_not_the_senders_words() -> None:
    body = OPENING + "了解しました。\n> ご回答ください。" + SIGNATURE
    assert own_words(body).split() == ["厚生労働省健康局難病対策課", "御担当者様", "いつも大変お世話になっております。",
                                       "○○県健康福祉部の架空です。", "了解しました。"]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("先ほど送付した回答は取り下げます。", "withdrawal"),
        ("７月１０日に提出した小慢の回答を撤回させていただきたく存じます。", "withdrawal"),
        ("先に送付した回答は無効としていただけますようお願いします。", "withdrawal"),
        ("誤って提出しましたので、取消しをお願いします。", "withdrawal"),
        ("Q3の回答は①ではなく②の誤りでした。", "correction"),
        ("担当者の電話番号に誤りがありました。正しくは 000-000-0001 です。", "correction"),
        ("回答内容の訂正をお願いします。Q5を①に変更してください。", "correction"),
        ("所属名を健康課に改めてください。", "correction"),
        ("改めてご連絡いたします。", ""),
        ("ご連絡ありがとうございました。", ""),
        ("承知いたしました。修正のうえ再送いたします。", ""),
        ("修正版は後ほど送付いたします。", ""),
        ("訂正はございません。よろしくお願いいたします。", ""),
        ("差し替えたファイルを送付いたします。", ""),
        ("ご確認いただきありがとうございます。引き続きよろしくお願いいたします。", ""),
        ("> 訂正をお願いします。\n了解です。", ""),
        ("了解しました。\n\n※このメールに心当たりのない場合は、破棄してください。", ""),
        ("了解しました。\n誤って受信された方は、お手数ですが破棄していただきますようお願いします。", ""),
        ("本メールには機密情報が含まれることがあります。誤送信の場合は直ちに破棄してください。", ""),
        ("誤って送信しましたので、破棄をお願いいたします。", "withdrawal"),
        ("マクロを無効にして保存しました。該当する事務はなかったことを申し添えます。", ""),
    ],
)
def test_a_withdrawal_or_correction_in_words(body: str, said: str) -> None:
    assert amends(OPENING + body + SIGNATURE) == said


def test_a_question_beside_a_workbook_is_told_and_the_submission_stays_one() -> None:
    data = filled({"program": "難病"})
    context = Context(the_survey(), the_roster())
    for text, expected in ((QUESTIONS[0], True), (COVERS[0], False)):
        submission = read_mail(locked_mail(data, "【横浜市】マイナンバーアンケート回答.xlsx", text), context)
        assert (submission.kind, submission.asks) == ("submission", expected)


def test_a_withdrawal_is_told_only_where_no_file_comes() -> None:
    context = Context(the_survey(), the_roster())
    text = "先に送付したものは取り下げます。"
    answering = "In-Reply-To: <uketsuke.N-000123.acknowledgement@mhlw.go.jp>"
    reply = read_mail(mail(text, answering), context)
    assert (reply.kind, reply.amends) == ("reply", "withdrawal")
    sent = read_mail(locked_mail(filled({"program": "難病"}), "回答.xlsx", text), context)
    assert (sent.kind, sent.amends) == ("submission", "")


@pytest.mark.parametrize(
    "piece", ["取り下げ", "ですか", "「" * 50, "-" * 70 + "\n", "> a\n", "ご不明な点", "From: a\n"]
)
def test_a_long_text_is_soon_looked_through(piece: str) -> None:
    """The square of its length would take minutes of the processor; tests/test_growth.py measures all functions."""
    text = piece * (200_000 // len(piece))
    with not_for_ever():
        asks(text), amends(text)
