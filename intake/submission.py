"""What came: the frozen shapes that one mail becomes. They cross the reader child's pipe as JSON.

Nothing here decides, remembers or speaks; values are what was read, before any judgement about a body.
"""

from __future__ import annotations

from typing import Literal

from config.frozen import frozen
from config.services import Service
from intake.finding import Finding

MailKind = Literal["submission", "reply", "inquiry", "auto_reply", "bounce", "receipt", "list", "own"]
FileKind = Literal["answer_sheet", "collated_list", "other"]
ClaimShape = Literal["as_asked", "deviates", "placeholder", "absent"]
MatchStatus = Literal["found", "ambiguous", "unknown", "absent"]
Theme = Literal["survey", "perhaps", "unclear", "other"]
Amends = Literal["", "withdrawal", "correction"]
# Where several surveys share a mailbox: it is ours; ours and another's, each of its own forms; nobody's in particular,
# so that the desk whose survey ends first writes: we, or another; another's alone.
Authors = Literal["one", "several", "unclear"]
WhoseDesk = Literal["ours", "both", "first", "second", "other"]
FormOf = Literal["ours", "several", "other"]


@frozen
class Address:
    """A mailbox of RFC 5322 §3.4: display name (decoded) and addr-spec."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part behind the last @, in lower case; empty if there is none."""
        return self.address.rpartition("@")[2].lower()


@frozen
class Defect:
    """Something in the mail's bytes that was not as the RFCs want it: where, and how it was read."""

    where: str  # "Subject", "body", "1.2 filename"
    what: str  # "no declaration; read as cp932"


@frozen
class Message:
    """What the header and the displayed text say. `references` oldest first; ids with their < >. `authors`: From names
    one address, several of one house, or so that nobody can tell whose mail it is: in two fields (RFC 5322 §3.6 allows
    one) or of several houses. `sender` is then the first."""

    message_id: str
    subject: str
    sender: Address | None
    reply_to: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    in_reply_to: str
    references: tuple[str, ...]
    date: str  # Date header, undecoded; never trusted as the time of receipt
    body: str
    defects: tuple[Defect, ...] = ()
    authors: Authors = "one"


@frozen
class NameMatch:
    """The roster's answer to a name: one lgcode, several, or near ones (もしかして)."""

    status: MatchStatus
    lgcodes: tuple[str, ...] = ()
    near: tuple[str, ...] = ()

    @property
    def lgcode(self) -> str:
        """The one body found, else an empty string."""
        return self.lgcodes[0] if self.status == "found" else ""


ABSENT = NameMatch("absent")


@frozen
class Claim:
    """What a subject or a file name says of the body: 【name】text (notice 記３). `programs` are the ids of
    programs whose name stands in it; `replaces`: it carries a word like 差替え."""

    text: str
    shape: ClaimShape
    name: str = ""
    match: NameMatch = ABSENT
    programs: tuple[str, ...] = ()
    replaces: bool = False


NO_CLAIM = Claim("", "absent")


@frozen
class FieldValue:
    """One line of 回答者情報 as filled in: value with outer white space stripped, and its cell."""

    key: str
    value: str
    cell: str


@frozen
class Answer:
    """The answer to one question. `value` raw; `canonical`: what it was understood as ("2", "1,3", "2024-03"); `number`
    of the choice taken and `marks` circled, as earlier versions of the program knew them alone; `texts` the free texts by
    key."""

    question: str
    value: str
    cell: str
    number: int | None = None
    marks: tuple[int, ...] = ()
    texts: tuple[FieldValue, ...] = ()
    canonical: str = ""

    @property
    def taken(self) -> tuple[int, ...]:
        """The numbers of the choice and of the lines taken."""
        return self.marks if self.number is None else (self.number,)

    @property
    def understood(self) -> str:
        """The canonical value, also of what an earlier version of the program read."""
        return self.canonical or ",".join(map(str, self.taken))


@frozen
class AnswerSheet:
    """回答シート: one filled 「様式」. `program` is the id that 制度等 names, or empty; `body` is what the
    roster says to 組織名; `alerts` the keys of questions whose choice the operators must hear of."""

    sheet: str
    form: str
    version: str
    program: str
    body: NameMatch
    fields: tuple[FieldValue, ...]
    answers: tuple[Answer, ...]
    findings: tuple[Finding, ...]
    alerts: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()  # questions with such a choice whose answer is struck out, or lies under a drawing
    elsewhere: tuple[str, ...] = ()  # cells with a text that belongs to no question, as it may be the one that is wanted
    outlines_wanted: tuple[str, ...] = ()  # questions whose text may come as a supporting file, cell empty
    attributes: tuple[int, ...] = ()  # numbers of the screenings that 属性 names; empty = all
    row: int = 0  # of a collated list; 0: a sheet of its own

    def field(self, key: str) -> str:
        """The value of one field; empty if the sheet has none."""
        return next((f.value for f in self.fields if f.key == key), "")


@frozen
class FileReading:
    """One attachment: what it is, what its name claims, the sheets found in it, and findings about the
    file itself. `position` is the leaf's place in the mail, from 1."""

    position: int
    filename: str
    size: int
    sha256: str
    kind: FileKind
    claim: Claim
    sheets: tuple[AnswerSheet, ...] = ()
    findings: tuple[Finding, ...] = ()
    looks_like_workbook: bool = False  # a spreadsheet by bytes or by name: somebody meant it as a form
    personal: tuple[str, ...] = ()  # places ("様式!E5") where a My Number seems to stand
    returned: bool = False  # it stands inside the part that a bounce returns
    attached: bool = True  # a person attached it; False: a signature, a picture within the text
    locked: bool = False  # encrypted, and none of the passwords at hand opened it
    form_of: FormOf = "ours"  # whose form it is, where several surveys share the mailbox


@frozen
class Authentication:
    """One Authentication-Results field (RFC 8601): who says so (authserv-id), and the result of each method
    in lower case ("pass", "fail", "none" …); empty where it says nothing of that method. `compauth` is what
    Microsoft 365 concludes. Domains, in lower case: `mail_from` of the envelope that SPF was asked about,
    `signed_by` of the signatures that hold, `header_from` of the From that DMARC was asked about. Anybody may
    write such a field: whether the server is to be believed is for routing."""

    server: str
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    compauth: str = ""
    mail_from: str = ""
    signed_by: tuple[str, ...] = ()
    header_from: str = ""


def place_in(position: int, place: str) -> str:
    """A place in a file as one in its mail: 「添付2：様式!E5」."""
    return f"添付{position}：{place}"


@frozen
class Submission:
    """One mail, read. For a bounce, `action` is the DSN's ("failed", "delayed"; RFC 3464) and `returned_to` are the
    addresses to which it says that the letter went, in lower case. `answers`: the Message-ID of the mail that it
    returns or answers."""

    kind: MailKind
    message: Message
    claim: Claim
    files: tuple[FileReading, ...] = ()
    findings: tuple[Finding, ...] = ()
    action: str = ""
    answers: str = ""
    signs: tuple[str, ...] = ()  # why this kind: "Auto-Submitted: auto-replied", …
    no_reply: tuple[str, ...] = ()  # why no automatic mail may answer it, though it is taken in
    personal: tuple[str, ...] = ()  # places (件名, 本文) where a My Number seems to stand
    passwords_told: bool = False  # a password stands in its text; it is masked in `message`, and kept nowhere
    part: tuple[int, int] | None = None  # （1/3）: which part of how many; how many is 0 where it is not said
    asks: bool = False  # beyond greeting and signature, the text asks something
    amends: Amends = ""  # a mail without a file that withdraws or corrects an answer in words
    authentication: tuple[Authentication, ...] = ()  # topmost, that is last added, first
    returned_to: tuple[str, ...] = ()
    too_heavy: bool = False  # a bounce says that the letter was too large, or that its attachment was refused
    allowed: int = 0  # how many places the reader was told of that officials had said to hold no My Number
    says: tuple[str, ...] = ()  # why a person should read a mail without a file: reasons of phrases.toml, or "other"
    numbers: tuple[str, ...] = ()  # what looks like a number of a letter of ours in it; proves nothing
    links: tuple[str, ...] = ()  # addresses from which a file is to be fetched, without scheme: for operators' eyes
    theme: Theme = "survey"  # whether it is about this survey; "perhaps" where only general words speak for it,
    # "unclear" where something is said or closed that may be about anything
    awaits_scan: bool = False  # Defender still looks at a file, and will put it in its place
    desk: WhoseDesk = "ours"  # whose mail it is, where several surveys share the mailbox
    service: Service = ""  # what its subject asks for, beside taking it in
    reached_at: str = ""  # when a server of ours first had it, by its own Received line; ISO 8601, JST

    @property
    def tells_password_only(self) -> bool:
        """Whether the mail tells a password and brings nothing else: no file, no question."""
        answerable = self.kind in ("submission", "reply", "inquiry", "auto_reply")
        return self.passwords_told and answerable and not (self.enclosed or self.asks or self.amends)

    @property
    def enclosed(self) -> tuple[FileReading, ...]:
        """The files that its sender attached: no picture within the text, no gateway's note in place of a file."""
        return tuple(f for f in self.files if f.attached and not f.returned)

    @property
    def has_form(self) -> bool:
        """Whether a form of the survey stands in it, outside any returned part."""
        return any(f.kind != "other" and not f.returned for f in self.files)

    @property
    def alarms(self) -> tuple[str, ...]:
        """Every place in the mail and its files where a My Number or a register seems to stand."""
        return self.personal + tuple(place_in(f.position, place) for f in self.files for place in f.personal)
