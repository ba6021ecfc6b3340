"""A pattern of names that cannot be written or read is refused at load."""

from __future__ import annotations

import pytest

from tests.config.surveys_at_hand import Break


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("【{name}】", "{text} を一度書いてください"),
        ("{text}", "{name} を一度書いてください"),
        ("{name}{name}{text}", "{name} を一度書いてください"),
        ("{code}{code}{name}{text}", "{code} は一度だけ書けます"),
        ("{program}_{name}_{text}", "{program} は使えません"),
        ("{name.__class__}{name}{text}", "{name.__class__} は使えません"),
        ("{name!r}{text}", "{name!r} は使えません"),
        ("{name}/{text}", "「/」は、ファイル名に使えません"),
        ("【{name】{text}", "「{」と「}」は"),
        ("{}{name}{text}", "「{」と「}」は"),
        ("{name}\\n{text}", "改行は使えません"),
        ("", "空にはできません"),
    ],
)
def test_a_wrong_pattern_is_refused_at_load(broken: Break, pattern: str, reason: str) -> None:
    told = broken({"survey.toml": [("[convention]", f'[convention]\npattern = "{pattern}"')]})
    assert all((m.file, m.key) == ("survey.toml", "convention.pattern") for m in told)
    assert any(reason in m.reason for m in told)
    assert all(m.line for m in told)
