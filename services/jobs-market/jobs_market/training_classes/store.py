"""Table ``training_class``."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from jobs_market.rows import Rows
from jobs_market.training_classes.domain import TrainingClass
from kit.db import Tx

CLASSES = Rows("training_class", TrainingClass)


async def count(tx: Tx, more: Mapping[UUID, tuple[int, int, int, int]]) -> None:
    """Add to (enrolled, passed, failed, dropped) of classes whose rows the caller has locked."""
    ids = sorted(more)
    await tx.execute(
        "update training_class as c set enrolled = c.enrolled + u.enrolled,"
        " passed = c.passed + u.passed, failed = c.failed + u.failed,"
        " dropped = c.dropped + u.dropped, version = c.version + 1"
        " from unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::int[])"
        " as u(id, enrolled, passed, failed, dropped) where c.id = u.id",
        ids,
        *([more[one][n] for one in ids] for n in range(4)),
    )
