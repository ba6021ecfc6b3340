"""The same survey as in test_hokago with a line for each club: municipalities paste their lists, one in ten wrongly; they
are told and mend it, and the sums over the lines of the export are the truth.

tests/fixtures/surveys/gakudo2024 is data alone. The long run is of all 1,741; the short one of four among 120.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.jst import JST
from config.kinds.organisation import prescribed
from config.load import load_survey
from config.roster import Body
from replies.workbooks.export import write_export
from routing.cli.app import run_command
from routing.reading.reader import Reader
from routing.register import Register, build_register
from routing.tracking.exporting import export_rows
from tests.config.surveys_at_hand import TINY
from tests.routing.clubs_at_hand import Forms, address_of, open_at
from tests.routing.test_hokago import APART, FIRST, SECOND

GAKUDO = TINY.parent / "gakudo2024"
PLACES, OWNERS = ("児童館", "余裕教室", "その他"), ("koei", "komin", "minmin")
ROWS = dict(zip(PLACES, ("jidokan", "yoyu", "other"), strict=True))
# What is wrong in one answer of ten: the column and what stands there in the first line, and what it is told
WRONG: tuple[tuple[str, object, str], ...] = (
    ("name", None, "value_missing"),
    ("place", "公民館", "answer_not_a_choice"),
    ("capacity", "多数", "number_unreadable"),
    ("children", 99_999, "rule_broken"),
    ("children", None, "number_missing"),
    ("capacity", -1, "number_out_of_range"),
    ("opened", "6.4.1", "value_unreadable"),
)
Line = dict[str, object]


@dataclass(frozen=True)
class Answer:
    """What one municipality means: its clubs (name, place, owner, capacity, children), and what is wrong at first."""

    body: Body
    clubs: tuple[tuple[str, str, str, int, int], ...]
    wrong: tuple[str, object, str] | None
    silent: bool  # until it is reminded
    seed: int

    @property
    def children(self) -> int:
        return sum(club[4] for club in self.clubs)


def answer_of(body: Body, place: int) -> Answer:
    """The same for the same place: every tenth is wrong, every twelfth silent, every fifteenth has no club."""
    dice = random.Random(place)
    many = 0 if place % 15 == 7 else dice.choice((1, 2, 3, 5, 8, 13, 38, 40))
    clubs = tuple(
        (f"{body.name}第{n + 1}クラブ", dice.choice(PLACES), dice.choice(OWNERS), dice.randint(10, 80), dice.randint(0, 60))
        for n in range(many)
    )
    wrong = WRONG[place // 10 % len(WRONG)] if place % 10 == 0 and clubs else None
    return Answer(body, clubs, wrong, place % 12 == 5, place)


def written(answer: Answer, wrong: bool) -> dict[str, object]:
    """What stands in the cells of the form: a list as people paste one, with blank rows, 同上, units and a sum below."""
    values: dict[str, object] = {
        "organisation": prescribed(answer.body), "department": "子育て支援課", "email": address_of(answer.body), "1": 9,
        "2": "有" if answer.clubs else "無（問６へ）",
    }  # fmt: skip
    if not answer.clubs:
        return values
    for place, row in (*ROWS.items(), ("", "total")):
        for owner in (*OWNERS, "total"):
            same = [c for c in answer.clubs if place in ("", c[1]) and owner in ("total", c[2])]
            values[f"3.{row}.{owner}"] = len(same)
    dice, number, last = random.Random(answer.seed), 0, ""
    for name, place, _, capacity, children in answer.clubs:
        number += 1
        said = "同上" if place == last and dice.random() < 0.5 else place
        opened = dice.choice((None, date(2008, 4, 1), "平成20年４月１日"))
        line = (name, said, dice.choice((capacity, f"{capacity}人")), dice.choice((children, str(children))), opened)
        for key, value in zip(("name", "place", "capacity", "children", "opened"), line, strict=True):
            values[f"5.{number}.{key}"] = value
        last = place
    if number < 39:
        values[f"5.{number + 2}.name"], values[f"5.{number + 2}.children"] = "合　計", answer.children
    values["4"] = answer.children
    if wrong and answer.wrong:
        values[f"5.1.{answer.wrong[0]}"] = answer.wrong[1]
    return values


def mail_of(answer: Answer, forms: Forms, wrong: bool) -> bytes:
    """Its answer as it is sent, first or mended."""
    return forms.mail(answer.body, written(answer, wrong), mended=answer.wrong is not None and not wrong)


@pytest.fixture(scope="module")
def survey_read() -> Iterator[tuple[Register, Reader]]:
    reader = Reader(GAKUDO)
    yield build_register(GAKUDO), reader
    reader.close()


def test_the_survey_is_without_fault() -> None:
    (form,) = load_survey(GAKUDO).forms
    assert [question.printed_key for question, *_ in form.blocks] == ["1", "2", "3", "4", "4-d", "5", "6"]
    assert [*form.open_tables] == ["5"]


@pytest.mark.long
def test_the_desk_finds_nothing_wrong_with_it() -> None:
    assert run_command(["survey", "check", str(GAKUDO)]) == 0


@pytest.mark.parametrize("step", [240, pytest.param(1, marks=pytest.mark.long)])
def test_from_the_form_to_the_sums_of_the_lines(
    survey_read: tuple[Register, Reader], tmp_path: Path, step: int
) -> None:
    register, reader = survey_read
    answers = [answer_of(body, place) for place, body in enumerate(register.respondents) if place % step in (0, 1, 5, 7)]
    forms, office = Forms(register), open_at(tmp_path, register, reader, datetime(2024, 6, 3, 10, tzinfo=JST))
    try:
        for answer in answers:
            if not answer.silent:
                office.now += APART
                settled = office.settle(mail_of(answer, forms, wrong=True), mailbox="gakudo")
                (piece,) = settled.decided.pieces
                codes = {finding.code for finding in piece.findings if finding.severity == "error"}
                expected = {answer.wrong[2]} if answer.wrong else set()
                assert expected <= codes <= expected | ({"rule_broken"} if expected else set()), answer.body.full_name
                assert piece.decision.outcome == ("correction" if answer.wrong else "accepted")
        for at, kinds in ((FIRST, ("designated", "core")), (SECOND, ("ward", "city", "town", "village"))):
            office.now = max(office.now, at)
            for answer in answers:
                if answer.body.kind in kinds and (answer.silent or answer.wrong):
                    office.now += APART
                    settled = office.settle(mail_of(answer, forms, wrong=False), mailbox="gakudo")
                    assert [p.decision.outcome for p in settled.decided.pieces] == ["accepted"], answer.body.full_name
        path = tmp_path / "export.xlsx"
        rows = export_rows(office.ledger, register, office.now, with_open=False)
        assert write_export(path, rows, register.survey, office.now) == len(answers)
        _counted(path, answers)
    finally:
        office.ledger.close()


def _counted(path: Path, answers: list[Answer]) -> None:
    heads, *lines = load_workbook(path, read_only=True)["別紙様式１_Q5"].iter_rows(values_only=True)
    at = {name: heads.index(name) for name in ("団体コード", "クラブの名称", "実施場所", "定員", "登録児童")}
    found = sorted(tuple(line[place] for place in at.values()) for line in lines)
    truth = sorted((a.body.lgcode, name, place, room, many) for a in answers for name, place, _, room, many in a.clubs)
    assert found == truth
    assert sum(line[at["登録児童"]] for line in lines) == sum(answer.children for answer in answers)
