"""`uketsuke held`: what waits for a human."""

from __future__ import annotations

from collections.abc import Iterable

import click

from intake.shown import clipped, one_line
from replies.wording import load_wording
from routing.cli.context import App, with_app
from routing.cli.screen import echo_json, say, table
from routing.tracking import sending_holds
from routing.views.held import HeldRow, early_rows, foreign_rows, grouped, held_rows

_CELL = 200  # characters of a cell of the table


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON で出力する")
@click.option("--foreign", "only_foreign", is_flag=True, help="この調査以外のメールの一覧（消去するまで）")
@with_app
def held(app: App, as_json: bool, only_foreign: bool) -> None:
    """職員の判断を待っているもの（急ぐ順、その中で古い順）。"""
    with app.open_office() as office:
        folded = foreign_rows(office)
        rows, from_before = (folded, []) if only_foreign else (held_rows(office), early_rows(office))
        stops = [sending_holds.said(one) for one in sending_holds.in_force(office)]
    if as_json:
        echo_json([row.as_dict() for row in (*rows, *from_before)])
        return
    print_held(rows)
    for sentence in stops:
        say(sentence, style="red")
    if from_before:
        say(load_wording().screen["early"].format(count=len(from_before)))
    if folded and not only_foreign:
        say(load_wording().screen["foreign"].format(count=len(folded)))


def print_held(rows: Iterable[HeldRow]) -> None:
    """Print the table for people: what came in numbers from one sender, for one reason, is one line with its count."""
    columns = ("番号", "受付番号", "区分", "経過", "団体", "制度等", "理由／次にすること", "件名／書き出し", "提出状況")
    listed = table("要確認", *columns)
    for group in grouped(rows):
        row = group.first
        cells = (
            str(row.id or ""), group.receipt, row.queue_name, row.age, row.name, row.program_name,
            _under(row.why, row.next_step), _under(group.subject, row.first_line), row.standing_text,
        )  # fmt: skip
        listed.add_row(*cells)
    listed.show()


def _under(first: str, second: str) -> str:
    """Two things in one cell, the second on a line of its own."""
    both = (clipped(one_line(text), _CELL) for text in (first, second))
    return "\n".join(filter(None, both))
