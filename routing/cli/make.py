"""`uketsuke form` and `uketsuke demo`: blank forms, and the whole journey on sample mails."""

from __future__ import annotations

from pathlib import Path

import click

from replies.form import blank
from routing.cli.context import App, console, table, with_app
from routing.demo import Demo, run_demo


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_app
def form(app: App, folder: Path) -> None:
    """調査のデータから、未記入の様式をフォルダーに書き出します。"""
    survey = app.register.survey
    folder.mkdir(parents=True, exist_ok=True)
    for one in survey.forms:
        path = folder / one.file_name
        path.write_bytes(blank(one, survey))
        click.echo(str(path))


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    help="結果を置くフォルダー",
)
@with_app
def demo(app: App, out: Path) -> None:
    """見本のメールで、受付から返信までの流れを最初から最後まで動かします。"""
    done = run_demo(app.survey_dir, out)
    _show(done)


def _show(done: Demo) -> None:
    screen = console()
    listed = table("届いたメールと判定", "番号", "提出先", "件名", "判定", "返信")
    for line in done.lines:
        listed.add_row(*line)
    screen.print(listed)
    screen.print(done.summary, highlight=False)
