"""What operators do about sending as a whole: hold it, release it; and how a hold is told. Short transactions; a
running worker goes by them from its next letter on."""

from __future__ import annotations

from typing import Any

from replies.japanese import era_instant
from replies.letter_kinds import TRAITS
from replies.wording import load_wording
from routing.clock import stamp
from routing.ledger import holds
from routing.ledger.holds import Hold, Scope
from routing.office import Office
from routing.who import Refused, Who

KINDS = tuple(kind for kind, traits in TRAITS.items() if not traits.to_operators)


def hold_sending(office: Office, scope: Scope, who: Who) -> Hold:
    """Let the letters of this scope wait from now on. Raises Refused, and then nothing was recorded."""
    mailboxes = [m.id for m in office.register.survey.mailboxes]
    if scope.kind and scope.kind not in KINDS:
        raise Refused(f"{scope.kind} という種類はありません（{'、'.join(KINDS)}）。")
    if scope.mailbox and scope.mailbox not in mailboxes:
        raise Refused(f"{scope.mailbox} という提出先はありません（{'、'.join(mailboxes)}）。")
    with office.ledger.writing():
        same = [one for one in holds.in_force(office.ledger) if one.scope == scope]
        if same:
            raise Refused(f"既に止めています（停止 {same[0].number}、{same[0].by}、{stamp(same[0].since)}）。")
        number = holds.hold(office.ledger, scope, who.pair, office.clock())
        return next(one for one in holds.in_force(office.ledger) if one.number == number)


def release_sending(office: Office, number: int | None, who: Who) -> Hold:
    """End the hold of this number; the only one, where no number is given. Raises Refused, and then nothing was
    recorded."""
    with office.ledger.writing():
        hold = the_hold(office, number)
        holds.release(office.ledger, hold.number, who.pair, office.clock())
    return hold


def the_hold(office: Office, number: int | None) -> Hold:
    """The hold of this number; the only one, where no number is given. Raises Refused."""
    found = holds.in_force(office.ledger)
    if not found:
        raise Refused("送信は止められていません。")
    chosen = [one for one in found if number in (None, one.number)]
    if len(chosen) != 1:
        told = "\n".join(said(one) for one in found)
        raise Refused(f"どの停止を解くかを、番号で指定してください。\n{told}")
    return chosen[0]


def in_force(office: Office) -> list[Hold]:
    """The holds that stand now, oldest first."""
    return holds.in_force(office.ledger)


def condition(one: Hold) -> str:
    """The key of wording.toml's [alert] under which a hold is told."""
    return "restored" if one.scope.mails_before else "sending_held"


def said(one: Hold) -> str:
    """A hold in one sentence, for a screen."""
    return load_wording().alert[condition(one)].sentence.format_map(values(one))


def values(one: Hold) -> dict[str, str]:
    """What fills the sentences about a hold."""
    words = load_wording().screen
    what = [words["hold_kind"].format(kind=one.scope.kind)] if one.scope.kind else []
    what += [words["hold_mailbox"].format(mailbox=one.scope.mailbox)] if one.scope.mailbox else []
    return {
        "number": str(one.number),
        "what": "、".join(what) or words["hold_all"],
        "since": era_instant(one.since),
        "last": era_instant(one.last_record) if one.last_record else words["hold_no_record"],
        "by": one.by,
        "why": one.why,
        "count": str(one.waiting),
    }


def as_dict(one: Hold) -> dict[str, Any]:
    """A hold for programs."""
    return {
        "number": one.number,
        "kind": one.scope.kind,
        "mailbox": one.scope.mailbox,
        "mails_before": stamp(one.scope.mails_before) if one.scope.mails_before else None,
        "since": stamp(one.since),
        "by": one.by,
        "why": one.why,
        "waiting": one.waiting,
    }
