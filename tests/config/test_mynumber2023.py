"""The survey that comes with the program says what the notice of 7 July 2023 says."""

from __future__ import annotations

from datetime import datetime

import pytest

from config.form import Form, Question
from config.jst import JST
from config.survey import Survey
from tests.workbooks.forms_at_hand import choices_of, marks_of

QUESTIONS = ["1-1", "1-2", "2", "3", "4", "5", "6", "7-1", "7-2", "7-3", "7-4", "8-1", "8-2", "9", "10"]


@pytest.fixture(params=["form1", "form2"])
def form(request: pytest.FixtureRequest, survey: Survey) -> Form:
    return survey.form(request.param)


def test_deadline_is_friday_21_july_17_00(survey: Survey) -> None:
    assert survey.deadline == datetime(2023, 7, 21, 17, tzinfo=JST)
    assert survey.deadline.isoformat() == "2023-07-21T17:00:00+09:00"
    assert survey.deadline.strftime("%a") == "Fri"


def test_three_mailboxes_as_in_ki_2_and_ki_5(survey: Survey) -> None:
    assert [(m.item, m.id, m.address, m.section, m.telephone) for m in survey.mailboxes] == [
        (
            "①",
            "n_mynumber",
            "n_mynumber@mhlw.go.jp",
            "難病対策課難病調査研究係、小児慢性特定疾病係",
            "03-5253-1111",
        ),
        ("②", "yoboseshu", "yoboseshu@mhlw.go.jp", "予防接種担当参事官室企画法令係", "03-5253-1111"),
        ("③", "sukoyaka", "sukoyaka@mhlw.go.jp", "健康課健康指導係、企画法令係", "03-5253-1111"),
    ]
    assert [m.receipt_prefix for m in survey.mailboxes] == ["N", "Y", "S"]


def test_four_programs_with_their_extensions(survey: Survey) -> None:
    assert [(p.id, p.name, p.mailbox, p.form, p.extension) for p in survey.programs] == [
        ("nanbyo", "難病", "n_mynumber", "form1", "2298・2355"),
        ("shoman", "小慢", "n_mynumber", "form1", "7937"),
        ("yobosesshu", "予防接種", "yoboseshu", "form1", "8917・8915"),
        ("kenshin", "自治体検診", "sukoyaka", "form2", "2940・8871"),
    ]


def test_subject_and_file_name_convention(survey: Survey) -> None:
    assert survey.convention.text == "マイナンバーアンケート回答"
    assert survey.convention.placeholder == "都道府県・指定都市・中核市名"
    assert {"差替え", "再送"} <= set(survey.convention.skip)
    assert "差替え" in survey.convention.replaces
    assert "再送" not in survey.convention.replaces


def test_eight_attributes_in_the_notices_order(survey: Survey) -> None:
    assert [f"{a.number} {a.name}" for a in survey.attributes] == [
        "1 肺がん検診", "2 乳がん検診", "3 胃がん検診", "4 子宮頸がん検診",
        "5 大腸がん検診", "6 肝炎ウイルス検診", "7 骨粗鬆検診", "8 歯周疾患検診",
    ]  # fmt: skip
    assert "骨粗鬆症検診" in survey.attributes[6].aliases
    assert survey.attributes_form == "form2"


def test_ten_fields_in_the_sheets_order(form: Form) -> None:
    assert [(f.key, f.label) for f in form.fields] == [
        ("program", "制度等"),
        ("kind", "組織区分"),
        ("attribute", "属性"),
        ("organisation", "組織名"),
        ("department", "担当部署名"),
        ("position", "回答責任者役職"),
        ("responsible", "回答責任者氏名"),
        ("contact", "連絡先氏名"),
        ("telephone", "電話番号"),
        ("email", "メールアドレス"),
    ]
    assert [f.key for f in form.fields if not f.required] == ["program", "attribute"]
    assert [f.key for f in form.fields if f.personal] == ["responsible", "contact", "telephone", "email"]
    assert ["（厚労省で入力）" in f.hint for f in form.fields] == [True, False, True] + [False] * 7


def test_entries_of_the_program_list(survey: Survey) -> None:
    assert survey.form("form1").fields[0].kind.options == ("難病", "小慢", "予防接種")
    assert survey.form("form2").fields[0].kind.options == ("自治体検診",)


def test_questions_of_both_sheets(survey: Survey) -> None:
    assert [q.key for q in survey.form("form1").questions] == QUESTIONS
    assert [q.key for q in survey.form("form2").questions] == [*QUESTIONS, "a", "b", "c", "d"]
    additional = survey.form("form2").question("a")
    assert additional.heading == "ここからは自治体検診に関する追加の質問となります。"


def test_numbers_of_choices(survey: Survey) -> None:
    counts = {q.key: len(choices_of(q)) + len(marks_of(q)) for q in survey.form("form2").questions}
    assert counts == {
        "1-1": 2, "1-2": 2, "2": 4, "3": 2, "4": 3, "5": 2, "6": 2, "7-1": 2, "7-2": 2, "7-3": 2, "7-4": 5,
        "8-1": 3, "8-2": 2, "9": 4, "10": 4, "a": 3, "b": 5, "c": 5, "d": 2,
    }  # fmt: skip


def test_skips_are_those_of_the_questionnaire(form: Form) -> None:
    skips = {(q.key, c.number): c.skip_to for q in form.questions for c in choices_of(q) if c.skip_to}
    assert skips == {
        ("3", 2): "6",
        ("5", 1): "10",
        ("7-2", 2): "9",
        ("8-1", 2): "9",
        ("8-1", 3): "9",
    }  # Q2's 「Q3へ」 in 別添２ is wording only


def test_every_printed_skip_is_a_skip_except_to_the_next_question(survey: Survey) -> None:
    for form in survey.forms:
        printed = [(q, c) for q in form.questions for c in choices_of(q) if "へ）" in c.text]
        assert len(printed) == {"form1": 5, "form2": 7}[form.id]
        for question, choice in printed:
            expected = "" if question.key == "2" else choice.text.rpartition("（Q")[2].removesuffix("へ）")
            assert choice.skip_to == expected


def test_conditions(form: Form) -> None:
    asked = {q.key: (q.asked_if.question, q.asked_if.choices) for q in form.questions if q.asked_if}
    assert asked == {"7-3": ("7-2", (1,)), "7-4": ("7-3", (1,)), "8-2": ("8-1", (1,))}
    only = {q.key: q.only for q in form.questions if q.only}
    assert only == {"1-1": ("designated", "core", "ward", "city", "town", "village"), "1-2": ("prefecture",)}


def test_circle_questions(form: Form) -> None:
    marks = {q.key: ([m.text for m in marks_of(q)], q.kind.none_marked) for q in form.questions if marks_of(q)}
    assert marks == {
        "6": (
            [
                "①住基ネットの利用（J-LIS照会）により確認している。",
                "②組織内の住基システム等により確認している。",
            ],
            "warning",
        ),
        "7-4": (["①漢字氏名", "②カナ氏名", "③生年月日", "④性別", "⑤住所"], "error"),
    }


def texts(question: Question) -> list[tuple[str, tuple[int, ...], str, str, bool]]:
    return [(t.key, t.choices, t.kind.kind, t.where, t.alert) for t in question.free_texts]


def test_free_texts(survey: Survey) -> None:
    form = survey.form("form2")
    assert {q.key: texts(q) for q in form.questions if q.free_texts} == {
        "2": [("2-text", (3,), "year_month", "cell", False)],
        "8-1": [("8-1-text", (1,), "text", "cell", False)],
        "10": [("10-text", (2, 3, 4), "text", "cell_or_file", True)],
        "b": [("b-text", (5,), "text", "cell", False)],
        "c": [("c-text", (5,), "text", "cell", False)],
        "d": [("d-text", (2,), "text", "cell", False)],
    }
    assert [q.key for q in survey.form("form1").questions if q.free_texts] == ["2", "8-1", "10"]


def test_the_two_sheets_differ_only_where_the_notice_makes_them_differ(survey: Survey) -> None:
    first, second = survey.form("form1"), survey.form("form2")
    assert first.fields[1:] == second.fields[1:]
    pairs = zip(first.questions, second.questions, strict=False)
    assert [a.key for a, b in pairs if a != b] == ["2"]
    assert [c.text for c in choices_of(second.question("2"))[:2]] == [
        "① 定めている。（Q3へ）",
        "② 定めていない。（Q3へ）",
    ]


def test_polling_gets_denser_towards_the_deadline(survey: Survey) -> None:
    assert [(p.start.strftime("%m-%d %H:%M"), p.every_seconds) for p in survey.calendar.polling] == [
        ("07-07 00:00", 300),
        ("07-21 00:00", 60),
        ("07-21 16:00", 15),
        ("07-21 17:10", 300),
    ]


def test_reminders_fall_on_working_days(survey: Survey) -> None:
    reminders = [f"{r.month}/{r.day} {r:%H:%M}" for r in survey.calendar.reminders]
    assert reminders == ["7/14 10:00", "7/19 10:00", "7/20 10:00", "7/21 10:00", "7/21 15:00"]
    days = [*(r.date() for r in survey.calendar.reminders), survey.correct_by.date()]
    assert [d for d in days if d.weekday() > 4 or d in survey.calendar.holidays] == []


def test_holidays_of_2023(survey: Survey) -> None:
    holidays = {f"{day.month}/{day.day}" for day in survey.calendar.holidays if day.year == 2023}
    legal = "1/1 1/2 1/9 2/11 2/23 3/21 4/29 5/3 5/4 5/5 7/17 8/11 9/18 9/23 10/9 11/3 11/23"
    assert holidays - {"1/3", "12/29", "12/30", "12/31"} == set(legal.split())  # the rest: 行政機関の休日
