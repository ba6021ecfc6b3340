"""`uketsuke restore`: a backup takes the ledger's place; nothing that may have left since leaves again by itself."""

from __future__ import annotations

from pathlib import Path

import click
from msgspec.structs import astuple

from config.servers import imap_of
from config.settings import Settings
from replies.japanese import era_instant
from replies.wording import load_wording
from routing.cli.context import App, with_app
from routing.cli.decide import who_decides
from routing.cli.screen import say
from routing.ledger import snapshots
from routing.ledger.backup import BackupRefused
from routing.who import Refused

SHOWN = 50  # deeds, one a line


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, help="戻す職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@click.option("--yes", is_flag=True, help="念押しを承知のうえで行う")
@with_app
def restore(app: App, file: Path, by: str, why: str, yes: bool) -> int:
    """控えを台帳の場所に戻します（run を止めてから）。今の台帳は、日時の付いた名前で残します。"""
    who = who_decides(by, why)
    now = app.clock()
    mailboxes = None if yes else {mailbox.id for mailbox in app.register.survey.mailboxes}
    with app.locked():
        try:
            done = snapshots.put_back(file, app.settings.ledger, who.pair, now, mailboxes)
        except snapshots.OtherLedger as other:
            raise Refused(f"{other}\nそれでもよろしければ、--yes を付けてもう一度実行してください。") from other
        except BackupRefused as refused:
            raise Refused(str(refused)) from refused
    last = era_instant(done.last) if done.last else "（記録なし）"
    say(f"{file} を台帳の場所に戻しました。")
    if done.aside is not None:
        say(f"それまでの台帳は {done.aside} に残しました。要らなくなったら、控えと同じように消してください。")
    say(f"控えの最後の記録は {last} です。それから {era_instant(now)} までの記録は、台帳にありません。")
    _tell(done.deeds)
    if _moves(app.settings):
        say("この間にフォルダーへ移したメールは、見張るフォルダーに戻すと、次の run が読み直します。")
    say(
        f"送信を止めています（停止 {done.hold}）。run を始めると、メールを読み直し、送信済みのフォルダーを確かめます。\n"
        f"残りの一覧: uketsuke release-sending {done.hold} --list\n"
        f"全て送ってよければ: uketsuke release-sending {done.hold}"
    )
    return 0


def _tell(deeds: tuple[snapshots.MissingDeed, ...] | None) -> None:
    """Tell what officials have to do once more."""
    if deeds is None:
        say("それまでの台帳を読めないため、この間の職員の判断と記録は分かりません。心当たりのものは、もう一度行ってください。")
        return
    say(f"この間の職員の判断と記録は {len(deeds)}件です。" + ("もう一度行ってください。" if deeds else ""))
    words = load_wording().outcome
    for deed in deeds[:SHOWN]:
        what = words.get(deed.what, deed.what)
        say(f"  {deed.at[:16].replace('T', ' ')}　{deed.by}　{what}　{deed.about}")
    if len(deeds) > SHOWN:
        say(f"  ほか {len(deeds) - SHOWN}件")


def _moves(settings: Settings) -> bool:
    """Whether mails are moved out of the folders that are watched."""
    boxes = map(imap_of, settings.mailboxes.values())
    return any(box is not None and any(astuple(box.after)) for box in boxes)
