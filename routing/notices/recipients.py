"""Whom to write to: the addresses of one respondent in one mailbox, for mail that answers none.

A mistyped address must not receive a report, and a stranger's even less: only what the contacts file names, or
what handed in with enough proof that it is the body's (`routing/proof.py`). Reads the ledger; writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from config.contacts import Contacts
from config.domains import body_hint, is_local_government
from config.frozen import frozen
from config.kinds.email import EmailKind, addresses_in
from config.settings import Settings
from config.survey import Survey
from routing.ledger import approvals, bookings, letters, unbooked, verdicts
from routing.ledger.store import Ledger
from routing.proof import LEAST, Proof, is_theirs
from routing.register import Register
from routing.standing import HANDED_IN, Booking

SentBy = Mapping[str, Sequence[Booking]]  # by the lgcode of who submitted it
MOST_ADDRESSES = 5  # of one respondent; the newest ones


@frozen
class Correspondence:
    """What a letter that answers no mail is written from; `contacts` is empty where there is no contacts file."""

    ledger: Ledger
    register: Register
    settings: Settings
    contacts: Contacts


def addresses(
    at_hand: Correspondence, sent: Sequence[Booking], lgcode: str, mailbox: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Whom to write to, and which known addresses may not be written to. The contacts file decides where it
    names somebody; else whoever sent this body's answers to this mailbox (`sent`, see `handed_in`), those first
    that a server or our own letter proved; else what its own sheets name."""
    listed = at_hand.contacts.get((lgcode, mailbox), ())
    if listed:
        return _sifted(at_hand, listed, "")
    enough = [b for b in sent if b.proof >= _least(at_hand)]
    strange = tuple(dict.fromkeys(b.sender for b in sent if b.sender and b not in enough))
    by_proof = sorted(enough, key=lambda b: b.proof < LEAST["contact"])  # stable: the newest first in each
    good, refused = _sifted(at_hand, (b.sender for b in by_proof if b.sender), lgcode)
    if not good:
        named = (a for b in enough if b.body == lgcode for a in _on_the_sheet(at_hand, b) if _theirs(at_hand, a, lgcode))
        good, also_refused = _sifted(at_hand, named, lgcode)
        refused = (*refused, *also_refused)
    return good, tuple(a for a in dict.fromkeys((*refused, *strange)) if a not in good)


def _theirs(at_hand: Correspondence, address: str, lgcode: str) -> bool:
    """Whether an address that nobody wrote from is this body's; one at some other local government is not."""

    def vouched(address: str) -> frozenset[str]:
        return letters.vouched(at_hand.ledger, address)

    return is_theirs(address, lgcode, vouched, at_hand.register.roster)


def _least(at_hand: Correspondence) -> Proof:
    """The least proof with which an address is written to."""
    return LEAST["contact"] if at_hand.register.survey.trust.contacts == "checked" else Proof.BODY


def everybody(ledger: Ledger, register: Register, now: datetime) -> SentBy:
    """Every booking, and whoever sent something that could not be booked: he had our answer too."""
    found = defaultdict[str, list[Booking]](list)
    for b in (*bookings.at(ledger, now), *unbooked.senders(unbooked.at(ledger, register, now), register)):
        found[b.submitter].append(b)
    return found


def handed_in(counting: Iterable[Booking], lgcode: str, mailbox: str, survey: Survey) -> list[Booking]:
    """What a respondent handed in to one mailbox, the newest first; not what lacks proof beside an answer that
    stands."""
    found = [
        b
        for b in counting
        if b.submitter == lgcode
        and survey.program(b.program).mailbox == mailbox
        and b.outcome in HANDED_IN
        and b.rule != "double"
    ]
    return sorted(found, key=lambda b: (b.received_at, b.id), reverse=True)


def _sifted(
    at_hand: Correspondence, known: Iterable[str], lgcode: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Addresses, each once, that may be written to, and those that may not."""
    each = {a.lower(): a for a in reversed(tuple(known))}
    ordered = tuple(reversed(each.values()))
    good = tuple(a for a in ordered if _may_receive(at_hand, a, lgcode))
    return good[:MOST_ADDRESSES], tuple(a for a in ordered if a not in good)


def _on_the_sheet(at_hand: Correspondence, booking: Booking) -> tuple[str, ...]:
    """メールアドレス of an answer sheet."""
    submission = verdicts.submission_of(at_hand.ledger, booking.arrival_id)
    sheet = bookings.sheet_of(submission, booking.piece) if submission else None
    if sheet is None:
        return ()
    form = at_hand.register.survey.form(sheet.form, sheet.version)
    return tuple(a for f in form.fields if isinstance(f.kind, EmailKind) for a in addresses_in(sheet.field(f.key)))


def _may_receive(at_hand: Correspondence, address: str, lgcode: str) -> bool:
    """Whether an address is a local government's, is one of a survey's own body, or was approved; a mistyped one must not
    receive a report.
    `lgcode`: an address whose domain is known to be another body's is not this one's; empty: not asked."""
    if approvals.approval(at_hand.ledger, address) is not None:
        return True
    domain = address.rpartition("@")[2].lower()
    hint = body_hint(domain, at_hand.register.roster)
    if lgcode and hint and lgcode not in hint:
        return False
    return bool(hint) or is_local_government(domain) or domain in at_hand.settings.approved_domains
