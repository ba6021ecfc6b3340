"""Domains that are no one body's: of providers whose addresses anybody may have, and categories (lg.jp) under which
many bodies have theirs. A reason to think twice before the whole of one is approved, never one to refuse an address.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from config.domains import GEOGRAPHIC

Shared = Literal["", "provider", "category"]


def shared(domain: str) -> Shared:
    """Why a domain is no body's own: a provider's (or below one of theirs), a category, or empty if it may be one."""
    labels = domain.strip().lower().rstrip(".").split(".")
    if len(labels) < 2 or ".".join(labels) in _listed()["category"]:
        return "category"
    if labels[-1] == "jp" and labels[0] in GEOGRAPHIC and len(labels) == 2:  # kanagawa.jp
        return "category"
    behind = (".".join(labels[n:]) for n in range(len(labels) - 1))
    return "provider" if any(name in _listed()["provider"] for name in behind) else ""


@cache
def _listed() -> dict[str, frozenset[str]]:
    with Path(__file__).with_name("shared_domains.toml").open("rb") as file:
        lists = tomllib.load(file)
    return {"provider": frozenset(lists["providers"]), "category": frozenset(lists["categories"])}
