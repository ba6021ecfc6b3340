"""The Message-IDs that we give our own mail, and how they are recognised when they come back."""

from __future__ import annotations

import re

_ATOM = re.compile(r"[A-Za-z0-9-]+")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_OURS = re.compile(r"<uketsuke\.[A-Za-z0-9-]+\.[A-Za-z0-9_-]+@[^<>@\s]+>", re.IGNORECASE)


def make_message_id(receipt: str, kind: str, domain: str) -> str:
    """<uketsuke.RECEIPT.KIND@domain>; ValueError for what cannot stand in an id (RFC 5322 §3.6.4)."""
    if not (
        _ATOM.fullmatch(receipt) and _ATOM.fullmatch(kind.replace("_", "-")) and _DOMAIN.fullmatch(domain)
    ):
        raise ValueError(f"no Message-ID can be made of {receipt!r}, {kind!r}, {domain!r}")
    return f"<uketsuke.{receipt}.{kind}@{domain}>"


def is_our_message_id(message_id: str) -> bool:
    """Whether an id, with its < >, was made by make_message_id (by any installation of ours)."""
    return _OURS.fullmatch(message_id) is not None


def receipt_in(message_id: str) -> str:
    """The receipt number that one of our own ids was made of; empty for any other id."""
    return message_id.split(".")[1] if is_our_message_id(message_id) else ""


def our_ids_in(text: str) -> tuple[str, ...]:
    """Ids of ours that stand in a text, such as the body of a bounce without structure."""
    return tuple(dict.fromkeys(_OURS.findall(text)))
