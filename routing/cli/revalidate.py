"""`uketsuke revalidate`: what was decided, read again under today's program and survey; nothing is changed or sent."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from intake.finding import CATALOGUE
from routing.cli.context import App, with_app
from routing.cli.decide import who_decides
from routing.cli.screen import echo_json, say, table
from routing.ledger import judged
from routing.ledger.judged import ChangedDecision, Judged
from routing.operate.revalidating import read_open_again, revalidated
from routing.register import Register
from routing.views.revised import revised_rows, unread_said


@click.command("revalidate")
@click.option("--json", "as_json", is_flag=True, help="JSON で出力する")
@click.option("--retry", metavar="コード", help="この修正が要らなくなった未受付のメールを、run が読み直して返信する")
@click.option("--by", default="", help="判断した職員（--retry のとき）")
@click.option("--why", "--reason", "why", default="", help="理由（--retry のとき。例: 点検の改修後）")
@with_app
def revalidate(app: App, as_json: bool, retry: str | None, by: str, why: str) -> None:
    """全てのメールを今の点検で読み直し、判定が変わるものを示します。

    何も変更せず、何も送りません。職員が判断したもの、内容を消去したものは読み直しません。
    受け付けたものの判定を改めるときは、一件ずつ decide ID revise とします（返信は下書きとなります）。
    """
    who = who_decides(by, why) if retry is not None else None
    if retry is not None and retry not in CATALOGUE:
        raise click.UsageError(f"--retry {retry} という指摘コードはありません（docs/codes.md）。")
    with app.open_desk() as desk:
        changed = list(revalidated(desk))
        again = read_open_again(desk, changed, retry, who) if retry is not None and who is not None else []
        read = len(judged.decided_by_program(desk.ledger))
        left = judged.decided_by_people(desk.ledger)
    if as_json:
        echo_json([_as_json(one) for one in changed])
        return
    for one in changed:
        _print(one, app.register)
    unread = sum(one.unread is not None for one in changed)
    say(
        f"{read}通を読み直しました。判定の変わるもの {len(changed) - unread}通。"
        f"職員が判断した {left}通は読み直していません。"
        + (f"読み直せなかったもの {unread}通。" if unread else "")
    )
    for arrival in again:
        say(f"{arrival.receipt}　run が読み直し、返信します。")
    if retry is not None and not again:
        say(f"{retry} が消えて受け付けられるようになるもので、まだ受け付けていないメールはありません。")


def _as_json(changed: ChangedDecision) -> dict[str, Any]:
    return {
        "receipt": changed.arrival.receipt,
        "unread": changed.unread,
        "pieces": [
            {"piece": id, "before": _shape(before), "after": _shape(after)} for id, before, after in changed.pieces
        ],
    }


def _shape(piece: Judged | None) -> dict[str, Any] | None:
    return asdict(piece) | {"found": sorted(map(list, piece.found))} if piece else None


def _print(changed: ChangedDecision, register: Register) -> None:
    say(f"{changed.arrival.receipt}  {changed.arrival.mailbox}", style="bold")
    if changed.unread:
        say(unread_said(changed))
        return
    listed = table("", "", "団体", "これまで", "今の点検", "消える指摘", "新しい指摘")
    for row in revised_rows(changed, register):
        listed.add_row(row.piece, row.name, row.before, row.after, "\n".join(row.gone), "\n".join(row.new))
    listed.show()
