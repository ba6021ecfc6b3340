"""The worker as somebody watches it on a terminal: its state, drawn anew twice a second, and the log above it."""

from __future__ import annotations

import logging

from rich.console import Console, Group
from rich.live import Live
from rich.logging import RichHandler
from rich.table import Table
from rich.text import Text

from intake.shown import visible
from routing.worker.status import WorkerState
from routing.worker.worker import Worker


def run_watched(worker: Worker) -> None:
    """Run the worker until it is stopped."""
    screen = Console(markup=False, emoji=False)
    handler = RichHandler(console=screen, show_path=False, show_level=False, highlighter=None)
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[handler])
    with Live(console=screen, get_renderable=lambda: _picture(worker.state), refresh_per_second=2):
        worker.run()


def _picture(state: WorkerState) -> Group:
    """Drawn by a thread of its own while the worker works: looks at copies."""
    mailboxes = Table("提出先", "状態", title="受付 稼働中（Ctrl-C で終了）", title_justify="left")
    for mailbox, condition in sorted(dict(state.mailboxes).items()):
        mailboxes.add_row(Text(mailbox), Text(visible(condition)))
    counts = "　".join(f"{what} {n}" for what, n in dict(state.counts).items())
    return Group(mailboxes, Text(counts or "まだ何も届いていません"))
