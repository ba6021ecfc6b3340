"""What a cell's value does not say about an answer: that it is struck out, or that something is drawn over its cell.

What is struck out does not count, which is told; what is drawn is not read, and nobody is told that he wrote nothing
where a person sees a drawing. An answer that raises an alarm is never read through either: a person sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from config.frozen import replace
from config.given import Place
from config.shape import Severity
from config.spelling import nfkc
from config.survey import Survey
from intake.finding import Finding, severity_of
from intake.sheets.drawn import Drawing
from intake.sheets.entries import Entry
from intake.sheets.filled import Filled, FilledQuestion
from intake.sheets.grid import NOTHING_BEYOND, Beyond, Cell, Sheet
from intake.sheets.ooxml import name_of, place_of
from intake.sheets.recognise import Located
from intake.sheets.skip_logic import Applicability

SMALL = 3  # rows that a drawing covers at most which may be a mark; a larger one is a picture, or lies there by chance
MOST_NAMED = 6  # cells that are named
_MISSING = frozenset(
    {
        *("answer_missing", "value_missing", "number_missing", "marks_none", "text_missing", "outline_missing"),
        *("field_missing", "answer_says_nothing"),
    }
)


def beyond(sheet: Sheet, row: int = 0, printed: frozenset[Place] = frozenset()) -> Beyond:
    """What lies beyond the values of a sheet, or of one of its rows where that is given. The form's own text does not
    count."""
    if not sheet.struck and not sheet.drawn:
        return NOTHING_BEYOND
    struck = frozenset(place for place in sheet.struck if place not in printed and row in (0, place[0]))
    return Beyond(struck, tuple(drawing for drawing in sheet.drawn if row == 0 or drawing.top <= row <= drawing.bottom))


def with_ticks(sheet: Sheet, located: Located) -> Sheet:
    """The sheet with the state of each check box that lies alone on the line of a circle, where nothing is typed."""
    boxes: dict[int, list[Drawing]] = {}
    for drawing in sheet.drawn:
        if drawing.ticked is not None:
            boxes.setdefault(drawing.top, []).append(drawing)
    if not boxes:
        return sheet
    cells = dict(sheet.cells)
    for name, lines in located.questions.items():
        for key in located.form.question(name).keys.values():
            if key not in lines.labels:
                continue
            row, column = lines.labels[key]
            if len(boxes.get(row, ())) == 1:
                place = _first_blank(cells, row, max(column + 1, boxes[row][0].left))
                cells[place] = Cell("TRUE" if boxes[row][0].ticked else "FALSE")
    return replace(sheet, cells=cells, drawn=tuple(d for d in sheet.drawn if d.ticked is None))


def _first_blank(cells: Mapping[Place, Cell], row: int, column: int) -> Place:
    while (row, column) in cells:
        column += 1
    return row, column


def unsure(filled: Filled, asked: Mapping[str, Applicability]) -> tuple[str, ...]:
    """The keys of the questions with an alarming choice whose answer is struck out, or lies under a drawing."""
    return tuple(
        question.question.key
        for question in filled.questions
        if question.question.alarming
        and asked[question.question.key].relevance != "not_asked"
        and (_is_touched(question, filled.beyond) or _is_qualified(question))
    )


# Beside a choice that calls for no alarm: words that may tell of what would.
_QUALIFIED = re.compile(
    r"ただし|但し|ものの|あった|ありました|(?<![0-9])[1-9][0-9]*件|誤り(?:が|を)|誤って|(?:調査|確認|精査)中|未確認|不明|把握(?:し|でき)て(?:い|おり)(?:ない|ません)"
)


def _is_qualified(question: FilledQuestion) -> bool:
    """Whether an answer without alarm has words beside it that may tell of one."""
    if any(text.alert and text.asked_by(question.number) for text in question.question.free_texts):
        return False
    return bool(_QUALIFIED.search(nfkc(question.meaning.remark)))


def _is_touched(question: FilledQuestion, over: Beyond) -> bool:
    places = _places(question)
    rows = {row for row, _ in places}
    return bool(places & over.struck) or any(_covers(drawing, rows) for drawing in over.drawn)


def _covers(drawing: Drawing, rows: Iterable[int]) -> bool:
    return drawing.rows <= SMALL and any(drawing.top <= row <= drawing.bottom for row in rows)


def _places(question: FilledQuestion) -> frozenset[Place]:
    cells = [entry.cell for entry in question.entries]
    cells += [question.answer.cell] if question.answer else []
    return frozenset(place_of(cell) for cell in cells if cell)


def told(
    findings: tuple[Finding, ...], filled: Filled, asked: Mapping[str, Applicability], survey: Survey
) -> tuple[Finding, ...]:
    """The findings, with what lies beyond the values: where something is drawn, nothing is called missing."""
    over = filled.beyond
    if over == NOTHING_BEYOND:
        return findings
    severity = severity_of("drawn_unread", survey)
    rows = {q.question.key: {row for row, _ in _places(q)} for q in filled.questions}
    kept = [_of_text_elsewhere(_of_answer_elsewhere(_of_drawing(f, rows, over, severity), over, survey), over, survey)
            for f in findings]  # fmt: skip
    said = {f.question for f in kept if f.code == "drawn_unread"}
    drawn = (
        Finding("drawn_unread", severity, filled.sheet, place.cell, question.question.key, expected="〇")
        for question in filled.questions
        if question.question.key not in said and asked[question.question.key].relevance == "asked"
        for place in _circled_by_hand(question, over)[:1]
    )
    return (*kept, *drawn, *_struck(filled, over, survey))


def _of_drawing(finding: Finding, rows: Mapping[str, set[int]], over: Beyond, severity: Severity) -> Finding:
    """A finding that something is missing, told as what it is where a drawing lies; a large one, which may lie there
    by chance, leaves it its severity."""
    if finding.code not in _MISSING or not finding.cell:
        return finding
    here = {place_of(finding.cell)[0], *(rows.get(finding.question, ()) if finding.code == "marks_none" else ())}
    drawn = [d for d in over.drawn if any(d.top <= row <= d.bottom for row in here)]
    if not drawn:
        return finding
    small = any(d.rows <= SMALL for d in drawn)
    return replace(finding, code="drawn_unread", found="", severity=severity if small else finding.severity)


def _of_answer_elsewhere(finding: Finding, over: Beyond, survey: Survey) -> Finding:
    """A finding that an answer is missing, told as what it is where one stands beside its cell."""
    place = over.beside.get(finding.question or finding.cell, "")
    if finding.code not in _MISSING or not place:
        return finding
    return replace(finding, code="answer_elsewhere", severity=severity_of("answer_elsewhere", survey), found=place)


def _of_text_elsewhere(finding: Finding, over: Beyond, survey: Survey) -> Finding:
    """A finding that a text is missing, told as what it is where one stands in no cell of the form's."""
    if finding.code != "text_missing" or not over.elsewhere:
        return finding
    severity = severity_of("text_elsewhere", survey)
    return replace(finding, code="text_elsewhere", severity=severity, found="、".join(over.elsewhere))


def _circled_by_hand(question: FilledQuestion, over: Beyond) -> list[Entry]:
    """The lines without a typed circle over the middle of which something small is drawn."""
    middles = {(d.top + d.bottom) // 2 for d in over.drawn if d.rows <= SMALL}
    return [e for e in question.lines.values() if e.state == "blank" and place_of(e.cell)[0] in middles]


def _struck(filled: Filled, over: Beyond, survey: Survey) -> Iterator[Finding]:
    """One finding for all cells of the answers in which something is struck out."""
    answers = {place for question in filled.questions for place in _places(question)}
    fields = {place_of(line.entry.cell) for line in filled.fields if line.entry and line.entry.cell}
    cells = [name_of(place) for place in sorted(over.struck & (answers | fields))]
    if cells:
        more = f"ほか（計{len(cells)}か所）" if len(cells) > MOST_NAMED else ""
        found = "、".join(cells[:MOST_NAMED]) + more
        yield Finding(
            "struck_out", severity_of("struck_out", survey), sheet=filled.sheet, cell=cells[0], expected="", found=found
        )
