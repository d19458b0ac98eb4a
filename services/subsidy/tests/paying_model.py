"""What an official would write down of claims and runs that want the same months and the same money.

A model of plain sets and sums, which uses nothing of the service: three people, two months, fen.
Every method does one thing that can happen; the ``can_…`` say whether it must be accepted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

#: On the roll in this order; since then; what a month comes to: 20 % and 2 % of the wage, each to the fen.
PEOPLE = ("an", "bo", "cai")
SINCE = {"an": "2003-06-15", "bo": "2003-06-01", "cai": "2003-06-10"}
WAGE = {"an": "600.00", "bo": "650.35", "cai": "333.33"}
MONTH = {"an": 12_000 + 1_200, "bo": 13_007 + 1_301, "cai": 6_667 + 667}
#: Who pays a person's insurance: claims go to the first, runs to each person's own.
AGENCY = {"an": "east", "bo": "west", "cai": "east"}
AUGUST, SEPTEMBER = "2003-08", "2003-09"
#: A person's month.
Slot = tuple[str, str]
SLOTS: tuple[Slot, ...] = tuple((who, month) for who in PEOPLE for month in (AUGUST, SEPTEMBER))

Fate = Literal["accepted", "booked-only", "duplicate", "paid-twice", "rejected", "silent"]


@dataclass
class Facts:
    """What has been heard."""

    placed: set[str] = field(default_factory=set)
    occupied: set[str] = field(default_factory=set)
    certified: set[str] = field(default_factory=set)
    dead: Counter[str] = field(default_factory=Counter)
    insured: Counter[Slot] = field(default_factory=Counter)
    contradicted: Counter[Slot] = field(default_factory=Counter)

    def known(self, slot: Slot) -> bool:
        return slot[0] in self.placed & self.occupied

    def waits(self, slot: Slot) -> bool:
        return not self.known(slot) or self.contradicted[slot] > 0

    def holds(self, slot: Slot) -> bool:
        """Who dies in August has August; and no month without certificate and contribution."""
        who, month = slot
        gone = self.dead[who] > 0 and month > AUGUST
        return who in self.certified and self.insured[slot] > 0 and not gone


@dataclass(eq=False)
class Order:
    """Money that the bank was told to pay for a holder (``for_agency``: of a run, to that one)."""

    amount: int
    for_agency: str = ""
    state: Literal["sent", "settled", "rejected", "returned", "carried"] = "sent"


@dataclass
class Recovery:
    """Fen to come back of each month, and back already."""

    amounts: dict[Slot, int]
    state: Literal["open", "noticed", "paying", "closed", "written_off", "withdrawn"] = "open"
    back: Counter[Slot] = field(default_factory=Counter)

    @property
    def stands(self) -> bool:
        return self.state in ("open", "noticed", "paying")

    @property
    def owed(self) -> int:
        return sum(self.amounts.values()) - self.back.total()


@dataclass(eq=False)
class Claim:
    slots: list[Slot]
    state: str = "filed"
    outcomes: dict[Slot, str] = field(default_factory=dict)
    line: int = 0
    orders: list[Order] = field(default_factory=list)
    paid: set[Slot] = field(default_factory=set)
    back: Counter[Slot] = field(default_factory=Counter)
    recoveries: list[Recovery] = field(default_factory=list)
    #: Fen of it that were kept for what the employer owed.
    set_off: int = 0

    @property
    def granted(self) -> list[Slot]:
        return [slot for slot in self.slots if self.outcomes.get(slot) == "granted"]

    @property
    def amount(self) -> int:
        """A claim that was rejected keeps its lines as they were decided, and comes to nothing."""
        granted = [] if self.state == "rejected" else self.granted
        return sum(MONTH[who] for who, _ in granted)

    @property
    def recovery(self) -> Recovery | None:
        return next((one for one in self.recoveries if one.stands), None)


@dataclass(eq=False)
class Run:
    month: str
    shortage: str
    priority: str | None
    line: int
    state: str = "draft"
    members: list[Slot] = field(default_factory=list)
    verdicts: dict[Slot, str] = field(default_factory=dict)
    funded: dict[Slot, int] = field(default_factory=dict)
    missing: int | None = None
    held: int = 0
    orders: list[Order] = field(default_factory=list)
    #: By agency: due, ordered, settled or unpaid.
    payments: dict[str, str] = field(default_factory=dict)

    @property
    def granted(self) -> list[Slot]:
        return [slot for slot in self.members if self.verdicts.get(slot) == "granted"]

    @property
    def amount(self) -> int:
        return sum(MONTH[who] for who, _ in self.granted)

    def due(self, agency: str) -> int:
        return sum(fen for (who, _), fen in self.funded.items() if AGENCY[who] == agency)


Holder = Claim | Run


@dataclass
class Month:
    """Who has a person's month."""

    holder: Holder
    amount: int
    paid: bool = False


@dataclass
class Model:
    facts: Facts = field(default_factory=Facts)
    months: dict[Slot, Month] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    #: Lines that a closed run left, and who took them up.
    carried: dict[tuple[Slot, int], Run | None] = field(default_factory=dict)
    #: Everything that was ever to come back, the oldest first.
    cases: list[tuple[Claim, Recovery]] = field(default_factory=list)
    received: int = 0
    free: list[int] = field(default_factory=list)
    reserved: int = 0
    committed: int = 0
    ordered: int = 0
    paid: int = 0

    def new_line(self, amount: int) -> None:
        self.received += amount
        self.free.append(amount)

    # --- claims

    def review(self, claim: Claim) -> None:
        for slot in claim.slots:
            if self.facts.waits(slot):
                claim.outcomes[slot] = "withheld"
            elif self.facts.holds(slot) and slot not in self.months:
                claim.outcomes[slot] = "granted"
                self.months[slot] = Month(claim, MONTH[slot[0]])
            else:
                claim.outcomes[slot] = "refused"
        claim.state = "reviewed" if claim.granted else "rejected"

    def let_go(self, holder: Holder) -> None:
        self.months = {slot: one for slot, one in self.months.items() if one.holder is not holder}

    def can_turn(self, claim: Claim, state: str) -> bool:
        """What was approved is rejected as long as the bank has no order for it; never returned."""
        if claim.state == "approved":
            sent = any(one.state == "sent" for one in claim.orders)
            return state == "rejected" and not sent and not claim.set_off
        return claim.state in ("filed", "reviewed") or (state, claim.state) == (
            "rejected", "returned",
        )  # fmt: skip

    def turn(self, claim: Claim, state: str) -> None:
        if claim.state == "approved":
            self.free[claim.line] += claim.amount
            self.committed -= claim.amount
        self.let_go(claim)
        if state == "returned":
            claim.outcomes = {}
        claim.state = state

    def can_approve(self, claim: Claim, line: int) -> bool:
        known = [slot for slot in claim.granted if self.facts.known(slot)]
        return all(map(self.facts.holds, known)) and claim.amount <= self.free[line]

    def approve_claim(self, claim: Claim, line: int) -> None:
        claim.state, claim.line = "approved", line
        self.free[line] -= claim.amount
        self.committed += claim.amount

    # --- runs

    def freeze(self, run: Run) -> None:
        """Everybody on the roll for a day of the month, and what earlier runs left."""
        dead = +self.facts.dead if run.month > AUGUST else Counter()
        members = {(who, run.month) for who in PEOPLE if who not in dead}
        for (slot, closed), taken_by in self.carried.items():
            if taken_by is None:
                members.add(slot)
                self.carried[slot, closed] = run
        run.members = [slot for slot in SLOTS if slot in members]
        run.state = "freezing"

    def decide(self, run: Run) -> None:
        for slot in run.members:
            if self.facts.waits(slot):
                run.verdicts[slot] = "waiting"
            elif self.facts.holds(slot) and slot not in self.months:
                run.verdicts[slot] = "granted"
                self.months[slot] = Month(run, MONTH[slot[0]])
            else:
                run.verdicts[slot] = "refused"
        if not self.reserve(run):  # what was missing then is what it says until it is reserved
            run.state, run.missing = "unreserved", run.amount - self.free[run.line]

    def reserve(self, run: Run) -> bool:
        """Whether the money, or what the shortage policy makes of it, is reserved."""
        free = self.free[run.line]
        funded = {slot: MONTH[slot[0]] for slot in run.granted}
        if run.amount > free and run.shortage == "pro-rata":
            funded = _pro_rata(funded, free)
        elif run.amount > free and run.shortage == "priority":
            funded = _by_priority(funded, free, run.priority)
        elif run.amount > free:
            funded = {}
        if run.granted and not sum(funded.values()):
            return False
        run.state, run.missing, run.held = "frozen", None, sum(funded.values())
        run.funded = {slot: fen for slot, fen in funded.items() if fen}
        for slot in run.granted:
            if slot in run.funded:
                self.months[slot].amount = run.funded[slot]
            else:
                del self.months[slot]
        self.free[run.line] -= run.held
        self.reserved += run.held
        run.payments = {AGENCY[who]: "due" for who, _ in run.funded}
        return True

    def can_approve_run(self, run: Run) -> bool:
        return bool(run.funded)

    def approve_run(self, run: Run) -> None:
        run.state = "approved"
        self.reserved -= run.held
        self.committed += run.held

    def cancel(self, run: Run) -> None:
        self.let_go(run)
        self.carried = {k: None if by is run else by for k, by in self.carried.items()}
        self.free[run.line] += run.held
        self.reserved -= run.held
        run.state, run.held = "cancelled", 0

    def can_close(self, run: Run) -> bool:
        return not any(one.state == "sent" for one in run.orders)

    def close(self, run: Run) -> None:
        run.state = "closed"
        self.carry_forward(run)
        self.give_back(run)

    def carry_forward(self, run: Run) -> None:
        """What waited, was granted and had no money, or was not paid."""
        for slot, verdict in run.verdicts.items():
            unpaid = run.payments.get(AGENCY[slot[0]]) in ("due", "unpaid")
            if verdict == "waiting" or (
                verdict == "granted" and (slot not in run.funded or unpaid)
            ):
                self.carried.setdefault((slot, self.runs.index(run)), None)
                month = self.months.get(slot)
                if month is not None and month.holder is run:
                    del self.months[slot]

    def give_back(self, run: Run) -> None:
        """What is promised and not with the bank goes back to the line."""
        self.free[run.line] += run.held
        self.committed -= run.held
        run.held = 0

    # --- the bank

    def order(self, holder: Holder) -> list[Order]:
        if isinstance(holder, Claim):
            self._set_off(holder)
            made = [Order(left)] if (left := holder.amount - holder.set_off) else []
            if not made:
                self._claim_paid(holder)
        else:
            due = [agency for agency, state in holder.payments.items() if state == "due"]
            made = [Order(holder.due(agency), agency) for agency in due]
            holder.payments |= dict.fromkeys(due, "ordered")
        holder.orders += made
        for one in made:
            self._to_bank(holder, one.amount)
        return made

    def carry(self, holder: Holder, old: Order) -> Order:
        old.state = "carried"
        new = Order(old.amount, old.for_agency)
        holder.orders.append(new)
        self._to_bank(holder, new.amount)
        return new

    def _to_bank(self, holder: Holder, amount: int) -> None:
        self.committed -= amount
        self.ordered += amount
        if isinstance(holder, Run):
            holder.held -= amount

    def answer(self, holder: Holder, order: Order, fate: Fate) -> None:
        """Told twice or booked twice, it is paid once."""
        if fate == "silent":
            return
        self.ordered -= order.amount
        if fate == "rejected":
            order.state = "rejected"
            self._comes_back(holder, order)
        else:
            order.state = "settled"
            self.paid += order.amount
            self._settled(holder, order)

    def sends_back(self, holder: Holder, order: Order) -> None:
        order.state = "returned"
        self.paid -= order.amount
        self._comes_back(holder, order)

    def can_take_back(self, holder: Holder) -> bool:
        """By hand: not what a claimant was told to pay back."""
        return not isinstance(holder, Claim) or all(
            one.state in ("open", "withdrawn") for one in holder.recoveries
        )

    def _settled(self, holder: Holder, order: Order) -> None:
        if isinstance(holder, Claim):
            self._claim_paid(holder)
            return
        holder.payments[order.for_agency] = "settled"
        if {*holder.payments.values()} == {"settled"} and holder.state == "approved":
            holder.state = "paid"
        for slot in self._paid_by(holder, order):
            self.months[slot].paid = True

    def _claim_paid(self, claim: Claim) -> None:
        claim.state, claim.paid = "paid", {*claim.granted}
        for slot in claim.granted:
            self.months[slot].paid = True
        self.look_again(claim)

    def _set_off(self, claim: Claim) -> None:
        """What the employer was told to pay back is kept first, the oldest case before the others."""
        for owing, case in self.cases:
            kept = min(case.owed, claim.amount - claim.set_off)
            if case.state in ("noticed", "paying") and kept:
                self.committed -= kept
                self.paid += kept
                claim.set_off += kept
                self.refund(owing, kept)

    @property
    def kept(self) -> int:
        """Set off against claims that the bank has not paid to the end: nobody was told of it yet."""
        return sum(claim.set_off for claim in self.claims if claim.state != "paid")

    def _comes_back(self, holder: Holder, order: Order) -> None:
        self.committed += order.amount
        if isinstance(holder, Claim):
            holder.state, holder.paid = "approved", set()
            if holder.recovery is not None:
                holder.recovery.state = "withdrawn"  # nobody has it who could pay it back
        else:
            holder.held += order.amount
            holder.payments[order.for_agency] = "unpaid"
            if holder.state == "paid":
                holder.state = "approved"
        for slot in self._paid_by(holder, order):
            self.months[slot].paid = False
        if isinstance(holder, Run) and holder.state == "closed":
            self.carry_forward(holder)

    def _paid_by(self, holder: Holder, order: Order) -> list[Slot]:
        if isinstance(holder, Claim):
            return holder.granted
        return [slot for slot in holder.funded if AGENCY[slot[0]] == order.for_agency]

    # --- what comes back from claimants

    def heard_of(self, who: str) -> None:
        for claim in self.claims:
            if any(slot[0] == who for slot in claim.paid):
                self.look_again(claim)

    def look_again(self, claim: Claim) -> None:
        """Paid months that do not hold any more, without what earlier recoveries dealt with."""
        over = [one for one in claim.recoveries if one.state in ("closed", "written_off")]
        found = {}
        for slot in claim.slots:
            dealt = sum(one.amounts.get(slot, 0) for one in over)
            less = MONTH[slot[0]] - dealt
            fails = self.facts.known(slot) and not self.facts.holds(slot)
            if slot in claim.paid and fails and less > 0:
                found[slot] = less
        case = claim.recovery
        if case is None and found:
            claim.recoveries.append(Recovery(found))
            self.cases.append((claim, claim.recoveries[-1]))
        elif case is not None and case.state == "open":
            case.amounts = found
            case.state = "open" if found else "withdrawn"
        elif case is not None:
            for slot, less in found.items():
                case.amounts[slot] = max(case.amounts.get(slot, 0), less)

    def refund(self, claim: Claim, amount: int) -> None:
        """To the earliest month first; what is back whole is free."""
        case = claim.recovery
        assert case is not None
        self.paid -= amount
        self.free[claim.line] += amount
        case.state = "paying"
        for slot in sorted(case.amounts, key=lambda one: (one[1], claim.slots.index(one))):
            part = min(amount, case.amounts[slot] - case.back[slot])
            amount -= part
            case.back[slot] += part
            claim.back[slot] += part
            if part and claim.back[slot] == MONTH[slot[0]]:
                claim.paid.discard(slot)
                del self.months[slot]
        if case.owed == 0:
            case.state = "closed"


def _pro_rata(amounts: dict[Slot, int], available: int) -> dict[Slot, int]:
    whole = sum(amounts.values())
    parts = {slot: Fraction(fen * available, whole) for slot, fen in amounts.items()}
    given = {slot: int(part) for slot, part in parts.items()}
    rest = available - sum(given.values())
    order = sorted(parts, key=lambda slot: (given[slot] - parts[slot], SLOTS.index(slot)))
    return {slot: fen + (slot in order[:rest]) for slot, fen in given.items()}


def _by_priority(amounts: dict[Slot, int], available: int, priority: str | None) -> dict[Slot, int]:
    """In full, one after the other, until one does not fit."""

    def place(slot: Slot) -> tuple[str | int, int]:
        first = SINCE[slot[0]] if priority == "longest-enrolled" else amounts[slot]
        return first, SLOTS.index(slot)

    funded: dict[Slot, int] = {}
    for slot in sorted(amounts, key=place):
        if amounts[slot] > available:
            break
        funded[slot] = amounts[slot]
        available -= amounts[slot]
    return funded
