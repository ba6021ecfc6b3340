"""What officials decide (`decide`, `add`): always with who and why, all of it or nothing."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from routing import operate
from routing.decision.override import Override
from routing.journey.judge import Settled
from routing.ledger import approvals, arrivals, verdicts
from routing.operate import Paper, Refused, Who
from routing.reading.errors import ReaderDied
from routing.records import Arrival
from tests.routing.cases_at_hand import DEADLINE, IN_TIME, KAMAKURA, SAGAMIHARA, YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail, nanbyo

WHO = Who("山田", "電話で確認した")
PAIR = ("山田", "電話で確認した")
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
NO_6_TO_9 = dict.fromkeys(("6", "7-1", "7-2", "7-3", "7-4", "8-1", "8-1-text", "8-2", "9"))
TABLES = ("verdict", "event", "finding", "evidence", "outbox", "approval", "arrival")


def decided(office: Office, arrival: Arrival, outcome: str) -> Settled:
    """`decide ID accept | correct | ignore`."""
    override = Override(outcome=outcome, take_in=True, by=WHO.by, why=WHO.why)  # type: ignore[arg-type]
    return operate.decide_again(office.desk, arrival, override)


def rows(office: Office) -> list[int]:
    """How many rows there are, to show that nothing was added."""
    return [office.count(table) for table in TABLES]


def whose_word(office: Office, arrival: Arrival) -> tuple[str, str]:
    """Who decided about a mail last, and why."""
    row = office.ledger.row(
        "SELECT decided_by, why FROM verdict WHERE arrival_id = ? ORDER BY id DESC LIMIT 1", arrival.id
    )
    assert row is not None
    return row["decided_by"], row["why"]


def words(settled: Settled) -> str:
    """The text of the reply, without the line ends that wrapping put in."""
    assert settled.reply is not None
    text = message_from_bytes(settled.reply.data, policy=default).get_content()
    return str(text).replace("\n", "").replace("　", "")


def held_double(office: Office) -> Settled:
    """An accepted answer, and a second one from another section that waits."""
    office.settle(mail())
    office.now += timedelta(minutes=5)
    return office.settle(mail({NAME: form({"program": "難病", "9": 2})}, sender="b@city.yokohama.lg.jp"))


# --- accept, correct, ignore ------------------------------------------------------------------------------


def test_accept_takes_in_what_waited_and_says_so(office: Office) -> None:
    waiting = held_double(office)
    settled = decided(office, waiting.decided.arrival, "accepted")
    (piece,) = settled.decided.pieces
    assert (piece.decision.outcome, piece.decision.rule, piece.decision.remarks) == (
        "accepted", "operator", ("replaces",),
    )  # fmt: skip
    assert settled.reply is not None and settled.reply.kind == "acknowledgement"
    assert whose_word(office, waiting.decided.arrival) == PAIR
    assert office.held() == [("alarm", "replaced")]  # whoever sent the first one may be told
    assert office.standing(YOKOHAMA, "nanbyo").received_at == waiting.decided.arrival.received_at


def test_accept_of_a_citys_answer_from_its_prefecture_books_it_for_the_city(office: Office) -> None:
    """Rule `city_by_prefecture`: held for one-key approval, time kept, then booked for the city."""
    raw = mail(subject="【神奈川県】マイナンバーアンケート回答", sender="a@pref.kanagawa.lg.jp")
    waiting = office.settle(raw)
    assert [p.decision.rule for p in waiting.decided.pieces] == ["city_by_prefecture"]
    office.now = DEADLINE + timedelta(days=1)
    settled = decided(office, waiting.decided.arrival, "accepted")
    assert [p.decision.remarks for p in settled.decided.pieces] == [("on_behalf",)]
    found = office.standing(YOKOHAMA, "nanbyo")
    assert (found.state, found.late, found.received_at) == ("accepted", False, IN_TIME - timedelta(minutes=1))


def test_accept_of_a_municipalitys_direct_answer_counts_for_its_prefecture(office: Office) -> None:
    sheet = form({"organisation": "14神奈川県鎌倉市", "kind": "市区町村"})
    raw = mail({"回答.xlsx": sheet}, "【鎌倉市】マイナンバーアンケート回答", "a@city.kamakura.kanagawa.jp")
    waiting = office.settle(raw, mailbox="yoboseshu")
    assert office.held() == [("submission", "direct")]
    decided(office, waiting.decided.arrival, "accepted")
    assert KAMAKURA not in office.standing("140007", "yobosesshu").missing
    assert office.held() == []


def test_a_municipality_that_wrote_directly_can_be_asked_to_go_through_its_prefecture(office: Office) -> None:
    """Rule `direct`; notice 記３（３）: the prefecture collects. Its letter asks for no mended file."""
    sheet = form({"organisation": "14神奈川県鎌倉市", "kind": "市区町村"})
    raw = mail({"回答.xlsx": sheet}, "【鎌倉市】マイナンバーアンケート回答", "a@city.kamakura.kanagawa.jp")
    waiting = office.settle(raw, mailbox="yoboseshu")
    settled = decided(office, waiting.decided.arrival, "correction")
    assert settled.reply is not None
    assert (settled.reply.kind, settled.reply.recipient) == ("redirect", "a@city.kamakura.kanagawa.jp")
    text = words(settled)
    assert "都道府県の御担当へお送りください" in text
    assert "このメールへの返信" not in text
    assert office.held() == []
    assert KAMAKURA in office.standing("140007", "yobosesshu").missing


def test_accept_of_one_citys_answer_from_another_books_it_for_the_city_on_the_sheet(office: Office) -> None:
    """Rule `evidence_disagrees` held it: 相模原市's sheet from 横浜市's domain. The mailbox is the right one,
    nothing is passed on."""
    sheet = form({"program": "難病", "organisation": "14神奈川県相模原市"})
    waiting = office.settle(mail({"回答.xlsx": sheet}, "回答の送付"))
    assert office.held() == [("submission", "evidence_disagrees")]
    settled = decided(office, waiting.decided.arrival, "accepted")
    assert office.standing(SAGAMIHARA, "nanbyo").state == "accepted"
    assert office.standing(YOKOHAMA, "nanbyo").state == "outstanding"
    assert settled.reply is not None and settled.reply.kind == "acknowledgement"
    assert "引き継ぎました" not in words(settled)


def test_what_an_official_accepts_as_it_is_is_not_asked_for_any_more(office: Office) -> None:
    """An acknowledgement that also asks for a mended file would contradict itself."""
    asked = office.settle(mail({NAME: form({"program": "難病", "5": None})}))
    assert "修正をお願いしたい点" in words(asked)
    settled = decided(office, asked.decided.arrival, "accepted")
    assert settled.reply is not None and settled.reply.subject.startswith("【受付】")
    assert "修正をお願いしたい点" not in words(settled)


def test_accept_without_a_body_is_refused_and_nothing_is_recorded(office: Office) -> None:
    raw = mail({"回答.xlsx": form({"program": "難病", "organisation": None})}, "回答の送付", "a@kenkou.lg.jp")
    waiting = office.settle(raw)
    before = rows(office)
    with pytest.raises(Refused, match="assign"):
        decided(office, waiting.decided.arrival, "accepted")
    assert rows(office) == before


def test_accept_of_an_inquiry_is_refused(office: Office) -> None:
    waiting = office.settle(mail({}, "照会", body="提出先をご教示ください。"))
    before = rows(office)
    with pytest.raises(Refused):
        decided(office, waiting.decided.arrival, "accepted")
    assert rows(office) == before
    assert office.held() == [("inquiry", "inquiry")]


def test_correct_sends_what_was_found(office: Office) -> None:
    office.settle(mail({NAME: form({"program": "難病", "5": None})}))
    again = office.settle(mail({NAME: form({"program": "難病", "5": None, "department": "医療局"})}))
    assert again.reply is None  # the second time
    settled = decided(office, again.decided.arrival, "correction")
    assert settled.reply is not None and settled.reply.kind == "correction"
    assert office.standing(YOKOHAMA, "nanbyo").state == "correction"


def test_correct_without_anything_to_mend_is_refused(office: Office) -> None:
    waiting = held_double(office)
    before = rows(office)
    with pytest.raises(Refused, match="指摘がない"):
        decided(office, waiting.decided.arrival, "correction")
    assert rows(office) == before


def test_ignore_ends_what_waited_without_a_word(office: Office) -> None:
    waiting = held_double(office)
    settled = decided(office, waiting.decided.arrival, "ignored")
    assert (settled.decided.mail.outcome, settled.reply) == ("ignored", None)
    assert office.held() == []
    found = office.standing(YOKOHAMA, "nanbyo")
    assert (found.state, found.received_at) == ("accepted", IN_TIME - timedelta(minutes=1))


def test_ignore_takes_back_an_accepted_answer_and_the_past_stays_as_it_was(office: Office) -> None:
    accepted = office.settle(mail())
    then = office.now
    office.now += timedelta(hours=1)
    decided(office, accepted.decided.arrival, "ignored")
    assert office.standing(YOKOHAMA, "nanbyo").state == "outstanding"
    assert office.standing(YOKOHAMA, "nanbyo", then).state == "accepted"


def test_what_was_taken_back_stands_in_nobodys_way(office: Office) -> None:
    accepted = office.settle(mail())
    decided(office, accepted.decided.arrival, "ignored")
    office.now += timedelta(hours=1)
    other = office.settle(mail({NAME: form({"program": "難病", "9": 2})}, sender="b@city.yokohama.lg.jp"))
    (piece,) = other.decided.pieces
    assert (piece.decision.outcome, piece.decision.remarks) == ("accepted", ())


def test_ignore_ends_a_mail_that_nobody_can_read(office: Office) -> None:
    from intake.sources.source import Fetched

    office.desk.keep("n_mynumber", "7", [Fetched("1", IN_TIME, 60 << 20, b"Subject: x\r\n\r\n", True)])
    (large,) = office.desk.settle_waiting()
    with pytest.raises(Refused, match="retry"):
        decided(office, large.decided.arrival, "accepted")
    decided(office, large.decided.arrival, "ignored")
    assert office.held() == []
    assert whose_word(office, large.decided.arrival) == PAIR


def test_a_decision_sends_a_second_reply_under_a_message_id_of_its_own(office: Office) -> None:
    asked = office.settle(mail({"回答.xlsx": form({"program": "難病", "telephone": None})}))
    again = decided(office, asked.decided.arrival, "accepted")
    assert asked.reply is not None and again.reply is not None
    assert (asked.reply.kind, again.reply.kind) == ("correction", "acknowledgement")
    assert again.reply.message_id != asked.reply.message_id
    assert office.count("outbox") == 2


def test_a_decision_that_changes_nothing_is_not_told_again(office: Office) -> None:
    accepted = office.settle(mail())
    again = decided(office, accepted.decided.arrival, "accepted")
    assert accepted.reply is not None and again.reply is None
    assert office.count("outbox") == 1


def test_a_mail_read_again_keeps_what_operators_entered_and_is_not_answered_anew(office: Office) -> None:
    asked = office.settle(mail({"回答.xlsx": form({"program": "難病", "5": None})}))
    arrival = asked.decided.arrival
    amended = operate.amend(office.desk, arrival, {"5": "①"}, Who(*PAIR))
    assert amended.decided.outcome == "accepted"
    operate.retry(office.desk, arrival, Who(*PAIR))
    (read_again,) = office.desk.settle_waiting()
    assert read_again.decided.outcome == "accepted"
    assert read_again.reply is None


def test_assign_names_the_program_that_nothing_else_tells(office: Office) -> None:
    asked = office.settle(mail({"回答.xlsx": form({"program": None})}))
    assert [p.decision.rule for p in asked.decided.pieces] == ["program_unclear"]
    arrival = asked.decided.arrival
    settled = operate.assign(office.desk, arrival, "141003", Who(*PAIR), "shoman")
    assert [(p.program, p.decision.outcome) for p in settled.decided.pieces] == [("shoman", "accepted")]
    with pytest.raises(Refused, match="制度等"):
        operate.assign(office.desk, arrival, "141003", Who(*PAIR), "shounan")


def test_an_alert_is_listed_until_somebody_has_seen_it(office: Office) -> None:
    """Q10 ③: a wrong link was never reported; the operators hear of it when the answer is accepted."""
    settled = office.settle(mail({"回答.xlsx": form({"program": "難病", "10": 3, "10-text": "概要は次のとおりです。"})}))
    assert settled.decided.outcome == "accepted"
    assert office.held() == [("alarm", "alert")]
    operate.mark_seen(office.desk, settled.decided.arrival, Who(*PAIR))
    assert office.held() == []


# --- assign, approve, retry -------------------------------------------------------------------------------


def unnamed(office: Office) -> Settled:
    """A sheet of which nobody knows whose it is."""
    raw = mail(
        {"回答.xlsx": form({"program": "難病", "organisation": "横浜し"})}, "回答の送付", "a@kenkou.lg.jp"
    )
    return office.settle(raw)


def test_assign_names_the_body_and_decides_anew(office: Office) -> None:
    first = unnamed(office)
    assert [p.decision.rule for p in first.decided.pieces] == ["body_unclear"]
    settled = operate.assign(office.desk, first.decided.arrival, YOKOHAMA, WHO)
    (piece,) = settled.decided.pieces
    assert (piece.identity.body, piece.decision.outcome) == (YOKOHAMA, "accepted")
    assert piece.identity.evidence[0].source == "operator"
    assert office.events("assign") == [("", *PAIR)]
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


def test_what_was_assigned_holds_for_later_decisions(office: Office) -> None:
    first = unnamed(office)
    operate.assign(office.desk, first.decided.arrival, YOKOHAMA, WHO)
    again = decided(office, first.decided.arrival, "accepted")
    assert [p.identity.body for p in again.decided.pieces] == [YOKOHAMA]
    operate.assign(office.desk, first.decided.arrival, SAGAMIHARA, WHO)
    assert office.standing(YOKOHAMA, "nanbyo").state == "outstanding"
    assert office.standing(SAGAMIHARA, "nanbyo").state == "accepted"


def test_assign_of_an_unknown_code_records_nothing(office: Office) -> None:
    first = unnamed(office)
    before = rows(office)
    with pytest.raises(Refused, match="999999"):
        operate.assign(office.desk, first.decided.arrival, "999999", WHO)
    assert rows(office) == before


def test_assign_of_a_mail_that_was_not_read_records_nothing(office: Office) -> None:
    arrival = office.arrive(mail())
    before = rows(office)
    with pytest.raises(Refused, match="retry"):
        operate.assign(office.desk, arrival, YOKOHAMA, WHO)
    assert rows(office) == before


def from_outside(number: int, sender: str = "kenko@itaku.example.com") -> bytes:
    return mail({NAME: form({"program": "難病", "department": f"第{number}課"})}, sender=sender)


def test_an_approved_address_is_taken_in_now_and_from_then_on(office: Office) -> None:
    held = office.settle(from_outside(1))
    assert held.decided.mail.rule == "unknown_sender"
    settled = operate.approve_sender(office.desk, held.decided.arrival, WHO)
    assert [p.decision.outcome for p in settled.decided.pieces] == ["accepted"]
    assert settled.reply is not None and settled.reply.recipient == "kenko@itaku.example.com"
    assert office.settle(from_outside(2)).decided.mail.rule == "otherwise"
    assert office.settle(from_outside(3, "b@itaku.example.com")).decided.mail.rule == "unknown_sender"
    row = office.ledger.row("SELECT sender, done_by, why FROM approval")
    assert row is not None and tuple(row) == ("kenko@itaku.example.com", *PAIR)


def test_an_approved_domain_takes_in_every_address_of_it(office: Office) -> None:
    held = office.settle(from_outside(1))
    operate.approve_sender(office.desk, held.decided.arrival, WHO, whole_domain=True)
    assert approvals.approval(office.ledger, "b@itaku.example.com") == YOKOHAMA  # the body that its mail spoke for
    assert approvals.approval(office.ledger, "b@example.com") is None
    assert office.settle(from_outside(2, "b@itaku.example.com")).decided.mail.rule != "unknown_sender"


def test_retry_reads_the_raw_bytes_again(office: Office) -> None:
    settled = office.settle(mail())
    operate.retry(office.desk, settled.decided.arrival, WHO)
    assert office.events("retry") == [("", *PAIR)]
    assert [a.id for a in arrivals.waiting(office.ledger)] == [settled.decided.arrival.id]
    (again,) = office.desk.settle_waiting()
    assert again.decided.mail.rule == "otherwise"
    assert office.count("message") == 1


# --- amend ------------------------------------------------------------------------------------------------

Q5_IS_1 = {**NO_6_TO_9, "program": "難病", "5": 1}


def test_an_amendment_is_checked_again_from_the_start(office: Office) -> None:
    """Q5 ① ends at Q10; Q5 ② makes Q6 to Q9 required (別添１)."""
    first = office.settle(mail({NAME: form(Q5_IS_1)}))
    assert [p.decision.outcome for p in first.decided.pieces] == ["accepted"]
    settled = operate.amend(office.desk, first.decided.arrival, {"5": "②"}, WHO)
    (piece,) = settled.decided.pieces
    assert piece.decision.outcome == "correction"
    missing = {f.question for f in piece.findings if f.code == "answer_missing"}
    assert missing == {"7-1", "7-2", "9"}  # what follows from Q7-2 is open until it is answered
    assert "marks_none" in {f.code for f in piece.findings if f.question == "6"}
    assert office.events("amend") == [("5=②", *PAIR)]


def test_an_amendment_completes_what_was_missing(office: Office) -> None:
    first = office.settle(mail({NAME: form({"program": "難病", "5": None})}))
    assert [p.decision.outcome for p in first.decided.pieces] == ["correction"]
    settled = operate.amend(office.desk, first.decided.arrival, {"5": "②"}, WHO)
    assert [p.decision.outcome for p in settled.decided.pieces] == ["accepted"]
    assert office.standing(YOKOHAMA, "nanbyo").open_corrections == ()


def test_the_original_reading_stays_as_it_was(office: Office) -> None:
    raw = mail({NAME: form(Q5_IS_1)})
    first = office.settle(raw)
    before = verdicts.submission_of(office.ledger, first.decided.arrival.id)
    operate.amend(office.desk, first.decided.arrival, {"5": "②"}, WHO)
    assert verdicts.submission_of(office.ledger, first.decided.arrival.id) == before
    assert arrivals.raw_bytes(office.ledger, first.decided.arrival.id) == raw


def test_a_later_decision_keeps_what_was_amended(office: Office) -> None:
    first = office.settle(mail({NAME: form(Q5_IS_1)}))
    operate.amend(office.desk, first.decided.arrival, {"5": "②"}, WHO)
    settled = decided(office, first.decided.arrival, "correction")
    assert settled.decided.pieces[0].sheet is not None
    answers = {a.question: a.number for a in settled.decided.pieces[0].sheet.answers}
    assert answers["5"] == 2


def test_the_newest_amendment_of_a_question_counts_however_it_is_written(office: Office) -> None:
    first = office.settle(mail())
    for change in ({"7-1": "②"}, {"７－１": "①"}, {"7-1": "②"}):
        settled = operate.amend(office.desk, first.decided.arrival, change, WHO)
    (piece,) = settled.decided.pieces
    assert piece.sheet is not None
    assert {a.question: a.number for a in piece.sheet.answers}["7-1"] == 2


@pytest.mark.parametrize("change", [{"99": "①"}, {"5": "⑨"}, {"6": "③"}])
def test_an_amendment_that_is_no_answer_records_nothing(office: Office, change: dict[str, str]) -> None:
    first = office.settle(mail())
    before = rows(office)
    with pytest.raises(Refused, match="Q"):
        operate.amend(office.desk, first.decided.arrival, change, WHO)
    assert rows(office) == before


def test_a_mail_with_two_sheets_cannot_be_amended(office: Office) -> None:
    files = {"一.xlsx": nanbyo(), "二.xlsx": form({"program": "小慢"})}
    first = office.settle(mail(files))
    with pytest.raises(Refused, match="2枚"):
        operate.amend(office.desk, first.decided.arrival, {"5": "②"}, WHO)


# --- add --------------------------------------------------------------------------------------------------


def paper(
    received_at: object = IN_TIME - timedelta(days=3), data: bytes | None = None, **changes: object
) -> Paper:
    values = {"filename": NAME, "data": nanbyo() if data is None else data, "mailbox": "n_mynumber",
              "lgcode": YOKOHAMA, "received_at": received_at, **changes}  # fmt: skip
    return Paper(**values)  # type: ignore[arg-type]


def test_what_came_on_paper_counts_as_received_then_and_nobody_is_written_to(office: Office) -> None:
    settled = operate.add(office.desk, paper(), WHO)
    assert settled.reply is None
    assert office.count("outbox") == 0
    found = office.standing(YOKOHAMA, "nanbyo")
    assert (found.state, found.received_at) == ("accepted", IN_TIME - timedelta(days=3))
    assert settled.decided.arrival.added_by == "山田"
    assert whose_word(office, settled.decided.arrival) == PAIR
    assert arrivals.waiting(office.ledger) == []


def test_what_came_on_paper_in_time_is_in_time_though_it_is_recorded_later(office: Office) -> None:
    office.now = DEADLINE + timedelta(days=2)
    operate.add(office.desk, paper(DEADLINE), WHO)
    assert office.standing(YOKOHAMA, "nanbyo").late is False
    assert office.standing(YOKOHAMA, "nanbyo", DEADLINE).state == "outstanding"  # nobody knew of it then


def test_paper_is_checked_like_mail(office: Office) -> None:
    settled = operate.add(office.desk, paper(data=form({"program": "難病", "5": None})), WHO)
    assert [p.decision.outcome for p in settled.decided.pieces] == ["correction"]
    assert settled.reply is None


def test_no_reply_goes_out_for_paper_later_either(office: Office) -> None:
    settled = operate.add(office.desk, paper(data=form({"program": "難病", "5": None})), WHO)
    assert operate.amend(office.desk, settled.decided.arrival, {"5": "②"}, WHO).reply is None


@pytest.mark.parametrize(
    ("changes", "said"), [({"lgcode": "000000"}, "000000"), ({"lgcode": ""}, "団体一覧")]
)
def test_paper_of_nobody_is_refused(office: Office, changes: dict[str, str], said: str) -> None:
    with pytest.raises(Refused, match=said):
        operate.add(office.desk, paper(**changes), WHO)
    assert rows(office) == [0] * len(TABLES)


def test_the_same_paper_twice_is_refused(office: Office) -> None:
    operate.add(office.desk, paper(), WHO)
    office.now += timedelta(hours=1)
    with pytest.raises(Refused, match="記録済み"):
        operate.add(office.desk, paper(), Who("佐藤", "窓口で受領"))
    assert office.count("arrival") == 1


def test_paper_that_kills_the_reader_is_refused_and_not_recorded(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(raw: bytes) -> None:
        raise ReaderDied("EOFError")

    monkeypatch.setattr(office.desk.reader, "read_mail", dies)
    with pytest.raises(Refused, match="読み取れません"):
        operate.add(office.desk, paper(), WHO)
    assert rows(office) == [0] * len(TABLES)


# --- not applicable ---------------------------------------------------------------------------------------


def test_not_applicable_is_set_and_taken_back_with_a_trace(office: Office) -> None:
    operate.set_applicable(office.desk, (YOKOHAMA, "shoman"), False, WHO)
    then = office.now
    assert office.standing(YOKOHAMA, "shoman").state == "not_applicable"
    office.now += timedelta(minutes=1)
    operate.set_applicable(office.desk, (YOKOHAMA, "shoman"), True, WHO)
    assert office.standing(YOKOHAMA, "shoman").state == "outstanding"
    assert office.standing(YOKOHAMA, "shoman", then).state == "not_applicable"
    assert office.events("not_applicable") == [("on", *PAIR), ("off", *PAIR)]


@pytest.mark.parametrize(("lgcode", "program"), [(KAMAKURA, "yobosesshu"), (YOKOHAMA, "park"), ("", "")])
def test_what_is_not_owed_cannot_be_set_aside(office: Office, lgcode: str, program: str) -> None:
    with pytest.raises(Refused, match="提出義務はありません"):
        operate.set_applicable(office.desk, (lgcode, program), False, WHO)
    assert office.count("event") == 0


def test_paper_whose_sheet_names_another_body_is_refused_unless_the_official_knows(office: Office) -> None:
    with pytest.raises(Refused, match=r"横浜市（141003）.*相模原市（141500）"):
        operate.add(office.desk, paper(lgcode=SAGAMIHARA), WHO)
    assert office.count("arrival") == 0
    settled = operate.add(office.desk, paper(lgcode=SAGAMIHARA, name_differs=True), WHO)
    assert settled.decided.pieces[0].identity.body == SAGAMIHARA
