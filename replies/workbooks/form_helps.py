"""What a form that helps (`helps = true`) tells while it is filled in: what is missing, what is left out, what stands in no
list. No macro: words in the check column, where its rules are told as well; colours that go by them; and the flag,
which names the questions.

It follows the desk's own reasons (`intake.sheets.skip_logic`, `intake.sheets.checks`) and is never milder: what it is
silent about the desk has no error of these kinds. Where the desk understands what stands in no list, it still says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.worksheet import Worksheet

from config.conditions import conditions_of, questions_of_names
from config.form import FreeText, Question
from config.frozen import frozen
from config.kinds.kind import Kind
from config.logic import names_in
from intake.sheets.ooxml import name_of
from replies.form_layout import ITEM, Layout
from replies.wording import load_wording
from replies.workbooks.form_formulas import lines_missing
from replies.workbooks.form_rules import BeyondFormula, excel, rule_terms

_SIGN = "※"
LEFT_OUT, SUPERFLUOUS = "－", "△"  # how the words beside a question begin that is not asked; by them others see it
_RED = DifferentialStyle(fill=PatternFill("solid", bgColor="FFFFC7CE"))
_BOLD = DifferentialStyle(font=Font(bold=True, color="FFC00000"))
_GREY = DifferentialStyle(fill=PatternFill("solid", bgColor="FFD9D9D9"), font=Font(color="FF7F7F7F"))

@frozen
class Help:
    """Words that stand in `row` of the check column while `when` holds, and the cells that show it, if they are blank."""

    row: int
    when: str
    words: str
    cells: tuple[str, ...] = ()
    blank: bool = True


def check_column(layout: Layout) -> dict[str, str]:
    """Cell → formula: what helps, if the form does, and then the rules that are broken."""
    together: dict[tuple[int, str], list[str]] = {}
    for one in _helps(layout) if layout.form.helps else ():
        together.setdefault((one.row, one.words), []).append(one.when)
    found: dict[str, list[str]] = {}
    for (row, said), conditions in together.items():
        found.setdefault(_beside(layout, row), []).append(f'IF({_any(conditions)},"{said}","")')
    for cell, terms in rule_terms(layout).items():
        found.setdefault(cell, []).extend(terms)
    return {cell: "=" + "&".join(terms) for cell, terms in found.items()}


def colour(sheet: Worksheet, layout: Layout) -> None:
    """Give the cells the colours that go by the check column, and that column its own."""
    for cell in check_column(layout):
        told = f'LEFT({_fixed(cell)})="{_SIGN}"'
        sheet.conditional_formatting.add(cell, Rule("expression", dxf=_BOLD, formula=[told]))
    for one in _helps(layout):
        told = f'ISNUMBER(FIND("{one.words}",{_fixed(_beside(layout, one.row))}))'
        for cell in one.cells:
            formula = f"AND({told},{_blank(_fixed(cell))})" if one.blank else told
            sheet.conditional_formatting.add(_whole(sheet, cell), Rule("expression", dxf=_RED, formula=[formula]))
    for block in layout.blocks:
        if _left_out(layout, block.question):
            place = (block.top + bool(block.question.part), layout.check_column)
            area = f"{name_of((block.top, ITEM))}:{name_of((block.bottom, layout.last_column))}"
            rule = Rule("expression", dxf=_GREY, formula=[_is_left_out(_fixed(name_of(place)))])
            sheet.conditional_formatting.add(area, rule)


def naming_flag(layout: Layout) -> str:
    """The formula of the flag that names each question of which an answer, or a text that goes with it, is missing."""
    column = layout.check_column
    wanted = f'"*{load_wording().form["missing"]}*"'

    def area(first: int, last: int) -> str:
        return f"{_fixed(name_of((first, column)))}:{_fixed(name_of((last, column)))}"

    names = ((b, layout.form.question_name(b.question.printed_key)) for b in layout.blocks)
    named = (f'IF(COUNTIF({area(b.top, b.bottom)},{wanted}),"、{name}","")' for b, name in names)
    first, last = layout.blocks[0].top, layout.last_row
    said = layout.form.flags.answers_missing.replace('"', '""')
    return f'=IF(COUNTIF({area(first, last)},{wanted})=0,"","{said}（"&MID({"&".join(named)},2,999)&"）")'


def all_named(layout: Layout) -> str:
    """The longest that the flag becomes."""
    form = layout.form
    return form.flags.answers_missing + "、".join(form.question_name(b.question.printed_key) for b in layout.blocks)


def _helps(layout: Layout) -> Iterator[Help]:
    words = load_wording().form
    for field in layout.form.fields:
        cell, row = layout.cell(field.key), layout.fields[field.key]
        if field.required:
            yield Help(row, _blank(cell), words["field_missing"], (cell,))
        if field.kind.options:
            yield Help(row, _unlisted(cell, field.kind), words["unlisted"], (cell,), blank=False)
    for table, first in layout.form.open_tables.items():
        left_out = _left_out(layout, first)
        stays = [_not(left_out)] if left_out else []
        when = _all([*stays, *_settled(layout, first), lines_missing(layout, table)])
        yield Help(_row(layout, first), when, words["missing"], (layout.cell(first.key),))
    for question in layout.form.listed:
        yield from _about(layout, question, words)
        for text in question.free_texts:
            yield from _about_text(layout, question, text, words)


def _about(layout: Layout, question: Question, words: Mapping[str, str]) -> Iterator[Help]:
    """What is told of one question: it is left out, and yet filled in; it has no answer, or an answer that is not in
    its list."""
    cells = tuple(layout.cell(key) for key in question.keys.values())
    row = _row(layout, question)
    left_out = _left_out(layout, question)
    if left_out:
        keys = (*question.keys.values(), *(text.key for text in question.free_texts))
        filled = _any(_not(_blank(layout.cell(key))) for key in keys)
        yield Help(row, _all([left_out, filled]), f"{SUPERFLUOUS} {words['superfluous']}")
        yield Help(row, _all([left_out, _not(filled)]), LEFT_OUT)
    stays = [_not(left_out)] if left_out else []
    if question.kind.needed if question.in_lines else question.required:
        blank = [_blank(cell) for cell in cells]
        yield Help(row, _all([*stays, *_settled(layout, question), *blank]), words["missing"], cells)
    if question.kind.options and not question.in_lines:
        unlisted = _unlisted(cells[0], question.kind)
        yield Help(row, _all([*stays, unlisted]), words["unlisted"], cells, blank=False)


def _about_text(layout: Layout, question: Question, text: FreeText, words: Mapping[str, str]) -> Iterator[Help]:
    """A text that the choice asks for; one that may come as a file nobody here can see, nor what circles ask for."""
    if text.where != "cell" or question.in_lines:
        return
    cell, left_out = layout.cell(text.key), _left_out(layout, question)
    taken = _any(question.kind.taken(layout.cell(question.key), number) for number in text.choices)
    when = _all([*([_not(left_out)] if left_out else []), taken, _blank(cell)])
    yield Help(layout.inputs[text.key][0], when, words["text_missing"], (cell,))


def _left_out(layout: Layout, question: Question) -> str:
    """Whether the question is not asked: by the kind of body, an earlier choice, or one on which it hangs; empty: never."""
    conditions = [_of_kinds(layout, question, asked=False)] if question.only else []
    for root in _steering(layout, question):
        skips = [n for n, key in root.skips.items() if _place(layout, question.key) < _place(layout, key)]
        taken = _any(root.kind.taken(layout.cell(root.key), number) for number in skips)
        conditions.append(_all([_not(_is_left_out(_beside_of(layout, root))), taken]))
    if isinstance(question.asked_if, str):
        conditions.append(_fails(layout, question))
    elif question.asked_if:
        root = layout.form.question(question.asked_if.question)
        others = [n for n in root.by_number if not question.asked_if.met_by(n)]
        conditions.append(_is_left_out(_beside_of(layout, root)))
        conditions += [root.kind.taken(layout.cell(root.key), number) for number in others]
    return _any(filter(None, conditions))


def _fails(layout: Layout, question: Question) -> str:
    """Excel's condition that the condition on which the question is asked certainly does not hold: all that it looks
    at is answered, a number as a number, and it can be worked out. Empty where the form cannot tell."""
    tree = conditions_of(layout.form)[question.printed_key]
    try:
        failed = _not(excel(tree, layout))
    except BeyondFormula:
        return ""
    return _all([*_told(layout, question), f"IFERROR({failed},FALSE)"])


def _told(layout: Layout, question: Question) -> Iterator[str]:
    """Excel's conditions that all is answered at which the question's condition looks; a circle that is not set says
    as much as one that is."""
    tree, owners = conditions_of(layout.form)[question.printed_key], questions_of_names(layout.form)
    named = {q.key: q for q in map(owners.get, names_in(tree)) if q and not q.in_lines}
    for root in named.values():
        yield _any([_is_left_out(_beside_of(layout, root)), _is_told(layout, root)])


def _is_told(layout: Layout, question: Question) -> str:
    """Excel's condition that an answer stands in the question's cell such as the form itself offers, or a number."""
    cell = layout.cell(question.key)
    if question.by_number:
        return _known(layout, question)
    return f"ISNUMBER({cell})" if question.kind.numeric else _not(_blank(cell))


def _settled(layout: Layout, question: Question) -> Iterator[str]:
    """That it is asked for certain, as far as it is not left out: each choice that has a say in it is taken. Of questions
    to different kinds of bodies the first is asked also where the kind is unknown, if none of them is answered."""
    if question.only:
        yield _any(filter(None, (_of_kinds(layout, question, asked=True), _either(layout, question))))
    for root in _steering(layout, question):
        yield _any([_is_left_out(_beside_of(layout, root)), _known(layout, root)])
    if isinstance(question.asked_if, str):
        yield from _told(layout, question)
    elif question.asked_if:
        yield _known(layout, layout.form.question(question.asked_if.question))


def _steering(layout: Layout, question: Question) -> tuple[Question, ...]:
    """The earlier questions one of whose choices leaves this one out."""
    place = _place(layout, question.key)
    earlier = layout.form.questions[:place]
    return tuple(q for q in earlier if any(place < _place(layout, key) for key in q.skips.values()))


def _known(layout: Layout, root: Question) -> str:
    return _any(root.kind.taken(layout.cell(root.key), number) for number in root.by_number)


def _of_kinds(layout: Layout, question: Question, asked: bool) -> str:
    """Excel's condition that the head of the form names a kind of body of which the question is, or is not, asked."""
    wanted = set(question.only)
    found = []
    for field in layout.form.fields:
        for said in field.kind.options:
            kinds = set(field.kind.bodies(said))
            if kinds and (kinds <= wanted if asked else kinds.isdisjoint(wanted)):
                found.append(_same(layout.cell(field.key), said))
    return _any(found)


def _either(layout: Layout, question: Question) -> str:
    """Excel's condition that nothing says which of the questions to kinds of bodies is asked, and no such question is
    answered."""
    either = [q for q in layout.form.questions if q.only and q.required and not q.in_lines]
    if not either or either[0] is not question:
        return ""
    known = (_of_kinds(layout, q, asked) for q in either for asked in (True, False))
    return _all([_not(_any(filter(None, known))), *(_blank(layout.cell(q.key)) for q in either)])


def _unlisted(cell: str, kind: Kind) -> str:
    """Excel's condition that something stands in a cell which its list does not offer."""
    return _all([_not(_blank(cell)), *(f"NOT({_same(cell, said)})" for said in kind.options)])


def _same(cell: str, text: str) -> str:
    """The cell holds this text; Excel takes 255 characters in a formula, and longer choices differ before that."""
    most = 250
    part = text[:most].replace('"', '""')
    return f'{cell}="{part}"' if len(text) <= most else f'LEFT({cell},{most})="{part}"'


def _blank(cell: str) -> str:
    return f'TRIM(SUBSTITUTE({cell},"　",""))=""'


def _is_left_out(cell: str) -> str:
    return f'OR(LEFT({cell})="{LEFT_OUT}",LEFT({cell})="{SUPERFLUOUS}")'


def _any(conditions: Iterable[str]) -> str:
    found = list(dict.fromkeys(conditions))
    return found[0] if len(found) == 1 else f"OR({','.join(found)})" if found else ""


def _all(conditions: Iterable[str]) -> str:
    found = list(conditions)
    return found[0] if len(found) == 1 else f"AND({','.join(found)})"


def _not(condition: str) -> str:
    return f"NOT({condition})"


def _row(layout: Layout, question: Question) -> int:
    return min(layout.inputs[key][0] for key in question.keys.values())


def _place(layout: Layout, key: str) -> int:
    return next(place for place, question in enumerate(layout.form.questions) if question.key == key)


def _beside(layout: Layout, row: int) -> str:
    return name_of((row, layout.check_column))


def _beside_of(layout: Layout, root: Question) -> str:
    return _fixed(_beside(layout, _row(layout, root)))


def _fixed(cell: str) -> str:
    letters = cell.rstrip("0123456789")
    return f"${letters}${cell[len(letters) :]}"


def _whole(sheet: Worksheet, cell: str) -> str:
    """The merged area that begins with the cell, or the cell."""
    areas = (str(area) for area in sheet.merged_cells.ranges)
    return next((area for area in areas if area.split(":")[0] == cell), cell)
