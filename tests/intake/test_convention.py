"""The convention of subjects and file names (notice 記３)."""

from __future__ import annotations

from importlib import resources

import pytest

from config.load import load_survey
from config.roster import load_roster
from intake.convention import convention_findings, name_standing_in, read_claim
from intake.submission import Claim

ROSTER = load_roster()
SURVEY = load_survey(resources.files("config") / "surveys" / "mynumber2023")
ASKED = "マイナンバーアンケート回答"  # as the notice prints it
HOLDER = "【都道府県・指定都市・中核市名】"
YOKOHAMA = "141003"


def _claim(text: str, is_file: bool = False) -> Claim:
    return read_claim(text, SURVEY, ROSTER, is_file)


def _code(text: str, is_file: bool = False) -> str:
    return "".join(f.code for f in convention_findings(_claim(text, is_file), SURVEY, is_file))


@pytest.mark.parametrize(
    "text",
    [
        f"【横浜市】{ASKED}",
        f"[横浜市]{ASKED}",
        f"〔横浜市〕{ASKED}",
        f"「横浜市」{ASKED}",
        f"［横浜市］{ASKED}",
        f"【 横浜市　】 {ASKED} ",
        f"【横濱市】{ASKED}",
        "【横浜市】ﾏｲﾅﾝﾊﾞｰｱﾝｹｰﾄ回答",
        "【横浜市】マイナンバーアンケート（回答）",
        f"Re: 【横浜市】{ASKED}",
        f"ＲＥ：【横浜市】{ASKED}",
        f"FW: RE: 【横浜市】{ASKED}",
        f"転送: 【横浜市】{ASKED}",
        f"【差替え】【横浜市】{ASKED}",
        f"【横浜市】【再送】{ASKED}",
        f"【横浜市】{ASKED}（1/3）",
        f"【横浜市】{ASKED}_v2",
        f"【横浜市】{ASKED}(2)",
        f"【神奈川県横浜市】{ASKED}",
        f"【難病】【横浜市】{ASKED}",
        f"【要返信】【横浜市】{ASKED}",
        f"横浜市{ASKED}",
        f"{ASKED}（横浜市）",
        f"Re: 【確認のお願い】Re: 【横浜市】{ASKED} [N-000123]",
    ],
)
def test_width_brackets_prefixes_and_suffixes_are_silent(text: str) -> None:
    claim = _claim(text)
    assert (claim.shape, claim.match.lgcode) == ("as_asked", YOKOHAMA)
    assert _code(text) == ""


@pytest.mark.parametrize(
    ("text", "shape", "status", "code"),
    [
        (f"{HOLDER}{ASKED}", "placeholder", "absent", "subject_placeholder"),
        (f"[都道府県･指定都市･中核市名] {ASKED}", "placeholder", "absent", "subject_placeholder"),
        (f"{HOLDER}{ASKED}（横浜市）", "placeholder", "found", "subject_placeholder"),
        ("回答の送付について", "absent", "absent", "subject_absent"),
        ("", "absent", "absent", "subject_absent"),
        ("横浜市の回答です", "absent", "found", "subject_absent"),
        ("【横浜市】難病の調査票", "deviates", "found", "subject_absent"),
        (ASKED, "deviates", "absent", "subject_absent"),
        (f"【横演市】{ASKED}", "as_asked", "unknown", "subject_unknown_body"),
        (f"【府中市】{ASKED}", "as_asked", "ambiguous", ""),
    ],
)
def test_what_deviates_is_told(text: str, shape: str, status: str, code: str) -> None:
    claim = _claim(text)
    assert (claim.shape, claim.match.status, _code(text)) == (shape, status, code)


def test_file_names_have_codes_of_their_own_and_their_extension_does_not_count() -> None:
    assert _code(f"【横浜市】{ASKED}.xlsx", is_file=True) == ""
    assert _code(f"【横浜市】{ASKED}.XLSX", is_file=True) == ""
    assert _code("様式.xlsx", is_file=True) == "file_name_absent"
    assert _code(f"{HOLDER}{ASKED}.xlsx", is_file=True) == "file_name_placeholder"
    assert _code(f"【よこはま市】{ASKED}.xlsx", is_file=True) == "file_name_unknown_body"


def test_the_finding_quotes_what_was_found_and_names_what_was_expected() -> None:
    text = "横浜市の回答を" + "とても" * 40
    (finding,) = convention_findings(_claim(text), SURVEY, is_file=False)
    assert finding.expected == f"【横浜市】{ASKED}"
    assert finding.found.startswith("横浜市の回答を") and len(finding.found) == 60
    assert finding.severity == "warning"
    (unknown,) = convention_findings(_claim("回答"), SURVEY, is_file=False)
    assert unknown.expected == f"{HOLDER}{ASKED}"


@pytest.mark.parametrize(
    ("text", "replaces"),
    [
        (f"【差替え】【横浜市】{ASKED}", True),
        (f"【横浜市】{ASKED}（訂正版）", True),
        (f"【横浜市】{ASKED}【差し替え】.xlsx", True),
        (f"【再送】【横浜市】{ASKED}", False),
        (f"【横浜市】{ASKED}", False),
    ],
)
def test_a_replacement_says_so(text: str, replaces: bool) -> None:
    assert _claim(text).replaces is replaces


@pytest.mark.parametrize(
    ("text", "programs"),
    [
        (f"【横浜市】{ASKED}（難病）", ("nanbyo",)),
        (f"【横浜市】{ASKED}_小慢・難病", ("nanbyo", "shoman")),
        (f"【横浜市】{ASKED}（予防接種）", ("yobosesshu",)),
        (f"【横浜市】{ASKED}", ()),
    ],
)
def test_programs_that_are_named(text: str, programs: tuple[str, ...]) -> None:
    assert _claim(text).programs == programs


def test_the_sender_s_own_spelling_is_kept() -> None:
    claim = _claim(f"【髙槻市】{ASKED}")
    assert (claim.name, claim.match.lgcode) == ("髙槻市", "272078")


INSIDE = [body for body in ROSTER if body.name.endswith("津市") and body.name != "津市"]


def test_sixteen_names_hold_津市() -> None:
    assert len(INSIDE) == 16


@pytest.mark.parametrize("name", sorted({body.name for body in INSIDE}))
def test_津市_is_never_found_inside_another_name(name: str) -> None:
    for text in (name, f"{name}の回答", f"回答（{name}役所）"):
        match = name_standing_in(text, ROSTER)
        assert match and {body.name for body in match.bodies} == {name}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("津市の回答", "242012"),
        ("三重県津市の回答", "242012"),
        ("沖縄県 宮古島市", "472140"),
        ("東京都府中市です", "132063"),  # 京都府 is inside it
        ("京都府の回答", "260002"),
        ("東京都市町村課", "130001"),
        ("14神奈川県横浜市", YOKOHAMA),
    ],
)
def test_the_longest_name_that_stands_in_a_text(text: str, code: str) -> None:
    match = name_standing_in(text, ROSTER)
    assert match and [body.lgcode for body in match.bodies] == [code]


def test_津市_behind_another_character_of_a_name_is_nobody() -> None:
    assert name_standing_in("架空津市の回答", ROSTER) is None


def test_every_respondent_s_convention_is_read() -> None:
    respondents = ROSTER.of_kind("prefecture", "designated", "core")
    assert len(respondents) == 129
    for body in respondents:
        claim = _claim(f"【{body.name}】{ASKED}.xlsx", is_file=True)
        assert (claim.shape, claim.match.lgcode) == ("as_asked", body.lgcode)
