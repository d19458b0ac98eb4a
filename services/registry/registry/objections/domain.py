"""Objections: anybody may object while an application is posted; what is found decides it (4.1, 4.6).

The first objection takes the application off the list; while it is investigated others may come in.
One that holds refuses it; when the last one was dismissed, it is posted again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal

#: 已再就业 / 不属于对象 / 证明不实 / 冒名顶替 / 其他
Ground = Literal["reemployed", "not-of-the-group", "false-proof", "impersonation", "other"]


class DecidedAlready(Refusal):
    """There is a finding on this objection."""

    code = "objection-decided"


class FindingTooEarly(Refusal):
    """A finding dated before the objection."""

    code = "finding-before-objection"


@dataclass(frozen=True, slots=True)
class Objection:
    """``note``: what was said, without names and numbers; it stays in this service. ``upheld`` is None
    until there is a finding."""

    id: UUID
    certificate_id: UUID
    filed_on: date
    ground: Ground
    note: str
    actor: str
    upheld: bool | None = None
    found_on: date | None = None
    finding: str | None = None
    found_by: str | None = None


def find(objection: Objection, on: date) -> None:
    """Raises when there is a finding already, or this one is dated before the objection."""
    if objection.upheld is not None:
        raise DecidedAlready
    if on < objection.filed_on:
        raise FindingTooEarly(filed_on=objection.filed_on)


def others_open(objections: Iterable[Objection], but: UUID) -> bool:
    """Whether another objection still waits for its finding."""
    return any(one.upheld is None and one.id != but for one in objections)
