"""Killed at each named step over each kind of mail, and run again: everything once (promises 1 and 2 of docs/design.md)."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from tests.e2e.kinds import KIND_BY_NAME, KINDS, Kind
from tests.e2e.scene import Stage
from tests.e2e.steps import BY_NAME, STEPS, Step
from tests.matrix import note

ASKED = Step("asked", "intake.sources.answered:ImapAnswers.how", "after", "reply")
CELLS = [(step, kind) for step in STEPS for kind in KINDS]
PASSING = [(step, kind) for step, kind in CELLS if kind.comes_by(step.needs)]


def _few() -> list[tuple[Step, Kind]]:
    """Every third step once, the kinds in turn."""
    chosen = []
    for number, step in enumerate(STEPS[::3]):
        possible = [kind for kind in KINDS if kind.comes_by(step.needs)]
        chosen.append((step, possible[number % len(possible)]))
    return chosen


FEW = _few()


def _fault(step: Step) -> str:
    return f"killed {STEPS.index(step) + 1:02} {step.name}"


def _kill_and_run_again(stage: Stage, step: Step, kind: Kind) -> None:
    number = CELLS.index((step, kind))
    scene = stage.scene(kind.mailbox)
    scene.arrive(kind, number + 1, stage.reply_id)

    assert scene.once(step) == -signal.SIGKILL, scene.log()
    assert scene.once() == 0, scene.log()

    scene.check(twice=int(step.window))


NEAR = [pytest.param(name, marks=pytest.mark.long) for name in ("connecting", "connected", "asked")]


@pytest.mark.long
@pytest.mark.parametrize("name", ["to be sent", *NEAR])
def test_however_often_it_is_killed_before_an_attempt_no_reply_is_left_to_people(
    stage: Stage, name: str, record_property: Callable[[str, object], None]
) -> None:
    """Whoever has handed nothing over has nothing to be unsure of: neither while it asks the mailbox whether a
    human was faster, nor while it connects."""
    step = ASKED if name == "asked" else BY_NAME[name]
    note(record_property, f"killed three times, {name}", "accepted")
    scene = stage.scene("n_mynumber")
    scene.arrive(KIND_BY_NAME["accepted"], 7)

    for _ in range(3):
        assert scene.once(step) == -signal.SIGKILL, scene.log()
    steps = "SELECT state FROM posting WHERE outbox_id > 1"
    assert scene.rows(steps) == [("queued",)]
    assert scene.once() == 0, scene.log()

    assert scene.rows(steps) == [("queued",), ("sending",), ("sent",)]
    scene.check()


@pytest.mark.parametrize(("step", "kind"), FEW, ids=lambda value: value.name)
def test_killed_at_each_step_over_some_mail(
    stage: Stage,
    step: Step,
    kind: Kind,
    record_property: Callable[[str, object], None],
) -> None:
    note(record_property, _fault(step), kind.name)
    _kill_and_run_again(stage, step, kind)


@pytest.mark.long
@pytest.mark.parametrize(
    ("step", "kind"), [cell for cell in PASSING if cell not in FEW], ids=lambda value: value.name
)
def test_killed_at_each_step_over_every_kind_of_mail(
    stage: Stage,
    step: Step,
    kind: Kind,
    record_property: Callable[[str, object], None],
) -> None:
    note(record_property, _fault(step), kind.name)
    _kill_and_run_again(stage, step, kind)


@pytest.mark.long
@pytest.mark.parametrize(
    ("step", "kind"), [cell for cell in CELLS if cell not in PASSING], ids=lambda value: value.name
)
def test_steps_that_a_kind_of_mail_does_not_pass(
    stage: Stage,
    step: Step,
    kind: Kind,
    record_property: Callable[[str, object], None],
) -> None:
    """What the matrix shows as «–» is so: the program waits at the step to be killed and never comes by."""
    note(record_property, _fault(step), kind.name, "–")
    number = CELLS.index((step, kind))
    scene = stage.scene(kind.mailbox)
    scene.arrive(kind, number + 1, stage.reply_id)

    assert scene.once(step) == 0, scene.log()

    scene.check()
