"""Whether the desk itself works: does a worker hold its place, when was each mailbox looked into, when was the last copy
made, and is the survey's time not long over. Computed from the ledger, its lock and the clock; mends nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from config.frozen import frozen
from config.settings import Settings
from replies.japanese import era_instant
from routing.ledger import backup, conditions, extensions
from routing.ledger.store import Ledger, a_desk_works
from routing.office import Office
from routing.register import Register

LOOKED = timedelta(minutes=30)  # a worker that lives has looked into each mailbox since
COPIED = timedelta(days=2)
OVER = timedelta(days=30)  # after the last deadline the survey is over


@frozen
class Vital:
    """One sign. `well`: nothing is to be done; `said` in a sentence, with what to do where something is."""

    what: str
    well: bool
    said: str


@frozen
class At:
    """What the signs are read from."""

    register: Register
    settings: Settings
    ledger: Ledger
    now: datetime


def vitals_of(office: Office) -> tuple[Vital, ...]:
    """Every sign, as things stand now."""
    return vitals(At(office.register, office.settings, office.ledger, office.clock()))


def vitals(at: At) -> tuple[Vital, ...]:
    """Every sign, from what is at hand without an office."""
    return (_worker(at), *_looks(at), _copy(at), _time(at))


def urgent(office: Office) -> list[str]:
    """What every page says in red: nobody takes mail in, or sends, at this moment. Nothing where the clock is a rehearsed
    one: no worker belongs to it."""
    worker = _worker(At(office.register, office.settings, office.ledger, office.clock()))
    return [] if worker.well or office.settings.now is not None else [worker.said]


def _worker(at: At) -> Vital:
    mails, replies = conditions.waiting(at.ledger)
    if works := works_at(at.settings.ledger):
        return Vital("受付の処理", works, "動いています。")
    waiting = f"判定待ち {mails}通、送信待ち {replies}通があります。" if mails or replies else ""
    said = f"受付の処理（uketsuke run）が動いていません。メールの受信も返信もされません。{waiting}"
    return Vital("受付の処理", False, f"{said}情報システムの担当に連絡してください。")


def works_at(ledger: Path) -> bool:
    """Whether a worker holds the ledger's place now."""
    return a_desk_works(ledger)


def _looks(at: At) -> tuple[Vital, ...]:
    found = {one.mailbox: one for one in conditions.health(at.ledger)}
    return tuple(_look(at, id, found.get(id)) for id in at.settings.mailboxes)


def _look(at: At, id: str, health: conditions.Health | None) -> Vital:
    boxes = at.register.survey.mailboxes
    what = next((f"提出先 {b.item}（{b.section}）" for b in boxes if b.id == id), f"提出先 {id}")  # settings may err
    seen = health.last_success_at if health else None
    if health is not None and health.failing_since is not None:
        return Vital(what, False, f"{era_instant(health.failing_since)}から読めません。{health.detail}")
    if seen is None:
        return Vital(what, False, "まだ一度も読んでいません。")
    late = at.now - seen > LOOKED
    return Vital(what, not late, f"最後に読んだのは{era_instant(seen)}です。{'その後、読めていません。' if late else ''}")


def _copy(at: At) -> Vital:
    newest = backup.newest(at.ledger)
    if newest is None:
        return Vital("台帳の控え", False, "控えを取った記録がありません。uketsuke backup を毎日実行してください。")
    late = at.now - newest > COPIED
    said = f"最後の控えは{era_instant(newest)}です。"
    return Vital("台帳の控え", not late, said + ("二日より前です。控えの自動実行をご確認ください。" if late else ""))


def _time(at: At) -> Vital:
    last = max([at.register.survey.deadline, *(e.until for e in extensions.extensions(at.ledger, at.now))])
    said = f"提出期限は{era_instant(last)}です。"
    if at.now <= last:
        return Vital("調査の期間", True, said)
    days = (at.now - last).days
    over = at.now - last > OVER
    more = "調査が終わっていれば、受付の処理を止め、台帳を保管してください。" if over else ""
    passed = f"期限から{days}日が過ぎています。" if days else "期限は過ぎました。"
    return Vital("調査の期間", not over, f"{said}{passed}{more}")
