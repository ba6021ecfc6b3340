"""A municipal survey with every kind of answer, from its form to its export: all municipalities answer the ministry
themselves, one in ten wrongly; they are told, reminded at two deadlines, mend it, and the sums of the export are the truth.

tests/fixtures/surveys/hokago is data alone. The long run is of all 1,741; the short one of every 45th.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.jst import JST
from config.kinds.organisation import prescribed
from config.load import load_survey
from config.roster import Body
from intake.submission import AnswerSheet
from replies.workbooks.export import write_export
from routing.cli.app import run_command
from routing.notices.remind import recipients
from routing.notices.reminding import at_hand
from routing.reading.reader import Reader
from routing.register import Register, build_register
from routing.tracking.exporting import export_rows
from routing.tracking.instant import open_instant
from routing.tracking.national import overview
from tests.config.surveys_at_hand import TINY
from tests.routing.clubs_at_hand import Forms, address_of, open_at
from tests.routing.desk_at_hand import Office

HOKAGO = TINY.parent / "hokago"
FIRST, SECOND = datetime(2024, 6, 12, 10, tzinfo=JST), datetime(2024, 6, 21, 10, tzinfo=JST)  # the reminders
APART = timedelta(minutes=5)  # between two mails: the desk holds what would leave by the hundred in an hour
PLACES, OWNERS = ("jidokan", "yoyu", "other"), ("koei", "komin", "minmin")
# What is wrong in one answer of ten: the question, what stands there, and what it is told
WRONG: tuple[tuple[str, object, str], ...] = (
    ("3.total.total", 99_999, "rule_broken"),
    ("4-d", 99_999, "rule_broken"),
    ("1", "多数", "number_unreadable"),
    ("4", None, "number_missing"),
    ("3.yoyu.komin", -1, "number_out_of_range"),
    ("5", "6.4.1", "value_unreadable"),
    ("5", date(2024, 6, 30), "value_out_of_range"),
    ("4-r", "150％", "number_out_of_range"),
    ("2", "有無", "answer_not_a_choice"),
    ("3.jidokan.koei", "数か所", "number_unreadable"),
)


@dataclass(frozen=True)
class Answer:
    """What one municipality means (numbers by key), how it writes it, and what is wrong with what it writes first."""

    body: Body
    truth: Mapping[str, int]
    written: Mapping[str, object]
    wrong: tuple[str, object, str] | None
    silent: bool  # until it is reminded


def answer_of(body: Body, place: int) -> Answer:
    """The same for the same place: every tenth is wrong, every twelfth silent, every fifteenth has no club."""
    dice = random.Random(place)
    schools = dice.randint(1, 90)
    wrong = WRONG[place // 10 % len(WRONG)] if place % 10 == 0 else None
    if place % 15 == 7:
        return Answer(body, {"1": schools}, {"1": schools, "2": "無"}, None, place % 12 == 5)
    cells = {f"3.{row}.{column}": dice.randint(0, 9) for row in PLACES for column in OWNERS}
    rows = {f"3.{row}.total": sum(cells[f"3.{row}.{column}"] for column in OWNERS) for row in PLACES}
    columns = {f"3.total.{column}": sum(cells[f"3.{row}.{column}"] for row in PLACES) for column in OWNERS}
    clubs = sum(rows.values())
    children = dice.randint(1, 40) * clubs
    truth = {"1": schools, **cells, **rows, **columns, "3.total.total": clubs, "4": children}
    if children and place % 3:
        truth["4-d"] = dice.randint(0, children)
    written: dict[str, object] = {key: _spelled(number, key, dice) for key, number in truth.items()}
    share = dice.choice((0.5, "50％", "５０％"))
    opened = dice.choice((date(2008, 4, 1), "平成20年４月１日", "H20.4.1", "2008/4/1"))
    head = {"2": dice.choice(("有", "無（問６へ）")[:1]), "4-r": share, "5": opened}
    return Answer(body, truth, {**written, **head}, wrong, place % 12 == 5)


def _spelled(number: int, key: str, dice: random.Random) -> object:
    unit = "校" if key == "1" else "人" if key[0] == "4" else "か所"
    return dice.choice((number, number, number, f"{number:,}{unit}", str(number).translate(_WIDE), f"約{number}"))


_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def mail_of(answer: Answer, forms: Forms, wrong: bool) -> bytes:
    """Its answer as it is sent, first or mended."""
    values = {
        "organisation": prescribed(answer.body), "department": "子育て支援課", "email": address_of(answer.body),
        **answer.written, **({answer.wrong[0]: answer.wrong[1]} if wrong and answer.wrong else {}),
    }  # fmt: skip
    return forms.mail(answer.body, values, mended=answer.wrong is not None and not wrong)


@pytest.fixture(scope="module")
def survey_read() -> Iterator[tuple[Register, Reader]]:
    reader = Reader(HOKAGO)
    yield build_register(HOKAGO), reader
    reader.close()


def test_the_survey_is_without_fault() -> None:
    (form,) = load_survey(HOKAGO).forms
    assert {question.kind.kind for question in form.questions} == {"number", "choice", "date", "text"}
    assert [question.printed_key for question, *_ in form.blocks] == ["1", "2", "3", "4", "4-d", "4-r", "5", "6"]


@pytest.mark.long
def test_the_desk_finds_nothing_wrong_with_it() -> None:
    assert run_command(["survey", "check", str(HOKAGO)]) == 0


@pytest.mark.parametrize("step", [120, pytest.param(1, marks=pytest.mark.long)])
def test_from_the_form_to_the_sums(survey_read: tuple[Register, Reader], tmp_path: Path, step: int) -> None:
    register, reader = survey_read
    answers = [answer_of(body, place) for place, body in enumerate(register.respondents) if place % step in (0, 5, 7)]
    forms, office = Forms(register), open_at(tmp_path, register, reader, datetime(2024, 6, 3, 10, tzinfo=JST))
    try:
        for answer in answers:
            if not answer.silent:
                _settle_first(office, forms, answer)
        _reminded_and_mended(office, forms, [a for a in answers if a.body.kind in ("designated", "core")], FIRST)
        _reminded_and_mended(office, forms, [a for a in answers if a.body.kind not in ("designated", "core")], SECOND)
        _counted(office, register, answers, tmp_path / "export.xlsx")
    finally:
        office.ledger.close()


def _settle_first(office: Office, forms: Forms, answer: Answer) -> None:
    office.now += APART
    settled = office.settle(mail_of(answer, forms, wrong=True), mailbox="gakudo")
    (piece,) = settled.decided.pieces
    codes = {finding.code for finding in piece.findings if finding.severity == "error"}
    expected = {answer.wrong[2]} if answer.wrong else set()
    follows = {"rule_broken"} if expected == {"number_out_of_range"} else set()  # what is out of range adds up no more
    assert expected <= codes <= expected | follows, (answer.body.full_name, answer.written)
    assert piece.decision.outcome == ("correction" if answer.wrong else "accepted")
    assert settled.reply is not None
    assert settled.reply.kind == ("correction" if answer.wrong else "acknowledgement")


def _reminded_and_mended(office: Office, forms: Forms, answers: list[Answer], at: datetime) -> None:
    """Of these, who did not answer or has to mend his answer is reminded, and nobody else; then all of them do."""
    office.now = at
    told = {r.lgcode for r in recipients(at_hand(office.desk), at, office.now, ["gakudo"])}
    open_ = [answer for answer in answers if answer.silent or answer.wrong]
    assert {a.body.lgcode for a in answers} & told == {a.body.lgcode for a in open_}
    for answer in open_:
        office.now += APART
        settled = office.settle(mail_of(replace(answer, silent=False), forms, wrong=False), mailbox="gakudo")
        assert [p.decision.outcome for p in settled.decided.pieces] == ["accepted"], answer.body.full_name
        assert settled.reply is not None and settled.reply.kind == "acknowledgement"


def _counted(office: Office, register: Register, answers: list[Answer], path: Path) -> None:
    truth: Counter[str] = Counter()
    for answer in answers:
        truth.update(answer.truth)
    found = overview(open_instant(office.ledger, register, office.now))
    assert sum(tile.accepted for tile in found.tiles) == len(answers)
    assert sum(tile.total for tile in found.tiles) == 1741
    rows = export_rows(office.ledger, register, office.now, with_open=False)
    assert write_export(path, rows, register.survey, office.now) == len(answers)
    book = load_workbook(path, read_only=True)
    heads, *lines = book["別紙様式１"].iter_rows(values_only=True)
    (form,) = register.survey.forms
    for question in form.questions:
        if not question.kind.summed:
            continue
        head = f"Q{question.printed_key}" + (f"（{question.part.label}）" if question.part else "")
        cells = [line[heads.index(head)] for line in lines]
        assert all(isinstance(cell, int | float) or cell is None for cell in cells), head
        assert sum(Decimal(str(cell)) for cell in cells if cell is not None) == truth[question.key], head
        assert _summary(book["集計"], question.said) == truth[question.key], head
    opened = [line[heads.index("Q5")] for line in lines if line[heads.index("Q5")] is not None]
    assert {str(day)[:10] for day in opened} == {"2008-04-01"}


def _summary(page: object, text: str) -> object:
    """The sum that 集計 shows of a number."""
    lines = list(page.iter_rows(values_only=True))  # type: ignore[attr-defined]
    top = next(n for n, line in enumerate(lines) if str(line[1]).strip() == text.strip())
    return next(line[2] for line in lines[top + 1 :] if line[1] == "合計")


def test_what_was_read_of_one_answer_is_what_was_meant(survey_read: tuple[Register, Reader], tmp_path: Path) -> None:
    register, reader = survey_read
    answer = answer_of(register.respondents[1], 1)
    office = open_at(tmp_path, register, reader, datetime(2024, 6, 10, 10, tzinfo=JST))
    try:
        settled = office.settle(mail_of(answer, Forms(register), wrong=False), mailbox="gakudo")
        (piece,) = settled.decided.pieces
        sheet: AnswerSheet = piece.sheet
        read = {a.question: a.understood for a in sheet.answers}
        assert {key: read[key] for key in answer.truth} == {key: str(number) for key, number in answer.truth.items()}
        assert (read["4-r"], read["5"]) == ("50%", "2008-04-01")
    finally:
        office.ledger.close()
