"""The status as values for programs: `status --json`, and the snapshot that lies beside the reports.

The keys of docs/design.md, "Surfaces", come first and stay; everything else is added behind them. Pure.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from routing.clock import stamp
from routing.decision.verdict import sentence_of
from routing.provisional import programs_here
from routing.register import Register
from routing.tracking.overview import Municipality, Owed, Status
from routing.tracking.sending_holds import as_dict
from routing.unbooked import Unbooked


def status_json(found: Status, register: Register) -> dict[str, Any]:
    """Every obligation and every collected municipality × program of the status."""
    return {
        "at": stamp(found.at),
        "deadline": stamp(register.survey.deadline),
        "obligations": [_owed(o, register) for o in found.owed],
        "municipalities": [_municipality(m, register) for m in found.municipalities],
        "sending_holds": [as_dict(hold) for hold in found.holds],
        "unbooked": [_unbooked(one, register) for one in found.unbooked],
    }


def _owed(owed: Owed, register: Register) -> dict[str, Any]:
    standing = owed.standing
    lgcode = standing.obligation.lgcode
    return {
        "lgcode": lgcode,
        "name": register.full_name(lgcode),
        "prefecture": _prefecture(lgcode, register),
        "program": standing.obligation.program,
        "state": standing.state,
        "late": standing.late,
        "received_at": _stamp(standing.received_at),
        "open_corrections": list(standing.open_corrections),
        "missing": list(standing.missing),
        "timing": owed.timing,
        "first_received_at": _stamp(owed.first_at),
        "open_since": _stamp(owed.open_since),
        "version": owed.version,
        "extended_to": _stamp(owed.extended_to),
        "row_in_list": standing.row_in_list,
        "checked_only": standing.checked_only,
        "deadline": stamp(owed.deadline),
    }


def _municipality(m: Municipality, register: Register) -> dict[str, Any]:
    return {
        "lgcode": m.lgcode,
        "name": register.full_name(m.lgcode),
        "prefecture": _prefecture(m.lgcode, register),
        "program": m.program,
        "state": m.state,
        "received_at": _stamp(m.received_at),
        "late": m.late,
        "timing": m.timing,
        "first_received_at": _stamp(m.first_at),
        "open_corrections": list(m.open_corrections),
        "open_since": _stamp(m.open_since),
        "version": m.version,
        "extended_to": _stamp(m.extended_to),
        "deadline": stamp(m.deadline),
    }


def _unbooked(one: Unbooked, register: Register) -> dict[str, Any]:
    """What arrived and could not be booked; `program` is empty where it may be about several. No address: a snapshot
    lies in a folder."""
    programs = programs_here(one, register)
    return {
        "receipt": one.receipt,
        "piece": one.piece,
        "mailbox": one.mailbox,
        "lgcode": one.whose,
        "name": register.full_name(one.whose),
        "prefecture": _prefecture(one.whose, register),
        "program": programs[0] if len(programs) == 1 else "",
        "state": one.outcome,
        "reason": one.rule,
        "why": sentence_of(one.rule, register.survey),
        "received_at": _stamp(one.received_at),
        "vouched": one.vouched,
    }


def _prefecture(lgcode: str, register: Register) -> str:
    body = register.body(lgcode)
    return body.prefecture if body else ""


def _stamp(at: datetime | None) -> str | None:
    return stamp(at) if at else None
