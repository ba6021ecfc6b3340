"""`uketsuke access-log`: who looked at what and who did what at the operators' page, on one day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import time
from pathlib import Path

import click

from config.jst import in_jst
from replies.wording import load_wording
from replies.workbooks.text_book import TextTable, text_book
from routing.cli.context import App, typed_instant, with_app
from routing.cli.files import write_private
from routing.cli.screen import echo_json, say, table
from routing.clock import system_clock
from routing.console.access_log import AccessLog

_HEADINGS = (("日時", 20), ("利用者", 16), ("見たもの・したこと", 40), ("対象", 40), ("結果", 8))


@click.command("access-log")
@click.option("--day", metavar="日", help="この日のもの（例: 7/20。省けば今日）")
@click.option("--json", "as_json", is_flag=True, help="JSON で出力する")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="置く場所（.xlsx）")
@with_app
def access_log_command(app: App, day: str | None, as_json: bool, output: Path | None) -> None:
    """職員の画面で、だれがいつ何を見て、何をしたかを、一日分取り出します。"""
    # by the true time, also where a rehearsed one is shown
    at = typed_instant("--day", day, app.register, time()) if day else system_clock()
    lines = list(AccessLog(app.settings.ledger).on(in_jst(at).date()))
    found = [access for access in lines if access is not None]
    wording = load_wording().of(app.register.survey)
    rows = [(a.at[:19].replace("T", " "), a.who, a.said(wording), a.on, str(a.status)) for a in found]
    if as_json:
        echo_json([asdict(access) for access in found])
    elif output is not None:
        note = f"{in_jst(at):%Y-%m-%d} に画面で見たもの、したこと（{len(found)}件）"
        write_private(output, text_book([TextTable("画面の記録", [note], _HEADINGS, rows)]))
        say(f"{len(found)}件を {output} に書き出しました。")
    else:
        listed = table(f"{in_jst(at):%Y-%m-%d}　{len(found)}件", *(heading for heading, _ in _HEADINGS))
        for row in rows:
            listed.add_row(*row)
        listed.show()
    if torn := len(lines) - len(found):
        say(f"終わりまで書かれていない行が {torn}行あります（書いている間に止まったものです）。", err=True)
