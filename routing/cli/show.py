"""`uketsuke show`: one mail, one letter or one body from end to end."""

from __future__ import annotations

from collections.abc import Iterable

import click

from routing import typed
from routing.cli.context import App, find_arrival, with_app
from routing.cli.mail_text import body_lines, letter_lines, mail_lines
from routing.cli.screen import echo_json, say, table
from routing.ledger import arrivals
from routing.ledger.history import HistoryTable, story
from routing.ledger.sent import find_notice, notice_story
from routing.office import Office
from routing.tracking.number_steps import as_entries
from routing.views.body import body_view
from routing.views.letters import whole_letter
from routing.views.mail import mail_view
from routing.who import Refused


@click.command()
@click.argument("id")
@click.option("--records", is_flag=True, help="台帳の記録を、そのまま表にする")
@click.option("--json", "as_json", is_flag=True, help="台帳の記録を JSON で出力する")
@with_app
def show(app: App, id: str, records: bool, as_json: bool) -> None:
    """メールの本文、回答、判定、送った文面を表示します（番号は、一覧の番号、受付番号、お願いなどの番号。団体の名称でもかまいません）。"""
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
    for entry in entries:
        say(entry.title, style="bold")
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
    """Print lines for people, headings in bold."""
    for line in lines:
        say(line, style="bold" if line.startswith("■") else "")


def _story(office: Office, arrival_id: int) -> list[HistoryTable]:
    return [*story(office.ledger, arrival_id), *as_entries(office.ledger, arrival_id)]


def _print_entry(entry: HistoryTable) -> None:
    listed = table("", *entry.columns)
    for row in entry.rows:
        listed.add_row(*(str(v) for v in row))
    listed.show()
