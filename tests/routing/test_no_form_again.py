"""Files that are no form, again and again: a machine is asked once, a person who tries something else once more, and
nobody who then sends the form is the worse for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import pytest

from config.jst import JST
from routing.journey.judge import Settled
from routing.views.held import grouped, held_rows
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, mail
from tests.routing.test_words import ASKED, CITY, letter, queues

PDF, PNG, BROKEN = b"%PDF-1.4\n%%EOF\n", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04broken"
Files = Mapping[str, bytes]
NOBODY = "マイナンバーアンケート回答"  # a subject that names none


def enclose(office: Office, files: Files | None, sender: str = CITY, subject: str = ASKED) -> Settled:
    """A mail with these files (None: with the form), a minute after the one before it."""
    office.now += timedelta(minutes=1)
    own_id = {"Message-ID": f"<{office.now.timestamp():.0f}@mail.example.lg.jp>"}
    return office.settle(mail(files, subject, sender, "回答を送付します。", own_id))


MACHINES: dict[str, Callable[[int], Files]] = {
    "a guide that changes": lambda n: {"案内.pdf": PDF + b"%d" % n},
    "a guide that does not": lambda n: {"案内.pdf": PDF},
    "a numbered slip": lambda n: {f"受付票{n}.pdf": PDF + b"%d" % n},
    "a slip with the time in its name": lambda n: {f"20230718_10{n}512-ab.pdf": PDF + b"%d" % n},
    "the same bytes under other names": lambda n: {f"{'abcdefgh'[n] * 3}.pdf": PDF},
    "a gateway's note": lambda n: {"削除された添付ファイル.txt": f"添付ファイルを削除しました {n}".encode()},
    "the same as a page": lambda n: {"DELETED.html": b"<html>removed by policy %d</html>" % n},
    "a slip and a logo": lambda n: {"slip.pdf": PDF + b"%d" % n, "logo.png": PNG + b"%d" % n},
    "a workbook that opens nowhere": lambda n: {"案内.xlsx": BROKEN + b"%d" % n},
    "a calendar's entry": lambda n: {"invite.ics": b"BEGIN:VCALENDAR\nUID:%d\nEND:VCALENDAR\n" % n},
}


@pytest.mark.parametrize("senders", [1, 8])
@pytest.mark.parametrize("files", MACHINES.values(), ids=MACHINES)
def test_eight_rounds_with_a_machine_that_encloses_something_are_one_request_and_one_line(
    office: Office, files: Callable[[int], Files], senders: int
) -> None:
    rounds = [enclose(office, files(n), f"kenko{n % senders}@city.yokohama.lg.jp") for n in range(8)]
    assert [letter(settled) for settled in rounds] == ["correction", *[""] * 7]
    assert [len(group.rows) for group in grouped(held_rows(office.desk))] == [7]


def test_files_that_have_nothing_in_common_are_asked_about_twice(office: Office) -> None:
    rounds = [enclose(office, {f"{'甲乙丙丁'[n]}.docx": BROKEN + b"%d" % n}) for n in range(4)]
    assert [letter(settled) for settled in rounds] == ["correction", "correction", "", ""]


TRIES: dict[str, tuple[list[Files], list[str]]] = {
    "another file": ([{"回答.pdf": PDF}, {"回答.docx": PDF + b"2"}], ["correction", "correction"]),
    "another name": ([{"回答.pdf": PDF}, {"回答（修正）.pdf": PDF + b"2"}], ["correction", "correction"]),
    "first none": ([{}, {"回答.pdf": PDF}], ["correction", "correction"]),
    "then none": ([{"回答.pdf": PDF}, {}], ["correction", "correction"]),
    "the same, broken twice": ([{"回答.xlsx": BROKEN}, {"回答.xlsx": BROKEN + b"2"}], ["correction", ""]),
    "the same name, another fault": ([{"回答.xlsx": BROKEN}, {"回答.xlsx": PDF}], ["correction", "correction"]),
}


@pytest.mark.parametrize(("files", "letters"), TRIES.values(), ids=TRIES)
def test_who_tries_something_else_is_told_of_it_and_his_form_is_taken(
    office: Office, files: list[Files], letters: list[str]
) -> None:
    assert [letter(enclose(office, tried)) for tried in files] == letters
    assert letter(enclose(office, None)) == "acknowledgement"
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"
    assert letter(enclose(office, {"差替え.pdf": PDF + b"3"})) == "correction"  # asked anew, once the form has come


def test_whoever_else_sends_the_same_kind_of_file_is_asked_for_himself(office: Office) -> None:
    assert letter(enclose(office, {"回答.pdf": PDF})) == "correction"
    other = enclose(office, {"回答.pdf": PDF + b"2"}, "a@city.kawasaki.jp", ASKED.replace("横浜", "川崎"))
    assert letter(other) == "correction"


def test_on_the_last_day_it_is_urgent_and_what_came_in_time_may_count(office: Office) -> None:
    office.now = datetime(2023, 7, 21, 16, 40, tzinfo=JST)
    enclose(office, {"回答.pdf": PDF})
    assert (letter(enclose(office, {"回答.pdf": PDF + b"2"})), queues(office)) == ("", ["alarm"])
    office.now = datetime(2023, 7, 21, 17, 5, tzinfo=JST)
    assert [p.decision.outcome for p in enclose(office, None).decided.pieces] == ["accepted"]
    assert office.events("receipt_doubt") == [("2023-07-21T16:40:00+09:00", "uketsuke", "")]


def test_a_relay_that_delivers_the_same_mail_for_ever_is_told_twice_a_day(office: Office) -> None:
    rounds = [letter(enclose(office, None)) for _ in range(6)]
    assert rounds == ["acknowledgement", "duplicate", "duplicate", "", "", ""]
    office.now += timedelta(hours=25)
    assert letter(enclose(office, None)) == "duplicate"


def test_one_who_writes_his_address_in_other_capitals_is_the_same(office: Office) -> None:
    senders = ("Ken@b9.lg.jp", "KEN@B9.LG.JP", "ken@b9.lg.jp")
    assert [letter(enclose(office, {"案内.pdf": PDF}, sender, NOBODY)) for sender in senders] == ["correction", "", ""]
