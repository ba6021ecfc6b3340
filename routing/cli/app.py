"""`uketsuke`: global options, exit codes, and the commands registered on one group.

Exit codes: 0 done or clean, 1 findings of severity error or refused, 2 unreadable, 64 usage,
75 ledger busy, 78 settings or survey wrong, or a ledger of a newer release. Holds no rule of its own.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from io import StringIO
from pathlib import Path

import click

from config.errors import ConfigError
from config.jst import JST
from routing.cli import japanese
from routing.cli.context import App
from routing.cli.screen import say
from routing.ledger.store import DiskFull, LedgerBusy, NewerLedger
from routing.reading.errors import ReaderUnavailable
from routing.who import Refused

USAGE, BUSY, MISCONFIGURED = 64, 75, 78
# Where each command is. Its module is loaded when it is asked for, with what it needs and no other does.
COMMANDS = {
    "demo": "make.demo", "run": "run.run", "check": "check.check", "inspect": "check.inspect", "form": "make.form",
    "survey": "survey.survey_group",
    "collate": "collate.collate_command", "status": "status.status", "held": "held.held",
    "today": "today.today_command", "calls": "today.calls_command",
    "show": "show.show", "letters": "letters.letters_command",
    "find": "letters.find_command", "note": "notes.note_command",
    "decide": "decide.decide", "approvals": "approvals.approvals_command",
    "revoke-approval": "approvals.revoke_approval", "resend": "resend.resend",
    "revalidate": "revalidate.revalidate",
    "hold-sending": "sending.hold_sending", "release-sending": "sending.release_sending", "add": "decide.add",
    "extend": "extend.extend_command", "pause-reminders": "extend.pause_reminders", "remind": "remind.remind_command",
    "request": "request.request_command", "tell-replaced": "replaced.tell_replaced",
    "tell-prefecture": "replaced.tell_prefecture", "report": "report.report",
    "answer": "by_hand.answer_command", "forward": "by_hand.forward_command",
    "withdraw": "withdraw.withdraw_command",
    "export": "export.export_command", "console": "console.console_command",
    "console-password": "console.console_password", "access-log": "access_log.access_log_command",
    "doctor": "doctor.doctor", "erase": "maintenance.erase",
    "purge": "maintenance.purge", "handover": "handover.handover_command",
    "backup": "maintenance.backup_command", "restore": "restore.restore",
    "verify": "maintenance.verify",
}  # fmt: skip


class Commands(click.Group):
    """The commands of COMMANDS, each loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command; None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"routing.cli.{module}"), name)
        japanese.name_parts(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each command with what it does, in the first paragraph of its own text; none is loaded for it."""
        with formatter.section("コマンド"):
            formatter.write_dl([(name, _does(place)) for name, place in COMMANDS.items()])


def _does(place: str) -> str:
    """The first paragraph of a command's docstring, read from the module's source."""
    module, _, name = place.partition(".")
    tree = ast.parse(Path(__file__).with_name(f"{module}.py").read_bytes())
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    return "".join((ast.get_docstring(function) or "").partition("\n\n")[0].split("\n"))


class InstantType(click.ParamType[datetime | None]):
    """An ISO 8601 instant; without an offset it is Japan's time."""

    name = "日時"

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


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar=japanese.OPTIONS,
    subcommand_metavar=japanese.COMMANDS,
)
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
@click.option("--now", type=InstantType(), help="この日時であるものとして動かす（リハーサル用）")
@click.pass_context
def uketsuke(ctx: click.Context, survey: Path | None, settings: Path | None, now: datetime | None) -> None:
    """受付: 調査票をメールで受け付け、内容を点検し、返信し、提出状況を記録します。"""
    ctx.obj = App(survey, settings or Path("uketsuke.toml"), now)



def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        result = uketsuke.main(args=arguments, prog_name="uketsuke", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.Abort:
        return 130
    except click.ClickException as usage:
        said = StringIO()
        usage.show(said)
        say(said.getvalue(), err=True, nl=False)
        return USAGE
    except ConfigError as wrong:
        say(f"設定又は調査のファイルに誤りがあります:\n{wrong}", err=True)
        return MISCONFIGURED
    except NewerLedger as newer:
        say(str(newer), err=True)
        return MISCONFIGURED
    except (LedgerBusy, DiskFull, ReaderUnavailable) as busy:
        say(f"{busy}。しばらくしてからもう一度実行してください。", err=True)
        return BUSY
    except Refused as refused:
        say(str(refused), err=True)
        return 1


def main() -> None:
    """Entry point."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(run_command())
