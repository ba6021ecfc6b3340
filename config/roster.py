"""団体一覧: the 1,788 bodies, and the look-up of a body by code or by name.

Loading checks every check digit and the counts; a look-up never guesses: what fits several bodies comes
back as ambiguous with all of them, what fits none with near names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from config.survey import BodyKind


@dataclass(frozen=True, slots=True)
class Body:
    """団体: one prefecture or municipality. `lgcode`: 全国地方公共団体コード, six digits with check digit."""

    lgcode: str
    prefecture: str  # 神奈川県
    name: str  # 相模原市; for a prefecture its own name
    kana: str
    county: str  # 郡, or empty
    kind: BodyKind

    @property
    def full_name(self) -> str:
        """With prefecture and without county, as the form wants it: 神奈川県相模原市, 神奈川県."""
        return self.name if self.kind == "prefecture" else self.prefecture + self.name


@dataclass(frozen=True, slots=True)
class Match:
    """The answer to a look-up."""

    status: Literal["found", "ambiguous", "unknown"]
    bodies: tuple[Body, ...]  # found: one; ambiguous: the candidates, by code
    near: tuple[Body, ...] = ()  # unknown: もしかして, the nearest first, at most three
