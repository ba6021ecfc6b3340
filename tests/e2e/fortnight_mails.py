"""The mails of the simulated fortnight: their workbooks, and their bytes as the ministry's server delivers them.

A respondent's form is filled as a person would; a list's rows are one row of each kind, read once, under other
names, for filling 1,659 forms would take minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache

from config.roster import Body
from intake.submission import AnswerSheet
from replies.workbooks.collated_list import write_list
from replies.workbooks.form import FillValue
from tests.e2e.office import MAILBOXES
from tests.workbooks.forms_at_hand import COMPLETE, COMPLETE_2, filled, reading, the_survey

XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
TITLE = "マイナンバーアンケート回答"  # notice 記３（１）
# program -> as the form's list has it, form, mailbox (notice 記１, 記２)
PROGRAMS = {
    "nanbyo": ("難病", "form1", "n_mynumber"),
    "shoman": ("小慢", "form1", "n_mynumber"),
    "yobosesshu": ("予防接種", "form1", "yoboseshu"),
    "kenshin": ("自治体検診", "form2", "sukoyaka"),
}
KINDS = {"prefecture": "都道府県", "designated": "指定都市", "core": "中核市"}
# fault -> what is left empty
FAULTS: Mapping[str, Mapping[str, None]] = {
    "": {},
    "telephone": {"telephone": None},
    "q9": {"9": None},
    "both": {"telephone": None, "9": None},
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What one answer in a mail is, by the script: `outcome` is what the desk must make of it (accepted,
    correction, held), `fault` a key of FAULTS. `part`: own or collected."""

    part: str
    body: str
    program: str
    outcome: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail of the script. `at`: when the ministry's server received it; `waits`: it is held as a whole
    and hands nothing in; `by`: the body that sends it; `kind`: what sort of sender (`fortnight_addresses.py`, and
    "colleague in thread", "same address again"); `answers`: the earlier mail whose reply this one answers."""

    at: datetime
    mailbox: str
    by: str
    sender: str
    subject: str
    files: tuple[tuple[str, bytes], ...] = ()
    effects: tuple[Effect, ...] = ()
    waits: bool = False
    header: tuple[str, str] = ("X-Mailer", "Outlook")
    kind: str = ""
    answers: Sent | None = None


def subject_of(name: str) -> str:
    """As the notice asks for it."""
    return f"【{name}】{TITLE}"


def sheet(body: Body, program: str, fault: str = "", version: int = 1) -> bytes:
    """One body's answer sheet."""
    choice, form, _ = PROGRAMS[program]
    values: dict[str, FillValue | None] = {
        "program": choice,
        "kind": KINDS.get(body.kind, "市区町村"),
        "organisation": body.lgcode[:2] + body.full_name,
        "department": f"健康福祉部第{version}課",
        **FAULTS[fault],
    }
    if body.kind == "prefecture":
        values |= {"1-1": None, "1-2": 1}  # the one is asked of municipalities, the other of prefectures
    return filled(values, COMPLETE_2 if form == "form2" else COMPLETE, form)


@cache
def _row(program: str, fault: str) -> AnswerSheet:
    """A municipality's answers, as they are read from its sheet."""
    choice, form, _ = PROGRAMS[program]
    own: dict[str, FillValue | None] = {
        "program": choice,
        "kind": "市区町村",
        "organisation": "14神奈川県葉山町",
        **FAULTS[fault],
    }
    return reading(filled(own, COMPLETE_2 if form == "form2" else COMPLETE, form)).sheets[0]


def collated(bodies: Sequence[Body], program: str, faults: Mapping[str, str], version: int = 1) -> bytes:
    """A list of these municipalities; `faults` by lgcode."""
    rows = [_named(_row(program, faults.get(b.lgcode, "")), b, version) for b in bodies]
    return write_list(rows, the_survey().form(PROGRAMS[program][1]), the_survey())


def _named(row: AnswerSheet, body: Body, version: int) -> AnswerSheet:
    texts = {"organisation": body.lgcode[:2] + body.full_name, "department": f"健康福祉部第{version}課"}
    return replace(row, fields=tuple(replace(f, value=texts.get(f.key, f.value)) for f in row.fields))


def message_id(number: int) -> str:
    """Of the mail of that number."""
    return f"<{number}@mail.example.lg.jp>"


def raw(sent: Sent, number: int, in_reply_to: str = "") -> bytes:
    """The mail's bytes, the server's Received line on top, by which a Maildir tells the time of receipt.
    `in_reply_to`: Message-ID of a letter of ours."""
    message = EmailMessage(policy=SMTP)
    message["Received"] = (
        f"from mail.example.lg.jp by mx.mhlw.go.jp with ESMTP id {number}; {format_datetime(sent.at)}"
    )
    message["From"] = f"担当　一郎 <{sent.sender}>"
    message["To"] = MAILBOXES[sent.mailbox]
    message["Subject"] = sent.subject
    message["Message-ID"] = message_id(number)
    message["Date"] = format_datetime(sent.at)
    message[sent.header[0]] = sent.header[1]
    if in_reply_to:
        message["In-Reply-To"] = in_reply_to
    message.set_content("標記についてお送りいたします。\n")
    for name, data in sent.files:
        message.add_attachment(data, maintype=XLSX[0], subtype=XLSX[1], filename=name)
    return message.as_bytes()
