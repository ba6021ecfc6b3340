"""The sentences that a section chief, a city's clerk and a prefecture's clerk sent back: one case for each of them.

A case names where the words stand (a letter of the demo by its sample's number, a prefecture's page, the examples that a
section approves, a file of wording, a screen) and what must and must not be there, written by hand from the review.
What needs a state that the demo does not have stands below the table.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from replies.reports.page import prefecture_page
from replies.wording import load_wording
from routing.cli.app import run_command
from routing.demo.run import Demo
from routing.operate import Who, Wish
from routing.operate.consent import SURE
from routing.operate.wishes import fulfil
from routing.tracking.instant import open_instant
from routing.tracking.reports import prefecture_report
from tests.demo_at_hand import copied
from tests.routing.desk_at_hand import Office, form, mail

ROOT = Path(__file__).parents[2]
WHO = Who("受付太郎", "電話で確認したため")

CASES = tomllib.loads((Path(__file__).parent / "misleading.toml").read_text("utf-8"))["case"]


@pytest.fixture(scope="module")
def demo(finished_demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return copied(finished_demo, tmp_path_factory.mktemp("demo") / "out")


def squeezed(text: str) -> str:
    """Without spaces and line breaks, which are the wrapping's."""
    return re.sub(r"[\s　]", "", text)


def _letter(demo: Demo, number: str) -> str:
    (file,) = (demo.out / "replies").glob(f"{number}-*.eml")
    made = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = made.get_body(("plain",))  # type: ignore[attr-defined]
    return f"{made['Subject']}\n{body.get_content()}"


def _report(demo: Demo, name: str) -> str:
    page = (demo.out / "reports" / f"{name}_提出状況.html").read_text("utf-8")
    return re.sub(r"<[^>]+>", "", re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL))


def _approval(demo: Demo, kind: str) -> str:
    whole = (ROOT / "tests" / "replies" / "approval" / "letters.txt").read_text("utf-8")
    found = re.search(rf"（{kind}）\n＝+\n(.*?)(?:\n＝|\Z)", whole, re.DOTALL)
    assert found is not None
    return found[1]


def _wording(demo: Demo, _: str) -> str:
    return (ROOT / "replies" / "wording.toml").read_text("utf-8")


def _guide(demo: Demo, _: str) -> str:
    return (ROOT / "docs" / "guide.ja.md").read_text("utf-8")


def _everything(demo: Demo, _: str) -> str:
    """What any reader reads: wording, templates, pages, the survey's phrases, the guide, and every letter of the demo."""
    files = [*(ROOT / "replies").rglob("*.j2"), ROOT / "replies" / "wording.toml", ROOT / "docs" / "guide.ja.md"]
    letters = [_letter(demo, p.name[:2]) for p in (demo.out / "replies").glob("*.eml")]
    return "\n".join([*(f.read_text("utf-8") for f in files), *letters])


PLACES: dict[str, Callable[[Demo, str], str]] = {
    "letter": _letter, "report": _report, "approval": _approval, "wording": _wording, "guide": _guide,
    "everything": _everything,
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['item']} ({case['where']})")
def test_a_sentence_that_misled_does_so_no_more(case: dict[str, Any], demo: Demo) -> None:
    place, _, name = case["where"].partition(" ")
    text = squeezed(PLACES[place](demo, name))
    assert len(text) > 100 and ("must" in case or "never" in case)
    assert [words for words in case.get("must", ()) if squeezed(words) not in text] == []
    assert [words for words in case.get("never", ()) if squeezed(words) in text] == []


def test_every_item_of_the_review_has_its_case() -> None:
    """1 to 59; those whose state is not in the demo have a test of their own below, by number."""
    named = {int(m[0]) for case in CASES if (m := re.match(r"\d+", case["item"]))}
    own = {int(m[1]) for name in globals() if (m := re.match(r"test_item_(\d+)_", name))}
    assert named | own == set(range(1, 60)) and not named & own


# --- states that the demo does not have ---------------------------------------------------------------------------


def last(office: Office) -> str:
    """Subject and text of the newest letter in the outbox."""
    row = office.ledger.row("SELECT data FROM outbox ORDER BY id DESC LIMIT 1")
    assert row is not None
    made = email.message_from_bytes(row["data"], policy=email.policy.default)
    return squeezed(f"{made['Subject']}\n{made.get_content()}")  # type: ignore[attr-defined]


FAULTY = {"【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "難病", "9": None})}


def test_item_1_the_same_mail_again_is_asked_again_and_never_called_received(office: Office) -> None:
    first = office.settle(mail(FAULTY)).decided.arrival
    office.settle(mail(FAULTY, headers={"Message-ID": "<again@city.yokohama.lg.jp>"}))
    said = last(office)
    assert said.startswith("【確認のお願い（再送）】") and first.receipt in said
    assert "セルE35Q9" in said and "７月21日（金）17時" in said  # the point once more, and by when
    assert "【受付" not in said and "引き続きご対応ください" not in said


def test_item_5_a_prefecture_is_not_scolded_for_a_town_that_wrote_directly(office: Office) -> None:
    sheet = form({"organisation": "14神奈川県鎌倉市", "kind": "市区町村"})
    raw = mail({"回答.xlsx": sheet}, "【鎌倉市】マイナンバーアンケート回答", "a@city.kamakura.kanagawa.jp")
    arrival = office.settle(raw, mailbox="yoboseshu").decided.arrival
    fulfil(office.desk, arrival, Wish("correct"), WHO, SURE)
    at = open_instant(office.ledger, office.desk.register, office.now)
    register = office.desk.register
    body = register.body("140007")
    assert body is not None
    html = prefecture_page(prefecture_report(at, body), register.survey, load_wording())
    page = squeezed(re.sub(r"<[^>]+>", "", html))
    assert "鎌倉市□未提出直接送付あり（都道府県を通じるようお願い済み）" in page and "修正１団体" not in page
    assert "都道府県の御担当へお送りください" not in page
    assert "未提出の29団体のご回答をまとめた一覧表を" in page and "修正した一覧表をお送りください" not in page


def test_item_22_of_two_kinds_only_the_right_one_is_expected(office: Office) -> None:
    sheet = form({"organisation": "23愛知県一宮市", "kind": "都道府県", "program": "予防接種"})
    office.settle(
        mail({"【一宮市】マイナンバーアンケート回答.xlsx": sheet}, "【一宮市】マイナンバーアンケート回答",
             "a@city.ichinomiya.lg.jp"), mailbox="yoboseshu",
    )  # fmt: skip
    said = last(office)
    assert "ご記入いただきたい内容：中核市⇒" in said


def test_item_33_a_second_request_says_what_remained_of_the_first(office: Office) -> None:
    first = office.settle(mail(FAULTY)).decided.arrival
    office.now += timedelta(hours=2)
    faulty = {"【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "難病", "9": None, "2": 2})}
    settled = office.settle(mail(faulty, body="直しました。"))
    if settled.decided.outcome == "held":  # the same point a second time: an official telephones, or asks again
        fulfil(office.desk, settled.decided.arrival, Wish("correct"), WHO, SURE)
    said = last(office)
    assert f"先のお願い（受付番号：{first.receipt}）のうち、残っている点がございます。" in said


def test_item_37_what_a_person_sends_does_not_say_that_a_machine_did(office: Office) -> None:
    drafting = office.desk.settings.changed({"mode": "draft"})
    office.desk.settings = drafting
    office.settle(mail(FAULTY))
    said = last(office)
    assert "システムから自動でお送りしています" not in said and "担当者が確認のうえお送りしています" in said


def test_item_53_no_word_and_no_file_name_is_broken_where_it_fits_on_a_line(demo: Demo) -> None:
    letters = [_letter(demo, p.name[:2]) for p in (demo.out / "replies").glob("*.eml")]
    lines = [line.strip("　 ") for letter in letters for line in letter.splitlines()]
    assert len(lines) > 500
    torn = re.compile(r"したら|ました|ります|ト回答|[0-9]+日|[ァィゥェォッャュョー]")
    assert [line for line in lines if torn.match(line)] == []


def test_item_55_what_is_held_stands_by_urgency_and_then_by_age(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["--settings", str(demo.out / "settings.toml"), "held", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    order = ["至急", "送信", "提出", "照会・連絡", "返信"]
    keys = [(order.index(row["queue_name"]), row["received_at"]) for row in rows]
    assert len(keys) > 15 and keys == sorted(keys)


def test_item_56_check_names_what_the_desk_would_ask_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sheet without 制度等, and one with an outline to be enclosed (Q10 ②)."""
    for name, changes, said in (("a", {}, "制度等"), ("b", {"program": "難病", "10": 2}, "概要")):
        file = tmp_path / f"{name}.xlsx"
        file.write_bytes(form(changes))
        run_command(["check", str(file)])
        assert said in capsys.readouterr().out
