"""Unemployment insurance as the agency tells it: drawing, deferred, stopped (policy 4.1, R21–R23).

The agency decides and pays; here stands what it told, folded with the labour status: who is at work
while drawing and has signed (缓发协议) is deferred with the remaining months frozen, and draws again
when without work. What the agency told is checked against the law and never changed: differences
are findings. The same facts in any order, once or twice, give the same account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from kit.facts import add_months
from kit.refusal import Refusal
from registry.labour_status.domain import LabourStatus, Spell
from registry.unemployment_insurance import acts
from registry.unemployment_insurance.acts import State

#: The state on one day: before the agency's first word of a person's drawing it has not begun.
OnDay = State | Literal["not_started"]

#: Why drawing stopped (R22).
Reason = Literal[
    "re_employed", "enlisted", "emigrated", "pension", "imprisoned", "refused_job", "deceased",
    "other",
]  # fmt: skip
REASONS: dict[str, str] = {
    "re_employed": "重新就业", "enlisted": "应征服兵役", "emigrated": "移居境外",
    "pension": "享受基本养老保险待遇", "imprisoned": "被判刑收监或劳动教养",
    "refused_job": "无正当理由拒不接受介绍的工作", "deceased": "死亡", "other": "其他",
}  # fmt: skip

#: Statuses that stop drawing by themselves.
_STOPS: dict[LabourStatus, Reason] = {
    "enlisted": "enlisted", "emigrated": "emigrated", "retired": "pension",
    "imprisoned": "imprisoned", "deceased": "deceased",
}  # fmt: skip

#: 核定领取 / 已领月份 / 停发 / 签订缓发协议 / 撤销
What = Literal["started", "drawn", "stopped", "deferred", "reversed"]
WHATS: dict[str, str] = {
    "started": "核定领取", "drawn": "已领月份", "stopped": "停发", "deferred": "签订缓发协议",
    "reversed": "撤销",
}  # fmt: skip

ACTS = acts.ACTS
STATES = acts.STATES


class NotEmployedWhileDrawing(Refusal):
    """An agreement is signed by whoever is at work while drawing, and has not signed yet."""

    code = "not-employed-while-drawing"


class SignedBeforeWork(Refusal):
    """The agreement is dated before the work began."""

    code = "agreement-before-work"


class UnknownFact(Refusal):
    """The fact to be reversed was never told."""

    code = "unknown-insurance-fact"


class MonthsMissing(Refusal):
    """A period begins with the months granted and the years of contributions."""

    code = "insurance-months-missing"


class ReasonMissing(Refusal):
    """A stop has its reason."""

    code = "stop-reason-missing"


class NothingToReverse(Refusal):
    """A reversal names what it reverses, and nothing else does."""

    code = "reversal-names-nothing"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing told of a person's insurance. ``on`` is the day from which it holds; of a month drawn
    any day in it. ``months`` granted and full ``years`` of contributions stand with a start.
    ``authority``: who told; empty for an agreement, which is signed at a window."""

    id: UUID
    worker_id: UUID
    what: What
    on: date
    months: int | None = None
    years: int | None = None
    reason: Reason | None = None
    reference: str | None = None
    reverses: UUID | None = None
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """R21: months by full years of contributions (from so many years on), and the most there may
    be."""

    table: tuple[tuple[int, int], ...]
    most: int

    def months(self, years: int) -> int:
        """What so many years earn; 0 below the first step."""
        return max((months for step, months in self.table if years >= step), default=0)


def terms(table: Sequence[str], most: int) -> Terms:
    """Terms from the parameter's codes (``"1:12"``: from one year on twelve months)."""
    steps = (step.partition(":") for step in table)
    return Terms(tuple(sorted((int(years), int(months)) for years, _, months in steps)), most)


FindingKind = Literal[
    "duration-differs", "above-maximum", "drawn-beyond-grant", "drawing-while-employed",
    "drawing-while-withdrawn", "refused-while-drawing",
]  # fmt: skip
FINDINGS: dict[str, str] = {
    "duration-differs": "核定月数与规定不符", "above-maximum": "核定月数超过上限",
    "drawn-beyond-grant": "领取超过核定月数", "drawing-while-employed": "就业或参保期间领取",
    "drawing-while-withdrawn": "退休、死亡、服役、境外或服刑期间领取",
    "refused-while-drawing": "领取期间拒不接受介绍的工作",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """What the agency told and the law or another fact says otherwise, on a day (of a month: its
    first). ``told`` and ``expected`` are months, where it is about a number."""

    kind: FindingKind
    on: date
    told: int | None = None
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """A time at work while drawing: since when, and when the agreement took hold (None: unsigned)."""

    employed_on: date
    deferred_on: date | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A state and the day it holds from."""

    state: State
    since: date
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Everything folded: stages in time, months, times at work, findings."""

    stages: tuple[Stage, ...]
    started_on: date | None
    granted: int
    drawn: int
    left: int
    episodes: tuple[Episode, ...]
    findings: tuple[Finding, ...]


def first_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def standing(facts: Iterable[Fact]) -> list[Fact]:
    """Facts that are not reversed, each once; a month is drawn once however often it is told."""
    all_of = {fact.id: fact for fact in facts}
    undone = {fact.reverses for fact in all_of.values() if fact.what == "reversed"}
    stand: list[Fact] = []
    months: set[date] = set()
    for fact in sorted(all_of.values(), key=lambda f: f.id):
        if fact.what == "reversed" or fact.id in undone:
            continue
        if fact.what == "drawn":
            if first_of(fact.on) in months:
                continue
            months.add(first_of(fact.on))
        stand.append(fact)
    return sorted(stand, key=_order)


_RANK: dict[What, int] = {"drawn": 0, "started": 1, "deferred": 2, "stopped": 3, "reversed": 4}


def _effective(fact: Fact) -> date:
    """A month drawn is used up when it is over."""
    return add_months(first_of(fact.on), 1) if fact.what == "drawn" else fact.on


def _order(fact: Fact) -> tuple[date, int, UUID]:
    return _effective(fact), _RANK[fact.what], fact.id


@dataclass(slots=True)
class _Ledger:
    """Months granted and drawn, day by day."""

    left: int = 0
    granted: int = 0
    drawn: int = 0
    started_on: date | None = None


def _ledger(
    stand: Sequence[Fact], law: Callable[[date], Terms], findings: list[Finding]
) -> tuple[_Ledger, list[tuple[date, int]]]:
    """The months at the end, and how many were left from which day on."""
    book = _Ledger()
    left: list[tuple[date, int]] = []
    for fact in stand:
        if fact.what == "started":
            rules = law(fact.on)
            told = fact.months or 0
            expected = min(book.left + rules.months(fact.years or 0), rules.most)
            if told > rules.most:
                findings.append(Finding("above-maximum", fact.on, told, rules.most))
            elif told != expected:
                findings.append(Finding("duration-differs", fact.on, told, expected))
            book.left = min(told, rules.most)
            book.granted, book.drawn, book.started_on = book.left, 0, fact.on
        elif fact.what == "drawn":
            book.drawn += 1
            if book.left == 0:
                findings.append(Finding("drawn-beyond-grant", first_of(fact.on)))
            book.left = max(book.left - 1, 0)
        left.append((_effective(fact), book.left))
    return book, left


def fold(
    facts: Iterable[Fact],
    history: Sequence[Spell],
    law: Callable[[date], Terms],
    insured: frozenset[date] = frozenset(),
    refused: frozenset[date] = frozenset(),
) -> Account:
    """The account in time. ``history`` is the labour status; ``insured`` are first days of months in
    which an employer paid contributions; on the days ``refused`` the person declined a referral;
    ``law`` gives the terms of a day."""
    stand = standing(facts)
    findings: list[Finding] = []
    book, left = _ledger(stand, law, findings)
    days = {_effective(fact) for fact in stand} | {spell.since for spell in history}
    turns = [fact for fact in stand if fact.what in ("started", "stopped")]
    deferred = [fact.on for fact in stand if fact.what == "deferred"]
    jobs = _jobs(history)
    stages: list[Stage] = []
    for day in sorted(days):
        stage = _on(day, turns, deferred, jobs, left, history)
        if stage is not None and (
            not stages or (stages[-1].state, stages[-1].reason) != (stage.state, stage.reason)
        ):
            stages.append(stage)
    for fact in stand:
        if fact.what == "drawn":
            findings.extend(_while(first_of(fact.on), history, insured))
    for day in refused:
        # Whether there was cause, the agency finds out: it alone stops the benefit (R22).
        stage = on(day, stages)
        if stage is not None and stage.state == "drawing":
            findings.append(Finding("refused-while-drawing", day))
    return Account(
        tuple(stages), book.started_on, book.granted, book.drawn, book.left, _episodes(stages),
        tuple(sorted(findings, key=lambda f: (f.on, f.kind, f.told or 0))),
    )  # fmt: skip


def _while(month: date, history: Sequence[Spell], insured: frozenset[date]) -> list[Finding]:
    """What a month drawn says about the person's status on its first day (4.6, R22, R23)."""
    status = _status(month, history)
    if status in _STOPS:
        return [Finding("drawing-while-withdrawn", month)]
    if status == "employed" or month in insured:
        return [Finding("drawing-while-employed", month)]
    return []


def _status(day: date, history: Sequence[Spell]) -> LabourStatus | None:
    holding = [spell.status for spell in history if spell.since <= day]
    return holding[-1] if holding else None


def _jobs(history: Sequence[Spell]) -> list[tuple[date, date | None]]:
    """Times at work: first day, and first day after (None: still). One job after another is one."""
    jobs: list[tuple[date, date | None]] = []
    for n, spell in enumerate(history):
        if spell.status != "employed":
            continue
        until = history[n + 1].since if n + 1 < len(history) else None
        if jobs and jobs[-1][1] == spell.since:
            jobs[-1] = (jobs[-1][0], until)
        else:
            jobs.append((spell.since, until))
    return jobs


def _on(
    day: date,
    turns: Sequence[Fact],
    deferred: Sequence[date],
    jobs: Sequence[tuple[date, date | None]],
    left: Sequence[tuple[date, int]],
    history: Sequence[Spell],
) -> Stage | None:
    turn = next((fact for fact in reversed(turns) if fact.on <= day), None)
    if turn is None:
        return None
    status = _status(day, history)
    if next((months for since, months in reversed(left) if since <= day), 0) == 0:
        return Stage("exhausted", day)
    if turn.what == "stopped":
        return Stage("stopped", day, turn.reason)
    if status is not None and status in _STOPS:
        return Stage("stopped", day, _STOPS[status])
    for began, until in jobs:
        if began > day or (until is not None and until <= turn.on):
            continue
        signed = any(began <= on <= day and (until is None or on < until) for on in deferred)
        if until is None or until > day:
            return Stage("deferred" if signed else "employed", day)
        if not signed:
            return Stage("stopped", day, "re_employed")
    return Stage("drawing", day)


def _episodes(stages: Sequence[Stage]) -> tuple[Episode, ...]:
    """Runs of work while drawing; an agreement signed on the first day is both."""
    out: list[Episode] = []
    running = False
    for stage in stages:
        if stage.state not in ("employed", "deferred"):
            running = False
            continue
        signed = stage.since if stage.state == "deferred" else None
        if running:
            if out[-1].deferred_on is None and signed is not None:
                out[-1] = Episode(out[-1].employed_on, signed)
        else:
            out.append(Episode(stage.since, signed))
        running = True
    return tuple(out)


def on(day: date, stages: Sequence[Stage]) -> Stage | None:
    """The stage that holds on a day; None before the first."""
    holding = [stage for stage in stages if stage.since <= day]
    return holding[-1] if holding else None


def check_agreement(stages: Sequence[Stage], signed_on: date) -> None:
    """Raises when nobody is at work while drawing and unsigned, on that day and now."""
    now = stages[-1] if stages else None
    if now is None or now.state != "employed":
        raise NotEmployedWhileDrawing
    if signed_on < now.since:
        raise SignedBeforeWork(employed_on=now.since)


def actions(state: State) -> tuple[str, ...]:
    """What a window may do now, by the names in :data:`ACTS`."""
    return ("sign-deferral",) if state == "employed" else ()
