"""Every address of the page with whatever may be typed or sent there: no error of ours, no promise of the ledger broken,
nothing changed by looking, and nothing that runs in what comes back."""

from __future__ import annotations

import random
import re

import pytest

from routing.ledger import promises
from tests.routing.console_at_hand import HOST, OURS, Visitor, site_of
from tests.routing.desk_at_hand import Office, form, mail

JUNK = [
    "", " ", "\0", "９９９９", "9" * 400, "-1", "0", "x" * 300_000, "'", '"><script>', "7/20 15:00", "1999/1/1",
    "9999-12-31", "0001-01-01T00:00:00", "２０２３年７月３０日", "7/28", "横浜市", "相模原市", "141003", "nanbyo",
    "n_mynumber", "yes", "do", "全ての団体", "1", "2", "a@mhlw.go.jp", "@", "a@mhlw.go.jp\r\nBcc: x@evil.example",
    "extension",
    "\u202e", "{{7*7}}",
    "%s%n", "../../etc/passwd", "\u2028", "½", "٣", "2023-07-18T10:00:00+99:00", "7/20 25:61", "13/45",
]  # fmt: skip
FIELDS = [
    "why", "value", "program", "domain", "received", "text", "to", "quotes", "closes", "seen", "doubts", "go", "typed",
    "until", "notify", "mailbox", "kind", "count", "words", "body", "shown", "q:5", "q:zzz", "q:",
]  # fmt: skip
ACTIONS = ["accept", "correct", "ignore", "assign", "amend", "received", "approve-sender", "retry", "seen", "step",
           "answer", "forward", "erase", "nothing"]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_sent_to_whatever_address_is_answered_in_words(office: Office, seed: int) -> None:
    rng = random.Random(seed)
    numbered = form({"program": "難病", "5": "123456789018"})
    inquiry = mail({}, "照会", body="ご教示ください。")
    mails = (mail(sender="mihon@freemail.example.com"), inquiry, mail({"x.xlsx": numbered}))
    receipts = [office.settle(raw).decided.arrival.receipt for raw in mails]
    named = {
        "receipt": [*receipts, "1", "x"], "action": ACTIONS, "lgcode": ["141003", "141500", "142042", "000000"],
        "program": ["nanbyo", "yobosesshu", "x"], "switch": ["on", "off", "stop", "go", "x"],
        "mailbox": ["n_mynumber", "x"], "position": ["1", "2", "2001"], "id": ["1", "99"],
        "number": ["1", receipts[0], "x"], "code": ["answer_missing", "x"],
    }  # fmt: skip
    site = site_of(office)
    visitor, before = Visitor(site, "kanri"), list(office.ledger.connection.iterdump())
    rules = [rule for rule in site.url_map.iter_rules() if rule.endpoint not in ("login", "logout")]
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST"):
        for rule in rules:
            path = re.sub(r"<(?:[^:<>]*:)?(\w+)>", lambda hit: rng.choice(named[hit[1]]), rule.rule)
            typed = {name: rng.choice(JUNK) for name in rng.sample(FIELDS, 8)} | {"go": rng.choice(["do", "preview"])}
            day = {"query_string": {"day": rng.choice(JUNK[:4])}}
            sent = {"data": {**typed, "why": "電話"}} if method == "POST" else day
            answer = visitor.client.open(path, method=method, base_url=HOST, headers=OURS, **sent)  # type: ignore[arg-type]
            assert answer.status_code < 500, (method, path, typed)
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.mimetype != "text/html" or "<script" not in answer.text
        if method != "POST":
            assert list(office.ledger.connection.iterdump()) == before, method
    assert [asked.name for asked in promises.ask(office.ledger.connection) if not asked.holds] == []
