"""`uketsuke letters` and `find`: what we told whom and when, and in which mails words stand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import click

from config.jst import JST, in_jst
from intake.shown import one_line
from routing import typed
from routing.cli.context import App, typed_instant, with_app
from routing.cli.screen import say, table
from routing.clock import stamp
from routing.ledger import correspondence
from routing.ledger.correspondence import Mail
from routing.office import Office
from routing.tracking.releasing import batches, release
from routing.views.body import outcome_said
from routing.views.letters import LetterRow, day_letters, letter_rows
from routing.views.search import mails_saying
from routing.who import Refused


@click.command("letters")
@click.option("--day", metavar="日", help="この日に送ったもの（例: 7/20。省けば今日）")
@click.option("--body", default="", metavar="団体", help="この団体に送ったもの（名称か団体コード）")
@click.option("--drafts", is_flag=True, help="職員が送信を始めるまで出ない下書きの、種類ごとの通数と一覧")
@click.option("--release", "kind", default="", metavar="種類", help="この種類の下書きの送信を、まとめて始める")
@click.option("--count", type=int, metavar="通数", help="一覧で確かめた通数（--release とともに）")
@click.option("--for-approval", "paper", type=click.Path(dir_okay=False, path_type=Path), metavar="ファイル",
              help="決裁を受けるための文書（全ての種類の文を一通ずつ）を作る")  # fmt: skip
@click.option("--approved", is_flag=True, help="文書の決裁が済んだことを記録する")
@click.option("--hash", "whole", default="", metavar="符号", help="決裁を受けた文書の、全体の符号（--approved とともに）")
@click.option("--by", default="", help="送信を始める職員、決裁をした職員")
@click.option("--why", "--reason", "why", default="", help="理由（起案番号など）")
@with_app
def letters_command(app: App, /, **options: Any) -> None:
    """送ったもの、送信待ちのもの、送れなかったものの一覧です（全文は show 受付番号）。"""
    if options["paper"] is not None:
        _write_paper(app, options["paper"])
        return
    with app.open_office() as office:
        if options["approved"]:
            _approve(office, options["whole"], (options["by"], options["why"]))
        elif options["drafts"] or options["kind"]:
            _release(office, options["kind"], options["count"], (options["by"], options["why"]))
        elif options["body"]:
            _print_letters(_of_body(office, options["body"]))
        else:
            _print_letters(_of_day(office, options["day"]))


def _write_paper(app: App, path: Path) -> None:
    """UTF-8 with a mark at its beginning, and CRLF: as Notepad and Word open it."""
    from routing.tracking.approving import document, whole_hash  # loads all letters

    try:
        path.write_bytes(document(app.register).replace("\n", "\r\n").encode("utf-8-sig"))
    except OSError as error:
        raise Refused(f"{path} に書けません（{error.strerror}）。") from error
    say(f"{path} を作りました（全体の符号 {whole_hash(app.register)}）。")
    say("決裁の後に: uketsuke letters --approved --by 職員 --why 理由")


def _approve(office: Office, whole: str, who: tuple[str, str]) -> None:
    from routing.cli.decide import who_decides
    from routing.tracking.approving import approve

    say(f"全体の符号 {approve(office, who_decides(*who), whole.strip())} の文を、承認済みとして記録しました。")


def _release(office: Office, kind: str, count: int | None, who: tuple[str, str]) -> None:
    """Show what waits for an official; with a count it is released."""
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
        listed.show()
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
    listed = table("送付", "日時", "番号", "種類", "団体", "宛先", "状態", "文")
    for row in rows:
        one = row.letter
        listed.add_row(_time(one.written_at), one.number, row.title, row.body_name, one.recipient, row.said, row.signed)
    listed.show()


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
    listed.show()


def _time(at: datetime) -> str:
    return stamp(at)[:16].replace("T", " ")
