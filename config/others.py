"""The surveys that share the mailboxes of this one, each with a desk of its own (`other_surveys` of the settings)."""

from __future__ import annotations

from config.errors import Mistake, SurveyError
from config.load import load_survey
from config.settings import Settings
from config.survey import Survey


def check_others(settings: Settings, survey: Survey, file: str) -> tuple[Mistake, ...]:
    """What is wrong with the folders of the other surveys. Their receipt numbers must be told from ours, and each of
    them from us: by the id, and by the prefixes of the mailboxes."""
    mistakes: list[Mistake] = []
    ids = {survey.id}
    prefixes = {mailbox.receipt_prefix for mailbox in survey.mailboxes}
    for place, folder in enumerate(settings.other_surveys, 1):
        key = f"other_surveys.{place}"
        try:
            other = load_survey(folder)
        except SurveyError as wrong:
            mistakes += (Mistake(file, key, f"{folder.name}：{told}") for told in wrong.mistakes)
            continue
        if other.id in ids:
            reason = f"調査の id「{other.id}」が重なっています。この調査とは別の調査を書いてください。"
            mistakes.append(Mistake(file, key, reason))
        theirs = {mailbox.receipt_prefix for mailbox in other.mailboxes}
        if same := "、".join(sorted(prefixes & theirs)):
            reason = f"受付番号の頭文字（receipt_prefix）{same} が重なっています。調査ごとに別の文字にしてください。"
            mistakes.append(Mistake(file, key, reason))
        ids.add(other.id)
        prefixes |= theirs
    return tuple(mistakes)
