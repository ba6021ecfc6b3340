"""`uketsuke erase`, `purge`, `backup` and `verify`: the care of the ledger. Opens no connection to any server."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import click

from config.jst import JST
from config.settings import Retention
from routing import operate
from routing.cli.context import App, find_arrival, with_app
from routing.cli.decide import asking, tell, who_decides
from routing.cli.screen import echo_json, say, table
from routing.ledger import backup, erasure, promises, retention, snapshots
from routing.ledger.promises import PromiseResult
from routing.ledger.store import LedgerBusy
from routing.who import Refused

UNREADABLE = 2
BACKUP_WAITS_SECONDS = 60.0  # nobody stands beside a nightly backup to try again
_SHOWN = 10  # numbers in a sentence
_LATER = "他のプログラムが台帳を読んでいるため、仕上げは run が行います。後で verify で確かめてください。"


@click.command()
@click.argument("id")
@click.option("--by", required=True, help="消去する職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@click.option("--yes", is_flag=True, help="念押しを承知のうえで行う")
@with_app
def erase(app: App, id: str, by: str, why: str, yes: bool) -> int:
    """１通のメールの内容を台帳から消去します（ハッシュ値、実施者、理由は残ります）。元に戻せません。"""
    who = who_decides(by, why)
    with app.open_desk() as desk:
        arrival = find_arrival(desk, id)
        others = erasure.same_bytes(desk.ledger, arrival.id)
        done = asking(
            lambda c: operate.carry_out(desk, arrival, lambda: operate.take_out(desk, arrival, who), c),
            operate.Consent(yes=yes),
        )
        wiped = erasure.wipe(desk.ledger)
        say(f"{arrival.receipt} の内容を台帳から消去しました。")
        tell(done, desk)
    if not wiped:
        say(_LATER)
    if others:
        told = "、".join(others)
        say(f"同じメールが他の提出先にも届いています（必要なら同じように消去してください）: {told}")
    say("受信箱と送信済みに残るメールと、これまでに取った控えからは消えません。別に消してください。")
    return 0


@click.command()
@click.option("--before", metavar="年-月-日", type=click.DateTime(["%Y-%m-%d"]), help="この日より前に受領したもの")
@click.option("--keep-days", type=click.IntRange(min=1), help="受領からこの日数を過ぎたもの")
@click.option("--dry-run", is_flag=True, help="何がなくなるかを示すだけで、消去しない")
@click.option("--also", multiple=True, metavar="番号", help="handover で引き継いでいなくても消去するもの（受付番号など）")
@click.option("--by", default="", help="消去する職員（--dry-run でないときは必須）")
@click.option("--why", "--reason", "why", default="保存期間の満了", help="理由")
@with_app
def purge(  # noqa: PLR0913 - one parameter per option of the command
    app: App, before: datetime | None, keep_days: int | None, dry_run: bool, also: tuple[str, ...], by: str, why: str
) -> int:
    """保存期間を過ぎたメールの内容を台帳から消去します（提出状況、判定、ハッシュ値は残ります）。元に戻せません。"""
    if before is not None and keep_days is not None:
        raise click.UsageError("--before と --keep-days は、どちらか一つだけを指定してください。")
    who = None if dry_run else who_decides(by, why)
    with app.open_desk() as desk:
        now = desk.clock()
        limits = _limits(before.replace(tzinfo=JST) if before else None, keep_days, desk.settings.retention, now)
        found = retention.due(desk.ledger, limits, now, also)
        say(f"保存期間を過ぎたもの: メール {len(found.arrivals)}通、"
                   f"こちらから出した手紙 {len(found.letters)}通、{found.size:,}バイト")  # fmt: skip
        if found.answers:
            say(f"うち受付済みの回答 {found.answers}件（以後、export に出ません）")
        if found.waiting:
            say(f"判定、送信又は職員の判断を待っている {found.waiting}通は、残します。")
        if found.unfiled:
            shown = "、".join(found.unfiled[:_SHOWN]) + ("など" if len(found.unfiled) > _SHOWN else "")
            say(f"引き継いでいない {len(found.unfiled)}通は、残します（{shown}）。")
            say("handover で引き継ぐか、--also 番号 で名指ししてください。")
        if who is not None:
            wiped = retention.purge(desk.ledger, found, who.pair, now)
            say("消去しました。" if wiped else f"消去しました。{_LATER}")
        return 1 if found.unfiled and who is not None else 0


def _limits(before: datetime | None, keep_days: int | None, keys: Retention, now: datetime) -> retention.Limits:
    """The limits by the options, else by the settings' [retention]. Raises Refused where neither names a time."""
    if before is not None or keep_days is not None:
        limit = before or now - timedelta(days=keep_days or 0)
        if limit > now:
            raise Refused("これから来る日付は指定できません。")
        return retention.Limits.all(limit)
    days = (keys.answers_days, keys.words_days, keys.others_days, keys.letters_days,
            keys.pre_checks_days or keys.answers_days)  # fmt: skip
    if not any(days):
        raise click.UsageError("--before か --keep-days を指定するか、設定の retention に日数を書いてください。")
    return retention.Limits(*(now - timedelta(days=d) if d else None for d in days))


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="既存のファイルを置き換える")
@with_app
def backup_command(app: App, file: Path, force: bool) -> int:
    """台帳の控えを取ります（run が動いていてもかまいません）。書いた後で中身を確かめます。"""
    with app.open_office() as office:
        ledger = office.ledger
        ledger.wait_at_most(BACKUP_WAITS_SECONDS)
        try:
            size = backup.backup(ledger, file, force, lambda: backup.note_begun(ledger, file, office.clock()))
        except backup.BackupRefused as refused:
            raise Refused(str(refused)) from refused
    say(f"{file} に控えを取りました（{size:,}バイト）。")
    return 0


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON で出力する")
@with_app
def verify(app: App, file: Path | None, as_json: bool) -> int:
    """台帳（又は控えのファイル）が約束どおりであるかを、一つずつ確かめます。何も変更しません。"""
    path = file or app.settings.ledger
    try:
        with snapshots.read_only(path) as connection:
            answers = list(promises.ask(connection))
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise LedgerBusy("台帳が他のプログラムに使われています") from error
        say(f"{path} は台帳として読めません（{error}）。控えから戻してください。", err=True)
        return UNREADABLE
    _tell(answers, as_json)
    if not answers[0].holds:
        say(f"{path} は壊れています。控えから戻してください。", err=True)
        return UNREADABLE
    return 0 if all(answer.holds for answer in answers) else 1


def _tell(answers: list[PromiseResult], as_json: bool) -> None:
    if as_json:
        echo_json([{**asdict(answer), "holds": answer.holds} for answer in answers])
        return
    listed = table("台帳の確認", "名前", "約束", "内容", "", "該当")
    for one in answers:
        listed.add_row(one.name, str(one.number or ""), one.sentence, "良好" if one.holds else "要対応",
                       "、".join(one.broken), style="" if one.holds else "red")  # fmt: skip
    listed.show()
