"""Subjects and file names by another pattern than 【name】text: with the code beside it, without brackets, turned round.

Codes by the list of the 総務省: 131067 台東区, 131148 中野区, 132063 府中市 (東京都), 342084 府中市 (広島県).
"""

from __future__ import annotations

import pytest

from config.load import load_survey
from config.roster import load_roster
from config.survey import Survey
from intake.convention import convention_findings, read_claim
from tests.config.surveys_at_hand import TINY

ROSTER = load_roster()
TEXT = "公園調査回答"
CODED = "【{code}＿{name}】{text}"


def survey(pattern: str) -> Survey:
    tiny = load_survey(TINY)
    asked = tiny.convention.changed({"pattern": pattern, "placeholder": "団体名"})
    return tiny.changed({"convention": asked})


def told(text: str, pattern: str) -> tuple[str, str, str]:
    """The codes of the bodies claimed, the finding's code and what it expects."""
    claim = read_claim(text, survey(pattern), ROSTER, is_file=True)
    found = convention_findings(claim, survey(pattern), is_file=True)
    assert len(found) < 2
    return "".join(claim.match.lgcodes), "".join(f.code for f in found), "".join(f.expected for f in found)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (CODED, f"【131067＿台東区】{TEXT}.xlsx"),
        (CODED, f"【１３１０６７_台東区】{TEXT}"),
        (CODED, f"[131067 東京都台東区] {TEXT} (2)"),
        (CODED, f"【13106＿台東区】{TEXT}"),  # without the check digit
        (CODED, f"Re: 【131067】【台東区】{TEXT}"),
        (CODED, f"【台東区131067】{TEXT}"),
        (CODED, f"【131067】{TEXT}"),  # nobody else has this code
        ("{code}_{name}_{text}", f"131067_台東区_{TEXT}.xlsx"),
        ("{code}_{name}_{text}", f"131067台東区{TEXT}.xlsx"),
        ("{text}（{code}{name}）", f"{TEXT}（131067台東区）.xlsx"),
        ("{text}_{name}", f"{TEXT}_台東区.xlsx"),
        ("{name}様式{text}", f"台東区様式{TEXT}"),
        ("【{name}】{text}", f"【131067＿台東区】{TEXT}"),  # more than was asked for
    ],
)
def test_what_is_as_asked_is_silent(pattern: str, text: str) -> None:
    assert told(text, pattern) == ("131067", "", "")


@pytest.mark.parametrize(
    ("pattern", "text", "codes", "finding", "expected"),
    [
        (CODED, f"【台東区】{TEXT}", "131067", "file_name_absent", f"【131067＿台東区】{TEXT}"),
        (CODED, f"【141003＿中野区】{TEXT}", "131148", "file_name_code", f"【131148＿中野区】{TEXT}"),
        (CODED, f"【999999＿中野区】{TEXT}", "131148", "file_name_code", f"【131148＿中野区】{TEXT}"),
        (CODED, f"【131140＿中野区】{TEXT}", "131148", "file_name_code", f"【131148＿中野区】{TEXT}"),
        (CODED, f"【団体コード＿中野区】{TEXT}", "131148", "file_name_placeholder", f"【131148＿中野区】{TEXT}"),
        (CODED, f"【団体コード＿団体名】{TEXT}", "", "file_name_placeholder", f"【団体コード＿団体名】{TEXT}"),
        (CODED, f"【132063＿府中市】{TEXT}", "132063", "", ""),
        (CODED, f"【342084】【府中市】{TEXT}", "342084", "", ""),
        (CODED, f"【府中市】{TEXT}", "132063342084", "file_name_absent", f"【団体コード＿府中市】{TEXT}"),
        (CODED, f"【131067＿台頭区】{TEXT}", "", "file_name_unknown_body", f"【団体コード＿団体名】{TEXT}"),
        (CODED, "調査の回答", "", "file_name_absent", f"【団体コード＿団体名】{TEXT}"),
        ("{code}_{name}_{text}", f"131067_台頭区_{TEXT}", "", "file_name_unknown_body", f"団体コード_団体名_{TEXT}"),
        ("{code}_{name}_{text}", f"団体コード_団体名_{TEXT}", "", "file_name_absent", f"団体コード_団体名_{TEXT}"),
        ("{text}_{name}", f"{TEXT}_台頭区", "", "file_name_unknown_body", f"{TEXT}_団体名"),
        ("{text}【{name}】", f"{TEXT}【台頭区】", "", "file_name_unknown_body", f"{TEXT}【団体名】"),
    ],
)
def test_what_differs_is_told_with_the_right_name(
    pattern: str, text: str, codes: str, finding: str, expected: str
) -> None:
    assert told(text, pattern) == (codes, finding, expected)


def test_a_wrong_code_in_a_subject_is_a_hint() -> None:
    claim = read_claim(f"【141003＿中野区】{TEXT}", survey(CODED), ROSTER, is_file=False)
    (finding,) = convention_findings(claim, survey(CODED), is_file=False)
    assert (finding.code, finding.severity) == ("subject_code", "warning")
