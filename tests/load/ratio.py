"""A product's figure beside its limit, measured in turns in the same run."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from tests.load.wrk import Measured

ROUNDS = 3
Round = Callable[[], Measured]


@dataclass(frozen=True)
class Ratio:
    """One line of the result. ``floor`` is the least that is accepted."""

    name: str
    product: float
    limit: float
    unit: str
    floor: float
    more: str

    @property
    def value(self) -> float:
        return self.product / self.limit

    @property
    def holds(self) -> bool:
        return self.value >= self.floor


def requests(
    name: str, product: Round, limit: Round, floor: float, cpu_floor: float | None = None
) -> list[Ratio]:
    """Each product run stands between two of its limit; medians are compared: requests per second,
    and with ``cpu_floor`` also the server's CPU per request."""
    ours, bares = [], []
    for _ in range(ROUNDS):
        bares.append(limit())
        ours.append(product())
        if ours[-1].errors or bares[-1].errors:
            raise RuntimeError(f"{name}: {ours[-1].errors} and {bares[-1].errors} failed requests")
    mine = statistics.median(one.rps for one in ours)
    theirs = statistics.median(one.rps for one in bares)
    cpu = statistics.median(one.cpu_us for one in ours)
    bare_cpu = statistics.median(one.cpu_us for one in bares)
    busy = statistics.median(one.busy for one in bares)
    more = f"CPU {cpu:.0f} against {bare_cpu:.0f} µs, ratio {bare_cpu / cpu:.2f}; limit busy {busy:.0%}"
    found = [Ratio(name, mine, theirs, "req/s", floor, more)]
    if cpu_floor is not None:
        found.append(
            Ratio(f"{name}, CPU", 1e6 / cpu, 1e6 / bare_cpu, "req per CPU s", cpu_floor, "")
        )
    return found
