"""A check before handing in: the same findings by the same rules, and nothing in the books that was not there before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.load import default_survey
from intake.sources.source import Fetched
from replies.reports.overview_page import overview_page
from replies.senders.sender import OutgoingMail
from replies.wording import load_wording
from routing.ledger import arrivals, pre_checks, promises, retention, unbooked
from routing.ledger.books import books_at
from routing.ledger.store import Ledger
from routing.notices.recipients import everybody
from routing.operate import Refused, Who, Wish, fulfil
from routing.operate.consent import SURE
from routing.reading.reader import Reader
from routing.register import Register, build_register
from routing.standing import standing_of
from routing.tracking.instant import open_instant
from routing.tracking.national import overview
from routing.views.calls import calls
from tests.routing.cases_at_hand import DEADLINE, YOKOHAMA
from tests.routing.console_at_hand import Visitor, hidden, site_of
from tests.routing.desk_at_hand import Office, capped, form, mail, nanbyo, open_office
from tests.routing.switched_on import switched_on

WHO = Who("受付太郎", "電話で、提出のつもりと確かめたため")
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
WORD = "【事前確認】【横浜市】マイナンバーアンケート回答"
FAULTY = {NAME: form({"program": "難病", "9": None})}
NOT_ACCEPTED = "提出前の点検です。提出としては受け付けておりません"


@pytest.fixture(scope="module")
def survey_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return switched_on(tmp_path_factory.mktemp("pre_check"), 'pre_check = "send"')


@pytest.fixture(scope="module")
def register(survey_dir: Path) -> Register:
    return build_register(survey_dir)


@pytest.fixture(scope="module")
def reader(survey_dir: Path) -> Iterator[Reader]:
    made = Reader(survey_dir)
    yield made
    made.close()


def posted(office: Office) -> list[OutgoingMail]:
    office.sender.posted.clear()
    list(office.desk.dispatch.deliver(office.sender))
    return list(office.sender.posted)


def text_of(letter: OutgoingMail) -> tuple[str, str]:
    """(subject, text)."""
    message = message_from_bytes(letter.data, policy=default)
    body = message.get_body(("plain",))
    assert body is not None
    return str(message["Subject"]), body.get_content()


def state(office: Office) -> str:
    return office.standing_now(YOKOHAMA, "nanbyo").state


def books(office: Office) -> tuple[object, ...]:
    """All that a submission leaves behind: bookings, what cannot be booked, whom we would write to."""
    now = office.now
    return (
        office.ledger.rows("SELECT arrival_id, piece FROM verdict WHERE part <> '' OR piece <> '0'"),
        unbooked.at(office.ledger, office.desk.register, now),
        everybody(office.ledger, office.desk.register, now),
        office.held(),
    )


def test_a_check_tells_the_same_findings_and_books_nothing(office: Office) -> None:
    before = books(office)
    settled = office.settle(mail(FAULTY, subject=WORD))
    assert (settled.decided.outcome, settled.decided.mail.rule) == ("ignored", "pre_check")
    checked = {(f.code, f.cell) for p in settled.decided.pieces for f in p.findings}
    assert (state(office), books(office)) == ("outstanding", before)
    (letter,) = posted(office)
    subject, text = text_of(letter)
    assert subject.startswith(f"【{NOT_ACCEPTED}】")
    assert text.splitlines()[0] == f"{NOT_ACCEPTED}。"
    assert "Q9" in text and "新しいメール" in "".join(text.split()) and "受付番号" not in subject + text
    booked = office.settle(mail(FAULTY))
    assert booked.decided.outcome == "correction"
    assert {(f.code, f.cell) for p in booked.decided.pieces for f in p.findings} == checked


@pytest.mark.parametrize("subject", [
    "【事前確認】【横浜市】マイナンバーアンケート回答", "[事前確認]【横浜市】マイナンバーアンケート回答",
    "［事前確認］ 横浜市", "（事前確認）【横浜市】マイナンバーアンケート回答",
    "事前確認　【横浜市】マイナンバーアンケート回答", "事前確認：横浜市", "事前確認", "【 事前確認 】横浜市",
    "【事前確認２回目】【横浜市】マイナンバーアンケート回答",
    "【横浜市】【事前確認】マイナンバーアンケート回答", "【至急】【事前確認】横浜市",
    "[EXT] 【事前確認】【横浜市】", "■【事前確認】横浜市", "\u200b【事前確認】横浜市",
    "【事前確認・横浜市】難病", "〔事前確認〕横浜市", "｢事前確認｣横浜市", "【事前確認】【事前確認】横浜市",
    "【事前確認のお願い】横浜市", "【事前確認依頼】【横浜市】", "事前確認願います　横浜市", "【事前確認希望】横浜市",
    "【事前確認【横浜市】マイナンバーアンケート回答", "【事前確認２回目のご依頼】横浜市",
])  # fmt: skip
def test_the_word_is_read_as_people_type_it(subject: str, office: Office) -> None:
    assert office.settle(mail(subject=subject)).decided.mail.rule == "pre_check"
    assert state(office) == "outstanding"


@pytest.mark.parametrize("subject", [
    "Re: 【事前確認】【横浜市】マイナンバーアンケート回答",
    "FW: 【事前確認】【横浜市】マイナンバーアンケート回答",
    "ＲＥ：【事前確認】横浜市マイナンバーアンケート回答",
    "【事前確認済み】【横浜市】マイナンバーアンケート回答", "事前確認済【横浜市】マイナンバーアンケート回答",
    "事前確認ありがとうございました【横浜市】マイナンバーアンケート回答",
    "事前確認後の提出【横浜市】マイナンバーアンケート回答",
    "【横浜市】マイナンバーアンケート回答（事前確認済）",
    "【横浜市】マイナンバーアンケート回答　事前確認の結果を受けて",
    "【提出】【事前確認】【横浜市】マイナンバーアンケート回答",
    "【差替え】【事前確認】【横浜市】マイナンバーアンケート回答",
    "【事前確認完了】【横浜市】マイナンバーアンケート回答", "【事前確認依頼済み】【横浜市】マイナンバーアンケート回答",
    "【事前確認のお願いを受けて】【横浜市】マイナンバーアンケート回答", "[Re: 【事前確認】横浜市]",
    "転送：【事前確認】【横浜市】マイナンバーアンケート回答",
])  # fmt: skip
def test_who_hands_in_is_never_taken_for_who_asks(subject: str, office: Office) -> None:
    office.settle(mail(subject=subject))
    assert state(office) == "accepted"


def test_an_answer_to_the_letter_of_a_check_is_handed_in(office: Office) -> None:
    office.settle(mail(FAULTY, subject=WORD))
    (letter,) = posted(office)
    subject, _ = text_of(letter)
    for again in (f"Re: {subject}", WORD):  # also where he takes his own subject for the answer
        headers = {"In-Reply-To": letter.message_id, "Message-ID": f"<{len(again)}@city.yokohama.lg.jp>"}
        settled = office.settle(mail(subject=again, headers=headers, body=again))
        assert settled.decided.outcome == "accepted", again
    assert state(office) == "accepted"


def test_the_same_file_is_handed_in_after_its_check_and_is_no_repeat(office: Office) -> None:
    office.settle(mail(subject=WORD))
    (letter,) = posted(office)
    same = mail(subject=WORD, headers={"In-Reply-To": letter.message_id, "Message-ID": "<2@city.yokohama.lg.jp>"})
    assert office.settle(same).decided.outcome == "accepted"


def test_a_check_is_repeated_as_often_as_somebody_wants(office: Office) -> None:
    for number in range(3):
        raw = mail(FAULTY, subject=WORD, headers={"Message-ID": f"<{number}@city.yokohama.lg.jp>"})
        assert office.settle(raw).decided.mail.rule == "pre_check"
        assert len(posted(office)) == 1


def test_a_check_displaces_nothing_and_is_compared_with_nothing(office: Office) -> None:
    first = office.settle(mail())
    posted(office)
    settled = office.settle(mail(FAULTY, subject=WORD, sender="hoken@city.yokohama.lg.jp"))
    assert all(not p.displaced and p.stood is None for p in settled.decided.pieces)
    assert state(office) == "accepted"
    (letter,) = posted(office)
    assert first.decided.arrival.receipt not in text_of(letter)[1]


def test_the_letter_goes_to_the_sender_whatever_reply_to_says(office: Office) -> None:
    office.settle(mail(FAULTY, subject=WORD, headers={"Reply-To": "kikaku@city.yokohama.lg.jp"}))
    (letter,) = posted(office)
    assert letter.rcpt_to == "kenko@city.yokohama.lg.jp"


def test_an_alarm_stays_one_and_machines_are_not_answered(office: Office) -> None:
    number = "個人番号　123456789018"  # check digit by 総務省令第85号 第5条
    assert office.settle(mail(subject=WORD, body=number)).decided.mail.rule == "personal_data"
    machine = mail(subject=WORD, headers={"Auto-Submitted": "auto-generated", "Message-ID": "<m@city.yokohama.lg.jp>"})
    assert office.settle(machine).decided.mail.rule == "machine_with_form"
    assert posted(office) == []


def test_a_question_under_the_word_is_for_a_person_and_a_missing_file_is_told(office: Office) -> None:
    asks = mail({}, subject="【事前確認】について", body="事前確認は、いつまでに送ればよいのでしょうか。")
    assert office.settle(asks).decided.mail.rule == "inquiry"
    settled = office.settle(mail({}, subject=WORD))
    assert settled.decided.mail.rule == "pre_check"
    assert [f.code for f in settled.decided.findings if f.severity == "error"] == ["no_file"]
    assert unbooked.at(office.ledger, office.desk.register, office.now) == []


def test_a_stranger_gets_no_letter_and_an_approval_is_no_taking_in(office: Office) -> None:
    settled = office.settle(mail(subject=WORD, sender="yokohama@example.com"))
    assert (settled.decided.mail.rule, settled.reply) == ("unknown_sender", None)
    done = fulfil(office.desk, settled.decided.arrival, Wish("approve-sender"), WHO, SURE)
    assert done.settled is not None and done.settled.decided.mail.rule == "pre_check"
    assert state(office) == "outstanding"


def test_checks_count_apart_from_answers(office: Office) -> None:
    caps = office.desk.settings.caps.changed({"pre_checks_per_address_per_day": 2})
    office.desk.settings = office.desk.settings.changed({"caps": caps})
    texts = []
    for number in range(4):
        office.settle(mail(FAULTY, subject=WORD, headers={"Message-ID": f"<{number}@city.yokohama.lg.jp>"}))
        texts += [text_of(letter)[1] for letter in posted(office)]
    assert len(texts) == 2 and "本日はこのメールが最後" in "".join(texts[1].split())
    assert office.held() == []
    told = ("kenko@city.yokohama.lg.jp pre_checks_per_address_per_day", "uketsuke", "")
    assert office.events("pre_check_capped") == [told] * 2
    capped(office, per_address=1)
    assert office.settle(mail()).reply is not None


def test_at_the_deadline_it_is_told_and_an_official_takes_it_in(office: Office) -> None:
    came = DEADLINE - timedelta(minutes=1)
    office.now = DEADLINE - timedelta(seconds=30)
    arrival = office.settle(mail(subject=WORD), received_at=came).decided.arrival
    office.now = DEADLINE + timedelta(hours=2)
    standing = office.standing_now(YOKOHAMA, "nanbyo")
    assert (standing.state, standing.checked_only) == ("outstanding", True)
    assert any("難病：点検のみ" in call.left for call in calls(office.desk) if call.lgcode == YOKOHAMA)
    done = fulfil(office.desk, arrival, Wish("take-in"), WHO, SURE)
    assert done.settled is not None and done.settled.decided.outcome == "accepted"
    standing = office.standing_now(YOKOHAMA, "nanbyo")
    assert (standing.state, standing.late, standing.checked_only) == ("accepted", False, False)
    assert standing.received_at == came
    with pytest.raises(Refused, match="点検"):
        fulfil(office.desk, arrival, Wish("take-in"), WHO, SURE)


@pytest.mark.parametrize("act", ["take-in", "accept", "correct"])
def test_what_was_taken_in_stays_taken_in(act: str, office: Office) -> None:
    arrival = office.settle(mail(FAULTY, subject=WORD)).decided.arrival
    fulfil(office.desk, arrival, Wish(act), WHO, SURE)
    taken = "accepted" if act == "accept" else "correction"
    assert state(office) == taken
    fulfil(office.desk, arrival, Wish("retry"), WHO, SURE)
    list(office.desk.settle_waiting())
    assert state(office) == "correction" and pre_checks.at(office.ledger, office.now) == ()


def test_its_bytes_go_by_a_key_of_their_own(office: Office) -> None:
    office.settle(mail(subject=WORD))
    posted(office)
    later = office.now + timedelta(days=1)
    by_key = retention.Limits(None, None, None, None, later)
    assert retention.due(office.ledger, by_key, office.now, named=_receipts(office)).arrivals == (1,)
    others = retention.Limits(later, later, later, later, None)
    assert retention.due(office.ledger, others, office.now, named=_receipts(office)).arrivals == ()


def _receipts(office: Office) -> list[str]:
    return [row["receipt"] for row in office.ledger.rows("SELECT receipt FROM arrival")]


def test_what_is_handed_in_is_read_and_answered_before_checks(office: Office) -> None:
    raws = [mail(subject=WORD, headers={"Message-ID": f"<{n}@city.yokohama.lg.jp>"}) for n in range(30)]
    raws += [mail(sender="hoken@city.yokohama.lg.jp")]
    fetched = [Fetched(str(n), office.now - timedelta(minutes=9), len(raw), raw) for n, raw in enumerate(raws, 1)]
    office.desk.keep("n_mynumber", "7", fetched)
    order = [settled.decided.mail.rule for settled in office.desk.settle_waiting()]
    assert order == ["otherwise", *["pre_check"] * 30]
    kinds = [d.kind for d in office.desk.dispatch.deliver(office.sender)]
    assert kinds == ["acknowledgement", *["pre_check"] * 20]  # the cap of one address
    assert arrivals.waiting(office.ledger) == []


def test_what_comes_while_checks_are_read_waits_for_four_of_them_at_most(office: Office) -> None:
    for n in range(30):
        office.arrive(mail(subject=WORD, headers={"Message-ID": f"<{n}@city.yokohama.lg.jp>"}))
    rules: list[str] = []
    for settled in office.desk.settle_waiting():
        rules.append(settled.decided.mail.rule)
        if len(rules) == 1:
            office.arrive(mail())
    assert rules.index("otherwise") <= 8


def test_a_reply_with_the_word_waits_behind_nobody(office: Office) -> None:
    office.settle(mail(FAULTY, subject=WORD))
    (letter,) = posted(office)
    office.arrive(mail(subject=WORD, headers={"In-Reply-To": letter.message_id}))
    assert office.count("let_pass") == 0


def test_a_check_keeps_every_promise(office: Office) -> None:
    arrival = office.settle(mail(FAULTY, subject=WORD)).decided.arrival
    posted(office)
    assert [told for told in promises.ask(office.ledger.connection) if not told.holds] == []
    assert office.ledger.row("SELECT rcpt_to FROM outbox WHERE arrival_id = ?", arrival.id) is not None


def test_an_earlier_request_is_not_ended_by_a_check(office: Office) -> None:
    """Who was told that a file is missing and then sends a check has still not handed in."""
    office.settle(mail({}))
    told = posted(office)
    assert len(told) == 1
    office.settle(mail(subject=WORD))
    posted(office)
    again = office.settle(mail({}, body="お送りしたはずですが。"))
    assert again.decided.mail.rule == "no_file_again"


SHELF = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))


def asking(raw: bytes) -> bytes:
    """The mail with the word before its own subject."""
    word = b"=?utf-8?B?44CQ5LqL5YmN56K66KqN44CR?= "  # 【事前確認】
    head, gap, rest = raw.partition(b"\n\n") if b"\r\n\r\n" not in raw else raw.partition(b"\r\n\r\n")
    found = re.search(rb"(?im)^subject:[ \t]*", head)
    if found is None:
        return b"Subject: " + word + b"\r\n" + raw
    return head[: found.end()] + word + head[found.end() :] + gap + rest


def whole(office: Office) -> tuple[object, ...]:
    """Every standing of every body, and everybody whom we would write to."""
    books_now = books_at(office.ledger, office.desk.register, office.now)
    states = [replace(standing_of(o, books_now), looked_at=False) for o in office.desk.register.obligations]
    return states, everybody(office.ledger, office.desk.register, office.now)


@pytest.mark.long
def test_no_kind_of_mail_with_the_word_changes_a_standing_or_a_contact(office: Office) -> None:
    office.settle(mail())
    before = whole(office)
    checked = 0
    for number, path in enumerate(SHELF):
        settled = office.settle(asking(path.read_bytes()) + b"\r\n" * number)
        checked += settled.decided.mail.rule == "pre_check"
        assert whole(office) == before, path.name
    assert checked > 20


CITIES = {
    "横浜市": "kenko@city.yokohama.lg.jp", "相模原市": "k@city.sagamihara.kanagawa.jp", "神奈川県": "a@pref.kanagawa.lg.jp",
}  # fmt: skip
FILES = (nanbyo(), form({"program": "難病", "9": None}), form({"program": "小慢"}), b"PK\x03\x04 no workbook")
STEP = st.tuples(st.booleans(), st.sampled_from(sorted(CITIES)), st.sampled_from(range(len(FILES))), st.integers(0, 2))


@pytest.mark.long
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, min_size=2, max_size=8))
def test_what_is_handed_in_is_decided_as_if_nobody_had_asked_for_a_check(
    tmp_path: Path, register: Register, reader: Reader, steps: list[tuple[bool, str, int, int]]
) -> None:
    with_checks, without = (_decided(tmp_path, (register, reader), steps, checks) for checks in (True, False))
    assert with_checks == without


def _decided(
    folder: Path, of: tuple[Register, Reader], steps: list[tuple[bool, str, int, int]], checks: bool
) -> tuple[object, ...]:
    """What becomes of the mails that hand in, and how all stands in the end; with the checks between them, or without."""
    with TemporaryDirectory(dir=folder) as at, closing(Ledger(Path(at) / "ledger.db")) as ledger:
        office = open_office(Path(at), *of, ledger)
        found = []
        for number, (asks, name, which, copy) in enumerate(steps):
            office.now += timedelta(minutes=1)
            if asks and not checks:
                continue
            subject = ("【事前確認】" if asks else "") + f"【{name}】マイナンバーアンケート回答"
            headers = {"Message-ID": f"<{number}@example.lg.jp>"}
            raw = mail({"回答.xlsx": FILES[which]}, subject, CITIES[name], f"{copy}", headers)
            settled = office.settle(raw, received_at=office.now)
            if not asks:
                kind = settled.reply.kind if settled.reply else ""
                found.append((settled.decided.outcome, settled.decided.mail.rule, kind,
                              [(p.decision, p.findings) for p in settled.decided.pieces]))  # fmt: skip
        books_now = books_at(ledger, office.desk.register, office.now)
        states = [(o, standing_of(o, books_now).state) for o in office.desk.register.obligations]
        held = [(queue, reason) for queue, reason in office.held()]
        known = everybody(ledger, office.desk.register, office.now)
        contacts = {(b.sender, b.body, b.program) for sent in known.values() for b in sent}
        return found, states, held, contacts


def test_the_page_offers_to_take_it_in_and_the_overview_counts_it(office: Office) -> None:
    arrival = office.settle(mail(FAULTY, subject=WORD)).decided.arrival
    site = site_of(office)
    visitor = Visitor(site, "yamada")
    page = visitor.get(f"/mail/{arrival.receipt}").get_data(as_text=True)
    assert "提出に改める" in page and "提出前の点検の依頼です" in page
    owed = visitor.get("/owed?state=checked_only").get_data(as_text=True)
    assert "神奈川県横浜市" in owed and "点検のみ" in owed
    instant = open_instant(office.ledger, office.desk.register, office.now)
    assert "点検のみ）：難病 1件" in overview_page(overview(instant), load_wording())
    booked = office.settle(mail(body="提出します。")).decided.arrival
    page = visitor.get(f"/mail/{booked.receipt}").get_data(as_text=True)
    assert "提出に改める" not in page


def test_addressed_to_two_mailboxes_it_is_answered_once(office: Office) -> None:
    raw = mail(FAULTY, subject=WORD, headers={"To": "n_mynumber@mhlw.go.jp, yoboseshu@mhlw.go.jp"})
    office.settle(raw)
    office.settle(raw, mailbox="yoboseshu")
    assert len(posted(office)) == 1
    assert office.count("verdict") == 2


def test_read_again_it_says_nothing_again(office: Office) -> None:
    arrival = office.settle(mail(FAULTY, subject=WORD)).decided.arrival
    assert len(posted(office)) == 1
    fulfil(office.desk, arrival, Wish("retry"), WHO, SURE)
    assert [s.decided.mail.rule for s in office.desk.settle_waiting()] == ["pre_check"]
    assert posted(office) == []
    assert office.standing_now(YOKOHAMA, "nanbyo").checked_only


def test_what_is_locked_is_asked_for_unlocked_and_waits_for_nothing(office: Office) -> None:
    locked = (default_survey() / "samples" / "files" / "encrypted.xlsx").read_bytes()
    settled = office.settle(mail({NAME: locked}, subject=WORD))
    assert settled.decided.mail.rule == "pre_check"
    assert office.count("wait") == 0
    assert "パスワード" in text_of(posted(office)[0])[1]


def test_a_municipality_is_told_what_to_mend_though_its_prefecture_hands_in(office: Office) -> None:
    head = {"program": "予防接種", "kind": "市区町村", "organisation": "14神奈川県鎌倉市", "9": None}
    raw = mail({"鎌倉市.xlsx": form(head)}, "【事前確認】鎌倉市", "yobo@city.kamakura.kanagawa.jp")
    office.settle(raw, mailbox="yoboseshu")
    plain = "".join(text_of(posted(office)[0])[1].split())
    assert "Q9" in plain and "都道府県の取りまとめ担当へお送りください" in plain and "件名の新しいメールに" not in plain


def test_a_taking_in_is_taken_back_as_every_decision_is(office: Office) -> None:
    arrival = office.settle(mail(subject=WORD)).decided.arrival
    visitor = Visitor(site_of(office), "yamada")
    visitor.post(f"/mail/{arrival.receipt}/take-in", go="do",
                 **hidden(visitor.previewed(f"/mail/{arrival.receipt}/take-in", why="確かめたため").text))  # fmt: skip
    assert state(office) == "accepted"
    page = visitor.text(f"/mail/{arrival.receipt}")
    assert visitor.post(f"/mail/{arrival.receipt}/undo", **hidden(page)).status_code == 303
    assert state(office) == "outstanding" and office.standing_now(YOKOHAMA, "nanbyo").checked_only
