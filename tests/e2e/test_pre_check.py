"""Checks before handing in, on a real Dovecot and a real Postfix: within seconds, and behind whatever is handed in."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.jst import JST
from replies.workbooks.form import FillValue
from tests.e2e.office import COMMAND, MAILBOXES, Answer, Office, mail, shift_survey
from tests.municipalities import municipalities
from tests.servers.correspondents import KANAGAWA, SAGAMIHARA, YOKOSUKA, Correspondents
from tests.servers.machine import eventually
from tests.workbooks.forms_at_hand import COMPLETE, filled, the_roster

pytestmark = pytest.mark.long
XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
TO = MAILBOXES["n_mynumber"]
SHOMAN = Answer("14神奈川県横須賀市", "中核市", "小慢")
KEN = Answer("14神奈川県", "都道府県", "小慢")
NOT_ACCEPTED = "提出前の点検です。提出としては受け付けておりません"
CHECKED = "SELECT arrival_id FROM verdict WHERE rules LIKE '[\"pre_check\"%'"
DECIDED = "SELECT count(*) FROM verdict WHERE rules LIKE '[\"pre_check\"%'"


def opened(folder: Path, writers: Correspondents, deadline: datetime | None = None) -> Office:
    """An office whose survey has switched checks on; `deadline`: to the second, with the calendar's dates before it."""
    days = (deadline.date() - datetime.now(JST).date()).days - 1 if deadline else 5
    file = shift_survey(folder / "survey", days) / "survey.toml"
    text = file.read_text("utf-8").replace("\n[mails]\n", '\n[mails]\npre_check = "send"\ncollation = "send"\n')
    if deadline:
        text, n = re.subn(r"^deadline = .*$", f"deadline = {deadline.isoformat()}", text, count=1, flags=re.MULTILINE)
        assert n == 1
    file.write_text(text, "utf-8")
    made = Office(folder, writers.servers)
    made.configure()
    settings = folder / "settings.toml"
    caps = "[caps]\npre_checks_per_address_per_day = 1000\npre_checks_per_respondent_per_day = 1000\n"
    settings.write_text(settings.read_text("utf-8").replace("[caps]\n", caps), "utf-8")
    return made


@pytest.fixture
def office(tmp_path: Path, writers: Correspondents) -> Iterator[Office]:
    """That one, with its worker."""
    made = opened(tmp_path, writers)
    worker = made.run()
    yield made
    worker.kill()


def asking(answer: Answer, sender: str, message_id: str, workbook: bytes) -> bytes:
    made = message_from_bytes(mail(sender, TO, message_id, answer, workbook), policy=SMTP)
    subject = str(made["Subject"])
    del made["Subject"]
    made["Subject"] = f"【事前確認】{subject}"
    return made.as_bytes()


def replying(letter: EmailMessage, answer: Answer, workbook: bytes) -> bytes:
    made = message_from_bytes(mail(YOKOSUKA, TO, "<reply@city.test>", answer, workbook), policy=SMTP)
    subject = str(letter["Subject"])
    del made["Subject"]
    made["Subject"] = f"Re: {subject}"
    made["In-Reply-To"] = str(letter["Message-ID"])
    return made.as_bytes()


def test_a_check_is_answered_and_an_answer_to_its_letter_is_handed_in(office: Office) -> None:
    writers = Correspondents(office.servers)
    writers.write(YOKOSUKA, TO, asking(SHOMAN, YOKOSUKA, "<check@city.test>", SHOMAN.workbook({"9": None})))
    (letter,) = writers.answers(YOKOSUKA, 1, seconds=60)
    assert NOT_ACCEPTED in letter["Subject"]
    text = letter.get_content()
    assert text.startswith(f"{NOT_ACCEPTED}。") and "Q9" in text
    assert office.ledger("SELECT count(*) FROM verdict WHERE part <> ''") == [(0,)]
    writers.write(YOKOSUKA, TO, replying(letter, SHOMAN, SHOMAN.workbook()))
    receipt = writers.answers(YOKOSUKA, 2, seconds=60)[1]
    assert receipt["Subject"].startswith("【受付】")
    booked = "SELECT body, program, outcome FROM verdict WHERE part <> ''"
    assert office.ledger(booked) == [("142018", "shoman", "accepted")]


def test_what_is_handed_in_overtakes_a_storm_of_500_checks(office: Office) -> None:
    """Told by the order in which the desk decided and wrote, not by a watch: at most a few checks that the readers had
    begun come before it."""
    writers = Correspondents(office.servers)
    workbook = SHOMAN.workbook({"9": None})
    for number in range(500):
        office.servers.dovecot.put(TO, asking(SHOMAN, YOKOSUKA, f"<check{number}@city.test>", workbook))
    assert eventually(lambda: office._has_ledger() and office.ledger(DECIDED)[0][0] >= 20, 120)
    before = office.ledger(DECIDED)[0][0]
    began = time.monotonic()
    writers.write(KANAGAWA, TO, mail(KANAGAWA, TO, "<answer@pref.test>", KEN, KEN.workbook()))
    (receipt,) = writers.answers(KANAGAWA, 1, seconds=120)
    took = time.monotonic() - began
    assert NOT_ACCEPTED not in receipt["Subject"]
    print(f"handed in and answered after {took:.1f} s, in the midst of 500 checks ({before} decided before)")
    mine = "(SELECT min(v.id) FROM verdict v WHERE v.part = 'own')"
    arrived = "(SELECT v.arrival_id FROM verdict v WHERE v.part = 'own')"
    kept_at = f"(SELECT recorded_at FROM arrival WHERE id = {arrived})"
    between = f"{DECIDED} AND id < {mine} AND recorded_at > {kept_at}"
    assert office.ledger(between)[0][0] <= 100
    assert eventually(lambda: office.ledger(DECIDED)[0][0] == 500, 300)
    writers.answers(YOKOSUKA, 500, seconds=300)


def test_33_sheets_come_back_as_a_list_that_is_taken_in(office: Office) -> None:
    """神奈川県 collects 29 municipalities (記３（３）, without its designated and core cities); four come twice."""
    writers = Correspondents(office.servers)
    prefecture = next(b for b in the_roster().of_kind("prefecture") if b.name == "神奈川県")
    towns = municipalities(the_roster(), prefecture)
    files = {f"{n}.xlsx": _town(b.name) for n, b in enumerate((*towns, *towns[: 33 - len(towns)]))}
    to = MAILBOXES["yoboseshu"]
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Message-ID"] = KANAGAWA, to, "<towns@pref.test>"
    made["Subject"] = "【一覧表作成】【神奈川県】マイナンバーアンケート回答"
    made.set_content("一覧表の作成をお願いします。")
    for name, data in files.items():
        made.add_attachment(data, maintype=XLSX[0], subtype=XLSX[1], filename=name)
    writers.write(KANAGAWA, to, made.as_bytes())
    (letter,) = writers.answers(KANAGAWA, 1, seconds=120)
    assert letter["Subject"].startswith("【一覧表をお返しします。")
    (listed,) = [p for p in letter.iter_attachments() if "予防接種" in (p.get_filename() or "")]
    again = EmailMessage(policy=SMTP)
    again["From"], again["To"], again["Message-ID"] = KANAGAWA, to, "<list@pref.test>"
    again["Subject"] = "【神奈川県】マイナンバーアンケート回答"
    again.set_content("提出します。")
    again.add_attachment(listed.get_content(), maintype=XLSX[0], subtype=XLSX[1], filename=listed.get_filename() or "")
    writers.write(KANAGAWA, to, again.as_bytes())
    writers.answers(KANAGAWA, 2, seconds=120)
    rows = office.ledger("SELECT count(*), count(DISTINCT body) FROM verdict WHERE part = 'collected'")
    assert rows == [(len(towns), len(towns))]


def said(office: Office, *arguments: str) -> str:
    """What a command prints about this office."""
    command = [COMMAND, "--settings", str(office.folder / "settings.toml"), *arguments]
    done = subprocess.run(command, cwd=office.folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_check_of_1659_is_found_after_the_deadline_and_taken_in_as_received_before_it(
    tmp_path: Path, writers: Correspondents
) -> None:
    """Left on the real mail before the deadline, and first seen by the desk behind it: in three places it is told that
    this body sent a check only, and an official makes an answer of it that was in time."""
    writers.write(YOKOSUKA, TO, asking(SHOMAN, YOKOSUKA, "<1659@city.test>", SHOMAN.workbook()))
    number = Answer("14神奈川県相模原市", "指定都市", "小慢")
    holds = number.workbook({"8-1-text": "個人番号 1234 5678 9018 を確認する。"})  # its check digit fits
    writers.write(SAGAMIHARA, TO, asking(number, SAGAMIHARA, "<number@city.test>", holds))
    deadline = datetime.now(JST).replace(microsecond=0) + timedelta(seconds=2)
    office = opened(tmp_path, writers, deadline)
    assert eventually(lambda: datetime.now(JST) > deadline + timedelta(seconds=1), 30)
    worker = office.run()
    try:
        (letter, *_) = writers.answers(YOKOSUKA, 1, seconds=60)
        assert NOT_ACCEPTED in letter["Subject"]
        office.wait_for_rows("SELECT count(*) FROM verdict WHERE rules LIKE '[\"personal_data\"%'", [(1,)], 60)
        assert office.ledger("SELECT count(*) FROM verdict WHERE part <> ''") == [(0,)]
        (owed,) = [o for o in json.loads(said(office, "status", "--json"))["obligations"] if _is(o, "142018")]
        assert (owed["state"], owed["checked_only"]) == ("outstanding", True)
        assert "点検のみ" in said(office, "status", "--prefecture", "14")
        said(office, "report", "--all", "-o", "reports")
        overview = (tmp_path / "reports" / "全国_提出状況_取扱注意.html").read_text("utf-8")
        assert "点検のみ）：小慢 1件" in overview
        said(office, "calls", "-o", "calls.xlsx")
        listed = load_workbook(tmp_path / "calls.xlsx").worksheets[0]
        rows = ["".join(map(str, row)) for row in listed.iter_rows(values_only=True)]
        assert [("横須賀市" in row) for row in rows if "点検のみ" in row] == [True]
        (((receipt, at),)) = office.ledger(f"SELECT receipt, received_at FROM arrival WHERE id IN ({CHECKED})")
        assert datetime.fromisoformat(at) <= deadline
        said(office, "decide", receipt, "take-in", "--by", "受付太郎", "--why", "電話で、提出のつもりと確かめたため")
        booked = "SELECT body, program, outcome, late, received_at FROM verdict WHERE part = 'own'"
        assert office.ledger(booked) == [("142018", "shoman", "accepted", 0, at)]
        assert writers.answers(SAGAMIHARA, 0) == []
        alarms = [row for row in json.loads(said(office, "held", "--json")) if row["queue"] == "alarm"]
        assert [(row["sender"], row["reason"]) for row in alarms] == [(SAGAMIHARA, "personal_data")]
    finally:
        worker.kill()


def _is(owed: dict[str, str], lgcode: str) -> bool:
    return owed["lgcode"] == lgcode and owed["program"] == "shoman"


def _town(name: str) -> bytes:
    head: dict[str, FillValue | None] = {
        "program": "予防接種", "kind": "市区町村", "organisation": f"14神奈川県{name}", "position": "課長",
    }  # fmt: skip
    return filled(head, COMPLETE, "form1")
