"""Nothing that a stranger writes, in a name, a subject or a file name, adds a header to what we send, changes
one, or reaches anybody else: bytes in, through the whole desk, bytes out."""

from __future__ import annotations

import base64
import email
import email.policy
import re
from datetime import timedelta
from email.message import Message

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.routing.desk_at_hand import Office, nanbyo

# RFC 5322 §2.2: what starts a field; RFC 2047: what a decoder may make of it; what mailers take for line ends.
_PIECES = (
    "\r\nBcc: victim@example.com\r\n", "\nTo: victim@example.com", "\rX-Uketsuke: no", "\u2028Cc: v@example.com",
    "\x85Bcc: v@example.com", "\x0bX: y", "\x00", "\r\n\r\nbody", "=?utf-8?q?=0D=0ABcc:_v=40example.com?=",
    "=?utf-8?b?DQpCY2M6IHZAZXhhbXBsZS5jb20=?=", "<v@example.com>", ",", ";", '"', "\\", "【横浜市】", "髙", "\u202e",
)  # fmt: skip
_HOSTILE = st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=12)), max_size=6).map("".join)
_HEADERS = [
    "Content-Type", "MIME-Version", "Content-Transfer-Encoding", "From", "To", "Subject", "Date", "Message-ID",
    "In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Uketsuke",
]  # fmt: skip
_SENDER = "kenko@city.yokohama.lg.jp"


def _raw(text: str, encoded: bool) -> bytes:
    """The value as a stranger puts it into his own header: as it is (a field can hold no line end of its own
    without folding, so those are folded), or inside an encoded word, where every character may stand."""
    if encoded:
        return b"=?utf-8?q?" + b"".join(b"=%02X" % b for b in text.encode("utf-8", "surrogatepass")) + b"?="
    return re.sub(r"[\r\n]+", "\r\n ", text).encode("utf-8", "surrogatepass")


def _mail(subject: str, name: str, filename: str, encoded: bool) -> bytes:
    word, told, file = (_raw(text, encoded) for text in (subject, name, filename))
    body = base64.encodebytes(nanbyo()).replace(b"\n", b"\r\n")
    return b"".join(
        (
            b"From: " + told + b" <" + _SENDER.encode() + b">\r\n",
            b"To: n_mynumber@mhlw.go.jp\r\nSubject: " + word + b"\r\n",
            b"Message-ID: <1@city.yokohama.lg.jp>\r\nMIME-Version: 1.0\r\n",
            b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\n\r\n--b\r\n',
            b"Content-Type: application/octet-stream\r\n",
            b'Content-Disposition: attachment; filename="' + file.replace(b'"', b"") + b'"\r\n',
            b"Content-Transfer-Encoding: base64\r\n\r\n" + body + b"\r\n--b--\r\n",
        )
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(subject=_HOSTILE, name=_HOSTILE, filename=_HOSTILE, encoded=st.booleans())
@example(_PIECES[0] + "【横浜市】マイナンバーアンケート回答", _PIECES[0], _PIECES[0] + ".xlsx", True)
@example(_PIECES[9], _PIECES[8], _PIECES[1], False)
def test_a_reply_has_exactly_its_own_headers_whatever_was_written_to_us(
    office: Office, subject: str, name: str, filename: str, encoded: bool
) -> None:
    office.now += timedelta(days=2)  # no cap is reached
    raw = _mail(subject, name, filename, encoded) + f"{office.now}".encode()
    try:
        office.arrive(raw)
    except AssertionError:
        return  # the very same bytes as in an earlier example
    (settled,) = office.desk.settle_waiting()
    reply = settled.reply
    if reply is None:
        return  # such as where its subject looks like an automatic mail's
    assert (reply.rcpt_to, reply.mail_from) == (_SENDER, "n_mynumber@mhlw.go.jp")
    head = reply.data.partition(b"\r\n\r\n")[0]
    sent: Message = email.message_from_bytes(reply.data, policy=email.policy.compat32)
    assert sorted(sent.keys()) == sorted(_HEADERS)
    assert sent["To"] == _SENDER
    for line in head.split(b"\r\n"):
        assert line.isascii() and not re.search(rb"[\r\n\x00]", line)
    decoded = email.message_from_bytes(reply.data, policy=email.policy.default)
    assert not re.search(r"[\r\n\x00\x0b\x85\u2028]", str(decoded["Subject"]))
    assert "Bcc" not in decoded and "Cc" not in decoded


def test_the_property_looks_at_replies_indeed(office: Office) -> None:
    raw = _mail(_PIECES[0] + "【横浜市】マイナンバーアンケート回答", _PIECES[0], _PIECES[0] + ".xlsx", True)
    reply = office.settle(raw).reply
    assert reply is not None and reply.kind == "acknowledgement"
    subject = str(email.message_from_bytes(reply.data, policy=email.policy.default)["Subject"])
    assert subject.startswith("【受付】難病 Re: Bcc: victim＠example．com")  # words, in the subject and nowhere else
