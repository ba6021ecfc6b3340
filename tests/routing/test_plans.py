"""What a mail costs does not grow with the ledger: no statement on its way reads a whole table."""

from __future__ import annotations

import re
from datetime import timedelta

from routing.ledger import correspondence, early, held_queue, releasing, resending
from routing.ledger.holds import Hold, Scope
from tests.routing.desk_at_hand import Office, mail

QUEUES = {"to_read", "to_send", "to_withdraw", "deferred", "deciding"}  # hold only what waits
BY_HAND = {"sending_hold"}  # a row for each time that people held sending
ITS_OWN = {"json_each", "groups", "newest", "theirs", "told"}  # what a statement brings with it, or made itself
_SCAN = re.compile(r"^SCAN (\w+)")
_ALIAS = re.compile(r"\b(?:FROM|JOIN) (\w+) (\w+)\b")


def _statements(office: Office) -> set[str]:
    """Every statement that is run while mails come in, are decided and answered."""
    seen: set[str] = set()
    office.ledger.connection.set_trace_callback(seen.add)
    for number in range(3):
        office.settle(mail(subject=f"【横浜市】マイナンバーアンケート回答{number}"))
    list(office.desk.dispatch.deliver(office.sender))
    office.ledger.connection.set_trace_callback(None)
    return {s for s in seen if s.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH"))}


def _scanned(office: Office, statements: set[str]) -> list[tuple[str, str]]:
    """(table, statement) of what is read as a whole, but for what is small at any time."""
    scans = set()
    for statement in statements:
        tables = {alias: table for table, alias in _ALIAS.findall(statement)}
        for row in office.ledger.rows(f"EXPLAIN QUERY PLAN {statement}"):
            if scan := _SCAN.match(row["detail"]):
                scans.add((tables.get(scan[1], scan[1]), statement))
    return [s for s in sorted(scans) if s[0] not in QUEUES | BY_HAND | ITS_OWN]


def test_no_statement_on_the_way_of_a_mail_reads_a_whole_table(office: Office) -> None:
    statements = _statements(office)
    assert len(statements) > 10
    assert _scanned(office, statements) == []


def test_what_waits_for_a_release_is_asked_of_what_waits(office: Office) -> None:
    """Every page of the operators asks it; the letters that ever left are many."""
    seen: set[str] = set()
    office.ledger.connection.set_trace_callback(seen.add)
    releasing.drafts(office.ledger)
    releasing.held_by(office.ledger, Hold(1, Scope(), "", "", office.now, 0))
    office.ledger.connection.set_trace_callback(None)
    assert len(seen) == 2
    assert _scanned(office, seen) == []


def test_what_became_of_letters_is_asked_from_its_newest_end_and_not_of_every_letter(office: Office) -> None:
    """A page that lists a week, or what can be sent again, reads no letter that it does not show."""
    seen: set[str] = set()
    office.ledger.connection.set_trace_callback(seen.add)
    correspondence.letters_between(office.ledger, office.now - timedelta(days=7), office.now)
    resending.refused(office.ledger, office.now)
    office.ledger.connection.set_trace_callback(None)
    assert len(seen) == 2
    assert {table for table, _ in _scanned(office, seen)} == {"posting"}


def test_words_are_looked_for_in_their_own_table_and_one_mail_is_asked_for_alone(office: Office) -> None:
    """A reading is long, and of all mails there are many."""
    office.arrive(mail(subject="質問", body="いつまでですか。"))
    seen: set[str] = set()
    office.ledger.connection.set_trace_callback(seen.add)
    correspondence.mails_saying(office.ledger, "いつまで")
    held_queue.held_of(office.ledger, 1, office.now)
    early.listed_of(office.ledger, 1, office.now)
    office.ledger.connection.set_trace_callback(None)
    assert len(seen) == 6
    assert {table for table, _ in _scanned(office, seen)} == {"words", "attachment"}
