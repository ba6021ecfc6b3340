"""Remembering what short texts come to: labels, mailboxes and rows of a form come again with every mail.

Long ones are worked out anew each time: a reader child lives through thousands of mails, and what one of them
brings must not stay there by the megabyte.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from inspect import signature
from typing import Any, TypeVar, cast

Work = TypeVar("Work", bound=Callable[..., Any])


def remembered(number: int, longest: int) -> Callable[[Work], Work]:
    """For a function of hashable values: its last `number` results, where the first value has a length of at most
    `longest`."""

    def decorate(work: Work) -> Work:
        known = lru_cache(maxsize=number)(work)

        def ask(given: Any) -> Any:
            return known(given) if len(given) <= longest else work(given)

        def ask_with(given: Any, *others: Any) -> Any:
            return known(given, *others) if len(given) <= longest else work(given, *others)

        alone = len(signature(work).parameters) == 1  # what is asked most often: a third of the time
        return cast(Work, wraps(work)(ask if alone else ask_with))

    return decorate
