"""What people look for: a body by its name, a part of it or its reading, in any width; mails by the words in them."""

from __future__ import annotations

import unicodedata

from config.roster import Body
from routing.ledger import correspondence
from routing.ledger.correspondence import Mail
from routing.office import Office
from routing.register import Register

LONGEST = 200  # characters of what is looked for
MOST = 30  # bodies that are listed
_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}  # ァ to ヶ


def bodies_named(register: Register, words: str) -> tuple[Body, ...]:
    """The bodies with these words in their name or at the beginning of its reading; respondents first, at most MOST."""
    wanted = _plain(words[:LONGEST])
    if not wanted:
        return ()
    owed = {o.lgcode for o in register.obligations}
    found = [b for b in register.roster.bodies if wanted in _plain(b.full_name) or _plain(b.kana).startswith(wanted)]
    return tuple(sorted(found, key=lambda b: b.lgcode not in owed)[:MOST])


def mails_saying(office: Office, words: str, mailboxes: tuple[str, ...] = ()) -> list[Mail]:
    """The mails with these words as they were typed, and in the ordinary width; the newest first. Of these mailboxes
    (none named: of all)."""
    words = words.replace("\0", "")[:LONGEST]
    if not words:
        return []
    spelt = dict.fromkeys((words, unicodedata.normalize("NFKC", words)))
    found = {mail.id: mail for one in spelt for mail in correspondence.mails_saying(office.ledger, one, mailboxes)}
    return sorted(found.values(), key=lambda mail: (mail.received_at, mail.id), reverse=True)


def _plain(text: str) -> str:
    """A text in the ordinary width, with hiragana for katakana, without spaces, in lower case."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_TO_HIRAGANA).split()).lower()
