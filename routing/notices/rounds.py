"""Rounds of the calendar that write to respondents unasked: the greeting, what is left at a deadline, the thanks.

Each comes once, for every respondent in a transaction of its own, whatever crashes; none catches up what fell due before
its kind was switched on, or once the survey is quiet. Queues mail; sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from config.frozen import frozen
from replies.letter_kinds import NoticeKind
from routing.clock import stamp
from routing.ledger import arrivals, extensions, outbox, verdicts
from routing.ledger.mail_ways import may_fall_due
from routing.ledger.secret import message_ids
from routing.notices import greeting, past_deadline, thanks
from routing.notices.notice import Notice, Outlet, posts
from routing.office import Office
from routing.records import Note

DONE = past_deadline.MAILED
Letters = Callable[[Office, str, datetime], Iterable[tuple[Notice, tuple[str, ...]]]]


@frozen
class Round:
    """A kind of letter and how it comes round. `instants`: when it falls due; `letters`: to one respondent (lgcode), with
    their addresses, as things stand; `of_use`: for how long after its instant; `after_all_mail`: once every mailbox was
    read and all mail decided."""

    kind: NoticeKind
    instants: Callable[[Office], Iterable[datetime]]
    letters: Letters
    of_use: timedelta
    after_all_mail: bool = True


ROUNDS = (
    Round("greeting", greeting.instants, greeting.letters, timedelta(days=7), after_all_mail=False),
    Round("past_deadline", past_deadline.instants, past_deadline.letters, timedelta(days=1)),
    Round("thanks", thanks.instants, thanks.letters, timedelta(days=7)),
)
BY_KIND: Mapping[str, Round] = {each.kind: each for each in ROUNDS}


def due(office: Office) -> Iterator[tuple[Round, datetime]]:
    """The rounds that have come and are not done."""
    now, survey = office.clock(), office.register.survey
    if survey.is_quiet(now):
        return
    for each in ROUNDS:
        for instant in sorted(set(each.instants(office))):
            if (
                instant <= now < instant + each.of_use
                and may_fall_due(office.ledger, survey, each.kind, instant)
                and not extensions.happened(office.ledger, DONE, f"{each.kind} {stamp(instant)}")
            ):
                yield each, instant


def come_round(office: Office, all_read: bool) -> Iterator[str]:
    """Queue what is due; yield a line for people, or an empty one, after each respondent."""
    for each, instant in due(office):
        if each.after_all_mail and (not all_read or arrivals.waiting(office.ledger)):
            continue
        total = 0
        for lgcode in dict.fromkeys(o.lgcode for o in office.register.obligations):
            total += queue(office, each, lgcode, instant)
            yield ""
        verdicts.add_event(
            office.ledger, Note(DONE, f"{each.kind} {stamp(instant)}"), None, ("uketsuke", ""), office.clock()
        )
        yield f"{stamp(instant)} の {each.kind} を送信待ちに置きました（{total}通）"


def queue(office: Office, each: Round, lgcode: str, instant: datetime) -> int:
    """Put one respondent's letters into the outbox, unless they stand there already or an official paused its mail.
    Return how many."""
    with office.ledger.writing():
        now = office.clock()
        if lgcode in extensions.paused(office.ledger, now):
            return 0
        outlet = Outlet(office.register.survey, office.settings, now, message_ids(office.ledger))
        made = [p for notice, to in each.letters(office, lgcode, instant) for p in posts(notice, to, outlet)]
        new = [posted for posted in made if not outbox.has_key(office.ledger, posted.key)]
        for posted in new:
            outbox.queue(office.ledger, posted, None, now)
        return len(new)


def may_go_out(office: Office, outgoing: outbox.Outgoing) -> bool:
    """Whether a letter of a round may still be handed to the server: its reader would be written to now, too."""
    each = BY_KIND[outgoing.kind]
    instant = datetime.fromisoformat(outgoing.key.split("|")[1])
    return any(True for _ in each.letters(office, outgoing.respondent, instant))
