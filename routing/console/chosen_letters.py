"""Letters that wait under a hold over sending: which, and those of them that an official chooses leave, or are marked as
having left, while the hold stands on. The functions that `release-sending` calls."""

from __future__ import annotations

from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue

from routing import typed
from routing.console.pages import page, person
from routing.console.premises import Premises
from routing.console.who import own, who_acts
from routing.ledger.holds import Hold
from routing.office import Office
from routing.tracking import held_letters
from routing.tracking.held_letters import LetterSelection
from routing.tracking.sending_holds import condition, the_hold
from routing.who import Refused

MOST = 300  # letters on one page: each is a field of its form


def add_chosen_letters(site: Flask, premises: Premises) -> None:
    """Register the page and its act."""
    chosen = ChosenLetters(premises)
    at = "/hold/<int(max=999999999999):number>"
    site.add_url_rule(at, "held_letters", chosen.held_letters, methods=["GET"])
    site.add_url_rule(f"{at}/letters", "release_chosen", chosen.release_chosen, methods=["POST"])


class ChosenLetters:
    """Page and act by their names."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def held_letters(self, number: int) -> ResponseReturnValue:
        """What waits under a hold, of one kind or mailbox or all, to be chosen from."""
        wanted = LetterSelection(kind=request.args.get("kind", ""), mailbox=request.args.get("mailbox", ""))
        with self._premises.open_office() as office:
            hold, waiting = held_letters.held_letters(office, number)
            mine = [one for one in waiting if person().sees(one.mailbox)]
            shown = [one for one in mine if wanted.kind in ("", one.kind) and wanted.mailbox in ("", one.mailbox)]
            names = {one.respondent: office.register.full_name(one.respondent) for one in shown[:MOST]}
            return page(
                office, "held_letters", hold=hold, shown=shown[:MOST], others=len(shown) - len(shown[:MOST]),
                kinds=list(dict.fromkeys(one.kind for one in mine)), wanted=wanted, names=names,
                may=person().decides and _may(hold), restored=condition(hold) == "restored",
            )  # fmt: skip

    def release_chosen(self, number: int) -> ResponseReturnValue:
        """Let the letters leave that the official chose from the list, or all that it showed, whose count he typed;
        or mark them as having left."""
        does = held_letters.note_left if request.form.get("go") == "left" else held_letters.let_go
        with self._premises.open_office() as office:
            ids = _ids()
            with office.ledger.writing():
                own(the_hold(office, number).scope.mailbox)
                _, chosen = does(office, number, LetterSelection(ids=ids), who_acts(request.form))
                for one in chosen:
                    own(one.mailbox)
            return redirect(_back(office, number), 303)


def _ids() -> frozenset[int]:
    """The letters that he chose, by their numbers in the outbox: so that no letter is among them that he was not
    shown."""
    if whole := request.form.get("all", ""):
        ids = [one for one in whole.split(" ") if one]
        if typed.folded(request.form.get("count", "")) != str(len(ids)):
            raise Refused(f"一覧は {len(ids)}通です。確かめのため、その通数を入力してください。何も記録していません。")
    else:
        ids = request.form.getlist("letter")
    if not ids:
        raise Refused("メールを一つ以上選んでください。")
    if not all(one.isdecimal() and one.isascii() and len(one) <= 12 for one in ids):
        abort(400)
    return frozenset(map(int, ids))


def _may(hold: Hold) -> bool:
    mine = person()
    return mine.sees(hold.scope.mailbox) if hold.scope.mailbox else mine.is_admin or not mine.user.mailboxes


def _back(office: Office, number: int) -> str:
    """The rest of the list; where nothing waits any more, the letters."""
    return f"/hold/{number}" if held_letters.held_letters(office, number)[1] else "/letters"
