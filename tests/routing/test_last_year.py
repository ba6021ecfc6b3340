"""An answer that differs much from last year's is noticed, accepted all the same, and told to its sender."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from config.jst import JST
from routing.reading.reader import Reader
from routing.register import build_register
from tests.config.test_previous import RULE
from tests.routing.clubs_at_hand import Forms, open_at
from tests.routing.test_hokago import HOKAGO, Answer, answer_of, mail_of


def test_what_differs_from_last_year_is_told_to_whom_it_concerns_and_to_nobody_else(tmp_path: Path) -> None:
    """Last year 青ヶ島村's children were a hundredth of what they are now; of the next body nothing is known."""
    folder = tmp_path / "survey"
    shutil.copytree(HOKAGO, folder)
    for file, text in (("survey.toml", 'previous = "2023.csv"\n'), ("form1.toml", "")):
        path = folder / file
        path.write_text(text + path.read_text("utf-8") + (RULE if file == "form1.toml" else ""), encoding="utf-8")
    (folder / "2023.csv").write_text("code,4\n", encoding="utf-8")
    bodies = build_register(HOKAGO).respondents
    known, unknown = (_complete(n, bodies[n]) for n in (1, 2))
    (folder / "2023.csv").write_text(f"code,4\n{known.body.lgcode},{known.truth['4'] // 100 + 1}\n", encoding="utf-8")
    register, reader = build_register(folder), Reader(folder)
    office = open_at(tmp_path, register, reader, datetime(2024, 6, 10, 10, tzinfo=JST))
    try:
        for answer, codes in ((known, ["rule_broken"]), (unknown, [])):
            settled = office.settle(mail_of(answer, Forms(register), wrong=False), mailbox="gakudo")
            (piece,) = settled.decided.pieces
            assert piece.decision.outcome == "accepted"
            told = [finding for finding in piece.findings if finding.code == "rule_broken"]
            assert [finding.code for finding in told] == codes
            assert all(f"前年（{answer.truth['4'] // 100 + 1:,}人）" in finding.expected for finding in told)
    finally:
        reader.close()
        office.ledger.close()


def _complete(place: int, body: object) -> Answer:
    made = answer_of(body, place)  # type: ignore[arg-type]
    assert made.truth.get("4", 0) > 100
    return made
