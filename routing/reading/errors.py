"""How a reading can end without one: whose fault it is, and whether to try again."""

from __future__ import annotations


class ReaderUnavailable(Exception):
    """No child can be started (no memory, a survey that cannot be loaded): no mail's fault, try again."""


class ReaderDied(Exception):
    """The child died outside of any file; counts against the mail in hand."""


class ReaderHung(ReaderDied):
    """The child was stopped there because it took too long, which is no accident."""


class ReadFailed(Exception):
    """Reading raised something nobody foresaw; the text is the child's traceback."""
