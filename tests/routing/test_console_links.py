"""Every link of every page of the demo of the sample survey leads somewhere, and no page speaks of another survey."""

from __future__ import annotations

import html
import re
from collections import Counter

import pytest

from config.load import default_survey
from routing.console.premises import Premises
from routing.console.site import create_site
from routing.demo.run import REHEARSAL_PASSWORD, run_demo
from routing.installation.opening import Installation
from tests.routing.console_at_hand import Visitor

_MARKUP = re.compile(r"<[^>]*>")
_OF_ITS_KIND = re.compile(r"\d[^/?]*|=.*")  # /body/141003 and /body/141500 are pages of one kind
_MOST = 12  # of a kind: 1,741 municipalities answer
_LINK = re.compile(r'href="(/[^"#]*)')


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Visitor:
    out = run_demo(default_survey().parent / "hinan2025", tmp_path_factory.mktemp("hinan")).out
    at = Installation(None, out / "settings.toml", None)
    visitor = Visitor(create_site(Premises(at.register, at.settings, at.clock, at.open_office, at.open_desk)), login="")
    assert visitor.post("/login", login="kanri", password=REHEARSAL_PASSWORD).status_code == 303
    return visitor


@pytest.mark.long
def test_every_link_leads_somewhere(visitor: Visitor) -> None:
    found: dict[str, str] = {"/": ""}  # path -> where it stands
    kinds = Counter[str]()
    words: set[tuple[str, str]] = set()
    waiting = list(found)
    while waiting:
        path = waiting.pop()
        answer = visitor.get(path)
        assert answer.status_code == 200, (path, "linked from", found[path])
        if answer.mimetype != "text/html":
            continue
        words |= {(path, w) for w in ("難病", "マイナンバー", "None") if w in _MARKUP.sub("", answer.text)}
        new = {html.unescape(link) for link in _LINK.findall(answer.text)} - set(found)
        for link in sorted(new):
            if kinds[_OF_ITS_KIND.sub("", link)] < _MOST:
                kinds[_OF_ITS_KIND.sub("", link)] += 1
                found[link] = path
                waiting.append(link)
    assert words == set()
    for kind in ("/mail/", "/letter/", "/body/", "/today", "/owed"):
        assert any(path.startswith(kind) for path in found), kind
