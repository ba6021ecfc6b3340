"""`uketsuke extend` and `uketsuke pause-reminders`: more time, or silence, for those who need it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from routing.cli.context import App, console, echo_json, table, with_app
from routing.clock import JST, stamp
from routing.desk import Desk
from routing.extend import Target, described, extend, pause
from routing.ledger.extensions import extensions
from routing.operate import Who


@click.command("extend")
@click.option("--body", default="", metavar="LGCODE", help="この団体だけ（省けば全ての団体）")
@click.option("--program", default="", metavar="ID", help="この制度等だけ（省けば全ての制度等）")
@click.option(
    "--until", metavar="ISO8601", help="延長後の期限（この時刻まで期限内。提出期限と同じなら取消し）"
)
@click.option("--by", default="", help="判断した職員")
@click.option("--why", "--reason", "why", default="", help="理由")
@click.option("--list", "listing", is_flag=True, help="これまでの延長を一覧にする")
@click.option("--json", "as_json", is_flag=True, help="一覧を JSON で出力する")
@with_app
def extend_command(  # noqa: PLR0913 - one parameter per option of the command
    app: App, body: str, program: str, until: str | None, by: str, why: str, listing: bool, as_json: bool
) -> None:
    """提出期限を、団体や制度等ごとに延長します（理由とともに記録します）。"""
    with app.open_desk() as desk:
        if listing or as_json:
            _list(desk, as_json)
            return
        if not (until and by and why):
            raise click.UsageError("--until、--by、--why を指定してください（一覧は --list）。")
        at = _instant(until)
        extend(desk, Target(body, program), at, Who(by, why))
        click.echo(f"期限を {stamp(at)} とする記録をしました。")


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"--until {text}: 日時ではありません。") from error
    return at if at.tzinfo else at.replace(tzinfo=JST)


def _list(desk: Desk, as_json: bool) -> None:
    """Every extension that was recorded, oldest first."""
    found = extensions(desk.ledger, desk.clock())
    if as_json:
        rows: list[dict[str, Any]] = [
            {"lgcode": e.lgcode, "program": e.program, "until": stamp(e.until), "by": e.by, "why": e.why,
             "recorded_at": stamp(e.recorded_at)}
            for e in found
        ]  # fmt: skip
        echo_json(rows)
        return
    shown = table("期限の延長", "団体", "制度等", "期限", "判断した職員", "理由", "記録した日時")
    for e in found:
        shown.add_row(*described(e, desk.register), stamp(e.until), e.by, e.why, stamp(e.recorded_at))
    console().print(shown)


@click.command("pause-reminders")
@click.argument("lgcode")
@click.option("--resume", is_flag=True, help="再開する")
@click.option("--by", required=True, help="判断した職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@with_app
def pause_reminders(app: App, lgcode: str, resume: bool, by: str, why: str) -> None:
    """被災した団体などへの【ご提出のお願い】を止めます。"""
    with app.open_desk() as desk:
        pause(desk, lgcode, not resume, Who(by, why))
        state = "再開しました" if resume else "止めました"
        click.echo(f"{desk.register.full_name(lgcode)} へのお願いを{state}。")
