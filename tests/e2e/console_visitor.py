"""A browser without a screen at a page that is served: keeps its cookie, sends forms as a browser does."""

from __future__ import annotations

import html
import http.client
import re
from urllib.parse import urlencode

from tests.e2e.console_served import Served


class HttpVisitor:
    """Somebody signed in. Answers are (status, text); status 0: the line broke before one came."""

    def __init__(self, served: Served, login: str, password: str) -> None:
        self._port = served.port
        self._headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        line.request("POST", "/login", urlencode({"login": login, "password": password}), self._headers)
        answer = line.getresponse()
        self._headers["Cookie"] = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        line.close()

    def get(self, path: str) -> tuple[int, str]:
        return self._ask("GET", path, None)

    def post(self, path: str, **form: str) -> tuple[int, str]:
        return self._ask("POST", path, urlencode(form))

    def previewed(self, path: str, **typed: str) -> dict[str, str]:
        """What the preview's form would send; empty where there was none."""
        hidden = _hidden(self.get(path)[1])
        status, text = self.post(path, **{**hidden, **typed, "go": "preview"})
        return {**_hidden(text), "go": "do"} if status == 200 else {}

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            line.request(method, path, body, self._headers)
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        except (http.client.HTTPException, OSError):
            return 0, ""
        finally:
            line.close()


def _hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}
