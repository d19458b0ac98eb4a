"""Bulk in and out over HTTP: streamed, checked line by line, all or the good ones, resumable.

``POST …/imports?mode=all|good&dry_run=…`` takes ``application/x-ndjson`` or ``text/csv``. With
``mode=good`` every chunk of lines is one transaction that also keeps how far it went, so the same
Idempotency-Key goes on after the last committed line. With ``mode=all`` everything is one
transaction and any error undoes it. ``dry_run`` undoes it in any case. A noun gives ``apply``::

    @router.post("/v1/workers/imports", openapi_extra=bulk.documented(RegisterWorker))
    async def import_workers(request: Request, actor: ..., options: bulk.Options) -> bulk.ImportResult:
        apply = partial(usecases.register_all, runtime_of(request), actor)
        return await bulk.run(
            runtime_of(request).db, request, options, model=RegisterWorker, apply=apply)

``apply(tx, rows)`` gets ``(line number, model)`` and answers the errors of the rows that it did not
take. A refusal or a constraint that it lets through is traced to its rows by halving.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

import asyncpg
from fastapi import Depends, Query, Request
from pydantic import BaseModel

from kit import idempotency
from kit.bulk_lines import Chunk, Reader, Row, format_of
from kit.bulk_results import (
    ERRORS_SHOWN,
    ErrorLine,
    ImportResult,
    Mode,
    documented,
    export_ndjson,
    reading,
    result_of,
)
from kit.ids import new_id
from kit.problems import (
    FieldError,
    Problem,
    ProblemError,
    header,
    language,
)

__all__ = [
    "BULK_SQL", "ErrorLine", "ImportOptions", "ImportResult", "Mode", "Options", "Row", "RowError",
    "documented", "export_ndjson", "reading", "result_of", "row_error", "run",
]  # fmt: skip

if TYPE_CHECKING:
    from kit.db import Database, Tx

BULK_SQL = """
create table bulk_import (
    id uuid primary key,
    subject text not null,
    route text not null,
    key text,
    mode text not null check (mode in ('all', 'good')),
    dry_run boolean not null,
    state text not null check (state in ('running', 'finished', 'refused')),
    last_line integer not null default 0,
    lines integer not null default 0,
    rejected integer not null default 0,
    digest bytea not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    constraint bulk_import_key unique (subject, route, key)
);
comment on table bulk_import is 'Imports, how far each has come, and under which key it goes on.';
create table bulk_import_error (
    import_id uuid not null references bulk_import (id),
    n integer not null,
    line integer not null,
    pointer text not null,
    code text not null,
    message_zh text not null,
    message_en text not null,
    primary key (import_id, n)
);
comment on table bulk_import_error is 'Lines that an import did not take, and why; never what they held.';
"""

CHUNK_LINES = 5_000
#: So many errors of one import are kept; a file with more of them is another kind of file.
ERRORS_KEPT = 100_000
#: A body up to this size is kept in memory while its one transaction is prepared (mode=all).
SPOOL_BYTES = 8 * 1024 * 1024

M = TypeVar("M", bound=BaseModel)
RowError = FieldError
Apply = Callable[["Tx", Sequence[Row[M]]], Awaitable[Sequence[FieldError]]]

IMPORT_REFUSED = Problem(
    422, "import-refused", "导入有误，全部未载入", "The import has errors; nothing was loaded"
)
# A row may break a constraint; what else PostgreSQL says is known to the edge, or our mistake.
_OF_A_ROW: dict[type[Exception], Problem] = {
    asyncpg.IntegrityConstraintViolationError: Problem(
        409, "conflict", "与已有数据冲突", "It conflicts with what is already there"
    ),
}


def row_error(line: int, code: str, zh: str, en: str, pointer: str = "#") -> FieldError:
    """Why a line is not taken. The texts are the noun's own and quote nothing of the line."""
    return FieldError(pointer, code, zh, en, line)


@dataclass(frozen=True)
class ImportOptions:
    """How the caller wants it, and under which key it may go on."""

    subject: str
    route: str
    key: str | None
    mode: Mode
    dry_run: bool


async def import_options(
    request: Request,
    claim: idempotency.Optional,
    mode: Annotated[
        Mode, Query(description="all 全部或全不 all or nothing; good 只载入合格行 the good lines")
    ] = "all",
    dry_run: Annotated[bool, Query(description="只检查，不载入 Check only, load nothing")] = False,
) -> ImportOptions:
    return ImportOptions(claim.subject, claim.route, claim.key, mode, dry_run)


Options = Annotated[ImportOptions, Depends(import_options)]


@dataclass
class _State:
    """How far an import has come."""

    id: UUID
    last_line: int = 0
    lines: int = 0
    rejected: int = 0
    digest: bytes = b""
    errors: list[FieldError] = field(default_factory=list)

    def add(self, chunk: Chunk[Any], errors: Sequence[FieldError]) -> None:
        self.lines += chunk.lines
        self.rejected += len({error.line for error in errors})
        self.last_line, self.digest = chunk.last_line, chunk.digest
        self.errors.extend(errors[: max(ERRORS_KEPT - len(self.errors), 0)])


async def run(
    db: Database,
    request: Request,
    options: ImportOptions,
    *,
    model: type[M],
    apply: Apply[Any],
    draft: Callable[[M], Any] | None = None,
    chunk_lines: int = CHUNK_LINES,
) -> ImportResult:
    """Read the body of this request into the noun. With ``draft`` rows are what it makes of the model,
    or the refusal that it raised: work on a line that asks the database nothing is done while the
    database is at work on the lines before. Raises 422 ``import-refused`` with the first
    thousand errors when ``mode=all`` had any, 422 for a key of another file, 415, 413."""
    work = _Import(
        db,
        request,
        options,
        Reader(
            model,
            format_of(header(request.scope, b"content-type")),
            chunk_lines=chunk_lines,
            draft=draft,
        ),
        apply,
    )
    if options.mode == "good" and not options.dry_run:
        return await work.good()
    return await work.all()


class _Import:
    def __init__(
        self,
        db: Database,
        request: Request,
        options: ImportOptions,
        reader: Reader[Any],
        apply: Apply[Any],
    ) -> None:
        self.db, self.request, self.options = db, request, options
        self.reader, self.apply = reader, apply
        self.lang = language(header(request.scope, b"accept-language"))
        self.problems: Mapping[type[Exception], Problem] = request.app.state.problems

    # --- the good lines, chunk by chunk

    async def good(self) -> ImportResult:
        async with self.db.transaction() as tx:
            known = await _begin(tx, self.options, new_id())
        if (known["mode"], known["dry_run"]) != (self.options.mode, self.options.dry_run):
            raise ProblemError(idempotency.KEY_REUSED)
        if known["state"] == "finished":
            async for _ in self.reader.chunks(_body(self.request)):
                pass  # only the digest counts: is it the same file?
            async with self.db.transaction() as tx:
                return await self._again(tx, known)
        state = _State(known["id"], known["last_line"], known["lines"], known["rejected"])
        state.digest = bytes(known["digest"])
        passed = state.last_line == 0
        async for chunk in self.reader.chunks(_body(self.request)):
            if not passed:
                passed = self._pass_over(chunk, state)
                continue
            before = state.last_line
            async with self.db.transaction() as tx:
                errors = [*chunk.errors, *await self._apply(tx, chunk.rows)]
                state.add(chunk, errors)
                await self._note(tx, state, before)
                await _keep_errors(tx, state, errors)
        if not passed:
            raise ProblemError(idempotency.KEY_REUSED)
        async with self.db.transaction() as tx:
            await tx.execute(
                "update bulk_import set state = 'finished', finished_at = clock_timestamp(),"
                " digest = $2 where id = $1 and state = 'running'",
                state.id,
                self.reader.digest(),
            )
            return await result_of(tx, state.id, self.lang)

    def _pass_over(self, chunk: Chunk[Any], state: _State) -> bool:
        """Whether a chunk that was committed before is the last such; it must be the same lines."""
        if chunk.last_line < state.last_line:
            return False
        if chunk.last_line > state.last_line or chunk.digest != state.digest:
            raise ProblemError(idempotency.KEY_REUSED)
        return True

    async def _note(self, tx: Tx, state: _State, before: int) -> None:
        """How far it went, in the chunk's own transaction; refuses a twin that went on meanwhile."""
        moved = await tx.execute(
            "update bulk_import set last_line = $3, lines = $4, rejected = $5, digest = $6"
            " where id = $1 and last_line = $2 and state = 'running'",
            state.id, before, state.last_line, state.lines, state.rejected, state.digest,
        )  # fmt: skip
        if moved != 1:
            raise ProblemError(idempotency.IN_PROGRESS)

    # --- all or nothing

    async def all(self) -> ImportResult:
        """The body is spooled first: a slow caller must not keep a transaction open."""
        with SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
            async for piece in _body(self.request):
                spool.write(piece)
            spool.seek(0)
            state = _State(new_id())
            try:
                async with (
                    aclosing(self.reader.ahead(_pieces(spool))) as chunks,
                    self.db.transaction() as tx,
                ):
                    known = await self._claim(tx, state)
                    async for chunk in chunks:
                        if known is None:
                            state.add(chunk, [*chunk.errors, *await self._apply(tx, chunk.rows)])
                    if known is not None:
                        return await self._again(tx, known)
                    if state.rejected or self.options.dry_run:
                        raise _Undo
                    await tx.execute(
                        "update bulk_import set state = 'finished', finished_at = clock_timestamp(),"
                        " last_line = $2, lines = $3, digest = $4 where id = $1",
                        state.id, state.last_line, state.lines, self.reader.digest(),
                    )  # fmt: skip
                    return await result_of(tx, state.id, self.lang)
            except _Undo:
                return await self._refuse(state)
            except asyncpg.LockNotAvailableError:
                raise ProblemError(idempotency.IN_PROGRESS) from None

    async def _claim(self, tx: Tx, state: _State) -> asyncpg.Record | None:
        """Take the key for this transaction; answers what was imported under it before."""
        if self.options.dry_run:
            return None
        row = await _begin(tx, self.options, state.id)
        return None if row["id"] == state.id else row

    async def _again(self, tx: Tx, known: asyncpg.Record) -> ImportResult:
        same = (known["mode"], known["dry_run"]) == (self.options.mode, self.options.dry_run)
        if not same or bytes(known["digest"]) != self.reader.digest():
            raise ProblemError(idempotency.KEY_REUSED)
        return await result_of(tx, known["id"], self.lang)

    async def _refuse(self, state: _State) -> ImportResult:
        """Nothing was loaded; what was wrong is kept, without the key: a better file may use it."""
        finished = "finished" if self.options.dry_run else "refused"
        async with self.db.transaction() as tx:
            await tx.execute(
                "insert into bulk_import (id, subject, route, mode, dry_run, state, last_line, lines,"
                " rejected, digest, finished_at)"
                " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp())",
                state.id, self.options.subject, self.options.route, self.options.mode,
                self.options.dry_run, finished, state.last_line, state.lines, state.rejected,
                self.reader.digest(),
            )  # fmt: skip
            await _keep_errors(tx, state, state.errors)
            result = await result_of(tx, state.id, self.lang)
        if self.options.dry_run:
            return result
        extra = result.model_dump(mode="json", exclude={"errors", "accepted"}) | {
            "import_id": str(state.id)
        }
        del extra["id"]
        raise ProblemError(IMPORT_REFUSED, errors=state.errors[:ERRORS_SHOWN], extra=extra)

    # --- applying

    async def _apply(self, tx: Tx, rows: Sequence[Row[Any]]) -> list[FieldError]:
        """The noun's ``apply``, and by halving the rows that made it raise."""
        if not rows:
            return []
        known: tuple[type[Exception], ...] = (*self.problems, *_OF_A_ROW)
        try:
            async with tx.savepoint():
                return list(await self.apply(tx, rows))
        except known as error:
            problem = self._problem(error)
            if problem is None:
                raise
            if len(rows) == 1:
                return [row_error(rows[0][0], problem.code, problem.title_zh, problem.title_en)]
        half = len(rows) // 2  # whose row it was, halving tells
        return [*await self._apply(tx, rows[:half]), *await self._apply(tx, rows[half:])]

    def _problem(self, error: Exception) -> Problem | None:
        """What a row did wrong; None when it was not the row (the database is away)."""
        known = {**_OF_A_ROW, **self.problems}
        problem = next(known[kind] for kind in type(error).__mro__ if kind in known)
        return problem if problem.status < 500 else None


class _Undo(Exception):
    """Leaves the transaction so that it is rolled back."""


async def _begin(tx: Tx, options: ImportOptions, made: UUID) -> asyncpg.Record:
    """The import of this key, new or known; a new one is held until the transaction ends."""
    inserted = await tx.fetchrow(
        "insert into bulk_import (id, subject, route, key, mode, dry_run, state, digest)"
        " values ($1, $2, $3, $4, $5, $6, 'running', '')"
        " on conflict on constraint bulk_import_key do nothing returning *",
        made, options.subject, options.route, options.key, options.mode, options.dry_run,
    )  # fmt: skip
    row = inserted or await tx.fetchrow(
        "select * from bulk_import where subject = $1 and route = $2 and key = $3",
        options.subject,
        options.route,
        options.key,
    )
    if row is None:
        raise ProblemError(idempotency.IN_PROGRESS)
    return row


async def _keep_errors(tx: Tx, state: _State, errors: Sequence[FieldError]) -> None:
    if not errors:
        return
    # Numbers go on after those of an earlier attempt under the same key.
    start = await tx.fetchval(
        "select coalesce(max(n), 0) from bulk_import_error where import_id = $1", state.id
    )
    await tx.copy(
        "bulk_import_error",
        ("import_id", "n", "line", "pointer", "code", "message_zh", "message_en"),
        [
            (state.id, start + n, e.line or 0, e.pointer, e.code, e.message_zh, e.message_en)
            for n, e in enumerate(sorted(errors, key=lambda error: error.line or 0), 1)
        ],
    )


async def _body(request: Request) -> AsyncIterator[bytes]:
    async for piece in request.stream():
        yield piece


def _pieces(spool: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    while piece := spool.read(256 * 1024):
        yield piece
