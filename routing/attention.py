"""What a mail that a rule holds needs from people: one row for each rule of mails, wherever it matters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from config.frozen import frozen

if TYPE_CHECKING:  # a command that only reads a rule needs no reports
    from replies.reports.data import Queue


@frozen
class Attention:
    """What sets a rule apart from one that holds a submission for a decision; whoever needs to know it, SQL included,
    asks here."""

    queue: Queue = "submission"
    words: bool = False  # a person reads them: what they say goes with the rule, and an answer in his mail program ends it
    seen: bool = False  # it waits until an official has seen it: nothing is left to decide
    form_wanted: bool = False  # it waits for the form itself; nothing is asked of its body automatically meanwhile
    again: bool = False  # it came in vain after a request; on the last day somebody telephones


_SUBMISSION = Attention()
ATTENTION: Mapping[str, Attention] = MappingProxyType({
    "reply": Attention("reply", words=True, seen=True),
    "inquiry": Attention("inquiry", words=True, seen=True, form_wanted=True),
    "no_file_again": Attention("inquiry", words=True, seen=True, form_wanted=True, again=True),
    "no_form_again": Attention("inquiry", words=True, seen=True, form_wanted=True, again=True),
    "perhaps_foreign": Attention("inquiry", words=True, seen=True),
    "scan_awaited": Attention(seen=True),
    "material": Attention(seen=True),
    "password_told": Attention("reply"),
    "password_alone": Attention("reply"),
    "personal_data": Attention("alarm"),
    "poison": Attention("alarm"),
})  # fmt: skip
# What a reply may say without anybody having to read it soon, and without putting off what is asked of its body: who
# withdraws a paper owes it again.
_IDLE = frozenset({"other", "absence", "received", "opened", "thanks", "last_day"})
_PUTS_NOTHING_OFF = _IDLE | {"withdrawn"}


def attention(rule: str) -> Attention:
    """The row of a rule."""
    return ATTENTION.get(rule, _SUBMISSION)


def queue_of(rule: str, says: Collection[str] = ()) -> Queue:
    """The queue in which a mail waits that this rule holds; `says`: what its words say. Words are for one queue,
    wherever they came from; on the last day, a sender who has been asked for his file and sends none is called at
    once."""
    needs = attention(rule)
    if needs.again and "last_day" in says:
        return "alarm"
    if rule == "reply" and set(says) - _IDLE:
        return "inquiry"
    return needs.queue


def puts_off(rule: str, says: Collection[str]) -> bool:
    """Whether nothing is asked automatically of the body of such a mail until an official has seen it."""
    return attention(rule).form_wanted or (rule == "reply" and bool(set(says) - _PUTS_NOTHING_OFF))


def sql_list(trait: Callable[[Attention], bool], *more: str) -> str:
    """The names of the rules that have a trait, and of more, as SQL's IN wants them."""
    names = [*more, *(rule for rule, needs in ATTENTION.items() if trait(needs))]
    return "({})".format(", ".join(f"'{name}'" for name in names))
