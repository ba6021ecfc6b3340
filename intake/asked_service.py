"""What a subject asks for with its first words, as in 【事前確認】【○○県】…: the survey's words, as people type them.

Width, the shape of brackets, white space and a tag that a gateway puts in front are silent. A reply or a forward is
not its sender's own subject, and asks for nothing; nor does a word that goes on (事前確認済み), unless it only asks
(事前確認のお願い).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from config.services import Service, Services
from intake.mail.headers import header_text
from intake.submission import Theme

_HEADER = 65_536  # bytes of a mail in which its header is looked for
_FIELD = re.compile(rb"^(subject|in-reply-to|references)[ \t]*:[ \t]*((?:.|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)

_OPEN, _CLOSE = "【[〔「『〖〘《〈({<", "】]〕」』〗〙》〉)}>"  # after NFKC, ［］（）｛｝＜＞ are ASCII
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_HANDS_IN = re.compile("提出|差し?替|再送|訂正")  # in a tag before the word: who hands in, and names his check
_LONGEST = 500  # characters looked at
_COUNTED = r"(?:第?\d+(?:回目|回|版)?)?"  # 【事前確認２回目】
_PLEASE = r"(?:の?[お御ご]?(?:願い?|依頼|希望|申込み?|申し込み)(?:(?:(?:いた|致)?し)?ます)?)?"  # 【事前確認のお願い】
_TAG = rf"[{re.escape(_OPEN)}][^{re.escape(_OPEN + _CLOSE)}]{{1,40}}[{re.escape(_CLOSE)}]"
_MARKS = r"[\s■□●○◎◆◇★☆※・*#:_-]*"


def service_of(subject: str, services: Services) -> tuple[Service, str]:
    """(what a subject asks for, the subject without the word that says so); the subject as it is where it asks for
    nothing."""
    if not services.by_word:
        return "", subject
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", subject[:_LONGEST]))
    for word, service in services.by_word:
        found = _asking(unicodedata.normalize("NFKC", word)).match(plain)
        if found and not _HANDS_IN.search(found["tags"]):
            return service, (found["tags"] + " " + plain[found.end() :] + subject[_LONGEST:]).strip()
    return "", subject


def at_least(theme: Theme, service: Service) -> Theme:
    """The theme of a mail that asks for a service of this survey: it is perhaps about the survey, whatever else it
    says."""
    return "perhaps" if service and theme in ("other", "unclear") else theme


def lets_others_pass(raw: bytes, services: Services) -> bool:
    """Whether a mail's header asks for a check and answers nothing, so that what is handed in is read before it. Told
    before the mail is read, and only of its place in the queue."""
    if not services.by_word:
        return False
    header = raw[:_HEADER].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    fields = {name.lower(): value for name, value in reversed(_FIELD.findall(header))}
    if len(fields) != 1 or b"subject" not in fields:
        return False
    return service_of(header_text(fields[b"subject"]).text, services)[0] != ""


@lru_cache(maxsize=32)
def _asking(word: str) -> re.Pattern[str]:
    """The word in brackets (with more behind it or not), or bare, behind nothing but tags in brackets."""
    spelt = r"\s*".join(map(re.escape, word))
    opened, closed, within = (re.escape(marks) for marks in (_OPEN, _CLOSE, _OPEN + _CLOSE))
    asked = rf"{spelt}\s*{_COUNTED}{_PLEASE}(?!\w)"
    inside = rf"[{opened}]+\s*{asked}[^{within}]{{0,40}}(?:[{closed}]+|(?=[{opened}]))"
    return re.compile(rf"{_MARKS}(?P<tags>(?:{_TAG}{_MARKS})*?)(?:{inside}|{asked})[\s:、,_-]*")
