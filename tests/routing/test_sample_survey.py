"""The sample surveys: without fault, and each of their mails comes to what samples.toml says by hand."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.load import default_survey, load_survey
from routing.cli.app import run_command
from routing.demo.run import Demo, run_demo
from routing.demo.samples import load_samples

HINAN, KOEN = (default_survey().parent / id for id in ("hinan2025", "koen2025"))
SAMPLES = load_samples(HINAN / "samples").samples


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return run_demo(HINAN, tmp_path_factory.mktemp("hinan"))


def test_it_has_ten_questions_and_two_rules() -> None:
    (form,) = load_survey(HINAN).forms
    assert len(form.questions) == 10
    assert len(form.rules) == 2
    assert {type(question.kind).__name__ for question in form.questions} == {"ChoiceKind", "MarksKind"}


@pytest.mark.long
@pytest.mark.parametrize("folder", [HINAN, KOEN], ids=lambda folder: folder.name)
def test_it_is_without_fault(folder: Path) -> None:
    assert run_command(["survey", "check", str(folder)]) == 0


def test_a_prefecture_gets_its_list_back_by_mail(tmp_path: Path) -> None:
    """What may be asked for beside handing in: 米子市, 倉吉市 and 岩美町 of 鳥取県, one with a blank (samples.toml)."""
    lines = run_demo(KOEN, tmp_path).lines
    assert [(line.outcome, line.letter) for line in lines] == [
        (line.sample.expect.outcome, line.sample.expect.letter) for line in lines
    ]
    letter = message_from_bytes((tmp_path / "replies" / lines[-1].reply_file).read_bytes(), policy=default)
    (part,) = letter.iter_attachments()  # type: ignore[attr-defined]
    rows = [[cell.value for cell in row] for row in load_workbook(BytesIO(part.get_content())).worksheets[0].iter_rows()]
    assert [str(row[0]) for row in rows[1:]] == ["鳥取県米子市", "鳥取県倉吉市", "鳥取県岩美町"]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_each_mail_comes_to_what_was_expected(demo: Demo, sample: object) -> None:
    (line,) = [line for line in demo.lines if line.sample == sample]
    assert (line.outcome, line.letter) == (line.sample.expect.outcome, line.sample.expect.letter)


def test_what_the_demo_advises_to_try_next_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command(["--survey", str(HINAN), "demo", "--out", "見本"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if "uketsuke --settings " in line]
    advised = [line[next(n for n, word in enumerate(line) if word.endswith("uketsuke")) + 1 :] for line in lines]
    assert [command[2] for command in advised] == ["status", "held", "show", "console", "form"]
    for command in advised:
        if "console" not in command:  # waits for somebody
            assert run_command(command) == 0, command
    assert [made.name for made in Path("見本/forms").iterdir()] == ["別紙様式1.xlsx"]


def test_the_rule_is_told_in_the_surveys_own_words(demo: Demo) -> None:
    line = next(line for line in demo.lines if line.sample.name == "rule-broken")
    mail = message_from_bytes((demo.out / "replies" / line.reply_file).read_bytes(), policy=default)
    text = "".join(mail.get_body().get_content().split())  # type: ignore[union-attr]
    assert "お確かめいただきたい点：Q10で「⑤特にない」を選んだときは、ほかの行に〇を付けないでください。" in text
    assert "（２）" in text  # beside the blank answer to Q5
