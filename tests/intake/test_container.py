"""Zip files: what is in them is read as if it had been attached (notice 記３（３）: many sheets at once)."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.container import MAX_UNPACKED, unpack
from intake.finding import Finding
from intake.read_mail import Context, read_mail
from tests.workbooks.forms_at_hand import filled, the_roster, the_survey

PARTS = Path(__file__).parents[1] / "mails" / "parts"


def archive(files: dict[str, bytes]) -> bytes:
    """Names in UTF-8 with bit 11 set, as Python, macOS and 7-Zip write them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


def in_cp932(name: str, data: bytes) -> bytes:
    """As Windows Explorer writes it: CP932 bytes in the name, bit 11 not set. The placeholder's bytes are
    exchanged for those of the name, which are as many."""
    raw = name.encode("cp932")
    return archive({"x" * len(raw): data}).replace(b"x" * len(raw), raw)


def test_files_come_in_their_order_with_bare_names() -> None:
    made = archive({"管内/髙槻市.txt": b"1", "../../etc/passwd": b"2", "__MACOSX/._a": b"3", "空/": b""})
    assert not isinstance(found := unpack(made), Finding)
    assert [(m.name, m.data) for m in found] == [("髙槻市.txt", b"1"), ("passwd", b"2")]


@pytest.mark.parametrize("name", ["横須賀市.txt", "髙槻市①.txt"])
def test_a_name_in_cp932_is_read_right(name: str) -> None:
    found = unpack(in_cp932(name, b"1"))
    assert not isinstance(found, Finding)
    assert [m.name for m in found] == [name]


def test_an_archive_in_the_archive_is_unpacked_once() -> None:
    inner = archive({"三浦市.txt": b"1", "さらに.zip": archive({"深い.txt": b"2"})})
    found = unpack(archive({"中.zip": inner}))
    assert not isinstance(found, Finding)
    assert [m.name for m in found] == ["三浦市.txt", "さらに.zip"]


def test_a_bomb_is_refused_by_its_directory() -> None:
    found = unpack(archive({"a": bytes(MAX_UNPACKED // 2), "b": bytes(MAX_UNPACKED // 2), "c": b"1"}))
    assert isinstance(found, Finding) and found.code == "too_costly"


def test_too_many_files_are_refused() -> None:
    found = unpack(archive({f"{n}.txt": b"" for n in range(301)}))
    assert isinstance(found, Finding) and found.code == "too_costly"


def test_an_encrypted_archive_is_told() -> None:
    """Bit 0 of the general purpose flag (APPNOTE 4.4.4), in the local header and in the directory."""
    made = bytearray(archive({"a.txt": b"1"}))
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    found = unpack(bytes(made))
    assert isinstance(found, Finding) and found.code == "encrypted"


def test_a_sheet_in_a_zip_is_read_as_if_it_had_been_attached() -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = "a@city.yokohama.lg.jp", "n_mynumber@mhlw.go.jp"
    mail["Subject"] = "【横浜市】マイナンバーアンケート回答"
    mail.set_content("送付します。")
    data = archive(
        {"回答/【横浜市】マイナンバーアンケート回答.xlsx": filled({"program": "難病"}), "概要.txt": b"memo"}
    )
    mail.add_attachment(data, maintype="application", subtype="zip", filename="回答.zip")
    read = read_mail(mail.as_bytes(), Context(the_survey(), the_roster()))
    assert read.kind == "submission"
    assert [(f.filename, f.kind, f.attached) for f in read.files] == [
        ("回答.zip", "other", False),
        ("【横浜市】マイナンバーアンケート回答.xlsx", "answer_sheet", True),
        ("概要.txt", "other", True),
    ]
    assert [s.program for s in read.files[1].sheets] == ["nanbyo"]
    assert len({f.position for f in read.files}) == 3


def test_two_versions_of_a_form_are_told_apart_by_their_content() -> None:
    """A second version without question 4 and with another wording of question 10, valid at the same time."""
    survey = the_survey()
    old = survey.form("form1")
    changed = tuple(
        q.changed({"text": "紐付け誤りの有無と、その後の対応をお答えください。"})
        if q.key == "10"
        else q
        for q in old.questions
        if q.key != "4"
    )
    new = old.changed({"version": "2023-07-14", "questions": changed})
    both = survey.changed({"forms": (*survey.forms, new)})
    from intake.answers import AttachedFile, read_file
    from replies.workbooks.form import fill
    from tests.workbooks.forms_at_hand import COMPLETE

    for form in (old, new):
        values = {k: v for k, v in COMPLETE.items() if k != "4" or form is old}
        data = fill(form, both, {**values, "program": "難病"})
        (sheet,) = read_file(AttachedFile("a.xlsx", data), both, the_roster()).sheets
        assert sheet.version == form.version
        assert sheet.findings == ()


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(
        st.sampled_from(sorted(b.name for b in the_roster())), min_size=1, max_size=4, unique=True
    ),
    windows=st.booleans(),
    folder=st.sampled_from(["", "管内/", "提出/表/"]),
)
def test_no_character_of_a_name_in_an_archive_vanishes(names: list[str], windows: bool, folder: str) -> None:
    files = {f"{folder}【{name}】回答.xlsx": name.encode() for name in names}
    for name, data in files.items():
        made = in_cp932(name, data) if windows else archive({name: data})
        found = unpack(made, the_roster().names())
        assert not isinstance(found, Finding)
        assert [(m.name, m.data) for m in found] == [(name.rpartition("/")[2], data)]


@settings(max_examples=150, deadline=None)
@given(
    made=st.sampled_from([PARTS / name for name in ("plain.zip", "traditional.zip", "aes.zip")]),
    place=st.integers(0, 4600),
    junk=st.binary(min_size=0, max_size=6),
)
def test_a_damaged_archive_is_read_or_refused(made: Path, place: int, junk: bytes) -> None:
    """With its password, so that the damage reaches what is encrypted."""
    data = made.read_bytes()
    found = unpack(data[:place] + junk + data[place + len(junk) :], passwords=["Himitsu123"])
    if isinstance(found, Finding):
        assert found.code in ("encrypted", "unreadable", "too_costly")


IWORK = {
    "Index/Document.iwa": b"1",
    "Index/Tables/DataList.iwa": b"2",
    "Metadata/Properties.plist": b"3",
    "preview.jpg": b"4",
}


@pytest.mark.parametrize(
    "parts",
    [
        IWORK,
        {"preview.jpg": b"", "Index/CalculationEngine.iwa": b"1"},
        {"Index.zip": b"", "Metadata/BuildVersionHistory.plist": b"1"},  # iWork 2013
        {"index.apxl": b"1", "buildVersionHistory.plist": b"2"},  # iWork '09
        {f"回答.numbers/{name}": data for name, data in IWORK.items()},  # a folder on a Mac, packed
        {"mimetype": b"application/epub+zip", "OEBPS/content.opf": b"1"},
        {"META-INF/MANIFEST.MF": b"1", "Main.class": b"2"},
    ],
)
def test_what_is_one_document_to_its_sender_is_one_file(parts: dict[str, bytes]) -> None:
    """One file, one sentence, and its own name."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["Subject"] = "kenko@city.yokohama.lg.jp", "【横浜市】マイナンバーアンケート回答"
    made.set_content("送付します。")
    made.add_attachment(archive(parts), "application", "octet-stream", filename="回答.numbers")
    read = read_mail(bytes(made), Context(the_survey(), the_roster())).files
    assert [(f.filename, [x.code for x in f.findings]) for f in read] == [
        ("回答.numbers", ["not_a_workbook"])
    ]


def test_an_archive_of_such_documents_and_others_is_one_of_files() -> None:
    found = unpack(archive({"管内/index.zip": archive({"a.txt": b"1"}), "b.numbers": archive(IWORK)}))
    assert not isinstance(found, Finding)
    assert [m.name for m in found] == ["a.txt", "b.numbers"]
