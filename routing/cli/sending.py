"""`uketsuke hold-sending` and `release-sending`: letters wait in the outbox, and leave again."""

from __future__ import annotations

from typing import Any

import click

from routing.cli.context import App, with_app
from routing.cli.decide import who_decides
from routing.cli.screen import say, table
from routing.clock import stamp
from routing.ledger.holds import Scope
from routing.office import Office
from routing.tracking import held_letters, sending_holds
from routing.tracking.held_letters import LetterSelection
from routing.who import Who


@click.command("hold-sending")
@click.option("--kind", default="", metavar="KIND", help=f"この種類だけ（{'、'.join(sending_holds.KINDS)}）")
@click.option("--mailbox", default="", metavar="ID", help="この提出先からのものだけ")
@click.option("--by", required=True, help="止める職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@with_app
def hold_sending(app: App, kind: str, mailbox: str, by: str, why: str) -> int:
    """送信を止めます（受信と判定は続けます）。返信などは送信待ちに残り、release-sending の後に送られます。"""
    who = who_decides(by, why)
    with app.open_desk() as desk:
        begun = sending_holds.hold_sending(desk, Scope(kind, mailbox), who)
    say(sending_holds.said(begun))
    say(f"送信を始めるには: uketsuke release-sending {begun.number}")
    return 0


@click.command("release-sending")
@click.argument("number", required=False, type=int)
@click.option("--list", "listed", is_flag=True, help="止めた送信を待つメールの一覧（何も変更しない）")
@click.option("--letter", "letters", multiple=True, metavar="番号", help="この番号のメールだけ（幾つでも）")
@click.option("--kind", default="", metavar="KIND", help="この種類のメールだけ")
@click.option("--mailbox", default="", metavar="ID", help="この提出先からのメールだけ")
@click.option("--left", is_flag=True, help="選んだメールを、控えから戻す前に送信済みと記録する（送らない）")
@click.option("--by", default="", help="始める職員")
@click.option("--why", "--reason", "why", default="", help="理由")
@with_app
def release_sending(app: App, /, number: int | None, **options: Any) -> None:
    """止めた送信を始めます。番号は停止の番号（held、status、doctor に出ます）。一つだけなら省けます。

    --letter、--kind、--mailbox で選ぶと、選んだメールだけを送り、ほかは止めたままにします。"""
    choice = LetterSelection(options["letters"], options["kind"], options["mailbox"])
    if options["listed"]:
        with app.open_office() as office:
            _print_held(office, number, choice)
        return
    who = who_decides(options["by"], options["why"])
    if options["left"] and not choice:
        raise click.UsageError("--left は、--letter、--kind、--mailbox とともに使います。")
    with app.open_desk() as desk:
        if choice:
            _release_chosen(desk, number, choice, who, options["left"])
        else:
            _release_all(desk, number, who)


def _release_all(office: Office, number: int | None, who: Who) -> None:
    ended = sending_holds.release_sending(office, number, who)
    say(f"停止 {ended.number} を解きました（送信待ち {ended.waiting}通）。")
    for one in sending_holds.in_force(office):
        say(sending_holds.said(one))


def _release_chosen(office: Office, number: int | None, choice: LetterSelection, who: Who, left: bool) -> None:
    done = held_letters.note_left if left else held_letters.let_go
    hold, chosen = done(office, number, choice, who)
    what = "送信済みと記録しました" if left else "送ります"
    say(f"{held_letters.numbers_of(chosen)}（{len(chosen)}通）を{what}。ほかの送信待ちは、停止 {hold.number} のままです。")


def _print_held(office: Office, number: int | None, choice: LetterSelection) -> None:
    hold, chosen = held_letters.held_letters(office, number, choice)
    title = f"停止 {hold.number}：送信待ち {len(chosen)}通"
    listed = table(title, "作成", "番号", "種類", "提出先", "団体", "宛先", "件名")
    for one in chosen:
        name = office.register.full_name(one.respondent)
        at = stamp(one.written_at)[:16].replace("T", " ")
        listed.add_row(at, one.number, one.kind, one.mailbox, name, one.recipient, one.subject)
    listed.show()
    say("文面は show 番号 で確かめられます。選んで送るには: uketsuke release-sending --letter 番号 --by 職員 --why 理由")
