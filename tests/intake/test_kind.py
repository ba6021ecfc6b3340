"""Kinds of mail and reasons for silence, beyond what the shelf holds."""

from __future__ import annotations

import pytest

from intake.mail.features import Features
from intake.mail.ids import MessageIds, is_our_message_id, receipt_in
from intake.mail.kind import brings_back, tell_kind
from intake.mail.message import read_message
from intake.mail.mime import leaves, mark_returned, parse
from intake.mail.no_reply import never_answer
from intake.submission import Claim

OURS = "<uketsuke.N-000123.acknowledgement@mhlw.go.jp>"
REPORT = b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"


def _kind(raw: bytes, form: bool = False, claim: Claim | None = None) -> str:
    part = parse(raw)
    claims = claim is not None and claim.shape != "absent"
    return tell_kind(Features(part, read_message(part), leaves(part), claims, form)).kind


def _silent(head: bytes) -> tuple[str, ...]:
    part = parse(head + b"\r\n\r\nx")
    return never_answer(part, read_message(part), frozenset({"n_mynumber@mhlw.go.jp"}))


def _utf8(text: str) -> bytes:
    return f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}".encode()


def test_our_message_ids() -> None:
    assert is_our_message_id(OURS)  # as they were made before they could not be guessed
    assert not is_our_message_id("<20230720.uketsuke.1@mhlw.go.jp>")
    assert not is_our_message_id(OURS + "x")
    assert is_our_message_id(MessageIds(b"k" * 32).make("N-000123", "N-000123:acknowledgement", "localhost"))
    for number, domain in (("a b", "d"), ("a", "d\r\nBcc: x"), ("", "d"), ("a.b", "d")):
        with pytest.raises(ValueError, match="Message-ID"):
            MessageIds(b"k" * 32).make(number, "key", domain)


def test_a_message_id_is_a_code_of_the_outbox_key_under_the_installations_own() -> None:
    """HMAC-SHA256: test case 2 of RFC 4231, cut to 120 bits as base32 (RFC 4648)."""
    made = MessageIds(b"Jefe").make("N-1", "what do ya want for nothing?", "mhlw.go.jp")
    assert made == "<uketsuke.N-1.lpomcrv7mb2u42qeeqtarflv@mhlw.go.jp>"
    assert receipt_in(made) == "N-1"


def test_the_key_of_message_ids_is_shown_nowhere() -> None:
    assert "secret" not in repr(MessageIds(b"secret"))


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"Auto-Submitted: auto-replied\r\n" + REPORT, "bounce"),  # a bounce before an automatic reply
        (b"X-Failed-Recipients: a@b.jp\r\n", "bounce"),
        (b"From: Mail Delivery System <x@b.jp>\r\n", "bounce"),
        (b"From: MAILER-DAEMON\r\n", "bounce"),
        (b"Return-Path: <>\r\nSubject: Undeliverable: a\r\n", "bounce"),
        (b"Return-Path: <>\r\nSubject: a\r\n", "inquiry"),  # a null sender alone is no bounce
        (b"X-Auto-Response-Suppress: All\r\n", "inquiry"),  # it suppresses our answer, no more
        (b"Subject: Re: Undelivered Mail Returned to Sender\r\n", "inquiry"),  # a person asks about one
        (b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n", "receipt"),
        (b"X-Uketsuke: N-1\r\nAuto-Submitted: auto-replied\r\n", "own"),
        (b"Message-ID: " + OURS.encode() + b"\r\n", "own"),
        (b"From: n_mynumber@mhlw.go.jp\r\n", "inquiry"),  # never judged by address
        (b"Auto-Submitted: no; owner=x\r\n", "inquiry"),
        (b"Auto-Submitted: Auto-Generated (failure)\r\n", "auto_reply"),
        (b"X-Autorespond: a\r\n", "auto_reply"),
        (b"X-Precedence: auto_reply\r\n", "auto_reply"),
        (b"Subject: Out of Office: a\r\n", "auto_reply"),
        (b"List-Unsubscribe: <mailto:a@b.jp>\r\n", "list"),
        (b"X-ML-Name: kenko\r\n", "list"),
        (b"In-Reply-To: " + OURS.encode() + b"\r\n", "reply"),
        (b"References: <a@b> " + OURS.encode() + b" <c@d>\r\n", "reply"),
        (b"In-Reply-To: <a@b>\r\n", "inquiry"),
    ],
)
def test_kind_by_header(head: bytes, kind: str) -> None:
    assert _kind(head + b"\r\nx") == kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"Subject: Out of Office: a\r\n", "submission"),  # wording gives way to a form
        (b"Auto-Submitted: auto-generated\r\n", "auto_reply"),  # a header does not: taken in, but held
        (b"In-Reply-To: " + OURS.encode() + b"\r\n", "submission"),
    ],
)
def test_kind_with_a_form(head: bytes, kind: str) -> None:
    assert _kind(head + b"\r\nx", form=True) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("回答を送付いたします。ご不明な点はお問い合わせください。", "submission"),
        ("別添のとおり提出します。", "submission"),
        ("Q10の回答方法についてご教示ください。", "inquiry"),
        ("期限の延長は可能でしょうか。", "inquiry"),
        ("よろしくお願いします。", "inquiry"),
        ("了解しました。\n> 回答を送付してください。\n", "inquiry"),  # quoted words are not the sender's
    ],
)
def test_kind_by_what_the_text_says(text: str, kind: str) -> None:
    assert _kind(_utf8(text)) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [("よろしくお願いします。", "submission"), ("Q8はどう答えればよいでしょうか。", "inquiry")],
)
def test_a_subject_as_asked_for_means_a_submission_unless_the_text_only_asks(text: str, kind: str) -> None:
    assert _kind(_utf8(text), claim=Claim("【横浜市】", "as_asked")) == kind


def test_a_question_in_the_subject_outweighs_the_convention() -> None:
    head = "Subject: 【横浜市】回答について（照会）\r\n".encode()
    assert _kind(head + _utf8("送付します"), claim=Claim("【横浜市】", "as_asked")) == "inquiry"


def test_the_worst_action_of_several_recipients_counts() -> None:
    status = b"\r\nContent-Type: message/delivery-status\r\n\r\nAction: delayed\r\n\r\nAction: FAILED\r\n"
    part = parse(REPORT + b"\r\n--b" + status + b"\r\n--b--")
    kind = tell_kind(Features(part, read_message(part), leaves(part)))
    assert (kind.kind, kind.action) == ("bounce", "failed")


def test_a_forwarded_bounce_is_no_bounce() -> None:
    inner = REPORT + b"\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n--b--"
    assert _kind(b"From: a@b.jp\r\nContent-Type: message/rfc822\r\n\r\n" + inner) == "inquiry"


@pytest.mark.parametrize(
    ("sender", "subject", "returns"),
    [
        ("mailer-daemon@b.jp", "a", True),
        ("a@b.jp", "開封済み: a", False),  # it brings a file, as no receipt by its subject alone does
        ("a@b.jp", "a", False),
    ],
)
def test_a_mail_brought_back_without_report_is_marked(sender: str, subject: str, returns: bool) -> None:
    inner = b"Subject: a\r\nContent-Type: application/x; name=a.xlsx\r\n\r\nPK"
    head = f'From: {sender}\r\nSubject: {subject}\r\nContent-Type: message/rfc822; name="a.eml"\r\n\r\n'
    part = parse(head.encode() + inner)
    assert brings_back(Features(part, read_message(part), leaves(part))) is returns
    assert [leaf.returned for leaf in mark_returned(leaves(part))] == [True, True]


@pytest.mark.parametrize(
    "head",
    [
        b"Auto-Submitted: auto-generated",
        b"X-Auto-Response-Suppress: OOF",
        b"Precedence: bulk",
        b"X-Precedence: junk",
        b"Precedence: list",
        b"Precedence: auto_reply",
        b"X-Autoreply: yes",
        b"X-Autorespond: yes",
        b"X-Autoresponder: yes",
        b"List-Id: <a.b>",
        b"List-Unsubscribe: <mailto:a@b>",
        b"Return-Path: <>",
        b"From: MAILER-DAEMON@b.jp",
        b"From: postmaster@b.jp",
        b"From: no-reply@b.jp",
        b"From: noreply@b.jp",
        b"Content-Type: multipart/report; boundary=b",
        b"X-Uketsuke: N-1",
        b"From: N_MyNumber@mhlw.go.jp",
        b"Message-ID: <x@mhlw.go.jp>",
    ],
)
def test_no_reply_goes_out(head: bytes) -> None:
    assert len(_silent(head)) == 1


@pytest.mark.parametrize(
    "head",
    [
        b"From: kenko@pref.kanagawa.lg.jp\r\nReturn-Path: <kenko@pref.kanagawa.lg.jp>\r\nAuto-Submitted: no",
        b"From: a@b.jp\r\nX-Auto-Response-Suppress: None\r\nPrecedence: normal\r\nMessage-ID: <x@b.jp>",
        "Subject: 不在のため代理で送ります".encode(),
    ],
)
def test_a_person_is_answered(head: bytes) -> None:
    assert _silent(head) == ()
