"""My Numbers and lists of residents, wherever they stand. All persons are made up.

123456789018 has a valid check digit, reckoned by hand after 総務省令第85号 (2014) art. 5:
1·6+2·5+3·4+4·3+5·2+6·7+7·6+8·5+9·4+0·3+1·2 = 212; 212 mod 11 = 3; 11 − 3 = 8.
"""

from __future__ import annotations

import io
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.comments import Comment

from intake.personal import _MAY_BE_DIGITS, _MOST_DIGITS, holds_my_number, mask
from intake.sheets.personal_data import personal_in_text
from tests.workbooks.forms_at_hand import filled, reading

LIBREOFFICE = Path(__file__).parent.parent / "workbooks" / "files" / "libreoffice.xlsx"
NUMBER = 123456789018
WRITTEN = [
    "123456789018",
    "１２３４５６７８９０１８",
    "1234-5678-9018",
    "１２３４－５６７８－９０１８",
    "1234‐5678—9018",
    "1234 5678 9018",
    "1234　5678　9018",
    "1234\n5678\n9018",
    "1234・5678・9018",
    "1234.5678.9018",
    "123-456-789-018",
    "123456 789018",
    "1 2 3 4 5 6 7 8 9 0 1 8",
    "123456789018.0",
    "個人番号は123456789018。",
    "電話 03-5253-1111 番号 1234-5678-9018",
    "03-5253-1111 1234-5678-9018",
    "819012340019",  # no country code for certain
    "+819012340019 123456789018",
]
NOT = [
    "123456789019",  # wrong check digit
    "000000000000",
    "1234567890188",  # thirteen digits, as a 法人番号
    "1234-5678-9018-1234",  # sixteen, as a card's
    "123,456,789,018",
    "0.123456789018",
    "192.168.100.106",
    "202307211706",  # 2023-07-21 17:06, though its check digit would do
    "2023-07-21 17:00 内線1234",
    "03-5253-1111",
    "12345678901",
    "+819012340019",  # a telephone abroad, though its check digit would do
    "TEL：＋８１９０１２３４００１９",
    "+810456700103",  # … with the zero that is dialled at home
    "+81-9012340019",
    "",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_number_is_seen_however_it_is_written(text: str) -> None:
    assert holds_my_number(text)
    assert "9018" not in mask(text)


@pytest.mark.parametrize("text", NOT)
def test_other_figures_are_none(text: str) -> None:
    assert not holds_my_number(text)
    assert mask(text) == text


def check_digit(eleven: str) -> str:
    """By the ordinance's own words, from the right: Q is n + 1 for the first six, n − 5 for the others."""
    total = sum(int(d) * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(eleven), 1))
    rest = total % 11
    return "0" if rest <= 1 else str(11 - rest)


@given(st.text("0123456789", min_size=11, max_size=11).filter(lambda e: e[:2] not in ("19", "20")))
def test_exactly_one_last_digit_makes_a_number(eleven: str) -> None:
    right = check_digit(eleven)
    if len(set(eleven + right)) == 1:
        return
    assert [last for last in "0123456789" if holds_my_number(eleven + last)] == [right]


def places(edit: Callable[[Book], None]) -> tuple[str, ...]:
    """The places of a complete form's workbook after `edit`; no value may stand in the reading."""
    book = load_workbook(io.BytesIO(filled({})))
    edit(book)
    out = io.BytesIO()
    book.save(out)
    read = reading(out.getvalue())
    assert "9018" not in repr((read.findings, read.personal, [s.findings for s in read.sheets]))
    return read.personal


def test_a_complete_form_holds_none() -> None:
    assert places(lambda book: None) == ()


def test_a_number_in_a_cell_as_text_or_as_a_number() -> None:
    def edit(book: Book) -> None:
        book["様式"]["F33"] = "例：1234-5678-9018の場合"
        book["様式"]["E35"] = NUMBER
        book["様式"]["F36"] = float(NUMBER)

    assert places(edit) == ("様式!F33", "様式!E35", "様式!F36")


def test_a_number_on_a_hidden_sheet() -> None:
    def edit(book: Book) -> None:
        hidden = book.create_sheet("控え")
        hidden["B3"] = str(NUMBER)
        hidden.sheet_state = "veryHidden"

    assert places(edit) == ("控え!B3",)


def test_a_number_in_a_comment() -> None:
    def edit(book: Book) -> None:
        book["様式"]["E35"].comment = Comment("確認済 1234 5678 9018", "山田")

    assert places(edit) == ("コメント",)


def test_a_number_in_header_or_footer() -> None:
    def edit(book: Book) -> None:
        book["様式"].oddFooter.center.text = "No.123456789018"

    assert places(edit) == ("様式!ヘッダー・フッター",)


def test_a_number_in_the_properties() -> None:
    def edit(book: Book) -> None:
        book.properties.description = "1234-5678-9018"

    assert places(edit) == ("文書のプロパティ",)


def test_a_number_in_the_name_of_a_sheet_does_not_come_back_as_its_place() -> None:
    def edit(book: Book) -> None:
        book.create_sheet("123456789018")["A1"] = "控え"

    (place,) = places(edit)
    assert "1234" not in place


def test_a_number_in_a_text_that_no_cell_shows_any_more() -> None:
    data = LIBREOFFICE.read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            part = old.read(info)
            if info.filename == "xl/sharedStrings.xml":
                part = part.replace(b"</sst>", b"<si><t>1234</t><t>56789018</t></si></sst>")
            new.writestr(info.filename, part)
    assert reading(data).personal == ()
    assert reading(out.getvalue()).personal == ("文字列の一覧",)


def register(headings: list[str], rows: int, above: int = 0) -> Callable[[Book], None]:
    """Adds a sheet with this heading row and so many persons below it."""
    values = {
        "氏名": "山田　一郎",
        "漢字氏名": "山田　一郎",
        "フリガナ": "ヤマダ　イチロウ",
        "生年月日": date(1960, 1, 2),
        "住所": "一番町１－１",
        "宛名番号": 1000001,
        "部署": "健康課",
        "電話番号": "03-5253-1111",
        "回答責任者氏名": "山田　一郎",
        "連絡先氏名": "山田　一郎",
        "接種日": date(2023, 4, 1),
        "件数": 3,
    }

    def edit(book: Book) -> None:
        sheet = book.create_sheet("対象者")
        for _ in range(above):
            sheet.append(["対象者一覧"])
        sheet.append(headings)
        for _ in range(rows):
            sheet.append([values[heading] for heading in headings])

    return edit


@pytest.mark.parametrize(
    ("headings", "above", "place"),
    [
        (["氏名", "生年月日", "住所"], 0, "対象者!A1"),
        (["件数", "宛名番号", "漢字氏名", "接種日"], 2, "対象者!B3"),
        (["フリガナ", "生年月日"], 0, "対象者!A1"),
    ],
)
def test_a_list_of_residents_is_told_by_its_headings(headings: list[str], above: int, place: str) -> None:
    assert places(register(headings, 10, above)) == (place,)


@pytest.mark.parametrize(
    ("headings", "rows"),
    [
        (["氏名", "生年月日", "住所"], 9),  # too few rows
        (["氏名", "部署", "電話番号"], 30),  # a list of officials
        (["回答責任者氏名", "連絡先氏名", "住所"], 30),
        (["住所", "件数"], 30),
        (["接種日", "件数"], 30),
    ],
)
def test_other_lists_are_none(headings: list[str], rows: int) -> None:
    assert places(register(headings, rows)) == ()


def listed(headings: list[str], rows: list[list[str]]) -> Callable[[Book], None]:
    """Adds a sheet with these headings and rows."""

    def edit(book: Book) -> None:
        sheet = book.create_sheet("一覧")
        for row in (headings, *rows):
            sheet.append(row)

    return edit


PERSON = ["山田　一郎", "横浜市中区本町１－１"]
WARDS = ["鶴見", "神奈川", "西", "中", "南", "港南", "保土ケ谷", "旭", "磯子", "金沢", "港北", "緑"]


@pytest.mark.parametrize(
    ("headings", "offices"),
    [
        (["所属", "氏名", "住所"], [f"第{n}保健センター" for n in range(14)]),
        (["保健所名", "氏名", "住所"], [f"{ward}保健所" for ward in WARDS]),
        (["部署名", "名前", "住所"], [f"{ward}区福祉保健課" for ward in WARDS]),
        (["課名", "氏名", "住所"], [f"{ward}区役所" for ward in WARDS]),
    ],
)
def test_a_list_of_offices_is_no_list_of_residents(headings: list[str], offices: list[str]) -> None:
    assert places(listed(headings, [[office, *PERSON] for office in offices])) == ()
    personal = [*headings, "生年月日"]
    assert places(listed(personal, [[office, *PERSON, "1960-01-02"] for office in offices])) == ("一覧!B1",)


@pytest.mark.parametrize(
    ("headings", "offices"),
    [
        (["担当課名", "氏名", "住所"], ["健康課"] * 20),  # who looks after them
        (["所属", "氏名", "住所"], [f"第{n}小学校" for n in range(20)]),
        (["施設名", "患者氏名", "住所"], [f"第{n}療養所" for n in range(20)]),
        (["所属", "氏名", "住所", "性別"], [f"第{n}保健所" for n in range(20)]),
        (["保健所名", "氏名", "住所"], [f"{ward}保健所" for ward in WARDS * 3]),
        (["備考", "氏名", "住所"], [f"第{n}保健所" for n in range(20)]),
    ],
)
def test_residents_with_an_office_beside_them_are_a_list_of_residents(headings: list[str], offices: list[str]) -> None:
    found = places(listed(headings, [[office, *PERSON, "男"][: len(headings)] for office in offices]))
    assert found == ("一覧!B1",)


def test_a_foreign_workbook_is_looked_through_as_well() -> None:
    book = Book()
    register(["氏名", "住所"], 12)(book)
    out = io.BytesIO()
    book.save(out)
    read = reading(out.getvalue(), "名簿.xlsx")
    assert (read.kind, read.personal) == ("other", ("対象者!A1",))


def test_text_files_are_looked_through_in_both_charsets() -> None:
    rows = "\r\n".join(["氏名,生年月日,住所", *["山田一郎,1960/1/2,一番町１－１"] * 10])
    assert personal_in_text(rows.encode("cp932")) == ("1行目",)
    assert personal_in_text(rows.encode("utf-8-sig")) == ("1行目",)
    assert personal_in_text("項目,件数\r\n計,1234-5678-9018".encode("cp932")) == ("2行目",)
    assert personal_in_text("項目,件数\r\n計,12".encode("cp932")) == ()
    assert reading("番号\t123456789018\r\n".encode(), "回答.xlsx").personal == ("1行目",)


def test_telephone_numbers_side_by_side_are_none() -> None:
    def edit(book: Book) -> None:
        book["様式"]["F33"] = "045-671-2121、045-671-2122、045-671-2123"

    assert places(edit) == ()


def test_no_character_may_be_more_digits_than_the_quick_look_counts() -> None:
    """Unicode's own tables say what a character becomes in NFKC."""
    digits = {
        chr(code): sum(c in "0123456789" for c in unicodedata.normalize("NFKC", chr(code)))
        for code in range(sys.maxunicode + 1)
    }
    assert max(digits.values()) == _MOST_DIGITS
    assert [c for c, count in digits.items() if count and not _MAY_BE_DIGITS.match(c)] == []
