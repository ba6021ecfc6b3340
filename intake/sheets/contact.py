"""Whether a cell holds an e-mail address or a telephone number that could be one.

Says only plausible or not, so that a slip of the finger is noticed; nothing is looked up, dialled or kept.
Several addresses or numbers in one cell, words beside them and full-width characters are fine.
"""

from __future__ import annotations

import re

from config.spelling import nfkc

# RFC 5322 §3.4.1 addr-spec with dot-atoms on both sides; quoted strings and domain literals are not met
# with at offices. Labels as RFC 1035 §2.3.1, the last one with letters.
_ATOM = r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}")
_BETWEEN = re.compile(r"[\s、,;:/|・<>()\[\]「」【】]+")
_NUMBER = re.compile(r"\+?\d[\d\-.()\s]*")
# Numbers after the Japanese numbering plan (総務省): 0AB–J ten digits; 0A0 and 0800 eleven digits.
_DOMESTIC = re.compile(r"0[1-9]\d{8}|0[5-9]0\d{8}|0800\d{7}")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー─━~〜"), "-")
_COUNTRY = "81"
_MOST_GROUPS = 40  # of one cell that are looked at


def plausible_email(value: str) -> bool:
    """Whether the cell holds an address, and nothing with an @ that is none."""
    tokens = [t for t in _BETWEEN.split(nfkc(value)) if "@" in t]
    return bool(tokens) and all(_ADDRESS.fullmatch(token) for token in tokens)


def addresses_in(value: str) -> tuple[str, ...]:
    """The addresses that a cell holds, in their order; empty where there is none."""
    tokens = _BETWEEN.split(nfkc(value))
    return tuple(dict.fromkeys(t for t in tokens if _ADDRESS.fullmatch(t)))


def plausible_telephone(value: str) -> bool:
    """Whether the cell holds a Japanese number with its area code; what follows it may be an extension."""
    folded = nfkc(value).translate(_DASHES)
    return any(_holds_number(written) for written in _NUMBER.findall(folded))


def _holds_number(written: str) -> bool:
    """Whether whole groups of digits, one behind the other, make up a number."""
    groups = re.findall(r"\d+", written)[:_MOST_GROUPS]
    if written.startswith("+"):
        if not "".join(groups).startswith(_COUNTRY):
            return False
        groups = ["0" + "".join(groups)[2:].lstrip("0")]
    places = range(len(groups) + 1)
    return any(_DOMESTIC.fullmatch("".join(groups[i:j])) for i in places for j in places if i < j)
