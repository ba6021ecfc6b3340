"""`uketsuke hold-sending` and `release-sending`: letters wait in the outbox, and leave again."""

from __future__ import annotations

import click

from routing.cli.context import App, say, with_app
from routing.cli.decide import who_decides
from routing.ledger.holds import Scope
from routing.tracking import sending_holds


@click.command("hold-sending")
@click.option("--kind", default="", metavar="KIND", help=f"この種類だけ（{'、'.join(sending_holds.KINDS)}）")
@click.option("--mailbox", default="", metavar="ID", help="この提出先からのものだけ")
@click.option("--by", required=True, help="止める職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@with_app
def hold_sending(app: App, kind: str, mailbox: str, by: str, why: str) -> int:
    """送信を止めます（受付と判定は続けます）。返信などは送信待ちに残り、release-sending の後に送られます。"""
    who = who_decides(by, why)
    with app.open_desk() as desk:
        begun = sending_holds.hold_sending(desk, Scope(kind, mailbox), who)
    say(sending_holds.said(begun))
    say(f"送信を始めるには: uketsuke release-sending {begun.number}")
    return 0


@click.command("release-sending")
@click.argument("number", required=False, type=int)
@click.option("--by", required=True, help="始める職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@with_app
def release_sending(app: App, number: int | None, by: str, why: str) -> int:
    """止めた送信を始めます。番号は停止の番号（held、status、doctor に出ます）。一つだけなら省けます。"""
    who = who_decides(by, why)
    with app.open_desk() as desk:
        ended = sending_holds.release_sending(desk, number, who)
        others = [sending_holds.said(one) for one in sending_holds.standing(desk)]
    say(f"停止 {ended.number} を解きました（送信待ち {ended.waiting}通）。")
    for sentence in others:
        say(sentence)
    return 0
