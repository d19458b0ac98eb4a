"""Reading definitions."""

from __future__ import annotations

from datetime import date

from assessment.indicators import domain, store
from assessment.indicators.domain import Definition, UnknownIndicator


def all_in_force(on: date) -> list[Definition]:
    """The version of every indicator that is used on a day."""
    found: dict[str, Definition] = {}
    for one in store.catalogue():
        if one.since <= on:
            found[one.id] = domain.in_force(store.catalogue(), one.id, on)
    return list(found.values())


def every() -> tuple[Definition, ...]:
    """Every definition, all versions."""
    return store.catalogue()


def in_force(indicator: str, on: date) -> Definition:
    """One definition on a day. Raises :class:`UnknownIndicator`."""
    return domain.in_force(store.catalogue(), indicator, on)


def versions(indicator: str) -> list[Definition]:
    """Every version, oldest first. Raises :class:`UnknownIndicator`."""
    found = [one for one in store.catalogue() if one.id == indicator]
    if not found:
        raise UnknownIndicator
    return found


def version(indicator: str, number: int) -> Definition:
    """One version. Raises :class:`UnknownIndicator`."""
    for one in versions(indicator):
        if one.version == number:
            return one
    raise UnknownIndicator
