"""One answer sheet as people read it: question, answer with its choices written out, and what was noticed beside it."""

from __future__ import annotations

from collections.abc import Mapping

from config.form import Question
from config.frozen import frozen
from intake.finding import Finding
from intake.submission import Answer, AnswerSheet
from replies.wording import Wording, load_wording
from routing.office import Office


@frozen
class AnswerLine:
    """One line of a sheet: the field or question, where it stands, what is written there (choices written out), and
    what was noticed. `grave`: the sender has to mend it; `key`: how an amendment names the question (empty: a field)."""

    key: str
    label: str
    question: str
    cell: str
    answer: str
    findings: tuple[str, ...]
    grave: bool


@frozen
class SheetView:
    """One answer sheet, or one row of a list. `others`: what was noticed that belongs to no line of it."""

    name: str
    body: str
    program: str
    lines: tuple[AnswerLine, ...]
    others: tuple[str, ...]


def sheet_view(sheet: AnswerSheet, filename: str, office: Office, program: str = "") -> SheetView:
    """One sheet with what was noticed beside each line. `program`: an id, as it was decided."""
    survey = office.register.survey
    wording = load_wording().of(survey)
    by_cell: dict[str, list[Finding]] = {}
    for finding in sheet.findings:
        by_cell.setdefault(finding.cell, []).append(finding)
    form = survey.form(sheet.form, sheet.version)
    labels = {f.key: f.label for f in form.fields}
    fields = [_line("", labels.get(v.key, v.key), "", v.cell, v.value, by_cell, wording) for v in sheet.fields]
    answers = [
        _line(a.question, form.question_name(a.question), form.question(a.question).said, a.cell,
              _answer(a, form.question(a.question)), by_cell, wording)
        for a in sheet.answers
    ]  # fmt: skip
    lines = (*fields, *answers)
    told = {line.cell for line in lines}
    return SheetView(
        name=f"{filename}　{sheet.sheet}" + (f"　{sheet.row}行目" if sheet.row else ""),
        body=office.register.full_name(sheet.body.lgcode),
        program=survey.program(program or sheet.program).name if program or sheet.program else "",
        lines=lines,
        others=tuple(noticed(f, wording) for cell, found in by_cell.items() if cell not in told for f in found),
    )


def _line(  # noqa: PLR0913 - the parts of one line of the sheet
    key: str, label: str, question: str, cell: str, answer: str, findings: Mapping[str, list[Finding]], wording: Wording
) -> AnswerLine:
    here = findings.get(cell, []) if cell else []
    told = tuple(noticed(f, wording) for f in here)
    return AnswerLine(key, label, question, cell, answer, told, any(f.severity == "error" for f in here))


def noticed(finding: Finding, wording: Wording) -> str:
    """A finding in words, with its weight: 要修正：…."""
    place = f"{finding.cell}：" if finding.cell else ""
    found = "（" + "　".join(filter(None, (finding.label, finding.found))) + "）" if finding.code == "check_failed" else ""
    return f"{wording.screen['severity_' + finding.severity]}：{place}{wording.sentence(finding)}{found}"


def _answer(answer: Answer, question: Question) -> str:
    """An answer in words: ② 導入済み, the choice written out; circled marks and free texts with their labels."""
    written = question.kind.shown(answer.understood)
    said = [answer.value if written in answer.value else f"{answer.value}　{written}"]
    said += [f"○ {question.by_number[n].text}" for n in answer.taken if question.in_lines]
    said += [f"{question.labels.get(t.key, t.key)}：{t.value}" for t in answer.texts if t.value]
    return "\n".join(filter(None, said))
