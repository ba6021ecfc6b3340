"""The operators' page in a real browser, as it is served: an official without Unix clears an item by keyboard alone,
no page of the demo breaks a rule of accessibility, and strangers' mail runs no script and asks for nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from config.load import default_survey
from intake.shown import one_line
from routing.demo.run import Demo
from routing.ledger.store import Ledger
from routing.reading.reader import Reader
from routing.register import build_register
from tests.demo_at_hand import copied
from tests.e2e.console_served import Served, signed_in, unbroken
from tests.e2e.console_steps import enter, follow
from tests.routing.desk_at_hand import form, mail, open_office

PAGES = ["/", "/mail/4", "/mail/51", "/mail/20/accept", "/mail/4/amend", "/mail/4/erase", "/body/141500",
         "/today?day=2023-07-20", "/owed?prefecture=14", "/letters", "/letter/3", "/search", "/health",
         "/paper", "/notices", "/mail/1/answer", "/mail/4/forward", "/revalidate"]  # fmt: skip


@pytest.fixture(scope="module")
def served(finished_demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = copied(finished_demo, tmp_path_factory.mktemp("console") / "out").out
    _hostile_mails(folder / "ledger.db")
    made = Served(folder)
    yield made
    made.close()


def _hostile_mails(ledger: Path) -> None:
    """Raw subjects and texts that would run, if anything of them did, in the demo's own mails."""
    opened = Ledger(ledger)
    said = "<script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>{{7*7}}\u202e<svg onload=alert(1)>"
    with opened.writing():
        opened.run("UPDATE message SET subject = ?, submission = json_set(submission, '$.message.subject', ?,"
                   " '$.message.body', ?, '$.message.sender.name', ?) WHERE submission <> ''", said, said, said, said)
        opened.run("UPDATE message SET subject = ? WHERE arrival_id = 20", "札幌市の見本")
    opened.close()


@pytest.mark.long
def test_no_page_breaks_a_rule_of_accessibility_or_is_wider_than_a_phone(browser: Browser, served: Served) -> None:
    """Axe needs to run a script, which the page's own policy forbids: only here it is lifted."""
    page = signed_in(browser, served, bypass_csp=True)
    for path in PAGES:
        page.goto(served.at + path)
        unbroken(page)


def test_hostile_mail_runs_no_script_and_asks_for_nothing(browser: Browser, served: Served) -> None:
    """And where a script did stand in a page, the browser would say that the policy forbids it. Every kind of page; the
    pages of all mails are looked at below."""
    page = signed_in(browser, served)
    asked: list[str] = []
    said: list[str] = []

    def ask(request: Request) -> None:
        asked.append(request.url)

    def say(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.on("request", ask)
    page.on("console", say)
    page.on("dialog", lambda dialog: said.append(dialog.message))
    for path in PAGES:
        page.goto(served.at + path)
        assert page.locator("main script, main img, main svg, main iframe").count() == 0
    assert [url for url in asked if not url.startswith(served.at + "/")] == [] and said == []
    assert "‹U+202E›" in page.goto(served.at + "/mail/4").text()  # type: ignore[union-attr]


SHELF = [
    "<script>document.title='x'</script>", "<img src=http://evil.example/i.png onerror=alert(1)>", "<svg/onload=alert(1)>",
    "\"><iframe src=//evil.example>", "javascript:alert(1)//", "<a href='javascript:alert(1)'>x</a>", "{{7*7}}{% raw %}",
    "<style>@import '//evil.example/x.css'</style>", "<link rel=prefetch href=//evil.example>",
    "</pre></textarea></title>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;//evil.example'>", "\u2028\u2029alert(1)",
    "<form action=//evil.example><button>", "&lt;script&gt;", "<!--", "]]>", "\u202e\u2066fdp.exe",
    "<math><mtext><img src=x>",
    "' onmouseover=alert(1) x='", "<object data=//evil.example>", "\x00<script>", "＜script＞", "<scr\x00ipt>",
]  # fmt: skip


@pytest.fixture(scope="module")
def shelf(finished_demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Every mail of the tests, and the hostile texts in subject, name, text and file name, settled on one ledger."""
    folder = copied(finished_demo, tmp_path_factory.mktemp("shelf") / "out").out
    register = build_register(default_survey())
    ledger, reader = Ledger(folder / "ledger.db"), Reader(default_survey())
    office = open_office(tmp_path_factory.mktemp("office"), register, reader, ledger)
    for path in sorted((Path(__file__).parents[1] / "mails").rglob("*.eml")):
        with suppress(AssertionError):  # the same bytes as one before
            office.arrive(path.read_bytes())
    for said in SHELF:
        kept = said.replace("\x00", "\ufffd")
        name = re.sub(r"[\x00-\x1f/]", "_", said)
        sheet = form({"program": "難病", "telephone": kept})
        office.arrive(mail({f"{name}.xlsx": sheet}, one_line(said)[:70], body=kept))
    for _ in office.desk.settle_waiting():
        pass
    ledger.close()
    reader.close()
    made = Served(folder)
    yield made
    made.close()


@pytest.mark.long
def test_every_mail_of_the_tests_and_the_shelf_of_hostile_texts_stay_text(browser: Browser, shelf: Served) -> None:
    """Zero scripts, zero requests to anywhere else, zero reports of the policy, on the page of each mail."""
    page = signed_in(browser, shelf)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    opened = Ledger(shelf.ledger)
    receipts = [str(row["receipt"]) for row in opened.rows("SELECT receipt FROM arrival ORDER BY id")]
    opened.close()
    assert len(receipts) > 250
    for path in ("/", "/letters", "/today?day=2023-07-18", *(f"/mail/{r}" for r in receipts)):
        answer = page.goto(shelf.at + path)
        assert answer is not None and answer.status == 200, path
        live = "script, img, svg, iframe, object, embed, base, meta[http-equiv], link:not([href='/style.css'])"
        assert page.locator(live).count() == 0, path
        assert page.locator("main a[href^='javascript'], main a[href*='//'], [onload], [onerror]").count() == 0, path
    assert [url for url in asked if not url.startswith(shelf.at + "/")] == [] and said == []


def test_an_official_accepts_an_item_by_keyboard_alone(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served, "kakari")
    _tab_to(page, "札幌市の見本")
    enter(page)
    assert "/mail/N0713-" in page.url
    _tab_to(page, "受け付ける")
    enter(page)
    assert page.url.endswith("/accept")
    _tab_to(page, "", "why")
    page.keyboard.type("電話で札幌市に確認")
    enter(page)
    assert "こうなります" in page.inner_text("main")
    assert "受付番号：N0713-" in page.inner_text("pre")
    _tab_to(page, "受け付ける（実行）")
    enter(page)
    assert "までは取り消せます" in page.inner_text("main") and "係員（見本）" in page.inner_text("main")
    _tab_to(page, "取り消す")
    enter(page)
    assert "判断の取り消し" in page.inner_text("main")
    assert "取り消し済み" in page.inner_text("main") and "取り消せます" not in page.inner_text("main")


def _tab_to(page: Page, text: str, id: str = "") -> None:
    """Presses Tab until the control with this text, or id, has the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        at = page.evaluate("[document.activeElement.innerText || '', document.activeElement.id]")
        if (text and at[0].strip() == text) or (id and at[1] == id):
            return
    raise AssertionError(f"no way by keyboard to {text or id}")


@pytest.mark.long
def test_two_browsers_on_one_item_never_both_decide(browser: Browser, served: Served) -> None:
    pages = [signed_in(browser, served, login) for login in ("kakari", "kanri")]
    for page in pages:
        page.goto(served.at + "/mail/7/ignore")
        page.fill("#why", "お礼")
        follow(page, "main button")
    for page in pages:
        follow(page, "main button")
    assert "ご覧になった後に変わっています：係員（見本）" in pages[1].inner_text("main")
    assert pages[1].input_value("#why") == "お礼"


@pytest.mark.long
def test_a_session_that_ends_in_the_middle_gives_back_what_was_written(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served, bypass_csp=True)
    page.goto(served.at + "/mail/7/ignore")
    page.fill("#why", "電話で<b>お礼</b>を確認")
    page.context.clear_cookies()
    follow(page, "main button")
    assert "何も記録していません" in page.inner_text("main")
    assert page.input_value("#kept-why") == "電話で<b>お礼</b>を確認"
    unbroken(page)


@pytest.mark.long
def test_without_users_or_the_extra_the_command_says_what_to_do(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('ledger = "l.db"\nmode = "rehearse"\noperators = "a@example.go.jp"\n'
                        '[mailboxes.n_mynumber]\nsource = "maildir"\npath = "in"\n[sender]\nkind = "maildir"\npath = "o"\n')
    command = [sys.executable, "-m", "routing.cli", "--settings", str(settings), "console"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 78 and "console.users" in done.stderr
    without = "import sys; sys.modules['flask'] = None; from routing.cli import main; main()"
    command = [sys.executable, "-c", without, "--settings", str(settings), "console"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 78 and "uketsuke[console]" in done.stderr
