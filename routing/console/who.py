"""Who acts at the page, and on whose items he may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from flask import abort, request

from routing.console.pages import person
from routing.who import Refused, Who

LONGEST = 500  # characters of a reason, as the fields have it


def who_acts(form: Mapping[str, str], otherwise: str = "") -> Who:
    """The official by the name under which he signed in, and the reason that he typed (`otherwise` where no reason is
    asked for). Raises Refused; ends with 403 where he may not decide."""
    if not person().decides:
        abort(403)
    why = form.get("why", "").strip() or otherwise
    if len(why) > LONGEST:
        raise Refused(f"理由が長すぎます（{len(why):,}字）。{LONGEST}字までにしてください。")
    if not why:
        raise Refused("理由を書いてください。台帳に残り、後から見る方の手掛かりになります。")
    return Who(person().user.name, why)


def own(mailbox: str) -> None:
    """End with 403 where a mailbox is not this person's. An empty mailbox means all of them, on which only a person
    with all may act."""
    mine = person()
    if not (mine.sees(mailbox) if mailbox else mine.is_admin or not mine.user.mailboxes):
        abort(403)


def step() -> Literal["preview", "do"]:
    """Which of the two steps a form asks for: nothing is done but by that word."""
    return "do" if request.form.get("go") == "do" else "preview"
