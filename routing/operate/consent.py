"""A person's decision as a whole: made on what he saw, told with its effect, and asked twice where it takes something
away that he may not have in mind.

What wants a second thought is found by trying: the decision is made in a transaction, its effect is looked at, and
without a yes all of it is undone. So what is told beforehand is what will happen.
"""

from __future__ import annotations

from collections.abc import Callable

from config.frozen import frozen
from config.obligations import Obligation
from config.shared_domains import shared
from replies.states import State
from routing.clock import stamp
from routing.journey.desk import Desk
from routing.journey.judge import Settled
from routing.ledger import approvals, bookings, last_decision, verdicts
from routing.ledger.books import books_of, deadlines_at
from routing.ledger.last_decision import LastWord
from routing.operate import effect
from routing.records import Arrival, Note
from routing.standing import Booking, standing_of
from routing.tracking.instant import standing_of_body
from routing.who import Refused, Who


class AskedTwice(Refused):
    """What was asked for is done only with a yes; the text says what would happen."""


class ChangedSince(Refused):
    """The item is not any more what the official saw; the text says who changed it (`by`, empty: nobody can tell), and
    when."""

    def __init__(self, said: str, by: str = "") -> None:
        super().__init__(said)
        self.by = by


@frozen
class Consent:
    """What a person's decision rests on: `seen`, the token that was shown with what he saw (empty: not told); `yes`,
    whether he has thought twice, about which words (`shown`; empty: about whatever it is)."""

    seen: str = ""
    yes: bool = False
    shown: str = ""

    def covers(self, doubts: str) -> bool:
        """Whether it is a yes to these words."""
        return self.yes and self.shown in ("", doubts)


SURE = Consent(yes=True)


@frozen
class Done:
    """A decision that was carried out. `before`: who had the last word until now; `effects` and `beside`: what it
    changed, and what people should know with it, in sentences."""

    settled: Settled | None
    before: LastWord | None
    effects: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def carry_out(
    desk: Desk, arrival: Arrival, act: Callable[[], Settled | None], consent: Consent, whole_domain: str = ""
) -> Done:
    """Carry out an official's decision about a mail in one transaction. `whole_domain`: the domain that is approved
    with it. Raises ChangedSince, AskedTwice, Refused."""
    with desk.ledger.writing():
        before = _as_seen(desk, arrival, consent)
        earlier = bookings.of_arrival(desk.ledger, arrival.id)
        rule = verdicts.rule_of(desk.ledger, arrival.id)
        settled = act()
        found = effect.effects(desk.ledger, desk.register, arrival.id, earlier, desk.clock())
        told, doubts = effect.sentences(found, desk.register), effect.falling(found, desk.register)
        ignored = settled is not None and settled.decided.outcome == "ignored"
        if ignored and rule == "withdrawal" and settled is not None:
            told, doubts = _withdrawal(desk, settled)
        doubts += _shared_domain(whole_domain)
        if doubts and not consent.covers("\n".join(doubts)):
            raise AskedTwice("\n".join(doubts))
        return Done(settled, before, tuple(told), tuple(_still_approved(desk, arrival)) if ignored else ())


def _as_seen(desk: Desk, arrival: Arrival, consent: Consent) -> LastWord | None:
    """The last word until now. Raises ChangedSince where the official has not seen it."""
    last = last_decision.last_word(desk.ledger, arrival.id)
    if not consent.seen or consent.seen.strip() == (last.token if last else last_decision.UNDECIDED):
        return last
    by, at = (last.by, last.at) if last else ("uketsuke", None)
    noted = last_decision.noted_by_people(desk.ledger, arrival.id)
    if noted is not None and (at is None or noted[1] >= at):
        by, at = noted
    who = "自動の判定" if by == "uketsuke" else by
    when = f"（{stamp(at)[:19].replace('T', ' ')}）" if at else ""
    raise ChangedSince(f"ご覧になった後に変わっています：{who}{when}。今の判定を確かめて、もう一度判断してください。", by)


def _withdrawal(desk: Desk, settled: Settled) -> tuple[list[str], list[str]]:
    """What still stands of the body that sent a withdrawal which is put aside: it does not withdraw anything then."""
    decided, register, now = settled.decided, desk.register, desk.clock()
    lgcode = decided.identity.submitter or decided.identity.body
    here = [
        s for s in standing_of_body(desk, lgcode, now)
        if register.survey.program(s.obligation.program).mailbox == decided.arrival.mailbox
    ]  # fmt: skip
    if not here:
        return [], []
    books = books_of(desk.ledger, deadlines_at(desk.ledger, register, now), {lgcode}, now)
    told, doubts = [], []
    for s in here:
        name = effect.answer(register, lgcode, s.obligation.program)
        told.append(f"{name}：{effect.changed(s.state, s.state)}")
        accepted = books.part("own", lgcode, s.obligation.program).accepted
        if accepted is not None:
            doubts.append(
                f"{name}は、{effect.version(accepted)}が受付済みとして残ります。"
                "取り下げるのであれば、その調査票のメールも対象外（ignore）としてください。"
            )
    return told, doubts


def _shared_domain(domain: str) -> list[str]:
    kind = shared(domain.removeprefix("@")) if domain else ""
    return [f"{domain} は、{_SHARED[kind]}"] if kind else []


_SHARED = {
    "provider": "だれでも使えるメールアドレスのドメインです。承認すると、この会社の利用者全てを受け付けます。",
    "category": "多くの団体に共通のドメインです。承認すると、その全てを受け付けることになりかねません。",
}


def _still_approved(desk: Desk, arrival: Arrival) -> list[str]:
    """Approvals of the sender of a mail that is put aside: they let his next mail in."""
    submission = verdicts.submission_of(desk.ledger, arrival.id)
    sender = submission.message.sender if submission else None
    names = approvals.in_force(desk.ledger, sender.address) if sender else []
    return [f"差出人の承認（{name}）は残っています。要らなければ取り消してください（revoke-approval）。" for name in names]


def set_applicable(desk: Desk, owed: tuple[str, str], on: bool, who: Who, consent: Consent = SURE) -> Done:
    """Note that a respondent has nothing to answer for a program (該当事務なし; `owed`: lgcode, program), or take
    that back. It hides what was accepted, which wants a yes. Raises AskedTwice, Refused."""
    obligation = desk.register.by_key.get(owed)
    if obligation is None:
        raise Refused(f"{desk.register.full_name(owed[0]) or owed[0]} に {owed[1]} の提出義務はありません。")
    with desk.ledger.writing():
        before, _ = _standing(desk, obligation)
        event = Note("not_applicable", "off" if on else "on", *owed)
        verdicts.note(desk.ledger, event, None, who.pair, desk.clock())
        after, accepted = _standing(desk, obligation)
        name = effect.answer(desk.register, *owed)
        told = f"{name}：{effect.changed(before, after)}"
        if accepted and not on and before != after and not consent.yes:
            newest = max(accepted, key=lambda b: b.received_at)
            more = f"ほか{len(accepted) - 1}件" if len(accepted) > 1 else ""
            raise AskedTwice(f"受付済みの回答（{effect.version(newest)}{more}）が隠れます。{told}。")
    return Done(None, None, (told,))


def _standing(desk: Desk, obligation: Obligation) -> tuple[State, list[Booking]]:
    """The state of an obligation now, and what was accepted for it."""
    lgcode, program = obligation.lgcode, obligation.program
    bodies, now = {lgcode, *obligation.collected}, desk.clock()
    books = books_of(desk.ledger, deadlines_at(desk.ledger, desk.register, now), bodies, now)
    parts = [books.part("own", lgcode, program)]
    parts += [books.part("collected", code, program) for code in obligation.collected]
    return standing_of(obligation, books).state, [p.accepted for p in parts if p.accepted is not None]
