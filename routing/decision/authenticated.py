"""Whether the server that the settings trust says that a mail comes from where it claims. Pure.

Anybody may write an Authentication-Results field, also one with our server's name: a server adds its own on top,
and takes foreign ones with its name away only if it keeps to RFC 8601 §5. So a pass is believed of the topmost of
its fields alone. A failure is believed of the topmost that speaks of the method, since OpenDKIM and OpenDMARC
write one field each, and nobody forges a failure of his own mail.
"""

from __future__ import annotations

from typing import Literal

from config.domains import aligned, one_house
from config.settings import TOPMOST
from intake.submission import Authentication, Submission

AuthResult = Literal["passed", "failed", "unchecked"]

_UNANSWERED = frozenset({"temperror", "permerror"})
# What was asked and found wanting, or could not be asked. Not among them are none and neutral: a small body without
# any record is no forger (RFC 7208 §8.1, §8.2: both are to be treated alike, as no statement).
_FAILING = _UNANSWERED | {"fail", "hardfail", "softfail", "policy"}
_SILENT = frozenset({"none", "neutral", ""})


def authenticated(submission: Submission, authserv_id: str) -> AuthResult:
    """The trusted server's word on the sender.

    authserv_id: as in the settings; empty: no server is trusted, and nothing is ever checked.
    "failed": DMARC fails (RFC 7489), or Microsoft 365's compauth does (but not for want of any record); or nothing
    vouches for the domain of From, and DMARC passes for another From than the one that we go by (RFC 7489 §6.6.1),
    could not be asked, or neither SPF nor DKIM passes though both were asked and one of them speaks against the mail.
    "passed": DMARC passes, or SPF or a signature of DKIM for the domain of From or one in line with it. A proof
    outweighs a question that could not be answered, not a DMARC that fails: its record may ask for more.
    """
    fields = _believed(submission.authentication, authserv_id)
    if not fields:
        return "unchecked"
    spf, dkim, dmarc, compauth = (_topmost(fields, m) for m in ("spf", "dkim", "dmarc", "compauth"))
    if dmarc == "fail" or (compauth == "fail" and not {spf, dkim, dmarc} <= _SILENT):
        return "failed"
    sender = submission.message.sender
    domain = sender.domain.rstrip(".") if sender else ""
    if domain and _proven(fields[0], domain):
        return "passed"
    looked_at = next((field.header_from for field in fields if field.dmarc), "")
    if domain and dmarc == "pass" and looked_at and not one_house(looked_at, domain):
        return "failed"
    neither = bool(spf and dkim) and "pass" not in (spf, dkim) and bool({spf, dkim} & _FAILING)
    return "failed" if neither or dmarc in _UNANSWERED else "unchecked"


def _believed(fields: tuple[Authentication, ...], authserv_id: str) -> tuple[Authentication, ...]:
    if authserv_id == TOPMOST:
        return tuple(f for f in fields[:1] if not f.server)
    return tuple(f for f in fields if authserv_id and f.server == authserv_id.lower())


def _topmost(fields: tuple[Authentication, ...], method: str) -> str:
    return next((str(found) for f in fields if (found := getattr(f, method))), "")


def _proven(field: Authentication, sender: str) -> bool:
    """Whether one field proves the domain of From. DMARC was asked about the From that the server saw: with several
    in a mail, that may be another one than ours."""
    return (
        (field.dmarc == "pass" and field.header_from == sender)
        or (field.spf == "pass" and aligned(field.mail_from, sender))
        or any(aligned(signer, sender) for signer in field.signed_by)
    )
