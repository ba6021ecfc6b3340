"""The tree of parts, headers and file names, and that nothing raises."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from config.roster import load_roster
from intake.mail.features import Features
from intake.mail.headers import header_text, parameter, parameter_text, split_parameters
from intake.mail.kind import tell_kind
from intake.mail.message import read_message
from intake.mail.mime import Leaf, leaves, parse
from intake.mail.no_reply import never_answer
from intake.mail.transfer import decode_base64

ROSTER = load_roster()
NAMES = ROSTER.names()
BODIES = [body.full_name for body in ROSTER]
SHELF = Path(__file__).parents[1] / "mails"
MAILS = [path.read_bytes() for path in sorted(SHELF.glob("*.eml"))]
CODECS = {"UTF-8": "utf-8", "Shift_JIS": "cp932", "EUC-JP": "euc_jp", "ISO-2022-JP": "iso2022_jp"}


def _only(part: bytes) -> Leaf:
    (leaf,) = leaves(parse(part + b"\r\nContent-Transfer-Encoding: base64\r\n\r\naGk=\r\n"), NAMES)
    return leaf


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"=?utf-8?Q?a_b=3Dc?=", "a b=c"),
        (b"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),  # RFC 2047 section 8
        (b"=?utf-8?q?a?= b", "a b"),
        (b"a =?utf-8?q?b?=\r\n  =?utf-8?q?c?=", "a bc"),
        (b"(=?utf-8?q?a?=)", "(a)"),
        (b"=?iso-8859-1*fr?q?caf=E9?=", "café"),  # RFC 2231 section 5
        (b"=?utf-8?B?5bed?==?utf-8?B?5bed?=", "川川"),
        (b"=?utf-8?B?5qiq5rWc5biC5be?=", "横浜市\\xe5\\xb7"),  # cut off: written out
        (b"=?utf-8?B?5b?= =?utf-8?B?ed?=", "川"),  # base64 chopped anywhere
        (b"a\tb\x00c", "a b c"),
        (b"=?UTF-8?B?" + base64.b64encode(b"a\r\nBcc: x@y") + b"?=", "a Bcc: x@y"),
        (b"plain =? not a word ?=", "plain =? not a word ?="),
    ],
)
def test_encoded_words(value: bytes, text: str) -> None:
    assert header_text(value).text == text


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (b"attachment; filename=a.xlsx", "filename", "a.xlsx"),
        (b'attachment; filename="a \\"b\\".xlsx"; size=3', "filename", 'a "b".xlsx'),
        (b'attachment; filename="a;b.xlsx"', "filename", "a;b.xlsx"),
        (b'attachment; filename="a.xlsx', "filename", "a.xlsx"),
        (b"attachment; filename=a b.xlsx; x=y", "filename", "a b.xlsx"),
        (b"attachment; FILENAME*=us-ascii'en'a%20b.xlsx", "filename", "a b.xlsx"),
        # RFC 2231 section 4.1, its own example
        (
            b"x; title*0*=us-ascii'en'This%20is%20even%20more%20; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"",
            "title",
            "This is even more ***fun*** isn't it!",
        ),
        (b"attachment; filename*=%E5%B7%9D.xlsx", "filename", "川.xlsx"),  # charset left out
        (b'attachment; filename="%E5%B7%9D.xlsx"', "filename", "川.xlsx"),  # percent without RFC 2231
        (b'attachment; filename="100%25.xlsx"', "filename", "100%25.xlsx"),
        (b"attachment; filename*0=a; filename*2=c; filename*1=b", "filename", "abc"),
    ],
)
def test_parameters(value: bytes, name: str, text: str) -> None:
    given = parameter(split_parameters(value)[1], name)
    assert parameter_text(given[0]).text == text


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (b'attachment; filename="../../etc/passwd"', "passwd"),
        (b'attachment; filename="C:\\temp\\a.xlsx"', "a.xlsx"),
        (b'attachment; filename=".."', "添付1.bin"),
        (b'attachment; filename="a\x01\x1b[2J.xlsx"', "a%x1b[2J.xlsx"),
        (
            b"attachment; filename*=utf-8''" + b"%E6%A8%AA%E6%B5%9C%FF.xlsx",
            "横浜%xff.xlsx",
        ),  # a byte that is none
        (b'attachment; filename=""', "添付1.bin"),
        (b"attachment; filename*=utf-8''%EF%BC%8Fa.xlsx", "／a.xlsx"),  # full-width: no path
        (b"attachment; filename=\"????.xlsx\"; filename*=utf-8''%E5%B7%9D.xlsx", "川.xlsx"),
    ],
)
def test_file_names_hold_no_path_and_nothing_invisible(field: bytes, name: str) -> None:
    head = b"Content-Type: application/octet-stream\r\nContent-Disposition: "
    leaf = _only(head + field)
    assert leaf.filename == name


def test_a_damaged_filename_gives_way_to_a_whole_name() -> None:
    head = b'Content-Type: application/x; name="=?utf-8?B?5bed?=.xlsx"\r\n'
    head += b'Content-Disposition: attachment; filename="??.xlsx"'
    assert _only(head).filename == "川.xlsx"


def test_embedded_message_keeps_its_bytes_and_its_leaves_are_listed() -> None:
    inner = b"Subject: a\r\n  folded\r\nX:  b \r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF"
    raw = b'Content-Type: message/rfc822; name="a.eml"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    outer, nested = leaves(parse(raw + base64.encodebytes(inner)))
    assert (outer.filename, outer.data, outer.nested) == ("a.eml", inner, False)
    assert (nested.filename, nested.data, nested.nested) == ("a.pdf", b"%PDF", True)


def test_positions_count_every_leaf_from_one() -> None:
    found = leaves(parse((SHELF / "nested_signed.eml").read_bytes()))
    assert [(leaf.position, leaf.path) for leaf in found] == [
        (1, "1.1.1"),
        (2, "1.1.2"),
        (3, "1.1.3"),
        (4, "1.2"),
    ]


def test_what_a_report_brings_back_is_marked() -> None:
    found = leaves(parse((SHELF / "bounce_postfix.eml").read_bytes()))
    assert [(leaf.filename[-4:], leaf.returned) for leaf in found if not leaf.displayed] == [
        (".txt", True),
        ("xlsx", True),
    ]


@pytest.mark.parametrize(
    ("raw", "data"),
    [
        (b"aGVsbG8=", b"hello"),
        (b"aGVs\r\nbG8=\r\n", b"hello"),
        (b"aGVsbG8", b"hello"),  # padding lost
        (b"aGVs*bG8=", b"hello"),
        (b"aGVsbG8=aGVsbG8=", b"hellohello"),  # two pieces in one
        (b"aGVsbG8=\r\n\r\n-- \r\nlist: http://a.example/", b"hello"),
        (b"aGVsbG8a", b"hello\x1a"),
        (b"", b""),
        (b"a", b""),
    ],
)
def test_base64(raw: bytes, data: bytes) -> None:
    assert decode_base64(raw)[0] == data


def test_messages_nested_without_end_are_kept_closed() -> None:
    (leaf,) = leaves(parse(b"Content-Type: message/rfc822\r\n\r\n" * 500 + b"hi"))
    assert leaf.content_type == "message/rfc822"
    assert leaf.data.endswith(b"hi")


def test_multiparts_nested_without_end_become_one_part() -> None:
    raw = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(3000)
    )
    part = parse(b"Subject: a\r\n" + raw)
    assert part.header("subject") == b"a"
    assert part.defects[0].what == "structure could not be read; kept as one part"
    assert part.data.startswith(b"--0")


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(BODIES),
    charset=st.sampled_from(sorted(CODECS)),
    form=st.sampled_from(["b", "q", "split", "raw", "rfc2231", "continued", "quoted word"]),
    cut=st.integers(min_value=1, max_value=30),
)
def test_a_name_comes_through_every_header_form(name: str, charset: str, form: str, cut: int) -> None:
    text = f"【{name}】回答.xlsx"
    raw = text.encode(CODECS[charset], "replace")
    assume(b"?" not in raw)
    leaf = _only(
        b"Content-Type: application/x\r\nContent-Disposition: attachment;\r\n "
        + _written(raw, charset, form, cut)
    )
    assert leaf.filename == text


def _written(raw: bytes, charset: str, form: str, cut: int) -> bytes:
    label = charset.encode()
    percent = [b"%%%02X" % byte for byte in raw]

    def word(part: bytes) -> bytes:
        return b"=?" + label + b"?B?" + base64.b64encode(part) + b"?="

    return {
        "b": b"filename=" + word(raw),
        "q": b"filename==?" + label + b"?Q?" + b"".join(b"=%02X" % byte for byte in raw) + b"?=",
        "split": b"filename=" + word(raw[:cut]) + b"\r\n " + word(raw[cut:]),
        "raw": b'filename="' + raw + b'"',
        "rfc2231": b"filename*=" + label + b"''" + b"".join(percent),
        "continued": b"filename*0*=%b''%b;\r\n filename*1*=%b"
        % (label, b"".join(percent[:cut]), b"".join(percent[cut:])),
        "quoted word": b'filename="' + word(raw[:cut]) + b" " + word(raw[cut:]) + b'"',
    }[form]


def _read_all(raw: bytes) -> str:
    part = parse(raw)
    message = read_message(part)
    kind = tell_kind(Features(part, message, leaves(part)))
    never_answer(part, message)
    return "".join([kind.kind, message.subject, message.body, *(leaf.filename for leaf in leaves(part))])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_raise(raw: bytes) -> None:
    assert _read_all(raw).encode("utf-8")


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    raw=st.sampled_from(MAILS),
    place=st.integers(min_value=0, max_value=1500),
    gone=st.integers(min_value=0, max_value=40),
    junk=st.one_of(
        st.binary(max_size=8),
        st.sampled_from(
            [
                b'"',
                b";",
                b"\r\n",
                b"=?",
                b"\x1b$B",
                b"charset=idna",
                b"charset=\0",
                b"boundary*0*=x''%ff",
                b"<![x",
                b"(" * 3000,
            ]
        ),
    ),
)
def test_damaged_mails_never_raise(raw: bytes, place: int, gone: int, junk: bytes) -> None:
    assert _read_all(raw[:place] + junk + raw[place + gone :]).encode("utf-8")
