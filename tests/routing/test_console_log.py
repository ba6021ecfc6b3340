"""The access log: every act, view, download, login and refusal is a line, in words; no word of a mail or a form is."""

from __future__ import annotations

import json
import stat
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from replies.wording import load_wording
from routing.cli.app import run_command
from routing.console.access_log import Access, AccessLog
from routing.console.signin import FAILURES
from tests.routing.console_at_hand import Visitor, hidden, site_of
from tests.routing.desk_at_hand import SETTINGS, Office, mail

WHY = "電話で確認した秘密の理由"
STRANGER = "mihon@freemail.example.com"


def log_of(office: Office) -> Path:
    return office.ledger.path.with_name("ledger.db.access.jsonl")


def lines(office: Office) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log_of(office).read_text(encoding="utf-8").splitlines()]


def told(office: Office) -> list[tuple[str, str, str, int]]:
    return [(x["who"], x["what"], x["on"], x["status"]) for x in lines(office)]


def test_views_downloads_acts_logins_and_refusals_are_lines(office: Office) -> None:
    at = office.settle(mail(sender=STRANGER)).decided.arrival.receipt
    visitor = Visitor(site_of(office))
    for path in ("/", f"/mail/{at}", f"/mail/{at}/original", f"/mail/{at}/file/2", f"/mail/{at}/values/2", "/nowhere",
                 "/today?day=2023-07-18", "/today/book?day=2023-07-18", "/body/141003"):  # fmt: skip
        visitor.get(path)
    visitor.post("/search", words="秘密の言葉")
    shown = hidden(visitor.previewed(f"/mail/{at}/seen", why=WHY).text)
    visitor.post(f"/mail/{at}/seen", go="do", **shown)
    visitor.post("/body/141003/note", why=WHY)
    visitor.post("/search", {"Sec-Fetch-Site": "cross-site"}, words="x")
    visitor.post("/logout")
    visitor.get("/")
    found = told(office)
    assert [f for f in found if f[3] < 400] == [
        ("yamada", "POST login", "", 303), ("yamada", "GET held", "", 200), ("yamada", "GET mail", at, 200),
        ("yamada", "GET original", at, 200), ("yamada", "GET file", f"{at}/2", 200),
        ("yamada", "GET values", f"{at}/2", 200), ("yamada", "GET today", "2023-07-18", 200),
        ("yamada", "GET day_book", "2023-07-18", 200),
        ("yamada", "GET body", "141003", 200), ("yamada", "POST search", "", 200),
        ("yamada", "GET act", f"{at}/seen", 200),
        ("yamada", "POST act seen preview", f"{at}/seen", 200), ("yamada", "POST act seen do", f"{at}/seen", 303),
        ("yamada", "POST note", "141003", 303), ("yamada", "POST logout", "", 303), ("", "GET held", "", 302),
    ]  # fmt: skip
    assert ("yamada", "GET unknown", "", 404) in found and ("yamada", "POST search", "", 403) in found
    text = log_of(office).read_text(encoding="utf-8")
    assert not any(word in text for word in ("秘密", STRANGER, "横浜"))
    assert stat.S_IMODE(log_of(office).stat().st_mode) == 0o600


def test_a_wrong_password_is_a_line_with_the_name_and_never_what_may_be_a_password(office: Office) -> None:
    visitor = Visitor(site_of(office), login="")
    for _ in range(FAILURES + 1):
        visitor.post("/login", login="yamada", password="very-secret")
    visitor.post("/login", login="very-secret-typed-in-the-wrong-field", password="")
    assert told(office) == [("yamada", "POST login", "", 403)] * (FAILURES + 1) + [("", "POST login", "", 403)]


@pytest.mark.parametrize("go", ["x" * 5000, "do\nx", "DO", "{}", "preview"])
def test_no_field_of_a_form_gets_into_the_log(office: Office, go: str) -> None:
    at = office.settle(mail(sender=STRANGER)).decided.arrival.receipt
    visitor = Visitor(site_of(office))
    before = list(office.ledger.connection.iterdump())
    visitor.post(f"/mail/{at}/ignore", go=go, why=WHY)
    visitor.post("/body/141003/nanbyo/on", go=go, why=WHY)
    assert list(office.ledger.connection.iterdump()) == before
    assert [x["what"] for x in lines(office)[1:]] == ["POST act ignore preview", "POST applicable preview"]


def test_an_erasure_is_told_as_done(office: Office) -> None:
    at = office.settle(mail()).decided.arrival.receipt
    visitor = Visitor(site_of(office), "kanri")
    visitor.post(f"/mail/{at}/erase", why=WHY, typed=at, **hidden(visitor.text(f"/mail/{at}/erase")))
    assert told(office)[-1] == ("kanri", "POST act erase do", f"{at}/erase", 303)


def test_where_no_line_can_be_written_nobody_is_let_in(office: Office) -> None:
    at = office.settle(mail(sender=STRANGER)).decided.arrival.receipt
    visitor = Visitor(site_of(office))
    log_of(office).unlink()
    log_of(office).mkdir()
    assert "記録を書けない" in visitor.text("/", 503)
    before = list(office.ledger.connection.iterdump())
    assert visitor.post(f"/mail/{at}/seen", go="do", why=WHY).status_code == 503
    assert list(office.ledger.connection.iterdump()) == before


def test_every_page_and_act_has_words_in_the_log(office: Office) -> None:
    words = load_wording()
    for rule in site_of(office).url_map.iter_rules():
        if rule.endpoint not in ("style", "act"):
            assert rule.endpoint in words.access, rule.endpoint
    said = {
        ("POST act accept do", 303): "受け付ける（実行）",
        ("POST act accept preview", 400): "受け付ける（確かめる画面）　断りました",
        ("GET act", 200): "消去する（入力の画面）", ("POST login", 403): "サインイン　断りました",
        ("POST extend_all do", 303): "全ての団体の期限の延長（実行）", ("GET unknown", 404): "存在しないページ　断りました",
    }  # fmt: skip
    for (what, status), expected in said.items():
        access = Access("2023-07-20T10:00:00+09:00", "yamada", what, "N0718-AAAA-BBBB/erase", status)
        assert access.said(words) == expected


def test_one_day_is_taken_out_by_a_command(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = AccessLog(office.ledger.path)
    for day in ("2026-11-28", "2026-11-29", "2026-11-30"):
        log.note(Access(f"{day}T09:00:00+09:00", "yamada", "GET mail", f"N-{day}", 200))
    with log.path.open("a", encoding="utf-8") as torn:
        torn.write('{"at": "2026-11-29T09:00:01+09:00", "who": "ya')
    settings = office.ledger.path.with_name("settings.toml")
    settings.write_text(SETTINGS, encoding="utf-8")
    command = ["--settings", str(settings), "access-log", "--day", "2026-11-29"]
    assert run_command(command) == 0
    said = capsys.readouterr()
    assert "N-2026-11-29" in said.out and "メール" in said.out and "N-2026-11-28" not in said.out and "1行" in said.err
    assert run_command([*command, "--json"]) == 0
    assert [x["on"] for x in json.loads(capsys.readouterr().out)] == ["N-2026-11-29"]
    out = tmp_path / "log.xlsx"
    assert run_command([*command, "-o", str(out)]) == 0
    assert openpyxl.load_workbook(out).worksheets[0]["C3"].value == "メール" and stat.S_IMODE(out.stat().st_mode) == 0o600
    assert list(AccessLog(tmp_path / "none.db").on(date(2026, 11, 29))) == []


def test_purge_and_erasure_leave_the_log_alone(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    at = office.settle(mail()).decided.arrival.receipt
    list(office.desk.dispatch.deliver(office.sender))
    visitor = Visitor(site_of(office), "kanri")
    visitor.get("/")
    before = log_of(office).read_bytes()
    settings = office.ledger.path.with_name("settings.toml")
    settings.write_text(SETTINGS, encoding="utf-8")
    asked = ["--settings", str(settings), "--now", "2030-01-01T00:00:00", "purge", "--before", "2029-01-01", "--by", "x"]
    assert run_command([*asked, "--also", at]) == 0, capsys.readouterr()
    assert office.count("raw") == 0 and log_of(office).read_bytes() == before
