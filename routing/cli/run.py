"""`uketsuke run`: the worker, or one pass. One desk per ledger; a second one leaves with exit code 75."""

from __future__ import annotations

import logging

import click
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from routing.cli.context import App, console, with_app
from routing.clock import system_clock
from routing.connections import open_sender, open_source
from routing.ledger.store import desk_lock
from routing.worker import State, Worker, run_once


@click.command()
@click.option("--once", is_flag=True, help="全てのメールボックスを１回確認し、返信を送って終わる")
@with_app
def run(app: App, once: bool) -> int:
    """メールボックスを見張り、届いた調査票に返信します（止めるには Ctrl-C または SIGTERM）。"""
    if not once and app.now_option is not None:
        raise click.UsageError("--now は run --once とだけ使えます。")
    settings = app.settings
    clock = app.clock if once else system_clock
    with app.open_desk(clock) as desk, desk_lock(settings.ledger):
        sources = {id: open_source(mailbox, settings) for id, mailbox in settings.mailboxes.items()}
        sender = open_sender(settings)
        if once:
            return 0 if run_once(desk, sources, sender, click.echo) else 1
        worker = Worker(desk, sources, sender)
        _watch(worker)
    return 0


def _watch(worker: Worker) -> None:
    """Shows the worker's state on a terminal, plain lines otherwise."""
    screen = console()
    if not screen.is_terminal:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        worker.run()
        return
    with Live(_picture(State()), console=screen, refresh_per_second=4) as live:
        worker.run(lambda state: live.update(_picture(state)))


def _picture(state: State) -> Group:
    mailboxes = Table("提出先", "状態", title="受付 稼働中（Ctrl-C で終了）", title_justify="left")
    for mailbox, condition in sorted(state.mailboxes.items()):
        mailboxes.add_row(mailbox, condition)
    counts = "　".join(f"{what} {n}" for what, n in sorted(state.counts.items())) or "まだ何も届いていません"
    return Group(mailboxes, Text(counts), *(Text(line) for line in state.lines))
