"""When our side first had a mail, by its own Received lines (RFC 5321 §4.4), topmost first."""

from __future__ import annotations

from datetime import datetime

import pytest

from config.jst import JST
from intake.mail.received import reached_at

HOSTS = ("mhlw.go.jp",)
STORED = (
    b"from mx2.mhlw.go.jp (mx2.mhlw.go.jp [192.0.2.2]) by store.mhlw.go.jp with LMTP id 3;"
    b" Fri, 21 Jul 2023 17:02:10 +0900"
)
ENTRY = (
    b"from mail.pref.example.lg.jp (unknown [198.51.100.7])\r\n\tby mx2.mhlw.go.jp (Postfix) with ESMTPS id 2"
    b"\r\n\tfor <n_mynumber@mhlw.go.jp>; Fri, 21 Jul 2023 07:59:58 +0000 (UTC)"
)
THEIRS = b"from pc by mail.pref.example.lg.jp with ESMTP id 1; Fri, 21 Jul 2023 16:40:00 +0900"
FORGED = b"from pc by mx2.mhlw.go.jp with ESMTP id 0; Fri, 21 Jul 2023 09:00:00 +0900"
IN_TIME = datetime(2023, 7, 21, 16, 59, 58, tzinfo=JST)
STORED_AT = datetime(2023, 7, 21, 17, 2, 10, tzinfo=JST)


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        ((STORED, ENTRY, THEIRS), IN_TIME),
        ((ENTRY, THEIRS), IN_TIME),
        ((STORED, ENTRY, FORGED), IN_TIME),  # below the line by which it came in, strangers write
        ((THEIRS, FORGED), None),  # a line of ours below a stranger's is none of ours
        ((STORED,), STORED_AT),
        ((STORED, ENTRY.replace(b"Fri, 21 Jul 2023 07:59:58 +0000 (UTC)", b"yesterday")), STORED_AT),
        ((b"", b"\xff\xfe;"), None),
        ((), None),
    ],
)
def test_the_line_by_which_it_came_in_from_outside_tells(
    lines: tuple[bytes, ...], at: datetime | None
) -> None:
    assert reached_at(lines, HOSTS) == at


@pytest.mark.parametrize(
    "by", [b"mx.evilmhlw.go.jp", b"mhlw.go.jp.example.com", b"(by mx2.mhlw.go.jp) mx.example.com"]
)
def test_a_name_that_only_looks_like_ours_is_not(by: bytes) -> None:
    assert reached_at((b"from a by " + by + b" with ESMTP; Fri, 21 Jul 2023 16:00:00 +0900",), HOSTS) is None


def test_a_survey_that_names_no_host_asks_nothing() -> None:
    assert reached_at((STORED, ENTRY), ()) is None
