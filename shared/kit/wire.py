"""What HTTP rooms share: models that forbid or read, pages in the order of ids, imports of sets."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Path, Request
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
)  # fmt: skip
from pydantic_core import PydanticCustomError, core_schema

from kit import bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor
from kit.crypto import holds_id_number
from kit.db import Tx
from kit.facts import OfficeCode
from kit.http import runtime_of
from kit.ids import new_id
from kit.problems import FieldError, Problem
from kit.refusal import Refusal
from kit.service import Runtime

Shown = TypeVar("Shown")
Row = TypeVar("Row", bound=BaseModel)
D = TypeVar("D")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

#: ``/v1/…/{id}``
Id = Annotated[UUID, Path(description="编号 (id)")]


def impersonal(text: str) -> str:
    """Free text goes into events, where nobody's ID number may stand: refused as
    ``holds-id-number``. A NUL is refused as ``text-not-storable``: a table of ours that is written
    for many callers at once would refuse it to all of them."""
    if "\0" in text:
        raise PydanticCustomError("text_not_storable", "holds NUL")
    if holds_id_number(text):
        raise PydanticCustomError("holds_id_number", "holds an ID number")
    return text


# The check comes after the bounds: behind a function the contract would not show them.
Name = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$"),
    AfterValidator(impersonal),
]
ShortText = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(impersonal)]
Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(impersonal)]
LongText = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(impersonal)]
#: A day on which something happened.
FactDay = Annotated[date, Field(description="事实发生日期", examples=["2003-06-01"])]
#: The same, where the programme's own history bounds it (it began in 1998).
FactDate = Annotated[date, Field(ge=date(1990, 1, 1), description="事实日期 (date of fact)")]
Months = Annotated[int, Field(ge=1, le=600)]


def calendar_day(value: Any) -> Any:
    """A day is written ``2003-06-01``. Pydantic would also read numbers, as seconds since 1970:
    ``0`` in a date is a mistake of the caller, and must not become a fact of 1970-01-01."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value.strip())):
        return value
    raise PydanticCustomError("date_parsing", "a day is written YYYY-MM-DD")


def written_instant(value: Any) -> Any:
    """An instant begins with its day, as RFC 3339 has it; a number would be seconds since 1970."""
    if isinstance(value, datetime) or (isinstance(value, str) and _DAY.match(value.strip())):
        return value
    raise PydanticCustomError("datetime_parsing", "an instant is written as RFC 3339 has it")


def yes_or_no(value: Any) -> Any:
    """Pydantic would also read ``0``, ``"y"`` and ``"off"``; text is for cells of CSV."""
    if isinstance(value, bool) or value in ("true", "false"):
        return value
    raise PydanticCustomError("bool_type", "yes or no is written true or false")


def number(value: Any) -> Any:
    """Pydantic would also read ``true``, as 1."""
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", "a number is not yes or no")
    return value


_READ_FIRST = {"date": calendar_day, "bool": yes_or_no, "int": number}


def _as_written(schema: Any) -> Any:
    """The same schema, in which dates, numbers, yes and no are read as the contract writes them."""
    if isinstance(schema, dict):
        inner = {key: _as_written(value) for key, value in schema.items()}
        first = _READ_FIRST.get(str(inner.get("type")))
        if first is not None:
            return core_schema.no_info_before_validator_function(first, inner)
        return inner
    if isinstance(schema, list):
        return [_as_written(one) for one in schema]
    if isinstance(schema, tuple):
        return tuple(_as_written(one) for one in schema)
    return schema


#: A day in a query.
Day = Annotated[date, BeforeValidator(calendar_day)]
#: An instant in a query, with its offset.
Instant = Annotated[AwareDatetime, BeforeValidator(written_instant)]


class Asked(BaseModel):
    """What a caller sends: unknown fields are refused, and values are of the kind that is written in
    the contract."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        schema: core_schema.CoreSchema = _as_written(handler(source))
        return schema


class Made(Asked):
    """A new thing: the caller may make its id (UUIDv7), so that later rows can name it."""

    id: UUID | None = Field(default=None, description="可由客户端生成 (may be made by the client)")
    area_code: AreaCode
    office: OfficeCode

    @property
    def made_id(self) -> UUID:
        return self.id or new_id()


class TakenBack(Asked):
    """Something entered by mistake is taken back by name (撤销)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "录入有误"}]})
    reason: Text = Field(description="原因 (why it was wrong; nothing about a person by name)")


class Told(BaseModel):
    """What is answered, read from a domain value."""

    model_config = ConfigDict(from_attributes=True)


def terms(chinese: dict[str, str]) -> str:
    """The values of a code with their Chinese terms, for the contract."""
    return "；".join(f"{code} {term}" for code, term in chinese.items())


def after(cursor: str | None, actor: Actor, filters: dict[str, Any]) -> UUID | None:
    """The id at which the last page ended. Raises 400 for a foreign cursor."""
    position = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    return None if position is None else position[0]


def after_day(cursor: str | None, actor: Actor, filters: dict[str, Any]) -> tuple[date, UUID]:
    """The day and the id at which the last page ended, for lists by day; before all of them at first.
    Raises 400 for a foreign cursor."""
    position = pagination.decode(cursor, [date, UUID], actor=actor, filters=filters)
    return (date.min, UUID(int=0)) if position is None else (position[0], position[1])


def page(
    rows: Sequence[Any],
    limit: int,
    item: Callable[[Any], Shown],
    *,
    actor: Actor,
    filters: dict[str, Any],
    key: Callable[[Any], UUID] = lambda row: row.id,
) -> pagination.Page[Shown]:
    """A page of rows in the order of their ids."""
    return pagination.page(
        rows, limit, position=lambda row: [key(row)], item=item, actor=actor, filters=filters
    )


async def load(
    request: Request,
    options: bulk.ImportOptions,
    model: type[Row],
    draft: Callable[[Row], D],
    many: Callable[[Runtime, Tx, Actor, Sequence[D]], Awaitable[Sequence[object]]],
    actor: Actor,
) -> bulk.ImportResult:
    """Read the body into a noun. ``many`` answers an outcome per draft: a thing or a refusal."""
    problems: dict[type[Exception], Problem] = request.app.state.problems
    rt = runtime_of(request)

    async def apply(tx: Tx, rows: Sequence[tuple[int, D | Refusal]]) -> list[FieldError]:
        drafts: list[D] = []
        for _, row in rows:
            if isinstance(row, Refusal):
                raise row
            drafts.append(row)
        outcomes = await many(rt, tx, actor, drafts)
        errors = []
        for (line, _), outcome in zip(rows, outcomes, strict=True):
            if isinstance(outcome, Refusal):
                problem = problems[type(outcome)]
                errors.append(
                    bulk.row_error(line, problem.code, problem.title_zh, problem.title_en)
                )
        return errors

    result = await bulk.run(rt.db, request, options, model=model, apply=apply, draft=draft)
    rt.wake()
    return result
