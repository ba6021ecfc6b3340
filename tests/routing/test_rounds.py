"""Letters that the calendar wants: the greeting, what is left at a deadline, the thanks. To whom exactly, once whatever
crashes, and nobody whose address is not proven."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from routing.ledger import mail_ways
from routing.notices import rounds, told_direct
from routing.notices.rounds import come_round
from routing.operate import Refused, Who
from routing.operate.consent import SURE
from routing.operate.wishes import Wish, fulfil
from routing.records import Arrival
from routing.tracking.extend import Target, extend, pause
from routing.tracking.releasing import batches, release
from routing.worker.routines import due_since, reports
from tests.replies.test_letters import BANNED
from tests.routing.cases_at_hand import DEADLINE, IN_TIME, JST
from tests.routing.console_at_hand import Visitor, hidden, site_of
from tests.routing.desk_at_hand import Office, form, mail
from tests.routing.killing import killed_at_each_step
from tests.routing.test_mail_table import with_survey

WHO = Who("受付太郎", "課長の了解を得たため")
MINUTE = timedelta(minutes=1)
YOKOHAMA, KAWASAKI, SAGAMIHARA, KANAGAWA = "141003", "141305", "141500", "140007"
HERE = "kenko@city.yokohama.lg.jp"
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
CONTACTS = (
    f"{KAWASAKI},n_mynumber,k@city.kawasaki.jp",
    f"{KAWASAKI},yoboseshu,K@city.kawasaki.jp",
    f"{KANAGAWA},n_mynumber,n@pref.kanagawa.lg.jp",
    f"{SAGAMIHARA},n_mynumber,someone@free.example.com",
)


@pytest.fixture
def open_desk(office: Office) -> Office:
    """Switched on on 18 July; 川崎市 is known to two mailboxes by one address, 相模原市 by one that is nobody's; what
    横浜市 answered on 難病 is to be mended, and its other programs have not come."""
    mail_ways.remember(office.ledger, office.desk.register.survey, IN_TIME)
    path = Path(office.ledger.path.parent / "contacts.csv")
    path.write_text("\n".join(["lgcode,mailbox,address", *CONTACTS]) + "\n", encoding="utf-8")
    office.desk.settings = office.desk.settings.changed({"contacts": path})
    office.settle(mail({NAME: form({"program": "難病", "9": None})}))
    return office


def letters(office: Office) -> dict[str, str]:
    """address -> text without line breaks, of all that leaves now; nobody gets two."""
    before = len(office.sender.posted)
    list(office.desk.dispatch.deliver(office.sender))
    posted = office.sender.posted[before:]
    assert len({p.rcpt_to.lower() for p in posted}) == len(posted)
    return {p.rcpt_to: _text(p.data) for p in posted}


def _text(data: bytes) -> str:
    made = message_from_bytes(data, policy=default)
    body = made.get_body(("plain",))
    assert body is not None
    text = str(made["Subject"]) + "\n" + body.get_content()
    assert [word for word in BANNED if word in text] == []
    return "".join(line.strip("　 ") for line in text.splitlines())


# --- at the deadline ------------------------------------------------------------------------------------------


def test_at_the_deadline_each_with_something_left_is_told_what_and_nobody_else(open_desk: Office) -> None:
    letters(open_desk)
    open_desk.now = DEADLINE
    list(reports(open_desk.desk, all_read=True))
    found = letters(open_desk)
    assert set(found) == {HERE, "k@city.kawasaki.jp", "n@pref.kanagawa.lg.jp"}
    assert found["n@pref.kanagawa.lg.jp"].startswith("【提出状況一覧】")  # its report, and nothing else
    here = found[HERE]
    assert "難病、小慢に、受付が完了していないものがございます。" in here
    assert "・難病：修正をお願い中" in here and "・小慢：未提出" in here and "提出先：n_mynumber@mhlw.go.jp" in here
    assert "７月25日（火）17時までにお送りいただいた修正版は、期限内のご提出として取り扱います。" in here
    assert "セル E35Q9" in here.replace("　", "")
    both = found["k@city.kawasaki.jp"]
    assert both.startswith("【提出期限後のお願い】難病・小慢・予防接種（")
    assert "７月25日" not in both and "できるだけ早く、提出先へお送りください。" in both
    assert "提出先：yoboseshu@mhlw.go.jp" in both and "自治体検診" not in both


def test_it_comes_once_however_often_it_is_asked_for(open_desk: Office) -> None:
    open_desk.now = DEADLINE
    for _ in range(3):
        list(come_round(open_desk.desk, all_read=True))
        open_desk.now += MINUTE
    assert open_desk.ledger.row("SELECT count(*) AS n FROM outbox WHERE kind = 'past_deadline'")["n"] == 2  # type: ignore[index]


def test_cut_off_after_any_respondent_it_goes_on_and_writes_nobody_twice(open_desk: Office) -> None:
    open_desk.now = DEADLINE
    for steps in (0, 1, 5, 8, 60, 129):
        going = come_round(open_desk.desk, all_read=True)
        for _ in range(steps):
            next(going, None)
        going.close()  # type: ignore[attr-defined]
        with suppress(StopIteration):
            letters(open_desk)
    list(come_round(open_desk.desk, all_read=True))
    letters(open_desk)
    rows = open_desk.ledger.rows("SELECT recipient FROM outbox WHERE kind = 'past_deadline' ORDER BY recipient")
    assert [r["recipient"] for r in rows] == ["k@city.kawasaki.jp", HERE]


@pytest.mark.long
def test_killed_at_any_write_and_started_again_each_has_one_letter(open_desk: Office, tmp_path: Path) -> None:
    open_desk.now = DEADLINE
    killed = killed_at_each_step(
        open_desk, tmp_path, lambda desk: list(come_round(desk, all_read=True)), "past_deadline"
    )
    for rows, posted in killed:
        assert sorted(r["recipient"] for r in rows) == ["k@city.kawasaki.jp", HERE]
        assert {p.message_id for p in posted if p.message_id in {r["message_id"] for r in rows}} == {
            r["message_id"] for r in rows
        }
        assert len(posted) <= 1 + len({p.message_id for p in posted})


def test_it_waits_until_every_mailbox_was_read_and_all_mail_is_decided(open_desk: Office) -> None:
    open_desk.now = DEADLINE + MINUTE
    assert due_since(open_desk.desk) == DEADLINE
    assert list(come_round(open_desk.desk, all_read=False)) == []
    open_desk.arrive(mail(), DEADLINE)
    assert list(come_round(open_desk.desk, all_read=True)) == []


def test_who_mends_while_it_waits_in_the_outbox_does_not_get_it(open_desk: Office) -> None:
    letters(open_desk)
    open_desk.now = DEADLINE
    list(come_round(open_desk.desk, all_read=True))
    open_desk.now += MINUTE
    first = open_desk.settle(mail({NAME: form({"program": "難病"})}, body="直しました。"))
    assert first.reply is not None
    assert letters(open_desk)[HERE].startswith("【受付】")


def test_who_was_complete_is_not_written_to(open_desk: Office) -> None:
    open_desk.settle(mail({NAME: form({"program": "難病"})}, body="直しました。"))
    open_desk.settle(mail({NAME: form({"program": "小慢"})}, body="小慢です。"))
    open_desk.now = DEADLINE
    list(come_round(open_desk.desk, all_read=True))
    assert open_desk.ledger.row("SELECT 1 FROM outbox WHERE kind = 'past_deadline' AND recipient = ?", HERE) is None


def test_a_paused_body_and_a_quiet_survey_get_none(open_desk: Office) -> None:
    pause(open_desk.desk, KAWASAKI, True, Who("受付太郎", "大雨による被害のため"))
    open_desk.now = DEADLINE
    list(come_round(open_desk.desk, all_read=True))
    assert open_desk.ledger.row("SELECT 1 FROM outbox WHERE respondent = ?", KAWASAKI) is None
    with_survey(open_desk, quiet_after=DEADLINE)
    assert list(rounds.due(open_desk.desk)) == []


def test_with_an_extension_it_comes_at_the_later_deadline(open_desk: Office) -> None:
    letters(open_desk)
    until = datetime(2023, 7, 28, 17, tzinfo=JST)
    extend(open_desk.desk, Target(KAWASAKI, ""), until, WHO)
    open_desk.now = DEADLINE
    list(come_round(open_desk.desk, all_read=True))
    letters(open_desk)
    open_desk.now = until
    list(come_round(open_desk.desk, all_read=True))
    assert list(letters(open_desk)) == ["k@city.kawasaki.jp"]


def test_where_no_day_is_given_none_is_named(open_desk: Office) -> None:
    letters(open_desk)
    with_survey(open_desk, correct_by=None)
    open_desk.now = DEADLINE
    list(come_round(open_desk.desk, all_read=True))
    here = letters(open_desk)[HERE]
    assert "できるだけ早くお送りください。修正版は、期限内のご提出として取り扱います。" in here and "７月25日" not in here


def test_where_mending_late_does_not_count_it_is_not_promised(open_desk: Office) -> None:
    letters(open_desk)
    with_survey(open_desk, counts_as_in_time=False)
    open_desk.now = DEADLINE
    list(come_round(open_desk.desk, all_read=True))
    here = letters(open_desk)[HERE]
    assert "７月25日（火）17時までに、修正版をお送りください。" in here and "期限内のご提出として" not in here


MONDAY = datetime(2023, 7, 24, 9, tzinfo=JST)


def test_on_the_next_working_morning_those_still_open_get_one_more_letter_prefectures_too(open_desk: Office) -> None:
    letters(open_desk)
    open_desk.now = DEADLINE
    list(reports(open_desk.desk, all_read=True))
    letters(open_desk)
    open_desk.settle(mail({NAME: form({"program": "難病"})}, body="直しました。"))
    list(open_desk.desk.dispatch.deliver(open_desk.sender))
    open_desk.now = MONDAY - MINUTE
    assert list(come_round(open_desk.desk, all_read=True)) == []
    open_desk.now = MONDAY
    for _ in range(3):
        list(come_round(open_desk.desk, all_read=True))
    found = letters(open_desk)
    assert set(found) == {HERE, "k@city.kawasaki.jp", "n@pref.kanagawa.lg.jp"}
    assert "現時点で、貴市のご提出のうち、下記の受付が完了しておりません" in found[HERE]
    assert "・小慢：未提出" in found[HERE] and "難病" not in found[HERE].partition("照会先")[0]  # mended meanwhile
    assert all(text.startswith("【提出期限後のお願い】") for text in found.values())
    open_desk.now = MONDAY + timedelta(hours=25)
    assert list(come_round(open_desk.desk, all_read=True)) == [] and letters(open_desk) == {}


def test_the_second_letter_names_the_day_for_mending_while_it_is_to_come(open_desk: Office) -> None:
    letters(open_desk)
    open_desk.now = DEADLINE
    list(come_round(open_desk.desk, all_read=True))
    letters(open_desk)
    open_desk.now = MONDAY
    list(come_round(open_desk.desk, all_read=True))
    promise = "７月25日（火）17時までにお送りいただいた修正版は、期限内のご提出として取り扱います。"
    assert promise in letters(open_desk)[HERE]


def test_who_has_more_time_and_who_wrote_since_get_no_second_letter(open_desk: Office) -> None:
    letters(open_desk)
    extend(open_desk.desk, Target(KAWASAKI, ""), MONDAY + timedelta(days=4), WHO)
    open_desk.now = DEADLINE
    list(come_round(open_desk.desk, all_read=True))
    letters(open_desk)
    open_desk.now = MONDAY + MINUTE
    open_desk.settle(mail({NAME: form({"program": "難病", "2": None})}, body="九時に送りました。"))
    list(come_round(open_desk.desk, all_read=True))
    assert set(letters(open_desk)) == {HERE, "n@pref.kanagawa.lg.jp"}  # to HERE the answer to its mail
    kinds = open_desk.ledger.rows("SELECT recipient FROM outbox WHERE kind = 'past_deadline' AND key LIKE '%07-24%'")
    assert [r["recipient"] for r in kinds] == ["n@pref.kanagawa.lg.jp"]


def test_where_no_later_day_is_named_or_the_kind_is_off_there_is_one_letter(open_desk: Office) -> None:
    open_desk.now = DEADLINE
    list(come_round(open_desk.desk, all_read=True))
    calendar(open_desk, past_deadline=())
    open_desk.now = MONDAY
    assert list(rounds.due(open_desk.desk)) == []


def test_a_ledger_upgraded_on_24_july_sends_nothing_new(office: Office) -> None:
    office.settle(mail({NAME: form({"program": "難病", "9": None})}))
    list(office.desk.dispatch.deliver(office.sender))
    office.now = datetime(2023, 7, 24, 9, tzinfo=JST)
    mail_ways.remember(office.ledger, office.desk.register.survey, office.now)
    for _ in range(3):
        list(come_round(office.desk, all_read=True))
        office.now += timedelta(hours=12)
    assert office.ledger.row("SELECT 1 FROM outbox WHERE arrival_id IS NULL AND kind <> 'report'") is None


# --- greeting and thanks ----------------------------------------------------------------------------------------


def calendar(office: Office, **instants: datetime) -> None:
    survey = office.desk.register.survey
    with_survey(office, calendar=survey.calendar.changed(instants))


def test_the_greeting_is_written_to_all_who_are_known_and_leaves_when_it_is_released(open_desk: Office) -> None:
    letters(open_desk)
    calendar(open_desk, greeting=IN_TIME)
    open_desk.now = IN_TIME + MINUTE
    list(come_round(open_desk.desk, all_read=False))
    assert letters(open_desk) == {}
    (batch,) = batches(open_desk.desk)
    assert {d.recipient for d in batch.drafts} == {HERE, "k@city.kawasaki.jp", "n@pref.kanagawa.lg.jp"}
    with pytest.raises(Refused):
        release(open_desk.desk, "greeting", 2, WHO)
    release(open_desk.desk, "greeting", 3, WHO)
    found = letters(open_desk)
    assert len(found) == 3 and letters(open_desk) == {}
    assert "ご対応は不要です。" in found[HERE] and "番号制度主管課" in found[HERE]
    assert all(address in found[HERE] for address in ("n_mynumber@", "yoboseshu@", "sukoyaka@"))


def test_thanks_go_to_whom_a_section_has_everything_from_and_are_no_approval(open_desk: Office) -> None:
    open_desk.settle(mail({NAME: form({"program": "難病"})}, body="直しました。"))
    open_desk.settle(mail({NAME: form({"program": "小慢"})}, body="小慢です。"))
    letters_before = datetime(2023, 7, 31, 10, tzinfo=JST)
    list(open_desk.desk.dispatch.deliver(open_desk.sender))
    calendar(open_desk, thanks=letters_before)
    open_desk.now = letters_before + MINUTE
    list(come_round(open_desk.desk, all_read=True))
    (batch,) = batches(open_desk.desk)
    assert (batch.kind, [d.recipient for d in batch.drafts]) == ("thanks", [HERE])
    release(open_desk.desk, "thanks", 1, WHO)
    text = letters(open_desk)[HERE]
    assert text.startswith("【受付完了のお礼】難病・小慢（")
    assert "ご回答の内容を承認したことを示すものではございません。" in text
    assert text.count("受付番号：N0718-") == 2


def test_who_takes_an_answer_back_meanwhile_is_not_thanked(open_desk: Office) -> None:
    done = open_desk.settle(mail({NAME: form({"program": "難病"})}, body="直しました。"))
    open_desk.settle(mail({NAME: form({"program": "小慢"})}, body="小慢です。"))
    at = datetime(2023, 7, 31, 10, tzinfo=JST)
    calendar(open_desk, thanks=at)
    open_desk.now = at
    list(open_desk.desk.dispatch.deliver(open_desk.sender))
    list(come_round(open_desk.desk, all_read=True))
    fulfil(open_desk.desk, done.decided.arrival, Wish("ignore"), WHO, SURE)
    release(open_desk.desk, "thanks", 1, WHO)
    assert letters(open_desk) == {}


# --- a municipality's direct mail, told to its prefecture ---------------------------------------------------------


def kamakura(office: Office, contact: str = f"{KANAGAWA},yoboseshu,y@pref.kanagawa.lg.jp") -> Arrival:
    path = Path(office.ledger.path.parent / "contacts.csv")
    path.write_text(f"lgcode,mailbox,address\n{contact}\n", encoding="utf-8")
    office.desk.settings = office.desk.settings.changed({"contacts": path})
    sheet = form({"organisation": "14神奈川県鎌倉市", "kind": "市区町村"})
    raw = mail({"回答.xlsx": sheet}, "【鎌倉市】マイナンバーアンケート回答", "a@city.kamakura.kanagawa.jp")
    arrival = office.settle(raw, mailbox="yoboseshu").decided.arrival
    list(office.desk.dispatch.deliver(office.sender))
    return arrival


def test_a_prefecture_hears_of_a_direct_mail_only_when_an_official_chose_so_and_facts_only(office: Office) -> None:
    arrival = kamakura(office)
    assert office.count("outbox") == 1  # the notice of arrival to the city, and nothing to its prefecture
    with_survey(office, mails={"told_direct": "send"})
    assert told_direct.queue(office.desk, arrival, WHO) == 1
    assert told_direct.queue(office.desk, arrival, WHO) == 0
    text = letters(office)["y@pref.kanagawa.lg.jp"]
    assert "神奈川県鎌倉市から、メールが直接届きました。" in text and arrival.receipt in text
    assert "現時点では、ご回答として受け付けておりません。" in text and "a@city" not in text and "回答.xlsx" not in text
    assert office.events("told_direct") == [("1", WHO.by, WHO.why)]


def test_what_was_asked_and_what_was_taken_is_told_as_it_is(office: Office) -> None:
    arrival = kamakura(office)
    with_survey(office, mails={"told_direct": "send"})
    fulfil(office.desk, arrival, Wish("correct"), WHO, SURE)
    letters(office)
    told_direct.queue(office.desk, arrival, WHO)
    assert "神奈川県の担当へお送りいただくようお願いいたしました。" in letters(office)["y@pref.kanagawa.lg.jp"]


def test_an_answer_that_was_accepted_as_it_came_is_told_so(office: Office) -> None:
    arrival = kamakura(office)
    with_survey(office, mails={"told_direct": "send"})
    fulfil(office.desk, arrival, Wish("accept"), WHO, SURE)
    letters(office)
    told_direct.queue(office.desk, arrival, WHO)
    assert "当該団体のご回答として、受け付けております。" in letters(office)["y@pref.kanagawa.lg.jp"]


def test_at_the_page_it_is_read_whole_sent_once_and_can_be_taken_back_in_time(office: Office) -> None:
    arrival = kamakura(office)
    with_survey(office, mails={"told_direct": "send"})
    visitor = Visitor(site_of(office))
    path = f"/mail/{arrival.receipt}"
    assert f'href="{path}/tell-prefecture">都道府県に知らせる' in visitor.text(path)
    form = {"why": "県の担当から照会があったため"}
    shown = visitor.previewed(f"{path}/tell-prefecture", **form)
    assert "神奈川県鎌倉市から、メールが直接届きました。" in shown.text and "y@pref.kanagawa.lg.jp" in shown.text
    assert office.events("told_direct") == []
    visitor.post(f"{path}/tell-prefecture", go="do", **hidden(shown.text))
    assert office.events("told_direct") == [("1", "山田", form["why"])]
    again = visitor.text(path)
    assert "既にお知らせしています。" in again and "【直接送付のお知らせ】" in again
    assert visitor.post(f"{path}/tell-prefecture", go="do", **hidden(shown.text)).status_code in (400, 409)
    assert visitor.post(f"{path}/undo", seen=hidden(again)["seen"]).status_code == 303
    assert "href" in visitor.text(path).partition("都道府県に知らせる")[0][-60:]
    assert letters(office) == {}


def test_it_is_refused_where_it_is_off_where_nothing_came_directly_and_where_nobody_is_proven(office: Office) -> None:
    arrival = kamakura(office, f"{KANAGAWA},yoboseshu,nobody@free.example.com")
    with pytest.raises(Refused, match="アドレスが分かりません"):
        told_direct.queue(office.desk, arrival, WHO)
    own = office.settle(mail()).decided.arrival
    with pytest.raises(Refused, match="直接送付されたものはありません"):
        told_direct.queue(office.desk, own, WHO)
    with_survey(office, mails={"told_direct": "off"})
    with pytest.raises(Refused, match="出さないこととしています"):
        told_direct.queue(office.desk, arrival, WHO)
    assert office.events("told_direct") == []


# --- the second of the deadline -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "said", "never"),
    [
        (DEADLINE, "提出期限（令和５年７月21日（金）17時）までに受領しました。", "の後に受領"),
        (DEADLINE + timedelta(seconds=1), "の後に受領しましたが、受け付けております。", "期限内のご提出"),
    ],
)
def test_at_17_00_00_it_is_in_time_and_a_second_later_it_is_received_without_reproach(
    received: datetime, said: str, never: str, office: Office
) -> None:
    office.now = DEADLINE + MINUTE
    settled = office.settle(mail(), received)
    assert settled.decided.late is (received > DEADLINE)
    list(office.desk.dispatch.deliver(office.sender))
    text = _text(office.sender.posted[-1].data)
    assert said in text and never not in text
    assert [word for word in ("遅れ", "遅延", "超過", "過ぎて") if word in text.split("■")[0]] == []
