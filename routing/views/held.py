"""What waits for people, a row each, the most urgent first: why it waits, how it begins, what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from config.frozen import frozen
from config.patterns import pattern
from intake.shown import clipped, one_line
from replies.wording import load_wording
from routing.attention import attention
from routing.clock import stamp
from routing.decision.verdict import sentence_of
from routing.ledger import correspondence, early, foreign, held_queue
from routing.ledger.held_queue import Held
from routing.ledger.last_decision import last_word
from routing.office import Office
from routing.records import Arrival
from routing.standing import Standing
from routing.tracking.instant import standing_of_body

GROUPED_FROM = 10  # items of one sender, held for one reason, that are one line for people
AGAIN_FROM = 2  # of those that say nothing new
_NOTHING_NEW = frozenset({"absence", "received", "opened", "thanks", "language"})
FIRST_LINE = 80  # characters of it
QUEUES = ("alarm", "outbox", "submission", "inquiry", "reply")  # the most urgent first
_NUMBERS = pattern(r"[0-9A-Z-]{4,}|[0-9]+")  # of letters and tickets, in a subject
# What a mail that waits for one of these reasons says is not shown: only where it says it.
UNSHOWN = frozenset({"personal_data", "my_number", "text_unsearched", "missing"})


@frozen
class HeldRow:
    """One item. `id` is None for what is no mail in the ledger; `token` of what was decided last; `standing`: what the
    body owes, as (program, state), where the item is a question; `minutes` that it has waited; `first_line` of the
    mail, empty where it is not to be shown."""

    id: int | None
    token: str | None
    receipt: str
    piece: str
    mailbox: str
    queue: str
    queue_name: str
    reason: str
    why: str
    lgcode: str
    name: str
    program: str
    program_name: str
    sender: str
    subject: str
    received_at: datetime
    minutes: int
    standing: tuple[tuple[str, str], ...]
    standing_text: str
    first_line: str
    next_step: str
    says: tuple[str, ...] = ()  # what the words of a mail without a file say (wording.toml [says])

    @property
    def age(self) -> str:
        """1日2時間3分."""
        return f"{self.minutes // 1440}日{self.minutes % 1440 // 60}時間{self.minutes % 60}分"

    def as_dict(self) -> dict[str, Any]:
        """The item as an object, for programs."""
        return {
            "standing": [{"program": program, "state": state} for program, state in self.standing],
            "standing_text": self.standing_text,
            "id": self.id,
            "seen": self.token,
            "receipt": self.receipt,
            "piece": self.piece,
            "mailbox": self.mailbox,
            "queue": self.queue,
            "queue_name": self.queue_name,
            "reason": self.reason,
            "why": self.why,
            "first_line": self.first_line,
            "next_step": self.next_step,
            "says": list(self.says),
            "lgcode": self.lgcode,
            "name": self.name,
            "program": self.program,
            "program_name": self.program_name,
            "sender": self.sender,
            "subject": self.subject,
            "received_at": stamp(self.received_at),
            "age_minutes": self.minutes,
            "age": self.age,
        }


@frozen
class HeldGroup:
    """Rows that are one line for people: what came in numbers from one sender, for one reason; else one row alone."""

    rows: tuple[HeldRow, ...]

    @property
    def first(self) -> HeldRow:
        """The oldest of them."""
        return self.rows[0]

    @property
    def receipt(self) -> str:
        """The receipt number, with how many there are beside it."""
        if len(self.rows) == 1:
            return self.first.receipt
        return load_wording().screen["held_count"].format(receipt=self.first.receipt, others=len(self.rows) - 1)

    @property
    def subject(self) -> str:
        """The subject, with from whom they came."""
        if len(self.rows) == 1:
            return self.first.subject
        senders = {row.sender.lower() for row in self.rows}
        words, domains = load_wording().screen, {sender.rpartition("@")[2] for sender in senders}
        whose = f"@{min(domains)}" if len(domains) == 1 else words["held_senders"].format(number=len(senders))
        whose = self.first.sender if len(senders) == 1 else whose
        return words["held_from"].format(sender=whose, subject=self.first.subject)


def held_rows(office: Office) -> list[HeldRow]:
    """Everything that waits for people now: by urgency, and of one urgency the oldest first."""
    now = office.clock()
    rows = rows_of(held_queue.held(office.ledger, now), now, office)
    order = {queue: place for place, queue in enumerate(QUEUES)}
    return sorted(rows, key=lambda row: (order.get(row.queue, len(QUEUES)), row.received_at))


def held_rows_of(office: Office, arrival: Arrival) -> list[HeldRow]:
    """What one mail waits for now, in the words of the list."""
    now = office.clock()
    waiting = (*held_queue.held_of(office.ledger, arrival.id, now), *early.listed_of(office.ledger, arrival.id, now))
    return rows_of(waiting, now, office)


def early_rows(office: Office) -> list[HeldRow]:
    """The mails from before the first day that nobody has taken up."""
    now = office.clock()
    return rows_of(early.listed(office.ledger, now), now, office)


def foreign_rows(office: Office) -> list[HeldRow]:
    """The mails that are not about this survey, as long as they are kept: in no other list."""
    now = office.clock()
    return rows_of(foreign.listed(office.ledger, now), now, office)


def grouped(rows: Iterable[HeldRow]) -> list[HeldGroup]:
    """These items as people read them: alike ones together, in the same order."""
    alike: dict[tuple[str, ...], list[HeldRow]] = {}
    for row in rows:
        alike.setdefault(_alike(row), []).append(row)
    return [g for group in alike.values() for g in _groups(group)]


def _groups(group: Sequence[HeldRow]) -> list[HeldGroup]:
    said = set(group[0].says) - {"last_day"}
    again = attention(group[0].reason).again or (bool(said) and said <= _NOTHING_NEW)
    together = len(group) >= (AGAIN_FROM if again else GROUPED_FROM)
    return [HeldGroup(tuple(group))] if together else [HeldGroup((row,)) for row in group]


def _alike(row: HeldRow) -> tuple[str, ...]:
    """What is listed together. What a cap holds belongs together by domain: a flood has many addresses; what comes
    without a file again and again, by body; other words by their subject, whoever they come from."""
    whose = sender = row.sender.lower()
    if row.reason == "capped":
        whose = sender.rpartition("@")[2]
    elif attention(row.reason).again:
        whose = row.lgcode or sender
    elif row.says or row.reason in ("reply", "inquiry"):
        whose = "mail " + "".join(_NUMBERS.sub("", row.subject).split()) + " ".join(row.says)
    return (row.queue, row.reason, whose or row.receipt)


def rows_of(items: Iterable[Held], now: datetime, office: Office) -> list[HeldRow]:
    """A row for each; a body's standing is looked up once, however many of them are its."""
    standing_of = cache(lambda lgcode: standing_of_body(office, lgcode, now))
    return [
        _row(item, now, office, standing_of(item.body) if item.queue == "inquiry" else ()) for item in items
    ]


def _row(item: Held, now: datetime, office: Office, beside: Iterable[Standing]) -> HeldRow:
    """One item as it is shown."""
    survey = office.register.survey
    wording = load_wording().of(survey)
    standing = tuple((s.obligation.program, s.state) for s in beside)
    last = last_word(office.ledger, item.id)
    return HeldRow(
        id=item.id or None,
        token=last.token if last else None,
        receipt=item.receipt,
        piece=item.piece,
        mailbox=item.mailbox,
        queue=item.queue,
        queue_name=wording.screen["queue_" + item.queue],
        reason=item.reason,
        why=(wording.screen.get("outbox_" + item.reason) or sentence_of(item.reason, survey)) + _times(item) + _said(item),
        lgcode=item.body,
        name=office.register.full_name(item.body),
        program=item.program,
        program_name=survey.program(item.program).name if item.program else "",
        sender=item.sender,
        subject=item.subject,
        received_at=item.received_at,
        minutes=max(0, int((now - item.received_at).total_seconds() // 60)),  # a rehearsed clock may be earlier
        standing=standing,
        standing_text="、".join(f"{survey.program(p).name}：{wording.state[s]}" for p, s in standing),
        first_line="" if item.reason in UNSHOWN or not item.id else first_line(office, item.id),
        next_step=" ".join(_next_steps(item)) or wording.next_step.get(item.reason, ""),
        says=item.says,
    )


def _said(item: Held) -> str:
    """What the words of a mail without a file say, and that nothing is asked of its body meanwhile."""
    wording = load_wording()
    told = (*item.says, "rests") if item.rests else item.says
    return "".join(f"。{wording.says[reason].partition('。')[0]}" for reason in told)


def _next_steps(item: Held) -> list[str]:
    """What to do about what they say."""
    steps = (load_wording().says[reason].partition("。")[2] for reason in item.says)
    return [f"{step}。" for step in steps if step]


def _times(item: Held) -> str:
    """Both times of a mail of which an official has to say when it was received."""
    if item.reason != "receipt_doubt":
        return ""
    return load_wording().screen["receipt_times"].format(reached=item.detail, received=stamp(item.received_at))


def first_line(office: Office, arrival_id: int) -> str:
    """How a mail begins: the first line of its text, and the second where the first is short; empty where it was not
    read, or a My Number seems to stand in it."""
    lines = [one_line(line).strip() for line in correspondence.beginning(office.ledger, arrival_id).splitlines()]
    shown = [line for line in lines if line and not line.startswith((">", "＞"))]
    return clipped("　".join(shown), FIRST_LINE)
