"""Whom an official has us believe: a sender's address or his whole domain, and how that is taken back."""

from __future__ import annotations

from intake.submission import Submission
from routing.decision.identify import identify, know_sender
from routing.decision.override import Override
from routing.journey.desk import Desk
from routing.journey.judge import Settled
from routing.ledger import approvals
from routing.operate.decisions import decide_again, submission_at
from routing.records import Arrival
from routing.register import Register
from routing.who import Refused, Who


def approve_sender(desk: Desk, arrival: Arrival, who: Who, whole_domain: bool = False) -> Settled:
    """Take in mail from this address, or from its whole domain, from now on, this one included; the approval is
    remembered. Raises Refused, and then nothing was recorded."""
    approved = sender_at(desk, arrival, whole_domain)
    whose = _speaks_for(submission_at(desk, arrival), desk.register)
    with desk.ledger.writing():
        approvals.approve(desk.ledger, approved, whose, who.pair, desk.clock())
        return decide_again(desk, arrival, Override(take_in=True, by=who.by, why=who.why))


def _speaks_for(submission: Submission, register: Register) -> str:
    """lgcode of the body for which a mail speaks, by what it brings and its names; empty where it speaks for no body
    or for several: then the approval names no body."""
    sender = know_sender(submission.message.sender, None, (), register.roster)
    found = {identify(submission, f, s, sender, register.roster).submitter for f in submission.files for s in f.sheets}
    found = found or {identify(submission, None, None, sender, register.roster).submitter}
    return found.pop() if len(found) == 1 else ""


def sender_at(desk: Desk, arrival: Arrival, whole_domain: bool = False) -> str:
    """Who sent a mail, as an approval names him. Raises Refused."""
    sender = submission_at(desk, arrival).message.sender
    if sender is None:
        raise Refused("差出人のアドレスがないため、承認できません。")
    return f"@{sender.domain}".lower() if whole_domain else sender.address.lower()


def revoke_approval(desk: Desk, named: str, who: Who) -> tuple[str, ...]:
    """Take back the approval of an address or "@domain", from now on; what it let in stays as it was decided. Return
    what people should know beside it, in sentences. Raises Refused."""
    named = named.strip().lower()
    with desk.ledger.writing():
        found = {a.sender: a for a in approvals.approvals(desk.ledger)}.get(named)
        if found is None:
            raise Refused(f"{named} の承認はありません。approvals で確かめてください。")
        if found.revoked:
            raise Refused(f"{named} の承認は、{found.by}が既に取り消しています。")
        approvals.revoke(desk.ledger, named, who.pair, desk.clock())
        return tuple(_beside(desk, named))


def _beside(desk: Desk, named: str) -> list[str]:
    said = [f"{other} の承認は残っています。" for other in approvals.in_force(desk.ledger, named)]
    if receipts := approvals.taken_in_from(desk.ledger, named):
        shown = "、".join(receipts[:10]) + (f" ほか{len(receipts) - 10}通" if len(receipts) > 10 else "")
        said.append(f"この差出人から受け付けたものは、そのままです（取り消すには、それぞれ ignore）：{shown}")
    return said
