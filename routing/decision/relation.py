"""How the two identities of a piece stand to each other: who submits, and whose answer it is. Pure."""

from __future__ import annotations

from config.roster import COLLECTED_KINDS
from routing.records import Identity, Relation
from routing.register import Register


def relation_of(identity: Identity, assigned: bool, register: Register) -> Relation:
    """How submitter and body stand to each other."""
    body = register.body(identity.body)
    if body is None:
        return "none"
    submitter = register.body(identity.submitter)
    same = submitter is None or submitter == body or assigned
    if same and "sender_domain" in identity.disagree and not assigned:
        return "stranger"
    if same:
        return "direct" if body.kind in COLLECTED_KINDS else "own"
    if submitter is not None and submitter.kind == "prefecture" and submitter.prefecture == body.prefecture:
        return "municipality" if body.kind in COLLECTED_KINDS else "city"
    return "stranger"
