"""One sentence for every code, in courteous Japanese, and no word of this survey in our own wording."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from config.load import load_survey
from intake.finding import CATALOGUE, About, Finding
from intake.submission import MailKind
from replies.letter import FileResult
from replies.letter_kinds import LetterKind, NoticeKind
from replies.wording import load_wording
from tests.replies.letters_at_hand import the_survey

REPLIES = Path(__file__).parents[2] / "replies"
SPOKEN = {p.name: p.read_text("utf-8") for p in (REPLIES / "wording.toml", *REPLIES.glob("templates/*.j2"))}
CODE = {str(p.relative_to(REPLIES)): p.read_text("utf-8") for p in REPLIES.rglob("*.py")}
BANNED = ("補正依頼", "督促", "エラー", "警告", "不備", "遅延", "期限超過")
POLITE_END = re.compile(r"(です|ます|でした|ました|ません|ください|幸いです)(（[^）]+）)?。$")


def test_every_code_has_wording_and_every_wording_a_code() -> None:
    assert set(load_wording().finding) == set(CATALOGUE)


def test_each_table_speaks_of_exactly_the_values_there_are() -> None:
    wording = load_wording()
    variants = {"again", "attachment", "kept", "list_wanted", "mending", "today"}
    assert set(wording.subject) == set(get_args(LetterKind)) | set(get_args(NoticeKind)) | variants
    assert set(wording.result) == set(get_args(FileResult))
    assert set(wording.mail_kind) == set(get_args(MailKind))
    assert set(wording.captions) == set(get_args(About))
    states = {"outstanding", "correction", "partial", "accepted", "held", "not_applicable"}
    assert set(wording.state) == set(wording.standing) - {"unbooked"} == states
    assert set(wording.outcome) == {"accepted", "correction", "held", "ignored", "kept"}


def test_each_kind_of_letter_has_its_template() -> None:
    assert {f"{kind}.j2" for kind in get_args(LetterKind)} <= set(SPOKEN)


@pytest.mark.parametrize("word", BANNED)
def test_a_banned_word_stands_nowhere(word: str) -> None:
    assert len(SPOKEN) > 8
    assert [name for name, text in SPOKEN.items() if word in text] == []


@pytest.mark.parametrize("word", ["難病", "小慢", "予防接種", "検診", "マイナンバー", "厚生労働省", "別添"])
def test_a_word_of_this_survey_stands_neither_in_wording_nor_in_code(word: str) -> None:
    # Docstrings may show an example; what is said must come from the survey.
    said = {**SPOKEN, **{name: _strings(text) for name, text in CODE.items()}}
    assert [name for name, text in said.items() if word in text] == []


def test_no_name_from_the_survey_file_stands_in_our_wording() -> None:
    survey = the_survey()
    names = {p.name for p in survey.programs} | {a.name for a in survey.attributes}
    names |= {m.section for m in survey.mailboxes} | {m.address for m in survey.mailboxes}
    names |= {survey.phrases.mail_title, survey.phrases.ministry, survey.convention.text}
    names |= {form.title for form in survey.forms}
    assert len(names) > 20
    assert [(f, n) for f, text in SPOKEN.items() for n in names if n in text] == []


def test_every_sentence_is_a_whole_one_in_polite_style() -> None:
    wording = load_wording()
    said = [text for saying in wording.finding.values() for text in (saying.sentence, saying.mend)]
    said += [*wording.remark.values(), *wording.result.values()]
    assert [text for text in said if not POLITE_END.search(text)] == []


def test_placeholders_are_those_that_a_finding_and_its_survey_fill() -> None:
    said = [text for s in load_wording().finding.values() for text in (s.sentence, s.mend)]
    names = {name for text in said for _, name, _, _ in Formatter().parse(text) if name is not None}
    assert names <= {"found", "expected", "label", "question", "list_sheet"}


def test_a_message_names_the_question_as_the_notice_does() -> None:
    finding = Finding("answer_missing", "error", sheet="様式", cell="E26", question="7-2", label="長い質問文")
    assert load_wording().message(finding).startswith("Q7-2：ご回答の記入が見当たりませんでした。")


def test_a_message_names_the_field_where_there_is_no_question() -> None:
    finding = Finding("field_missing", "error", sheet="様式", cell="E8", label="担当部署名")
    assert load_wording().message(finding).startswith("担当部署名：ご記入が")


def test_braces_from_a_sender_are_no_placeholders() -> None:
    finding = Finding("field_missing", "error", found="{expected}", expected="secret", label="{found}")
    assert "secret" not in load_wording().message(finding)


def _strings(source: str) -> str:
    """The source without docstrings and comments."""
    without = re.sub(r'"""[\s\S]*?"""', "", source)
    return re.sub(r"#.*", "", without)


def test_the_sheet_for_lists_is_called_as_the_survey_calls_it() -> None:
    """S1b of the newcomer's review: list_sheet = 集計行, and letters that spoke of 「一覧用」."""
    gakudo = load_survey(Path(__file__).parents[1] / "fixtures" / "surveys" / "gakudo")
    finding = Finding("row_is_heading", "error")
    assert load_wording().message(finding).count("「一覧用」") == 2
    said = load_wording().of(gakudo).message(finding)
    assert "一覧用" not in said
    assert said.count("「集計行」シート") == 2


def test_no_wording_names_a_sheet_of_a_survey() -> None:
    assert "一覧用" not in SPOKEN["wording.toml"]


# --- a survey's own words -------------------------------------------------------------------------------------------

ROOMS = [file for room in ("replies", "routing") for file in sorted((REPLIES.parent / room).rglob("*.py"))]


def _in_own_words() -> set[str]:
    """The tables of wording.toml in which a survey's words stand, and what reads one of them."""
    tables = re.split(r"^\[(\w+)[^\]]*\]$", SPOKEN["wording.toml"], flags=re.MULTILINE)
    found = {name for name, text in zip(tables[1::2], tables[2::2], strict=True) if "〔" in text}
    return found | ({"sentence", "mend", "message"} if "finding" in found else set())


def _bare(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "load_wording"


def _read_bare(code: str) -> set[str]:
    """The attributes that are read of a wording that was told of no survey."""
    tree = ast.parse(code)
    read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _bare(node.value)}
    for made in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        within = list(ast.walk(made))
        pairs = [pair for node in within if isinstance(node, ast.Assign) for pair in _assigned(node)]
        names = {name.id for name, value in pairs if isinstance(name, ast.Name) and _bare(value)}
        read |= {
            node.attr for node in within
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names
        }  # fmt: skip
    return read


def _assigned(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=True)
        else:
            yield target, node.value


def test_nobody_reads_what_has_a_surveys_words_without_the_survey() -> None:
    own = _in_own_words()
    assert {"subject", "action", "next_step", "report", "finding", "mail", "sentence"} <= own
    assert _read_bare("def f():\n w, n = load_wording(), 1\n return w.mail, load_wording().screen") == {"mail", "screen"}
    read = {str(file.relative_to(REPLIES.parent)): own & _read_bare(file.read_text("utf-8")) for file in ROOMS}
    assert {name: tables for name, tables in read.items() if tables} == {}


def test_what_is_said_of_local_governments_alone_is_not_said_of_a_surveys_own_bodies() -> None:
    gakko = load_survey(Path(__file__).parents[1] / "fixtures" / "surveys" / "gakko")
    usual, own = load_wording(), load_wording().of(gakko)
    unknown, ambiguous = Finding("body_unknown", "error"), Finding("body_ambiguous", "error")
    assert usual.mend(unknown) == "都道府県名から始まる正式な名称を、空白を入れずにご記入ください。"
    assert own.mend(unknown) == "正式な名称をご記入ください。"
    assert own.mend(ambiguous) == "正式な名称を、都道府県名を前に付けてご記入ください。"
    assert usual.remark["row_of_city"].startswith("指定都市・中核市の行は、当該市から直接ご回答いただきますので、")
    assert own.remark["row_of_city"].startswith("自ら回答する団体の行は、当該団体から直接ご回答いただきますので、")
    assert (usual.report["lgcode"], own.report["lgcode"]) == ("団体コード", "学校コード")
