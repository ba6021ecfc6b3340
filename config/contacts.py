"""The contacts file: whom reminders go to, where the section in charge knows better than earlier mail tells.

A CSV file in UTF-8 with the columns lgcode, mailbox, address; several rows for one body and mailbox are fine.
Holds no opinion on whether an address may be written to.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.errors import Mistake, SettingsError, why_unreadable
from config.roster import Roster
from config.survey import Survey

Contacts = Mapping[tuple[str, str], tuple[str, ...]]  # (lgcode, mailbox id) -> addresses

_COLUMNS = ["lgcode", "mailbox", "address"]
_ADDRESS = re.compile(r"[!-;=?A-~]+@[A-Za-z0-9.-]+\.[A-Za-z]+")


def load_contacts(path: Path, survey: Survey, roster: Roster) -> Contacts:
    """The contacts by body and mailbox. Raises SettingsError with every mistake; none quotes an address."""
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except OSError as error:
        raise SettingsError((Mistake(path.name, "", f"{why_unreadable(error)}。"),)) from error
    except UnicodeDecodeError as error:
        reason = "UTF-8 の CSV として読めません。Excel では「CSV UTF-8」で保存してください。"
        raise SettingsError((Mistake(path.name, "", reason),)) from error
    if not rows or rows[0] != _COLUMNS:
        raise SettingsError((Mistake(path.name, "1", f"見出しは {','.join(_COLUMNS)} としてください。"),))
    body = [(line, [cell.strip() for cell in row]) for line, row in enumerate(rows[1:], 2) if any(row)]
    mistakes = tuple(
        Mistake(path.name, str(line), reason) for line, row in body for reason in _wrong(row, survey, roster)
    )
    if mistakes:
        raise SettingsError(mistakes)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for _, (lgcode, mailbox, address) in body:
        known = found.get((lgcode, mailbox), ())
        found[(lgcode, mailbox)] = known if address in known else (*known, address)
    return found


def bodies_named(contacts: Contacts) -> Mapping[str, frozenset[str]]:
    """The lgcodes of the bodies whose contact an address is, for each address in lower case."""
    found: dict[str, frozenset[str]] = {}
    for (lgcode, _), addresses in contacts.items():
        for address in addresses:
            found[address.lower()] = found.get(address.lower(), frozenset()) | {lgcode}
    return found


def _wrong(row: list[str], survey: Survey, roster: Roster) -> Iterator[str]:
    if len(row) != len(_COLUMNS):
        yield "列は３つです。"
        return
    lgcode, mailbox, address = row
    if roster.by_code(lgcode) is None:
        yield "団体コード（lgcode）が団体一覧にありません。"
    if mailbox not in {m.id for m in survey.mailboxes}:
        yield "提出先（mailbox）がこの調査にありません。"
    if not _ADDRESS.fullmatch(address):
        yield "アドレス（address）の形が正しくありません。"
