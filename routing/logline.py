"""One line per mail that an operator understands: what came, what was decided, what went out.

No personal data: bodies, programs and rules, never a person's address, name or answer.
"""

from __future__ import annotations

from replies.wording import load_wording
from routing.desk import Settled
from routing.verdict import sentence_of


def settled_line(settled: Settled) -> str:
    """受付番号 提出先 種別 団体 判定（理由） 返信."""
    decided = settled.decided
    wording = load_wording()
    kind = wording.mail_kind[decided.submission.kind] if decided.submission else "読み取り不可"
    if decided.pieces:
        what = "、".join(
            f"{p.identity.body or '団体不明'} {p.program or '-'} {wording.outcome[p.decision.outcome]}"
            f"（{sentence_of(p.decision.rule)}）"
            for p in decided.pieces
        )
    else:
        what = sentence_of(decided.mail.rule)
    reply = f"返信 {settled.reply.kind}" if settled.reply else "返信なし"
    return f"{decided.arrival.receipt} {decided.arrival.mailbox} {kind}: {what} / {reply}"


def delivery_line(receipt: str, kind: str, state: str, detail: str) -> str:
    """受付番号 返信の種類 送信の結果."""
    return f"{receipt} 送信 {kind}: {state}" + (f"（{detail}）" if detail and state != "sent" else "")
