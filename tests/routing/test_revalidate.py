"""What was decided, read again under another survey: told, changed by nobody; answered anew only where it is open."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from config.load import default_survey
from tests.routing.desk_at_hand import form, mail, nanbyo
from tests.routing.test_cli import Said, deliver, lay_out, process

SAGAMIHARA = "【相模原市】マイナンバーアンケート回答"
LACKS = form({"organisation": "14神奈川県相模原市", "program": "難病", "5": None})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Yokohama's answer accepted, with a file name as nobody asked for it; Sagamihara asked for its Q5."""
    folder = tmp_path_factory.mktemp("made")
    lay_out(folder)
    deliver(folder, mail({"回答.xlsx": nanbyo()}))
    deliver(folder, mail({f"{SAGAMIHARA}.xlsx": LACKS}, SAGAMIHARA, "a@city.sagamihara.kanagawa.jp"))
    assert process("run", "--once", cwd=folder).code == 0
    return folder


@pytest.fixture
def office(tmp_path: Path, made: Path) -> Path:
    """That one, for one test."""
    return Path(shutil.copytree(made, tmp_path / "office"))


def revised(folder: Path, code: str, severity: str) -> None:
    """The survey of this office, from now on with another severity for a code."""
    survey = folder / "survey"
    shutil.copytree(default_survey(), survey)
    data = (survey / "survey.toml").read_text(encoding="utf-8")
    assert "[severities]\n" in data and f"\n{code} =" not in data
    (survey / "survey.toml").write_text(
        data.replace("[severities]\n", f'[severities]\n{code} = "{severity}"\n'), encoding="utf-8"
    )


def again(folder: Path, *arguments: str) -> Said:
    return process("--survey", "survey", "revalidate", *arguments, cwd=folder)


def recorded(folder: Path) -> list[str]:
    """All that the ledger holds."""
    connection = sqlite3.connect(folder / "ledger.db")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "ledger.db")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_under_the_same_program_and_survey_nothing_changes(office: Path) -> None:
    before = recorded(office)
    said = process("revalidate", cwd=office)
    assert (said.code, said.out) == (
        0, "2通を読み直しました。判定の変わるもの 0通。職員が判断した 0通は読み直していません。\n",
    )  # fmt: skip
    assert recorded(office) == before


@pytest.mark.long
def test_an_accepted_answer_that_would_be_sent_back_is_told_and_left_alone(office: Path) -> None:
    revised(office, "file_name_absent", "error")
    before = recorded(office)
    (one,) = again(office, "--json").json
    _, piece = one["pieces"]  # the mail as a whole goes by its files
    assert (piece["before"]["outcome"], piece["after"]["outcome"]) == ("accepted", "correction")
    assert [f[:2] for f in piece["after"]["found"]] == [["file_name_absent", "error"]]
    said = again(office, "--retry", "file_name_absent", "--by", "山田", "--why", "点検の改修後")
    assert "まだ受け付けていないメールはありません" in said.out
    assert recorded(office) == before


def test_what_is_open_is_read_again_by_code_and_answered(office: Path) -> None:
    revised(office, "answer_missing", "note")
    said = again(office, "--retry", "answer_missing", "--by", "山田", "--why", "点検の改修後")
    assert said.code == 0, said.err
    assert "要修正　E21（answer_missing）　ご回答の記入" in said.out and "判定の変わるもの 1通" in said.out
    assert rows(office, "SELECT count(*) FROM to_read") == [(1,)]
    assert process("--survey", "survey", "run", "--once", cwd=office).code == 0
    assert rows(office, "SELECT outcome FROM verdict WHERE piece <> '0' AND arrival_id = 2 ORDER BY id") == [
        ("correction",), ("accepted",),
    ]  # fmt: skip
    assert rows(office, "SELECT kind FROM outbox ORDER BY id") == [
        ("acknowledgement",), ("correction",), ("acknowledgement",),
    ]  # fmt: skip


@pytest.mark.long
def test_what_was_mended_meanwhile_is_not_read_again(office: Path) -> None:
    mended = form({"organisation": "14神奈川県相模原市", "program": "難病"})
    deliver(office, mail({f"{SAGAMIHARA}.xlsx": mended}, SAGAMIHARA, "a@city.sagamihara.kanagawa.jp"))
    assert process("run", "--once", cwd=office).code == 0
    assert "判定の変わるもの 0通" in process("revalidate", cwd=office).out  # later mails do not count against earlier ones
    revised(office, "answer_missing", "note")
    said = again(office, "--retry", "answer_missing", "--by", "山田", "--why", "点検の改修後")
    assert "判定の変わるもの 1通" in said.out and "まだ受け付けていないメールはありません" in said.out
    assert rows(office, "SELECT count(*) FROM to_read") == [(0,)]


@pytest.mark.long
def test_what_an_official_decided_is_his(office: Path) -> None:
    assert process("decide", "2", "accept", "--by", "山田", "--why", "電話で確認", cwd=office).code == 0
    revised(office, "answer_missing", "note")
    assert again(office).out == (
        "1通を読み直しました。判定の変わるもの 0通。職員が判断した 1通は読み直していません。\n"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--retry", "no_such_code", "--by", "a", "--why", "b"], "という指摘コードはありません"),
        (["--retry", "no_file"], "--by"),
    ],
)
def test_a_mistyped_command_is_told(office: Path, arguments: list[str], told: str) -> None:
    said = process("revalidate", *arguments, cwd=office)
    assert said.code == 64 and told in said.err
