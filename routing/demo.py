"""The demo: the whole journey over the survey's sample mails, in one folder, by a rehearsed clock.

Each mail is put into its mailbox at its time of receipt and answered two minutes later; the last command of
the story is the reader's own, on the settings file that the demo leaves behind. No server, no network.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from config.settings import load_settings
from replies.sender import Outcome, Posting
from replies.wording import load_wording
from routing.clock import JST, stamp
from routing.connections import open_source
from routing.desk import Desk, Settled
from routing.ledger.store import Ledger, desk_lock
from routing.reading import Reader
from routing.register import Register, build_register
from routing.samples import Sample, build_mail, load_samples
from routing.verdict import sentence_of

ANSWERED_AFTER = timedelta(minutes=2)
ENDS_AFTER_DEADLINE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo shows: a line per mail (number, mailbox, subject, decision, reply), and what to open."""

    lines: tuple[tuple[str, str, str, str, str], ...]
    summary: str


class _EmlFolder:
    """A sender that leaves each reply as an .eml file, named so that the folder reads like a diary."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.label = ""

    def send(self, posting: Posting) -> Outcome:
        """Writes the mail's bytes."""
        (self._folder / f"{self.label}.eml").write_bytes(posting.data)
        return Outcome("sent")

    def probe(self) -> str:
        """Where the replies are put."""
        return str(self._folder)

    def close(self) -> None:
        """Nothing to hang up."""


def run_demo(survey_dir: Path, out: Path) -> Demo:
    """Runs the whole journey into `out`, which is emptied of an earlier demo first."""
    register = build_register(survey_dir)
    folder = survey_dir / "samples"
    samples = load_samples(folder)
    end = register.survey.deadline + ENDS_AFTER_DEADLINE
    _lay_out(out, register, end)
    lines = []
    with _open(out, register) as journey:
        for number, sample in enumerate(sorted(samples.samples, key=lambda s: s.received), 1):
            raw = build_mail(sample, samples, register.survey, folder)
            lines.append(journey.one(number, sample, raw))
    return Demo(tuple(lines), _summary(out, len(lines)))


def _lay_out(out: Path, register: Register, end: datetime) -> None:
    """An empty folder with its settings file. Only what a demo made is removed."""
    out.mkdir(parents=True, exist_ok=True)
    for name in ("inbox", "replies", "outgoing"):
        shutil.rmtree(out / name, ignore_errors=True)
    for path in out.glob("ledger.db*"):
        path.unlink()
    (out / "replies").mkdir()
    for mailbox in register.survey.mailboxes:
        for part in ("new", "cur", "tmp"):
            (out / "inbox" / mailbox.id / part).mkdir(parents=True)
    (out / "settings.toml").write_text(_settings(register, end), encoding="utf-8")


def _settings(register: Register, end: datetime) -> str:
    mailboxes = "".join(
        f'\n[mailboxes.{m.id}]\nsource = "maildir"\npath = "inbox/{m.id}"\n'
        for m in register.survey.mailboxes
    )
    return (
        "# デモの設定。uketsuke --settings このファイル status のように、他のコマンドでも使えます。\n"
        f'ledger = "ledger.db"\nmode = "send"\noperators = "operators@example.jp"\nnow = {stamp(end)}\n'
        f"{mailboxes}"
        '\n[sender]\nkind = "maildir"\npath = "outgoing"\n'
    )


class _open:
    """The desk over the demo's folder, as a context manager."""

    def __init__(self, out: Path, register: Register) -> None:
        self._out = out
        self._now = datetime.min.replace(tzinfo=JST)
        self._settings = load_settings(out / "settings.toml")
        self._ledger = Ledger(self._settings.ledger)
        self._lock = desk_lock(self._settings.ledger)
        self._desk = Desk(
            register, self._settings, self._ledger, Reader(register.survey_dir), lambda: self._now
        )
        self._sender = _EmlFolder(out / "replies")

    def __enter__(self) -> _open:
        self._lock.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._desk.reader.close()
        self._ledger.close()
        self._lock.__exit__(None, None, None)

    def one(self, number: int, sample: Sample, raw: bytes) -> tuple[str, str, str, str, str]:
        """Delivers one sample into its mailbox and lets the desk do its work."""
        inbox = self._out / "inbox" / sample.mailbox
        (inbox / "new" / f"{int(sample.received.timestamp())}.{number:03}.sample").write_bytes(raw)
        self._now = sample.received + ANSWERED_AFTER
        source = open_source(self._settings.mailboxes[sample.mailbox], self._settings)
        self._desk.collect(sample.mailbox, source)
        settled = list(self._desk.settle_waiting())
        self._sender.label = f"{number:02}-{sample.name}"
        states = [d.state for d in self._desk.deliver(self._sender)]
        return (str(number), sample.mailbox, sample.subject, _decision(settled), _reply(settled, states))


def _decision(settled: list[Settled]) -> str:
    wording = load_wording()
    texts = []
    for one in settled:
        pieces = one.decided.pieces
        if pieces:
            texts += [
                f"{wording.outcome[p.decision.outcome]}: {sentence_of(p.decision.rule)}" for p in pieces
            ]
        else:
            texts.append(sentence_of(one.decided.mail.rule))
    return "\n".join(texts) or "受信済み"


def _reply(settled: list[Settled], states: list[str]) -> str:
    subjects = [s.reply.subject.split("】")[0] + "】" for s in settled if s.reply]
    return "".join(subjects) + ("" if states or not subjects else "（未送信）") or "なし"


def _summary(out: Path, count: int) -> str:
    return "\n".join(
        (
            f"{count}通のメールを処理しました。次のものをご覧ください。",
            f"  {out}/replies/        返信（.eml。メールソフトで開けます）",
            f"  {out}/inbox/          届いたメール",
            f"  {out}/ledger.db       台帳（SQLite。mail_overview などのビューがあります）",
            "続けて試せるコマンド:",
            f"  .venv/bin/uketsuke --settings {out}/settings.toml status",
            f"  .venv/bin/uketsuke --settings {out}/settings.toml held",
            f"  .venv/bin/uketsuke --settings {out}/settings.toml show 1",
            f"  .venv/bin/uketsuke form {out}/forms",
        )
    )
