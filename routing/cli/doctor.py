"""`uketsuke doctor`: configuration, connections, permissions, and what would be sent. Changes nothing."""

from __future__ import annotations

import click

from routing.cli.context import App, with_app
from routing.cli.screen import table
from routing.installation.examination import examine


@click.command()
@with_app
def doctor(app: App) -> int:
    """設定、接続、権限、送信待ちを点検します（何も変更しません）。"""
    found = list(examine(app))
    listed = table("点検", "対象", "", "結果")
    for one in found:
        verdict, style = ("要対応", "red") if not one.well else ("注意", "yellow") if one.heed else ("良好", "")
        listed.add_row(one.what, verdict, one.said, style=style)
    listed.show()
    return 0 if all(one.well for one in found) else 1
