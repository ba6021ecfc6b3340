"""`uketsuke resend`: replies that the server refused, sent again as they are, always with who and why."""

from __future__ import annotations

import click

from routing import operate
from routing.cli.context import App, with_app
from routing.cli.decide import who_decides
from routing.cli.screen import say
from routing.journey.dispatch import Delivery
from routing.journey.logline import delivery_line
from routing.ledger.arrivals import find


@click.command()
@click.argument("id", required=False, default="")
@click.option("--all-refused", is_flag=True, help="サーバーに断られたままの全てのメール")
@click.option("--by", required=True, help="判断した職員")
@click.option("--why", "--reason", "why", required=True, help="理由（例: 送信の設定を直した）")
@with_app
def resend(app: App, id: str, all_refused: bool, by: str, why: str) -> None:
    """サーバーに断られた返信やお願いを、同じ内容でもう一度送ります（番号は、一覧の番号、受付番号、お願いなどの番号）。

    送信済みのもの、届いたかどうか分からないものは、送り直しません。実際の送信は run が行います。
    """
    who = who_decides(by, why)
    if bool(id.strip()) == all_refused:
        raise click.UsageError("ID か --all-refused のどちらか一つを指定してください。")
    with app.open_desk() as desk:
        arrival = find(desk.ledger, id) if id else None
        number = arrival.receipt if arrival is not None else id.strip().upper()
        found = operate.resend(desk, number, who)
    for reply in found:
        say(delivery_line(Delivery(reply.number, reply.kind, "queued", reply.detail), desk.register.survey))
    say(f"{len(found)}通を、次の送信のときにもう一度送ります。" if found else "送り直すものはありません。")
