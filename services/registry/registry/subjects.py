"""By which keyed hash what authorities tell is bound to a person: that of the ID number, which a correction
may change. As known at an instant, that of the number which the record had then."""

from __future__ import annotations

from datetime import datetime

_NOW = "select id, id_number_index as subject from worker where id = any($1::uuid[])"
_THEN = (
    "select id, coalesce((select c.previous_index from worker_change c where c.worker_id = worker.id"
    "  and c.previous_index is not null and c.recorded_at > $2::timestamptz"
    "  order by c.recorded_at, c.id limit 1), id_number_index) as subject"
    " from worker where id = any($1::uuid[])"
)


def of_workers(known_at: datetime | None) -> str:
    """SQL of ``id`` and ``subject`` of the workers in ``$1``, as known at ``$2`` (None: now)."""
    return _NOW if known_at is None else _THEN
