"""Other authorities of the city: how they are named here, and who may tell what.

An authority is known by the code of its office; what stands there after the area (``civil-affairs``
in ``231100-civil-affairs``) says what kind of authority it is.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol

from kit.policy import NoValue, Policies
from kit.refusal import Refusal


class MayNotTell(Refusal):
    """This authority does not know such things; another one does."""

    code = "authority-may-not-tell"


class Teller(Protocol):
    """Who tells: the code of the authority's office, and the account that spoke for it."""

    @property
    def office(self) -> str: ...

    @property
    def subject(self) -> str: ...


def authority(office: str) -> str:
    """What kind of authority an office is: ``civil-affairs`` for ``231102-civil-affairs``."""
    return office.partition("-")[2]


def listed(policies: Policies, parameter: str, day: date) -> Collection[str]:
    """The codes of a parameter as they stand on a day; none before its first day."""
    try:
        value = policies.value(parameter, day).value
    except NoValue:
        return ()
    assert isinstance(value, tuple)
    return value


def check_teller(code: str, allowed: Collection[str]) -> None:
    """Raises :class:`MayNotTell` for a code that is not listed."""
    if code not in allowed:
        raise MayNotTell
