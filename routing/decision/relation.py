"""How the two identities of a piece stand to each other: who submits, and whose answer it is. Pure."""

from __future__ import annotations

from routing.records import Identity, Relation
from routing.register import Register


def relation_of(identity: Identity, program: str, assigned: bool, register: Register) -> Relation:
    """How submitter and body stand to each other in an answer to `program` (an id, or empty)."""
    body = register.body(identity.body)
    if body is None:
        return "none"
    submitter = register.body(identity.submitter)
    itself = register.answers_itself(body, program)
    same = submitter is None or submitter == body or assigned
    if same and "sender_domain" in identity.disagree and not assigned:
        return "stranger"
    if same:
        return "own" if itself else "direct"
    if submitter is not None and register.roster.is_above(submitter.lgcode, body.lgcode):
        return "city" if itself else "municipality"
    return "stranger"
