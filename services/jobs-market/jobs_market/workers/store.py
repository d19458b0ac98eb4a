"""Tables ``worker`` and ``difficulty``: written by consumers only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from jobs_market.rows import Rows
from jobs_market.workers.domain import Difficulty, Worker
from kit.db import Tx

WORKERS = Rows("worker", Worker)
DIFFICULTIES = Rows("difficulty", Difficulty)


async def put(tx: Tx, workers: Sequence[tuple[Worker, date]]) -> None:
    """Insert or replace; the day is that of registration."""
    rows = sorted(workers, key=lambda pair: pair[0].id)  # a fixed order of locks
    await tx.execute(
        "insert into worker (id, sex, birth_date, category, population, labour_status,"
        " registered_on, area_code, office)"
        " select * from unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::text[],"
        " $6::text[], $7::date[], $8::text[], $9::text[])"
        " on conflict (id) do update set sex = excluded.sex, birth_date = excluded.birth_date,"
        " category = excluded.category, population = excluded.population,"
        " labour_status = excluded.labour_status, registered_on = excluded.registered_on,"
        " area_code = excluded.area_code, office = excluded.office",
        [worker.id for worker, _ in rows],
        [worker.sex for worker, _ in rows],
        [worker.birth_date for worker, _ in rows],
        [worker.category for worker, _ in rows],
        [worker.population for worker, _ in rows],
        [worker.labour_status for worker, _ in rows],
        [day for _, day in rows],
        [worker.area_code for worker, _ in rows],
        [worker.office for worker, _ in rows],
    )


async def correct_categories(tx: Tx, categories: dict[UUID, str]) -> None:
    """The population stays: it follows from the labour status, not from the category."""
    ids = sorted(categories)
    await tx.execute(
        "update worker set category = u.category"
        " from unnest($1::uuid[], $2::text[]) as u(id, category) where worker.id = u.id",
        ids,
        [categories[worker] for worker in ids],
    )


async def correct(tx: Tx, workers: Sequence[tuple[UUID, str, date, str, str]]) -> None:
    """(worker, sex, birth date, area, office) as they are now."""
    rows = sorted(workers)
    await tx.execute(
        "update worker set sex = u.sex, birth_date = u.birth_date, area_code = u.area_code,"
        " office = u.office from unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::text[])"
        " as u(id, sex, birth_date, area_code, office) where worker.id = u.id",
        *(list(column) for column in zip(*rows, strict=True)),
    )


async def recognise(tx: Tx, rows: Sequence[tuple[UUID, UUID, str, date]]) -> None:
    """(difficulty, worker, kind, from when): keeps an exit that came first."""
    await tx.execute(
        "insert into difficulty (id, worker_id, kind, recognised_on)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[])"
        " on conflict (id) do update set recognised_on = excluded.recognised_on",
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
    )


async def leave(tx: Tx, rows: Sequence[tuple[UUID, UUID, str, date]]) -> None:
    """(difficulty, worker, kind, from when): keeps a recognition that came first."""
    await tx.execute(
        "insert into difficulty (id, worker_id, kind, exited_on)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[])"
        " on conflict (id) do update set exited_on = excluded.exited_on",
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
    )


async def reinstate(tx: Tx, rows: Sequence[tuple[UUID, UUID, str, date]]) -> None:
    """(difficulty, worker, kind, from when): what had ended it is taken back."""
    await tx.execute(
        "insert into difficulty (id, worker_id, kind, recognised_on)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[])"
        " on conflict (id) do update set recognised_on = excluded.recognised_on, exited_on = null",
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
    )
