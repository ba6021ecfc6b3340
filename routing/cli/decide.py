"""`uketsuke decide` and `uketsuke add`: what officials decide or record, always with who and why."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from routing import operate
from routing.cli.context import App, find_arrival, with_app
from routing.clock import JST
from routing.decision.override import Override
from routing.desk import Desk
from routing.judge import Settled
from routing.ledger.arrivals import Arrival
from routing.ledger.sent import find_notice, mark_notice_seen
from routing.logline import settled_line
from routing.offline import check_file
from routing.operate import Refused, Who

OUTCOMES = {"accept": "accepted", "correct": "correction", "ignore": "ignored"}
ACTIONS = (*OUTCOMES, "assign", "approve-sender", "retry", "seen", "not-applicable", "applicable")


@click.command()
@click.argument("id")
@click.argument("action", required=False, type=click.Choice(ACTIONS))
@click.argument("value", required=False, default="")
@click.option("--by", required=True, help="判断した職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@click.option("--amend", multiple=True, metavar="Qn=値", help="電話などで確認した回答を補記する（例: Q5=②）")
@click.option("--program", default="", metavar="ID", help="assign: 制度等も指定する（例: shoman）")
@click.option("--domain", is_flag=True, help="approve-sender: ドメイン全体を承認する")
@click.option("--received", metavar="ISO8601", help="受領した日時を定める（accept などとともに、又は単独で）")
@with_app
def decide(  # noqa: PLR0913 - one parameter per option of the command
    app: App, id: str, action: str | None, value: str, by: str, why: str, amend: tuple[str, ...], program: str,
    domain: bool, received: str | None,
) -> None:
    """held のメールについて判断を記録します。

    \b
    ID accept            受理する
    ID correct           修正のお願いを送る（市町村の直接送付：都道府県を通じるようお願いする）
    ID ignore            対象外とする
    ID assign 団体コード 回答団体（--program で制度等も）を指定して判定し直す
    ID approve-sender    この差出人を今後も受け付ける（--domain でドメインごと）
    ID retry             読み直す
    ID seen              お知らせや返信の不達を確認済みにする
    ID --amend Q5=②      回答を補記して判定し直す（職員補記）
    ID --received 日時   受領した日時を定めて判定し直す（accept、correct、assign にも付けられる）
    団体コード:制度等 not-applicable | applicable   該当事務なし／取り消し
    """
    who = who_decides(by, why)
    if bool(action) + bool(amend) > 1 or not (action or amend or received):
        raise click.UsageError("判断（accept など）、--amend、--received のどれかを指定してください。")
    with app.open_desk() as desk:
        if action in ("not-applicable", "applicable"):
            lgcode, _, owed = id.partition(":")
            operate.set_applicable(desk, lgcode, owed, action == "applicable", who)
            click.echo(f"{desk.register.full_name(lgcode)} {owed}: {action} を記録しました。")
            return
        if action == "seen" and (notice := find_notice(desk.ledger, id)):
            mark_notice_seen(desk.ledger, notice, who.pair, desk.clock())
            click.echo(_DONE[action])
            return
        arrival = find_arrival(desk, id)
        at = _received(desk, received, action, amend)
        settled = operate.amend(desk, arrival, _changes(amend), who) if amend else None
        if action is not None:
            settled = _act(desk, arrival, (action, value, program, domain), who, at)
        elif at is not None:
            settled = operate.settle_receipt(desk, arrival, at, who)
        click.echo(settled_line(settled, desk.register) if settled else _DONE[action or ""])


def who_decides(by: str, why: str) -> Who:
    who = Who(by.strip(), why.strip())
    if not (who.by and who.why):
        raise click.UsageError("職員（--by）と理由（--why）は空にできません。")
    return who


_DONE = {"retry": "次の確認のときに読み直します。", "seen": "確認済みとしました。"}


def _received(desk: Desk, text: str | None, action: str | None, amend: tuple[str, ...]) -> datetime | None:
    """The time of receipt that was given with a decision that can carry one."""
    if text is None:
        return None
    if amend or action not in (None, "accept", "correct", "assign"):
        raise click.UsageError("--received は、accept、correct、assign とともに、又は単独で指定してください。")
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(f"--received {text}: 日時ではありません。") from error
    at = at if at.tzinfo else at.replace(tzinfo=JST)
    if at > desk.clock():
        raise click.UsageError(f"--received {text}: まだ来ていない日時です。")
    return at


def _act(
    desk: Desk, arrival: Arrival, what: tuple[str, str, str, bool], who: Who, at: datetime | None
) -> Settled | None:
    action, value, program, domain = what
    if action == "retry":
        operate.retry(desk, arrival, who)
        return None
    if action == "seen":
        operate.mark_seen(desk, arrival, who)
        return None
    if action == "assign":
        return operate.assign(desk, arrival, value, who, program, at)
    if action == "approve-sender":
        return operate.approve_sender(desk, arrival, who, domain)
    outcome = OUTCOMES[action]
    override = Override(outcome=outcome, take_in=True, by=who.by, why=who.why)  # type: ignore[arg-type]
    return operate.decide_again(desk, arrival, operate.received(override, at))


def _changes(amend: tuple[str, ...]) -> dict[str, str]:
    """Q5=② -> {"5": "②"}."""
    changes = {}
    for text in amend:
        key, equals, value = text.partition("=")
        if not equals or key[:1] not in ("Q", "q", "Ｑ"):
            raise click.UsageError(f"{text}: Q5=② の形で指定してください。")
        changes[key[1:]] = value
    return changes


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--body", required=True, metavar="LGCODE", help="回答団体の団体コード（６桁）")
@click.option("--received", required=True, metavar="ISO8601", help="受領した日時")
@click.option("--mailbox", metavar="ID", help="提出先（既定: 調査票の制度等から）")
@click.option("--name-differs", is_flag=True, help="調査票の組織名が --body と違っても、--body の回答とする")
@click.option("--by", required=True, help="記録する職員")
@click.option("--why", "--reason", "why", default="郵送・持参等により受領", help="理由")
@with_app
def add(  # noqa: PLR0913 - one parameter per option of the command
    app: App, file: Path, body: str, received: str, mailbox: str | None, name_differs: bool, by: str, why: str
) -> None:
    """メール以外（郵送・持参など）で受領した調査票を記録します（返信は送りません）。"""
    who = who_decides(by, why)
    try:
        at = datetime.fromisoformat(received)
    except ValueError as error:
        raise click.UsageError(f"--received {received}: 日時ではありません。") from error
    at = at if at.tzinfo else at.replace(tzinfo=JST)
    with app.open_desk() as desk:
        where = mailbox or _mailbox_for(desk, file, body)
        if where not in {m.id for m in desk.register.survey.mailboxes}:
            raise click.UsageError(f"--mailbox {where}: この調査にない提出先です。")
        paper = operate.Paper(file.name, file.read_bytes(), where, body, at, name_differs)
        click.echo(settled_line(operate.add(desk, paper, who), desk.register))


def _mailbox_for(desk: Desk, file: Path, body: str) -> str:
    """The mailbox to which the file's program belongs."""
    checked = check_file(desk.reader, file.name, file.read_bytes(), desk.register)
    survey = desk.register.survey
    if checked.program:
        return survey.program(checked.program).mailbox
    possible = {survey.program(o.program).mailbox for o in desk.register.owed_by(body)}
    forms = {p.mailbox for p in survey.programs if p.form == checked.form} & possible
    if len(forms) != 1:
        raise Refused("制度等が分からないため、--mailbox で提出先を指定してください。")
    return forms.pop()
