"""One submission in several mails, （1/3）（2/3）…: what of it has come, and whether the rest is still awaited.

Pure except for the rows handed in. Each part is kept and decided at once; this only says what may already be
called missing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from config.frozen import frozen
from config.spelling import nfkc
from routing.records import PartRow

# What a mark may be made of, wherever it stands: the rest of the subject is what the parts share.
_MARK = re.compile(
    r"その|分割(?:送[付信])?の?|part|no\.?|通目?|件目|回目|全|中の|\bof\b|[\d一二三四五六七八九十/()\[\]【】〔〕<>._\-]",
    re.IGNORECASE,
)
_REPLY = re.compile(r"^(?:(?:re|fw|fwd|返信|転送)\s*:\s*)+", re.IGNORECASE)


@frozen
class MailSet:
    """The set that one mail belongs to, as it stands with this mail. `total` is 0 where nobody said how many;
    `receipts` of all its mails; `form_elsewhere`: another of them brings a form; `over`: its time has passed;
    `newest`: no other part arrived after this one."""

    number: int
    total: int
    received: tuple[int, ...]
    receipts: tuple[str, ...]
    form_elsewhere: bool
    over: bool
    newest: bool

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers that have not come, as far as somebody said how many there are."""
        return tuple(n for n in range(1, self.total + 1) if n not in self.received)

    @property
    def open(self) -> bool:
        """Whether the rest is awaited, so that nothing may be called missing yet."""
        return not self.over and (not self.total or bool(self.missing))


_LONGEST = 500  # characters of a subject that are looked at


def stem(subject: str) -> str:
    """A hash of what the subjects of one set share: the subject without Re: and without the part's number."""
    text = _REPLY.sub("", nfkc(subject[:_LONGEST]).strip())
    shared = "".join(_MARK.sub("", text).split()).lower()
    return hashlib.sha256(shared.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def gather(mine: tuple[int, int, str], others: Sequence[PartRow], arrival_id: int, over: bool) -> MailSet:
    """The set as it stands. `mine`: (number, total, receipt) of this mail."""
    number, total, receipt = mine
    by_number = sorted([(number, receipt), *((o.number, o.receipt) for o in others)])
    return MailSet(
        number=number,
        total=total,
        received=tuple(dict.fromkeys(n for n, _ in by_number)),
        receipts=tuple(r for _, r in by_number),
        form_elsewhere=any(o.has_form for o in others),
        over=over,
        newest=all(o.arrival_id < arrival_id for o in others),
    )
