"""`uketsuke remind`: reminders to those who are not complete, by the survey's calendar; or only who they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from routing.cli.context import App, with_app
from routing.cli.screen import echo_json, say, table
from routing.clock import stamp
from routing.journey.desk import Desk
from routing.notices.remind import ReminderTarget, due_instant, queue, recipients
from routing.notices.reminder_mail import key_of
from routing.notices.reminding import at_hand


@click.command("remind")
@click.option("--dry-run", is_flag=True, help="誰に何をお願いするかを示すだけで、何も書き込まない")
@click.option("--json", "as_json", is_flag=True, help="--dry-run の結果を JSON で出力する")
@with_app
def remind_command(app: App, dry_run: bool, as_json: bool) -> None:
    """受付が完了していない団体に【ご提出のお願い】を送ります（調査の暦により、一回につき一度だけ）。"""
    with app.open_desk() as desk:
        now, survey = desk.clock(), desk.register.survey
        instant = due_instant(survey, now)
        if instant is None and dry_run:
            instant = next((i for i in sorted(survey.calendar.reminders) if i > now), None)
        if instant is None:
            say("いまは、お願いを送る時期ではありません。")
            return
        reminding = at_hand(desk)
        found = recipients(reminding, instant, now, desk.settings.mailboxes)
        if dry_run:
            _show(desk, found, instant, as_json)
            return
        sent = sum(queue(reminding, r, instant, now) for r in found)
        silent = [r for r in found if not r.addresses and not (r.paused or r.resting)]
        say(f"{stamp(instant)} のお願い {sent}通を、送信待ちに置きました。")
        if silent:
            say(f"アドレスが分からない {len(silent)}件は、電話でお願いします（remind --dry-run）。")


def _show(desk: Desk, found: tuple[ReminderTarget, ...], instant: datetime, as_json: bool) -> None:
    if as_json:
        echo_json({"instant": stamp(instant), "recipients": [_json(r, instant) for r in found]})
        return
    shown = table(
        f"{stamp(instant)} のお願い", "提出先", "団体コード", "団体", "受付が完了していないもの", "宛先"
    )
    for r in found:
        name = desk.register.full_name(r.lgcode)
        left = "、".join(desk.register.survey.program(p).name for p in r.programs)
        shown.add_row(r.mailbox, r.lgcode, name, left, _whereto(r))
    shown.show()


def _whereto(recipient: ReminderTarget) -> str:
    if recipient.paused:
        return "停止中"
    if recipient.resting:
        return "休止中（団体からの連絡を確認するまで）"
    to = "、".join(recipient.addresses) or "（電話）"
    refused = f"　送れないアドレス {len(recipient.refused)}件" if recipient.refused else ""
    state = "　届いていません（電話）" if recipient.failed else "　送信済み" if recipient.queued else ""
    return to + refused + state


def _json(recipient: ReminderTarget, instant: datetime) -> dict[str, Any]:
    return {
        "mailbox": recipient.mailbox,
        "lgcode": recipient.lgcode,
        "programs": list(recipient.programs),
        "addresses": list(recipient.addresses),
        "refused": list(recipient.refused),
        "paused": recipient.paused,
        "resting": recipient.resting,
        "queued": recipient.queued,
        "failed": recipient.failed,
        "key": key_of(instant, recipient.mailbox, recipient.lgcode),
    }
