"""A batch that somebody declares: so many, and these very ones, or nothing.

Who checks, issues, or confirms for the city counts what lies on the desk and declares the count and a
digest of the sorted ids; what the system selects must agree with both (control totals). All of it is
done in one transaction or none, and nobody decides on what they took or checked themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal

#: No batch is larger: an approver has seen what he or she approves.
BATCH_MAX = 5_000


#: 审核 / 发证 / 市级确认
BatchAct = Literal["check", "issue", "confirm"]
BATCH_ACTS: dict[str, str] = {"check": "审核", "issue": "发证", "confirm": "市级确认"}


class TotalsDiffer(Refusal):
    """What was declared is not what is selected."""

    code = "control-totals-differ"


class BatchTooLarge(Refusal):
    """More applications are selected than one batch may hold."""

    code = "batch-too-large"


@dataclass(frozen=True, slots=True)
class Totals:
    """How many, and which: SHA-256 over the sorted ids, one per line, in lower case."""

    count: int
    digest: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A batch that was checked, issued or confirmed."""

    id: UUID
    act: BatchAct
    approved_on: date
    totals: Totals
    area_code: str
    office: str
    actor: str


def totals_of(ids: Iterable[UUID]) -> Totals:
    """The control totals of these certificates."""
    listed = sorted(str(id) for id in set(ids))
    return Totals(len(listed), sha256("\n".join(listed).encode()).hexdigest())


def check_totals(declared: Totals, selected: Totals) -> None:
    """Raises :class:`TotalsDiffer` with both."""
    if declared != selected:
        raise TotalsDiffer(
            declared_count=declared.count, declared_digest=declared.digest,
            selected_count=selected.count, selected_digest=selected.digest,
        )  # fmt: skip
