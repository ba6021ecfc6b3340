"""The typed, frozen reader of `wording.toml`: what the program says to people, one sentence per code.

It holds no word of any survey (those come from the survey's own files) and decides nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from config.numbering import PLAIN, question_name
from config.patterns import pattern
from config.shape import Shape
from config.survey import Role, Survey
from config.toml_values import made
from intake.finding import Finding, quote

ROLES: tuple[Role, ...] = ("collector", "member", "code")
_ROLE = pattern(r"〔(collector|member|code):([^〔〕]*)〕")  # in wording.toml: a survey's word, or the usual one
_LOCAL = pattern(r"〔local:([^〔〕｜]*)｜([^〔〕｜]*)〕")  # … of local governments, and of a survey's own bodies


class Saying(Shape):
    """What is said of a finding. `sentence` is what was noticed, `mend` how to mend it; both may hold
    {found} {expected} {label} {question} {list_sheet}. `blank`: nothing found means an empty cell. `quote` is false where
    `found` must never be repeated (free texts) or says nothing to a reader. `as_hint` is said instead of
    `mend`, and nothing is expected, where the finding is no error. `if_applies`: where it is
    no error, the sender is to look at it and to send something only if it applies. `by_collector`: of a list's row,
    what only who made the list can mend. `lead`: how a letter begins that asks for nothing else, and `send` how it goes
    on. `attachment`: no answer could be seen, since the file is missing, cannot be opened, or is
    another. `instead`: what it asks for is said instead of all else. `to_sender` is false for what concerns
    operators only."""

    sentence: str
    mend: str
    as_hint: str = ""
    expected: str = ""  # said where the finding itself names nothing
    found_caption: str = ""  # instead of the one in [captions]
    expected_caption: str = ""  # instead of the one in [captions]
    blank: bool = False
    quote: bool = True
    if_applies: bool = False
    by_collector: bool = False
    lead: str = ""
    send: str = ""
    attachment: bool = False
    instead: bool = False
    to_sender: bool = True


class Captions(Shape):
    """The words before a quoted value."""

    found: str
    expected: str


class Telling(Shape):
    """What is said of a condition to the operators: subject, what has happened, and what to do. All may hold
    {mailbox} {since} {minutes} {count} {detail}."""

    subject: str
    sentence: str
    mend: str


class LetterInWords(Shape):
    """A kind of letter for who is to approve it: its name, what makes it go out, to whom, and how often."""

    name: str
    trigger: str
    recipient: str
    frequency: str


class Wording(Shape):
    """`wording.toml`, whole. The keys of each table are the values of a Literal of ours, or finding codes."""

    subject: dict[str, str]  # kind of letter -> 【受付】
    phrase: dict[str, str]  # short pieces that the letters put together
    screen: dict[str, str]  # words of the command line
    next_step: dict[str, str]  # why an item waits for people -> what to do with it
    action: dict[str, tuple[str, str]]  # what officials do at the page -> its button, and a sentence
    access: dict[str, str]  # what somebody looked at or did at the page -> as its log says it
    report: dict[str, str]  # words of the reports, in workbook and page
    captions: dict[str, Captions]  # what a finding is about -> captions
    result: dict[str, str]  # of a file
    pre_check: dict[str, dict[str, str]]  # what replaces results, phrases and remarks where nothing is handed in
    remark: dict[str, str]
    says: dict[str, str]  # what the words of a mail without a file say -> that, and what to do
    state: dict[str, str]  # of an obligation, for operators
    standing: dict[str, str]  # the same states, in a letter to the respondent
    timing: dict[str, str]  # how an answer stands to its deadline
    outcome: dict[str, str]  # of a verdict
    mail_kind: dict[str, str]
    collate: dict[str, str]  # why a file does not stand in a list that we make
    listing: dict[str, str]  # of letters on a collated list
    names: dict[str, str]  # last character of a name -> the group in which it is named
    offer: dict[str, str]  # what a survey does for senders, told where it fits
    revised: dict[str, str]  # what is said where our own check was mended
    versions: dict[str, str]  # what a newer version changes in the one before it
    condition: dict[str, tuple[str, ...]]  # part of a condition -> its endings
    form: dict[str, str]  # of a blank form that helps, beside its cells
    book: dict[str, str]  # of the workbook that goes with a long letter
    export: dict[str, str]  # of the workbook with every answer
    finding: dict[str, Saying]
    alert: dict[str, Telling]  # condition -> what the operators are told
    mail: dict[str, LetterInWords]  # kind of letter -> what people approve
    by_hand: bool = False  # of mail that a human reads and sends
    roles: tuple[str, ...] = ()  # a survey's words for ROLES, where they are not the usual ones; last, its own roster
    list_sheet: str = "一覧用"  # how a survey's forms call the sheet with the row for a list
    numbering: str = PLAIN  # … and their questions

    def of(self, survey: Survey) -> Wording:
        """This wording for one survey: with what the survey and its forms call things."""
        names = "」、「".join(dict.fromkeys(form.list_sheet for form in survey.forms))
        roles = (*(survey.word(role, "") for role in ROLES), survey.roster)
        if (names, survey.numbering, roles) == (self.list_sheet, self.numbering, self.roles):
            return self
        said = self if roles == self.roles else _loaded(self.by_hand, roles)
        return said.changed({"list_sheet": names, "numbering": survey.numbering})

    @property
    def before_handing_in(self) -> Wording:
        """This wording for a letter about what is not handed in yet."""
        said = self.pre_check
        return self.changed({name: getattr(self, name) | said[name] for name in said})

    def asks_instead(self, findings: Iterable[Finding]) -> bool:
        """Whether one of them asks for something in place of all else, so that nothing of the file was taken."""
        return any(self.finding[finding.code].instead for finding in findings)

    def sentence(self, finding: Finding) -> str:
        """What was noticed, in one sentence; KeyError for a code without wording."""
        return self._filled(self.finding[finding.code].sentence, finding)

    def mend(self, finding: Finding) -> str:
        """How to mend it; KeyError for a code without wording."""
        saying = self.finding[finding.code]
        mild = finding.severity != "error" and saying.as_hint
        return self._filled(saying.as_hint if mild else saying.mend, finding)

    def _filled(self, text: str, finding: Finding) -> str:
        """`text` with the finding's values. Values are inserted once and never read as placeholders."""
        question = question_name(finding.question, self.numbering) if finding.question else ""
        label = quote(finding.label) or question
        return text.format(
            found=finding.found, expected=finding.expected, label=label, question=question, list_sheet=self.list_sheet
        )

    def state_of(self, state: str, unbooked: bool, checked_only: bool = False) -> str:
        """A state as screens and reports show it; `unbooked`: all that came could not be booked; `checked_only`: nothing
        came but for a check before handing in."""
        if checked_only and state == "outstanding":
            return self.screen["checked_only"]
        return self.standing["unbooked"] if unbooked and state == "correction" else self.state[state]

    def message(self, finding: Finding) -> str:
        """Question or label, sentence and mend in one line, for a screen; KeyError without wording."""
        about = question_name(finding.question, self.numbering) if finding.question else finding.label
        return (f"{about}：" if about else "") + self.sentence(finding) + self.mend(finding)


def load_wording(by_hand: bool = False) -> Wording:
    """The packaged wording; `by_hand`: of mail that a human reads and sends. A mistake in it is ours:
    ValueError."""
    return _loaded(by_hand, ("", "", "団体コード", ""))


@cache
def _loaded(by_hand: bool, roles: tuple[str, ...]) -> Wording:
    text = Path(__file__).with_name("wording.toml").read_text(encoding="utf-8")
    *told, own = roles
    words: dict[str, str] = dict(zip(ROLES, told, strict=True))
    text = _LOCAL.sub(lambda hit: hit[2 if own else 1], text)
    read = tomllib.loads(_ROLE.sub(lambda hit: _in_toml(words[hit[1]]) or hit[2], text))
    wording = made(Wording, read).changed({"by_hand": by_hand, "roles": roles})
    if not by_hand:
        return wording
    phrase = wording.phrase | {"sent_automatically": wording.phrase["sent_by_hand"]}
    return wording.changed({"phrase": phrase})


def _in_toml(word: str) -> str:
    """A survey's word within a string of TOML that may be a pattern (`str.format`)."""
    return word.translate({ord("{"): "｛", ord("}"): "｝", ord('"'): "”", ord("\\"): "＼"})
