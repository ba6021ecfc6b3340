"""Why a mail brings no file though one was meant: told by the mail, and never where a workbook came."""

from __future__ import annotations

import pytest

from intake.mail.no_attachment import comes_by_link
from intake.read_mail import Context, read_mail
from intake.submission import Submission
from tests.intake.test_passwords import locked_mail
from tests.workbooks.forms_at_hand import filled, the_roster, the_survey

SUBJECT = "【横浜市】マイナンバーアンケート回答"
HELLO = "お世話になっております。横浜市です。\n"


def read(raw: bytes) -> Submission:
    return read_mail(raw, Context(the_survey(), the_roster()))


def mail(body: str, *fields: str, subject: str = SUBJECT) -> bytes:
    head = ["From: a@city.yokohama.lg.jp", "To: n_mynumber@mhlw.go.jp", f"Subject: {subject}", *fields]
    kind = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit"
    return ("\n".join(head) + f"\n{kind}\n\n{HELLO}{body}\n").encode()


def with_note(name: str, note: str, body: str = "送付します。") -> bytes:
    """A file that a gateway put in the place of the one that it took out."""
    text = f"--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{HELLO}{body}\n"
    left = "--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
    left += f'Content-Disposition: attachment; filename="{name}"\n\n{note}\n--b--\n'
    head = f"From: a@city.yokohama.lg.jp\nTo: n_mynumber@mhlw.go.jp\nSubject: {SUBJECT}\n"
    return (head + "Content-Type: multipart/mixed; boundary=b\n\n" + text + left).encode()


def codes(submission: Submission) -> list[str]:
    return [f.code for f in submission.findings]


LINKS = [
    "回答を送付いたします。下記URLからダウンロードをお願いいたします。\nhttps://filesv.city.yokohama.lg.jp/d/9fk2",
    "ファイルは firestorage に置きました。\nhttp://firestorage.jp/download/0a1b2c3d",
    "ギガファイル便で送ります。 https://23.gigafile.nu/0721-abcdef",
    "回答を共有します。https://pref.app.box.com/s/abcdef",
    "https://www.dropbox.com/scl/fi/abc/kaito.xlsx?dl=0\n提出します。",
    "回答です。 https://yokohamacity.sharepoint.com/:x:/g/abc",
    "OneDriveで共有しました。\nhttps://1drv.ms/x/s!Abc",
    "大容量ファイル転送サービスを利用して送付します。\nhttps://okuru.example.jp/x?id=1\n有効期限：7月28日",
    "ファイル送信システムによりお送りしますので、以下のＵＲＬよりお受け取りください。\nhttps://f.example.lg.jp/1",
    "添付ファイルは次のリンクから取得してください：https://example.lg.jp/a/b",
]
NO_LINKS = [
    "回答を送付いたします。\n-- \n横浜市健康課\nhttps://www.city.yokohama.lg.jp/",
    "別途、大容量ファイル転送サービスにてお送りします。",
    "様式は https://www.mhlw.go.jp/ のものを使いました。回答を送付します。",
    "Zoomの会議については https://zoom.example.jp/j/1 をご覧ください。",
]


@pytest.mark.parametrize("body", LINKS)
def test_a_link_in_place_of_the_file_is_told(body: str) -> None:
    submission = read(mail(body))
    assert submission.kind == "submission"
    assert codes(submission) == ["file_by_link"]


@pytest.mark.parametrize("body", NO_LINKS)
def test_other_links_are_none(body: str) -> None:
    assert not comes_by_link(body)
    assert codes(read(mail(body))) == []


def test_a_link_beside_the_workbook_takes_nothing_from_it() -> None:
    data = filled({"program": "難病"})
    submission = read(locked_mail(data, f"{SUBJECT}.xlsx", "参考資料は https://app.box.com/s/1 です。"))
    assert submission.kind == "submission" and codes(submission) == []


def test_a_question_with_a_link_stays_a_question() -> None:
    body = "以下のURLから様式をダウンロードできません。どうすればよいでしょうか。\nhttps://www.mhlw.go.jp/x"
    assert read(mail(body, subject="アンケートについて")).kind == "inquiry"


REMOVED = [
    "※このメールの添付ファイルはセキュリティ上の理由により削除されました。",
    "【注意】ウイルスを検出したため、添付ファイルを削除しました。",
    "[添付ファイルを除去しました: 回答.xlsx]",
    "添付ファイル「回答.xlsx」は無害化できませんでした。",
    "The attachment kaito.xlsx was removed because it violates policy.",
    "WARNING: This attachment was removed by the mail gateway.",
    "添付ファイルは隔離されています。",
]


@pytest.mark.parametrize("line", REMOVED)
def test_a_gateway_that_took_the_file_out_is_told(line: str) -> None:
    submission = read(mail("回答を送付いたします。\n\n" + line))
    assert submission.kind == "submission"
    assert codes(submission) == ["file_removed"]


def test_a_mail_of_which_a_gateway_left_nothing_else_was_meant_as_a_submission() -> None:
    submission = read(mail(REMOVED[0], subject="アンケートの件"))
    assert (submission.kind, codes(submission)) == ("submission", ["subject_absent", "file_removed"])


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("[VIRUS REMOVED] kaito.txt", "."),
        ("DeletedFile.txt", "添付ファイル（回答.xlsx）は、ウイルス対策ソフトにより削除されました。"),
        ("attachment_removed.txt", "The file kaito.xlsx has been removed."),
    ],
)
def test_so_is_the_note_that_it_left_in_its_place(name: str, note: str) -> None:
    assert codes(read(with_note(name, note))) == ["file_removed"]


@pytest.mark.parametrize(
    "body",
    [
        "前回のメールは削除してください。回答を送付いたします。",
        "添付ファイルをご確認ください。",
        "添付ファイルの３行目は削除しております。",
        "ウイルス対策の項目（Q3）は空欄です。",
        "本メールの添付ファイルは無害化処理を行っています。",
    ],
)
def test_words_that_only_sound_like_it_are_none(body: str) -> None:
    assert codes(read(mail("送付します。" + body))) == []


def test_the_notice_of_a_gateway_is_a_machines() -> None:
    for subject in (
        "ウイルス検知通知",
        "【重要】添付ファイル削除のお知らせ",
        "Virus Detected in your message",
    ):
        assert read(mail("添付ファイルを削除しました。", subject=subject)).kind == "auto_reply"


@pytest.mark.parametrize("number", [1, 2])
def test_a_part_of_a_divided_mail_is_told_as_such(number: int) -> None:
    """RFC 2046 §5.2.2.2: the first part bears the fields of the inner mail, the later ones nothing."""
    head = f"From: a@city.yokohama.lg.jp\nSubject: {SUBJECT} [{number}/2]\nMIME-Version: 1.0\n"
    kind = (
        f'Content-Type: message/partial; number={number}; total=2;\n id="20230720.1@city.yokohama.lg.jp"\n\n'
    )
    submission = read((head + kind + "UEsDBBQABgAIAAAAIQ\n").encode())
    assert submission.kind == "submission" and submission.part == (number, 2)
    assert codes(submission) == ["mail_divided"]
    assert [f.attached for f in submission.files] == [False]
