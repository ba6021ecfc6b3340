"""The operators' page in a real browser: the demo's list is cleared by what it says, and the acts that few days need
(a notice to a prefecture and its release, a letter sent once more or kept back, a My Number's steps, paper, an erasure)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from routing.demo.run import Demo
from routing.ledger import arrivals
from routing.ledger.store import Ledger
from tests.demo_at_hand import copied
from tests.e2e.console_served import Served, signed_in, unbroken
from tests.e2e.console_steps import follow
from tests.e2e.test_console_journeys import WHY, act
from tests.routing.desk_at_hand import form

CONTACTS = "lgcode,mailbox,address\n140007,yoboseshu,y@pref.kanagawa.lg.jp\n"


@pytest.fixture(scope="module")
def served(finished_demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = copied(finished_demo, tmp_path_factory.mktemp("rest") / "out").out
    (folder / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    settings = folder / "settings.toml"
    settings.write_text('contacts = "contacts.csv"\n' + settings.read_text(encoding="utf-8"), encoding="utf-8")
    made = Served(folder)
    yield made
    made.close()


def receipt(served: Served, mail: int) -> str:
    ledger = Ledger(served.ledger)
    found = arrivals.get(ledger, mail)
    ledger.close()
    assert found is not None
    return found.receipt


def run(served: Served, statement: str) -> None:
    ledger = Ledger(served.ledger)
    with ledger.writing():
        ledger.run(statement)
    ledger.close()


def listed(page: Page, served: Served) -> list[tuple[str, str]]:
    """(address of the mail, for what it waits) of each item of the list."""
    page.goto(served.at)
    return [
        (str(item.locator("h2 a").get_attribute("href")), item.locator("p > b").first.inner_text())
        for item in page.locator("section.item").all()
    ]


@pytest.mark.long
def test_each_mail_says_for_what_it_waits_as_the_list_does(browser: Browser, served: Served) -> None:
    """Also one that is decided: an accepted answer with a choice that people must hear of, a letter that came back."""
    page = signed_in(browser, served)
    items = listed(page, served)
    assert len(items) > 10
    for address, why in items:
        page.goto(served.at + address)
        assert why in page.inner_text("main .notice >> nth=0"), address


CLEARED: list[tuple[int, str, dict[str, str]]] = [
    (21, "seen", {}), (22, "seen", {}), (29, "seen", {}), (20, "accept", {}), (35, "assign", {"value": "仙台市"}),
    (37, "accept", {}), (37, "tell-replaced", {}), (44, "correct", {}), (45, "accept", {}), (50, "accept", {}),
    (52, "accept", {"received": "7/20 13:30"}), (57, "ignore", {}), (58, "ignore", {}), (59, "ignore", {}),
    (1, "answer", {"text": "空欄のままで差し支えありません。"}), (7, "ignore", {}),
]  # fmt: skip


@pytest.mark.long
def test_an_official_clears_the_demo_s_list(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served, bypass_csp=True)
    for mail, action, typed in CLEARED:
        act(page, served, mail, action, **typed)
    assert {address for address, _ in listed(page, served)} <= {f"/mail/{receipt(served, 51)}"}


@pytest.mark.long
def test_a_my_number_is_followed_step_by_step_and_its_mail_erased(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served, bypass_csp=True)
    number = receipt(served, 51)
    act(page, served, 51, "my-number")
    steps = page.locator("h2:has-text('個人番号への対応') + ol li").count()
    assert steps > 1
    page.goto(f"{served.at}/mail/51/step")
    offered = page.locator("#value option").evaluate_all("all => all.map(o => o.value)")
    assert len(offered) == steps
    act(page, served, 51, "step", value=offered[0])
    assert page.locator("b:has-text('未了')").count() == steps - 1
    page.goto(f"{served.at}/mail/51/erase")
    page.fill("#typed", number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}))
    page.fill("#why", WHY)
    follow(page, "main form button")
    assert page.url.endswith(f"/mail/{number}") and "内容は消去済みです" in page.inner_text("main")
    unbroken(page)


@pytest.mark.long
def test_a_prefecture_is_told_and_drafts_are_released_by_their_count(browser: Browser, served: Served) -> None:
    """What an official read in its preview waits for no second release; what nobody read does."""
    page = signed_in(browser, served, bypass_csp=True)
    act(page, served, 44, "tell-prefecture")
    page.goto(f"{served.at}/letters")
    assert "【直接送付のお知らせ】" in page.inner_text("main")
    assert page.locator("form[action='/letters/release']").count() == 0
    run(served, "INSERT INTO to_release SELECT id FROM outbox WHERE kind = 'told_direct'")
    card = page.locator("form[action='/letters/release']", has=page.locator("[value='told_direct']"))
    for count, done in (("9", False), ("1", True)):
        page.goto(f"{served.at}/letters")
        unbroken(page)
        card.locator("[name='count']").fill(count)
        card.locator("[name='why']").fill(WHY)
        follow(page, card.locator("button"))
        page.goto(f"{served.at}/letters")
        assert (card.count() == 0) is done, count


@pytest.mark.long
def test_a_letter_is_sent_once_more_and_another_kept_back(browser: Browser, served: Served) -> None:
    run(served, "INSERT INTO posting (outbox_id, state, detail, recorded_at) SELECT max(id), 'refused', '550',"
        " '2023-07-21T17:59:00+09:00' FROM outbox WHERE arrival_id = 4")  # fmt: skip
    page = signed_in(browser, served, bypass_csp=True)
    page.goto(f"{served.at}/letters")
    again = page.locator(f"form[action='/resend/{receipt(served, 4)}']")
    again.locator("[name='why']").fill(WHY)
    follow(page, again.locator("button"))
    assert again.count() == 0 and page.url.endswith("/letters")
    unbroken(page)
    act(page, served, 50, "answer", text="お電話のとおりです。")
    page.goto(f"{served.at}/letters")
    follow(page, page.locator("tr", has_text="【ご回答】").first.locator("a"))
    page.locator("main form.notice [name='why']").fill(WHY)
    unbroken(page)
    follow(page, "text=送信を取りやめる")
    assert "送らずに" in page.inner_text("main")
    unbroken(page)


@pytest.mark.long
def test_paper_is_recorded_with_its_file_and_a_mistake_told(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served, bypass_csp=True)
    page.goto(f"{served.at}/paper")
    sheet = {"name": "水戸市.xlsx", "mimeType": "application/octet-stream",
             "buffer": form({"organisation": "08茨城県水戸市", "program": "難病"})}  # fmt: skip
    for body, done in (("ない市", False), ("水戸市", True)):
        page.set_input_files("#file", sheet)  # type: ignore[arg-type]
        page.fill("#body", body)
        page.fill("#received", "7/20 15:00")
        unbroken(page)
        follow(page, "main form button")
        assert ("/mail/" in page.url) is done, page.inner_text("main")[:400]
        unbroken(page)

