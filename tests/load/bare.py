"""The limit that the product is measured against: bare FastAPI and asyncpg, nothing else.

``python -m tests.load.bare <dsn> <port>``; the tables ``bare_*`` are made by the benchmark.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel


class Certificate(BaseModel):
    """The same fields as the product's answer."""

    id: UUID
    worker_id: UUID
    state: str
    category: str
    number: str | None
    applied_on: date
    issued_on: date | None
    valid_until: date | None
    area_code: str
    office: str


class Searched(BaseModel):
    id_number: str


class Person(BaseModel):
    """A person as short as an answer can be."""

    id: UUID
    name: str
    sex: str
    birth_date: date
    category: str
    area_code: str
    office: str
    registered_on: date


class Row(BaseModel):
    """A body as large as the product's."""

    employer_id: UUID
    occupation: str
    headcount: int
    wage: str
    term_months: int
    reported_on: date
    area_code: str
    office: str


def create(dsn: str) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=10, max_size=10) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/certificates/{certificate_id}")
    async def get(certificate_id: UUID, request: Request) -> Certificate:
        row = await request.app.state.pool.fetchrow(
            "select * from bare_certificate where id = $1", certificate_id
        )
        return Certificate(**dict(row))

    @app.get("/certificates-by-number/{number}")
    async def by_number(number: str, request: Request) -> Certificate:
        row = await request.app.state.pool.fetchrow(
            "select * from bare_numbered where number = $1", number
        )
        return Certificate(**dict(row))

    @app.post("/workers/searches")
    async def search(body: Searched, request: Request) -> Person:
        row = await request.app.state.pool.fetchrow(
            "select * from bare_worker where id_number_index = $1",
            sha256(body.id_number.encode()).digest(),
        )
        return Person(**dict(row))

    @app.post("/vacancies", status_code=201)
    async def post(body: Row, request: Request) -> dict[str, Any]:
        """The rows that the product leaves: the thing, its event, its counter, its queue, its key."""
        new, event = uuid4(), uuid4()
        async with request.app.state.pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "insert into bare_vacancy values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                new, body.employer_id, body.occupation, body.headcount, body.wage,
                body.term_months, body.reported_on, body.area_code, body.office,
            )  # fmt: skip
            await connection.execute("insert into bare_sequence values ($1, 1)", new)
            await connection.execute(
                "insert into bare_log (id, entity_id, data) values ($1, $2, $3)",
                event, new, body.model_dump_json(),
            )  # fmt: skip
            await connection.execute("insert into bare_outbox (event_id) values ($1)", event)
            await connection.execute(
                "insert into bare_key values ($1, $2, $3)",
                request.headers["idempotency-key"],
                201,
                str(new),
            )
        return {"id": new, **body.model_dump()}

    return app


BARE_SQL = """
drop table if exists bare_vacancy, bare_sequence, bare_log, bare_outbox, bare_key;
create table bare_vacancy (id uuid primary key, employer_id uuid, occupation text, headcount int, wage text,
                           term_months int, reported_on date, area_code text, office text);
create index on bare_vacancy (employer_id);
create table bare_sequence (entity_id uuid primary key, last int);
create table bare_log (id uuid primary key, position bigint generated always as identity, entity_id uuid,
                       data text, recorded_at timestamptz default clock_timestamp());
create index on bare_log (position);
create index on bare_log (entity_id);
create table bare_outbox (position bigint generated always as identity primary key, event_id uuid);
create table bare_key (key text primary key, status int, body text);
"""


if __name__ == "__main__":
    uvicorn.run(
        create(sys.argv[1]),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        log_level="warning",
        access_log=False,
    )
