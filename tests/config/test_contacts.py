"""The contacts file: whom it names, and each mistake with its line, none of which quotes an address."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.contacts import bodies_named, load_contacts
from config.errors import SettingsError
from tests.workbooks.forms_at_hand import the_roster, the_survey

HEAD = "lgcode,mailbox,address\n"
YOKOHAMA, KANAGAWA = "141003", "140007"


def written(folder: Path, text: str) -> Path:
    path = folder / "contacts.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def mistakes(folder: Path, text: str) -> list[tuple[str, str]]:
    with pytest.raises(SettingsError) as told:
        load_contacts(written(folder, text), the_survey(), the_roster())
    assert "a@" not in str(told.value)
    return [(m.key, m.reason) for m in told.value.mistakes]


def test_several_rows_name_several_addresses_each_once_in_their_order(tmp_path: Path) -> None:
    rows = (
        f"{YOKOHAMA},n_mynumber,b@city.yokohama.lg.jp\n"
        f" {YOKOHAMA} , n_mynumber , a@city.yokohama.lg.jp \n"
        ",,\n\n"
        f"{YOKOHAMA},n_mynumber,b@city.yokohama.lg.jp\n"
        f"{YOKOHAMA},sukoyaka,a@city.yokohama.lg.jp\n"
        f"{KANAGAWA},n_mynumber,A@city.yokohama.lg.jp\n"
    )
    contacts = load_contacts(written(tmp_path, HEAD + rows), the_survey(), the_roster())
    assert contacts == {
        (YOKOHAMA, "n_mynumber"): ("b@city.yokohama.lg.jp", "a@city.yokohama.lg.jp"),
        (YOKOHAMA, "sukoyaka"): ("a@city.yokohama.lg.jp",),
        (KANAGAWA, "n_mynumber"): ("A@city.yokohama.lg.jp",),
    }
    assert bodies_named(contacts) == {
        "b@city.yokohama.lg.jp": {YOKOHAMA},
        "a@city.yokohama.lg.jp": {YOKOHAMA, KANAGAWA},
    }


def test_each_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    good = f"{YOKOHAMA},n_mynumber,a@x.lg.jp\n"
    found = mistakes(tmp_path, f"{HEAD}{good}000000,nobody,a@x\n\n{YOKOHAMA},n_mynumber\n{YOKOHAMA},n_mynumber,a b@x.jp\n")
    assert [line for line, _ in found] == ["3", "3", "3", "5", "6"]
    reasons = [reason for _, reason in found]
    for word, reason in zip(("lgcode", "mailbox", "address", "列", "address"), reasons, strict=True):
        assert word in reason


@pytest.mark.parametrize("text", ["", "lgcode,address,mailbox\n", "141003,n_mynumber,a@x.lg.jp\n"])
def test_a_file_without_its_heading_is_refused(tmp_path: Path, text: str) -> None:
    (found,) = mistakes(tmp_path, text)
    assert found == ("1", "見出しは lgcode,mailbox,address としてください。")


def test_a_heading_alone_names_nobody(tmp_path: Path) -> None:
    assert load_contacts(written(tmp_path, HEAD), the_survey(), the_roster()) == {}


def test_what_cannot_be_read_is_told_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_bytes(f"{HEAD}141003,n_mynumber,横浜@x.lg.jp".encode("shift_jis"))
    with pytest.raises(SettingsError, match="UTF-8"):
        load_contacts(path, the_survey(), the_roster())
    with pytest.raises(SettingsError, match=r"none\.csv"):
        load_contacts(tmp_path / "none.csv", the_survey(), the_roster())
