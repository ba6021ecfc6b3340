"""`uketsuke letters` and `find`: what we told whom and when, and in which mails words stand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

import click

from config.jst import JST, in_jst
from intake.shown import one_line
from routing import typed
from routing.cli.context import App, console, say, table, typed_instant, with_app
from routing.clock import stamp
from routing.ledger import correspondence
from routing.ledger.correspondence import Mail
from routing.office import Office
from routing.tracking.releasing import batches, release
from routing.views.body import outcome_said
from routing.views.letters import LetterRow, day_letters, letter_rows
from routing.views.search import mails_saying


@click.command("letters")
@click.option("--day", metavar="日", help="この日に送ったもの（例: 7/20。省けば今日）")
@click.option("--body", default="", metavar="団体", help="この団体に送ったもの（名称か団体コード）")
@click.option("--drafts", is_flag=True, help="職員が送信を始めるまで出ない下書きの、種類ごとの通数と一覧")
@click.option("--release", "kind", default="", metavar="種類", help="この種類の下書きの送信を、まとめて始める")
@click.option("--count", type=int, metavar="通数", help="一覧で確かめた通数（--release とともに）")
@click.option("--by", default="", help="送信を始める職員")
@click.option("--why", "--reason", "why", default="", help="理由")
@with_app
def letters_command(  # noqa: PLR0913 - one parameter per option of the command
    app: App, day: str | None, body: str, drafts: bool, kind: str, count: int | None, by: str, why: str
) -> None:
    """送ったもの、送信待ちのもの、送れなかったものの一覧です（全文は show 受付番号）。"""
    with app.open_office() as office:
        if drafts or kind:
            _release(office, kind, count, (by, why))
            return
        rows = _of_body(office, body) if body else _of_day(office, day)
    _print_letters(rows)


def _release(office: Office, kind: str, count: int | None, who: tuple[str, str]) -> None:
    """Shows what waits for an official; with a count it is released."""
    if kind and count is not None:
        from routing.cli.decide import who_decides  # what only looks loads no desk

        released = release(office, kind, count, who_decides(*who))
        say(f"{kind} {released}通の送信を始めました。")
        return
    found = [batch for batch in batches(office) if kind in ("", batch.kind)]
    for batch in found:
        title = f"{batch.kind}：{batch.bodies}団体に{len(batch.drafts)}通（送信の指示を待っています）"
        listed = table(title, "作成", "番号", "団体", "宛先", "件名")
        for one in batch.drafts:
            name = office.register.full_name(one.respondent)
            listed.add_row(_time(one.written_at), one.number, name, one.recipient, one.subject)
        console().print(listed)
        ask = f"--release {batch.kind} --count {len(batch.drafts)} --by 職員 --why 理由"
        say(f"文面は show 番号 で確かめられます。送信を始めるには: uketsuke letters {ask}")
    if not found:
        say("送信の指示を待っている下書きはありません。")


def _of_body(office: Office, body: str) -> list[LetterRow]:
    lgcode = typed.body(body, office.register).lgcode
    return letter_rows(office, correspondence.letters_of_body(office.ledger, lgcode))


def _of_day(office: Office, day: str | None) -> list[LetterRow]:
    at = typed_instant("--day", day, office.register, time()) if day else office.clock()
    start = datetime.combine(in_jst(at).date(), time(), JST)
    return day_letters(office, start, start + timedelta(days=1))


def _print_letters(rows: Iterable[LetterRow]) -> None:
    listed = table("送付", "日時", "番号", "種類", "団体", "宛先", "状態")
    for row in rows:
        one = row.letter
        listed.add_row(_time(one.written_at), one.number, row.title, row.body_name, one.recipient, row.said)
    console().print(listed)


@click.command("find")
@click.argument("words")
@with_app
def find_command(app: App, words: str) -> None:
    """件名、差出人、ファイル名、本文に言葉のあるメールを探します（新しい順）。"""
    with app.open_office() as office:
        found = mails_saying(office, words.strip()) if words.strip() else []
        _print_mails(office, found)


def _print_mails(office: Office, mails: Iterable[Mail]) -> None:
    listed = table("メール", "番号", "受付番号", "受領", "団体", "件名", "判定")
    for mail in mails:
        name, subject = office.register.full_name(mail.body), one_line(mail.subject)
        listed.add_row(str(mail.id), mail.receipt, _time(mail.received_at), name, subject, outcome_said(mail))
    console().print(listed)


def _time(at: datetime) -> str:
    return stamp(at)[:16].replace("T", " ")
