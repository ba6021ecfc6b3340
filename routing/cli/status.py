"""`uketsuke status`: who owes what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import click

from replies.wording import Wording, load_wording
from routing.cli.context import App, with_app
from routing.cli.screen import Listing, echo_json, say, table
from routing.clock import stamp
from routing.decision.verdict import sentence_of
from routing.office import Office
from routing.tracking.overview import Owed, Status, status_at
from routing.tracking.status_json import status_json
from routing.unbooked import Unbooked


@click.command()
@click.option("--prefecture", metavar="NN", default="", help="この都道府県だけ（２桁のコード）")
@click.option("--json", "as_json", is_flag=True, help="JSON で出力する")
@with_app
def status(app: App, prefecture: str, as_json: bool) -> None:
    """提出状況: どの団体が何を提出済みか、何が残っているか。"""
    known = {body.lgcode[:2] for body in app.register.roster.of_kind("prefecture")}
    if prefecture and prefecture not in known:
        raise click.UsageError(
            f"--prefecture {prefecture}: 都道府県のコードを２桁で指定してください（例: 14）。"
        )
    with app.open_office() as office:
        found = status_at(office, office.clock(), prefecture)
    if as_json:
        echo_json(status_json(found, office.register))
    else:
        _print_status(found, office)


def _timing(owed: Owed, wording: Wording, differ: bool) -> str:
    """期限内に受領 …, and until when the deadline was extended, else its own where they `differ`."""
    own = f"（期限 {stamp(owed.deadline)[:16]}）" if differ else ""
    until = f"（{stamp(owed.extended_to)[:16]} まで延長）" if owed.extended_to else own
    return wording.timing[owed.timing] + until


def _stamp(at: datetime | None) -> str | None:
    return stamp(at) if at else None


def _print_status(found: Status, office: Office) -> None:
    wording, survey = load_wording(), office.register.survey
    say(f"{stamp(found.at)} 現在　提出期限 {'、'.join(map(stamp, survey.deadlines))}")
    counts = table("制度等ごとの状況", "制度等", *(wording.state[s] for s in wording.state))
    for program in survey.programs:
        states = [s.state for s in found.standings if s.obligation.program == program.id]
        counts.add_row(program.name, *(str(states.count(s)) for s in wording.state))  # type: ignore[arg-type]
    counts.show()
    shown = table("提出のあった団体", "団体", "制度等", "状態", "期限との関係", "受領", "残り")
    for owed in found.owed:
        s = owed.standing
        if s.state != "outstanding" or s.row_in_list or s.looked_at:
            left = [f"{survey.word('member', '管内市町村')} {len(s.missing)}"] if s.missing else []
            left += [f"{survey.word('collector', '都道府県')}の一覧表に行あり {s.row_in_list}"] if s.row_in_list else []
            shown.add_row(
                office.register.full_name(s.obligation.lgcode),
                survey.program(s.obligation.program).name,
                wording.state_of(s.state, s.unbooked, s.checked_only),
                _timing(owed, wording, len(survey.deadlines) > 1),
                _stamp(s.received_at) or "",
                "、".join([*s.open_corrections, *left]),
            )
    shown.show()
    if found.unbooked:
        _unbooked(found.unbooked, office).show()
    for mailbox, problem in found.unhealthy:
        say(f"{mailbox}: {problem}", style="red")
    for sentence in found.alerts:
        say(sentence, style="red")


def _unbooked(found: Iterable[Unbooked], office: Office) -> Listing:
    """What arrived and could not be booked, oldest first."""
    wording, register = load_wording(), office.register
    shown = table(wording.screen["unbooked"], "団体", "提出先", "状態", "受付番号", "受領", "理由", "差出人の確認")
    for one in found:
        name = register.full_name(one.whose) or "団体不明"
        state, vouched = wording.state_of(one.outcome, True), "済" if one.vouched else "未了"
        why = sentence_of(one.rule, register.survey)
        shown.add_row(name, one.mailbox, state, one.receipt, stamp(one.received_at), why, vouched)
    return shown
