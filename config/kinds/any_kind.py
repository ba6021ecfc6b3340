"""Every kind of answer that there is: a new one is a file beside this one, and a name in the union."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from config.kinds.attributes import AttributesKind
from config.kinds.choice import ChoiceKind
from config.kinds.date import DateKind
from config.kinds.email import EmailKind
from config.kinds.kind import Kind
from config.kinds.lines import LinesKind
from config.kinds.marks import MarksKind
from config.kinds.number import NumberKind
from config.kinds.organisation import OrganisationKind
from config.kinds.position import PositionKind
from config.kinds.table import TableKind
from config.kinds.telephone import TelephoneKind
from config.kinds.text import TextKind
from config.kinds.year_month import YearMonthKind
from config.shape import keys_of

AnyKind = (
    AttributesKind
    | ChoiceKind
    | DateKind
    | EmailKind
    | LinesKind
    | MarksKind
    | NumberKind
    | OrganisationKind
    | PositionKind
    | TableKind
    | TelephoneKind
    | TextKind
    | YearMonthKind
)

KINDS: Mapping[str, type[Kind]] = {keys_of(kind)["kind"].default: kind for kind in get_args(AnyKind)}
