"""Whatever is tried with a budget, money is conserved, and a small model says what is accepted and what is not.

The same steps go to the pure domain and, over HTTP, to a service on PostgreSQL. After each step both have
what the model has: nothing is lost or negative, released <= approved <= available, closed periods hold.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kit.ids import new_id
from kit.money import fen, yuan
from kit.refusal import Refusal
from kit.testing import Signer, under_test
from subsidy.app import SERVICE
from subsidy.budgets.domain import Budget, Line, Move
from subsidy.budgets.usecases import check_lines
from subsidy.journal import domain as journal
from subsidy.journal.domain import Account, AccountKind
from subsidy.periods.domain import Closing

from .bureau import Bureau
from .conftest import CITY, OFFICE, Desk

USES = ("training-subsidy", "post-subsidy", "severance")
AVAILABLE = 1_000
APPROVED = {"training-subsidy": 500, "post-subsidy": 300, "severance": 200}
FIRST, LAST = date(2003, 1, 20), date(2004, 2, 28)
Amount = st.sampled_from([1, 40, 120, 250])
Use = st.sampled_from(USES)


@dataclass
class Arranged:
    """Money set aside for a use: what it holds, and what was paid from it."""

    use: str
    held: int


@dataclass
class Model:
    """What an official would write down: fen, by use, and until when the book is closed."""

    day: date = FIRST
    received: int = 0
    unallocated: int = 0
    approved: dict[str, int] = field(default_factory=lambda: dict(APPROVED))
    released: dict[str, int] = field(default_factory=lambda: dict.fromkeys(USES, 0))
    carried: dict[str, int] = field(default_factory=lambda: dict.fromkeys(USES, 0))
    arranged: list[Arranged] = field(default_factory=list)
    paid: list[tuple[int, int]] = field(default_factory=list)
    closed: list[date] = field(default_factory=list)
    over: bool = False

    def open_on(self, day: date) -> bool:
        return not self.closed or day > self.closed[-1]

    def held(self, use: str) -> int:
        return sum(one.held for one in self.arranged if one.use == use)

    def give_back(self, use: str, amount: int) -> None:
        """The first made gives first."""
        for one in self.arranged:
            if one.use == use:
                taken = min(one.held, amount)
                one.held -= taken
                amount -= taken
                self.unallocated += taken

    def seen(self) -> dict[str, Any]:
        return {
            "received": self.received,
            "unallocated": self.unallocated,
            "paid": sum(amount for _, amount in self.paid),
            "arranged": sum(self.released.values()) - sum(self.carried.values()),
            "lines": {
                use: (self.approved[use], self.released[use], self.carried[use], self.held(use))
                for use in USES
            },
        }


class Steps(RuleBasedStateMachine):
    """The steps, and what the model says of each. A machine does them and tells what it then has."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()

    @abstractmethod
    def does(self, step: str, *what: Any) -> bool:
        """Whether the step was accepted."""

    @abstractmethod
    def seen(self) -> dict[str, Any]:
        """What the machine has, in the model's words."""

    def tried(self, accepted: bool, step: str, *what: Any) -> bool:
        assert self.does(step, *what) == accepted, (step, what, self.model)
        return accepted

    @initialize(first=st.lists(st.tuples(Use, Amount), max_size=4))
    def begin_with_money(self, first: list[tuple[str, int]]) -> None:
        self.receive(800, "today")
        for use, amount in first:
            self.release(use, amount)

    @rule(days=st.sampled_from([1, 12, 31, 60]))
    def time_passes(self, days: int) -> None:
        self.model.day = min(LAST, self.model.day + timedelta(days))

    @precondition(lambda self: self.model.day.year == 2003)
    @rule()
    def the_year_ends(self) -> None:
        self.model.day = date(2004, 1, 1)

    @rule(amount=Amount, when=st.sampled_from(["today", "last month's end", "this month's first"]))
    def receive(self, amount: int, when: str) -> None:
        m, first = self.model, self.model.day.replace(day=1)
        on = {"today": m.day, "last month's end": first - timedelta(1)}.get(when, first)
        if self.tried(m.open_on(on), "receive", amount, on):
            m.received += amount
            m.unallocated += amount

    @rule(use=Use, amount=Amount)
    def release(self, use: str, amount: int) -> None:
        m = self.model
        fits = (
            not m.over and m.day.year == 2003 and m.open_on(m.day)
            and amount <= m.approved[use] - m.released[use] and amount <= m.unallocated
        )  # fmt: skip
        if self.tried(fits, "release", use, amount):
            m.released[use] += amount
            m.unallocated -= amount
            m.arranged.append(Arranged(use, amount))

    @precondition(lambda self: self.model.arranged)
    @rule(amount=Amount, which=st.integers(0, 20))
    def pay(self, amount: int, which: int) -> None:
        m, n = self.model, which % len(self.model.arranged)
        fits = amount <= m.arranged[n].held and m.open_on(m.day)
        if self.tried(fits, "pay", n, amount):
            m.arranged[n].held -= amount
            m.paid.append((n, amount))

    @precondition(lambda self: self.model.paid)
    @rule(which=st.integers(0, 20))
    def take_back(self, which: int) -> None:
        m, n = self.model, which % len(self.model.paid)
        if self.tried(m.open_on(m.day), "take_back", n):
            arranged, amount = m.paid.pop(n)
            m.arranged[arranged].held += amount

    @rule(giver=Use, taker=Use, amount=Amount)
    def reallocate(self, giver: str, taker: str, amount: int) -> None:
        m = self.model
        if giver == taker:
            return
        back = max(0, m.released[giver] - (m.approved[giver] - amount))
        fits = (
            not m.over and amount <= m.approved[giver] and back <= m.held(giver)
            and (back == 0 or m.open_on(m.day))
        )  # fmt: skip
        if self.tried(fits, "reallocate", giver, taker, amount):
            m.approved[giver] -= amount
            m.approved[taker] += amount
            m.released[giver] -= back
            m.give_back(giver, back)

    @rule()
    def close_year(self) -> None:
        m = self.model
        held = sum(m.held(use) for use in USES)
        fits = (
            m.day >= date(2003, 12, 31) and (held > 0 or not m.over)
            and (held == 0 or m.open_on(m.day))
        )  # fmt: skip
        if self.tried(fits, "close_year"):
            m.over = True
            for use in USES:
                m.carried[use] += m.held(use)
                m.give_back(use, m.held(use))

    @rule()
    def close_period(self) -> None:
        m, through = self.model, self.model.day.replace(day=1) - timedelta(1)
        if self.tried(m.open_on(through), "close_period", through):
            m.closed.append(through)

    @precondition(lambda self: self.model.closed)
    @rule()
    def reopen_period(self) -> None:
        assert self.does("reopen_period")
        self.model.closed.pop()

    @invariant()
    def all_is_there_once(self) -> None:
        m = self.model
        seen = self.seen()
        assert seen == m.seen()
        lines = seen["lines"].values()
        assert seen["received"] == seen["unallocated"] + seen["paid"] + sum(n[3] for n in lines)
        assert sum(n[0] for n in lines) <= AVAILABLE
        for approved, released, carried, held in lines:
            assert 0 <= carried <= released <= approved
            assert held >= 0


def key(kind: AccountKind, detail: str = "") -> journal.Key:
    return ("reemployment", CITY, kind, detail)


class PureSteps(Steps):
    """The same with values of the domain alone: a budget, accounts, closings."""

    def __init__(self) -> None:
        super().__init__()
        lines = tuple(Line(new_id(), use, amount) for use, amount in APPROVED.items())
        draft = Budget(
            new_id(), "reemployment", 2003, CITY, OFFICE, {"province": AVAILABLE}, lines, "wang",
            FIRST, state_on=FIRST,
        )  # fmt: skip
        self.budget = draft.approve(FIRST, "li", "1号", LAST)
        self.accounts: dict[journal.Key, Account] = {}
        self.written: list[journal.Entry] = []
        self.arranged: list[journal.Key] = []
        self.paid: list[journal.Entry] = []
        self.closings: list[Closing] = []

    def account(self, of: journal.Key) -> Account:
        return self.accounts.setdefault(of, Account(uuid4(), *of))

    @property
    def closed_until(self) -> date | None:
        return self.closings[-1].closed_through if self.closings else None

    def write(self, *entries: journal.Entry) -> None:
        """All of them or none."""
        by_id = {
            one.id: replace(one, closed_until=self.closed_until) for one in self.accounts.values()
        }
        for entry in entries:
            by_id.update(journal.post(by_id, entry))
        self.accounts = {one.key: one for one in by_id.values()}
        self.written += entries

    def moved(self, source: journal.Key, target: journal.Key, amount: int, on: date) -> Any:
        ends = [self.account(of).id for of in (source, target)]
        return journal.transfer(
            new_id(), "payment", on, new_id(), place=(CITY, OFFICE), credit=ends[0], debit=ends[1],
            amount=amount,
        )  # fmt: skip

    def does(self, step: str, *what: Any) -> bool:
        try:
            getattr(self, f"_{step}")(*what)
        except Refusal:
            return False
        return True

    def _receive(self, amount: int, on: date) -> None:
        self.write(self.moved(key("source", "province"), key("unallocated"), amount, on))

    def _release(self, use: str, amount: int) -> None:
        after = self.budget.release([(use, amount)], self.model.day, LAST)
        line = key("arranged", f"{use}:{len(self.arranged)}")
        self.write(self.moved(key("unallocated"), line, amount, self.model.day))
        self.arranged.append(line)
        self.budget = after

    def _pay(self, n: int, amount: int) -> None:
        use = self.arranged[n][3].partition(":")[0]
        entry = self.moved(self.arranged[n], key("paid", use), amount, self.model.day)
        self.write(entry)
        self.paid.append(entry)

    def _take_back(self, n: int) -> None:
        self.write(journal.reversal(self.paid[n], new_id(), self.model.day, new_id()))
        self.paid.pop(n)

    def back(self, use: str, amount: int) -> None:
        entries = []
        for line in self.arranged:
            if line[3].startswith(use) and amount:
                taken = min(self.account(line).available, amount)
                amount -= taken
                if taken:
                    entries.append(self.moved(line, key("unallocated"), taken, self.model.day))
        if amount:
            raise journal.Overdrawn(missing=amount)
        self.write(*entries)

    def _reallocate(self, source: str, target: str, amount: int) -> None:
        moves = [Move(new_id(), source, -amount), Move(new_id(), target, amount)]
        after = self.budget.reallocate(moves, {}, self.model.day, LAST)
        self.back(source, self.budget.line(source).released - after.line(source).released)
        self.budget = after

    def _close_year(self) -> None:
        back = {line.id: self.held(line.use_code) for line in self.budget.lines}
        left = {id: amount for id, amount in back.items() if amount}
        after = self.budget.close(left, self.model.day, "li", LAST)
        entries = [
            self.moved(line, key("unallocated"), held, self.model.day)
            for line in self.arranged
            if (held := self.account(line).available)
        ]
        self.write(*entries)
        self.budget = after

    def _close_period(self, through: date) -> None:
        asked = Closing(new_id(), "reemployment", CITY, OFFICE, through, self.model.day, "", "wang")
        self.closings.append(asked.admit(self.closed_until))

    def _reopen_period(self) -> None:
        last = self.closings[-1]
        last.reopen(self.model.day, "li", "补记", "1号", closed_until=self.closed_until, today=LAST)
        self.closings.pop()

    def held(self, use: str) -> int:
        return sum(self.account(k).available for k in self.arranged if k[3].startswith(use))

    def seen(self) -> dict[str, Any]:
        derived = journal.derive(line for entry in self.written for line in entry.lines)
        assert journal.differences(list(self.accounts.values()), derived) == []
        return {
            "received": self.account(key("source", "province")).available,
            "unallocated": self.account(key("unallocated")).available,
            "paid": sum(a.available for k, a in self.accounts.items() if k[2] == "paid"),
            "arranged": sum(line.released - line.carried for line in self.budget.lines),
            "lines": {
                line.use_code: (line.amount, line.released, line.carried, self.held(line.use_code))
                for line in self.budget.lines
            },
        }


class ServedSteps(Steps):
    """The same over HTTP to a service on a database of its own."""

    def __init__(self, url: str, signer: Signer, keys_file: Path) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.runner.run(self.begin(url, signer, keys_file))

    async def begin(self, url: str, signer: Signer, keys_file: Path) -> None:
        service = await self.stack.enter_async_context(
            under_test(SERVICE, url, signer=signer, keys_file=keys_file, business_day=LAST)
        )
        self.bureau = Bureau.of(Desk(service, service.client("finance_officer")))
        self.budget = await self.bureau.approved(
            sources=[{"source": "province", "amount": yuan(AVAILABLE)}],
            lines=[{"use_code": use, "amount": yuan(fen)} for use, fen in APPROVED.items()],
        )  # fmt: skip
        self.arranged: list[UUID] = []
        self.paid: list[str] = []
        self.closings: list[str] = []

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()

    def does(self, step: str, *what: Any) -> bool:
        answer: httpx.Response = self.runner.run(getattr(self, f"_{step}")(*what))
        assert answer.status_code in (201, 409, 422), answer.text
        return answer.status_code == 201

    @property
    def on(self) -> str:
        return str(self.model.day)

    async def _receive(self, amount: int, on: date) -> httpx.Response:
        return await self.bureau.desk.receive(yuan(amount), received_on=str(on), year=on.year)

    async def _release(self, use: str, amount: int) -> httpx.Response:
        id = new_id()
        part = {"id": str(id), "use_code": use, "amount": yuan(amount), "purpose": "再就业"}
        made = await self.bureau.act(await self.current(), "releases", on=self.on, lines=[part])
        self.arranged += [id] if made.status_code == 201 else []
        return made

    async def _pay(self, n: int, amount: int) -> httpx.Response:
        made = await self.bureau.desk.pay(str(self.arranged[n]), yuan(amount), paid_on=self.on)
        self.paid += [made.json()["id"]] if made.status_code == 201 else []
        return made

    async def _take_back(self, n: int) -> httpx.Response:
        made = await self.bureau.approver.post(
            f"/v1/payments/{self.paid[n]}/reversals",
            json={"reversed_on": self.on, "reason": "退汇"},
            headers={"Idempotency-Key": str(uuid4())},
        )
        if made.status_code == 201:
            self.paid.pop(n)
        return made

    async def _reallocate(self, source: str, target: str, amount: int) -> httpx.Response:
        budget = await self.current()
        proposed = await self.bureau.propose(
            budget, proposed_on=self.on,
            lines=[(source, yuan(-amount)), (target, yuan(amount))],
        )  # fmt: skip
        if proposed.status_code != 201:
            return proposed
        return await self.bureau.decide(proposed.json(), budget, on=self.on)

    async def _close_year(self) -> httpx.Response:
        return await self.bureau.close(await self.current(), self.on)

    async def _close_period(self, through: date) -> httpx.Response:
        body = {
            "fund": "reemployment", "closed_through": str(through), "closed_on": self.on,
            "note": "核对无误", **self.bureau.desk.place,
        }  # fmt: skip
        made = await self.bureau.desk.post("/v1/periods", body)
        self.closings += [made.json()["id"]] if made.status_code == 201 else []
        return made

    async def _reopen_period(self) -> httpx.Response:
        return await self.bureau.approver.post(
            f"/v1/periods/{self.closings.pop()}/reopenings",
            json={"on": self.on, "reason": "补记", "approval": "1号"},
            headers={"Idempotency-Key": str(uuid4())},
        )

    async def current(self) -> dict[str, Any]:
        return await self.bureau.seen(self.budget)

    def seen(self) -> dict[str, Any]:
        return self.runner.run(self.look())

    async def look(self) -> dict[str, Any]:
        client = self.bureau.desk.client
        assert (await client.get("/v1/journal/check")).json()["holds"] is True
        async with self.bureau.desk.service.db.reading() as tx:
            assert (await check_lines(tx))["holds"] is True
        fund = (await client.get("/v1/funds/reemployment")).json()
        names = ("amount", "released", "carried", "remaining")
        return {
            **{name: fen(fund[name]) for name in ("received", "unallocated", "paid", "arranged")},
            "lines": {
                line["use_code"]: tuple(fen(line[name]) for name in names)
                for line in (await self.current())["lines"]
            },
        }


def test_the_pure_domain_does_what_the_model_does() -> None:
    run_state_machine_as_test(
        PureSteps, settings=settings(max_examples=150, stateful_step_count=30, deadline=None)
    )  # type: ignore[no-untyped-call]


def test_the_service_does_what_the_model_does(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> None:
    def machine() -> ServedSteps:
        return ServedSteps(make_database("subsidy")[1], signer, keys_file)

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None,
            phases=[Phase.generate],  # a failing run is printed as it was: shrinking takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
