"""`uketsuke status`, `held`, `show`: who owes what, what waits for a human, and one mail from end to end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import click

from intake.shown import clipped, one_line
from replies.wording import Wording, load_wording
from routing import typed
from routing.cli.context import App, console, echo_json, find_arrival, table, with_app
from routing.clock import stamp
from routing.ledger import arrivals
from routing.ledger.history import HistoryTable, story
from routing.ledger.sent import find_notice, notice_story
from routing.office import Office
from routing.tracking import sending_holds
from routing.tracking.number_steps import as_entries
from routing.tracking.overview import Owed, Status, status_at
from routing.tracking.status_json import status_json
from routing.views.held import HeldRow, early_rows, foreign_rows, grouped, held_rows
from routing.who import Refused

_CELL = 200  # characters of a cell of the table of what is held


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


def _timing(owed: Owed, wording: Wording) -> str:
    """期限内に受領 …, and until when the deadline was extended."""
    until = f"（{stamp(owed.extended_to)[:16]} まで延長）" if owed.extended_to else ""
    return wording.timing[owed.timing] + until


def _stamp(at: datetime | None) -> str | None:
    return stamp(at) if at else None


def _print_status(found: Status, office: Office) -> None:
    wording, survey = load_wording(), office.register.survey
    screen = console()
    screen.print(f"{stamp(found.at)} 現在　提出期限 {stamp(survey.deadline)}", highlight=False)
    counts = table("制度等ごとの状況", "制度等", *(wording.state[s] for s in wording.state))
    for program in survey.programs:
        states = [s.state for s in found.standings if s.obligation.program == program.id]
        counts.add_row(program.name, *(str(states.count(s)) for s in wording.state))  # type: ignore[arg-type]
    screen.print(counts)
    shown = table("提出のあった団体", "団体", "制度等", "状態", "期限との関係", "受領", "残り")
    for owed in found.owed:
        s = owed.standing
        if s.state != "outstanding" or s.row_in_list:
            left = [f"管内市町村 {len(s.missing)}"] if s.missing else []
            left += [f"都道府県の一覧表に行あり {s.row_in_list}"] if s.row_in_list else []
            shown.add_row(
                office.register.full_name(s.obligation.lgcode),
                survey.program(s.obligation.program).name,
                wording.state[s.state],
                _timing(owed, wording),
                _stamp(s.received_at) or "",
                "、".join([*s.open_corrections, *left]),
            )
    screen.print(shown)
    for mailbox, problem in found.unhealthy:
        screen.print(f"{mailbox}: {problem}", style="red")
    for sentence in found.alerts:
        screen.print(sentence, style="red")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON で出力する")
@click.option("--foreign", "only_foreign", is_flag=True, help="この調査以外のメールの一覧（消去するまで）")
@with_app
def held(app: App, as_json: bool, only_foreign: bool) -> None:
    """職員の判断を待っているもの（至急、次に古い順）。"""
    with app.open_office() as office:
        folded = foreign_rows(office)
        rows, from_before = (folded, []) if only_foreign else (held_rows(office), early_rows(office))
        stops = [sending_holds.said(one) for one in sending_holds.standing(office)]
    if as_json:
        echo_json([row.as_dict() for row in (*rows, *from_before)])
        return
    print_held(rows)
    for sentence in stops:
        console().print(sentence, style="red")
    if from_before:
        console().print(load_wording().screen["early"].format(count=len(from_before)))
    if folded and not only_foreign:
        console().print(load_wording().screen["foreign"].format(count=len(folded)))


def print_held(rows: Iterable[HeldRow]) -> None:
    """The table for people: what came in numbers from one sender, for one reason, is one line with its count."""
    columns = ("番号", "受付番号", "区分", "経過", "団体", "制度等", "理由／次にすること", "件名／書き出し", "提出状況")
    listed = table("要確認", *columns)
    for group in grouped(rows):
        row = group.first
        cells = (
            str(row.id or ""), group.receipt, row.queue_name, row.age, row.name, row.program_name,
            _under(row.why, row.next_step), _under(group.subject, row.first_line), row.standing_text,
        )  # fmt: skip
        listed.add_row(*cells)
    console().print(listed)


def _under(first: str, second: str) -> str:
    """Two things in one cell, the second on a line of its own."""
    both = (clipped(one_line(text), _CELL) for text in (first, second))
    return "\n".join(filter(None, both))


@click.command()
@click.argument("id")
@click.option("--records", is_flag=True, help="台帳の記録を、そのまま表にする")
@click.option("--json", "as_json", is_flag=True, help="台帳の記録を JSON で出力する")
@with_app
def show(app: App, id: str, records: bool, as_json: bool) -> None:
    """メールの本文、回答、判定、送った文面を表示します（ID は番号、受付番号、お願いなどの番号、団体の名称）。"""
    from routing.cli.mail_text import (  # `held` and `status` need none of it
        body_lines,
        letter_lines,
        mail_lines,
    )
    from routing.views.body import body_view
    from routing.views.letters import whole_letter
    from routing.views.mail import mail_view

    with app.open_office() as office:
        notice = find_notice(office.ledger, id)
        if notice is None and (lgcode := _body_named(office, id)):
            print_lines(body_lines(body_view(office, lgcode)))
            return
        arrival = None if notice else find_arrival(office, id)
        if arrival is not None and not (records or as_json):
            print_lines(mail_lines(mail_view(office, arrival)))
            return
        entries = notice_story(office.ledger, notice) if notice else _story(office, arrival.id if arrival else 0)
        whole = whole_letter(office, notice.id) if notice else None
    if as_json:
        echo_json([e.as_dict() for e in entries])
        return
    screen = console()
    for entry in entries:
        screen.print(entry.title, style="bold")
        _print_entry(entry)
    if whole is not None:
        print_lines(letter_lines(whole))


def _body_named(office: Office, text: str) -> str:
    """The lgcode of the body that a person named where no mail has this number; empty if there is none."""
    if arrivals.find(office.ledger, text) is not None:
        return ""
    try:
        return typed.body(text, office.register).lgcode
    except Refused as refused:
        if typed.folded(text).isascii():
            return ""
        raise refused


def print_lines(lines: Iterable[str]) -> None:
    """Lines for people, headings in bold."""
    screen = console()
    for line in lines:
        screen.print(line, style="bold" if line.startswith("■") else None, soft_wrap=True)


def _story(office: Office, arrival_id: int) -> list[HistoryTable]:
    return [*story(office.ledger, arrival_id), *as_entries(office.ledger, arrival_id)]


def _print_entry(entry: HistoryTable) -> None:
    listed = table("", *entry.columns)
    for row in entry.rows:
        listed.add_row(*(str(v) for v in row))
    console().print(listed)
