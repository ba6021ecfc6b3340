"""Who forges a mail replaces no answer, becomes no contact and hears nothing; who is honest is booked at once.

Scenes of an attack from outside, each beside its honest twin; the levels of proof are those of docs/proof.ja.md.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from intake.mail.authentication import authentications
from intake.submission import Address, Submission
from routing import operate
from routing.journey.judge import Settled
from routing.ledger import bookings
from routing.ledger.requests import requests_made
from routing.notices import replaced, request
from routing.notices.recipients import addresses, handed_in
from routing.notices.reminding import at_hand
from routing.operate import Who
from routing.proof import Proof
from routing.tracking.exporting import export_rows
from tests.routing.cases_at_hand import DEADLINE, IN_TIME, YOKOHAMA
from tests.routing.desk_at_hand import Office, form, mail, settle_one
from tests.routing.test_lists import NAMES, made_list, row, send, values

CITY, STRANGER = "kenko@city.yokohama.lg.jp", "x@kouiki.lg.jp"
TOTTORI = "310000"
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"
REPLACING = "【差替え】【横浜市】マイナンバーアンケート回答"
OTHER = {"program": "難病", "9": 2}  # an answer that differs from the first one in Q9
MINUTE = timedelta(minutes=1)
WHO = Who("山田", "市に電話で確認")


def other(sender: str, number: int = 1, **more: object) -> bytes:
    """Another answer for 横浜市's 難病, a new one for each number."""
    headers = {"Message-ID": f"<{number}@example.lg.jp>", **more.pop("headers", {})}  # type: ignore[dict-item]
    sheet = form({**OTHER, "department": f"第{number}課"})
    name = str(more.pop("name", NAME))
    return mail({name: sheet}, sender=sender, headers=headers, **more)  # type: ignore[arg-type]


def counting(office: Office) -> tuple[str, int]:
    """(who sent the answer that counts for 横浜市's 難病, with which proof)."""
    rows = [
        r for r in export_rows(office.ledger, office.desk.register, office.now, with_open=False) if r.program == "nanbyo"
    ]
    assert len(rows) == 1
    booking = next(b for b in bookings.at(office.ledger, office.now) if b.receipt == rows[0].receipt)
    return booking.sender, booking.proof


def contacts(office: Office, lgcode: str = YOKOHAMA, mailbox: str = "n_mynumber") -> tuple[str, ...]:
    """Where a reminder or report of this body would go."""
    sent = handed_in(bookings.at(office.ledger, office.now), lgcode, mailbox, office.desk.register.survey)
    return addresses(at_hand(office.desk), sent, lgcode, mailbox)[0]


def rules(settled: Settled) -> list[str]:
    return [p.decision.rule for p in settled.decided.pieces] or [settled.decided.mail.rule]


def later(office: Office) -> None:
    office.now += MINUTE


# --- replacing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "more"),
    [
        (STRANGER, {"subject": REPLACING}),
        (STRANGER, {"name": "【差替】【横浜市】マイナンバーアンケート回答.xlsx"}),
        ("nobody@city.yokohama.lg.jp", {"subject": REPLACING}),
        ("x@attacker.city.yokohama.lg.jp", {"subject": REPLACING}),
        (STRANGER, {"subject": "Re: 【横浜市】マイナンバーアンケート回答 [受付番号 {receipt}]"}),
        (STRANGER, {"headers": {"In-Reply-To": "<uketsuke.{receipt}.acknowledgement@mhlw.go.jp>"}}),
        (STRANGER, {"headers": {"References": "<uketsuke.{receipt}.aaaaaaaaaaaaaaaaaaaaaaaa@mhlw.go.jp>"}}),
        (STRANGER, {"headers": {"Authentication-Results": "mx.mhlw.go.jp; dmarc=pass header.from=kouiki.lg.jp"}}),
    ],
    ids=["word", "word in a file name", "own domain", "sub-domain", "receipt number", "old id", "guess", "own word"],
)
def test_no_word_and_no_number_replaces_an_answer(office: Office, sender: str, more: dict[str, object]) -> None:
    office.desk.settings = office.desk.settings.changed({"authserv_id": "mx.mhlw.go.jp"})
    receipt = office.settle(mail()).decided.arrival.receipt
    later(office)
    filled = {
        key: {k: v.format(receipt=receipt) for k, v in value.items()} if isinstance(value, dict) else
        str(value).format(receipt=receipt) for key, value in more.items()
    }  # fmt: skip
    settled = office.settle(other(sender, **filled))
    assert rules(settled) == ["double"]
    assert counting(office) == (CITY, Proof.BODY)
    assert settled.reply is None or settled.reply.kind == "arrival"
    assert STRANGER not in contacts(office)


def test_a_colleague_who_answers_our_letter_from_his_own_address_replaces_it_at_once(office: Office) -> None:
    first = office.settle(mail())
    later(office)
    assert first.reply is not None
    threaded = {"headers": {"In-Reply-To": first.reply.message_id}}
    settled = office.settle(other("kikaku@city.yokohama.lg.jp", **threaded))
    assert rules(settled) == ["otherwise"]
    assert counting(office) == ("kikaku@city.yokohama.lg.jp", Proof.CHECKED)
    assert office.events("replaced") == [(f"{first.decided.arrival.receipt} {CITY}", "uketsuke", "")]


def test_a_colleague_whom_the_server_vouches_for_replaces_it_too(office: Office) -> None:
    office.desk.settings = office.desk.settings.changed({"authserv_id": "mx.mhlw.go.jp"})
    office.settle(mail())
    later(office)
    passed = "mx.mhlw.go.jp; dmarc=pass header.from=city.yokohama.lg.jp"
    office.settle(other("kikaku@city.yokohama.lg.jp", headers={"Authentication-Results": passed}))
    assert counting(office) == ("kikaku@city.yokohama.lg.jp", Proof.CHECKED)


def test_of_two_froms_the_server_vouches_for_the_forgers_and_nothing_is_replaced(office: Office) -> None:
    """RFC 5322 §3.6 allows one From; DMARC may have been asked about the other one."""
    office.desk.settings = office.desk.settings.changed({"authserv_id": "mx.mhlw.go.jp"})
    office.settle(mail())
    later(office)
    word = {"headers": {"Authentication-Results": f"{PASSED}evil.example.com"}}
    beside = b"From: <x@evil.example.com>\n"
    head, _, body = other(CITY, 1, **word).partition(b"\n\n")
    behind = head + b"\n" + beside + b"\n" + body
    in_front = beside + other(CITY, 2, **word)
    in_one_field = other(f"{CITY}, x@evil.example.com", 3, **word)
    settled = [office.settle(raw) for raw in (behind, in_front, in_one_field)]
    assert [s.decided.mail.rule for s in settled] == ["authentication_failed", "several_senders", "authentication_failed"]
    assert counting(office) == (CITY, Proof.BODY)
    assert contacts(office) == (CITY,)


def with_from(raw: bytes, *fields: str) -> bytes:
    """The mail with these From fields in place of its own."""
    head, _, body = raw.partition(b"\n\n")
    kept = [line for line in head.split(b"\n") if not line.startswith(b"From:")]
    return b"\n".join([*(f"From: {field}".encode() for field in fields), *kept]) + b"\n\n" + body


@pytest.mark.parametrize("fields", [
    (CITY, "x@evil.example.com"), ("x@evil.example.com", CITY), (CITY, "kikaku@city.yokohama.lg.jp"),
    (f"{CITY}, x@evil.example.com",), (f"x@evil.example.com, {CITY}",), (f"{CITY}, b@city.kawasaki.jp",),
    (f"g: {CITY}, x@evil.example.com;",), (f"a <{CITY}>", f"a <{CITY}>, b <x@anything.lg.jp>"),
])  # fmt: skip
def test_of_whom_nobody_can_tell_whose_it_is_waits_for_a_person_and_gets_no_letter(
    office: Office, fields: tuple[str, ...]
) -> None:
    """Without any server whose word is trusted, and as the first answer too."""
    settled = office.settle(with_from(other(CITY), *fields))
    assert (settled.decided.mail.rule, settled.reply) == ("several_senders", None)
    assert contacts(office) == ()


@pytest.mark.parametrize("fields", [
    (CITY,), (CITY, CITY), (f"横浜市 <{CITY}>", f"{CITY.upper()}"), (f"{CITY} <{CITY}>",), (f"{CITY}, {CITY}",),
    (f'"x@evil.example.com" <{CITY}>',), (f"{CITY} (x@evil.example.com)",), (f"健康課, 横浜市 <{CITY}>",),
    (f"Yokohama @ Kenko <{CITY}>",), (f"健康課: {CITY};",), (f"<{CITY}>, ",), (f"健康課 <kenko>, {CITY}",),
])  # fmt: skip
def test_one_address_however_it_is_written_is_one_sender(office: Office, fields: tuple[str, ...]) -> None:
    """Names with a comma or an address in them, groups (RFC 6854), a gateway that writes the field twice."""
    office.settle(mail())
    later(office)
    assert rules(office.settle(with_from(other(CITY), *fields))) == ["otherwise"]
    assert counting(office) == (CITY, Proof.BODY)


def test_several_people_of_one_body_hand_in_and_replace_what_a_server_or_our_letter_says_is_theirs(office: Office) -> None:
    office.desk.settings = office.desk.settings.changed({"authserv_id": "mx.mhlw.go.jp"})
    both = f"{CITY}, b@hokenjo.city.yokohama.lg.jp"
    first = office.settle(with_from(other(CITY, 1, headers={"Sender": CITY}), both))
    assert rules(first) == ["otherwise"] and counting(office) == (CITY, Proof.GOVERNMENT)
    later(office)
    assert rules(office.settle(with_from(other(CITY, 2, headers={"Sender": CITY}), both))) == ["double"]
    later(office)
    assert first.reply is not None
    threaded = {"headers": {"In-Reply-To": first.reply.message_id}}
    assert rules(office.settle(with_from(other(CITY, 3, **threaded), both))) == ["otherwise"]
    assert counting(office) == (CITY, Proof.CHECKED)
    later(office)
    word = {"headers": {"Authentication-Results": f"{PASSED}city.yokohama.lg.jp"}}
    assert rules(office.settle(with_from(other(CITY, 4, **word), both))) == ["otherwise"]


COLLEAGUES = ("kikaku@city.yokohama.lg.jp", "kikaku@hokenjo.city.yokohama.lg.jp")
PASSED = "mx.mhlw.go.jp; dmarc=pass header.from="


@pytest.mark.parametrize("word", ["差替え", "訂正版", ""])
@pytest.mark.parametrize("sender", [CITY, *COLLEAGUES], ids=["the same", "a colleague", "another office"])
@pytest.mark.parametrize("known_by", ["nothing", "the server", "our letter", "a guess"])
def test_a_second_version_is_treated_as_the_table_of_proof_says(
    office: Office, known_by: str, sender: str, word: str
) -> None:
    """A colleague who writes unasked, outside our thread, waits for an official unless a server that we trust vouches
    for him (row `other`); whoever sent the first one replaces it in any case (row `own_again`). No word helps."""
    office.desk.settings = office.desk.settings.changed({"authserv_id": "mx.mhlw.go.jp"})
    first = office.settle(mail())
    later(office)
    assert first.reply is not None
    headers = {
        "the server": {"Authentication-Results": PASSED + sender.partition("@")[2]},
        "our letter": {"In-Reply-To": first.reply.message_id},
        "a guess": {"In-Reply-To": f"<uketsuke.{first.decided.arrival.receipt}.AAAA@mhlw.go.jp>"},
    }.get(known_by, {})  # fmt: skip
    settled = office.settle(other(sender, subject=f"【{word}】【横浜市】マイナンバーアンケート回答", headers=headers))
    may = sender == CITY or known_by in ("the server", "our letter")
    assert rules(settled) == (["otherwise"] if may else ["double"])
    assert counting(office)[0] == (sender if may else CITY)
    assert ("double" in [reason for _, reason in office.held()]) is not may


def test_the_same_address_sends_a_second_version_unasked(office: Office) -> None:
    office.settle(mail())
    later(office)
    settled = office.settle(other(CITY))
    assert (rules(settled), office.held()) == (["otherwise"], [])


def test_a_letter_that_a_stranger_got_is_no_proof_for_anybody(office: Office) -> None:
    """He sends a first one, is told that it arrived, and answers that letter: a bought Message-ID."""
    office.settle(mail())
    later(office)
    told = office.settle(other(STRANGER)).reply
    assert told is not None and told.kind == "arrival"
    for number, sender in enumerate((STRANGER, "y@kouiki.lg.jp", "z@city.kawasaki.jp"), 2):
        later(office)
        office.settle(other(sender, number, headers={"In-Reply-To": told.message_id}))
        assert counting(office) == (CITY, Proof.BODY)


def test_a_letter_about_another_program_or_another_body_is_no_proof(office: Office) -> None:
    """川崎市 has a letter of its own; so has 横浜市's other section, about 小慢."""
    office.settle(mail())
    sheet = form({"program": "小慢", "organisation": "14神奈川県川崎市"})
    kawasaki = office.settle(mail({"【川崎市】マイナンバーアンケート回答.xlsx": sheet}, sender="a@city.kawasaki.jp"))
    shoman = office.settle(mail({NAME: form({"program": "小慢"})}, sender="b@kouiki.lg.jp"))
    for number, settled in enumerate((kawasaki, shoman), 1):
        assert settled.reply is not None
        later(office)
        office.settle(other(STRANGER, number, headers={"In-Reply-To": settled.reply.message_id}))
    assert counting(office) == (CITY, Proof.BODY)


def test_a_letter_goes_to_no_reply_to_of_another_domain(office: Office) -> None:
    """Else whoever writes 横浜市's address into From gets its letters, and their Message-IDs."""
    settled = office.settle(mail(headers={"Reply-To": "attacker@town.evil.lg.jp"}))
    assert settled.reply is not None and settled.reply.rcpt_to == CITY


def test_a_reply_to_of_the_same_people_is_followed(office: Office) -> None:
    settled = office.settle(mail(headers={"Reply-To": "shukei@kenko.city.yokohama.lg.jp"}))
    assert settled.reply is not None and settled.reply.rcpt_to == "shukei@kenko.city.yokohama.lg.jp"


# --- who comes first ----------------------------------------------------------------------------------------


def test_a_strangers_first_answer_gives_way_to_the_bodys_own(office: Office) -> None:
    forged = office.settle(other(STRANGER))
    assert (rules(forged), counting(office)) == (["otherwise"], (STRANGER, Proof.GOVERNMENT))
    assert office.held() == [("alarm", "unconfirmed")]
    later(office)
    own = office.settle(mail())
    assert (rules(own), counting(office)) == (["otherwise"], (CITY, Proof.BODY))
    assert [e[0] for e in office.events("gave_way")] == [f"{forged.decided.arrival.receipt} {STRANGER}"]
    assert contacts(office) == (CITY,)


def test_it_gives_way_even_where_the_bodys_own_was_received_before_it(office: Office) -> None:
    office.settle(other(STRANGER), IN_TIME)
    office.settle(mail(), IN_TIME - timedelta(hours=1))
    assert counting(office) == (CITY, Proof.BODY)


def test_a_stranger_is_not_told_what_the_body_owes(office: Office) -> None:
    told = office.settle(other(STRANGER)).reply
    own = office.settle(mail()).reply
    assert told is not None and own is not None
    assert "受付が完了していないもの" not in _text(told.data) and "全て受け付けました" not in _text(told.data)
    assert "受付が完了していないもの" in _text(own.data)


def _text(data: bytes) -> str:
    from email import message_from_bytes
    from email.policy import default

    return str(message_from_bytes(data, policy=default).get_content())


def test_a_strangers_faults_and_times_are_nobody_elses(office: Office) -> None:
    """What he sent faulty and in time makes 横浜市's first faulty answer no second time, and its late one not in
    time."""
    faulty = {"program": "難病", "5": None}
    office.settle(mail({NAME: form(faulty)}, sender=STRANGER))
    office.now = DEADLINE + timedelta(hours=3)
    assert rules(office.settle(mail({NAME: form({**faulty, "department": "難病課"})}))) == ["findings"]
    office.settle(mail())
    assert office.standing(YOKOHAMA, "nanbyo").late is True


def test_a_first_answer_ten_seconds_before_the_deadline_is_booked_with_its_time(office: Office) -> None:
    office.now = DEADLINE + MINUTE
    settled = office.settle(mail(), DEADLINE - timedelta(seconds=10))
    assert (rules(settled), settled.decided.late, office.held()) == (["otherwise"], False, [])


def test_an_outsourced_domain_once_approved_is_the_bodys(office: Office) -> None:
    first = office.settle(other("a@itaku.example.com"))
    assert rules(first) == ["unknown_sender"]
    operate.approve_sender(office.desk, first.decided.arrival, WHO)
    assert counting(office) == ("a@itaku.example.com", Proof.BODY)
    later(office)
    assert rules(office.settle(other("a@itaku.example.com", 2))) == ["otherwise"]
    # The approval was for 横浜市, not for whatever that address sends.
    sheet = form({"program": "難病", "organisation": "14神奈川県川崎市"})
    named = {"【川崎市】マイナンバーアンケート回答.xlsx": sheet}
    kawasaki = office.settle(
        mail(named, "【川崎市】マイナンバーアンケート回答", "a@itaku.example.com", headers={"Message-ID": "<k@x.jp>"})
    )
    assert [p.proof for p in kawasaki.decided.pieces] == [Proof.GOVERNMENT]


def test_the_contacts_file_vouches_for_an_address(office: Office) -> None:
    path = office.ledger.path.parent / "contacts.csv"
    path.write_text(f"lgcode,mailbox,address\n{YOKOHAMA},n_mynumber,itaku@kouiki.lg.jp\n", encoding="utf-8")
    office.desk.settings = office.desk.settings.changed({"contacts": path})
    assert [p.proof for p in office.settle(other("itaku@kouiki.lg.jp")).decided.pieces] == [Proof.BODY]
    path.write_text("this is no contacts file\n", encoding="utf-8")
    assert [p.proof for p in office.settle(other("itaku@kouiki.lg.jp", 2)).decided.pieces] == [Proof.GOVERNMENT]


# --- lists, contacts ----------------------------------------------------------------------------------------


def test_no_row_of_a_list_is_replaced_by_a_strangers_list(office: Office) -> None:
    subject = "【鳥取県】マイナンバーアンケート回答"
    rows = [row(name) for name in NAMES]
    send(office, {"一覧表.xlsx": made_list(*rows)})
    later(office)
    forged = [row(name, {"9": 2}) for name in NAMES]
    settled = send(office, {"一覧表.xlsx": made_list(*forged)}, sender=STRANGER, subject=subject)
    assert set(rules(settled)) == {"collated_list", "double"} and rules(settled).count("double") == len(NAMES)
    counted = list(export_rows(office.ledger, office.desk.register, office.now, with_open=False))
    assert {r.receipt for r in counted} != {settled.decided.arrival.receipt} and len(counted) == len(NAMES)
    assert contacts(office, TOTTORI, "yoboseshu") == ("yobou@pref.tottori.lg.jp",)


def test_a_stranger_is_not_told_what_a_list_says_and_answers_no_request_for_an_original(office: Office) -> None:
    """He sends a municipality's own sheet in the prefecture's name, to hear in what it differs."""
    send(office, {"一覧表.xlsx": made_list(*[row(name) for name in NAMES])})
    later(office)
    request.request_originals(office.desk, request.Wanted(("312029",), "yobosesshu"), WHO)
    later(office)
    sheet = {"【米子市】回答.xlsx": form(values("米子市", {"9": 2}))}
    told = send(office, sheet, sender=STRANGER)
    assert rules(told) == ["original"] and told.reply is not None
    assert "一覧表の内容とに、異なるところ" not in _text(told.reply.data)
    (asked,) = requests_made(office.ledger, office.now)
    assert asked.receipt == ""
    later(office)
    own = send(office, {"【米子市】回答.xlsx": form(values("米子市", {"9": 2, "department": "予防課"}))})
    assert own.reply is not None and "一覧表の内容とに、異なるところ" in _text(own.reply.data)
    (asked,) = requests_made(office.ledger, office.now)
    assert asked.receipt == own.decided.arrival.receipt


def test_the_prefecture_itself_sends_its_list_again(office: Office) -> None:
    send(office, {"一覧表.xlsx": made_list(*[row(name) for name in NAMES])})
    later(office)
    settled = send(office, {"一覧表.xlsx": made_list(*[row(name, {"9": 2}) for name in NAMES])})
    assert rules(settled).count("otherwise") == len(NAMES)


def test_six_strangers_push_nobody_out_of_the_contacts(office: Office) -> None:
    office.settle(mail())
    for number in range(6):
        later(office)
        office.settle(other(f"x{number}@kouiki.lg.jp", number))
    assert contacts(office) == (CITY,)


def test_addresses_that_a_server_proved_come_before_any_newer_one(office: Office) -> None:
    """Five of whom nothing but the domain tells leave the proven one its place."""
    first = office.settle(mail())
    assert first.reply is not None
    later(office)
    office.settle(other("kikaku@city.yokohama.lg.jp", headers={"In-Reply-To": first.reply.message_id}))
    for number in range(6):
        later(office)
        office.settle(other(f"x{number}@city.yokohama.lg.jp", number + 2))
    assert contacts(office)[0] == "kikaku@city.yokohama.lg.jp"


# --- whoever is replaced is told ----------------------------------------------------------------------------


def test_whoever_was_replaced_is_told_without_a_word_of_the_newer_mail(office: Office) -> None:
    first = office.settle(mail())
    later(office)
    assert first.reply is not None
    newer = office.settle(other("kikaku@city.yokohama.lg.jp", headers={"In-Reply-To": first.reply.message_id}))
    place = replaced.NoticeContext(office.desk.register, office.desk.settings, office.ledger, office.now)
    (told,) = replaced.notices(place, newer.decided.arrival)
    text = _text(told.data)
    assert (told.recipient, told.subject) == (
        CITY, "【差し替えのお知らせ】難病（マイナンバー情報連携に係る実態調査）",
    )  # fmt: skip
    assert first.decided.arrival.receipt in text and newer.decided.arrival.receipt not in text
    assert "kikaku" not in text and "第1課" not in text
    assert office.held() == [("alarm", "replaced")]
    with office.ledger.writing():
        assert replaced.queue(place, newer.decided.arrival, WHO.pair) == 1
    with office.ledger.writing():
        assert replaced.queue(place, newer.decided.arrival, WHO.pair) == 0
    assert office.held() == []


def test_where_the_survey_says_so_he_is_told_at_once(office: Office) -> None:
    survey = office.desk.register.survey
    mails = survey.mails.changed({"replaced": "send"})
    office.desk.register = replace(office.desk.register, survey=survey.changed({"mails": mails}))
    first = office.settle(mail())
    later(office)
    assert first.reply is not None
    office.settle(other("kikaku@city.yokohama.lg.jp", headers={"In-Reply-To": first.reply.message_id}))
    kinds = office.ledger.rows("SELECT kind, recipient FROM outbox ORDER BY id")
    assert ("replaced", CITY) in [(k["kind"], k["recipient"]) for k in kinds]
    assert office.held() == []


# --- a thousand of them -------------------------------------------------------------------------------------

SENDERS = (
    STRANGER, "nobody@city.yokohama.lg.jp", "x@a.city.yokohama.lg.jp", "y@freemail.example.com", "",
    "z@pref.kanagawa.lg.jp", "kenko@city.yokohama.lg.jp.evil.example", "kenko@xn--city-yokohama.lg.jp",
    "a@town.hakone.kanagawa.jp",
)  # fmt: skip
WORDS = ("差替え", "訂正版", "最終版", "Re: ", "【差替え】", "[受付番号 {receipt}]", "至急", "")
KINDS = ("submission", "reply", "bounce", "auto_reply", "receipt")
SERVERS = ("evil.example; dmarc=pass header.from=city.yokohama.lg.jp", "mx.mhlw.go.jp; dmarc=fail",
           "dmarc=pass header.from=city.yokohama.lg.jp", "mx.mhlw.go.jp; spf=pass smtp.mailfrom=kouiki.lg.jp")  # fmt: skip


def forgery(dice: random.Random, model: Submission, receipt: str, ours: str) -> Submission:
    """One mail of a forger who knows the receipt number and how our ids look, and not the ids themselves."""
    code, at, domain = ours.partition("@")
    nearly = code[:-1] + ("b" if code[-1] == "a" else "a") + at + domain  # all but its last character
    guess = dice.choice([f"<uketsuke.{receipt}.{dice.getrandbits(60):024x}@mhlw.go.jp>", "", nearly])
    subject = dice.choice(WORDS).format(receipt=receipt) + "【横浜市】マイナンバーアンケート回答"
    sender = dice.choice(SENDERS)
    message = replace(
        model.message,
        message_id=f"<{dice.getrandbits(64)}@x.jp>",
        sender=Address("横浜市", sender) if sender else None,
        reply_to=Address("", dice.choice(SENDERS)) if dice.random() < 0.3 else None,
        subject=subject,
        in_reply_to=guess,
        references=(guess,) if guess else (),
    )
    claim = replace(model.claim, text=subject, replaces=True)
    kind = dice.choice(KINDS)
    return replace(
        model, kind=kind, message=message, claim=claim, answers=guess, action="failed" if kind == "bounce" else "",
        authentication=authentications([dice.choice(SERVERS).encode()]) if dice.random() < 0.5 else (),
    )  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_a_thousand_forgeries_replace_nothing_and_enrol_nobody(office: Office, seed: int) -> None:
    dice = random.Random(seed)
    server = ("", "mx.mhlw.go.jp")[seed % 2]
    office.desk.settings = office.desk.settings.changed({"authserv_id": server})
    first = office.settle(mail())
    model = office.settle(other(STRANGER)).decided.submission
    assert first.reply is not None and model is not None
    for number in range(250):
        later(office)
        arrival = office.arrive(f"Subject: {seed} {number}\r\n\r\n".encode())
        forged = forgery(dice, model, first.decided.arrival.receipt, first.reply.message_id)
        settle_one(office.desk, arrival, forged)
    assert counting(office) == (CITY, Proof.BODY)
    assert contacts(office) == (CITY,)
    undelivered = office.ledger.rows("SELECT 1 FROM posting WHERE state = 'undelivered'")
    assert not undelivered
