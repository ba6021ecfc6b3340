"""お知らせ: what the desk writes to its own operators about itself: a mailbox, a mail, the disk.

Values in, a subject and a body out, as in `render.py`. Decides neither what is told nor when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from config.frozen import frozen
from replies.wording import Wording

if TYPE_CHECKING:
    from replies.letters.render import Rendered


@frozen
class Alert:
    """One thing to be told. `condition` is a key of wording.toml's [alert]; `values` fill its sentences;
    `details`: a line for each thing concerned."""

    condition: str
    at: datetime
    values: Mapping[str, str]
    details: tuple[str, ...] = ()


def alert_sentence(alert: Alert, wording: Wording) -> str:
    """What has happened, in one line for a screen; KeyError for a condition without wording."""
    return wording.alert[alert.condition].sentence.format_map(alert.values)


def render_alerts(alerts: Sequence[Alert], wording: Wording) -> Rendered:
    """One letter for alerts of one condition, the first in its subject. KeyError for a condition without wording."""
    from replies.letters.render import (  # not to be loaded by who only shows the sentences
        Rendered,
        write_body,
    )

    first, said = alerts[0], wording.alert[alerts[0].condition]
    mends = dict.fromkeys(said.mend.format_map(alert.values) for alert in alerts)
    body = write_body(
        "alert",
        {
            "told": [(alert_sentence(alert, wording), alert.details) for alert in alerts],
            "mends": list(mends),
            "at": first.at,
        },
    )
    more = f"（ほか{len(alerts) - 1}件）" if len(alerts) > 1 else ""
    return Rendered(wording.subject["alert"] + said.subject.format_map(first.values) + more, body)
