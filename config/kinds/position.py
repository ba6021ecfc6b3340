"""役職: whether a title is as high as the form asks, by how its words end."""

from __future__ import annotations

import re

from config.spelling import label_key
from config.survey import Field

_SEVERAL_POSTS = re.compile(r"[兼\n/／・、,]")
_BRACKETED = re.compile(r"[(（\[［].*", re.DOTALL)


def is_below(title: str, field: Field) -> bool:
    """Whether every post that a title names ends like one of `field.below`; an unknown one says nothing."""
    posts = [post for post in _SEVERAL_POSTS.split(title) if label_key(post)]
    return bool(posts) and all(_is_below(post, field) for post in posts)


def _is_below(post: str, field: Field) -> bool:
    """By the whole post (主幹（課長級）), else by what stands before its bracket (係長（総括））."""
    for text in (post, _BRACKETED.sub("", post)):
        ending = _longest_ending(label_key(text), (*field.fitting, *field.below))
        if ending:
            return ending in field.below
    return False


def _longest_ending(key: str, endings: tuple[str, ...]) -> str:
    return max((e for e in endings if key.endswith(label_key(e))), key=len, default="")
