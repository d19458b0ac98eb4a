"""Asking twice and being served once.

The key, a hash of the request and the answer are kept in the transaction of the effect: either all
of them exist or none. In ``api``::

    async def pay(request, body: Pay, actor: ..., claim: idempotency.Required) -> PaymentBody:
        payment = await usecases.pay(runtime, actor, command, claim.answering(201, PaymentBody.of))
        return PaymentBody.of(payment)

and in the use case::

    async with runtime.db.transaction() as tx, idempotency.once(tx, claim) as once:
        ...
        await once.keep(payment)

A request that was served before never reaches the body of the block: the kept answer is sent again
with ``Idempotency-Replayed: true``.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any

import asyncpg
import orjson
from fastapi import Depends, Header, Request
from pydantic import BaseModel
from starlette.responses import Response

from kit.auth import authenticate
from kit.crypto import holds_id_number
from kit.problems import Problem, ProblemError

if TYPE_CHECKING:
    from kit.db import Tx

IDEMPOTENCY_SQL = """
create table idempotency_key (
    subject text not null,
    route text not null,
    key text not null,
    request_hash bytea not null,
    status smallint not null,
    body bytea not null,
    location text,
    created_at timestamptz not null default clock_timestamp(),
    constraint idempotency_key_pk primary key (subject, route, key)
);
create index idempotency_key_created on idempotency_key (created_at);
comment on table idempotency_key is 'Answers given under an Idempotency-Key, kept at least 72 hours.';
"""

KEY = re.compile(r"[\x21-\x7e]{8,128}")
#: How long a twin waits for the first request to finish.
WAIT_MS = 2_000
KEPT_HOURS = 72

KEY_MISSING = Problem(
    400, "idempotency-key-missing", "须带 Idempotency-Key", "The header Idempotency-Key is needed"
)
KEY_MALFORMED = Problem(
    400,
    "idempotency-key-malformed",
    "Idempotency-Key 应为 8 至 128 个可见 ASCII 字符",
    "An Idempotency-Key has 8 to 128 visible ASCII characters",
)
KEY_PERSONAL = Problem(
    400,
    "idempotency-key-personal",
    "Idempotency-Key 不得含身份证号码",
    "An Idempotency-Key must not hold an ID number",
)
KEY_REUSED = Problem(
    422,
    "idempotency-key-reused",
    "此 Idempotency-Key 已用于另一请求",
    "This Idempotency-Key was used for another request",
)
IN_PROGRESS = Problem(
    409,
    "request-in-progress",
    "同一请求正在处理，请稍后重试",
    "The same request is being served; try again shortly",
    retry_after=1,
)


@dataclass(frozen=True)
class Claim:
    """One request under one key. ``key`` is None when it is optional and was not sent."""

    subject: str
    route: str
    key: str | None
    request_hash: bytes
    status: int = 200
    render: Callable[[Any], BaseModel] | None = None

    def answering(self, status: int, render: Callable[[Any], BaseModel]) -> Claim:
        """The same claim, with how the use case's result is told on the wire."""
        return replace(self, status=status, render=render)


class Replayed(Exception):
    """This request was served before: carries the kept answer to the edge and undoes nothing."""

    def __init__(self, status: int, body: bytes, location: str | None) -> None:
        super().__init__("replayed")
        self.status, self.body, self.location = status, body, location

    def response(self) -> Response:
        headers = {"Idempotency-Replayed": "true"}
        if self.location is not None:
            headers["Location"] = self.location
        return Response(self.body, self.status, headers, "application/json")


class Once:
    """The open claim; :meth:`keep` must be called before the block ends."""

    def __init__(self, tx: Tx, claim: Claim | None) -> None:
        self.tx, self.claim = tx, claim
        self.kept = claim is None or claim.key is None

    async def keep(self, result: Any, *, location: str | None = None) -> None:
        """Keep the answer for whoever asks again. Without a key there is nothing to keep."""
        if self.claim is None or self.claim.key is None:
            return
        told = result if self.claim.render is None else self.claim.render(result)
        body = told.model_dump_json() if isinstance(told, BaseModel) else orjson.dumps(told)
        try:
            await self.tx.execute(
                "insert into idempotency_key"
                " (subject, route, key, request_hash, status, body, location)"
                " values ($1, $2, $3, $4, $5, $6, $7)",
                self.claim.subject,
                self.claim.route,
                self.claim.key,
                self.claim.request_hash,
                self.claim.status,
                body.encode() if isinstance(body, str) else body,
                location,
            )
        except asyncpg.UniqueViolationError:
            # A twin committed between our look and our lock: its effect stands, ours is undone.
            raise ProblemError(IN_PROGRESS) from None
        self.kept = True


# One statement looks and locks. Its snapshot is older than its lock, which the unique index settles
# (see Once.keep); the lock spares the twin the work and lets it answer with what the first one made.
_LOOK = """
select pg_try_advisory_xact_lock(hashtextextended($1 || chr(10) || $2 || chr(10) || $3, 0)) as mine,
       k.request_hash, k.status, k.body, k.location
  from (select 1) one
  left join idempotency_key k on k.subject = $1 and k.route = $2 and k.key = $3
"""
_WAIT = """
select set_config('lock_timeout', $4, true),
       pg_advisory_xact_lock(hashtextextended($1 || chr(10) || $2 || chr(10) || $3, 0))
"""


@asynccontextmanager
async def once(tx: Tx, claim: Claim | None) -> AsyncIterator[Once]:
    """Serve this claim in this transaction, or say what was answered the first time.

    Raises :class:`Replayed` for the same request, 422 for another request under the same key, 409
    while a twin is at work for longer than two seconds.
    """
    if claim is not None and claim.key is not None:
        await _open(tx, claim)
    opened = Once(tx, claim)
    yield opened
    if not opened.kept:
        raise RuntimeError("an idempotent use case must keep its answer")


async def _open(tx: Tx, claim: Claim) -> None:
    names = (claim.subject, claim.route, claim.key)
    row = await tx.fetchrow(_LOOK, *names)
    if row is not None and not row["mine"] and row["status"] is None:
        try:
            await tx.execute(_WAIT, *names, f"{WAIT_MS}ms")
        except asyncpg.LockNotAvailableError:
            raise ProblemError(IN_PROGRESS) from None
        row = await tx.fetchrow(_LOOK, *names)
    if row is None or row["status"] is None:
        return
    if bytes(row["request_hash"]) != claim.request_hash:
        raise ProblemError(KEY_REUSED)
    raise Replayed(row["status"], bytes(row["body"]), row["location"])


async def purge(tx: Tx, *, kept_hours: int = KEPT_HOURS, limit: int = 10_000) -> int:
    """Forget the oldest answers; says how many. Never younger than 72 hours."""
    return await tx.execute(
        "delete from idempotency_key where ctid in (select ctid from idempotency_key"
        " where created_at < clock_timestamp() - make_interval(hours => $1)"
        " order by created_at limit $2)",
        max(kept_hours, KEPT_HOURS),
        limit,
    )


async def claim_of(request: Request, key: str | None) -> Claim:
    """The claim that a request makes. Raises 400 for a key of the wrong form, or with a person in it."""
    if key is not None and not KEY.fullmatch(key):
        raise ProblemError(KEY_MALFORMED)
    if key is not None and holds_id_number(key):
        raise ProblemError(KEY_PERSONAL)  # keys are kept as they are
    actor = await authenticate(request)
    route = getattr(request.scope.get("route"), "path_format", request.scope["path"])
    return Claim(
        subject=actor.subject,
        route=f"{request.method} {route}",
        key=key,
        request_hash=await _hash(request) if key is not None else b"",
    )


async def _hash(request: Request) -> bytes:
    """Path, query and body; JSON that means the same is the same."""
    digest = sha256(request.scope["path"].encode())
    digest.update(b"?" + request.scope["query_string"] + b"\n")
    if _streams(request):
        return digest.digest()
    body = await request.body()
    try:
        body = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONDecodeError, TypeError):
        pass  # not JSON, or beyond 64 bits: then the same bytes are the same
    digest.update(body)
    return digest.digest()


def _streams(request: Request) -> bool:
    """A bulk import reads its body line by line and hashes it on the way."""
    path: str = request.scope["path"]
    return path.endswith("/imports")


_Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="幂等键，8 至 128 个可见 ASCII 字符 (8 to 128 visible ASCII characters)",
        examples=["019aa0c4-repayment-0001"],
    ),
]


async def required(request: Request, idempotency_key: _Key = None) -> Claim:
    """For every POST that creates or moves money: without a key the answer is 400."""
    if idempotency_key is None:
        await authenticate(request)  # a stranger hears 401 first
        raise ProblemError(KEY_MISSING)
    return await claim_of(request, idempotency_key)


async def optional(request: Request, idempotency_key: _Key = None) -> Claim:
    """For other POSTs: with a key the answer is kept, without one every call is a new one."""
    return await claim_of(request, idempotency_key)


Required = Annotated[Claim, Depends(required)]
Optional = Annotated[Claim, Depends(optional)]
