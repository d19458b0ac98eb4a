"""What was heard before everything heard had a row of its own is moved, and folds the same."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from kit import migrations
from kit.db import Tx
from kit.ids import new_id
from kit.testing_servers import PostgresServer
from registry.labour_status import usecases as labour_status

#: The last revision that kept one row per placement.
BEFORE = "0007"


async def test_rows_of_before_fold_to_the_same_status(postgres: PostgresServer) -> None:
    name = f"moved_registry_{postgres.worker}"
    await asyncio.to_thread(_made, postgres, name)
    owner = postgres.url(name, "registry_owner")
    try:
        await migrations.upgrade_async("registry", owner, target=BEFORE)
        worker, ended, voided = new_id(), new_id(), new_id()
        connection = await asyncpg.connect(owner)
        try:
            await _heard(connection, worker, ended, voided)
            await migrations.upgrade_async("registry", owner)
            known = (await labour_status.known_of(Tx(connection), [worker]))[worker]
            registered = await connection.fetch(
                "select state, since, spell from unemployment_registration"
            )
        finally:
            await connection.close()
    finally:
        await asyncio.to_thread(postgres.drop, name)
    assert [(p.id, p.started_on, p.ended_on, p.voided) for p in known.placements] == [
        (ended, date(2003, 5, 1), date(2003, 6, 1), False),
        (voided, date(2003, 7, 1), None, True),
    ]
    assert [(s.status, s.since, s.placement_id) for s in known.spells()] == [
        ("laid_off", date(2001, 3, 1), None),
        ("unemployed", date(2003, 1, 6), None),
        ("employed", date(2003, 5, 1), ended),
        ("unemployed", date(2003, 6, 1), None),
    ]
    assert [tuple(row) for row in registered] == [("registered", date(2003, 6, 1), 1)]


def _made(postgres: PostgresServer, name: str) -> None:
    for role in ("registry_owner", "registry_app"):
        postgres.ensure_role(role)
    postgres.run(f"drop database if exists {name}", f"create database {name} owner registry_owner")


async def _heard(connection: Any, worker: UUID, ended: UUID, voided: UUID) -> None:
    await connection.execute(
        "insert into worker (id, id_number, id_number_index, name, sex, birth_date, category,"
        " former_enterprise_kind, former_enterprise_closed, settlement_received,"
        " drawing_unemployment_insurance, dibao, internally_retired, area_code, office,"
        " registered_on) values ($1, 'x', 'y', 'z', 'female', '1960-05-04', 'none', 'none', false,"
        " false, false, false, false, '231102000000', '231102-x', '2003-01-06')",
        worker,
    )
    await connection.execute(
        "insert into labour_status (id, worker_id, status, since, area_code, office)"
        " values ($1, $2, 'unemployed', '2003-06-01', '231102000000', '231102-x')",
        new_id(),
        worker,
    )
    for status, since in (("laid_off", "2001-03-01"), ("unemployed", "2003-01-06")):
        await connection.execute(
            "insert into labour_status_declared (worker_id, since, status) values ($1, $2, $3)",
            worker,
            date.fromisoformat(since),
            status,
        )
    await connection.execute(
        "insert into heard_placement (id, worker_id, started_on, ended_on, voided)"
        " values ($1, $3, '2003-05-01', '2003-06-01', false), ($2, $3, '2003-07-01', null, true)",
        ended,
        voided,
        worker,
    )
