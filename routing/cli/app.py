"""`uketsuke`: global options, exit codes, and the commands registered on one group.

Exit codes: 0 done or clean, 1 findings of severity error or refused, 2 unreadable, 64 usage,
75 ledger busy, 78 settings or survey wrong, or a ledger of a newer release. Holds no rule of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from config.errors import ConfigError
from config.jst import JST
from routing.cli.approvals import approvals_command, revoke_approval
from routing.cli.care import backup_command, erase, purge, verify
from routing.cli.check import check, inspect
from routing.cli.collate import collate_command
from routing.cli.context import App
from routing.cli.decide import add, decide
from routing.cli.doctor import doctor
from routing.cli.export import export_command
from routing.cli.extend import extend_command, pause_reminders
from routing.cli.make import demo, form
from routing.cli.overview import held, show, status
from routing.cli.remind import remind_command
from routing.cli.replaced import tell_replaced
from routing.cli.report import report
from routing.cli.request import request_command
from routing.cli.resend import resend
from routing.cli.run import run
from routing.cli.sending import hold_sending, release_sending
from routing.ledger.store import DiskFull, LedgerBusy, NewerLedger
from routing.reading.child import ReaderUnavailable
from routing.who import Refused

USAGE, BUSY, MISCONFIGURED = 64, 75, 78
COMMANDS = (
    demo, run, check, inspect, form, collate_command, status, held, show, decide, approvals_command, revoke_approval,
    resend, hold_sending, release_sending, add, extend_command, pause_reminders, remind_command, request_command,
    tell_replaced, report, export_command, doctor, erase, purge, backup_command, verify
)  # fmt: skip


class Instant(click.ParamType[datetime | None]):
    """An ISO 8601 instant; without an offset it is Japan's time."""

    name = "ISO8601"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | None:
        """The instant, aware."""
        if value is None or isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} は日時ではありません（例: 2023-07-20T09:00:00+09:00）", param, ctx)
        return at if at.tzinfo else at.replace(tzinfo=JST)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--survey",
    type=click.Path(path_type=Path),
    help="調査のフォルダー（既定: 設定ファイル、なければ同梱の調査）",
)
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    envvar="UKETSUKE_SETTINGS",
    help="設定ファイル（既定: $UKETSUKE_SETTINGS、なければ ./uketsuke.toml）",
)
@click.option("--now", type=Instant(), help="この日時であるものとして動かす（リハーサル用）")
@click.pass_context
def uketsuke(ctx: click.Context, survey: Path | None, settings: Path | None, now: datetime | None) -> None:
    """受付: 調査票をメールで受け付け、内容を点検し、返信し、提出状況を記録します。"""
    ctx.obj = App(survey, settings or Path("uketsuke.toml"), now)


for command in COMMANDS:
    uketsuke.add_command(command)


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; its exit code."""
    try:
        result = uketsuke.main(args=arguments, prog_name="uketsuke", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        return 130
    except click.ClickException as usage:
        usage.show()
        return USAGE
    except ConfigError as wrong:
        click.echo(f"設定または調査のファイルに誤りがあります:\n{wrong}", err=True)
        return MISCONFIGURED
    except NewerLedger as newer:
        click.echo(str(newer), err=True)
        return MISCONFIGURED
    except (LedgerBusy, DiskFull, ReaderUnavailable) as busy:
        click.echo(f"{busy}。しばらくしてからもう一度実行してください。", err=True)
        return BUSY
    except Refused as refused:
        click.echo(str(refused), err=True)
        return 1


def main() -> None:
    """Entry point."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(run_command())
