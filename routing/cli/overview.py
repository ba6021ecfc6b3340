"""`uketsuke status`, `held`, `show`: who owes what, what waits for a human, and one mail from end to end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from intake.shown import clipped, one_line, visible
from replies.wording import Wording, load_wording
from routing.cli.context import App, console, echo_json, find_arrival, table, with_app
from routing.clock import stamp
from routing.decision.verdict import sentence_of
from routing.ledger import early, held_queue
from routing.ledger.history import HistoryTable, story
from routing.ledger.last_decision import last_word
from routing.ledger.sent import find_notice, notice_story
from routing.office import Office
from routing.tracking import sending_holds
from routing.tracking.number_steps import as_entries
from routing.tracking.overview import Owed, Status, standing_of_body, status_at
from routing.tracking.status_json import status_json

GROUPED_FROM = 10  # items of one sender, held for one reason, that are one line for people
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
        screen.print(visible(f"{mailbox}: {problem}"), style="red")
    for sentence in found.alerts:
        screen.print(visible(sentence), style="red")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="JSON で出力する")
@with_app
def held(app: App, as_json: bool) -> None:
    """職員の判断を待っているもの（古い順）。"""
    with app.open_office() as office:
        now = office.clock()
        rows = [held_row(item, now, office) for item in held_queue.held(office.ledger, now)]
        stops = [sending_holds.said(one) for one in sending_holds.standing(office)]
        from_before = [held_row(item, now, office) for item in early.listed(office.ledger, now)]
    if as_json:
        echo_json(rows + from_before)
        return
    print_held(rows)
    for sentence in stops:
        console().print(visible(sentence), style="red")
    if from_before:
        console().print(load_wording().screen["early"].format(count=len(from_before)))


def print_held(rows: list[dict[str, Any]]) -> None:
    """The table for people: what came in numbers from one sender, for one reason, is one line with its count."""
    listed = table("要確認", "番号", "受付番号", "区分", "経過", "団体", "制度等", "理由", "件名", "提出状況")
    keys = ("id", "receipt", "queue_name", "age", "name", "program_name", "why", "subject", "standing_text")
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        alike.setdefault(_alike(row), []).append(row)
    for group in alike.values():
        for row in group if len(group) < GROUPED_FROM else [_grouped(group)]:
            listed.add_row(*(clipped(one_line(str(row[key] or "")), _CELL) for key in keys))
    console().print(listed)


def _alike(row: dict[str, Any]) -> tuple[str, ...]:
    """What is listed together. What a cap holds belongs together by domain: a flood has many addresses."""
    sender = row["sender"].lower()
    whose = sender.rpartition("@")[2] if row["reason"] == "capped" else sender
    return (row["queue"], row["reason"], whose or row["receipt"])


def _grouped(group: list[dict[str, Any]]) -> dict[str, Any]:
    """The oldest of them, with how many there are and from whom they came."""
    first, senders = group[0], {row["sender"].lower() for row in group}
    whose = first["sender"] if len(senders) == 1 else "@" + first["sender"].rpartition("@")[2]
    words = load_wording().screen
    return first | {
        "receipt": words["held_count"].format(receipt=first["receipt"], others=len(group) - 1),
        "subject": words["held_from"].format(sender=whose, subject=first["subject"]),
    }


def _times(item: held_queue.Held) -> str:
    """Both times of a mail of which an official has to say when it was received."""
    if item.reason != "receipt_doubt":
        return ""
    return load_wording().screen["receipt_times"].format(reached=item.detail, received=stamp(item.received_at))


def held_row(item: held_queue.Held, now: datetime, office: Office) -> dict[str, Any]:
    wording = load_wording()
    minutes = max(0, int((now - item.received_at).total_seconds() // 60))  # a rehearsed clock may be earlier
    beside = standing_of_body(office, item.body, now) if item.queue == "inquiry" else ()
    return {
        "standing": [{"program": s.obligation.program, "state": s.state} for s in beside],
        "standing_text": "、".join(
            f"{office.register.survey.program(s.obligation.program).name}：{wording.state[s.state]}" for s in beside
        ),
        "id": item.id or None,
        "seen": last.token if (last := last_word(office.ledger, item.id)) else None,
        "receipt": item.receipt,
        "piece": item.piece,
        "mailbox": item.mailbox,
        "queue": item.queue,
        "queue_name": wording.screen["queue_" + item.queue],
        "reason": item.reason,
        "why": (wording.screen.get("outbox_" + item.reason) or sentence_of(item.reason)) + _times(item),
        "lgcode": item.body,
        "name": office.register.full_name(item.body),
        "program": item.program,
        "program_name": office.register.survey.program(item.program).name if item.program else "",
        "sender": item.sender,
        "subject": item.subject,
        "received_at": stamp(item.received_at),
        "age_minutes": minutes,
        "age": f"{minutes // 1440}日{minutes % 1440 // 60}時間{minutes % 60}分",
    }


@click.command()
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="JSON で出力する")
@with_app
def show(app: App, id: str, as_json: bool) -> None:
    """１通のメールについて、台帳にある全てを表示します（ID は番号、受付番号、お願いなどの番号）。"""
    with app.open_office() as office:
        notice = find_notice(office.ledger, id)
        entries = (
            notice_story(office.ledger, notice) if notice else _story(office, find_arrival(office, id).id)
        )
    if as_json:
        echo_json([e.as_dict() for e in entries])
        return
    screen = console()
    for entry in entries:
        screen.print(entry.title, style="bold")
        _print_entry(entry)


def _story(office: Office, arrival_id: int) -> list[HistoryTable]:
    return [*story(office.ledger, arrival_id), *as_entries(office.ledger, arrival_id)]


def _print_entry(entry: HistoryTable) -> None:
    listed = table("", *entry.columns)
    for row in entry.rows:
        listed.add_row(*(str(v) for v in row))
    console().print(listed)
