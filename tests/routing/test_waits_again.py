"""Who sends locked files, or parts of a set, again and again: one notice a day that the rest is awaited, and no request
for ever; a person who does so twice loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from routing.journey.judge import Settled
from routing.journey.pending import pending_steps
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail, nanbyo
from tests.routing.test_parts import WAIT
from tests.routing.test_ppap import locked_book, password_mail, zipped
from tests.routing.test_words import CITY, letter

PDF = b"%PDF-1.4\n%%EOF\n"
SUBJECT = "【横浜市】マイナンバーアンケート回答"


@pytest.fixture(autouse=True)
def noticing(office: Office) -> None:
    survey = office.desk.register.survey
    noticed = survey.changed({"mails": survey.mails.changed({"password": "send"})})
    office.desk.register = replace(office.desk.register, survey=noticed)


def put(office: Office, files: dict[str, bytes], subject: str = SUBJECT, sender: str = CITY) -> Settled:
    """A mail with these files, half an hour after the one before it."""
    office.now += timedelta(minutes=30)
    own_id = {"Message-ID": f"<{office.now.timestamp():.0f}@mail.example.lg.jp>"}
    office.arrive(mail(files, subject, sender, "回答を送付します。", own_id))
    settled = list(office.desk.settle_waiting())  # it, and what waited for it
    return max(settled, key=lambda one: one.decided.arrival.id)


def kinds(office: Office) -> list[str]:
    return [row["kind"] for row in office.ledger.rows("SELECT kind FROM outbox ORDER BY id")]


def later(office: Office, hours: float) -> None:
    office.now += timedelta(hours=hours)
    list(pending_steps(office.desk))


MACHINES: dict[str, Callable[[int], tuple[dict[str, bytes], str]]] = {
    "one locked archive": lambda n: ({"slip.zip": zipped(b"%d" % n, name="slip.txt")}, SUBJECT),
    "numbered": lambda n: ({f"slip{n}.zip": zipped(b"%d" % n, name="slip.txt")}, f"{SUBJECT} No.{n}"),
    "locked workbooks": lambda n: ({f"{'甲乙丙丁戊己庚辛'[n]}.xlsx": locked_book(nanbyo(), f"{n}-{n}")}, SUBJECT),
    "a first part": lambda n: ({"a.pdf": PDF + b"%d" % n}, f"{SUBJECT}（1/2）"),
    "first parts of other sets": lambda n: ({"a.pdf": PDF + b"%d" % n}, f"{SUBJECT}{'甲乙丙丁戊己庚辛'[n]}（1/2）"),
    "both by turns": lambda n: (
        ({"b.zip": zipped(b"%d" % n, name="b.txt")}, SUBJECT) if n % 2 else ({"a.pdf": PDF}, f"{SUBJECT}（{n + 1}/9）")
    ),
}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_a_machine_gets_one_notice_and_few_requests(
    office: Office, machine: Callable[[int], tuple[dict[str, bytes], str]]
) -> None:
    for n in range(8):
        put(office, *machine(n))
    assert kinds(office).count("arrival") == 1
    later(office, 5)
    later(office, 5)
    assert kinds(office).count("arrival") == 1
    assert len(kinds(office)) <= 4


def test_the_next_day_there_is_another_notice(office: Office) -> None:
    assert [letter(put(office, *MACHINES["numbered"](n))) for n in range(2)] == ["arrival", ""]
    office.now += timedelta(hours=24)
    assert letter(put(office, *MACHINES["numbered"](3))) == "arrival"


@pytest.mark.parametrize("late", [False, True])
def test_who_sends_two_locked_files_has_both_opened_and_answered(office: Office, late: bool) -> None:
    first = put(office, {"難病.zip": zipped(nanbyo())})
    second = put(office, {"小慢.zip": zipped(form({"program": "小慢"}), name="小慢.xlsx")})
    assert [letter(s) for s in (first, second)] == ["arrival", ""]
    if late:  # both were looked at before
        list(pending_steps(office.desk))
    office.arrive(password_mail())
    list(office.desk.settle_waiting())
    list(pending_steps(office.desk))
    assert [office.standing(YOKOHAMA, p).state for p in ("nanbyo", "shoman")] == ["accepted", "accepted"]
    assert kinds(office).count("acknowledgement") == 2 and office.held() == []


def test_who_sends_two_locked_files_without_a_password_is_asked_about_each(office: Office) -> None:
    put(office, {"難病.zip": zipped(nanbyo())})
    put(office, {"小慢.zip": zipped(form({"program": "小慢"}), name="小慢.xlsx")})
    for _ in range(3):
        later(office, 5)
    assert kinds(office) == ["arrival", "correction", "correction"]
    assert letter(put(office, {"【横浜市】回答.xlsx": nanbyo()})) == "acknowledgement"


def test_another_clerk_of_the_body_has_a_notice_of_his_own(office: Office) -> None:
    assert letter(put(office, {"難病.zip": zipped(nanbyo())})) == "arrival"
    other = put(office, {"小慢.zip": zipped(form({"program": "小慢"}), name="小慢.xlsx")}, sender="b@city.yokohama.lg.jp")
    assert letter(other) == "arrival"


def test_a_notice_of_his_question_does_not_take_that_of_his_file(office: Office) -> None:
    asked = office.settle(mail({}, body="問５は累計でしょうか。", headers={"Message-ID": "<q@x.lg.jp>"}))
    assert letter(asked) == "arrival"
    assert letter(put(office, {"難病.zip": zipped(nanbyo())})) == "arrival"


def test_a_mail_decided_again_keeps_its_notice(office: Office) -> None:
    settled = put(office, {"難病.zip": zipped(nanbyo())})
    office.ledger.connection.execute("INSERT INTO to_read VALUES (?)", (settled.decided.arrival.id,))
    list(office.desk.settle_waiting())
    (row,) = office.ledger.rows("SELECT state FROM posting ORDER BY id DESC LIMIT 1")
    assert row["state"] != "withdrawn"


def test_who_sends_two_sets_has_both_completed(office: Office) -> None:
    for program, name in (("難病", "甲"), ("小慢", "乙")):
        put(office, {"要綱.pdf": PDF + name.encode()}, f"{SUBJECT}{name}（1/2）")
        put(office, {f"{program}.xlsx": form({"program": program})}, f"{SUBJECT}{name}（2/2）")
    office.now += 2 * WAIT
    list(pending_steps(office.desk))
    assert (kinds(office).count("acknowledgement"), kinds(office).count("correction"), office.held()) == (2, 0, [])
