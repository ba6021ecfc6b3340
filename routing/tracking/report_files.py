"""The reports as files: one prefecture's, the whole country's, and the snapshot of who owes what.

Writes into the folder that it is given, each file whole or not at all. Judges nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from config.roster import Body
from replies.reports.book import prefecture_book
from replies.reports.overview_book import overview_book
from replies.reports.overview_page import overview_page
from replies.reports.page import prefecture_page
from replies.wording import load_wording
from routing.tracking.instant import LedgerAt
from routing.tracking.national import overview
from routing.tracking.overview import status_of
from routing.tracking.reports import prefecture_report
from routing.tracking.status_json import status_json


def write_prefecture(instant: LedgerAt, body: Body, folder: Path) -> None:
    """Write one prefecture's workbook (which goes to it) and page (for the ministry)."""
    filled = prefecture_report(instant, body)
    survey = instant.register.survey
    wording = load_wording().of(survey)
    name = f"{body.number}{body.name}_提出状況"
    _put(folder / f"{name}.xlsx", prefecture_book(filled, survey, wording))
    _put(folder / f"{name}.html", prefecture_page(filled, survey, wording).encode("utf-8"))


def write_overview(instant: LedgerAt, folder: Path) -> None:
    """Write the overview of the whole country, for the ministry only."""
    filled, wording = overview(instant), load_wording().of(instant.register.survey)
    _put(folder / "全国_提出状況_取扱注意.xlsx", overview_book(filled, wording))
    _put(folder / "全国_提出状況_取扱注意.html", overview_page(filled, wording).encode("utf-8"))


def write_snapshot(instant: LedgerAt, folder: Path) -> None:
    """Write every obligation and municipality as it stands, for programs (UTF-8 JSON, as `status --json`)."""
    told = status_json(status_of(instant), instant.register)
    _put(folder / "snapshot.json", json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8"))


def write_all(instant: LedgerAt, folder: Path) -> Iterator[str]:
    """Write snapshot, overview and the report of each prefecture that owes anything, step by step; yield what was
    written."""
    folder.mkdir(parents=True, exist_ok=True)
    write_snapshot(instant, folder)
    yield "snapshot"
    write_overview(instant, folder)
    yield "overview"
    for body in instant.register.reported:
        write_prefecture(instant, body, folder)
        yield body.name


def _put(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)
