"""`uketsuke withdraw`: a letter that an official had written, and that waits, does not leave."""

from __future__ import annotations

import click

from routing.cli.context import App, with_app
from routing.cli.decide import who_decides
from routing.cli.screen import say
from routing.ledger.sent import find_notice
from routing.operate.withdrawal import withdraw
from routing.who import Refused


@click.command("withdraw")
@click.argument("number", metavar="番号")
@click.option("--by", required=True, help="判断した職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@with_app
def withdraw_command(app: App, number: str, by: str, why: str) -> None:
    """送信待ちの回答、転送、元のファイルのお願い、お知らせを取りやめます（番号は letters で確かめる）。"""
    who = who_decides(by, why)
    with app.open_office() as office:
        notice = find_notice(office.ledger, number)
        if notice is None:
            raise Refused(f"{number}: この番号のメールは見つかりません（番号は letters で確かめてください）。")
        withdraw(office, notice.id, who)
        say(f"{notice.number} は送りません。")
