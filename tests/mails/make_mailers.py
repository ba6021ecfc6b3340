"""The shelf, second part: the byte forms of mailers that stand in municipal offices, each written by hand after
what that program sends (its header fields, its boundaries, its way with Japanese names).

Adds to SHELF of make.py; uses nothing of the program under test.
"""

from __future__ import annotations

import base64
import quopri
from itertools import pairwise

from tests.mails.make import (
    BOOK,
    DATE,
    HELLO,
    JIS_NAME,
    JIS_TAKATSUKI,
    NAME,
    PNG,
    SENDER,
    SHELF,
    SJIS_NAME,
    TEXT,
    TO,
    UTF8,
    XLSX,
    Expected,
    attach,
    b64,
    crlf,
    heads,
    mail,
    multi,
    plain,
    submission,
    word,
)  # fmt: skip

JIS_TEXT = TEXT.encode("iso2022_jp")
JIS_HELLO = HELLO.encode("iso2022_jp").replace(b"\n", b"\r\n")
HALVES = (NAME.encode()[:21], NAME.encode()[21:])  # 21 bytes are seven characters


def jis_words(raw: bytes, *cuts: int) -> bytes:
    """ISO-2022-JP cut into encoded words at these bytes, wherever that is."""
    edges = [0, *cuts, len(raw)]
    pieces = [raw[a:b] for a, b in pairwise(edges)]
    return b"\r\n ".join(word(piece, "ISO-2022-JP") for piece in pieces)


def percent(raw: bytes) -> bytes:
    return b"".join(b"%" + f"{byte:02X}".encode() for byte in raw)


def jis_text(raw: bytes = JIS_HELLO) -> bytes:
    return (
        b"\r\nContent-Type: text/plain; charset=ISO-2022-JP\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" + raw
    )


def sent(name: str, fields: list[bytes], body: bytes, *defects: str, **more: object) -> None:
    """A submission with the book under its usual name."""
    expected = Expected(TEXT, SENDER, "submission", "お世話に", [(NAME, BOOK)], True, defects=list(defects))
    for key, value in more.items():
        setattr(expected, key, value)
    SHELF[name] = mail(fields, body), expected


def japanese_mailers() -> None:
    part = xlsx_named(b"=?iso-2022-jp?B?" + base64.b64encode(JIS_NAME) + b"?=")
    head = heads(
        jis_words(JIS_TEXT),
        b"X-Mailer: Microsoft Outlook 16.0",
        b"Thread-Index: AdmdJw==",
        b"Content-Language: ja",
    )
    sent(
        "outlook_jis", head, multi([jis_text(), part], boundary=b"----=_NextPart_000_0001_01D9BAE5.5B3C7E50")
    )
    nec = b"\x1b$B\x21\x5a\x7c\x62\x44\x50\x3b\x54\x21\x5b\x32\x73\x45\x7a\x2d\x21\x1b(B.xlsx"  # 【髙槻市】回答①.xlsx
    part = xlsx_named(b"=?iso-2022-jp?B?" + base64.b64encode(nec) + b"?=")
    SHELF["outlook_jis_cp932_name"] = submission(UTF8, part, "【髙槻市】回答①.xlsx", "1.2 filename: cp50221")
    part = xlsx_named(word(NAME, "ISO-2022-JP", "iso2022_jp"))
    becky = heads(jis_words(JIS_TEXT), b"X-Mailer: Becky! ver. 2.81.04 [ja]", b"X-Becky-Keywords: ")
    sent("becky", becky, multi([jis_text(), part], boundary=b"------_64B88A5F000000002F3A_MULTIPART_MIXED_"))
    shuriken = heads(jis_words(JIS_TEXT, 9, 21), b"X-Mailer: Shuriken 2018")
    sent("shuriken_split_in_escape", shuriken, multi([jis_text(), part]))
    raw = b'attachment; filename="' + JIS_NAME + b'"'
    part = attach(
        b'Content-Type: application/octet-stream; name="' + JIS_NAME + b'"\r\nContent-Disposition: ' + raw
    )
    al = [b"1.2 filename: iso-2022-jp".decode(), "Subject: iso-2022-jp"]
    sent(
        "al_mail_raw_jis",
        heads(JIS_TEXT, b"X-Mailer: AL-Mail32 Version 1.13d"),
        multi([jis_text(), part]),
        *al[::-1],
    )
    long = (
        b"attachment;\r\n filename*0*=iso-2022-jp''"
        + percent(JIS_NAME[:20])
        + b";\r\n filename*1*="
        + percent(JIS_NAME[20:])
    )
    part = attach(b"Content-Type: application/octet-stream\r\nContent-Disposition: " + long)
    sent(
        "mew_rfc2231_jis",
        heads(jis_words(JIS_TEXT), b"X-Mailer: Mew version 6.8 on Emacs 26.3"),
        multi([jis_text(), part]),
    )
    part = xlsx_named(b"=?shift_jis?B?" + base64.b64encode(SJIS_NAME) + b"?=")
    oe = heads(
        word(TEXT, "shift_jis", "cp932"),
        b"X-Mailer: Microsoft Outlook Express 6.00.2900.5512",
        b"X-MSMail-Priority: Normal",
    )
    sent("outlook_express_sjis", oe, multi([plain(HELLO, "shift_jis", "cp932"), part]))
    notes = b"Content-type: application/octet-stream;\r\n\tname=" + word(NAME, "ISO-2022-JP", "iso2022_jp")
    notes += b"\r\nContent-Disposition: attachment; filename=" + word(NAME, "ISO-2022-JP", "iso2022_jp")
    head = heads(
        word(TEXT, "ISO-2022-JP", "iso2022_jp"),
        b"X-Mailer: Lotus Notes Release 8.5.3",
        b"X-MIMETrack: Serialize by Router on NOTES1",
    )
    sent("lotus_notes", head, multi([jis_text(), attach(notes)], boundary=b"0__=09BBF6A5DFD1F7318f9e8a93df"))
    cybozu = heads(word(TEXT, "ISO-2022-JP", "iso2022_jp"), b"X-Mailer: Cybozu Office 10", b"X-Priority: 3")
    sent("cybozu", cybozu, multi([jis_text(), xlsx_named(word(NAME, "ISO-2022-JP", "iso2022_jp"))]))
    part = attach(
        b'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="'
        + word(NAME)
        + b'"'
    )
    denbun = heads(UTF8, b"X-Mailer: Denbun IMAP Version V3.3P")
    sent("denbun", denbun, multi([plain(HELLO), part]))
    wiz = heads(JIS_TEXT, b"X-Mailer: WinBiff [Version 2.51 PL1]")
    sent(
        "winbiff_raw_subject",
        wiz,
        multi([jis_text(), xlsx_named(word(NAME, "ISO-2022-JP", "iso2022_jp"))]),
        "Subject: iso-2022-jp",
    )
    gateway = heads(
        UTF8,
        b"Received: from lgwan-gw.example.lg.jp by mx.mhlw.go.jp; Thu, 20 Jul 2023 10:15:30 +0900",
        b"X-SkipScan: sanitized",
    )
    footer = plain(HELLO + "\n※本メールの添付ファイルは、無害化処理を行っています。\n")
    sent("lgwan_gateway", gateway, multi([footer, xlsx_named(word(NAME))]))


def other_mailers() -> None:
    page = "<html><body><p>お世話になっております。<br>回答を送付いたします。</p></body></html>"
    both = multi([b64_text(HELLO), b64_text(page, b"html")], b"alternative", b"_000_TYAPR01MB1234_")
    part = attach(
        b"Content-Type: " + XLSX + b';\r\n\tname="=?utf-8?B?' + base64.b64encode(NAME.encode()) + b'?="\r\n'
        b"Content-Description: =?utf-8?B?"
        + base64.b64encode(NAME.encode())
        + b"?=\r\nContent-Disposition: attachment;\r\n"
        b'\tfilename="=?utf-8?B?' + base64.b64encode(NAME.encode()) + b'?="; size=4962;\r\n'
        b'\tcreation-date="Thu, 20 Jul 2023 01:14:00 GMT"; modification-date="Thu, 20 Jul 2023 01:15:00 GMT"'
    )
    head = heads(UTF8, b"X-MS-Has-Attach: yes", b"X-MS-TNEF-Correlator: ", b"Accept-Language: ja-JP, en-US")
    sent("microsoft365", head, multi([both, part], boundary=b"_004_TYAPR01MB1234_"))
    flowed = (
        b"\r\nContent-Type: text/plain; charset=UTF-8; format=flowed\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + crlf(HELLO)
    )
    part = attach(
        b"Content-Type: " + XLSX + b';\r\n name="' + word(NAME) + b'"\r\nContent-Disposition: attachment;\r\n'
        b" filename*0*=UTF-8''" + percent(HALVES[0]) + b";\r\n filename*1*=" + percent(HALVES[1])
    )
    bird = heads(
        UTF8,
        b"User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:102.0) Gecko/20100101 Thunderbird/102.13.0",
    )
    sent("thunderbird", bird, multi([flowed, part], boundary=b"------------0qXk0nPZ0m3Tq1Qe0V2mBx3k"))
    halves = word(HALVES[0]) + b"\r\n " + word(HALVES[1])
    part = attach(
        b"Content-Type: "
        + XLSX
        + b';\r\n name="'
        + halves
        + b'"\r\nContent-Disposition: attachment; filename="'
        + halves
        + b'"\r\nContent-ID: <f_lk9a0b0c0>\r\nX-Attachment-Id: f_lk9a0b0c0'
    )
    sent("gmail", heads(UTF8), multi([b64_text(HELLO), part], boundary=b"000000000000a1b2c305ff0e1d2c"))
    apart = "【神奈川県】マイナンハ\u3099ーアンケート回答.xlsx"  # バ as macOS stores it
    part = attach(b"Content-Type: " + XLSX + b'; x-unix-mode=0644; name="' + word(apart) + b'"\r\nContent-Disposition: attachment;'
                  b"\r\n\tfilename*=utf-8''" + percent(apart.encode()))  # fmt: skip
    apple = heads(UTF8, b"X-Mailer: Apple Mail (2.3731.600.7)")
    sent(
        "apple_mail_nfd_name",
        apple,
        multi([plain(HELLO), part], boundary=b"Apple-Mail=_8A7B"),
        "1.2 filename: NFD",
    )
    quoted = b"=?UTF-8?Q?" + quopri.encodestring(NAME.encode(), quotetabs=True).replace(b"=\n", b"") + b"?="
    part = attach(
        b"Content-Type: "
        + XLSX
        + b';\r\n name="'
        + quoted
        + b'"\r\nContent-Disposition: attachment;\r\n filename="'
        + quoted
        + b'"'
    )
    sent(
        "roundcube_q_words", heads(UTF8, b"User-Agent: Roundcube Webmail/1.6.1"), multi([plain(HELLO), part])
    )
    bare = [
        b"From: kenko@pref.kanagawa.lg.jp (=?UTF-8?B?5YGl5bq3?=)",
        TO,
        DATE,
        b"Message-ID: <1@pref.kanagawa.lg.jp>",
    ]
    body = HELLO.encode("euc_jp")
    expected = Expected(TEXT, SENDER, "submission", "お世話に", defects=["Subject: euc-jp", "1 body: euc-jp"])
    raw = (
        b"\n".join([*bare, b"Subject: " + TEXT.encode("euc_jp")]) + b"\n\n" + body
    )  # no MIME at all, bare LF
    SHELF["sendmail_by_hand_euc"] = raw, expected
    emoji = b"\x1b$B\x3b\x33\x75\x41\x1b(B"  # 山 and an emoji of au in the user-defined rows
    carrier = [
        b"From: taro@ezweb.example.jp",
        TO,
        DATE,
        b"Message-ID: <2@ezweb.example.jp>",
        b"Subject: " + word(emoji, "ISO-2022-JP"),
    ]
    expected = Expected("山\\x75\\x41", "taro@ezweb.example.jp", "inquiry", "質問です", defects=["Subject: lost"])
    SHELF["au_carrier_emoji"] = mail(carrier, jis_text("質問です。\r\n".encode("iso2022_jp"))), expected
    docomo = [
        b"From: hanako@docomo.example.jp",
        TO,
        DATE,
        b"Message-ID: <3@docomo.example.jp>",
        b"Subject: " + word("電話番号", "Shift_JIS", "cp932"),
    ]
    expected = Expected("電話番号", "hanako@docomo.example.jp", "inquiry", "担当課の電話番号を教えて")
    SHELF["docomo_sjis"] = (
        mail(docomo, plain("担当課の電話番号を教えてください。\n", "Shift_JIS", "cp932")),
        expected,
    )


def charsets_told_wrong() -> None:
    """Declarations that do not hold, and bytes that are rare."""
    put = SHELF.__setitem__

    def body(name: str, label: bytes, raw: bytes, *defects: str, begins: str = "お世話に") -> None:
        field = b"\r\nContent-Type: text/plain" + (b"; charset=" + label if label else b"")
        text = field + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + raw + b"\r\n"
        expected = Expected(TEXT, SENDER, "submission", begins, [(NAME, BOOK)], True, defects=list(defects))
        put(name, (mail(heads(UTF8), multi([text, xlsx_named(word(NAME))])), expected))

    body("body_sjis_called_jis", b"ISO-2022-JP", crlf(HELLO, "cp932"), "1.1 body: cp932")
    body("body_sjis_called_utf8", b"UTF-8", crlf(HELLO, "cp932"), "1.1 body: cp932")
    body("body_utf8_called_ascii", b"us-ascii", crlf(HELLO), "1.1 body: utf-8")
    body("body_utf8_called_sjis", b"Shift_JIS", crlf(HELLO), "1.1 body: utf-8")
    body("body_euc", b"EUC-JP", crlf(HELLO, "euc_jp"))
    body("body_jis_undeclared", b"", JIS_HELLO, "1.1 body: iso-2022-jp")
    body("body_gb18030_label_gb2312", b"gb2312", crlf("お世話になっております。\n髙槻市です。", "gb18030"))
    body("body_utf16", b"utf-16", "お世話になっております。".encode("utf-16"))
    nec_selected = "﨑".encode("cp932").replace(b"\xfa\xb1", b"\xed\x95")  # the same character in NEC's rows
    body(
        "body_sjis_nec_selected_rows",
        b"Shift_JIS",
        "お世話に 山".encode("cp932") + nec_selected,
        begins="お世話に 山﨑",
    )
    quoted = quopri.encodestring(crlf(HELLO)).replace(b"\n", b"\r\n")
    text = (
        b"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + quoted
    )
    sent("body_quoted_printable", heads(UTF8), multi([text, xlsx_named(word(NAME))]))
    put(
        "subject_language_tag",
        submission(b"=?utf-8*ja?B?" + base64.b64encode(TEXT.encode()) + b"?=", xlsx_named(word(NAME)), NAME),
    )
    padless = b"=?UTF-8?B?" + base64.b64encode(TEXT.encode() + b"!").rstrip(b"=") + b"?="
    put("subject_without_padding", submission(padless, xlsx_named(word(NAME)), NAME, text=TEXT + "!"))
    glued = b"Re:" + word("【神奈川県】") + word("マイナンバー") + b"(1)" + word("回答")
    put(
        "subject_words_without_spaces",
        submission(glued, xlsx_named(word(NAME)), NAME, text="Re:【神奈川県】マイナンバー(1)回答"),
    )
    folded = UTF8[:40] + b"\r\n " + UTF8[40:]
    put("subject_folded_within_word", submission(folded, xlsx_named(word(NAME)), NAME))
    put(
        "subject_nfd",
        submission(
            word("か\u3099【神奈川県】回答"), xlsx_named(word(NAME)), NAME, text="か\u3099【神奈川県】回答"
        ),
    )
    wave = b"\x1b$B\x21\x41\x21\x5d\x21\x42\x1b(B"  # the three that differ by convention
    put(
        "subject_wave_dash", submission(word(wave, "ISO-2022-JP"), xlsx_named(word(NAME)), NAME, text="～－∥")
    )
    kana = "ﾏｲﾅﾝﾊﾞｰ回答"
    put(
        "subject_sjis_half_width",
        submission(word(kana, "Shift_JIS", "cp932"), xlsx_named(word(NAME)), NAME, text=kana),
    )
    mixed = word("【神奈川県】", "ISO-2022-JP", "iso2022_jp") + b" " + word("回答")
    put("subject_two_charsets", submission(mixed, xlsx_named(word(NAME)), NAME, text="【神奈川県】回答"))
    put("subject_takatsuki_q", submission(b"=?ISO-2022-JP?Q?" + percent(JIS_TAKATSUKI).replace(b"%", b"=") + b"?=",
        xlsx_named(word(NAME)), NAME, "Subject: cp50221", text="【髙槻市】マイナンバーアンケート回答①㈱"))  # fmt: skip
    put("picture_within_html", with_picture())


def with_picture() -> tuple[bytes, Expected]:
    page = b64_text('<p>お世話になっております。<img src="cid:a@b"></p>', b"html")
    picture = attach(
        b'Content-Type: image/png; name="logo.png"\r\nContent-ID: <a@b>\r\nContent-Disposition: inline; filename="logo.png"',
        PNG,
    )
    related = multi([page, picture], b"related", b"=_rel")
    expected = Expected(TEXT, SENDER, "submission", "お世話に", [("logo.png", PNG), (NAME, BOOK)], True)
    return mail(heads(UTF8), multi([related, xlsx_named(word(NAME))])), expected


def b64_text(text: str, kind: bytes = b"plain") -> bytes:
    return (
        b"\r\nContent-Type: text/"
        + kind
        + b'; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + b64(crlf(text))
    )


def xlsx_named(written: bytes) -> bytes:
    """The book with its name in both fields, as most mailers do."""
    return attach(
        b"Content-Type: "
        + XLSX
        + b';\r\n name="'
        + written
        + b'"\r\nContent-Disposition: attachment;\r\n filename="'
        + written
        + b'"'
    )


def fill() -> None:
    japanese_mailers()
    other_mailers()
    charsets_told_wrong()
