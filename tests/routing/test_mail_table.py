"""What the survey's table of mails does: off, draft and send, since when, the day of quiet, and the release of what
waits, by one official who saw list and count."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from routing.ledger import mail_ways
from routing.ledger.mail_ways import may_fall_due
from routing.notices.reminding import instant_due
from routing.operate import Refused, Who
from routing.operate.consent import SURE
from routing.operate.wishes import Wish, fulfil
from routing.tracking.releasing import batches, release
from tests.routing.cases_at_hand import DEADLINE, JST
from tests.routing.desk_at_hand import Office, form, mail

WHO = Who("受付太郎", "課長の了解を得たため")
FAULTY = {"【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "難病", "9": None})}

OTHERWISE = {"【横浜市】マイナンバーアンケート回答.xlsx": form({"program": "難病", "2": None})}


def with_survey(office: Office, **changes: object) -> None:
    """Gives the desk another survey; `mails`: rows of its table."""
    survey = office.desk.register.survey
    if "mails" in changes:
        changes["mails"] = survey.mails.changed(changes["mails"])  # type: ignore[dict-item]
    office.desk.register = replace(office.desk.register, survey=survey.changed(changes))


def delivered(office: Office) -> list[str]:
    """The kinds of the letters that leave now."""
    return [d.kind for d in office.desk.dispatch.deliver(office.sender)]


def test_a_kind_that_is_off_is_not_written_and_the_decision_is_the_same(office: Office) -> None:
    with_survey(office, mails={"correction": "off"})
    settled = office.settle(mail(FAULTY))
    assert (settled.decided.outcome, settled.reply, office.count("outbox")) == ("correction", None, 0)
    assert office.settle(mail(body="差し替えます。")).reply is not None


def test_a_draft_waits_until_an_official_who_saw_the_count_releases_it(office: Office) -> None:
    with_survey(office, mails={"correction": "draft"})
    office.settle(mail(FAULTY))
    office.settle(mail(OTHERWISE, body="もう一通", sender="hoken@city.yokohama.lg.jp"))
    office.now += timedelta(days=2)
    assert delivered(office) == []
    (batch,) = batches(office.desk)
    assert (batch.kind, len(batch.drafts), batch.bodies) == ("correction", 2, 1)
    for count in (1, 3):
        with pytest.raises(Refused, match="今 2通"):
            release(office.desk, "correction", count, WHO)
    with pytest.raises(Refused, match="ありません"):
        release(office.desk, "acknowledgement", 2, WHO)
    assert release(office.desk, "correction", 2, WHO) == 2
    assert office.events("letters_released") == [("correction 2", WHO.by, WHO.why)]
    assert (delivered(office), delivered(office)) == (["correction"] * 2, [])
    with pytest.raises(Refused):
        release(office.desk, "correction", 2, WHO)


def test_a_draft_that_a_newer_decision_takes_back_waits_no_more(office: Office) -> None:
    with_survey(office, mails={"correction": "draft"})
    settled = office.settle(mail(FAULTY))
    fulfil(office.desk, settled.decided.arrival, Wish("ignore"), WHO, SURE)
    assert batches(office.desk) == () and delivered(office) == []


def test_where_humans_send_from_drafts_only_what_goes_to_all_waits_for_a_release(office: Office) -> None:
    with_survey(office, mails={"correction": "draft"})
    office.desk.settings = office.desk.settings.changed({"mode": "draft"})
    office.settle(mail(FAULTY))
    assert batches(office.desk) == () and office.count("to_send") == 1


# --- since when ---------------------------------------------------------------------------------------------


def test_what_was_due_before_a_new_kind_was_switched_on_is_never_caught_up(office: Office) -> None:
    survey = office.desk.register.survey
    off = survey.changed({"mails": survey.mails.changed({"past_deadline": "off"})})
    mail_ways.remember(office.ledger, off, DEADLINE - timedelta(days=5))
    mail_ways.remember(office.ledger, survey, DEADLINE + timedelta(days=3))
    assert not may_fall_due(office.ledger, survey, "past_deadline", DEADLINE)
    assert may_fall_due(office.ledger, survey, "past_deadline", DEADLINE + timedelta(days=3))


def test_a_ledger_without_a_word_of_it_has_sent_the_older_kinds_and_none_of_the_new(office: Office) -> None:
    survey = office.desk.register.survey
    assert may_fall_due(office.ledger, survey, "reminder", DEADLINE)
    assert not may_fall_due(office.ledger, survey, "past_deadline", DEADLINE)
    mail_ways.remember(office.ledger, survey, DEADLINE + timedelta(days=3))
    assert may_fall_due(office.ledger, survey, "reminder", DEADLINE)
    assert not may_fall_due(office.ledger, survey, "past_deadline", DEADLINE)


def test_switched_off_and_on_again_the_time_between_is_not_caught_up(office: Office) -> None:
    survey = office.desk.register.survey
    off = survey.changed({"mails": survey.mails.changed({"reminder": "off"})})
    start = DEADLINE - timedelta(days=3)
    for asked, at in ((survey, start), (off, start + timedelta(hours=1)), (survey, start + timedelta(hours=5))):
        mail_ways.remember(office.ledger, asked, at)
        mail_ways.remember(office.ledger, asked, at)
    hours = [may_fall_due(office.ledger, survey, "reminder", start + timedelta(hours=h)) for h in (4, 5, 6)]
    assert hours == [False, True, True]
    said = [detail for detail, *_ in office.events("mail_way")]
    assert [d for d in said if d.startswith("reminder")] == ["reminder off", "reminder send"]
    assert len(set(said)) == len(said)  # each change once


def test_reminders_that_are_off_are_not_due(office: Office) -> None:
    office.now = datetime(2023, 7, 19, 10, tzinfo=JST)
    assert instant_due(office.desk) == office.now
    with_survey(office, mails={"reminder": "off"})
    assert instant_due(office.desk) is None


# --- the day of quiet -----------------------------------------------------------------------------------------

QUIET = datetime(2023, 8, 31, tzinfo=JST)


def quiet(office: Office) -> None:
    """From 31 August on; it is September."""
    with_survey(office, quiet_after=QUIET)
    office.now = QUIET + timedelta(days=3)


def test_what_is_right_gets_its_receipt_after_the_day_of_quiet(office: Office) -> None:
    quiet(office)
    settled = office.settle(mail())
    assert settled.reply is not None and settled.reply.kind == "acknowledgement"


def test_what_is_to_be_mended_is_received_and_left_to_an_official(office: Office) -> None:
    quiet(office)
    settled = office.settle(mail(FAULTY))
    assert settled.decided.outcome == "correction"
    assert settled.reply is not None and settled.reply.kind == "arrival"
    assert office.held() == [("outbox", "quiet")]
    fulfil(office.desk, settled.decided.arrival, Wish("correct"), WHO, SURE)
    assert delivered(office)[-1] == "correction" and office.held() == []


def test_the_second_before_it_is_as_ever(office: Office) -> None:
    with_survey(office, quiet_after=QUIET)
    office.now = QUIET - timedelta(seconds=1)
    settled = office.settle(mail(FAULTY))
    assert settled.reply is not None and settled.reply.kind == "correction"
