"""What every command shares: the installation that its options name, and what people type."""

from __future__ import annotations

from datetime import datetime, time

import click

from config.jst import in_jst
from routing import typed
from routing.installation.opening import Installation
from routing.ledger.arrivals import find
from routing.office import Office
from routing.records import Arrival
from routing.register import Register
from routing.who import Refused

App = Installation  # what click hands to each command


def find_arrival(office: Office, text: str) -> Arrival:
    """The mail that a person named by its number or receipt number. Raises Refused."""
    arrival = find(office.ledger, text)
    if arrival is None:
        raise Refused(f"{text} は台帳にありません。番号は held で確かめてください。")
    return arrival


def deadline_hour(register: Register) -> time:
    """What a bare day means where it says until when."""
    return in_jst(register.survey.deadline).time()


def typed_instant(option: str, text: str, register: Register, hour: time | None = None) -> datetime:
    """The day and time that a person typed for an option; `hour`: of a bare day. Raises click.UsageError."""
    try:
        return typed.instant(text, register, hour)
    except typed.NotAnInstant as mistyped:
        raise click.UsageError(f"{option} {mistyped}") from mistyped


with_app = click.make_pass_decorator(App)
