"""Whatever happens to claims and runs together, months and money are what a small model says.

Both want the same months of the same people and the same lines of money, while facts come late, twice and
are taken back, and the bank pays, refuses and sends back. After each step: every fen is somewhere
once, nothing is negative, no person-month is paid twice, and journal and budget derive again.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
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

from kit.events import Event
from kit.ids import new_id
from kit.money import fen, yuan
from kit.testing import Signer, UnderTest, under_test
from local import bank
from subsidy.app import SERVICE
from subsidy.budgets.usecases import check_lines
from subsidy.runs import freezing, paying

from . import bureau as budgets
from .claims_desk import Bureau, made
from .conftest import Desk
from .paying_books import Books
from .paying_facts import KINDS, Tellers, Told
from .paying_model import (
    AGENCY,
    PEOPLE,
    SINCE,
    SLOTS,
    Claim,
    Fate,
    Holder,
    Model,
    Order,
    Run,
    Slot,
)
from .payroll import Payroll
from .test_heard_facts import CODE, World
from .treasury import Treasury

USE, TODAY = "social-insurance-subsidy", "2003-10-31"
Who, Which = st.sampled_from(PEOPLE), st.integers(0, 30)
ASlot = st.sampled_from(SLOTS)
Lines = st.lists(ASlot, min_size=1, max_size=4, unique=True)
AFate = st.sampled_from(
    ["accepted", "accepted", "booked-only", "duplicate", "paid-twice", "rejected", "silent"]
)
AMonth = st.sampled_from(["2003-08", "2003-09"])
Policy = st.sampled_from(
    ["refuse-all", "pro-rata", "priority longest-enrolled", "priority smallest-amount"]
)
Times = st.sampled_from([6, 6, 5, 4, 3, 1])
Opening = st.tuples(Lines | st.tuples(AMonth, Which, Policy), Times, AFate)
FIRST = st.sampled_from([500, 20_000, 40_000, 90_000])


@dataclass(frozen=True)
class AtTheBank:
    """An order as it went out: its id, its place in the file."""

    id: str
    file: bytes
    place: int
    count: int


class Paying(RuleBasedStateMachine):
    """The steps over HTTP, by a worker and by events, beside the model."""

    def __init__(self, url: str, signer: Signer, keys_file: Path) -> None:
        super().__init__()
        self.model = Model()
        self.ids: dict[Holder, str] = {}
        self.sent: dict[Order, AtTheBank] = {}
        self.lines: list[str] = []
        self.waiting: list[Told] = []
        self.heard: list[Event] = []
        self.runner, self.stack = asyncio.Runner(), AsyncExitStack()
        self.does(self.begin(url, signer, keys_file))

    def does(self, what: Any) -> Any:
        return self.runner.run(what)

    def teardown(self) -> None:
        self.does(self.stack.aclose())
        self.runner.close()

    async def begin(self, url: str, signer: Signer, keys_file: Path) -> None:
        self.service: UnderTest = await self.stack.enter_async_context(
            under_test(SERVICE, url, signer=signer, keys_file=keys_file)
        )
        officer = Desk(self.service, self.service.client("finance_officer", subject="officer"))
        approver = Desk(self.service, self.service.client("finance_approver", subject="approver"))
        self.treasury = Treasury(self.service, officer, approver)
        self.world = World(self.service)
        self.bureau = Bureau(
            self.world, Desk(self.service, self.service.client("subsidy_clerk", subject="clerk")),
            self.service.client("subsidy_reviewer", subject="reviewer"), approver.client,
            self.treasury,
        )  # fmt: skip
        self.payroll = Payroll(self.service, officer, approver, self.treasury, self.world)
        self.treasury.payer = await self.treasury.payee("fund", name="市财政局再就业资金专户")
        self.agencies = {
            name: await self.treasury.payee("insurance_agency") for name in ("east", "west")
        }
        self.budgets = budgets.Bureau.of(officer)
        self.budget = await self.budgets.approved(
            sources=[{"source": "province", "amount": "90000.00"}],
            lines=[{"use_code": USE, "amount": "90000.00"}],
        )  # fmt: skip
        self.tellers = Tellers(self.world, self.model.facts)
        self.world.employer(organisation_code=CODE)
        for who in PEOPLE:
            self.world.registered(who, birth_date="1960-05-04", worker_id=str(self.world[who]))
        await self.world.tell()
        for number, who in enumerate(PEOPLE):
            self.payroll.agency = self.agencies[AGENCY[who]]
            id = str(UUID(int=(7 << 76) | (2 << 62) | number))
            await self.payroll.enrol(who, id=id, since=SINCE[who])

    @initialize(
        money=FIRST,
        late=st.sets(Which, max_size=2),
        opening=st.lists(Opening, min_size=1, max_size=3),
    )
    def begin_with_cases(self, money: int, late: set[int], opening: list[Any]) -> None:
        """Nearly everything is known, and some claims and runs are on their way."""
        self.more_money(money)
        self.waiting = self.tellers.everything()
        told = [one for n, one in enumerate(self.waiting) if n not in late]
        self.does(self.service.deliver(*(one.event for one in told)))
        for one in told:
            self.waiting.remove(one)
            self.heard.append(one.event)
            one.does()
        for asked, times, fate in opening:
            if isinstance(asked, list):
                self.a_claim_is_filed(asked, times, fate, 0)
            else:
                self.a_run_is_drafted(*asked, times, fate)

    # --- facts

    def hear(self, which: int, twice: bool) -> None:
        """One of what waits, in the order of its entity."""
        entity = self.waiting[which % len(self.waiting)].event.entity_id
        told = next(one for one in self.waiting if one.event.entity_id == entity)
        self.waiting.remove(told)
        self.heard.append(told.event)
        self.does(self.service.deliver(*[told.event] * (1 + twice)))
        told.does()
        self.model.heard_of(told.who)

    @rule(kind=st.sampled_from(KINDS), slot=ASlot, late=st.booleans(), twice=st.booleans())
    def something_is_told(self, kind: str, slot: Slot, late: bool, twice: bool) -> None:
        self.waiting.append(self.tellers.next(kind, slot))
        if not late:
            self.hear(len(self.waiting) - 1, twice)

    @precondition(lambda self: self.waiting)
    @rule(which=Which, twice=st.booleans())
    def what_waited_is_heard(self, which: int, twice: bool) -> None:
        self.hear(which, twice)

    @precondition(lambda self: self.heard)
    @rule(which=Which)
    def it_is_told_again(self, which: int) -> None:
        self.does(self.service.deliver(self.heard[which % len(self.heard)]))

    # --- money

    @precondition(lambda self: len(self.lines) < 3)
    @rule(amount=st.sampled_from([300, 15_000, 60_000]))
    def more_money(self, amount: int) -> None:
        async def release() -> None:
            made(await self.treasury.officer.receive(yuan(amount)))
            budget, id = await self.budgets.seen(self.budget), str(new_id())
            line = {"id": id, "use_code": USE, "amount": yuan(amount), "purpose": "社会保险补贴"}
            made(await self.budgets.act(budget, "releases", on="2003-07-01", lines=[line]))
            self.lines.append(id)

        self.does(release())
        self.model.new_line(amount)

    # --- what goes on

    @property
    def under_way(self) -> list[Holder]:
        over = ("returned", "rejected", "paid", "cancelled", "closed")
        return [one for one in (*self.model.claims, *self.model.runs) if one.state not in over]

    @precondition(lambda self: self.under_way)
    @rule(which=Which, times=Times, fate=AFate, line=Which, chunk=st.integers(1, 4))
    def it_goes_on(self, which: int, times: int, fate: Fate, line: int, chunk: int) -> None:
        """A claim or a run, as far as nothing holds it up."""
        self.go_on(self.under_way[which % len(self.under_way)], times, fate, line, chunk)

    def go_on(self, holder: Holder, times: int, fate: Fate, line: int = 0, chunk: int = 2) -> None:
        for _ in range(times):
            if isinstance(holder, Claim):
                self.claim_step(holder, line % len(self.lines), fate)
            else:
                self.run_step(holder, chunk, fate)
            self.all_is_there_once()

    def tried(self, answer: Any, fits: bool) -> Any:
        assert (answer.status_code in (200, 201)) == fits, (answer.status_code, answer.text)
        assert fits or answer.status_code == 409, answer.text
        return answer.json() if fits else None

    # --- claims

    async def act(self, claim: Claim, client: Any, what: str, **body: Any) -> Any:
        seen = await self.bureau.seen({"id": self.ids[claim]})
        return await self.bureau.act(client, seen, what, on=TODAY, **body)

    def roster(self, slots: list[Slot]) -> list[dict[str, str]]:
        world = self.world
        return [
            {"worker_id": str(world[who]), "month": month, "reference": str(world[f"{who} placement"])}
            for who, month in slots
        ]  # fmt: skip

    @precondition(lambda self: len(self.under_way) < 4)
    @rule(slots=Lines, times=Times, fate=AFate, line=Which)
    def a_claim_is_filed(self, slots: list[Slot], times: int, fate: Fate, line: int) -> None:
        answer = self.does(self.bureau.file(*self.roster(slots), filed_on=TODAY))
        claim = Claim(slots)
        self.ids[claim] = self.tried(answer, fits=True)["id"]
        self.model.claims.append(claim)
        self.go_on(claim, times - 1, fate, line)

    def claim_step(self, claim: Claim, line: int, fate: Fate) -> None:
        m, desk = self.model, self.bureau
        if claim.state == "filed":
            self.tried(self.does(self.act(claim, desk.reviewer, "reviews")), fits=True)
            m.review(claim)
        elif claim.state == "reviewed":
            fits = m.can_approve(claim, line)
            body = {"arrangement_id": self.lines[line]}
            self.tried(self.does(self.act(claim, desk.approver, "approvals", **body)), fits)
            if fits:
                m.approve_claim(claim, line)
        elif claim.state in ("approved", "paid"):
            self.order_step(claim, fate)

    @precondition(lambda self: self.model.claims)
    @rule(which=Which, act=st.sampled_from(["returned", "rejected"]))
    def a_claim_is_turned(self, which: int, act: str) -> None:
        m = self.model
        claim = m.claims[which % len(m.claims)]
        fits = m.can_turn(claim, act)
        what = {"returned": "returns", "rejected": "rejections"}[act]
        body = {"reason": "roster-wrong"}
        self.tried(self.does(self.act(claim, self.bureau.reviewer, what, **body)), fits)
        if fits:
            m.turn(claim, act)

    @precondition(lambda self: any(one.state == "returned" for one in self.model.claims))
    @rule(which=Which, slots=st.none() | Lines)
    def a_claim_is_filed_again(self, which: int, slots: list[Slot] | None) -> None:
        back = [one for one in self.model.claims if one.state == "returned"]
        claim = back[which % len(back)]
        body = {} if slots is None else {"lines": self.roster(slots)}
        self.tried(self.does(self.act(claim, self.bureau.clerk.client, "refilings", **body)), True)
        claim.state, claim.slots = "filed", slots or claim.slots

    # --- runs

    @precondition(lambda self: len(self.under_way) < 4)
    @rule(month=AMonth, line=Which, policy=Policy, times=Times, fate=AFate)
    def a_run_is_drafted(self, month: str, line: int, policy: str, times: int, fate: Fate) -> None:
        shortage, _, priority = policy.partition(" ")
        run = Run(month, shortage, priority or None, line % len(self.lines))
        body = {
            "month": month, "shortage": shortage, "priority": run.priority,
            "arrangement_id": self.lines[run.line], "drafted_on": TODAY,
        }  # fmt: skip
        self.ids[run] = self.does(self.payroll.draft(**body))["id"]
        self.model.runs.append(run)
        self.go_on(run, times - 1, fate)

    async def run_act(self, run: Run, what: str, **body: Any) -> Any:
        seen = await self.payroll.run(self.ids[run])
        if what == "approvals":
            body["content_hash"] = seen["content_hash"]
        desk = self.payroll.approver if what == "approvals" else self.payroll.officer
        return await self.payroll.act(seen, what, body, desk)

    def run_step(self, run: Run, chunk: int, fate: Fate) -> None:
        m = self.model
        if run.state == "draft":
            self.tried(self.does(self.run_act(run, "freezes")), fits=True)
            m.freeze(run)
        elif run.state == "freezing":
            self.does(freezing.freeze(self.service.runtime, UUID(self.ids[run]), chunk))
            m.decide(run)
        elif run.state == "unreserved":
            fits = m.reserve(run)
            self.tried(self.does(self.run_act(run, "reservations")), fits)
        elif run.state == "frozen":
            fits = m.can_approve_run(run)
            self.tried(self.does(self.run_act(run, "approvals", on=TODAY)), fits)
            if fits:
                m.approve_run(run)
        elif run.state in ("approved", "paid"):
            self.order_step(run, fate)

    @precondition(lambda self: self.model.runs)
    @rule(which=Which)
    def a_run_is_cancelled(self, which: int) -> None:
        run = self.model.runs[which % len(self.model.runs)]
        fits = run.state in ("draft", "freezing", "unreserved", "frozen")
        self.tried(self.does(self.run_act(run, "cancellations", on=TODAY)), fits)
        if fits:
            self.model.cancel(run)

    @precondition(lambda self: any(run.state in ("approved", "paid") for run in self.model.runs))
    @rule(which=Which)
    def a_run_is_closed(self, which: int) -> None:
        runs = [run for run in self.model.runs if run.state in ("approved", "paid")]
        run = runs[which % len(runs)]
        fits = self.model.can_close(run)
        self.tried(self.does(self.run_act(run, "closings", on=TODAY)), fits)
        if fits:
            self.model.close(run)

    # --- the bank

    def order_step(self, holder: Holder, fate: Fate) -> None:
        """What is due is ordered, what is with the bank is answered."""
        sent = [one for one in holder.orders if one.state == "sent"]
        if sent:
            for one in sent:
                self.answered(holder, one, fate)
        elif isinstance(holder, Run) and "due" in holder.payments.values():
            batch = new_id()
            order = {
                "id": str(batch), "payer_id": self.treasury.payer, "execute_on": TODAY, "made_on": TODAY,
            }  # fmt: skip
            self.tried(self.does(self.run_act(holder, "payment-batches", **order)), True)
            self.handed_over(str(batch), self.model.order(holder))
        elif isinstance(holder, Claim) and holder.state == "approved" and not holder.orders:
            body = {
                "payer_id": self.treasury.payer, "payee_id": self.agencies["east"], "execute_on": TODAY,
            }  # fmt: skip
            client = self.treasury.officer.client
            claim = self.tried(self.does(self.act(holder, client, "payments", **body)), True)
            if orders := self.model.order(holder):
                self.handed_over(claim["dues"][0]["batch_id"], orders)

    def handed_over(self, batch_id: str, orders: list[Order]) -> None:
        async def hand_over() -> tuple[list[dict[str, Any]], bytes]:
            officer = self.treasury.officer.client
            batch = made(await officer.get(f"/v1/payment-batches/{batch_id}"))
            made(await self.treasury.approve(batch, approved_on=TODAY))
            made(await self.treasury.step(batch, "handovers", TODAY))
            told = await self.treasury.orders(batch_id=batch_id)
            return told, (await self.treasury.file(batch)).content

        told, file = self.does(hand_over())
        assert len(told) == len(orders)
        for order in orders:
            payee = self.agencies[order.for_agency or "east"]
            one = next(one for one in told if one["payee_id"] == payee)
            assert fen(one["amount"]) == order.amount
            self.sent[order] = AtTheBank(one["id"], file, one["line"] - 1, len(told))

    async def bank_says(self, order: Order, fate: str) -> None:
        """The bank's messages about this order alone; the first one comes twice."""
        one = self.sent[order]
        fates = [bank.Fate.of(fate if n == one.place else "silent") for n in range(one.count)]
        answers = bank.answer(one.file, fates, date.fromisoformat(TODAY))
        messages = [content for content in (answers.report, answers.statement) if content]
        for content in [*messages[:1], *messages]:
            body = {
                "content": b64encode(content).decode(), "received_on": TODAY,
                **self.treasury.officer.place,
            }  # fmt: skip
            made(await self.treasury.officer.post("/v1/bank-messages", body))
        await paying.go_on(self.service.runtime, chunk=1)

    def answered(self, holder: Holder, order: Order, fate: Fate) -> None:
        self.does(self.bank_says(order, "rejected:AC04" if fate == "rejected" else fate))
        self.model.answer(holder, order, fate)

    def orders_in(self, *states: str) -> list[tuple[Holder, Order]]:
        """Of claims of which nothing came back from the claimant: banks send back within days."""
        return [
            (holder, order)
            for holder in (*self.model.claims, *self.model.runs)
            for order in holder.orders
            if order.state in states
            and not (
                isinstance(holder, Claim)
                and any(r.back or r.state == "written_off" for r in holder.recoveries)
            )
        ]

    @precondition(lambda self: self.orders_in("settled"))
    @rule(which=Which)
    def the_bank_sends_money_back(self, which: int) -> None:
        found = self.orders_in("settled")
        holder, order = found[which % len(found)]
        self.does(self.bank_says(order, "returned:BE01"))
        self.model.sends_back(holder, order)

    @precondition(lambda self: self.orders_in("settled"))
    @rule(which=Which)
    def a_payment_is_taken_back_by_hand(self, which: int) -> None:
        found = self.orders_in("settled")
        holder, order = found[which % len(found)]

        async def reverse() -> Any:
            body = {"reversed_on": TODAY, "reason": "重复支付"}
            path = f"/v1/payments/{self.sent[order].id}/reversals"
            answer = await self.treasury.approver.post(path, body)
            await paying.go_on(self.service.runtime, chunk=1)
            return answer

        fits = self.model.can_take_back(holder)
        self.tried(self.does(reverse()), fits)
        if fits:
            self.model.sends_back(holder, order)

    @precondition(lambda self: self.orders_in("rejected", "returned"))
    @rule(which=Which)
    def what_came_back_goes_again(self, which: int) -> None:
        found = self.orders_in("rejected", "returned")
        holder, order = found[which % len(found)]

        async def again() -> Any:
            await self.treasury.move_account(self.agencies[order.for_agency or "east"])
            path = f"/v1/{'claims' if isinstance(holder, Claim) else 'runs'}/{self.ids[holder]}"
            seen = (await self.bureau.approver.get(path)).json()
            return await self.treasury.make(
                carried=[self.sent[order].id], reservation_id=seen["reservation_id"],
                made_on=TODAY, execute_on=TODAY,
            )  # fmt: skip

        fits = holder.state not in ("closed", "rejected")  # its money went back to the line
        batch = self.tried(self.does(again()), fits)
        if fits:
            self.handed_over(batch["id"], [self.model.carry(holder, order)])

    # --- what comes back from claimants

    @precondition(lambda self: any(claim.paid for claim in self.model.claims))
    @rule(which=Which, kind=st.sampled_from(["certificate", "contribution", "death"]))
    def what_was_paid_holds_no_more(self, which: int, kind: str) -> None:
        paid = [slot for claim in self.model.claims for slot in claim.slots if slot in claim.paid]
        self.something_is_told(kind, paid[which % len(paid)], late=False, twice=False)

    @precondition(lambda self: any(claim.recovery for claim in self.model.claims))
    @rule(which=Which, act=st.sampled_from(["notice", "refund", "refund", "write-off"]), part=Which)
    def a_recovery_goes_on(self, which: int, act: str, part: int) -> None:
        claims = [claim for claim in self.model.claims if claim.recovery is not None]
        claim = claims[which % len(claims)]
        case = claim.recovery
        assert case is not None
        amount = case.owed if part < 15 else max(1, case.owed * (part - 14) // 17)
        fits = (act == "notice") == (case.state == "open")
        self.tried(self.does(self.recovery_act(claim, act, amount)), fits)
        if not fits:
            return
        if act == "refund":
            self.model.refund(claim, amount)
        else:
            case.state = "noticed" if act == "notice" else "written_off"

    async def recovery_act(self, claim: Claim, act: str, amount: int) -> Any:
        query = {"claim_id": self.ids[claim], "limit": "100"}
        cases = made(await self.bureau.reviewer.get("/v1/recoveries", params=query))["items"]
        case = next(one for one in cases if one["state"] in ("open", "noticed", "paying"))
        client, path, body = {
            "notice": (
                self.bureau.reviewer, "notices", {"fine": "0.00", "reference": "黑劳追1号"},
            ),
            "refund": (
                self.treasury.officer.client, "receipts",
                {"kind": "refund", "amount": yuan(amount), "reference": "收据1"},
            ),
            "write-off": (self.bureau.approver, "write-offs", {"approval": "黑财核1号"}),
        }[act]  # fmt: skip
        headers = {"Idempotency-Key": str(uuid4()), "If-Match": f'"v{case["version"]}"'}
        url = f"/v1/recoveries/{case['id']}/{path}"
        return await client.post(url, json={"on": TODAY, **body}, headers=headers)

    # --- what there is

    @invariant()
    def all_is_there_once(self) -> None:
        if self.lines:
            self.does(self.look())

    async def look(self) -> None:
        client = self.treasury.officer.client
        assert (await client.get("/v1/journal/check")).json()["holds"] is True
        assert await self.service.dead() == []
        async with self.service.db.reading() as tx:
            assert (await check_lines(tx))["holds"] is True
            await Books(self.model, self.world, self.ids, self.lines).agree(tx)


@pytest.mark.timeout(400)
def test_claims_and_runs_do_what_the_model_does(
    make_database: Callable[[str], tuple[str, str]], signer: Signer, keys_file: Path
) -> None:
    def machine() -> Paying:
        return Paying(make_database("subsidy")[1], signer, keys_file)

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=10, stateful_step_count=16, deadline=None,
            phases=[Phase.generate],  # a failing run is printed as it was: shrinking takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
