"""Pictures of every page of `uketsuke console` on a demo's ledger, 1280 and 390 px wide: `make shots`, in docs/console/."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from config.load import default_survey
from routing.demo.run import run_demo
from tests.e2e.console_served import Served, sign_in
from tests.e2e.console_steps import follow

PAGES = {
    "held": "/", "mail": "/mail/4", "alarm": "/mail/51", "act": "/mail/20/accept", "amend": "/mail/4/amend",
    "body": "/body/141500", "today": "/today?day=2023-07-20", "owed": "/owed?prefecture=14", "letters": "/letters",
    "letter": "/letter/3", "search": "/search", "paper": "/paper", "health": "/health",
    "notices": "/notices",
    "answer": "/mail/1/answer", "difference": "/mail/9", "file": "/mail/51/file/2", "calls": "/today?calls=yes",
}  # fmt: skip
SIZES = {"": (1280, 900), "-390": (390, 844)}


def shoot(out: Path) -> None:
    """Writes the pictures."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        run_demo(default_survey(), Path(folder) / "demo")
        served = Served(Path(folder) / "demo")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            _every(browser.new_page(), served, out)
        finally:
            served.close()


def _every(page: Page, served: Served, out: Path) -> None:
    page.goto(served.at)
    _both(page, out / "login")
    sign_in(page, "kanri")
    for name, path in PAGES.items():
        page.goto(served.at + path)
        _both(page, out / name)
    page.goto(served.at + PAGES["act"])
    page.fill("#why", "電話で札幌市に確認")
    follow(page, "main button")
    _both(page, out / "preview")


def _both(page: Page, path: Path) -> None:
    for suffix, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=path.with_name(f"{path.name}{suffix}.png"))


if __name__ == "__main__":
    shoot(Path(sys.argv[1]))
