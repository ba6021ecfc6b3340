"""A wrong survey is told with file, key and reason, every mistake of all its files at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import SurveyError
from config.load import default_survey, load_survey
from tests.config.surveys_at_hand import TINY, Break

SURVEY, FORM = "survey.toml", "form1.toml"
REPLACES = 'placeholder = "市名"\nreplaces = ["差替え"]'
ASKED_IF_3 = 'item = "2"\nasked_if = { question = "3", choices = [1] }'
MARKS = '''
    { number = 1, text = "①ぶらんこ" },
    { number = 2, text = "②砂場" },
'''
ASKED_IF_7 = 'item = "2"\nasked_if = { question = "1", choices = [7] }'


def test_every_mistake_of_all_files_at_once(broken: Break) -> None:
    mistakes = broken(
        {
            SURVEY: [
                ('id = "tiny"\n', ""),
                ('wrong_mailbox = "resend"', 'wrong_mailbox = "burn"'),
                ("every_seconds = 600", 'every_seconds = "often"'),
                ("[convention]", "[convention]\nstyle = 1"),
            ],
            FORM: [('version = "1"\n', ""), ('skip_to = "3"', 'skip_to = "9"')],
        }
    )
    assert sorted(str(mistake) for mistake in mistakes) == [
        "form1.toml 32行目: questions.1.choices.2.skip_to（「1」）: 質問「9」はありません（questions）。",
        "form1.toml: version: この項目がありません。",
        "survey.toml 17行目: convention.style: 知らない項目です（綴りをご確認ください）。",
        "survey.toml 48行目: calendar.polling.1.every_seconds: 整数を書いてください。",
        "survey.toml 5行目: wrong_mailbox: transfer、resend のいずれかを書いてください。",
        "survey.toml: id: この項目がありません。",
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (SURVEY, 'mailbox = "koen"', 'mailbox = "post"', "programs.1.mailbox: 提出先「post」はありません"),
        (SURVEY, 'form = "sheet"', 'form = "leaf"', "programs.1.form: 様式「leaf」はありません"),
        (SURVEY, 'program = "park"', 'program = "zoo"', "duties.1.program: 制度等「zoo」はありません"),
        (SURVEY, 'program = "park"', 'program = "zoo"', "programs.1.id: 制度等「park」を提出する団体"),
        (SURVEY, '["core"]', '["hamlet"]', "duties.1.respondents.1: prefecture、designated、core"),
        (SURVEY, 'own = "demanded"', 'own = "no"', "duties.1.own: demanded、welcome、none"),
        (SURVEY, 'own = "', 'collected = "all"\nown = "', "duties.1.collected: municipalities、none"),
        (SURVEY, "2024-02-09T12:00:00+09:00", "2024-02-09T12:00:00", "deadline: 日時に +09:00"),
        (SURVEY, "2024-02-14T12", "2024-02-09T11", "correct_by: 提出期限（deadline）より後"),
        (SURVEY, "2024-02-08T10", "2024-02-10T10", "calendar.reminders.1: 提出期限（deadline）より前"),
        (SURVEY, "2024-02-12]", "12]", "calendar.holidays.1: 日付を"),
        (SURVEY, "every_seconds = 600", "every_seconds = 0", "calendar.polling.1.every_seconds: 1 以上"),
        (SURVEY, 'id = "tiny"', 'id = "t"\nattributes_form = "no"', "attributes_form: 様式「no」はあり"),
        (SURVEY, 'placeholder = "市名"', REPLACES, "convention.replaces.1: 「差替え」は skip にも"),
        (FORM, 'skip_to = "3"', 'skip_to = "9"', "questions.1.choices.2.skip_to: 質問「9」はありません"),
        (FORM, 'skip_to = "3"', 'skip_to = "1"', "questions.1.choices.2.skip_to: 質問「1」は後の質問では"),
        (FORM, "② ない。（質", "③ ない。（質", "questions.1.choices.2.text: 先頭の番号が number（2）と"),
        (FORM, "number = 2", "number = 1", "questions.1.choices: number 1 が2回"),
        (
            FORM,
            "s = [1]\nfo",
            "s = [3]\nfo",
            "questions.3.free_texts.1.choices: 質問「3」に番号 3 の選択肢",
        ),
        (FORM, 'key = "3-text"', 'key = "2"', "questions: key「2」が2回以上"),
        (FORM, 'label = "担当者"', 'label = "市の 名前"', "fields.2.label: 「市の 名前」は fields.1.label と同じ文"),
        (FORM, 'text = "公園をつくる予定が', 'text = "公園が', "questions.3.text: 「公園があるか。」は questions.1.text"),
        (FORM, 'label = "担当者"', 'label = "①ぶらんこ"', "fields.2.label: 「①ぶらんこ」は questions.2.marks.1.text と"),
        (FORM, 'text = "公園があるか。"', 'text = "―"', "questions.1.text: 記号だけの文は"),
        (FORM, 'label = "担当者"', 'label = "=A1"', "fields.2.label: 「=」で始める"),
        (FORM, 'label = "担当者"', 'label = "担当\\u0007者"', "fields.2.label: 使えない文字（U+0007）"),
        (FORM, 'item = "1"', 'item = "\\u0007"', "questions.1.item: 使えない文字（U+0007）"),
        (FORM, '空欄あり"', '空欄\\u0000あり"', "flags.fields_missing: 使えない文字（U+0000）"),
        (SURVEY, 'section = "利用係"', 'section = "利用\\u202e係"', "mailboxes.1.section: 使えない文字（U+202E）"),
        (SURVEY, 'title = "公園の', f'title = "{"公" * 100}', "title: 100文字まで"),
        (SURVEY, 'text = "公園調査回答"', f'text = "{"公" * 101}"', "convention.text: 100文字まで"),
        (FORM, MARKS, "", "questions.2.marks: 1つ以上"),
        (FORM, 'label = "①を', 'label = "　" # ', "questions.3.free_texts.1.label: 記号だけの文は"),
        (FORM, 'sheet = "回答"', 'sheet = "回/答"', "sheet: シート名に「/」は"),
        (FORM, 'sheet = "回答"', f'sheet = "{"回" * 32}"', "sheet: シート名は31文字まで"),
        (FORM, 'sheet = "回答"', 'sheet = "リスト"', "sheet: 「リスト」という名前のシートは"),
        (FORM, '"公園調査.xlsx"', '"../公園調査.xlsx"', "file_name: ファイル名に「/」は"),
        (FORM, '"公園調査.xlsx"', '"公園調査.csv"', "file_name: ○○.xlsx と"),
        (FORM, '"公園調査.xlsx"', '"公園調査.xls"', "file_name: Excel の「名前を付けて保存」"),
        (FORM, '空欄あり"', f'{"空" * 101}"', "flags.fields_missing: 100文字まで"),
        (FORM, 'key = "contact"', 'key = "2"', "questions: key「2」は fields にも"),
        (FORM, 'key = "contact"', 'key = "a#1"', "fields: key「a#1」は使えません"),
        (FORM, "（質問3へ）", "（質問１へ）", "questions.1.choices.2.skip_to: 「質問1へ」と印字されて"),
        (SURVEY, 'receipt_prefix = "K"', 'receipt_prefix = "公"', "mailboxes.1.receipt_prefix: 半角の英大文字"),
        (SURVEY, "koen@park.example.jp", "公園係", "mailboxes.1.address: メールアドレスではありません"),
        (SURVEY, "koen@park.example.jp", "koen@@park.example.jp", "mailboxes.1.address: メールアドレスでは"),
        (SURVEY, "koen@park.example.jp", "koen@park", "mailboxes.1.address: メールアドレスでは"),
        (SURVEY, 'ministry = "公園庁"', 'ministry = "公園庁\\nBcc: x"', "phrases.ministry: 改行は使えません"),
        (SURVEY, 'title = "公園の利用に関する調査"', 'title = " "', "title: 空にはできません"),
        (SURVEY, 'text = "公園調査回答"', 'text = "[市名]公園調査"', "convention.text: 「[」は使えません"),
        (SURVEY, "2024-02-01T", "2025-02-01T", "calendar.polling.1.start: 提出期限（deadline）より前"),
        (SURVEY, "2024-02-12]", "2023-02-12]", "calendar.holidays: 提出期限（deadline）の年の"),
        (SURVEY, 'own = "demanded"', 'own = "none"', 'duties.1.own: "none" は'),
        (SURVEY, 'own = "d', 'collected = "municipalities"\nown = "d', "duties.1.collected: 取りまとめるのは都道府県"),
        (SURVEY, 'own = "d', 'deadline = 2024-02-10T12:00:00+09:00\nown = "d', "duties.1.deadline: 調査の提出期限"),
        (SURVEY, 'own = "d', 'correct_by = 2024-02-09T12:00:00+09:00\nown = "d', "duties.1.correct_by: この団体の"),
        (SURVEY, 'own = "d', 'deadline = 2024-02-08T12:00:00Z\nown = "d', "duties.1.deadline: 日時に +09:00"),
        (SURVEY, 'name = "公園"', 'name = ""', "programs.1.name: 空にはできません"),
        (FORM, 'item = "2"', ASKED_IF_3, "questions.2.asked_if.question: 質問「3」は前の質問では"),
        (FORM, 'item = "2"', ASKED_IF_7, "questions.2.asked_if.choices: 質問「1」に番号 7 の選択肢"),
        (FORM, 'd = "error"', 'd = "fatal"', "questions.2.none_marked: error、warning、note のいずれか"),
        (FORM, 'item = "1"', 'item = "1"\nnone_marked = "note"', "questions.1.none_marked: 知らない項目です"),
        (FORM, 'list_sheet = "一覧"', 'list_sheet = "回答"', "list_sheet: sheet と同じ名前には"),
        (FORM, 'kind = "text"', 'kind = "choice"', "fields.2.choices: この項目がありません"),
    ],
)
def test_each_mistake_names_its_key(broken: Break, file: str, old: str, new: str, told: str) -> None:
    found = [f"{m.file}: {m.key}: {m.reason}" for m in broken({file: [(old, new)]})]
    assert [line for line in found if line.startswith(f"{file}: {told}")], found


@pytest.mark.parametrize("file", [SURVEY, FORM])
def test_a_syntax_error_is_told_with_its_line(broken: Break, file: str) -> None:
    (mistake,) = broken({file: [("title = ", "title == ")]})  # the third line of both files
    assert (mistake.file, mistake.key) == (file, "")
    assert "3行目" in mistake.reason


def test_two_forms_of_the_same_version_are_told(tmp_path: Path) -> None:
    for name in (SURVEY, FORM):
        (tmp_path / name).write_bytes((TINY / name).read_bytes())
    (tmp_path / "form2.toml").write_bytes((TINY / FORM).read_bytes())
    with pytest.raises(SurveyError, match=r"form2\.toml 2行目: version: 同じ id と version"):
        load_survey(tmp_path)


def test_a_form_may_have_two_versions_and_the_last_is_the_newest(tmp_path: Path) -> None:
    for name in (SURVEY, FORM):
        (tmp_path / name).write_bytes((TINY / name).read_bytes())
    newer = (TINY / FORM).read_text(encoding="utf-8").replace('version = "1"', 'version = "2"')
    (tmp_path / "form1b.toml").write_text(newer, encoding="utf-8")
    survey = load_survey(tmp_path)
    assert survey.form("sheet").version == "2"
    assert survey.form("sheet", "1").version == "1"


def test_an_unknown_finding_code_is_told_if_the_codes_are_known() -> None:
    assert load_survey(TINY, frozenset({"subject_absent"})).severities == {"subject_absent": "note"}
    with pytest.raises(SurveyError, match=r"severities\.subject_absent: この指摘コードはありません"):
        load_survey(TINY, frozenset({"no_file"}))


def test_a_folder_without_survey_or_forms_is_told(tmp_path: Path) -> None:
    with pytest.raises(SurveyError, match="フォルダーがありません"):
        load_survey(tmp_path / "none")
    with pytest.raises(SurveyError) as caught:
        load_survey(tmp_path)
    assert {m.file for m in caught.value.mistakes} == {"survey.toml", "form*.toml"}


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / FORM).write_bytes((TINY / FORM).read_bytes())
    (tmp_path / SURVEY).write_bytes('title = "調査"'.encode("cp932"))
    with pytest.raises(SurveyError, match=r"survey\.toml: 文字コードが UTF-8 ではありません"):
        load_survey(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('version = "1"', "version = “1”", "2行目11文字目の近くをご確認ください）。「“」は、半角で書いてください。"),
        ('version = "1"', 'version ＝ "1"', "2行目9文字目の近くをご確認ください）。「＝」は、半角で書いてください。"),
        ('version = "1"', 'version　= "1"', "2行目8文字目の近くをご確認ください）。全角の空白は、半角で書いてください。"),
        ('version = "1"', 'version = "1', "2行目13文字目の近くをご確認ください）。「\"」が閉じていないか"),
        ('version = "1"', "version = 様式", "2行目11文字目の近くをご確認ください）。一行に一つ、「キー = 値」の形で"),
        ('version = "1"', 'version = "1"\nversion = "2"', "の近くをご確認ください）。同じ項目が2回書かれています。"),
        ("[flags]", "[flags]\n[flags]", "の近くをご確認ください）。同じ見出し [ … ] が2回書かれています。"),
    ],
)
def test_what_is_no_toml_is_told_with_how_it_is_mended(broken: Break, old: str, new: str, told: str) -> None:
    (mistake, *_) = (m for m in broken({FORM: [(old, new)]}) if m.file == FORM)
    assert told in mistake.reason


def test_what_a_mistake_quotes_is_one_line_of_bounded_length(broken: Break) -> None:
    (told,) = map(str, broken({FORM: [('skip_to = "3"', f'skip_to = """{"長い" * 500}\n"""')]}))
    assert "\n" not in told and len(told) < 200
    assert "…」はありません（questions）" in told


def test_a_program_that_every_subject_names_is_told(broken: Break) -> None:
    """With two programs, each subject 【市名】公園調査回答 would be read as 公園."""
    second = '[[programs]]\nid = "zoo"\nname = "池"\nchoice = "池"\nmailbox = "koen"\nform = "sheet"\nextension = ""'
    duty = '[[duties]]\nprogram = "zoo"\nrespondents = ["core"]\nown = "demanded"'
    (mistake,) = broken({SURVEY: [("[calendar]", f"{second}\n{duty}\n[calendar]")]})
    assert str(mistake).startswith("survey.toml 31行目: programs.1.name（「park」）: 「公園」は件名の形")


@pytest.mark.parametrize("folder", ["tiny", "gakudo", "mynumber2023"])
def test_the_surveys_at_hand_have_no_mistake(folder: str) -> None:
    load_survey(default_survey() if folder == "mynumber2023" else TINY.parent / folder)
