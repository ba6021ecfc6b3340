"""Authentication-Results as servers write it (RFC 8601 appendix B and real ones)."""

from __future__ import annotations

import pytest

from intake.mail.authentication import authentications
from intake.read_mail import Context, read_mail
from intake.submission import Authentication
from tests.workbooks.forms_at_hand import the_roster, the_survey


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (b"example.org 1; none", Authentication("example.org")),  # RFC 8601 B.2
        (
            b"example.com; spf=pass smtp.mailfrom=example.net",
            Authentication("example.com", "pass", mail_from="example.net"),
        ),  # B.3
        (
            b"example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n spf=pass smtp.mailfrom=example.net",
            Authentication("example.com", "pass", mail_from="example.net"),
        ),  # B.4
        (
            b'example.com; dkim=pass reason="good signature" header.i=@mail-router.example.net;'
            b' dkim=fail reason="bad signature" header.i=@newyork.example.com',
            Authentication("example.com", "", "pass", signed_by=("mail-router.example.net",)),
        ),  # B.6
        (
            b"foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail"
            b"\r\n policy (A dot can go here) . (like that) expired (this surprised me) = (as I wasn't) 1362471462",
            Authentication("foo.example.net", "", "fail"),
        ),  # B.7
        (
            b"mx.google.com;\r\n       dkim=pass header.i=@city.example.lg.jp header.s=s1 header.b=Ab;\r\n"
            b"       spf=pass (google.com: domain of a@b designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@b;\r\n"
            b"       dmarc=fail (p=NONE sp=NONE dis=NONE) header.from=city.example.lg.jp",
            Authentication(
                "mx.google.com",
                "pass",
                "pass",
                "fail",
                mail_from="b",
                signed_by=("city.example.lg.jp",),
                header_from="city.example.lg.jp",
            ),
        ),
        (  # Microsoft 365 names no server
            b"spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=city.example.lg.jp; dkim=none (message not signed)"
            b"\r\n header.d=none;dmarc=bestguesspass action=none header.from=city.example.lg.jp;compauth=pass reason=109",
            Authentication(
                "",
                "pass",
                "none",
                "bestguesspass",
                "pass",
                mail_from="city.example.lg.jp",
                header_from="city.example.lg.jp",
            ),
        ),
        (b"MX.Example.go.jp; DMARC=FAIL", Authentication("mx.example.go.jp", "", "", "fail")),
        (
            b'a.example; x="; dmarc=pass"; spf=fail',
            Authentication("a.example", "fail"),
        ),  # not out of a string
        (b"a.example; (dmarc=pass; (x) spf=pass) dkim=fail", Authentication("a.example", "", "fail")),
        (b"", Authentication("")),
        (b"\xff;;;===;(((", Authentication("\\xff")),
    ],
)
def test_one_field(field: bytes, expected: Authentication) -> None:
    assert authentications([field]) == (expected,)


def test_they_stand_in_the_submission_in_their_order() -> None:
    head = b"Authentication-Results: mx.mhlw.go.jp; dmarc=pass\r\nAuthentication-Results: forged.example; dmarc=pass\r\n"
    raw = head + b"From: a@city.yokohama.lg.jp\r\nSubject: a\r\n\r\nx"
    read = read_mail(raw, Context(the_survey(), the_roster()))
    assert [a.server for a in read.authentication] == ["mx.mhlw.go.jp", "forged.example"]


def test_a_thousand_fields_are_cut_short() -> None:
    assert len(authentications([b"a; spf=pass"] * 1000)) == 20
    assert authentications([b"a" * 100_000]) == (Authentication("a" * 253),)  # of a domain, RFC 1035 §2.3.4


def test_each_part_of_a_field_is_bounded() -> None:
    signed = b"; dkim=pass header.d=x%d.example" * 100 % tuple(range(100))
    (read,) = authentications([b"a.example; spf=pass smtp.mailfrom=" + b"b" * 1000 + signed])
    assert (read.mail_from, len(read.signed_by), read.signed_by[:2]) == ("", 10, ("x0.example", "x1.example"))


# RFC 5322 §3.2.2 and §3.2.4: comments nest, and hold quotes; strings hold parentheses; both hold quoted pairs.
ODD = [
    (rb'a.example; (x (y) "z) spf=fail', "fail"),
    (rb'a.example; reason="(" ; spf=fail', "fail"),
    (rb'a.example; x="a\\"; spf=fail; y="; spf=pass"', "fail"),
    (rb'a.example; x="a\"; spf=pass"; spf=fail', "fail"),
    (rb"a.example; (a\); spf=pass;) spf=fail", "fail"),
    (b"a.example;\r\n\tspf\r\n =\r\n\tfail", "fail"),
    (rb'"a.example" 1; spf=fail', "fail"),
    (b"a.example; SPF=Fail", "fail"),
    (rb"a.example; spf=pass (never closed", ""),  # no pass is believed of a field that a word led astray
    (rb'a.example; spf=fail "never closed', "fail"),
    (b"a.example; spf-guess=pass; spf=fail", "fail"),
]


@pytest.mark.parametrize(("field", "spf"), ODD)
def test_comments_strings_and_folds(field: bytes, spf: str) -> None:
    (read,) = authentications([field])
    assert (read.server, read.spf) == ("a.example", spf)
