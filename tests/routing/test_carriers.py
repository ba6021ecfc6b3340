"""What arrives in the place of a file, mails that come as files, and what a system leaves behind: what the sender is
told, and that a right answer beside it is accepted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import olefile
import pytest

from config.spelling import nfkc
from intake.mail.charset import decode
from intake.mail.features import Features
from intake.mail.kind import tell_kind
from intake.mail.message import read_message
from intake.mail.mime import leaves, parse
from intake.mail.outlook_item import is_mail_file
from routing.cli.mail_text import mail_lines
from routing.views.mail import mail_view
from tests.routing.console_at_hand import Visitor, site_of
from tests.routing.desk_at_hand import Office, form, mail, nanbyo
from tests.routing.test_words import FIELD, letter

CITY = "kenko@city.yokohama.lg.jp"
ASKED = "【横浜市】マイナンバーアンケート回答"
NAME = f"{ASKED}.xlsx"
Files = Mapping[str, tuple[str, bytes]]


def made(text: str, files: Files, html: str = "", plain: bool = True) -> bytes:
    """A mail with files of these types, and an HTML text beside or instead of the plain one."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = CITY, "n_mynumber@mhlw.go.jp", ASKED
    message["Message-ID"] = "<carriers@city.yokohama.lg.jp>"
    if plain:
        message.set_content(text)
    if html and plain:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    for name, (kind, data) in files.items():
        main, _, sub = kind.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def asked(office: Office, raw: bytes) -> tuple[str, list[str]]:
    """(letter, what it asks for)."""
    settled = office.settle(raw)
    found = [f.code for f in settled.decided.findings if f.severity == "error"]
    found += [f.code for p in settled.decided.pieces for f in p.findings if p.decision.outcome == "correction"]
    return letter(settled), found


LINK = "https://yokohama-my.sharepoint.com/:x:/g/personal/Eabc?e=4"
OTHER = "https://files.city.yokohama.lg.jp/dl/abc123"
BY_LINK: dict[str, bytes] = {
    "SharePoint behind words, HTML only": made("", {}, f'<p>送付します</p><a href="{LINK}">回答</a>', plain=False),
    "the same beside a plain text": made("送付します。", {}, f'<p>送付します</p><a href="{LINK}">回答</a>'),
    "a button of a service of their own": made("送付します。", {}, f"<p>x</p><a href='{OTHER}'>ダウンロード</a>"),
    "the file's name as a link": made("送付します。", {}, f'<a class="x" href="{OTHER}"><b></b>回答.xlsx</a>'),
    "a shortcut of Windows": made("送付します。", {"回答.url": ("application/octet-stream",
                                                          f"[InternetShortcut]\r\nURL={OTHER}\r\n".encode())}),
    "a shortcut of a Mac": made("送付します。", {"回答.webloc": ("application/octet-stream", b"<plist/>")}),
    "a page that refreshes": made("送付します。", {"案内.html": ("text/html",
                                 f'<meta http-equiv="refresh" content="0;url={OTHER}">'.encode())}),
    "a PDF of a gateway": made("送付します。", {"Secure_Download.pdf": ("application/pdf", b"%PDF-1.4\n%%EOF\n")}),
}  # fmt: skip


@pytest.mark.parametrize("raw", BY_LINK.values(), ids=BY_LINK)
def test_a_file_that_lies_behind_a_link_is_asked_for_and_not_called_no_excel(office: Office, raw: bytes) -> None:
    assert asked(office, raw) == ("correction", ["file_by_link"])


def test_operators_see_where_a_link_leads_and_cannot_press_it(office: Office) -> None:
    raw = made("", {}, f'<p>送付します</p><a href="{LINK}">回答</a>', plain=False)
    arrival = office.settle(raw).decided.arrival
    shown = mail_view(office.desk, arrival)
    assert shown.links == ("yokohama-my．sharepoint．com/:x:/g/personal/Eabc?e=4",)
    lines = "\n".join(mail_lines(shown))
    assert "■ リンク先" in lines and shown.links[0] in lines and "https://yokohama" not in lines
    page = Visitor(site_of(office)).text(f"/mail/{arrival.receipt}")
    assert f"<code>{shown.links[0]}</code>" in page and 'href="https://yokohama' not in page


SEALED: dict[str, Files] = {
    "PGP/MIME": {"encrypted.asc": ("application/octet-stream", b"-----BEGIN PGP MESSAGE-----\n\nhQEM\n")},
    "S/MIME for somebody else": {"smime.p7m": ("application/pkcs7-mime", b"0\x82")},
    "Purview": {"message.rpmsg": ("application/x-microsoft-rpmsg-message", b"\x76\xe8\x04\x60\xc4\x11\xe3\x86x")},
    "Cisco": {"securedoc_20230718T1012.html": ("text/html", b"<html>Secure Registered Envelope</html>")},
    "Office 365 Message Encryption": {"message.html": ("text/html", b"<html>encrypted message</html>")},
}


@pytest.mark.parametrize("files", SEALED.values(), ids=SEALED)
def test_who_sent_a_sealed_mail_is_told_so(office: Office, files: Files) -> None:
    settled = office.settle(made("このメッセージは保護されています。", files))
    (finding,) = (f for f in settled.decided.findings if f.severity == "error")
    assert (finding.code, nfkc(finding.found)) == ("file_sealed", next(iter(files)))
    assert settled.reply is not None


REMOVED: dict[str, Files] = {
    "a note of a sanitiser": {"添付ファイル削除のお知らせ.txt": ("text/plain", "削除しました。".encode())},
    "in English": {"removed_attachment.txt": ("text/plain", b"The attachment was removed.")},
    "a PDF in its place": {"回答.xlsx_blocked.pdf": ("application/pdf", b"%PDF-1.4\n%%EOF\n")},
}


@pytest.mark.parametrize("files", REMOVED.values(), ids=REMOVED)
def test_a_gateways_replacement_is_called_what_it_is(office: Office, files: Files) -> None:
    assert asked(office, made("送付します。", files)) == ("correction", ["file_removed"])


HONEST: dict[str, bytes] = {
    "a homepage in the signature": made("送付します。", {NAME: ("application/octet-stream", nanbyo())},
                                  '<p>送付します</p><a href="https://www.city.yokohama.lg.jp/">横浜市</a>'),
    "a fork of a Mac": made("送付します。", {f"._{NAME}": ("application/octet-stream", b"\x00\x05\x16\x07" + b"\0" * 80),
                                      NAME: ("application/octet-stream", nanbyo())}),
    "Thumbs.db": made("送付します。", {"Thumbs.db": ("application/octet-stream", b"\xd0\xcf\x11\xe0" + b"\0" * 80),
                               NAME: ("application/octet-stream", nanbyo())}),
    ".DS_Store": made("送付します。", {".DS_Store": ("application/octet-stream", b"\0\0\0\1Bud1"),
                               NAME: ("application/octet-stream", nanbyo())}),
    "desktop.ini": made("送付します。", {"desktop.ini": ("text/plain", b"[.ShellClassInfo]"),
                                 NAME: ("application/octet-stream", nanbyo())}),
    "a link beside the file": made(f"念のため {LINK} にも置きました。", {NAME: ("application/octet-stream", nanbyo())}),
}  # fmt: skip


@pytest.mark.parametrize("raw", HONEST.values(), ids=HONEST)
def test_a_right_answer_beside_it_is_accepted_whole(office: Office, raw: bytes) -> None:
    assert asked(office, raw) == ("acknowledgement", [])


def zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


CARRIED = mail()
INNER: Files = {"b.eml": ("application/octet-stream", CARRIED)}
IN_A_MAIL: dict[str, Files] = {
    "as octet-stream": {"FW 回答.eml": ("application/octet-stream", CARRIED)},
    "under a type of their own": {"FW 回答.eml": ("application/eml", CARRIED)},
    "under another name": {"回答.dat": ("application/octet-stream", b"Received: from x by y; z\r\n" + CARRIED)},
    "in a zip": {"回答.zip": ("application/zip", zipped({"FW.eml": CARRIED, "._FW.eml": b"\x00\x05\x16\x07x"}))},
    "a mail within a mail": {"a.eml": ("application/octet-stream", made("x", INNER))},
}  # fmt: skip


@pytest.mark.parametrize("files", IN_A_MAIL.values(), ids=IN_A_MAIL)
def test_a_mail_that_comes_as_a_file_is_opened(office: Office, files: Files) -> None:
    assert asked(office, made("担当課からのメールを添付します。", files)) == ("acknowledgement", [])


def test_a_mail_without_a_workbook_is_called_a_mail(office: Office) -> None:
    files = {"FW.eml": ("application/octet-stream", mail({}))}
    assert asked(office, made("担当課からのメールを添付します。", files)) == ("correction", ["mail_file"])


def outlook_item(workbook: bytes) -> bytes:
    """The Outlook item of the field, saved by Outlook itself, with a workbook in the place of its first file: olefile
    writes a stream of the same length alone, so a stored member fills the package up."""
    (kept,) = message_from_bytes((FIELD / "30a-msg-file.eml").read_bytes(), policy=SMTP).iter_attachments()
    file = io.BytesIO(kept.get_payload(decode=True))
    with olefile.OleFileIO(file, write_mode=True) as item:
        stream = ["__attach_version1.0_#00000000", "__substg1.0_37010102"]
        size, empty = item.get_size(stream), len(_padded(workbook, 0))
        item.write_stream(stream, _padded(workbook, size - empty))
    return file.getvalue()


def _padded(package: bytes, by: int) -> bytes:
    made = io.BytesIO(package)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("customXml/pad.bin", b"\0" * by)
    return made.getvalue()


def test_a_workbook_in_an_outlook_item_is_read(office: Office) -> None:
    item: Files = {"FW 回答.msg": ("application/vnd.ms-outlook", outlook_item(nanbyo()))}
    assert asked(office, made("担当課からのメールを添付します。", item)) == ("acknowledgement", [])
    assert office.standing("141003", "nanbyo").state == "accepted"


def test_what_is_wrong_in_such_a_workbook_is_told_like_any_other(office: Office) -> None:
    item: Files = {"FW 回答.msg": ("application/octet-stream", outlook_item(form({"program": "難病", "5": None})))}
    kind, found = asked(office, made("転送します。", item))
    assert kind == "correction" and "answer_missing" in found


def test_a_text_that_begins_like_a_header_is_no_mail() -> None:
    assert not is_mail_file("メモ.txt", "件名: 回答\r\n差出人: 見本\r\n\r\n本文".encode())
    assert not is_mail_file("list.csv", b"Name: a\r\nCode: b\r\n\r\nc")


# --- bounces of our letters ----------------------------------------------------------------------------------

OURS = "<uketsuke.N0718-AAAA-AAAA.abcdefghijklmnopqrstuvwx@mhlw.go.jp>"
RETURNED = f"Message-ID: {OURS}\r\nSubject: =?utf-8?B?44CQ?=\r\n\r\nx"


def bounced(head: str, text: str, inside: bool = True) -> str:
    part = f"--b\r\nContent-Type: message/rfc822\r\n\r\n{RETURNED}\r\n" if inside else ""
    raw = (
        f"{head}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n{part}--b--\r\n"
    ).encode()
    tree = parse(raw)
    return tell_kind(Features(tree, read_message(tree), leaves(tree))).kind


BOUNCES = {
    "null sender and a text that is known": ("Return-Path: <>", "No such user here", False),
    "null sender and a returned mail": ("Return-Path: <>", "本メールは送達されました所定の先へ", True),
    "our letter inside, and words": ("From: sys@gw.example.jp", "メールボックスが一杯のため、受信できません。", True),
    "送信できませんでした": ("From: sys@gw.example.jp", "次の宛先に送信できませんでした。", True),
    "did not reach": ("From: sys@gw.example.jp", "Your message did not reach the following recipient(s)", True),
    "メールエラー通知": (
        "Return-Path: <>\r\nFrom: post_master@gw.example.jp\r\nSubject: =?utf-8?B?44Oh44O844Or44Ko44Op44O86YCa55+l?=",
        "x",
        False,
    ),
    "could not be delivered": ("Return-Path: <>\r\nSubject: Mail could not be delivered", "x", False),
}  # fmt: skip


@pytest.mark.parametrize("case", BOUNCES.values(), ids=BOUNCES)
def test_a_bounce_is_one(case: tuple[str, str, bool]) -> None:
    head, text, inside = case
    assert bounced(head, text, inside) == "bounce"


@pytest.mark.parametrize(
    "text", ["先日のメールを転送します。ご確認ください。", "添付のメールについて、教えてください。", "回答を送付します。"]
)
def test_who_forwards_a_letter_of_ours_is_a_person(text: str) -> None:
    assert bounced("From: kenko@city.yokohama.lg.jp\r\nSubject: x", text) != "bounce"


# --- charsets, and who wrote -----------------------------------------------------------------------------------

FOREIGN = [
    ("euc_kr", "EUC-KR", "안녕하세요"), ("gb2312", "GB2312", "您好，请查收附件"), ("tis_620", "TIS-620", "สวัสดีครับ"),
    ("iso2022_kr", "ISO-2022-KR", "안녕하세요"), ("big5", "Big5", "您好，請查收"), ("koi8_r", "KOI8-R", "Привет"),
]  # fmt: skip


@pytest.mark.parametrize(("codec", "label", "text"), FOREIGN)
def test_a_charset_that_is_declared_and_valid_wins(codec: str, label: str, text: str) -> None:
    read = decode(text.encode(codec), label)
    assert (read.text, read.plain) == (text, True)


@pytest.mark.parametrize(
    ("codec", "label"), [("cp932", "iso-8859-1"), ("euc_jp", "us-ascii"), ("cp932", "EUC-KR")]
)
def test_japanese_under_a_foreign_label_is_japanese_still(codec: str, label: str) -> None:
    text = "【横浜市】回答を送付いたします。ご確認ください。"
    assert decode(text.encode(codec), label).text == text


def test_an_undeclared_header_takes_the_charset_of_the_text() -> None:
    head = b"Subject: " + "안녕하세요".encode("euc_kr")
    raw = head + b"\r\nContent-Type: text/plain; charset=euc-kr\r\n\r\n" + "회의".encode("euc_kr")
    assert read_message(parse(raw)).subject == "안녕하세요"


@pytest.mark.parametrize(
    "head",
    [
        f"From: Yokohama <>\r\nSender: {CITY}",
        f"From: x@y <{CITY}>",
        f"From: Yokohama <Yokohama <{CITY}>",
        f"From: 見本, <{CITY}>",
        f"From: <>, {CITY}",
    ],
)
def test_a_malformed_first_address_hides_no_valid_one(head: str) -> None:
    sender = read_message(parse(f"{head}\r\n\r\nx".encode())).sender
    assert sender is not None and sender.address == CITY
