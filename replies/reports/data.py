"""The shapes of the reports: what the page and the workbook of one prefecture, and the national overview, show.

Frozen values only: `routing` fills them from the ledger at one instant. They hold names and figures, no
sentence (that is wording.toml and templates/report/) and no value of a personal field; nothing here decides,
counts or knows the clock. Instants are aware; lgcodes have six digits.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from config.frozen import frozen
from config.shape import RosterKind
from config.survey import OwnPart
from intake.finding import Finding
from replies.states import Shown, State, Timing

Queue = Literal["alarm", "outbox", "submission", "inquiry", "reply"]  # what waits for the ministry's people


@frozen
class Occasion:
    """What every report says at its top: of which survey and which instant it tells.

    `deadline`: the next one ahead, or the last where none is; `others`: those beside it. `working_days_left`:
    after the day of `at`, up to the day of the deadline (`config.obligations.working_days_left`). `correct_by` is shown
    after the deadline only; the deadline itself where none is given. `counts_as_in_time`: what is mended later, too."""

    at: datetime
    deadline: datetime
    correct_by: datetime
    working_days_left: int
    survey_title: str
    ministry: str
    counts_as_in_time: bool = True
    others: tuple[datetime, ...] = ()

    @property
    def deadlines(self) -> tuple[datetime, ...]:
        """All deadlines of the report, the first one first."""
        return tuple(sorted((self.deadline, *self.others)))


@frozen
class Contact:
    """提出先: where to send to, and whom to ask."""

    address: str
    section: str
    telephone: str
    extension: str  # 内線


@frozen
class Tally:
    """取りまとめ分: how many bodies are in which state; `total` is their sum."""

    total: int
    accepted: int
    correction: int
    held: int
    outstanding: int

    @property
    def to_come(self) -> int:
        """How many the prefecture has still to send, or to have mended."""
        return self.outstanding + self.correction


@frozen
class ProgramLine:
    """One obligation of the prefecture, as it stands.

    `own_state` is that of its own sheet (None: nothing of its own was asked for or received); `collected`
    is None where it collects nothing. `open_corrections`: how many are open, also on an accepted answer.
    `received_at`: of the newest accepted file; `version`: how many were accepted, 0 if none. `deadline`: its own, where
    those of the report's programs differ; `correct_by`: its own, where it is not the occasion's."""

    program: str  # id, by which lines of one report belong together
    name: str
    form_title: str
    contact: Contact
    state: State
    own: OwnPart
    own_state: State | None
    collected: Tally | None
    late: bool
    received_at: datetime | None
    version: int = 0
    open_corrections: int = 0
    missing: tuple[str, ...] = ()  # names of collected bodies without an accepted row, by code
    extended_to: datetime | None = None
    timings: tuple[tuple[Timing, int], ...] = ()  # of its own sheet and each collected body, how many
    unbooked: bool = False  # all that came of it could not be booked
    deadline: datetime | None = None
    correct_by: datetime | None = None

    @property
    def shown(self) -> Shown:
        """Its state as it is shown: that we look at something hides nothing of what is still to come."""
        if self.state == "held" and self.own_state != "held" and self.collected and self.collected.to_come:
            if self.collected.accepted:
                return "partial"
            return "outstanding" if self.collected.outstanding else "correction"
        return "unbooked" if self.unbooked and self.state == "correction" else self.state


@frozen
class MunicipalityCell:
    """One collected municipality × program. `direct`: it wrote to the ministry itself, and `redirected`, was asked to send
    through its prefecture; `unbooked`: all that came of it
    could not be booked; `changed`: something became of it since the last report that went to its prefecture."""

    program: str
    state: State
    received_at: datetime | None = None
    late: bool = False
    direct: bool = False
    correction_open: bool = False  # a newer version is to be mended while an accepted one stands
    extended_to: datetime | None = None
    timing: Timing = "none"
    redirected: bool = False
    unbooked: bool = False
    changed: bool = False

    @property
    def shown(self) -> Shown:
        """Its state as it is shown."""
        return "unbooked" if self.unbooked and self.state == "correction" else self.state


@frozen
class MunicipalityLine:
    """One collected municipality with a cell for each program that it owes; none for the others. `contact`: section and
    telephone, where its prefecture's own list names them."""

    lgcode: str
    name: str  # 横須賀市
    cells: tuple[MunicipalityCell, ...]
    contact: str = ""


@frozen
class OpenCorrection:
    """One request that still waits for a mended file: whose answer, since when, and what was noticed."""

    lgcode: str
    body: str
    program: str  # id
    program_name: str
    receipt: str
    since: datetime  # receipt of the mail that is to be mended
    filename: str
    findings: tuple[Finding, ...]


@frozen
class CityCell:
    """One program of a city that answers by itself: its state and nothing else."""

    program: str
    name: str
    state: State


@frozen
class CityLine:
    """A municipality that answers by itself. No receipts, findings or contacts: they are its own affair."""

    lgcode: str
    name: str  # 横浜市
    kind: RosterKind
    cells: tuple[CityCell, ...]
    prefecture: str = ""  # 神奈川県; shown in the overview


@frozen
class PrefectureReport:
    """The report for one prefecture: `programs` in the survey's order, `municipalities` the most urgent first and then by
    code, `corrections` by code. The
    states of `municipalities` add up to each program's `collected`. Nothing of the cities in it that answer by
    themselves: how another government stands is its own affair. `since`: when the last one went to it."""

    occasion: Occasion
    code: str  # two digits
    name: str  # 神奈川県
    honorific: str  # 貴県
    programs: tuple[ProgramLine, ...]
    municipalities: tuple[MunicipalityLine, ...]
    corrections: tuple[OpenCorrection, ...]
    since: datetime | None = None


@frozen
class Tile:
    """One prefecture of the map. `accepted` of `total` answers, as `Overview.collecting` tells; no share where
    nothing is owed."""

    code: str  # two digits
    name: str
    total: int
    accepted: int
    correction: int
    held: int


@frozen
class ProgramTotal:
    """One program over all respondents, in obligations. The states' figures add up to `total`."""

    program: str
    name: str
    total: int
    accepted: int
    partial: int
    correction: int
    held: int
    outstanding: int
    not_applicable: int = 0
    late: int = 0  # of the accepted ones
    checked_only: int = 0  # of the outstanding, those of which only a check before handing in came
    unmended: int = 0  # with a part that came in time, is to be mended, and was not by its deadline


@frozen
class Receipts:
    """累積: `points` are (instant, how many obligations were accepted by then), in order of time."""

    program: str
    name: str
    total: int
    points: tuple[tuple[datetime, int], ...]


@frozen
class Waiting:
    """One thing that stands still: an open correction waits for the respondent (`queue` None), anything
    else in its queue for the ministry's people."""

    queue: Queue | None
    since: datetime
    receipt: str
    body: str = ""  # empty if not known
    program_name: str = ""


@frozen
class Mends:
    """What became of what was asked for, one finding of one answer at a time: how many were `asked`, mended, mended by the
    first version that came after, and waived by an official; `rounds`: how many versions a mended one took, on average."""

    asked: int
    mended: int
    at_once: int
    waived: int
    rounds: float


@frozen
class FindingCount:
    """How often one finding asked for correction, and of how many bodies."""

    code: str
    times: int
    bodies: int
    mends: Mends | None = None


@frozen
class QuestionCount:
    """How often one question of one form was to be corrected, and by how many bodies."""

    form_title: str
    question: str  # how the survey calls it: Q7-4
    times: int
    bodies: int
    mends: Mends | None = None


@frozen
class Overview:
    """The national overview: 47 tiles, the cities by code, programs and receipts in the survey's order;
    `waiting` oldest first; counts of findings and questions, the most frequent first.

    `collecting`: prefectures collect rows, and a tile counts their own demanded sheets and these rows, without the
    designated and core cities that answer by themselves; else it counts every answer owed in the prefecture."""

    occasion: Occasion
    tiles: tuple[Tile, ...]
    cities: tuple[CityLine, ...]
    programs: tuple[ProgramTotal, ...]
    receipts: tuple[Receipts, ...]
    waiting: tuple[Waiting, ...]
    findings: tuple[FindingCount, ...]
    questions: tuple[QuestionCount, ...]
    collecting: bool = True
