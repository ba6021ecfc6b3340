"""What the shapes alone cannot tell about a survey: whether its parts name each other, and its instants.

A list of small checks that all run; none raises. Bodies are checked in `obligations.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import get_args

from config.check_form import doubles
from config.errors import Mistake
from config.jst import JST, in_jst
from config.names import perhaps, why_no_address, why_no_line, why_no_prefix, why_no_sheet, why_no_text
from config.naming import why_no_pattern
from config.patterns import pattern
from config.previous import LAST
from config.shape import BodyKind, Reasons
from config.spelling import fold
from config.survey import Survey

_BRACKET = pattern(r"[【】\[\]〔〕]")
_JST_OFFSET = JST.utcoffset(None)


def check_survey(survey: Survey, file: str, forms_known: bool) -> tuple[Mistake, ...]:
    """Every mistake of survey.toml that its shape allows. `forms_known`: all forms were read, so that a
    form that is not there is really missing."""
    checks = (*_CHECKS, _check_forms) if forms_known else _CHECKS
    return tuple(Mistake(file, key, reason) for check in checks for key, reason in check(survey))


def _check_names(survey: Survey) -> Reasons:
    for place, box in enumerate(survey.mailboxes, 1):
        for name, why in (("receipt_prefix", why_no_prefix), ("address", why_no_address)):
            if reason := why(getattr(box, name)):
                yield f"mailboxes.{place}.{name}", reason
    for key, text in _lines(survey):
        if reason := why_no_line(text) or why_no_text(text):
            yield key, reason
    if (member := survey.phrases.member) and (reason := why_no_sheet(f"{member}あての文例")):  # a report has such a sheet
        yield "phrases.member", reason


def _lines(survey: Survey) -> Iterator[tuple[str, str]]:
    """(key, text) of what stands in subjects, in headers and in single lines of letters."""
    for name in ("id", "title"):
        yield name, getattr(survey, name)
    for name in ("ministry", "mail_title", "notice"):
        yield f"phrases.{name}", getattr(survey.phrases, name)
    for name in ("collector", "member", "collected"):
        if word := getattr(survey.phrases, name):
            yield f"phrases.{name}", word
    for name in ("pattern", "text", "placeholder", "code_placeholder"):
        yield f"convention.{name}", getattr(survey.convention, name)
    for place, box in enumerate(survey.mailboxes, 1):
        for name in ("id", "item", "section", "telephone"):
            yield f"mailboxes.{place}.{name}", getattr(box, name)
    for place, program in enumerate(survey.programs, 1):
        for name in ("id", "name", "choice"):
            yield f"programs.{place}.{name}", getattr(program, name)


def _check_empty(survey: Survey) -> Reasons:
    for name in ("mailboxes", "programs", "duties"):
        if not getattr(survey, name):
            yield name, "1つ以上書いてください。"


def _check_doubles(survey: Survey) -> Reasons:
    for key, values in {
        "mailboxes.id": [m.id for m in survey.mailboxes],
        "mailboxes.address": [m.address.lower() for m in survey.mailboxes],
        "mailboxes.receipt_prefix": [m.receipt_prefix for m in survey.mailboxes],
        "programs.id": [p.id for p in survey.programs],
        "programs.name": [p.name for p in survey.programs],
        "attributes.number": [str(a.number) for a in survey.attributes],
    }.items():
        for value in doubles(values):
            yield key, f"「{value}」が2回以上あります。"


def _check_programs(survey: Survey) -> Reasons:
    mailboxes = {mailbox.id for mailbox in survey.mailboxes}
    owed = {duty.program for duty in survey.duties}
    for place, program in enumerate(survey.programs, 1):
        if program.mailbox not in mailboxes:
            reason = f"提出先「{program.mailbox}」はありません（mailboxes）。{perhaps(program.mailbox, mailboxes)}"
            yield f"programs.{place}.mailbox", reason
        if program.id not in owed:
            yield f"programs.{place}.id", f"制度等「{program.id}」を提出する団体（duties）がありません。"


def _check_duties(survey: Survey) -> Reasons:
    programs = {program.id for program in survey.programs}
    for place, duty in enumerate(survey.duties, 1):
        if duty.program not in programs:
            reason = f"制度等「{duty.program}」はありません（programs）。{perhaps(duty.program, programs)}"
            yield f"duties.{place}.program", reason
        for n, kind in enumerate(duty.respondents, 1):
            if not survey.roster and kind not in get_args(BodyKind):
                known = get_args(BodyKind)
                reason = f"{'、'.join(known)} のいずれかを書いてください。{perhaps(kind, known)}"
                yield f"duties.{place}.respondents.{n}", reason
        if not duty.respondents:
            yield f"duties.{place}.respondents", "団体の種別が1つも書かれていません。"
        if duty.collected not in ("none", ()) and not survey.roster and "prefecture" not in duty.respondents:
            reason = "取りまとめるのは都道府県です。respondents に prefecture がないときは書けません。"
            yield f"duties.{place}.collected", reason
        if duty.collected not in ("none", ()):
            yield from ((f"duties.{place}.collected", reason) for reason in _uncollectable(survey, duty.program))
        elsewhere = not survey.roster and set(duty.respondents) - {"prefecture"}
        if duty.own == "none" and (duty.collected in ("none", ()) or elsewhere):
            reason = '"none" は、取りまとめ（collected）だけをお願いする団体（都道府県など）に限り書けます。'
            yield f"duties.{place}.own", reason


def _uncollectable(survey: Survey, program: str) -> Iterator[str]:
    """Why no list can hold what the forms of a program ask for."""
    ids = {one.form for one in survey.programs if one.id == program}
    forms = [form for form in survey.forms if form.id in ids]
    if any(form.given for form in forms):
        yield "given の様式には一覧表がありません。取りまとめには書けません。"
    for table in dict.fromkeys(key for form in forms for key in form.open_tables):
        yield f"質問「{table}」の行ごとの表（lines）は、一覧表の一行に入りません。取りまとめには書けません。"


def _check_forms(survey: Survey) -> Reasons:
    forms = {form.id for form in survey.forms}
    named = any(f"{LAST}Q" in f"{rule.check} {rule.when} {rule.say}" for form in survey.forms for rule in form.rules)
    if named and not survey.previous:
        yield "previous", "様式の rules に last. があります。前年の値の CSV ファイルの名前を書いてください。"
    if survey.shows_previous and not survey.previous:
        yield "shows_previous", "前年の値の CSV ファイルの名前を、previous に書いてください。"
    if survey.shows_previous and forms and all(form.given for form in survey.forms):
        yield "shows_previous", "given の様式には、前年の回答を印字できません。"
    if len(numberings := dict.fromkeys(form.numbering for form in survey.forms)) > 1:
        yield "forms", f"様式の numbering（{'、'.join(numberings)}）は、全て同じにしてください。"
    for place, program in enumerate(survey.programs, 1):
        if program.form not in forms:
            yield f"programs.{place}.form", f"様式「{program.form}」はありません。{perhaps(program.form, forms)}"
        for form in survey.forms:
            listed = [field.kind.options for field in form.fields if field.key == "program"]
            if form.id == program.form and listed and program.choice not in listed[0]:
                reason = f"様式「{form.id}」（{form.version}）の制度等に「{program.choice}」がありません。"
                yield f"programs.{place}.choice", reason
    if survey.attributes_form and survey.attributes_form not in forms:
        yield "attributes_form", f"様式「{survey.attributes_form}」はありません。{perhaps(survey.attributes_form, forms)}"


def _check_services(survey: Survey) -> Reasons:
    for name, words in (("pre_check", survey.services.pre_check), ("collation", survey.services.collation)):
        if getattr(survey.mails, name) != "off" and not words:
            yield f"services.{name}", f"mails.{name} が off ではないため、件名の語を1つ以上書いてください。"
        for word in words:
            if reason := why_no_line(word) or why_no_text(word):
                yield f"services.{name}", reason
            elif not fold(word) or fold(word) in fold(survey.convention.text) or _BRACKET.search(word):
                yield f"services.{name}", f"「{word}」は使えません。件名の形にない語を、括弧なしで書いてください。"
    for word in set(survey.services.pre_check) & set(survey.services.collation):
        yield "services.collation", f"「{word}」が2回以上あります。"


def _check_instants(survey: Survey) -> Reasons:
    calendar = survey.calendar
    instants: list[tuple[str, datetime]] = [("deadline", survey.deadline)]
    instants += [(key, instant) for key, instant in _optional(survey) if instant is not None]
    instants += [(f"duties.{n}.{key}", at) for n, key, at in _own_instants(survey)]
    instants += [(f"calendar.polling.{n}.start", p.start) for n, p in enumerate(calendar.polling, 1)]
    instants += [(f"calendar.reminders.{n}", r) for n, r in enumerate(calendar.reminders, 1)]
    instants += [(f"calendar.report_mails.{n}", r) for n, r in enumerate(calendar.report_mails, 1)]
    instants += [(f"calendar.past_deadline.{n}", r) for n, r in enumerate(calendar.past_deadline, 1)]
    wrong = [key for key, instant in instants if instant.utcoffset() != _JST_OFFSET]
    for key in wrong:
        yield key, "日時に +09:00（日本時間）を付けてください。"
    if not wrong:
        yield from _check_order(survey)


def _optional(survey: Survey) -> tuple[tuple[str, datetime | None], ...]:
    return (
        ("correct_by", survey.correct_by),
        ("quiet_after", survey.quiet_after),
        ("calendar.greeting", survey.calendar.greeting),
        ("calendar.thanks", survey.calendar.thanks),
    )


def _own_instants(survey: Survey) -> Iterator[tuple[int, str, datetime]]:
    for place, duty in enumerate(survey.duties, 1):
        for key in ("deadline", "correct_by"):
            if (at := getattr(duty, key)) is not None:
                yield place, key, at


def _check_order(survey: Survey) -> Reasons:
    """Instants that stand in the wrong order. Called only where every instant has its offset: others cannot be
    compared."""
    for place, key, at in _own_instants(survey):
        if key == "deadline" and at > survey.deadline:
            yield f"duties.{place}.{key}", "調査の提出期限（deadline）以前にしてください。調査の期限は、最後のものです。"
        elif key == "correct_by" and at <= (survey.duties[place - 1].deadline or survey.deadline):
            yield f"duties.{place}.{key}", "この団体の提出期限（deadline）より後にしてください。"
    first = survey.deadlines[0]
    for key, instant in _optional(survey):
        if key == "calendar.greeting" and instant is not None and instant >= first:
            yield key, "提出期限（deadline）より前にしてください。"
        elif key != "calendar.greeting" and instant is not None and instant <= survey.deadline:
            yield key, "提出期限（deadline）より後にしてください。"
    for place, reminder in enumerate(survey.calendar.reminders, 1):
        if reminder >= survey.deadline:
            yield f"calendar.reminders.{place}", "提出期限（deadline）より前にしてください。"
    for place, instant in enumerate(survey.calendar.past_deadline, 1):
        if instant <= first:
            yield f"calendar.past_deadline.{place}", "提出期限（deadline）より後にしてください。"
    for place, instant in enumerate(survey.calendar.report_mails, 1):
        if instant > survey.deadline:
            yield f"calendar.report_mails.{place}", "提出期限（deadline）までの日時にしてください。"
    if survey.calendar.polling and survey.calendar.polling[0].start >= first:
        yield "calendar.polling.1.start", "提出期限（deadline）より前にしてください。"
    holidays = survey.calendar.holidays
    if holidays and in_jst(survey.deadline).year not in {day.year for day in holidays}:
        yield "calendar.holidays", "提出期限（deadline）の年の休日が1つもありません。"
    starts = [polling.start for polling in survey.calendar.polling]
    if starts != sorted(set(starts)):
        yield "calendar.polling", "start の早い順に、重なりなく書いてください。"


def _check_polling(survey: Survey) -> Reasons:
    if not survey.calendar.polling:
        yield "calendar.polling", "1つ以上書いてください。"
    for place, polling in enumerate(survey.calendar.polling, 1):
        if polling.every_seconds < 1:
            yield f"calendar.polling.{place}.every_seconds", "1 以上にしてください。"


def _check_convention(survey: Survey) -> Reasons:
    text = fold(survey.convention.text)
    for reason in why_no_pattern(survey.convention.pattern):
        yield "convention.pattern", reason
    if hit := _BRACKET.search(text):
        yield "convention.text", f"「{hit[0]}」は使えません（【団体名】などの形は、pattern に書きます）。"
    if len(survey.programs) > 1:
        for place, program in enumerate(survey.programs, 1):
            for word in dict.fromkeys((program.name, program.choice, *program.names)):
                if fold(word) and fold(word) in text:
                    reason = f"「{word}」は件名の形（convention.text）にあり、どの件名もこの制度等と読まれてしまいます。"
                    yield f"programs.{place}.name", reason
    for place, word in enumerate(survey.convention.replaces, 1):
        if word not in survey.convention.skip:
            yield f"convention.replaces.{place}", f"「{word}」は skip にもあるはずです。"


_CHECKS: tuple[Callable[[Survey], Reasons], ...] = (
    _check_empty,
    _check_names,
    _check_doubles,
    _check_programs,
    _check_duties,
    _check_instants,
    _check_polling,
    _check_convention,
    _check_services,
)
