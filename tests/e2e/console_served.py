"""The operators' page as the command serves it, on a demo's ledger."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from routing.demo.run import REHEARSAL_PASSWORD

PATIENCE = 180_000  # milliseconds: beside other tests a page may take longer than Playwright's own 30 seconds


class Served:
    """The page of a demo's ledger, served by the command as an official would start it."""

    def __init__(self, folder: Path, program: Sequence[str] = (), around: Mapping[str, str] | None = None) -> None:
        self.ledger = folder / "ledger.db"
        program = program or [sys.executable, "-m", "routing.cli"]
        self._command = [*program, "--settings", str(folder / "settings.toml"), "console"]
        self._environment = {**os.environ, **(around or {})}
        until = time.monotonic() + 120
        self._start(folder / "settings.toml")
        while not self._answers():
            if self.process.poll() is not None:  # another process took the port first
                self._start(folder / "settings.toml")
            if time.monotonic() > until:
                raise AssertionError("the page does not answer")
            time.sleep(0.1)

    def _start(self, settings: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        told = settings.read_text(encoding="utf-8").partition("\n[console]\nport")[0]
        settings.write_text(f"{told}\n[console]\nport = {self.port}\n", encoding="utf-8")
        self.at = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(self._command, env=self._environment)

    def _answers(self) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request("GET", "/login")
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def signed_in(browser: Browser, served: Served, login: str = "kanri", **options: object) -> Page:
    """The first page behind the login, in a window and a session of its own."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}, **options).new_page()  # type: ignore[arg-type]
    page.context.set_default_timeout(PATIENCE)
    page.goto(served.at)
    sign_in(page, login)
    return page


def sign_in(page: Page, login: str) -> None:
    """Fills the form of the login that is shown, and waits until a page says who is there."""
    page.fill("#login", login)
    page.fill("#password", REHEARSAL_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=サインアウト")


def unbroken(page: Page) -> None:
    """No rule of accessibility broken, and no wider than a phone."""
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == [], page.url
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.url
    page.set_viewport_size({"width": 1280, "height": 900})
