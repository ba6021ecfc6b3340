"""How fast is the journey? A running worker, from mails in Dovecot to the committed verdict and the sent reply,
beside the sum of the floors of its parts, measured in the same minute: once before it and once after.

On one core: the worker with one reader child shares it; Dovecot and the server that takes the replies have the
other. On two cores: two reader children, and everybody may use both.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.floors import Material, floors
from tests.bench.machine import ALL, DESK, fsync_p50_ms
from tests.bench.rig import Rig, timed, warm_worker
from tests.e2e.traffic import Traffic

WARM_UP = 6


def journey(rig: Rig, mails: Sequence[Traffic], given: Material, warm: Sequence[Traffic]) -> dict[str, float]:
    """One round: mails per second on one core and on two, of the floors; the milliseconds of each part, and the
    processor's milliseconds that worker and readers spent on a mail: where the time goes.
    `warm`: other mails, which the worker has answered before."""

    def ran(name: str, cores: set[int]) -> dict[str, float]:
        rig.empty()
        with rig.office(len(cores)) as office, warm_worker(rig, office, cores, warm) as worker:
            run = timed(rig, office, worker, mails, len(given.replies))
        return {
            f"{name}_mails_per_second": len(mails) / run.seconds,
            f"{name}_peak_mib": run.peak_mib,
            f"{name}_worker_cpu_ms": run.worker_cpu / len(mails) * 1000,
            f"{name}_readers_cpu_ms": run.readers_cpu / len(mails) * 1000,
        }

    found = {"fsync_p50_ms": fsync_p50_ms(rig.folder)}
    before = _floors(rig, mails, given)
    one = ran("one_core", DESK)
    after = _floors(rig, mails, given)
    parts = {name: (before[name] + after[name]) / 2 for name in before}
    found |= {f"floor_{name}_ms": value for name, value in parts.items()}
    found["floors_mails_per_second"] = 1000 / sum(parts.values())
    found |= one | ran("two_cores", ALL)
    found["share_of_floors"] = found["one_core_mails_per_second"] / found["floors_mails_per_second"]
    found["two_cores_gain"] = found["two_cores_mails_per_second"] / found["one_core_mails_per_second"]
    return found


def _floors(rig: Rig, mails: Sequence[Traffic], given: Material) -> dict[str, float]:
    rig.empty()
    rig.put(mails)
    return floors(rig, given)
