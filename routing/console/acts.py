"""What is done at the page: choose, see what it would do, do it. Each calls the function that its command calls.

A form carries what its maker saw (`seen`) and what wanted a second thought (`doubts`); whoever decides on an old sight
is refused, and gets the page anew with what he had typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Flask, abort, g, redirect, request
from flask.typing import ResponseReturnValue

from routing import operate, typed
from routing.console.pages import mail_named, page, person
from routing.console.premises import Premises
from routing.console.who import step, who_acts
from routing.journey.desk import Desk
from routing.ledger import erasure, verdicts
from routing.ledger.last_decision import token_of
from routing.notices import my_number
from routing.operate import ChangedSince, Consent, Preview, Wish
from routing.operate.wishes import ACTIONS, DATED, past_instant
from routing.records import Arrival
from routing.views.letters import letter_of
from routing.views.mail import mail_view
from routing.views.proposals import proposals
from routing.who import Refused

ERASE = "erase"
_UNSEEN = "?"
_TWICE = "（先ほどの操作です。ボタンを二度押されたのであれば、一度目が記録されていますので、やり直しは要りません。）"


def add_acts(site: Flask, premises: Premises) -> None:
    """Register every act."""
    acts = Acts(premises)
    site.add_url_rule("/mail/<receipt>/<action>", "act", acts.mail, methods=["GET", "POST"])
    site.add_url_rule("/mail/<receipt>/undo", "undo", acts.undo, methods=["POST"])


class Acts:
    """Each act by its name."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def mail(self, receipt: str, action: str) -> ResponseReturnValue:
        """One action on one mail: its form; what it would do; and, at the third step, doing it."""
        if action not in (*ACTIONS, ERASE):
            abort(404)
        if not person().decides or (action == ERASE and not person().is_admin):
            abort(403)
        with self._premises.open_desk() as desk:
            arrival = mail_named(desk, receipt)
            if request.method == "GET":
                return self._form(desk, arrival, action, {}, "")
            form, asked = request.form.to_dict(), "do" if action == ERASE else step()
            g.act = f"{action} {asked}"
            try:
                if action == ERASE:
                    return self._erase(desk, arrival, form)
                done = self._decide if asked == "do" else self._try
                return done(desk, arrival, action, form)
            except ChangedSince as changed:
                said = str(changed) + (_TWICE if changed.by == person().user.name else "")
                return self._form(desk, arrival, action, form, said), 409
            except Refused as refused:
                return self._form(desk, arrival, action, form, str(refused)), 400

    def _form(  # noqa: PLR0913 - the three faces of one page
        self, desk: Desk, arrival: Arrival, action: str, form: Mapping[str, str], refused: str, told: Preview | None = None
    ) -> str:
        why_not = next(p.why_not for p in operate.possible(desk, arrival) if p.action == action)
        letters = [letter_of(desk, *found) for found in told.letters] if told else []
        view, submission = mail_view(desk, arrival), verdicts.submission_of(desk.ledger, arrival.id)
        offered = proposals(desk, submission) if action == "answer" else ()
        seen = _seen(form) if told else token_of(desk.ledger, arrival.id)
        return page(
            desk, "act", mail=view, action=action, form=form, refused=refused, told=told, letters=letters, seen=seen,
            why_not=why_not, questions=_questions(desk, arrival), undo_seconds=desk.settings.console.undo_seconds,
            answer_to=operate.answer_to(submission) if submission else "", undoable_actions=operate.UNDOABLE,
            offered=offered, dated=action in DATED, programs=desk.register.survey.programs, carried=_carried(form),
            chosen=request.args.get("faq", offered[0].id if offered else ""),
        )  # fmt: skip

    def _try(self, desk: Desk, arrival: Arrival, action: str, form: Mapping[str, str]) -> str:
        who, wish = who_acts(form), _wish(desk, action, form)
        told = operate.preview(desk, arrival, wish, who, _seen(form))
        return self._form(desk, arrival, action, form, "", told)

    def _decide(self, desk: Desk, arrival: Arrival, action: str, form: Mapping[str, str]) -> ResponseReturnValue:
        who, wish = who_acts(form), _wish(desk, action, form)
        doubts = form.get("doubts", "").replace("\r\n", "\n")
        consent = Consent(_seen(form), yes=bool(doubts), shown=doubts)
        until = desk.clock() + timedelta(seconds=desk.settings.console.undo_seconds)
        operate.fulfil_later(desk, arrival, wish, who, consent, until)
        if action == "my-number":
            my_number.write_draft(desk, arrival)
        return redirect(f"/mail/{arrival.receipt}", 303)

    def undo(self, receipt: str) -> ResponseReturnValue:
        """Take the newest decision back, while its letters rest."""
        with self._premises.open_desk() as desk:
            arrival = mail_named(desk, receipt)
            operate.undo(desk, arrival, request.form.get("seen", ""), who_acts(request.form, "画面の「取り消す」による"))
        return redirect(f"/mail/{arrival.receipt}", 303)

    def _erase(self, desk: Desk, arrival: Arrival, form: Mapping[str, str]) -> ResponseReturnValue:
        """What cannot be undone wants the receipt number typed."""
        who = who_acts(form)
        if typed.folded(form.get("typed", "")).upper() != arrival.receipt:
            raise Refused(f"消去は取り消せません。確かめのため、受付番号（{arrival.receipt}）を入力してください。")
        sure = Consent(_seen(form), yes=True)
        operate.carry_out(desk, arrival, lambda: operate.take_out(desk, arrival, who), sure)
        erasure.wipe(desk.ledger)
        return redirect(f"/mail/{arrival.receipt}", 303)


def _seen(form: Mapping[str, str]) -> str:
    """The token of what the form's maker saw; one that is no mail's where the form brings none."""
    return form.get("seen") or _UNSEEN


def _wish(desk: Desk, action: str, form: Mapping[str, str]) -> Wish:
    """What was chosen and typed in a form. Raises Refused; ends with 403 for a whole domain, which is an
    administrator's to believe."""
    if form.get("domain") == "yes" and not person().is_admin:
        abort(403)
    at = form.get("received", "").strip()
    return Wish(
        action,
        value=_value(desk, action, form),
        program=form.get("program", "") if action == "assign" else "",
        domain=form.get("domain", "") == "yes",
        amend={key[2:]: value for key, value in form.items() if key.startswith("q:") and value.strip()},
        text=form.get("text", "").replace("\r\n", "\n"),
        to=typed.folded(form.get("to", "")),
        quotes=form.get("quotes") == "yes",
        closes=form.get("closes") == "yes",
        at=past_instant(at, desk.register, desk.clock()) if at and action in DATED else None,
    )


def _value(desk: Desk, action: str, form: Mapping[str, str]) -> str:
    if action == "assign":
        return typed.body(form.get("value", ""), desk.register).lgcode
    return typed.folded(form.get("value", ""))


def _carried(form: Mapping[str, str]) -> dict[str, str]:
    """What a preview hands on to the deed."""
    return {key: value for key, value in form.items() if key not in ("go", "seen", "doubts")}


def _questions(desk: Desk, arrival: Arrival) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """(key, text, choices as (what is entered, what is read)) of the first sheet, for an amendment."""
    return operate.questions_of(desk.ledger, desk.register, arrival)
