"""`uketsuke request`: a municipality's own sheet is asked for at its prefecture."""

from __future__ import annotations

from datetime import datetime

import click

from routing.cli.context import App, console, table, with_app
from routing.clock import JST, stamp
from routing.desk import Desk
from routing.ledger.requests import requests_made
from routing.operate import Who
from routing.unasked.request import Wanted, described, find_code, request


@click.command("request")
@click.argument("lgcodes", nargs=-1, metavar="LGCODE...")
@click.option("--program", default="", metavar="ID", help="制度等（例: kenshin）")
@click.option("--until", metavar="ISO8601", help="いつまでにいただきたいか（省けば書かない）")
@click.option("--by", default="", help="お願いする職員")
@click.option("--why", "--reason", "why", default="", help="理由（記録だけ。メールには書かない）")
@click.option("--list", "listing", is_flag=True, help="これまでのお願いと、届いたものを一覧にする")
@with_app
def request_command(  # noqa: PLR0913 - one parameter per option of the command
    app: App, lgcodes: tuple[str, ...], program: str, until: str | None, by: str, why: str, listing: bool
) -> None:
    """市町村の調査票の原本を、都道府県にお願いします（一つの都道府県の市町村を幾つでも）。"""
    with app.open_desk() as desk:
        if listing:
            _list(desk)
            return
        if not (lgcodes and program and by and why):
            raise click.UsageError("団体コード、--program、--by、--why を指定してください（一覧は --list）。")
        codes = tuple(dict.fromkeys(find_code(code, desk.register) for code in lgcodes))
        to = request(desk, Wanted(codes, program, _instant(until)), Who(by, why))
        click.echo(f"{'、'.join(to)} あてのお願いを、送信待ちに置きました。")


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"--until {text}: 日時ではありません。") from error
    return at if at.tzinfo else at.replace(tzinfo=JST)


def _list(desk: Desk) -> None:
    shown = table("原本のお願い", "団体", "制度等", "お願いした日時", "職員", "理由", "届いたもの")
    for asked in requests_made(desk.ledger, desk.clock()):
        arrived = asked.receipt or "（まだ）"
        shown.add_row(
            *described(asked, desk.register), stamp(asked.recorded_at), asked.by, asked.why, arrived
        )
    console().print(shown)
