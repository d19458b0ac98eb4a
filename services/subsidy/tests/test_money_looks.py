"""What a day brings is told once: money idle for long, lines without money. And the books check themselves."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import testing_commands
from kit.ids import new_id
from kit.testing import Signer, under_test
from subsidy.app import SERVICE
from subsidy.budgets.usecases import tell_of_exhausted_lines
from subsidy.funds import domain
from subsidy.funds.domain import Layer
from subsidy.funds.usecases import tell_of_idle_money

from .bureau import Bureau, line
from .conftest import Desk


@given(st.integers(0, 500), st.sets(st.integers(1, 400), max_size=4))
def test_the_highest_threshold_that_is_reached(age: int, thresholds: set[int]) -> None:
    day = date.fromordinal(date(2003, 1, 1).toordinal() + age)
    found = domain.reached(Layer(date(2003, 1, 1), 1), thresholds, day)
    assert found == max((days for days in sorted(thresholds) if days <= age), default=None)


async def test_idle_money_is_told_once_for_each_threshold(running: Callable[..., Any]) -> None:
    """90, 180, 365 days: on the business day 2003-10-31 that is 2003-08-02, 2003-05-04, 2002-10-31."""
    service = await running("subsidy")
    desk = Desk(service, service.client("finance_officer"))
    await desk.receive("70.00", received_on="2002-10-31", year=2002)
    await desk.receive("100.00", received_on="2003-05-05")
    await desk.receive("30.00", received_on="2003-08-02")
    await desk.receive("1.00", received_on="2003-08-03")
    # The oldest money is used first: of the first receipt, 20 are left.
    await desk.arrange("50.00")
    for _ in range(2):
        await tell_of_idle_money(service.runtime)
    told = await service.told("subsidy.fund.unallocated-aged.v1")
    assert [
        tuple(e.data[name] for name in ("amount", "received_on", "age_days", "threshold_days"))
        for e in told
    ] == [
        ("20.00", "2002-10-31", 365, 365), ("100.00", "2003-05-05", 179, 90),
        ("30.00", "2003-08-02", 90, 90),
    ]  # fmt: skip
    assert {e.valid_from for e in told} == {date(2003, 10, 31)}
    # What is arranged lies idle no more.
    await desk.arrange("120.00", arranged_on="2003-10-31")
    await tell_of_idle_money(service.runtime)
    assert len(await service.told("subsidy.fund.unallocated-aged.v1")) == 3


async def test_a_later_day_reaches_the_next_threshold(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> None:
    _, url = make_database("subsidy")
    for day, expected in ((date(2003, 9, 30), [90]), (date(2004, 1, 31), [90, 180])):
        async with under_test(
            SERVICE, url, signer=signer, keys_file=keys_file, business_day=day
        ) as service:
            if day.year == 2003:
                await Desk(service, service.client("finance_officer")).receive("10.00")
            await tell_of_idle_money(service.runtime)
            told = await service.told("subsidy.fund.unallocated-aged.v1")
            assert [event.data["threshold_days"] for event in told] == expected


async def test_a_line_without_money_is_told_once_until_it_has_some_again(desk: Desk) -> None:
    bureau = Bureau.of(desk)
    lines = [{"use_code": "training-subsidy", "amount": "600.00"}]
    budget = await bureau.approved(lines=lines)
    await desk.receive("600.00")
    budget = (await bureau.release(budget, ("training-subsidy", "500.00"))).json()
    path = f"/v1/arrangements?budget_line_id={line(budget, 'training-subsidy')['id']}"
    (one,) = (await desk.client.get(path)).json()["items"]
    payment = (await desk.pay(one["id"], "500.00")).json()["id"]

    async def told() -> int:
        for _ in range(2):
            await tell_of_exhausted_lines(desk.service.runtime)
        return len(await desk.service.told("subsidy.budget.line-exhausted.v1"))

    assert await told() == 0  # a hundred can still be released
    proposed = (await bureau.propose(budget, lines=[("training-subsidy", "-100.00")])).json()
    assert (await bureau.decide(proposed, budget)).status_code == 201
    assert await told() == 1
    (event,) = await desk.service.told("subsidy.budget.line-exhausted.v1")
    assert (event.data["use_code"], event.data["amount"]) == ("training-subsidy", "500.00")
    back = await bureau.approver.post(
        f"/v1/payments/{payment}/reversals", json={"reversed_on": "2003-08-10", "reason": "退汇"},
        headers={"Idempotency-Key": str(new_id())},
    )  # fmt: skip
    assert back.status_code == 201
    assert await told() == 1
    await desk.pay(one["id"], "500.00", paid_on="2003-08-11")
    assert await told() == 2


class Books:
    """The service's command line on a database in which something happened."""

    def __init__(self, owner: str, url: str, keys_file: Path) -> None:
        self.owner, self.env = owner, {
            **os.environ, "DATABASE_URL": url, "KEYS_FILE": str(keys_file), "LOG_LEVEL": "WARNING",
        }  # fmt: skip

    async def run(self, *command: str) -> tuple[int, dict[str, Any]]:
        done = await asyncio.to_thread(testing_commands.run, "subsidy", *command, env=self.env)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    async def tamper(self, statement: str) -> None:
        connection = await asyncpg.connect(self.owner)
        await connection.execute(statement)
        await connection.close()


@pytest.fixture
async def books(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> Books:
    owner, url = make_database("subsidy")
    async with under_test(SERVICE, url, signer=signer, keys_file=keys_file) as service:
        bureau = Bureau.of(Desk(service, service.client("finance_officer")))
        await bureau.desk.receive("900.00")
        budget = await bureau.approved()
        await bureau.release(budget, ("training-subsidy", "500.00"))
    return Books(owner, url, keys_file)


async def test_a_command_derives_every_balance_again(books: Books) -> None:
    status, found = await books.run("journal-check")
    assert (status, found["holds"], found["accounts"], found["lines"]) == (0, True, 3, 4)
    assert found["debit"] == "900.00"
    await books.tamper("update account set balance = balance - 1 where kind = 'unallocated'")
    status, found = await books.run("journal-check")
    assert (status, found["holds"]) == (1, False)
    (difference,) = found["differences"]
    assert difference["derived"] - difference["balance"] == 1


async def test_a_command_compares_budget_lines_with_the_journal(books: Books) -> None:
    assert await books.run("budget-check") == (0, {"holds": True, "differing_lines": []})
    await books.tamper("update budget_line set released = 1 where use_code = 'severance'")
    status, found = await books.run("budget-check")
    assert (status, len(found["differing_lines"])) == (1, 1)
