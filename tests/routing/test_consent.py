"""A decision of a person is made on what he saw, once, and is told with its effect (promise 9 of
docs/design.md); what takes something away wants a second thought, and without a yes nothing of it is recorded."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from config.jst import JST
from config.shared_domains import shared
from routing import operate, typed
from routing.decision.override import Override
from routing.journey.judge import Settled
from routing.ledger import approvals
from routing.ledger.last_decision import last_word
from routing.operate import AskedTwice, ChangedSince, Consent, Done, Refused, Who
from routing.records import Arrival
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail

UNSURE = Consent()
WHO = Who("山田", "電話で確認した")
STRANGER = "x@freemail.example.com"
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
TABLES = ("verdict", "event", "outbox", "posting", "approval", "to_withdraw")


def carried(office: Office, arrival: Arrival, outcome: str, consent: Consent = UNSURE) -> Done:
    def act() -> Settled:
        override = Override(outcome=outcome, take_in=True, by=WHO.by, why=WHO.why)  # type: ignore[arg-type]
        return operate.decide_again(office.desk, arrival, override)

    office.now += timedelta(minutes=1)
    return operate.carry_out(office.desk, arrival, act, consent)


def everything(office: Office) -> list[int]:
    return [office.count(table) for table in TABLES]


def second(office: Office) -> Arrival:
    """The next day's version."""
    office.now += timedelta(days=1)
    changed = mail({NAME: form({"program": "難病", "9": 2})}, body="改めて送付します。")
    return office.settle(changed).decided.arrival


# --- the effect


def test_the_effect_on_the_standing_is_told(office: Office) -> None:
    arrival = office.settle(mail(sender=STRANGER)).decided.arrival
    assert carried(office, arrival, "accepted").effects == ("横浜市の難病：未提出 → 受付済み",)
    done = carried(office, arrival, "ignored", Consent(yes=True))
    assert done.effects == ("横浜市の難病：受付済み → 未提出",)
    assert done.before is not None and done.before.by == "山田"


def test_what_changes_nothing_says_so(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival
    done = carried(office, arrival, "accepted")
    assert done.effects == ("横浜市の難病：受付済み（変わりません）",)
    assert done.before is not None and done.before.by == "uketsuke"


def test_a_municipality_is_told_as_its_prefectures_part(office: Office) -> None:
    sheet = form({"organisation": "14神奈川県鎌倉市", "kind": "市区町村"})
    raw = mail({"回答.xlsx": sheet}, "【鎌倉市】マイナンバーアンケート回答", "a@city.kamakura.kanagawa.jp")
    arrival = office.settle(raw, mailbox="yoboseshu").decided.arrival
    done = carried(office, arrival, "accepted")
    assert done.effects == ("神奈川県鎌倉市の予防接種（取りまとめ分）：確認中 → 受付済み",)


# --- second thoughts


def test_ignoring_what_was_accepted_wants_a_yes_and_names_what_falls(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival
    rows = everything(office)
    with pytest.raises(AskedTwice) as asked:
        carried(office, arrival, "ignored")
    assert str(asked.value) == (
        f"横浜市の難病について、７月18日の版（受付番号 {arrival.receipt}）の受付が取り消されます。"
        "受付済みの版はなくなります（受付済み → 未提出）。"
    )
    assert everything(office) == rows
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


def test_the_version_that_stays_is_named(office: Office) -> None:
    """operators.md B5: the first sheet was withdrawn, and the later one stood on without a word."""
    first = office.settle(mail()).decided.arrival
    later = second(office)
    with pytest.raises(AskedTwice, match=f"７月19日の版（受付番号 {later.receipt}）が受付済みとして残ります"):
        carried(office, first, "ignored")
    done = carried(office, first, "ignored", Consent(yes=True))
    assert done.effects == ("横浜市の難病：受付済み（変わりません）",)


def test_a_withdrawal_that_is_put_aside_while_a_version_stands_wants_a_yes(office: Office) -> None:
    kept = office.settle(mail()).decided.arrival
    settled = office.settle(mail({}, "【横浜市】取下げ", body="先に提出した調査票を取り下げます。"))
    assert settled.decided.mail.rule == "withdrawal"
    with pytest.raises(AskedTwice, match=f"７月18日の版（受付番号 {kept.receipt}）が受付済みとして残ります"):
        carried(office, settled.decided.arrival, "ignored")
    carried(office, kept, "ignored", Consent(yes=True))
    done = carried(office, settled.decided.arrival, "ignored")
    assert "横浜市の難病：未提出（変わりません）" in done.effects


def test_ignoring_what_waited_wants_no_yes(office: Office) -> None:
    arrival = office.settle(mail(sender=STRANGER)).decided.arrival
    assert carried(office, arrival, "ignored").settled is not None


def test_assigning_an_accepted_answer_to_another_body_names_what_falls(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival
    with pytest.raises(AskedTwice, match=r"横浜市の難病について、.*の受付が取り消されます"):
        operate.carry_out(
            office.desk, arrival, lambda: operate.assign(office.desk, arrival, "141500", WHO), Consent()
        )
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


def test_not_applicable_over_an_accepted_answer_wants_a_yes(office: Office) -> None:
    """operators.md B7."""
    arrival = office.settle(mail()).decided.arrival
    with pytest.raises(AskedTwice, match=f"受付番号 {arrival.receipt}"):
        operate.set_applicable(office.desk, (YOKOHAMA, "nanbyo"), False, WHO, Consent())
    assert office.count("event") == 0
    done = operate.set_applicable(office.desk, (YOKOHAMA, "nanbyo"), False, WHO, Consent(yes=True))
    assert done.effects == ("横浜市の難病：受付済み → 該当事務なし",)
    back = operate.set_applicable(office.desk, (YOKOHAMA, "nanbyo"), True, WHO, Consent())
    assert back.effects == ("横浜市の難病：該当事務なし → 受付済み",)
    free = operate.set_applicable(office.desk, (YOKOHAMA, "shoman"), False, WHO, Consent())
    assert free.effects == ("横浜市の小慢：未提出 → 該当事務なし",)


def test_a_yes_to_other_words_is_no_yes(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival
    with pytest.raises(AskedTwice):
        carried(office, arrival, "ignored", Consent(yes=True, shown="前に示したこと"))


@pytest.mark.parametrize(
    ("domain", "kind"),
    [("gmail.com", "provider"), ("GMAIL.com", "provider"), ("yahoo.co.jp", "provider"), ("docomo.ne.jp", "provider"),
     ("ezweb.ne.jp", "provider"), ("i.softbank.jp", "provider"), ("hotmail.co.jp", "provider"),
     ("outlook.jp", "provider"), ("icloud.com", "provider"), ("x.biglobe.ne.jp", "provider"), ("lg.jp", "category"),
     ("co.jp", "category"), ("jp", "category"), ("kanagawa.jp", "category"), ("yokohama.jp", "category"),
     ("city.yokohama.lg.jp", ""), ("pref.kanagawa.jp", ""), ("example.co.jp", ""), ("notgmail.com", ""),
     ("gmail.com.example.jp", ""), ("koiki-rengo.jp", "")],
)  # fmt: skip
def test_whose_a_domain_is(domain: str, kind: str) -> None:
    assert shared(domain) == kind


def test_the_domain_of_a_free_provider_wants_a_yes(office: Office) -> None:
    arrival = office.settle(mail(sender="x@gmail.com")).decided.arrival

    def approve() -> Settled:
        return operate.approve_sender(office.desk, arrival, WHO, whole_domain=True)

    with pytest.raises(AskedTwice, match=r"@gmail\.com は、だれでも使える"):
        operate.carry_out(office.desk, arrival, approve, Consent(), "@gmail.com")
    assert office.count("approval") == 0
    operate.carry_out(office.desk, arrival, approve, Consent(yes=True), "@gmail.com")
    assert approvals.approval(office.ledger, "y@gmail.com") == YOKOHAMA


# --- on what was seen


def test_who_decides_on_what_he_did_not_see_is_refused(office: Office) -> None:
    """operators.md B3."""
    arrival = office.settle(mail(sender=STRANGER)).decided.arrival
    seen = last_word(office.ledger, arrival.id)
    assert seen is not None
    carried(office, arrival, "accepted", Consent(seen=seen.token))
    rows = everything(office)
    with pytest.raises(ChangedSince, match="山田"):
        carried(office, arrival, "ignored", Consent(seen=seen.token, yes=True))
    assert everything(office) == rows


def test_a_note_of_a_colleague_is_a_change_too_and_filing_is_none(office: Office) -> None:
    arrival = office.settle(mail(sender=STRANGER)).decided.arrival
    seen = last_word(office.ledger, arrival.id)
    assert seen is not None
    with office.ledger.writing():
        office.ledger.run(
            "INSERT INTO event (kind, arrival_id, detail, recorded_at) VALUES ('filed', ?, '要確認', ?)",
            arrival.id, "2023-07-18T10:00:00+09:00",
        )  # fmt: skip
    assert last_word(office.ledger, arrival.id) == seen
    operate.mark_seen(office.desk, arrival, Who("乙", "見た"))
    with pytest.raises(ChangedSince, match="乙"):
        carried(office, arrival, "accepted", Consent(seen=seen.token))


# --- approvals


def test_an_approval_is_revoked_by_a_row_and_holds_for_what_comes(office: Office) -> None:
    arrival = office.settle(mail(sender=STRANGER)).decided.arrival
    operate.approve_sender(office.desk, arrival, WHO)
    said = operate.revoke_approval(office.desk, STRANGER.upper(), Who("乙", "偽物でした"))
    assert said == (f"この差出人から受け付けたものは、そのままです（取り消すには、それぞれ ignore）：{arrival.receipt}",)
    assert approvals.approval(office.ledger, STRANGER) is None
    assert office.count("approval") == 2
    with pytest.raises(Refused, match="乙が既に"):
        operate.revoke_approval(office.desk, STRANGER, WHO)
    with pytest.raises(Refused, match="承認はありません"):
        operate.revoke_approval(office.desk, "y@freemail.example.com", WHO)
    operate.approve_sender(office.desk, arrival, WHO)
    assert approvals.approval(office.ledger, STRANGER) == YOKOHAMA


def test_the_approval_of_the_domain_outlives_that_of_the_address_and_is_named(office: Office) -> None:
    arrival = office.settle(mail(sender=STRANGER)).decided.arrival
    operate.approve_sender(office.desk, arrival, WHO)
    operate.approve_sender(office.desk, arrival, WHO, whole_domain=True)
    said = operate.revoke_approval(office.desk, STRANGER, WHO)
    assert said[0] == "@freemail.example.com の承認は残っています。"
    assert approvals.approval(office.ledger, STRANGER) == YOKOHAMA
    operate.revoke_approval(office.desk, "@freemail.example.com", WHO)
    assert approvals.approval(office.ledger, STRANGER) is None


def test_ignore_names_the_approval_that_it_leaves(office: Office) -> None:
    """operators.md B6."""
    arrival = office.settle(mail(sender=STRANGER)).decided.arrival
    operate.approve_sender(office.desk, arrival, WHO, whole_domain=True)
    done = carried(office, arrival, "ignored", Consent(yes=True))
    assert "@freemail.example.com" in done.beside[0]


# --- what people type


@pytest.mark.parametrize(
    "text",
    ["2023-07-20T15:00", "2023-07-20T15:00:00+09:00", "2023-07-20T06:00+00:00", "7/20 15:00", "７／２０　１５：００",
     "7月20日15時", "７月20日（木）15時00分", "7月20日 15時00分00秒", "2023/7/20 15:00", "2023年7月20日 15:00",
     "令和５年７月20日（木）15時", "7/20 午後3時", "2023-07-20 15:00"],
)  # fmt: skip
def test_days_and_hours_as_people_write_them(office: Office, text: str) -> None:
    assert typed.instant(text, office.desk.register) == datetime(2023, 7, 20, 15, 0, tzinfo=JST)


@pytest.mark.parametrize(
    "text", ["昨日", "7/32 15:00", "7/20", "2023-07-20", "15:00", "7/20 25:00", "20/7 15:00", "", "7/20 15", "午後3時",
             "7/20 午後15時", "2023-13-01T00:00"],
)  # fmt: skip
def test_what_is_no_instant_is_refused_with_how_to_write_one(office: Office, text: str) -> None:
    with pytest.raises(typed.NotAnInstant, match=r"7/20 15:00"):
        typed.instant(text, office.desk.register)


def test_a_bare_day_takes_the_hour_that_is_given(office: Office) -> None:
    register = office.desk.register
    assert typed.instant("７/28", register, time(17)) == datetime(2023, 7, 28, 17, tzinfo=JST)
    assert typed.instant("2023-07-28", register, time(17)) == datetime(2023, 7, 28, 17, tzinfo=JST)
    assert typed.instant("1/5", register, time(17)).year in (2023, 2024)


@pytest.mark.parametrize("text", ["横浜市", "神奈川県横浜市", "141003", "１４１００３", "14100", " 横浜市 "])
def test_a_body_by_name_or_code(office: Office, text: str) -> None:
    assert typed.body(text, office.desk.register).lgcode == YOKOHAMA


def test_a_name_that_several_bodies_have_lists_their_codes(office: Office) -> None:
    with pytest.raises(Refused, match=r"132063.*342084"):
        typed.body("府中市", office.desk.register)
    with pytest.raises(Refused, match="団体一覧にありません"):
        typed.body("架空市", office.desk.register)
    with pytest.raises(Refused, match="団体一覧にありません"):
        typed.body("", office.desk.register)


def test_a_program_by_name_or_id(office: Office) -> None:
    register = office.desk.register
    assert {typed.program(text, register) for text in ("難病", "nanbyo", "ＮＡＮＢＹＯ", " 難病")} == {"nanbyo"}
    with pytest.raises(Refused, match=r"小慢（shoman）"):
        typed.program("公園", register)
