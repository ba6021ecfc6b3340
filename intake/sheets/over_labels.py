"""What people write into a cell that the form prints: before the label, behind it, or in its place.

Only compares a cell's text with the printed one; what the rest means is for the kind of answer.
"""

from __future__ import annotations

import re

from config.spelling import alike, begun_alike, label_key

_MOST = 2_000  # characters of a cell in which the label is looked for
_LEAST_KEPT = 10  # characters of a label by whose beginning it is known
_LEAST_ALIKE = 0.5  # from here on a text is the label, rewritten
_AROUND = " 　\n。、．.」』】→⇒:：*※）)"
_HEAD = re.compile(r"^\d+")


def beside_label(written: str, label: str) -> tuple[str, ...]:
    """What stands before and behind a label in its own cell; empty where the cell holds the label alone, or where the
    label cannot be told apart."""
    text = written.strip()[:_MOST]
    if text == label.strip():
        return ()
    whole = label_key(label)
    for wanted in dict.fromkeys((whole, _HEAD.sub("", whole))):
        found = _around(text, wanted)
        if found is not None:
            return tuple(part for part in found if part)
    return _in_place_of_the_end(text, whole)


def _in_place_of_the_end(text: str, wanted: str) -> tuple[str, ...]:
    """What stands in place of the end of a label of which only the beginning is still there."""
    key = label_key(text)
    kept = begun_alike(key, wanted)
    own, theirs = key[kept:], wanted[kept:]
    if kept < max(_LEAST_KEPT, len(wanted) // 4) or not own or not theirs or own in wanted or alike(own, theirs, 0.3):
        return ()
    place = next((n for n in range(kept, len(text) + 1) if len(label_key(text[:n])) > kept), len(text))
    return (text[max(place - 1, 0) :].lstrip(_AROUND).rstrip(),)


def _around(text: str, wanted: str) -> tuple[str, str] | None:
    """What stands before and behind the words with this label key."""
    if not wanted or wanted not in label_key(text):
        return None
    behind = next((n for n in range(len(text) + 1) if label_key(text[:n]) == wanted), None)
    before = next((n for n in range(len(text), -1, -1) if label_key(text[n:]) == wanted), None)
    if behind is None and before is None:
        return None
    tail = text[behind:] if behind is not None else ""
    return text[:before].strip() if before is not None else "", tail.lstrip(_AROUND).rstrip()


def stands_over(written: str, label: str) -> bool:
    """Whether a text stands in a label's place and is not the label in other words."""
    key, wanted = label_key(written), label_key(label)
    return bool(key) and not (alike(key, wanted, _LEAST_ALIKE) or (len(key) >= 4 and key in wanted))
