"""PPAP: a locked file, and its password in another mail. Held, paired, tried, forgotten, expired (rules
`password_awaited` and `password_told`). The archives are made by pyzipper (AES) and msoffcrypto-tool (ECMA-376
agile), not by us."""

from __future__ import annotations

import io
import logging
from dataclasses import replace
from datetime import timedelta

import msoffcrypto.format.ooxml
import pytest
import pyzipper

from config.load import default_survey
from intake.finding import Finding
from routing import operate
from routing.decision.unlocked import keep_opened, opens_more
from routing.journey.pending import pending_steps
from routing.ledger import arrivals, outbox, verdicts
from routing.ledger.store import Ledger
from routing.operate import Who
from routing.operate.consent import SURE
from routing.operate.wishes import Wish, fulfil
from routing.records import Arrival
from routing.register import Register, build_register
from routing.worker.one_pass import run_once
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail, nanbyo
from tests.routing.test_desk import letter, subjects

SECRET = "Yokohama-Himitsu-7391"
HOUR = timedelta(hours=1)
ZIP = "回答.zip"
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
GATEWAY = "noreply@securemail.example.com"


@pytest.fixture
def register(register: Register) -> Register:
    """Without the notice that a password is awaited, which has tests of its own at the end."""
    return _noticing(register, False)


def _noticing(register: Register, notice: bool) -> Register:
    mails = register.survey.mails.changed({"password": "send" if notice else "off"})
    return replace(register, survey=register.survey.changed({"mails": mails}))


def zipped(data: bytes, password: str = SECRET, name: str = NAME) -> bytes:
    made = io.BytesIO()
    with pyzipper.AESZipFile(made, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        archive.writestr(name, data)
    return made.getvalue()


def locked_book(data: bytes, password: str = SECRET) -> bytes:
    made = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(data)).encrypt(password, made)
    return made.getvalue()


def locked_mail(**changes: object) -> bytes:
    values = {"attachments": {ZIP: zipped(nanbyo())}, "headers": {"Message-ID": "<file@city.yokohama.lg.jp>"}}
    return mail(**{**values, **changes})  # type: ignore[arg-type]


def password_mail(password: str = SECRET, number: int = 1, **changes: object) -> bytes:
    values = {
        "attachments": {},
        "subject": "【パスワード】マイナンバーアンケート回答",
        "body": f"先ほどお送りしたファイルのパスワードをお知らせします。\nパスワード：{password}\n",
        "headers": {"Message-ID": f"<password{number}@city.yokohama.lg.jp>"},
    }
    return mail(**{**values, **changes})  # type: ignore[arg-type]


def wait(office: Office) -> list[str]:
    """What the doors do at every wake-up: the lines that they tell."""
    return [line for line in pending_steps(office.desk) if line]


def flat(office: Office) -> str:
    """The last letter's text without line ends and spaces."""
    return "".join(letter(office).split())


def everywhere(office: Office) -> bytes:
    """The ledger's files, byte by byte, the log of the database among them."""
    return b"".join(p.read_bytes() for p in sorted(office.ledger.path.parent.glob("ledger.db*")))


def rule(office: Office, arrival: Arrival) -> str:
    row = office.ledger.row(
        "SELECT rules FROM verdict WHERE arrival_id = ? AND piece = '0' ORDER BY id DESC LIMIT 1", arrival.id
    )
    assert row is not None
    return str(row["rules"]).split('"')[1]


# --- the pair, whichever came first -------------------------------------------------------------------------

LOCKED = {
    "zip": {ZIP: zipped(nanbyo())},
    "workbook": {NAME: locked_book(nanbyo())},
}


@pytest.mark.parametrize("password_first", [False, True], ids=["file first", "password first"])
@pytest.mark.parametrize("attachments", LOCKED.values(), ids=LOCKED)
def test_file_and_password_meet_and_one_reply_goes_out(
    office: Office, attachments: dict[str, bytes], password_first: bool
) -> None:
    mails = [locked_mail(attachments=attachments), password_mail()]
    for raw in reversed(mails) if password_first else mails:
        assert office.settle(raw).reply is None
    assert wait(office)
    assert [s[:4] for s in subjects(office)] == ["【受付】"]
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"
    assert office.held() == []
    assert wait(office) == []
    assert office.count("outbox") == 1


def test_while_it_waits_operators_see_what_and_since_when(office: Office) -> None:
    settled = office.settle(locked_mail())
    assert (settled.decided.mail.rule, settled.reply) == ("password_awaited", None)
    assert office.held() == [("submission", "password_awaited")]
    office.settle(password_mail(sender="hanako@city.sagamihara.kanagawa.jp"))
    wait(office)
    assert office.held() == [("submission", "password_awaited"), ("reply", "password_told")]


def test_a_locked_file_beside_a_readable_form_waits_alone(office: Office) -> None:
    settled = office.settle(locked_mail(attachments={NAME: nanbyo(), "小慢.zip": zipped(form({"program": "小慢"}))}))
    assert [(p.decision.outcome, p.decision.rule) for p in settled.decided.pieces] == [
        ("accepted", "otherwise"),
        ("held", "password_awaited"),
    ]
    assert settled.reply is not None and settled.reply.kind == "acknowledgement"
    assert "パスワードをお知らせいただくメールをお待ちしております" in flat(office)
    office.settle(password_mail())
    wait(office)
    assert office.standing(YOKOHAMA, "shoman").state == "accepted"
    assert office.count("outbox") == 2


def test_what_is_inside_is_checked_like_any_other_file(office: Office) -> None:
    office.settle(locked_mail(attachments={ZIP: zipped(form({"program": "難病", "5": None}))}))
    office.settle(password_mail())
    wait(office)
    assert [s[:8] for s in subjects(office)] == ["【確認のお願い】"]
    assert "Q5" in letter(office)


def test_a_my_number_inside_is_an_alarm_once_it_is_open(office: Office) -> None:
    """123456789018 has a valid check digit (総務省令第85号 art. 5)."""
    office.settle(locked_mail(attachments={ZIP: zipped(form({"program": "難病", "contact": "123456789018"}))}))
    office.settle(password_mail())
    wait(office)
    assert office.held() == [("alarm", "personal_data")]
    assert office.count("outbox") == 0
    dump = "\n".join(line for line in office.ledger.connection.iterdump() if 'INTO "raw"' not in line)
    assert "123456789018" not in dump


# --- whose password it is -----------------------------------------------------------------------------------

AUTOMATIC = {"Auto-Submitted": "auto-generated", "Message-ID": "<g@securemail.example.com>"}
NAMING = f"kenko@city.yokohama.lg.jp 様がお送りした添付ファイルのパスワードです。\nパスワード：{SECRET}"
NAMELESS = f"添付ファイルのパスワードです。\nパスワード：{SECRET}"
THREADED = {"In-Reply-To": "<file@city.yokohama.lg.jp>", "Message-ID": "<t@example.com>"}
TOLD_BY = [
    ("the gateway, naming him", GATEWAY, NAMING, {"Message-ID": "<g@example.com>"}, True),
    ("the gateway, as an automatic mail", GATEWAY, NAMING, AUTOMATIC, True),
    ("the gateway, in his thread", GATEWAY, NAMELESS, {**THREADED}, True),
    ("the gateway, naming nobody", GATEWAY, NAMELESS, {"Message-ID": "<g@example.com>"}, False),
    ("another person, naming him", "x@example.com", NAMING, {"Message-ID": "<x@example.com>"}, False),
    ("another city", "a@city.sagamihara.kanagawa.jp", NAMELESS, {"Message-ID": "<s@example.jp>"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("sender", "body", "headers", "fits"), [t[1:] for t in TOLD_BY], ids=[t[0] for t in TOLD_BY])
def test_whose_password_is_tried(
    office: Office, sender: str, body: str, headers: dict[str, str], fits: bool
) -> None:
    office.settle(locked_mail())
    office.settle(password_mail(sender=sender, body=body, headers=headers))
    wait(office)
    assert office.standing(YOKOHAMA, "nanbyo").state == ("accepted" if fits else "outstanding")
    assert office.count("outbox") == int(fits)  # the password mail itself is never answered


def test_two_files_of_one_mail_with_a_password_each(office: Office) -> None:
    files = {"一.zip": zipped(nanbyo()), "二.zip": zipped(form({"program": "小慢"}), "Ni-2222")}
    office.settle(locked_mail(attachments=files))
    office.settle(password_mail())
    wait(office)
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"
    assert office.standing(YOKOHAMA, "shoman").state == "outstanding"
    office.settle(password_mail("Ni-2222", 2))
    wait(office)
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"  # not shut again
    assert office.standing(YOKOHAMA, "shoman").state == "accepted"


# --- forgotten ----------------------------------------------------------------------------------------------


def test_the_password_is_nowhere_once_it_was_used(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    office.settle(locked_mail())
    told = office.settle(password_mail()).decided.arrival
    dump = "\n".join(line for line in office.ledger.connection.iterdump() if 'INTO "raw"' not in line)
    assert SECRET not in dump  # not even while it waits, but in the raw mail
    lines = wait(office)
    assert SECRET.encode() not in everywhere(office)
    assert SECRET not in "".join(lines) + caplog.text
    assert (rule(office, told), len(office.events("password_erased"))) == ("password_used", 1)
    with pytest.raises(KeyError):
        arrivals.raw_bytes(office.ledger, told.id)
    row = office.ledger.row("SELECT done_by, why FROM erasure WHERE arrival_id = ?", told.id)
    assert row is not None and tuple(row) == ("uketsuke", "パスワードのお知らせのため")


@pytest.mark.parametrize("password_first", [False, True], ids=["file first", "password first"])
def test_a_crash_between_use_and_erasure_leaves_the_password_only_until_its_time_is_over(
    office: Office, password_first: bool
) -> None:
    mails = [locked_mail(), password_mail()]
    for raw in reversed(mails) if password_first else mails:
        office.settle(raw)
    steps = pending_steps(office.desk)
    while not next(steps):
        pass
    steps.close()  # opened and decided; the process ends here
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"
    wait(office)
    office.now += 3 * HOUR
    wait(office)
    assert SECRET.encode() not in everywhere(office)
    assert (office.held(), office.count("outbox")) == ([], 1)


def test_a_wrong_password_opens_nothing_and_the_file_waits_on(office: Office) -> None:
    office.settle(locked_mail())
    office.settle(password_mail("Chigau-0000"))
    wait(office)
    assert office.held() == [("submission", "password_awaited"), ("reply", "password_told")]
    assert len(office.events("password_tried")) == 1
    wait(office)
    assert len(office.events("password_tried")) == 1  # tried once
    office.settle(password_mail(SECRET, 2))
    wait(office)
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


def test_an_erased_mail_waits_for_nothing(office: Office) -> None:
    arrival = office.settle(locked_mail()).decided.arrival
    operate.erase(office.desk, arrival, Who("山田", "誤送信"))
    office.now += 3 * HOUR
    assert wait(office) == []
    assert (office.count("outbox"), office.held()) == (0, [])


def test_ten_wrong_passwords_are_enough(office: Office) -> None:
    office.settle(locked_mail())
    for number in range(12):
        office.settle(password_mail(f"Chigau-{number:04}", number))
        wait(office)
    assert len(office.events("password_tried")) == 10


def test_what_took_too_long_to_try_is_not_taken_for_open(office: Office) -> None:
    stored = verdicts.submission_of(office.ledger, office.settle(locked_mail()).decided.arrival.id)
    assert stored is not None
    costly = tuple(
        replace(f, locked=False, findings=(Finding("too_costly", "error"),)) for f in stored.files
    )
    after = replace(stored, files=costly)
    assert not opens_more(stored, after)
    opened = replace(stored, files=tuple(replace(f, locked=False, findings=()) for f in stored.files))
    assert opens_more(stored, opened)
    assert keep_opened(opened, after).files == opened.files


def test_a_file_that_was_opened_stays_open_when_it_is_read_again(office: Office) -> None:
    arrival = office.settle(locked_mail()).decided.arrival
    office.settle(password_mail())
    wait(office)
    operate.retry(office.desk, arrival, Who("山田", "念のため"))
    (settled,) = office.desk.settle_waiting()
    assert [p.decision.outcome for p in settled.decided.pieces if p.sheet] == ["accepted"]


# --- expired ------------------------------------------------------------------------------------------------


def test_when_the_time_is_over_an_unlocked_file_is_asked_for_once(office: Office) -> None:
    office.settle(locked_mail())
    office.now += 3 * HOUR - timedelta(seconds=1)
    assert wait(office) == []
    assert office.count("outbox") == 0
    office.now += timedelta(seconds=1)
    assert wait(office)
    assert "パスワードを解除したエクセルファイルをお送りください" in flat(office)
    waited = "パスワードのお知らせを令和５年７月18日（火）13時00分までお待ちしましたが、確認することができませんでした"
    assert waited in flat(office)
    assert subjects(office)[0].startswith("【添付のご確認】")
    office.now += 5 * HOUR
    wait(office)
    assert office.count("outbox") == 1
    assert office.held() == []


def test_a_crash_between_the_end_of_the_wait_and_the_letter_changes_nothing(office: Office) -> None:
    """The wait ends in the ledger before the mail is decided anew: another process finds it there."""
    office.settle(locked_mail())
    office.now += 3 * HOUR
    steps = pending_steps(office.desk)
    assert next(steps) == ""  # the end of the wait is committed …
    steps.close()  # … and nothing more happens here
    other = Ledger(office.ledger.path)
    try:
        office.desk.ledger, before = other, office.desk.ledger
        (settled,) = office.desk.settle_waiting()
        assert settled.reply is not None and settled.reply.kind == "correction"
        office.desk.ledger = before
    finally:
        other.close()
    wait(office)
    assert office.count("outbox") == 1


def test_a_password_that_nothing_was_opened_with_is_erased_too(office: Office) -> None:
    alone = office.settle(password_mail(sender="a@city.sagamihara.kanagawa.jp")).decided.arrival
    office.settle(locked_mail())
    wrong = office.settle(password_mail("Chigau-0000", 2)).decided.arrival
    office.now += 3 * HOUR
    wait(office)
    assert b"Chigau-0000" not in everywhere(office)
    assert SECRET.encode() not in everywhere(office)
    assert (rule(office, alone), rule(office, wrong)) == ("password_alone", "password_over")
    assert office.held() == [("reply", "password_alone")]


def no_passwords(office: Office) -> None:
    survey = office.desk.register.survey
    shut = survey.changed({"passwords": survey.passwords.changed({"accept": False})})
    office.desk.register = replace(office.desk.register, survey=shut)


def test_where_the_survey_takes_no_passwords_an_unlocked_file_is_asked_for_at_once(office: Office) -> None:
    no_passwords(office)
    settled = office.settle(locked_mail())
    assert settled.reply is not None and settled.reply.kind == "correction"
    told = office.settle(password_mail())
    wait(office)
    assert (told.reply, rule(office, told.decided.arrival)) == (None, "password_over")
    assert SECRET.encode() not in everywhere(office)
    assert office.count("outbox") == 1


def test_what_an_official_decided_about_a_password_stays_decided_and_it_is_erased(office: Office) -> None:
    from routing.decision.override import Override

    arrival = office.settle(password_mail()).decided.arrival
    operate.decide_again(office.desk, arrival, Override(outcome="ignored", take_in=True, by="山田", why="不要"))
    office.now += 3 * HOUR
    wait(office)
    assert (rule(office, arrival), office.held()) == ("operator", [])
    assert SECRET.encode() not in everywhere(office)


def test_an_inquiry_that_speaks_of_passwords_is_an_inquiry(office: Office) -> None:
    settled = office.settle(mail({}, "照会（送付方法）", body="パスワードを付けて送ってもよいでしょうか。"))
    assert settled.decided.mail.rule == "inquiry"


def test_an_unknown_senders_file_is_held_as_such_and_waits_once_he_is_approved(office: Office) -> None:
    settled = office.settle(locked_mail(sender="a@example.com"))
    assert settled.decided.mail.rule == "unknown_sender"
    operate.approve_sender(office.desk, settled.decided.arrival, Who("山田", "委託先"))
    assert office.held() == [("submission", "password_awaited")]
    office.settle(password_mail(sender="a@example.com"))
    wait(office)
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


# --- the doors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("beside", [True, False], ids=["in the same mail", "in a mail of its own"])
def test_whose_password_opens_nothing_is_told_so_and_not_that_none_came(office: Office, beside: bool) -> None:
    if beside:
        office.settle(locked_mail(body="標記について送付します。\nパスワード：Chigau-Himitsu-1111\n"))
    else:
        office.settle(locked_mail())
        office.settle(password_mail("Chigau-Himitsu-1111"))
    wait(office)
    office.now += 3 * HOUR
    wait(office)
    assert "お知らせいただいたパスワードでは、ファイルを開くことができませんでした" in flat(office)
    assert "確認することができませんでした" not in flat(office)


def test_who_is_asked_at_once_hears_nothing_of_a_wait(office: Office) -> None:
    settled = office.settle(locked_mail())
    fulfil(office.desk, settled.decided.arrival, Wish("correct"), Who("受付太郎", "急ぐため"), SURE)
    assert "お待ちしましたが" not in flat(office) and "パスワードを解除した" in flat(office)


def test_one_pass_ends_what_is_over_and_sends_in_the_same_pass(office: Office) -> None:
    office.settle(locked_mail())
    office.now += 3 * HOUR
    lines: list[str] = []
    assert run_once(office.desk, {}, office.sender, lines.append)
    assert len(office.sender.posted) == 1
    assert any("確認のお願い" in line for line in lines)


def test_one_pass_pairs_what_came_in_it(office: Office) -> None:
    office.arrive(password_mail())
    office.arrive(locked_mail())
    assert run_once(office.desk, {}, office.sender, lambda line: None)
    assert [s[:4] for s in subjects(office)] == ["【受付】"]
    assert len(office.sender.posted) == 1


# --- the notice that a password is awaited, as the survey has it ---------------------------------------------


@pytest.fixture
def noticing(office: Office) -> Office:
    office.desk.register = _noticing(office.desk.register, True)
    return office


def test_the_survey_that_comes_with_the_program_has_it() -> None:
    assert build_register(default_survey()).survey.mails.password == "send"


def test_who_sent_a_locked_file_is_told_until_when_its_password_is_awaited_and_that_an_unlocked_one_will_do(
    noticing: Office,
) -> None:
    noticing.settle(locked_mail())
    text = flat(noticing)
    assert [s.partition(" [")[0] for s in subjects(noticing)] == ["【受信】Re: 【横浜市】マイナンバーアンケート回答"]
    assert "ファイルにパスワードが設定されております" in text
    assert "令和５年７月18日（火）13時00分までお待ちしております" in text
    assert "パスワードを設定していないファイルを、返信でお送りいただいても差し支えございません" in text


def test_whose_password_comes_in_time_hears_of_his_answer_and_of_nothing_else_unsent(noticing: Office) -> None:
    noticing.settle(locked_mail())
    noticing.settle(password_mail())
    wait(noticing)
    assert noticing.standing(YOKOHAMA, "nanbyo").state == "accepted"
    run_once_sends = [o.mail.data for o in outbox.due(noticing.ledger, noticing.now + HOUR)]
    assert len(run_once_sends) == 1 and b"uketsuke" in run_once_sends[0]
    assert [r["state"] for r in noticing.ledger.rows("SELECT state FROM posting ORDER BY id")] == [
        "queued", "withdrawn", "queued"
    ]


def test_the_notice_leaves_some_minutes_later_since_most_passwords_follow_at_once(noticing: Office) -> None:
    noticing.settle(locked_mail())
    assert list(noticing.desk.dispatch.deliver(noticing.sender)) == []
    noticing.now += timedelta(minutes=5)
    assert [d.kind for d in noticing.desk.dispatch.deliver(noticing.sender)] == ["arrival"]


def test_a_locked_file_and_its_password_in_one_mail_wait_for_nothing(noticing: Office) -> None:
    settled = noticing.settle(locked_mail(body=f"標記について送付します。\nパスワード：{SECRET}\n"))
    assert settled.reply is not None and settled.reply.kind == "acknowledgement"
