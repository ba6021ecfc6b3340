"""The shelf of test mails, first part, and what all its makers use: one .eml and one .json with the expected
values beside each.

The expected values stand here as literals (sizes and hashes are those of the files that were put in).
`python -m tests.mails.make_all` writes them. It uses nothing of the program under test.
"""

from __future__ import annotations

import base64
import quopri
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
BOOK = (HERE / "parts" / "book.xlsx").read_bytes()
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
XLSX = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "【神奈川県】マイナンバーアンケート回答"
OURS = "<uketsuke.N-000123.correction@mhlw.go.jp>"

# 【髙槻市】マイナンバーアンケート回答①㈱ as Outlook writes it: 髙 is row 92 cell 66, ① row 13 cell 1,
# ㈱ row 13 cell 74, none of which ISO-2022-JP has.
JIS_TAKATSUKI = (
    b"\x1b$B\x21\x5a\x7c\x62\x44\x50\x3b\x54\x21\x5b"  # 【髙槻市】
    b"\x25\x5e\x25\x24\x25\x4a\x25\x73\x25\x50\x21\x3c"  # マイナンバー
    b"\x25\x22\x25\x73\x25\x31\x21\x3c\x25\x48\x32\x73\x45\x7a"  # アンケート回答
    b"\x2d\x21\x2d\x6a\x1b(B"  # ①㈱
)


@dataclass
class Expected:
    """What a person reads in the mail; `form`: whether a file in it looks like a form."""

    subject: str
    sender: str
    kind: str
    body: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    form: bool = False
    action: str = ""
    answers: str = ""
    defects: list[str] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)  # of the Submission, by the name of its field


def b64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def word(text: str | bytes, charset: str = "UTF-8", codec: str = "utf-8") -> bytes:
    raw = text if isinstance(text, bytes) else text.encode(codec)
    return b"=?" + charset.encode() + b"?B?" + base64.b64encode(raw) + b"?="


def crlf(text: str, codec: str = "utf-8") -> bytes:
    return text.replace("\n", "\r\n").encode(codec)


def mail(headers: list[bytes], body: bytes) -> bytes:
    return b"\r\n".join([*headers, b"MIME-Version: 1.0"]) + body


def plain(text: str, charset: str = "UTF-8", codec: str = "utf-8") -> bytes:
    head = f"\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return head.encode() + crlf(text, codec) + b"\r\n"


def multi(parts: list[bytes], kind: bytes = b"mixed", boundary: bytes = b"=_B1", close: bool = True) -> bytes:
    """`parts` begin with CRLF and their own fields."""
    head = b"\r\nContent-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\r\n\r\n'
    inner = b"".join(b"--" + boundary + part + b"\r\n" for part in parts)
    return head + inner + (b"--" + boundary + b"--\r\n" if close else b"")


def attach(fields: bytes, data: bytes = BOOK) -> bytes:
    return b"\r\n" + fields + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(data)


def xlsx(disposition: bytes, data: bytes = BOOK) -> bytes:
    return attach(b"Content-Type: " + XLSX + b"\r\nContent-Disposition: " + disposition, data)


FROM = b"From: " + word("神奈川県 健康医療局") + b" <kenko@pref.kanagawa.lg.jp>"
TO = b"To: n_mynumber@mhlw.go.jp"
DATE = b"Date: Thu, 20 Jul 2023 10:15:00 +0900"
SENDER = "kenko@pref.kanagawa.lg.jp"
HELLO = "お世話になっております。\n回答を送付いたします。\n"


def heads(subject: bytes, *more: bytes, sender: bytes = FROM) -> list[bytes]:
    return [sender, TO, DATE, b"Message-ID: <20230720.1@pref.kanagawa.lg.jp>", b"Subject: " + subject, *more]


def submission(
    subject: bytes, part: bytes, name: str, *defects: str, text: str = TEXT
) -> tuple[bytes, Expected]:
    """A mail with one workbook."""
    expected = Expected(text, SENDER, "submission", "お世話に", [(name, BOOK)], True, defects=list(defects))
    return mail(heads(subject), multi([plain(HELLO), part])), expected


NAME = "【神奈川県】マイナンバーアンケート回答.xlsx"
SJIS_NAME = NAME.encode("cp932")
JIS_NAME = NAME.encode("iso2022_jp")
UTF8 = word(TEXT)
GOOD = xlsx(b"attachment; filename*=UTF-8''" + "".join(f"%{c:02X}" for c in NAME.encode()).encode())
SHELF: dict[str, tuple[bytes, Expected]] = {}


def charsets() -> None:
    """Subjects and bodies."""
    SHELF["subject_utf8"] = submission(UTF8, GOOD, NAME)
    SHELF["subject_jis"] = submission(word(TEXT, "ISO-2022-JP", "iso2022_jp"), GOOD, NAME)
    takatsuki = "【髙槻市】マイナンバーアンケート回答①㈱"
    SHELF["subject_jis_cp932_characters"] = submission(
        word(JIS_TAKATSUKI, "ISO-2022-JP"), GOOD, NAME, "Subject: cp50221", text=takatsuki
    )
    SHELF["subject_jis_raw"] = submission(JIS_TAKATSUKI, GOOD, NAME, "Subject: cp50221", text=takatsuki)
    SHELF["subject_sjis_raw"] = submission(TEXT.encode("cp932"), GOOD, NAME, "Subject: cp932")
    SHELF["subject_eucjp_raw"] = submission(TEXT.encode("euc_jp"), GOOD, NAME, "Subject: euc-jp")
    SHELF["subject_utf8_raw"] = submission(TEXT.encode(), GOOD, NAME, "Subject: utf-8")
    SHELF["subject_sjis_called_latin1"] = submission(
        word(TEXT, "ISO-8859-1", "cp932"), GOOD, NAME, "Subject: cp932"
    )
    SHELF["subject_charset_unknown"] = submission(word(TEXT, "X-Unknown-9"), GOOD, NAME, "Subject: utf-8")
    raw = TEXT.encode()
    split = word(raw[:10]) + b"\r\n " + word(raw[10:29]) + b"\r\n\t" + word(raw[29:])
    SHELF["subject_split_in_character"] = submission(split, GOOD, NAME)
    sjis = TEXT.encode("cp932")
    halves = word(sjis[:5], "Shift_JIS") + b"\r\n " + word(sjis[5:], "Shift_JIS")
    SHELF["subject_sjis_split_in_character"] = submission(halves, GOOD, NAME)
    quoted = b"=?UTF-8?Q?" + b"".join(f"={c:02X}".encode() for c in raw) + b"?="
    SHELF["subject_q_encoded"] = submission(quoted, GOOD, NAME)
    kana = b"\x1b(I6E6\x1b$B\x32\x73\x45\x7a\x1b(B"  # ｶﾅｶ in seven bits, 回答
    SHELF["subject_jis_half_width_kana"] = submission(
        word(kana, "ISO-2022-JP"), GOOD, NAME, "Subject: cp50221", text="ｶﾅｶ回答"
    )
    eight = b"\xb6\xc5\xb6\x1b$B\x32\x73\x45\x7a\x1b(B"  # the same in eight bits
    SHELF["subject_jis_eight_bit_kana"] = submission(
        word(eight, "ISO-2022-JP"), GOOD, NAME, "Subject: cp50221", text="ｶﾅｶ回答"
    )
    body = (
        b"\r\nContent-Type: text/plain; charset=ISO-2022-JP\r\n\r\n\x1b$B\x7c\x62\x44\x50\x3b\x54\x1b(B\r\n"
    )
    expected = Expected(
        TEXT, SENDER, "submission", "髙槻市", [(NAME, BOOK)], True, defects=["1.1 body: cp50221"]
    )
    SHELF["body_jis_cp932_characters"] = mail(heads(UTF8), multi([body, GOOD])), expected
    broken = plain("").rstrip() + b"\r\n\r\n" + HELLO.encode()[:-1].replace(b"\n", b"\r\n") + b"\xe3\x81"
    expected = Expected(
        TEXT, SENDER, "submission", "お世話に", [(NAME, BOOK)], True, defects=["1.1 body: lost"]
    )
    SHELF["body_utf8_cut_in_character"] = mail(heads(UTF8), multi([broken, GOOD])), expected
    page = "<html><head><style>p{}</style></head><body><p>お世話に<b>なって</b>おります。<br>回答です</p></body></html>"
    html = b"\r\nContent-Type: text/html; charset=Shift_JIS\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    html += quopri.encodestring(page.encode("cp932")).replace(b"\n", b"\r\n")
    expected = Expected(
        TEXT, SENDER, "submission", "お世話になっております。\n回答です", [(NAME, BOOK)], True
    )
    SHELF["body_html_only"] = mail(heads(UTF8), multi([html, GOOD])), expected
    both = multi([plain("平文です。\n"), html], b"alternative", b"=_B2")
    expected = Expected(TEXT, SENDER, "submission", "平文です。", [(NAME, BOOK)], True)
    SHELF["body_alternative"] = mail(heads(UTF8), multi([both, GOOD])), expected
    sender = "From: 神奈川県 健康表 <kenko@pref.kanagawa.lg.jp>".encode("cp932")  # 表 ends in a backslash
    expected = Expected(TEXT, SENDER, "submission", "お世話に", [(NAME, BOOK)], True, defects=["From: cp932"])
    SHELF["from_sjis_raw"] = mail(heads(UTF8, sender=sender), multi([plain(HELLO), GOOD])), expected


def file_names() -> None:
    """Every way in which names of files come."""
    put = SHELF.__setitem__
    sjis = b"1.2 filename: cp932".decode()
    put("name_sjis_raw", submission(UTF8, xlsx(b'attachment; filename="' + SJIS_NAME + b'"'), NAME, sjis))
    hyou = "一覧表ソ.xlsx"  # 表 and ソ end in 5C, a backslash
    part = xlsx(b'attachment; filename="' + hyou.encode("cp932") + b'"')
    put("name_sjis_backslash", submission(UTF8, part, hyou, sjis))
    part = xlsx(b'attachment; filename="' + JIS_NAME + b'"')
    put("name_jis_raw_in_quotes", submission(UTF8, part, NAME, "1.2 filename: iso-2022-jp"))
    part = xlsx(b'attachment; filename="' + word(NAME, "ISO-2022-JP", "iso2022_jp") + b'"')
    put("name_encoded_word_in_quotes", submission(UTF8, part, NAME))
    raw = NAME.encode()
    part = xlsx(b'attachment;\r\n filename="' + word(raw[:16]) + b"\r\n " + word(raw[16:]) + b'"')
    put("name_encoded_words_split_in_quotes", submission(UTF8, part, NAME))
    pieces = [b"%" + f"{c:02X}".encode() for c in raw]
    one, two = b"".join(pieces[:20]), b"".join(pieces[20:])
    part = xlsx(b"attachment;\r\n filename*0*=UTF-8''" + one + b";\r\n filename*1*=" + two)
    put("name_rfc2231_continued", submission(UTF8, part, NAME))
    part = xlsx(b"attachment;\r\n filename*1*=" + two + b";\r\n filename*0*=UTF-8''" + one)
    put("name_rfc2231_out_of_order", submission(UTF8, part, NAME))
    jis = b"".join(b"%" + f"{c:02X}".encode() for c in JIS_NAME)
    put("name_rfc2231_jis", submission(UTF8, xlsx(b"attachment; filename*=ISO-2022-JP''" + jis), NAME))
    words = b"".join(b"%" + f"{c:02X}".encode() for c in word(NAME))
    put(
        "name_rfc2231_of_encoded_word", submission(UTF8, xlsx(b"attachment; filename*=UTF-8''" + words), NAME)
    )
    both = b"attachment; filename=\"kaito.xlsx\"; filename*=UTF-8''" + b"".join(pieces)
    part = attach(b'Content-Type: application/octet-stream; name="x.bin"\r\nContent-Disposition: ' + both)
    put("name_all_forms_octet_stream", submission(UTF8, part, NAME))
    part = attach(b'Content-Type: application/octet-stream;\r\n name="' + word(NAME) + b'"')
    put("name_in_content_type_only", submission(UTF8, part, NAME))
    bare = "ダム.xlsx"
    apart = "タ\u3099ム.xlsx".encode()
    part = xlsx(b"attachment; filename*=UTF-8''" + b"".join(b"%" + f"{c:02X}".encode() for c in apart))
    put("name_nfd", submission(UTF8, part, bare, "1.2 filename: NFD"))
    shrine = "\ufa19奈川.xlsx"  # 神 of the IBM rows, which NFC would replace
    put(
        "name_compatibility_kanji",
        submission(UTF8, xlsx(b'attachment; filename="' + word(shrine) + b'"'), shrine),
    )
    path = b'attachment; filename="C:\\\\Users\\\\kenko\\\\' + word("回答.xlsx") + b'"'
    put("name_with_path", submission(UTF8, xlsx(path), "回答.xlsx", "1.2 filename: path"))
    part = xlsx(b'attachment; filename="' + word("回答\u202exslx.exe") + b'"')
    put("name_with_bidi", submission(UTF8, part, "回答xslx.exe", "1.2 filename: invisible"))
    put("name_missing", submission(UTF8, xlsx(b"attachment"), "添付1.xlsx"))
    put("name_inline_disposition", submission(UTF8, xlsx(b'inline; filename="' + word(NAME) + b'"'), NAME))
    part = xlsx(b"attachment; filename=" + SJIS_NAME.replace(b" ", b""))
    put("name_sjis_unquoted", submission(UTF8, part, NAME, sjis))


def structures() -> None:
    """How the parts lie in each other."""
    put = SHELF.__setitem__
    signature = attach(b'Content-Type: application/pkcs7-signature; name="smime.p7s"', b"0\x82\x01\x00sig")
    inner = multi([plain(HELLO), GOOD, xlsx(b'attachment; filename="2.xlsx"', PDF)], b"mixed", b"=_in")
    expected = Expected(TEXT, SENDER, "submission", "お世話に", [], True)
    expected.files = [(NAME, BOOK), ("2.xlsx", PDF), ("smime.p7s", b"0\x82\x01\x00sig")]
    put("nested_signed", (mail(heads(UTF8), multi([inner, signature], b"signed", b"=_out")), expected))
    forwarded = mail(
        [b"From: a@city.yokohama.lg.jp", b"Subject: " + UTF8], multi([plain("横浜市です。"), GOOD])
    )
    part = b'\r\nContent-Type: message/rfc822; name="yokohama.eml"\r\n\r\n' + forwarded
    files = [("yokohama.eml", forwarded), (NAME, BOOK)]
    body = "転送します。"
    expected = Expected("Fw: " + TEXT, SENDER, "submission", body, files, True)
    put(
        "forwarded_message",
        (mail(heads(word("Fw: " + TEXT)), multi([plain(body), part], boundary=b"=_o")), expected),
    )
    junk = b64(BOOK)[:76] + b"!\r\n" + b64(BOOK)[76:].replace(b"\r\n", b" \r\n")
    part = b"\r\nContent-Type: " + XLSX + b'\r\nContent-Disposition: attachment; filename="1.xlsx"\r\n'
    part += b"Content-Transfer-Encoding: base64\r\n\r\n" + junk
    put("base64_with_junk", submission(UTF8, part, "1.xlsx", "1.2: base64"))
    part = GOOD + b"\r\n-- \r\nkenko-ml mailing list\r\nhttp://ml.example.jp/\r\n"
    put("base64_with_footer", submission(UTF8, part, NAME, "1.2: base64"))
    raw = mail(heads(UTF8), multi([plain(HELLO), GOOD], close=False))
    expected = Expected(TEXT, SENDER, "submission", "お世話に", [(NAME, BOOK)], True, defects=["1: boundary"])
    put("boundary_end_missing", (raw, expected))
    wrong = raw.replace(b'boundary="=_B1"', b'boundary="=_XX"')
    expected = Expected(TEXT, SENDER, "submission", "お世話に", [(NAME, BOOK)], True, defects=["1: boundary"])
    put("boundary_not_as_declared", (wrong, expected))
    only = mail(heads(UTF8), xlsx(b'attachment; filename="' + word(NAME) + b'"'))
    put("workbook_is_the_mail", (only, Expected(TEXT, SENDER, "submission", "", [(NAME, BOOK)], True)))
    put("empty", (b"", Expected("", "", "inquiry")))
    put("no_header_at_all", (b"\r\n\r\nhello", Expected("", "", "inquiry", "hello")))


def people() -> None:
    """Mail of people that is no submission with a form."""
    put = SHELF.__setitem__
    subject = "問8-1について（照会）"
    text = "お世話になっております。Q8-1の「別途の方法」とは何を指すのかご教示ください。\n"
    put(
        "inquiry", (mail(heads(word(subject)), plain(text)), Expected(subject, SENDER, "inquiry", "お世話に"))
    )
    shot = attach(b'Content-Type: image/png; name="screen.png"\r\nContent-Disposition: attachment', PNG)
    files = [("screen.png", PNG)]
    expected = Expected(subject, SENDER, "inquiry", "お世話に", files)
    put("inquiry_with_picture", (mail(heads(word(subject)), multi([plain(text), shot])), expected))
    expected = Expected("Re: 【確認のお願い】Re: " + TEXT, SENDER, "reply", "ご連絡", answers=OURS)
    fields = heads(
        word(expected.subject), b"In-Reply-To: " + OURS.encode(), b"References: <a@b>\r\n " + OURS.encode()
    )
    put("reply_without_file", (mail(fields, plain("ご連絡ありがとうございました。\n")), expected))
    expected = Expected(expected.subject, SENDER, "submission", "修正", [(NAME, BOOK)], True, answers=OURS)
    put("reply_with_form", (mail(fields, multi([plain("修正版です。\n"), GOOD])), expected))
    expected = Expected(TEXT, SENDER, "submission", "お世話に")
    put("submission_file_forgotten", (mail(heads(UTF8), plain(HELLO)), expected))
    pdf = attach(b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=kaito.pdf", PDF)
    expected = Expected(TEXT, SENDER, "submission", "お世話に", [("kaito.pdf", PDF)])
    put("submission_as_pdf", (mail(heads(UTF8), multi([plain(HELLO), pdf])), expected))
    suppressed = heads(UTF8, b"X-Auto-Response-Suppress: DR, OOF, AutoReply", b"Return-Path: <>")
    expected = Expected(TEXT, SENDER, "submission", "お世話に", [(NAME, BOOK)], True)
    put("person_with_suppress_header", (mail(suppressed, multi([plain(HELLO), GOOD])), expected))


def machines() -> None:
    """Mail that nobody wrote."""
    put = SHELF.__setitem__

    def auto(name: str, kind: str, subject: str, *fields: bytes, body: str = "不在です。\n") -> None:
        expected = Expected(subject, SENDER, kind, body[:3])
        put(name, (mail(heads(word(subject), *fields), plain(body)), expected))

    exchange = (b"Auto-Submitted: auto-generated", b"X-Auto-Response-Suppress: All", b"Return-Path: <>")
    auto("away_exchange", "auto_reply", "自動応答: 【受付】", *exchange)
    auto("away_sieve", "auto_reply", "Auto: 【受付】", b"Auto-Submitted: auto-replied (vacation)")
    auto("away_roundcube_old", "auto_reply", "Re: 【受付】", b"Precedence: junk", b"X-Autoreply: yes")
    auto("away_precedence", "auto_reply", "Re: 【受付】", b"Precedence: auto_reply")
    auto("away_subject_only", "auto_reply", "【自動返信】メールを受け付けました")
    auto("away_absent", "auto_reply", "不在通知: Re: 【受付】")
    auto("auto_submitted_no", "inquiry", "ご連絡", b"Auto-Submitted: no", body="よろしくお願いします。\n")
    auto("list_id", "list", "[kenko-ml:12] お知らせ", b"List-Id: <kenko.ml.example.jp>")
    auto("list_bulk", "list", "メールマガジン７月号", b"Precedence: bulk")
    auto("own_tag", "own", "【受付】Re: " + TEXT, b"X-Uketsuke: N-000123", b"Auto-Submitted: auto-replied")
    auto("read_by_subject", "receipt", "開封済み: 【受付】", body="開封されました。\n")


RETURNED = (
    b"From: n_mynumber@mhlw.go.jp\r\nTo: kenko@pref.kanagawa.lg.jp\r\nSubject: " + UTF8 + b"\r\n"
    b"Message-ID: " + OURS.encode() + b"\r\nX-Uketsuke: N-000123\r\n"
)
POSTFIX = (
    b"Reporting-MTA: dns; mx.mhlw.go.jp\r\nX-Postfix-Queue-ID: 4R6Yx01Bz\r\n"
    b"X-Postfix-Sender: rfc822; n_mynumber@mhlw.go.jp\r\nArrival-Date: Thu, 20 Jul 2023 10:15:00 +0900 (JST)\r\n\r\n"
    b"Final-Recipient: rfc822; kenko@pref.kanagawa.lg.jp\r\nOriginal-Recipient: rfc822;kenko@pref.kanagawa.lg.jp\r\n"
)
DAEMON = b"From: MAILER-DAEMON@mx.mhlw.go.jp (Mail Delivery System)"


def report(subject: bytes, kind: bytes, status: bytes, last: bytes, *more: bytes) -> bytes:
    first = b"\r\nContent-Description: Notification\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
    first += b"This is the mail system at host mx.mhlw.go.jp.\r\n"
    second = (
        b"\r\nContent-Description: Delivery report\r\nContent-Type: message/" + kind + b"\r\n\r\n" + status
    )
    fields = [b"Return-Path: <>", DAEMON, b"Auto-Submitted: auto-replied", b"Subject: " + subject, *more]
    return mail(fields, multi([first, second, last], b"report; report-type=" + kind, b"4R6Yx01Bz.1/mx"))


def reports() -> None:
    """Bounces and read receipts."""
    put = SHELF.__setitem__
    daemon = "MAILER-DAEMON@mx.mhlw.go.jp"
    book = b"\r\nContent-Description: Undelivered Message\r\nContent-Type: message/rfc822\r\n\r\n"
    book += RETURNED + b"MIME-Version: 1.0" + multi([plain("控え"), GOOD], boundary=b"=_r")
    status = POSTFIX + b"Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\r\n"
    subject = "Undelivered Mail Returned to Sender"
    expected = Expected(subject, daemon, "bounce", "This is", [("添付1.txt", status), (NAME, BOOK)])
    expected.action, expected.answers = "failed", OURS
    put("bounce_postfix", (report(subject.encode(), b"delivery-status", status, book), expected))
    late = (
        POSTFIX
        + b"Action: delayed\r\nStatus: 4.4.1\r\nWill-Retry-Until: Tue, 25 Jul 2023 10:15:00 +0900 (JST)\r\n"
    )
    heads_only = b"\r\nContent-Type: text/rfc822-headers\r\n\r\n" + RETURNED
    subject = "Delayed Mail (still being retried)"
    files = [("添付1.txt", late), ("添付2.txt", RETURNED)]
    expected = Expected(subject, daemon, "bounce", "This is", files, action="delayed", answers=OURS)
    put("bounce_delayed", (report(subject.encode(), b"delivery-status", late, heads_only), expected))
    seen = b"Final-Recipient: rfc822;kenko@pref.kanagawa.lg.jp\r\nOriginal-Message-ID: " + OURS.encode()
    seen += b"\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"
    files = [("添付1.txt", seen), ("添付2.txt", RETURNED)]
    expected = Expected("開封確認: 【受付】", daemon, "receipt", "This is", files, answers=OURS)
    raw = report(word(expected.subject), b"disposition-notification", seen, heads_only)
    put("read_receipt", (raw, expected))
    text = "以下の宛先にメールを配信できませんでした。\n宛先: kenko@pref.kanagawa.lg.jp\n"
    text += f"理由: 宛先が見つかりません\n\nMessage-ID: {OURS}\n"
    expected = Expected("【自動通知】配信不能のお知らせ", "gateway@lgwan.example.jp", "bounce", "以下の宛先")
    expected.action, expected.answers = "failed", OURS
    fields = [
        b"From: gateway@lgwan.example.jp",
        b"Subject: " + word(expected.subject, "ISO-2022-JP", "iso2022_jp"),
    ]
    body = plain(text, "ISO-2022-JP", "iso2022_jp")
    put("bounce_japanese_gateway", (mail(fields, body), expected))
    fields = [b"Return-Path: <>", b"From: Mail Delivery Subsystem <mail-daemon@docomo.example.jp>"]
    expected = Expected(
        "Mail System Error - Returned Mail", "mail-daemon@docomo.example.jp", "bounce", "This Message was"
    )
    expected.action = "failed"
    body = plain("This Message was undeliverable due to the following reason:\nUser unknown\n", "us-ascii")
    put("bounce_carrier", (mail([*fields, b"Subject: " + expected.subject.encode()], body), expected))
    fields = [b"Return-Path: <>", b"From: postmaster@city.example.lg.jp"]
    expected = Expected(
        "メールの配信が遅れています", "postmaster@city.example.lg.jp", "bounce", "配信を", action="delayed"
    )
    put(
        "bounce_delayed_japanese",
        (mail([*fields, b"Subject: " + word(expected.subject)], plain("配信を続けて試みます。\n")), expected),
    )


def fill() -> None:
    for part in (charsets, file_names, structures, people, machines, reports):
        part()
