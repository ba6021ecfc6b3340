"""The breakages of `test_broken_once.py`: each names one thing that goes wrong with a complete answer sheet, and the
findings that follow from it, written by hand from the notice (調査項目, with its arrows 「（Q6へ）」).

Cells are those of the printed form: answers of 別添１ in E15 to E36, of 別添２ also in E38 to E43; circles and
free texts in column F; the head in D2 to D11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from openpyxl import Workbook

from replies.workbooks.form import FillValue
from tests.workbooks.forms_at_hand import unmerge

Told = set[tuple[str, str, str]]  # (code, question, cell)
Values = Mapping[str, FillValue]
Changes = Mapping[str, FillValue | None]

ANSWERS = {
    "1-1": "E15", "1-2": "E16", "2": "E17", "3": "E19", "4": "E20", "5": "E21", "7-1": "E24", "7-2": "E25",
    "7-3": "E26", "8-1": "E32", "8-2": "E34", "9": "E35", "10": "E36", "a": "E38", "b": "E39", "c": "E41", "d": "E43",
}  # fmt: skip
TEXTS = {"2": "F18", "8-1": "F33", "10": "F36", "b": "F40", "c": "F42", "d": "F44"}
FIRST_CIRCLE = {"6": 22, "7-4": 27}  # row of each question's line ①, in column F
HEAD = {
    "kind": "D3", "organisation": "D5", "department": "D6", "position": "D7", "responsible": "D8", "contact": "D9",
    "telephone": "D10", "email": "D11",
}  # fmt: skip

# What must be answered how, so that a question is asked at all
ASKED: Mapping[str, Mapping[str, int]] = {
    "4": {"3": 1},
    "5": {"3": 1},
    "6": {"5": 2},
    "7-1": {"5": 2},
    "7-2": {"5": 2},
    "9": {"5": 2},
    "7-3": {"5": 2, "7-2": 1},
    "7-4": {"5": 2, "7-2": 1, "7-3": 1},
    "8-1": {"5": 2, "7-2": 1},
    "8-2": {"5": 2, "7-2": 1, "8-1": 1},
}
CITY, PREFECTURE = "city", "prefecture"


@dataclass(frozen=True)
class Breakage:
    """`given`: answers that the sheet must have before; `change` and `edit` break it; `expected` is what must be
    told, as far as it depends on how the sheet was filled."""

    name: str
    expected: Callable[[Values], Told]
    change: Callable[[Values], Changes] = lambda values: {}
    edit: Callable[[Workbook], None] | None = None
    given: Mapping[str, int] = field(default_factory=dict)
    form: str = "form1"
    body: str = ""  # CITY, PREFECTURE, or either


def _answers() -> list[Breakage]:
    """One answer blank, or outside its list: its own finding and nothing that depends on it."""
    made = []
    for key, cell in ANSWERS.items():
        given, form = ASKED.get(key, {}), "form2" if key in "abcd" else "form1"
        body = {"1-1": CITY, "1-2": PREFECTURE}.get(key, "")
        for word, value, code in (
            ("blank", None, "answer_missing"),
            ("no choice", "⑨", "answer_not_a_choice"),
        ):
            told: Told = {(code, key, cell)}
            made.append(
                Breakage(
                    f"Q{key} {word}",
                    lambda values, told=told: told,  # type: ignore[misc]
                    lambda values, key=key, value=value: {key: value},  # type: ignore[misc]
                    given=given,
                    form=form,
                    body=body,
                )
            )
    return made


def _head() -> list[Breakage]:
    """Each line of the head left blank."""
    return [_simple(f"{key} blank", {key: None}, {("field_missing", "", cell)}) for key, cell in HEAD.items()]


def _simple(
    name: str, change: Changes, told: Told, given: Mapping[str, int] | None = None, **where: str
) -> Breakage:
    """One that leads to the same findings however the sheet was filled. `where`: its form and body."""
    return Breakage(name, lambda values: told, lambda values: change, None, given or {}, **where)


def _edit(
    name: str, edit: Callable[[Workbook], None], told: Told, given: Mapping[str, int] | None = None
) -> Breakage:
    return Breakage(name, lambda values: told, edit=edit, given=given or {})


def filled(values: Values, *keys: str) -> Told:
    """should_be_blank for those of the questions that the sheet had answered, at their first filled cell."""
    return {("should_be_blank", key, first_cell(values, key)) for key in keys if key in values}


def first_cell(values: Values, key: str) -> str:
    if key not in FIRST_CIRCLE:
        return ANSWERS[key]
    circles = values[key]
    assert isinstance(circles, tuple)
    return f"F{FIRST_CIRCLE[key] + min(circles) - 1}"


FROM_6_TO_9: Told = {  # what Q5 ② brings, as far as it does not depend on Q7-2
    ("marks_none", "6", "F22"),
    ("answer_missing", "7-1", "E24"),
    ("answer_missing", "7-2", "E25"),
    ("answer_missing", "9", "E35"),
}

BRANCHES = [
    Breakage(
        "Q3 ① → ②（Q6へ）",
        lambda v: filled(v, "4", "5") | (FROM_6_TO_9 if v["5"] == 1 else set()),
        lambda v: {"3": 2},
        given={"3": 1},
    ),
    _simple("Q3 ② → ①", {"3": 1}, {("answer_missing", "4", "E20"), ("answer_missing", "5", "E21")}, {"3": 2}),
    Breakage(
        "Q5 ② → ①（Q10へ）",
        lambda v: filled(v, "6", "7-1", "7-2", "7-3", "7-4", "8-1", "8-2", "9"),
        lambda v: {"5": 1},
        given={"3": 1, "5": 2},
    ),
    _simple("Q5 ① → ②", {"5": 2}, FROM_6_TO_9, {"3": 1, "5": 1}),
    Breakage(
        "Q7-2 ① → ②（Q9へ）",
        lambda v: filled(v, "7-3", "7-4", "8-1", "8-2"),
        lambda v: {"7-2": 2},
        given=ASKED["7-3"],
    ),
    _simple(
        "Q7-2 ② → ①",
        {"7-2": 1},
        {("answer_missing", "7-3", "E26"), ("answer_missing", "8-1", "E32")},
        {"5": 2, "7-2": 2},
    ),
    Breakage("Q7-3 ① → ②", lambda v: filled(v, "7-4"), lambda v: {"7-3": 2}, given=ASKED["7-4"]),
    _simple("Q7-3 ② → ①", {"7-3": 1}, {("marks_none", "7-4", "F27")}, {"5": 2, "7-2": 1, "7-3": 2}),
    _simple(
        "Q8-1 ① → ②（Q9へ）",
        {"8-1": 2},
        {("should_be_blank", "8-2", "E34"), ("text_unneeded", "8-1", "F33")},
        ASKED["8-2"],
    ),
    _simple(
        "Q8-1 ③ → ①",
        {"8-1": 1},
        {("text_missing", "8-1", "F33"), ("answer_missing", "8-2", "E34")},
        {"5": 2, "7-2": 1, "8-1": 3},
    ),
    _simple(
        "a prefecture with a city's Q1",
        {"organisation": "14神奈川県", "kind": "都道府県"},
        {("should_be_blank", "1-1", "E15"), ("answer_missing", "1-2", "E16")},
        body=CITY,
    ),
    _simple(
        "a city with a prefecture's Q1",
        {"organisation": "14神奈川県中井町", "kind": "市区町村"},
        {("answer_missing", "1-1", "E15"), ("should_be_blank", "1-2", "E16")},
        body=PREFECTURE,
    ),
]

CIRCLES_AND_TEXTS = [
    _simple("Q6 without a circle", {"6": None}, {("marks_none", "6", "F22")}, ASKED["6"]),
    _simple("Q7-4 without a circle", {"7-4": None}, {("marks_none", "7-4", "F27")}, ASKED["7-4"]),
    _simple("Q6 ② with a word", {"6": (1,), "6#2": "要確認"}, {("mark_unreadable", "6", "F23")}, ASKED["6"]),
    _simple(
        "Q7-4 ⑤ with a word",
        {"7-4": None, "7-4#5": "一部"},
        {("mark_unreadable", "7-4", "F31")},
        ASKED["7-4"],
    ),
    _simple("Q2 ③ without its month", {"2-text": None}, {("text_missing", "2", "F18")}, {"2": 3}),
    _simple("Q2 ③ with another word", {"2-text": "未定"}, {("month_unclear", "2", "F18")}, {"2": 3}),
    _simple("Q8-1 ① without its outline", {"8-1-text": None}, {("text_missing", "8-1", "F33")}, ASKED["8-2"]),
    _simple(
        "Qb ⑤ without its text", {"b-text": None}, {("text_missing", "b", "F40")}, {"b": 5}, form="form2"
    ),
    _simple(
        "Qc ⑤ without its text", {"c-text": None}, {("text_missing", "c", "F42")}, {"c": 5}, form="form2"
    ),
    _simple(
        "Qd ② without its reason", {"d-text": None}, {("text_missing", "d", "F44")}, {"d": 2}, form="form2"
    ),
    _simple("Q2 ① with a month", {"2-text": "令和５年９月"}, {("text_unneeded", "2", "F18")}, {"2": 1}),
    _simple(
        "Q10 ① with an outline", {"10-text": "別紙のとおり"}, {("text_unneeded", "10", "F36")}, {"10": 1}
    ),
    _simple(
        "Q8-1 ② with an outline",
        {"8-1-text": "二人で確認"},
        {("text_unneeded", "8-1", "F33")},
        {"5": 2, "7-2": 1, "8-1": 2},
    ),
    _simple(
        "Qd ① with a reason", {"d-text": "本人確認"}, {("text_unneeded", "d", "F44")}, {"d": 1}, form="form2"
    ),
]

FIELDS = [
    _simple("制度等 of no survey", {"program": "介護保険"}, {("field_not_a_choice", "", "D2")}),
    _simple("組織区分 outside its list", {"kind": "独立行政法人"}, {("field_not_a_choice", "", "D3")}),
    _simple("組織区分 of another kind", {"kind": "都道府県"}, {("kind_disagrees", "", "D3")}, body=CITY),
    _simple("組織区分 of a city", {"kind": "中核市"}, {("kind_disagrees", "", "D3")}, body=PREFECTURE),
    _simple(
        "属性 that is no screening",
        {"attribute": "眼科検診"},
        {("attribute_unknown", "", "D4")},
        None,
        form="form2",
    ),
    _simple("組織名 of no body", {"organisation": "14神奈川県存在市"}, {("body_unknown", "", "D5")}),
    _simple("役職 below the rank", {"position": "課長補佐"}, {("position_below", "", "D7")}),
    _simple("telephone without area code", {"telephone": "22-1111"}, {("telephone_unlikely", "", "D10")}),
    _simple("address without a domain", {"email": "kenko@"}, {("email_unlikely", "", "D11")}),
    *(
        Breakage(
            f"組織名 with {code}",
            lambda v, code=code: {(f"organisation_{code}", "", "D5")},  # type: ignore[misc]
            lambda v, write=write: {"organisation": write(str(v["organisation"]))},  # type: ignore[misc]
        )
        for code, write in {
            "code_missing": lambda name: name[2:],
            "code_disagrees": lambda name: ("02" if name.startswith("01") else "01") + name[2:],
            "spaces": lambda name: f"{name[:2]} {name[2:]}",
        }.items()
    ),
]


def _insert_row(book: Workbook) -> None:
    unmerge(book["様式"])
    book["様式"].insert_rows(2)


def _row_moves_all(book: Workbook) -> None:
    unmerge(book["様式"])
    book["様式"].insert_rows(15)


def _column(book: Workbook) -> None:
    unmerge(book["様式"])
    book["様式"].insert_cols(5)


def _set(cell: str, value: str, sheet: str = "様式") -> Callable[[Workbook], None]:
    def edit(book: Workbook) -> None:
        book[sheet][cell] = value

    return edit


ALTERED = [
    _edit("a row above the head", _insert_row, {("rows_inserted", "", "A2")}),
    _edit("a row above Q1", _row_moves_all, {("rows_inserted", "", "A15")}),
    _edit("a column before the answers", _column, {("columns_inserted", "", "E1")}),
    _edit(
        "the sheet renamed", lambda book: setattr(book["様式"], "title", "回答"), {("sheet_renamed", "", "")}
    ),
    _edit("一覧用 deleted", lambda book: book.remove(book["一覧用"]), {("list_sheet_missing", "", "")}),
    _edit(
        "a formula of 一覧用 typed over",
        _set("E2", "健康課", "一覧用"),
        {("list_formulas_altered", "", "E2")},
    ),
    _edit("a flag typed over", _set("D12", "情報未入力あり"), {("flag_altered", "", "D12")}),
    _edit("a label edited", _set("B10", "電話番号（代表）"), {("label_edited", "", "B10")}),
    _edit(
        "a question edited",
        _set("C17", "マイナポータル閲覧対象事務に係る紐付け業務に関するマニュアルを定めていますか。"),
        {("label_edited", "2", "C17")},
    ),
    _edit(
        "a question replaced", _set("C36", "窓口の数を教えてください。"), {("question_replaced", "10", "C36")}
    ),
    _edit("an error for an answer", _set("E36", "#REF!"), {("error_value", "10", "E36")}),
    _edit("an error for a root", _set("E19", "#N/A"), {("error_value", "3", "E19")}),
    _edit("an error in the head", _set("D6", "#VALUE!"), {("error_value", "", "D6")}),
]

BREAKAGES = [*_answers(), *_head(), *BRANCHES, *CIRCLES_AND_TEXTS, *FIELDS, *ALTERED]
