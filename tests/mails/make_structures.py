"""The shelf, third part: structures that wrap, break or divide a mail. What openssl, gpg, zip, pyzipper and
msoffcrypto-tool made stands in parts/ (see the README); the rest is written by hand.

Adds to SHELF of make.py; uses nothing of the program under test.
"""

from __future__ import annotations

import binascii
from dataclasses import replace

from tests.mails.make import (
    BOOK,
    FROM,
    HELLO,
    HERE,
    NAME,
    PDF,
    SENDER,
    SHELF,
    TEXT,
    TO,
    UTF8,
    XLSX,
    Expected,
    attach,
    b64,
    crlf,
    heads,
    mail,
    multi,
    plain,
    word,
    xlsx,
)  # fmt: skip
from tests.mails.tnef_writer import Attached, winmail

PARTS = HERE / "parts"
put = SHELF.__setitem__
GOOD = xlsx(b'attachment; filename="' + word(NAME) + b'"')
P7M = b'Content-Type: application/pkcs7-mime; smime-type=%b; name="smime.p7m"\r\nContent-Disposition: attachment; filename="smime.p7m"'


def part(name: str) -> bytes:
    return (PARTS / name).read_bytes()


def taken(
    body: str, files: list[tuple[str, bytes]], *defects: str, form: bool = True, **facts: object
) -> Expected:
    return Expected(TEXT, SENDER, "submission", body, files, form, defects=list(defects), facts=facts)


def wrapped() -> None:
    for name, long in (("winmail_unicode_name", NAME), ("winmail_cp932_name", NAME.encode("cp932"))):
        data = winmail([Attached(b"KAITO~1.XLS", BOOK, long)], crlf(HELLO, "cp932"))
        field = b'Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Disposition: attachment; filename="winmail.dat"'
        expected = taken("お世話に", [("winmail.dat", data), (NAME, BOOK)])
        put(name, (mail(heads(UTF8), multi([plain(HELLO), attach(field, data)])), expected))
    data = winmail([Attached(b"a.xlsx", BOOK), Attached(b"b.pdf", PDF)], crlf(HELLO, "cp932"))
    field = b'Content-Type: application/octet-stream; name="winmail.dat"'
    expected = taken("お世話に", [("winmail.dat", data), ("a.xlsx", BOOK), ("b.pdf", PDF)])
    put("winmail_is_the_mail", (mail(heads(UTF8), b"\r\n" + attach(field, data).lstrip()), expected))
    cut = data[:-20]
    expected = taken("お世話に", [("winmail.dat", cut), ("a.xlsx", BOOK), ("b.pdf", PDF[:-18])], "1.2: whole")
    put("winmail_cut_off", (mail(heads(UTF8), multi([plain(HELLO), attach(field, cut)])), expected))
    for name in ("opaque", "opaque_ber"):
        signed = part(f"{name}.p7m")
        expected = taken("お世話に", [("smime.p7m", signed), (NAME, BOOK)])
        put(f"smime_{name}", (mail(heads(UTF8), attach(P7M % b"signed-data", signed)), expected))
    locked = part("encrypted.p7m")
    expected = taken("", [("smime.p7m", locked)], form=False)
    put("smime_encrypted", (mail(heads(UTF8), attach(P7M % b"enveloped-data", locked)), expected))
    clear = part("clear_signed.mime").replace(b"MIME-Version: 1.0\n", b"", 1)
    signature = clear.rpartition(b"\n\n------")[0].rpartition(b"\n\n")[2]
    expected = taken("お世話に", [(NAME, BOOK), ("smime.p7s", binascii.a2b_base64(signature))])
    put("smime_clear", (b"\r\n".join([*heads(UTF8), b"MIME-Version: 1.0", clear]), expected))
    pgp = part("pgp_signature.asc")
    second = b'\r\nContent-Type: application/pgp-signature; name="signature.asc"\r\n\r\n' + pgp
    body = multi(
        [b"\r\n" + part("entity.mime"), second],
        b'signed; micalg=pgp-sha512; protocol="application/pgp-signature"',
        b"=_pgp",
    )
    put(
        "pgp_signed",
        (
            mail(heads(UTF8), body),
            taken("お世話に", [(NAME, BOOK), ("signature.asc", pgp.rstrip(b"\n") + b"\n")]),
        ),
    )
    text = plain(part("pgp_inline.txt").decode())
    expected = replace(taken("-----BEGIN PGP SIGNED", [], form=False), kind="inquiry")  # it corrects in words
    put("pgp_inline", (mail(heads(UTF8), text), expected))


def in_the_text() -> None:
    """Before MIME."""

    def block(name: bytes) -> bytes:
        lines = b"".join(binascii.b2a_uu(BOOK[at : at + 45]) for at in range(0, len(BOOK), 45))
        return (b"begin 644 " + name + b"\n" + lines + b"`\nend\n").replace(b"\n", b"\r\n")

    for name, raw in (("uuencode", b"kaito.xlsx"), ("uuencode_sjis_name", NAME.encode("cp932"))):
        body = crlf(HELLO, "cp932") + block(raw)
        told = ["1 body: cp932"] if raw.isascii() else ["1 body: cp932", "1.1 filename: cp932"]
        expected = taken("お世話に", [(raw.decode("cp932"), BOOK)], *told)
        put(name, (b"\r\n".join([FROM, TO, b"Subject: " + UTF8]) + b"\r\n\r\n" + body, expected))
    field = (
        b"Content-Type: application/octet-stream; name=kaito.xlsx\r\nContent-Transfer-Encoding: x-uuencode"
    )
    coded = b"\r\n" + field + b"\r\n\r\n" + block(b"kaito.xlsx")
    put(
        "transfer_encoding_uuencode",
        (mail(heads(UTF8), multi([plain(HELLO), coded])), taken("お世話に", [("kaito.xlsx", BOOK)])),
    )
    stored = (PARTS / "plain.zip").read_bytes()
    zipped = attach(b'Content-Type: application/x-zip-compressed; name="kaito.zip"', stored)
    expected = taken("お世話に", [("kaito.zip", stored)], form=False)
    put("zip_plain", (mail(heads(UTF8), multi([plain(HELLO), zipped])), expected))


def locked_files() -> None:
    for name, file in (
        ("zip_traditional", "traditional.zip"),
        ("zip_aes", "aes.zip"),
        ("xlsx_locked", "locked.xlsx"),
    ):
        data = part(file)
        field = f'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="{file}"'.encode()
        put(f"locked_{name}", (mail(heads(UTF8), multi([plain(HELLO), attach(field, data)])),
            taken("お世話に", [(file, data)], form=False, locked=[file])))  # fmt: skip
        told = HELLO + "\nパスワードは「Himitsu123」です。\n"
        put(f"locked_{name}_told", (mail(heads(UTF8), multi([plain(told), attach(field, data)])),
            taken("お世話に", [(file, data)], form=False, locked=[], passwords_told=True)))  # fmt: skip


def broken() -> None:
    base = mail(heads(UTF8), multi([plain(HELLO), GOOD]))
    head, _, rest = base.partition(b'; boundary="=_B1"')
    put("boundary_parameter_missing", (head + rest, taken("お世話に", [(NAME, BOOK)], "1: boundary")))
    put(
        "boundary_with_blanks",
        (
            base.replace(b'"=_B1"', b'"=_B 1 "').replace(b"--=_B1", b"--=_B 1"),
            taken("お世話に", [(NAME, BOOK)]),
        ),
    )
    inner = multi([plain(HELLO), GOOD]).replace(
        b"--=_B1\r\n", b"This is a multi-part message.\r\n--=_B1\r\n", 1
    )
    put(
        "preamble_and_epilogue",
        (mail(heads(UTF8), inner + b"\r\nThe end.\r\n"), taken("お世話に", [(NAME, BOOK)])),
    )
    put("line_feeds_only", (base.replace(b"\r\n", b"\n"), taken("お世話に", [(NAME, BOOK)])))
    put(
        "mbox_line_in_front",
        (
            b"From kenko@pref.kanagawa.lg.jp Thu Jul 20 10:15:00 2023\n" + base,
            taken("お世話に", [(NAME, BOOK)]),
        ),
    )
    put(
        "no_mime_version",
        (
            base.replace(b"MIME-Version: 1.0\r\n", b"").replace(b"MIME-Version: 1.0", b""),
            taken("お世話に", [(NAME, BOOK)]),
        ),
    )
    twice = mail([*heads(UTF8), b"Subject: second", b"From: x@example.jp"], multi([plain(HELLO), GOOD]))
    put("fields_twice", (twice, taken("お世話に", [(NAME, BOOK)])))
    odd = GOOD.replace(XLSX, b"attachment/xlsx; ;;=")
    put(
        "content_type_is_none",
        (mail(heads(UTF8), multi([plain(HELLO), odd])), taken("お世話に", [(NAME, BOOK)])),
    )
    one_line = GOOD.replace(b64(BOOK), binascii.b2a_base64(BOOK, newline=False))
    put(
        "base64_in_one_line",
        (mail(heads(UTF8), multi([plain(HELLO), one_line])), taken("お世話に", [(NAME, BOOK)])),
    )
    cut = GOOD.replace(
        b64(BOOK), b64(BOOK)[:3002]
    )  # 38 lines of 78 bytes, and 38 bytes: 28 of them whole groups' worth
    got = BOOK[: 38 * 57 + 28]
    put(
        "base64_cut_off",
        (mail(heads(UTF8), multi([plain(HELLO), cut])), taken("お世話に", [(NAME, got)], "1.2: base64")),
    )
    empty = xlsx(b'attachment; filename="kaito.xlsx"', b"")
    put(
        "attachment_of_no_bytes",
        (
            mail(heads(UTF8), multi([plain(HELLO), empty])),
            taken("お世話に", [("kaito.xlsx", b"")], form=False),
        ),
    )
    three = [xlsx(b'attachment; filename="kaito.xlsx"', data) for data in (BOOK, PDF, BOOK)]
    files = [("kaito.xlsx", BOOK), ("kaito.xlsx", PDF), ("kaito.xlsx", BOOK)]
    put("three_of_one_name", (mail(heads(UTF8), multi([plain(HELLO), *three])), taken("お世話に", files)))
    ics = attach(
        b'Content-Type: text/calendar; method=REQUEST; name="invite.ics"',
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    )
    files = [("invite.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), (NAME, BOOK)]
    put("calendar_beside", (mail(heads(UTF8), multi([plain(HELLO), ics, GOOD])), taken("お世話に", files)))
    many = [xlsx(f'attachment; filename="{n}.pdf"'.encode(), PDF + str(n).encode()) for n in range(200)]
    files = [(f"{n}.pdf", PDF + str(n).encode()) for n in range(200)] + [(NAME, BOOK)]
    put(
        "two_hundred_attachments",
        (mail(heads(UTF8), multi([plain(HELLO), *many, GOOD])), taken("お世話に", files)),
    )
    deep = multi([plain(HELLO), GOOD])
    for n in range(12):
        deep = multi([deep], b"mixed", f"=_deep{n}".encode())
    put("twelve_multiparts_deep", (mail(heads(UTF8), deep), taken("お世話に", [(NAME, BOOK)])))
    put("attachment_in_html_only_mail", (mail(heads(UTF8), multi([plain(HELLO).replace(b"text/plain", b"text/html"), GOOD])),
        taken("お世話に", [(NAME, BOOK)])))  # fmt: skip


def forwarded() -> None:
    original = mail(
        [b"From: a@city.yokohama.lg.jp", b"Subject: " + UTF8], multi([plain("横浜市です。"), GOOD])
    )
    middle = mail(
        [b"From: b@pref.kanagawa.lg.jp", b"Subject: Fw: x"],
        multi([plain("県です。"), b"\r\nContent-Type: message/rfc822\r\n\r\n" + original], boundary=b"=_m"),
    )
    outer = b"\r\nContent-Type: message/rfc822\r\n\r\n" + middle
    expected = taken("転送します。", [(NAME, BOOK)])
    put(
        "forwarded_twice",
        (mail(heads(UTF8), multi([plain("転送します。"), outer], boundary=b"=_o")), expected),
    )
    eml = attach(
        b'Content-Type: message/rfc822; name="a.eml"', original
    )  # base64, though RFC 2046 §5.2.1 forbids it
    expected = taken("転送します。", [("a.eml", original), (NAME, BOOK)])
    put(
        "forwarded_in_base64",
        (mail(heads(UTF8), multi([plain("転送します。"), eml], boundary=b"=_o")), expected),
    )
    half = b64(BOOK)
    first = (
        b'\r\nContent-Type: message/partial; id="20230720.9@pref.kanagawa.lg.jp"; number=1; total=2\r\n\r\n'
    )
    inner = b"Subject: " + UTF8 + b"\r\nMIME-Version: 1.0" + GOOD[:200]
    facts = {"part": [1, 2], "findings": ["mail_divided"]}
    put(
        "divided_first",
        (mail(heads(UTF8), first + inner), taken("", [("添付1.bin", inner)], form=False, **facts)),
    )
    second = first.replace(b"number=1", b"number=2")
    facts = {"part": [2, 2], "findings": ["mail_divided"]}
    put(
        "divided_second",
        (mail(heads(UTF8), second + half), taken("", [("添付1.bin", half)], form=False, **facts)),
    )


def fill() -> None:
    for make in (wrapped, in_the_text, locked_files, broken, forwarded):
        make()
