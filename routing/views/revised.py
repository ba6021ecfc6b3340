"""What would be decided otherwise today, a row for each piece, as command and page show it."""

from __future__ import annotations

from config.frozen import frozen
from config.survey import Survey
from intake.finding import Finding
from replies.wording import Wording, load_wording
from routing.decision.verdict import sentence_of
from routing.ledger.judged import ChangedDecision, Judged
from routing.register import Register


@frozen
class RevisedRow:
    """One piece: what it is, whose, what was decided and would be, which findings would go and which come."""

    piece: str
    name: str
    before: str
    after: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


def revised_rows(changed: ChangedDecision, register: Register) -> list[RevisedRow]:
    """The pieces of one mail that would be decided otherwise."""
    wording = load_wording().of(register.survey)
    rows = []
    for id, before, after in changed.pieces:
        known = after or before
        rows.append(
            RevisedRow(
                wording.screen["piece_mail"] if id == "0" else id,
                register.full_name(known.whose[0]) if known else "",
                _said(id, before, register.survey),
                _said(id, after, register.survey),
                _found(before, after, wording),
                _found(after, before, wording),
            )
        )
    return rows


def unread_said(changed: ChangedDecision) -> str:
    """Why nobody can tell what would be decided; empty where that is told."""
    return load_wording().screen[f"unread_{changed.unread}"] if changed.unread else ""


def _said(id: str, piece: Judged | None, survey: Survey) -> str:
    """The outcome, and why; a mail's follows from its files."""
    if piece is None:
        return "—"
    wording = load_wording()
    outcome = wording.outcome.get(piece.outcome, wording.screen.get(f"outcome_{piece.outcome}", piece.outcome))
    said_of_files = id == "0" and piece.rules[0] == "otherwise"
    return outcome if said_of_files else f"{outcome}（{sentence_of(piece.rules[0], survey)}）"


def _found(these: Judged | None, others: Judged | None, wording: Wording) -> tuple[str, ...]:
    """What was found in these and not in the others: severity, place and code, sentence."""
    rest = (these.found if these else frozenset()) - (others.found if others else frozenset())
    return tuple(
        f"{wording.screen[f'severity_{severity}']}　{cell}（{code}）　{_sentence(code, wording)}"
        for code, severity, _, cell, _ in sorted(rest)
    )


def _sentence(code: str, wording: Wording) -> str:
    """The sentence of a finding; empty for a code that an older release found."""
    return wording.sentence(Finding(code, "note")) if code in wording.finding else ""
