"""What will go out by a survey, for whoever writes it: every letter once, the forms, a sheet filled in, the reports on the
first day, and how each form leads from question to question. From made-up facts; no settings, no ledger of a desk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

from config.conditions import conditions_of
from config.form import Form, Question
from config.rules import rules_of
from replies.conditions import in_words, rule_in_words
from replies.reports.overview_words import kind_named
from replies.wording import load_wording
from replies.workbooks.form import blank, fill
from routing.authoring.sample import sample
from routing.authoring.trial import filling_in_form
from routing.ledger.store import Ledger
from routing.register import Register
from routing.tracking.approving import document
from routing.tracking.instant import open_instant
from routing.tracking.report_files import write_overview, write_prefecture

LETTERS, LOGIC, FORMS, REPORTS = "文面.txt", "質問の流れ.txt", "様式", "報告書"


def write_preview(register: Register, folder: Path) -> Iterator[Path]:
    """Write the whole preview into a folder; yield the files, one by one."""
    for name in (FORMS, REPORTS):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, text in ((LETTERS, document(register)), (LOGIC, "\n".join(logic(register)) + "\n")):
        # UTF-8 with a mark at its beginning, and CRLF: as Notepad and Word open it.
        (folder / name).write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
        yield folder / name
    for name, data in _forms(register):
        (folder / FORMS / name).write_bytes(data)
        yield folder / FORMS / name
    _write_reports(register, folder / REPORTS)
    yield from sorted((folder / REPORTS).iterdir())


def _forms(register: Register) -> Iterator[tuple[str, bytes]]:
    """Each form blank, and filled in by the first body that fills it in."""
    survey = register.survey
    for form in survey.forms:
        yield form.file_name, blank(form, survey)
        for whose in islice(filling_in_form(form, survey, register.roster), 1):
            yield f"記入見本_{form.file_name}", fill(form, survey, sample(form, survey, whose))


def _write_reports(register: Register, folder: Path) -> None:
    """Write the reports of an empty ledger, a day before the first deadline."""
    first = min(o.deadline or register.survey.deadline for o in register.obligations)
    with tempfile.TemporaryDirectory() as place:
        ledger = Ledger(Path(place) / "preview.db")
        try:
            instant = open_instant(ledger, register, first - timedelta(days=1))
            write_overview(instant, folder)
            for body in register.reported[:1]:
                write_prefecture(instant, body, folder)
        finally:
            ledger.close()


def logic(register: Register) -> Iterator[str]:
    """How each form leads from question to question, a line for each question and for each choice."""
    for form in register.survey.forms:
        yield f"■ {form.title}（{form.id} {form.version}）　質問 {len(form.blocks)}"
        for question, *_ in form.blocks:
            yield f"{form.question_name(question.key)}　{_unwrapped(question.text)}"
            labels = question.part.table.labels.values() if question.part else ()
            yield from (f"　　［欄］{_unwrapped(label)}" for label in labels)
            yield from (f"　　{condition}" for condition in _conditions(question, form))
            for number, line in question.by_number.items():
                circle = "〇　" if question.in_lines else ""
                yield f"　　{circle}{_unwrapped(line.text)}{_leads(number, question, form)}"
            for text in question.free_texts:
                taken = "、".join(_named(question, number) for number in text.choices)
                yield f"　　［記載欄］{_unwrapped(text.label)}" + (f"（{taken} のとき）" if taken else "")
        told = (rule_in_words(rule, form, load_wording()) for rule in rules_of(form) if rule.rule.check)
        yield from map(_unwrapped, told)
        yield ""


def _conditions(question: Question, form: Form) -> Iterator[str]:
    wording = load_wording()
    if question.only:
        yield f"尋ねる団体：{'、'.join(kind_named(kind, wording) for kind in question.only)}"
    if isinstance(question.asked_if, str):
        condition = in_words(conditions_of(form)[question.printed_key], form, wording)
        yield wording.condition["asked"][0].format(a=condition)
    elif question.asked_if:
        before = form.question(question.asked_if.question)
        taken = "、".join(_named(before, number) for number in question.asked_if.choices)
        yield f"尋ねる場合：{form.question_name(before.key)} で {taken}"


def _leads(number: int, question: Question, form: Form) -> str:
    """Where a choice leads, with the questions between that nobody answers then."""
    target = question.skips.get(number)
    if target is None:
        return ""
    keys = [q.key for q in form.questions]
    between = keys[keys.index(question.key) + 1 : keys.index(target)]
    left_out = f"（{'、'.join(dict.fromkeys(map(form.question_name, between)))} は空欄）" if between else ""
    return f"　→ {form.question_name(target)}{left_out}"


def _named(question: Question, number: int) -> str:
    return f"「{_unwrapped(question.by_number[number].text)[:20]}」"


def _unwrapped(text: str) -> str:
    return " ".join(text.split())
