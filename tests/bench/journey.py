"""How fast is the journey? A running worker, from mails in Dovecot to the committed verdict and the sent reply,
beside the sum of the floors of its parts, measured in the same minute.

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
    found = {"fsync_p50_ms": fsync_p50_ms(rig.folder)}
    rig.empty()
    rig.put(mails)
    parts = floors(rig, given)
    found |= {f"floor_{name}_ms": value for name, value in parts.items()}
    found["floors_mails_per_second"] = 1000 / sum(parts.values())
    for name, readers, cores in (("one_core", 1, DESK), ("two_cores", 2, ALL)):
        rig.empty()
        with rig.office(readers) as office, warm_worker(rig, office, cores, warm) as worker:
            run = timed(rig, office, worker, mails, len(given.replies))
        found[f"{name}_mails_per_second"] = len(mails) / run.seconds
        found[f"{name}_peak_mib"] = run.peak_mib
        found[f"{name}_worker_cpu_ms"] = run.worker_cpu / len(mails) * 1000
        found[f"{name}_readers_cpu_ms"] = run.readers_cpu / len(mails) * 1000
    found["share_of_floors"] = found["one_core_mails_per_second"] / found["floors_mails_per_second"]
    found["two_cores_gain"] = found["two_cores_mails_per_second"] / found["one_core_mails_per_second"]
    return found
