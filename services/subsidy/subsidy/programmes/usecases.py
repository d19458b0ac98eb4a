"""What may be asked of the programmes. Nothing is kept: a decision that counts is made with a claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kit.policy import NoValue, Parameter, Policy
from kit.problems import NotFound
from kit.service import Runtime
from subsidy.programmes import domain
from subsidy.programmes.domain import Assessment, Programme
from subsidy.programmes.facts import Facts
from subsidy.programmes.terms import Law, law_of


@dataclass(frozen=True)
class Binding:
    """One parameter of a version: its role, on which day it is looked up (``law`` or ``month``), its
    policy, and its value on the day asked for; ``why_not`` where it has none."""

    role: str
    day: Literal["law", "month"]
    policy: Policy
    parameter: Parameter | None
    why_not: str | None


@dataclass(frozen=True)
class Shown:
    """A programme with all its versions (``since``, version, parameter) and what holds on a day."""

    code: str
    policy: Policy
    on: date
    versions: tuple[tuple[Programme, Parameter], ...]
    in_force: Programme | None
    bindings: tuple[Binding, ...]


def list_programmes(rt: Runtime, on: date | None) -> list[Shown]:
    """Every programme, by code, as it stands on a day (default: the business day)."""
    law = law_of(rt.policies)
    return [_shown(rt, law, code, on or rt.today()) for code in law.codes()]


def get_programme(rt: Runtime, code: str, on: date | None) -> Shown:
    """One programme. Raises ``NotFound``."""
    try:
        return _shown(rt, law_of(rt.policies), code, on or rt.today())
    except KeyError:
        raise NotFound from None


@dataclass(frozen=True)
class Tried:
    """What given facts come to, by which version and parameters."""

    assessment: Assessment
    programme: Programme | None
    parameters: tuple[Parameter, ...]


def try_facts(rt: Runtime, code: str, facts: Facts) -> Tried:
    """Assess given facts and keep nothing. Raises ``NotFound`` and :class:`domain.OtherFacts`."""
    try:
        terms, parameters = law_of(rt.policies).of(code, facts)
    except KeyError:
        raise NotFound from None
    return Tried(domain.assess(facts, terms), terms.programme, parameters)


def _shown(rt: Runtime, law: Law, code: str, on: date) -> Shown:
    policy = law.policy(code)
    versions = tuple(
        found
        for entry in policy.entries
        if entry.parameter is not None and (found := law.version(code, entry.since)) is not None
    )
    current = law.version(code, on)
    programme = None if current is None else current[0]
    return Shown(code, policy, on, versions, programme, tuple(_bindings(rt, programme, on)))


def _bindings(rt: Runtime, programme: Programme | None, on: date) -> Iterator[Binding]:
    if programme is None:
        return
    days: tuple[tuple[Literal["law", "month"], Mapping[str, str]], ...] = (
        ("law", programme.law), ("month", programme.month),
    )  # fmt: skip
    for day, bound in days:
        for role, name in bound.items():
            try:
                yield Binding(role, day, rt.policies[name], rt.policies.value(name, on), None)
            except NoValue as error:
                yield Binding(role, day, rt.policies[name], None, str(error))
