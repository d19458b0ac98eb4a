"""From the dated policy files to the terms of a programme on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import get_args

from kit.policy import NoValue, Parameter, Policies, Policy, PolicyError, Table
from subsidy.programmes import domain
from subsidy.programmes.domain import PaidAnotherWay, Programme, Terms, Way
from subsidy.programmes.facts import Facts
from subsidy.programmes.record import programme_id

#: Where the policies stand that are programmes.
FOLDER = "programmes"
#: So many pairs of days are remembered: more than a run has, and no more than memory bears.
_KNOWN_MAX = 100_000


class Law:
    """The programmes of one set of policies. Terms are looked up once for a pair of days, and equal
    ones are one object: records of thousands of lines share what they have in common."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._versions: dict[Parameter, Programme] = {}
        self._terms: dict[tuple[Parameter, ...], tuple[Terms, tuple[Parameter, ...]]] = {}
        self._known: dict[tuple[str, date, date], tuple[Terms, tuple[Parameter, ...]]] = {}

    def policies(self) -> list[Policy]:
        """The policies that are programmes, by id."""
        found = (one for one in self._policies if one.folder == FOLDER)
        return sorted(found, key=lambda one: one.id)

    def codes(self) -> list[str]:
        """The codes of the programmes (``si-enterprise``), in order."""
        return [one.id.partition(".")[2].replace("_", "-") for one in self.policies()]

    def policy(self, code: str) -> Policy:
        """One of them. Raises ``KeyError``."""
        policy = self._policies[programme_id(code)]
        if policy.folder != FOLDER or "_" in code:
            raise KeyError(code)
        return policy

    def version(self, code: str, on: date) -> tuple[Programme, Parameter] | None:
        """The version in force on a day; None when there is none."""
        try:
            parameter = self.policy(code).on(on)
        except NoValue:
            return None
        if parameter not in self._versions:
            assert isinstance(parameter.value, Table)
            self._versions[parameter] = domain.programme_of(code, parameter.value)
        return self._versions[parameter], parameter

    def on(self, code: str, law_on: date, values_on: date) -> tuple[Terms, tuple[Parameter, ...]]:
        """Terms and the parameters that they were read from. Raises ``KeyError`` for no programme."""
        key = (code, law_on, values_on)
        if key not in self._known:
            if len(self._known) >= _KNOWN_MAX:
                self._known.clear()
            self._known[key] = self._look_up(code, law_on, values_on)
        return self._known[key]

    def of(self, code: str, facts: Facts) -> tuple[Terms, tuple[Parameter, ...]]:
        """The same for the days that the facts name."""
        return self.on(code, facts.law_on, facts.values_on)

    def _look_up(
        self, code: str, law_on: date, values_on: date
    ) -> tuple[Terms, tuple[Parameter, ...]]:
        found = self.version(code, law_on)
        if found is None:
            return Terms(None), ()
        programme, own = found
        parameters = [own]
        for ids, day in ((programme.law, law_on), (programme.month, values_on)):
            for name in dict.fromkeys(ids.values()):
                try:
                    parameters.append(self._policies.value(name, day))
                except NoValue:
                    continue
        key = tuple(parameters)
        if key not in self._terms:
            values = {one.id: one.value for one in parameters}
            self._terms[key] = domain.terms_of(programme, values), key
        return self._terms[key]


@lru_cache(maxsize=16)
def law_of(policies: Policies) -> Law:
    """The same law for the same set of policies: what was looked up stays."""
    return Law(policies)


def admit_way(policies: Policies, programme: Programme, way: Way, on: date) -> None:
    """Raises :class:`PaidAnotherWay` when the city pays the programme not so on that day."""
    if programme.way is not None:
        paid = policies.value(programme.way, on).value
        if paid != way:
            raise PaidAnotherWay(way=str(paid))


def check(policies: Policies) -> None:
    """Every version of every programme can be read, and names parameters that there are and whose
    values can be read. Raises :class:`kit.policy.PolicyError`, so that a wrong file stops the start."""
    law = Law(policies)
    known = {one.id: one for one in policies}
    versions = []
    for code in law.codes():
        for entry in law.policy(code).entries:
            found = law.version(code, entry.since)
            if found is not None:
                _check_bound(known, found[0])
                versions.append(found[0])
    check_places(versions)


def check_places(versions: Sequence[Programme]) -> None:
    """What excludes each other meets in a place of the month, where the database lets only one stand.
    Raises :class:`kit.policy.PolicyError`."""
    for one in versions:
        for other in versions:
            if other.kind in one.excludes - {one.kind} and not one.occupies & other.occupies:
                raise PolicyError(
                    f"programme {one.code}, version {one.version}, excludes {other.kind} of"
                    f" {other.code} and occupies no place with it"
                )


def _check_bound(known: Mapping[str, Policy], programme: Programme) -> None:
    bound = {**programme.law, **programme.month}
    where = f"programme {programme.code}, version {programme.version}"
    named = {*bound.values(), *(one for one in (programme.window, programme.way) if one)}
    if unknown := sorted(named - {*known}):
        raise PolicyError(f"{where}: there is no {', '.join(unknown)}")
    for entry in known[programme.way].entries if programme.way else ():
        if entry.parameter is None or entry.parameter.value not in get_args(Way):
            raise PolicyError(f"{where}: {programme.way} of {entry.since} is no way to pay it")
    for role, name in bound.items():
        for entry in known[name].entries:
            try:
                if entry.parameter is not None:
                    domain.ROLES[role](entry.parameter.value)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise PolicyError(
                    f"{where}: {name} of {entry.since} is no {role}: {error}"
                ) from None
