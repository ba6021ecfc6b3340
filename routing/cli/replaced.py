"""`uketsuke tell-replaced` and `tell-prefecture`: notices about one mail, shown first and sent when an official says so.

The one goes to whoever sent an answer that another address of the same body replaced, the other to the prefecture of a
municipality that wrote directly.
"""

from __future__ import annotations

from collections.abc import Iterable
from email import message_from_bytes
from email.policy import default

import click

from routing.cli.context import App, find_arrival, with_app
from routing.cli.decide import who_decides
from routing.cli.screen import say
from routing.notices import replaced, told_direct
from routing.operate import Wish, fulfil
from routing.operate.consent import SURE
from routing.records import FinishedReply
from routing.who import Refused


@click.command("tell-replaced")
@click.argument("id")
@click.option("--send", is_flag=True, help="送信待ちに置く（付けなければ、文面を示すだけで送りません）")
@click.option("--by", required=True, help="判断した職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@with_app
def tell_replaced(app: App, id: str, send: bool, by: str, why: str) -> None:
    """別のアドレスからの回答に差し替わったことを、前の差出人に知らせます。

    番号は、差し替えたメールの番号か受付番号です。
    """
    who = who_decides(by, why)
    with app.open_desk() as desk:
        arrival = find_arrival(desk, id)
        office = replaced.NoticeContext(desk.register, desk.settings, desk.ledger, desk.clock())
        letters = list(replaced.notices(office, arrival, asked_for=True))
        if not letters:
            raise Refused("このメールで差し替わった回答のうち、お知らせする差出人はありません。")
        if not send:
            _show(letters)
            return
        fulfil(desk, arrival, Wish("tell-replaced"), who, SURE)
        say(f"差し替えのお知らせ {len(letters)}通を、送信待ちに置きました。")


@click.command("tell-prefecture")
@click.argument("id")
@click.option("--send", is_flag=True, help="送信待ちに置く（付けなければ、文面を示すだけで送りません）")
@click.option("--by", required=True, help="判断した職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@with_app
def tell_prefecture(app: App, id: str, send: bool, by: str, why: str) -> None:
    """取りまとめを受ける団体（市町村など）から直接届いたメールのことを、取りまとめる団体に知らせます（届いた事実だけ）。

    ID は、届いたメールの番号か受付番号です。
    """
    who = who_decides(by, why)
    with app.open_desk() as desk:
        arrival = find_arrival(desk, id)
        letters = told_direct.letters(desk, arrival)
        if not send:
            _show(letters)
            return
        fulfil(desk, arrival, Wish("tell-prefecture"), who, SURE)
        say(f"{desk.register.survey.word('collector', '都道府県')}へのお知らせ {len(letters)}通を、送信待ちに置きました。")


def _show(letters: Iterable[FinishedReply]) -> None:
    for posted in letters:
        say(f"宛先：{posted.recipient}\n件名：{posted.subject}\n")
        say(message_from_bytes(posted.data, policy=default).get_content())
    say("このとおり送る場合は、--send を付けて実行してください。")
