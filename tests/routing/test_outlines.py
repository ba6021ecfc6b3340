"""Q10's outline, sent alone as it was asked for, joins its answer; what is no such thing is left to people."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from routing.journey.judge import Settled
from tests.routing.desk_at_hand import Office, form, mail

NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
OUTLINE = b"%PDF-1.4\n%%EOF\n"
WANTS = {"program": "難病", "10": 2}  # ② 事例はある。原因も特定されており、改善されている（概要を添付してください。）
YOKOHAMA = "141003"


def asked(office: Office, changes: dict[str, object] | None = None) -> str:
    """An answer whose outline is wanted comes in and is asked about; the Message-ID of our letter."""
    settled = office.settle(mail({NAME: form(changes or WANTS)}))  # type: ignore[arg-type]
    assert settled.decided.outcome == "correction" and settled.reply is not None
    list(office.desk.dispatch.deliver(office.sender))
    office.now += timedelta(hours=1)
    return settled.reply.message_id


def sent(office: Office, to: str, files: dict[str, bytes], **more: object) -> list[Settled]:
    """Files come in, in answer to a letter; all that is decided then."""
    headers = {"In-Reply-To": to, "Message-ID": f"<outline{office.now:%H%M}@city.yokohama.lg.jp>"} if to else {}
    office.arrive(mail(files, "Re: 【確認のお願い】", body="概要を送付します。", headers=headers, **more))  # type: ignore[arg-type]
    found: list[Settled] = []
    while more_settled := list(office.desk.settle_waiting()):
        found += more_settled
    return found


def text_of(settled: Settled) -> str:
    assert settled.reply is not None
    body = message_from_bytes(settled.reply.data, policy=default).get_body(("plain",))
    assert body is not None
    return "".join(line.strip("　 ") for line in body.get_content().splitlines())


@pytest.mark.parametrize("file", ["概要.pdf", "Q10概要.docx", "概要.TXT"])
def test_an_outline_that_answers_our_letter_completes_its_answer_with_one_letter(file: str, office: Office) -> None:
    outline, answer = sent(office, asked(office), {file: OUTLINE})
    assert (outline.decided.mail.rule, outline.reply) == ("material", None)
    assert answer.decided.outcome == "accepted"
    text = text_of(answer)
    assert text.startswith("ご回答を受け付けました（難病）。") and "概要としてお預かりしました" in text
    assert outline.decided.arrival.receipt not in office.held()
    assert office.held() == [] or {reason for _, reason in office.held()} == {"alert"}
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


def test_it_stays_in_time_by_the_time_of_the_answer(office: Office) -> None:
    to = asked(office)
    office.now += timedelta(days=4)
    _, answer = sent(office, to, {"概要.pdf": OUTLINE})
    assert not answer.decided.late and office.standing(YOKOHAMA, "nanbyo").late is False


def test_where_something_else_is_to_be_mended_only_that_is_asked_for_again(office: Office) -> None:
    to = asked(office, {**WANTS, "9": None})
    _, answer = sent(office, to, {"概要.pdf": OUTLINE})
    assert answer.decided.outcome == "correction"
    text = text_of(answer)
    assert "Q9" in text and "概要の資料の添付が必要" not in text


@pytest.mark.parametrize(
    ("to_ours", "files", "sender"),
    [
        (False, {"概要.pdf": OUTLINE}, "kenko@city.yokohama.lg.jp"),  # answers no letter of ours
        (True, {"logo.png": b"\x89PNG\r\n\x1a\n0000"}, "kenko@city.yokohama.lg.jp"),
        (True, {"概要.pdf": b""}, "kenko@city.yokohama.lg.jp"),
        (True, {"概要.pdf": OUTLINE}, "kenko@city.kawasaki.jp"),  # of another house
    ],
)
def test_what_may_be_something_else_is_left_to_people(
    to_ours: bool, files: dict[str, bytes], sender: str, office: Office
) -> None:
    to = asked(office)
    sent(office, to if to_ours else "", files, sender=sender)
    assert office.standing(YOKOHAMA, "nanbyo").state == "correction"
    assert office.events("outline_joined") == []


def test_a_second_outline_decides_nothing_anew(office: Office) -> None:
    to = asked(office)
    sent(office, to, {"概要.pdf": OUTLINE})
    office.now += timedelta(hours=1)
    again = sent(office, to, {"概要（改）.pdf": OUTLINE + b"2"})
    assert [s.decided.mail.rule for s in again] == ["material"]


def test_a_colleague_of_the_same_house_may_send_it(office: Office) -> None:
    to = asked(office)
    _, answer = sent(office, to, {"概要.pdf": OUTLINE}, sender="hoken@city.yokohama.lg.jp")
    assert answer.decided.outcome == "accepted"


def test_read_again_later_the_answer_stays_complete(office: Office) -> None:
    from routing.ledger import verdicts

    _, answer = sent(office, asked(office), {"概要.pdf": OUTLINE})
    verdicts.read_again(office.ledger, answer.decided.arrival.id, ("受付太郎", "確認のため"), office.now)
    (once_more,) = office.desk.settle_waiting()
    assert once_more.decided.outcome == "accepted" and once_more.reply is None
