"""What the desk itself does with a stranger's or a server's words takes no longer than their length allows."""

from __future__ import annotations

import time

import pytest

from routing.decision.mail_set import stem
from routing.journey.dispatch import Delivery
from routing.journey.logline import delivery_line
from tests.workbooks.forms_at_hand import the_survey

PIECES = ("a", " ", "@", "a@", "Re: ", "(1/3)", "\u0301\u0327", "【受付】", "\u202e", "その", "<", "全")


@pytest.mark.parametrize("piece", PIECES)
def test_a_million_characters_take_no_time(piece: str) -> None:
    words = piece * (1_000_000 // len(piece))
    begun = time.perf_counter()
    stem(words)
    line = delivery_line(Delivery("N-1", "acknowledgement", "refused", words), the_survey())
    assert time.perf_counter() - begun < 5
    assert len(line) < 700 and "\u202e" not in line and "\n" not in line


def test_an_address_in_a_servers_words_is_left_out_and_other_words_stay() -> None:
    said = "550 5.1.1 <kenko@city.x.lg.jp>: user unknown @ here"
    line = delivery_line(Delivery("N-1", "acknowledgement", "refused", said), the_survey())
    assert "kenko" not in line and "〈アドレス〉" in line and "user unknown @ here" in line
