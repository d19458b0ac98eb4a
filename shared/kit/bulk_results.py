"""What an import did, and reading it again: the answer, the errors by page, the way out as NDJSON."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from kit.auth import Actor, requires
from kit.bulk_lines import lines_out
from kit.pagination import Cursor, Limit, Page, decode, page
from kit.problems import NotFound, header, language

if TYPE_CHECKING:
    from kit.db import Tx

#: So many errors stand in the answer itself; all of them are in GET …/imports/{id}/errors.
ERRORS_SHOWN = 1_000

Mode = Literal["all", "good"]


class ErrorLine(BaseModel):
    """One reason why one line was not taken."""

    line: int = Field(description="行号，从 1 起", examples=[17])
    pointer: str = Field(description="字段 (JSON pointer)", examples=["#/birth_date"])
    code: str = Field(examples=["missing"])
    message: str = Field(examples=["缺少必填项"])


class ImportResult(BaseModel):
    """What an import did (导入结果)."""

    id: UUID
    mode: Mode = Field(description="all：全部或全不；good：只载入合格行")
    dry_run: bool = Field(description="只检查，不载入")
    lines: int = Field(description="数据行数")
    accepted: int = Field(description="合格行数（试运行时为可载入行数）")
    rejected: int = Field(description="不合格行数")
    errors: list[ErrorLine] = Field(description="最多 1000 条；全部见 …/imports/{id}/errors")


async def result_of(tx: Tx, import_id: UUID, lang: str) -> ImportResult:
    """What an import did, as it is kept. Raises 404."""
    row = await tx.fetchrow("select * from bulk_import where id = $1", import_id)
    if row is None:
        raise NotFound
    errors = await _errors(tx, import_id, 0, ERRORS_SHOWN)
    return ImportResult(
        id=row["id"],
        mode=row["mode"],
        dry_run=row["dry_run"],
        lines=row["lines"],
        accepted=row["lines"] - row["rejected"] if row["state"] != "refused" else 0,
        rejected=row["rejected"],
        errors=[_told(error, lang) for error in errors],
    )


async def _errors(tx: Tx, import_id: UUID, after: int, limit: int) -> list[asyncpg.Record]:
    return await tx.fetch(
        "select * from bulk_import_error where import_id = $1 and n > $2 order by n limit $3",
        import_id,
        after,
        limit,
    )


def _told(row: asyncpg.Record, lang: str) -> ErrorLine:
    return ErrorLine(
        line=row["line"],
        pointer=row["pointer"],
        code=row["code"],
        message=row["message_zh"] if lang == "zh" else row["message_en"],
    )


def documented(model: type[BaseModel]) -> dict[str, Any]:
    """``openapi_extra`` of an import: the body is a file, one line of it is ``model``."""
    line = {
        "type": "string",
        "format": "binary",
        "x-line-schema": model.model_json_schema(mode="validation"),
    }
    content = {
        "application/x-ndjson": {"schema": line},
        "text/csv": {
            "schema": {
                "type": "string",
                "format": "binary",
                "description": "首行为字段名；UTF-8，或以 charset=gb18030 声明 (first line: field names)",
            }
        },
    }
    return {"requestBody": {"required": True, "content": content}}


def reading(path: str, noun: str, scope: str, *, tag: str) -> APIRouter:
    """``GET {path}/imports/{id}`` and ``…/errors`` for the one who made the import."""
    router = APIRouter(tags=[tag])
    needed = requires(scope)

    async def own(request: Request, actor: Actor, import_id: UUID, tx: Tx) -> None:
        subject = await tx.fetchval("select subject from bulk_import where id = $1", import_id)
        if subject is None or subject != actor.subject:
            raise NotFound

    @router.get(
        f"{path}/imports/{{import_id}}",
        summary="一次导入的结果",
        operation_id=f"get_{noun}_import",
        name=f"get_{noun}_import",
    )
    async def get_import(
        request: Request,
        import_id: UUID,
        actor: Actor = Depends(needed),
    ) -> ImportResult:
        """How far an import has come, and its first thousand errors."""
        async with request.app.state.runtime.db.reading() as tx:
            await own(request, actor, import_id, tx)
            return await result_of(tx, import_id, _language(request))

    @router.get(
        f"{path}/imports/{{import_id}}/errors",
        summary="一次导入的全部错误",
        operation_id=f"list_{noun}_import_errors",
        name=f"list_{noun}_import_errors",
    )
    async def list_import_errors(
        request: Request,
        import_id: UUID,
        actor: Actor = Depends(needed),
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> Page[ErrorLine]:
        """Every line that was not taken, and why."""
        filters = {"import": import_id}
        after = decode(cursor, [int], actor=actor, filters=filters) or (0,)
        async with request.app.state.runtime.db.reading() as tx:
            await own(request, actor, import_id, tx)
            rows = await _errors(tx, import_id, after[0], limit + 1)
        lang = _language(request)
        return page(
            rows,
            limit,
            position=lambda row: [row["n"]],
            item=lambda row: _told(row, lang),
            actor=actor,
            filters=filters,
        )

    return router


def _language(request: Request) -> str:
    return language(header(request.scope, b"accept-language"))


def export_ndjson(
    items: AsyncIterator[BaseModel | dict[str, Any]], *, filename: str
) -> StreamingResponse:
    """A file of one JSON object per line, sent while it is read."""
    return StreamingResponse(
        lines_out(items),
        media_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )
