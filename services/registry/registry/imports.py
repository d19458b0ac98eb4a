"""Bulk input: the kit streams and counts lines, a use case takes a chunk of commands at once.

Every noun has one set-based use case for one and for many; what it refuses is told by line.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from fastapi import Request
from pydantic import BaseModel

from kit import bulk
from kit.auth import Actor
from kit.db import Tx
from kit.http import runtime_of
from kit.problems import FieldError, Problem
from kit.refusal import Refusal
from kit.service import Runtime

C = TypeVar("C", covariant=True)
D = TypeVar("D")


class Line(Protocol[C]):
    """A wire model of one line: it knows the command that it stands for."""

    def command(self) -> C: ...


UseCase = Callable[[Runtime, Tx, Actor, Sequence[D]], Awaitable[Sequence[Refusal | None]]]


async def run(
    request: Request,
    actor: Actor,
    options: bulk.ImportOptions,
    model: type[BaseModel],
    use_case: UseCase[D],
) -> bulk.ImportResult:
    """Import the body of this request. ``model`` is a :class:`Line` whose commands ``use_case`` takes."""
    rt = runtime_of(request)
    problems: Mapping[type[Exception], Problem] = request.app.state.problems

    async def apply(tx: Tx, rows: Sequence[bulk.Row[BaseModel]]) -> list[FieldError]:
        commands = [row.command() for _, row in rows]  # type: ignore[attr-defined]
        outcome = await use_case(rt, tx, actor, commands)
        return [
            _told(line, refusal, problems)
            for (line, _), refusal in zip(rows, outcome, strict=True)
            if refusal is not None
        ]

    result = await bulk.run(rt.db, request, options, model=model, apply=apply)
    rt.wake()
    return result


def _told(line: int, refusal: Refusal, problems: Mapping[type[Exception], Problem]) -> FieldError:
    """Our words for a refusal: those of its problem, which quote nothing of the line."""
    problem = problems[type(refusal)]
    return bulk.row_error(line, problem.code, problem.title_zh, problem.title_en)
