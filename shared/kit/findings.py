"""Findings (疑点): what was granted and, as is known now, should not have been; shown and never undone.

Whoever derives them says of some things which findings stand now. What stood and is no longer found is
cleared, with the event that cleared it; what is found again stays as it is. So the same facts in any
order leave the same findings standing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from kit import identity_links, pagination
from kit.auth import Actor, requires
from kit.db import Tx
from kit.http import runtime_of
from kit.ids import new_id
from kit.pagination import Cursor, Limit, Page

FINDING_SQL = """
create table finding (
    id uuid primary key,
    subject_id uuid not null,
    other_id uuid,
    code text not null,
    clause text not null,
    zh text not null,
    en text not null,
    months date[] not null,
    area_code text not null,
    office text not null,
    found_by uuid,
    found_at timestamptz not null default clock_timestamp(),
    cleared_by uuid,
    cleared_at timestamptz
);
create unique index finding_stands on finding (subject_id, code, other_id) nulls not distinct
    where cleared_at is null;
create index finding_area on finding (area_code text_pattern_ops, id);
comment on table finding is 'What was granted and should not have been; a row stays when it is cleared.';
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """About ``subject_id``, because of ``other_id`` where another thing is in its way. ``months``: the
    first days of the months that it is about, if any. It is of the area and office of its subject."""

    subject_id: UUID
    other_id: UUID | None
    code: str
    clause: str
    zh: str
    en: str
    area_code: str
    office: str
    months: tuple[date, ...] = ()


_FOUND = """
select f.* from jsonb_to_recordset($2::jsonb) as f (
    subject_id uuid, other_id uuid, code text, clause text, zh text, en text, area_code text,
    office text, months date[])
"""
_CLEAR = f"""
update finding t set cleared_at = clock_timestamp(), cleared_by = $3
 where t.subject_id = any($1::uuid[]) and t.cleared_at is null
   and not exists (select from ({_FOUND}) f
                    where f.subject_id = t.subject_id and f.code = t.code
                      and f.other_id is not distinct from t.other_id and f.months = t.months)
"""  # noqa: S608
_ADD = """
insert into finding (id, subject_id, other_id, code, clause, zh, en, area_code, office, months, found_by)
select * from jsonb_to_recordset($1::jsonb) as f (
    id uuid, subject_id uuid, other_id uuid, code text, clause text, zh text, en text,
    area_code text, office text, months date[], found_by uuid)
on conflict do nothing
"""


async def settle(
    tx: Tx, subjects: Sequence[UUID], found: Sequence[Finding], cause: UUID | None
) -> None:
    """Of these subjects just these findings stand from now on. ``cause``: the event that made it so."""
    rows = [
        {
            "id": new_id(), "subject_id": one.subject_id, "other_id": one.other_id,
            "code": one.code, "clause": one.clause, "zh": one.zh, "en": one.en,
            "area_code": one.area_code, "office": one.office, "found_by": cause,
            "months": one.months,
        }
        for one in found
    ]  # fmt: skip
    told = orjson.dumps(rows, default=str).decode()
    await tx.execute(_CLEAR, list(subjects), told, cause)
    if rows:
        await tx.execute(_ADD, told)


class OfWorker(Protocol):
    """A thing of one record of a person."""

    @property
    def id(self) -> UUID: ...
    @property
    def worker_id(self) -> UUID: ...


T = TypeVar("T", bound=OfWorker)


async def look_again(
    tx: Tx,
    workers: Iterable[UUID],
    load: Callable[[Tx, list[UUID]], Awaitable[Sequence[T]]],
    found_in: Callable[[list[T]], list[Finding]],
    cause: UUID | None,
) -> None:
    """Look at all that these people have, under all of their records, person by person. ``load`` answers
    the things of records, ``found_in`` what is wrong among those of one person."""
    records = await identity_links.records_of(tx, workers)
    people = {tuple(sorted(ids)) for ids in records.values()}
    mine: dict[UUID, list[T]] = {}
    for thing in await load(tx, [id for ids in people for id in ids]):
        mine.setdefault(thing.worker_id, []).append(thing)
    found = [
        one
        for ids in people
        for one in found_in([thing for id in ids for thing in mine.get(id, ())])
    ]
    await settle(tx, [thing.id for things in mine.values() for thing in things], found, cause)


_PAGE = """
select * from finding
 where area_code like $1 || '%' and id > $2 and ($3::uuid is null or subject_id = $3)
   and ($4::bool is null or (cleared_at is null) = $4)
 order by id limit $5
"""


class FindingBody(BaseModel):
    """疑点：已办理而依现有事实不应办理的事项；只作记录，不自动撤销 What was granted and should not have been."""

    id: UUID
    subject_id: UUID = Field(description="所涉事项")
    other_id: UUID | None = Field(description="与之重复的事项")
    code: str
    clause: str = Field(description="依据")
    zh: str
    en: str
    months: list[date] = Field(description="所涉月份，各以首日表示")
    area_code: str
    office: str
    found_by: UUID | None = Field(description="由哪一事件发现")
    found_at: datetime
    cleared_by: UUID | None = Field(description="由哪一事件消除")
    cleared_at: datetime | None = Field(description="消除时间；为空即仍存在")


def reading(scope: str) -> APIRouter:
    """``GET /v1/findings`` for those who may read what the findings are about."""
    router = APIRouter(prefix="/v1/findings", tags=["findings 疑点"])
    needed = requires(scope)

    @router.get("", summary="列出疑点", operation_id="list_findings")
    async def list_findings(
        request: Request,
        actor: Actor = Depends(needed),
        subject_id: UUID | None = None,
        standing: bool | None = None,
        limit: Limit = pagination.LIMIT_DEFAULT,
        cursor: Cursor = None,
    ) -> Page[FindingBody]:
        """Findings in the order in which they were made; ``standing`` false: only cleared ones."""
        filters: dict[str, Any] = {"subject_id": subject_id, "standing": standing}
        after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
        async with runtime_of(request).db.looking() as tx:
            rows = await tx.fetch(
                _PAGE, actor.area_prefix, after[0] if after else UUID(int=0), subject_id, standing,
                limit + 1,
            )  # fmt: skip
        return pagination.page(
            rows, limit, position=lambda row: [str(row["id"])],
            item=lambda row: FindingBody.model_validate(dict(row)), actor=actor, filters=filters,
        )  # fmt: skip

    return router
