"""Killed at each named step over each kind of mail, and run again: everything once (DESIGN §8, promises 1 and 2)."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.counting_smtp import counting_smtp
from tests.e2e.driver import Driver
from tests.e2e.kinds import KINDS, Kind
from tests.e2e.office import shift_survey
from tests.e2e.scene import Scene, first_day, second_day
from tests.e2e.steps import STEPS, Step
from tests.matrix import note
from tests.servers.mail import MailServers

CELLS = [(step, kind) for step in STEPS for kind in KINDS]
PASSING = [(step, kind) for step, kind in CELLS if kind.comes_by(step.needs)]


def _few() -> list[tuple[Step, Kind]]:
    """Each step once, the kinds in turn."""
    chosen = []
    for number, step in enumerate(STEPS):
        possible = [kind for kind in KINDS if kind.comes_by(step.needs)]
        chosen.append((step, possible[number % len(possible)]))
    return chosen


FEW = _few()


@pytest.fixture(scope="module")
def stage(
    tmp_path_factory: pytest.TempPathFactory, mail_servers: MailServers
) -> Iterator[Callable[[str], Scene]]:
    """Makes scenes, each with the ledger of a first day on which one mail was accepted and answered."""
    folder = tmp_path_factory.mktemp("scenes")
    survey = shift_survey(folder / "survey")
    driver = Driver()
    with counting_smtp() as smtp:

        def scene(name: str, mailbox: str = "n_mynumber") -> Scene:
            at = folder / name
            at.mkdir()
            made = Scene(at, survey, mail_servers, driver, smtp, mailbox=mailbox)
            made.configure()
            return made

        day_before = scene("first day")
        reply_id = first_day(day_before)

        def second(name: str, mailbox: str) -> tuple[Scene, str]:
            made = scene(name, mailbox)
            second_day(made, day_before)
            return made, reply_id

        yield second  # type: ignore[misc]
    driver.close()


def _kill_and_run_again(stage: Callable[..., tuple[Scene, str]], step: Step, kind: Kind) -> None:
    number = CELLS.index((step, kind))
    scene, reply_id = stage(f"{number}", kind.mailbox)
    scene.arrive(kind, number + 1, reply_id)

    assert scene.once(step) == -signal.SIGKILL, scene.log()
    assert scene.once() == 0, scene.log()

    scene.check(twice=int(step.window))


@pytest.mark.parametrize(("step", "kind"), FEW, ids=lambda value: value.name)
def test_killed_at_each_step_over_some_mail(
    stage: Callable[..., tuple[Scene, str]],
    step: Step,
    kind: Kind,
    record_property: Callable[[str, object], None],
) -> None:
    note(record_property, f"killed: {step.name}", kind.name)
    _kill_and_run_again(stage, step, kind)


@pytest.mark.long
@pytest.mark.parametrize(
    ("step", "kind"), [cell for cell in PASSING if cell not in FEW], ids=lambda value: value.name
)
def test_killed_at_each_step_over_every_kind_of_mail(
    stage: Callable[..., tuple[Scene, str]],
    step: Step,
    kind: Kind,
    record_property: Callable[[str, object], None],
) -> None:
    note(record_property, f"killed: {step.name}", kind.name)
    _kill_and_run_again(stage, step, kind)


@pytest.mark.long
@pytest.mark.parametrize(
    ("step", "kind"), [cell for cell in CELLS if cell not in PASSING], ids=lambda value: value.name
)
def test_steps_that_a_kind_of_mail_does_not_pass(
    stage: Callable[..., tuple[Scene, str]],
    step: Step,
    kind: Kind,
    record_property: Callable[[str, object], None],
) -> None:
    """What the matrix shows as «–» is so: the program waits at the step to be killed and never comes by."""
    note(record_property, f"killed: {step.name}", kind.name, "–")
    number = CELLS.index((step, kind))
    scene, reply_id = stage(f"{number}", kind.mailbox)
    scene.arrive(kind, number + 1, reply_id)

    assert scene.once(step) == 0, scene.log()

    scene.check()
