"""Every mail on the shelf (tests/mails) is read as a person reads it."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path

import pytest

from config.load import load_survey
from config.roster import Roster, load_roster
from config.survey import Survey
from intake.convention import read_claim
from intake.mail.features import Features
from intake.mail.kind import tell_kind
from intake.mail.message import read_message
from intake.mail.mime import leaves, parse
from intake.read_mail import Context, read_mail

SHELF = Path(__file__).parents[1] / "mails"
MAILS = sorted(path.stem for path in SHELF.glob("*.eml"))


@pytest.fixture(scope="module")
def roster() -> Roster:
    return load_roster()


@pytest.fixture(scope="module")
def survey() -> Survey:
    return load_survey(resources.files("config") / "surveys" / "mynumber2023")


def test_the_shelf_is_whole() -> None:
    assert len(MAILS) >= 200
    assert sorted(path.stem for path in SHELF.glob("*.json")) == MAILS


@pytest.mark.parametrize("name", MAILS)
def test_mail_is_read_as_expected(name: str, roster: Roster, survey: Survey) -> None:
    expected = json.loads((SHELF / f"{name}.json").read_text(encoding="utf-8"))
    part = parse((SHELF / f"{name}.eml").read_bytes())
    names = roster.names()
    message = read_message(part, names)
    claim = read_claim(message.subject, survey, roster, is_file=False)
    kind = tell_kind(Features(part, message, leaves(part), claim.shape != "absent", expected["form"]))
    attachments = [
        {"filename": leaf.filename, "size": len(leaf.data), "sha256": hashlib.sha256(leaf.data).hexdigest()}
        for leaf in leaves(part, names)
        if not leaf.displayed
    ]
    assert message.subject == expected["subject"]
    assert (message.sender.address if message.sender else "") == expected["from"]
    assert attachments == expected["attachments"]
    assert message.body.startswith(expected["body_begins"])
    assert (kind.kind, kind.action, kind.answers) == (
        expected["kind"],
        expected["action"],
        expected["answers"],
    )
    assert kind.signs
    _assert_defects([f"{d.where}: {d.what}" for d in message.defects], expected["defects"])


WITH_FACTS = [name for name in MAILS if "facts" in json.loads((SHELF / f"{name}.json").read_text("utf-8"))]


@pytest.mark.parametrize("name", WITH_FACTS)
def test_what_the_submission_says_beside(name: str, roster: Roster, survey: Survey) -> None:
    """What only the whole reading tells: passwords, parts, questions, files that were left out."""
    expected = json.loads((SHELF / f"{name}.json").read_text(encoding="utf-8"))
    submission = read_mail((SHELF / f"{name}.eml").read_bytes(), Context(survey, roster))
    assert submission.kind == expected["kind"]
    told = {
        "findings": [f.code for f in submission.findings if not f.code.startswith("subject_")],
        "locked": [f.filename for f in submission.files if f.locked],
        "part": list(submission.part or ()),
        "authentication": [[a.server, a.spf, a.dkim, a.dmarc] for a in submission.authentication],
        **{key: getattr(submission, key) for key in ("asks", "amends", "passwords_told")},
    }
    assert {key: told[key] for key in expected["facts"]} == expected["facts"]
    assert "Himitsu123" not in repr(submission)


def _assert_defects(told: list[str], expected: list[str]) -> None:
    """Each expected defect ("where: a word of it") is told, in this order, and no other."""
    assert len(told) == len(expected), told
    for line, wanted in zip(told, expected, strict=True):
        where, _, what = wanted.partition(": ")
        word = {"lost": "could not be read"}.get(what, what)
        assert line.startswith(where) and word in line
