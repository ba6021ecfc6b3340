"""Makes the collated lists in `files/` as people make them: `python -m tests.workbooks.lists.make`.

Run by hand, never by a test: the bytes are kept, and what each file must come to stands in `expected.toml`,
written by hand. Uses neither the reader under test nor `replies.workbooks.collated_list`. LibreOffice saves those in
SAVED_AGAIN.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbooks.forms_at_hand import COMPLETE, choices_of, filled, form

FILES = Path(__file__).parent / "files"
SAVED_AGAIN = {  # name → LibreOffice's format
    "titles_and_blank_rows": "xlsx",
    "own_columns": "xlsx",
    "formulas_with_values": "xlsx",
    "formulas_without_source": "xlsx",
    "beside_a_filled_form": "xlsx",
    "reordered": "xlsx",
    "several_programs_mixed": "xlsx",
    "legacy": "xls",
    "opendocument": "ods",
}
# Row 1 of 「一覧用」 of 別添１, from left to right; 別添２ has the others behind
HEADINGS = [
    "制度等",
    "組織区分",
    "属性",
    "組織名",
    "担当部署名",
    "回答責任者役職",
    "回答責任者氏名",
    "連絡先氏名",
    "電話番号",
    "メールアドレス",
    "Q1-1",
    "Q1-2",
    "Q2",
    "Q2（記載欄）",
    "Q3",
    "Q4",
    "Q5",
    "Q6①",
    "Q6②",
    "Q7-1",
    "Q7-2",
    "Q7-3",
    "Q7-4①",
    "Q7-4②",
    "Q7-4③",
    "Q7-4④",
    "Q7-4⑤",
    "Q8-1",
    "Q8-1（記載欄）",
    "Q8-2",
    "Q9",
    "Q10",
    "Q10（記載欄）",
]
HEADINGS_2 = [*HEADINGS, *["Qa", "Qb", "Qb（記載欄）", "Qc", "Qc（記載欄）", "Qd", "Qd（記載欄）"]]
CHOICES = {
    "1-1": 1,
    "2": 1,
    "3": 1,
    "4": 1,
    "5": 2,
    "7-1": 1,
    "7-2": 1,
    "7-3": 1,
    "8-1": 1,
    "8-2": 1,
    "9": 1,
    "10": 1,
}
CHOICES_2 = {**CHOICES, "a": 1, "b": 1, "c": 1, "d": 1}
Cells = list[str | None]


def text(key: str, number: int, id: str = "form1") -> str:
    """A choice as the form words it."""
    return next(c.text for c in choices_of(form(id).question(key)) if c.number == number)


def row(name: str, headings: Sequence[str] = HEADINGS, **changes: str) -> Cells:
    """Row 2 of a municipality that answers everything; a change is named by its heading."""
    cells = {
        "制度等": "予防接種" if headings is HEADINGS else "自治体検診",
        "組織区分": "市区町村",
        "組織名": name,
        "担当部署名": "健康課",
        "回答責任者役職": "課長",
        "回答責任者氏名": "見本　太郎",
        "連絡先氏名": "見本　花子",
        "電話番号": "0465-00-0000",
        "メールアドレス": "kenko@town.example.lg.jp",
        "Q6①": "〇",
        "Q7-4①": "〇",
        "Q7-4③": "〇",
        "Q8-1（記載欄）": "マニュアルあり。二人で確認する。",
    }
    choices = CHOICES if headings is HEADINGS else CHOICES_2
    id = "form1" if headings is HEADINGS else "form2"
    cells |= {f"Q{key}": text(key, number, id) for key, number in choices.items()}
    cells |= changes
    return [cells.get(heading) or None for heading in headings]


NAKAI, HAKONE, HAYAMA, SAMUKAWA = (f"14神奈川県{n}" for n in ("中井町", "箱根町", "葉山町", "寒川町"))


def book(*sheets: tuple[str, Sequence[Sequence[str | None]]]) -> Workbook:
    """A workbook of these sheets: (name, rows)."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for number, cells in enumerate(rows, 1):
            for column, value in enumerate(cells, 1):
                if value is not None:
                    sheet.cell(number, column).value = value
    return made


def simple(*rows: Sequence[str | None]) -> Workbook:
    return book(("一覧表", [HEADINGS, *rows]))


def plain() -> Workbook:
    return simple(row(NAKAI), row(HAKONE), row(HAYAMA))


def no_heading() -> Workbook:
    return book(("Sheet1", [row(NAKAI), row(HAKONE), row(HAYAMA)]))


def numbers_only() -> Workbook:
    """Answers as ① or 1, which fit every question."""
    rows = []
    for name, style in ((NAKAI, "①"), (HAKONE, "1"), (HAYAMA, "１．")):
        short = {f"Q{key}": style for key in CHOICES} | {"Q5": style.translate(str.maketrans("①1１", "②2２"))}
        rows.append(row(name, **short))
    return book(("Sheet1", rows))


def titles_and_blank_rows() -> Workbook:
    title = [["神奈川県　管内市町村回答一覧表"], ["令和５年７月20日現在"], []]
    rows = [
        HEADINGS,
        row(NAKAI),
        [],
        row(HAKONE),
        [],
        [],
        row(HAYAMA),
        ["計", "3団体"],
        ["※　箱根町は担当者が変更となった。"],
    ]
    return book(
        ("とりまとめ", [*title, *rows]), ("連絡先", [["担当", "健康増進課"], ["電話", "045-000-0000"]])
    )


def own_columns() -> Workbook:
    rows = [["連番", "市町村名", *HEADINGS, "備考"]]
    for number, (short, name) in enumerate((("中井町", NAKAI), ("箱根町", HAKONE)), 1):
        rows.append([str(number), short, *row(name), "7/18受領"])
    return book(("一覧表", rows))


def own_columns_without_heading() -> Workbook:
    names = (("中井町", NAKAI), ("箱根町", HAKONE))
    return book(("一覧表", [[str(n), short, *row(name), "済"] for n, (short, name) in enumerate(names, 1)]))


def reordered() -> Workbook:
    """Sorted by heading from the end: Q10 comes first, 制度等 last."""
    return book(("一覧表", [list(reversed(cells)) for cells in (HEADINGS, row(NAKAI), row(HAKONE))]))


def heading_in_words() -> Workbook:
    """問1-1 and the printed texts in place of Q1-1."""
    changed = {"Q1-1": "問1-1", "Q3": form().question("3").text, "Q9": "９", "Q7-4①": "Q7-4①漢字氏名"}
    return book(("一覧表", [[changed.get(h, h) for h in HEADINGS], row(NAKAI)]))


def several_programs_by_sheet() -> Workbook:
    rows = [HEADINGS, row("13東京都調布市", 制度等=""), row("13東京都港区", 制度等="")]
    ward = row("13東京都港区", 制度等="")
    return book(("小児慢性", [HEADINGS, ward]), ("②予防接種", rows))


def several_programs_mixed() -> Workbook:
    """Rows of both forms below the heading of the longer one."""
    short = [*row(NAKAI), *[None] * 7]
    return book(("一覧表", [HEADINGS_2, short, row(NAKAI, HEADINGS_2), row(HAKONE, HEADINGS_2)]))


def titled_tables() -> Workbook:
    """Two tables below each other, told apart by their titles alone."""
    first = [["１　予防接種"], HEADINGS, row(NAKAI, 制度等=""), []]
    second = [["２　自治体検診"], HEADINGS_2, row(NAKAI, HEADINGS_2, 制度等="")]
    return book(("一覧表", [*first, *second]))


def one_sheet_each() -> Workbook:
    names = (("中井町", NAKAI), ("箱根町", HAKONE), ("葉山町", HAYAMA))
    return book(*((short, [HEADINGS, row(name)]) for short, name in names))


def attributes() -> Workbook:
    rows = [
        row(NAKAI, HEADINGS_2, 属性=text) for text in ("３ 胃がん検診、４ 子宮頸がん検診", "骨粗鬆症検診")
    ]
    return book(("一覧表", [HEADINGS_2, *rows]))


def attributes_overlap() -> Workbook:
    one = row(NAKAI, HEADINGS_2, 属性="３ 胃がん検診、４ 子宮頸がん検診")
    other = row(
        NAKAI,
        HEADINGS_2,
        属性="４ 子宮頸がん検診",
        Qd=text("d", 2, "form2"),
        **{"Qd（記載欄）": "本人確認のため"},
    )
    return book(("一覧表", [HEADINGS_2, one, other]))


def formulas_without_source() -> Workbook:
    """Pasted as they were: the sheet to which they point is not in this workbook."""
    return simple(*[["#REF!"] * 33] * 3)


def formulas_without_source_no_heading() -> Workbook:
    return book(("一覧用", [["#REF!"] * 33] * 2))


def formulas_in_one_row() -> Workbook:
    """Row 3 has formulas whose results were not stored; its municipality stands beside them."""
    formulas = [f"='[葉山町.xlsx]様式'!D{number}" for number in range(2, 35)]
    rows = [["市町村", *HEADINGS], ["中井町", *row(NAKAI)], ["葉山町", *formulas], ["箱根町", *row(HAKONE)]]
    return book(("一覧表", rows))


def formulas_with_values() -> Workbook:
    """Each row refers to another sheet; LibreOffice stores the results."""
    data = [row(NAKAI), row(HAKONE)]
    linked: list[Cells] = [list(HEADINGS)]
    for number in (1, 2):
        linked.append(
            [f'=IF(元データ.{_letter(c)}{number}="","",元データ.{_letter(c)}{number})' for c in range(1, 34)]
        )
    made = book(("一覧表", linked), ("元データ", [["見出しなし"], *data]))
    made["元データ"].delete_rows(1)
    for cells in made["一覧表"].iter_rows(min_row=2):
        for cell in cells:
            cell.value = str(cell.value).replace("元データ.", "元データ!")
    made["元データ"].sheet_state = "hidden"
    return made


def _letter(column: int) -> str:
    return Worksheet(Workbook()).cell(1, column).column_letter


def heading_in_place_of_a_row() -> Workbook:
    return simple(row(NAKAI), HEADINGS, row(HAKONE))


def heading_twice() -> Workbook:
    """A sheet for each municipality; on one of them row 1 was pasted twice."""
    return book(("中井町", [HEADINGS, row(NAKAI)]), ("箱根町", [HEADINGS, HEADINGS]))


def row_shifted() -> Workbook:
    return simple(row(NAKAI), [None, *row(HAKONE)], row(HAYAMA))


def row_shifted_no_heading() -> Workbook:
    rows = [["1", *row(NAKAI)], ["2", *row(HAKONE)], ["3", None, None, *row(HAYAMA)]]
    return book(("一覧表", rows))


def all_rows_shifted() -> Workbook:
    """A running number and a name stand in front of the rows, and not in front of the headings."""
    return simple(["1", "中井町", *row(NAKAI)], ["2", "箱根町", *row(HAKONE)])


def cell_lost() -> Workbook:
    """The cell of Q4 (column P) was deleted from row 3, so that all behind it moved to the left."""
    cut = row(HAKONE)
    del cut[15]
    return simple(row(NAKAI), cut)


def all_cells_lost() -> Workbook:
    rows = [row(NAKAI), row(HAKONE), row(HAYAMA)]
    for cells in rows:
        del cells[15]
    return simple(*rows)


def twice_differs() -> Workbook:
    return simple(row(NAKAI), row(HAKONE), row("神奈川県足柄上郡中井町", Q9=text("9", 4)))


def twice_the_same() -> Workbook:
    return simple(row(NAKAI), row(HAKONE), row(NAKAI, 担当部署名="健康福祉課"))


def nameless() -> Workbook:
    names = (("中井町", NAKAI), ("箱根町", ""))
    return book(("一覧表", [["市町村", *HEADINGS], *([short, *row(name)] for short, name in names)]))


def other_prefecture() -> Workbook:
    return simple(row(NAKAI), row("16富山県高岡市"), row(HAKONE))


def sample_left_in() -> Workbook:
    return simple(row("16富山県高岡市"), row("14神奈川県相模原市"), row("16富山県魚津市"))


def shared_name() -> Workbook:
    """府中市 lies in Tokyo and in Hiroshima; the other rows tell which list it is."""
    return simple(row("府中市"), row("13東京都調布市"))


def fewer_columns() -> Workbook:
    """Five columns of the form were taken out, contacts and Q9 among them."""
    out = {"回答責任者氏名", "連絡先氏名", "電話番号", "Q9", "Q7-4⑤"}
    keep = [place for place, heading in enumerate(HEADINGS) if heading not in out]
    return book(("一覧表", [[cells[p] for p in keep] for cells in (HEADINGS, row(NAKAI), row(HAKONE))]))


def free_text_columns_left_out() -> Workbook:
    keep = [place for place, heading in enumerate(HEADINGS) if "記載欄" not in heading]
    second = row(HAKONE, **{"Q8-1": text("8-1", 3), "Q8-2": ""})
    return book(("一覧表", [[cells[p] for p in keep] for cells in (HEADINGS, row(NAKAI), second)]))


def older_version_no_heading() -> Workbook:
    """A form without 属性 and with one more line of circles: nothing behind 組織区分 stands in its place."""
    rows = [row(NAKAI), row(HAKONE), row(HAYAMA)]
    for cells in rows:
        cells.insert(19, "〇")
        del cells[2]
        del cells[8]
        cells.insert(27, None)
        cells.insert(27, None)
    return book(("一覧表", rows))


def older_version() -> Workbook:
    """Headings of another year: a third of the columns, and others."""
    kept = [
        "制度等",
        "組織名",
        "担当部署名",
        "電話番号",
        "メールアドレス",
        "Q1-1",
        "Q2",
        "Q3",
        "Q4",
        "Q5",
        "Q9",
        "Q10",
    ]
    data = dict(zip(HEADINGS, row(NAKAI), strict=True))
    rows = [[*kept, "Q11", "Q12"], [*(data[h] for h in kept), "① はい", "② いいえ"]]
    return book(("一覧表", rows))


def named_only() -> Workbook:
    blank: Cells = ["予防接種", "市区町村", None, HAKONE, *[None] * 29]
    return simple(row(NAKAI), blank)


def heading_only() -> Workbook:
    return simple()


def own_rows() -> Workbook:
    """The prefecture itself, a designated city and one of its wards: no accidents."""
    prefecture = row("14神奈川県", 組織区分="都道府県", **{"Q1-1": "", "Q1-2": text("1-2", 1)})
    return simple(prefecture, row("14神奈川県横浜市", 組織区分="指定都市"), row(NAKAI))


def ward_of_a_city() -> Workbook:
    return simple(row(NAKAI), row("14神奈川県横浜市鶴見区", 組織区分="指定都市"))


def wrong_cells() -> Workbook:
    rows = [row(NAKAI, Q9=""), row(HAKONE, Q4="未定", **{"Q7-4①": "", "Q7-4③": ""}), row(HAYAMA)]
    return simple(*rows)


def kept_in_the_blank_form() -> Workbook:
    made = _opened(filled(dict.fromkeys(COMPLETE)))
    _paste(made["一覧用"], 2, [row(NAKAI), row(HAKONE)])
    return made


def beside_a_filled_form() -> Workbook:
    """The first municipality's own workbook, with the others' rows pasted below its row 2."""
    made = _opened(filled({"organisation": SAMUKAWA, "kind": "市区町村", "program": "予防接種"}))
    _paste(made["一覧用"], 3, [row(NAKAI), row(HAKONE)])
    return made


def beside_a_filled_form_not_computed() -> Workbook:
    return beside_a_filled_form()


def counts_beside() -> Workbook:
    counts = [[h for h in HEADINGS if h.startswith("Q")], *[["12"] * 23, ["21"] * 23]]
    return book(("一覧表", [HEADINGS, row(NAKAI), row(HAKONE)]), ("集計", counts))


def legacy() -> Workbook:
    return simple(row(NAKAI), row(HAKONE, Q9=""))


def opendocument() -> Workbook:
    return legacy()


def _opened(data: bytes) -> Workbook:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(data)
        file.flush()
        return load_workbook(file.name)


def _paste(sheet: Worksheet, first: int, rows: Sequence[Cells]) -> None:
    for number, cells in enumerate(rows, first):
        for column, value in enumerate(cells, 1):
            sheet.cell(number, column).value = value


MAKERS: Mapping[str, Callable[[], Workbook]] = {
    maker.__name__: maker
    for maker in (
        plain, no_heading, numbers_only, titles_and_blank_rows, own_columns, own_columns_without_heading,
        reordered, heading_in_words, several_programs_by_sheet, several_programs_mixed, titled_tables,
        one_sheet_each, attributes, attributes_overlap, formulas_without_source,
        formulas_without_source_no_heading, formulas_in_one_row, formulas_with_values,
        heading_in_place_of_a_row, heading_twice, row_shifted, row_shifted_no_heading, all_rows_shifted,
        cell_lost, all_cells_lost, twice_differs, twice_the_same, nameless, other_prefecture, sample_left_in,
        shared_name, fewer_columns, free_text_columns_left_out, older_version, older_version_no_heading,
        named_only, heading_only, own_rows, ward_of_a_city, wrong_cells, kept_in_the_blank_form, beside_a_filled_form,
        beside_a_filled_form_not_computed, counts_beside, legacy, opendocument,
    )
}  # fmt: skip


def main() -> None:
    """Writes every file anew."""
    with tempfile.TemporaryDirectory() as folder:
        for name, maker in MAKERS.items():
            made = Path(folder) / f"{name}.xlsx"
            maker().save(made)
            if name not in SAVED_AGAIN:
                shutil.copy(made, FILES)
        for kind in sorted(set(SAVED_AGAIN.values())):
            names = [f"{folder}/{name}.xlsx" for name, other in SAVED_AGAIN.items() if other == kind]
            profile = f"-env:UserInstallation=file://{folder}/profile"
            command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(FILES), *names]
            subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
