"""A reader that greets and then comes to grief over every mail is not well: the mails wait and none is blamed. A mail
over which a well reader comes to grief is blamed, however many such mails there are.

The child is the real one, broken by tests/e2e/poisoned/sitecustomize.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.load import default_survey
from routing.journey.pending import pending_steps
from routing.ledger import promises
from routing.ledger.store import Ledger
from routing.reading.errors import ReaderUnavailable
from routing.reading.known_good import known_good
from routing.reading.pool import Readers
from routing.reading.reader import Reader
from routing.register import Register
from tests.routing.desk_at_hand import Office, mail, nanbyo, open_office
from tests.routing.test_alerts import tell
from tests.routing.test_desk import rules
from tests.routing.test_ppap import locked_mail, password_mail

OLD = (Path(__file__).parents[1] / "workbooks" / "files" / "legacy.xls").read_bytes()
POISONED = Path(__file__).parents[1] / "e2e" / "poisoned"
LONG = pytest.mark.long
SLOW = [pytest.param(way, marks=LONG) for way in ("exit", "raise", "workbook", "memory", "hang")]  # 16 children each
WAYS = ("signal", "second", *SLOW)


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """While this file says how, every reader child is broken."""
    monkeypatch.setenv("PYTHONPATH", str(POISONED))
    monkeypatch.setenv("UKETSUKE_BROKEN", str(tmp_path / "broken"))
    return tmp_path / "broken"


@pytest.fixture
def office(tmp_path: Path, register: Register, ledger: Ledger, broken: Path) -> Iterator[Office]:
    reader = Reader(default_survey())
    yield open_office(tmp_path, register, reader, ledger)
    reader.close()


def settle(office: Office, minutes: int = 1) -> None:
    """A try that fails, and so many minutes."""
    with pytest.raises(ReaderUnavailable) as trouble:
        list(office.desk.settle_waiting())
    office.desk.note_reader_lost(trouble.value)
    office.now += timedelta(minutes=minutes)


def holds(office: Office) -> bool:
    return all(answer.holds for answer in promises.ask(office.ledger.connection))


@pytest.mark.long
@pytest.mark.parametrize("how", WAYS)
def test_where_every_mail_ends_the_reader_all_wait_and_none_is_blamed(office: Office, broken: Path, how: str) -> None:
    """However often it is tried. Once the reader is mended all are answered as if nothing had been."""
    broken.write_text(how)
    for n in range(4):
        office.arrive(mail(subject=f"【横浜市】{n}", body=f"{n}"))
    for _ in range(2 if how == "hang" else 4):  # more often than it takes to be held as poison
        settle(office)
    read = 1 if how == "second" else 0  # that one is answered: its reader was able to
    assert [office.count(table) for table in ("to_read", "deferred", "outbox")] == [4 - read, 0, read]
    assert rules(office) == ["otherwise"] * read
    for blame in ("reader_died", "reader_hung", "read_failed"):
        assert office.events(blame) == []
    assert office.held() == []

    broken.unlink()
    list(office.desk.settle_waiting())
    assert rules(office) == ["otherwise"] * 4
    assert holds(office)


@pytest.mark.long
def test_operators_hear_of_it_once_and_once_when_it_is_over(office: Office, broken: Path) -> None:
    broken.write_text("signal")
    office.arrive(mail())
    told = []
    for _ in range(5):
        settle(office, minutes=3)
        told += [(office.count("event"), sentence) for sentence in tell(office)]
    assert told == [
        (1, "届いたメールの読み取りができません（令和５年７月18日（火）10時00分00秒から。判定待ち 1通）。")
    ]
    broken.unlink()
    list(office.desk.settle_waiting())
    assert tell(office) == ["届いたメールを、再び読み取れるようになりました。"]
    assert tell(office) == []
    assert rules(office) == ["otherwise"]


def test_what_is_mended_within_minutes_is_told_neither_way(office: Office, broken: Path) -> None:
    broken.write_text("exit")
    office.arrive(mail())
    settle(office)
    assert tell(office) == []
    broken.unlink()
    list(office.desk.settle_waiting())
    office.now += timedelta(minutes=10)
    assert tell(office) == []


@LONG
def test_ten_poisonous_mails_of_one_attacker_are_all_held_and_the_others_answered(
    office: Office, broken: Path
) -> None:
    for n in range(10):
        poison = mail(subject=f"毒{n}", sender="x@example.lg.jp")
        office.arrive(b"X-Test-Poison: signal\r\n" + poison)
        if n % 3 == 0:
            office.arrive(mail(subject=f"【横浜市】{n}", body=f"{n}"))
    list(office.desk.settle_waiting())
    assert rules(office) == ["otherwise"] * 4 + ["poison"] * 10
    assert len(office.events("reader_died")) == 30
    assert office.events("reader_lost") == []
    assert holds(office)


@pytest.mark.long
def test_a_poisonous_mail_among_others_is_held_though_two_readers_work(
    tmp_path: Path, register: Register, ledger: Ledger, broken: Path
) -> None:
    readers = Readers(default_survey(), 2)
    office = open_office(tmp_path, register, readers, ledger)  # type: ignore[arg-type]
    for n in range(6):
        office.arrive(mail(subject=f"【横浜市】{n}", body=f"{n}"))
        if n in (1, 2):
            office.arrive(b"X-Test-Poison: exit\r\n" + mail(subject=f"毒{n}"))
    list(office.desk.settle_waiting())
    readers.close()
    assert sorted(rules(office)) == ["otherwise"] * 6 + ["poison"] * 2


def test_a_workbook_that_ends_every_reader_is_named_and_none_other(office: Office, broken: Path) -> None:
    """The file is named to its sender where a reader is well; not where every workbook ends it."""
    broken.write_text("workbook")
    office.arrive(mail({"回答.xlsx": nanbyo()}))
    settle(office)
    broken.unlink()
    list(office.desk.settle_waiting())
    assert office.ledger.row("SELECT 1 FROM finding WHERE code = 'too_costly'") is None


@pytest.mark.long
def test_poison_that_comes_while_the_reader_is_broken_is_held_once_it_is_mended(office: Office, broken: Path) -> None:
    broken.write_text("signal")
    office.arrive(b"X-Test-Poison: signal\r\n" + mail(subject="毒"))
    office.arrive(mail())
    for _ in range(4):
        settle(office)
    broken.unlink()
    list(office.desk.settle_waiting())
    assert rules(office) == ["otherwise", "poison"]


CITIES = ("city.yokohama.lg.jp", "city.kawasaki.lg.jp", "city.sagamihara.lg.jp", "city.sendai.lg.jp", "city.chiba.lg.jp")


def old_book(number: int, city: str) -> bytes:
    """A mail whose one file is an .xls, as that city sends it."""
    name = "【横浜市】マイナンバーアンケート回答.xls"
    return mail({name: OLD}, f"【横浜市】{number}", f"kenko@{city}", f"{number}", {"Message-ID": f"<{number}@{city}>"})


@pytest.mark.long
def test_where_the_old_books_of_several_senders_end_every_reader_they_wait_and_all_else_is_answered(
    office: Office, broken: Path
) -> None:
    """Our own mail, an .xlsx, is read well. The first three senders are told that their file could not be opened; the
    fourth and all after him are not. What waits is read at the first start after the mending."""
    broken.write_text("xls")
    for number, city in enumerate(CITIES):
        office.arrive(old_book(number, city))
    office.arrive(mail(body="xlsx"))
    list(office.desk.settle_waiting())
    assert office.count("to_read") == 2
    assert office.ledger.rows("SELECT count(*) FROM finding WHERE code = 'too_costly'")[0][0] == 3
    assert rules(office).count("otherwise") == 1
    assert office.events("reader_lost") == []
    (told,) = tell(office)
    assert "差出人の異なるメールで、読み取りのプロセスが同じように止まりました" in told and "file:xls。判定待ち 2通" in told
    assert tell(office) == []
    for _ in range(2):
        list(office.desk.settle_waiting())
        office.now += timedelta(minutes=20)
    assert office.count("to_read") == 2

    broken.unlink()
    with office.desk.at_work():
        list(office.desk.settle_waiting())
    assert office.count("to_read") == 0
    assert office.ledger.rows("SELECT count(*) FROM finding WHERE code = 'too_costly'")[0][0] == 3
    assert tell(office) == []
    assert holds(office)


@LONG
def test_what_goes_on_for_a_day_is_laid_to_the_mails_after_all(office: Office, broken: Path) -> None:
    """The mails of an attacker who forges many senders wait for a day, then they are held; nobody else waits."""
    for number, city in enumerate(CITIES):
        poison = mail(subject=f"毒{number}", sender=f"x@{city}", headers={"Message-ID": f"<{number}@{city}>"})
        office.arrive(b"X-Test-Poison: signal\r\n" + poison)
    office.arrive(mail())
    for hours in (1, 2, 20, 2):
        list(office.desk.settle_waiting())
        assert rules(office).count("otherwise") == 1
        assert office.count("to_read") == 5
        office.now += timedelta(hours=hours)
    list(office.desk.settle_waiting())
    assert rules(office).count("poison") == 5
    assert office.count("to_read") == 0
    assert holds(office)


def test_one_senders_old_books_end_readers_and_he_is_told(office: Office, broken: Path) -> None:
    broken.write_text("xls")
    for number in range(5):
        office.arrive(old_book(number, CITIES[0]))
    list(office.desk.settle_waiting())
    assert office.count("to_read") == 0
    assert office.ledger.rows("SELECT count(*) FROM finding WHERE code = 'too_costly'")[0][0] == 1
    decided = office.ledger.rows("SELECT rules FROM verdict WHERE piece = '0' ORDER BY id")
    assert [row["rules"] for row in decided] == ['["no_form"]', *['["no_form_again"]'] * 4]  # told once, then for people


def test_a_well_reader_reads_our_own_mail_with_its_form(reader: Reader, register: Register) -> None:
    read = reader.read_mail(known_good(default_survey()))
    assert read.message.subject == register.survey.title
    (file,) = read.files
    assert (file.kind, len(file.sheets)) == ("answer_sheet", 1)


@pytest.mark.long
def test_a_password_is_tried_again_where_no_reader_could_be_had(office: Office, broken: Path) -> None:
    office.settle(locked_mail())
    office.settle(password_mail())
    broken.write_text("signal")
    for _ in range(3):
        with pytest.raises(ReaderUnavailable):
            list(pending_steps(office.desk))
    broken.unlink()
    list(pending_steps(office.desk))
    assert len(office.events("password_opened")) == 1
