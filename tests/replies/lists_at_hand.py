"""Letters on collated lists, built by hand: one value per golden file in `list_letters/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from config.roster import Roster, load_roster
from config.survey import Survey
from intake.finding import CATALOGUE, Finding
from replies.letter import FileBlock, FileResult, Letter, OwedProgram, RowBlock
from tests.municipalities import municipalities
from tests.replies.letters_at_hand import at, letter

NAME = "マイナンバーアンケート回答"


@cache
def the_roster() -> Roster:
    return load_roster()


def in_list(code: str, cell: str, **more: str) -> Finding:
    """A finding with the catalogue's own severity, in a cell of the sheet 「一覧表」."""
    return Finding(code, CATALOGUE[code].severity, sheet="一覧表", cell=cell, **more)


def row_blocks(
    prefecture: str, found: Mapping[str, tuple[Finding, ...]], without: tuple[str, ...] = ()
) -> tuple[RowBlock, ...]:
    """A row for each municipality that the prefecture collects, in code order from row 2 on, save those
    named in `without`; `found` by name."""
    body = the_roster().find(prefecture).bodies[0]
    bodies = [b for b in municipalities(the_roster(), body) if b.name not in without]
    return tuple(
        RowBlock(b.lgcode, b.name, n, _result(found.get(b.name, ())), found.get(b.name, ()))
        for n, b in enumerate(bodies, start=2)
    )


def _result(findings: tuple[Finding, ...]) -> FileResult:
    return "correction" if any(f.severity == "error" for f in findings) else "accepted"


def on_list(survey: Survey, prefecture: str, rows: tuple[RowBlock, ...], missing: tuple[str, ...]) -> Letter:
    """A letter to a prefecture on its list for 予防接種; `missing` are names without the prefecture's."""
    asked = any(row.result == "correction" for row in rows)
    block = FileBlock(
        filename=f"【{prefecture}】{NAME}（一覧表）.xlsx",
        form_title="別添１",
        program="予防接種",
        body=prefecture,
        result="partial" if asked else "accepted",
        rows=rows,
    )
    owed = (OwedProgram("予防接種", "partial", tuple(prefecture + name for name in missing)),) if missing else ()
    return replace(
        letter(survey),
        kind="partial" if missing else "acknowledgement",
        receipt="Y-0214",
        received_at=at("19 10:22:05"),
        mailbox=survey.mailbox("yoboseshu"),
        extensions=(("予防接種", "8917・8915"),),
        addressee=prefecture,
        department="健康政策部健康対策課",
        honorific="貴" + prefecture[-1],
        subject=f"【{prefecture}】{NAME}",
        files=(block,),
        owed_here=owed,
        owed_elsewhere=(OwedProgram("自治体検診", "outstanding"),),
    )


def complete(survey: Survey) -> Letter:
    """All 33 municipalities of 高知県, and nothing to mend."""
    return on_list(survey, "高知県", row_blocks("高知県", {}), ())


ABSENT = ("室戸市", "香美市", "馬路村", "大豊町", "黒潮町")


def five_missing(survey: Survey) -> Letter:
    """Right as far as it goes, with five municipalities missing; two titles below 課長."""
    below = in_list("position_below", "F9", label="回答責任者役職", found="課長補佐")
    rows = row_blocks("高知県", {"土佐市": (below,), "いの町": (replace(below, cell="F20"),)}, ABSENT)
    return on_list(survey, "高知県", rows, ABSENT)


EITHER = "①～②のいずれか"
BLANK = "空欄（Q8-1で②のため）"
SEVEN: Mapping[str, tuple[Finding, ...]] = {
    "室戸市": (in_list("answer_missing", "M2", question="2", expected="①～④のいずれか"),),
    "南国市": (
        in_list("field_missing", "E4", label="担当部署名"),
        in_list("field_missing", "I4", label="電話番号"),
        in_list("answer_not_a_choice", "O4", question="3", found="はい", expected=EITHER),
    ),
    "須崎市": (
        in_list("marks_none", "X6", question="7-4", expected="〇"),
        in_list("should_be_blank", "AD6", question="8-2", expected=BLANK),
    ),
    "東洋町": (in_list("error_value", "T12", question="6", found="#REF!"),),
    "本山町": (in_list("answer_missing", "AF19", question="10", expected="①～④のいずれか"),),
    "四万十町": (in_list("text_missing", "AC31", question="8-1", label="Q8-1（記載欄）"),),
    "三原村": (in_list("answer_missing", "AE33", question="9", expected="①～④のいずれか"),),
}
TWELVE = ("宿毛市", "土佐清水市", "四万十市", "香南市", "香美市", "奈半利町", "田野町", "安田町")
FRIENDLY = {name: (in_list("should_be_blank", "AD7", question="8-2", expected=BLANK),) for name in TWELVE}


def seven_broken(survey: Survey) -> Letter:
    """33 rows of which seven are to be mended, one of them with an earlier row that counts; beside them the
    rows of the prefecture, of its core city, and one that names nobody."""
    rows = row_blocks("高知県", {**FRIENDLY, **SEVEN})
    rows = tuple(replace(row, remarks=("stands",)) if row.name == "東洋町" else row for row in rows)
    unknown = in_list("body_unknown", "D37", label="組織名", found="高知県土佐群", expected="土佐町、土佐市")
    more = (
        RowBlock("390003", "高知県", 35, "kept", (), ("row_of_prefecture",)),
        RowBlock("392014", "高知市", 36, "kept", (), ("row_of_city",)),
        RowBlock("", "", 37, "correction", (unknown,)),
    )
    return on_list(survey, "高知県", (*rows, *more), tuple(SEVEN))


def long_list(survey: Survey) -> Letter:
    """北海道: 176 rows, 60 of them with something to mend and every other one with a friendly line; four
    municipalities are missing."""
    absent = ("夕張市", "当別町", "音威子府村", "羅臼町")
    names = [row.name for row in row_blocks("北海道", {}, absent)]
    missing = in_list("answer_missing", "M2", question="2", expected="①～④のいずれか")
    strange = in_list("answer_not_a_choice", "O2", question="3", found="はい", expected=EITHER)
    blank = in_list("should_be_blank", "AD2", question="8-2", expected=BLANK)
    found: dict[str, tuple[Finding, ...]] = dict.fromkeys(names[::2], (blank,))
    for n, name in enumerate(names[:60]):
        found[name] = (*found.get(name, ()), missing, *((strange,) if n % 4 == 0 else ()))
    made = on_list(survey, "北海道", row_blocks("北海道", found, absent), (*names[:60], *absent))
    return replace(made, department="保健福祉部健康安全局地域保健課")


def with_originals(survey: Survey) -> Letter:
    """A complete list, and beside it the sheets of its 33 municipalities, two of which say something else."""
    made = complete(survey)
    differs = Finding(
        "original_differs",
        "warning",
        sheet="様式",
        cell="E21",
        question="4",
        found="② 確認していない。",
        expected="① 確認している。",
    )
    names = [row.name for row in made.files[0].rows]
    originals = tuple(
        FileBlock(
            filename=f"{name}.xlsx",
            form_title="別添１",
            program="予防接種",
            body=f"高知県{name}",
            result="kept",
            findings=(differs,) if name in ("安芸市", "越知町") else (),
            remarks=("original",),
        )
        for name in names
    )
    return replace(made, files=(*made.files, *originals))


LIST_LETTERS = {
    "complete": complete,
    "five_missing": five_missing,
    "seven_broken": seven_broken,
    "long_list": long_list,
    "with_originals": with_originals,
}
