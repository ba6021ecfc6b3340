"""役職: whether a title is as high as the form asks, by how its words end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from msgspec import field

from config.cache import Same, cache_short
from config.kinds.kind import Around, Examples, Fault, Kind
from config.patterns import pattern
from config.shape import Reasons
from config.spelling import LONGEST, label_key

_SEVERAL_POSTS = pattern(r"[兼\n/／・、,]")
_BRACKETED = pattern(r"[(（\[［].*", re.DOTALL)


class PositionKind(Kind):
    """A title that ends like one of `fitting`, or unlike any of `below`; of two endings the longer one counts."""

    kind: Literal["position"] = "position"
    fitting: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    words: str = field(default="", name="wanted")  # what belongs there, in words for the sender

    def wanted(self) -> str:
        return self.words

    def faults(self, value: str, around: Around) -> Iterator[Fault]:
        if self.is_below(value):
            yield Fault("position_below", self.words)

    def is_below(self, title: str) -> bool:
        """Whether every post that a title names is below those that are wanted; an unknown one says nothing."""
        return _is_below(title, Same(self))

    def is_post_below(self, post: str) -> bool:
        """Whether a post is below those that are wanted: told by the whole post (主幹（課長級）), else by what stands
        before its bracket (係長（総括））."""
        for text in (post, _BRACKETED.sub("", post)):
            key = label_key(text)
            ending = next((ending for known, ending in self._endings if key.endswith(known)), "")
            if ending:
                return ending in self.below
        return False

    @cached_property
    def _endings(self) -> tuple[tuple[str, str], ...]:
        """(label key, ending), the longest first."""
        longest_first = sorted((*self.fitting, *self.below), key=len, reverse=True)
        return tuple((label_key(ending), ending) for ending in longest_first)

    def mistakes(self) -> Reasons:
        for ending in sorted({*self.fitting} & {*self.below}):
            yield "below", f"「{ending}」は fitting にもあります。"

    def examples(self) -> Examples:
        titles = tuple((f"総務{ending}", f"総務{ending}") for ending in self.fitting) or (("課長", "課長"),)
        return Examples(titles, faulty=tuple((f"総務{ending}", "position_below") for ending in self.below))


@cache_short(1024, LONGEST)  # a list says the same hundreds of times
def _is_below(title: str, kind: Same) -> bool:
    posts = [post for post in _SEVERAL_POSTS.split(title) if label_key(post)]
    return bool(posts) and all(kind.it.is_post_below(post) for post in posts)
