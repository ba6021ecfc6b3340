"""Letters of ours as people see them: to whom, what became of them, and the whole text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from email import message_from_bytes, policy

from config.frozen import frozen
from config.jst import in_jst
from replies.wording import load_wording
from routing.ledger import correspondence, resending, wordings
from routing.ledger.correspondence import LetterRecord
from routing.ledger.wordings import Approved
from routing.office import Office

_ABOUT_A_MAIL = frozenset({"answer", "forward", "told_direct"})
_WAITS = frozenset({"queued", "sending", "later", "lost"})


@frozen
class LetterRow:
    """One letter in a listing: `title` 【受付】; `state` a name, `said` what became of it; `waits`: it is still to leave,
    not before `letter.leaves_at`; `signed`: by whom and when its wording was approved."""

    letter: LetterRecord
    title: str
    body_name: str
    state: str
    said: str
    waits: bool
    signed: str

    @property
    def receipt(self) -> str:
        """The receipt number of the mail that it answers or is about, without what its own number has behind that; empty
        of a notice that no mail called for."""
        about_a_mail = self.letter.arrival_id or self.letter.kind in _ABOUT_A_MAIL
        return "-".join(self.letter.number.split("-")[:3]) if about_a_mail else ""


@frozen
class WholeLetter:
    """One letter with its text as the recipient reads it, and the names of what is attached. `text` is empty where it
    was erased."""

    row: LetterRow
    text: str
    attached: tuple[str, ...]
    delivered_to: str  # where it goes in truth: the operators, in a rehearsal


def letter_rows(office: Office, letters: Iterable[LetterRecord]) -> list[LetterRow]:
    """These letters as they are listed."""
    approvals = wordings.approvals(office.ledger)
    return [_row(office, letter, approvals) for letter in letters]


def refused_letters(office: Office) -> list[LetterRow]:
    """Those that the server refused, however long ago, and that can be sent once more as they are."""
    found = (correspondence.letter(office.ledger, r.outbox_id) for r in resending.refused(office.ledger, office.clock()))
    return letter_rows(office, (letter for letter, _ in filter(None, found)))


def whole_letter(office: Office, id: int) -> WholeLetter | None:
    """One letter by its number in the outbox; None if there is none."""
    found = correspondence.letter(office.ledger, id)
    if found is None:
        return None
    return letter_of(office, *found)


def letter_of(office: Office, letter: LetterRecord, data: bytes) -> WholeLetter:
    """One letter that is at hand, whole; `data`: its bytes as they are sent."""
    text, attached, to = _read(data)
    return WholeLetter(letter_rows(office, [letter])[0], text, attached, to)


def whole_letters_to(office: Office, arrival_id: int) -> tuple[WholeLetter, ...]:
    """Every letter to one mail, the oldest first."""
    ids = [letter.id for letter in correspondence.letters_to(office.ledger, arrival_id)]
    return tuple(whole for whole in (whole_letter(office, id) for id in ids) if whole is not None)


def _row(office: Office, letter: LetterRecord, approvals: Mapping[tuple[str, str], Approved]) -> LetterRow:
    wording = load_wording().of(office.register.survey)
    state = "to_release" if letter.to_release else "waiting" if letter.state == "queued" else letter.state
    return LetterRow(
        letter=letter,
        title=wording.subject.get(letter.kind, letter.kind),
        body_name=office.register.full_name(letter.respondent),
        state=letter.state,
        said=wording.screen.get(f"letter_{state}") or wording.screen.get(f"posting_{state}", state),
        waits=letter.leaves_at is not None and letter.state in _WAITS,
        signed=_signed(letter, approvals),
    )


def _signed(letter: LetterRecord, approvals: Mapping[tuple[str, str], Approved]) -> str:
    if not letter.wording:
        return ""
    words, found = load_wording().screen, approvals.get((letter.kind, letter.wording))
    if found is None or found.at > letter.written_at:
        return words["wording_unapproved"].format(hash=letter.wording)
    return words["wording_approved"].format(hash=letter.wording, by=found.by, day=f"{in_jst(found.at):%Y-%m-%d}")


def _read(data: bytes) -> tuple[str, tuple[str, ...], str]:
    """(text, names of attachments, recipient) of a letter that this program wrote."""
    if not data:
        return "", (), ""
    mail = message_from_bytes(data, policy=policy.default)
    body = mail.get_body(("plain",))
    text = str(body.get_content()).replace("\r\n", "\n") if body is not None else ""
    names = tuple(part.get_filename() or "" for part in mail.iter_attachments())
    return text, names, str(mail.get("To", ""))


def day_letters(office: Office, start: datetime, end: datetime, mailboxes: tuple[str, ...] = ()) -> list[LetterRow]:
    """The letters of which something became in this time, the newest first; of these mailboxes (none named: of all)."""
    return letter_rows(office, correspondence.letters_between(office.ledger, start, end, mailboxes))
