"""Letters of a respondent that several mailboxes write to: whoever is known in several gets one.

Reads the ledger; writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.frozen import frozen
from config.survey import Mailbox
from routing.ledger import bookings, unbooked
from routing.notices.recipients import addresses, handed_in
from routing.notices.reminding import at_hand
from routing.office import Office
from routing.standing import Booking


@frozen
class Group:
    """Addresses that are known in the same mailboxes; the first of these writes."""

    mailboxes: tuple[Mailbox, ...]
    addresses: tuple[str, ...]

    @property
    def ids(self) -> str:
        """The ids of the group's mailboxes, for a key."""
        return "+".join(m.id for m in self.mailboxes)


def whole_history(office: Office, lgcode: str) -> tuple[Booking, ...]:
    """Everything that was booked of a respondent and of whom it collects, what it sent for others, and whoever sent what
    could not be booked."""
    ledger, register = office.ledger, office.register
    theirs = dict.fromkeys((lgcode, *(code for o in register.owed_by(lgcode) for code in o.collected)))
    arrived = unbooked.of(ledger, register, theirs, office.clock())
    booked = {b.id: b for b in (*bookings.whole_of(ledger, theirs), *bookings.sent_by(ledger, lgcode))}
    return (*booked.values(), *unbooked.senders(arrived, register))


def groups(office: Office, lgcode: str, mailboxes: Sequence[Mailbox]) -> tuple[Group, ...]:
    """Whom to write to in these mailboxes, each address in one group."""
    survey, correspondence = office.register.survey, at_hand(office)
    sent = whole_history(office, lgcode)
    known: dict[str, list[Mailbox]] = {}
    written: dict[str, str] = {}
    for mailbox in mailboxes:
        found, _ = addresses(correspondence, handed_in(sent, lgcode, mailbox.id, survey), lgcode, mailbox.id)
        for address in found:
            known.setdefault(address.lower(), []).append(mailbox)
            written.setdefault(address.lower(), address)
    together = dict.fromkeys(tuple(found) for found in known.values())
    return tuple(
        Group(found, tuple(written[a] for a, theirs in known.items() if tuple(theirs) == found)) for found in together
    )
