"""The journey of a mail over the desk (docs/design.md, "The way of a mail"): what is kept, what is decided,
what is queued."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from config.load import default_survey
from intake.submission import Submission
from routing.deadline import Deadlines
from routing.decision.which_letter import ReplyContext, letter_kind
from routing.journey import judge as judge_module
from routing.ledger import arrivals, outbox, verdicts
from routing.ledger.secret import message_ids
from routing.ledger.store import DiskFull, LedgerBusy
from routing.reading.errors import ReaderDied, ReadFailed
from routing.records import Decided
from tests.routing.cases_at_hand import (
    DEADLINE,
    FUCHU_TOKYO,
    IN_TIME,
    KAMAKURA,
    KANAGAWA,
    SAGAMIHARA,
    YOKOHAMA,
    YOKOSUKA,
)
from tests.routing.desk_at_hand import Office, OneByOne, capped, form, mail, nanbyo, settle_one

MINUTE = timedelta(minutes=1)
FAULTY = {"program": "難病", "5": None}
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
AWAY = {"Auto-Submitted": "auto-replied"}


class Dying(OneByOne):
    """A child that dies over every mail."""

    def __init__(self) -> None:
        super().__init__(default_survey())

    def read_mail(self, raw: bytes, *args: object) -> Submission:
        raise ReaderDied("EOFError")


class Failing(Dying):
    """A child in which something nobody foresaw is raised."""

    def read_mail(self, raw: bytes, *args: object) -> Submission:
        raise ReadFailed("Traceback: KeyError: '様式'")


def rules(office: Office) -> list[str]:
    """The mails' own rules, in the order of decision."""
    rows = office.ledger.rows("SELECT rules FROM verdict WHERE piece = '0' ORDER BY id")
    return [str(r["rules"]).split('"')[1] for r in rows]


def subjects(office: Office) -> list[str]:
    return [str(r["subject"]) for r in office.ledger.rows("SELECT subject FROM outbox ORDER BY id")]


def letter(office: Office, number: int = -1) -> str:
    """The text of a reply in the outbox."""
    rows = office.ledger.rows("SELECT data FROM outbox ORDER BY id")
    part = email.message_from_bytes(rows[number]["data"], policy=default).get_body(("plain",))
    assert isinstance(part, EmailMessage)
    return part.get_content()


# --- nothing is lost --------------------------------------------------------------------------------------


def test_raw_bytes_are_committed_before_anything_reads_them(office: Office) -> None:
    raw = mail()
    arrival = office.arrive(raw)
    office.desk.reader = Dying()
    assert settle_one(office.desk, arrival) is None
    assert arrivals.raw_bytes(office.ledger, arrival.id) == raw
    assert arrivals.is_waiting(office.ledger, arrival.id)
    assert office.count("verdict") == 0


def test_three_deaths_quarantine_a_mail_and_a_retry_reads_it(office: Office) -> None:
    real = office.desk.reader
    arrival = office.arrive(mail())
    office.desk.reader = Dying()
    for _ in range(3):
        assert settle_one(office.desk, arrival) is None
    quarantined = settle_one(office.desk, arrival)
    assert quarantined is not None and quarantined.decided.mail.rule == "poison"
    assert quarantined.reply is None
    assert office.held() == [("alarm", "poison")]
    assert len(office.events("reader_died")) == 3
    office.desk.reader = real
    verdicts.read_again(office.ledger, arrival.id, ("山田", "読み直し"), office.now)
    (settled,) = office.desk.settle_waiting()
    assert [p.decision.outcome for p in settled.decided.pieces] == ["accepted"]
    assert office.held() == []


def test_one_mail_that_kills_the_reader_holds_up_no_other(office: Office) -> None:
    real = office.desk.reader
    bad, good = mail(subject="【横浜市】毒"), mail()

    class Choosy(Dying):
        def read_mail(self, raw: bytes, *args: object) -> Submission:
            if raw == bad:
                raise ReaderDied("EOFError")
            return real.read_mail(raw)

    office.arrive(bad)
    office.arrive(good)
    office.desk.reader = Choosy()
    found = [s.decided.mail.rule for s in office.desk.settle_waiting()]
    assert found == ["otherwise", "poison"]


def test_what_the_reader_did_not_foresee_is_held_with_its_traceback(office: Office) -> None:
    office.desk.reader = Failing()
    settled = office.settle(mail())
    assert (settled.decided.mail.rule, settled.reply) == ("read_failed", None)
    assert office.events("read_failed") == [("Traceback: KeyError: '様式'", "uketsuke", "")]


def test_what_nobody_foresaw_in_deciding_holds_that_mail_and_the_next_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = judge_module.decide

    def decide(*args: object) -> Decided:
        if args[1].message.subject.startswith("【相模原市】"):  # type: ignore[attr-defined]
            raise ZeroDivisionError("\udc80 in a name")
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(judge_module, "decide", decide)
    office.arrive(mail(subject="【相模原市】マイナンバーアンケート回答"))
    office.arrive(mail())
    first, second = office.desk.settle_waiting()
    assert (first.decided.mail.rule, first.reply) == ("read_failed", None)
    assert second.decided.pieces[0].decision.outcome == "accepted"
    ((traceback, _, _),) = office.events("read_failed")
    assert "ZeroDivisionError" in traceback and "in decide" in traceback
    assert office.held() == [("submission", "read_failed")]


@pytest.mark.parametrize("trouble", [LedgerBusy("x"), DiskFull("x")])
def test_a_full_disk_or_a_locked_ledger_is_no_verdict(
    office: Office, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    office.arrive(mail())
    monkeypatch.setattr(verdicts, "record", lambda *args: (_ for _ in ()).throw(trouble))
    with pytest.raises(type(trouble)):
        list(office.desk.settle_waiting())
    monkeypatch.undo()
    assert office.count("verdict") == 0
    (settled,) = office.desk.settle_waiting()
    assert settled.decided.mail.rule == "otherwise"


def test_verdict_and_reply_are_one_transaction(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault between the two leaves neither; the mail is held instead, and nothing goes out."""

    def broken(*args: object) -> None:
        assert office.count("verdict") == 2  # the verdicts are written, and not committed
        raise RuntimeError("between verdict and outbox")

    monkeypatch.setattr(outbox, "queue", broken)
    settled = office.settle(mail())
    assert (settled.decided.mail.rule, settled.reply) == ("read_failed", None)
    assert rules(office) == ["read_failed"]
    assert (office.count("outbox"), office.count("message")) == (0, 0)


def test_mails_settled_together_are_one_commit_and_each_sees_those_before_it(office: Office) -> None:
    commits: list[str] = []
    first, resent = (office.arrive(mail(headers={"Message-ID": f"<{n}@city.lg.jp>"})) for n in (1, 2))
    office.ledger.connection.set_trace_callback(lambda s: commits.append(s) if s == "COMMIT" else None)
    settled = office.desk.settle_batch([(first, None), (resent, None)])
    office.ledger.connection.set_trace_callback(None)
    assert [s.decided.mail.rule for s in settled] == ["otherwise", "resend"]
    assert len(commits) == 2  # the beginning, and the decisions


def test_mails_settled_together_are_all_settled_or_none(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full in the middle of the second one; both wait, and are settled when there is room."""
    real, calls = verdicts.record, []

    def record(*args: object) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise DiskFull("x")
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(verdicts, "record", record)
    together = [(office.arrive(mail(subject=f"【横浜市】{n}")), None) for n in (1, 2)]
    with pytest.raises(DiskFull):
        office.desk.settle_batch(together)
    assert (office.count("verdict"), office.count("outbox")) == (0, 0)
    assert len(office.desk.settle_batch(together)) == 2
    assert rules(office) == ["otherwise", "otherwise"]


def test_what_is_too_large_is_recorded_and_held(office: Office) -> None:
    from intake.sources.source import Fetched

    header = b"Subject: x\r\n\r\n"
    office.desk.keep("n_mynumber", "7", [Fetched("1", IN_TIME, 60 << 20, header, header_only=True)])
    (settled,) = office.desk.settle_waiting()
    assert (settled.decided.mail.rule, settled.reply) == ("too_large", None)
    assert office.held() == [("submission", "too_large")]


def test_a_mail_that_an_official_decided_meanwhile_is_left_alone(office: Office) -> None:
    arrival = office.arrive(mail())
    with office.ledger.writing():
        office.ledger.run("DELETE FROM to_read WHERE arrival_id = ?", arrival.id)
    assert settle_one(office.desk, arrival) is None
    assert office.count("verdict") == 0


# --- what is decided, and what goes out -------------------------------------------------------------------


def test_a_complete_answer_is_accepted_acknowledged_and_booked(office: Office) -> None:
    settled = office.settle(mail())
    assert settled.reply is not None and settled.reply.kind == "acknowledgement"
    assert subjects(office)[0].startswith("【受付】難病 Re: 【横浜市】マイナンバーアンケート回答")
    assert settled.decided.arrival.receipt in subjects(office)[0]
    found = office.standing(YOKOHAMA, "nanbyo")
    assert (found.state, found.late, found.received_at) == ("accepted", False, IN_TIME - MINUTE)
    assert office.standing(YOKOHAMA, "shoman").state == "outstanding"


def test_the_same_instant_asked_later_gives_the_same_answer(office: Office) -> None:
    office.settle(mail({NAME: form(FAULTY)}))
    then = office.now
    before = office.standing(YOKOHAMA, "nanbyo", then)
    assert (before.state, len(before.open_corrections)) == ("correction", 1)
    office.now += 60 * MINUTE
    office.settle(mail(body="修正版です。"))
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"
    assert office.standing(YOKOHAMA, "nanbyo", then) == before
    assert office.standing(YOKOHAMA, "nanbyo", then - MINUTE).state == "outstanding"


def test_one_reply_covers_every_file_of_a_mail(office: Office) -> None:
    files = {
        "【横浜市】マイナンバーアンケート回答（難病）.xlsx": nanbyo(),
        "【横浜市】マイナンバーアンケート回答（小慢）.xlsx": form({"5": None}),
        "実施要綱.pdf": b"%PDF-1.4",
    }
    settled = office.settle(mail(files))
    outcomes = [(p.program, p.decision.outcome) for p in settled.decided.pieces]
    assert outcomes == [("nanbyo", "accepted"), ("shoman", "correction"), ("", "kept")]
    assert office.count("outbox") == 1
    assert subjects(office)[0].startswith("【一部受付】")


def test_a_supporting_file_may_be_called_anything(office: Office) -> None:
    settled = office.settle(mail({NAME: nanbyo(), "【相模原市】の例.pdf": b"%PDF-1.4"}))
    assert [p.decision.outcome for p in settled.decided.pieces] == ["accepted", "kept"]
    assert [f.code for p in settled.decided.pieces for f in p.findings if f.severity == "error"] == [
        "not_a_workbook"
    ]
    assert "相模原市" not in letter(office).replace("【相模原市】の例.pdf", "")


def test_a_subject_that_contradicts_workbook_and_domain_is_asked_about(office: Office) -> None:
    settled = office.settle(mail(subject="【相模原市】マイナンバーアンケート回答"))
    (piece,) = settled.decided.pieces
    assert (piece.identity.body, piece.decision.outcome) == (YOKOHAMA, "correction")
    assert [f.code for f in piece.findings if f.severity == "error"] == ["subject_contradicts"]
    assert (settled.decided.identity.submitter, settled.decided.identity.body) == (YOKOHAMA, YOKOHAMA)


def test_the_letter_goes_by_the_workbook_and_tells_nobody_anothers_standing(office: Office) -> None:
    """From a domain that names no body, with another city in the subject."""
    wrong = mail(subject="【相模原市】マイナンバーアンケート回答", sender="a@kenkou.lg.jp")
    settled = office.settle(wrong)
    assert settled.reply is not None and settled.reply.respondent == YOKOHAMA
    assert "神奈川県横浜市" in letter(office)


def test_workbook_and_domain_of_two_cities_are_held_with_a_neutral_notice(office: Office) -> None:
    settled = office.settle(mail(sender="kenko@city.sagamihara.kanagawa.jp", subject="回答"))
    assert [p.decision.rule for p in settled.decided.pieces] == ["evidence_disagrees"]
    assert settled.reply is not None and settled.reply.kind == "arrival"
    assert office.standing(YOKOHAMA, "nanbyo").state == "outstanding"
    assert office.standing(SAGAMIHARA, "nanbyo").state == "outstanding"


def test_a_name_that_two_cities_share_is_no_fault_where_the_domain_tells(office: Office) -> None:
    """府中市 is in 東京都 and in 広島県; ② demands its sheet through the prefecture."""
    sheet = form({"organisation": "府中市", "kind": "市区町村", "program": "予防接種"})
    raw = mail({"回答.xlsx": sheet}, "【府中市】マイナンバーアンケート回答", "a@city.fuchu.tokyo.jp")
    (piece,) = office.settle(raw, mailbox="yoboseshu").decided.pieces
    assert (piece.identity.body, piece.decision.rule) == (FUCHU_TOKYO, "direct")
    assert "body_ambiguous" not in [f.code for f in piece.findings]


def test_a_misspelt_name_is_a_friendly_line_where_the_domain_tells(office: Office) -> None:
    raw = mail({"回答.xlsx": form({"program": "難病", "organisation": "横浜し"})}, "回答の送付")
    settled = office.settle(raw)
    (piece,) = settled.decided.pieces
    assert (piece.identity.body, piece.decision.outcome) == (YOKOHAMA, "accepted")
    assert ("body_unknown", "warning") in [(f.code, f.severity) for f in piece.findings]


def test_a_misspelt_name_is_asked_about_where_nothing_else_tells(office: Office) -> None:
    raw = mail(
        {"回答.xlsx": form({"program": "難病", "organisation": "横浜し"})}, "回答の送付", "a@kenkou.lg.jp"
    )
    (piece,) = office.settle(raw).decided.pieces
    assert (piece.identity.body, piece.decision.rule) == ("", "body_unclear")
    assert ("body_unknown", "error") in [(f.code, f.severity) for f in piece.findings]


def test_a_core_city_in_mailbox_1_can_only_mean_shoman(office: Office) -> None:
    sheet = form({"organisation": "14神奈川県横須賀市", "kind": "中核市"})
    raw = mail({"回答.xlsx": sheet}, "【横須賀市】マイナンバーアンケート回答", "a@city.yokosuka.kanagawa.jp")
    (piece,) = office.settle(raw).decided.pieces
    assert (piece.identity.body, piece.program, piece.decision.outcome) == (YOKOSUKA, "shoman", "accepted")


def test_a_prefecture_sends_a_municipalitys_own_sheet(office: Office) -> None:
    sheet = form({"organisation": "14神奈川県鎌倉市", "kind": "市区町村"})
    raw = mail(
        {"【鎌倉市】回答.xlsx": sheet}, "【神奈川県】マイナンバーアンケート回答", "a@pref.kanagawa.lg.jp"
    )
    (piece,) = office.settle(raw, mailbox="yoboseshu").decided.pieces
    assert (piece.identity.submitter, piece.identity.body) == (KANAGAWA, KAMAKURA)
    assert (piece.program, piece.decision.rule) == ("yobosesshu", "original")
    assert "subject_contradicts" not in [f.code for f in piece.findings]


def test_the_second_time_of_the_same_finding_is_for_the_telephone(office: Office) -> None:
    office.settle(mail({NAME: form(FAULTY)}))
    again = office.settle(mail({NAME: form({**FAULTY, "department": "医療局"})}))
    assert [p.decision.rule for p in again.decided.pieces] == ["same_finding_again"]
    assert again.reply is None
    assert office.held() == [("submission", "same_finding_again")]


def test_a_field_that_is_blank_twice_is_for_the_telephone_too(office: Office) -> None:
    """Its findings are alike by the field's label, where a question's are by its number."""
    office.settle(mail({NAME: form({"program": "難病", "telephone": None})}))
    again = office.settle(mail({NAME: form({"program": "難病", "telephone": None, "department": "医療局"})}))
    assert [p.decision.rule for p in again.decided.pieces] == ["same_finding_again"]


def test_another_sections_answer_waits_and_the_earlier_one_stands(office: Office) -> None:
    office.settle(mail())
    second = office.settle(mail({NAME: form({"program": "難病", "9": 2})}, sender="b@city.yokohama.lg.jp"))
    assert [p.decision.rule for p in second.decided.pieces] == ["double"]
    assert second.reply is not None and second.reply.kind == "arrival"
    found = office.standing(YOKOHAMA, "nanbyo")
    assert (found.state, found.received_at) == ("accepted", IN_TIME - MINUTE)


@pytest.mark.parametrize("sender", ["KENKO@City.Yokohama.LG.jp", "kenko@city.yokohama.lg.jp"])
def test_the_same_senders_new_version_replaces(office: Office, sender: str) -> None:
    office.settle(mail())
    second = office.settle(mail({NAME: form({"program": "難病", "9": 2})}, sender=sender))
    assert [p.decision.remarks for p in second.decided.pieces] == [("replaces",)]


def test_a_faulty_new_version_leaves_the_accepted_one_standing(office: Office) -> None:
    office.settle(mail())
    office.now += MINUTE
    second = office.settle(mail({NAME: form(FAULTY)}))
    assert [p.decision.remarks for p in second.decided.pieces] == [("stands",)]
    found = office.standing(YOKOHAMA, "nanbyo")
    assert (found.state, found.open_corrections) == ("accepted", (second.decided.arrival.receipt,))


def test_at_17_00_00_a_mail_is_in_time_and_a_second_later_it_is_late(office: Office) -> None:
    office.now = DEADLINE + MINUTE
    assert office.settle(mail(), DEADLINE).decided.late is False
    late = office.settle(mail({NAME: form({"program": "小慢"})}), DEADLINE + timedelta(seconds=1))
    assert late.decided.late is True
    assert "の後に受領しました" in letter(office)
    assert "の後に受領しました" not in letter(office, 0)


def test_what_was_in_time_and_is_mended_later_is_not_called_late(office: Office) -> None:
    office.settle(mail({NAME: form(FAULTY)}))
    office.now = DEADLINE + timedelta(days=3)
    office.settle(mail(body="修正版です。"))
    assert "の後に受領しました" not in letter(office)
    assert office.standing(YOKOHAMA, "nanbyo").late is False


# --- what gets no reply -----------------------------------------------------------------------------------


def machine(subject: str, body: str = "不在です。", **headers: str) -> bytes:
    return mail({}, subject, body=body, headers={**AWAY, **headers})


def test_an_automatic_reply_is_ignored_in_silence_however_often_it_comes(office: Office) -> None:
    assert office.settle(machine("自動応答：マイナンバー")).reply is None
    again = office.settle(machine("自動応答：マイナンバー", **{"Message-ID": "<2@x.lg.jp>"}))
    assert (again.decided.mail.rule, again.reply) == ("machine", None)
    assert office.held() == []


@pytest.mark.parametrize("kind", ["bounce", "receipt", "auto_reply", "list", "own"])
def test_no_letter_answers_a_machine_whatever_was_decided(office: Office, kind: str) -> None:
    """Even where no header forbids an answer, and where an official took the mail in."""
    decided = office.settle(mail()).decided
    assert decided.submission is not None
    standings = (office.standing(YOKOHAMA, "shoman"),)
    ids = message_ids(office.ledger)
    register = office.desk.register
    around = ReplyContext(register, office.desk.settings, standings, "", office.now, ids, Deadlines(register, {}))
    assert letter_kind(decided, around) == "acknowledgement"
    machine_made = replace(decided, submission=replace(decided.submission, kind=kind))
    assert letter_kind(machine_made, around) is None


def test_an_automatic_mail_with_a_form_is_taken_in_and_not_answered(office: Office) -> None:
    settled = office.settle(mail(headers=AWAY))
    assert (settled.decided.mail.rule, settled.reply) == ("machine_with_form", None)
    assert office.held() == [("submission", "machine_with_form")]


def test_an_unknown_domain_gets_nothing_the_second_time_either(office: Office) -> None:
    for number in ("1", "2"):
        settled = office.settle(
            mail(sender="a@example.com", headers={"Message-ID": f"<{number}@example.com>"})
        )
        assert (settled.decided.mail.rule, settled.reply) == ("unknown_sender", None)


def test_a_resend_is_told_the_number_of_the_first(office: Office) -> None:
    first = office.settle(mail(headers={"Message-ID": "<1@city.lg.jp>"}))
    again = office.settle(mail(headers={"Message-ID": "<2@city.lg.jp>"}))
    assert again.decided.mail.rule == "resend"
    assert again.reply is not None and again.reply.kind == "duplicate"
    assert first.decided.arrival.receipt in letter(office)


def test_an_inquiry_waits_in_a_queue_of_its_own(office: Office) -> None:
    raw = mail({}, "照会（提出先について）", body="提出先をご教示ください。")
    reply = office.settle(raw).reply
    assert reply is not None and reply.kind == "arrival"
    assert office.held() == [("inquiry", "inquiry")]


def test_thanks_wait_with_low_priority(office: Office) -> None:
    sent = office.settle(mail())
    assert sent.reply is not None
    headers = {"In-Reply-To": sent.reply.message_id}
    thanks = office.settle(mail({}, "Re: 【受付】", body="ありがとうございました。", headers=headers))
    assert (thanks.decided.mail.rule, thanks.reply) == ("reply", None)
    assert office.held() == [("reply", "reply")]


def test_a_my_number_is_an_alarm_and_stands_in_no_row_but_the_raw_mail(office: Office) -> None:
    """123456789018 has a valid check digit (総務省令第85号 art. 5), worked out by hand."""
    settled = office.settle(mail(body="番号は 123456789018 です。"))
    assert (settled.decided.mail.rule, settled.reply) == ("personal_data", None)
    assert office.held() == [("alarm", "personal_data")]
    dump = "\n".join(line for line in office.ledger.connection.iterdump() if 'INTO "raw"' not in line)
    assert "123456789018" not in dump


# --- caps -------------------------------------------------------------------------------------------------


def version(number: int) -> bytes:
    return mail({NAME: form({"program": "難病", "department": f"第{number}課"})})


def test_a_cap_holds_back_and_shows_until_an_official_acts(office: Office) -> None:
    from routing import operate
    from routing.decision.override import Override

    capped(office, per_address=1)
    assert office.settle(version(1)).reply is not None
    second = office.settle(version(2))
    assert second.reply is None
    assert [p.decision.outcome for p in second.decided.pieces] == ["accepted"]  # the verdict stands
    ((detail, _, _),) = office.events("capped")
    assert detail == "kenko@city.yokohama.lg.jp per_address_per_day"
    assert office.held() == [("outbox", "capped")]
    office.now += MINUTE
    sent = operate.decide_again(
        office.desk, second.decided.arrival, Override(outcome="accepted", take_in=True, by="山田", why="送る")
    )
    assert sent.reply is not None
    assert office.held() == []


def test_the_cap_is_of_a_day(office: Office) -> None:
    capped(office, per_address=1)
    office.settle(version(1))
    office.now += timedelta(days=1, seconds=1)
    assert office.settle(version(2)).reply is not None


def test_a_respondent_has_a_cap_of_its_own(office: Office) -> None:
    capped(office, per_respondent=1)
    office.settle(version(1))
    other = mail({NAME: form({"program": "難病", "department": "第2課"})}, sender="b@city.yokohama.lg.jp",
                 subject="【横浜市】マイナンバーアンケート回答【差替え】")  # fmt: skip
    assert office.settle(other).reply is None
    assert [detail for detail, _, _ in office.events("capped")] == [
        "b@city.yokohama.lg.jp per_respondent_per_day"
    ]


def test_a_capped_mail_that_is_read_again_and_answered_waits_no_more(office: Office) -> None:
    capped(office, per_address=1)
    office.settle(version(1))
    second = office.settle(version(2))
    capped(office, per_address=9)
    verdicts.read_again(office.ledger, second.decided.arrival.id, ("山田", "上限を上げた"), office.now)
    assert office.held() == []
    (settled,) = office.desk.settle_waiting()
    assert settled.reply is not None
    assert office.held() == []


# --- bounces ----------------------------------------------------------------------------------------------


def bounce(message_id: str, action: str = "failed") -> bytes:
    """A delivery status notification (RFC 3464) with the returned header."""
    made = EmailMessage(policy=SMTP)
    made["From"] = "MAILER-DAEMON@city.yokohama.lg.jp"
    made["To"] = "n_mynumber@mhlw.go.jp"
    made["Subject"] = "Undelivered Mail Returned to Sender"
    made["Auto-Submitted"] = "auto-replied"
    made["MIME-Version"] = "1.0"
    status = (
        "Reporting-MTA: dns; mx.city.yokohama.lg.jp\r\n\r\nFinal-Recipient: rfc822; kenko@city.yokohama.lg.jp\r\n"
        f"Action: {action}\r\nStatus: 5.1.1\r\n"
    )
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nUser unknown\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\nSubject: x\r\n\r\n--b--\r\n"
    )
    head = made.as_bytes().replace(b"\r\n\r\n", b"\r\n", 1).rstrip(b"\r\n")
    return (
        head
        + b'\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        + body.encode()
    )


def test_a_bounce_is_tied_to_the_reply_that_came_back(office: Office) -> None:
    sent = office.settle(mail())
    assert sent.reply is not None
    list(office.desk.dispatch.deliver(office.sender))
    returned = office.settle(bounce(sent.reply.message_id))
    assert (returned.decided.mail.rule, returned.reply) == ("machine", None)
    assert office.held() == [("outbox", "undelivered")]
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded"])
def test_only_a_failure_is_a_failure(office: Office, action: str) -> None:
    """RFC 3464 §2.3.3: the other actions say that the mail went on, or still may."""
    sent = office.settle(mail())
    assert sent.reply is not None
    list(office.desk.dispatch.deliver(office.sender))
    office.settle(bounce(sent.reply.message_id, action))
    assert office.held() == []


def test_a_bounce_of_somebody_elses_mail_ties_to_nothing(office: Office) -> None:
    office.settle(mail())
    office.settle(bounce("<somebody@else.example.jp>"))
    assert office.held() == []


def test_an_undelivered_reply_waits_until_an_official_has_looked(office: Office) -> None:
    from routing import operate
    from routing.decision.override import Override

    sent = office.settle(mail())
    assert sent.reply is not None
    office.settle(bounce(sent.reply.message_id))
    office.now += MINUTE
    anew = Override(outcome="accepted", take_in=True, by="山田", why="電話で伝えた")
    operate.decide_again(office.desk, sent.decided.arrival, anew)
    assert office.held() == []
