"""The states of what is owed, in the words of letters, reports, screens and `status --json`."""

from __future__ import annotations

from typing import Literal

State = Literal["outstanding", "correction", "partial", "accepted", "held", "not_applicable"]
Shown = Literal[State, "unbooked"]  # as a reader sees it
# How an answer stands to its deadline. `in_extension`: after the survey's own and before the extended one;
# `mended_late`: handed in in time, its accepted version came later; `to_mend`: in time, to be mended by the
# deadline; `unmended`: the deadline passed meanwhile; `unmended_due`: `correct_by` as well; `late`: the first of
# it came after the deadline.
Timing = Literal[
    "none", "in_time", "in_extension", "mended_late", "to_mend", "unmended", "unmended_due", "late"
]
