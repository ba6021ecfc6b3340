"""What of the ledger bears on proof: the letters of ours that a mail answers, the bodies for which officials vouched
for an address, the answers that a mail replaced. Only reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Row

from config.domains import aligned
from config.frozen import frozen
from routing.attention import sql_list
from routing.clock import stamp, unstamp
from routing.ledger.arrivals import LOOKED_BACK, newest_of
from routing.ledger.store import Ledger
from routing.ledger.undone import event_counts
from routing.proof import OurLetter


def answered(ledger: Ledger, message_ids: Iterable[str]) -> tuple[OurLetter, ...]:
    """The letters of our outbox under these Message-IDs, those included that a human sent from our drafts."""
    rows = (row for message_id in message_ids for row in ledger.rows(_LETTERS, message_id, message_id))
    return tuple(OurLetter(row["recipient"], _about(ledger, row)) for row in rows)


_LETTERS = """SELECT o.id, o.recipient, o.respondent, o.arrival_id, o.recorded_at FROM outbox o
    WHERE o.message_id = ?
    OR o.id IN (SELECT p.outbox_id FROM posting p WHERE p.state = 'sent_by_hand' AND p.detail = ?)"""


def _about(ledger: Ledger, letter: Row) -> frozenset[tuple[str, str]]:
    """(lgcode of the submitter, program) of what was decided about the mail that the letter answers; for a letter
    that answers none, everything of its respondent."""
    if letter["arrival_id"] is None:
        return frozenset({(letter["respondent"], "")})
    rows = ledger.rows(_ABOUT, letter["arrival_id"], letter["recorded_at"])
    return frozenset((row["whose"], row["program"]) for row in rows)


_ABOUT = """SELECT DISTINCT iif(submitter = '', body, submitter) AS whose, program FROM verdict
    WHERE arrival_id = ? AND recorded_at <= ? AND program <> ''"""


def vouched(ledger: Ledger, address: str) -> frozenset[str]:
    """lgcodes of the bodies for which officials vouched for this address, or its domain, and took nothing back."""
    rows = ledger.rows(
        "SELECT a.lgcode FROM approval a WHERE a.sender IN (?, ?) AND a.lgcode <> '' AND a.revoked = 0 AND NOT EXISTS"
        " (SELECT 1 FROM approval r WHERE r.sender = a.sender AND r.id > a.id AND r.revoked = 1)",
        address.lower(),
        "@" + address.rpartition("@")[2].lower(),
    )
    return frozenset(row["lgcode"] for row in rows)


def named(ledger: Ledger, numbers: Iterable[str], sender: str) -> str:
    """The Message-ID of the newest letter of ours under one of these numbers (a receipt number, or that of a letter
    that answers none) that went to this address or its like; empty if there is none. Anybody may write a number:
    it tells what a mail is about and proves nothing."""
    domain = sender.rpartition("@")[2].lower()
    for number in numbers:
        for row in ledger.rows(_NUMBERED, f"<uketsuke.{number}.", f"<uketsuke.{number}/"):
            to = str(row["recipient"])
            if to == sender.lower() or aligned(to.rpartition("@")[2], domain):
                return str(row["message_id"])
    return ""


# Between "NUMBER." and "NUMBER/", the next character: what begins with the number and a dot.
_NUMBERED = "SELECT message_id, recipient FROM outbox WHERE message_id >= ? AND message_id < ? ORDER BY id DESC"


def said_no_file(ledger: Ledger, mailbox: str, whose: tuple[str, str], before: int) -> bool:
    """Whether a letter in this mailbox told that a mail brought no file (a link, or a gateway's word in its place, is
    no file), and no form has come since, up to the arrival `before`. `whose`: (address, lgcode), of which one is
    enough: machines change their addresses."""
    row = ledger.row(_SAID_NO_FILE, *whose, mailbox, before)
    return row is not None


# The newest verdicts on mails of an address, and on those that a body (lgcode) sent.
VERDICTS_OF = f"""SELECT w.id, w.arrival_id FROM {newest_of("{0}")} newest
        JOIN verdict w ON w.arrival_id = newest.arrival_id AND w.piece = '0'
    UNION SELECT * FROM (SELECT w.id, w.arrival_id FROM verdict w WHERE w.piece = '0' AND w.submitter <> ''
        AND w.submitter = {{1}} ORDER BY w.id DESC LIMIT {LOOKED_BACK})"""
# Requests in one mailbox to whoever it is, since no form came from there. One that was only checked has no content to be
# compared (`pre_checks.py`).
_ASKED_IN_VAIN = f"""WHERE (o.recipient = lower(?1) OR (o.respondent <> '' AND o.respondent = ?2))
    AND o.kind = 'correction' AND o.mailbox = ?3 AND o.arrival_id < ?4 AND NOT EXISTS (
        SELECT 1 FROM ({VERDICTS_OF.format("?1", "?2")}) theirs
        JOIN message m ON m.arrival_id = theirs.arrival_id
        JOIN attachment t ON t.arrival_id = m.arrival_id AND t.kind <> 'other' JOIN arrival a ON a.id = m.arrival_id
        WHERE +a.mailbox = ?3 AND a.id > o.arrival_id AND a.id < ?4 AND m.content <> '')"""
_SAID_NO_FILE = f"""SELECT 1 FROM outbox o JOIN finding f ON f.verdict_id IN
        (SELECT v.id FROM verdict v WHERE v.arrival_id = o.arrival_id AND v.piece = '0')
        AND f.code IN ('no_file', 'file_by_link', 'file_removed', 'file_sealed')
    {_ASKED_IN_VAIN} LIMIT 1"""


@frozen
class AskedForForm:
    """The requests for a form to a sender who brought none: how many there were, and of the files that they were
    about the names, the hashes and the codes of what was found."""

    letters: int
    filenames: frozenset[str]
    hashes: frozenset[str]
    codes: frozenset[str]


def asked_for_form(ledger: Ledger, mailbox: str, whose: tuple[str, str], before: int) -> AskedForForm:
    """The requests in this mailbox to a sender who sent no form, and has sent none since, up to the arrival `before`.
    `whose`: (address, lgcode), of which one is enough."""
    asked = ledger.rows(f"SELECT DISTINCT o.arrival_id FROM outbox o {_NO_FORM}", *whose, mailbox, before)
    mails = {row["arrival_id"] for row in asked}
    files = [row for mail in mails for row in ledger.rows("SELECT * FROM attachment WHERE arrival_id = ?", mail)]
    found = [row for mail in mails for row in ledger.rows("SELECT code FROM finding WHERE arrival_id = ?", mail)]
    return AskedForForm(
        letters=len(mails),
        filenames=frozenset(row["filename"] for row in files),
        hashes=frozenset(row["sha256"] for row in files),
        codes=frozenset(row["code"] for row in found),
    )


_NO_FORM = f"""JOIN verdict v ON v.arrival_id = o.arrival_id AND v.piece = '0'
    AND json_extract(v.rules, '$[0]') = 'no_form' {_ASKED_IN_VAIN}"""


def first_without_file(ledger: Ledger, mailbox: str, sender: str, before: int) -> datetime | None:
    """When the first mail from this address came whose sender was told, or would have been, that it brought no file,
    or no file that is a form; counted since a form last came from there."""
    row = ledger.row(_FIRST_WITHOUT_FILE, sender, mailbox, before)
    return unstamp(row["at"]) if row and row["at"] else None


_FIRST_WITHOUT_FILE = f"""SELECT min(a.received_at) AS at FROM {newest_of("?1")} m JOIN arrival a ON a.id = m.arrival_id
    JOIN verdict v ON v.arrival_id = a.id AND v.piece = '0' WHERE +a.mailbox = ?2 AND a.id < ?3
    AND json_extract(v.rules, '$[0]') IN {sql_list(lambda rule: rule.again, "no_form")}
    AND a.id > coalesce((SELECT max(b.id) FROM {newest_of("?1")} n JOIN arrival b ON b.id = n.arrival_id
        JOIN attachment t ON t.arrival_id = b.id AND t.kind <> 'other'
        WHERE +b.mailbox = ?2 AND b.id < ?3 AND n.content <> ''), 0)"""


def noticed_since(ledger: Ledger, recipient: str, since: datetime) -> bool:
    """Whether a notice of arrival was written to an address since an instant, and not kept from leaving."""
    row = ledger.row(
        "SELECT 1 FROM outbox o WHERE recipient = ? AND recorded_at > ? AND kind = 'arrival' AND NOT EXISTS (SELECT 1"
        " FROM posting p WHERE p.outbox_id = o.id AND p.state IN ('refused', 'withdrawn', 'discarded')) LIMIT 1",
        recipient.lower(),
        stamp(since),
    )
    return row is not None


def wait_noticed_since(ledger: Ledger, recipient: str, since: datetime, arrival_id: int) -> bool:
    """Whether an address was told since an instant that a password, or the other parts of a set, are awaited; by a
    notice about another mail than this one, which was not kept from leaving."""
    return ledger.row(_WAIT_NOTICED, recipient.lower(), stamp(since), arrival_id) is not None


_WAIT_NOTICED = """SELECT 1 FROM outbox o JOIN verdict v ON v.arrival_id = o.arrival_id AND v.recorded_at <= o.recorded_at
    WHERE o.recipient = ? AND o.recorded_at > ? AND o.kind = 'arrival' AND o.arrival_id <> ?
    AND json_extract(v.rules, '$[0]') IN ('password_awaited', 'part_awaited')
    AND NOT EXISTS (SELECT 1 FROM posting p WHERE p.outbox_id = o.id AND p.state IN ('refused', 'withdrawn', 'discarded'))
    LIMIT 1"""


def repeats_told(ledger: Ledger, recipient: str, first: str, since: datetime) -> int:
    """How often an address was told since an instant that the same mail as an earlier one (by receipt number) came
    again."""
    row = ledger.row(
        "SELECT count(*) AS n FROM arrival f JOIN message n ON n.arrival_id = f.id"
        " JOIN message m ON m.content = n.content AND +lower(m.sender) = lower(n.sender) AND m.arrival_id > f.id"
        " JOIN outbox o ON o.arrival_id = m.arrival_id"
        " WHERE f.receipt = ? AND o.recipient = ? AND o.kind IN ('duplicate', 'arrival') AND o.recorded_at > ?",
        first,
        recipient.lower(),
        stamp(since),
    )
    return int(row["n"]) if row else 0


def waits_for_proof(ledger: Ledger, receipt: str) -> bool:
    """Whether something in a mail (by receipt number) is held because nothing shows that it may replace what
    stands."""
    row = ledger.row(
        "SELECT 1 FROM verdict v JOIN arrival a ON a.id = v.arrival_id WHERE a.receipt = ? AND v.outcome = 'held'"
        " AND v.rules LIKE '[\"double\"%'"
        " AND v.id >= (SELECT max(w.id) FROM verdict w WHERE w.arrival_id = a.id AND w.piece = '0')",
        receipt,
    )
    return row is not None


@frozen
class Gone:
    """An answer that another mail replaced: its receipt number, who had sent it, whose it was, to which programs."""

    receipt: str
    sender: str
    lgcode: str
    programs: tuple[str, ...]


def gone_by(ledger: Ledger, arrival_id: int) -> tuple[Gone, ...]:
    """The answers of the same body's other addresses that a mail replaced, by receipt number."""
    rows = ledger.rows(
        f"SELECT detail, lgcode, program FROM event e WHERE arrival_id = ? AND kind = 'replaced' AND {event_counts('e')}"
        " GROUP BY 1, 2, 3 ORDER BY min(id)",
        arrival_id,
    )
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row["detail"], row["lgcode"]), []).append(row["program"])
    return tuple(
        Gone(detail.partition(" ")[0], detail.partition(" ")[2], lgcode, tuple(programs))
        for (detail, lgcode), programs in found.items()
    )
