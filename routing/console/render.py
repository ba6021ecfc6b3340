"""The page's templates: every value escaped, and every mark in it that cannot be seen made visible."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from jinja2 import Environment
from markupsafe import Markup, escape

from config.jst import in_jst
from intake.shown import clipped, clipped_name, visible
from replies.templating import environment_of

_DAYS = "月火水木金土日"
_NAME = 120  # characters of a stranger's name for something


def render(template: str, **values: object) -> str:
    """A page, whole."""
    return environment().get_template(f"{template}.j2").render(**values)


@cache
def environment() -> Environment:
    """The templates, compiled once."""
    filters = {
        "time": moment, "clock": clock, "day": day, "name": lambda s: clipped_name(s, _NAME),
        "short": lambda s: clipped(s, _NAME), "as_typed": escape,  # what goes back as it came from its own writer
    }  # fmt: skip
    return environment_of("pages", escaped=True, finalize=_finalize, filters=filters)


def _finalize(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def moment(at: datetime | None) -> str:
    """7/20（木）14:45; empty for None."""
    if at is None:
        return ""
    local = in_jst(at)
    return f"{local.month}/{local.day}（{_DAYS[local.weekday()]}）{local:%H:%M}"


def clock(at: datetime) -> str:
    """14:03:20, to the second."""
    return f"{in_jst(at):%H:%M:%S}"


def day(at: datetime) -> str:
    """7/20（木）."""
    local = in_jst(at)
    return f"{local.month}/{local.day}（{_DAYS[local.weekday()]}）"
