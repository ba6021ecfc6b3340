"""`uketsuke revalidate`: what was decided, read again under today's program and survey; nothing is changed or sent."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from intake.finding import CATALOGUE
from replies.wording import Wording, load_wording
from routing.cli.context import App, with_app
from routing.cli.decide import who_decides
from routing.cli.screen import echo_json, say, table
from routing.decision.verdict import sentence_of
from routing.ledger import judged
from routing.ledger.judged import Judged
from routing.operate.revalidating import Changed, read_open_again, revalidated
from routing.register import Register


@click.command("revalidate")
@click.option("--json", "as_json", is_flag=True, help="JSON で出力する")
@click.option("--retry", metavar="コード", help="この修正が要らなくなった未受付のメールを、run が読み直して返信する")
@click.option("--by", default="", help="判断した職員（--retry のとき）")
@click.option("--why", "--reason", "why", default="", help="理由（--retry のとき。例: 点検の改修後）")
@with_app
def revalidate(app: App, as_json: bool, retry: str | None, by: str, why: str) -> None:
    """全てのメールを今の点検で読み直し、判定が変わるものを示します。

    何も変更せず、何も送りません。職員が判断したもの、内容を消去したものは読み直しません。
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
    say(f"{read}通を読み直しました。判定の変わるもの {len(changed)}通。職員が判断した {left}通は読み直していません。")
    for arrival in again:
        say(f"{arrival.receipt}　run が読み直し、返信します。")
    if retry is not None and not again:
        say(f"{retry} が消えて受け付けられるようになるもので、まだ受け付けていないメールはありません。")


def _as_json(changed: Changed) -> dict[str, Any]:
    return {
        "receipt": changed.arrival.receipt,
        "pieces": [
            {"piece": id, "before": _shape(before), "after": _shape(after)} for id, before, after in changed.pieces
        ],
    }


def _shape(piece: Judged | None) -> dict[str, Any] | None:
    return asdict(piece) | {"found": sorted(map(list, piece.found))} if piece else None


def _print(changed: Changed, register: Register) -> None:
    wording = load_wording().of(register.survey)
    say(f"{changed.arrival.receipt}  {changed.arrival.mailbox}", style="bold")
    listed = table("", "", "団体", "これまで", "今の点検", "消える指摘", "新しい指摘")
    for id, before, after in changed.pieces:
        known = after or before
        listed.add_row(
            id if id != "0" else "メール",
            register.full_name(known.whose[0]) if known else "",
            _said(before, wording),
            _said(after, wording),
            _found(before, after, wording),
            _found(after, before, wording),
        )
    listed.show()


def _said(piece: Judged | None, wording: Wording) -> str:
    if piece is None:
        return "—"
    outcome = wording.outcome.get(piece.outcome, wording.screen.get(f"outcome_{piece.outcome}", piece.outcome))
    return f"{outcome}（{sentence_of(piece.rules[0])}）"


def _found(these: Judged | None, others: Judged | None, wording: Wording) -> str:
    """What was found in these and not in the others: severity, code and place."""
    rest = (these.found if these else frozenset()) - (others.found if others else frozenset())
    return "\n".join(f"{wording.screen['severity_' + s]} {code} {cell}".strip() for code, s, _, cell, _ in sorted(rest))
