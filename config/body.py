"""A body of the roster, and the answer to a look-up of one."""

from __future__ import annotations

from typing import Literal, get_args

from config.frozen import frozen
from config.shape import BodyKind, RosterKind


@frozen
class Body:
    """団体: one prefecture or municipality, or a body of a survey's own roster. `lgcode`: 全国地方公共団体コード, six
    digits with check digit, or that roster's code; `parent`: that of the body to which it belongs, where known."""

    lgcode: str
    prefecture: str  # 神奈川県
    name: str  # 相模原市; for a prefecture its own name
    kana: str  # ひらがな
    county: str  # 郡, or empty
    kind: RosterKind
    domains: tuple[str, ...] = ()  # of senders, in lower case, where the survey's own roster names them
    parent: str = ""

    @property
    def local(self) -> bool:
        """Whether it is a local government, not one of a survey's own bodies."""
        return self.kind in get_args(BodyKind)

    @property
    def number(self) -> str:
        """What stands before its name in a list: its code, of a prefecture the two digits."""
        return self.lgcode[:2] if self.kind == "prefecture" else self.lgcode

    @property
    def full_name(self) -> str:
        """The body's name with prefecture and without county, as the form wants it: 神奈川県相模原市, 神奈川県."""
        return self.name if self.name.startswith(self.prefecture) else self.prefecture + self.name


@frozen
class Match:
    """The answer to a look-up."""

    status: Literal["found", "ambiguous", "unknown"]
    bodies: tuple[Body, ...]  # found: one; ambiguous: the candidates, by code
    near: tuple[Body, ...] = ()  # unknown: もしかして, the nearest first, at most three
