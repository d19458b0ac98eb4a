"""The report over HTTP: one object per published value."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from assessment.reports import usecases
from assessment.reports.domain import shown
from assessment.reports.usecases import VALUES_MAX, Line
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.wire import Day

router = APIRouter(prefix="/v1/reports", tags=["reports 对照报告"])

_EXAMPLE: dict[str, Any] = {
    "id": "heihe-2003.reemployed-province",
    "figure": "reemployed.completion.231100000000.all.2003-10-31.province",
    "title": "再就业，完成省下达任务",
    "area": "231100000000", "area_name": "黑河市", "office": None, "office_name": None,
    "period": "2003-01-01/2003-10-31", "semantics": "YTD", "issuer": "province", "unit": "%",
    "qualifier": "exact", "published": "249", "computed": "249", "unrounded": "30161/121",
    "verdict": "agrees", "expect": "agrees", "reason": None, "reason_en": None, "printed": True,
    "url": "/api/assessment/v1/figures/reemployed.completion.231100000000.all.2003-10-31.province",
}  # fmt: skip


class ReportLine(BaseModel):
    """一个公布数与由事实算得的数 One published value beside what the facts come to."""

    model_config = ConfigDict(title="ReportLine", json_schema_extra={"examples": [_EXAMPLE]})
    id: str = Field(description="公布数的编号，不变")
    figure: str = Field(description="指标数值编号，可打开")
    title: str
    area: AreaCode
    area_name: str | None
    office: str | None = Field(description="经办机构；为空即全部")
    office_name: str | None
    period: str = Field(description="ISO 8601 区间；累计数起点为 ..")
    semantics: str
    issuer: str | None
    unit: str
    qualifier: str = Field(description="exact | at_least 至少 | at_most 至多 | about 约")
    published: str
    computed: str | None = Field(description="按公布的小数位")
    unrounded: str | None = Field(description="未舍入的分数")
    verdict: str = Field(
        description="agrees 一致 | does-not-reconcile 对不上 | definition-differs 口径不同 | scaled 缩小"
    )
    expect: str | None = Field(description="公布数的录入者预期的结论")
    reason: str | None
    reason_en: str | None
    printed: bool = Field(description="来源是否印出此数")
    url: str


@router.get("", summary="公布数对照报告", operation_id="get_report")
async def get_report(
    request: Request,
    actor: Annotated[Actor, requires("assessment:report:read")],
    as_of: Annotated[Day | None, Query(description="只要此截止日的公布数")] = None,
    after: Annotated[str | None, Query(max_length=120, description="上次最后一个编号")] = None,
    limit: Annotated[int, Query(ge=1, le=VALUES_MAX)] = VALUES_MAX,
) -> list[ReportLine]:
    """Every published value of the caller's area with the value computed now from the facts, a
    verdict and its reason. At most a thousand; pass the last id as ``after`` for more."""
    rt = runtime_of(request)
    lines, names = await usecases.report(rt, actor, as_of, after, limit)
    return [_body(line, names, rt.settings.public_path) for line in lines]


def _body(line: Line, names: dict[str, str], public_path: str) -> ReportLine:
    published, figure, judged = line.published, line.figure, line.judged
    titled = figure.definition.title_zh if figure else published.indicator
    return ReportLine(
        id=published.id,
        figure=str(line.figure_id),
        title=published.title or titled,
        area=published.area_code,
        area_name=names.get(published.area_code),
        office=None if published.office == "all" else published.office,
        office_name=names.get(published.office),
        period=str(figure.period) if figure else f"../{published.as_of.isoformat()}",
        semantics=figure.period.semantics if figure else (published.semantics or "PIT"),
        issuer=published.issuer,
        unit=published.unit,
        qualifier=published.qualifier,
        published=f"{published.value:.{published.decimals}f}",
        computed=None if judged.computed is None else f"{judged.computed:f}",
        unrounded=shown(figure.exact) if figure else None,
        verdict=judged.verdict,
        expect=published.expect,
        reason=judged.reason_zh,
        reason_en=judged.reason_en,
        printed=published.printed,
        url=f"{public_path}/v1/figures/{line.figure_id}",
    )
