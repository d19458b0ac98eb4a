"""Control totals (控制数): a batch that somebody declares is these very ones, so many, or nothing.

Whoever checks, issues or confirms a batch counts what lies on the desk and declares the count and a
digest of the sorted ids; what the system selects must agree with both. All of it is done in one
transaction or none of it, and nobody decides on what they made themselves (4.6).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from kit.refusal import Refusal

#: No batch is larger: an approver has seen what he or she approves.
BATCH_MAX = 5_000


class TotalsDiffer(Refusal):
    """What was declared is not what is selected."""

    code = "control-totals-differ"


class BatchTooLarge(Refusal):
    """More is selected than one batch may hold."""

    code = "batch-too-large"


@dataclass(frozen=True, slots=True)
class Totals:
    """How many, and which: SHA-256 over the sorted ids, one per line, in lower case."""

    count: int
    digest: str


def totals_of(ids: Iterable[UUID]) -> Totals:
    """The control totals of these. Raises :class:`BatchTooLarge`."""
    listed = sorted(str(id) for id in set(ids))
    if len(listed) > BATCH_MAX:
        raise BatchTooLarge(most=BATCH_MAX)
    return Totals(len(listed), sha256("\n".join(listed).encode()).hexdigest())


def check_totals(declared: Totals, selected: Totals) -> None:
    """Raises :class:`TotalsDiffer` with both."""
    if declared != selected:
        raise TotalsDiffer(
            declared_count=declared.count, declared_digest=declared.digest,
            selected_count=selected.count, selected_digest=selected.digest,
        )  # fmt: skip
