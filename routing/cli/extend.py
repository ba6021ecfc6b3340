"""`uketsuke extend` and `uketsuke pause-reminders`: more time, or silence, for those who need it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from replies.japanese import era_date
from routing import typed
from routing.cli.context import App, deadline_hour, typed_instant, with_app
from routing.cli.decide import who_decides
from routing.cli.screen import echo_json, say, table
from routing.clock import stamp
from routing.journey.desk import Desk
from routing.ledger.extensions import extensions, notices_made
from routing.notices.extension_notice import notices, place_of, queue_notices, take_back_earlier, write_drafts
from routing.tracking.extend import Target, described, extend, pause
from routing.who import Who

_NOTICE = {"queued": "送信待ちに", "drafted": "下書き"}


@click.command("extend")
@click.option("--body", default="", metavar="団体", help="この団体だけ（名称か団体コード。省けば全ての団体）")
@click.option("--program", default="", metavar="制度等", help="この制度等だけ（省けば全ての制度等）")
@click.option(
    "--until",
    metavar="日時",
    help="延長後の期限（この時刻まで期限内。日だけなら提出期限と同じ時刻。提出期限と同じなら取消し）",
)
@click.option("--by", default="", help="判断した職員")
@click.option("--why", "--reason", "why", default="", help="理由")
@click.option(
    "--notify", is_flag=True, help="延長のお知らせを送信待ちに置く（省けば下書きのファイルだけを作る）"
)
@click.option(
    "--drafts",
    type=click.Path(file_okay=False, path_type=Path),
    help="下書きを置く場所（既定: 台帳の隣の「延長のお知らせ」）",
)
@click.option("--list", "listing", is_flag=True, help="これまでの延長を一覧にする")
@click.option("--json", "as_json", is_flag=True, help="一覧を JSON で出力する")
@with_app
def extend_command(  # noqa: PLR0913 - one parameter per option of the command
    app: App,
    body: str,
    program: str,
    until: str | None,
    by: str,
    why: str,
    notify: bool,
    drafts: Path | None,
    listing: bool,
    as_json: bool,
) -> None:
    """提出期限を、団体や制度等ごとに延長します（理由とともに記録します）。"""
    with app.open_desk() as desk:
        if listing or as_json:
            _list(desk, as_json)
            return
        if not (until and by and why):
            raise click.UsageError("--until、--by、--why を指定してください（一覧は --list）。")
        register = desk.register
        at = typed_instant("--until", until, register, deadline_hour(register))
        code = typed.body(body, register).lgcode if body else ""
        target, who = Target(code, typed.program(program, register) if program else ""), who_decides(by, why)
        extend(desk, target, at, who)
        say(f"期限を {era_date(at)}（{stamp(at)}）とする記録をしました。")
        folder = drafts or desk.settings.ledger.parent / "延長のお知らせ"
        for line in take_back_earlier(desk, target, folder):
            say(line)
        _tell(desk, place_of(desk, target), None if notify else folder, who)


def _tell(desk: Desk, place: int, folder: Path | None, who: Who) -> None:
    """Tell of the notices of an extension: into `folder` as drafts, or into the outbox; and who is to be telephoned."""
    made = notices(desk, place)
    if not made:
        say("延長のお知らせは作りません（取消しなど）。係からご連絡ください。")
        return
    if folder is None:
        say(f"延長のお知らせ {queue_notices(desk, place, who)}通を、送信待ちに置きました。")
    elif written := write_drafts(desk, place, folder, who):
        say(f"延長のお知らせの下書き {len(written)}通を {folder} に置きました（まだ送っていません）。")
        say("メールソフトで開いて送るか、同じ指定に --notify を付けて実行すると送ります。")
    item = {m.id: m.item for m in desk.register.survey.mailboxes}
    silent = [f"{desk.register.full_name(a.respondent)}（{item[a.mailbox]}）" for a in made if not a.posted]
    if silent:
        shown = "、".join(silent[:10]) + (f" ほか{len(silent) - 10}件" if len(silent) > 10 else "")
        say(f"アドレスが分からないため、電話などでお知らせする団体：{shown}")


def _list(desk: Desk, as_json: bool) -> None:
    """List every extension that was recorded, oldest first."""
    found, told = extensions(desk.ledger, desk.clock()), notices_made(desk.ledger, desk.clock())
    if as_json:
        rows: list[dict[str, Any]] = [
            {"lgcode": e.lgcode, "program": e.program, "until": stamp(e.until), "by": e.by, "why": e.why,
             "recorded_at": stamp(e.recorded_at), "notices": list(told.get(n, ()))}
            for n, e in enumerate(found, 1)
        ]  # fmt: skip
        echo_json(rows)
        return
    shown = table("期限の延長", "団体", "制度等", "期限", "判断した職員", "理由", "記録した日時", "お知らせ")
    for n, e in enumerate(found, 1):
        sent = "、".join(f"{_NOTICE[how]} {count}通" for how, count in told.get(n, ()))
        shown.add_row(*described(e, desk.register), stamp(e.until), e.by, e.why, stamp(e.recorded_at), sent)
    shown.show()


@click.command("pause-reminders")
@click.argument("body", metavar="団体")
@click.option("--resume", is_flag=True, help="再開する")
@click.option("--by", required=True, help="判断した職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@with_app
def pause_reminders(app: App, body: str, resume: bool, by: str, why: str) -> None:
    """被災した団体などへの【ご提出のお願い】を止めます。"""
    with app.open_desk() as desk:
        lgcode = typed.body(body, desk.register).lgcode
        pause(desk, lgcode, not resume, who_decides(by, why))
        state = "再開しました" if resume else "止めました"
        say(f"{desk.register.full_name(lgcode)} へのお願いを{state}。")
