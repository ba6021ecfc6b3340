"""The pattern by which a survey wants subjects and files called: 【{code}＿{name}】{text}.

`{name}` and `{text}` stand in it once, `{code}` once or not at all; everything else is written as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.patterns import pattern

PLAIN = "【{name}】{text}"  # notice 記３
_PARTS = pattern(r"\{([^{}]*)\}")
_NAMES = ("code", "name", "text")
_IN_FILES = pattern(r'[\\/:*?"<>|]')


def parts_of(pattern: str) -> tuple[tuple[str, str], ...]:
    """(words, name of what follows) from left to right; behind the last words follows nothing."""
    cut = _PARTS.split(pattern)
    return tuple((cut[n], cut[n + 1] if n + 1 < len(cut) else "") for n in range(0, len(cut), 2))


def write(pattern: str, values: Mapping[str, str]) -> str:
    """The pattern with its names filled in."""
    return "".join(words + values.get(name, "") for words, name in parts_of(pattern))


def why_no_pattern(pattern: str) -> Iterator[str]:
    """What is wrong with a pattern, in Japanese."""
    names = [name for _, name in parts_of(pattern) if name]
    words = "".join(words for words, _ in parts_of(pattern))
    for name in dict.fromkeys(name for name in names if name not in _NAMES):
        yield f"{{{name}}} は使えません（{{code}} 団体コード、{{name}} 団体名、{{text}} 調査の言葉）。"
    if "{}" in pattern or "{" in words or "}" in words:
        yield "「{」と「}」は、{code}、{name}、{text} だけに使えます。"
    for name in _NAMES:
        if name != "code" and names.count(name) != 1:
            yield f"{{{name}}} を一度書いてください。"
        elif names.count(name) > 1:
            yield f"{{{name}}} は一度だけ書けます。"
    if hit := _IN_FILES.search(words):
        yield f"「{hit[0]}」は、ファイル名に使えません。"
