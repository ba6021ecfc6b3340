"""The command line (docs/design.md, "Surfaces"): exit codes, JSON shapes, UTF-8, and that nothing a stranger
wrote breaks it.

Exit codes are shown in processes of their own; the rest runs in this one, which is faster.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import pytest

from routing.cli import app
from routing.cli.app import COMMANDS, run_command, uketsuke
from routing.cli.screen import table, terminal_columns
from routing.ledger.store import Ledger
from tests.config.surveys_at_hand import TINY
from tests.routing.cases_at_hand import KANAGAWA, SAGAMIHARA, YOKOHAMA
from tests.routing.desk_at_hand import SETTINGS, form, mail, nanbyo
from tests.routing.test_ledger import lock_holder

NOW = "2023-07-18T10:00:00+09:00"
UKETSUKE = Path(sys.executable).with_name("uketsuke")
FILE = "【横浜市】マイナンバーアンケート回答.xlsx"

Run = Callable[..., "Said"]


class Said:
    """What one command said and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def lay_out(folder: Path) -> None:
    """An office on disk with empty mailboxes, at ten o'clock on 18 July 2023."""
    for mailbox in ("n_mynumber", "yoboseshu", "sukoyaka"):
        for part in ("cur", "new", "tmp"):
            (folder / "inbox" / mailbox / part).mkdir(parents=True)
    (folder / "uketsuke.toml").write_text(f"now = {NOW}\n{SETTINGS}", encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of such an office, as the working folder."""
    lay_out(tmp_path)
    monkeypatch.delenv("UKETSUKE_SETTINGS", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process."""

    def one(*arguments: str) -> Said:
        capfd.readouterr()
        code = run_command(arguments)
        return Said(code, *capfd.readouterr())

    return one


def process(*arguments: str, cwd: Path, **environment: str) -> Said:
    """Runs a command in a process of its own, in the plainest of environments."""
    done = subprocess.run(
        [str(UKETSUKE), *arguments], cwd=cwd, capture_output=True, timeout=60,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), "LANG": "C", "LC_ALL": "C", **environment},
    )  # fmt: skip
    return Said(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def deliver(folder: Path, raw: bytes, mailbox: str = "n_mynumber", at: str = NOW) -> None:
    """Puts a mail into a mailbox; the Maildir source takes its time of receipt from the topmost Received."""
    when = datetime.fromisoformat(at).strftime("%a, %d %b %Y %H:%M:%S %z")
    received = f"Received: from a by mx.mhlw.go.jp; {when}\r\n".encode()
    inbox = folder / "inbox" / mailbox / "new"
    (inbox / f"{len(list(inbox.iterdir())):04}.x").write_bytes(received + raw)


@pytest.fixture(scope="session")
def office_of_three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One accepted answer, one to be corrected, one inquiry under a hostile subject; made once."""
    folder = tmp_path_factory.mktemp("office")
    lay_out(folder)
    deliver(folder, mail({FILE: nanbyo()}))
    faulty = form({"organisation": "14神奈川県相模原市", "program": "難病", "5": None})
    name = "【相模原市】マイナンバーアンケート回答"
    deliver(folder, mail({f"{name}.xlsx": faulty}, name, "a@city.sagamihara.kanagawa.jp"))
    deliver(folder, mail({}, "照会 [/b] [bold] :smile:", body="提出先をご教示ください。"))
    assert process("run", "--once", cwd=folder).code == 0
    return folder


@pytest.fixture
def answered(folder: Path, office_of_three: Path) -> Path:
    """A copy of it."""
    shutil.copytree(office_of_three, folder, dirs_exist_ok=True)
    return folder


def test_resend_says_what_it_does_and_refuses_what_was_sent(answered: Path, run: Run) -> None:
    who = ("--by", "山田", "--why", "設定を直した")
    assert run("resend", *who).code == 64
    assert run("resend", "1", "--all-refused", *who).code == 64
    sent = run("resend", "1", *who)
    assert (sent.code, "送信済みです。同じメールを二度は送りません。" in sent.err) == (1, True)
    none = run("resend", "--all-refused", *who)
    assert (none.code, none.out) == (0, "送り直すものはありません。\n")


# --- exit codes -------------------------------------------------------------------------------------------


def test_0_when_all_is_well(folder: Path) -> None:
    said = process("--settings", "uketsuke.toml", "status", "--json", cwd=folder)
    assert (said.code, said.err) == (0, "")
    assert len(said.json["obligations"]) == 454


def test_1_when_findings_ask_for_a_mend(folder: Path) -> None:
    (folder / "回答.xlsx").write_bytes(form({"5": None}))
    said = process("check", "回答.xlsx", cwd=folder)
    assert said.code == 1
    assert "E21" in said.out and "Q5" in said.out


def test_2_when_a_file_cannot_be_read(folder: Path) -> None:
    (folder / "壊れた.xlsx").write_bytes(nanbyo()[:900])
    assert process("check", "壊れた.xlsx", cwd=folder).code == 2


@pytest.mark.parametrize(
    "arguments", [["--no-such-option"], ["check", "無い.xlsx"], ["status", "--prefecture", "99"]]
)
def test_64_when_the_command_is_mistyped(folder: Path, arguments: list[str]) -> None:
    said = process(*arguments, cwd=folder)
    assert said.code == 64
    assert said.err and not said.out


def test_75_when_another_desk_runs(folder: Path) -> None:
    Ledger(folder / "ledger.db").close()
    with lock_holder(folder / "ledger.db"):
        said = process("run", "--once", cwd=folder)
    assert said.code == 75
    assert "別の uketsuke が動いています" in said.err


def test_78_when_the_settings_are_wrong_and_all_mistakes_are_told(folder: Path) -> None:
    wrong = SETTINGS.replace('mode = "send"', 'mode = "sned"').replace('source = "maildir"', "", 1)
    (folder / "uketsuke.toml").write_text(f'colour = "red"\n{wrong}', encoding="utf-8")
    said = process("status", cwd=folder)
    assert said.code == 78
    for key in ("mode", "mailboxes.n_mynumber", "colour"):
        assert f"uketsuke.toml: {key}" in said.err
    assert "sned" not in said.err  # no value is ever quoted


def test_78_when_the_survey_is_wrong(folder: Path) -> None:
    (folder / "survey").mkdir()
    (folder / "survey" / "survey.toml").write_text("id = 1\n", encoding="utf-8")
    said = process("--survey", "survey", "form", "out", cwd=folder)
    assert said.code == 78
    assert "survey.toml 1行目: id" in said.err


def test_78_when_a_survey_without_samples_is_to_be_played(folder: Path, run: Run) -> None:
    said = run("--survey", str(TINY), "demo", "--out", str(folder / "demo"))
    assert (said.code, said.out) == (78, "")
    assert "samples/samples.toml: この調査には見本のメールがない" in said.err


def test_78_when_the_ledger_is_something_else(folder: Path, run: Run) -> None:
    (folder / "ledger.db").write_bytes(b"not a ledger at all" * 100)
    said = run("status")
    assert said.code == 78
    assert "ledger" in said.err


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (["good"], 0), (["hint"], 0), (["bad"], 1), (["good", "bad"], 1), (["bad", "broken", "good"], 2),
        (["text"], 2), (["locked"], 2),
    ],
)  # fmt: skip
def test_of_several_files_the_worst_decides(folder: Path, run: Run, files: list[str], code: int) -> None:
    contents = {
        "good": form(),
        "hint": form({"3": 2, "5": None}),  # Q4 should be blank: a line, no error
        "bad": form({"5": None}),
        "broken": form()[:900],
        "text": b"hello",
        "locked": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600,
    }
    for name in files:
        (folder / f"{name}.xlsx").write_bytes(contents[name])
    assert run("check", *(f"{name}.xlsx" for name in files)).code == code


@pytest.mark.parametrize("arguments", [["show", "99"], ["decide", "99", "accept", "--by", "a", "--why", "b"]])
def test_1_when_a_mail_is_not_there(run: Run, arguments: list[str]) -> None:
    said = run(*arguments)
    assert said.code == 1
    assert "台帳にありません" in said.err


# --- JSON -------------------------------------------------------------------------------------------------


def test_the_shape_of_check_json(folder: Path) -> None:
    """In a real process under LANG=C: UTF-8 all the same."""
    (folder / FILE).write_bytes(form({"program": "難病", "5": None, "telephone": None}))
    (folder / "参考.txt").write_bytes("資料".encode())
    said = process("check", "--json", FILE, "参考.txt", cwd=folder)
    sheet, other = said.json
    assert list(sheet) == ["file", "kind", "form", "forms", "program", "body", "findings"]
    assert [sheet[k] for k in ("file", "kind", "form", "forms", "program", "body")] == [
        FILE, "answer_sheet", "form1", ["form1"], "nanbyo", YOKOHAMA,
    ]  # fmt: skip
    keys = ["code", "severity", "sheet", "cell", "question", "label", "about", "found", "expected", "message"]
    assert [list(f) for f in sheet["findings"]] == [keys, keys]
    missing = sheet["findings"][1]
    assert [missing[k] for k in ("code", "severity", "sheet", "cell", "question")] == [
        "answer_missing", "error", "様式", "E21", "5",
    ]  # fmt: skip
    assert other["kind"] == "other"
    assert [f["severity"] for f in other["findings"]] == ["error"]


def test_the_shape_of_inspect_json(folder: Path, run: Run) -> None:
    (folder / "a.eml").write_bytes(
        mail({"参考.pdf": b"%PDF-1.4"}, "【横浜市】マイナンバーアンケート回答", body="送付します。")
    )
    shown = run("inspect", "a.eml", "--json").json
    assert list(shown) == ["subject", "from", "kind", "body", "attachments", "defects"]
    assert shown["subject"] == "【横浜市】マイナンバーアンケート回答"
    assert (shown["from"], shown["kind"], shown["body"].strip()) == (
        "kenko@city.yokohama.lg.jp", "submission", "送付します。",
    )  # fmt: skip
    (attachment,) = shown["attachments"]
    assert attachment == {
        "filename": "参考.pdf", "size": 8, "sha256": hashlib.sha256(b"%PDF-1.4").hexdigest(),
    }  # fmt: skip
    assert shown["defects"] == []


def test_a_delay_notice_is_a_bounce_with_its_action(folder: Path, run: Run) -> None:
    from tests.routing.test_desk import bounce

    (folder / "a.eml").write_bytes(bounce("<1@mhlw.go.jp>", "delayed"))
    shown = run("inspect", "a.eml", "--json").json
    assert (shown["kind"], shown["action"]) == ("bounce", "delayed")


def test_the_shape_of_status_json(answered: Path, run: Run) -> None:
    shown = run("status", "--json").json
    assert list(shown) == ["at", "deadline", "obligations", "municipalities", "sending_holds", "unbooked"]
    assert (shown["at"], shown["deadline"]) == (NOW, "2023-07-21T17:00:00+09:00")
    assert len(shown["obligations"]) == 454
    by_key = {(o["lgcode"], o["program"]): o for o in shown["obligations"]}
    assert list(by_key[(YOKOHAMA, "nanbyo")].items())[:9] == list({
        "lgcode": YOKOHAMA,
        "name": "神奈川県横浜市",
        "prefecture": "神奈川県",
        "program": "nanbyo",
        "state": "accepted",
        "late": False,
        "received_at": NOW,
        "open_corrections": [],
        "missing": [],
    }.items())  # fmt: skip
    assert list(by_key[(YOKOHAMA, "nanbyo")].items())[9:] == [
        ("timing", "in_time"), ("first_received_at", NOW), ("open_since", None), ("version", 1),
        ("extended_to", None), ("row_in_list", ""), ("checked_only", False),
        ("deadline", "2023-07-21T17:00:00+09:00"),
    ]  # fmt: skip
    sagamihara = by_key[(SAGAMIHARA, "nanbyo")]
    assert (sagamihara["state"], len(sagamihara["open_corrections"])) == ("correction", 1)
    assert len(by_key[(KANAGAWA, "kenshin")]["missing"]) == 29
    assert len(shown["municipalities"]) == 2 * 1659 + 7


def test_the_status_of_one_prefecture_holds_its_cities_too(run: Run) -> None:
    """神奈川県, its three designated cities with four programs each, and 横須賀市 with three."""
    shown = run("status", "--prefecture", "14", "--json").json
    assert {o["lgcode"][:2] for o in shown["obligations"]} == {"14"}
    assert len(shown["obligations"]) == 4 + 3 * 4 + 3


def test_the_shape_of_held_json(answered: Path, run: Run) -> None:
    (item,) = run("--now", "2023-07-19T12:34:00+09:00", "held", "--json").json
    assert item["queue"] == "inquiry"
    assert item["subject"] == "照会 [/b] [bold] :smile:"
    assert (item["age_minutes"], item["age"]) == (1594, "1日2時間34分")
    assert {
        "id",
        "receipt",
        "piece",
        "mailbox",
        "reason",
        "why",
        "lgcode",
        "name",
        "program",
        "program_name",
        "received_at",
    } < set(item)


def test_show_tells_the_whole_story_of_a_mail(answered: Path, run: Run) -> None:
    titles = [entry["title"] for entry in run("show", "2", "--json").json]
    assert titles == ["到着", "所在", "メール", "添付ファイル", "根拠", "判定", "指摘", "返信", "直前の判断"]
    by_receipt = run("show", run("show", "2", "--json").json[0]["rows"][0]["受付番号"], "--json")
    assert by_receipt.json == run("show", "2", "--json").json


# --- what people read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["held"], ["show", "3"], ["status"], ["doctor"]])
def test_what_a_stranger_wrote_breaks_no_table(answered: Path, run: Run, arguments: list[str]) -> None:
    said = run(*arguments)
    assert said.code == int(arguments == ["doctor"]), said.err  # no worker runs at this ledger
    if arguments[0] in ("held", "show"):
        assert "[/b] [bold] :smile:" in said.out  # as it was written: neither markup nor a picture


def test_what_a_stranger_wrote_does_not_steer_the_terminal(folder: Path, run: Run) -> None:
    (folder / "a.eml").write_bytes(
        b"From: a@x.lg.jp\r\nSubject: =?utf-8?q?=1B[31m[/b]?=\r\n\r\n\x1b]0;owned\x07 :smile: [/i]\r\n"
    )
    said = run("inspect", "a.eml")
    assert said.code == 0
    assert "\x1b" not in said.out and "\x07" not in said.out
    assert ":smile: [/i]" in said.out


def test_no_cell_of_a_table_steers_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    listed = table("", "件名")
    listed.add_row("\x1b]0;owned\x07\x9b31m 照会")
    listed.show()
    said = capfd.readouterr().out
    assert "照会" in said
    assert not set("\x1b\x07\x9b") & set(said)


@pytest.mark.parametrize("width", [24, 40, 80, 200])
def test_a_table_is_no_wider_than_the_terminal_and_loses_nothing(width: int) -> None:
    cells = ("番号 12", "マイナンバーと思われる番号又は住民の名簿が含まれています", "see the mail of yesterday, please")
    listed = table("要確認", "番号", "理由", "件名")
    listed.add_row(*cells)
    title, *lines = map(click.unstyle, listed.lines(width))
    assert title == "要確認"
    assert len({terminal_columns(line) for line in lines}) == 1  # every edge stands where the others do
    assert terminal_columns(lines[0]) <= width
    for place, cell in enumerate(cells, 1):
        assert "".join(line.split("│")[place].strip() for line in lines[3:-1]).replace(" ", "") == cell.replace(" ", "")


def test_a_file_may_have_any_name(folder: Path, run: Run) -> None:
    (folder / "[b] x.xlsx").write_bytes(form())
    said = run("check", "[b] x.xlsx")
    assert (said.code, "[b] x.xlsx" in said.out) == (0, True)


def test_the_status_is_readable_under_a_locale_without_japanese(folder: Path) -> None:
    said = process("status", "--prefecture", "14", cwd=folder)
    assert said.code == 0
    assert "提出期限" in said.out


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_explains_itself_in_japanese(run: Run, command: str) -> None:
    said = run(command, "--help")
    assert said.code == 0
    assert any("ぁ" <= letter <= "ん" for letter in said.out)


def test_the_list_of_commands_tells_each_whole_and_loads_none() -> None:
    asks = "import sys\nfrom routing.cli.app import run_command\nrun_command(['--help'])\nprint(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True).stdout
    listed, loaded = "".join(said.split("コマンド:")[1].split()), said.splitlines()[-1].split()
    assert not {f"routing.cli.{place.partition('.')[0]}" for place in COMMANDS.values()} & set(loaded)
    for name in COMMANDS:
        command = uketsuke.get_command(click.Context(uketsuke), name)
        assert command is not None and command.help is not None
        assert "".join(f"{name}{command.help.partition(chr(10) * 2)[0]}".split()) in listed


# --- run, decide, add -------------------------------------------------------------------------------------


def test_rehearsing_an_instant_is_for_one_pass_only(run: Run) -> None:
    said = run("--now", "2023-07-20T09:00:00+09:00", "run")
    assert said.code == 64
    assert "--once" in said.err


def test_one_pass_reads_decides_and_delivers(folder: Path, run: Run) -> None:
    deliver(folder, mail({FILE: nanbyo()}))
    said = run("run", "--once")
    assert said.code == 0
    assert len(list((folder / "outgoing" / "new").iterdir())) == 1
    assert "神奈川県横浜市" in said.out and "kenko@" not in said.out  # no person's address in the log
    assert run("run", "--once").code == 0
    assert len(list((folder / "outgoing" / "new").iterdir())) == 1


def test_now_rehearses_any_instant(folder: Path, run: Run) -> None:
    deliver(folder, mail({FILE: nanbyo()}), at="2023-07-21T17:00:01+09:00")
    assert run("--now", "2023-07-21T17:05:00", "run", "--once").code == 0
    late = {o["lgcode"]: o["late"] for o in run("--now", "2023-07-22", "status", "--json").json["obligations"]
            if o["state"] == "accepted"}  # fmt: skip
    assert late == {YOKOHAMA: True}


def test_now_must_be_an_instant(run: Run) -> None:
    assert run("--now", "tomorrow", "status").code == 64


def test_decide_records_who_and_why(answered: Path, run: Run) -> None:
    said = run("decide", "2", "--amend", "Q5=②", "--by", "山田", "--reason", "電話で確認")
    assert said.code == 0, said.err
    shown = {entry["title"]: entry["rows"] for entry in run("show", "2", "--json").json}
    assert shown["判定"][-1]["判定者"] == "山田"
    assert shown["出来事"][-1] | {"日時": ""} == {
        "種類": "amend", "内容": "5=②", "団体": "", "制度等": "", "実施者": "山田", "理由": "電話で確認", "日時": "",
    }  # fmt: skip
    states = {
        o["lgcode"]: o["state"]
        for o in run("status", "--json").json["obligations"]
        if o["program"] == "nanbyo"
    }
    assert states[SAGAMIHARA] == "accepted"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["decide", "2", "--by", "山田", "--why", "x"], 64),
        (["decide", "2", "accept", "--amend", "Q5=②", "--by", "山田", "--why", "x"], 64),
        (["decide", "2", "--amend", "5=②", "--by", "山田", "--why", "x"], 64),
        (["decide", "2", "accept", "--by", "山田"], 64),
        (["decide", "2", "accept", "--why", "x"], 64),
        (["decide", "2", "accept", "--by", " ", "--why", "x"], 64),
        (["decide", "2", "accept", "--by", "山田", "--why", ""], 64),
        (["decide", "2", "approve", "--by", "山田", "--why", "x"], 64),
        (["decide", "2", "assign", "999999", "--by", "山田", "--why", "x"], 1),
        (["decide", "3", "accept", "--by", "山田", "--why", "x"], 1),
        (["decide", "2", "accept", "--by", "山田", "--why", "x"], 0),
        (["decide", "2", "retry", "--by", "山田", "--why", "x"], 0),
        (["decide", "141003:shoman", "not-applicable", "--by", "山田", "--why", "x"], 0),
        (["decide", "141003:park", "not-applicable", "--by", "山田", "--why", "x"], 1),
    ],
)
def test_what_decide_takes(answered: Path, run: Run, arguments: list[str], code: int) -> None:
    said = run(*arguments)
    assert said.code == code, said.err
    assert bool(said.err) == (code != 0)


def test_what_wants_a_second_thought_is_refused_without_a_terminal_and_done_with_yes(
    answered: Path, run: Run
) -> None:
    who = ("--by", "乙", "--why", "取下げ")
    said = run("decide", "１", "ignore", *who)
    assert (said.code, said.err.splitlines()[-1]) == (1, "よろしければ、--yes を付けてもう一度実行してください。")
    assert "横浜市の難病について、７月18日の版" in said.err
    done = run("decide", "１", "ignore", "--yes", *who)
    assert done.code == 0, done.err
    assert done.out.splitlines()[1:] == [
        "横浜市の難病：受付済み → 未提出", "先の【受付】：既に送信済みのため、取り消せません",
        "直前の判断：自動の判定（受付、2023-07-18 10:00:00）",
    ]  # fmt: skip


def test_decide_with_what_was_seen_is_refused_once_somebody_else_was_quicker(answered: Path, run: Run) -> None:
    held = {row["id"]: row["seen"] for row in run("held", "--json").json}
    shown = {entry["title"]: entry["rows"] for entry in run("show", "3", "--json").json}
    assert held[3] == shown["直前の判断"][0]["しるし"]
    first = run("decide", "3", "ignore", "--seen", held[3], "--by", "甲", "--why", "回答した")
    assert first.code == 0, first.err
    second = run("decide", "3", "ignore", "--seen", held[3], "--by", "乙", "--why", "回答した")
    assert (second.code, "甲" in second.err) == (1, True)


def test_names_will_do_for_bodies_and_programs(answered: Path, run: Run) -> None:
    who = ("--by", "乙", "--why", "x")
    assert run("decide", "横浜市:小慢", "not-applicable", *who).out.splitlines()[0] == "横浜市の小慢：未提出 → 該当事務なし"
    assert run("decide", "141003：小慢", "applicable", *who).code == 0
    assert run("decide", "2", "assign", "相模原市", *who).code == 0
    ambiguous = run("decide", "2", "assign", "府中市", *who)
    assert (ambiguous.code, "132063" in ambiguous.err, "342084" in ambiguous.err) == (1, True, True)
    assert run("pause-reminders", "横浜市", *who).code == 0


def test_approvals_are_listed_and_revoked(folder: Path, run: Run) -> None:
    deliver(folder, mail(sender="x@gmail.com"))
    assert run("run", "--once").code == 0
    who = ("--by", "乙", "--why", "委託先")
    refused = run("decide", "1", "approve-sender", "--domain", *who)
    assert (refused.code, "だれでも使える" in refused.err) == (1, True)
    assert run("approvals", "--json").json == []
    assert run("decide", "1", "approve-sender", *who).code == 0
    (approved,) = run("approvals", "--json").json
    assert (approved["sender"], approved["by"], approved["why"]) == ("x@gmail.com", "乙", "委託先")
    assert "x@gmail.com" in run("approvals").out
    assert run("revoke-approval", "x@gmail.com", *who).code == 0
    assert run("approvals", "--json").json == []
    assert [a["revoked"] for a in run("approvals", "--all", "--json").json] == [True]
    assert run("decide", "1", "revoke", *who).code == 1


def test_a_bare_day_of_an_extension_takes_the_hour_of_the_deadline(folder: Path, run: Run) -> None:
    """operators.md B8: 0:00 of that day was recorded, and the notice said 「７月28日（金）０時」."""
    who = ("--by", "乙", "--why", "障害")
    said = run("extend", "--body", "横浜市", "--until", "７/28", *who)
    assert said.code == 0, said.err
    assert "令和５年７月28日（金）17時" in said.out
    assert run("extend", "--json").json[0]["until"] == "2023-07-28T17:00:00+09:00"


def test_the_draft_notices_of_a_mended_extension_are_put_aside(folder: Path, run: Run) -> None:
    (folder / "uketsuke.toml").write_text(
        f"now = {NOW}\ncontacts = \"contacts.csv\"\n{SETTINGS}", encoding="utf-8"
    )
    (folder / "contacts.csv").write_text(
        f"lgcode,mailbox,address\n{YOKOHAMA},yoboseshu,y@city.yokohama.lg.jp\n", encoding="utf-8"
    )
    who = ("--body", "横浜市", "--by", "乙", "--why", "障害")
    drafts = folder / "延長のお知らせ"
    first = run("extend", "--until", "7/27 9:00", *who)
    assert first.code == 0, first.err
    (wrong,) = drafts.glob("*.eml")
    assert run("extend", "--until", "7/28", *who).code == 0
    (right,) = drafts.glob("*.eml")
    assert right.name != wrong.name
    assert [p.name for p in (drafts / "差し替え前").iterdir()] == [wrong.name]
    queued = run("extend", "--until", "7/28", "--notify", *who)
    assert "1通を、送信待ちに置きました" in queued.out
    mended = run("extend", "--until", "7/31", *who)
    assert "送らずに取り消しました" in mended.out


def test_add_finds_the_mailbox_by_the_program(folder: Path, run: Run) -> None:
    (folder / FILE).write_bytes(form({"program": "予防接種"}))
    said = run("add", FILE, "--body", YOKOHAMA, "--received", "2023-07-14T11:00", "--by", "山田")
    assert said.code == 0, said.err
    (found,) = [o for o in run("status", "--json").json["obligations"] if o["state"] == "accepted"]
    assert (found["program"], found["received_at"]) == ("yobosesshu", "2023-07-14T11:00:00+09:00")
    assert not (folder / "outgoing").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--body", YOKOHAMA, "--received", "昨日"],
        ["--body", YOKOHAMA, "--received", "2023-07-14", "--mailbox", "x"],
        ["--body", YOKOHAMA, "--received", "2023-07-14", "--why", " "],
    ],
)
def test_add_refuses_what_it_cannot_place(folder: Path, run: Run, arguments: list[str]) -> None:
    (folder / FILE).write_bytes(nanbyo())
    assert run("add", FILE, *arguments, "--by", "山田").code == 64


def test_doctor_finds_an_office_in_order(folder: Path, run: Run) -> None:
    said = run("doctor")
    assert said.code == 0, said.out
    assert "454" in said.out


def test_doctor_tells_what_is_wrong_and_changes_nothing(folder: Path, run: Run) -> None:
    text = SETTINGS.replace("[mailboxes.sukoyaka]", "[mailboxes.sukoyak]")
    (folder / "uketsuke.toml").write_text(
        text.replace('path = "inbox/yoboseshu"', 'path = "gone"'), encoding="utf-8"
    )
    before = sorted(p.name for p in folder.iterdir())
    said = run("doctor")
    assert said.code == 1
    assert said.out.count("要対応") == 2  # an unknown name, a folder that is gone
    assert "この設定では扱いません" in said.out  # no [mailboxes.sukoyaka]: a section may run its own alone
    assert sorted(p.name for p in folder.iterdir()) == before


STEERING = "\x1b]0;a\x07\u202e\u2066\x9b31m"
PASTED = (
    ("show", STEERING),
    ("decide", STEERING, "accept", "--by", "山田", "--why", "確認"),
    ("decide", "1", STEERING, "--by", "山田", "--why", "確認"),
    ("revoke-approval", f"a@b.jp{STEERING}", "--by", "山田", "--why", "確認"),
    ("extend", STEERING, "--until", "7/25", "--by", "山田", "--why", "確認"),
    ("extend", "141003", "--until", STEERING, "--by", "山田", "--why", "確認"),
    ("request", STEERING, "--program", STEERING, "--by", "山田", "--why", "確認"),
    ("hold-sending", "--kind", STEERING, "--by", "山田", "--why", "確認"),
    ("--now", STEERING, "status"),
    (f"--{STEERING}", "status"),
    (STEERING,),
)


@pytest.mark.parametrize("arguments", PASTED, ids=[words[0] if words[0].isprintable() else "other" for words in PASTED])
def test_what_is_pasted_on_the_command_line_comes_back_without_power(run: Run, arguments: tuple[str, ...]) -> None:
    """A name or an address out of a stranger's mail, in a refusal."""
    assert run("run", "--once").code == 0
    said = run(*arguments)
    assert said.code != 0 and said.err
    assert not [c for c in said.out + said.err if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"]


def test_commands_speak_through_one_door() -> None:
    """Which makes what strangers wrote harmless; the demo shows its own samples, the watched worker makes its rows
    harmless itself, and who cannot load us says so himself."""
    modules = Path(app.__file__).parent.glob("*.py")
    own = re.compile(r"click\.(?:secho|echo)\b|(?<![.\w])print\(|(?<!\w)Console\(")
    speaking = {path.name for path in modules if own.search(path.read_text(encoding="utf-8"))}
    assert speaking == {"screen.py", "live.py", "make.py", "__init__.py"}
