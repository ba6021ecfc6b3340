"""The shelf, fourth part: kinds of mail as mail systems and people send them — absences, bounces, receipts, lists,
gateways, passwords, links, parts, questions, withdrawals. By hand after what each system sends, but for
bounce_postfix_real, which a Postfix 3.7 made (see the README).

Adds to SHELF of make.py; uses nothing of the program under test.
"""

from __future__ import annotations

from tests.mails.make import (
    BOOK,
    DATE,
    FROM,
    HELLO,
    HERE,
    NAME,
    OURS,
    PNG,
    RETURNED,
    SENDER,
    SHELF,
    TEXT,
    TO,
    UTF8,
    Expected,
    attach,
    crlf,
    heads,
    mail,
    multi,
    plain,
    word,
    xlsx,
)  # fmt: skip

put = SHELF.__setitem__
GOOD = xlsx(b'attachment; filename="' + word(NAME) + b'"')
NULL = b"Return-Path: <>"
US, CITY = "n_mynumber@mhlw.go.jp", "kenko@city.yokohama.lg.jp"
ANSWERING = b"In-Reply-To: " + OURS.encode()
REPLY = "Re: 【確認のお願い】Re: " + TEXT


def simple(name: str, kind: str, fields: list[bytes], body: bytes, expected: Expected) -> None:
    expected.kind = kind
    put(name, (mail(fields, body), expected))


def sender(address: bytes, name: str = "") -> bytes:
    return b"From: " + (word(name) + b" " if name else b"") + b"<" + address + b">"


def absences() -> None:
    def away(name: str, subject: str, body: str, *fields: bytes, answers: str = "", **more: bytes) -> None:
        head = heads(word(subject), *fields, **more)
        address = more["sender"].partition(b"<")[2].rstrip(b">").decode() if more else SENDER
        simple(
            name, "auto_reply", head, plain(body), Expected(subject, address, "", body[:4], answers=answers)
        )

    away(
        "away_microsoft365",
        "自動応答: 【受付】Re: " + TEXT,
        "不在にしております。\n",
        b"Auto-Submitted: auto-generated",
        b"X-Auto-Response-Suppress: All",
        b"X-MS-Exchange-Inbox-Rules-Loop: kenko@pref.kanagawa.lg.jp",
        ANSWERING,
        NULL,
        answers=OURS,
    )
    away(
        "away_gmail",
        "Re: 【受付】",
        "ただいま不在です。\n",
        b"Auto-Submitted: auto-replied",
        b"Precedence: bulk",
        b"X-Autoreply: yes",
        ANSWERING,
        answers=OURS,
    )
    away("away_cybozu", "【不在通知】Re: 【受付】", "担当者は不在です。\n", b"X-Mailer: Cybozu Office 10")
    away(
        "away_lotus_notes",
        "Kenko/Kanagawa は不在です。",
        "不在です。戻り次第対応します。\n",
        b"Auto-submitted: auto-generated",
        b"X-Mailer: Lotus Notes Release 8.5.3",
    )
    away(
        "away_zimbra",
        "Re: 【受付】",
        "休暇中です。\n",
        b"Auto-Submitted: auto-replied (zimbra; vacation)",
        NULL,
    )
    away("away_english", "Out of Office: Re: 【受付】", "I am out of the office.\n")
    away(
        "away_automatic_reply",
        "Automatic reply: 【受付】",
        "ただいま席を外しております。\n",
        b"X-Auto-Response-Suppress: All",
    )
    away(
        "arrival_of_a_helpdesk",
        "【自動返信】お問い合わせを受け付けました",
        "お問い合わせありがとうございます。\n",
        b"Auto-Submitted: auto-replied",
        sender=sender(b"noreply@city.yokohama.lg.jp"),
    )
    held = "メールを隔離しました。承認をお願いします。\n"
    away(
        "spam_quarantine",
        "【隔離通知】スパムメールのお知らせ",
        held,
        b"Auto-Submitted: auto-generated",
        sender=sender(b"spam@gw.example.lg.jp"),
    )
    body = multi([plain("不在です。代わりに送ります。\n"), GOOD])
    expected = Expected("自動応答: " + TEXT, SENDER, "", "不在です", [(NAME, BOOK)], True)
    simple(
        "away_with_form",
        "auto_reply",
        heads(word(expected.subject), b"Auto-Submitted: auto-replied"),
        body,
        expected,
    )


def bounces() -> None:
    put("bounce_postfix_real", ((HERE / "parts" / "postfix_dsn.eml").read_bytes(), postfix_real()))

    def bounce(  # noqa: PLR0913 - a bounce in one call
        name: str,
        address: str,
        subject: str,
        body: str,
        *fields: bytes,
        action: str = "failed",
        answers: str = "",
        raw: bytes | None = None,
        files: list[tuple[str, bytes]] | None = None,
    ) -> None:
        head = [
            NULL,
            sender(address.encode()),
            TO,
            DATE,
            b"Message-ID: <b@" + address.partition("@")[2].encode() + b">",
            b"Subject: " + word(subject),
            *fields,
        ]
        expected = Expected(
            subject, address, "", body[:9].split("\n")[0], files or [], action=action, answers=answers
        )
        simple(name, "bounce", head, raw or plain(body), expected)

    status = b"Reporting-MTA: dns;TYAPR01MB1234.jpnprd01.prod.outlook.com\r\nReceived-From-MTA: dns;mx.mhlw.go.jp\r\n\r\nFinal-Recipient: rfc822;kenko@pref.kanagawa.lg.jp\r\nAction: failed\r\nStatus: 5.1.10\r\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found\r\n"
    second = b"\r\nContent-Type: message/delivery-status\r\n\r\n" + status
    third = b"\r\nContent-Type: message/rfc822\r\n\r\n" + RETURNED + b"MIME-Version: 1.0" + plain("控え")
    text = "kenko@pref.kanagawa.lg.jp へのメッセージを配信できませんでした。\n"
    raw = multi([plain(text), second, third], b"report; report-type=delivery-status", b"=_m365")
    bounce(
        "bounce_microsoft365",
        "postmaster@mhlw.onmicrosoft.com",
        "配信不能: 【受付】Re: " + TEXT,
        text,
        b"Auto-Submitted: auto-replied",
        b"X-MS-Exchange-Message-Is-Ndr: ",
        raw=raw,
        answers=OURS,
        files=[("添付1.txt", status)],
    )
    status = b"Reporting-MTA: dns; googlemail.com\r\n\r\nFinal-Recipient: rfc822; kenko@example.jp\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    second = b"\r\nContent-Type: message/delivery-status\r\n\r\n" + status
    text = "アドレス不明\nkenko@example.jp が見つからなかったため、メールは配信されませんでした。\n"
    raw = multi([plain(text), second, third], b'report; report-type="delivery-status"', b"=_g")
    bounce(
        "bounce_google",
        "mailer-daemon@googlemail.com",
        "Delivery Status Notification (Failure)",
        text,
        b"X-Failed-Recipients: kenko@example.jp",
        raw=raw,
        answers=OURS,
        files=[("添付1.txt", status)],
    )
    text = (
        "Hi. This is the qmail-send program at mx.example.lg.jp.\nI'm afraid I wasn't able to deliver your message.\n\n<kenko@example.lg.jp>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nMessage-ID: "
        + OURS
        + "\n"
    )
    bounce("bounce_qmail", "MAILER-DAEMON@mx.example.lg.jp", "failure notice", text, answers=OURS)
    status = b"Reporting-MTA: dns; mx.example.lg.jp\r\nArrival-Date: Thu, 20 Jul 2023 10:15:00 +0900\r\n\r\nFinal-Recipient: RFC822; kenko@example.lg.jp\r\nAction: failed\r\nStatus: 5.7.1\r\n"
    text = "The original message was received at Thu, 20 Jul 2023 10:15:00 +0900\n   ----- The following addresses had permanent fatal errors -----\n<kenko@example.lg.jp>\n"
    raw = multi(
        [
            plain(text),
            b"\r\nContent-Type: message/delivery-status\r\n\r\n" + status,
            b"\r\nContent-Type: text/rfc822-headers\r\n\r\n" + RETURNED,
        ],
        b"report; report-type=delivery-status",
        b"36K1F0aB.1689815700/mx",
    )
    bounce(
        "bounce_sendmail",
        "MAILER-DAEMON@mx.example.lg.jp",
        "Returned mail: see transcript for details",
        text,
        b"Auto-Submitted: auto-generated (failure)",
        raw=raw,
        answers=OURS,
        files=[("添付1.txt", status), ("添付2.txt", RETURNED)],
    )
    late = status.replace(b"failed", b"delayed").replace(b"5.7.1", b"4.4.1")
    raw = multi(
        [plain("**********\nWARNING\n"), b"\r\nContent-Type: message/delivery-status\r\n\r\n" + late],
        b"report; report-type=delivery-status",
        b"=_w",
    )
    bounce(
        "bounce_sendmail_delayed",
        "MAILER-DAEMON@mx.example.lg.jp",
        "Warning: could not send message for past 4 hours",
        "**********\n",
        b"Auto-Submitted: auto-generated (warning-timeout)",
        raw=raw,
        action="delayed",
        files=[("添付1.txt", late)],
    )
    text = "This message was created automatically by mail delivery software.\nA message that you sent could not be delivered to one or more of its recipients.\n"
    bounce(
        "bounce_exim",
        "Mailer-Daemon@mx.example.jp",
        "Mail delivery failed: returning message to sender",
        text,
        b"X-Failed-Recipients: kenko@example.jp",
        b"Auto-Submitted: auto-replied",
    )
    text = "Your message\n\n  Subject: 【受付】\n\nwas not delivered to:\n\n  kenko@example.lg.jp\n\nbecause:\n\n  User not listed in Domino Directory\n"
    bounce(
        "bounce_lotus_notes",
        "Postmaster@notes.example.lg.jp",
        "DELIVERY FAILURE: User kenko not listed in Domino Directory",
        text,
    )
    text = "以下のメールアドレスへのメールはお届けできませんでした。\nkenko@example.lg.jp\n"
    bounce("bounce_cybozu_mailwise", "postmaster@example.lg.jp", "メールの配信に失敗しました", text)
    text = "お客様の送信したメールは、宛先のメールアドレスが存在しませんでした。\n\nThe user(s) account is temporarily over quota.\nUser unknown\n"
    bounce(
        "bounce_au_carrier", "Mailer-Daemon@ezweb.ne.example.jp", "Mail System Error - Returned Mail", text
    )
    done = status.replace(b"failed", b"delivered").replace(b"5.7.1", b"2.0.0")
    raw = multi(
        [
            plain("Your message was successfully delivered.\n"),
            b"\r\nContent-Type: message/delivery-status\r\n\r\n" + done,
        ],
        b"report; report-type=delivery-status",
        b"=_ok",
    )
    bounce(
        "report_of_success",
        "MAILER-DAEMON@mx.example.lg.jp",
        "Successful Mail Delivery Report",
        "Your mess",
        raw=raw,
        action="delivered",
        files=[("添付1.txt", done)],
    )


def postfix_real() -> Expected:
    status = b"Reporting-MTA: dns; localhost\nX-Postfix-Queue-ID: AA9F6214218\nX-Postfix-Sender: rfc822; n_mynumber@mhlw.go.jp\nArrival-Date: Wed, 25 Nov 2026 22:04:19 +0000 (UTC)\n\nFinal-Recipient: rfc822; nobody@pref.kanagawa.lg.jp\nOriginal-Recipient: rfc822;nobody@pref.kanagawa.lg.jp\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; 127.0.0.1\nDiagnostic-Code: smtp; 550 5.1.1 <nobody@pref.kanagawa.lg.jp> User doesn't\n    exist: nobody@pref.kanagawa.lg.jp\n"
    expected = Expected(
        "Undelivered Mail Returned to Sender",
        "MAILER-DAEMON@localhost",
        "bounce",
        "This is the mail system",
        [("添付1.txt", status)],
    )
    expected.action, expected.answers = "failed", OURS
    return expected


def receipts() -> None:
    seen = (
        b"Reporting-UA: Thunderbird; 102.13\r\nFinal-Recipient: rfc822;kenko@pref.kanagawa.lg.jp\r\nOriginal-Message-ID: "
        + OURS.encode()
        + b"\r\nDisposition: manual-action/MDN-sent-manually; %b\r\n"
    )
    for name, subject, what in (
        ("read_thunderbird", "開封確認 (表示済み) - 【受付】", b"displayed"),
        ("read_outlook", "開封済み: 【受付】", b"displayed"),
        ("deleted_unread", "削除済み(未読): 【受付】", b"deleted"),
    ):
        second = b"\r\nContent-Type: message/disposition-notification\r\n\r\n" + seen % what
        body = multi(
            [plain("開封の通知です。\n"), second], b"report; report-type=disposition-notification", b"=_mdn"
        )
        simple(
            name,
            "receipt",
            heads(word(subject)),
            body,
            Expected(subject, SENDER, "", "開封の", [("添付1.txt", seen % what)], answers=OURS),
        )


def lists() -> None:
    for name, subject, fields in (
        (
            "list_mailman",
            "[kenko-ml] お知らせ",
            (b"List-Id: <kenko-ml.example.jp>", b"Precedence: list", b"X-Mailman-Version: 2.1.39"),
        ),
        (
            "list_fml",
            "[kenko:00012] お知らせ",
            (
                b"X-ML-Name: kenko",
                b"X-MLServer: fml [fml 4.0.3 release (20011202/4.0.3)]",
                b"Precedence: bulk",
            ),
        ),
        ("list_newsletter", "自治体ニュース７月号", (b"List-Unsubscribe: <https://news.example.jp/u?1>",)),
    ):
        simple(
            name,
            "list",
            heads(word(subject), *fields),
            plain("お知らせです。\n"),
            Expected(subject, SENDER, "", "お知らせ"),
        )


def gateways() -> None:
    def person(
        name: str,
        body: str,
        *codes: str,
        parts: tuple[bytes, ...] = (),
        files: list[tuple[str, bytes]] | None = None,
        **facts: object,
    ) -> None:
        whole = multi([plain(body), *parts]) if parts else plain(body)
        told = {"findings": list(codes), **facts} if codes or facts else {}
        simple(
            name,
            "submission",
            heads(UTF8),
            whole,
            Expected(TEXT, SENDER, "", "お世話に", files or [], facts=told),
        )

    person(
        "file_removed_line",
        HELLO + "\n[このメールの添付ファイルは、セキュリティポリシーにより削除されました]\n",
        "file_removed",
    )
    note = crlf("添付ファイル 回答.xlsx は、ウイルスが検出されたため削除されました。\n")
    left = (
        b'\r\nContent-Type: text/plain; charset=UTF-8; name="[VIRUS REMOVED] kaito.txt"\r\nContent-Disposition: attachment; filename="[VIRUS REMOVED] kaito.txt"\r\n\r\n'
        + note
    )
    person(
        "file_removed_note", HELLO, "file_removed", parts=(left,), files=[("[VIRUS REMOVED] kaito.txt", note)]
    )
    person(
        "link_firestorage",
        HELLO + "\nhttps://xgf.nu/AbCd\nhttps://firestorage.jp/download/0123abcd\n",
        "file_by_link",
    )
    person("link_gigafile", HELLO + "\nギガファイル便： https://23.gigafile.nu/0728-abc\n", "file_by_link")
    person("link_box", HELLO + "\nhttps://pref-kanagawa.app.box.com/s/xyz\n", "file_by_link")
    person(
        "link_own_service",
        HELLO
        + "\n大容量ファイル転送サービスにより送付します。以下のＵＲＬからダウンロードをお願いします。\nhttps://filesv.pref.kanagawa.lg.jp/r/1\n",
        "file_by_link",
    )
    subject = "【InterScan】ウイルス検出のお知らせ"
    simple(
        "gateway_virus_notice",
        "auto_reply",
        heads(word(subject), sender=sender(b"interscan@gw.example.lg.jp")),
        plain("ウイルスを検出し、添付ファイルを削除しました。\n"),
        Expected(subject, "interscan@gw.example.lg.jp", "", "ウイルス"),
    )
    subject = "添付ファイルのパスワードのお知らせ"
    body = f"件名：{TEXT}\n添付ファイル：kaito.zip\nパスワード：Himitsu123\n"
    expected = Expected(
        subject, "noreply@gw.pref.kanagawa.lg.jp", "", "件名：", facts={"passwords_told": True}
    )
    simple(
        "password_by_gateway",
        "auto_reply",
        heads(
            word(subject), b"Auto-Submitted: auto-generated", sender=sender(b"noreply@gw.pref.kanagawa.lg.jp")
        ),
        plain(body),
        expected,
    )
    expected = Expected("パスワード送付：" + TEXT, SENDER, "", "先ほど", facts={"passwords_told": True})
    simple(
        "password_by_person",
        "submission",
        heads(word(expected.subject)),
        plain(
            "先ほど送付したファイルのパスワードをお送りします。\n\n　　Himitsu123\n\nよろしくお願いします。\n"
        ),
        expected,
    )
    fields = heads(
        UTF8,
        b"Authentication-Results: mx.mhlw.go.jp; spf=pass smtp.mailfrom=pref.kanagawa.lg.jp; dmarc=fail (p=none) header.from=pref.kanagawa.lg.jp",
    )
    expected = Expected(
        TEXT,
        SENDER,
        "",
        "お世話に",
        [(NAME, BOOK)],
        True,
        facts={"authentication": [["mx.mhlw.go.jp", "pass", "", "fail"]]},
    )
    simple("authentication_results", "submission", fields, multi([plain(HELLO), GOOD]), expected)


def people() -> None:
    for number in (1, 2, 3):
        subject = f"{TEXT}（{number}/3）"
        expected = Expected(
            subject, SENDER, "", "お世話に", [(NAME, BOOK)], True, facts={"part": [number, 3]}
        )
        simple(
            f"part_{number}_of_3", "submission", heads(word(subject)), multi([plain(HELLO), GOOD]), expected
        )
    for name, text, facts in (
        ("reply_withdraws", "先に送付した回答は取り下げます。\n", {"amends": "withdrawal"}),
        ("reply_corrects", "Q3の回答は①の誤りでした。訂正をお願いいたします。\n", {"amends": "correction"}),
        ("reply_thanks", "ご確認いただき、ありがとうございました。\n", {"amends": ""}),
        ("reply_will_mend", "承知しました。修正のうえ、明日再送いたします。\n", {"amends": ""}),
    ):
        simple(
            name,
            "reply",
            heads(word(REPLY), ANSWERING),
            plain(text),
            Expected(REPLY, SENDER, "", text[:4], answers=OURS, facts=facts),
        )
    for name, text, asks in (
        ("question_beside", HELLO + "なお、Q10の②は空欄でよろしいでしょうか。\n", True),
        (
            "courtesies_beside",
            HELLO + "ご不明な点がございましたらご連絡ください。受領の旨ご返信いただけますと幸いです。\n",
            False,
        ),
    ):
        simple(
            name,
            "submission",
            heads(UTF8),
            multi([plain(text), GOOD]),
            Expected(TEXT, SENDER, "", "お世話に", [(NAME, BOOK)], True, facts={"asks": asks}),
        )
    ours = b"From: " + word("マイナンバー情報総点検") + b" <n_mynumber@mhlw.go.jp>"
    forwarded = b"\r\nContent-Type: message/rfc822\r\n\r\n" + mail(
        [FROM, b"Subject: " + UTF8], multi([plain(HELLO), GOOD])
    )
    subject = "FW: " + TEXT
    expected = Expected(subject, US, "", "別の窓口に", [(NAME, BOOK)], True)
    simple(
        "colleague_forwards",
        "submission",
        heads(word(subject), sender=ours),
        multi([plain("別の窓口に届きました。\n"), forwarded], boundary=b"=_f"),
        expected,
    )
    fields = [ours, TO, DATE, b"Message-ID: " + OURS.encode(), b"Subject: " + word("【受付】")]
    simple(
        "own_message_id", "own", fields, plain("受け付けました。\n"), Expected("【受付】", US, "", "受け付け")
    )
    shot = attach(
        b'Content-Type: image/png; name="image001.png"\r\nContent-ID: <i@1>\r\nContent-Disposition: inline; filename="image001.png"',
        PNG,
    )
    subject = "お問い合わせ（様式について）"
    simple(
        "inquiry_with_inline_logo",
        "inquiry",
        heads(word(subject), sender=sender(CITY.encode(), "横浜市")),
        multi([plain("様式の一覧用シートが開けません。\n"), shot], b"related"),
        Expected(subject, CITY, "", "様式の", [("image001.png", PNG)], facts={"asks": False}),
    )
    subject = "期限の延長について"
    simple(
        "inquiry_extension",
        "inquiry",
        heads(word(subject)),
        plain("提出期限を延長していただくことは可能でしょうか。\n"),
        Expected(subject, SENDER, "", "提出期限", facts={"asks": True}),
    )
    subject = "【ご案内】自治体向けセミナー"
    simple(
        "advertisement",
        "inquiry",
        heads(word(subject), sender=sender(b"sales@example.co.jp")),
        plain("セミナーのご案内です。ぜひご参加ください。\n"),
        Expected(subject, "sales@example.co.jp", "", "セミナー"),
    )


def fill() -> None:
    for make in (absences, bounces, receipts, lists, gateways, people):
        make()
