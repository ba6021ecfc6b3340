"""`uketsuke today` and `uketsuke calls`: the day at one glance, and the list of whom to telephone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from replies.japanese import era_minute
from replies.wording import load_wording
from routing.cli.context import App, with_app
from routing.cli.files import write_private
from routing.cli.screen import echo_json, say
from routing.cli.show import print_lines
from routing.office import Office
from routing.views.held import HeldRow, grouped
from routing.views.today import Today, today

_CALLS_SHOWN = 20  # of what the list of `calls` holds whole


@click.command("today")
@click.option("--json", "as_json", is_flag=True, help="JSON で出力する")
@with_app
def today_command(app: App, as_json: bool) -> None:
    """今日の状況: 要確認、返答していない照会、届かなかったもの、電話する団体、提出先の最後の確認。"""
    with app.open_office() as office:
        shown = today(office)
        if as_json:
            echo_json(shown.as_dict())
        else:
            print_lines(_lines(shown, office))


def _lines(day: Today, office: Office) -> Iterator[str]:
    counts, words = day.counts, load_wording().screen
    yield f"{era_minute(day.at)}現在　提出期限 {'、'.join(map(era_minute, office.register.survey.deadlines))}"
    yield f"■ 要確認　{counts.waiting}件"
    yield from (f"　{one.queue}　{one.count}件（最も古いもの　{one.oldest}）" for one in counts.held)
    yield from _listed("■ 返答していない照会・連絡", day.unanswered)
    yield from _listed("■ 届かなかった返信・お知らせ", day.undelivered)
    yield f"■ 電話でご連絡いただきたい団体　{counts.calls}件（一覧は uketsuke calls -o ファイル）"
    for call in day.calls[:_CALLS_SHOWN]:
        yield f"　{call.name}　{'、'.join(call.left)}　{call.said}"
    if more := len(day.calls[_CALLS_SHOWN:]):
        yield f"　ほか{more}件"
    if day.unread:
        yield f"■ 判定待ちのメール　{day.unread}通"
    yield "■ 提出先のメールボックスを最後に確認した日時"
    for look in day.looks:
        last = era_minute(look.last_at) if look.last_at else words["never_read"]
        failing = words["cannot_be_read"].format(since=era_minute(look.failing_since)) if look.failing_since else ""
        yield f"　{look.section}　{last}{failing}"


def _listed(heading: str, rows: Iterable[HeldRow]) -> Iterator[str]:
    groups = grouped(rows)
    yield f"{heading}　{sum(len(group.rows) for group in groups)}件"
    for group in groups:
        row = group.first
        yield f"　{era_minute(row.received_at)}　{group.receipt}　{row.name or '団体不明'}　{group.subject}　{row.why}"


@click.command("calls")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="置く場所（.xlsx）"
)
@with_app
def calls_command(app: App, output: Path) -> None:
    """電話の名簿（Excel）を作ります。連絡先が入りますので、ほかの利用者には読めないファイルにします。"""
    from replies.reports.calls_book import calls_book
    from routing.tracking.instant import open_instant
    from routing.tracking.reports import occasion
    from routing.views.calls import calls

    with app.open_office() as office:
        found = calls(office)
        instant = open_instant(office.ledger, office.register, office.clock())
    write_private(output, calls_book(found, occasion(instant), load_wording().of(office.register.survey)))
    say(f"{len(found)}件の名簿を {output} に作成しました。メールでは送らないでください。")
