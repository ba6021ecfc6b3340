"""The ledger's schema, numbered and append-only: a released migration is never edited.

Words are those of docs/design.md, "Words". No column holds a state that changes: states are folded from rows that are
only ever added. Tables that do change hold no fact of their own (cursor, queues, the newest reading of a mail);
docs/journey.md, "The ledger", names them all. Only `erasure.py` takes something out, and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_bytes
from sqlite3 import Connection
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it takes 30 ms to load, and is needed where something is to be migrated
    from sqlite_utils import Database

_SET = "uketsuke"
_STEPS: list[Callable[[Database], None]] = []


def _step(change: Callable[[Database], None]) -> Callable[[Database], None]:
    """Register a migration, under the name of its function, behind those before it."""
    _STEPS.append(change)
    return change


def names() -> tuple[str, ...]:
    """The names of the migrations that this program has, in their order."""
    return tuple(step.__name__ for step in _STEPS)


def applied(connection: Connection) -> tuple[str, ...]:
    """The names of the migrations that the ledger has been through, in their order; none of a new file. Only reads."""
    query = "SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'"
    if connection.execute(query).fetchone() is None:
        return ()
    query = "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid"
    return tuple(row[0] for row in connection.execute(query, (_SET,)))


def are_pending(connection: Connection) -> bool:
    """Whether the ledger lacks a migration. Only reads."""
    return not set(applied(connection)) >= set(names())


def migrate(connection: Connection) -> None:
    """Apply the migrations that the ledger lacks, each in a transaction of its own."""
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    migrations = Migrations(_SET)
    for step in _STEPS:
        migrations()(step)
    migrations.apply(Database(connection))


def _run(db: Database, *statements: str) -> None:
    for statement in statements:
        db.conn.execute(statement)


@_step
def m001_arrivals(db: Database) -> None:
    """Raw mail, where it was seen, and how far each mailbox has been read."""
    _run(
        db,
        """CREATE TABLE arrival (
            id INTEGER PRIMARY KEY,
            mailbox TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            size INTEGER NOT NULL,
            header_only INTEGER NOT NULL DEFAULT 0,
            received_at TEXT NOT NULL,
            recorded_at TEXT NOT NULL,
            receipt TEXT NOT NULL UNIQUE,
            added_by TEXT NOT NULL DEFAULT '',
            UNIQUE (mailbox, sha256)
        ) STRICT""",
        """CREATE TABLE raw (
            arrival_id INTEGER PRIMARY KEY REFERENCES arrival(id),
            bytes BLOB NOT NULL
        ) STRICT""",
        """CREATE TABLE sighting (
            mailbox TEXT NOT NULL,
            uidvalidity TEXT NOT NULL,
            uid TEXT NOT NULL,
            arrival_id INTEGER NOT NULL REFERENCES arrival(id),
            recorded_at TEXT NOT NULL,
            PRIMARY KEY (mailbox, uidvalidity, uid)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE cursor (
            mailbox TEXT PRIMARY KEY,
            uidvalidity TEXT NOT NULL,
            uid TEXT NOT NULL,
            recorded_at TEXT NOT NULL
        ) STRICT""",
        "CREATE TABLE to_read (arrival_id INTEGER PRIMARY KEY REFERENCES arrival(id)) STRICT",
        """CREATE TABLE health (
            mailbox TEXT PRIMARY KEY,
            last_success_at TEXT NOT NULL DEFAULT '',
            failing_since TEXT NOT NULL DEFAULT '',
            detail TEXT NOT NULL DEFAULT ''
        ) STRICT""",
    )


@_step
def m002_readings(db: Database) -> None:
    """What a mail was read as: message, attachments, findings, evidence."""
    _run(
        db,
        """CREATE TABLE message (
            arrival_id INTEGER PRIMARY KEY REFERENCES arrival(id),
            kind TEXT NOT NULL,
            message_id TEXT NOT NULL,
            sender TEXT NOT NULL,
            sender_name TEXT NOT NULL,
            subject TEXT NOT NULL,
            answers TEXT NOT NULL,
            content TEXT NOT NULL,
            submission TEXT NOT NULL,
            recorded_at TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX message_content ON message (sender, content)",
        """CREATE TABLE attachment (
            arrival_id INTEGER NOT NULL REFERENCES arrival(id),
            position INTEGER NOT NULL,
            filename TEXT NOT NULL,
            size INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            kind TEXT NOT NULL,
            form TEXT NOT NULL,
            PRIMARY KEY (arrival_id, position)
        ) STRICT""",
        """CREATE TABLE finding (
            id INTEGER PRIMARY KEY,
            arrival_id INTEGER NOT NULL REFERENCES arrival(id),
            verdict_id INTEGER NOT NULL REFERENCES verdict(id),
            code TEXT NOT NULL,
            severity TEXT NOT NULL,
            sheet TEXT NOT NULL,
            cell TEXT NOT NULL,
            question TEXT NOT NULL,
            label TEXT NOT NULL,
            about TEXT NOT NULL,
            found TEXT NOT NULL,
            expected TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX finding_verdict ON finding (verdict_id)",
        """CREATE TABLE evidence (
            id INTEGER PRIMARY KEY,
            arrival_id INTEGER NOT NULL REFERENCES arrival(id),
            piece TEXT NOT NULL,
            source TEXT NOT NULL,
            claim TEXT NOT NULL,
            lgcodes TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX evidence_arrival ON evidence (arrival_id)",
    )


@_step
def m003_verdicts(db: Database) -> None:
    """What became of each mail and of each piece of it, who said so, and everything else that happened.

    `piece`: "0" the mail itself, "2" the second attachment, "2/1" its first answer sheet.
    """
    _run(
        db,
        """CREATE TABLE verdict (
            id INTEGER PRIMARY KEY,
            arrival_id INTEGER NOT NULL REFERENCES arrival(id),
            piece TEXT NOT NULL,
            outcome TEXT NOT NULL
                CHECK (outcome IN ('accepted', 'correction', 'held', 'ignored', 'kept')),
            rules TEXT NOT NULL,
            submitter TEXT NOT NULL,
            body TEXT NOT NULL,
            program TEXT NOT NULL,
            part TEXT NOT NULL CHECK (part IN ('', 'own', 'collected')),
            attribute TEXT NOT NULL DEFAULT '',
            late INTEGER NOT NULL,
            received_at TEXT NOT NULL,
            recorded_at TEXT NOT NULL,
            decided_by TEXT NOT NULL,
            why TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX verdict_arrival ON verdict (arrival_id, piece)",
        "CREATE INDEX verdict_body ON verdict (body, program)",
        """CREATE TABLE event (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            arrival_id INTEGER REFERENCES arrival(id),
            lgcode TEXT NOT NULL DEFAULT '',
            program TEXT NOT NULL DEFAULT '',
            detail TEXT NOT NULL DEFAULT '',
            done_by TEXT NOT NULL DEFAULT 'uketsuke',
            why TEXT NOT NULL DEFAULT '',
            recorded_at TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX event_arrival ON event (arrival_id)",
        "CREATE INDEX event_kind ON event (kind, lgcode)",
        """CREATE TABLE approval (
            id INTEGER PRIMARY KEY,
            sender TEXT NOT NULL,
            lgcode TEXT NOT NULL,
            done_by TEXT NOT NULL,
            why TEXT NOT NULL,
            recorded_at TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX approval_sender ON approval (sender)",
    )


@_step
def m004_outbox(db: Database) -> None:
    """Finished replies, and every step of their way out. `key` makes a second reply of the kind impossible."""
    _run(
        db,
        """CREATE TABLE outbox (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            arrival_id INTEGER REFERENCES arrival(id),
            mailbox TEXT NOT NULL,
            kind TEXT NOT NULL,
            message_id TEXT NOT NULL UNIQUE,
            mail_from TEXT NOT NULL,
            recipient TEXT NOT NULL,
            rcpt_to TEXT NOT NULL,
            respondent TEXT NOT NULL,
            subject TEXT NOT NULL,
            data BLOB NOT NULL,
            recorded_at TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX outbox_recipient ON outbox (recipient, recorded_at)",
        "CREATE INDEX outbox_respondent ON outbox (respondent, recorded_at)",
        "CREATE INDEX outbox_arrival ON outbox (arrival_id)",
        """CREATE TABLE posting (
            id INTEGER PRIMARY KEY,
            outbox_id INTEGER NOT NULL REFERENCES outbox(id),
            state TEXT NOT NULL CHECK (state IN
                ('queued', 'sending', 'sent', 'drafted', 'later', 'refused', 'unsure', 'undelivered')),
            detail TEXT NOT NULL DEFAULT '',
            recorded_at TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX posting_outbox ON posting (outbox_id, id)",
        """CREATE TABLE to_send (
            outbox_id INTEGER PRIMARY KEY REFERENCES outbox(id),
            not_before TEXT NOT NULL
        ) STRICT""",
    )


@_step
def m005_erasure(db: Database) -> None:
    """Mails whose bytes and content were taken out of the ledger: who did it, and why. `to_wipe`: a queue of
    those of which the write-ahead log may still hold a trace."""
    _run(
        db,
        """CREATE TABLE erasure (
            arrival_id INTEGER PRIMARY KEY REFERENCES arrival(id),
            kind TEXT NOT NULL CHECK (kind IN ('erased', 'purged')),
            bytes INTEGER NOT NULL,
            done_by TEXT NOT NULL,
            why TEXT NOT NULL,
            recorded_at TEXT NOT NULL
        ) STRICT""",
        "CREATE TABLE to_wipe (arrival_id INTEGER PRIMARY KEY REFERENCES arrival(id)) STRICT",
    )


@_step
def m006_cursor_date(db: Database) -> None:
    """The INTERNALDATE of the mail at each cursor, by which a mailbox that was put back is known."""
    _run(db, "ALTER TABLE cursor ADD COLUMN received_at TEXT NOT NULL DEFAULT ''")


@_step
def m007_to_send_order(db: Database) -> None:
    """Replies leave in the order in which their turn comes; a long outbox is not sorted for each of them."""
    _run(db, "CREATE INDEX to_send_time ON to_send (not_before)")


@_step
def m008_missing(db: Database) -> None:
    """Mails that a server lists and does not hand out, by UID; "gone" where it no longer lists them. One that
    came in after all has a sighting."""
    _run(
        db,
        """CREATE TABLE missing (
            id INTEGER PRIMARY KEY,
            mailbox TEXT NOT NULL,
            uidvalidity TEXT NOT NULL,
            uid TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('missing', 'gone')),
            recorded_at TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX missing_uid ON missing (mailbox, uidvalidity, uid)",
    )


@_step
def m009_waits(db: Database) -> None:
    """What waits for other mail: locked files for a password, parts of a submission for each other. `part` tells
    which part of how many a mail is (`stem`: a hash of the subject without that). Two queues: `wait` names
    what the desk waits for and until when, `to_pair` the mails that may open, or be opened by, another."""
    _run(
        db,
        """CREATE TABLE part (
            arrival_id INTEGER PRIMARY KEY REFERENCES arrival(id),
            mailbox TEXT NOT NULL,
            sender TEXT NOT NULL,
            stem TEXT NOT NULL,
            number INTEGER NOT NULL,
            total INTEGER NOT NULL,
            has_form INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX part_of ON part (sender, stem)",
        """CREATE TABLE wait (
            arrival_id INTEGER NOT NULL REFERENCES arrival(id),
            what TEXT NOT NULL CHECK (what IN ('password', 'told', 'beside', 'parts')),
            mailbox TEXT NOT NULL,
            until TEXT NOT NULL,
            PRIMARY KEY (arrival_id, what)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX wait_until ON wait (until)",
        "CREATE TABLE to_pair (arrival_id INTEGER PRIMARY KEY REFERENCES arrival(id)) STRICT",
    )


@_step
def m010_standing(db: Database) -> None:
    """What a body's standing and history rest on, in one index each: a long history costs little to look
    through."""
    _run(
        db,
        "DROP INDEX verdict_body",
        "CREATE INDEX verdict_standing ON verdict"
        " (body, program, part, outcome, attribute, received_at, arrival_id, rules)",
        "CREATE INDEX verdict_of_mail ON verdict (arrival_id) WHERE piece = '0'",
    )


@_step
def m011_errands(db: Database) -> None:
    """What people do with our replies: they answer first, and send, change or delete our drafts. And the queues
    of mails to be filed (`to_file`) and of drafts to be followed (`open_draft`)."""
    # SQLite cannot widen a CHECK. The views name `posting`, so they go first: each opening makes them anew.
    views = [row[0] for row in db.conn.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    _run(
        db,
        *(f"DROP VIEW {view}" for view in views),
        """CREATE TABLE posting_new (
            id INTEGER PRIMARY KEY,
            outbox_id INTEGER NOT NULL REFERENCES outbox(id),
            state TEXT NOT NULL CHECK (state IN
                ('queued', 'sending', 'sent', 'drafted', 'later', 'refused', 'unsure', 'undelivered',
                 'overtaken', 'sent_by_hand', 'edited', 'discarded')),
            detail TEXT NOT NULL DEFAULT '',
            recorded_at TEXT NOT NULL
        ) STRICT""",
        "INSERT INTO posting_new SELECT id, outbox_id, state, detail, recorded_at FROM posting",
        "DROP TABLE posting",
        "ALTER TABLE posting_new RENAME TO posting",
        "CREATE INDEX posting_outbox ON posting (outbox_id, id)",
        "CREATE INDEX sighting_arrival ON sighting (arrival_id)",
        """CREATE TABLE to_file (
            arrival_id INTEGER PRIMARY KEY REFERENCES arrival(id),
            mailbox TEXT NOT NULL,
            folder TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE open_draft (
            outbox_id INTEGER PRIMARY KEY REFERENCES outbox(id),
            place TEXT NOT NULL
        ) STRICT""",
    )


@_step
def m012_sent_by_hand(db: Database) -> None:
    """Drafts that a human sent are found by the Message-ID that the mail program gave them."""
    _run(db, "CREATE INDEX posting_by_hand ON posting (detail) WHERE state = 'sent_by_hand'")


@_step
def m013_sending_trouble(db: Database) -> None:
    """Our addresses under which nothing leaves, since when and why: no fact, but what the last try met."""
    _run(
        db,
        """CREATE TABLE sending_trouble (
            mail_from TEXT PRIMARY KEY,
            since TEXT NOT NULL,
            detail TEXT NOT NULL
        ) STRICT""",
    )


@_step
def m014_secret(db: Database) -> None:
    """The key under which Message-IDs are made, so that nobody can guess one of ours. Letters of before keep theirs."""
    _run(db, "CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID")
    db.conn.execute("INSERT INTO secret VALUES ('message_id', ?)", (token_bytes(32),))


@_step
def m015_proof(db: Database) -> None:
    """What stood behind each answer when it was decided (`routing/proof.py`). What was decided before is taken for
    its body's own, as it was then."""
    _run(
        db,
        "ALTER TABLE verdict ADD COLUMN proof INTEGER NOT NULL DEFAULT 2",
        "DROP INDEX verdict_standing",
        "CREATE INDEX verdict_standing ON verdict"
        " (body, program, part, outcome, attribute, received_at, arrival_id, rules, proof)",
    )


@_step
def m016_withdrawals(db: Database) -> None:
    """Letters that a newer decision takes back: the state `withdrawn`, and a queue (`to_withdraw`) of those of
    which that cannot be done at once, a draft or one whose sending has begun. Whatever an older release left
    waiting behind a newer letter is put there. And approvals that are taken back, each by a row of its own."""
    views = [row[0] for row in db.conn.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    _run(
        db,
        *(f"DROP VIEW {view}" for view in views),
        """CREATE TABLE posting_new (
            id INTEGER PRIMARY KEY,
            outbox_id INTEGER NOT NULL REFERENCES outbox(id),
            state TEXT NOT NULL CHECK (state IN
                ('queued', 'sending', 'sent', 'drafted', 'later', 'refused', 'unsure', 'undelivered',
                 'overtaken', 'sent_by_hand', 'edited', 'discarded', 'withdrawn')),
            detail TEXT NOT NULL DEFAULT '',
            recorded_at TEXT NOT NULL
        ) STRICT""",
        "INSERT INTO posting_new SELECT id, outbox_id, state, detail, recorded_at FROM posting",
        "DROP TABLE posting",
        "ALTER TABLE posting_new RENAME TO posting",
        "CREATE INDEX posting_outbox ON posting (outbox_id, id)",
        "CREATE INDEX posting_by_hand ON posting (detail) WHERE state = 'sent_by_hand'",
        "CREATE TABLE to_withdraw (outbox_id INTEGER PRIMARY KEY REFERENCES outbox(id)) STRICT",
        """INSERT INTO to_withdraw SELECT o.id FROM outbox o WHERE EXISTS (
            SELECT 1 FROM outbox n WHERE n.arrival_id = o.arrival_id AND n.recipient = o.recipient AND n.id > o.id)
            AND (EXISTS (SELECT 1 FROM to_send q WHERE q.outbox_id = o.id)
                OR EXISTS (SELECT 1 FROM open_draft d WHERE d.outbox_id = o.id) AND 'drafted' =
                    (SELECT p.state FROM posting p WHERE p.outbox_id = o.id ORDER BY p.id DESC LIMIT 1))""",
        "ALTER TABLE approval ADD COLUMN revoked INTEGER NOT NULL DEFAULT 0",
    )


@_step
def m017_holds(db: Database) -> None:
    """Sending that people hold, and release: two tables of rows that are only added. `kind` and `mailbox`: of which
    letters, empty for all; `mails_before`: only of letters to mails received before this instant, and of those
    that answer none, after a ledger was put back. `to_copy`: a queue of letters whose copy is still to be put among
    the sent mails of their mailbox."""
    _run(
        db,
        """CREATE TABLE sending_hold (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            mailbox TEXT NOT NULL,
            mails_before TEXT NOT NULL,
            done_by TEXT NOT NULL,
            why TEXT NOT NULL,
            recorded_at TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE sending_release (
            hold_id INTEGER PRIMARY KEY REFERENCES sending_hold(id),
            done_by TEXT NOT NULL,
            why TEXT NOT NULL,
            recorded_at TEXT NOT NULL
        ) STRICT""",
        "CREATE TABLE to_copy (outbox_id INTEGER PRIMARY KEY REFERENCES outbox(id)) STRICT",
    )


@_step
def m018_deciding(db: Database) -> None:
    """Two queues: mails whose decision has begun (`alone`: no other was under way), and mails that wait until no
    other does, since a reader died over them or the desk while it decided them. And what operators were told in
    one letter with other things, found by its key."""
    _run(
        db,
        "CREATE INDEX event_alerted ON event (detail) WHERE kind = 'alerted'",
        """CREATE TABLE deciding (
            arrival_id INTEGER PRIMARY KEY REFERENCES arrival(id),
            alone INTEGER NOT NULL
        ) STRICT""",
        """CREATE TABLE deferred (
            arrival_id INTEGER PRIMARY KEY REFERENCES arrival(id),
            since TEXT NOT NULL
        ) STRICT""",
    )


@_step
def m019_outbox_time(db: Database) -> None:
    """How many letters went out lately, and to whom: for the caps of a domain and of an hour."""
    _run(db, "CREATE INDEX outbox_time ON outbox (recorded_at, recipient, arrival_id)")


@_step
def m020_finding_key(db: Database) -> None:
    """What makes two findings the same on two versions of a sheet (`Finding.key`), kept as it was made then."""
    _run(
        db,
        "ALTER TABLE finding ADD COLUMN key TEXT NOT NULL DEFAULT ''",
        "UPDATE finding SET key = code || '/' || iif(question = '', label, question) || '/' || about",
    )


@_step
def m022_foreign(db: Database) -> None:
    """Two more reasons to wait: mail that is not about this survey, for its erasure, and mail that a scanner still
    looks at; and a queue of mails whose UID is to be fetched again, since its content may have changed."""
    _run(
        db,
        """CREATE TABLE wait_new (
            arrival_id INTEGER NOT NULL REFERENCES arrival(id),
            what TEXT NOT NULL CHECK (what IN ('password', 'told', 'beside', 'parts', 'foreign', 'scan')),
            mailbox TEXT NOT NULL,
            until TEXT NOT NULL,
            PRIMARY KEY (arrival_id, what)
        ) STRICT, WITHOUT ROWID""",
        "INSERT INTO wait_new SELECT arrival_id, what, mailbox, until FROM wait",
        "DROP TABLE wait",
        "ALTER TABLE wait_new RENAME TO wait",
        "CREATE INDEX wait_until ON wait (until)",
        "CREATE TABLE to_fetch (arrival_id INTEGER PRIMARY KEY REFERENCES arrival(id)) STRICT",
    )


@_step
def m024_to_release(db: Database) -> None:
    """A queue of letters that do not leave until an official releases them. One that is taken back stays in it: were
    the taking back undone, it would wait again."""
    _run(db, "CREATE TABLE to_release (outbox_id INTEGER PRIMARY KEY REFERENCES outbox(id)) STRICT")


@_step
def m025_wording(db: Database) -> None:
    """The wording by which each letter was written, as approvals name it; empty for letters of older releases."""
    _run(db, "ALTER TABLE outbox ADD COLUMN wording TEXT NOT NULL DEFAULT ''")


@_step
def m029_undo(db: Database) -> None:
    """Decisions that are taken back before their letters leave: `undone`, rows that are only added, each a range of
    verdicts and of events of one mail that never counted, and behind `copies_after` the copies of the verdicts that
    count instead; and `undoable`, what may still be taken back, a queue."""
    _run(
        db,
        """CREATE TABLE undone (
            id INTEGER PRIMARY KEY,
            arrival_id INTEGER NOT NULL REFERENCES arrival(id),
            verdict_after INTEGER NOT NULL,
            copies_after INTEGER NOT NULL,
            verdict_to INTEGER NOT NULL,
            event_after INTEGER NOT NULL,
            event_to INTEGER NOT NULL,
            done_by TEXT NOT NULL,
            why TEXT NOT NULL,
            recorded_at TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX undone_arrival ON undone (arrival_id)",
        """CREATE TABLE undoable (
            arrival_id INTEGER PRIMARY KEY REFERENCES arrival(id),
            done_by TEXT NOT NULL,
            token TEXT NOT NULL,
            before TEXT NOT NULL,
            after TEXT NOT NULL,
            until TEXT NOT NULL
        ) STRICT""",
    )


@_step
def m030_about(db: Database) -> None:
    """The mail that a letter is about which answers none by itself: an official's answer in words, a mail passed on
    to a colleague, a notice to whoever was replaced. A newer decision about the mail does not take it back. And what
    came and left on one day, found by its time."""
    _run(
        db,
        """CREATE TABLE about (
            outbox_id INTEGER PRIMARY KEY REFERENCES outbox(id),
            arrival_id INTEGER NOT NULL REFERENCES arrival(id)
        ) STRICT""",
        "CREATE INDEX about_arrival ON about (arrival_id)",
        "CREATE INDEX arrival_time ON arrival (received_at)",
        "CREATE INDEX posting_time ON posting (recorded_at, outbox_id)",
    )


@_step
def m026_unbooked(db: Database) -> None:
    """What has no place in the books is few among many: found without looking through all verdicts."""
    _run(
        db,
        "CREATE INDEX verdict_unbooked ON verdict (submitter, body, received_at)"
        " WHERE part = '' AND outcome IN ('correction', 'held')",
    )


@_step
def m027_handover(db: Database) -> None:
    """What was handed over to the ministry's files: each folder by its name and the SHA-256 of its list, and the mails
    and letters in it. A purge asks for them."""
    _run(
        db,
        """CREATE TABLE handover (
            id INTEGER PRIMARY KEY,
            place TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            done_by TEXT NOT NULL,
            why TEXT NOT NULL,
            recorded_at TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE handed_over (
            handover_id INTEGER NOT NULL REFERENCES handover(id),
            arrival_id INTEGER REFERENCES arrival(id),
            outbox_id INTEGER REFERENCES outbox(id)
        ) STRICT""",
        "CREATE INDEX handed_over_mail ON handed_over (arrival_id) WHERE arrival_id IS NOT NULL",
        "CREATE INDEX handed_over_letter ON handed_over (outbox_id) WHERE outbox_id IS NOT NULL",
    )


@_step
def m031_let_go(db: Database) -> None:
    """Letters that an official lets leave one by one while the hold over them stands on. Rows are only added."""
    _run(
        db,
        """CREATE TABLE let_go (
            outbox_id INTEGER NOT NULL REFERENCES outbox(id),
            hold_id INTEGER NOT NULL REFERENCES sending_hold(id),
            done_by TEXT NOT NULL,
            why TEXT NOT NULL,
            recorded_at TEXT NOT NULL,
            PRIMARY KEY (outbox_id, hold_id)
        ) STRICT""",
    )


@_step
def m032_handover_marks(db: Database) -> None:
    """What stood in the ledger when a handover began, by the numbers of its rows: a time in seconds does not tell what
    came before it. Of older handovers only what was recorded before their second counts."""
    _run(
        db,
        "ALTER TABLE handover ADD COLUMN verdict_to INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE handover ADD COLUMN outbox_to INTEGER NOT NULL DEFAULT 0",
        "UPDATE handover SET"
        " verdict_to = coalesce((SELECT max(id) FROM verdict v WHERE v.recorded_at < handover.recorded_at), 0),"
        " outbox_to = coalesce((SELECT max(id) FROM outbox o WHERE o.recorded_at < handover.recorded_at), 0)",
    )


@_step
def m033_words(db: Database) -> None:
    """What of a mail is searched for words, beside its reading: that is ten times as long, and in JSON. Whatever writes,
    replaces or erases a reading does so here too, by triggers, so that no word outlives what it stood in."""
    text = "coalesce(iif(json_valid({0}submission), json_extract({0}submission, '$.message.body'), ''), '')"
    said = "{0}subject || char(10) || {0}sender_name || char(10) || {0}sender || char(10) || " + text
    anew = f"""BEGIN
            DELETE FROM words WHERE arrival_id = NEW.arrival_id;
            INSERT INTO words VALUES (NEW.arrival_id, {said.format("NEW.")});
        END"""
    columns = "subject, sender_name, sender, submission"
    _run(
        db,
        """CREATE TABLE words (
            arrival_id INTEGER PRIMARY KEY REFERENCES arrival(id),
            said TEXT NOT NULL
        ) STRICT""",
        f"INSERT INTO words SELECT arrival_id, {said.format('')} FROM message",
        f"CREATE TRIGGER words_of_new AFTER INSERT ON message {anew}",
        f"CREATE TRIGGER words_of_changed AFTER UPDATE OF {columns} ON message {anew}",
    )


@_step
def m034_pre_checks(db: Database) -> None:
    """What was looked at before it is handed in, apart from what counts; and mails and letters that let others go first."""
    _run(
        db,
        """CREATE TABLE pre_check (
            verdict_id INTEGER NOT NULL REFERENCES verdict (id),
            arrival_id INTEGER NOT NULL REFERENCES arrival (id),
            piece TEXT NOT NULL,
            submitter TEXT NOT NULL,
            body TEXT NOT NULL,
            program TEXT NOT NULL,
            part TEXT NOT NULL CHECK (part IN ('', 'own', 'collected')),
            wrong INTEGER NOT NULL CHECK (wrong IN (0, 1)),
            recorded_at TEXT NOT NULL,
            PRIMARY KEY (verdict_id, piece)
        ) STRICT""",
        "CREATE INDEX pre_check_arrival ON pre_check (arrival_id)",
        "CREATE INDEX pre_check_body ON pre_check (body)",
        "CREATE INDEX pre_check_submitter ON pre_check (submitter)",
        "CREATE TABLE let_pass (arrival_id INTEGER PRIMARY KEY REFERENCES arrival (id)) STRICT",
    )


@_step
def m035_whose_mails(db: Database) -> None:
    """The mails of an address, in capitals or not, and of a body are found without going through a mailbox, and what
    was found in a mail without going through all findings."""
    _run(
        db,
        "DROP INDEX message_content",
        "CREATE INDEX message_content ON message (content)",
        "CREATE INDEX message_sender ON message (lower(sender))",
        "CREATE INDEX verdict_submitter ON verdict (submitter) WHERE piece = '0' AND submitter <> ''",
        "CREATE INDEX finding_arrival ON finding (arrival_id)",
    )


# Views are made anew at each opening, so they may change without a migration. They are for people who open
# the ledger with sqlite-utils or Datasette; the program itself does not read them.
VIEWS: dict[str, str] = {
    "latest_verdict": """
        SELECT v.* FROM verdict v
        WHERE v.id >= (SELECT max(w.id) FROM verdict w
                       WHERE w.arrival_id = v.arrival_id AND w.piece = '0')""",
    "mail_overview": """
        SELECT a.id, a.receipt, a.mailbox, a.received_at, m.kind, m.sender, m.subject, v.outcome, v.rules,
               (SELECT count(*) FROM attachment t WHERE t.arrival_id = a.id) AS attachments
        FROM arrival a
        LEFT JOIN message m ON m.arrival_id = a.id
        LEFT JOIN latest_verdict v ON v.arrival_id = a.id AND v.piece = '0'""",
    "file_overview": """
        SELECT a.receipt, v.piece, t.filename, t.kind, t.form, v.program, v.body, v.submitter, v.outcome,
               v.rules, v.late, v.decided_by, v.why,
               (SELECT count(*) FROM finding f WHERE f.verdict_id = v.id AND f.severity = 'error') AS errors
        FROM latest_verdict v
        JOIN arrival a ON a.id = v.arrival_id
        LEFT JOIN attachment t ON t.arrival_id = v.arrival_id AND t.position = CAST(v.piece AS INTEGER)
        WHERE v.piece <> '0'""",
    "open_findings": """
        SELECT a.receipt, v.body, v.program, t.filename, f.code, f.severity, f.sheet, f.cell, f.question,
               f.label, f.found, f.expected
        FROM finding f
        JOIN latest_verdict v ON v.id = f.verdict_id AND v.outcome = 'correction'
        JOIN arrival a ON a.id = f.arrival_id
        LEFT JOIN attachment t ON t.arrival_id = v.arrival_id AND t.position = CAST(v.piece AS INTEGER)""",
    "reply_overview": """
        SELECT o.id, a.receipt, o.kind, o.recipient, o.rcpt_to, o.subject, o.message_id, p.state, p.detail,
               p.recorded_at
        FROM outbox o
        LEFT JOIN arrival a ON a.id = o.arrival_id
        JOIN posting p ON p.id = (SELECT max(q.id) FROM posting q WHERE q.outbox_id = o.id)""",
}
