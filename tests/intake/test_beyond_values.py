"""見え消し, drawn circles, check boxes and text boxes: what a person sees beside the values of the cells."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable

import pytest
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from intake.submission import AnswerSheet
from replies.workbooks.collated_list import write_list
from tests.workbooks.forms_at_hand import COMPLETE, COMPLETE_2, edited, filled, reading, the_sheet, the_survey

STRUCK = InlineFont(strike=True)
OTHER = InlineFont(strike=False)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"


def corrected(old: str, new: str, first: bool = True) -> CellRichText:
    """An answer that was struck out, and the one that holds, before or behind it."""
    parts = [TextBlock(STRUCK, old), new]
    return CellRichText(*(parts if first else reversed(parts)))


def write(cell: str, value: object) -> Callable[[Worksheet], None]:
    return lambda sheet: setattr(sheet[cell], "value", value)


def strike(*cells: str) -> Callable[[Worksheet], None]:
    """Strikes out whole cells by their font."""

    def edit(sheet: Worksheet) -> None:
        for cell in cells:
            sheet[cell].font = Font(strike=True)

    return edit


def codes(sheet: AnswerSheet) -> list[tuple[str, str]]:
    return [(f.code, f.cell) for f in sheet.findings]


def number(sheet: AnswerSheet, key: str) -> int | None:
    return next(a.number for a in sheet.answers if a.question == key)


# 別添１: Q2 E17, Q7-1 E24, Q9 E35; 別添２: Q2 E17, a E37 (by the printed form)
@pytest.mark.parametrize("first", [True, False], ids=["old first", "new first"])
@pytest.mark.parametrize(
    ("place", "texts", "holds"),
    [
        (("2", "E17"), ("① 定めている。", "② 定めていない。"), 2),
        (("2", "E17"), ("②", "→①"), 1),
        (("7-1", "E24"), ("② 取得していない。\n", "① 取得している。"), 1),
        (("9", "E35"), ("① 複数職員で確認している。", "\n④"), 4),
    ],
)
def test_a_struck_answer_gives_way_to_the_one_beside_it(
    place: tuple[str, str], texts: tuple[str, str], holds: int, first: bool
) -> None:
    key, cell = place
    sheet = the_sheet(edited(filled({}), write(cell, corrected(*texts, first))))
    assert number(sheet, key) == holds
    assert ("struck_out", cell) in codes(sheet)


@pytest.mark.parametrize(("id", "base", "cell"), [("form1", COMPLETE, "E17"), ("form2", COMPLETE_2, "E17")])
def test_a_struck_cell_is_blank(id: str, base: dict[str, object], cell: str) -> None:
    sheet = the_sheet(edited(filled({}, base, id), strike(cell)))  # type: ignore[arg-type]
    assert codes(sheet) == [("answer_missing", cell), ("struck_out", cell)]


def test_a_struck_circle_is_none_and_a_struck_field_is_blank() -> None:
    """F27 and F29 are the circles of Q7-4, D6 is 担当部署名."""
    sheet = the_sheet(edited(filled({}), strike("F29", "D6")))
    assert next(a.marks for a in sheet.answers if a.question == "7-4") == (1,)
    assert codes(sheet) == [("field_missing", "D6"), ("struck_out", "D6")]


def test_what_the_form_prints_may_be_struck_out() -> None:
    """Whoever strikes out the questions that are not his still sends a form, and every answer counts."""
    labels = strike("B5", "C16", "C17", "E27")
    assert codes(the_sheet(edited(filled({}), labels))) == []


@pytest.mark.parametrize(
    "value",
    [
        CellRichText(TextBlock(OTHER, "① 定めている。")),
        CellRichText(TextBlock(InlineFont(b=True, u="single"), "①"), " 定めている。"),
    ],
)
def test_other_fonts_strike_nothing_out(value: CellRichText) -> None:
    assert codes(the_sheet(edited(filled({}), write("E17", value)))) == []


def test_a_struck_space_is_nothing() -> None:
    value = CellRichText("① 定めている。", TextBlock(STRUCK, " "))
    assert codes(the_sheet(edited(filled({}), write("E17", value)))) == []


def test_what_is_struck_out_where_nothing_is_asked_is_no_answer_too_many() -> None:
    """Q3 ② leaves Q4 (E20) and Q5 (E21) out: who struck his answers out did right."""
    sheet = the_sheet(edited(filled({"3": 2}), strike("E20", "E21")))
    assert codes(sheet) == [("struck_out", "E20")]
    assert sheet.findings[0].found == "E20、E21"


def test_a_run_of_its_own_font_in_a_struck_cell_holds() -> None:
    def edit(sheet: Worksheet) -> None:
        sheet["E17"].value = CellRichText("① 定めている。", TextBlock(OTHER, "② 定めていない。"))
        sheet["E17"].font = Font(strike=True)

    assert number(the_sheet(edited(filled({}), edit)), "2") == 2


def test_an_answer_that_raises_an_alarm_is_not_read_through_a_line() -> None:
    """Q10 stands in E36; the free text of the same question to the right of it."""
    old, new = "② 事例はある。原因も特定されており、改善されている", "① 事例はない。"
    for edit in (write("E36", corrected(old, new)), write("E36", corrected(new, "②")), strike("E36")):
        assert the_sheet(edited(filled({}), edit)).unsure == ("10",)
    assert the_sheet(edited(filled({}), strike("E35"))).unsure == ()
    assert the_sheet(filled({"10": 2, "10-text": "概要"})).unsure == ()


def listed(edit: Callable[[Worksheet], None]) -> list[AnswerSheet]:
    """A list of 米子市 (row 2), 倉吉市 and 境港市, changed."""
    own = {"kind": "市区町村", "program": "予防接種"}
    names = ("米子市", "倉吉市", "境港市")
    rows = [reading(filled(own | {"organisation": f"31鳥取県{name}"})).sheets[0] for name in names]
    data = write_list(rows, the_survey().form("form1"), the_survey())
    read = reading(edited(data, edit, load_workbook(io.BytesIO(data)).sheetnames[0]))
    assert read.kind == "collated_list"
    listed.told = [(f.code, f.found) for f in read.findings]  # type: ignore[attr-defined]
    return list(read.sheets)


def test_a_row_that_is_struck_out_is_none_and_told() -> None:
    def edit(sheet: Worksheet) -> None:
        for cell in sheet[3]:
            cell.font = Font(strike=True)

    assert [sheet.body.lgcode for sheet in listed(edit)] == ["312029", "312045"]
    assert listed.told == [("struck_out", "3行目")]  # type: ignore[attr-defined]


def test_a_cell_of_a_row_is_struck_out_as_on_a_sheet() -> None:
    def edit(sheet: Worksheet) -> None:
        columns = {cell.value: cell.column for cell in sheet[1]}
        cell = sheet.cell(2, columns["Q2"])
        cell.value = corrected("① 定めている。", "② 定めていない。")

    sheets = listed(edit)
    assert [number(sheet, "2") for sheet in sheets] == [2, 1, 1]
    assert [[f.code for f in sheet.findings] for sheet in sheets] == [["struck_out"], [], []]


# --- drawings ---------------------------------------------------------------------------------------------


def over(data: bytes, kind: str, xml: str) -> bytes:
    """The workbook with a drawing part (`drawing` or `vmlDrawing`) on its first sheet."""
    out = io.BytesIO()
    part = "drawing9.xml" if kind == "drawing" else "vmlDrawing9.vml"
    element = "drawing" if kind == "drawing" else "legacyDrawing"
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info.filename)
            if info.filename == "xl/worksheets/sheet1.xml":
                tag = f'<{element} xmlns:r="{OFFICE}" r:id="rId9"/></worksheet>'
                content = content.replace(b"</worksheet>", tag.encode())
            new.writestr(info.filename, content)
        new.writestr(
            "xl/worksheets/_rels/sheet1.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId9" Type="{OFFICE}/{kind}" Target="../drawings/{part}"/></Relationships>',
        )
        new.writestr(f"xl/drawings/{part}", xml)
    return out.getvalue()


def shapes(places: Iterable[tuple[int, int]], element: str = "sp", hidden: str = "0") -> str:
    """Shapes over rows from … to … (as people count them) of column E."""
    anchors = "".join(
        f"<xdr:twoCellAnchor><xdr:from><xdr:col>4</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{top - 1}</xdr:row>"
        f"<xdr:rowOff>9000</xdr:rowOff></xdr:from><xdr:to><xdr:col>5</xdr:col><xdr:colOff>0</xdr:colOff>"
        f"<xdr:row>{bottom - 1}</xdr:row><xdr:rowOff>90000</xdr:rowOff></xdr:to><xdr:{element}>"
        f'<xdr:nvSpPr><xdr:cNvPr id="2" name="楕円 1" hidden="{hidden}"/></xdr:nvSpPr></xdr:{element}></xdr:twoCellAnchor>'
        for top, bottom in places
    )
    return f'<xdr:wsDr xmlns:xdr="{DRAWING}">{anchors}</xdr:wsDr>'


def controls(states: dict[int, str], kind: str = "Checkbox", reach: int = 2) -> str:
    """Form controls, each on one row: its Checked element, if any."""
    inside = "".join(
        f'<v:shape><v:textbox><div>チェック</div></v:textbox><x:ClientData ObjectType="{kind}">'
        f"<x:Anchor>5, 5, {row - 1}, 2, 5, 40, {row}, {reach}</x:Anchor>{state}</x:ClientData></v:shape>"
        for row, state in states.items()
    )
    return f'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">{inside}</xml>'


TICKED = "<x:Checked>1</x:Checked>"
NO_CIRCLES = {"6": (), "7-4": ()}


@pytest.mark.parametrize("element", ["sp", "pic", "contentPart", "cxnSp"])
def test_a_drawn_circle_is_never_called_none(element: str) -> None:
    """Q6 stands in rows 22 and 23, Q7-4 in rows 27 to 31: circles round ①; ① and ③."""
    data = over(filled(NO_CIRCLES), "drawing", shapes([(22, 22), (27, 27), (28, 30)], element))
    assert codes(the_sheet(data)) == [("drawn_unread", "F22"), ("drawn_unread", "F27")]


def test_a_circle_drawn_beside_one_that_is_typed_is_asked_about() -> None:
    data = over(filled({"7-4": (1,)}), "drawing", shapes([(29, 29)]))
    assert codes(the_sheet(data)) == [("drawn_unread", "F29")]


@pytest.mark.parametrize("rows", [(27, 27), (29, 29), (1, 2), (16, 16), (38, 60)])
def test_a_drawing_over_what_is_typed_or_over_nothing_is_no_fault(rows: tuple[int, int]) -> None:
    assert codes(the_sheet(over(filled({}), "drawing", shapes([rows])))) == []


def test_a_text_box_is_not_called_missing_text() -> None:
    """F33 is the outline of Q8-1; a picture of the whole page leaves every finding its severity."""
    data = over(filled({"8-1-text": None}), "drawing", shapes([(32, 33)]))
    assert [(f.code, f.severity) for f in the_sheet(data).findings] == [("drawn_unread", "error")]
    picture = over(filled(NO_CIRCLES), "drawing", shapes([(1, 60)], "pic"))
    assert [(f.code, f.severity) for f in the_sheet(picture).findings] == [
        ("drawn_unread", "warning"),
        ("drawn_unread", "error"),
    ]


def test_a_hidden_shape_and_a_comment_are_no_drawings() -> None:
    for kind, xml in (("drawing", shapes([(27, 27)], hidden="1")), ("vmlDrawing", controls({27: ""}, "Note"))):
        assert codes(the_sheet(over(filled({"7-4": ()}), kind, xml))) == [("marks_none", "F27")]


def test_the_state_of_a_check_box_is_read() -> None:
    boxes = controls({22: TICKED, 23: "", 27: TICKED, 28: "", 29: TICKED, 30: "", 31: "<x:Checked>0</x:Checked>"})
    sheet = the_sheet(over(filled(NO_CIRCLES), "vmlDrawing", boxes))
    assert {a.question: a.marks for a in sheet.answers if a.marks} == {"6": (1,), "7-4": (1, 3)}
    assert codes(sheet) == []


def test_boxes_none_of_which_is_ticked_are_no_circle() -> None:
    boxes = controls(dict.fromkeys(range(27, 32), ""))
    assert codes(the_sheet(over(filled({"7-4": ()}), "vmlDrawing", boxes))) == [("marks_none", "F27")]


@pytest.mark.parametrize("boxes", [controls({27: "<x:Checked>2</x:Checked>"}), controls({27: TICKED}, reach=12),
                                   controls({27: TICKED}, "Radio")])  # fmt: skip
def test_a_box_whose_state_or_line_is_not_certain_is_told_as_drawn(boxes: str) -> None:
    assert codes(the_sheet(over(filled({"7-4": ()}), "vmlDrawing", boxes))) == [("drawn_unread", "F27")]


def test_what_is_typed_outweighs_a_box() -> None:
    data = over(filled({"7-4": (1,)}), "vmlDrawing", controls({27: "", 28: ""}))
    assert next(a.marks for a in the_sheet(data).answers if a.question == "7-4") == (1,)


def test_a_drawing_over_the_answer_that_raises_an_alarm_is_for_a_person() -> None:
    """Q10 stands in row 36."""
    assert the_sheet(over(filled({}), "drawing", shapes([(36, 36)]))).unsure == ("10",)
    assert the_sheet(over(filled({}), "drawing", shapes([(35, 35)]))).unsure == ()
    assert the_sheet(over(filled({}), "drawing", shapes([(1, 60)], "pic"))).unsure == ()


@pytest.mark.parametrize("xml", ["", "<xdr:wsDr", "<a><b></a>", "<!DOCTYPE a><a/>", shapes([(27, 27)])[:-40]])
@pytest.mark.parametrize("kind", ["drawing", "vmlDrawing"])
def test_a_broken_drawing_costs_nothing_but_itself(kind: str, xml: str) -> None:
    assert codes(the_sheet(over(filled({}), kind, xml))) == []
