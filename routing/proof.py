"""How sure we may be that a mail comes from the body it speaks for, and what it may do by that.

One scale of proof and one table: an action needs at least the proof that stands beside it. The table is read
aloud in `docs/proof.ja.md`. Pure; whether a server's word is to be believed is told in `decision/facts.py`, and
what officials vouched for is looked up by the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from enum import IntEnum
from typing import Literal

from config.domains import body_hint
from config.frozen import frozen
from config.roster import Roster


class Proof(IntEnum):
    """What stands behind a mail that claims to be a body's. The ledger keeps the number with each verdict."""

    NOTHING = 0  # neither a local government's domain nor an address that anybody approved
    GOVERNMENT = 1  # a local government's domain that tells no body, or not this one
    BODY = 2  # From is the body's by its domain, or by the word of an official or the contacts file
    CHECKED = 3  # the same, and a server that we trust checked it, or it answers a letter that only they had
    OFFICIAL = 4  # an official says so


Action = Literal["first", "own_again", "unconfirmed", "other", "contact", "standing"]

LEAST: dict[Action, Proof] = {
    "first": Proof.GOVERNMENT,  # an answer where none stands
    "own_again": Proof.BODY,  # a new version of what this very address sent
    "unconfirmed": Proof.BODY,  # an answer in place of one that nothing but a domain stood behind
    "other": Proof.CHECKED,  # an answer in place of what another address sent
    "contact": Proof.CHECKED,  # reports and reminders to this address (BODY, where the survey allows it)
    "standing": Proof.BODY,  # a reply that tells what the body still owes
}

Vouched = Callable[[str], Collection[str]]  # address -> lgcodes of the bodies for which somebody vouched for it


@frozen
class OurLetter:
    """A letter of ours that a mail answers: to which address it went, and about which (lgcode, program) it was;
    a program left empty means all of that body's."""

    recipient: str
    about: frozenset[tuple[str, str]]

    def concerns(self, lgcode: str, program: str) -> bool:
        """Whether it was about this body's answer to this program."""
        return bool({(lgcode, program), (lgcode, "")} & self.about)


@frozen
class Credentials:
    """What a mail brings to be believed by. `sender`: the address in From, as written, empty if there is none;
    `recognised`: it is a local government's, or approved; `checked`: a trusted server says that From is
    genuine; `letters`: those of ours that it answers, by their Message-IDs; `official`: one stands for it; `shared`:
    From names others beside it, which a server may have been asked about in its stead."""

    sender: str
    recognised: bool
    checked: bool
    letters: tuple[OurLetter, ...]
    vouched: Vouched
    roster: Roster
    official: bool = False
    shared: bool = False

    def proof(self, lgcode: str, program: str) -> Proof:
        """The proof that this mail is the body's (`lgcode`, who submits) on a program ("" = on none)."""
        if self.official:
            return Proof.OFFICIAL
        if not self.recognised:
            return Proof.NOTHING
        if self.bound_by(lgcode, program):
            return Proof.CHECKED
        if not self.theirs(self.sender, lgcode) or (self.shared and not self.checked):
            return Proof.GOVERNMENT
        return Proof.CHECKED if self.checked else Proof.BODY

    def bound_by(self, lgcode: str, program: str) -> tuple[str, ...]:
        """The addresses of the body to which the letters about this went that the mail answers."""
        to = (letter.recipient for letter in self._answered(lgcode, program))
        return tuple(dict.fromkeys(address for address in to if self.theirs(address, lgcode)))

    def in_own_thread(self, lgcode: str, program: str) -> bool:
        """Whether it answers a letter about this that went to this very address: the same person writes again,
        whoever he is."""
        return any(_same(letter.recipient, self.sender) for letter in self._answered(lgcode, program))

    def _answered(self, lgcode: str, program: str) -> Iterable[OurLetter]:
        return (letter for letter in self.letters if letter.concerns(lgcode, program))

    def theirs(self, address: str, lgcode: str) -> bool:
        """Whether an address is this body's."""
        return is_theirs(address, lgcode, self.vouched, self.roster)


def is_theirs(address: str, lgcode: str, vouched: Vouched, roster: Roster) -> bool:
    """Whether an address is this body's by its domain (one that may be several bodies' is each one's), or by
    somebody's word."""
    domain = address.rpartition("@")[2]
    return bool(lgcode) and (lgcode in body_hint(domain, roster) or lgcode in vouched(address.lower()))


def may_replace(proof: Proof, same_address: bool, own_thread: bool, standing: int) -> bool:
    """Whether an answer takes the place of one that stands (accepted with the proof `standing`)."""
    if proof >= LEAST["other"]:
        return True
    if same_address:
        return proof >= LEAST["own_again"] or (own_thread and proof >= LEAST["first"] and standing <= proof)
    return proof >= LEAST["unconfirmed"] and standing < LEAST["unconfirmed"]


def _same(one: str, other: str) -> bool:
    return bool(one) and one.lower() == other.lower()
