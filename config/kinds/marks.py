"""A circle (〇) beside a line, or none: every usual way to mark one."""

from __future__ import annotations

import re

from config.cache import cache_short
from config.spelling import fold, says_nothing

_CIRCLED = {
    *"〇○◯●◎⚪⚫⭕◉Oo✓✔☑✅■レVv1", "はい", "該当", "該当する", "該当あり", "有", "有り", "あり", "TRUE", "true", "True",
    "yes", "Yes", "YES", "丸", "まる", "マル", "レ点", "チェック", "済",
}  # fmt: skip
_NOT_CIRCLED = {
    *"×✕✖✗✘❌xX☐□0", "いいえ", "該当しない", "FALSE", "false", "False", "no", "No", "NO",
}  # fmt: skip
_WITH_REMARK = re.compile(r"([^()]{1,4})\(([^()]+)\)")  # ○（一部）
_DENIED = re.compile(r"[?×]|な[いしく]|無|ません|せず|除|未")


@cache_short(2048, 100)
def read_mark(value: str, number: int) -> bool | None:
    """Whether the cell beside line `number` bears a circle (〇 ○ ● ✓ ■ 丸 1 はい …, also with a remark in brackets, or
    the line's own number); None if that cannot be told."""
    folded = fold(value)
    if folded in _CIRCLED or folded == str(number):
        return True
    if folded in _NOT_CIRCLED or says_nothing(value):
        return False
    remarked = _WITH_REMARK.fullmatch(folded)
    if remarked and not _DENIED.search(remarked[2]):
        return True if remarked[1] in _CIRCLED else None
    return None
