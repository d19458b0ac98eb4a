"""Kill -9 at every failpoint of a run, and many runs for one budget: no line twice, no fen lost."""

from __future__ import annotations

import asyncio
import signal
from base64 import b64encode
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kit import failpoints
from kit.testing import Signer, under_test
from local import bank
from local.bank import Fate
from subsidy.app import SERVICE

from .conftest import Desk
from .payroll import Payroll
from .test_payment_faults import Hurt

WORKER = Path(__file__).with_name("one_worker.py")


async def _worker_dies(hurt: Hurt, failpoint: str) -> None:
    died = await asyncio.to_thread(hurt.dies, failpoint, WORKER, "2")
    assert died.returncode == -signal.SIGKILL, f"{failpoint}: {died.stdout}{died.stderr}"


async def _worker(hurt: Hurt) -> None:
    done = await asyncio.to_thread(hurt.dies, "", WORKER, "2")
    assert (done.returncode, done.stdout) == (0, "done"), done.stderr
    hurt.died_at.discard("")


def _points(*steps: str) -> set[str]:
    return {f"{step}-{when}-commit" for step in steps for when in ("before", "after")}


#: What each of the two tests kills at; together they leave out no failpoint of runs.
FREEZING = _points("run-freezing", "run-chunk", "run-reserved")
PAYING = _points("run-approved", "run-ordered", "run-told")


def test_no_failpoint_of_runs_is_left_out() -> None:
    assert FREEZING | PAYING == {one for one in failpoints.NAMES if one.startswith("run-")}


@pytest.mark.timeout(400)
async def test_whoever_dies_while_a_run_is_frozen_decides_every_line_once(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> None:
    _, url = await asyncio.to_thread(make_database, "subsidy")
    async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as service:
        payroll = await Payroll.opened(Desk(service, service.client("finance_officer")))
        await payroll.crew(5)
        expected = await payroll.frozen()
        await payroll.done(expected, "cancellations", on="2003-10-31")
        hurt = Hurt(payroll.treasury, url, keys_file, set())
        run = await payroll.draft()
        path = f"/v1/runs/{run['id']}"
        await hurt.call("run-freezing", f"{path}/freezes", {}, payroll.officer, '"v1"')
        for failpoint in ("run-chunk-before-commit", "run-chunk-after-commit"):
            await _worker_dies(hurt, failpoint)
        assert (await payroll.run(run["id"]))["totals"]["decided"] == 2
        for failpoint in ("run-reserved-before-commit", "run-reserved-after-commit"):
            await _worker_dies(hurt, failpoint)
        run = await payroll.run(run["id"])
        assert run["state"] == "frozen"
        assert (run["content_hash"], run["totals"]) == (
            expected["content_hash"], expected["totals"],
        )  # fmt: skip
        assert len(await payroll.lines(run)) == len(await payroll.months()) == 5
        assert (await payroll.money())["reserved"] == "660.00"
    assert hurt.died_at == FREEZING


@pytest.mark.timeout(400)
async def test_whoever_dies_while_a_run_is_paid_pays_and_tells_once(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> None:
    _, url = await asyncio.to_thread(make_database, "subsidy")
    async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as service:
        payroll = await Payroll.opened(Desk(service, service.client("finance_officer")))
        await payroll.crew(5)
        run = await payroll.frozen()
        path = f"/v1/runs/{run['id']}"
        hurt = Hurt(payroll.treasury, url, keys_file, set())
        agreed = {"on": "2003-10-31", "content_hash": run["content_hash"]}
        version = f'"v{run["version"]}"'
        await hurt.call("run-approved", f"{path}/approvals", agreed, payroll.approver, version)
        run = await payroll.run(run["id"])
        order = {
            "id": str(uuid4()), "payer_id": payroll.treasury.payer, "execute_on": "2003-10-31",
            "made_on": "2003-10-31",
        }  # fmt: skip
        version = f'"v{run["version"]}"'
        await hurt.call("run-ordered", f"{path}/payment-batches", order, payroll.officer, version)
        batch = (await payroll.officer.client.get(f"/v1/payment-batches/{order['id']}")).json()
        await payroll.treasury.approve(batch, approved_on="2003-10-31")
        await payroll.treasury.step(batch, "handovers", "2003-10-31")
        file = (await payroll.treasury.file(batch)).content
        said = bank.answer(file, [Fate.of("accepted")], date(2003, 10, 31)).statement
        taken = {
            "content": b64encode(said or b"").decode(), "received_on": "2003-10-31",
            **payroll.officer.place,
        }  # fmt: skip
        assert (await payroll.officer.post("/v1/bank-messages", taken)).status_code == 201
        for failpoint in ("run-told-before-commit", "run-told-after-commit"):
            await _worker_dies(hurt, failpoint)
        await _worker(hurt)
        paid = await service.told("subsidy.benefit.paid.v1")
        assert len(paid) == len({event.entity_id for event in paid}) == 5
        assert (await payroll.run(run["id"]))["state"] == "paid"
        assert (await payroll.money())["paid"] == "660.00"
    assert hurt.died_at == PAYING


@pytest.mark.timeout(400)
async def test_fifty_runs_for_one_budget_reserve_what_it_holds(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> None:
    _, url = await asyncio.to_thread(make_database, "subsidy")
    async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as service:
        desk = Desk(service, service.client("finance_officer"))
        payroll = await Payroll.opened(desk, "2700.00")
        names = [payroll.person() for _ in range(50)]
        await payroll.world.tell()
        runs: list[dict[str, Any]] = []
        for number, name in enumerate(names):
            area = f"231102001{number:03d}" if number else "231102002001"
            await payroll.enrol(name, area_code=area)
            runs.append(await payroll.done(await payroll.draft(area_code=area), "freezes"))
        hurt = Hurt(payroll.treasury, url, keys_file, set())
        await asyncio.gather(*(_worker(hurt) for _ in range(3)))
        done = [await payroll.run(run["id"]) for run in runs]
        states = [run["state"] for run in done]
        assert (states.count("frozen"), states.count("unreserved")) == (20, 30)
        assert {run["missing"] for run in done if run["state"] == "unreserved"} == {"72.00"}
        assert (await payroll.money())["reserved"] == "2640.00"
        # Every line was decided once, though three workers looked for work.
        assert len(await payroll.months()) == 50
        assert all(run["totals"]["decided"] == 1 for run in done)
