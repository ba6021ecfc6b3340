"""The Message-IDs of our own mail: the same for the same letter of one ledger, and known to nobody who did not get it.

A receipt number, a Message-ID made as it was made before, or one that looks alike proves nothing.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from base64 import b32encode, b64encode
from pathlib import Path

import pytest

from intake.mail.ids import MessageIds, is_our_message_id, receipt_in
from routing.cli.app import run_command
from routing.ledger import outbox
from routing.ledger.backup import backup
from routing.ledger.history import story
from routing.ledger.secret import give_key, message_ids
from routing.ledger.sent import find_notice
from routing.ledger.store import Ledger, NotALedger
from routing.reading.reader import Reader
from routing.register import Register
from tests.routing.desk_at_hand import Office, mail, open_office
from tests.routing.test_remind import SECOND, go_round, with_faulty_answer

LEDGERS = Path(__file__).parents[1] / "ledgers"


def reply_id(office: Office, raw: bytes) -> str:
    reply = office.settle(raw).reply
    assert reply is not None
    return reply.message_id


def another(folder: Path, register: Register, reader: Reader) -> Office:
    folder.mkdir()
    return open_office(folder, register, reader, Ledger(folder / "ledger.db"))


def test_it_has_the_number_in_it_and_a_code_of_120_bits(office: Office) -> None:
    settled = office.settle(mail())
    assert settled.reply is not None
    number = settled.decided.arrival.receipt
    assert re.fullmatch(rf"<uketsuke\.{number}\.[a-z2-7]{{24}}@mhlw\.go\.jp>", settled.reply.message_id)
    assert b"\r\nMessage-ID: " + settled.reply.message_id.encode() + b"\r\n" in settled.reply.data
    assert is_our_message_id(settled.reply.message_id)


def test_two_ledgers_give_the_same_mail_the_same_number_and_other_ids(
    office: Office, tmp_path: Path, register: Register, reader: Reader
) -> None:
    raw = mail()
    one, other = reply_id(office, raw), reply_id(another(tmp_path / "b", register, reader), raw)
    assert receipt_in(one) == receipt_in(other)
    assert one != other


def test_two_ledgers_of_one_key_give_the_same_ids(
    office: Office, tmp_path: Path, register: Register, reader: Reader
) -> None:
    second = another(tmp_path / "b", register, reader)
    for each in (office, second):
        give_key(each.ledger, b"k" * 32)
    raw = mail()
    assert reply_id(office, raw) == reply_id(second, raw)


def test_a_restored_backup_goes_on_with_its_key(
    office: Office, tmp_path: Path, register: Register, reader: Reader
) -> None:
    backup(office.ledger, tmp_path / "copy.db", replace=False)
    raw = mail()
    expected = reply_id(office, raw)
    (tmp_path / "restored").mkdir()
    shutil.copy(tmp_path / "copy.db", tmp_path / "restored" / "ledger.db")
    restored = open_office(
        tmp_path / "restored", register, reader, Ledger(tmp_path / "restored" / "ledger.db")
    )
    assert reply_id(restored, raw) == expected


def test_no_two_ledgers_have_one_key(tmp_path: Path) -> None:
    keys = {message_ids(Ledger(tmp_path / f"{n}.db")).key for n in range(5)}
    assert (len(keys), {len(key) for key in keys}) == (5, {32})


def test_an_older_ledger_gets_a_key_once_and_its_letters_keep_their_ids(
    tmp_path: Path, register: Register, reader: Reader
) -> None:
    path = tmp_path / "ledger.db"
    shutil.copy(LEDGERS / "m013.db", path)
    before = sqlite3.connect(path).execute("SELECT message_id FROM outbox ORDER BY id").fetchall()
    office = open_office(tmp_path, register, reader, Ledger(path))
    key = message_ids(office.ledger).key
    after = [tuple(row) for row in office.ledger.rows("SELECT message_id FROM outbox ORDER BY id")]
    assert before == after
    assert all(outbox.is_ours(office.ledger, message_id) for (message_id,) in before)
    assert message_ids(Ledger(path)).key == key


def test_a_ledger_whose_key_was_taken_away_says_so(ledger: Ledger) -> None:
    ledger.run("DELETE FROM secret")
    with pytest.raises(NotALedger, match="鍵"):
        message_ids(ledger)


def test_people_name_a_notice_by_the_number_in_its_id(office: Office) -> None:
    with_faulty_answer(office)
    office.now = SECOND
    go_round(office)
    list(office.desk.dispatch.deliver(office.sender))
    (posted,) = (p for p in office.sender.posted if "R0719" in p.message_id)
    assert re.fullmatch(r"<uketsuke\.R0719-1000-141003-N\.[a-z2-7]{24}@mhlw\.go\.jp>", posted.message_id)
    notice = find_notice(office.ledger, "r0719-1000-141003-n")
    assert notice is not None
    assert (notice.number, notice.kind) == ("R0719-1000-141003-N", "reminder")


# --- what is no proof -----------------------------------------------------------------------------------------


def outline(message_id: str) -> bytes:
    """What a form asked to have enclosed, sent on its own: it belongs to what it answers."""
    return mail({"概要.pdf": b"%PDF-1.4"}, "概要", body="概要です。", headers={"In-Reply-To": message_id})


def test_an_answer_to_ours_is_known_by_its_message_id(office: Office) -> None:
    assert office.settle(outline(reply_id(office, mail()))).decided.mail.rule == "material"


LOOK_ALIKES = {
    "made of the number, as before": lambda id: f"<uketsuke.{receipt_in(id)}.acknowledgement@mhlw.go.jp>",
    "the number alone": lambda id: f"<{receipt_in(id)}@mhlw.go.jp>",
    "another code": lambda id: id.replace(id.split(".")[2][:24], "a" * 24),
    "one character less": lambda id: id.replace("@", "")[:-1] + "@mhlw.go.jp>",
    "one character more": lambda id: id.replace("@", "a@"),
    "another case": lambda id: id.upper(),
    "another domain": lambda id: id.replace("@mhlw.go.jp", "@mhlw.go.jp.evil.example"),
    "without its code": lambda id: re.sub(r"\.[a-z2-7]{24}@", ".@", id),
    "SQL's any character": lambda id: re.sub(r"[a-z2-7]{24}@", "%@", id),
    "under a key of the stranger's": lambda id: MessageIds(b"\0" * 32).make(
        receipt_in(id), f"{receipt_in(id)}:acknowledgement", "mhlw.go.jp"
    ),
}


@pytest.mark.parametrize("made", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_what_looks_alike_is_no_answer_to_ours(office: Office, made: object) -> None:
    forged = made(reply_id(office, mail()))  # type: ignore[operator]
    assert not outbox.is_ours(office.ledger, forged)
    assert office.settle(outline(forged)).decided.mail.rule != "material"


# --- the key is nowhere else ----------------------------------------------------------------------------------


def test_the_key_stands_in_no_letter_story_or_export(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = message_ids(office.ledger).key
    settled = office.settle(mail())
    list(office.desk.dispatch.deliver(office.sender))
    shown = repr([story(office.ledger, settled.decided.arrival.id), office.sender.posted])
    (tmp_path / "uketsuke.toml").write_text((tmp_path / "settings.toml").read_text(), encoding="utf-8")
    for command in (
        ["held", "--json"],
        ["status", "--json"],
        ["show", str(settled.decided.arrival.id)],
        ["doctor"],
    ):
        run_command(["--settings", str(tmp_path / "uketsuke.toml"), *command])
    run_command(["--settings", str(tmp_path / "uketsuke.toml"), "export", "-o", str(tmp_path / "out.xlsx")])
    out = capsys.readouterr()
    said = (shown + out.out + out.err).encode() + (tmp_path / "out.xlsx").read_bytes()
    for form_of_it in (key, repr(key)[2:-1].encode(), key.hex().encode(), b64encode(key), b32encode(key)):
        assert form_of_it not in said
