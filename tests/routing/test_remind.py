"""Reminders: who, when, to which address, once, and what guards them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from config.contacts import load_contacts
from config.errors import SettingsError
from replies.senders.sender import SendResult
from routing.decision.override import Override
from routing.ledger import approvals, outbox
from routing.notices.remind import due_instant, queue, recipients
from routing.notices.reminding import at_hand, instant_due, round_due
from routing.operate import Who, decide_again
from routing.tracking.extend import Target, extend, pause
from routing.worker.one_pass import run_once
from tests.routing.cases_at_hand import DEADLINE, JST, KANAGAWA, YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail, nanbyo
from tests.routing.killing import killed_at_each_step
from tests.routing.test_bounces import bounce
from tests.routing.test_worker import Shelf

FIRST = datetime(2023, 7, 14, 10, tzinfo=JST)
SECOND = datetime(2023, 7, 19, 10, tzinfo=JST)
LAST = datetime(2023, 7, 21, 15, tzinfo=JST)
MINUTE = timedelta(minutes=1)
BOX = "n_mynumber"


def go_round(office: Office, mailboxes: tuple[str, ...] = (BOX,)) -> dict[str, int]:
    """lgcode -> mails queued, of those who got any."""
    return {r.lgcode: n for r, n in round_due(office.desk, mailboxes) if n}


def with_faulty_answer(office: Office) -> None:
    """横浜市 sends a 難病 sheet in which Q5 is blank, on 18 July at 10:00."""
    faulty = form({"program": "難病", "5": None})
    settled = office.settle(mail({"【横浜市】マイナンバーアンケート回答.xlsx": faulty}))
    assert settled.reply is not None and settled.reply.kind == "correction"
    list(office.desk.dispatch.deliver(office.sender))
    office.sender.posted.clear()


@pytest.mark.parametrize(
    ("now", "instant"),
    [
        (FIRST - timedelta(seconds=1), None),
        (FIRST, FIRST),
        (SECOND - MINUTE, FIRST),
        (SECOND, SECOND),
        (DEADLINE - timedelta(seconds=1), LAST),
        (DEADLINE, None),
        (DEADLINE + timedelta(days=1), None),
    ],
)
def test_the_newest_instant_that_has_come_is_due_until_the_deadline(
    office: Office, now: datetime, instant: datetime | None
) -> None:
    assert due_instant(office.desk.register.survey, now) == instant


def test_without_any_mail_everybody_is_to_be_telephoned(office: Office) -> None:
    """129 respondents owe 小慢 in ①, 予防接種 in ②, 自治体検診 in ③ (notice 記１)."""
    office.now = SECOND
    found = recipients(at_hand(office.desk), SECOND, SECOND, office.desk.settings.mailboxes)
    assert {m: sum(r.mailbox == m for r in found) for m in office.desk.settings.mailboxes} == {
        "n_mynumber": 129,
        "yoboseshu": 129,
        "sukoyaka": 129,
    }
    assert [r for r in found if r.addresses] == []


def test_whoever_is_not_complete_gets_one_reminder_with_its_findings(office: Office) -> None:
    with_faulty_answer(office)
    office.now = SECOND

    assert go_round(office) == {YOKOHAMA: 1}
    list(office.desk.dispatch.deliver(office.sender))

    (mail,) = office.sender.posted
    assert mail.rcpt_to == "kenko@city.yokohama.lg.jp"
    sent = message_from_bytes(mail.data)
    subject = str(make_header(decode_header(sent["Subject"])))
    assert subject.startswith("【ご提出のお願い】")
    assert (sent["Auto-Submitted"], sent["In-Reply-To"], sent.is_multipart()) == (
        "auto-generated",
        None,
        False,
    )
    body = sent.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "Q5" in body and "残り２日" in body and "令和５年７月21日（金）17時" in body


def test_never_twice_whoever_asks_and_however_often(office: Office) -> None:
    with_faulty_answer(office)
    office.now = SECOND
    assert go_round(office) == {YOKOHAMA: 1}
    assert instant_due(office.desk) == SECOND  # of ② and ③
    assert go_round(office) == {}
    reminding = at_hand(office.desk)
    for recipient in recipients(reminding, SECOND, SECOND, [BOX]):
        assert queue(reminding, replace(recipient, queued=False), SECOND, SECOND) == 0


def test_a_round_cut_short_goes_on_where_it_stopped(office: Office) -> None:
    with_faulty_answer(office)
    office.now = SECOND
    cut = round_due(office.desk, [BOX])
    while (step := next(cut))[0].lgcode != YOKOHAMA:
        pass
    assert step[1] == 1
    cut.close()  # the process ends here, before the round is noted as done
    assert go_round(office) == {}
    assert office.ledger.row("SELECT count(*) AS n FROM outbox WHERE kind = 'reminder'")["n"] == 1  # type: ignore[index]


def test_the_next_instant_reminds_again(office: Office) -> None:
    with_faulty_answer(office)
    for office.now in (SECOND, SECOND + timedelta(days=1)):
        assert go_round(office) == {YOKOHAMA: 1}


def test_what_comes_after_the_round_waits_for_the_next_one(office: Office) -> None:
    office.now = SECOND
    assert go_round(office) == {}
    office.now = SECOND + timedelta(minutes=30)
    with_faulty_answer(office)
    assert go_round(office) == {}


def test_whoever_completed_a_minute_before_gets_none(office: Office) -> None:
    with_faulty_answer(office)
    office.now = SECOND
    reminding = at_hand(office.desk)
    planned = recipients(reminding, SECOND, SECOND, [BOX])
    _complete(office)
    assert sum(queue(reminding, r, SECOND, SECOND) for r in planned) == 0


def test_whoever_completes_while_the_reminder_waits_in_the_outbox_gets_none(office: Office) -> None:
    with_faulty_answer(office)
    office.now = SECOND
    assert go_round(office) == {YOKOHAMA: 1}
    _complete(office)
    list(office.desk.dispatch.deliver(office.sender))
    kinds = [o.key for o in outbox.due(office.ledger, office.now)]
    assert kinds == []
    assert all(b"uketsuke.R0719" not in p.data for p in office.sender.posted)
    assert len(office.events("reminder_taken_back")) == 1


def test_a_reminder_that_could_not_leave_before_the_deadline_never_does(office: Office) -> None:
    with_faulty_answer(office)
    office.now = LAST
    assert go_round(office) == {YOKOHAMA: 1}
    office.now = DEADLINE
    assert list(office.desk.dispatch.deliver(office.sender)) == []


def test_a_paused_body_gets_none_until_it_is_resumed(office: Office) -> None:
    with_faulty_answer(office)
    office.now = SECOND
    pause(office.desk, YOKOHAMA, True, Who("受付", "大雨のため"))
    assert go_round(office) == {}
    pause(office.desk, YOKOHAMA, False, Who("受付", "再開"))
    office.now = SECOND + timedelta(days=1)
    assert go_round(office) == {YOKOHAMA: 1}


def test_only_a_local_governments_address_or_an_approved_one_is_written_to(office: Office) -> None:
    office.desk.settings = office.desk.settings.changed({"contacts": _contacts(office, "a@example.com")}
    )
    office.now = SECOND
    found = {r.lgcode: r for r in recipients(at_hand(office.desk), SECOND, SECOND, [BOX])}
    assert (found[KANAGAWA].addresses, found[KANAGAWA].refused) == ((), ("a@example.com",))
    approvals.approve(office.ledger, "a@example.com", "", ("受付", "電話で確認"), office.now)
    assert go_round(office) == {KANAGAWA: 1}


def test_a_prefecture_gets_its_report_and_a_city_none(office: Office) -> None:
    office.desk.settings = office.desk.settings.changed({"contacts": _contacts(office, "nanbyo@pref.kanagawa.lg.jp")}
    )
    office.now = SECOND
    assert go_round(office) == {KANAGAWA: 1}
    list(office.desk.dispatch.deliver(office.sender))
    parts = [p for p in message_from_bytes(office.sender.posted[0].data).walk() if p.get_filename()]
    assert [p.get_filename() for p in parts] == ["14神奈川県_提出状況.xlsx"]
    assert parts[0].get_payload(decode=True)[:2] == b"PK"  # type: ignore[index]


def test_rehearsing_everything_goes_to_the_operators(office: Office) -> None:
    with_faulty_answer(office)
    office.desk.settings = office.desk.settings.changed({"mode": "rehearse"})
    office.now = SECOND
    assert go_round(office) == {YOKOHAMA: 1}
    list(office.desk.dispatch.deliver(office.sender))
    assert [p.rcpt_to for p in office.sender.posted] == ["operators@mhlw.go.jp"]


def test_an_extension_is_the_deadline_that_the_reminder_names(office: Office) -> None:
    with_faulty_answer(office)
    until = datetime(2023, 7, 28, 12, tzinfo=JST)
    extend(office.desk, Target(YOKOHAMA), until, Who("受付", "システム障害のため"))
    office.now = SECOND
    go_round(office)
    list(office.desk.dispatch.deliver(office.sender))
    body = message_from_bytes(office.sender.posted[0].data).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "令和５年７月28日（金）12時（延長後の期限です。）" in body


def test_a_contacts_file_is_told_all_its_mistakes_and_no_address(office: Office, tmp_path: Path) -> None:
    wrong = tmp_path / "contacts.csv"
    wrong.write_text("lgcode,mailbox,address\n999999,x,secret\n140007,n_mynumber\n", encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        load_contacts(wrong, office.desk.register.survey, office.desk.register.roster)
    assert [m.key for m in told.value.mistakes] == ["2", "2", "2", "3"]
    assert "secret" not in str(told.value)


def _contacts(office: Office, address: str) -> Path:
    path = office.ledger.path.parent / "contacts.csv"
    path.write_text(f"lgcode,mailbox,address\n{KANAGAWA},{BOX},{address}\n", encoding="utf-8")
    return path


def _complete(office: Office) -> None:
    """横浜市 mends its 難病 and sends its 小慢."""
    both = {"横浜市　難病.xlsx": nanbyo(), "横浜市　小慢.xlsx": form({"program": "小慢"})}
    office.settle(mail(both, body="二つの回答を送付します。"))
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"
    assert office.standing(YOKOHAMA, "shoman").state == "accepted"


def test_where_the_sender_may_not_be_written_to_the_sheets_own_address_is(office: Office) -> None:
    """An official took in a mail from a private provider; the sheet names the city's own address."""
    raw = mail(
        {"横浜市　難病.xlsx": form({"program": "難病", "5": None, "email": "nanbyo@city.yokohama.lg.jp"})},
        sender="someone@example.com",
    )
    arrival = office.settle(raw).decided.arrival
    accept_anyway = Override(assigned=YOKOHAMA, take_in=True, by="受付", why="電話で確認")
    decide_again(office.desk, arrival, accept_anyway)
    office.now = SECOND
    found = {r.lgcode: r for r in recipients(at_hand(office.desk), SECOND, SECOND, [BOX])}
    assert found[YOKOHAMA].addresses == ("nanbyo@city.yokohama.lg.jp",)
    assert found[YOKOHAMA].refused == ("someone@example.com",)


def test_an_accepted_answer_with_a_correction_open_on_a_replacement_is_complete(office: Office) -> None:
    for number, program in enumerate(("難病", "小慢")):
        for said, changes in (("初回", {}), ("直し", {"5": None})):
            sheet = form({"program": program, **changes})
            office.settle(mail({f"横浜市　{program}.xlsx": sheet}, body=f"{number} {said}"))
    assert office.standing(YOKOHAMA, "nanbyo").open_corrections
    assert YOKOHAMA not in _reminded(office)


def test_what_waits_only_for_our_own_people_is_nothing_to_remind_of(office: Office) -> None:
    """The same finding a second time is held: an official telephones."""
    office.settle(mail({"横浜市　小慢.xlsx": form({"program": "小慢"})}, body="小慢"))
    with_faulty_answer(office)
    assert YOKOHAMA in _reminded(office)
    again = form({"program": "難病", "5": None})
    office.settle(mail({"横浜市　難病.xlsx": again}, body="もう一度"))
    assert office.standing(YOKOHAMA, "nanbyo").state == "held"
    assert YOKOHAMA not in _reminded(office)


def _reminded(office: Office) -> set[str]:
    return {r.lgcode for r in recipients(at_hand(office.desk), SECOND, SECOND, [BOX])}


def test_one_pass_reminds_once_and_sends(office: Office) -> None:
    with_faulty_answer(office)
    office.now = SECOND
    lines: list[str] = []
    for _ in range(2):
        assert run_once(office.desk, {BOX: Shelf([])}, office.sender, lines.append)
    assert len(office.sender.posted) == 1
    assert [line for line in lines if "ご提出のお願い" in line and "横浜市" in line] != []


def test_a_mailbox_that_could_not_be_read_has_nobody_reminded(office: Office) -> None:
    """The answer may lie in it unread."""
    with_faulty_answer(office)
    office.now = SECOND
    assert go_round(office, ("yoboseshu", "sukoyaka")) == {}
    assert go_round(office, (BOX,)) == {YOKOHAMA: 1}


def test_killed_at_any_step_and_started_again_it_is_one_reminder(office: Office, tmp_path: Path) -> None:
    with_faulty_answer(office)
    office.now = SECOND
    for rows, posted in killed_at_each_step(office, tmp_path, lambda desk: list(round_due(desk, [BOX])), "reminder"):
        assert len(rows) == 1
        assert {p.message_id for p in posted} == {rows[0]["message_id"]}
        # Once more with the same Message-ID only where it ended between the server's yes and our record.
        assert len(posted) <= 2


def test_a_reminder_that_did_not_reach_its_reader_shows_as_such(office: Office) -> None:
    with_faulty_answer(office)
    office.now = SECOND
    go_round(office)
    office.sender.answers.append(SendResult("refused", "550 no such user"))
    list(office.desk.dispatch.deliver(office.sender))
    found = {r.lgcode: r for r in recipients(at_hand(office.desk), SECOND, SECOND, [BOX])}
    assert (found[YOKOHAMA].queued, found[YOKOHAMA].failed) == (True, True)


@pytest.mark.parametrize("action", ["failed", "delayed"])
def test_a_reminder_that_comes_back_is_no_mail_of_its_body(office: Office, action: str) -> None:
    with_faulty_answer(office)
    office.now = SECOND
    go_round(office)
    list(office.desk.dispatch.deliver(office.sender))
    standing, letters = office.standing(YOKOHAMA, "nanbyo"), office.count("outbox")
    (row,) = office.ledger.rows("SELECT message_id, recipient FROM outbox WHERE kind = 'reminder'")
    decided = office.settle(bounce(row["message_id"], row["recipient"], action=action))
    assert (decided.decided.mail.rule, decided.reply, office.count("outbox")) == ("machine", None, letters)
    assert office.standing(YOKOHAMA, "nanbyo") == standing
    came_back = [held for held in office.held() if held[0] == "outbox"]
    assert came_back == ([("outbox", "notice_undelivered")] if action == "failed" else [])
