"""From one page to the next in a real browser: what is pressed, and then the page that it opens, whole."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def follow(page: Page, control: Locator | str) -> None:
    """Clicks what opens a page (of several the first), and waits until that page has come to its end: the wait begins
    before the click, so that no page can be too quick for it, nor the one before be taken for it."""
    found = page.locator(control) if isinstance(control, str) else control
    with page.expect_navigation():
        found.first.click()


def enter(page: Page) -> None:
    """The same by the key, for what has the focus."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
