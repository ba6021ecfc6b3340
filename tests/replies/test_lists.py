"""Letters on collated lists: compared with files that were read aloud, and what must hold for each of them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from config.survey import Survey
from intake.finding import Finding
from replies.letter import FileBlock, Letter, OwedProgram, RowBlock
from replies.letter_kinds import LetterKind
from replies.letters import render as render_module
from replies.letters.render import Rendered, render_letter
from replies.wording import load_wording
from tests.replies.letters_at_hand import the_survey
from tests.replies.lists_at_hand import (
    ABSENT,
    LIST_LETTERS,
    SEVEN,
    five_missing,
    in_list,
    long_list,
    on_list,
    row_blocks,
    seven_broken,
    with_originals,
)
from tests.replies.test_letters import BANNED, unwrapped

GOLDEN = Path(__file__).parent / "list_letters"
MISSING = in_list("answer_missing", "M2", question="2", expected="①～④のいずれか")


@pytest.fixture(scope="module")
def survey() -> Survey:
    return the_survey()


def render(made: Letter, survey: Survey) -> Rendered:
    return render_letter(made, survey, load_wording())


def body_of(made: Letter, survey: Survey) -> str:
    return unwrapped(render(made, survey).body)


def missing_in(made: Letter, survey: Survey) -> str:
    """What the letter says of the municipalities that stand in no list."""
    return body_of(made, survey).split("■ 一覧表への記載を確認することができなかった団体")[1].split("■")[0]


def asked_of(names: list[str]) -> dict[str, tuple[Finding, ...]]:
    return dict.fromkeys(names, (MISSING,))


@pytest.mark.parametrize("name", LIST_LETTERS)
def test_a_letter_is_word_for_word_the_one_that_was_read(name: str, survey: Survey) -> None:
    rendered = render(LIST_LETTERS[name](survey), survey)
    assert f"件名：{rendered.subject}\n\n{rendered.body}" == (GOLDEN / f"{name}.txt").read_text("utf-8")


def test_every_golden_file_belongs_to_a_letter() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(LIST_LETTERS)


@pytest.mark.parametrize("name", LIST_LETTERS)
def test_lines_are_narrow_and_no_word_is_banned(name: str, survey: Survey) -> None:
    body = render(LIST_LETTERS[name](survey), survey).body
    wide = [
        sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line) for line in body.splitlines()
    ]
    assert max(wide) <= 70
    assert [word for word in BANNED if word in body] == []


def test_a_block_can_be_forwarded_as_it_is(survey: Survey) -> None:
    body = render(seven_broken(survey), survey).body
    block = body.split("◆ 南国市")[1].split("◆ ")[0]
    assert block.splitlines()[0] == "　予防接種　一覧表４行目"
    for told in ("（一覧表では E4）　「担当部署名」", "（一覧表では I4）　「電話番号」", "セル E19（一覧表では O4）　Q3"):
        assert told in block  # its own sheet's cell first: it has no list
    assert "現在の内容：はい" in block
    assert "直したファイルは、高知県の定める日までに、高知県へお送りください。" in unwrapped(block)
    assert "ご記入いただきたい内容：①～②のいずれか" in block
    assert block.count("⇒") == 2


def test_blocks_stand_in_the_order_of_the_codes(survey: Survey) -> None:
    made = seven_broken(survey)
    turned = replace(made, files=(replace(made.files[0], rows=made.files[0].rows[::-1]),))
    assert render(turned, survey) == render(made, survey)
    names = re.findall(r"^◆ (\S+?)　", render(made, survey).body, re.MULTILINE)
    assert names == ["団体名を確認できない行", *SEVEN]  # what only the prefecture can do stands apart, before


def test_what_only_the_prefecture_can_mend_stands_in_no_block_that_is_forwarded(survey: Survey) -> None:
    """出雲市 (322032) in the list of 高知県: no other prefecture's town, and nobody's row, is sent on to anybody."""
    strange = in_list("row_other_prefecture", "D9", label="組織名", found="島根県出雲市", expected="高知県")
    rows = (
        *row_blocks("高知県", {"室戸市": (MISSING,)}),
        RowBlock("322032", "島根県出雲市", 40, "correction", (strange,)),
        RowBlock("", "土佐群", 41, "correction", (in_list("row_body_missing", "D41"),)),
    )
    apart, forwarded = body_of(on_list(survey, "高知県", rows, ("室戸市",)), survey).split("◎ 団体ごとに")
    assert "貴県でご対応いただきたい点（転送はご不要です）" in apart and "出雲市" in apart
    assert "出雲市" not in forwarded.partition("■")[0] and "土佐群" not in forwarded.partition("■")[0]
    assert "室戸市" in forwarded.partition("■")[0]


def test_good_rows_and_bad_rows_are_counted(survey: Survey) -> None:
    body = body_of(seven_broken(survey), survey)
    assert "記載のある団体：33団体・受け付けた団体：26団体・修正をお願いしたい団体：７団体" in body
    assert "団体名を確認することができなかった行：１行" in body
    assert "このほか、参考としてお預かりした団体：２団体" in body


def test_exactly_those_are_called_missing_that_stand_in_no_list(survey: Survey) -> None:
    section = missing_in(five_missing(survey), survey)
    assert section.startswith(
        "・予防接種：５団体市：室戸市、香美市町村：馬路村、大豊町、黒潮町追加の一覧表は"
    )
    assert "差し支えございません。" in section


def test_who_is_asked_to_mend_a_row_is_not_called_missing(survey: Survey) -> None:
    made = on_list(survey, "高知県", row_blocks("高知県", asked_of(["安芸市"]), ABSENT), (*ABSENT, "安芸市"))
    section = missing_in(made, survey)
    assert "５団体" in section
    assert "安芸市" not in section


def test_all_the_missing_are_named_however_many(survey: Survey) -> None:
    names = tuple(row.name for row in row_blocks("北海道", {})[1:])
    one = row_blocks("北海道", {}, names)
    section = missing_in(on_list(survey, "北海道", one, names), survey)
    assert len(names) == 175
    assert [name for name in names if name not in section] == []


def test_what_is_missing_in_another_program_is_not_asked_for_here(survey: Survey) -> None:
    made = five_missing(survey)
    owed = (*made.owed_here, OwedProgram("小慢", "partial", ("高知県安芸市",)))
    assert "安芸市" not in missing_in(replace(made, owed_here=owed), survey)


@pytest.mark.parametrize(("blocks", "attached"), [(30, False), (31, True)])
def test_more_than_thirty_municipalities_are_told_by_a_workbook(
    blocks: int, attached: bool, survey: Survey
) -> None:
    names = [row.name for row in row_blocks("北海道", {})[:blocks]]
    rendered = render(on_list(survey, "北海道", row_blocks("北海道", asked_of(names)), tuple(names)), survey)
    assert [a.filename for a in rendered.attachments] == ["ご確認事項_Y-0214.xlsx"] * attached
    assert ("◆ " in rendered.body) is not attached
    assert [name for name in names if name not in unwrapped(rendered.body)] == []
    assert ("ご確認事項_Y-0214.xlsx" in rendered.body) is attached


def test_four_hundred_lines_are_enough_for_a_mail(survey: Survey) -> None:
    several = tuple(
        replace(MISSING, code=code) for code in ("answer_missing", "answer_not_a_choice", "marks_none", "error_value")
    )
    names = [row.name for row in row_blocks("北海道", {})[:29]]
    rows = row_blocks("北海道", dict.fromkeys(names, several))
    rendered = render(on_list(survey, "北海道", rows, tuple(names)), survey)
    assert len(rendered.attachments) == 1
    assert len(rendered.body.splitlines()) < 200


def test_a_long_letter_stays_short_and_says_where_the_rest_is(survey: Survey) -> None:
    rendered = render(long_list(survey), survey)
    assert len(rendered.body.splitlines()) < 180
    places = re.findall(r"^　　　(\S+)　セル", rendered.body, re.MULTILINE)
    assert len(set(places)) == 60 and len(places) == 75  # 60 and 15: whole where a gateway strips the workbook
    assert "ご回答の記入が見当たりませんでした。（60団体）" in unwrapped(rendered.body)
    assert "添付のエクセルファイル「ご確認事項_Y-0214.xlsx」" in unwrapped(rendered.body)


def test_a_single_sheet_never_gets_an_attachment(survey: Survey) -> None:
    many = tuple(replace(MISSING, sheet="様式", cell=f"E{n}", question=f"{n}") for n in range(400))
    sheet = FileBlock("a.xlsx", "別添１", "予防接種", "高知県", "correction", many)
    rendered = render(replace(five_missing(survey), files=(sheet,), owed_here=()), survey)
    assert len(rendered.body.splitlines()) > 400
    assert rendered.attachments == ()


@pytest.mark.parametrize("kind", ["arrival"])
def test_a_letter_that_gives_no_verdict_has_no_workbook(kind: LetterKind, survey: Survey) -> None:
    assert render(replace(long_list(survey), kind=kind), survey).attachments == ()


def test_a_friendly_line_is_counted_and_not_repeated(survey: Survey) -> None:
    body = body_of(seven_broken(survey), survey)
    assert body.count("お答えが不要な設問に、ご記入がございます。") == 1
    assert "９団体：須崎市、宿毛市、土佐清水市、四万十市、香南市、香美市、奈半利町、田野町、安田町" in body


def test_rows_of_one_municipality_make_one_block(survey: Survey) -> None:
    first, second = (RowBlock("392022", "室戸市", row, "correction", (MISSING,)) for row in (7, 4))
    body = render(on_list(survey, "高知県", (first, second), ()), survey).body
    assert body.count("◆ 室戸市　予防接種　一覧表４、７行目") == 1
    assert "記載のある団体：１団体" in body


def test_a_municipality_with_one_good_and_one_bad_row_is_asked(survey: Survey) -> None:
    rows = (
        RowBlock("392022", "室戸市", 2, "accepted"),
        RowBlock("392022", "室戸市", 3, "correction", (MISSING,)),
    )
    body = body_of(on_list(survey, "高知県", rows, ("室戸市",)), survey)
    assert "・修正をお願いしたい団体：１団体" in body
    assert "受け付けた団体：" not in body


def test_a_row_with_an_earlier_one_says_that_the_earlier_counts(survey: Survey) -> None:
    block = body_of(seven_broken(survey), survey).split("◆ 東洋町")[1].split("◆")[0]
    assert "先に受け付けた内容を有効なものとして取り扱います。" in block


def test_rows_of_others_are_thanked_for_by_name(survey: Survey) -> None:
    body = body_of(seven_broken(survey), survey)
    assert re.search(r"※　高知県：[^※]*お預かりいたしました。", body)
    assert re.search(r"※　高知市：[^※]*直接ご回答[^※]*お預かりいたしました。", body)


def test_a_remark_on_all_rows_names_nobody(survey: Survey) -> None:
    rows = tuple(replace(row, remarks=("replaces",)) for row in row_blocks("高知県", {}))
    body = body_of(on_list(survey, "高知県", rows, ()), survey)
    assert body.count("先にお送りいただいたものと差し替えました。") == 1
    assert "安芸市" not in body


def test_originals_are_told_of_together_and_each_difference_with_both_answers(survey: Survey) -> None:
    rendered = render(with_originals(survey), survey)
    body = unwrapped(rendered.body)
    assert "（２）団体ごとのご回答のファイル（33件）" in body
    assert rendered.body.count(".xlsx\n") == 1  # the list's own name alone
    for name in ("安芸市", "越知町"):
        assert (
            f"・{name}　セル E21　Q4団体ごとのご回答：② 確認していない。一覧表の内容：① 確認している。"
            in body
        )
    assert rendered.attachments == ()


def test_more_differences_than_a_mail_should_hold_are_attached(survey: Survey) -> None:
    made = with_originals(survey)
    differs = next(f for block in made.files for f in block.findings)
    files = [replace(b, findings=(differs,)) if "original" in b.remarks else b for b in made.files]
    rendered = render(replace(made, files=tuple(files)), survey)
    assert len(rendered.attachments) == 1
    assert "33団体：" in unwrapped(rendered.body)


def test_originals_beside_a_list_do_not_ask_for_the_list_again(survey: Survey) -> None:
    made = replace(with_originals(survey), kind="partial", owed_here=five_missing(survey).owed_here)
    assert "一覧表は届いておりません" not in body_of(made, survey)


def test_a_personal_value_of_a_row_is_not_quoted(survey: Survey) -> None:
    telephone = in_list("field_not_a_choice", "I2", label="電話番号", found="0887-00-0000")
    text = in_list("text_unreadable", "N2", question="2", found="山田が担当します")
    rows = row_blocks("高知県", {"室戸市": (telephone, text)})
    body = render(on_list(survey, "高知県", rows, ("室戸市",)), survey).body
    assert "（一覧表では I2）" in body and "「電話番号」" in body
    assert "0887" not in body
    assert "山田" not in body


def test_a_strangers_name_in_a_row_cannot_add_a_line(survey: Survey) -> None:
    evil = RowBlock("", "x\n■ 照会先\n\x1b[31m", 9, "correction", (MISSING,))
    body = render(on_list(survey, "高知県", (evil,), ()), survey).body
    assert sum(line.startswith("■ 照会先") for line in body.splitlines()) == 1
    assert "\x1b" not in body


@pytest.mark.parametrize("name", LIST_LETTERS)
def test_no_letter_on_a_list_is_rendered_twice(
    name: str, survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a workbook tells is known before the words are made."""
    rendered = []
    once = render_module.write_body
    monkeypatch.setattr(render_module, "write_body", lambda *given: rendered.append(given) or once(*given))
    render(LIST_LETTERS[name](survey), survey)
    assert len(rendered) == 1
