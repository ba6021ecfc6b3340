"""What a trusted server's Authentication-Results (RFC 8601) say of the sender: fields as servers write them, fields
that a stranger writes above and below them, and the honest twin of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.domains import aligned
from config.settings import TOPMOST
from intake.mail.authentication import authentications
from intake.submission import Authentication
from routing.decision.authenticated import AuthResult, authenticated
from tests.routing.cases_at_hand import submission

CITY = "city.yokohama.lg.jp"
OURS = "mx.mhlw.go.jp"


def word(*fields: str, of: str = OURS, sender: str = f"kenko@{CITY}") -> AuthResult:
    """The word on a mail from the city with these fields, the topmost first."""
    read = authentications(field.encode() for field in fields)
    return authenticated(replace(submission(sender=sender), authentication=read), of)


# --- as servers write them ----------------------------------------------------------------------------------

OPENDMARC_PASS = f"{OURS}; dmarc=pass (p=none dis=none) header.from={CITY}"
OPENDMARC_FAIL = f"{OURS}; dmarc=fail (p=none dis=none) header.from={CITY}"
OPENDKIM_PASS = (
    f"{OURS};\r\n\tdkim=pass (2048-bit key; unprotected) header.d={CITY} header.i=@{CITY} header.a=rsa-sha256"
    " header.s=s1 header.b=AbCdEfGh;\r\n\tdkim-atps=neutral"
)
OPENDKIM_FAIL = (
    f'{OURS};\r\n\tdkim=fail reason="signature verification failed" (2048-bit key) header.d={CITY}'
    f" header.i=@{CITY} header.b=AbCdEfGh"
)
POLICYD_PASS = (
    f"{OURS}; spf=pass (mailfrom) smtp.mailfrom={CITY} (client-ip=192.0.2.1; helo=mail.{CITY};\r\n"
    f" envelope-from=kenko@{CITY}; receiver=<UNKNOWN>)"
)
POLICYD_FAIL = (
    f"{OURS}; spf=fail (mailfrom) smtp.mailfrom={CITY} (client-ip=198.51.100.7; helo=evil.example;\r\n"
    f" envelope-from=kenko@{CITY}; receiver=<UNKNOWN>)"
)
GOOGLE = (
    f"{OURS};\r\n       dkim=pass header.i=@{CITY} header.s=s1 header.b=Ab1;\r\n       spf=pass (google.com: domain of"
    f" kenko@{CITY} designates 192.0.2.1 as permitted sender) smtp.mailfrom=kenko@{CITY};\r\n"
    f"       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from={CITY}"
)


def microsoft(spf: str, dkim: str, dmarc: str, compauth: str, signer: str = "none") -> str:
    return (
        f"spf={spf} (sender IP is 192.0.2.1)\r\n smtp.mailfrom={CITY}; dkim={dkim} (message not signed)\r\n"
        f" header.d={signer};dmarc={dmarc} action=oreject\r\n header.from={CITY};compauth={compauth}"
    )


AS_WRITTEN: list[tuple[str, tuple[str, ...], str, AuthResult]] = [
    ("OpenDMARC, OpenDKIM, policyd-spf", (OPENDMARC_PASS, OPENDKIM_PASS, POLICYD_PASS), OURS, "passed"),
    ("OpenDMARC fails", (OPENDMARC_FAIL, OPENDKIM_FAIL, POLICYD_FAIL), OURS, "failed"),
    ("OpenDMARC's field below", (OPENDKIM_PASS, OPENDMARC_FAIL), OURS, "failed"),
    ("OpenDKIM alone", (OPENDKIM_PASS,), OURS, "passed"),
    ("policyd-spf alone", (POLICYD_PASS,), OURS, "passed"),
    ("policyd-spf alone fails, and nobody asked DKIM", (POLICYD_FAIL,), OURS, "unchecked"),
    ("neither passes, in two fields", (OPENDKIM_FAIL, POLICYD_FAIL), OURS, "failed"),
    ("as Google writes", (GOOGLE,), OURS, "passed"),
    ("another case of letters", (GOOGLE.replace(OURS, "MX.mhlw.GO.jp"),), "mx.MHLW.go.jp", "passed"),
    ("with a version", (f"{OURS} 1; dmarc=pass header.from={CITY}",), OURS, "passed"),
    ("nothing was asked", (f"{OURS} 1; none",), OURS, "unchecked"),
    ("no field at all", (), OURS, "unchecked"),
    ("the settings name no server", (OPENDMARC_FAIL,), "", "unchecked"),
    ("the settings name no server, and the field none", (microsoft("fail", "none", "fail", "fail reason=000"),), "",
     "unchecked"),
    ("Microsoft 365 passes", (microsoft("pass", "pass", "pass", "pass reason=100", CITY),), TOPMOST, "passed"),
    ("Microsoft 365 fails", (microsoft("fail", "none", "fail", "fail reason=000"),), TOPMOST, "failed"),
    ("Microsoft 365 guesses, and SPF holds", (microsoft("pass", "none", "bestguesspass", "pass reason=109"),), TOPMOST,
     "passed"),
    ("Microsoft 365 knows better", (microsoft("pass", "none", "none", "fail reason=601"),), TOPMOST, "failed"),
    ("Microsoft 365 asked by a server's name", (microsoft("fail", "none", "fail", "fail reason=000"),), OURS,
     "unchecked"),
    ("DMARC could not be asked", (f"{OURS}; spf=fail smtp.mailfrom=x.example; dkim=fail; dmarc=temperror",), OURS,
     "failed"),
    ("a broken record of DMARC", (f"{OURS}; dmarc=permerror header.from={CITY}",), OURS, "failed"),
    ("neither passes, and nobody asked DMARC", (f"{OURS}; spf=softfail smtp.mailfrom={CITY}; dkim=none",), OURS,
     "failed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "of", "expected"), [r[1:] for r in AS_WRITTEN], ids=[r[0] for r in AS_WRITTEN]
)
def test_as_servers_write_it(fields: tuple[str, ...], of: str, expected: AuthResult) -> None:
    assert word(*fields, of=of) == expected


# --- a stranger's fields, and a stranger's words within the server's own -------------------------------------

FORGED = f"{OURS}; dmarc=pass header.from={CITY}; spf=pass smtp.mailfrom={CITY}; dkim=pass header.d={CITY}"
NAMELESS = FORGED.partition("; ")[2]
MANY = "; ".join(
    f"dkim=fail (no key for signature) header.d=x{n}.example header.i=@x{n}.example" for n in range(400)
)
HOSTILE: list[tuple[str, tuple[str, ...], str, AuthResult]] = [
    ("below the server's own", (OPENDMARC_FAIL, FORGED), OURS, "failed"),
    ("below a server that asks SPF alone", (POLICYD_FAIL, FORGED), OURS, "unchecked"),
    ("below a server that asks nothing", (f"{OURS}; none", FORGED), OURS, "unchecked"),
    ("twenty-five of them below", (OPENDMARC_FAIL, *[FORGED] * 25), OURS, "failed"),
    ("another server's on top", (FORGED.replace(OURS, "mx.evil.example"), OPENDMARC_FAIL), OURS, "failed"),
    ("another server's alone", (FORGED.replace(OURS, f"{OURS}.evil.example"),), OURS, "unchecked"),
    ("nameless below Microsoft's", (microsoft("fail", "none", "fail", "fail reason=000"), NAMELESS), TOPMOST, "failed"),
    ("nameless below Microsoft's silence", (microsoft("none", "none", "none", "none"), NAMELESS), TOPMOST, "unchecked"),
    ("a name where Microsoft writes none", (FORGED,), TOPMOST, "unchecked"),
    ("a field named like the setting", (FORGED.replace(OURS, TOPMOST),), TOPMOST, "unchecked"),
    ("results within a comment", (f"{OURS}; (; dmarc=pass header.from={CITY} ;) spf=fail; dkim=none",), OURS, "failed"),
    ("results within a string",
     (f'{OURS}; spf=pass smtp.mailfrom="a; dmarc=pass header.from={CITY} ;"@evil.example',), OURS, "unchecked"),
    ("a string that hides the server's word",
     (f'{OURS}; spf=pass smtp.mailfrom="a@evil.example; dmarc=fail header.from={CITY}',), OURS, "failed"),
    ("a comment that hides the server's word",
     (f"{OURS}; spf=pass smtp.mailfrom=((@{CITY}; dmarc=fail (p=none) header.from={CITY}",), OURS, "failed"),
    ("a comment that is never closed proves nothing",
     (f"{OURS}; spf=pass smtp.mailfrom=(@evil.example;dkim=pass header.d={CITY};dmarc=pass header.from={CITY}",), OURS,
     "unchecked"),
    ("a backslash before the quote",
     (f'{OURS}; spf=pass smtp.mailfrom="\\"; dkim=pass header.d={CITY}; x="@evil.example; dmarc=fail',), OURS, "failed"),
    ("the city before the @", (f"{OURS}; spf=pass smtp.mailfrom={CITY}@evil.example; dkim=none",), OURS, "unchecked"),
    ("an address within an address",
     (f'{OURS}; spf=pass smtp.mailfrom="kenko@{CITY}"@evil.example; dkim=none',), OURS, "unchecked"),
    ("a property given twice",
     (f"{OURS}; spf=pass smtp.mailfrom=evil.example smtp.mailfrom={CITY}",), OURS, "unchecked"),
    ("SPF of the server's name", (f"{OURS}; spf=pass smtp.helo={CITY}; dkim=none",), OURS, "unchecked"),
    ("SPF passes for the name, not for the address",
     (f"{OURS}; spf=pass smtp.helo=evil.example; spf=fail smtp.mailfrom={CITY}; dkim=none",), OURS, "failed"),
    ("a signature that does not hold, of the city; one that holds, of the stranger",
     (f"{OURS}; dkim=fail header.d={CITY}; dkim=pass header.d=evil.example",), OURS, "unchecked"),
    ("the registry signs", (f"{OURS}; dkim=pass header.d=lg.jp",), OURS, "unchecked"),
    ("a name that ends alike", (f"{OURS}; dkim=pass header.d=x{CITY}",), OURS, "unchecked"),
    ("a name that begins alike", (f"{OURS}; dkim=pass header.d={CITY}.evil.example",), OURS, "unchecked"),
    ("DMARC of another From, of two", (f"{OURS}; dmarc=pass header.from=evil.example",), OURS, "failed"),
    ("the same in a field below", (f"{OURS}; spf=none", f"{OURS}; dmarc=pass header.from=evil.example"), OURS, "failed"),
    ("the city signs one of the two", (f"{OURS}; dkim=pass header.d={CITY}; dmarc=pass header.from=a.example",), OURS,
     "passed"),
    ("DMARC of nobody knows what", (f"{OURS}; dmarc=pass",), OURS, "unchecked"),
    ("four hundred signatures before the server's word", (f"{OURS}; {MANY}; dmarc=fail",), OURS, "failed"),
    ("more than is looked at", (f"{OURS}; dkim=pass header.d={CITY}; {MANY * 5}; dmarc=fail",), OURS, "unchecked"),
    ("a strict record", (f"{OURS}; dkim=pass header.d=x.{CITY}; dmarc=fail header.from={CITY}",), OURS, "failed"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "of", "expected"), [r[1:] for r in HOSTILE], ids=[r[0] for r in HOSTILE])
def test_no_strangers_word_is_taken_for_the_servers(fields: tuple[str, ...], of: str, expected: AuthResult) -> None:
    assert word(*fields, of=of) == expected


# --- who did right is not accused ----------------------------------------------------------------------------

HONEST: list[tuple[str, str, AuthResult]] = [
    ("a gateway that breaks the signature",
     f"{OURS}; dkim=fail (body hash did not verify) header.d={CITY}; spf=pass smtp.mailfrom=kenko@{CITY}", "passed"),
    ("the same, and DMARC says so",
     f"{OURS}; dkim=fail header.d={CITY}; spf=pass smtp.mailfrom={CITY}; dmarc=pass header.from={CITY}", "passed"),
    ("forwarded, the signature whole",
     f"{OURS}; spf=softfail smtp.mailfrom={CITY}; dkim=pass header.d={CITY}; dmarc=none header.from={CITY}", "passed"),
    ("two signatures, the carrier's fails",
     f"{OURS}; dkim=fail header.d=carrier.example; dkim=pass header.i=@{CITY}; spf=fail smtp.mailfrom=x.example",
     "passed"),
    ("a list server's envelope, the city's signature",
     f"{OURS}; spf=pass smtp.mailfrom=bounces@lists.example; dkim=pass header.d={CITY}", "passed"),
    ("a small body without any record", f"{OURS}; spf=none smtp.mailfrom={CITY}; dkim=none; dmarc=none", "unchecked"),
    ("a record that says nothing", f"{OURS}; spf=neutral smtp.mailfrom={CITY}; dkim=none; dmarc=none", "unchecked"),
    ("a record that says nothing, a carrier that signs",
     f"{OURS}; spf=neutral smtp.mailfrom={CITY}; dkim=pass header.d=carrier.example; dmarc=none", "unchecked"),
    ("a hired carrier's envelope", f"{OURS}; spf=pass smtp.mailfrom=carrier.example; dkim=none; dmarc=none", "unchecked"),
    ("the directory did not answer, the signature holds",
     f"{OURS}; spf=temperror smtp.mailfrom={CITY}; dkim=pass header.d={CITY}; dmarc=temperror", "passed"),
    ("two records of DMARC, SPF holds",
     f"{OURS}; spf=pass smtp.mailfrom={CITY}; dkim=none; dmarc=permerror header.from={CITY}", "passed"),
    ("a section's server", f"{OURS}; spf=pass smtp.mailfrom=mail.{CITY}; dkim=none; dmarc=none", "passed"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "expected"), [r[1:] for r in HONEST], ids=[r[0] for r in HONEST])
def test_who_did_right_is_not_accused(field: str, expected: AuthResult) -> None:
    assert word(field) == expected


def test_microsoft_365_accuses_nobody_for_want_of_records() -> None:
    """compauth=fail reason=001 is what it concludes of a domain without any record."""
    assert word(microsoft("none", "none", "none", "fail reason=001"), of=TOPMOST) == "unchecked"


def test_a_mail_without_a_sender_is_judged_by_what_speaks_against_it() -> None:
    fields = Authentication(OURS, dkim="pass", signed_by=(CITY,)), Authentication(OURS, dmarc="fail")
    made = submission()
    nobody = replace(made, message=replace(made.message, sender=None))
    assert authenticated(replace(nobody, authentication=fields[:1]), OURS) == "unchecked"
    assert authenticated(replace(nobody, authentication=fields[1:]), OURS) == "failed"


@pytest.mark.parametrize(
    ("domain", "sender", "speaks"),
    [
        (CITY, CITY, True),
        (f"mail.{CITY}", CITY, True),
        (CITY, f"kenko.{CITY}", True),
        (f"a.{CITY}", f"b.{CITY}", False),  # neighbours
        ("lg.jp", CITY, False),
        ("jp", CITY, False),
        ("kanagawa.jp", "pref.kanagawa.jp", False),
        ("hakone.kanagawa.jp", "town.hakone.kanagawa.jp", False),
        ("town.hakone.kanagawa.jp", "kikaku.town.hakone.kanagawa.jp", True),
        ("example.co.jp", "mail.example.co.jp", True),
        ("co.jp", "example.co.jp", False),
        ("mail.example.com", "example.com", True),
        ("example.com", "mail.example.com", False),  # might be a registry's: that is not known here
        ("", CITY, False),
        (CITY, "", False),
        ("localhost", "localhost", False),
    ],
)
def test_who_may_speak_for_whom(domain: str, sender: str, speaks: bool) -> None:
    assert aligned(domain, sender) is speaks
