"""（1/3）（2/3）…: parts of one submission wait for each other before anything is said to be missing.
How many mails go out, and what each of them says, read off the letters."""

from __future__ import annotations

from datetime import timedelta

from routing.decision.mail_set import stem
from routing.journey.pending import pending_steps
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail
from tests.routing.test_desk import letter, subjects

MINUTE = timedelta(minutes=1)
WAIT = 60 * MINUTE  # survey.toml [parts] wait_minutes
OWED = "本提出先（提出期限"


def part(mark: str, program: str = "難病", **more: object) -> bytes:
    """横浜市's mail with this mark in its subject, and with one form."""
    values = {
        "attachments": {f"{program}.xlsx": form({"program": program})},
        "subject": f"【横浜市】マイナンバーアンケート回答{mark}",
        "headers": {"Message-ID": f"<{abs(hash((mark, program)))}@city.yokohama.lg.jp>"},
    }
    return mail(**{**values, **more})  # type: ignore[arg-type]


def wait(office: Office) -> int:
    """How many mails were decided at this wake-up."""
    return sum(bool(line) for line in pending_steps(office.desk))


def text(office: Office, number: int = -1) -> str:
    return "".join(letter(office, number).split())


def test_the_first_part_is_told_what_came_and_not_what_is_missing_the_last_one_tells_the_whole(
    office: Office,
) -> None:
    first = office.settle(part("（1/2）"))
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"  # judged at once
    assert first.reply is not None and first.reply.kind == "acknowledgement"
    assert "（１／２）として受信いたしました" in text(office)
    assert OWED not in text(office) and "全て受け付けました" not in text(office)
    second = office.settle(part("（2/2）", "小慢"))
    assert second.reply is not None and second.reply.kind == "acknowledgement"
    receipts = "、".join(s.decided.arrival.receipt for s in (first, second))
    assert "分けてお送りいただいた２通が揃いました" in text(office) and receipts in text(office)
    assert "本提出先へのご提出は、全て受け付けました" in text(office)
    office.now += 2 * WAIT
    assert (wait(office), office.count("outbox")) == (0, 2)


def test_what_is_to_be_mended_in_a_part_is_asked_for_at_once(office: Office) -> None:
    files = {"難病.xlsx": form({"program": "難病", "5": None})}
    office.settle(part("（1/3）", attachments=files))
    assert subjects(office)[0].startswith("【確認のお願い】")
    assert "Q5" in text(office) and OWED not in text(office)


def test_when_the_time_passes_without_the_rest_one_follow_up_says_what_is_missing(office: Office) -> None:
    office.settle(part("（1/3）"))
    office.now += 10 * MINUTE
    office.settle(part("（3/3）", "小慢"))
    office.now += WAIT - MINUTE  # of the newest part, not of the first
    assert (wait(office), office.count("outbox")) == (0, 2)
    office.now += MINUTE
    assert wait(office) == 1
    assert subjects(office)[-1].startswith("【確認のお願い】")
    assert "■到着を確認することができなかったもの・（２／３）" in text(office)
    assert "（１／３）・（３／３）" in text(office)
    office.now += 5 * WAIT
    assert (wait(office), office.count("outbox")) == (0, 3)
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


def test_a_crash_between_the_end_of_the_wait_and_the_follow_up_changes_nothing(office: Office) -> None:
    office.settle(part("（1/2）"))
    office.now += WAIT
    steps = pending_steps(office.desk)
    assert next(steps) == ""  # committed that the time is over; the process ends here
    steps.close()
    list(office.desk.settle_waiting())
    assert office.count("outbox") == 2
    assert (wait(office), office.count("outbox")) == (0, 2)


def test_a_part_that_comes_after_the_follow_up_completes_the_set(office: Office) -> None:
    office.settle(part("（1/2）"))
    office.now += WAIT
    wait(office)
    office.settle(part("（2/2）", "小慢"))
    assert "２通が揃いました" in text(office)
    office.now += 2 * WAIT
    assert (wait(office), office.count("outbox")) == (0, 3)


def test_a_part_with_documents_only_is_not_asked_for_its_form(office: Office) -> None:
    papers = {"要綱.pdf": b"%PDF-1.4"}
    first = office.settle(part("（1/2）", attachments=papers))
    assert (first.decided.mail.rule, office.held()) == ("part_awaited", [("submission", "part_awaited")])
    assert first.reply is not None and first.reply.kind == "arrival"
    office.arrive(part("（2/2）"))
    assert [s.reply is not None for s in office.desk.settle_waiting()] == [True, False]  # the first one anew
    assert (office.held(), office.count("outbox")) == ([], 2)
    row = office.ledger.row("SELECT outcome FROM verdict WHERE arrival_id = 1 ORDER BY id DESC LIMIT 1")
    assert row is not None and row["outcome"] == "kept"


def test_documents_whose_form_never_comes_are_asked_for_it_once(office: Office) -> None:
    office.settle(part("（1/2）", attachments={"要綱.pdf": b"%PDF-1.4"}))
    office.now += WAIT
    wait(office)
    assert [s.partition("】")[0] for s in subjects(office)] == ["【受信", "【添付のご確認"]
    assert "（２／２）の到着を確認することができておりません" in text(office)
    assert office.held() == []


def test_a_mended_part_sent_as_a_reply_is_no_new_set(office: Office) -> None:
    office.settle(part("（1/2）"))
    office.settle(part("（2/2）", attachments={"小慢.xlsx": form({"program": "小慢", "5": None})}))
    row = office.ledger.row("SELECT message_id FROM outbox ORDER BY id DESC")
    assert row is not None
    mended = part("（2/2）", "小慢", body="修正版です。", headers={"In-Reply-To": row["message_id"]})
    office.settle(mended)
    assert "本提出先へのご提出は、全て受け付けました" in text(office)
    office.now += 2 * WAIT
    assert (wait(office), office.count("outbox")) == (0, 3)


def test_another_senders_parts_are_another_set(office: Office) -> None:
    office.settle(part("（1/2）"))
    other = part("（2/2）", "小慢", sender="shoman@city.yokohama.lg.jp")
    office.settle(other)
    assert "揃いました" not in text(office)


def test_where_nobody_says_how_many_there_are_the_whole_is_told_when_the_time_has_passed(office: Office) -> None:
    office.settle(part("（その１）"))
    assert OWED not in text(office)
    office.now += WAIT
    wait(office)
    assert (office.count("outbox"), OWED in text(office)) == (2, True)
    assert "到着を確認することができなかったもの" not in text(office)


def test_the_subjects_of_a_set_share_their_stem() -> None:
    marks = ("（1/3）", "（２／３）", "(3/3)", "【分割1/3】", " 2/3", "その１", "３通中の１通目")
    name = "【横浜市】マイナンバーアンケート回答"
    assert {stem(name + mark) for mark in marks} | {stem("Re: " + name)} == {stem(name)}
    assert stem("【横浜市】回答（小慢）（1/2）") != stem("【横浜市】回答（難病）（1/2）")
