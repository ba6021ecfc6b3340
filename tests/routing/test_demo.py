"""The demo from end to end: every sample gets what the design gives it, and what is left behind can be used.

One real run over all samples serves the whole file; what it left is looked at with sqlite3 and the standard
library's mail parser.
"""

from __future__ import annotations

import email
import email.policy
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest

from config.load import default_survey
from intake.mail.mime import leaves, parse
from routing.cli.app import run_command
from routing.decision.verdict import FILE_TABLE, MAIL_TABLE
from routing.demo.run import Demo, DemoMail, run_demo
from routing.demo.samples import load_samples
from routing.offline import check_file
from routing.reading.reader import Reader
from routing.register import build_register
from tests.demo_at_hand import copied

SAMPLES = load_samples(default_survey() / "samples").samples
BANNED = ("補正依頼", "督促", "エラー", "警告", "不備", "遅延", "期限超過", "知事", "御中")
MACHINES = {"auto_reply", "bounce", "receipt", "list", "own"}
MY_NUMBER = ("123456789018", "1234 5678 9018")
# wrong_mailbox: only where the survey says "resend", which has a test of its own below; check_failed: only
# where a check of ours is broken (test_check_failed.py); set_aside_again: only after an official's decision;
# other_survey: only where several share a mailbox (test_other_surveys.py);
# several_senders: no program of a respondent writes such a mail (test_forged.py);
# text_unsearched: only over five megabytes of text (test_personal_anywhere.py).
# pre_check, collation: off in this survey (test_pre_check.py, test_collation.py, test_sample_survey.py).
NOT_BY_DEFAULT = {
    "wrong_mailbox", "check_failed", "set_aside_again", "text_unsearched", "no_file_again", "no_form_again",
    "perhaps_foreign", "scan_awaited", "answer_unsure", "other_survey", "several_senders", "pre_check",
    "collation",
}  # fmt: skip


@pytest.fixture(scope="module")
def demo(finished_demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return copied(finished_demo, tmp_path_factory.mktemp("demo") / "out")


@pytest.fixture(scope="module")
def ledger(demo: Demo) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{demo.out}/ledger.db?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


def line_of(demo: Demo, name: str) -> DemoMail:
    return next(line for line in demo.lines if line.sample.name == name)


def reply_to(demo: Demo, name: str) -> EmailMessage:
    data = (demo.out / "replies" / line_of(demo, name).reply_file).read_bytes()
    return email.message_from_bytes(data, policy=email.policy.default)  # type: ignore[return-value]


def text_of(demo: Demo, name: str) -> str:
    """Subject and body, without the line breaks that the wrapping put in."""
    mail = reply_to(demo, name)
    body = mail.get_body(("plain",))
    assert body is not None
    return "".join([mail["Subject"], *(line.strip("　 ") for line in body.get_content().splitlines())])


def rules_of(ledger: sqlite3.Connection, number: int) -> tuple[str, ...]:
    """The rules that decided: those of the files where there are verdicts on files, each once."""
    found = ledger.execute("SELECT piece, rules FROM verdict WHERE arrival_id = ? ORDER BY id", (number,))
    verdicts = [(row["piece"], json.loads(row["rules"])[0]) for row in found]
    on_files = [rule for piece, rule in verdicts if piece != "0"]
    return tuple(dict.fromkeys(on_files or [rule for _, rule in verdicts]))


@pytest.mark.parametrize("name", [sample.name for sample in SAMPLES])
def test_a_sample_gets_what_the_design_gives_it(name: str, demo: Demo, ledger: sqlite3.Connection) -> None:
    line = line_of(demo, name)
    expected = line.sample.expect
    assert (line.outcome, line.letter) == (expected.outcome, expected.letter)
    if expected.outcome != "seen":
        kind = ledger.execute("SELECT kind FROM message WHERE arrival_id = ?", (line.number,)).fetchone()
        assert (kind["kind"], rules_of(ledger, line.number)) == (expected.kind, expected.rules)


def test_every_mail_is_in_the_ledger_once_and_one_was_seen_twice(ledger: sqlite3.Connection) -> None:
    seen = [sample for sample in SAMPLES if sample.expect.outcome == "seen"]
    assert len(seen) == 1
    assert ledger.execute("SELECT count(*) FROM arrival").fetchone()[0] == len(SAMPLES) - 1
    assert ledger.execute("SELECT count(*) FROM sighting").fetchone()[0] == len(SAMPLES)


# What a file alone cannot tell: the sender's domain, a file beside it, whom a file's name contradicts; and what no letter
# tells of a file: where personal data stand.
BEYOND_CHECK = {"body_unclear", "outline_missing", "not_a_workbook", "organisation_sample", "organisation_contradicts",
                "personal_found"}  # fmt: skip


@pytest.mark.parametrize("told", [True, False], ids=["with its mailbox", "without"])
def test_check_agrees_with_the_desk_over_every_file_of_every_sample(
    told: bool, demo: Demo, ledger: sqlite3.Connection
) -> None:
    """With its mailbox in all; without one, a program that only the mailbox tells is a hint."""
    register, compared = build_register(default_survey()), 0
    with closing(Reader(default_survey())) as reader:
        mails = "SELECT a.id, a.mailbox, r.bytes FROM arrival a JOIN raw r ON r.arrival_id = a.id"
        for row in ledger.execute(mails).fetchall():
            for leaf in leaves(parse(row["bytes"]), register.roster.names()):
                desk = _told_by_desk(ledger, row["id"], leaf.position)
                if leaf.displayed or desk is None:
                    continue
                mailbox = row["mailbox"] if told else ""
                checked = check_file(reader, leaf.filename, leaf.data, register, mailbox)
                own = {(f.code, f.severity, f.cell) for f in checked.findings if not f.code.startswith(_OF_NAMES)}
                other = {code for code, _, _ in own ^ desk} - BEYOND_CHECK
                assert other <= (set() if told else {"program_unclear"}), (row["id"], leaf.filename, own ^ desk)
                compared += 1
    assert compared > 40


_OF_NAMES = ("subject_", "file_name_")


def _told_by_desk(ledger: sqlite3.Connection, mail: int, position: int) -> set[tuple[str, str, str]] | None:
    """(code, severity, cell) of the newest findings on one file; None where the file had no verdict."""
    found = ledger.execute(
        "SELECT f.code, f.severity, f.cell FROM latest_verdict v LEFT JOIN finding f ON f.verdict_id = v.id"
        " WHERE v.arrival_id = ? AND (v.piece = ? OR v.piece LIKE ?)",
        (mail, str(position), f"{position}/%"),
    ).fetchall()
    told = {(r["code"], r["severity"], r["cell"]) for r in found if r["code"] and not r["code"].startswith(_OF_NAMES)}
    return told if found else None


def test_every_row_of_both_tables_decides_some_sample(ledger: sqlite3.Connection) -> None:
    decided = {json.loads(row["rules"])[0] for row in ledger.execute("SELECT rules FROM verdict")}
    assert {row.name for row in (*MAIL_TABLE, *FILE_TABLE)} - decided == NOT_BY_DEFAULT


def test_every_kind_of_mail_and_every_program_is_there(ledger: sqlite3.Connection) -> None:
    kinds = {row[0] for row in ledger.execute("SELECT DISTINCT kind FROM message")}
    assert kinds >= {"submission", "reply", "inquiry", "auto_reply", "bounce", "receipt", "list"}
    answered = ledger.execute("SELECT DISTINCT outcome, program FROM verdict WHERE part <> ''")
    both = {(row["outcome"], row["program"]) for row in answered}
    programs = ("nanbyo", "shoman", "yobosesshu", "kenshin")
    assert both >= {(outcome, program) for outcome in ("accepted", "correction") for program in programs}


@pytest.mark.long
def test_a_survey_may_ask_to_send_a_misdirected_answer_again(tmp_path: Path) -> None:
    survey = tmp_path / "survey"
    shutil.copytree(default_survey(), survey)
    toml = (survey / "survey.toml").read_text("utf-8")
    changed = toml.replace('wrong_mailbox = "transfer"', 'wrong_mailbox = "resend"')
    assert changed != toml
    (survey / "survey.toml").write_text(changed, "utf-8")
    head, *blocks = (survey / "samples" / "samples.toml").read_text("utf-8").split("\n[[samples]]\n")
    only = [block for block in blocks if 'name = "wrong-mailbox"' in block]
    (survey / "samples" / "samples.toml").write_text("\n[[samples]]\n".join([head, *only]), "utf-8")
    (line,) = run_demo(survey, tmp_path / "out").lines
    assert (line.outcome, line.letter) == ("correction", "correction")
    assert line.reasons[0][1] == "宛先が異なるため送り直しをお願いします"


# ── the replies ──────────────────────────────────────────────────────────────


def test_each_reply_is_a_sound_mail_that_answers_its_sample(demo: Demo) -> None:
    answered = [line.sample for line in demo.lines if line.reply_file]
    assert len(answered) == len(list((demo.out / "replies").iterdir())) > 35
    for sample in answered:
        mail = reply_to(demo, sample.name)
        assert [part.defects for part in mail.walk() if part.defects] == []
        assert mail["To"] == sample.sender
        assert mail["In-Reply-To"].endswith(f"@{sample.sender.partition('@')[2]}>")
        assert mail["Auto-Submitted"] == "auto-replied"
        assert len(text_of(demo, sample.name)) > 200


def test_no_machine_is_answered(demo: Demo, ledger: sqlite3.Connection) -> None:
    machines = ledger.execute(
        "SELECT m.kind, o.id FROM message m LEFT JOIN outbox o ON o.arrival_id = m.arrival_id"
    )
    found = [(row["kind"], row["id"]) for row in machines if row["kind"] in MACHINES]
    assert {kind for kind, _ in found} >= {"auto_reply", "bounce", "receipt", "list"}
    assert [reply for _, reply in found if reply is not None] == []


def test_no_banned_word_is_in_any_reply(demo: Demo) -> None:
    texts = {line.sample.name: text_of(demo, line.sample.name) for line in demo.lines if line.reply_file}
    assert [(name, word) for name, text in texts.items() for word in BANNED if word in text] == []


def test_the_my_number_is_nowhere_but_in_the_raw_mail(demo: Demo, ledger: sqlite3.Connection) -> None:
    number = line_of(demo, "my-number").number
    raw = ledger.execute("SELECT bytes FROM raw WHERE arrival_id = ?", (number,)).fetchone()["bytes"]
    assert len(raw) > 10_000
    told = [line for line in ledger.iterdump() if any(digits in line for digits in MY_NUMBER)]
    assert told == []
    assert line_of(demo, "my-number").reply_file == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("takatsuki-jis", "【髙槻市】マイナンバーアンケート回答①"),
        ("kanazawa-sjis", "【金沢市】マイナンバーアンケート回答.xlsx"),
        ("good-replacement", "【横浜市】マイナンバーアンケート回答（差替え）.xlsx"),
        ("correction-sagamihara", "セル E35　Q9"),
        ("example-left", "現在の内容：14神奈川県相模原市"),
        ("example-left", "07福島県福島市"),
        ("placeholder-left", "お願いしたい内容：【浜松市】マイナンバーアンケート回答"),
        ("core-city-nanbyo", "都道府県からの聴取にご協力ください"),
        ("no-circle", "該当するものがある場合だけ、「〇」を付けてお送りください"),
        ("faulty-replacement", "先に受け付けた内容を有効なものとして取り扱います"),
        ("wrong-mailbox", "予防接種担当参事官室企画法令係"),
        ("late", "の後に受領しました"),
    ],
)
def test_a_reply_says_what_matters(name: str, said: str, demo: Demo) -> None:
    assert said in text_of(demo, name)


def test_a_supporting_file_is_never_asked_to_be_mended(demo: Demo) -> None:
    assert "修正をお願いしたい点" not in text_of(demo, "outline-as-file")


def test_a_duplicate_names_the_first_receipt(demo: Demo, ledger: sqlite3.Connection) -> None:
    first = line_of(demo, "kanazawa-sjis").number
    receipt = ledger.execute("SELECT receipt FROM arrival WHERE id = ?", (first,)).fetchone()["receipt"]
    assert receipt in text_of(demo, "sent-again")


# ── the ledger ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "late"), [("just-in-time", 0), ("late", 1)])
def test_seventeen_sharp_is_in_time(name: str, late: int, demo: Demo, ledger: sqlite3.Connection) -> None:
    number = line_of(demo, name).number
    found = ledger.execute("SELECT DISTINCT late FROM verdict WHERE arrival_id = ?", (number,)).fetchall()
    assert [row["late"] for row in found] == [late]


def test_an_accepted_case_of_q10_alerts_the_operators(demo: Demo, ledger: sqlite3.Connection) -> None:
    alerts = ledger.execute("SELECT arrival_id, lgcode, program, detail FROM event WHERE kind = 'alert'")
    # 新潟市: code 151009 (全国地方公共団体コード)
    assert [tuple(row) for row in alerts] == [
        (line_of(demo, "outline-as-file").number, "151009", "yobosesshu", "Q10"),
        (line_of(demo, "outline-missing").number, "331007", "yobosesshu", "Q10"),  # once its outline has come
    ]


def test_a_bounce_marks_the_reply_that_it_returns(demo: Demo, ledger: sqlite3.Connection) -> None:
    states = ledger.execute(
        "SELECT p.state FROM posting p JOIN outbox o ON o.id = p.outbox_id WHERE o.arrival_id = ? ORDER BY p.id",
        (line_of(demo, "truncated").number,),
    )
    assert [row["state"] for row in states][-2:] == ["sent", "undelivered"]


# ── what is left behind ──────────────────────────────────────────────────────


def command(demo: Demo, *arguments: str) -> int:
    return run_command(["--settings", str(demo.out / "settings.toml"), *arguments])


def test_status_tells_who_owes_what(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(demo, "status", "--json") == 0
    status = json.loads(capsys.readouterr().out)
    assert status["at"] == "2023-07-21T18:00:00+09:00"
    states = {(o["name"], o["program"]): o for o in status["obligations"]}
    assert len(states) == 454
    assert states["神奈川県横浜市", "nanbyo"]["state"] == "accepted"
    assert states["神奈川県横浜市", "nanbyo"]["open_corrections"] == []
    assert states["神奈川県横浜市", "shoman"]["state"] == "outstanding"
    assert states["岡山県岡山市", "yobosesshu"]["state"] == "accepted"  # its outline came alone
    assert states["広島県広島市", "yobosesshu"]["state"] == "accepted"
    assert states["長崎県長崎市", "yobosesshu"]["state"] == "accepted"
    assert states["鹿児島県鹿児島市", "shoman"]["late"] is True
    assert states["宮崎県宮崎市", "kenshin"]["late"] is False
    assert states["神奈川県相模原市", "yobosesshu"]["state"] == "outstanding"


def test_held_lists_what_waits_in_its_queue(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(demo, "held", "--json") == 0
    queues = {row["id"]: row["queue"] for row in json.loads(capsys.readouterr().out)}
    expected = {
        "inquiry": "inquiry",
        "thanks": "reply",
        "my-number": "alarm",
        "second-section": "submission",
        "unknown-domain": "submission",
        "truncated": "outbox",
    }
    assert {name: queues.get(line_of(demo, name).number) for name in expected} == expected


def test_show_tells_the_story_of_one_mail(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    number = line_of(demo, "correction-sagamihara").number
    assert command(demo, "show", str(number), "--json") == 0
    story = {entry["title"]: entry["rows"] for entry in json.loads(capsys.readouterr().out)}
    assert story["到着"][0]["提出先"] == "n_mynumber"
    assert "answer_missing" in {row["code"] for row in story["指摘"]}


def test_doctor_finds_the_demo_well(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(demo, "doctor") == 0
    assert "要対応" not in capsys.readouterr().out


@pytest.mark.long
def test_a_second_run_over_the_first_gives_the_same(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    def receipts() -> list[tuple[int, str]]:
        with sqlite3.connect(demo.out / "ledger.db") as connection:
            return connection.execute("SELECT id, receipt FROM arrival ORDER BY id").fetchall()

    def replies() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (demo.out / "replies").iterdir()}

    before = receipts(), replies()
    assert run_command(["demo", "--out", str(demo.out)]) == 0
    assert (receipts(), replies()) == before
    shown = capsys.readouterr().out
    assert [sample.title for sample in SAMPLES if sample.title[:8] not in shown] == []
    assert f"{len(SAMPLES)}通のメールを処理しました" in shown
    assert f"--settings {demo.out}/settings.toml held" in shown


def test_the_demo_leaves_the_reports_of_47_prefectures_and_the_country(demo: Demo) -> None:
    """Two files each, and the snapshot beside them."""
    left = [path.name for path in (demo.out / "reports").iterdir()]
    assert len(left) == 2 * 48 + 1
    assert {"14神奈川県_提出状況.xlsx", "全国_提出状況_取扱注意.html", "snapshot.json"} <= set(left)
