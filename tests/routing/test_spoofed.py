"""Whose word on a forged sender is taken, where a mail has several Authentication-Results (RFC 8601)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.submission import Authentication
from routing.decision.facts import is_spoofed
from tests.routing.cases_at_hand import submission

OURS = "mx.mhlw.go.jp"
FAIL, PASS = Authentication(OURS, dmarc="fail"), Authentication(OURS, dmarc="pass")
DKIM = Authentication(OURS, dkim="pass")
FORGED = Authentication("mx.example.net", dmarc="pass")


@pytest.mark.parametrize(
    ("fields", "spoofed"),
    [
        ((FAIL,), True),
        ((FAIL, DKIM), True),
        ((DKIM, FAIL), True),  # one field for each method
        ((DKIM, FAIL, PASS), True),  # what stands below may have come with the mail
        ((PASS, FAIL), False),
        ((FORGED, FAIL), True),
        ((DKIM,), False),
        ((), False),
    ],
)
def test_the_topmost_field_of_our_server_that_speaks_of_dmarc_counts(
    fields: tuple[Authentication, ...], spoofed: bool
) -> None:
    assert is_spoofed(replace(submission(), authentication=fields), OURS) is spoofed
