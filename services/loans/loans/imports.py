"""From a set-based use case to a bulk import: refusals become errors of their lines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from fastapi import Request
from pydantic import BaseModel

from kit import bulk
from kit.auth import Actor
from kit.db import Tx
from kit.http import runtime_of
from kit.problems import FieldError, Problem
from kit.refusal import Refusal
from kit.service import Runtime

F = TypeVar("F")
F_co = TypeVar("F_co", covariant=True)


class Line(Protocol[F_co]):
    """A wire model of one line that knows the fact it tells."""

    def fact(self) -> F_co:
        """The domain's value."""
        ...


#: (runtime, transaction, actor, facts) -> in the place of each fact its result or its refusal.
Record = Callable[[Runtime, Tx, Actor, Sequence[F]], Awaitable[Sequence[object]]]


async def run(
    request: Request,
    actor: Actor,
    options: bulk.ImportOptions,
    *,
    model: type[BaseModel],
    record: Record[F],
) -> bulk.ImportResult:
    """Read the body of this request, record its facts in sets, and wake the relay."""
    rt = runtime_of(request)
    problems: Mapping[type[Exception], Problem] = request.app.state.problems

    async def apply(tx: Tx, rows: Sequence[bulk.Row[Any]]) -> list[FieldError]:
        lines: list[Line[F]] = [line for _, line in rows]
        results = await record(rt, tx, actor, [line.fact() for line in lines])
        return [
            _error(number, result, problems)
            for (number, _), result in zip(rows, results, strict=True)
            if isinstance(result, Refusal)
        ]

    result = await bulk.run(rt.db, request, options, model=model, apply=apply)
    rt.wake()
    return result


def _error(
    number: int, refusal: Refusal, problems: Mapping[type[Exception], Problem]
) -> FieldError:
    problem = problems[type(refusal)]
    return bulk.row_error(number, problem.code, problem.title_zh, problem.title_en)
