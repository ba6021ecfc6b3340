"""Read every text of the program at once, before the first mail: wording and templates.

A worker runs for weeks; its program's files may be replaced under it meanwhile, or be away for a moment while an
upgrade is under way. What it says is then still of the release that decides. Renders nothing.
"""

from __future__ import annotations

from config.survey import Survey
from config.tiles import tile_positions
from replies.letters import render
from replies.letters.signed import KINDS, wording_hash
from replies.reports import page
from replies.templating import compile_all
from replies.wording import load_wording


def preload(survey: Survey) -> None:
    """Load every text and template and keep them, and which wording each kind of letter has with this survey's words.
    A mistake in one is ours, and is raised here and not at some mail."""
    for by_hand in (False, True):
        load_wording(by_hand)
    compile_all(render.environment())
    compile_all(page.environment())
    tile_positions()
    for kind in KINDS:
        wording_hash(kind, survey)
