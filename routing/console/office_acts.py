"""What is done at a body, with letters, and on paper: each calls the function that its command calls."""

from __future__ import annotations

from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue

from routing import operate, typed
from routing.console.pages import mail_named, page, person
from routing.console.premises import Premises
from routing.console.who import own, who_acts
from routing.journey.desk import Desk
from routing.ledger import correspondence
from routing.ledger.holds import Scope
from routing.ledger.sent import find_notice, mark_notice_seen
from routing.operate.notes import note_call
from routing.operate.wishes import past_instant
from routing.operate.withdrawal import withdraw
from routing.records import Arrival
from routing.tracking import releasing, sending_holds
from routing.tracking.extend import pause
from routing.who import Refused


def add_office_acts(site: Flask, premises: Premises) -> None:
    """Register every act."""
    acts = OfficeActs(premises)
    site.add_url_rule("/body/<lgcode>/note", "note", acts.note, methods=["POST"])
    site.add_url_rule("/body/<lgcode>/reminders/<switch>", "reminders", acts.reminders, methods=["POST"])
    site.add_url_rule("/paper", "paper", acts.paper, methods=["GET", "POST"])
    site.add_url_rule("/hold", "hold", acts.hold, methods=["POST"])
    site.add_url_rule("/release/<int(max=999999999999):number>", "release", acts.release, methods=["POST"])
    site.add_url_rule("/resend/<number>", "resend", acts.resend, methods=["POST"])
    site.add_url_rule("/letter/<int(max=999999999999):id>/withdraw", "withdraw", acts.withdraw, methods=["POST"])
    site.add_url_rule("/letters/release", "release_letters", acts.release_letters, methods=["POST"])
    site.add_url_rule("/notice/<number>/seen", "notice_seen", acts.notice_seen, methods=["POST"])


class OfficeActs:
    """Each act by its name."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def note(self, lgcode: str) -> ResponseReturnValue:
        """A note of a call."""
        with self._premises.open_office() as office:
            note_call(office, lgcode, who_acts(request.form))
        return redirect(f"/body/{lgcode}", 303)

    def reminders(self, lgcode: str, switch: str) -> ResponseReturnValue:
        """Stop reminders to a body, or let them go on."""
        if switch not in ("stop", "go"):
            abort(404)
        with self._premises.open_office() as office:
            pause(office, lgcode, switch == "stop", who_acts(request.form))
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
        who = who_acts(form)
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
        """Let letters wait: all, or those of one mailbox."""
        mailbox = request.form.get("mailbox", "")
        own(mailbox)
        with self._premises.open_office() as office:
            sending_holds.hold_sending(office, Scope("", mailbox), who_acts(request.form))
        return redirect("/letters", 303)

    def release(self, number: int) -> ResponseReturnValue:
        """End a hold over sending: its letters leave again."""
        with self._premises.open_office() as office:
            for one in sending_holds.in_force(office):
                if one.number == number:
                    own(one.scope.mailbox)
            sending_holds.release_sending(office, number, who_acts(request.form))
        return redirect("/letters", 303)

    def release_letters(self) -> ResponseReturnValue:
        """Let all letters of one kind leave that wait for an official's word: as many as he saw."""
        own("")
        count = typed.folded(request.form.get("count", ""))
        number = int(count) if count.isdecimal() and len(count) < 10 else -1  # longer ones are no number to Python
        with self._premises.open_office() as office:
            releasing.release(office, request.form.get("kind", ""), number, who_acts(request.form))
        return redirect("/letters", 303)

    def resend(self, number: str) -> ResponseReturnValue:
        """Put a letter that was refused back into the queue."""
        with self._premises.open_desk() as desk:
            notice = find_notice(desk.ledger, number)
            found = correspondence.letter(desk.ledger, notice.id) if notice else None
            own(found[0].mailbox if found else mail_named(desk, number).mailbox)
            operate.resend(desk, number, who_acts(request.form))
        return redirect("/letters", 303)

    def withdraw(self, id: int) -> ResponseReturnValue:
        """Keep a letter that waits from leaving."""
        with self._premises.open_office() as office:
            found = correspondence.letter(office.ledger, id)
            if found is None:
                abort(404)
            own(found[0].mailbox)
            withdraw(office, id, who_acts(request.form))
        return redirect(f"/letter/{id}", 303)

    def notice_seen(self, number: str) -> ResponseReturnValue:
        """Take a letter of ours that did not reach its reader off the list."""
        with self._premises.open_office() as office:
            notice = find_notice(office.ledger, number)
            if notice is None:
                abort(404)
            found = correspondence.letter(office.ledger, notice.id)
            own(found[0].mailbox if found else "")
            mark_notice_seen(office.ledger, notice, who_acts(request.form).pair, office.clock())
        return redirect("/", 303)
