"""`uketsuke erase`: one mail's bytes and content taken out of the ledger, with a trace. Opens no connection."""

from __future__ import annotations

import click

from routing import operate
from routing.cli.context import App, find_arrival, with_app
from routing.cli.decide import who_decides
from routing.ledger import erasure


@click.command()
@click.argument("id")
@click.option("--by", required=True, help="消去する職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@with_app
def erase(app: App, id: str, by: str, why: str) -> int:
    """１通のメールの内容を台帳から消去します（ハッシュ値、実施者、理由は残ります）。元に戻せません。"""
    who = who_decides(by, why)
    with app.open_desk() as desk:
        arrival = find_arrival(desk, id)
        others = erasure.same_bytes(desk.ledger, arrival.id)
        wiped = operate.erase(desk, arrival, who)
    click.echo(f"{arrival.receipt} の内容を台帳から消去しました。")
    if not wiped:
        click.echo(
            "他のプログラムが台帳を読んでいるため、仕上げは run が行います。後で verify で確かめてください。"
        )
    if others:
        click.echo(
            f"同じメールが他の提出先にも届いています（必要なら同じように消去してください）: {'、'.join(others)}"
        )
    click.echo("受信箱に残るメールと、これまでに取った控えからは消えません。別に消してください。")
    return 0
