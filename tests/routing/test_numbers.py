"""A My Number alarm: one that was none is released, read and judged; one that is opens steps and a draft.

123456789018 and 234567890121 have a valid check digit (総務省令第85号 art. 5), worked out by hand: for the second one
2·6+3·5+4·4+5·3+6·2+7·7+8·6+9·5+0·4+1·3+2·2 = 219, 219 mod 11 = 10, 11 - 10 = 1: so it ends with 1.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from openpyxl import load_workbook

from routing import operate
from routing.decision.override import Override
from routing.journey.judge import Settled
from routing.ledger import backup, held_queue, numbers
from routing.ledger.store import Ledger
from routing.notices import my_number as letter
from routing.operate import AskedTwice, Consent, Refused, Who
from routing.records import Arrival
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail, nanbyo, settle_one
from tests.routing.test_lists import SUBJECT, made_list, row, send
from tests.routing.test_ppap import SECRET, ZIP, locked_mail, password_mail, wait, zipped

WHO = Who("山田", "事務の番号と電話で確認したため")
NUMBER, OTHER = "123456789018", "234567890121"
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
TITLE = "【横浜市】マイナンバーアンケート回答"


def book(number: str = NUMBER) -> bytes:
    return form({"program": "難病", "department": f"健康課 {number}"})


def again(office: Office) -> Settled:
    (settled,) = office.desk.settle_waiting()
    return settled


def released(office: Office, raw: bytes) -> Settled:
    """The alarm, and what became of it once an official said that it was none."""
    arrival = office.settle(raw).decided.arrival
    office.now += timedelta(minutes=1)
    operate.not_my_number(office.desk, arrival, WHO)
    return again(office)


def dump(office: Office) -> str:
    return "\n".join(line for line in office.ledger.connection.iterdump() if 'INTO "raw"' not in line)


FALSE_ALARMS: dict[str, Callable[[], bytes]] = {
    "subject": lambda: mail(subject=f"{TITLE} {NUMBER}"),
    "name in the brackets of the subject": lambda: mail(subject=f"【横浜市 {NUMBER}】マイナンバーアンケート回答"),
    "body": lambda: mail(body=f"文書番号は {NUMBER} です。"),
    "file name": lambda: mail({f"【横浜市】{NUMBER}.xlsx": nanbyo()}),
    "file beside it": lambda: mail({NAME: nanbyo(), "一覧.csv": f"番号\n{NUMBER}\n".encode()}),
}


@pytest.mark.parametrize("place", FALSE_ALARMS)
def test_what_was_no_my_number_is_accepted_and_still_stands_nowhere(
    office: Office, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settled = released(office, FALSE_ALARMS[place]())
    assert settled.decided.outcome in ("accepted", "correction")
    assert settled.reply is not None
    assert NUMBER not in dump(office) + caplog.text
    assert NUMBER.encode() not in settled.reply.data
    assert office.held() == []


def test_a_cell_is_kept_as_an_answer_and_stands_in_no_letter(office: Office) -> None:
    settled = released(office, mail({NAME: book()}))
    assert settled.decided.outcome == "accepted"
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"
    assert settled.reply is not None
    text = message_from_bytes(settled.reply.data, policy=default).get_content()
    assert NUMBER not in text
    assert settled.decided.submission is not None
    (sheet,) = settled.decided.submission.files[0].sheets
    assert sheet.field("department").endswith(NUMBER)  # what was asked for is not falsified
    others = dump(office).replace(f"健康課 {NUMBER}", "")
    assert NUMBER not in others


def test_before_anybody_said_so_no_answer_of_the_sheet_is_kept(office: Office) -> None:
    office.settle(mail({NAME: book()}))
    assert office.standing(YOKOHAMA, "nanbyo").state == "outstanding"
    assert NUMBER not in dump(office)


def test_each_later_reading_knows_it(office: Office) -> None:
    arrival = released(office, mail({NAME: book()})).decided.arrival
    operate.retry(office.desk, arrival, WHO)
    assert again(office).decided.outcome == "accepted"


def test_a_resent_sheet_with_another_number_is_an_alarm_again(office: Office) -> None:
    released(office, mail({NAME: book()}))
    office.now += timedelta(minutes=1)
    settled = office.settle(mail({NAME: book(OTHER)}, body="差し替えます。"))
    assert settled.decided.mail.rule == "personal_data"
    assert office.held() == [("alarm", "personal_data")]
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


def test_a_place_that_was_not_among_them_is_still_an_alarm(office: Office) -> None:
    """Of one mail, one place is released by hand in the ledger, the other is not."""
    raw = mail({NAME: book(), "別.xlsx": book(OTHER)})
    settled = office.settle(raw)
    arrival = settled.decided.arrival
    assert settled.decided.submission is not None
    first, second = settled.decided.submission.alarms
    numbers.release(office.ledger, arrival.id, [first], WHO.pair, office.now)
    later = again(office)
    assert later.decided.mail.rule == "personal_data"
    assert later.decided.submission is not None
    assert later.decided.submission.alarms == (second,)
    operate.not_my_number(office.desk, arrival, WHO)
    assert again(office).decided.mail.rule != "personal_data"


def test_a_crash_between_the_word_and_the_reading_loses_neither(office: Office) -> None:
    arrival = office.settle(mail({NAME: book()})).decided.arrival
    operate.not_my_number(office.desk, arrival, WHO)
    with closing(Ledger(office.ledger.path)) as other:  # as whoever starts next finds it
        assert [row["arrival_id"] for row in other.rows("SELECT arrival_id FROM to_read")] == [arrival.id]
        assert len(numbers.allowed(other, arrival.id)) == 1
    assert again(office).decided.outcome == "accepted"


def test_a_reading_made_before_the_word_is_made_anew(office: Office) -> None:
    arrival = office.settle(mail({NAME: book()})).decided.arrival
    operate.retry(office.desk, arrival, WHO)
    raw = office.desk.raw(arrival)
    assert raw is not None
    early = office.desk.reader.read_mail(raw, office.desk.hints_for(arrival))
    operate.not_my_number(office.desk, arrival, WHO)
    assert settle_one(office.desk, arrival, early) is None
    assert again(office).decided.outcome == "accepted"


def test_many_places_are_released_at_once(office: Office) -> None:
    lines = "\n".join(["番号", *[NUMBER] * 300])
    settled = office.settle(mail({NAME: nanbyo(), "一覧.csv": lines.encode()}))
    assert settled.decided.submission is not None
    assert settled.decided.submission.alarms[-1] == "添付3：ほか280か所"
    operate.not_my_number(office.desk, settled.decided.arrival, WHO)
    assert again(office).decided.outcome == "accepted"


def text_of(settled: Settled) -> str:
    assert settled.reply is not None
    body = message_from_bytes(settled.reply.data, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_row_of_a_list_is_judged_as_the_others_are(office: Office) -> None:
    """鳥取県's list of two rows: the number in a cell of the second one, and later in its name."""
    files = {f"{SUBJECT}.xlsx": made_list(row("米子市"), row("倉吉市", {"department": f"健康 {NUMBER}"}))}
    arrival = send(office, files).decided.arrival
    assert office.held() == [("alarm", "personal_data")]
    operate.not_my_number(office.desk, arrival, WHO)
    settled = again(office)
    assert [p.decision.outcome for p in settled.decided.pieces] == ["kept", "accepted", "accepted"]
    assert NUMBER not in text_of(settled)
    nameless = {f"{SUBJECT}.xlsx": made_list(row("米子市"), row("", {"organisation": NUMBER}))}
    arrival = send(office, nameless, subject=f"{SUBJECT}２").decided.arrival
    operate.not_my_number(office.desk, arrival, WHO)
    settled = again(office)
    assert NUMBER not in text_of(settled)
    assert office.ledger.row("SELECT 1 FROM evidence WHERE claim LIKE ?", f"%{NUMBER}%") is None
    assert office.ledger.row("SELECT 1 FROM finding WHERE found LIKE ?1 OR expected LIKE ?1", f"%{NUMBER}%") is None


def test_the_name_of_a_sheet_stands_in_no_finding_and_no_letter(office: Office) -> None:
    book_ = load_workbook(io.BytesIO(form({"program": "難病", "5": None})))
    book_.worksheets[0].title = NUMBER
    data = io.BytesIO()
    book_.save(data)
    settled = released(office, mail({NAME: data.getvalue()}))
    assert settled.decided.outcome == "correction"
    assert NUMBER not in text_of(settled) + dump(office)


def test_what_a_forgotten_password_had_opened_is_asked_for_anew(office: Office) -> None:
    """Its content was not kept, and nobody can open it any more: the sender is asked for it without a password."""
    arrival = office.settle(locked_mail(attachments={ZIP: zipped(book())})).decided.arrival
    office.settle(password_mail())
    wait(office)
    assert office.held() == [("alarm", "personal_data")]
    operate.retry(office.desk, arrival, WHO)
    assert again(office).decided.mail.rule == "personal_data"  # nobody has said that it is none
    operate.not_my_number(office.desk, arrival, WHO)
    settled = again(office)
    office.now += timedelta(days=2)
    wait(office)
    assert office.ledger.row("SELECT 1 FROM outbox WHERE kind = 'correction'") is not None, settled.decided.mail
    assert office.held() == []


def test_a_password_told_in_the_mail_itself_opens_it_again(office: Office) -> None:
    settled = released(
        office, locked_mail(attachments={ZIP: zipped(book())}, body=f"パスワードは次のとおりです。\nパスワード：{SECRET}")
    )
    assert settled.decided.outcome == "accepted"


@pytest.mark.parametrize("outcome", ["accepted", "correction"])
def test_accepting_an_alarm_tells_what_to_do(office: Office, outcome: str) -> None:
    arrival = office.settle(mail({NAME: book()})).decided.arrival
    with pytest.raises(Refused, match=r"添付2：.*not-my-number.*my-number"):
        operate.decide_again(office.desk, arrival, Override(outcome=outcome, take_in=True, by="山田", why="x"))  # type: ignore[arg-type]


def test_a_mail_without_such_a_place_is_released_by_nobody(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival
    with pytest.raises(Refused, match="箇所はありません"):
        operate.not_my_number(office.desk, arrival, WHO)
    assert office.events("not_my_number") == []


# --- one that is -------------------------------------------------------------------------------------------


def found(office: Office, raw: bytes | None = None) -> Arrival:
    arrival = office.settle(raw or mail({NAME: book()})).decided.arrival
    office.now += timedelta(minutes=1)
    operate.my_number(office.desk, arrival, WHO)
    return arrival


def backed_up(office: Office, file: Path, now: datetime) -> None:
    backup.backup(office.ledger, file, False, lambda: backup.note_begun(office.ledger, file, now))


def open_steps(office: Office, arrival: Arrival) -> list[str]:
    return [s.number for s in numbers.steps(office.ledger, arrival.id) if s.at is None]


def test_the_steps_are_shown_until_each_was_done(office: Office, tmp_path: Path) -> None:
    office.settle(mail(subject="前", sender="a@city.kawasaki.lg.jp"))
    backed_up(office, tmp_path / "before.db", office.now - timedelta(days=1))
    arrival = found(office)
    for n in (1, 2):
        office.now += timedelta(days=1)
        backed_up(office, tmp_path / f"{n}.db", office.now)
    assert open_steps(office, arrival) == ["1", "2", "3", "4-1", "4-2", "5"]
    assert ("alarm", "my_number") in office.held()
    for number in ("1", "3", "4-1", "5"):
        operate.step(office.desk, arrival, number, WHO)
    office.now += timedelta(minutes=1)
    operate.erase(office.desk, arrival, WHO)
    office.now += timedelta(days=1)
    backed_up(office, tmp_path / "after.db", office.now)  # holds nothing of it
    assert open_steps(office, arrival) == ["4-2"]
    assert ("alarm", "my_number") in office.held()
    assert operate.step(office.desk, arrival, "4", WHO) == ()
    assert ("alarm", "my_number") not in office.held()
    made = [s.detail for s in numbers.steps(office.ledger, arrival.id) if s.what == "backup"]
    assert [Path(m).name for m in made] == ["1.db", "2.db"]


def test_seen_takes_it_off_the_list_as_well(office: Office) -> None:
    arrival = found(office)
    operate.mark_seen(office.desk, arrival, WHO)
    assert office.held() == []


def test_an_erasure_that_was_the_last_step_ends_it(office: Office) -> None:
    arrival = found(office)
    for number in ("1", "3", "5"):
        operate.step(office.desk, arrival, number, WHO)
    assert office.held() == [("alarm", "my_number")]
    operate.erase(office.desk, arrival, WHO)
    assert office.held() == []


@pytest.mark.parametrize(("number", "said"), [("2", "erase"), ("9", "という手順はありません"), ("", "という手順は")])
def test_a_step_that_cannot_be_ticked_is_refused(office: Office, number: str, said: str) -> None:
    arrival = found(office)
    with pytest.raises(Refused, match=said):
        operate.step(office.desk, arrival, number, WHO)
    assert office.events("my_number_step") == []


def test_a_step_is_ticked_once_and_only_where_steps_are(office: Office) -> None:
    arrival = found(office)
    operate.step(office.desk, arrival, "1", WHO)
    with pytest.raises(Refused, match="山田が既に"):
        operate.step(office.desk, arrival, "1", Who("乙", "x"))
    other = office.settle(mail(subject="【横浜市】別")).decided.arrival
    with pytest.raises(Refused, match="my-number"):
        operate.step(office.desk, other, "1", WHO)


def test_it_counts_as_no_answer_and_sends_nothing_by_itself(office: Office) -> None:
    found(office)
    assert office.standing(YOKOHAMA, "nanbyo").state == "outstanding"
    assert list(office.desk.dispatch.deliver(office.sender)) == []


def test_the_letter_names_neither_number_nor_place(office: Office) -> None:
    arrival = found(office, mail({f"{NUMBER}.xlsx": book()}, subject=f"【横浜市】番号 {NUMBER}", body=NUMBER))
    path = letter.write_draft(office.desk, arrival)
    assert path is not None
    made = message_from_bytes(path.read_bytes(), policy=default)
    text = made.get_content()
    assert (made["X-Unsent"], made["To"]) == ("1", "kenko@city.yokohama.lg.jp")
    assert made["Subject"].startswith("【お願い】")
    assert made["In-Reply-To"] is None and made["References"] is None  # a mail program would quote what it answers
    assert arrival.receipt in text
    said = text.split("■ 照会先")[0].replace(arrival.receipt, "")  # which may hold any two letters, F7 as well
    for word in (NUMBER, "様式", "F7", "担当部署", ".xlsx", "リハーサル"):
        assert word not in said
    for word in ("新しいメール", "消去", "電話"):
        assert word in text


def test_the_draft_can_be_made_after_the_erasure_too(office: Office) -> None:
    arrival = office.settle(mail({NAME: book()})).decided.arrival
    operate.erase(office.desk, arrival, WHO)
    operate.my_number(office.desk, arrival, WHO)
    path = letter.write_draft(office.desk, arrival)
    assert path is not None and "神奈川県横浜市" in message_from_bytes(path.read_bytes(), policy=default).get_content()
    assert open_steps(office, arrival) == ["1", "3", "5"]


def test_saying_it_twice_begins_once(office: Office) -> None:
    arrival = found(office)
    assert operate.my_number(office.desk, arrival, WHO) is None
    assert len(office.events("my_number")) == 1


def test_a_number_after_all_is_an_alarm_again_and_the_other_way_round(office: Office) -> None:
    arrival = released(office, mail({NAME: book()})).decided.arrival
    with pytest.raises(AskedTwice):
        operate.carry_out(office.desk, arrival, lambda: operate.my_number(office.desk, arrival, WHO), Consent())
    operate.my_number(office.desk, arrival, WHO)
    assert numbers.allowed(office.ledger, arrival.id) == frozenset()
    assert office.standing(YOKOHAMA, "nanbyo").state == "outstanding"
    operate.retry(office.desk, arrival, WHO)
    assert again(office).decided.mail.rule == "personal_data"
    operate.not_my_number(office.desk, arrival, WHO)
    assert numbers.steps(office.ledger, arrival.id) == ()
    assert again(office).decided.outcome == "accepted"
    assert office.held() == []


# --- erasing what counts ------------------------------------------------------------------------------------


def test_the_erasure_of_an_accepted_answer_is_asked_twice(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival

    def erase(consent: Consent) -> operate.Done:
        return operate.carry_out(office.desk, arrival, lambda: operate.take_out(office.desk, arrival, WHO), consent)

    with pytest.raises(AskedTwice, match="受付が取り消されます"):
        erase(Consent())
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"
    assert office.count("raw") == 1 and office.count("erasure") == 0
    done = erase(Consent(yes=True))
    assert done.effects and "未提出" in done.effects[0]
    assert (office.count("raw"), held_queue.held(office.ledger, office.now)) == (0, [])


def test_the_erasure_of_what_counts_for_nothing_is_not(office: Office) -> None:
    arrival = office.settle(mail({NAME: book()})).decided.arrival
    operate.carry_out(office.desk, arrival, lambda: operate.take_out(office.desk, arrival, WHO), Consent())
    assert office.count("raw") == 0
