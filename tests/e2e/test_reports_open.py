"""All 47 reports and the overview by one command: LibreOffice and Chromium open them, and what a browser
shows are the figures of the independent count."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.roster import Body
from routing.cli.app import run_command
from tests.e2e.chromium import rendered
from tests.e2e.fortnight import INSTANTS, collected_by, owed, own_demanded
from tests.e2e.fortnight_count import Count, prefectures
from tests.e2e.fortnight_mails import PROGRAMS
from tests.e2e.fortnight_replay import Fortnight, fortnight_in
from tests.replies.pages_at_hand import Element, parsed

pytestmark = pytest.mark.long
AT = INSTANTS[-1]
NAMES = {program: name for program, (name, _, _) in PROGRAMS.items()}
OVERVIEW = "全国_提出状況_取扱注意"


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Fortnight:
    """Played once for all tests of a session."""
    return fortnight_in(tmp_path_factory.getbasetemp() / "fortnight")


@pytest.fixture(scope="module")
def count(fortnight: Fortnight) -> Count:
    return Count(fortnight.script, AT)


@pytest.fixture(scope="module")
def folder(fortnight: Fortnight, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that one command writes."""
    to = tmp_path_factory.mktemp("reports")
    told = ["--settings", str(fortnight.settings), "--now", AT.isoformat(), "report", "--all", "-o", str(to)]
    assert run_command(told) == 0
    return to


def name_of(body: Body) -> str:
    return f"{body.lgcode[:2]}{body.name}_提出状況"


def test_one_command_writes_two_files_for_each_prefecture_and_the_country(folder: Path) -> None:
    names = [*map(name_of, prefectures()), OVERVIEW]
    assert len(names) == 48
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        f"{n}.{e}" for n in names for e in ("html", "xlsx")
    )


def test_every_workbook_opens_in_libreoffice_and_its_first_sheet_is_what_was_counted(
    folder: Path, tmp_path: Path, count: Count
) -> None:
    """One start for all 48; each becomes a PDF in which the figures of its first sheet stand."""
    books = sorted(folder.glob("*.xlsx"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        *map(str, books),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "javaldx" not in line]  # no Java here
    assert done.returncode == 0 and not any("rror" in line or "arning" in line for line in said), said
    assert sorted(p.stem for p in tmp_path.glob("*.pdf")) == [b.stem for b in books]
    for body in prefectures():
        text = _first_page(tmp_path / f"{name_of(body)}.pdf")
        for program in ("yobosesshu", "kenshin"):
            tally = count.tally(body, program)
            assert re.search(rf"{NAMES[program]}.*{tally['accepted']}／{tally.total()}団体", text), (
                body.name,
                text,
            )


def _first_page(pdf: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-l", "1", str(pdf), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_every_workbook_lists_every_municipality_in_its_state(folder: Path, count: Count) -> None:
    """Second sheet; the words are those of wording.toml, by hand."""
    words = {
        "accepted": "○ 受付済み",
        "correction": "◆ 確認のお願い中",
        "held": "◇ 確認中",
        "outstanding": "□ 未提出",
    }
    for body in prefectures():
        shown = _second_sheet(folder / f"{name_of(body)}.xlsx")
        programs = [p for p in PROGRAMS if collected_by(body, p)]
        assert shown == {
            (municipality.lgcode, NAMES[program]): words[count.row(municipality.lgcode, program).state]
            for program in programs
            for municipality in collected_by(body, program)
        }


def _second_sheet(book: Path) -> dict[tuple[str, str], str]:
    """(lgcode, program) -> state in words, by the headings above."""
    rows = list(load_workbook(book).worksheets[1].iter_rows(values_only=True))
    top = next(n for n, row in enumerate(rows) if row[0] == "団体コード")
    states = [(n, str(h).split("\n")[0]) for n, h in enumerate(rows[top]) if str(h).endswith("状況")]
    return {
        (str(row[0]), program): str(row[n])
        for row in rows[top + 1 :]
        for n, program in states
        if row[0] and row[n] not in (None, "―")
    }


@pytest.mark.parametrize("body", prefectures(), ids=lambda body: body.lgcode[:2])
def test_a_prefectures_page_renders_with_the_figures_counted(
    body: Body, folder: Path, tmp_path: Path, count: Count
) -> None:
    seen, said = _page(folder / f"{name_of(body)}.html", tmp_path)
    assert said == []
    programs = [program for of, program in owed() if of == body]
    own = sum(bool(count.own(body.lgcode, p).accepted) for p in programs if own_demanded(body, p))
    finished = own + sum(count.tally(body, p)["accepted"] for p in programs)
    assert seen.all("span", "finished")[0].text == str(finished)
    for row, program in zip(seen.all("table", "programs")[0].rows(), programs, strict=True):
        tally = count.tally(body, program)
        assert row[0] == NAMES[program]
        assert row[2] == (f"{tally['accepted']}／{tally.total()}団体" if tally else "―")
    shown = Counter(
        e.attributes["class"] for e in seen.all("table", "municipalities")[0].all("span", "state")
    )
    states: Counter[str] = Counter()
    for program in programs:
        states += count.tally(body, program)
    assert shown == Counter({f"state {state}": n for state, n in states.items()})
    assert len(seen.all("article")) == _open_corrections(body, count)


def _open_corrections(body: Body, count: Count) -> int:
    """Of the prefecture itself and of its municipalities."""
    mine = {body.lgcode} | {b.lgcode for b in collected_by(body, "kenshin")}
    return sum(n for (lgcode, _, _), n in count.open_corrections().items() if lgcode in mine)


def test_the_overview_renders_with_the_figures_counted(folder: Path, tmp_path: Path, count: Count) -> None:
    seen, said = _page(folder / f"{OVERVIEW}.html", tmp_path)
    assert said == []
    states = Counter(o.state for o in count.all_owed().values())
    assert seen.all("span", "finished")[0].text == str(states["accepted"])
    titles = [t.text for t in seen.all("figure", "map")[0].all("title")]
    for body, title in zip(prefectures(), titles, strict=True):
        found: Counter[str] = Counter()
        for program in PROGRAMS:
            found += count.tally(body, program)
            if own_demanded(body, program):
                found[count.own(body.lgcode, program).state] += 1
        assert title.startswith(body.name)
        assert re.findall(r"\d+", title)[:2] == [str(found["accepted"]), str(found.total())]
    held = [int(row[-2]) for row in seen.all("table", "queues")[0].rows()]
    assert sum(held) == count.held()
    assert len(seen.all("figure", "chart")) == 4


def _page(page: Path, folder: Path) -> tuple[Element, list[str]]:
    dom, said = rendered(page, folder / "chromium")
    return parsed(dom.replace("<!DOCTYPE html>", "")), said
