"""Caps stop the desk from writing to whom a stranger names, and never an honest body in the last hour."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from config.domains import body_hint
from config.romaji import from_kana
from config.roster import Roster
from config.settings import Caps
from routing.cli.held import print_held
from routing.journey.caps import Allowance, CappedRecipient, allowance
from routing.ledger import arrivals, held_queue, outbox
from routing.records import FinishedReply
from routing.views.held import rows_of
from tests.routing.desk_at_hand import Office, form, mail

PDF = {"回答.pdf": b"%PDF-1.4\n%%EOF\n"}  # no workbook: a letter asks for one

ENDINGS = {"都": "と", "道": "", "府": "ふ", "県": "けん", "市": "し", "区": "く"}
LABELS = {"都": "metro", "道": "pref", "府": "pref", "県": "pref", "市": "city", "区": "city", "町": "town", "村": "vill"}
CAPS = Caps()
NAME = "【横浜市】マイナンバーアンケート回答.xlsx"


def domains(roster: Roster) -> list[str]:
    """A domain for each body whose name tells it, made of its reading."""
    made = []
    for body in roster:
        last = body.name[-1]
        ends = (ENDINGS[last],) if last in ENDINGS else ("ちょう", "まち", "そん", "むら")
        stem = next((body.kana.removesuffix(end) for end in ends if end and body.kana.endswith(end)), body.kana)
        made.append(f"{LABELS[last]}.{from_kana(stem)}.lg.jp")
    return [domain for domain in dict.fromkeys(made) if body_hint(domain, roster)]


class Outbox:
    """Replies that went out, and what the caps leave for the next one."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.roster = office.desk.register.roster
        with office.ledger.writing():  # an arrival that all of them answer
            self.arrival = office.arrive(mail({NAME: form({})})).id
        self.number = 0

    def of_a_body(self, domain: str) -> bool:
        return bool(body_hint(domain, self.roster))

    def left(self, address: str, respondent: str = "", known: bool | None = None) -> Allowance:
        told = self.of_a_body(address.rpartition("@")[2]) if known is None else known
        recipient = CappedRecipient(address, respondent, told)
        return allowance(self.office.ledger, CAPS, recipient, self.of_a_body, self.office.now)

    def send(self, address: str) -> bool:
        """One more reply, unless a cap holds it."""
        if not self.left(address).left:
            return False
        self.number += 1
        key = str(self.number)
        made = FinishedReply(key, "arrival", f"<{key}@x.jp>", "n_mynumber", "m@x.jp", address, address, "", "s", b"x")
        outbox.queue(self.office.ledger, made, self.arrival, self.office.now)
        return True


@pytest.fixture
def box(office: Office) -> Outbox:
    return Outbox(office)


@pytest.mark.long
def test_in_the_last_hour_no_honest_body_is_held(box: Outbox) -> None:
    """2,000 addresses of bodies in one hour, strangers' floods before and among them."""
    known = domains(box.roster)
    assert len(known) > 1000
    addresses = [f"{section}@{domain}" for section in ("kenko", "hoken") for domain in known][:2000]
    assert len(addresses) == 2000
    with box.office.ledger.writing():
        flood = [box.send(f"u{n}@evil{n}.lg.jp") for n in range(400)]
        held = []
        for number, address in enumerate(addresses):
            if not number % 10:
                box.office.now += timedelta(seconds=15)
            held += [address] if not box.send(address) else []
        again = [address for address in addresses[:300] if not box.send(address)]
    assert flood == [True] * 200 + [False] * 200
    assert held == again == []  # nor the second reply to any of them


def test_strangers_get_so_many_letters_in_an_hour_and_no_more(box: Outbox) -> None:
    with box.office.ledger.writing():
        assert sum(box.send(f"u@a{n}.lg.jp") for n in range(300)) == CAPS.strangers_per_hour
        assert box.left("x@new.lg.jp") == Allowance(0, "strangers_per_hour")
        assert box.left("x@new.lg.jp", known=True).left  # an official or the contacts file vouched for it
        box.office.now += timedelta(hours=1, seconds=1)
        assert box.send("x@new.lg.jp")


def test_a_domain_gets_so_many_letters_in_a_day_whatever_stands_before_it(box: Outbox) -> None:
    with box.office.ledger.writing():
        sent = [box.send(f"u{n}@{'ab'[n % 2]}.kouiki.lg.jp") for n in range(150)]
        assert sent == [True] * 100 + [False] * 50
        assert box.left("u@kouiki.lg.jp") == Allowance(0, "per_domain_per_day")
        assert box.send("u@other.lg.jp")
        box.office.now += timedelta(days=1, seconds=1)
        assert box.send("u@kouiki.lg.jp")


def test_in_the_domain_of_a_body_only_first_replies_go_beyond_its_cap(box: Outbox) -> None:
    with box.office.ledger.writing():
        assert all(box.send(f"u{n}@city.yokohama.lg.jp") for n in range(150))
        assert not box.send("u0@city.yokohama.lg.jp")
        assert box.send("new@city.yokohama.lg.jp")


def test_only_a_readers_own_cap_says_of_a_mail_that_it_is_the_last_today() -> None:
    assert Allowance(1, "per_address_per_day").last_today and Allowance(1, "per_respondent_per_day").last_today
    assert not Allowance(1, "strangers_per_hour").last_today and not Allowance(1, "per_domain_per_day").last_today
    assert not Allowance(2, "per_address_per_day").last_today


def spam(number: int, sender: str) -> bytes:
    return mail(PDF, sender=sender, subject=f"お得な{number}", body="マイナンバーの回答を送付します。")


def test_what_came_in_numbers_is_one_line_for_people(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(30):
        office.settle(spam(number, "spam@example.com"))
    for number in range(3):
        office.settle(spam(100 + number, "other@example.com"))
    rows = rows_of(held_queue.held(office.ledger, office.now), office.now, office.desk)
    assert len(rows) == 33  # for programs, each
    print_held(rows)
    shown = capsys.readouterr().out
    assert shown.count("お得な") == 1 + 3
    assert "（ほか29件）" in shown and "spam@example.com" in shown


def test_what_a_cap_holds_of_one_domain_is_one_line(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    caps = office.desk.settings.caps.changed({"per_domain_per_day": 1})
    office.desk.settings = office.desk.settings.changed({"caps": caps})
    for number in range(13):
        subject = f"マイナンバー情報連携に係る実態調査について（照会{number}）"
        office.settle(mail({}, subject, f"u{number}@kouiki.lg.jp", "提出期限はいつでしょうか。"))
    held = rows_of(held_queue.held(office.ledger, office.now), office.now, office.desk)
    rows = [row for row in held if row.reason != "inquiry"]
    assert [row.reason for row in rows] == ["capped"] * 12
    print_held(rows)
    shown = capsys.readouterr().out
    assert "（ほか11件）" in shown and "@kouiki.lg.jp" in shown


# --- whom we repeat words to ------------------------------------------------------------------------------


def test_words_are_repeated_to_a_stranger_only_once_he_has_sent_a_form(office: Office) -> None:
    subject = "【横浜市】マイナンバーアンケート回答 安売り"
    stranger = office.settle(mail({}, sender="victim@kouiki.lg.jp", subject=subject)).reply
    assert stranger is not None and "安売り" not in stranger.subject
    assert not arrivals.sent_a_form(office.ledger, "victim@kouiki.lg.jp")
    office.settle(mail({NAME: form({"program": "難病"})}, sender="victim@kouiki.lg.jp"))
    assert arrivals.sent_a_form(office.ledger, "victim@kouiki.lg.jp")
    known = office.settle(mail({}, sender="victim@kouiki.lg.jp", subject=subject + "２")).reply
    assert known is not None and "安売り" in known.subject


def test_a_citys_clerk_reads_the_name_of_his_file_though_no_form_came_before(office: Office) -> None:
    """Else 「添付ファイル１」 is all that he hears of the one file that cannot be read."""
    reply = office.settle(mail({"難病の回答（パスワードあり）.pdf": b"%PDF-1.7"})).reply
    assert reply is not None
    text = message_from_bytes(reply.data, policy=default).get_content()
    assert "難病の回答（パスワードあり）.pdf" in text.replace("\n", "").replace("　", "")


# --- addresses of any kind --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sender",
    [
        f"{'x' * 3000}@city.yokohama.lg.jp", f"kenko@{'a.' * 200}city.yokohama.lg.jp", f"{'x' * 65}@city.yokohama.lg.jp",
        "健康@city.yokohama.lg.jp", "a b@city.yokohama.lg.jp", '"a@b"@city.yokohama.lg.jp',
        f"{'名' * 3000} <kenko@city.yokohama.lg.jp>", "\u202e <kenko@city.yokohama.lg.jp>", "<kenko@city.yokohama.lg.jp",
        f"{'(' * 500} <kenko@city.yokohama.lg.jp>",
    ],
)  # fmt: skip
def test_a_good_answer_is_booked_whatever_its_sender_is_called(office: Office, sender: str) -> None:
    raw = mail({NAME: form({"program": "難病"})}).replace(b"kenko@city.yokohama.lg.jp", sender.encode(), 1)
    settled = office.settle(raw)
    assert "read_failed" not in {settled.decided.mail.rule}
    if settled.decided.mail.outcome != "held":
        assert [p.decision.outcome for p in settled.decided.pieces] == ["accepted"]
        if settled.reply is None:
            assert office.held()[-1] == ("outbox", "unwritable")
