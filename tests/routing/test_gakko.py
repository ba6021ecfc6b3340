"""The survey of tests/fixtures/surveys/gakko: boards of education collect the answers of the public schools of their
prefecture, private schools answer themselves and earlier. Codes are those of schools (13 characters) and of boards.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.domains import body_hint
from config.jst import JST
from config.roster import Roster
from config.settings import load_settings
from config.survey import Role
from intake.answers import AttachedFile, read_file
from intake.finding import Finding
from intake.mail.intent import names_our_result, numbers_of_ours
from replies.wording import load_wording
from replies.workbooks.form import FillValue, fill
from routing.authoring.trial import try_all
from routing.decision.cases import unread
from routing.decision.override import Override
from routing.journey.desk import Desk
from routing.journey.judge import Settled
from routing.ledger.store import Ledger
from routing.notices import told_direct
from routing.notices.remind import recipients
from routing.notices.reminding import at_hand
from routing.notices.request import Wanted, request_originals
from routing.operate.handover import hand_over
from routing.reading.reader import Reader
from routing.records import Arrival, MailDecision
from routing.register import Register, build_register
from routing.tracking.approving import document
from routing.tracking.collate import collate, workbooks
from routing.tracking.instant import open_instant
from routing.tracking.national import overview
from routing.tracking.overview import status_of
from routing.tracking.report_files import write_all
from routing.typed import body as typed_body
from routing.who import Refused, Who
from tests.config.surveys_at_hand import TINY
from tests.routing.console_at_hand import Visitor, site_of
from tests.routing.desk_at_hand import Office, mail

GAKKO = TINY.parent / "gakko"
NOW = datetime(2025, 6, 18, 10, tzinfo=JST)
BOARD, NAGANO, AOZORA, WAKABA, SAKURAGI = "14-001", "20-001", "D114210000019", "D114210000028", "D114310000015"
KANAGAWA = "140007"
FROM_BOARD, FROM_WAKABA = "koko@pref-kyoi.kanagawa.example", "jimu@wakaba.kanagawa.example"
NAMES = {AOZORA: "神奈川県立青空高等学校", WAKABA: "神奈川県立若葉高等学校", SAKURAGI: "桜木学園高等学校"}
ABROAD = "長野県立青空高等学校"
SETTINGS = """
ledger = "ledger.db"
mode = "send"
start_from = 2025-06-02
operators = "operators@gakko.example"

[mailboxes.tosho]
source = "maildir"
path = "inbox/tosho"

[sender]
kind = "maildir"
path = "outgoing"
"""


@pytest.fixture(scope="module")
def register() -> Register:
    return build_register(GAKKO)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with closing(Reader(GAKKO)) as made:
        yield made


@pytest.fixture
def office(tmp_path: Path, register: Register, reader: Reader) -> Iterator[Office]:
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        made = Office(Desk(register, load_settings(tmp_path / "settings.toml"), ledger, reader, lambda: NOW), NOW)
        made.desk.clock = made.clock
        yield made


def sheet(register: Register, name: str, **changes: FillValue) -> bytes:
    """A school's complete answer."""
    values: dict[str, FillValue] = {"organisation": name, "department": "司書教諭", "email": "a@b.example"}
    return fill(register.survey.form("yoshiki1"), register.survey, values | {"1": 1, "2": "100", "3": 2} | changes)


def listed(register: Register, reader: Reader, folder: Path, *names: str) -> bytes:
    """The list of these schools' answers, as `uketsuke collate` makes it."""
    folder.mkdir()
    for name in names:
        (folder / f"{name}.xlsx").write_bytes(sheet(register, name))
    return collate(folder, workbooks(folder), reader, register).lists[0].data


def settle(office: Office, data: bytes, whose: str, sender: str, at: datetime = NOW) -> Settled:
    """What becomes of a workbook that is sent under the name that the survey asks for."""
    name = f"【{whose}】{office.desk.register.survey.convention.text}"
    raw = mail({f"{name}.xlsx": data}, name, sender, headers={"To": "tosho@gakko.example"})
    return office.settle(raw, at, mailbox="tosho")


def said(settled: Settled) -> str:
    assert settled.reply is not None
    body = message_from_bytes(settled.reply.data, policy=default).get_body()
    return "".join(body.get_content().split())  # type: ignore[union-attr]


def test_each_board_collects_the_public_schools_below_it_and_private_ones_answer_themselves(register: Register) -> None:
    assert [(o.lgcode, o.own, o.collected) for o in register.obligations] == [
        (BOARD, "none", (AOZORA, WAKABA)), (NAGANO, "none", ("D120210000011",)),
        (SAKURAGI, "demanded", ()), ("D120310000017", "demanded", ()),
    ]  # fmt: skip
    assert [body.name for body in register.reported] == ["神奈川県教育委員会", "長野県教育委員会"]
    assert register.full_name(BOARD) == "神奈川県教育委員会" and register.full_name(SAKURAGI) == "神奈川県桜木学園高等学校"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (AOZORA, AOZORA), ("ｄ114210000019", AOZORA), ("D114210000019神奈川県立青空高等学校", AOZORA),
        ("14‐001", BOARD), ("14-001 教育委員会", ""), ("神奈川県教育委員会高校教育課", BOARD), ("14-0011", ""),
        ("神奈川県立若葉高等学校長", WAKABA), ("神奈川県桜木学園高等学校", SAKURAGI), ("青空高等学校", ""),
        ("14", ""), ("神奈川県健康医療局", "140007"), ("D11421000001", ""),
    ],
)  # fmt: skip
def test_a_body_is_found_by_its_code_or_name(register: Register, text: str, code: str) -> None:
    match = register.roster.find(text)
    assert [body.lgcode for body in match.bodies] == ([code] if code else [])


def test_an_official_names_a_school_by_its_code_in_any_width(register: Register) -> None:
    assert typed_body("ｄ１１４２１０００００１９", register).lgcode == AOZORA
    with pytest.raises(Refused, match="調査の団体一覧の code か、団体の名称"):
        typed_body("114210000019", register)


def test_the_boards_list_is_booked_and_its_letter_names_the_board(
    office: Office, register: Register, reader: Reader, tmp_path: Path
) -> None:
    data = listed(register, reader, tmp_path / "sheets", NAMES[AOZORA], NAMES[WAKABA])
    settled = settle(office, data, f"{BOARD}＿神奈川県教育委員会", FROM_BOARD)
    whole, *rows = settled.decided.pieces
    assert (whole.decision.rule, whole.findings) == ("collated_list", ())
    assert [(r.decision.outcome, r.part, r.identity.submitter, r.identity.body) for r in rows] == [
        ("accepted", "collected", BOARD, AOZORA), ("accepted", "collected", BOARD, WAKABA),
    ]  # fmt: skip
    text = said(settled)
    assert "神奈川県教育委員会御担当者様" in text and "■貴会のご提出状況本提出先へのご提出は、全て受け付けました。" in text


def test_what_is_left_out_of_a_list_is_asked_of_the_board(
    office: Office, register: Register, reader: Reader, tmp_path: Path
) -> None:
    data = listed(register, reader, tmp_path / "sheets", NAMES[AOZORA])
    settle(office, data, f"{BOARD}＿神奈川県教育委員会", FROM_BOARD)
    first, *_ = status_of(open_instant(office.ledger, register, NOW)).standings
    assert (first.obligation.lgcode, first.state, first.missing) == (BOARD, "partial", (WAKABA,))
    early, late = register.survey.calendar.reminders
    for instant, codes in ((early, {BOARD, NAGANO, SAKURAGI, "D120310000017"}), (late, {BOARD, NAGANO})):
        office.now = instant
        assert {r.lgcode for r in recipients(at_hand(office.desk), instant, instant, ["tosho"])} <= codes


def test_a_board_is_written_to_at_the_domain_that_the_roster_names(
    office: Office, register: Register, reader: Reader, tmp_path: Path
) -> None:
    data = listed(register, reader, tmp_path / "sheets", NAMES[AOZORA])
    settle(office, data, f"{BOARD}＿神奈川県教育委員会", FROM_BOARD)
    late = register.survey.calendar.reminders[1]
    reminded = {r.lgcode: r.addresses for r in recipients(at_hand(office.desk), late, late, ["tosho"])}
    assert reminded == {BOARD: (FROM_BOARD,), NAGANO: ()}
    direct = settle(office, sheet(register, NAMES[WAKABA]), f"{WAKABA}＿{NAMES[WAKABA]}", FROM_WAKABA)
    (told,) = told_direct.letters(office.desk, direct.decided.arrival)
    assert told.recipient == FROM_BOARD
    asked = request_originals(office.desk, Wanted((AOZORA,), "tosho"), Who("受付花子", "確認のため"))
    assert asked == (FROM_BOARD,)
    with pytest.raises(Refused, match="一つの教育委員会が取りまとめる学校だけ"):
        request_originals(office.desk, Wanted((AOZORA, "D120210000011"), "tosho"), Who("受付花子", "二県"))


def test_a_private_school_is_booked_by_its_own_name(office: Office, register: Register) -> None:
    data = sheet(register, NAMES[SAKURAGI], code=SAKURAGI)
    (piece,) = settle(office, data, f"{SAKURAGI}＿{NAMES[SAKURAGI]}", "jimu@sakuragi.example").decided.pieces
    assert (piece.decision.outcome, piece.part, piece.identity.body, piece.findings) == ("accepted", "own", SAKURAGI, ())


def test_another_schools_code_beside_its_name_is_told(office: Office, register: Register) -> None:
    settled = settle(office, sheet(register, NAMES[SAKURAGI]), f"{AOZORA}＿{NAMES[SAKURAGI]}", "jimu@sakuragi.example")
    (piece,) = settled.decided.pieces
    assert piece.identity.body == SAKURAGI
    assert f"お願いしたい内容：【{SAKURAGI}＿{NAMES[SAKURAGI]}】学校図書館調査" in said(settled)


def test_a_public_school_that_writes_itself_waits_for_an_official(office: Office, register: Register) -> None:
    (piece,) = settle(office, sheet(register, NAMES[WAKABA]), f"{WAKABA}＿{NAMES[WAKABA]}", FROM_WAKABA).decided.pieces
    assert (piece.decision.outcome, piece.decision.rule, piece.part) == ("held", "direct", "collected")


def test_a_misspelt_school_that_a_board_sends_is_asked_for_and_not_set_aside(office: Office, register: Register) -> None:
    name = f"{BOARD}＿神奈川県教育委員会"
    (piece,) = settle(office, sheet(register, "若葉高等学校"), name, FROM_BOARD).decided.pieces
    assert (piece.decision.outcome, piece.decision.rule, piece.identity.submitter) == ("correction", "body_unclear", BOARD)
    assert "body_unknown" in [finding.code for finding in piece.findings]
    (piece,) = settle(office, sheet(register, "神奈川県教育委員会"), name, FROM_BOARD).decided.pieces
    assert piece.decision.rule == "not_owed"


def test_a_school_of_another_board_is_no_row_of_this_list(
    office: Office, register: Register, reader: Reader, tmp_path: Path
) -> None:
    data = listed(register, reader, tmp_path / "sheets", ABROAD)
    settled = settle(office, data, f"{BOARD}＿神奈川県教育委員会", FROM_BOARD)
    _, row = settled.decided.pieces
    assert (row.decision.outcome, row.decision.rule) == ("correction", "row_of_stranger")
    assert [finding.code for finding in row.findings] == ["row_of_another"]
    assert "一覧表に、お送りいただいた団体に取りまとめをお願いしていない団体の行がございます。" in said(settled)


def test_each_prefecture_is_counted_and_each_board_reported(
    office: Office, register: Register, reader: Reader, tmp_path: Path
) -> None:
    data = listed(register, reader, tmp_path / "sheets", NAMES[AOZORA])
    settle(office, data, f"{BOARD}＿神奈川県教育委員会", FROM_BOARD)
    settle(office, sheet(register, NAMES[SAKURAGI]), f"{SAKURAGI}＿{NAMES[SAKURAGI]}", "jimu@sakuragi.example")
    instant = open_instant(office.ledger, register, NOW)
    tiles = {tile.code: (tile.total, tile.accepted) for tile in overview(instant).tiles if tile.total}
    assert tiles == {"14": (3, 2), "20": (2, 0)}
    kanagawa = status_of(instant, "14")
    assert [o.standing.obligation.lgcode for o in kanagawa.owed] == [BOARD, SAKURAGI]
    assert [m.lgcode for m in kanagawa.municipalities] == [AOZORA, WAKABA]
    assert list(write_all(instant, tmp_path / "reports"))[2:] == ["神奈川県教育委員会", "長野県教育委員会"]
    page = (tmp_path / "reports" / "14-001神奈川県教育委員会_提出状況.html").read_text(encoding="utf-8")
    assert NAMES[WAKABA] in page and ABROAD not in page


def test_the_survey_check_fills_the_form_in_as_each_kind_of_body(register: Register) -> None:
    trials = list(try_all(register.survey, register.roster))
    assert [fault for trial in trials for fault in trial.faults] == []
    assert [(trial.body.lgcode, trial.collector and trial.collector.lgcode) for trial in trials] == [
        (SAKURAGI, None), (AOZORA, BOARD),
    ]  # fmt: skip


OWN = datetime(2025, 6, 27, 17, tzinfo=JST)  # the private schools' deadline; the boards' is two weeks later


def test_whoever_takes_over_sees_each_as_it_stood_at_its_own_deadline(
    office: Office, register: Register, reader: Reader, tmp_path: Path
) -> None:
    day = timedelta(days=1)
    office.now = OWN + 30 * day
    data = listed(register, reader, tmp_path / "sheets", NAMES[AOZORA], NAMES[WAKABA])
    for made, whose, sender in (
        (data, f"{BOARD}＿神奈川県教育委員会", FROM_BOARD),
        (sheet(register, NAMES[SAKURAGI]), f"{SAKURAGI}＿{NAMES[SAKURAGI]}", "jimu@sakuragi.example"),
    ):
        settle(office, made, whose, sender, OWN + day)
    hand_over(office.desk, tmp_path / "handed", Who("受付花子", "人事異動"))
    with (tmp_path / "handed" / "提出状況_期限時点.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["学校コード"]: (row["状態"], row["取りまとめる教育委員会"]) for row in csv.DictReader(file)}
    assert (rows[BOARD], rows[SAKURAGI]) == (("受付済み", ""), ("未提出", ""))
    assert rows[WAKABA] == ("受付済み", "神奈川県教育委員会") and len(rows) == 7


@pytest.mark.parametrize(("name", "codes"), [(NAMES[SAKURAGI], []), (NAMES[WAKABA], ["plan_past"])])
def test_a_plan_is_past_by_the_deadline_of_whoever_has_it(register: Register, name: str, codes: list[str]) -> None:
    data = sheet(register, name, **{"3": 1, "3-when": "令和７年６月"})
    (read,) = read_file(AttachedFile("a.xlsx", data), register.survey, register.roster).sheets
    assert [finding.code for finding in read.findings] == codes


@pytest.mark.parametrize(("whose", "late"), [(SAKURAGI, True), (WAKABA, False), (BOARD, False), ("", False)])
def test_a_mail_that_could_not_be_read_is_late_by_the_deadline_of_whose_it_is(
    register: Register, whose: str, late: bool
) -> None:
    arrival = Arrival(1, "tosho", "T0628-0000-0000", OWN + timedelta(seconds=1), False, "")
    assert unread(arrival, MailDecision("held", "poison"), Override(assigned=whose), register).late == late


def test_the_roster_tells_who_is_above_whom(register: Register) -> None:
    roster: Roster = register.roster
    school, board = roster.by_code(AOZORA), roster.by_code(BOARD)
    assert school is not None and board is not None
    assert [body.lgcode for body in roster.above(school)] == [BOARD, "140007"]
    assert [body.lgcode for body in roster.above(board)] == ["140007"]
    assert roster.is_above(BOARD, AOZORA) and roster.is_above("140007", AOZORA) and not roster.is_above(AOZORA, BOARD)
    assert not roster.is_above(NAGANO, AOZORA) and not roster.is_above(BOARD, SAKURAGI)


# --- a board that writes from its prefecture's domain -------------------------------------------------------------


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same survey, but that the prefectures are asked too, and 神奈川県's board has its domain."""
    folder = tmp_path_factory.mktemp("beside") / "survey"
    shutil.copytree(GAKKO, folder)
    for name, old, new in (
        ("schools.csv", "pref-kyoi.kanagawa.example", "pref.kanagawa.lg.jp"),
        ("survey.toml", 'respondents = ["私立"]', 'respondents = ["私立", "prefecture"]'),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("whose", "named", "told"),
    [
        (NAMES[AOZORA], f"{BOARD}＿神奈川県教育委員会", (BOARD, "accepted")),
        (NAMES[AOZORA], "学校の分", (BOARD, "accepted")),  # which of the two is not said: nearer to the school is the board
        ("神奈川県", "140007＿神奈川県", (KANAGAWA, "accepted")),
        ("神奈川県教育委員会", f"{BOARD}＿神奈川県教育委員会", (BOARD, "kept")),  # it is asked for a list alone
    ],
)
def test_a_prefectures_domain_is_its_boards_as_well(
    beside: Path, tmp_path: Path, whose: str, named: str, told: tuple[str, str]
) -> None:
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    register = build_register(beside)
    with closing(Reader(beside)) as reader, closing(Ledger(tmp_path / "ledger.db")) as ledger:
        made = Office(Desk(register, load_settings(tmp_path / "settings.toml"), ledger, reader, lambda: NOW), NOW)
        made.desk.clock = made.clock
        data = sheet(register, whose) if "県立" not in whose else listed(register, reader, tmp_path / "sheets", whose)
        *_, piece = settle(made, data, named, "kikaku@pref.kanagawa.lg.jp").decided.pieces
        assert (piece.identity.submitter, piece.decision.outcome) == told


def test_what_a_roster_gives_to_an_office_is_its_alone(beside: Path) -> None:
    roster = build_register(beside).roster
    assert body_hint("pref.kanagawa.lg.jp", roster) == body_hint("kyoi.pref.kanagawa.lg.jp", roster) == (BOARD, KANAGAWA)
    bodies = [replace(b, domains=("kyoi.pref.kanagawa.lg.jp",)) if b.lgcode == BOARD else b for b in roster]
    assert body_hint("kyoi.pref.kanagawa.lg.jp", Roster.of(bodies)) == (BOARD,)
    assert body_hint("pref.kanagawa.lg.jp", Roster.of(bodies)) == (KANAGAWA,)


# --- the survey's own words -----------------------------------------------------------------------------------------


def test_every_letter_speaks_of_boards_and_schools(register: Register) -> None:
    text = "".join(document(register).split())
    for sentence in (
        "学校のご回答は、教育委員会において取りまとめのうえ、ご提出いただくこととしております。",
        "【教育委員会からの受付】", "学校ごとの状況と、修正をお願いしている点は、",
        "所管の学校のご回答につきましても、同じ期限といたします。",
        "件名の学校コードが、団体名の示す団体のものと異なっております。",
    ):  # fmt: skip
        assert sentence in text
    assert [word for word in ("市町村", "市区町村", "管内", "都道府県の取りまとめ") if word in text] == []


def test_a_check_before_handing_in_sends_a_school_to_its_board(office: Office, register: Register) -> None:
    files = {"a.xlsx": sheet(register, NAMES[WAKABA])}
    raw = mail(files, "【事前確認】若葉", FROM_WAKABA, headers={"To": "tosho@gakko.example"})
    assert "ご提出は、教育委員会の取りまとめ担当へお送りください。" in said(office.settle(raw, NOW, mailbox="tosho"))


@pytest.mark.parametrize(
    "number", ["R0708-1000-D114210000019-T", "D0711-1700-14-001-T", "GAKU0618-1SWB-NP19", "R0719-1000-141003-N"]
)
def test_a_letters_number_is_known_again_whatever_code_stands_in_it(number: str) -> None:
    assert numbers_of_ours(f"先日の [整理番号 {number}] の件です") == (number,)
    assert numbers_of_ours("電話 03-1234-5678、令和７年度-001-X、T2025-0618-A-B") == ()


def test_an_answer_to_a_letter_that_begins_with_the_surveys_word_is_one_to_ours() -> None:
    assert names_our_result("Re: 【教育委員会からの受付】学校図書館") and names_our_result("RE: 【都道府県からの受付】難病")
    assert not names_our_result("Re: 【教育委員会】学校図書館")


def test_the_page_speaks_of_them_to_officials(office: Office, register: Register) -> None:
    settled = settle(office, sheet(register, NAMES[WAKABA]), f"{WAKABA}＿{NAMES[WAKABA]}", FROM_WAKABA)
    at, visitor = f"/mail/{settled.decided.arrival.receipt}", Visitor(site_of(office))
    pages = [visitor.text(path) for path in ("/", at, f"{at}/tell-prefecture", f"/body/{WAKABA}")]
    assert "学校から直接送付されました" in pages[0] and "教育委員会を通さなくてよければ受け付け" in pages[0]
    assert "学校から直接送付されました" in pages[1] and "教育委員会に知らせる" in pages[2]
    assert "神奈川県教育委員会が取りまとめて提出します。" in pages[3]
    assert not [page for page in pages if "市町村" in page or "都道府県" in page]
    assert "学校 2" in visitor.text("/owed?prefecture=14")


def test_a_report_names_its_sheets_after_the_schools(office: Office, register: Register, tmp_path: Path) -> None:
    list(write_all(open_instant(office.ledger, register, NOW), tmp_path))
    book = load_workbook(tmp_path / "14-001神奈川県教育委員会_提出状況.xlsx")
    assert {"学校別", "学校あての文例"} <= set(book.sheetnames)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ("教育委員会", "学校", "所管の学校")),
        ({"member": "", "collected": "管内市町村"}, ("教育委員会", "団体", "所管の団体")),
    ],
)
def test_a_survey_without_words_of_its_own_takes_those_of_its_roster(
    register: Register, changes: dict[str, str], words: tuple[str, ...]
) -> None:
    survey = register.survey.changed({"phrases": register.survey.phrases.changed(changes)})
    roles: tuple[Role, ...] = ("collector", "member", "collected")
    assert tuple(survey.word(role, "市町村") for role in roles) == words


@pytest.mark.parametrize("word", ['学校"の', "学{校}", "学\\校", "〔member:学校〕", "{found}"])
def test_no_word_breaks_the_wording(register: Register, word: str) -> None:
    phrases = register.survey.phrases.changed({"member": word, "collector": word})
    survey = register.survey.changed({"phrases": phrases})
    made = load_wording().of(survey).sentence(Finding("sent_directly", "error"))
    assert made.startswith(("学", "〔", "｛"))
    assert made.endswith("において取りまとめのうえ、ご提出いただくこととしております。")
