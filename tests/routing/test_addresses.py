"""Whom mail that answers none goes to (`routing/notices/recipients.py`), and the contacts file as the desk has it."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.contacts import Contacts
from routing.contacts import ContactsAtHand
from routing.ledger import approvals
from routing.ledger.store import Ledger
from routing.notices.recipients import Correspondence, addresses, handed_in
from routing.proof import Proof
from routing.register import Register
from routing.standing import Booking
from tests.routing.cases_at_hand import IN_TIME, KANAGAWA, YOKOHAMA, booking
from tests.routing.desk_at_hand import settings_in
from tests.workbooks.forms_at_hand import the_survey

BOX = "n_mynumber"
OWN = "a@city.yokohama.lg.jp"


@pytest.fixture
def at_hand(tmp_path: Path, register: Register, ledger: Ledger) -> Correspondence:
    settings = settings_in(tmp_path).changed({"approved_domains": ("yokohama-kenko.or.jp",)})
    return Correspondence(ledger, register, settings, {})


def sent(sender: str = OWN, proof: Proof = Proof.CHECKED, **changes: Any) -> Booking:
    return booking(sender=sender, proof=proof, **changes)


def listing(at_hand: Correspondence, contacts: Contacts) -> Correspondence:
    return Correspondence(at_hand.ledger, at_hand.register, at_hand.settings, contacts)


def test_who_handed_in_is_written_to_and_nobody_else(at_hand: Correspondence) -> None:
    assert addresses(at_hand, [sent()], YOKOHAMA, BOX) == ((OWN,), ())
    assert addresses(at_hand, [], YOKOHAMA, BOX) == ((), ())
    assert addresses(at_hand, [sent("")], YOKOHAMA, BOX) == ((), ())


def test_where_the_contacts_file_names_somebody_it_decides(at_hand: Correspondence) -> None:
    listed = listing(at_hand, {(YOKOHAMA, BOX): ("b@city.yokohama.lg.jp", "c@example.com", "d@pref.kanagawa.lg.jp")})
    good, refused = addresses(listed, [sent()], YOKOHAMA, BOX)
    assert good == ("b@city.yokohama.lg.jp", "d@pref.kanagawa.lg.jp")  # the file knows whose it is
    assert refused == ("c@example.com",)
    assert addresses(listed, [sent()], YOKOHAMA, "sukoyaka") == ((OWN,), ())


def test_without_proof_enough_an_address_is_told_and_not_written_to(at_hand: Correspondence) -> None:
    survey = at_hand.register.survey
    assert survey.trust.contacts in ("checked", "body")
    weak = sent("b@city.yokohama.lg.jp", Proof.GOVERNMENT)
    assert addresses(at_hand, [weak, sent()], YOKOHAMA, BOX) == ((OWN,), ("b@city.yokohama.lg.jp",))
    assert addresses(at_hand, [weak, weak], YOKOHAMA, BOX) == ((), ("b@city.yokohama.lg.jp",))


def test_whom_a_server_proved_comes_first_then_the_newest(at_hand: Correspondence) -> None:
    by_domain = sent("new@city.yokohama.lg.jp", Proof.BODY)
    good, _ = addresses(at_hand, [by_domain, sent(), sent("c@city.yokohama.lg.jp")], YOKOHAMA, BOX)
    checked = (OWN, "c@city.yokohama.lg.jp")
    assert good == (checked if at_hand.register.survey.trust.contacts == "checked" else (*checked, by_domain.sender))


def test_one_person_is_written_to_once_and_five_at_most(at_hand: Correspondence) -> None:
    twice = [sent(OWN), sent(OWN.upper()), *(sent(f"a{n}@city.yokohama.lg.jp") for n in range(9))]
    good, refused = addresses(at_hand, twice, YOKOHAMA, BOX)
    assert good == (OWN, *(f"a{n}@city.yokohama.lg.jp" for n in range(4)))
    assert refused == ()


def test_another_bodys_address_or_a_private_one_gets_nothing_unless_it_was_approved(at_hand: Correspondence) -> None:
    others = [sent("x@city.sagamihara.kanagawa.jp"), sent("y@example.com"), sent("z@yokohama-kenko.or.jp")]
    good, refused = addresses(at_hand, others, YOKOHAMA, BOX)
    assert (good, refused) == (("z@yokohama-kenko.or.jp",), ("x@city.sagamihara.kanagawa.jp", "y@example.com"))
    nobodys = "w@kenkou.lg.jp"  # a local government's domain that tells no body
    assert addresses(at_hand, [sent(nobodys)], YOKOHAMA, BOX) == ((nobodys,), ())
    approvals.approve(at_hand.ledger, "y@example.com", YOKOHAMA, ("山田", "電話"), IN_TIME)
    assert "y@example.com" in addresses(at_hand, others, YOKOHAMA, BOX)[0]


def test_what_was_handed_in_to_a_mailbox_the_newest_first() -> None:
    later = IN_TIME + timedelta(hours=1)
    first, second = booking(), booking("correction", id=2, received_at=later)
    same_second = booking("held", id=3, received_at=later)
    left_out = [
        booking("ignored", id=4),
        booking("held", id=5, rule="double"),
        booking(id=6, program="kenshin"),  # 健診 goes to sukoyaka
        booking(id=7, submitter=KANAGAWA),
    ]
    found = handed_in([first, second, same_second, *left_out], YOKOHAMA, BOX, the_survey())
    assert [b.id for b in found] == [3, 2, 1]


def test_the_contacts_file_is_read_again_when_it_has_changed(tmp_path: Path, register: Register) -> None:
    path = tmp_path / "contacts.csv"
    settings = settings_in(tmp_path)
    kept = ContactsAtHand()
    assert kept.bodies(settings, register) == {}
    settings = settings.changed({"contacts": path})
    assert kept.bodies(settings, register) == {}  # there is no such file yet
    path.write_text(f"lgcode,mailbox,address\n{YOKOHAMA},{BOX},{OWN}\n", "utf-8")
    found = kept.bodies(settings, register)
    assert found == {OWN: {YOKOHAMA}}
    assert kept.bodies(settings, register) is found  # not read twice
    before = path.stat()
    path.write_text(f"lgcode,mailbox,address\n{KANAGAWA},{BOX},{OWN}\n", "utf-8")  # as long as it was
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert kept.bodies(settings, register) == {OWN: {KANAGAWA}}
    path.write_text("nonsense", "utf-8")
    assert kept.bodies(settings, register) == {}
