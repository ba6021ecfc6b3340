"""Whole ways through the operators' page in a real browser: every act once, undo too late, a release of drafts, what
stands on paper and at 200 % zoom, and axe on the pages that stand between a wish and its deed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from routing.demo.run import Demo
from routing.ledger.store import Ledger
from tests.demo_at_hand import copied
from tests.e2e.console_served import Served, signed_in, unbroken
from tests.e2e.console_steps import follow

WHY = "電話で確認"


@pytest.fixture(scope="module")
def served(finished_demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = copied(finished_demo, tmp_path_factory.mktemp("journeys") / "out").out
    made = Served(folder)
    yield made
    made.close()


def act(page: Page, served: Served, mail: int, action: str, **typed: str) -> None:
    """Form, preview, deed, each by its button; every page on the way is looked at by axe."""
    page.goto(f"{served.at}/mail/{mail}/{action}")
    for name, value in typed.items():
        field = page.locator(f"main [name='{name.replace('__', ':')}']").first
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.fill("#why", WHY)
    unbroken(page)
    follow(page, "main form button")
    assert "こうなります" in page.inner_text("main"), (action, page.inner_text("main")[:600])
    unbroken(page)
    follow(page, "main form button")
    assert re.fullmatch(r".*/mail/[NYS]\d{4}-\w{4}-\w{4}", page.url), (action, page.inner_text("main")[:600])
    unbroken(page)


ACTS: list[tuple[int, str, dict[str, str]]] = [
    (20, "accept", {}), (45, "accept", {"received": "7/20 15:00"}), (44, "correct", {}), (59, "ignore", {}),
    (35, "assign", {"value": "仙台市"}), (50, "amend", {"q__b-text": "②の形で"}),
    (52, "received", {"received": "7/20 15:00"}), (36, "approve-sender", {}), (36, "revoke", {}), (23, "retry", {}),
    (29, "seen", {}), (51, "not-my-number", {}),
    (1, "answer", {"text": "お尋ねの件、２つのファイルとしてください。"}),
    (57, "forward", {"to": "tantou@mhlw.go.jp", "text": "取下げの申出です。"}),
]  # fmt: skip


@pytest.mark.long
def test_every_act_on_a_mail_is_done_once_in_a_browser(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served, bypass_csp=True)
    for mail, action, typed in ACTS:
        act(page, served, mail, action, **typed)
    ledger = Ledger(served.ledger)
    acted = {row["kind"] for row in ledger.rows("SELECT DISTINCT kind FROM event WHERE done_by = '管理（見本）'")}
    decided = ledger.rows("SELECT DISTINCT arrival_id FROM verdict WHERE decided_by = '管理（見本）'")
    ledger.close()
    assert {"assign", "amend", "received", "retry", "seen", "answered", "forwarded"} <= acted, acted
    assert {row["arrival_id"] for row in decided} >= {20, 35, 44, 45, 59}


@pytest.mark.long
def test_every_act_at_a_body_with_letters_and_for_all_is_done_once_in_a_browser(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served, bypass_csp=True)
    page.goto(f"{served.at}/body/142042")  # through its prefecture
    page.fill("#call", "来週に送るとのこと")
    follow(page, "text=記録する")
    assert "来週に送るとのこと" in page.inner_text("main")
    for path, summary, typed in (
        ("/body/141500", "提出期限を延長する", {"until": "7/28"}), ("/body/142042", "元のファイル", {"until": "7/28"}),
        ("/body/141500", "自治体検診", {}), ("/notices", "全ての団体の期限", {"until": "7/31"}),
    ):  # fmt: skip
        page.goto(served.at + path)
        folded = page.locator("main details", has_text=summary).last
        folded.locator("summary").click()
        for name, value in {**typed, "why": WHY}.items():
            folded.locator(f"[name='{name}']").first.fill(value)
        follow(page, folded.locator("button"))
        assert "こうなります" in page.inner_text("main"), page.inner_text("main")[:400]
        unbroken(page)
        if page.locator("#typed").count():
            page.fill("#typed", "全ての団体")
        follow(page, "main form button")
        assert "こうなります" not in page.inner_text("main"), page.inner_text("main")[:400]
    for button in ("止める", "再開する"):
        page.goto(f"{served.at}/body/141500")
        folded = page.locator("main details", has_text="【ご提出のお願い】を止める")
        folded.locator("summary").click()
        folded.locator("[name='why']").fill(WHY)
        follow(page, folded.locator("button", has_text=button))
    page.goto(f"{served.at}/letters")
    folded = page.locator("main details", has_text="送信を止める")
    folded.locator("summary").click()
    folded.locator("[name='why']").fill(WHY)
    follow(page, folded.locator("button"))
    assert "送信停止中" in page.inner_text("main")
    unbroken(page)
    follow(page, "text=待っているメールを見る、選んで送る")
    waiting = page.locator("tbody input[type='checkbox']").count()
    assert waiting >= 1, page.inner_text("main")
    unbroken(page)
    page.check("tbody tr:first-child input[type='checkbox']")
    page.fill("#chosen", WHY)
    follow(page, "text=選んだメールを送る")
    page.goto(f"{served.at}/letters")
    assert f"送信待ち {waiting - 1}通" in page.inner_text("main .alarm")
    page.fill("main .alarm [name='why']", WHY)
    follow(page, "text=送信を再開する")
    assert "送信停止中" not in page.inner_text("main")


@pytest.mark.long
def test_a_decision_is_too_late_to_take_back_and_is_made_anew_with_a_warning(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served)
    stale = signed_in(browser, served)
    page.goto(f"{served.at}/mail/58/ignore")
    page.fill("#why", WHY)
    follow(page, "main form button")
    follow(page, "main form button")
    stale.goto(page.url)
    ledger = Ledger(served.ledger)
    with ledger.writing():  # as it stands when the seconds are over: the demo's clock does not go on
        ledger.run("UPDATE undoable SET until = '2023-07-01T00:00:00+09:00'")
    ledger.close()
    follow(stale, "text=取り消す")
    assert "取り消せる時間を過ぎたか" in stale.inner_text("main")
    page.reload()
    told = page.inner_text("main")
    assert "判断を改める" in told and "管理（見本）が" in told and "新しい判断が優先し" in told
    assert "取り消せます" not in told


@pytest.mark.long
def test_a_letter_that_has_left_is_told_before_a_decision_is_changed(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served, bypass_csp=True)
    page.goto(f"{served.at}/mail/4/ignore")
    told = page.inner_text("main .notice")
    assert "【確認のお願い】は、既に送っています" in told
    assert "判断を改めても取り消せません" in told and "電話などで" in told
    unbroken(page)


@pytest.mark.long
def test_an_erasure_wants_the_number_and_a_file_that_may_run_a_second_look(browser: Browser, served: Served) -> None:
    page = signed_in(browser, served, bypass_csp=True)
    page.goto(f"{served.at}/mail/51/file/2")
    assert "ご注意ください" in page.inner_text("main")
    unbroken(page)
    with page.expect_download() as saved:
        page.click("text=確かめたので、保存する")
    assert re.fullmatch(r"N0720-\w{4}-\w{4}-2\.xlsx", saved.value.suggested_filename)
    page.goto(f"{served.at}/mail/4")
    for link, name in (("そのまま保存する", r"-2\.xlsx"), ("値だけの写し", r"-2-values\.xlsx"), ("原本", r"\.eml")):
        with page.expect_download() as saved:
            page.click(f"text={link}")
        assert re.fullmatch(r"N0711-\w{4}-\w{4}" + name, saved.value.suggested_filename)
    page.goto(f"{served.at}/mail/51/erase")
    unbroken(page)
    page.fill("#typed", "N0720")
    page.fill("#why", WHY)
    follow(page, "main form button")
    assert "受付番号" in page.inner_text("main .alarm >> nth=0")


PRINTED = ("/", "/mail/4", "/body/141500", "/today?calls=yes", "/owed?prefecture=14", "/mail/20/accept")


@pytest.mark.long
def test_paper_has_the_words_and_no_buttons_and_200_percent_no_second_scroll_bar(
    browser: Browser, served: Served
) -> None:
    page = signed_in(browser, served)
    page.set_viewport_size({"width": 640, "height": 450})  # 1280 px at 200 %
    for path in PRINTED:
        page.goto(served.at + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, path
    page.set_viewport_size({"width": 794, "height": 1123})  # A4 at 96 dpi
    page.emulate_media(media="print")
    pressed = "all => all.filter(e => e.checkVisibility()).length"
    for path in PRINTED:
        page.goto(served.at + path)
        assert page.locator("h1").is_visible() and page.evaluate("document.documentElement.scrollWidth") <= 794, path
        assert page.locator("button, input:not([type=hidden]), select, header.top").evaluate_all(pressed) == 0, path


@pytest.mark.long
def test_everything_is_reached_by_keyboard_in_the_order_in_which_it_stands(browser: Browser, served: Served) -> None:
    """Tab goes down the page as it is read, through every control, with a mark that can be seen."""
    page = signed_in(browser, served)
    for path in ("/", "/mail/4", "/mail/50/amend", "/body/141500", "/letters", "/notices", "/paper"):
        page.goto(served.at + path)
        controls = "a[href],button,input:not([type=hidden]),select,textarea,summary"
        wanted = page.locator(controls).evaluate_all("all => all.filter(e => e.checkVisibility()).length")
        seen: list[int] = []
        for _ in range(wanted + 30):
            page.keyboard.press("Tab")
            at = page.evaluate("""(() => { const e = document.activeElement; if (e === document.body) return null;
                const all = [...document.querySelectorAll('*')]; const s = getComputedStyle(e);
                return [all.indexOf(e), s.outlineStyle !== 'none' || e.classList.contains('scroll')] })()""")
            if at is None or (seen and at[0] == seen[0]):
                break
            assert at[1], (path, "no mark")
            seen.append(at[0])
        assert seen == sorted(seen) and len(set(seen)) >= wanted, (path, len(seen), wanted)
