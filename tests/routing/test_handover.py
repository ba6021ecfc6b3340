"""A folder that is filed: whole, hashed, readable without the program; and a purge that takes only what lies in one."""

from __future__ import annotations

import csv
import hashlib
import io
import stat
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest

from routing import operate
from routing.decision.override import Override
from routing.ledger import retention
from routing.operate import Who
from routing.operate.handover import hand_over
from routing.operate.handover_folder import Folder, safe_name
from routing.who import Refused
from tests.routing.desk_at_hand import Office, form, mail, nanbyo

WHO = Who("受付太郎", "文書としての保存")
BOOK = "【横浜市】マイナンバーアンケート回答.xlsx"


def _csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def _sums(folder: Path) -> dict[str, str]:
    lines = (folder / "SHA256SUMS.txt").read_text(encoding="utf-8").splitlines()
    return {line[66:]: line[:64] for line in lines}


def _handed(office: Office, tmp_path: Path, name: str = "引継ぎ") -> Path:
    hand_over(office.desk, tmp_path / name, WHO)
    return tmp_path / name


def test_mail_files_letters_and_decisions_lie_under_body_and_program(office: Office, tmp_path: Path) -> None:
    raw = mail()
    settled = office.settle(raw)
    folder = _handed(office, tmp_path)
    at = folder / "団体" / "141003_神奈川県横浜市" / "難病"
    (place,) = at.iterdir()
    receipt = settled.decided.arrival.receipt
    assert place.name.endswith(receipt)
    assert (place / "原本.eml").read_bytes() == raw
    assert (place / f"添付1_{BOOK}").read_bytes() == nanbyo()
    assert len(list(place.glob("返信_*.eml"))) == 1
    decisions = _csv(place / "経過.csv")
    assert {(d["判定"], d["判断した人"]) for d in decisions if d["判定"]} == {("受付", "自動")}
    index = _csv(folder / "一覧.csv")
    (file,) = [row for row in index if row["種類"] == "ファイル"]
    assert (file["団体"], file["制度等"], file["判定"], file["ファイル名"]) == ("神奈川県横浜市", "難病", "受付", BOOK)
    assert file["SHA-256"] == hashlib.sha256(nanbyo()).hexdigest()


def test_every_file_is_in_the_list_with_its_hash_and_is_the_owners_alone(office: Office, tmp_path: Path) -> None:
    office.settle(mail())
    office.settle(mail({}, subject="【横浜市】照会", body="マイナンバーの属性欄は何を書きますか。"))
    folder = _handed(office, tmp_path)
    files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    sums = _sums(folder)
    assert set(sums) == set(files) - {"SHA256SUMS.txt"}
    for name, digest in sums.items():
        assert hashlib.sha256(files[name].read_bytes()).hexdigest() == digest
        assert stat.S_IMODE(files[name].stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_who_decided_and_why_is_in_it(office: Office, tmp_path: Path) -> None:
    held = office.settle(mail(sender="x@example.com"))
    word = Override(outcome="ignored", by="受付花子", why="7/18 電話で確認。委託先ではない")
    operate.decide_again(office.desk, held.decided.arrival, word)
    folder = _handed(office, tmp_path)
    (told,) = folder.rglob("経過.csv")
    assert ("受付花子", "7/18 電話で確認。委託先ではない") in {(d["判断した人"], d["理由"]) for d in _csv(told)}


def test_the_standing_is_that_of_the_deadline(office: Office, tmp_path: Path) -> None:
    deadline = office.desk.register.survey.deadline
    office.now = deadline + timedelta(days=2)
    office.settle(mail(), deadline)
    office.settle(mail({"a.xlsx": form({"program": "小慢"})}, subject="【横浜市】二"), deadline + timedelta(seconds=1))
    rows = _csv(_handed(office, tmp_path) / "提出状況_期限時点.csv")
    states = {row["制度等"]: row["状態"] for row in rows if row["団体コード"] == "141003"}
    assert (states["難病"], states["小慢"], states["予防接種"]) == ("受付済み", "未提出", "未提出")


def test_a_possible_my_number_is_copied_nowhere(office: Office, tmp_path: Path) -> None:
    office.settle(mail(body="123456789018 個人番号です。マイナンバーの調査について"))
    folder = _handed(office, tmp_path)
    assert not list(folder.rglob("原本.eml"))
    assert not [p for p in folder.rglob("*") if p.is_file() and b"123456789018" in p.read_bytes()]
    assert any("マイナンバーと思われる番号" in row["備考"] for row in _csv(folder / "一覧.csv"))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"), ("a/b.xlsx", "a_b.xlsx"), ("回答.xlsx", "回答.xlsx"), ("...", "_"),
        ("x\x00\n.xlsx", "x__.xlsx"), ("回答\u202excod.exe", "回答xcod.exe"), ("", "_"), ("CON:", "CON_"),
        ("あ" * 200 + ".xlsx", "あ" * 40 + ".xlsx"), (" .xlsx. ", "xlsx"),
    ],
)  # fmt: skip
def test_a_strangers_name_leads_nowhere(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    assert "/" not in safe and not safe.startswith(".")


def test_a_hostile_name_stays_in_the_folder_and_no_cell_is_a_formula(office: Office, tmp_path: Path) -> None:
    office.settle(mail({"../../../../tmp/=cmd|x.xlsx": nanbyo()}, subject="=HYPERLINK(1)"))
    folder = _handed(office, tmp_path)
    assert all(folder in p.resolve().parents for p in folder.rglob("*"))
    for table in folder.rglob("*.csv"):
        cells = [cell for row in csv.reader(io.StringIO(table.read_text("utf-8-sig"))) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_folder_that_is_there_is_left_alone_and_one_cut_short_is_made_anew(office: Office, tmp_path: Path) -> None:
    office.settle(mail())
    (tmp_path / "a").mkdir()
    with pytest.raises(Refused):
        hand_over(office.desk, tmp_path / "a", WHO)
    cut_short = tmp_path / ".引継ぎ.part"
    cut_short.mkdir()
    (cut_short / "x").write_text("half")
    folder = _handed(office, tmp_path)
    assert not cut_short.exists() and not (folder / "x").exists()
    assert office.count("handover") == 1


def _due(office: Office, *named: str) -> retention.Due:
    return retention.due(office.ledger, retention.Limits.all(office.now - timedelta(days=30)), office.now, named)


def test_a_purge_takes_only_what_was_handed_over_as_it_is_now_or_is_named(office: Office, tmp_path: Path) -> None:
    settled = office.settle(mail())
    list(office.desk.dispatch.deliver(office.sender))
    arrival = settled.decided.arrival
    office.now += timedelta(days=40)
    assert (_due(office).arrivals, _due(office).unfiled) == ((), (arrival.receipt,))
    assert _due(office, arrival.receipt).arrivals == (arrival.id,)
    _handed(office, tmp_path)
    assert (_due(office).arrivals, _due(office).unfiled) == ((arrival.id,), ())
    office.now += timedelta(days=1)
    operate.decide_again(office.desk, arrival, Override(outcome="ignored", by="受付花子", why="別の回答による"))
    list(office.desk.dispatch.deliver(office.sender))
    assert _due(office).unfiled == (arrival.receipt,)  # decided anew since
    _handed(office, tmp_path, "引継ぎ２")
    assert _due(office).arrivals == (arrival.id,)


@pytest.mark.parametrize("passed", [5, 0], ids=["seconds later", "within the same second"])
def test_what_is_decided_while_the_folder_is_written_does_not_lie_in_it(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passed: int
) -> None:
    arrival = office.settle(mail()).decided.arrival
    list(office.desk.dispatch.deliver(office.sender))
    office.now += timedelta(days=40)
    finish = Folder.finish

    def decided_meanwhile(folder: Folder) -> None:
        office.now += timedelta(seconds=passed)
        operate.decide_again(office.desk, arrival, Override(outcome="ignored", by="受付花子", why="別の回答による"))
        list(office.desk.dispatch.deliver(office.sender))
        office.now += timedelta(seconds=passed)
        finish(folder)

    monkeypatch.setattr(Folder, "finish", decided_meanwhile)
    _handed(office, tmp_path)
    assert _due(office).unfiled == (arrival.receipt,)


@pytest.mark.long
def test_the_letters_are_never_in_memory_all_at_once(office: Office, tmp_path: Path) -> None:
    for number in range(30):
        office.settle(mail(body=str(number), headers={"Message-ID": f"<{number}@city>"}))
    with office.ledger.writing():
        office.ledger.run("UPDATE outbox SET data = zeroblob(2000000)")
    tracemalloc.start()
    try:
        _handed(office, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000  # of 60 in all
    finally:
        tracemalloc.stop()


def test_a_kind_without_a_time_limit_is_never_taken(office: Office, tmp_path: Path) -> None:
    office.settle(mail())
    list(office.desk.dispatch.deliver(office.sender))
    office.now += timedelta(days=4000)
    _handed(office, tmp_path)
    before = office.now - timedelta(days=30)
    assert retention.due(office.ledger, retention.Limits(None, before, before, before), office.now).arrivals == ()
    assert len(retention.due(office.ledger, retention.Limits(before, None, None, None), office.now).arrivals) == 1
