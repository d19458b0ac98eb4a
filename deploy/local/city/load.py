"""A case into five empty services, through their public HTTP interfaces and nothing else.

The order is that of the city's own life: places, people, certificates; employers and classes; then
what needs both. A service that hears of people from another one is waited for before it is told
what they did. Everything is sent under keys made of the case, so an interrupted load may be
repeated and goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from local.city.case import Case, read
from local.city.desks import Desks, Quarter
from local.city.identity import Ids
from local.city.market import Market
from local.city.money import Money
from local.city.people import People
from local.city.plan import OLD, Plan
from local.city.scale import scale_case
from local.city.sender import Client, LoadFailed, Sender, Settle, front_door

__all__ = ["LoadFailed", "load_case", "load_city"]

REGISTRY, JOBS, SUBSIDY, LOANS, ASSESSMENT = (
    "registry", "jobs-market", "subsidy", "loans", "assessment",
)  # fmt: skip
#: Who takes over what was issued on the loader's applications (a key of local.personas).
APPROVER = "issuing-loader"
#: Who files claims.
CLERK = "subsidy-clerk"
#: Looks at a service's backlog while it is waited for.
LOOK_EVERY_S = 0.3
#: Nothing has moved for so long: something is wrong.
STUCK_S = 120.0


class Tokens(Protocol):
    """Where the loader gets its access tokens (local.tokens.TokenSource)."""

    def headers(self, persona: str = "loader", **place: str) -> dict[str, str]:
        """``Authorization`` for a persona."""


async def load_city(
    case_path: Path, base_url: str, tokens: Tokens, scale: Decimal, console: Console
) -> None:
    """Load a case file through the front door. Raises ``CaseRefused``, ``PlanImpossible`` or
    :class:`LoadFailed`.
    """
    case = read(case_path)
    async with AsyncExitStack() as doors:

        async def open_as(persona: str, **place: str) -> Client:
            headers = partial(tokens.headers, persona, **place)
            return await doors.enter_async_context(front_door(base_url, headers))

        client, approver = await open_as("loader"), await open_as(APPROVER)
        # Claims are brought to the city's own bureau.
        place = {"area_code": case.city_area, "office": f"{case.city.code}-employment-bureau"}
        at_desks = [
            await open_as(persona, **(place if persona == CLERK else {}))
            for persona in Desks.PERSONAS
        ]

        async def settle(publisher: str, consumer: str) -> None:
            await heard(client, base_url, publisher, consumer)

        started = time.monotonic()
        with _progress(console) as progress:
            sent = await load_case(
                case, client, settle, approver=approver, at_desks=at_desks, scale=scale,
                progress=progress,
            )  # fmt: skip
        console.print(
            f"已送 {sent:,} 条事实，用时 {time.monotonic() - started:.0f} 秒"
            f" / {sent:,} facts sent over HTTP"
        )


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


async def load_case(
    case: Case,
    client: Client,
    settle: Settle,
    *,
    approver: Client,
    at_desks: Sequence[Client] = (),
    scale: Decimal = Decimal(1),
    progress: Progress | None = None,
) -> int:
    """Load a case with given clients; says how many rows were sent. ``settle(a, b)`` returns when
    ``b`` has heard everything that ``a`` told so far. ``approver`` is another person than
    ``client``: nobody issues a certificate whose application he or she took. The case's closed
    quarter is worked through where there is somebody ``at_desks`` (see :class:`Desks`).
    """
    progress = progress or Progress(disable=True)
    loading = _Loading(case, client, approver, settle, scale, progress)
    await loading.run()
    sent = loading.sender.sent + loading.approving.sent
    if case.closed_quarter is None or not at_desks:
        return sent
    desks = Desks(*(Sender(one, loading.prefix, progress) for one in at_desks))
    quarter = Quarter(loading.plan.case, loading.ids, loading.market, loading.people, desks, settle)
    await quarter.work_through()
    return sent + desks.sent


class _Loading:
    def __init__(
        self,
        case: Case,
        client: Client,
        approver: Client,
        settle: Settle,
        scale: Decimal,
        progress: Progress,
    ) -> None:
        self.scale = scale
        self.plan = plan = Plan(scale_case(case, scale))
        ids = Ids(case.case, case.as_of)
        self.ids = ids
        self.people = People(plan, ids)
        self.market = Market(plan, ids)
        self.money = Money(plan, ids)
        self.prefix = f"{case.case}-{scale:f}"
        self.sender = Sender(client, self.prefix, progress)
        self.approving = Sender(approver, self.prefix, progress)
        self.settle = settle

    async def run(self) -> None:
        """Independent services side by side; see the module."""
        await self._places()
        await asyncio.gather(self._people(), self._offers(), self._funds(), self._figures())
        await self.settle(REGISTRY, JOBS)
        await asyncio.gather(self._rights_then_loans(), self._work())

    async def _places(self) -> None:
        """Areas from the top of the tree down, then their offices."""
        area, office = self.ids.prefix("area"), self.ids.prefix("office")
        day = f"{min(g.registered.first for g in self.plan.case.population).year - 5}-01-01"
        places = self.plan.places
        await self.sender.bodies(
            REGISTRY, "/v1/areas",
            (
                {"id": f"{area}{n:08x}", "code": code, "name": name, "established_on": day}
                for n, (code, name) in enumerate(places.areas)
            ),
        )  # fmt: skip
        await self.sender.bodies(
            REGISTRY, "/v1/offices",
            (
                {
                    "id": f"{office}{n:08x}", "code": body.code, "name": body.name,
                    "kind": body.kind, "staff": body.staff, "area_code": body.area,
                    "opened_on": day,
                }
                for n, body in enumerate(places.offices)
            ),
        )  # fmt: skip

    async def _people(self) -> None:
        await self._send(REGISTRY, "/v1/workers", self.people.workers, self.plan.size)
        welfare = sum(1 for one in self.plan.age if one == OLD)
        await self._send(REGISTRY, "/v1/difficulties", self.people.difficulties, welfare)

    async def _offers(self) -> None:
        """What employers and schools offer needs no persons."""
        await self._send(JOBS, "/v1/employers", self.market.employers, None)
        await self._send(JOBS, "/v1/posts", self.market.posts, None)
        await self._send(JOBS, "/v1/vacancies", self.market.vacancies, None)
        await self._send(JOBS, "/v1/training-classes", self.market.classes, len(self.plan.classes))
        await self._send(JOBS, "/v1/public-welfare-posts", self.market.welfare_posts, None)

    async def _funds(self) -> None:
        await self.sender.bodies(SUBSIDY, "/v1/appropriations", self.money.appropriations())
        await self.sender.bodies(SUBSIDY, "/v1/arrangements", self.money.arrangements())
        await self.sender.bodies(SUBSIDY, "/v1/payments", self.money.payments())
        await self.sender.bodies(LOANS, "/v1/contributions", self.money.contributions())

    async def _figures(self) -> None:
        await self.sender.bodies(ASSESSMENT, "/v1/targets", self.money.targets())
        await self.sender.bodies(ASSESSMENT, "/v1/statistics", self.money.statistics())
        await self.sender.bodies(ASSESSMENT, "/v1/publications", self.money.published(self.scale))

    async def _rights_then_loans(self) -> None:
        applied = sum(1 for day in self.plan.applied_on if day)
        await self._send(REGISTRY, "/v1/certificates", self.people.applications, applied)
        issued = sum(1 for day in self.plan.cert_on if day)
        await self.approving.rows(
            REGISTRY, "/v1/certificates/issues", self.people.issues(), total=issued
        )
        await self._send(REGISTRY, "/v1/pairings", self.people.pairings, len(self.plan.pairs))
        await self._send(REGISTRY, "/v1/reliefs", self.people.reliefs, None)
        totals = [("/v1/reliefs/totals", body) for body in self.people.stated()]
        await self.sender.singles(
            REGISTRY, iter(totals), total=len(totals), name="relief-totals", lanes=1
        )
        await self._loans()

    async def _work(self) -> None:
        """Enrolments before placements: who was trained first is employed by training."""
        enrolled = sum(len(one.members) for _, one in self.plan.classes)
        await self._send(JOBS, "/v1/enrolments", self.market.enrolments, enrolled)
        classes = len(self.plan.classes)
        await self._send(JOBS, "/v1/training-classes/completions", self.market.completions, classes)
        placed = sum(1 for day in self.plan.placed_on if day)
        await self._send(JOBS, "/v1/placements", self.market.placements, placed)
        seekers = sum(map(len, self.plan.seeks_on.values()))
        await self._send(JOBS, "/v1/jobseekers", self.market.jobseekers, seekers)
        await self._referrals()

    async def _referrals(self) -> None:
        """All letters first: an employer who has hired everybody takes no more of them."""
        total = sum(1 for _ in self.market.referrals())
        letters = (("/v1/referrals", letter) for letter, _ in self.market.referrals())
        await self.sender.singles(JOBS, letters, total=total, name="referrals")
        answers = (
            (f"/v1/referrals/{letter['id']}/resolutions", answer)
            for letter, answer in self.market.referrals()
        )
        await self.sender.singles(JOBS, answers, total=total, name="resolutions")

    async def _loans(self) -> None:
        if not any(borrowers for _, borrowers in self.plan.loans):
            return
        await self.settle(REGISTRY, LOANS)
        await self.sender.bodies(LOANS, "/v1/loans", (body for _, body, _ in self.money.loans()))
        repaid = [
            (f"/v1/loans/{body['id']}/repayments", repayment)
            for _, body, repayment in self.money.loans()
            if repayment is not None
        ]
        await self.sender.singles(LOANS, iter(repaid), total=len(repaid), name="repayments")

    async def _send(
        self, service: str, path: str, rows: Callable[[], Any], total: int | None
    ) -> None:
        await self.sender.rows(service, path, rows(), total=total)


async def heard(client: Client, base_url: str, publisher: str, consumer: str) -> None:
    """Wait until ``consumer`` has applied what ``publisher`` told. Raises :class:`LoadFailed` when
    nothing moves any more.
    """
    loop = asyncio.get_running_loop()
    before: tuple[int, int] | None = None
    since = loop.time()
    quiet = 0
    while quiet < 2:
        try:
            now = await _backlog(client, base_url, publisher, consumer)
        except (httpx.TransportError, ValueError, KeyError, TypeError):
            now = None
        quiet = quiet + 1 if now == (0, 0) else 0
        if now != before:
            before, since = now, loop.time()
        elif loop.time() - since > STUCK_S and quiet == 0:
            raise LoadFailed(
                f"{consumer} 没有收到 {publisher} 的事件 / does not hear {publisher}: {now}"
            )
        await asyncio.sleep(LOOK_EVERY_S)


async def _backlog(client: Client, base_url: str, publisher: str, consumer: str) -> tuple[int, int]:
    """(rows still to be told, events still to be heard or parked)."""

    async def status(service: str) -> dict[str, Any]:
        answer = await client(service).get(f"{base_url}/health/{service}/status", timeout=10)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    told, hearing = await asyncio.gather(status(publisher), status(consumer))
    waiting = sum(one["pending"] + one["ack_pending"] for one in hearing["consumers"])
    return told["outbox"], waiting + hearing["parked"]
