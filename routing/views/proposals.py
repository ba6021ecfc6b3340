"""Answers that an official may put into the answer box for whoever asks: from the survey's faq.toml, with its place in the
notice. Proposes only; he reads, changes and sends.
"""

from __future__ import annotations

from config.faq import Faq, fitting
from config.frozen import frozen
from intake.submission import Submission
from routing.office import Office

MOST = 5  # proposals that are offered beside each other


@frozen
class Proposal:
    """One answer: the id and the question of its entry, and the text for the box, with its place in the notice."""

    id: str
    question: str
    text: str


def proposals(office: Office, submission: Submission | None) -> tuple[Proposal, ...]:
    """What fits a mail's subject and text, the likeliest first; nothing where a number may stand in it."""
    if submission is None or submission.alarms:
        return ()
    asked = f"{submission.message.subject}\n{submission.message.body}"
    notice = office.register.survey.phrases.notice
    return tuple(_proposal(entry, notice) for entry in fitting(office.register.survey.faq, asked)[:MOST])


def _proposal(entry: Faq, notice: str) -> Proposal:
    text = entry.answer.strip("\n")
    return Proposal(entry.id, entry.question, f"{text}\n（{notice}の{entry.place}）" if entry.place else text)
