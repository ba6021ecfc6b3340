"""`uketsuke decide` and `uketsuke add`: what officials decide or record, always with who and why."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from config.frozen import replace
from config.settings import by_hand
from replies.wording import load_wording
from routing import operate, typed
from routing.cli.context import App, find_arrival, typed_instant, with_app
from routing.cli.screen import say
from routing.clock import stamp
from routing.journey.desk import Desk
from routing.journey.logline import settled_line, taken_back_lines
from routing.ledger import numbers
from routing.ledger.sent import find_notice, mark_notice_seen
from routing.notices import my_number
from routing.offline import check_file
from routing.operate import Consent, Done, Wish, wishes
from routing.records import Arrival
from routing.tracking.number_steps import said
from routing.who import Refused, Who

# What has a command of its own, or an option.
_COMMANDS = frozenset({"amend", "received", "answer", "forward", "tell-replaced", "tell-prefecture"})
ACTIONS = (
    *(a for a in wishes.ACTIONS if a not in _COMMANDS),
    "not-applicable", "applicable",
)  # fmt: skip


@click.command()
@click.argument("id")
@click.argument("action", required=False, type=click.Choice(ACTIONS))
@click.argument("value", required=False, default="")
@click.option("--by", required=True, help="判断した職員")
@click.option("--why", "--reason", "why", required=True, help="理由")
@click.option("--amend", multiple=True, metavar="Qn=値", help="電話などで確認した回答を補記する（例: Q5=②）")
@click.option("--program", default="", metavar="制度等", help="assign: 制度等も指定する（名称か ID）")
@click.option("--domain", is_flag=True, help="approve-sender、revoke: ドメイン全体について")
@click.option("--received", metavar="日時", help="受領した日時を定める（accept などとともに、又は単独で）")
@click.option("--seen", default="", metavar="しるし", help="show や held --json の「しるし」。その後に変わっていれば断る")
@click.option("--yes", is_flag=True, help="念押しを承知のうえで行う")
@with_app
def decide(  # noqa: PLR0913 - one parameter per option of the command
    app: App, id: str, action: str | None, value: str, by: str, why: str, amend: tuple[str, ...], program: str,
    domain: bool, received: str | None, seen: str, yes: bool,
) -> None:
    """held のメールについて判断を記録します。

    \b
    ID accept            受け付ける
    ID correct           修正のお願いを送る（直接送付：取りまとめる団体を通じるようお願いする）
    ID ignore            対象外とする
    ID take-in           提出前の点検として届いたものを、届いた日時のまま、提出に改める
    ID assign 団体       回答団体（名称か団体コード。--program で制度等も）を指定して判定し直す
    ID approve-sender    この差出人を今後も受け付ける（--domain でドメインごと）
    ID revoke            この差出人の承認を取り消す（--domain でドメインの承認を）
    ID retry             読み直す
    ID revise            今の点検で判断し直し、点検を見直した旨の返信の下書きを作る（revalidate）
    ID seen              お知らせや返信の不達を確認済みにする
    ID not-my-number     個人番号（又は住民の名簿）ではなかったとして、読み直す
    ID my-number         個人番号であったとして、連絡と消去の手順を始め、送信者へのお願いの下書きを作る
    ID step 手順         その手順を済みとする（番号は show で確かめる）
    ID --amend Q5=②      回答を補記して判定し直す（職員補記）
    ID --received 日時   受領した日時を定めて判定し直す（accept、correct、assign にも付けられる）
    団体:制度等 not-applicable | applicable   該当事務なし／取り消し
    """
    who, consent = who_decides(by, why), Consent(seen, yes)
    if bool(action) + bool(amend) > 1 or not (action or amend or received):
        raise click.UsageError("判断（accept など）、--amend、--received のどれかを指定してください。")
    with app.open_desk() as desk:
        if action in ("not-applicable", "applicable"):
            owed = _owed(id, desk)
            tell(asking(lambda c: operate.set_applicable(desk, owed, action == "applicable", who, c), consent), desk)
            say(f"{action} を記録しました。")
            return
        if action == "seen" and (notice := find_notice(desk.ledger, id)):
            mark_notice_seen(desk.ledger, notice, who.pair, desk.clock())
            say(_DONE[action])
            return
        arrival = find_arrival(desk, id)
        at = past_instant(received, desk) if received is not None else None
        named = action or ("amend" if amend else "received")
        if at is not None and (amend or named not in wishes.DATED):
            raise click.UsageError("--received は、accept、correct、assign とともに、又は単独で指定してください。")
        changes = _changes(amend, desk.register.survey.numbering)
        wish = _wish(named, value, program, desk, Wish(named, domain=domain, amend=changes, at=at))
        done = asking(lambda c: operate.fulfil(desk, arrival, wish, who, c), consent)
        say(settled_line(done.settled, desk.register) if done.settled else _DONE[named])
        tell(done, desk)
        if action in ("my-number", "step"):
            _tell_steps(desk, arrival, action == "my-number")


def _tell_steps(desk: Desk, arrival: Arrival, draft: bool) -> None:
    """Tell what is left to be done; `draft`: with the letter written anew, as often as somebody asks."""
    if draft and (path := my_number.write_draft(desk, arrival)):
        say(f"送信者へのお願いの下書きを {path} に置きました（まだ送っていません）。")
        if by_hand(desk.settings):
            say("下書きフォルダーにも同じものが入ります。送るのは、どちらか一方だけにしてください。")
    elif draft:
        say("差出人のアドレスが分からないため、お願いの下書きは作りません。")
    left = [s for s in numbers.steps(desk.ledger, arrival.id) if s.at is None]
    say("残っている手順：" if left else "全ての手順が済みました。")
    for one in left:
        say(f"　{one.number}　{said(one)}")


def _owed(text: str, desk: Desk) -> tuple[str, str]:
    """A body and a program of it, by code or name: 141003:shoman."""
    whose, _, program = typed.folded(text).partition(":")
    return typed.body(whose, desk.register).lgcode, typed.program(program, desk.register)


def asking(do: Callable[[Consent], Done], consent: Consent) -> Done:
    """Carry out a decision; where it wants a second thought, a person at a terminal is asked, and others are told
    what to add. Whoever says yes says it to what he was shown. Raises Refused."""
    try:
        return do(consent)
    except operate.AskedTwice as twice:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise Refused(f"{twice}\nよろしければ、--yes を付けてもう一度実行してください。") from twice
        say(str(twice))
        if not click.confirm("続けますか"):
            raise Refused("取りやめました。何も記録していません。") from twice
        return do(Consent(consent.seen, True, str(twice)))


def tell(done: Done, desk: Desk) -> None:
    """Tell what a decision changed, what it took back, and who had decided before it."""
    for line in (*done.effects, *taken_back_lines(done.settled, desk.register.survey), *done.beside):
        say(line)
    if done.before is not None:
        by = "自動の判定" if done.before.by == "uketsuke" else done.before.by
        word = load_wording().outcome.get(done.before.outcome, done.before.outcome)
        say(f"直前の判断：{by}（{word}、{stamp(done.before.at)[:19].replace('T', ' ')}）")


def who_decides(by: str, why: str) -> Who:
    """The official who decides, and why. Raises click.UsageError where one of them is blank."""
    who = Who(by.strip(), why.strip())
    if not (who.by and who.why):
        raise click.UsageError("職員（--by）と理由（--why）は空にできません。")
    return who


_DONE = {
    "not-my-number": "個人番号ではないと記録しました。次の確認のときに読み直して、通常どおり判定します。",
    "my-number": "手順は、既に始まっています。", "step": "済みとしました。",
    "retry": "次の確認のときに読み直します。", "seen": "確認済みとしました。", "revoke": "承認を取り消しました。",
}  # fmt: skip


def _wish(action: str, value: str, program: str, desk: Desk, wish: Wish) -> Wish:
    """The wish with what was typed after the action. Raises Refused."""
    if action == "step":
        return replace(wish, value=typed.folded(value))
    if action != "assign":
        return wish
    named = typed.program(program, desk.register) if program else ""
    return replace(wish, value=typed.body(value, desk.register).lgcode, program=named)


def past_instant(text: str, desk: Desk) -> datetime:
    """When something was received. Raises click.UsageError."""
    at = typed_instant("--received", text, desk.register)
    if at > desk.clock():
        raise click.UsageError(f"{text}: まだ来ていない日時です（{stamp(at)[:16].replace('T', ' ')} と読みました）。")
    return at


def _changes(amend: tuple[str, ...], numbering: str) -> dict[str, str]:
    """Q5=②, or as the survey calls it -> {"5": "②"}. Raises click.UsageError."""
    try:
        return wishes.amendments(amend, numbering)
    except Refused as mistyped:
        raise click.UsageError(str(mistyped)) from mistyped


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--body", required=True, metavar="団体", help="回答団体の名称か団体コード")
@click.option("--received", required=True, metavar="日時", help="受領した日時")
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
    with app.open_desk() as desk:
        at, lgcode = past_instant(received, desk), typed.body(body, desk.register).lgcode
        where = mailbox or _mailbox_for(desk, file, lgcode)
        if where not in {m.id for m in desk.register.survey.mailboxes}:
            raise click.UsageError(f"--mailbox {where}: この調査にない提出先です。")
        paper = operate.Paper(file.name, file.read_bytes(), where, lgcode, at, name_differs)
        say(settled_line(operate.add(desk, paper, who), desk.register))


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
