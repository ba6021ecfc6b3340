"""Passwords in the text of a mail (PPAP): which are found, which words are none, and that none is kept."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import msoffcrypto
import pytest
import pyzipper
from msoffcrypto.format.ooxml import OOXMLFile

from config.load import default_survey
from intake.child import serve
from intake.container import unpack
from intake.encrypted import decrypted
from intake.finding import Finding
from intake.frames import ReadingHints
from intake.mail.passwords import HIDDEN, told_in, without_passwords
from intake.progress import Progress
from intake.read_mail import Context, read_mail, told_passwords
from intake.submission import Submission
from routing.reading.reader import Reader
from tests.growing import not_for_ever
from tests.workbooks.forms_at_hand import filled, the_roster, the_survey

SECRET = "Kx7#pQ2m"
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
# As people and gateways write it; each tells SECRET.
TOLD = [
    f"パスワード：{SECRET}",
    f"パスワード:{SECRET}\n以上",
    f"パスワード : {SECRET}　です。",
    f"ﾊﾟｽﾜｰﾄﾞ：{SECRET}",
    f"解凍パスワードは「{SECRET}」です。",
    f"解凍パスワードは、 {SECRET} となります。",
    f"パスワードは{SECRET}です。",
    f"【パスワード】{SECRET}",
    f"【パスワード】\n{SECRET}\n",
    f"■パスワード\n　　{SECRET}　\n",
    f"添付ファイルのパスワードは以下のとおりです。\n\n{SECRET}\n\nよろしくお願いいたします。",
    f"先ほどお送りしたメールのパスワードをお送りします。\n\n「{SECRET}」\n",
    f"パスワードをお知らせします。\n----------\n・{SECRET}\n----------",
    f"PW：{SECRET}",
    f"ＰＷ：{SECRET}",
    f"PW={SECRET}",
    f"pass: {SECRET}",
    f"Password: {SECRET}",
    f"Password is {SECRET}",
    f"The password is: {SECRET}",
    f"Your password is as follows.\n{SECRET}\n",
    f"パスワード（半角英数字）：{SECRET}",
    f"パスワード\t{SECRET}",
    f"パスワード → {SECRET}",
    f"開封キー：{SECRET}",
    f"件名: 【横浜市】回答\n宛先: n_mynumber@mhlw.go.jp\nファイル名: 回答.zip\nパスワード: {SECRET}\n",
    "パスワード：Ｋｘ７＃ｐＱ２ｍ",
    "ｐａｓｓｗｏｒｄ：「Ｋｘ７＃ｐＱ２ｍ」",
]
# No password stands in these.
NOT_TOLD = [
    "回答を送付いたします。",
    "パスワードは別途メールにてお送りします。",
    "パスワードは後ほどお送りします。\n\nよろしくお願いします。\n",
    "パスワード付きZIPファイルで送付します。",
    "パスワードをお忘れの場合は https://www.city.example.lg.jp/ をご覧ください。",
    "パスワード：別メールにて送付",
    "Password: will be sent separately",
    "パスワードについてはお問い合わせください。",
    "PWAの件、了解しました。",
    "パスワードの設定されたファイル: kaito.zip",
    "パスワードは不要です。",
    "パスワード：kaito.zip",
    "パスワードは別途お送りします。\n\nTEL:045-210-1111\n",
    "パスワードは後ほどお送りします。\n\n045-210-1111\n",
    "シートの保護のパスワードが分からないため、入力できません。\n\nQ10-2\n",
    "パスワード\n\nTEL.045-210-1111\n",
    "パスワードは設定していません。\n\nkenko\n",
]


@pytest.mark.parametrize("text", TOLD)
def test_a_password_is_found_however_it_is_told(text: str) -> None:
    assert SECRET in told_in(f"お世話になっております。\n{text}\n-- \n横浜市 健康課 045-000-0000\n")


@pytest.mark.parametrize("text", TOLD)
def test_it_is_masked_in_the_text_and_the_rest_stays(text: str) -> None:
    masked = without_passwords(f"お世話になっております。\n{text}\n-- \n横浜市 健康課 045-000-0000\n")
    assert SECRET not in masked and "Ｋｘ７＃ｐＱ２ｍ" not in masked
    assert masked.count(HIDDEN) == 1
    assert masked.startswith("お世話になっております。\n") and masked.endswith("健康課 045-000-0000\n")


@pytest.mark.parametrize("text", NOT_TOLD)
def test_words_about_passwords_are_none(text: str) -> None:
    assert told_in(text) == ()
    assert without_passwords(text) == text


def test_it_is_masked_where_it_stands_a_second_time() -> None:
    assert SECRET not in without_passwords(f"パスワード：{SECRET}\n（確認： {SECRET} ）\n")


def test_a_mail_of_nothing_but_such_lines_is_soon_looked_through() -> None:
    with not_for_ever():
        assert len(told_in("".join(f"パスワード：x{n}yz\n" for n in range(20_000)))) == 20
        assert told_in("パスワード" * 20_000) == ()
        assert told_in("pw " * 30_000) == ()


def encrypted_book(password: str, data: bytes | None = None) -> bytes:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(data or filled({"program": "難病"}))).encrypt(password, out)
    assert msoffcrypto.OfficeFile(io.BytesIO(out.getvalue())).is_encrypted()
    return out.getvalue()


def aes_zip(password: str, files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES) as made:
        made.setpassword(password.encode())
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


def traditional_zip(password: str, files: dict[str, bytes], folder: Path) -> bytes:
    """As Info-ZIP encrypts (APPNOTE 6.1)."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    subprocess.run(["zip", "-q", "-P", password, "made.zip", *files], cwd=folder, check=True)
    return (folder / "made.zip").read_bytes()


def locked_mail(data: bytes, filename: str, text: str = "送付します。") -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = "a@city.yokohama.lg.jp", "n_mynumber@mhlw.go.jp"
    mail["Subject"] = "【横浜市】マイナンバーアンケート回答"
    mail.set_content(text)
    mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=filename)
    return mail.as_bytes()


def read(raw: bytes, *passwords: str) -> Submission:
    return read_mail(raw, Context(the_survey(), the_roster()), told=ReadingHints(passwords))


XLS = Path(__file__).parents[1] / "workbooks" / "files" / "locked_told.xls"  # by LibreOffice, RC4 ([MS-OFFCRYPTO] 2.3.6)


@pytest.mark.parametrize("text", ["送付します。\nパスワードは Himitsu2023 です。", "送付します。"])
def test_an_old_workbook_opens_with_the_password_that_the_mail_tells(text: str) -> None:
    (read_file,) = read(locked_mail(XLS.read_bytes(), "【横浜市】マイナンバーアンケート回答.xls", text=text)).files
    told = "Himitsu2023" in text
    assert (read_file.locked, read_file.kind) == (not told, "answer_sheet" if told else "other")
    assert [f.code for f in read_file.findings] == ["legacy_format" if told else "encrypted"]


def test_nothing_of_a_decrypted_workbook_is_written_to_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library would make the .xls in the clear in a temporary file."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "mkstemp", "SpooledTemporaryFile"):
        monkeypatch.setattr(tempfile, name, refuse)
    assert decrypted(XLS.read_bytes(), ("Himitsu2023",)).startswith(b"\xd0\xcf\x11\xe0")


@pytest.fixture(params=["xlsx", "aes", "traditional"])
def locked(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[bytes, str]:
    """Bytes locked with SECRET, and their name."""
    if request.param == "xlsx":
        return encrypted_book(SECRET), NAME
    files = {"a.xlsx": filled({"program": "難病"}), "b.txt": b"memo"}
    if request.param == "aes":
        return aes_zip(SECRET, files), "回答.zip"
    return traditional_zip(SECRET, files, tmp_path), "回答.zip"


def test_a_locked_file_waits_for_its_password(locked: tuple[bytes, str]) -> None:
    found = read(locked_mail(*locked), "wrong", "しらない").files
    assert [(f.filename, f.locked, f.attached, f.looks_like_workbook) for f in found] == [
        (locked[1], True, True, True)
    ]
    assert [f.code for f in found[0].findings] == ["encrypted"]


def test_the_right_password_opens_it(locked: tuple[bytes, str]) -> None:
    found = read(locked_mail(*locked), "wrong", SECRET).files
    assert not any(f.locked for f in found)
    sheets = [sheet for f in found for sheet in f.sheets]
    assert [(s.program, s.findings) for s in sheets] == [("nanbyo", ())]
    assert found[0].size == len(locked[0])


def test_a_password_in_the_same_mail_opens_it_too(locked: tuple[bytes, str]) -> None:
    submission = read(locked_mail(*locked, text=f"送付します。\nパスワードは「{SECRET}」です。"))
    assert submission.passwords_told
    assert not any(f.locked for f in submission.files)
    assert SECRET not in repr(submission)


def test_a_file_that_is_only_written_as_encrypted_is_no_locked_one() -> None:
    """Excel's default password: its sender set none."""
    assert not any(f.locked for f in read(locked_mail(encrypted_book("VelvetSweatshop"), NAME)).files)


def test_the_right_password_does_not_make_a_damaged_archive_readable() -> None:
    data = bytearray(aes_zip(SECRET, {"a.txt": b"memo" * 500}))
    data[60] ^= 0xFF
    found = unpack(bytes(data), passwords=[SECRET])
    assert isinstance(found, Finding) and found.code == "encrypted"


PASSWORD_MAIL = (
    "From: noreply@gateway.example.jp\nTo: n_mynumber@mhlw.go.jp\n"
    "Auto-Submitted: auto-generated\n"
    "Subject: =?UTF-8?B?44OR44K544Ov44O844OJ6YCa55+l?=\n"  # パスワード通知
    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    f"件名：【横浜市】マイナンバーアンケート回答\nファイル名：回答.zip\nパスワード：{SECRET}\n"
).encode()


def test_a_mail_that_tells_a_password_says_so_and_keeps_it_not() -> None:
    submission = read(PASSWORD_MAIL)
    assert submission.passwords_told and submission.kind == "auto_reply"
    assert "件名：【横浜市】マイナンバーアンケート回答\nファイル名：回答.zip\n" in submission.message.body
    assert SECRET not in repr(submission)
    assert told_passwords(PASSWORD_MAIL, Context(the_survey(), the_roster())) == (SECRET,)


def test_a_my_number_that_looks_like_a_password_is_an_alarm_all_the_same() -> None:
    """Its check digit is right (総務省令第85号 art. 5)."""
    submission = read(PASSWORD_MAIL.replace(SECRET.encode(), b"123456789018"))
    assert submission.personal == ("本文",) and "123456789018" not in repr(submission)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    child = Reader(default_survey())
    yield child
    child.close()


def test_the_reader_child_tells_passwords_and_tries_them(reader: Reader) -> None:
    told = reader.told_passwords(PASSWORD_MAIL)
    assert told == (SECRET,)
    raw = locked_mail(encrypted_book(SECRET), NAME)
    assert [f.locked for f in reader.read_mail(raw).files] == [True]
    opened = reader.read_mail(raw, ReadingHints(told))
    assert [f.kind for f in opened.files] == ["answer_sheet"]
    assert SECRET not in repr(opened)


def test_a_password_stands_in_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise ValueError(f"no such thing as {args[-1]}")

    monkeypatch.setattr("intake.child.read_mail", fail)
    head = json.dumps({"task": "mail", "passwords": [SECRET]}).encode()
    requests = io.BytesIO(b"".join(len(f).to_bytes(4, "big") + f for f in (head, b"x")))
    answers = io.BytesIO()
    serve(requests, answers, Context(the_survey(), the_roster()), Progress())
    told = answers.getvalue()
    assert b"no such thing" in told and SECRET.encode() not in told


def test_nothing_of_it_reaches_what_the_child_writes() -> None:
    """Its standard error is the operators' log."""
    frames = [json.dumps({"task": "mail", "passwords": [SECRET]}).encode(), PASSWORD_MAIL]
    command = [sys.executable, "-P", "-m", "intake.child", str(default_survey())]
    sent = b"".join(len(f).to_bytes(4, "big") + f for f in frames)
    done = subprocess.run(command, input=sent, capture_output=True, check=True, timeout=60)
    assert b'"passwords_told":true' in done.stdout
    assert SECRET.encode() not in done.stdout + done.stderr
