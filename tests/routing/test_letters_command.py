"""`letters`, `find`, `note` and `show BODY`, typed as an official would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import load_settings
from routing.cli.app import run_command
from routing.ledger import promises
from routing.ledger.store import Ledger
from tests.routing.desk_at_hand import Office, mail

BY = ("--by", "受付太郎", "--why", "週明けに再提出とのこと")


@pytest.fixture
def said(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    office.settle(mail(body="標記の件、属性欄は空欄です。"))
    assert load_settings(tmp_path / "settings.toml").ledger == office.ledger.path

    def run(*arguments: str, code: int = 0) -> str:
        options = ["--settings", str(tmp_path / "settings.toml"), "--now", office.now.isoformat()]
        assert run_command([*options, *arguments]) == code
        printed = capsys.readouterr()
        return printed.out + printed.err

    return run


def test_what_was_sent_on_a_day_and_to_a_body(said) -> None:  # type: ignore[no-untyped-def]
    for arguments in (("letters",), ("letters", "--day", "７/18"), ("letters", "--body", "横浜市")):
        assert "【受付】" in said(*arguments) and "kenko@city.yokohama.lg.jp" in said(*arguments)
    assert "【受付】" not in said("letters", "--day", "7/17")
    assert "団体一覧にありません" in said("letters", "--body", "存在市", code=1)


def test_words_are_found_in_text_subject_address_and_file_name(said) -> None:  # type: ignore[no-untyped-def]
    for words in ("属性欄は", "アンケート回答", "KENKO@", "回答.xlsx"):
        assert "神奈川県横浜市" in said("find", words)
    for words in ("無い言葉", "%", "_", " "):
        assert "神奈川県横浜市" not in said("find", words)


def test_words_that_were_read_anew_or_erased_are_found_as_they_stand_now(said, office: Office) -> None:  # type: ignore[no-untyped-def]
    office.settle(mail(subject="お尋ね", body="締切は何時ですか。"))
    assert "お尋ね" in said("find", "締切は何時")
    said("decide", "2", "retry", *BY)
    assert len(list(office.desk.settle_waiting())) == 1
    assert "お尋ね" in said("find", "締切は何時")
    said("erase", "2", *BY, "--yes")
    assert "お尋ね" not in said("find", "締切は何時") and "お尋ね" not in said("find", "お尋ね")
    assert office.ledger.row("SELECT said FROM words WHERE arrival_id = 2")["said"].split() == ["kenko@city.yokohama.lg.jp"]
    assert all(promise.holds for promise in promises.ask(office.ledger.connection))


def test_a_body_is_shown_with_what_was_said_and_sent(said, office: Office) -> None:  # type: ignore[no-untyped-def]
    assert "記録しました" in said("note", "141003", *BY)
    shown = said("show", "横浜市")
    assert "難病：受付済み" in shown and "週明けに再提出とのこと" in shown and "受付太郎" in shown
    assert shown.index("届いた") < shown.index("送った") < shown.index("記録")
    assert "幾つかあります" in said("show", "府中市", code=1)
    assert "台帳にありません" in said("show", "N0718-XXXX-XXXX", code=1)


def test_a_number_of_six_digits_is_a_mail_where_there_is_one(said, office: Office) -> None:  # type: ignore[no-untyped-def]
    assert "■ 神奈川県横浜市（141003）" in said("show", "141003")
    assert "【横浜市】マイナンバーアンケート回答" in said("show", "1")


def test_what_only_looks_loads_neither_desk_nor_reader() -> None:
    for module in ("letters", "held", "show", "status"):
        code = f"import sys, routing.cli.{module}; print([m for m in sys.modules if m.startswith('routing.journey.desk')])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
        assert done.stdout.strip() == "[]", module


def test_a_note_wants_a_body_of_the_roster(said, office: Office) -> None:  # type: ignore[no-untyped-def]
    said("note", "存在市", *BY, code=1)
    assert office.events("call") == []
    assert isinstance(office.ledger, Ledger)
