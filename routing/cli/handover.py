"""`uketsuke handover`: everything of the survey as a folder that is filed and read without this program."""

from __future__ import annotations

from pathlib import Path

import click

from routing.cli.context import App, with_app
from routing.cli.decide import who_decides
from routing.cli.screen import say
from routing.operate.handover import hand_over


@click.command("handover")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--by", required=True, help="引き継ぐ職員")
@click.option("--why", "--reason", "why", default="文書としての保存", help="理由")
@with_app
def handover_command(app: App, folder: Path, by: str, why: str) -> None:
    """全てのメール、ファイル、返信、判断の経過を、団体と制度等ごとのフォルダーに書き出します。"""
    who = who_decides(by, why)
    with app.open_office() as office:
        done = hand_over(office, folder, who)
    say(f"メール {done.mails}通、返信・お願い・お知らせ {done.letters}通を {folder} に書き出しました。")
    if done.kept_back:
        say(f"うち {done.kept_back}通は、内容を含めていません（一覧.csv の備考をご覧ください）。")
