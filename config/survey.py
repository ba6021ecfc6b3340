"""The shapes of a survey: of whom is asked what (form.py), where to, and by when.

Frozen values only. Nothing here reads a file (`load.py` does), knows the clock or decides anything.
A survey is passed as a parameter and never kept as an importable global.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Literal, TypeVar, get_args

from msgspec import Meta

from config import naming
from config.faq import Faq
from config.form import Form
from config.kinds.kind import Attribute
from config.mails import Mails, with_table
from config.numbering import PLAIN, question_name
from config.services import Services
from config.shape import BodyKind, RosterKind, Severity, Shape

OwnPart = Literal["demanded", "welcome", "none"]
Previous = Mapping[tuple[str, str], Mapping[str, str]]  # (lgcode, program) -> key of a question -> what stood there


class Mailbox(Shape):
    """提出先: one mailbox of the ministry (notice 記２ and 記５)."""

    id: str
    item: str  # the notice's own number, e.g. "①"
    address: str
    section: str  # 担当係, as printed in the notice
    telephone: str
    receipt_prefix: str  # first character(s) of its receipt numbers


class Program(Shape):
    """制度等: one subject of the survey; `choice` is its entry in the form's drop-down list."""

    id: str
    name: str
    choice: str
    mailbox: str
    form: str
    extension: str  # 内線
    names: tuple[str, ...] = ()  # further spellings met in subjects and file names


class Duty(Shape):
    """提出義務: bodies of these kinds answer this program.

    `collected` is "municipalities" (all bodies that the prefecture collects), "none", or the lgcodes of
    the only bodies collected, each by its own prefecture. `deadline` and `correct_by`: these respondents' own, where they
    have less time than the survey's last.
    """

    program: str
    respondents: tuple[RosterKind, ...]
    own: OwnPart
    collected: Literal["municipalities", "none"] | tuple[str, ...] = "none"
    deadline: datetime | None = None
    correct_by: datetime | None = None


class Convention(Shape):
    """記３: subject and file name are 【name】text, or whatever `pattern` says (`config.naming`)."""

    pattern: str = naming.PLAIN
    text: str
    placeholder: str  # what the notice prints where the name belongs; left in by mistake
    code_placeholder: str = "団体コード"  # what it prints where the code belongs
    skip: tuple[str, ...] = ()  # bracketed words that are no names: 差替え, 再送 …
    replaces: tuple[str, ...] = ()  # those words that mean: this takes the place of what came before
    samples: tuple[str, ...] = ()  # how sheets and files are called that show how to fill in: 記入例, 見本 …

    @property
    def coded(self) -> bool:
        """Whether the body's code stands beside its name."""
        return any(name == "code" for _, name in naming.parts_of(self.pattern))

    def written(self, name: str = "", lgcode: str = "") -> str:
        """What a subject or a file (without .xlsx) is to be called; without a name or a code as the notice prints it."""
        values = {"name": name or self.placeholder, "code": lgcode or self.code_placeholder, "text": self.text}
        return naming.write(self.pattern, values)


class Polling(Shape):
    """From this instant on, look into the mailboxes every so many seconds."""

    start: datetime
    every_seconds: int


class ReportTimes(Shape):
    """When reports are made: every day at `daily` (JST), on the day of a deadline every so many minutes from then
    on, and at the deadline."""

    daily: time
    last_day_every_minutes: Annotated[int, Meta(ge=1)] = 60


class TodayTimes(Shape):
    """When the operators are told by mail how many things wait for them: every working day at `daily`, and on the day of
    a deadline at `last_day` as well (JST)."""

    daily: time
    last_day: time | None = None


class Calendar(Shape):
    """Instants (JST) at which the worker acts, and the days on which nobody works."""

    holidays: tuple[date, ...]
    polling: tuple[Polling, ...]
    reminders: tuple[datetime, ...]
    reports: ReportTimes | None = None
    today: TodayTimes | None = None  # None: no such mail
    report_mails: tuple[datetime, ...] = ()  # when prefectures get their report by mail; the deadline: the closing one
    greeting: datetime | None = None  # when respondents are told that automatic replies begin
    thanks: datetime | None = None  # when those that are complete are thanked
    past_deadline: tuple[datetime, ...] = ()  # when those still open after the letter at the deadline get another


class Passwords(Shape):
    """Locked files: whether the password that follows in another mail (PPAP) is awaited and used, and for how
    long before an unlocked file is asked for. `accept = false`: it is asked for at once."""

    accept: bool = False
    wait_hours: Annotated[int, Meta(ge=1, le=240)] = 24


class PartsWait(Shape):
    """How long the mails of one submission （1/3）（2/3）… wait for each other, after the last one that came."""

    wait_minutes: Annotated[int, Meta(ge=1, le=1440)] = 60


class Trust(Shape):
    """What a mail may do by what proves it (docs/proof.ja.md)."""

    contacts: Literal["body", "checked"] = "body"  # the proof from which on an address gets reports and reminders


MUNICIPALITIES = "管内市町村"
EXAMPLES = "（指定都市・中核市など）"  # of who answers by himself
Role = Literal["collector", "member", "collected", "code"]


class Phrases(Shape):
    """Wording that only this survey uses; the letters' templates hold none of it."""

    ministry: str  # sender's name above the section
    mail_title: str  # what the survey is called in a subject line or a sentence
    notice: str  # how the notice is cited
    via_prefecture: str = ""  # whom municipalities ask
    collector: str = ""  # who collects, in the survey's own word: 教育委員会
    member: str = ""  # … whose answers are collected: 学校
    collected: str = MUNICIPALITIES  # … and all of those together: 所管の学校
    not_owed: str = ""  # what is added where a body sent what it was not asked for
    by_mail: str = ""  # how inquiries are wished for
    through_prefecture: str = ""  # to a municipality that wrote directly: what to do, in one line …
    through_prefecture_why: str = ""  # … and where the notice says so
    greeting_share: str = ""  # with whom the greeting asks to share it
    originals_why: str = ""  # before a request for single municipalities' own sheets: where the notice says so
    mends: dict[str, str] = {}  # finding code -> what this survey adds to how it is mended


class Survey(Shape):
    """調査: one notice, whole. Times are JST (+09:00)."""

    id: str
    title: str
    deadline: datetime
    correct_by: datetime | None = None  # until when what came in time is to be mended; None: as soon as possible
    counts_as_in_time: bool = True  # a mended version of what came in time counts as in time
    tells_changes: bool = False  # a letter says which answers differ from the version before
    quiet_after: datetime | None = None  # from then on nothing goes out by itself but receipts
    wrong_mailbox: Literal["transfer", "resend"]
    mails: Mails = Mails()
    services: Services = Services()
    words: tuple[str, ...] = ()  # of which one stands in whatever is about this survey; none: everything may be
    phrases: Phrases
    mailboxes: tuple[Mailbox, ...]
    programs: tuple[Program, ...]
    duties: tuple[Duty, ...]
    attributes: tuple[Attribute, ...] = ()
    attributes_form: str = ""  # the form on which 属性 means something
    convention: Convention
    calendar: Calendar
    receiving_hosts: tuple[str, ...] = ()  # servers that write Received lines on our side: hosts, or domains
    passwords: Passwords = Passwords()
    parts: PartsWait = PartsWait()
    trust: Trust = Trust()
    faq: tuple[Faq, ...] = ()  # from faq.toml
    severities: dict[str, Severity] = {}  # finding code -> severity, over the catalogue's default
    roster: str = ""  # the survey's own bodies, a CSV file in its folder; none: the municipalities of the program's
    previous: str = ""  # last year's values, a CSV file in its folder (`config.previous`)
    shows_previous: bool = False  # whether forms made for one body show them beside the questions
    forms: tuple[Form, ...]
    _previous: Previous = {}

    def last_year(self, lgcode: str, program: str) -> Mapping[str, str]:
        """What a body answered last year about a program, by the key of the question; empty where it is not known."""
        return self._previous.get((lgcode, program), {})

    def after(self, values: Previous) -> Survey:
        """The survey with last year's values, as they were read from its folder."""
        return self.changed({"_previous": values})

    @classmethod
    def prepared(cls, data: Any) -> Any:
        return with_table(data) if isinstance(data, dict) else data

    @property
    def numbering(self) -> str:
        """How the questions of its forms are called (`config.numbering`)."""
        return next((form.numbering for form in self.forms), PLAIN)

    def question_name(self, key: str) -> str:
        """How the question with this key is called: Q7-4."""
        return question_name(key, self.numbering)

    @property
    def deadlines(self) -> tuple[datetime, ...]:
        """Every deadline that it sets for somebody, the first one first."""
        return tuple(sorted({duty.deadline or self.deadline for duty in self.duties})) or (self.deadline,)

    @property
    def mended_by(self) -> datetime:
        """The day that mending is given after the deadline: `correct_by`, or none beyond the deadline itself."""
        return self.correct_by or self.deadline

    @property
    def open_services(self) -> Services:
        """What senders may ask for: the words of a service whose letter does not go out ask for nothing."""
        return Services(
            pre_check=self.services.pre_check if self.mails.pre_check != "off" else (),
            collation=self.services.collation if self.mails.collation != "off" else (),
        )

    def word(self, role: Role, usual: str) -> str:
        """What people call who collects, whose answer is collected, all of those, and a body's code: `usual` where local
        governments answer and the survey has no word of its own."""
        phrases, whole = self.phrases, self.phrases.collected
        own = {
            "collector": phrases.collector,
            "member": phrases.member,
            "collected": "" if whole == MUNICIPALITIES else whole,
            "code": self.convention.code_placeholder,
        }
        return own[role] or (self._usual_of_own[role] if self.roster else usual)

    def in_its_words(self, sentence: str) -> str:
        """A sentence of ours on prefectures that collect the answers of municipalities, in this survey's words."""
        usual: tuple[tuple[Role, str], ...] = (("member", MUNICIPALITIES), ("member", "市町村"), ("collector", "都道府県"))
        for role, word in usual:
            sentence = sentence.replace(word, self.word(role, word))
        return sentence.replace(EXAMPLES, "") if self.roster else sentence

    @property
    def _usual_of_own(self) -> Mapping[Role, str]:
        """The usual words of a survey with a roster of its own."""
        collecting = [duty for duty in self.duties if duty.collected not in ("none", ())]
        kinds = dict.fromkeys(kind for duty in collecting for kind in duty.respondents if kind not in get_args(BodyKind))
        return {"collector": "・".join(kinds) or "都道府県", "member": "団体", "collected": "所管の団体"}

    def is_quiet(self, at: datetime) -> bool:
        """Whether nothing goes out by itself any more but receipts."""
        return self.quiet_after is not None and at >= self.quiet_after

    def mailbox_name(self, id: str) -> str:
        """A mailbox as people know it: ①（n_mynumber@example.go.jp）; the id itself where there is none of that name."""
        return next((f"{m.item}（{m.address}）" for m in self.mailboxes if m.id == id), id)

    def mailbox(self, id: str) -> Mailbox:
        """The mailbox with this id; KeyError if there is none."""
        return _by_id(self.mailboxes, id)

    def program(self, id: str) -> Program:
        """The program with this id; KeyError if there is none."""
        return _by_id(self.programs, id)

    def form(self, id: str, version: str = "") -> Form:
        """The form with this id (and version; else the newest one listed); KeyError if there is none."""
        fitting = [f for f in self.forms if f.id == id and version in ("", f.version)]
        if not fitting:
            raise KeyError(id)
        return fitting[-1]


T = TypeVar("T", Mailbox, Program)


def _by_id(values: tuple[T, ...], id: str) -> T:
    for value in values:
        if value.id == id:
            return value
    raise KeyError(id)
