"""The Message-IDs that we give our own mail, and how they are recognised when they come back."""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass, field

from config.patterns import pattern

_ATOM = pattern(r"[A-Za-z0-9-]+")
_DOMAIN = pattern(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_OURS = pattern(r"<uketsuke\.[A-Za-z0-9-]+\.[A-Za-z0-9_-]+@[^<>@\s]+>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MessageIds:
    """The Message-IDs of one installation, made with its own key, which no repr shows. Whoever answers under one of
    them has read the letter, or been told of it by somebody who has: nobody guesses the 120 bits."""

    key: bytes = field(repr=False)

    def make(self, number: str, outbox_key: str, domain: str) -> str:
        """A Message-ID <uketsuke.NUMBER.HMAC@domain>: always the same for one entry of the outbox, and never for two.
        number: by which people name the letter; outbox_key: what the code is made of (HMAC-SHA256, RFC 2104, cut to
        120 bits, base32). Raises ValueError for what cannot stand in an id (RFC 5322 §3.6.4)."""
        if not (_ATOM.fullmatch(number) and _DOMAIN.fullmatch(domain)):
            raise ValueError(f"no Message-ID can be made of {number!r}, {domain!r}")
        code = base64.b32encode(hmac.digest(self.key, outbox_key.encode(), "sha256")[:15])
        return f"<uketsuke.{number}.{code.decode().lower()}@{domain}>"


def is_our_message_id(message_id: str) -> bool:
    """Whether an id, with its < >, looks like one of ours (of any installation): no proof that it is one, which
    only the outbox can tell."""
    return _OURS.fullmatch(message_id) is not None


def receipt_in(message_id: str) -> str:
    """The number by which people name the letter with this id; empty for an id that is none of ours."""
    return message_id.split(".")[1] if is_our_message_id(message_id) else ""


def our_ids_in(text: str) -> tuple[str, ...]:
    """Ids of ours that stand in a text, such as the body of a bounce without structure."""
    return tuple(dict.fromkeys(_OURS.findall(text)))
