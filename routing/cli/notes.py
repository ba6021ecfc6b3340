"""`uketsuke note`: what was said with a body by telephone or otherwise, written down."""

from __future__ import annotations

import click

from routing import typed
from routing.cli.context import App, with_app
from routing.cli.decide import who_decides
from routing.cli.screen import say
from routing.operate.notes import note_call


@click.command("note")
@click.argument("body", metavar="団体")
@click.option("--by", required=True, help="記録する職員")
@click.option("--why", "--reason", "why", required=True, help="電話などで話したこと")
@with_app
def note_command(app: App, body: str, by: str, why: str) -> None:
    """団体と電話などで話したことを記録します（show 団体 と職員の画面に出ます）。"""
    with app.open_office() as office:
        found = typed.body(body, office.register)
        note_call(office, found.lgcode, who_decides(by, why))
        say(f"{found.full_name}との話を記録しました。")
