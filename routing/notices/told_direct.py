"""A municipality's direct mail told to its prefecture, once an official chose so. Once for each mail and prefecture.

Says when the mail came, of what, and what we did; nothing of what it holds. Sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from replies.letters.told_direct import ToldDirect, render_told_direct
from replies.wording import load_wording
from routing.ledger import correspondence, outbox, verdicts
from routing.ledger.free_keys import free_key
from routing.ledger.secret import message_ids
from routing.notices.groups import groups
from routing.notices.notice import Notice, Outlet, posts, refuse_if_off
from routing.office import Office
from routing.records import Arrival, FinishedReply, Note
from routing.who import Refused, Who

_LEFT = frozenset({"sent", "sent_by_hand"})


def letters(office: Office, arrival: Arrival) -> tuple[FinishedReply, ...]:
    """The letters about one mail, by the newest decision about it. Raises Refused where it brings nothing of a
    municipality that sent it itself, or its prefecture's address is not known."""
    refuse_if_off("told_direct", office.register.survey)
    word = office.register.survey.word
    if not (about := _collected(office, arrival)):
        raise Refused(f"このメールに、{word('member', '市町村')}から直接送付されたものはありません。")
    outlet = Outlet(office.register.survey, office.settings, office.clock(), message_ids(office.ledger))
    made = [p for notice, to in _notices(office, arrival, about) for p in posts(notice, to, outlet)]
    if not made:
        raise Refused(f"{word('collector', '都道府県')}のアドレスが分かりません。電話でお伝えください。")
    return tuple(made)


def queue(office: Office, arrival: Arrival, who: Who) -> int:
    """Put these notices into the outbox, unless they stand there already; return how many are new. Raises Refused,
    and then nothing was recorded."""
    with office.ledger.writing():
        new = [p for p in letters(office, arrival) if not outbox.has_key(office.ledger, p.key)]
        for posted in new:
            outbox.queue(office.ledger, posted, None, office.clock(), about=arrival.id)
        if new:
            verdicts.note(office.ledger, Note("told_direct", str(len(new))), arrival.id, who.pair, office.clock())
        return len(new)


def why_not(office: Office, arrival: Arrival) -> str:
    """Why nothing can be told about this mail; empty where it can."""
    try:
        made = letters(office, arrival)
    except Refused as refused:
        return str(refused)
    return "既にお知らせしています。" if all(outbox.has_key(office.ledger, p.key) for p in made) else ""


def _collected(office: Office, arrival: Arrival) -> dict[tuple[str, str], list[correspondence.DecisionRecord]]:
    """(prefecture, municipality) -> what was decided of what the municipality sent itself."""
    found: dict[tuple[str, str], list[correspondence.DecisionRecord]] = {}
    for said in correspondence.newest_decisions(office.ledger, arrival.id):
        prefecture = office.register.collectors.get((said.body, said.program), "")
        if prefecture and said.body and said.submitter in ("", said.body):
            found.setdefault((prefecture, said.body), []).append(said)
    return found


def _notices(
    office: Office, arrival: Arrival, about: dict[tuple[str, str], list[correspondence.DecisionRecord]]
) -> Iterator[tuple[Notice, tuple[str, ...]]]:
    register, survey = office.register, office.register.survey
    mailbox = survey.mailbox(arrival.mailbox)
    for (prefecture, body), decided in about.items():
        programs = [p for p in survey.programs if p.id in {d.program for d in decided}]
        letter = ToldDirect(
            mailbox=mailbox,
            extensions=tuple((p.name, p.extension) for p in survey.programs if p.mailbox == mailbox.id),
            addressee=register.full_name(prefecture),
            body=register.full_name(body),
            programs=tuple(p.name for p in programs),
            receipt=arrival.receipt,
            received_at=arrival.received_at,
            taken=all(d.outcome == "accepted" for d in decided),
            asked=_asked(office, arrival),
        )
        rendered = render_told_direct(letter, survey, load_wording())
        key = free_key(office.ledger, f"told_direct:{arrival.receipt}:{prefecture}:{body}", asked_for=True)
        number = f"{arrival.receipt}-K{body}"
        notice = Notice("told_direct", key, number, mailbox, prefecture, rendered)
        yield from ((notice, group.addresses) for group in groups(office, prefecture, [mailbox]))


def _asked(office: Office, arrival: Arrival) -> datetime | None:
    """When the municipality was asked to send through its prefecture; None where that letter has not left."""
    sent = [x for x in correspondence.letters_to(office.ledger, arrival.id) if x.kind == "redirect" and x.state in _LEFT]
    return sent[-1].at if sent else None
