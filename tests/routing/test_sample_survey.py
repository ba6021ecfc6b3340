"""The sample survey of ten questions: without fault, and each of its mails comes to what samples.toml says by hand."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from config.load import default_survey, load_survey
from routing.cli.app import run_command
from routing.demo.run import Demo, run_demo
from routing.demo.samples import load_samples

HINAN = default_survey().parent / "hinan2025"
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
def test_it_is_without_fault() -> None:
    assert run_command(["survey", "check", str(HINAN)]) == 0


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
