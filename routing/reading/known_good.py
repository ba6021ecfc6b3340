"""A mail of our own, with the survey's first form in it, that every well reader reads.

What a child makes of it tells whether the reader is to blame for a death, or the mail over which it died. Reads no
mail itself.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from functools import lru_cache
from pathlib import Path

from config.load import load_survey

_XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


@lru_cache(maxsize=2)
def known_good(survey_dir: Path) -> bytes:
    """The mail, some 20 KB: Japanese header and text, and the blank form as it is sent out; made once, by a worker at
    its start, so that it is there when the program's files are away. Raises SurveyError."""
    from replies.workbooks.form import (
        blank,  # with openpyxl, a third of a second; commands need it after a death only
    )

    survey = load_survey(survey_dir)
    made = EmailMessage(policy=SMTP)
    made["From"] = made["To"] = survey.mailboxes[0].address
    made["Subject"] = survey.title
    made.set_content(survey.title)
    form = survey.forms[0]
    made.add_attachment(blank(form, survey), maintype=_XLSX[0], subtype=_XLSX[1], filename=f"{form.title}.xlsx")
    return made.as_bytes()
