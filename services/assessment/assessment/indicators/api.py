"""Definitions over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from assessment.indicators import usecases
from assessment.indicators.domain import Definition, Term
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.wire import Day

router = APIRouter(prefix="/v1/indicators", tags=["indicators 指标"])

Reader = Annotated[Actor, requires("assessment:indicator:read")]
Key = Annotated[str, Path(pattern=r"^[a-z0-9_-]{2,80}$", examples=["reemployed"])]


class IndicatorBody(BaseModel):
    """指标定义 One version of an indicator: what is counted, divided by what, for which period."""

    model_config = ConfigDict(title="Indicator")
    id: str = Field(examples=["reemployment_rate"])
    version: int
    since: date = Field(description="启用日")
    title_zh: str
    title_en: str
    unit: str
    decimals: int = Field(description="缺省小数位")
    semantics: str = Field(description="PIT 时点 | YTD 年初至今 | CUM 累计 | MON 当月 | ANN 全年")
    owner: str = Field(description="事实来自哪个服务")
    clause: str = Field(description="依据")
    numerator: list[dict[str, Any]] = Field(description="分子各项")
    denominator: list[dict[str, Any]] = Field(description="分母各项；不是率则为空")
    base: str | None = Field(description="分母是哪个人群")
    stated: str | None = Field(description="须与之核对的申报合计")
    cap: bool = Field(description="是否越低越好（控制目标）")
    note_zh: str | None
    note_en: str | None
    url: str

    @classmethod
    def of(cls, one: Definition, public_path: str) -> IndicatorBody:
        return cls(
            id=one.id, version=one.version, since=one.since, title_zh=one.title_zh,
            title_en=one.title_en, unit=one.unit, decimals=one.decimals, semantics=one.semantics,
            owner=one.owner, clause=one.clause, base=one.base, stated=one.stated, cap=one.cap,
            numerator=[_term(term) for term in one.numerator],
            denominator=[_term(term) for term in one.denominator],
            note_zh=one.note_zh, note_en=one.note_en,
            url=f"{public_path}/v1/indicators/{one.id}/versions/{one.version}",
        )  # fmt: skip


class IndicatorList(BaseModel):
    """指标目录 The definitions in force; their number is small and bounded by the code."""

    items: list[IndicatorBody]


@router.get("", summary="指标目录", operation_id="list_indicators")
async def list_indicators(
    request: Request,
    actor: Reader,
    on: Annotated[Day | None, Query(description="在哪一天有效；缺省为业务日")] = None,
) -> IndicatorList:
    """The version of every indicator that is used on a day."""
    rt = runtime_of(request)
    path = rt.settings.public_path
    found = usecases.all_in_force(on or rt.today())
    return IndicatorList(items=[IndicatorBody.of(one, path) for one in found])


@router.get("/{indicator}", summary="指标定义", operation_id="get_indicator")
async def get_indicator(
    request: Request,
    actor: Reader,
    indicator: Key,
    on: Annotated[Day | None, Query(description="在哪一天有效；缺省为业务日")] = None,
) -> IndicatorBody:
    """The version that is used on a day."""
    rt = runtime_of(request)
    one = usecases.in_force(indicator, on or rt.today())
    return IndicatorBody.of(one, rt.settings.public_path)


@router.get(
    "/{indicator}/versions", summary="指标的各版定义", operation_id="list_indicator_versions"
)
async def list_indicator_versions(request: Request, actor: Reader, indicator: Key) -> IndicatorList:
    """Every version, oldest first."""
    path = runtime_of(request).settings.public_path
    return IndicatorList(
        items=[IndicatorBody.of(one, path) for one in usecases.versions(indicator)]
    )


@router.get(
    "/{indicator}/versions/{version}",
    summary="指标的一版定义",
    operation_id="get_indicator_version",
)
async def get_indicator_version(
    request: Request,
    actor: Reader,
    indicator: Key,
    version: Annotated[int, Path(ge=1, le=9999)],
) -> IndicatorBody:
    """One version."""
    path = runtime_of(request).settings.public_path
    return IndicatorBody.of(usecases.version(indicator, version), path)


def _term(term: Term) -> dict[str, Any]:
    """A term as it is written in its file: only what it says."""
    plain = Term()
    return {
        name: getattr(term, name)
        for name in Term.__slots__
        if name in ("source", "aggregate", "sign") or getattr(term, name) != getattr(plain, name)
    }
