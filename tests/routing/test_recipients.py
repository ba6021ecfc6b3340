"""Whom we write to, and how often: Reply-To and From, never ourselves or a colleague, never beyond the caps
(docs/design.md, "What goes out")."""

from __future__ import annotations

from datetime import timedelta

import pytest

from routing import operate
from routing.operate import Who
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.desk_at_hand import Office, capped, form, mail
from tests.routing.test_desk import letter, version

WHO = Who("山田", "電話で確認")
LAST = "本日はこのメールが最後となります"


def written_to(office: Office, **headers: str) -> str:
    """The address that the reply to 横浜市's mail with these headers goes to; empty if there is none."""
    settled = office.settle(mail(headers={name.replace("_", "-"): text for name, text in headers.items()}))
    return settled.reply.rcpt_to if settled.reply else ""


REPLY_TO = [
    ("a section's address", "kikaku@city.yokohama.lg.jp", "kikaku@city.yokohama.lg.jp"),
    ("a private address", "hanako@example.com", "kenko@city.yokohama.lg.jp"),
    ("nobody reads it", "no-reply@city.yokohama.lg.jp", "kenko@city.yokohama.lg.jp"),
    ("our own mailbox", "n_mynumber@mhlw.go.jp", "kenko@city.yokohama.lg.jp"),
    ("our other mailbox", "Sukoyaka@MHLW.go.jp", "kenko@city.yokohama.lg.jp"),
]


@pytest.mark.parametrize(("address", "expected"), [r[1:] for r in REPLY_TO], ids=[r[0] for r in REPLY_TO])
def test_reply_to_counts_only_where_its_domain_is_a_local_governments(
    office: Office, address: str, expected: str
) -> None:
    assert written_to(office, Reply_To=address) == expected


def test_a_reply_to_that_an_operator_approved_counts(office: Office) -> None:
    first = office.settle(mail(sender="hanako@example.com", headers={"Message-ID": "<1@example.com>"}))
    assert first.decided.mail.rule == "unknown_sender"
    operate.approve_sender(office.desk, first.decided.arrival, WHO)
    assert written_to(office, Reply_To="hanako@example.com") == "hanako@example.com"


def test_the_domain_of_our_mailboxes_is_never_written_to_even_if_settings_approve_it(office: Office) -> None:
    settings = office.desk.settings
    office.desk.settings = settings.changed({"approved_domains": ("mhlw.go.jp",)})
    assert written_to(office, Reply_To="n_mynumber@mhlw.go.jp") == ""


# --- colleagues ---------------------------------------------------------------------------------------------


def forwarded(**headers: str) -> bytes:
    """What a colleague of another division sends on, with the form attached."""
    return mail(sender="kachou@mhlw.go.jp", subject="Fwd: 【横浜市】マイナンバーアンケート回答", headers=headers)


def test_a_colleagues_forward_is_taken_in_held_and_not_answered(office: Office) -> None:
    settled = office.settle(forwarded())
    assert (settled.decided.mail.rule, settled.reply) == ("machine_with_form", None)
    assert office.held() == [("submission", "machine_with_form")]


def test_what_an_official_does_with_it_sends_the_colleague_nothing(office: Office) -> None:
    from routing.decision.override import Override

    arrival = office.settle(forwarded()).decided.arrival
    taken = operate.decide_again(
        office.desk, arrival, Override(outcome="accepted", take_in=True, by="山田", why="本物")
    )
    assert [p.decision.outcome for p in taken.decided.pieces] == ["accepted"]
    assert (taken.reply, office.count("outbox")) == (None, 0)
    assert office.standing(YOKOHAMA, "nanbyo").state == "accepted"


# --- caps ---------------------------------------------------------------------------------------------------


def test_the_last_reply_before_a_cap_says_so_and_what_is_held_back_is_listed(office: Office) -> None:
    capped(office, per_address=2)
    assert [office.settle(version(n)).reply is not None for n in (1, 2, 3)] == [True, True, False]
    assert (LAST in letter(office, 0), LAST in letter(office, 1)) == (False, True)
    assert office.held() == [("outbox", "capped")]


def test_the_respondents_cap_is_announced_too(office: Office) -> None:
    capped(office, per_respondent=1)
    office.settle(version(1))
    assert LAST in letter(office)


def test_a_day_later_nothing_is_announced(office: Office) -> None:
    capped(office, per_address=2)
    office.settle(version(1))
    office.now += timedelta(days=1, seconds=1)
    office.settle(version(2))
    assert LAST not in letter(office)


def test_another_spelling_of_an_address_has_no_cap_of_its_own(office: Office) -> None:
    capped(office, per_address=1)
    office.settle(version(1))
    name = "【横浜市】マイナンバーアンケート回答.xlsx"
    again = mail({name: form({"program": "難病", "department": "第9課"})}, sender="KENKO@City.Yokohama.LG.jp")
    assert office.settle(again).reply is None
    assert office.held() == [("outbox", "capped")]
