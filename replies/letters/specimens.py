"""One example of every kind of letter, for people who are to approve them: a survey's own words, and made-up facts.

Values in, letters out. No mail of a real body is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, get_args

from config.form import Form, Question
from config.frozen import frozen, replace
from config.roster import Body, Roster
from config.survey import Mailbox, Program, Survey
from intake.finding import Finding
from replies.form_layout import layout
from replies.letter import (
    Attachment,
    FileBlock,
    Letter,
    OwedProgram,
    PartsBlock,
    PassedTo,
    RowBlock,
)
from replies.letter_kinds import TRAITS, AnyLetterKind, LetterKind
from replies.letters.alert import Alert, render_alerts
from replies.letters.extension import ExtensionLetter, render_extension
from replies.letters.greeting import Greeting, render_greeting
from replies.letters.my_number import MyNumberLetter, render_my_number
from replies.letters.past_deadline import PastDeadline, render_past_deadline
from replies.letters.reminder import Reminder, render_reminder
from replies.letters.render import Rendered, render_letter
from replies.letters.replaced import ReplacedLetter, render_replaced
from replies.letters.report_mail import ReportLetter, render_report_mail
from replies.letters.request import OriginalRequest, render_request
from replies.letters.thanks import Accepted, Thanks, render_thanks
from replies.letters.told_body import ToldBody, render_told_body
from replies.letters.told_direct import ToldDirect, render_told_direct
from replies.reports.data import OpenCorrection
from replies.wording import Wording

_NUMBER = "{prefix}{at:%m%d}-0000-0000"


@frozen
class Specimens:
    """What the examples are made of: to whom they are addressed (`body`) about which program, and a municipality that it
    collects."""

    survey: Survey
    roster: Roster
    body: Body
    collected: Body
    program: Program
    wording: Wording

    @property
    def mailbox(self) -> Mailbox:
        """The mailbox to which the specimen's answers go."""
        return self.survey.mailbox(self.program.mailbox)

    @property
    def received(self) -> datetime:
        """A day before the deadline."""
        return self.survey.deadline - timedelta(days=1, hours=3)

    @property
    def receipt(self) -> str:
        """A receipt number."""
        return _NUMBER.format(prefix=self.mailbox.receipt_prefix, at=self.received)


def specimens(of: Specimens) -> Mapping[AnyLetterKind, Rendered]:
    """The examples, by kind."""
    own = _particulars(of)
    replies: Iterator[LetterKind] = iter(get_args(LetterKind))
    letters = (replace(_letter(kind, of), **own.get(kind, {})) for kind in replies)
    made: dict[AnyLetterKind, Rendered] = {letter.kind: render_letter(letter, of.survey, of.wording) for letter in letters}
    return made | {kind: write(of) for kind, write in NOTICES.items()}


def _letter(kind: LetterKind, of: Specimens) -> Letter:
    """What the traits of a kind tell of it: with one file where it tells findings, and a finding where it asks."""
    traits = TRAITS[kind]
    return Letter(
        kind=kind,
        receipt=of.receipt,
        received_at=of.received,
        late=False,
        after_deadline=False,
        mailbox=of.mailbox,
        extensions=_extensions(of),
        addressee=of.body.full_name,
        department="",
        honorific=of.roster.honorific(of.body),
        subject=of.survey.convention.written(of.body.name, of.body.lgcode),
        findings=(),
        files=(_file(of, *((_blank(of),) if traits.asks_to_mend else ())),) if traits.tells_findings else (),
        owed_here=(),
        owed_elsewhere=(),
        standing_told=not traits.books_nothing,
    )


def _file(of: Specimens, *findings: Finding) -> FileBlock:
    name = of.survey.convention.written(of.body.name, of.body.lgcode) + ".xlsx"
    form = of.survey.form(of.program.form)
    result = "correction" if findings else "accepted"
    return FileBlock(name, form.title, of.program.name, of.body.full_name, result, findings)  # type: ignore[arg-type]


def _particulars(of: Specimens) -> dict[LetterKind, dict[str, Any]]:
    """What a kind tells beside what its traits say. Only for the kinds that need it."""
    asked = _file(of, _blank(of))
    parts = PartsBlock(1, 2, (1,), (2,), (of.receipt,), open=False)
    return {
        "partial": {"files": (_file(of), replace(asked, filename="回答２.xlsx"))},
        "duplicate": {"files": (), "first_receipt": of.receipt},
        "transfer": {"passed_to": (PassedTo(of.mailbox, _extensions(of)),)},
        "redirect": {"addressee": of.collected.full_name, "municipality": True},
        "parts": {"parts": parts},
        "pre_check": {"files": (asked,)},
        "collation": {"files": (_listed(of),)},
    }


def _listed(of: Specimens) -> FileBlock:
    """A list with one municipality."""
    row = RowBlock(of.collected.lgcode, of.collected.name, 2, "accepted")
    return replace(_file(of), filename=_file(of).filename, rows=(row,))


def _blank(of: Specimens) -> Finding:
    """A question that was left blank."""
    form = of.survey.form(of.program.form)
    question = _asked(form)
    code, cell = question.kind.missing, layout(form).cell(question.key)
    return Finding(code, "error", sheet=form.sheet, cell=cell, question=question.key)


def _asked(form: Form) -> Question:
    return next((q for q in form.questions if not q.in_lines and not q.only), form.questions[-1])


def _extensions(of: Specimens) -> tuple[tuple[str, str], ...]:
    return tuple((p.name, p.extension) for p in of.survey.programs if p.mailbox == of.mailbox.id)


def _owed(of: Specimens, state: str) -> OwedProgram:
    return OwedProgram(of.program.name, state, address=of.mailbox.address)


def _correction(of: Specimens) -> OpenCorrection:
    name = _file(of).filename
    return OpenCorrection(of.body.lgcode, of.body.full_name, of.program.id, of.program.name, of.receipt, of.received, name,
                          (_blank(of),))  # fmt: skip


def _reminder(of: Specimens) -> Rendered:
    made = Reminder(of.mailbox, _extensions(of), of.body.full_name, of.roster.honorific(of.body), of.survey.deadline,
                    extended=False, working_days=1, owed=(_owed(of, "outstanding"),), corrections=())  # fmt: skip
    return render_reminder(made, of.survey, of.wording)


def _request(of: Specimens) -> Rendered:
    form = of.survey.form(of.program.form)
    made = OriginalRequest(of.mailbox, _extensions(of), of.body.full_name, of.program.name, form.title,
                           (of.collected.full_name,))  # fmt: skip
    return render_request(made, of.survey, of.wording)


def _extension(of: Specimens) -> Rendered:
    until = of.survey.deadline + timedelta(days=7)
    made = ExtensionLetter(of.mailbox, _extensions(of), of.body.full_name, ((of.program.name, until),),
                           collects=of.collected is not of.body)  # fmt: skip
    return render_extension(made, of.survey, of.wording)


def _report(of: Specimens) -> Rendered:
    made = ReportLetter(of.mailbox, _extensions(of), of.body.full_name, of.roster.honorific(of.body), of.survey.deadline,
                        closing=True, programs=(_owed(of, "outstanding"),), by=of.survey.correct_by,
                        report=Attachment("提出状況.xlsx", b""))  # fmt: skip
    return render_report_mail(made, of.survey, of.wording)


def _replaced(of: Specimens) -> Rendered:
    made = ReplacedLetter(of.mailbox, _extensions(of), of.body.full_name, of.roster.honorific(of.body), of.receipt,
                          of.received, (of.program.name,))  # fmt: skip
    return render_replaced(made, of.survey, of.wording)


def _my_number(of: Specimens) -> Rendered:
    made = MyNumberLetter(of.mailbox, _extensions(of), of.body.full_name, of.receipt, of.received)
    return render_my_number(made, of.survey, of.wording)


def _greeting(of: Specimens) -> Rendered:
    made = Greeting(of.mailbox, _extensions(of), of.body.full_name, of.received, of.receipt)
    return render_greeting(made, of.survey, of.wording)


def _past_deadline(of: Specimens) -> Rendered:
    made = PastDeadline(of.mailbox, _extensions(of), of.body.full_name, of.roster.honorific(of.body), of.survey.deadline,
                        (_owed(of, "correction"),), ((_correction(of), True),), of.survey.correct_by)  # fmt: skip
    return render_past_deadline(made, of.survey, of.wording)


def _told_direct(of: Specimens) -> Rendered:
    made = ToldDirect(of.mailbox, _extensions(of), of.body.full_name, of.collected.full_name, (of.program.name,),
                      of.receipt, of.received)  # fmt: skip
    return render_told_direct(made, of.survey, of.wording)


def _told_body(of: Specimens) -> Rendered:
    made = ToldBody(of.mailbox, ((of.program.name, of.program.extension),), of.collected.full_name,
                    of.roster.honorific(of.collected), of.body.full_name, of.program.name, of.receipt, of.received,
                    itself=False)  # fmt: skip
    return render_told_body(made, of.survey, of.wording)


def _thanks(of: Specimens) -> Rendered:
    made = Thanks(of.mailbox, _extensions(of), of.body.full_name, of.roster.honorific(of.body),
                  (Accepted(of.program.name, (of.receipt,), of.received),))  # fmt: skip
    return render_thanks(made, of.survey, of.wording)


def _alert(of: Specimens) -> Rendered:
    return render_alerts([Alert("disk", of.received, {"count": "400"})], of.wording)


# Of what is written without being written to each kind has values of its own.
NOTICES: dict[AnyLetterKind, Callable[[Specimens], Rendered]] = {
    "reminder": _reminder, "request": _request, "extension": _extension, "report": _report, "replaced": _replaced,
    "my_number": _my_number, "greeting": _greeting, "past_deadline": _past_deadline, "told_direct": _told_direct,
    "told_body": _told_body, "thanks": _thanks, "alert": _alert,
}  # fmt: skip
