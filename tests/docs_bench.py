"""README's table of what `make bench` measured, from docs/bench.json: nobody copies a figure by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

RESULT = Path(__file__).parents[1] / "docs" / "bench.json"
Figures = dict[str, Any]
Row = tuple[str, str, str]


def speed_rows() -> tuple[str, list[Row]]:
    """A sentence on machine and date, and (question, figure, beside it) of everything that was measured."""
    figures: Figures = json.loads(RESULT.read_text(encoding="utf-8"))
    machine = figures["machine"]
    said = (
        f"Measured on {figures['measured_at'][:10]}: {machine['cpu']}, {machine['cores']} cores,"
        f" Python {machine['python']}; load before it began: {machine['load_before']}."
    )
    rows = [row for name, make in _ROWS.items() if name in figures for row in make(figures[name])]
    return said, rows


def _journey(f: Figures) -> Iterator[Row]:
    share = f["share_of_floors"]
    floors = f"{share:.0%} of the sum of its parts' floors, {f['floors_mails_per_second']:.0f}/s"
    yield (
        "From Dovecot to the committed verdict and the sent reply: desk and one reader on one core",
        f"{f['one_core_mails_per_second']:.0f} mails/s",
        f"{floors}; fsync {f['fsync_p50_ms']:.1f} ms; of the processor, {f['one_core_worker_cpu_ms']:.1f} ms a mail"
        f" in the desk and {f['one_core_readers_cpu_ms']:.1f} in the reader; {f['one_core_peak_mib']:.0f} MiB at most",
    )
    yield (
        "the same, two readers on two cores",
        f"{f['two_cores_mails_per_second']:.0f} mails/s",
        f"{f['two_cores_gain']:.2f} times; {f['two_cores_peak_mib']:.0f} MiB at most",
    )
    others = (
        ("django-helpdesk 2.6.1 (opens no workbook)", "helpdesk"),
        ("django-mailbox 4.10.1 (fetches and stores only)", "mailbox"),
        ("a script of imap_tools, openpyxl, smtplib (no ledger)", "script"),
    )
    for what, name in others:
        rate = f"{f[f'{name}_mails_per_second']:.1f} mails/s"
        yield f"the same mails, one core: {what}", rate, f"we: {f[f'times_{name}']:.1f} times"


def _growth(f: Figures) -> Iterator[Row]:
    before = {int(name.split("_")[1]): rate for name, rate in f.items() if name.startswith("with_")}
    yield (
        f"one core, with {' / '.join(f'{n:,}' for n in before)} mails in mailboxes and ledger",
        f"{' / '.join(f'{rate:.0f}' for rate in before.values())} mails/s",
        f"fsync {f['fsync_p50_ms']:.1f} ms; answers to the same questions, so each has as many before it",
    )


def _last_hour(f: Figures) -> Iterator[Row]:
    yield (
        f"The last hour: {f['mails']:,} mails within {f['over_seconds'] / 60:g} minutes, one core",
        f"reply after {f['reply_p50_seconds']:.1f} s (p50), {f['reply_p99_seconds']:.1f} s (p99)",
        f"fsync {f['fsync_p50_ms']:.1f} ms; {f['peak_mib']:.0f} MiB at most",
    )


def _latency(f: Figures) -> Iterator[Row]:
    yield (
        f"A quiet day: {f['mails']} mails one at a time, by IDLE, from Postfix on",
        f"reply after {f['reply_p50_seconds']:.2f} s (p50), {f['reply_p99_seconds']:.2f} s (p99)",
        f"fsync {f['fsync_p50_ms']:.1f} ms; Dovecot tells after half a second",
    )


def _reports(f: Figures) -> Iterator[Row]:
    yield (
        f"`report --all` over {f['report_all_rows']:,} rows: {f['report_all_files']} files",
        f"{f['report_all_seconds']:.0f} s",
        f"{f['report_all_peak_mib']:.0f} MiB at most",
    )


def _commands(f: Figures) -> Iterator[Row]:
    yield (
        "Processor time of `held` / `show` / `status`",
        f"{f['held_ms']:.0f} / {f['show_ms']:.0f} / {f['status_ms']:.0f} ms",
        f"{f['times_held']:.0f} / {f['times_show']:.0f} / {f['times_status']:.0f} times an empty program that imports"
        f" click and rich ({f['floor_ms']:.0f} ms)",
    )
    yield "Processor time of `check` of one sheet", f"{f['check_ms']:.0f} ms", f"{f['times_check']:.0f} times that"


def _console(f: Figures) -> Iterator[Row]:
    yield (
        f"A page of `uketsuke console` over {f['mails']:,.0f} mails",
        f"{f['median_ms']:.0f} ms",
        f"要確認 {f['held_ms']:.0f}, one mail {f['mail_ms']:.0f}, a search for a word {f['search_word_ms']:.0f};"
        f" the slowest {f['slowest_ms']:.0f}",
    )


def _workbooks(f: Figures) -> Iterator[Row]:
    yield (
        "Answer sheets through the whole check",
        f"{f['check_sheets_per_second']:.0f}/s",
        f"openpyxl merely opens {f['openpyxl_opens_sheets_per_second']:.0f}/s",
    )
    yield (
        "Rows of the longest 一覧表 through the whole check",
        f"{f['check_list_rows_per_second']:.0f}/s",
        f"openpyxl merely opens {f['openpyxl_opens_list_rows_per_second']:.0f}/s",
    )


def _twenty_thousand(f: Figures) -> Iterator[Row]:
    yield (
        f"{f['mails']:,} mails through one worker, two readers ({f['measured_at'][:10]})",
        f"{f['growth_mib_per_thousand']:+.2f} MiB per thousand",
        f"{f['worker_mib'][0]:.0f} MiB at first, {f['worker_mib'][-1]:.0f} at the end; {f['seconds']} s",
    )


_ROWS: dict[str, Callable[[Figures], Iterator[Row]]] = {
    "journey": _journey,
    "growth": _growth,
    "last_hour": _last_hour,
    "latency": _latency,
    "reports": _reports,
    "commands": _commands,
    "console": _console,
    "workbooks": _workbooks,
    "twenty_thousand": _twenty_thousand,
}
