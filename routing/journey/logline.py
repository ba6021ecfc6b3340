"""One line per mail that an operator understands: what came, what was decided, what went out.

No personal data: bodies, programs and rules, never a person's address, name or answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import get_args

from config.survey import Survey
from intake.shown import clipped, one_line
from replies.letter_kinds import NoticeKind
from replies.wording import load_wording
from routing.decision.verdict import sentence_of
from routing.journey.dispatch import Delivery
from routing.journey.judge import Settled
from routing.records import Piece
from routing.register import Register

_WORD = re.compile(r"[^\s<>,;:()]+")
_SAID_LIMIT = 500  # characters of a server's words


def settled_line(settled: Settled, register: Register) -> str:
    """受付番号 提出先 種別: 団体 制度等 判定（理由） / 返信."""
    decided = settled.decided
    wording = load_wording().of(register.survey)
    kind = wording.mail_kind[decided.submission.kind] if decided.submission else "読み取り不可"
    what = _pieces(decided.pieces, register) if decided.pieces else sentence_of(decided.mail.rule, register.survey)
    reply = f"返信{wording.subject[settled.reply.kind]}" if settled.reply else "返信なし"
    return f"{decided.arrival.receipt} {decided.arrival.mailbox} {kind}: {what} / {reply}"


def taken_back_lines(settled: Settled | None, survey: Survey) -> list[str]:
    """What a decision did about each letter of the one before it, a line each."""
    wording = load_wording().of(survey)
    return [
        f"先の{wording.subject[letter.kind]}：{wording.screen['taken_back_' + letter.how]}"
        for letter in (settled.taken_back if settled else ())
    ]


def _pieces(pieces: Sequence[Piece], register: Register) -> str:
    """Each piece's body, program and verdict; what several pieces have in common is said once."""
    wording = load_wording()
    said = Counter(
        f"{register.full_name(p.identity.body) or '団体不明'}"
        f" {register.survey.program(p.program).name if p.program else '制度等不明'}"
        f" {wording.outcome[p.decision.outcome]}（{sentence_of(p.decision.rule, register.survey)}）"
        for p in pieces
    )
    return "、".join(f"{words}×{times}" if times > 1 else words for words, times in said.items())


def delivery_line(delivery: Delivery, survey: Survey) -> str:
    """受付番号 返信の種類 送信の結果（サーバーの言葉）."""
    wording = load_wording().of(survey)
    quiet = ("sent", "drafted", "overtaken")  # their detail is an id, for the ledger
    said = "" if delivery.state in quiet else _without_addresses(delivery.detail)
    what = "" if delivery.kind in get_args(NoticeKind) else "返信"
    line = f"{delivery.receipt} {what}{wording.subject[delivery.kind]} {wording.screen['posting_' + delivery.state]}"
    return f"{line}（{said}）" if said else line


def _without_addresses(said: str) -> str:
    """A server's words in one line, without addresses: in their refusals servers quote the recipient."""
    shown = clipped(one_line(said[: 4 * _SAID_LIMIT]), _SAID_LIMIT)
    return _WORD.sub(lambda word: "〈アドレス〉" if "@" in word[0][1:-1] else word[0], shown)


def outcomes(settled: Settled) -> tuple[str, ...]:
    """One word for the outcome of each piece of the mail, for counting."""
    wording, decided = load_wording(), settled.decided
    if not decided.pieces:
        return tuple(wording.outcome[o] for o in (decided.mail.outcome,) if o != "by_file")
    return tuple(wording.outcome[p.decision.outcome] for p in decided.pieces)
