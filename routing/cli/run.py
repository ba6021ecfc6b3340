"""`uketsuke run`: the worker, or one pass. One desk per ledger; a second one leaves with exit code 75."""

from __future__ import annotations

import ctypes
import logging
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from config.errors import SettingsError
from replies.preload import preload
from routing.cli import stopping
from routing.cli.context import App, with_app
from routing.cli.screen import on_terminal, say
from routing.clock import system_clock
from routing.mailboxes.factory import open_helpers, open_sender, open_source, unreadable_secrets
from routing.reading.known_good import known_good
from routing.worker.one_pass import run_once

if TYPE_CHECKING:
    from routing.worker.worker import Worker


@click.command()
@click.option("--once", is_flag=True, help="全てのメールボックスを１回確認し、返信を送って終わる")
@with_app
def run(app: App, once: bool) -> int:
    """メールボックスを見張り、届いた調査票に返信します（止めるには Ctrl-C 又は SIGTERM）。"""
    if not once and app.rehearsed_at is not None:
        raise click.UsageError("日時を指定したリハーサル（--now、設定の now）は run --once とだけ使えます。")
    settings = app.settings
    if mistakes := unreadable_secrets(settings, app.settings_path.name):
        raise SettingsError(mistakes)
    clock = app.clock if once else system_clock
    with app.open_desk(clock, alone=True) as desk, desk.at_work():
        sources = {id: open_source(mailbox, settings) for id, mailbox in settings.mailboxes.items()}
        sender, helpers = open_sender(settings, app.register.survey), open_helpers(settings)
        if once:
            return 0 if run_once(desk, sources, sender, say, helpers) else 1
        from routing.worker.worker import (
            Worker,  # with the scheduler and asyncio, which one pass does without
        )

        preload(app.register.survey)
        known_good(app.survey_dir)  # made of what the program is now
        worker = Worker(desk, sources, sender, helpers)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, _: _stop(worker, number))
        if stopping.told:  # and not heard: Python swallows what is raised while it tidies up
            worker.stop()
        _work(worker)
    return 0


def _stop(worker: Worker, number: int) -> None:
    """Let the worker finish what it has in hand at the first signal; a second one is not waited for."""
    signal.signal(number, signal.SIG_DFL)
    worker.stop()


def spare_look_ups() -> None:
    """Look up for no log line what no format of ours names: its place in the code, its thread and its process."""
    logging._srcfile = None  # logging's own documentation tells of it ("Optimization"), and offers no other way
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _work(worker: Worker) -> None:
    """Run the worker: on a terminal its log scrolls above its state; elsewhere plain lines."""
    _share_memory()
    spare_look_ups()
    for library in ("apscheduler", "imapclient"):
        logging.getLogger(library).setLevel(logging.WARNING)
    if not on_terminal():
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
        worker.run()
        return
    from routing.cli.live import run_watched  # what draws takes time and memory that a service need not give

    run_watched(worker)


def _share_memory() -> None:
    """Make one pool of memory serve all threads (mallopt(3), M_ARENA_MAX): of those that work in Python only one runs
    at a time, so pools of their own save them no wait; but what a thread fetches is freed by the desk's, and a
    thread's pool gives that back to the kernel and asks for it again, mail by mail."""
    with suppress(OSError, AttributeError):  # where the C library is another one, all goes on as before
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


_M_ARENA_MAX = -8  # <malloc.h>
