"""Whole conversations, several mails in their order, and exactly what goes back: no reply contradicts another
(rules `resend`, `wrong_mailbox`, `no_form`, `double`, `same_finding_again`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from routing import operate
from routing.decision.override import Override
from routing.journey.judge import Settled
from tests.routing.cases_at_hand import IN_TIME, YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail, nanbyo
from tests.routing.test_desk import letter
from tests.routing.test_mail_table import with_survey

MINUTE = timedelta(minutes=1)
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
SHOMAN, YOBO = {"program": "小慢"}, {"program": "予防接種"}
FAULTY = form({"program": "難病", "5": None})
NOTHING_TO_DO = "先にお送りいただいたものと、同じ内容でした"
STILL_ASKED = "先にお願いした点が残っております"
NEED_NOT_RESEND = "改めてお送りいただく必要はございません"
ALL = "n_mynumber@mhlw.go.jp, yoboseshu@mhlw.go.jp, sukoyaka@mhlw.go.jp"


@dataclass
class Conversation:
    """One correspondent and the desk. Each mail comes ten minutes after the one before."""

    office: Office
    told: list[Settled] = field(default_factory=list)

    def write(self, files: dict[str, bytes] | None = None, to: str = "n_mynumber", **more: object) -> str:
        """One mail; the kind of its reply, or the rule that kept us silent."""
        self.office.now += 10 * MINUTE
        usual = {"Message-ID": f"<{len(self.told)}@city.yokohama.lg.jp>", "To": f"{to}@mhlw.go.jp"}
        headers = {**usual, **more.pop("headers", {})}  # type: ignore[dict-item]
        raw = mail({NAME: nanbyo()} if files is None else files, headers=headers, **more)  # type: ignore[arg-type]
        settled = self.office.settle(raw, mailbox=to)
        self.told.append(settled)
        rules = [p.decision.rule for p in settled.decided.pieces] or [settled.decided.mail.rule]
        return settled.reply.kind if settled.reply else f"({rules[0]})"

    @property
    def letter(self) -> str:
        """The last reply's text without line ends and spaces."""
        return "".join(letter(self.office).split())

    def receipt(self, number: int) -> str:
        return self.told[number].decided.arrival.receipt

    def answering(self) -> dict[str, str]:
        """The header of a mail that answers our last reply."""
        reply = self.told[-1].reply
        assert reply is not None
        return {"In-Reply-To": reply.message_id}

    def decide(self, number: int, outcome: str) -> Settled:
        override = Override(outcome=outcome, take_in=True, by="山田", why="電話")  # type: ignore[arg-type]
        return operate.decide_again(self.office.desk, self.told[number].decided.arrival, override)


# --- the same again ----------------------------------------------------------------------------------


def test_the_same_file_sent_three_times_is_one_answer_under_one_number(office: Office) -> None:
    talk = Conversation(office)
    assert talk.write() == "acknowledgement"
    for _ in range(2):
        assert talk.write() == "duplicate"
        assert talk.receipt(0) in talk.letter and NOTHING_TO_DO in talk.letter
    assert office.held() == []
    found = office.standing(YOKOHAMA, "nanbyo")
    assert (found.state, found.received_at) == ("accepted", IN_TIME + 9 * MINUTE)


def test_a_mail_without_its_file_sent_twice_is_asked_about_once_and_then_seen_by_people(office: Office) -> None:
    talk = Conversation(office)
    assert talk.write({}) == "correction"
    assert talk.write({}) == "(no_file_again)"
    assert office.held() == [("inquiry", "no_file_again")]
    assert talk.write() == "acknowledgement"
    assert talk.write({}) == "(resend)"  # an old copy, after the right one has come


def test_an_old_faulty_version_that_comes_again_asks_for_nothing_that_is_mended(office: Office) -> None:
    talk = Conversation(office)
    assert talk.write({NAME: FAULTY}) == "correction"
    assert talk.write(body="修正版です。", headers=talk.answering()) == "acknowledgement"
    assert talk.write({NAME: FAULTY}) == "duplicate"
    assert (STILL_ASKED in talk.letter, NOTHING_TO_DO in talk.letter) == (False, True)
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


def test_a_faulty_version_that_comes_again_is_asked_for_once_more(office: Office) -> None:
    talk = Conversation(office)
    assert [talk.write({NAME: FAULTY}) for _ in range(2)] == ["correction", "duplicate"]
    assert STILL_ASKED in talk.letter
    assert "「様式」シート" in talk.letter and "Q5" in talk.letter  # what is to be mended is told again
    assert "７月21日（金）17時までに、直したファイルを" in talk.letter


def test_what_was_withdrawn_and_set_aside_does_not_come_back_by_itself(office: Office) -> None:
    talk = Conversation(office)
    assert talk.write() == "acknowledgement"
    withdrawal = "先日提出した回答は、取り下げます。"
    assert talk.write({}, subject="Re: 【受付】", body=withdrawal, headers=talk.answering()) == "(withdrawal)"
    assert office.held() == [("submission", "withdrawal")]
    office.now += MINUTE
    assert talk.decide(0, "ignored").reply is None
    talk.decide(1, "ignored")
    assert office.standing(YOKOHAMA, "nanbyo").state == "outstanding"
    assert talk.write() == "arrival"  # not "nothing is to be done", and not accepted either
    assert office.held() == [("submission", "set_aside_again")]
    assert NOTHING_TO_DO not in talk.letter
    office.now += MINUTE
    accepted = talk.decide(2, "accepted")
    assert accepted.reply is not None and accepted.reply.kind == "acknowledgement"
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


# --- the wrong mailbox, several mailboxes -----------------------------------------------------------


def test_a_faulty_answer_in_the_wrong_mailbox_is_not_told_both_to_send_and_not_to_send(office: Office) -> None:
    talk = Conversation(office)
    assert talk.write({NAME: FAULTY}, to="yoboseshu") == "correction"
    assert NEED_NOT_RESEND not in talk.letter
    assert "担当する係（下記）へ引き継ぎました" in talk.letter and "難病対策課難病調査研究係" in talk.letter
    assert talk.write(to="yoboseshu", body="修正版です。", headers=talk.answering()) == "transfer"
    assert NEED_NOT_RESEND in talk.letter
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


@pytest.mark.parametrize("file", [nanbyo(), FAULTY], ids=["without fault", "with a fault"])
def test_a_survey_that_has_it_sent_again_says_where_and_asks_for_no_mending(office: Office, file: bytes) -> None:
    with_survey(office, wrong_mailbox="resend")
    talk = Conversation(office)
    assert talk.write({NAME: file}, to="yoboseshu") == "correction"
    assert "ご回答の提出先が、通知と異なっております。" in talk.letter
    assert "正しい提出先（下記）へお送りください。" in talk.letter
    assert "お送りいただきたい提出先：" in talk.letter and "n_mynumber@mhlw.go.jp⇒" in talk.letter
    assert '"sent_elsewhere"' in office.ledger.rows("SELECT json_array(code) FROM finding WHERE code LIKE 'sent_%'")[0][0]
    for wrong in ("返信でお送り", "返信に添付", "修正をお願いしたい点が", "修正をお願いします"):
        assert wrong not in talk.letter
    assert talk.write({NAME: nanbyo()}) == "acknowledgement"  # as it was asked
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


def test_what_was_passed_on_and_is_sent_to_the_right_mailbox_too_keeps_its_time(office: Office) -> None:
    talk = Conversation(office)
    assert talk.write(to="yoboseshu") == "transfer"
    first = office.standing(YOKOHAMA, "nanbyo")
    assert talk.write() == "acknowledgement"
    found = office.standing(YOKOHAMA, "nanbyo")
    assert (first.state, found.state, found.late) == ("accepted", "accepted", False)


def test_one_mail_to_three_mailboxes_is_answered_by_each_for_its_own_programs(office: Office) -> None:
    talk = Conversation(office)
    files = {"難病.xlsx": nanbyo(), "予防接種.xlsx": form(YOBO)}
    told = [talk.write(files, to=box, headers={"To": ALL}) for box in ("n_mynumber", "yoboseshu", "sukoyaka")]
    assert told == ["acknowledgement", "acknowledgement", "(other_mailbox_answers)"]
    first, second = ("".join(letter(office, n).split()) for n in (0, 1))
    for text, own, other in ((first, "難病.xlsx", "予防接種.xlsx"), (second, "予防接種.xlsx", "難病.xlsx")):
        assert f"{own}別添１" in text.replace("　", "")
        assert "担当する係で取り扱い、同係からお知らせいたします" in text and other in text
    assert [office.standing(YOKOHAMA, p).state for p in ("nanbyo", "yobosesshu")] == ["accepted", "accepted"]
    assert "予防接種：未提出" not in first  # which this very mail brings, and the other mailbox answers


def test_a_mail_without_its_file_to_three_mailboxes_is_asked_about_once(office: Office) -> None:
    talk = Conversation(office)
    told = [talk.write({}, to=box, headers={"To": ALL}) for box in ("n_mynumber", "yoboseshu", "sukoyaka")]
    assert told == ["correction", "(another_mailbox_answers)", "(another_mailbox_answers)"]


def test_where_the_subject_names_a_program_its_mailbox_asks(office: Office) -> None:
    talk = Conversation(office)
    subject = "【横浜市】マイナンバーアンケート回答（予防接種）"
    told = [talk.write({}, to=b, subject=subject, headers={"To": ALL}) for b in ("n_mynumber", "yoboseshu")]
    assert told == ["(another_mailbox_answers)", "correction"]


def test_a_section_that_runs_the_desk_alone_answers_itself(office: Office) -> None:
    only = {"yoboseshu": office.desk.settings.mailboxes["yoboseshu"]}
    office.desk.settings = office.desk.settings.changed({"mailboxes": only})
    assert Conversation(office).write({}, to="yoboseshu", headers={"To": ALL}) == "correction"


# --- another answer, the same finding again -----------------------------------------------------------------


def test_two_sections_answer_differently_until_one_answers_our_letter(office: Office) -> None:
    """Rule `double`: a mere word 差替え replaces nothing; an answer to a letter that only the city had does."""
    talk = Conversation(office)
    other = {"sender": "kikaku@city.yokohama.lg.jp"}
    differing = {NAME: form({"program": "難病", "9": 2})}
    assert talk.write() == "acknowledgement"
    assert talk.write(differing, **other) == "arrival"
    assert "同じものを改めてお送りいただく必要はございません" in talk.letter and "受け付けました" not in talk.letter
    assert office.held() == [("submission", "double")]
    replacing = "【差替え】【横浜市】マイナンバーアンケート回答"
    assert talk.write(differing, subject=replacing, **other) == "arrival"
    threaded = talk.answering()
    assert talk.write(differing, subject=replacing, headers=threaded, **other) == "acknowledgement"
    assert "に受信したもの（受付番号：N0718-" in talk.letter and "と差し替えました" in talk.letter
    assert office.held() == [("alarm", "replaced")]  # settled by its own sender; the first one may be told


def test_the_same_finding_twice_is_for_the_telephone_until_it_is_mended(office: Office) -> None:
    talk = Conversation(office)
    assert talk.write({NAME: FAULTY}) == "correction"
    assert talk.write({NAME: FAULTY}, body="修正しました。", headers=talk.answering()) == "(same_finding_again)"
    assert office.held() == [("submission", "same_finding_again")]
    assert talk.write({NAME: FAULTY}, body="もう一度送ります。") == "(same_finding_again)"
    assert talk.write(body="今度こそ修正しました。") == "acknowledgement"
    assert office.held() == []  # nobody has to telephone any more


def test_a_second_request_says_what_remained_of_the_first(office: Office) -> None:
    talk = Conversation(office)
    assert talk.write({NAME: FAULTY}) == "correction"
    assert "先のお願い" not in talk.letter
    assert talk.write({NAME: FAULTY}, body="修正しました。", headers=talk.answering()) == "(same_finding_again)"
    office.now += MINUTE
    assert talk.decide(1, "correction").reply is not None
    said = talk.letter
    assert f"先のお願い（受付番号：{talk.receipt(0)}）のうち、残っている点がございます" in said and "Q5" in said
    other = form({"program": "難病", "9": None})
    assert talk.write({NAME: other}, body="修正版です。") == "correction"
    assert "先のお願い" not in talk.letter  # what was asked for is mended; another point is new


def test_a_faulty_replacement_and_its_mend(office: Office) -> None:
    talk = Conversation(office)
    assert talk.write() == "acknowledgement"
    assert talk.write({NAME: FAULTY}) == "correction"
    assert "先に受け付けた内容を有効なものとして取り扱います" in talk.letter
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"
    assert talk.write({NAME: form({"program": "難病", "9": 2})}, headers=talk.answering()) == "acknowledgement"
    assert office.standing(YOKOHAMA, "nanbyo").open_corrections == ()


def test_thanks_after_every_reply_are_never_answered(office: Office) -> None:
    talk = Conversation(office)
    talk.write({NAME: nanbyo(), "小慢.xlsx": form(SHOMAN)})
    for number in range(3):
        thanks = talk.write({}, subject="Re: 【受付】", body=f"ありがとうございました（{number}）。", headers={
            "In-Reply-To": talk.told[0].reply.message_id if talk.told[0].reply else ""
        })  # fmt: skip
        assert thanks == "(reply)"
    assert office.count("outbox") == 1
