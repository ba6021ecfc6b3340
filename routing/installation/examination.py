"""An examination of an installation: machine, settings, connections, permissions, and what would be sent. Changes
nothing; what is not well is a value, never an error."""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from config.errors import SettingsError
from config.frozen import frozen
from config.others import check_others
from config.settings import TOPMOST, Settings, check_mailboxes
from intake.sources.oauth import TokenUnavailable
from intake.sources.source import SourceUnavailable
from replies.senders.sender import SenderLater
from replies.wording import load_wording
from routing.clock import stamp
from routing.installation.exposed_files import exposed_files
from routing.installation.mailbox_probes import mailbox_probes, sender_probes
from routing.installation.opening import Installation
from routing.ledger import arrivals, conditions, outbox, releasing
from routing.ledger.store import Ledger, NotALedger
from routing.machine import unfit
from routing.mailboxes.factory import open_sender, open_source, unreadable_secrets
from routing.office import Office, OpenOffice
from routing.tracking import troubles, vitals
from routing.tracking.heartbeat import read_sign


@frozen
class Diagnosis:
    """One thing looked at: what, whether it is well, and a sentence."""

    what: str
    well: bool
    said: str
    heed: bool = False  # well, and yet somebody should know


def examine(installed: Installation) -> Iterator[Diagnosis]:
    """What was looked at, one thing after the other, as it is found. Raises SettingsError, SurveyError."""
    register, settings = installed.register, installed.settings
    survey = register.survey
    yield _machine()
    yield Diagnosis(
        "調査",
        True,
        f"{survey.title}（提出期限 {'、'.join(map(stamp, survey.deadlines))}、提出義務 {len(register.obligations)}）",
    )
    yield Diagnosis("設定", True, f"{installed.settings_path}（{_mode(settings)}）")
    if settings.start_from is not None:
        begun = settings.start_from <= installed.clock()
        later = "" if begun else "。まだ来ていないため、今は何にも返信しません"
        yield Diagnosis("はじめる日", begun, f"{stamp(settings.start_from)} より前に届いたメールには返信しません{later}")
    told = check_others(settings, survey, installed.settings_path.name)
    if settings.other_surveys and not told:
        shown = "、".join(folder.name for folder in settings.other_surveys)
        yield Diagnosis("ほかの調査", True, f"{shown} のメールは、その調査の受付に任せます")
    for mistake in (*check_mailboxes(settings, survey, installed.settings_path.name), *told):
        yield Diagnosis("設定", False, str(mistake))
    yield from _trust(settings)
    yield from _ledger(settings)
    yield from _files(settings, installed.settings_path)
    configured = set(settings.mailboxes)
    for mailbox in survey.mailboxes:
        if mailbox.id not in configured:
            yield Diagnosis(f"提出先 {survey.mailbox_name(mailbox.id)}", True, "この設定では扱いません")
    unreadable = unreadable_secrets(settings, installed.settings_path.name)
    for mistake in unreadable:
        yield Diagnosis("パスワード", False, str(mistake))
    for id, mailbox_settings in settings.mailboxes.items():
        if any(m.key.startswith(f"mailboxes.{id}.") for m in unreadable):
            continue  # what else could be said of it would be the same again
        source, name = open_source(mailbox_settings, settings), survey.mailbox_name(id)
        yield _try(f"提出先 {name}", lambda source=source: f"{len(source.look(None).uids)}通あります")  # type: ignore[misc]
        source.close()
        yield from (_try(*probe) for probe in mailbox_probes(name, mailbox_settings, settings))
    if not any(m.key.startswith("sender.") for m in unreadable):
        yield from (_try(*probe) for probe in sender_probes(settings))
        sender = open_sender(settings, survey)
        yield _try("送信", sender.probe)
        sender.close()
    yield from _waiting(installed)


def _machine() -> Diagnosis:
    found = f"{platform.system()} {platform.release()}、Python {platform.python_version()}"
    return Diagnosis("動作環境", not unfit(), unfit() or found)


def _mode(settings: Settings) -> str:
    if settings.mode == "rehearse":
        return f"rehearse: 返信は全て {settings.operators} に送られます"
    if settings.mode == "draft":
        return "draft: 返信は提出先の下書きに置かれ、職員が送信します"
    return "send: 返信は差出人に送られます"


def _trust(settings: Settings) -> Iterator[Diagnosis]:
    """Whether a server's word on the sender is asked for; without it a reply may go to whoever was named as the
    sender."""
    if settings.authserv_id:
        whose = "一番上の、名前のない欄" if settings.authserv_id == TOPMOST else settings.authserv_id
        yield Diagnosis("差出人の認証", True, f"Authentication-Results は、{whose}のものを信じます")
    elif settings.mode == "send":
        said = "authserv_id がないため、差出人のなりすましを見分けられないまま、返信を送ります（docs/settings.md）"
        yield Diagnosis("差出人の認証", True, said, heed=True)


def _files(settings: Settings, settings_path: Path) -> Iterator[Diagnosis]:
    exposed = tuple(exposed_files(settings, settings_path))
    for one in exposed:
        yield Diagnosis(one.what, not one.grave, one.said, heed=not one.grave)
    if not exposed:
        yield Diagnosis("ファイルの権限", True, "ほかの利用者に読まれ、又は書き換えられるものはありません")


def _ledger(settings: Settings) -> Iterator[Diagnosis]:
    folder = settings.ledger.parent
    writable = folder.is_dir() and os.access(folder, os.W_OK)
    yield Diagnosis("台帳のフォルダー", writable, str(folder) if writable else f"{folder} に書き込めません")


def _try(what: str, probe: Callable[[], str]) -> Diagnosis:
    try:
        return Diagnosis(what, True, probe())
    except (SourceUnavailable, SenderLater, SettingsError, TokenUnavailable) as problem:
        return Diagnosis(what, False, str(problem))


def _wording(office: Office) -> Diagnosis:
    """Whether a section has approved what goes out."""
    from routing.tracking.approving import unapproved, whole_hash

    never, changed = unapproved(office)
    names = load_wording().of(office.register.survey).mail
    told = [f"承認の記録がない種類：{'、'.join(names[k].name for k in never)}"] if never else []
    told += [f"承認の後に変わった種類：{'、'.join(names[k].name for k in changed)}"] if changed else []
    held = "。承認の記録まで、職員の送信の指示を待ちます" if told and office.settings.unapproved == "draft" else ""
    said = "。".join(told) + held if told else f"全て承認済みです（全体の符号 {whole_hash(office.register)}）"
    return Diagnosis("文の承認", True, said, heed=bool(told))


def _waiting(installed: Installation) -> Iterator[Diagnosis]:
    """What the next `run` would decide and send."""
    if not installed.settings.ledger.exists():
        yield Diagnosis("送信待ち", True, "台帳はまだありません（最初の run で作られます）")
        return
    try:
        ledger = Ledger(installed.settings.ledger)
    except NotALedger as reason:
        yield Diagnosis("台帳", False, str(reason))
        return
    with closing(ledger):
        yield from _waiting_in(ledger, installed)
    if installed.settings.heartbeat is not None:
        sign = read_sign(installed.settings.heartbeat, installed.clock())
        yield Diagnosis("常駐", sign.lives, sign.said)


def _waiting_in(ledger: Ledger, installed: Installation) -> Iterator[Diagnosis]:
    due = outbox.due(ledger, installed.clock())
    unread = len(arrivals.waiting(ledger))
    yield Diagnosis("判定待ち", True, f"{unread}通")
    first = "".join(f"\n{o.receipt} {o.kind}" for o in due[:10])
    yield Diagnosis("送信待ち", True, f"{len(due)}通{first}")
    for kind, number in Counter(d.kind for d in releasing.drafts(ledger)).items():
        said = f"{kind} {number}通が、職員の送信の指示を待っています（letters --drafts）"
        yield Diagnosis("下書き", True, said, heed=True)
    yield _wording(OpenOffice(installed.register, installed.settings, ledger, installed.clock))
    for mailbox, problem in arrivals.unhealthy(ledger):
        yield Diagnosis(f"提出先 {installed.register.survey.mailbox_name(mailbox)}", False, problem)
    at = vitals.At(installed.register, installed.settings, ledger, installed.clock())
    begun = bool(conditions.health(ledger))  # before the first `run` nothing is amiss
    for vital in vitals.vitals(at):
        if not vital.what.startswith("提出先"):  # the servers themselves were asked above
            well = vital.well or vital.what != "受付の処理" or not begun
            yield Diagnosis(vital.what, well, vital.said, heed=not vital.well)
    free = troubles.free_bytes(installed.settings.ledger)
    view = troubles.View(ledger, installed.settings, installed.clock(), free, installed.register.survey)
    for sentence in troubles.lasting(view):
        yield Diagnosis("お知らせ", False, sentence)
