"""Which kinds of mail go out: one table of the survey, [mails].

"off": it is not written. "draft": it is written, and waits until an official releases it. "send": it leaves by itself.
Kinds that a survey need not know yet are off in one that does not name them. What goes to every body is a draft at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from config.shape import Shape

Way = Literal["off", "draft", "send"]
AtMostDraft = Literal["off", "draft"]


class Mails(Shape):
    """A row for each kind of mail. 【受信】 has three, by its occasion: `arrival` mail that waits for an official,
    `inquiry` words, `password` a file whose password is awaited."""

    acknowledgement: Way = "send"
    correction: Way = "send"
    partial: Way = "send"
    duplicate: Way = "send"
    transfer: Way = "send"
    redirect: Way = "send"
    parts: Way = "send"
    pre_check: Way = "off"
    collation: Way = "off"
    arrival: Way = "off"
    inquiry: Way = "off"
    password: Way = "off"
    reminder: Way = "send"
    report: Way = "send"
    request: Way = "send"
    extension: Way = "send"
    replaced: Way = "draft"
    my_number: AtMostDraft = "draft"
    greeting: AtMostDraft = "off"
    past_deadline: Way = "off"
    told_direct: Way = "off"
    told_body: Way = "off"
    thanks: AtMostDraft = "off"

    def way(self, kind: str) -> Way:
        """How a kind goes out. Letters to our own operators, and what officials write, stand in no table: they are sent."""
        found: Way = getattr(self, kind, "send")
        return found


# Where a survey said it before there was the table: read as the row that it has become.
_BEFORE = {
    ("notice_of_arrival",): "arrival",
    ("inquiry_notice",): "inquiry",
    ("passwords", "notice"): "password",
    ("trust", "replaced"): "replaced",
}


def with_table(data: Mapping[str, Any]) -> dict[str, Any]:
    """The survey's data with the older keys as rows of [mails]; a row that is named counts."""
    made = {key: dict(value) if isinstance(value, Mapping) else value for key, value in data.items()}
    rows = {}
    for (*tables, key), row in _BEFORE.items():
        holder = made.get(tables[0]) if tables else made
        if isinstance(holder, dict) and key in holder:
            said = holder.pop(key)
            rows[row] = {True: "send", False: "off"}.get(said, said) if isinstance(said, bool) else said
    named = made.get("mails", {})
    return made | {"mails": rows | named} if rows and isinstance(named, dict) else made
