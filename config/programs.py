"""Which program of a survey a text names: what stands in 制度等."""

from __future__ import annotations

from config.cache import Same, cache_short
from config.kinds.names import exactly_named, named_within
from config.survey import Survey


def find_program(value: str, survey: Survey, form: str) -> str:
    """The id of the program of this form that 制度等 names, also among other words (難病医療費助成); empty if it names
    none, or another form's, too."""
    return _find(value, Same(survey), form)


@cache_short(1024, 200)  # every row of a list says the same
def _find(value: str, of: Same, form: str) -> str:
    survey: Survey = of.it
    names = {p.id: (p.choice, p.name, *p.names) for p in survey.programs}
    forms = {p.id: p.form for p in survey.programs}
    own = {id: words for id, words in names.items() if forms[id] == form}
    found = exactly_named(value, own) or named_within(value, names)
    return next(iter(found)) if len(found) == 1 and forms[next(iter(found))] == form else ""
