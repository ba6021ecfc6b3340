"""`uketsuke approvals` and `revoke-approval`: which senders officials have us believe, and how that ends."""

from __future__ import annotations

import click

from routing import operate
from routing.cli.context import App, with_app
from routing.cli.decide import who_decides
from routing.cli.screen import echo_json, say, table
from routing.clock import stamp
from routing.ledger.approvals import approvals


@click.command("approvals")
@click.option("--all", "everything", is_flag=True, help="取り消したものも示す")
@click.option("--json", "as_json", is_flag=True, help="JSON で出力する")
@with_app
def approvals_command(app: App, everything: bool, as_json: bool) -> None:
    """承認した差出人の一覧（誰が、いつ、なぜ）。"""
    with app.open_desk() as desk:
        found = [a for a in approvals(desk.ledger) if everything or not a.revoked]
        names = {a.lgcode: desk.register.full_name(a.lgcode) for a in found}
    if as_json:
        echo_json([
            {"sender": a.sender, "lgcode": a.lgcode, "revoked": a.revoked, "by": a.by, "why": a.why,
             "recorded_at": stamp(a.recorded_at)} for a in found
        ])  # fmt: skip
        return
    shown = table("承認した差出人", "差出人", "団体", "状態", "職員", "理由", "記録した日時")
    for a in found:
        state = "取消し" if a.revoked else "承認"
        shown.add_row(a.sender, names[a.lgcode], state, a.by, a.why, stamp(a.recorded_at))
    shown.show()


@click.command("revoke-approval")
@click.argument("sender")
@click.option("--by", required=True, help="判断した職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@with_app
def revoke_approval(app: App, sender: str, by: str, why: str) -> None:
    """差出人の承認を取り消します（差出人は、アドレスか、@ から始まるドメイン）。これから届くものに及びます。"""
    who = who_decides(by, why)
    with app.open_desk() as desk:
        said = operate.revoke_approval(desk, sender, who)
    say(f"{sender} の承認を取り消しました。")
    for line in said:
        say(line)
