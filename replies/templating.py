"""The templates of one folder, compiled once: what letters and pages have in common.

A value that a template wants and is not there is an error, never a blank. Holds no words and renders nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment_of(
    folder: str,
    *,
    escaped: bool,
    finalize: Callable[[object], object],
    filters: Mapping[str, Callable[..., object]],
) -> Environment:
    """The templates of a folder of this package. `escaped`: they make HTML, not plain text, whose last line
    ends as it was written; `finalize` sees every value that is put in."""
    made = Environment(
        loader=PackageLoader("replies", folder),
        autoescape=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=not escaped,
        finalize=finalize,
        auto_reload=False,
    )
    made.filters.update(filters)
    return made


def compile_all(environment: Environment) -> None:
    """Compile every template of its folder now; those of folders within have environments of their own."""
    for name in environment.list_templates(extensions=["j2"]):
        if "/" not in name:
            environment.get_template(name)
