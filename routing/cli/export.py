"""`uketsuke export`: every answer in one workbook, for headquarters."""

from __future__ import annotations

from pathlib import Path

import click

from replies.workbooks.export import write_export
from routing.cli.context import App, with_app
from routing.cli.screen import say
from routing.tracking.exporting import export_rows


@click.command("export")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="書き出す .xlsx")
@click.option("--with-open", is_flag=True, help="確認中・修正待ちのものも、印を付けて含める")
@click.option("--personal", is_flag=True, help="担当者の氏名・電話番号なども含める")
@with_app
def export_command(app: App, output: Path, with_open: bool, personal: bool) -> None:
    """受け付けた回答の全てを、一つの Excel ファイルに書き出します。"""
    with app.open_desk() as desk:
        now = desk.clock()
        rows = export_rows(desk.ledger, desk.register, now, with_open)
        count = write_export(output, rows, desk.register.survey, now, personal)
    say(f"{count}件の回答を {output} に書き出しました。")
