"""To whom no reply may go out, whatever the mail brings: machines, lists, ourselves, addresses that nobody reads.

Another question than whether a machine wrote it (`kind.py`): a form may come by a mail that may not be answered.
"""

from __future__ import annotations

import re

from intake.mail import bounce
from intake.mail.features import Features
from intake.mail.kind import RULES
from intake.mail.mime import Part
from intake.submission import Address, Message

# [MS-OXCMAIL] §2.2.3.2.14: these ask for no automatic reply; DR, RN and NRN for no delivery or read report.
_SUPPRESSES = frozenset({"all", "autoreply", "oof"})
# Of the signs of a kind, the header fields that silence us whatever the mail brings.
_SILENCING = frozenset(
    {
        "From: mailer-daemon",
        "our tag header",
        "our Message-ID",
        "Auto-Submitted",
        "X-Autoreply or its like",
        "Precedence: auto_reply",
        "List-Id or its like",
        "Precedence: bulk or list",
    }
)


def never_answer(part: Part, message: Message, own: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Why no reply may go out though the mail is taken in; empty where one may. `own`: our addresses."""
    facts = Features(part, message, ())
    signs = [rule.sign for rule in RULES if rule.sign in _SILENCING and rule.holds(facts)]
    if _SUPPRESSES & {value.strip() for value in facts.header("x-auto-response-suppress").split(",")}:
        signs.append("X-Auto-Response-Suppress")
    if bounce.has_null_sender(part):
        signs.append("Return-Path: <>")
    if bounce.report_type(part):
        signs.append("multipart/report")
    if bounce.from_postmaster(message) or is_noreply(message.sender):
        signs.append("From: nobody reads it")
    return tuple(dict.fromkeys([*signs, *_our_own(message, own)]))


def is_noreply(address: Address | None) -> bool:
    """Whether an address says by its own name that nobody reads what comes to it: noreply@, do-not-reply@ …"""
    local = address.address.partition("@")[0] if address else ""
    return re.fullmatch(r"(do-?not|no|non)[-_.]?reply.*", local, re.IGNORECASE) is not None


def _our_own(message: Message, own: frozenset[str]) -> list[str]:
    """Whether the sender is our own address, or the Message-ID was made in our own domain."""
    addresses = {address.lower() for address in own}
    domains = {address.rpartition("@")[2] for address in addresses}
    signs = []
    if message.sender is not None and message.sender.address.lower() in addresses:
        signs.append("From: our own address")
    if message.message_id.rstrip(">").rpartition("@")[2].lower() in domains:
        signs.append("Message-ID of our own domain")
    return signs
