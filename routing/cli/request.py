"""`uketsuke request`: a municipality's own sheet is asked for at its prefecture."""

from __future__ import annotations

import click

from routing import typed
from routing.cli.context import App, deadline_hour, typed_instant, with_app
from routing.cli.decide import who_decides
from routing.cli.screen import say, table
from routing.clock import stamp
from routing.journey.desk import Desk
from routing.ledger.requests import requests_made
from routing.notices.request import Wanted, described, request_originals


@click.command("request")
@click.argument("lgcodes", nargs=-1, metavar="団体...")
@click.option("--program", default="", metavar="制度等", help="制度等の名称か ID")
@click.option("--until", metavar="日時", help="いつまでにいただきたいか（省けば書かない）")
@click.option("--by", default="", help="お願いする職員")
@click.option("--why", "--reason", "why", default="", help="理由（記録だけ。メールには書かない）")
@click.option("--list", "listing", is_flag=True, help="これまでのお願いと、届いたものを一覧にする")
@with_app
def request_command(  # noqa: PLR0913 - one parameter per option of the command
    app: App, lgcodes: tuple[str, ...], program: str, until: str | None, by: str, why: str, listing: bool
) -> None:
    """取りまとめを受ける団体（市町村など）の調査票の原本を、取りまとめる団体にお願いします（一つの団体の分を幾つでも）。"""
    with app.open_desk() as desk:
        if listing:
            _list(desk)
            return
        if not (lgcodes and program and by and why):
            raise click.UsageError("団体コード、--program、--by、--why を指定してください（一覧は --list）。")
        register = desk.register
        codes = tuple(dict.fromkeys(typed.body(text, register).lgcode for text in lgcodes))
        by_when = typed_instant("--until", until, register, deadline_hour(register)) if until else None
        wanted = Wanted(codes, typed.program(program, register), by_when)
        to = request_originals(desk, wanted, who_decides(by, why))
        say(f"{'、'.join(to)} あてのお願いを、送信待ちに置きました。")


def _list(desk: Desk) -> None:
    shown = table("原本のお願い", "団体", "制度等", "お願いした日時", "職員", "理由", "届いたもの")
    for asked in requests_made(desk.ledger, desk.clock()):
        arrived = asked.receipt or "（まだ）"
        shown.add_row(
            *described(asked, desk.register), stamp(asked.recorded_at), asked.by, asked.why, arrived
        )
    shown.show()
