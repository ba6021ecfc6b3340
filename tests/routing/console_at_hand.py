"""The operators' page on a desk of the tests, with people of each role who can sign in."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config.console import Console, ConsoleUser
from routing.console.premises import Premises
from routing.console.signin import hashed
from routing.console.site import create_site
from routing.journey.desk import Desk
from routing.ledger.store import Ledger
from routing.office import OpenOffice
from tests.routing.desk_at_hand import Office

PASSWORD = "rehearsal-1234"
OURS = {"Sec-Fetch-Site": "same-origin"}
HOST = "http://127.0.0.1:8080"


@cache
def _stored() -> str:
    return hashed(PASSWORD)


def console(undo_seconds: int = 60) -> Console:
    """A viewer, an operator of the first mailbox alone, an operator of all, and an administrator."""
    people = {
        "mita": ("三田", "viewer", ()), "sato": ("佐藤", "operator", ("n_mynumber",)),
        "yamada": ("山田", "operator", ()), "kanri": ("管理", "admin", ()),
    }  # fmt: skip
    users = {
        login: ConsoleUser(name=name, role=role, mailboxes=boxes, password=_stored())  # type: ignore[arg-type]
        for login, (name, role, boxes) in people.items()
    }
    return Console(users=users, undo_seconds=undo_seconds)


def site_of(office: Office, settings: Console | None = None) -> Flask:
    """The page on this desk's ledger, each request with a connection of its own."""
    desk = office.desk
    whole = desk.settings.changed({"console": settings or console()})

    @contextmanager
    def opened() -> Iterator[OpenOffice]:
        ledger = Ledger(desk.ledger.path, busy_seconds=0.2)
        try:
            yield OpenOffice(desk.register, whole, ledger, office.clock)
        finally:
            ledger.close()

    @contextmanager
    def opened_desk() -> Iterator[Desk]:
        with opened() as at:
            yield Desk(at.register, at.settings, at.ledger, desk.reader, at.clock)

    return create_site(Premises(desk.register, whole, office.clock, opened, opened_desk))


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's form, as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


class Visitor:
    """Somebody with a browser of his own."""

    def __init__(self, site: Flask, login: str = "yamada") -> None:
        self.client: FlaskClient = site.test_client()
        if login:
            assert self.post("/login", login=login, password=PASSWORD).status_code == 303

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=HOST, headers=headers)

    def text(self, path: str, status: int = 200) -> str:
        answer = self.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def post(self, path: str, fetched: dict[str, str] | None = None, **form: str) -> TestResponse:
        return self.client.post(path, base_url=HOST, data=form, headers=OURS if fetched is None else fetched)

    def confirmed(self, path: str, **form: str) -> TestResponse:
        """Both steps of an act at a body: what is shown is agreed to."""
        return self.post(path, go="do", **hidden(self.post(path, **form).text))

    def previewed(self, path: str, **form: str) -> TestResponse:
        """The first step of an act on a mail, from its form on."""
        return self.post(path, go="preview", **{**hidden(self.text(path)), **form})
