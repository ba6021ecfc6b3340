"""The shapes of what we say: routing fills them, `render.py` turns them into mail. No decision here."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from config.frozen import frozen
from config.survey import Mailbox
from intake.finding import Finding
from replies.letter_kinds import LetterKind

FileResult = Literal["accepted", "correction", "held", "kept", "partial", "elsewhere"]


@frozen
class Attachment:
    """A document that goes with a letter: its file name (.xlsx, or .eml of a mail as it came) and its bytes."""

    filename: str
    content: bytes


@frozen
class RowBlock:
    """One municipality of a collated list: its row on the sheet, and what became of it. A municipality may
    have several rows (属性). `lgcode` is empty where the row does not tell whose it is."""

    lgcode: str
    name: str  # 横須賀市
    row: int
    result: FileResult
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()


@frozen
class FileBlock:
    """One attachment: its name (empty: the mail itself), what it was taken for, and what became of it.

    `remark` is a key of wording.toml's [remark] table: original, supporting, not_owed, stands, late …"""

    filename: str
    form_title: str  # 別添１
    program: str  # 予防接種
    body: str  # 神奈川県相模原市
    result: FileResult
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()
    rows: tuple[RowBlock, ...] = ()  # of a collated list, by code; then `findings` are about the list itself
    attributes: tuple[str, ...] = ()  # 属性: the screenings that it is about; none: all
    stood: tuple[str, datetime] | None = None  # receipt number and time of the accepted answer before it
    since: tuple[str, datetime, tuple[str, ...]] | None = None  # of the version before it, and what differs (Q7-2, a label)


@frozen
class OwedProgram:
    """What the respondent still owes: a program's name, and in which state it is (status --json's words). Of what it
    collects from `total` bodies, `missing` names those of which nothing was accepted, among them `asked`, which are to
    mend something, `held`, which wait for us, and `to_replace`, of which something came that could not be booked. `own`:
    the state of its own answer, where that is owed beside them (or "unbooked"); `address`: where to send; `unbooked`:
    all that came of it could not be booked; `due`: its deadline, where it is ahead and the respondent's programs differ."""

    program: str
    state: str
    missing: tuple[str, ...] = ()
    total: int = 0
    asked: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    own: str = ""
    address: str = ""
    to_replace: tuple[str, ...] = ()
    unbooked: bool = False
    due: datetime | None = None

    @property
    def word(self) -> str:
        """The key of wording.toml's [standing] under which its state is told."""
        return "unbooked" if self.unbooked and self.state == "correction" else self.state

    @property
    def groups(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(state, names) of the missing, those of which nothing has come first; no name twice, no group empty."""
        waiting = {*self.asked, *self.held, *self.to_replace}
        nothing = tuple(name for name in self.missing if name not in waiting)
        found = (
            ("outstanding", nothing), ("unbooked", self.to_replace), ("correction", self.asked), ("held", self.held)
        )  # fmt: skip
        return tuple((state, names) for state, names in found if names)


@frozen
class PartsBlock:
    """A submission sent in several mails: which of how many this one is (`total` 0: not said), what came, under
    which receipt numbers, what did not; `open`: the rest is awaited, and nothing is called missing yet."""

    number: int
    total: int
    received: tuple[int, ...]
    missing: tuple[int, ...]
    receipts: tuple[str, ...]
    open: bool


@frozen
class PassedTo:
    """The section to which something was passed on, whom to ask from now on: its mailbox, and (program name, 内線) of what
    was passed on."""

    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]


@frozen
class Letter:
    """One reply. `addressee` is the body's name, its honorific from the roster (貴県, 貴市 …); times JST."""

    kind: LetterKind
    receipt: str
    received_at: datetime
    late: bool
    after_deadline: bool  # written after the deadline: correct_by is printed, if there is one
    mailbox: Mailbox
    extensions: tuple[tuple[str, str], ...]  # (program name, 内線)
    addressee: str  # 神奈川県; empty if not known
    department: str  # 担当部署名 from the form, else empty
    honorific: str  # 貴県
    subject: str  # of the mail that is answered
    findings: tuple[Finding, ...]  # about the mail itself: subject, missing file
    files: tuple[FileBlock, ...]  # a duplicate: those of the first of which something is still to be mended
    owed_here: tuple[OwedProgram, ...]
    owed_elsewhere: tuple[OwedProgram, ...]
    passed_to: tuple[PassedTo, ...] = ()  # wrong mailbox, transfer
    asked_before: str = ""  # receipt number of an earlier request of which a point is still open
    first_receipt: str = ""  # a duplicate: the receipt number of the first
    deadline: datetime | None = None  # extended for this respondent; None: the survey's own
    correct_by: datetime | None = None  # the reader's own day for mending; None: the survey's
    due_passed: bool = False  # written after correct_by as well: no day is named any more
    parts: PartsBlock | None = None
    time_open: bool = False  # an official has still to say which of two times of receipt counts
    mended: bool = False  # received after the deadline, in place of what was handed in before it
    in_extension: bool = False  # received after the survey's deadline and before the extended one
    last_hours: bool = False  # written so shortly before the deadline that a mended file may not make it
    password_until: datetime | None = None  # something is locked, and its password is awaited until then
    password_missed: datetime | None = None  # … and was awaited until then, in vain
    password_failed: bool = False  # one was told, and opened nothing
    question: bool = False  # its text asks something, which an official will answer
    last_today: bool = False  # the caps allow no further automatic mail today
    municipality: bool = False  # the reader is one that answers through its prefecture
    direct: bool = False  # … and wrote to us directly
    revised: bool = False  # written because we mended our check, and not for anything that its reader did
    standing_told: bool = True  # what the body still owes is told; False: too little proves who asks
    quotes: bool = True  # its reader has sent us a form: words of his mail are repeated


@frozen
class Thread:
    """Where the reply belongs: ids with their < >, oldest first (RFC 5322 §3.6.4)."""

    in_reply_to: str
    references: tuple[str, ...]


@frozen
class Envelope:
    """Who writes to whom, and under which Message-ID. `attempt_key` is the outbox's unique key."""

    sender_name: str
    sender: str
    recipient: str
    message_id: str
    thread: Thread
    date: datetime
    receipt: str
    rehearsal_for: str = ""  # rehearse mode: to whom it would have gone
    answers: bool = True  # False: it answers no mail (Auto-Submitted: auto-generated, RFC 3834 §5)
    by_hand: bool = False  # a person wrote it: no Auto-Submitted, and an absence may be told
