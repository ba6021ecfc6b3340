"""`uketsuke report`: the deadline tracking report of one prefecture, or of all and the whole country."""

from __future__ import annotations

from pathlib import Path

import click

from routing.cli.context import App, with_app
from routing.cli.screen import on_terminal, say
from routing.register import Register
from routing.tracking.instant import open_instant
from routing.tracking.report_files import write_overview, write_prefecture


@click.command()
@click.option("--prefecture", metavar="NN", help="この都道府県だけ（２桁のコード）")
@click.option("--all", "everything", is_flag=True, help="全ての都道府県と、全国の状況")
@click.option(
    "-o", "--output", required=True, type=click.Path(file_okay=False, path_type=Path), help="置く場所"
)
@with_app
def report(app: App, prefecture: str | None, everything: bool, output: Path) -> None:
    """提出状況の報告書（Excel と HTML）を作ります。"""
    if (prefecture is None) == (not everything):
        raise click.UsageError("--prefecture NN か --all のどちらか一つを指定してください。")
    with app.open_desk() as desk:
        bodies = [b for b in desk.register.reported if desk.register.lies_in(b.lgcode, prefecture or "")]
        if not everything and not bodies:
            raise click.UsageError(f"--prefecture {prefecture}: {_why_none(prefecture or '', desk.register)}")
        output.mkdir(parents=True, exist_ok=True)
        instant = open_instant(desk.ledger, desk.register, desk.clock())
        with click.progressbar(bodies, label="報告書を作っています", hidden=not on_terminal()) as shown:
            for body in shown:
                write_prefecture(instant, body, output)
        if everything:
            write_overview(instant, output)
    say(f"{len(bodies)}件の報告書を {output} に作成しました。")


def _why_none(digits: str, register: Register) -> str:
    asked = next((b for b in register.roster.of_kind("prefecture") if b.lgcode[:2] == digits), None)
    if asked is None:
        return "01 から 47 の２桁で指定してください。"
    return f"この調査で{asked.name}にお願いしている回答はありません。"
