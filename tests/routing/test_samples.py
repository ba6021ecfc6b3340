"""The sample mails are what they claim to be: names, charsets, copies, answers; read here by other programs."""

from __future__ import annotations

import email
import email.header
import email.policy
from email.message import Message
from pathlib import Path

import pytest

from config.load import default_survey, load_survey
from config.survey import Survey
from intake.finding import CATALOGUE
from routing.demo.sample_bytes import windows_jis
from routing.demo.samples import Sample, Samples, build_mail, load_samples

FOLDER = default_survey() / "samples"
SAMPLES = load_samples(FOLDER)
OURS = {sample.name: f"<uketsuke.X.correction.{sample.name}@mhlw.go.jp>" for sample in SAMPLES.samples}


@pytest.fixture(scope="module")
def survey() -> Survey:
    return load_survey(default_survey(), frozenset(CATALOGUE))


def built(name: str, survey: Survey) -> bytes:
    return build_mail(SAMPLES.sample(name), SAMPLES, survey, FOLDER, OURS)


def parsed(name: str, survey: Survey) -> Message:
    return email.message_from_bytes(built(name, survey), policy=email.policy.compat32)


def raw_header(mail: bytes, name: str) -> bytes:
    head = mail.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    return next(line for line in head.split(b"\r\n") if line.lower().startswith(name.lower().encode() + b":"))


def test_names_are_unique() -> None:
    names = [sample.name for sample in SAMPLES.samples]
    assert sorted(names) == sorted(set(names))
    assert len(names) >= 40


def test_samples_stand_in_the_order_in_which_they_came() -> None:
    received = [sample.received for sample in SAMPLES.samples]
    assert received == sorted(received)


@pytest.mark.parametrize("sample", SAMPLES.samples, ids=lambda s: s.name)
def test_a_mail_is_built_alike_twice_with_crlf_throughout(sample: Sample, survey: Survey) -> None:
    first = built(sample.name, survey)
    assert first == built(sample.name, survey)
    assert first.count(b"\n") == first.count(b"\r\n") > 5
    assert first.startswith(b"Received: ")
    assert b"{{" not in first.partition(b"\r\n\r\n")[0]


# JIS X 0208:1997 with NEC's rows: 髙 is row 92 cell 66, ① row 13 cell 1, ㈱ row 13 cell 74, 﨑 row 92 cell 17.
@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("髙", b"\x1b$B\x7c\x62\x1b(B"),
        ("①㈱", b"\x1b$B\x2d\x21\x2d\x6a\x1b(B"),
        ("a市b", b"a\x1b$B\x3b\x54\x1b(Bb"),
        ("Re: ", b"Re: "),
    ],
)
def test_windows_jis_writes_the_rows_of_nec(text: str, written: bytes) -> None:
    assert windows_jis(text) == written


def test_windows_jis_is_plain_iso_2022_jp_where_that_is_enough() -> None:
    text = "【横浜市】マイナンバーアンケート回答（小慢） Re: 健康福祉局、１２３ＡＢＣ"
    assert windows_jis(text).decode("iso2022_jp") == text


def test_the_vendor_characters_are_ones_that_python_cannot_read(survey: Survey) -> None:
    mail = parsed("takatsuki-jis", survey)
    words = email.header.decode_header(str(mail["Subject"]))
    assert {charset for _, charset in words} == {"iso-2022-jp"}
    with pytest.raises(UnicodeDecodeError):
        b"".join(part for part, _ in words).decode("iso2022_jp")


def test_a_subject_of_encoded_words_reads_as_written(survey: Survey) -> None:
    decoded = email.header.make_header(
        email.header.decode_header(str(parsed("placeholder-left", survey)["Subject"]))
    )
    assert str(decoded) == "【都道府県・指定都市・中核市名】マイナンバーアンケート回答"


def test_the_raw_subject_is_undeclared_shift_jis(survey: Survey) -> None:
    line = raw_header(built("kanazawa-sjis", survey), "Subject")
    assert line == b"Subject: " + "【金沢市】マイナンバーアンケート回答".encode("cp932")


def test_the_rfc_2231_name_comes_in_segments(survey: Survey) -> None:
    part = parsed("good-replacement", survey).get_payload()[1]  # type: ignore[index]
    assert b"filename*1*=" in built("good-replacement", survey)
    assert part.get_filename() == "【横浜市】マイナンバーアンケート回答（差替え）.xlsx"  # type: ignore[union-attr]


def test_an_answer_names_our_mail_in_both_headers(survey: Survey) -> None:
    mail = parsed("corrected-sagamihara", survey)
    assert mail["In-Reply-To"] == mail["References"] == OURS["correction-sagamihara"]


@pytest.mark.parametrize("name", ["corrected-sagamihara", "undelivered", "read-receipt"])
def test_an_answer_needs_the_mail_that_it_answers(name: str, survey: Survey) -> None:
    with pytest.raises(KeyError):
        build_mail(SAMPLES.sample(name), SAMPLES, survey, FOLDER)


def test_a_resend_differs_in_its_header_alone(survey: Survey) -> None:
    first, again = built("kanazawa-sjis", survey), built("sent-again", survey)
    assert first.partition(b"\r\n\r\n")[2] == again.partition(b"\r\n\r\n")[2]
    assert raw_header(first, "Message-ID") != raw_header(again, "Message-ID")


@pytest.mark.parametrize(
    ("copy", "original"), [("seen-again", "placeholder-left"), ("two-mailboxes-second", "two-mailboxes")]
)
def test_the_very_same_mail_is_the_same_bytes(copy: str, original: str, survey: Survey) -> None:
    assert built(copy, survey) == built(original, survey)


def test_what_the_samples_are_made_of() -> None:
    samples: Samples = SAMPLES
    assert {s.encoding for s in samples.samples} == {"utf-8", "iso-2022-jp", "shift_jis", "raw-shift_jis"}
    assert {s.mailbox for s in samples.samples} == {"n_mynumber", "yoboseshu", "sukoyaka"}
    assert {p["responsible"] for p in samples.profiles.values()} == {"見本 太郎"}


def test_every_file_beside_the_samples_is_used() -> None:
    used = {a.file for s in SAMPLES.samples for a in s.attachments} | {s.raw for s in SAMPLES.samples}
    there = {str(path.relative_to(FOLDER)) for path in Path(FOLDER / "files").iterdir()}
    assert there == used - {""}
