"""However the same facts come, and however the work is cut, it is the same ledger and the same decisions.

Any order of the events, whatever comes twice and whatever batch it comes in; any chunks of freezing and
of telling what was paid. What is compared: what is remembered, what is decided and on what, the entries
of the journal, the months, and what others are told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kit.events import Event
from kit.testing import Signer, UnderTest, under_test
from subsidy.app import SERVICE
from subsidy.runs import freezing, paying

from .claims_desk import Bureau, made
from .conftest import Desk
from .payroll import Payroll
from .test_heard_facts import CODE, everything
from .test_runs import tell

SHORT = "330.00"


@dataclass(frozen=True)
class How:
    """In which order the events come (``order``: places), in batches of these sizes, which of them come
    once more after which batch; in chunks of how many lines the work is done."""

    order: tuple[int, ...] = ()
    sizes: tuple[int, ...] = (1_000,)
    twice: frozenset[int] = frozenset()
    chunk: int = 5_000


def people(payroll: Payroll) -> list[Event]:
    """Four people, one without a certificate, one with a second record; what is told of them, and what
    was told wrongly first."""
    world = payroll.world
    for certificate in (True, True, False, True):
        payroll.person(certificate=certificate, months=("2003-08", "2003-09"))
    payroll.person()
    both = {"survivor_id": str(world["p0"]), "merged_id": str(world["p4"])}
    world.say("registry.worker.merged", "p4", date(2003, 9, 1), **both)
    about = {"worker_id": str(world["p1"])}
    gone = world.say("registry.certificate.revoked", "p1 certificate", date(2003, 6, 1), **about)
    world.say(
        "registry.certificate.restored", "p1 certificate", date(2003, 1, 10), reverses=gone,
        state="issued", issued_on="2003-01-10", valid_until="2006-01-09", **about,
    )  # fmt: skip
    about = {"worker_id": str(world["p3"])}
    world.paid("wrong", "2003-09", base="900.00", **about)
    world.say(
        "registry.contribution.reversed", "wrong", date(2003, 9, 1), month="2003-09", payer=CODE,
        insurances=["pension", "unemployment"], base="900.00", **about,
    )  # fmt: skip
    return list(world.events)


async def hear(service: UnderTest, events: list[Event], how: How) -> None:
    left = [events[place] for place in how.order] or list(events)
    for n in range(len(events)):
        size = how.sizes[n % len(how.sizes)]
        batch, left = left[:size], left[size:]
        if batch:
            await service.deliver(*batch)
        if n in how.twice:
            await service.deliver(*batch, events[n])
    assert await service.dead() == []


async def quarter(service: UnderTest, names: dict[str, Any], told: list[Event], how: How) -> Any:
    """A short run of September is frozen and paid, and August is claimed; what it all came to."""
    desk = Desk(service, service.client("finance_officer"))
    payroll = await Payroll.opened(desk, SHORT, names=names)
    world = payroll.world
    if not told:
        told += people(payroll)
    await hear(service, told, how)
    for n in range(5):
        made(
            await desk.post(
                "/v1/enrolments", payroll.enrolment(f"p{n}", id=str(world[f"enrolment {n}"]))
            )
        )
    run = await payroll.done(
        await payroll.draft(shortage="pro-rata", id=str(world["run"])), "freezes"
    )
    await freezing.freeze(service.runtime, run["id"], how.chunk)
    run = await payroll.run(run["id"])
    assert run["totals"]["granted"] == 3, "whoever has two records is granted the month once"
    run, file = await payroll.ordered(await payroll.approved(run))
    await tell(payroll, file, "accepted")
    await paying.go_on(service.runtime, how.chunk)
    claims = Bureau(
        world, Desk(service, service.client("subsidy_clerk")), service.client("subsidy_reviewer"),
        payroll.approver.client, payroll.treasury,
    )  # fmt: skip
    lines = [
        {"worker_id": str(world[f"p{n}"]), "month": month, "reference": str(world[f"p{n} placement"])}
        for n in range(4)
        for month in ("2003-08", "2003-09")
    ]  # fmt: skip
    claim = made(await claims.file(*lines, id=str(world["claim"])))
    await claims.review(claim)
    return run["content_hash"], run["totals"], await everything(world), await _ledger(service)


async def _ledger(service: UnderTest) -> dict[str, list[Any]]:
    """Without the ids that the service made, and without instants."""
    async with service.db.reading() as tx:
        rows = {
            "journal": await tx.fetch(
                "select e.kind, e.effective_on, a.kind as account, l.amount"
                "  from journal_entry e join journal_line l on l.entry_id = e.id"
                "  join account a on a.id = l.account_id"
            ),
            "months": await tx.fetch(
                "select worker_id, kind, month, counter, reference, holder, holder_id, amount, state"
                "  from benefit_month"
            ),
            "claim lines": await tx.fetch(
                "select worker_id, month, outcome, amount, clause from claim_line"
            ),
            "run lines": await tx.fetch(
                "select enrolment_id, month, verdict, amount, funded, clause, digest from run_line"
            ),
        }
        told = await tx.fetch(
            "select data from event_log where type = 'subsidy.benefit.paid.v1' order by position"
        )
        kept = await tx.fetch(
            "select d.noun, d.record, b.content from decision d"
            "  join decision_basis b on b.hash = d.basis where d.noun in ('claim-line', 'run-line')"
        )
    paid = [orjson.loads(row["data"]) | {"decision_id": None} for row in told]
    decisions = [
        (row["noun"], orjson.loads(row["record"]) | {"entity_id": None}, row["content"])
        for row in kept
    ]
    found: dict[str, list[Any]] = {name: [tuple(row) for row in rows[name]] for name in rows}
    found |= {"paid": paid, "decisions": decisions}
    return {name: sorted(of, key=repr) for name, of in found.items()}


@pytest.mark.timeout(400)
def test_any_order_any_duplicates_and_any_chunks_come_to_the_same(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> None:
    names: dict[str, Any] = {}
    told: list[Event] = []

    async def outcome(how: How) -> Any:
        url = make_database("subsidy")[1]
        async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as service:
            return await quarter(service, names, told, how)

    first = asyncio.run(outcome(How()))
    places = range(len(told))

    # A failing order is printed as it was: shrinking takes minutes.
    @settings(
        max_examples=8, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(
        st.builds(
            How,
            st.permutations(places).map(tuple),
            st.lists(st.integers(1, 12), min_size=1, max_size=5).map(tuple),
            st.frozensets(st.sampled_from(places), max_size=12),
            st.integers(1, 6),
        )
    )
    def same(how: How) -> None:
        for what, (ours, theirs) in zip(
            ("content hash", "totals", "remembered", "ledger"),
            zip(asyncio.run(outcome(how)), first, strict=True),
            strict=True,
        ):
            assert ours == theirs, what

    same()
