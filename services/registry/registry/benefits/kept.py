"""Benefits that other nouns keep because another authority tells of them, as lines of the ledger: months
of unemployment insurance that were drawn, and months of dibao. Pure; nothing is written twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from kit.facts import add_months
from registry.benefits.domain import Grant
from registry.benefits.rules import first_of, span
from registry.life_facts.domain import LifeFact
from registry.unemployment_insurance.domain import Fact, standing


def insurance(facts: Iterable[Fact]) -> list[Grant]:
    """Each grant of the insurance agency with the months drawn of it; its source is what the agency
    told. Months that were drawn before any grant was told stand by themselves. The amounts are the
    agency's: it tells months."""
    runs: list[list[Fact]] = []
    for fact in standing(facts):
        if fact.what == "started" or (fact.what == "drawn" and not runs):
            runs.append([fact])
        elif fact.what == "drawn":
            runs[-1].append(fact)
    grants = []
    for run in runs:
        first = run[0]
        months = tuple(first_of(fact.on) for fact in run if fact.what == "drawn")
        grants.append(
            Grant(
                first.id, "unemployment-insurance", first.worker_id,
                min([first.on, *months]), _end(max(months)) if months else None, None,
                first.authority, first.id, months,
            )
        )  # fmt: skip
    return grants


def dibao(facts: Iterable[LifeFact], today: date) -> list[Grant]:
    """Each time of dibao that civil affairs told of, with its months up to today; its source is the
    event that told others of it."""
    return [
        Grant(
            fact.id, "dibao", fact.worker_id, fact.on, last, None, fact.authority,
            fact.told_event or fact.id, span(fact.on, min(last or today, today)),
        )
        for fact in facts
        if fact.kind == "dibao"
        for last in [fact.until - timedelta(days=1) if fact.until else None]
        if last is None or last >= fact.on
    ]  # fmt: skip


def _end(month: date) -> date:
    return add_months(month, 1) - timedelta(days=1)
