"""The register: survey, roster and obligations, looked up together. Built once, passed as a value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from config.errors import Mistake, SurveyError
from config.frozen import frozen
from config.load import load_survey
from config.obligations import Obligation, obligations
from config.own_roster import roster_of
from config.roster import COLLECTED_KINDS, Body, Roster
from config.survey import Survey
from intake.finding import CATALOGUE


@frozen
class Register:
    """What a desk knows before any mail comes. `collectors`: (body, program) -> the lgcode that collects it."""

    survey: Survey
    survey_dir: Path
    roster: Roster
    obligations: tuple[Obligation, ...]
    by_key: Mapping[tuple[str, str], Obligation]
    collectors: Mapping[tuple[str, str], str]

    @property
    def own_domains(self) -> frozenset[str]:
        """Domains of the survey's own mailboxes, in lower case: who writes from there is a colleague."""
        return frozenset(m.address.rpartition("@")[2].lower() for m in self.survey.mailboxes)

    @property
    def respondents(self) -> tuple[Body, ...]:
        """Whoever owes anything, by code."""
        owing = {lgcode for lgcode, _ in self.by_key}
        return tuple(body for body in self.roster if body.lgcode in owing)

    @property
    def reported(self) -> tuple[Body, ...]:
        """Who gets a report: the prefectures that owe anything, and whoever else collects."""
        collecting = frozenset(self.collectors.values())
        return tuple(body for body in self.respondents if body.kind == "prefecture" or body.lgcode in collecting)

    @property
    def collecting(self) -> bool:
        """Whether anybody collects rows."""
        return bool(self.collectors)

    @property
    def days_differ(self) -> bool:
        """Whether any respondents have a deadline or a day for mending of their own."""
        return any(duty.deadline or duty.correct_by for duty in self.survey.duties)

    def owed_by(self, lgcode: str) -> tuple[Obligation, ...]:
        """The obligations of one respondent, in the order of the programs."""
        found = (self.by_key.get((lgcode, p.id)) for p in self.survey.programs)
        return tuple(o for o in found if o is not None)

    def last_deadline(self, lgcode: str) -> datetime:
        """The last of the deadlines that the survey sets for what one respondent owes."""
        last = self.survey.deadline
        return max((o.deadline or last for o in self.owed_by(lgcode)), default=last)

    def body(self, lgcode: str) -> Body | None:
        """The body with this code."""
        return self.roster.by_code(lgcode)

    def full_name(self, lgcode: str) -> str:
        """神奈川県相模原市, or an empty string."""
        body = self.roster.by_code(lgcode)
        return body.full_name if body else ""

    def answers_itself(self, body: Body, program: str) -> bool:
        """Whether its answer comes from itself and not through who collects it: it owes the program (an empty one: any);
        where it owes it neither way, its kind tells, or what is collected of it otherwise."""
        if (body.lgcode, program) in self.by_key or (not program and self.owed_by(body.lgcode)):
            return True
        collected = any((body.lgcode, p.id) in self.collectors for p in self.survey.programs)
        return body.kind not in COLLECTED_KINDS and not collected

    def programs_of(self, lgcode: str) -> frozenset[str]:
        """The programs that this body answers at all, itself or through its prefecture."""
        programs = (p.id for p in self.survey.programs)
        return frozenset(p for p in programs if (lgcode, p) in self.by_key or (lgcode, p) in self.collectors)

    def prefecture_code(self, lgcode: str) -> str:
        """The code of the prefecture in which a body lies; empty for an unknown code."""
        body = self.roster.by_code(lgcode)
        return self.roster.prefecture_of(body).lgcode if body else ""

    def whose_list(self, lgcode: str, program: str) -> str:
        """The code of the body on whose list an answer stands: of who collects it, else of its prefecture."""
        return self.collectors.get((lgcode, program), "") or self.prefecture_code(lgcode)

    def lies_in(self, lgcode: str, digits: str) -> bool:
        """Whether a body lies in the prefecture of these two digits; with none given, everything does."""
        return not digits or self.prefecture_code(lgcode)[:2] == digits


def load_with_roster(folder: Path) -> tuple[Survey, Roster]:
    """A survey, and the bodies that it speaks of. Raises SurveyError with every mistake in the files of both."""
    mistakes: tuple[Mistake, ...] = ()
    roster = None
    try:
        roster = roster_of(folder)
    except SurveyError as error:
        mistakes = error.mistakes
    try:
        survey = load_survey(folder, frozenset(CATALOGUE), roster)
    except SurveyError as error:
        raise SurveyError((*error.mistakes, *mistakes)) from error
    if roster is None:
        raise SurveyError(mistakes)
    return survey, roster


def build_register(survey_dir: Path) -> Register:
    """Load survey and roster. Raises SurveyError with every mistake."""
    survey, roster = load_with_roster(survey_dir)
    owed = obligations(survey, roster)
    collectors = {(code, o.program): o.lgcode for o in owed for code in o.collected}
    return Register(survey, survey_dir, roster, owed, {(o.lgcode, o.program): o for o in owed}, collectors)
