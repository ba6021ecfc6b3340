"""The page put together: a Flask application that takes only our own requests, from people who are known."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress

from flask import Flask, Response, abort, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from config.errors import ConfigError
from routing.clock import stamp, system_clock
from routing.console import acts, chosen_letters, files, guard, office_acts, pages, revising, sure_acts
from routing.console.access_log import Access, AccessLog
from routing.console.premises import Premises
from routing.console.render import render
from routing.console.signin import Person, Sessions
from routing.ledger.store import DiskFull, LedgerBusy, NewerLedger
from routing.reading.errors import ReaderUnavailable
from routing.who import Refused

_LOGGED = 100  # characters of what a line of the log says
LARGEST = 1 << 20  # bytes of a form, beside a file that is sent with it …
FILES = "paper"  # … by this page alone
_WRITTEN = ("text", "why")  # fields in which people write sentences
_ENDED = (
    "サインインの時間が終わったため（60分操作がないか、８時間たったとき）、この操作は何も記録していません。"
    "もう一度サインインしてください。"
)
_OPEN = frozenset({"login", "style"})  # what is shown to people who are not known yet


def create_site(premises: Premises) -> Flask:
    """The application; `premises` is handed to every page."""
    site = Flask("uketsuke", static_folder=None, template_folder=None)
    site.config["MAX_CONTENT_LENGTH"] = LARGEST + (premises.settings.max_size_mb << 20)
    console = premises.settings.console
    doors = _Doors(premises, Sessions(console), AccessLog(premises.settings.ledger))
    site.before_request(doors.let_in)
    site.after_request(doors.close)
    site.add_url_rule("/login", "login", doors.login, methods=["GET", "POST"])
    site.add_url_rule("/logout", "logout", doors.logout, methods=["POST"])
    for kind in (HTTPException, Refused, *_LATER, ConfigError, NewerLedger):
        site.register_error_handler(kind, _said)
    pages.add_pages(site, premises)
    files.add_files(site, premises)
    acts.add_acts(site, premises)
    office_acts.add_office_acts(site, premises)
    sure_acts.add_sure_acts(site, premises)
    revising.add_revising(site, premises)
    chosen_letters.add_chosen_letters(site, premises)
    return site


class _Doors:
    """The guards at the doors: they let requests in and answers out."""

    def __init__(self, premises: Premises, sessions: Sessions, log: AccessLog) -> None:
        self._console = premises.settings.console
        self._clock = system_clock  # a session lasts by the true time, also where a rehearsed one is shown
        self._sessions = sessions
        self._log = log
        self._cookie = "__Host-uketsuke" if self._console.tls else "uketsuke"

    def let_in(self) -> ResponseReturnValue | None:
        """Ask who is there, and refuse what is not ours. Nothing but a POST changes anything."""
        g.person = None
        try:
            self._log.ready()
        except OSError:
            return _page("画面の記録を書けないため、画面を使えません。情報システムの担当に連絡してください。", 503)
        person = self._who()
        g.login = g.login or (person.login if person else "")  # also of what is refused
        if refused := self._not_ours():
            return _page(refused, 403)
        g.person = person
        if person is not None or request.endpoint in _OPEN:
            return None
        if self._console.login == "header":
            return _page(f"{g.login or '（名前なし）'} は、この画面の利用者に登録されていません。", 403)
        return redirect("/login") if request.method == "GET" else _page(_ENDED, 403, _typed())

    def _who(self) -> Person | None:
        """Who is there, as the proxy says or a session; `g.login`: the name that the proxy says, whoever's it is."""
        g.login = ""
        if self._console.login == "header":
            named = request.headers.get(self._console.header, "")
            g.login = named[:_LOGGED]
            return self._sessions.named(named)
        return self._sessions.person(request.cookies.get(self._cookie, ""), self._clock())

    def _not_ours(self) -> str:
        """Why a request is not from a page of ours; empty where it is. Ends with 413 where it is larger than any."""
        if request.endpoint != FILES and (request.content_length or 0) > LARGEST:
            abort(413)
        hosts = self._console.hosts
        if self._console.socket is None and not guard.is_our_host(request.host, self._console.port, hosts):
            return "このアドレスでは開けません。"
        if self._console.socket is not None and request.host not in hosts:
            return "このアドレスでは開けません（設定の console.hosts をご確認ください）。"
        if request.method == "POST" and not guard.is_own_form(dict(request.headers), request.host):
            return "ほかのページからの操作は受け付けません。この画面からやり直してください。"
        return ""

    def close(self, response: Response) -> Response:
        """Put the guards on every answer, and a line into the log."""
        for name, value in guard.HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint != "style":
            access = self._access(response.status_code)
            try:
                self._log.note(access)
            except OSError as full:  # it could be written a moment ago; what was done is done, and so it is told here
                print(f"{full}: {access}", file=sys.stderr, flush=True)
        return response

    def _access(self, status: int) -> Access:
        person, on = g.get("person"), "/".join(str(v) for v in (request.view_args or {}).values())
        if request.endpoint in ("today", "day_book") and status == 200:
            on = request.args.get("day", "")
        what = f"{request.method} {request.endpoint or 'unknown'}" + (f" {g.act}" if g.get("act") else "")
        return Access(stamp(self._clock()), person.login if person else g.get("login", ""), what, on[:_LOGGED], status)

    def login(self) -> ResponseReturnValue:
        """Ask for name and password."""
        if self._console.login == "header":
            return redirect("/")
        if request.method == "GET":
            return render("login", failed=False)
        login = request.form.get("login", "")
        g.login = login if login in self._console.users else ""  # what else is typed there may be a password
        token = self._sessions.begin(login, request.form.get("password", ""), self._clock())
        if token is None:
            return render("login", failed=True), 403
        answer = redirect("/", 303)
        answer.set_cookie(
            self._cookie, token, path="/", httponly=True, samesite="Strict", secure=self._console.tls
        )
        return answer

    def logout(self) -> ResponseReturnValue:
        """Forget who was there."""
        self._sessions.end(request.cookies.get(self._cookie, ""))
        answer: AnyResponse = redirect("/login", 303)
        answer.delete_cookie(self._cookie)
        return answer


def _page(said: str, status: int, typed: Mapping[str, str] | None = None) -> tuple[str, int]:
    return render("error", said=said, person=g.get("person"), typed=typed or {}), status


def _typed() -> dict[str, str]:
    """What somebody wrote in the form that is refused: the browser keeps none of it (no-store), and he is to send it
    once more. Nothing where the form cannot be read."""
    with suppress(HTTPException):
        return {name: text for name in _WRITTEN if (text := request.form.get(name, "").strip())}
    return {}


def _said(error: Exception) -> tuple[str, int]:
    """Every refusal as a page with a sentence."""
    if isinstance(error, HTTPException):
        return _page(_HTTP.get(error.code or 500, "この操作はできません。"), error.code or 500)
    if isinstance(error, ConfigError | NewerLedger):
        return _page(f"{error}", 500)
    if isinstance(error, _LATER):
        return _page(f"{error}。何も記録していません。しばらくしてから、もう一度お試しください。", 503, _typed())
    return _page(str(error), 409, _typed())


_LATER = (LedgerBusy, DiskFull, ReaderUnavailable)
_HTTP = {
    403: "この操作をする権限がありません。",
    404: "このページはありません。番号をご確認ください。",
    405: "この操作はできません。",
    413: "送られた内容が大きすぎます。",
    500: "予期しない問題が起きました。何も記録していないか、全て記録したかのどちらかです。画面を開き直してご確認ください。",
}
