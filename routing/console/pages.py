"""What is looked at: GET only, and nothing is changed by it. Personal data stands in pages, never in their addresses."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date, datetime, timedelta

from flask import Flask, Response, abort, g, redirect, request
from flask.typing import ResponseReturnValue

from config.jst import JST, in_jst
from replies.wording import load_wording
from routing import operate, typed
from routing.console.premises import Premises
from routing.console.render import environment, render
from routing.console.signin import Person
from routing.ledger import arrivals, conditions, correspondence, extensions
from routing.office import Office
from routing.operate.withdrawal import can_be_withdrawn
from routing.records import Arrival
from routing.standing import Standing
from routing.tracking import releasing, sending_holds, troubles, vitals
from routing.tracking.overview import owed_now
from routing.views import search
from routing.views.body import body_view, outcome_said
from routing.views.day import day_view
from routing.views.held import early_rows, grouped, held_rows, held_rows_of
from routing.views.letters import day_letters, letter_rows, refused_letters, whole_letter
from routing.views.mail import mail_view
from routing.views.notices import notices_view, reminder_text
from routing.views.today import today
from routing.who import Refused


def add_pages(site: Flask, premises: Premises) -> None:
    """Register every page."""
    pages = Pages(premises)
    for rule, page in (
        ("/", pages.held), ("/mail/<receipt>", pages.mail), ("/body/<lgcode>", pages.body), ("/today", pages.today),
        ("/owed", pages.owed), ("/letters", pages.letters),
        ("/letter/<int(max=999999999999):id>", pages.letter), ("/notices", pages.notices),
        ("/notices/<mailbox>/<lgcode>", pages.reminder), ("/health", pages.health), ("/style.css", pages.style),
    ):  # fmt: skip
        site.add_url_rule(rule, page.__name__, page, methods=["GET"])
    site.add_url_rule("/search", "search", pages.search, methods=["GET", "POST"])


def person() -> Person:
    """Who is at the page: nobody else comes so far (`site`)."""
    found: Person = g.person
    return found


def page(office: Office, template: str, **values: object) -> str:
    """A page with what stands on every one: who is there, what waits, what is wrong, whether letters leave."""
    wrong = vitals.urgent(office) + troubles.lasting(troubles.view_of(office))
    wrong += [f"{mailbox}：{said}" for mailbox, said in arrivals.unhealthy(office.ledger)]
    return render(
        template,
        person=g.person,
        now=office.clock(),
        survey=office.register.survey,
        mode=office.settings.mode,
        wrong=wrong,
        holds=[(one.number, sending_holds.said(one)) for one in sending_holds.in_force(office)],
        w=load_wording().of(office.register.survey),
        **values,
    )


def mail_named(office: Office, receipt: str) -> Arrival:
    """The mail, where it is this person's to see. Raises Refused, or ends with 404."""
    found = arrivals.find(office.ledger, receipt)
    if found is None:
        abort(404)
    if not person().sees(found.mailbox):
        section = office.register.survey.mailbox(found.mailbox).section
        raise Refused(f"{found.receipt} は{section}のメールです。ご自分の提出先のものだけをご覧いただけます。")
    return found


class Pages:
    """Each page by its name."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def held(self) -> ResponseReturnValue:
        """要確認: what waits for people."""
        mine = person()
        with self._premises.open_office() as office:
            rows = held_rows(office)
            shown = [row for row in rows if mine.sees(row.mailbox)]
            others = Counter(row.mailbox for row in rows if not mine.sees(row.mailbox))
            counts = Counter(row.queue for row in shown)
            early = [row for row in early_rows(office) if mine.sees(row.mailbox)]
            return page(office, "held", groups=grouped(shown), counts=counts, others=others, early=early)

    def mail(self, receipt: str) -> ResponseReturnValue:
        """One mail from end to end, with what can be done about it."""
        with self._premises.open_office() as office:
            arrival = mail_named(office, receipt)
            view = mail_view(office, arrival)
            resting = [x.row for x in view.letters if x.row.waits and x.row.letter.state == "queued"]
            possible = operate.possible(office, arrival)
            undoable = operate.undoable(office, arrival) if person().decides else None
            return page(
                office, "mail", mail=view, possible=possible, resting=resting, undoable=undoable, said=outcome_said,
                waits=held_rows_of(office, arrival),
            )  # fmt: skip

    def body(self, lgcode: str) -> ResponseReturnValue:
        """One body: what it owes, and everything that went in and out."""
        with self._premises.open_office() as office:
            if office.register.body(lgcode) is None:
                abort(404)
            asked_of = [p for p in office.register.survey.programs if p.id in office.register.programs_of(lgcode)]
            paused = lgcode in extensions.paused(office.ledger, office.clock())
            return page(office, "body", body=body_view(office, lgcode, person().sees), asked_of=asked_of, paused=paused)

    def today(self) -> ResponseReturnValue:
        """What waits now, and what came and what left on one day."""
        with self._premises.open_office() as office:
            start = day_named(request.args.get("day", ""), office.clock())
            days = (start - timedelta(days=1), start, start + timedelta(days=1))
            asked = request.args.get("calls") == "yes"
            now = today(office, asked).seen_by(person().sees) if start <= office.clock() < days[2] else None
            shown = day_view(office, start, person().sees)
            return page(office, "today", day=shown, days=days, said=outcome_said, now_view=now, asked=asked)

    def owed(self) -> ResponseReturnValue:
        """Who owes what, of one prefecture or all."""
        prefecture, state = request.args.get("prefecture", ""), request.args.get("state", "")
        with self._premises.open_office() as office:
            register = office.register
            prefectures = register.roster.of_kind("prefecture")
            if prefecture and prefecture not in {p.lgcode[:2] for p in prefectures}:
                abort(404)
            owed = owed_now(office, prefecture)
            counts = Counter((o.standing.obligation.program, _shown_state(o.standing)) for o in owed)
            shown = [o for o in owed if state in ("", _shown_state(o.standing))] if prefecture or state else []
            return page(
                office, "owed", owed=shown, counts=counts, prefectures=prefectures, chosen=(prefecture, state),
                chosen_code=next((p.lgcode for p in prefectures if prefecture and p.lgcode[:2] == prefecture), ""),
                register=register, states=_states(bool(register.survey.open_services.pre_check)),
            )  # fmt: skip

    def letters(self) -> ResponseReturnValue:
        """What waits to be sent, and what became of the last day's letters."""
        with self._premises.open_office() as office:
            now, mine = office.clock(), person()
            waiting = letter_rows(office, correspondence.letters_waiting(office.ledger, mine.user.mailboxes))
            lately = day_letters(office, now - timedelta(days=7), now + timedelta(seconds=1), mine.user.mailboxes)
            again = [x for x in refused_letters(office) if mine.sees(x.letter.mailbox)]
            drafts = [(b, [d for d in b.drafts if mine.sees(d.mailbox)]) for b in releasing.batches(office)]
            return page(
                office, "letters", waiting=waiting, lately=[x for x in lately if not x.waits], drafts=drafts, again=again,
                all_mine=mine.is_admin or not mine.user.mailboxes,
            )  # fmt: skip

    def letter(self, id: int) -> ResponseReturnValue:
        """One letter, whole."""
        with self._premises.open_office() as office:
            found = whole_letter(office, id)
            if found is None or not person().sees(found.row.letter.mailbox):
                abort(404)
            return page(office, "letter", letter=found, withdrawable=can_be_withdrawn(found.row.letter))

    def notices(self) -> ResponseReturnValue:
        """Reminders to come, originals that were asked for, extensions."""
        with self._premises.open_office() as office:
            view = notices_view(office)
            shown = [r for r in view.reminders if person().sees(r.mailbox)]
            return page(office, "notices", view=view, shown=shown)

    def reminder(self, mailbox: str, lgcode: str) -> ResponseReturnValue:
        """One reminder, as it would be written now. Raises Refused where there is nothing to ask."""
        with self._premises.open_office() as office:
            if mailbox not in {m.id for m in office.register.survey.mailboxes} or not person().sees(mailbox):
                abort(404)
            text = reminder_text(office, mailbox, lgcode)
            if text is None:
                raise Refused("今の状況では、この団体へのお願いはありません。")
            return page(office, "reminder", text=text, name=office.register.full_name(lgcode))

    def search(self) -> ResponseReturnValue:
        """A search by number, body, address or words; asked by POST, so that no word stands in an address."""
        words = request.form.get("words", "").strip() if request.method == "POST" else ""
        with self._premises.open_office() as office:
            if found := arrivals.find(office.ledger, words) if words else None:
                return redirect(f"/mail/{found.receipt}", 303)
            if words:
                with suppress(Refused):  # not one body's name or code: then whatever has it in it
                    return redirect(f"/body/{typed.body(words, office.register).lgcode}", 303)
            bodies = search.bodies_named(office.register, words)
            mails = search.mails_saying(office, words, person().user.mailboxes) if words else []
            return page(office, "search", words=words, bodies=bodies, mails=mails, said=outcome_said)

    def health(self) -> ResponseReturnValue:
        """Whether the desk works."""
        with self._premises.open_office() as office:
            unread, waiting = conditions.waiting(office.ledger)
            signs, free = vitals.vitals_of(office), troubles.free_bytes(office.ledger.path) >> 20
            users = office.settings.console.users
            return page(office, "health", unread=unread, waiting=waiting, signs=signs, free=free, users=users)

    def style(self) -> ResponseReturnValue:
        """The style sheet of every page."""
        made = Response(environment().get_template("style.css").render(), mimetype="text/css")
        made.headers["Cache-Control"] = "max-age=600"
        return made


def day_named(text: str, now: datetime) -> datetime:
    """The midnight with which a day begins in Japan; today's where no day is named. Ends with 404."""
    try:
        on = date.fromisoformat(text) if text else in_jst(now).date()
    except ValueError:
        abort(404)
    if not 2000 <= on.year < 3000:  # the days beside it are named as well
        abort(404)
    return datetime(on.year, on.month, on.day, tzinfo=JST)


def _shown_state(standing: Standing) -> str:
    """The state of `_states` as which a row is counted: as it says itself."""
    if standing.checked_only:
        return "checked_only"
    return "unbooked" if standing.unbooked and standing.state == "correction" else standing.state


def _states(checks: bool) -> dict[str, str]:
    """The states that a row can show, with their words, in the order of their columns."""
    wording = load_wording()
    first = {"outstanding": wording.state["outstanding"], "unbooked": wording.state_of("correction", unbooked=True)}
    checked = {"checked_only": wording.screen["checked_only"]} if checks else {}
    return first | checked | wording.state
