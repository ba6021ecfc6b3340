"""What leaves the reader child: nothing longer, and not more, than the table says, whatever a stranger sent; and of
what people send, not a letter less."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from config.spelling import MOST_MARKS, nfkc, stream_safe
from intake import border
from intake.border import LIMITS, file_as_json, mail_as_json, passwords_as_json
from intake.finding import Finding
from intake.frames import MOST_BYTES
from intake.read_mail import Context, read_mail
from intake.shapes import as_json
from intake.submission import Address, AnswerSheet, Claim, Defect, FileReading, Message, Submission
from tests.workbooks.forms_at_hand import the_roster, the_survey

MAILS = sorted((Path(__file__).parents[1] / "mails").rglob("*.eml"))
CONTEXT = Context(the_survey(), the_roster())


def told(data: bytes) -> Any:
    return json.loads(data)


def bounded(mail: Submission) -> Any:
    return told(mail_as_json(mail, the_survey()))


def filled(shape: Any, text: str, number: int) -> Any:
    """A value of this shape with this text in every field, and so many in every tuple."""
    hints = get_type_hints(shape)
    return shape(**{field.name: _value(hints[field.name], text, number) for field in fields(shape)})


def _value(hint: Any, text: str, number: int) -> Any:
    inside = get_args(hint)
    if hint is str:
        return text
    if hint in (int, bool):
        return hint(1)
    if hint in LIMITS:
        return filled(hint, text, number)
    if inside and inside[-1] is ...:
        return (_value(inside[0], text, number),) * number
    if type(None) in inside:
        return None if get_args(inside[0]) or inside[0] is int else _value(inside[0], text, number)
    return inside[0]  # a Literal


def longest(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max(map(longest, inner), default=0)


def message(**changes: Any) -> Message:
    made = Message("<a@b.jp>", "回答", Address("", "a@city.example.lg.jp"), None, (), (), "", (), "", "本文")
    return replace(made, **changes)


def mail(**changes: Any) -> Submission:
    return replace(Submission("submission", message(), Claim("回答", "absent")), **changes)


def file(position: int = 1, **changes: Any) -> FileReading:
    made = FileReading(position, "a.xlsx", 9, "0" * 64, "answer_sheet", Claim("a", "absent"))
    return replace(made, **changes)


def sheet(name: str = "様式", **changes: Any) -> AnswerSheet:
    return replace(filled(AnswerSheet, "", 0), sheet=name, **changes)


def shapes_within(shape: type) -> list[type]:
    """A shape and those within it, each once."""
    found = dict.fromkeys([shape])
    for hint in get_type_hints(shape).values():
        for inner in (hint, *get_args(hint)):
            if isinstance(inner, type) and is_dataclass(inner):
                found |= dict.fromkeys(shapes_within(inner))
    return list(found)


def unlisted() -> list[str]:
    """Fields of a Submission that have a text or a number and no limit of their own; these get a default."""
    return [
        f"{shape.__name__}.{field.name}"
        for shape in shapes_within(Submission)
        for field in border._fields(shape)
        if field.kind != "shape" and field.name not in border.LIMITS.get(shape, {})
    ]


def test_each_field_of_a_submission_has_a_limit_of_its_own() -> None:
    """A field that is added later fails here until it stands in the table; until then a default bounds it."""
    assert unlisted() == []
    named = {(shape.__name__, name) for shape, limits in LIMITS.items() for name in limits}
    assert named <= {(shape.__name__, field.name) for shape in LIMITS for field in fields(shape)}


def test_a_field_without_a_limit_of_its_own_is_named_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    without = {**LIMITS, Message: {k: v for k, v in LIMITS[Message].items() if k != "date"}}
    monkeypatch.setattr(border, "LIMITS", without)
    border._fields.cache_clear()
    try:
        assert unlisted() == ["Message.date"]
        assert len(bounded(mail(message=message(date="x" * 10_000)))["message"]["date"]) == 1_000
    finally:
        border._fields.cache_clear()


@pytest.mark.parametrize("text", ["a" * 200_000, "漢" * 200_000, "\u0301\u0327" * 100_000, "🙂" * 200_000])
def test_every_text_of_a_submission_is_bounded_and_so_is_the_whole(text: str) -> None:
    data = mail_as_json(filled(Submission, text, 2), the_survey())
    assert len(data) <= MOST_BYTES
    whole = told(data)
    assert longest(whole) <= 100_000  # the longest that the table allows: the body
    assert {d["where"] for d in whole["message"]["defects"]} >= {"Message.subject", "Address.name"}
    assert {f["findings"][0]["code"] for f in whole["files"]} <= {"cut_short", "too_costly"}


@pytest.mark.parametrize("number", [10, pytest.param(45, marks=pytest.mark.long)])
def test_many_of_everything_are_bounded(number: int) -> None:
    """Within one another: files of sheets of answers of texts."""
    made = filled(Submission, "", 3)
    files = (replace(made.files[0], sheets=(replace(made.files[0].sheets[0], findings=(FINDING,) * 5_000),) * number),)
    data = mail_as_json(replace(made, files=files * number), the_survey())
    assert len(data) <= MOST_BYTES


FINDING = Finding("label_missing", "error", label="長い見出し" * 40)


def test_more_files_than_any_mail_has_are_left_out_and_told() -> None:
    whole = bounded(mail(files=tuple(file(n) for n in range(1, 3_001))))
    assert len(whole["files"]) == 2_000
    assert [d["where"] for d in whole["message"]["defects"]] == ["Submission.files"]


def test_files_whose_names_alone_are_too_much_are_left_out_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(border, "MOST_BYTES", 4 << 20)
    name = "漢" * 255
    files = tuple(file(n, filename=name, claim=Claim("漢" * 500, "absent")) for n in range(1, 2_001))
    data = mail_as_json(mail(files=files), the_survey())
    assert len(data) <= 4 << 20
    assert told(data)["message"]["defects"][0]["where"] == "Submission.files"


def test_of_many_files_the_largest_are_closed_and_the_others_are_kept() -> None:
    large = tuple(sheet(fields=(filled_field("x" * 30_000),) * 10) for _ in range(40))
    whole = bounded(mail(files=(file(1, sheets=(sheet(),)), file(2, sheets=large), file(3, sheets=(sheet(),)))))
    assert [f["kind"] for f in whole["files"]] == ["answer_sheet", "other", "answer_sheet"]
    assert [[x["code"] for x in f["findings"]] for f in whole["files"]] == [[], ["too_costly"], []]
    alone = told(file_as_json(file(2, sheets=large), the_survey()))
    assert (alone["sheets"], [x["code"] for x in alone["findings"]]) == ([], ["too_costly"])


def filled_field(text: str) -> Any:
    from intake.submission import FieldValue

    return FieldValue("department", text, "E5")


def test_a_sheet_name_is_cut_where_excel_ends_one_and_the_file_says_so() -> None:
    """Microsoft: worksheet names have at most 31 characters. The finding names no code of the sender's text."""
    name = "あ" * 8_000
    read = file(sheets=(sheet(name, findings=(Finding("sheet_blank", "error", sheet=name),)),))
    whole = told(file_as_json(read, the_survey()))
    kept = whole["sheets"][0]
    assert kept["sheet"] == kept["findings"][0]["sheet"] == "あ" * 30 + "…"
    assert whole["findings"][0]["code"] == "cut_short" and "8,000" in whole["findings"][0]["found"]


@pytest.mark.parametrize("field", ["message_id", "in_reply_to"])
def test_an_id_is_left_out_rather_than_cut(field: str) -> None:
    whole = bounded(mail(message=message(**{field: f"<{'a' * 5_000}@b.jp>"})))
    assert whole["message"][field] == ""
    assert whole["message"]["defects"][0]["where"] == f"Message.{field}"


def test_an_address_is_left_out_rather_than_cut() -> None:
    """Cut, it would be somebody else's."""
    whole = bounded(mail(message=message(sender=Address("札幌市", "a" * 3_000 + "@city.sapporo.lg.jp"))))
    assert whole["message"]["sender"] == {"name": "札幌市", "address": ""}
    assert whole["message"]["defects"][0]["where"] == "Address.address"


def test_what_just_fits_is_kept() -> None:
    subject, name = "件" * 500, "あ" * 31
    whole = bounded(mail(message=message(subject=subject), files=(file(sheets=(sheet(name),)),)))
    assert whole["message"]["subject"] == subject and whole["files"][0]["sheets"][0]["sheet"] == name
    assert whole["message"]["defects"] == [] and whole["files"][0]["findings"] == []


def test_runs_of_marks_are_cut_and_told_and_letters_with_their_marks_are_kept() -> None:
    whole = bounded(mail(message=message(subject="回答" + "\u0301\u0327" * 100)))
    assert whole["message"]["subject"] == "回答" + "\u0301\u0327" * 15
    assert whole["message"]["defects"][0]["where"] == "Message.subject"
    honest = "か\u3099く\u3099け\u3099" * 20 + "葛\U000e0100城市"
    assert bounded(mail(message=message(subject=honest)))["message"]["subject"] == honest


def test_defects_that_stood_there_are_kept_beside_those_of_the_border() -> None:
    whole = bounded(mail(message=message(subject="a" * 9_999, defects=(Defect("1", "last boundary missing"),))))
    assert [d["where"] for d in whole["message"]["defects"]] == ["Message.subject", "1"]


@pytest.mark.parametrize("path", MAILS, ids=[path.stem for path in MAILS])
def test_what_people_send_passes_untouched(path: Path) -> None:
    read = read_mail(path.read_bytes(), CONTEXT)
    assert mail_as_json(read, the_survey()) == as_json(read)


def test_passwords_are_few_and_short() -> None:
    answer = told(passwords_as_json(["abc123", "x" * 5_000, *(f"p{n}" for n in range(500))]))
    assert answer[0] == "abc123" and len(answer) == 100 and max(map(len, answer)) < 10


@pytest.mark.parametrize("marks", ["\u0301\u0327", "\uff9e\u0327", "\u0f73\u0f71", "\U0001d165\u0301", "\u0301"])
def test_a_run_of_marks_is_the_standards_stream_safe_length(marks: str) -> None:
    """UAX #15 §13: at most 30 non-starters, counted in the characters as they came."""
    made = stream_safe("か" + marks * 5_000 + "き" + marks * 3)
    assert len(made) == 1 + MOST_MARKS + 1 + 3 * len(marks)
    assert made.startswith("か") and made.endswith("き" + marks * 3)


def test_normalising_changes_nothing_else() -> None:
    assert nfkc("ｶﾞ①㈱" * 100) == "ガ1(株)" * 100
    assert stream_safe("🙂" * 500 + "𠮷" * 500) == "🙂" * 500 + "𠮷" * 500
