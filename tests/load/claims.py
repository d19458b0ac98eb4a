"""Claims while a month's run is frozen: what is waited for at the window, beside what is waited for alone.

Cases come at a fixed rate, whether or not those before are done; each is filed, reviewed, and read. The
run is worked by another process than the one that answers, on the same machine and database.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from statistics import quantiles
from typing import Any
from uuid import uuid4

import httpx

from tests import roll
from tests.load.ratio import Ratio
from tests.load.stage import Stage

#: Cases a second, lines of a case, seconds of one part: about half of what the one process can do.
RATE, LINES, SECONDS = 6, 5, 25
#: How many times as long the slowest hundredth may take.
TIMES = 3
PAPERS = dict.fromkeys(
    ("roster", "certificate-copies", "contract-copies", "contribution-detail", "basic-account"),
    "黑劳申[2003]15号",
)
PLACE = {"area_code": "231100000000", "office": "231100-employment-bureau"}
Waits = dict[str, list[float]]


@dataclass
class Window:
    """A clerk and a reviewer; ``person``: numbers of people for whom nobody has claimed."""

    clerk: httpx.AsyncClient
    reviewer: httpx.AsyncClient
    person: Any
    waits: Waits = field(default_factory=lambda: defaultdict(list))

    async def open(self, busy: Callable[[], Awaitable[bool]]) -> Waits:
        """Cases for some seconds, as long as it is busy elsewhere; how long each act of them took."""
        self.waits = defaultdict(list)
        started, cases = time.perf_counter(), set()
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0.0, started + number / RATE - time.perf_counter()))
            if not await busy():
                break
            cases.add(asyncio.create_task(self._case()))
        await asyncio.gather(*cases)
        return self.waits

    async def _case(self) -> None:
        people = [next(self.person) for _ in range(LINES)]
        lines = [
            {
                "worker_id": str(roll.id_of("worker", n)),
                "reference": str(roll.id_of("placement", n)),
                "month": roll.MONTH,
            }
            for n in people
        ]
        claim = await self._act(
            "file", self.clerk, "/v1/claims",
            {
                "programme": "si-enterprise", "claimant_id": str(roll.EMPLOYER), "quarter": "2003Q3",
                "filed_on": "2003-10-09", "papers": PAPERS, "lines": lines, **PLACE,
            },
        )  # fmt: skip
        path = f"/v1/claims/{claim['id']}"
        claim = await self._act("review", self.reviewer, f"{path}/reviews", {"on": "2003-10-13"}, 1)
        if claim["lines"] != {"granted": LINES}:
            raise RuntimeError(f"not granted: {claim['lines']}")
        await self._act("read", self.reviewer, path)
        await self._act("read", self.reviewer, f"{path}/lines")

    async def _act(
        self,
        name: str,
        client: httpx.AsyncClient,
        path: str,
        body: dict[str, Any] | None = None,
        version: int | None = None,
    ) -> Any:
        headers = {"Idempotency-Key": str(uuid4())} if body else {}
        headers |= {"If-Match": f'"v{version}"'} if version else {}
        started = time.perf_counter()
        if body is None:
            answer = await client.get(path)
        else:
            answer = await client.post(path, json=body, headers=headers)
        self.waits[name].append(time.perf_counter() - started)
        if answer.is_error:
            raise RuntimeError(f"{path}: {answer.text[:300]}")
        return answer.json()


async def beside_a_run(
    on: Stage, first: int, start_run: Callable[[], Awaitable[Callable[[], Awaitable[bool]]]]
) -> Ratio:
    """``first``: the first of the people on the roll for whom nobody has claimed. ``start_run`` answers
    what tells whether the run is still being frozen."""

    async def always() -> bool:
        return True

    reviewer = on.house.tokens.token("issuing-loader")
    async with on.client("subsidy") as clerk, on.client("subsidy", reviewer) as other:
        window = Window(clerk, other, count(first))
        await window.open(always)  # what is made once is made
        alone = await window.open(always)
        beside = await window.open(await start_run())
        _add(alone, await window.open(always))
    acts = ", ".join(f"{act} {_told(alone[act])} : {_told(beside[act])}" for act in beside)
    return Ratio(
        "claims beside a run, slowest hundredth", _p99(_all(alone)), _p99(_all(beside)), "ms",
        1 / TIMES, f"p50/p99 alone : beside, {len(_all(beside)):,} acts: {acts}",
    )  # fmt: skip


#: So many people are claimed for, at most.
CLAIMED = RATE * SECONDS * LINES * 4


def _add(waits: Waits, more: Waits) -> None:
    for act, taken in more.items():
        waits[act] += taken


def _all(waits: Waits) -> list[float]:
    return [taken for act in waits.values() for taken in act]


def _p99(taken: list[float]) -> float:
    return quantiles(taken, n=100)[98] * 1000


def _told(taken: list[float]) -> str:
    return f"{quantiles(taken, n=100)[49] * 1000:.0f}/{_p99(taken):.0f}"
