"""What a survey does for senders beside taking in answers: by which words at the beginning of a subject they ask for
it.

A service without words does not exist in that survey, and by default no service has words.
"""

from __future__ import annotations

from typing import Literal

from config.shape import Shape, keys_of

Service = Literal["", "pre_check", "collation"]


class Services(Shape):
    """[services]: the words of each. `pre_check`: a check before anything is handed in; `collation`: a list made of the
    sheets of those whose answers a body collects."""

    pre_check: tuple[str, ...] = ()
    collation: tuple[str, ...] = ()

    def offers(self, kind: str) -> bool:
        """Whether a letter of this kind can ever be due: that of a service without words cannot."""
        return kind not in keys_of(Services) or bool(getattr(self, kind))

    @property
    def by_word(self) -> tuple[tuple[str, Service], ...]:
        """Each word with what it asks for, the longest first."""
        pairs: list[tuple[str, Service]] = [(word, "pre_check") for word in self.pre_check]
        pairs += [(word, "collation") for word in self.collation]
        return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))
