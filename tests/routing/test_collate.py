"""`collate`: a prefecture's folder becomes its list; and the whole country's lists, mailed and read.

Who is collected by whom is counted from the roster by hand: 47 prefectures, 1,659 bodies.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.roster import Body
from replies.japanese import full_width_number
from replies.wording import load_wording
from replies.workbooks.form import FillValue
from routing.ledger.store import Ledger
from routing.offline import check_file
from routing.reading.reader import Reader
from routing.register import Register
from routing.tracking.collate import Collation, collate, workbooks
from routing.tracking.overview import status_at
from tests.municipalities import municipalities
from tests.routing.cases_at_hand import prefecture_domain
from tests.routing.desk_at_hand import Office, mail, open_office
from tests.workbooks.forms_at_hand import COMPLETE, filled

KANAGAWA, TOTTORI = "140007", "310000"


def sheet(body: Body, changes: dict[str, FillValue | None] | None = None) -> bytes:
    """A municipality's complete sheet on 予防接種."""
    own: dict[str, FillValue | None] = {
        "program": "予防接種",
        "kind": "市区町村",
        "organisation": body.lgcode[:2] + body.full_name,
    }
    return filled({**own, **(changes or {})}, COMPLETE, "form1")


def put(folder: Path, bodies: Sequence[Body], broken: Sequence[str] = ()) -> None:
    """Each body's sheet as a file of its own; those of `broken` lack the answer to Q9."""
    folder.mkdir(parents=True, exist_ok=True)
    for body in bodies:
        changes: dict[str, FillValue | None] = {"9": None} if body.lgcode in broken else {}
        (folder / f"{body.lgcode}_{body.name}.xlsx").write_bytes(sheet(body, changes))


def gathered(folder: Path, reader: Reader, register: Register) -> Collation:
    return collate(folder, workbooks(folder), reader, register)


def collected(lgcode: str, register: Register) -> tuple[Body, ...]:
    prefecture = register.roster.by_code(lgcode)
    assert prefecture is not None
    return municipalities(register.roster, prefecture)


def test_a_folder_becomes_a_list_in_code_order_and_tells_who_is_missing(
    tmp_path: Path, reader: Reader, register: Register
) -> None:
    """鳥取県 collects its 18 municipalities but 鳥取市, a core city."""
    bodies = collected(TOTTORI, register)
    assert len(bodies) == 18
    put(tmp_path / "in" / "郡部", bodies[3:])
    (made,) = gathered(tmp_path / "in", reader, register).lists
    assert made.program == "yobosesshu"
    assert made.missing == ("312029", "312037", "312045")  # 米子市, 倉吉市, 境港市
    rows = list(load_workbook(io.BytesIO(made.data)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert len(rows) == 1 + 15
    names = [row[3] for row in rows[1:]]  # 組織名, the fourth field
    assert names[0] == "31鳥取県岩美町" and names == ["31鳥取県" + b.name for b in bodies[3:]]


def test_what_is_wrong_is_told_per_file_and_the_rest_goes_into_the_list(
    tmp_path: Path, reader: Reader, register: Register
) -> None:
    bodies = collected(TOTTORI, register)
    put(tmp_path, bodies[:3], broken=[bodies[1].lgcode])
    (tmp_path / "メモ.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    (tmp_path / f"~${bodies[0].name}.xlsx").write_bytes(b"lock file of Excel")
    (tmp_path / "zz_再提出.xlsx").write_bytes(sheet(bodies[2]))
    done = gathered(tmp_path, reader, register)
    told = {t.name: ([f.code for f in t.findings], t.used) for t in done.files}
    reasons = {t.name: t.reasons for t in done.files if t.reasons}
    assert told["メモ.xlsx"] == (["unreadable"], False)
    assert told[f"{bodies[1].lgcode}_{bodies[1].name}.xlsx"] == (["answer_missing"], True)
    assert told[f"{bodies[2].lgcode}_{bodies[2].name}.xlsx"] == ([], False)
    assert reasons == {f"{bodies[2].lgcode}_{bodies[2].name}.xlsx": ("collate_doubled",)}
    assert told["zz_再提出.xlsx"] == ([], True)
    assert len(told) == 5
    (made,) = done.lists
    assert [r.body.lgcode for r in made.rows] == ["312029", "312037", "312045"]


def test_nothing_is_left_out_of_a_list_without_a_word(
    tmp_path: Path, reader: Reader, register: Register
) -> None:
    """鳥取市 is a core city and answers itself; 安来市 is in 島根県; there is no 鳥取県境町."""
    bodies = collected(TOTTORI, register)
    put(tmp_path, bodies[:3])
    for name, changes in {
        "鳥取市": {"organisation": "31鳥取県鳥取市", "kind": "中核市"},
        "安来市": {"organisation": "32島根県安来市"},
        "境町": {"organisation": "31鳥取県境町"},
    }.items():
        (tmp_path / f"{name}.xlsx").write_bytes(sheet(bodies[3], dict(changes)))
    (one,) = gathered(tmp_path, reader, register).lists
    (tmp_path / "前回の一覧表.xlsx").write_bytes(one.data)
    done = gathered(tmp_path, reader, register)
    assert {t.name: (t.used, t.reasons) for t in done.files if t.reasons} == {
        "鳥取市.xlsx": (False, ("collate_elsewhere",)),
        "安来市.xlsx": (False, ("collate_elsewhere",)),
        "境町.xlsx": (False, ("collate_no_body",)),
        "前回の一覧表.xlsx": (False, ("collate_list",)),
    }
    assert [t.used for t in done.files if not t.reasons] == [True] * 3
    assert {key for t in done.files for key in t.reasons} <= set(load_wording().collate)


def test_a_number_of_a_person_gets_into_no_list(tmp_path: Path, reader: Reader, register: Register) -> None:
    """123456789018: its check digit 8 is that of 12345678901 (weights 6,5,4,3,2,7,6,5,4,3,2: sum 212,
    11 - 212 mod 11 = 8)."""
    body = collected(TOTTORI, register)[0]
    (tmp_path / "a.xlsx").write_bytes(sheet(body, {"8-1-text": "例 1234 5678 9018 の者"}))
    done = gathered(tmp_path, reader, register)
    assert done.lists == ()
    (told,) = done.files
    assert (told.used, told.reasons) == (False, ("collate_personal",))
    assert [(f.code, f.severity, f.sheet, f.cell, f.found) for f in told.findings] == [
        ("personal_found", "error", "様式", "F33", "")
    ]
    checked = check_file(reader, "a.xlsx", (tmp_path / "a.xlsx").read_bytes(), register)
    assert [f.code for f in checked.findings] == ["personal_found"]


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory, register: Register) -> Path:
    """1,659 sheets in 47 folders."""
    folder = tmp_path_factory.mktemp("country")
    for prefecture in register.roster.of_kind("prefecture"):
        put(folder / prefecture.lgcode, municipalities(register.roster, prefecture))
    return folder


@pytest.fixture(scope="module")
def lists(country: Path, reader: Reader, register: Register) -> dict[str, bytes]:
    """The list that each prefecture makes of its folder."""
    made = {}
    for folder in sorted(country.iterdir()):
        (one,) = gathered(folder, reader, register).lists
        assert one.missing == ()
        made[folder.name] = one.data
    return made


def offices(tmp_path: Path, register: Register, reader: Reader) -> Iterator[Office]:
    ledger = Ledger(tmp_path / "country.db")
    yield open_office(tmp_path, register, reader, ledger)
    ledger.close()


def send(office: Office, lgcode: str, data: bytes) -> str:
    """A prefecture mails its list to mailbox ②; the letter that answers it, as text."""
    name = office.desk.register.full_name(lgcode)
    subject = f"【{name}】マイナンバーアンケート回答"
    raw = mail({f"{subject}.xlsx": data}, subject, f"kikaku@{prefecture_domain(lgcode)}")
    settled = office.settle(raw, mailbox="yoboseshu")
    assert settled.reply is not None
    return text_of(settled.reply.data)


def text_of(raw: bytes) -> str:
    from email import message_from_bytes
    from email.policy import default

    body = message_from_bytes(raw, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def states(office: Office) -> dict[str, str]:
    """State of 予防接種 by municipality."""
    found = status_at(office.desk, office.now).municipalities
    return {m.lgcode: m.state for m in found if m.program == "yobosesshu"}


@pytest.mark.long
def test_the_lists_of_all_prefectures_cover_every_municipality(
    tmp_path: Path, register: Register, reader: Reader, lists: dict[str, bytes]
) -> None:
    for office in offices(tmp_path, register, reader):
        letters = [send(office, lgcode, data) for lgcode, data in lists.items()]
        assert len(letters) == 47
        assert list(states(office).values()) == ["accepted"] * 1659


@pytest.mark.long
def test_five_rows_taken_out_are_named_and_no_others(
    tmp_path: Path, register: Register, reader: Reader, country: Path, lists: dict[str, bytes]
) -> None:
    gone = {"142034": "平塚市", "143839": "真鶴町", "012033": "小樽市", "016942": "羅臼町", "473821": "与那国町"}
    changed = {}
    for prefecture in (KANAGAWA, "010006", "470007"):
        copy = tmp_path / prefecture
        put(copy, [b for b in collected(prefecture, register) if b.lgcode not in gone])
        (one,) = gathered(copy, reader, register).lists
        changed[prefecture] = one.data
    for office in offices(tmp_path, register, reader):
        letters = {lgcode: send(office, lgcode, data) for lgcode, data in {**lists, **changed}.items()}
        assert {code for code, state in states(office).items() if state != "accepted"} == set(gone)
        for code, name in gone.items():
            prefecture = register.prefecture_code(code)
            told = letters[prefecture].replace("\n", "").replace("　", "")
            assert name in told, (name, letters[prefecture])


@pytest.mark.long
def test_seven_broken_rows_leave_the_other_1652_counted(
    tmp_path: Path, register: Register, reader: Reader, lists: dict[str, bytes]
) -> None:
    broken = ["142042", "142051", "142069", "142077", "142085", "142107", "142115"]
    copy = tmp_path / KANAGAWA
    put(copy, collected(KANAGAWA, register), broken)
    (one,) = gathered(copy, reader, register).lists
    for office in offices(tmp_path, register, reader):
        for lgcode, data in {**lists, KANAGAWA: one.data}.items():
            letter = send(office, lgcode, data)
            if lgcode == KANAGAWA:
                assert f"{full_width_number(7)}団体" in letter or "7団体" in letter
                assert letter.count("Q9") >= 7
        found = states(office)
        assert {code for code, state in found.items() if state == "correction"} == set(broken)
        assert list(found.values()).count("accepted") == 1652
