"""What the tests of routing share: codes of bodies, and values built by hand for the pure decisions.

Codes are 全国地方公共団体コード as published by 総務省; nothing here reads a mail or a ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from config.domains import body_hint
from config.jst import JST
from config.load import default_survey
from intake.finding import Finding
from intake.submission import (
    ABSENT,
    Address,
    Answer,
    AnswerSheet,
    Claim,
    FieldValue,
    FileReading,
    Message,
    NameMatch,
    Submission,
)
from routing.deadline import Deadlines
from routing.decision.case import FileCase, MailCase
from routing.decision.facts import Facts
from routing.decision.replacing import Newcomer
from routing.proof import Credentials, Proof
from routing.records import Arrival, Decided, FileDecision, Identity, KnownSender, MailDecision, Piece
from routing.register import build_register
from routing.standing import Booking
from tests.workbooks.forms_at_hand import the_roster, the_survey

TOKYO, MINATO, FUCHU_TOKYO = "130001", "131032", "132063"
KANAGAWA, YOKOHAMA, SAGAMIHARA = "140007", "141003", "141500"
YOKOSUKA, KAMAKURA, OISO = "142018", "142042", "143413"
HIROSHIMA, FUCHU_HIROSHIMA = "340006", "342084"

DEADLINE = datetime(2023, 7, 21, 17, 0, 0, tzinfo=JST)  # 記２ 令和５年７月21日（金）17時
IN_TIME = datetime(2023, 7, 18, 10, 0, 0, tzinfo=JST)
ERROR = Finding("answer_missing", "error", sheet="様式", cell="E21", question="5")
WARNING = Finding("should_be_blank", "warning", sheet="様式", cell="E22", question="6")


# In the order of their codes, 01 to 47.
_PREFECTURES = """
    hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi gunma saitama chiba tokyo kanagawa niigata
    toyama ishikawa fukui yamanashi nagano gifu shizuoka aichi mie shiga kyoto osaka hyogo nara wakayama tottori
    shimane okayama hiroshima yamaguchi tokushima kagawa ehime kochi fukuoka saga nagasaki kumamoto oita miyazaki
    kagoshima okinawa
"""


def prefecture_domain(lgcode: str) -> str:
    """pref.kanagawa.lg.jp for 140007; 東京都 has metro.tokyo.lg.jp."""
    name = _PREFECTURES.split()[int(lgcode[:2]) - 1]
    return f"{'metro' if name == 'tokyo' else 'pref'}.{name}.lg.jp"


def found(lgcode: str) -> NameMatch:
    return NameMatch("found", (lgcode,))


def claim(name: str = "", *lgcodes: str, programs: tuple[str, ...] = (), replaces: bool = False) -> Claim:
    """What a subject or file name says: 【name】, and which bodies the roster knows by it."""
    status = {0: "unknown" if name else "absent", 1: "found"}.get(len(lgcodes), "ambiguous")
    match = NameMatch(status, lgcodes)  # type: ignore[arg-type]
    shape = "as_asked" if name else "absent"
    text = f"【{name}】マイナンバーアンケート回答"
    return Claim(text, shape, name, match, programs, replaces)  # type: ignore[arg-type]


def sheet(organisation: str = "", *lgcodes: str, **changes: Any) -> AnswerSheet:
    """An answer sheet of 別添１ with this 組織名 and what the roster says to it."""
    match = ABSENT
    if organisation:
        status = {0: "unknown", 1: "found"}.get(len(lgcodes), "ambiguous")
        match = NameMatch(status, lgcodes)  # type: ignore[arg-type]
    fields = (FieldValue("program", "", "C3"), FieldValue("organisation", organisation, "C6"))
    answers = (Answer("10", "② ある。", "E36", 2),)
    made = AnswerSheet("様式", "form1", "2023-07-07", "", match, fields, answers, ())
    return replace(made, **changes)


def file(*sheets: AnswerSheet, name: Claim | None = None, **changes: Any) -> FileReading:
    """An attachment: a form with these sheets, or without any a file of another kind."""
    kind = "answer_sheet" if sheets else "other"
    made = FileReading(1, "回答.xlsx", 9, "00", kind, name or claim(), sheets)  # type: ignore[arg-type]
    return replace(made, **changes)


def address(text: str) -> Address:
    return Address("", text)


def submission(
    *files: FileReading, subject: Claim | None = None, sender: str = "a@city.lg.jp", **changes: Any
) -> Submission:
    """A mail to mailbox ① with these files."""
    to = (address("n_mynumber@mhlw.go.jp"),)
    said = subject or claim()
    message = Message("<1@x.jp>", said.text, address(sender), None, to, (), "", (), "", "")
    return replace(Submission("submission", message, said, files), **changes)


def sender(text: str = "a@example.lg.jp", approved: str = "", assigned: str = "") -> KnownSender:
    """A recognised sender, with what its domain hints at."""
    domain = text.rpartition("@")[2]
    return KnownSender(address(text), True, approved, body_hint(domain, the_roster()), assigned)


UNKNOWN_SENDER = KnownSender(address("a@example.com"), False, "", ())


REGISTER = build_register(default_survey())
ARRIVAL = Arrival(1, "n_mynumber", "N0718-AAAA-AAAA", IN_TIME, False, "")

FACTS = Facts(
    sender=sender(),
    resend_of="",
    answers_ours=False,
    credentials=Credentials("", True, False, (), lambda address: frozenset(), the_roster()),
    from_ourselves=False,
    history=lambda body, program: (),
    listed=lambda body, program: None,
    deadlines=Deadlines(REGISTER, {}),
    first_received=lambda body, program: None,
)


def known(text: str = "a@city.yokohama.lg.jp", **changes: Any) -> Facts:
    """What is known of a mail from this address."""
    return replace(FACTS, sender=sender(text), credentials=replace(FACTS.credentials, sender=text), **changes)


def mail_case(made: Submission | None = None, trusted: bool = False, **changes: Any) -> MailCase:
    """A mail with a form from a recognised sender; `changes` of what the ledger knows of it."""
    made = made or submission(file(sheet("14神奈川県横浜市", YOKOHAMA)))
    return MailCase(made, replace(FACTS, **changes), "n_mynumber", trusted)


def file_case(**changes: Any) -> FileCase:
    """横浜市's own 難病 sheet in mailbox ①, without fault and without history."""
    filled = sheet("14神奈川県横浜市", YOKOHAMA)
    values: Mapping[str, Any] = {
        "survey": the_survey(),
        "file": file(filled),
        "sheet": filled,
        "identity": Identity(YOKOHAMA, YOKOHAMA, (), True),
        "mailbox": "n_mynumber",
        "program": "nanbyo",
        "relation": "own",
        "owes": True,
        "right_mailbox_addressed": False,
        "findings": (),
        "history": (),
        "forms_in_mail": True,
        "newcomer": Newcomer("a@city.yokohama.lg.jp", Proof.BODY),
    }
    return FileCase(**{**values, **changes})


def booking(outcome: str = "accepted", **changes: Any) -> Booking:
    """横浜市's 難病, received in time; `id` orders bookings of one instant."""
    values: Mapping[str, Any] = {
        "id": 1,
        "arrival_id": 1,
        "piece": "1/1",
        "receipt": "N0718-0000-0001",
        "outcome": outcome,
        "rule": "otherwise",
        "submitter": YOKOHAMA,
        "body": YOKOHAMA,
        "program": "nanbyo",
        "part": "own",
        "attributes": (),
        "late": False,
        "received_at": IN_TIME,
        "recorded_at": IN_TIME,
        "sender": "a@city.yokohama.lg.jp",
    }
    made = {**values, **changes}
    if "received_at" in changes and "late" not in changes:
        made["late"] = made["received_at"] > DEADLINE
    return Booking(**made)


def piece(outcome: str = "accepted", rule: str = "otherwise", *remarks: str, **changes: Any) -> Piece:
    """横浜市's own 難病 sheet, decided so; it is the whole of its file."""
    filled = changes.get("sheet", sheet("14神奈川県横浜市", YOKOHAMA))
    values: Mapping[str, Any] = {
        "id": "1/1",
        "file": file(filled) if filled else file(),
        "sheet": filled,
        "identity": Identity(YOKOHAMA, YOKOHAMA, (), True),
        "program": "nanbyo",
        "part": "own",
        "decision": FileDecision(outcome, rule, remarks),  # type: ignore[arg-type]
        "findings": (),
    }
    return Piece(**{**values, **changes})


def decided(*pieces: Piece, outcome: str = "by_file", rule: str = "otherwise", **changes: Any) -> Decided:
    """横浜市's mail to mailbox ①, received in time, with these pieces."""
    values: Mapping[str, Any] = {
        "arrival": ARRIVAL,
        "submission": submission(*{p.file.position: p.file for p in pieces}.values()),
        "mail": MailDecision(outcome, rule),  # type: ignore[arg-type]
        "identity": Identity(YOKOHAMA, YOKOHAMA, (), True),
        "findings": (),
        "pieces": pieces,
        "late": False,
    }
    return Decided(**{**values, **changes})
