"""The demo: the whole journey over the survey's sample mails, in one folder, by a rehearsed clock.

Each mail is put into its mailbox at its time of receipt and answered two minutes later; the last command of
the story is the reader's own, on the settings file that the demo leaves behind. No server, no network, and
nothing is shown here: the command line does that.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from config.frozen import frozen, replace
from config.load import default_survey
from config.settings import Settings, load_settings
from intake.mail.ids import receipt_in
from replies.senders.sender import OutgoingMail, SendResult
from routing.clock import stamp
from routing.decision.verdict import sentence_of
from routing.demo.samples import Sample, Samples, build_mail, load_samples
from routing.journey.desk import Desk
from routing.journey.judge import Settled
from routing.journey.pending import pending_steps
from routing.ledger import outbox
from routing.ledger.secret import give_key
from routing.ledger.store import Ledger, desk_lock
from routing.mailboxes.factory import open_source
from routing.reading.reader import Reader
from routing.register import Register, build_register
from routing.tracking.instant import open_instant
from routing.tracking.report_files import write_all

ANSWERED_AFTER = timedelta(minutes=2)
STARTS_BEFORE_DEADLINE = timedelta(days=30)
ENDS_AFTER_DEADLINE = timedelta(hours=1)
_KEY = bytes(32)  # for Message-IDs: known to everybody, and every demo tells the same
SEEN = "seen"  # the very same mail once more: nothing is decided anew


@frozen
class DemoMail:
    """One mail of the demo. `number`: its number in the ledger (0: it had none of its own); `item`: the
    notice's number of its mailbox; `outcome` of the mail (a verdict, or "seen"); `reasons`: (outcome,
    sentence) of each file, or of the mail; `subject` and `reply`: file name of the .eml, or empty."""

    number: int
    sample: Sample
    item: str
    outcome: str
    reasons: tuple[tuple[str, str], ...]
    letter: str = ""
    reply_subject: str = ""
    reply_file: str = ""


@frozen
class Demo:
    """What the demo leaves behind in `out`: a line per mail, in the order in which they came."""

    out: Path
    lines: tuple[DemoMail, ...]

    @property
    def outcomes(self) -> Counter[str]:
        """How many mails came to which outcome."""
        return Counter(line.outcome for line in self.lines)

    @property
    def replies(self) -> int:
        """How many replies were written."""
        return sum(bool(line.reply_file) for line in self.lines)


Watch = Callable[[DemoMail, int], None]  # each mail as it is done, and how many there are in all


def run_demo(survey_dir: Path, out: Path, watch: Watch = lambda line, total: None) -> Demo:
    """Run the whole journey into `out`, which is emptied of an earlier demo first."""
    register = build_register(survey_dir)
    samples = load_samples(survey_dir / "samples")
    ordered = sorted(samples.samples, key=lambda s: s.received)
    lines = []
    with _open_journey(out, register, samples) as journey:
        for sample in ordered:
            lines.append(journey.one(sample))
            watch(lines[-1], len(ordered))
        journey.report()
        return Demo(out, tuple(map(journey.at_the_end, lines)))


class _EmlFolder:
    """A sender that leaves each reply as an .eml file, named after the mail that it answers, so that the
    folder reads like a diary. `names`: receipt number → file name."""

    def __init__(self, folder: Path, names: Mapping[str, str]) -> None:
        self._folder = folder
        self._names = names

    def ready(self, mail: OutgoingMail) -> None:
        """Do nothing: nothing has to be opened."""

    def is_open(self, mail: OutgoingMail) -> bool:
        """True always: there is no connection."""
        return True

    def send(self, mail: OutgoingMail) -> SendResult:
        """Write the mail's bytes."""
        (self._folder / self._names[receipt_in(mail.message_id)]).write_bytes(mail.data)
        return SendResult("sent")

    def probe(self) -> str:
        """Where the replies are put."""
        return str(self._folder)

    def close(self) -> None:
        """Do nothing: nothing is held open."""


class _RehearsedClock:
    """A clock that says the instant that was set last."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class _Journey:
    """The desk over the demo's folder. `replies`: sample → Message-ID of our reply to it, as they arise."""

    out: Path
    settings: Settings
    desk: Desk
    clock: _RehearsedClock
    samples: Samples
    replies: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # receipt number → file name of the reply

    def one(self, sample: Sample) -> DemoMail:
        """Deliver one sample into its mailbox and let the desk do its work."""
        self.clock.at = max(self.clock.at, sample.received + ANSWERED_AFTER)
        for _ in pending_steps(self.desk):  # what had waited for other mail, and waits no more
            self._deliver()
        self._put_into_mailbox(sample)
        source = open_source(self.settings.mailboxes[sample.mailbox], self.settings)
        with closing(source):
            self.desk.collect(sample.mailbox, source)
        decided = [s for s in self.desk.settle_waiting() if s.decided.arrival.receipt not in self.names]
        settled = decided[0] if decided else None  # beside it, earlier ones that had waited for it
        item = self.desk.register.survey.mailbox(sample.mailbox).item
        if settled is None:
            return DemoMail(0, sample, item, SEEN, ((SEEN, sentence_of("resend", self.desk.register.survey)),))
        return self._line(sample, item, settled)

    def report(self) -> None:
        """Write every report as things stand at the end, beside the ledger."""
        at = self.settings.now or self.clock.at
        for _ in write_all(open_instant(self.desk.ledger, self.desk.register, at), self.out / "reports"):
            pass

    def _put_into_mailbox(self, sample: Sample) -> None:
        survey, folder = self.desk.register.survey, self.desk.register.survey_dir / "samples"
        raw = build_mail(sample, self.samples, survey, folder, self.replies)
        name = f"{int(sample.received.timestamp())}.{sample.name}"
        (self.out / "inbox" / sample.mailbox / "new" / name).write_bytes(raw)

    def _line(self, sample: Sample, item: str, settled: Settled) -> DemoMail:
        decided, reply = settled.decided, settled.reply
        number = decided.arrival.id
        file_name = self.names[decided.arrival.receipt] = f"{number:02}-{sample.name}.eml"
        sent = self._deliver()
        if reply:
            self.replies[sample.name] = reply.message_id
        survey = self.desk.register.survey
        reasons = [(p.decision.outcome, sentence_of(p.decision.rule, survey)) for p in decided.pieces]
        return DemoMail(
            number=number,
            sample=sample,
            item=item,
            outcome=decided.outcome,
            reasons=tuple(reasons) or ((decided.outcome, sentence_of(decided.mail.rule, survey)),),
            letter=reply.kind if reply else "",
            reply_subject=reply.subject if reply else "",
            reply_file=file_name if decided.arrival.receipt in sent else "",
        )

    def _deliver(self) -> list[str]:
        """Receipt numbers of the mails whose replies went out."""
        sender = _EmlFolder(self.out / "replies", self.names)
        return [delivery.receipt for delivery in self.desk.dispatch.deliver(sender) if delivery.state == "sent"]

    def at_the_end(self, line: DemoMail) -> DemoMail:
        """A mail that had to wait for another one, with the reply that it got in the end."""
        file_name = f"{line.number:02}-{line.sample.name}.eml"
        kind, subject = outbox.last_to(self.desk.ledger, line.number)
        if kind == line.letter or not (self.out / "replies" / file_name).exists():
            return line
        return replace(line, letter=kind, reply_subject=subject, reply_file=file_name)


@contextmanager
def _open_journey(out: Path, register: Register, samples: Samples) -> Iterator[_Journey]:
    """An empty folder, and the desk over it; closed afterwards."""
    _lay_out(out, register)
    settings = load_settings(out / "settings.toml")
    clock = _RehearsedClock(min(s.received for s in samples.samples))
    with ExitStack() as stack:
        stack.enter_context(desk_lock(settings.ledger))
        ledger = stack.enter_context(closing(Ledger(settings.ledger)))
        give_key(ledger, _KEY)
        reader = stack.enter_context(closing(Reader(register.survey_dir)))
        yield _Journey(out, settings, Desk(register, settings, ledger, reader, clock), clock, samples)


def _lay_out(out: Path, register: Register) -> None:
    """Lay out an empty folder with its settings file. Only what a demo made is removed."""
    out.mkdir(parents=True, exist_ok=True)
    for name in ("inbox", "replies", "outgoing", "reports"):
        shutil.rmtree(out / name, ignore_errors=True)
    for path in out.glob("ledger.db*"):
        path.unlink()
    (out / "replies").mkdir()
    for mailbox in register.survey.mailboxes:
        for part in ("new", "cur", "tmp"):
            (out / "inbox" / mailbox.id / part).mkdir(parents=True)
    (out / "settings.toml").write_text(_settings(register), encoding="utf-8")


def _settings(register: Register) -> str:
    end = register.survey.deadline + ENDS_AFTER_DEADLINE
    first = register.survey.deadline - STARTS_BEFORE_DEADLINE
    mailboxes = "".join(
        f'\n[mailboxes.{m.id}]\nsource = "maildir"\npath = "inbox/{m.id}"\n'
        for m in register.survey.mailboxes
    )
    of = register.survey_dir.resolve()
    survey = "" if of == default_survey().resolve() else f"survey = {json.dumps(str(of), ensure_ascii=False)}\n"
    return (
        "# デモの設定。uketsuke --settings このファイル status のように、他のコマンドでも使えます。\n"
        f'{survey}ledger = "ledger.db"\nmode = "send"\nstart_from = {stamp(first)}\noperators = "operators@example.jp"\n'
        f'authserv_id = "mail.example.jp"\nnow = {stamp(end)}\n'
        f"{mailboxes}"
        '\n[sender]\nkind = "maildir"\npath = "outgoing"\n'
        f"{_users(register)}"
    )


REHEARSAL_PASSWORD = "rehearsal-1234"
_STORED = (
    "scrypt$16384$8$1$e6acceea537768ecdd4b1594731979dc$"
    "f9ebb108e3809cfdd5a7ddea784d317bb7c7dd21fb34fc6a67c9e0d5fe934d88"
)  # the same, as the settings hold it


def _users(register: Register) -> str:
    """Two people who can open the operators' page: a clerk of the first mailbox, and who may do everything."""
    first = f'"{register.survey.mailboxes[0].id}"'
    people = (("kakari", "係員（見本）", "operator", first), ("kanri", "管理（見本）", "admin", ""))
    return "".join(
        f'\n[console.users.{login}]\nname = "{name}"\nrole = "{role}"\nmailboxes = [{boxes}]\n'
        f'password = "{_STORED}"\n'
        for login, name, role, boxes in people
    )
