"""What is done at the page: choose, see what it would do, do it. Each calls the function that its command calls.

A form carries what its maker saw (`seen`) and what wanted a second thought (`doubts`); whoever decides on an old sight
is refused, and gets the page anew with what he had typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Flask, abort, g, redirect, request
from flask.typing import ResponseReturnValue

from config.jst import in_jst
from routing import operate, typed
from routing.console.pages import mail_named, page, person
from routing.console.premises import Premises
from routing.journey.desk import Desk
from routing.ledger import correspondence
from routing.ledger.holds import Scope
from routing.ledger.last_decision import last_word
from routing.ledger.sent import find_notice, mark_notice_seen
from routing.notices import my_number
from routing.notices.extension_notice import place_of, queue_notices, take_back_earlier
from routing.operate import Changed, Consent, Preview, Wish
from routing.operate.notes import note_call
from routing.operate.wishes import ACTIONS, DATED, past_instant
from routing.records import Arrival
from routing.register import Register
from routing.tracking import sending_holds
from routing.tracking.extend import Target, extend, pause
from routing.views.letters import letter_of
from routing.views.mail import mail_view
from routing.who import Refused, Who

ERASE = "erase"


def add_acts(site: Flask, premises: Premises) -> None:
    """Registers every act."""
    acts = Acts(premises)
    site.add_url_rule("/mail/<receipt>/<action>", "act", acts.mail, methods=["GET", "POST"])
    site.add_url_rule("/body/<lgcode>/<program>/<switch>", "applicable", acts.applicable, methods=["POST"])
    site.add_url_rule("/body/<lgcode>/note", "note", acts.note, methods=["POST"])
    site.add_url_rule("/body/<lgcode>/reminders/<switch>", "reminders", acts.reminders, methods=["POST"])
    site.add_url_rule("/body/<lgcode>/extend", "extend", acts.extend, methods=["POST"])
    site.add_url_rule("/paper", "paper", acts.paper, methods=["GET", "POST"])
    site.add_url_rule("/hold", "hold", acts.hold, methods=["POST"])
    site.add_url_rule("/release/<int:number>", "release", acts.release, methods=["POST"])
    site.add_url_rule("/resend/<number>", "resend", acts.resend, methods=["POST"])
    site.add_url_rule("/notice/<number>/seen", "notice_seen", acts.notice_seen, methods=["POST"])


def _who(form: Mapping[str, str]) -> Who:
    """The official by the name under which he signed in, and the reason that he typed. Raises Refused; ends with 403
    where he may not decide."""
    if not person().decides:
        abort(403)
    why = form.get("why", "").strip()
    if not why:
        raise Refused("理由を書いてください。台帳に残り、後から見る方の手掛かりになります。")
    return Who(person().user.name, why)


def _own(mailbox: str) -> None:
    """Ends with 403 where a mailbox is not this person's; an empty one means all, which only who has all may act on."""
    mine = person()
    if not (mine.sees(mailbox) if mailbox else mine.is_admin or not mine.user.mailboxes):
        abort(403)


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
            form, step = request.form.to_dict(), request.form.get("go", "preview")
            g.act = f"{action} {step}"
            try:
                if action == ERASE:
                    return self._erase(desk, arrival, form)
                return self._decide(desk, arrival, action, form) if step == "do" else self._try(desk, arrival, action, form)
            except Changed as changed:
                return self._form(desk, arrival, action, form, str(changed)), 409
            except Refused as refused:
                return self._form(desk, arrival, action, form, str(refused)), 400

    def _form(  # noqa: PLR0913 - the three faces of one page
        self, desk: Desk, arrival: Arrival, action: str, form: Mapping[str, str], refused: str, told: Preview | None = None
    ) -> str:
        last = last_word(desk.ledger, arrival.id)
        why_not = next(p.why_not for p in operate.possible(desk.ledger, arrival) if p.action == action)
        letters = [letter_of(desk, *found) for found in told.letters] if told else []
        view = mail_view(desk, arrival)
        seen = form.get("seen", "") if told else last.token if last else ""
        return page(
            desk, "act", mail=view, action=action, form=form, refused=refused, told=told, letters=letters, seen=seen,
            why_not=why_not, questions=_questions(desk, arrival), undo_seconds=desk.settings.console.undo_seconds,
            dated=action in DATED, programs=desk.register.survey.programs, carried=_carried(form),
        )  # fmt: skip

    def _try(self, desk: Desk, arrival: Arrival, action: str, form: Mapping[str, str]) -> str:
        who, wish = _who(form), _wish(desk, action, form)
        told = operate.preview(desk, arrival, wish, who, form.get("seen", ""))
        return self._form(desk, arrival, action, form, "", told)

    def _decide(self, desk: Desk, arrival: Arrival, action: str, form: Mapping[str, str]) -> ResponseReturnValue:
        who, wish = _who(form), _wish(desk, action, form)
        doubts = form.get("doubts", "").replace("\r\n", "\n")
        consent = Consent(form.get("seen", ""), yes=bool(doubts), shown=doubts)
        until = desk.clock() + timedelta(seconds=desk.settings.console.undo_seconds)
        operate.fulfil_later(desk, arrival, wish, who, consent, until)
        if action == "my-number":
            my_number.write_draft(desk, arrival)
        return redirect(f"/mail/{arrival.receipt}", 303)

    def _erase(self, desk: Desk, arrival: Arrival, form: Mapping[str, str]) -> ResponseReturnValue:
        """What cannot be undone wants the receipt number typed."""
        who = _who(form)
        if typed.folded(form.get("typed", "")).upper() != arrival.receipt:
            raise Refused(f"消去は取り消せません。確かめのため、受付番号（{arrival.receipt}）を入力してください。")
        operate.erase(desk, arrival, who)
        return redirect(f"/mail/{arrival.receipt}", 303)

    def applicable(self, lgcode: str, program: str, switch: str) -> ResponseReturnValue:
        """該当事務なし, and back."""
        if switch not in ("on", "off"):
            abort(404)
        consent = Consent(yes=request.form.get("sure") == "yes")
        _own(_mailbox_of(self._premises.register, program))
        with self._premises.open_desk() as desk:
            operate.set_applicable(desk, (lgcode, program), switch == "off", _who(request.form), consent)
        return redirect(f"/body/{lgcode}", 303)

    def note(self, lgcode: str) -> ResponseReturnValue:
        """A note of a call."""
        with self._premises.open_office() as office:
            note_call(office, lgcode, _who(request.form))
        return redirect(f"/body/{lgcode}", 303)

    def reminders(self, lgcode: str, switch: str) -> ResponseReturnValue:
        """Stops reminders to a body, or lets them go on."""
        if switch not in ("stop", "go"):
            abort(404)
        with self._premises.open_office() as office:
            pause(office, lgcode, switch == "stop", _who(request.form))
        return redirect(f"/body/{lgcode}", 303)

    def extend(self, lgcode: str) -> ResponseReturnValue:
        """A later deadline for one body; its notice is written on request, and waits to leave like every letter."""
        with self._premises.open_office() as office:
            who, register = _who(request.form), office.register
            hour = in_jst(register.survey.deadline).time()
            target = Target(lgcode, request.form.get("program", ""))
            _own(_mailbox_of(register, target.program))
            with office.ledger.writing():
                extend(office, target, typed.instant(request.form.get("until", ""), register, hour), who)
                take_back_earlier(office, target, office.settings.ledger.parent / "延長のお知らせ")
                if request.form.get("notify") == "yes":
                    queue_notices(office, place_of(office, target), who)
        return redirect(f"/body/{lgcode}", 303)

    def paper(self) -> ResponseReturnValue:
        """What came by post or by hand, recorded with the file that was made of it."""
        if not person().decides:
            abort(403)
        with self._premises.open_desk() as desk:
            if request.method == "GET":
                return page(desk, "paper", form={}, refused="")
            try:
                arrival = self._record(desk)
            except Refused as refused:
                return page(desk, "paper", form=request.form, refused=str(refused)), 400
        return redirect(f"/mail/{arrival.receipt}", 303)

    def _record(self, desk: Desk) -> Arrival:
        form, file = request.form, request.files.get("file")
        who = _who(form)
        mailbox = form.get("mailbox", "")
        if file is None or not file.filename:
            raise Refused("調査票のファイルを選んでください。")
        if mailbox not in {m.id for m in desk.register.survey.mailboxes} or not person().sees(mailbox):
            raise Refused("提出先を選んでください。")
        at = past_instant(form.get("received", ""), desk.register, desk.clock())
        lgcode = typed.body(form.get("body", ""), desk.register).lgcode
        sheet = operate.Paper(file.filename, file.read(), mailbox, lgcode, at, form.get("differs") == "yes")
        return operate.add(desk, sheet, who).decided.arrival

    def hold(self) -> ResponseReturnValue:
        """Lets letters wait: all, or those of one mailbox."""
        mailbox = request.form.get("mailbox", "")
        _own(mailbox)
        with self._premises.open_office() as office:
            sending_holds.hold_sending(office, Scope("", mailbox), _who(request.form))
        return redirect("/letters", 303)

    def release(self, number: int) -> ResponseReturnValue:
        """Lets them leave again."""
        with self._premises.open_office() as office:
            for one in sending_holds.standing(office):
                if one.number == number:
                    _own(one.scope.mailbox)
            sending_holds.release_sending(office, number, _who(request.form))
        return redirect("/letters", 303)

    def resend(self, number: str) -> ResponseReturnValue:
        """Puts a letter that was refused back into the queue."""
        with self._premises.open_desk() as desk:
            notice = find_notice(desk.ledger, number)
            found = correspondence.letter(desk.ledger, notice.id) if notice else None
            _own(found[0].mailbox if found else mail_named(desk, number).mailbox)
            operate.resend(desk, number, _who(request.form))
        return redirect("/letters", 303)

    def notice_seen(self, number: str) -> ResponseReturnValue:
        """Takes a letter of ours that did not reach its reader off the list."""
        with self._premises.open_office() as office:
            notice = find_notice(office.ledger, number)
            if notice is None:
                abort(404)
            found = correspondence.letter(office.ledger, notice.id)
            _own(found[0].mailbox if found else "")
            mark_notice_seen(office.ledger, notice, _who(request.form).pair, office.clock())
        return redirect("/", 303)


def _mailbox_of(register: Register, program: str) -> str:
    """To which a program's answers go; empty for all programs. Raises Refused."""
    if not program:
        return ""
    return register.survey.program(typed.program(program, register)).mailbox


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
