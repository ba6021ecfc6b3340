"""An official's wish: tried without a trace, carried out on what was seen, its letters resting; and which are possible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from routing import operate, typed
from routing.ledger import correspondence, last_decision, outbox
from routing.operate import AskedTwice, ChangedSince, Consent, Refused, Who, Wish
from routing.operate.wishes import ACTIONS, amendments, past_instant
from routing.records import Arrival
from routing.register import Register
from routing.typed import NotAnInstant
from tests.routing.desk_at_hand import Office, form, mail

WHO = Who("受付太郎", "電話で確認")
NAME = "【横浜市】マイナンバーアンケート回答（難病）.xlsx"
STRANGER = "mihon@freemail.example.com"


def dump(office: Office) -> list[str]:
    return list(office.ledger.connection.iterdump())


def token(office: Office, arrival: Arrival) -> str:
    last = last_decision.last_word(office.ledger, arrival.id)
    assert last is not None
    return last.token


def from_stranger(office: Office) -> Arrival:
    return office.settle(mail({NAME: form()}, sender=STRANGER)).decided.arrival


def why_not(office: Office, arrival: Arrival) -> dict[str, str]:
    return {p.action: p.why_not for p in operate.possible(office.desk, arrival)}


@pytest.mark.parametrize("wish", [Wish("accept"), Wish("ignore"), Wish("approve-sender"), Wish("retry"), Wish("seen"),
                                  Wish("assign", value="141003"), Wish("amend", amend={"5": "②"})])  # fmt: skip
def test_what_is_only_tried_leaves_no_trace(office: Office, wish: Wish) -> None:
    arrival = from_stranger(office)
    before = dump(office)
    operate.preview(office.desk, arrival, wish, WHO, token(office, arrival))
    assert dump(office) == before


def test_a_preview_is_the_letter_that_leaves_and_the_standing_that_follows(office: Office) -> None:
    arrival = from_stranger(office)
    told = operate.preview(office.desk, arrival, Wish("accept"), WHO, "")
    ((letter, data),) = told.letters
    assert (letter.kind, letter.recipient, told.doubts) == ("acknowledgement", STRANGER, "")
    assert told.done.effects == ("横浜市の難病：未提出 → 受付済み",)
    done = operate.fulfil(office.desk, arrival, Wish("accept"), WHO, Consent())
    assert done.effects == told.done.effects
    (sent,) = [x for x in correspondence.letters_to(office.ledger, arrival.id) if x.kind == "acknowledgement"]
    found = correspondence.letter(office.ledger, sent.id)
    assert found is not None and found[1].partition(b"\r\n\r\n")[2] == data.partition(b"\r\n\r\n")[2]


def test_a_doubt_is_told_in_a_preview_and_holds_for_these_words_alone(office: Office) -> None:
    arrival = office.settle(mail({NAME: form()})).decided.arrival
    told = operate.preview(office.desk, arrival, Wish("ignore"), WHO, "")
    assert "受付が取り消されます" in told.doubts and told.letters == ()
    with pytest.raises(AskedTwice):
        operate.fulfil(office.desk, arrival, Wish("ignore"), WHO, Consent(yes=True, shown="別の言葉"))
    operate.fulfil(office.desk, arrival, Wish("ignore"), WHO, Consent(yes=True, shown=told.doubts))


def test_who_decides_on_an_old_sight_is_refused_with_the_name_of_the_other(office: Office) -> None:
    arrival = from_stranger(office)
    seen = token(office, arrival)
    operate.fulfil(office.desk, arrival, Wish("accept"), Who("佐藤", "確認"), Consent(seen))
    for refused in (operate.preview, lambda *a: operate.fulfil(*a[:4], Consent(a[4]))):
        with pytest.raises(ChangedSince, match="佐藤"):
            refused(office.desk, arrival, Wish("correct"), WHO, seen)


def test_a_letter_rests_and_a_newer_decision_takes_it_back(office: Office) -> None:
    arrival = from_stranger(office)
    until = office.now + timedelta(seconds=60)
    operate.fulfil_later(office.desk, arrival, Wish("accept"), WHO, Consent(), until)
    assert [o.kind for o in outbox.due(office.ledger, office.now)] == []
    assert [o.kind for o in outbox.due(office.ledger, until)] == ["acknowledgement"]
    sure = Consent(yes=True)
    operate.fulfil(office.desk, arrival, Wish("ignore"), WHO, sure)
    assert outbox.due(office.ledger, until) == []


def test_a_letter_that_was_tried_keeps_its_own_time(office: Office) -> None:
    arrival = office.settle(mail({NAME: form()})).decided.arrival
    (outgoing,) = outbox.due(office.ledger, office.now)
    outbox.begin(office.ledger, outgoing.id, office.now)
    outbox.finish(office.ledger, outgoing, "later", "", office.now)
    operate.fulfil_later(office.desk, arrival, Wish("seen"), WHO, Consent(), office.now + timedelta(days=1))
    assert outbox.due(office.ledger, office.now + timedelta(hours=1)) != []


def test_actions_that_would_be_refused_say_why(office: Office) -> None:
    good = why_not(office, office.settle(mail({NAME: form()})).decided.arrival)
    assert good["accept"] == "" and good["ignore"] == "" and good["amend"] == ""
    assert good["correct"] and good["not-my-number"] and good["step"] and good["revoke"]
    asking = why_not(office, office.settle(mail({}, "【横浜市】照会", body="いつまででしょうか。")).decided.arrival)
    assert asking["accept"] and asking["amend"] and not asking["ignore"]
    alarm = office.settle(mail({NAME: form({"5": "123456789018"})})).decided.arrival
    assert why_not(office, alarm)["accept"] and not why_not(office, alarm)["not-my-number"]
    operate.erase(office.desk, alarm, WHO)
    assert {a for a, why in why_not(office, alarm).items() if not why} <= {"seen", "step"}


def test_what_is_called_impossible_is_refused_and_what_is_called_possible_is_not_where_it_needs_no_more(
    office: Office,
) -> None:
    """The honest twin: a grey button hides nothing that could be done."""
    direct = office.settle(mail({NAME: form({"5": None})})).decided.arrival
    for action, why in why_not(office, direct).items():
        if action in ("assign", "amend", "received", "step", "erase", "answer", "forward"):
            continue
        if action == "revise":  # refused where today's checks come to the same, which only reading it again shows
            continue
        if why:
            with pytest.raises(Refused, match="。"):
                operate.preview(office.desk, direct, Wish(action), WHO, "")
        else:
            operate.preview(office.desk, direct, Wish(action), WHO, "")


def test_what_is_typed_is_read_in_the_wishes_of_both_doors(office: Office) -> None:
    assert amendments(["Q5=②", "Ｑ7-1＝１"], "Q{key}") == {"5": "②", "7-1": "１"}
    with pytest.raises(Refused):
        amendments(["5=②"], "Q{key}")
    with pytest.raises(Refused, match="まだ来ていない"):
        past_instant("2030-01-01T00:00", office.desk.register, office.now)
    with pytest.raises(NotAnInstant):
        past_instant("いつか", office.desk.register, office.now)


def test_an_unknown_action_is_refused(office: Office) -> None:
    arrival = from_stranger(office)
    with pytest.raises(Refused):
        operate.preview(office.desk, arrival, Wish("delete"), WHO, "")
    assert "delete" not in ACTIONS


@pytest.mark.parametrize("read", [typed.body, typed.program, typed.instant])
def test_what_is_longer_than_any_name_or_day_is_not_looked_at(register: Register, read: Callable[..., object]) -> None:
    """The answer is short too: a name of a million characters is not said back whole."""
    for long in ("神奈川県横浜市" * 100_000, "7/20 15:00" + "0" * 100_000, "\u202e" * 5_000):
        with pytest.raises(Refused, match="長すぎます") as refused:
            read(long, register)
        assert len(str(refused.value)) < 100
    assert typed.body(" " * 5_000 + "横浜市", register).lgcode == "141003"  # spaces are no name
