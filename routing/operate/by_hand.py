"""What officials write about one mail: an answer in words, the mail itself to a colleague, the notice to whoever was
replaced, the one to the prefecture of a municipality that wrote directly. Each goes through the outbox as every letter
does; a newer decision about the mail does not take it back.
"""

from __future__ import annotations

from intake.submission import Submission
from replies.letters.compose import is_writable
from routing.journey.desk import Desk
from routing.ledger import letters, outbox, verdicts
from routing.notices import by_hand, replaced, told_direct
from routing.operate.decisions import submission_at
from routing.records import Arrival, Note
from routing.register import Register
from routing.who import Refused, Who

MACHINES = frozenset({"auto_reply", "bounce", "receipt", "list", "own"})
MOST = 20_000  # characters of what is typed


def answer(  # noqa: PLR0913 - the official's whole letter
    desk: Desk, arrival: Arrival, text: str, who: Who, quotes: bool = True, close: bool = True
) -> None:
    """Queue an official's answer to whoever sent a mail; `quotes`: with the mail's text behind it, `close`: nothing
    more is to be done about the mail. Raises Refused."""
    submission = submission_at(desk, arrival)
    if why_not := unanswerable(submission, desk.register):
        raise Refused(why_not)
    with desk.ledger.writing():
        to, quotes = answer_to(submission), quotes and not submission.alarms
        posted = by_hand.answer(desk, arrival, to, _typed(text), quotes)
        outbox.queue(desk.ledger, posted, None, desk.clock(), about=arrival.id)
        verdicts.note(desk.ledger, Note("answered", posted.recipient), arrival.id, who.pair, desk.clock())
        if close:
            verdicts.note(desk.ledger, Note("seen"), arrival.id, who.pair, desk.clock())


def unanswerable(submission: Submission, register: Register) -> str:
    """Why nobody can answer a mail in words; empty where he can."""
    if submission.kind in MACHINES:
        return "自動で送られたメールのため、回答は送れません。"
    to = answer_to(submission)
    if not is_writable(to):
        return "差出人のアドレスがないため、回答は送れません。"
    if to.rpartition("@")[2].lower() in register.own_domains:
        return "省内からのメールのため、回答はメールソフトからお送りください。"
    return ""


def answer_to(submission: Submission) -> str:
    """The address that an answer goes to: Reply-To where it lies in the sender's own domain (anybody may write any
    other), else From."""
    sender, reply_to = submission.message.sender, submission.message.reply_to
    if sender is None:
        return ""
    same = reply_to is not None and reply_to.domain.lower() == sender.domain.lower() and is_writable(reply_to.address)
    return reply_to.address if same and reply_to is not None else sender.address


def forward(desk: Desk, arrival: Arrival, to: str, text: str, who: Who) -> None:
    """Queue a mail, as it came, for a colleague in one of our own domains. Raises Refused."""
    submission, to = submission_at(desk, arrival), to.strip()
    if submission.alarms:
        raise Refused("個人番号か住民の名簿と思われる箇所があるため、転送しません。")
    _colleague(to, desk.register)
    with desk.ledger.writing():
        try:
            posted = by_hand.forward(desk, arrival, to, _typed(text))
        except KeyError:
            raise Refused("原本が台帳にないため（消去済みか、ヘッダーだけの記録です）、転送できません。") from None
        outbox.queue(desk.ledger, posted, None, desk.clock(), about=arrival.id)
        verdicts.note(desk.ledger, Note("forwarded", posted.recipient), arrival.id, who.pair, desk.clock())


def _colleague(to: str, register: Register) -> None:
    """Raise Refused for an address that is no colleague's."""
    if not is_writable(to):
        raise Refused(f"{to}: メールアドレスの形ではありません。半角で入力してください。")
    if to.rpartition("@")[2].lower() not in register.own_domains:
        domains = "、".join(f"@{domain}" for domain in sorted(register.own_domains))
        raise Refused(f"{to}: 省内（{domains}）のアドレスにだけ転送できます。")
    if to.lower() in {m.address.lower() for m in register.survey.mailboxes}:
        raise Refused(f"{to}: 調査の提出先のため、転送しません。担当の職員のアドレスを入力してください。")


def tell_replaced(desk: Desk, arrival: Arrival, who: Who) -> int:
    """Queue the notices to those whose answers a mail replaced; return how many. Raises Refused."""
    with desk.ledger.writing():
        office = replaced.NoticeContext(desk.register, desk.settings, desk.ledger, desk.clock())
        count = replaced.queue(office, arrival, who.pair)
        if not count:
            told = "既にお知らせしています。" if letters.gone_by(desk.ledger, arrival.id) else ""
            raise Refused(told or "このメールで差し替わった回答のうち、お知らせする差出人はありません。")
    return count


def tell_prefecture(desk: Desk, arrival: Arrival, who: Who) -> int:
    """Queue the notices to the prefectures whose municipalities sent this mail themselves; return how many. Raises
    Refused."""
    with desk.ledger.writing():
        count = told_direct.queue(desk, arrival, who)
        if not count:
            raise Refused("既にお知らせしています。")
    return count


def _typed(text: str) -> str:
    """What was typed. Raises Refused where that is nothing, or too much."""
    if not text.strip():
        raise Refused("本文を入力してください。")
    if len(text) > MOST:
        raise Refused(f"本文が長すぎます（{len(text):,}字）。{MOST:,}字までにしてください。")
    return text
