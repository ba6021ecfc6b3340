"""「取り消す」: a decision made at the page is taken back before its letters leave; afterwards everything is as it was."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from routing import operate
from routing.ledger import held_queue, official_acts, outbox, promises, undoing
from routing.ledger.letters import gone_by
from routing.operate import Consent, Refused, Who, Wish
from routing.operate.by_hand import tell_replaced
from routing.operate.withdrawal import withdraw
from routing.records import Arrival
from tests.routing.console_at_hand import Visitor, site_of
from tests.routing.desk_at_hand import Office, form, mail
from tests.routing.test_console import STRANGER, carry_out, from_stranger
from tests.routing.test_mail_table import with_survey

MINUTE = timedelta(seconds=60)


def state(office: Office, arrival: Arrival) -> list[object]:
    """What anybody asks of a mail and its body, but for the story of how it came to be."""
    id, ledger = arrival.id, office.ledger
    newest = ledger.rows(
        "SELECT piece, outcome, rules, submitter, body, program, part, attribute, late, received_at, decided_by, why,"
        " proof, (SELECT group_concat(f.key) FROM finding f WHERE f.verdict_id = v.id) AS keys FROM latest_verdict v"
        " WHERE arrival_id = ? ORDER BY id", id)  # fmt: skip
    queues = [tuple(r) for q in ("to_read", "wait", "to_pair", "to_file", "deferred")
              for r in ledger.rows(f"SELECT * FROM {q} WHERE arrival_id = ?", id)]  # fmt: skip
    return [
        [tuple(r) for r in newest], [tuple(r)[:-1] for r in queues], office.standing("141003", "nanbyo"),
        sorted((h.id, h.reason, h.piece) for h in held_queue.held(ledger, office.now)),
        held_queue.resting(ledger, office.now),
        official_acts.assigned(ledger, id), official_acts.taken_in(ledger, id), official_acts.stood_for(ledger, id),
        official_acts.received(ledger, id), official_acts.amendments(ledger, id), gone_by(ledger, id),
        [o.mail.message_id for o in outbox.due(ledger, office.now + MINUTE)],
        [r[0] for r in ledger.rows("SELECT outbox_id FROM to_withdraw")],
        operate.possible(office.desk, arrival),
    ]  # fmt: skip


def broken(office: Office) -> list[str]:
    return [a.name for a in promises.ask(office.ledger.connection) if not a.holds]


def take_back(visitor: Visitor, arrival: Arrival) -> int:
    found = re.search(r'name="seen" value="([^"]*)"><p><button>取り消す', visitor.text(f"/mail/{arrival.receipt}"))
    assert found is not None
    return visitor.post(f"/mail/{arrival.receipt}/undo", seen=found[1]).status_code


ACTIONS = [
    ("accept", {"received": "7/17 15:00"}), ("accept", {}), ("ignore", {}), ("amend", {"q:5": "2"}),
    ("assign", {"value": "横浜市", "program": "nanbyo"}),
    ("answer", {"text": "ご照会の件、\r\n別添のとおりです。"}),
    ("forward", {"to": "kakari@mhlw.go.jp", "text": "ご対応ください。"}),
    ("received", {"received": "7/17 15:00"}), ("approve-sender", {"domain": "no"}), ("seen", {}),
]  # fmt: skip


@pytest.mark.parametrize("action,typed", ACTIONS)
@pytest.mark.parametrize("first", ["", "accept", "ignore", "assign"])
def test_what_is_taken_back_leaves_all_as_it_was(
    office: Office, action: str, typed: dict[str, str], first: str
) -> None:
    """From a mail that the desk held, and from one that an official had decided before."""
    arrival = from_stranger(office)
    visitor = Visitor(site_of(office))
    if first:
        assert carry_out(visitor, arrival, first, value="横浜市", program="nanbyo") == 303
        office.now += MINUTE * 2
        list(office.desk.dispatch.deliver(office.sender))
    before = state(office, arrival)
    assert carry_out(visitor, arrival, action, **typed) == 303
    assert take_back(visitor, arrival) == 303
    assert state(office, arrival) == before and broken(office) == []
    told = visitor.text(f"/mail/{arrival.receipt}")
    assert "取り消し済み" in told
    assert carry_out(visitor, arrival, action, **typed) == 303 and broken(office) == []  # and it can be decided again


def test_a_letter_that_the_decision_took_back_waits_again(office: Office) -> None:
    """The desk's own acknowledgement, not sent yet; the newer one does not leave."""
    arrival = office.settle(mail()).decided.arrival
    visitor = Visitor(site_of(office))
    before = state(office, arrival)
    assert carry_out(visitor, arrival, "ignore") == 303
    assert "acknowledgement" not in [o.kind for o in outbox.due(office.ledger, office.now + MINUTE)]
    assert take_back(visitor, arrival) == 303
    assert state(office, arrival) == before and broken(office) == []
    assert [o.kind for o in outbox.due(office.ledger, office.now)] == ["acknowledgement"]


def test_once_the_time_is_over_or_the_letter_begins_nothing_is_taken_back(office: Office) -> None:
    arrival = from_stranger(office)
    visitor = Visitor(site_of(office))
    assert carry_out(visitor, arrival, "accept") == 303
    found = undoing.undoable(office.ledger, arrival.id, office.now)
    assert found is not None and found.until == office.now + MINUTE
    office.now += MINUTE
    assert "button>取り消す" not in visitor.text(f"/mail/{arrival.receipt}")
    late = visitor.post(f"/mail/{arrival.receipt}/undo", seen=found.token)
    assert late.status_code == 409 and "取り消せる時間を過ぎた" in late.text
    assert office.standing("141003", "nanbyo").state == "accepted"
    office.now -= MINUTE  # and a clock that is put back does not bring it back once the letter has begun
    waiting = outbox.due(office.ledger, office.now + MINUTE)[-1]
    outbox.begin(office.ledger, waiting.id, office.now)
    assert visitor.post(f"/mail/{arrival.receipt}/undo", seen=found.token).status_code == 409


def test_nobody_takes_back_what_he_has_not_seen_or_may_not(office: Office) -> None:
    arrival = from_stranger(office)
    site = site_of(office)
    assert carry_out(Visitor(site, "yamada"), arrival, "accept") == 303
    found = undoing.undoable(office.ledger, arrival.id, office.now)
    assert found is not None
    assert Visitor(site, "mita").post(f"/mail/{arrival.receipt}/undo", seen=found.token).status_code == 403
    assert carry_out(Visitor(site, "kanri"), arrival, "ignore") == 303  # a newer one: the older is not what is undone
    assert Visitor(site, "yamada").post(f"/mail/{arrival.receipt}/undo", seen=found.token).status_code == 409
    assert office.standing("141003", "nanbyo").state == "outstanding"


def test_the_command_line_s_decisions_are_due_at_once_and_the_worker_forgets_what_is_over(office: Office) -> None:
    arrival = from_stranger(office)
    operate.fulfil(office.desk, arrival, Wish("accept"), Who("山田", "電話"), Consent())
    assert undoing.undoable(office.ledger, arrival.id, office.now) is None
    with pytest.raises(Refused):
        operate.undo(office.desk, arrival, "", Who("山田", "電話"))
    assert carry_out(Visitor(site_of(office)), arrival, "ignore") == 303
    undoing.end_over(office.ledger, office.now + MINUTE)
    assert office.count("undoable") == 0


def test_an_answer_that_replaced_another_gives_way_again(office: Office) -> None:
    first = office.settle(mail()).decided.arrival
    sheet = {"【横浜市】回答.xlsx": form({"program": "難病", "7-1": "別の回答"})}
    other = office.settle(mail(sheet, sender=STRANGER)).decided.arrival
    visitor = Visitor(site_of(office))
    before = state(office, other)
    assert carry_out(visitor, other, "accept") == 303
    assert gone_by(office.ledger, other.id) or office.standing("141003", "nanbyo") != before[2]
    assert take_back(visitor, other) == 303
    assert state(office, other) == before and broken(office) == []
    assert office.standing("141003", "nanbyo").received_at == first.received_at


@pytest.fixture
def replacing(office: Office) -> tuple[Office, Arrival]:
    """An answer that stands, and another of the same city that waits for an official; whoever is replaced is told."""
    with_survey(office, mails={"replaced": "send"})
    office.settle(mail())
    list(office.desk.dispatch.deliver(office.sender))
    office.now += MINUTE * 5
    second = mail({"【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "難病", "9": 2})}, sender=STRANGER)
    return office, office.settle(second).decided.arrival


def waiting(office: Office) -> list[str]:
    return sorted(o.kind for o in outbox.due(office.ledger, office.now + MINUTE))


def test_the_notice_to_whoever_was_replaced_goes_with_the_decision_that_counts(
    replacing: tuple[Office, Arrival],
) -> None:
    office, arrival = replacing
    visitor = Visitor(site_of(office))
    for _ in range(3):
        assert carry_out(visitor, arrival, "accept") == 303
        assert waiting(office) == ["acknowledgement", "replaced"]
        assert take_back(visitor, arrival) == 303
        assert "replaced" not in waiting(office)
    assert carry_out(visitor, arrival, "accept") == 303
    assert waiting(office) == ["acknowledgement", "replaced"] and broken(office) == []
    office.now += MINUTE * 2
    told = [d.kind for d in office.desk.dispatch.deliver(office.sender)]
    assert sorted(told) == ["acknowledgement", "replaced"]
    assert carry_out(visitor, arrival, "amend", **{"q:5": "2"}) == 303  # decided anew: he has been told
    assert "replaced" not in waiting(office)


def test_a_notice_that_an_official_did_not_want_comes_back_with_no_decision(
    replacing: tuple[Office, Arrival],
) -> None:
    office, arrival = replacing
    visitor = Visitor(site_of(office))
    assert carry_out(visitor, arrival, "accept") == 303
    (notice,) = [o for o in outbox.due(office.ledger, office.now + MINUTE) if o.kind == "replaced"]
    withdraw(office.desk, notice.id, Who("受付太郎", "電話で伝えたため"))
    assert carry_out(visitor, arrival, "amend", **{"q:5": "2"}) == 303
    assert waiting(office) == ["acknowledgement"]
    assert tell_replaced(office.desk, arrival, Who("受付太郎", "やはり知らせるため")) == 1
    assert waiting(office) == ["acknowledgement", "replaced"] and broken(office) == []
