"""Figures over HTTP: the list of what can be asked, and one figure with where it comes from."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from assessment.figures import usecases
from assessment.figures.domain import (
    Figure,
    FigureId,
    Finding,
    Part,
    UnknownFigure,
    as_text,
    parse,
    plain,
    rounded,
)
from assessment.figures.usecases import Listed
from assessment.indicators.domain import MONEY, Definition, Period
from assessment.measures import usecases as measures
from kit import pagination
from kit.areas import AreaCode, of_city
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.pagination import Cursor, Limit, Page
from kit.wire import Day

EXAMPLE_ID = "reemployed.completion.231100000000.all.2003-10-31.province"

router = APIRouter(prefix="/v1/figures", tags=["figures 指标数值"])

Reader = Annotated[Actor, requires("assessment:figure:read")]
FigureKey = Annotated[
    str,
    Path(
        max_length=300,
        description="指标.形式.地区.机构.截止日[.下达者[.目标指标]] (indicator.form.area.office.as-of)",
        examples=[EXAMPLE_ID],
    ),
]
Office = Annotated[str, Query(pattern=r"^[a-z0-9-]{2,60}$", description="机构代码；all 为全部")]


class PeriodBody(BaseModel):
    """统计期间 What days a value is about; start is null for stocks and sums since the beginning."""

    model_config = ConfigDict(title="Period")
    semantics: str = Field(description="PIT 时点 | YTD 年初至今 | CUM 累计 | MON 当月 | ANN 全年")
    start: date | None
    end: date

    @classmethod
    def of(cls, period: Period) -> PeriodBody:
        return cls(semantics=period.semantics, start=period.start, end=period.end)


class IndicatorLink(BaseModel):
    """指标定义 The definition that was used, in its version."""

    id: str
    version: int
    title_zh: str
    title_en: str
    clause: str = Field(description="依据")
    url: str


class PartBody(BaseModel):
    """分子或分母 One side of a figure, and where its facts are listed."""

    title_zh: str
    title_en: str
    value: str = Field(description="准确值 (exact)")
    unit: str
    period: PeriodBody
    events_url: str | None = Field(description="构成该数的事实；目标值没有 (null for a target)")


class TargetLink(BaseModel):
    """所对照的目标 The target in force of the named issuer."""

    id: str
    issuer: str
    indicator: str
    value: str
    since: date = Field(description="自何日起按此值")
    adjusted: bool
    url: str


class FindingBody(BaseModel):
    """须说明的情况 Something that a reader must know."""

    code: str
    zh: str
    en: str

    @classmethod
    def of(cls, finding: Finding) -> FindingBody:
        return cls(code=finding.code, zh=finding.zh, en=finding.en)


class Rounding(BaseModel):
    """舍入 How and from what the value was rounded."""

    mode: str = "ROUND_HALF_UP"
    decimals: int
    unrounded: str | None = Field(description="未舍入的分数", examples=["3016100/12100"])


class FigureBody(BaseModel):
    """一个指标数值及其来历 A figure that opens: definition, parts, target, rounding, findings."""

    model_config = ConfigDict(title="Figure")
    id: str = Field(examples=[EXAMPLE_ID])
    indicator: IndicatorLink
    form: str = Field(
        description="value 数 | rate 率 | stated 申报 | completion 完成率 | growth 增幅"
    )
    area: AreaCode
    area_name: str | None
    office: str = Field(description="经办机构；all 为全部")
    office_name: str | None
    period: PeriodBody
    issuer: str | None = Field(description="目标下达者")
    value: str | None = Field(description="数值；无值时见 findings")
    unit: str
    numerator: PartBody
    denominator: PartBody | None
    base: str | None = Field(description="率的分母是哪个人群")
    target: TargetLink | None
    stated: str | None = Field(description="申报合计，与分项之和对照")
    source: str | None = Field(description="申报统计的来源")
    rounding: Rounding
    findings: list[FindingBody]
    url: str


class ListedBody(BaseModel):
    """可查询的指标数值 A figure that may be asked for."""

    id: str
    indicator: str
    form: str
    title_zh: str
    title_en: str
    unit: str
    issuer: str | None
    url: str


@router.get("", summary="可查询的指标数值目录", operation_id="list_figures")
async def list_figures(
    request: Request,
    actor: Reader,
    area: Annotated[AreaCode | None, Query(description="地区；缺省为本市")] = None,
    office: Office = "all",
    as_of: Annotated[Day | None, Query(description="截止日；缺省为业务日")] = None,
    indicator: Annotated[str | None, Query(max_length=80)] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[ListedBody]:
    """Every figure that a place has on a day, with the link that evaluates it. Nothing is computed."""
    rt = runtime_of(request)
    area = area or of_city(rt.settings.city)
    as_of = as_of or rt.today()
    if not actor.may_see(area):
        raise UnknownFigure
    filters = {"area": area, "office": office, "as_of": as_of, "indicator": indicator}
    after = pagination.decode(cursor, (str,), actor=actor, filters=filters)
    async with rt.db.reading() as tx:
        found = await usecases.catalogue(tx, area, office, as_of, indicator)
    rows = [one for one in found if after is None or str(one.id) > after[0]][: limit + 1]
    return pagination.page(
        rows,
        limit,
        position=lambda one: [str(one.id)],
        item=lambda one: listed_body(one, rt.settings.public_path),
        actor=actor,
        filters=filters,
    )


@router.get("/{figure_id}", summary="一个指标数值及其来历", operation_id="get_figure")
async def get_figure(request: Request, actor: Reader, figure_id: FigureKey) -> FigureBody:
    """The value, computed now from the facts: definition and version, period, issuer of the target,
    numerator, denominator, rounding, findings. 404 for an id that names no figure the caller may see."""
    rt = runtime_of(request)
    wanted = visible(figure_id, actor)
    async with rt.db.reading() as tx:
        figure = await usecases.evaluate(tx, wanted)
        names = await measures.names(tx, [wanted.area_code, wanted.office])
    return figure_body(figure, rt.settings.public_path, names)


def figure_url(public_path: str, figure: FigureId) -> str:
    return f"{public_path}/v1/figures/{figure}"


def figure_body(figure: Figure, public_path: str, names: dict[str, str]) -> FigureBody:
    """Everything about one figure."""
    url = figure_url(public_path, figure.id)
    value = figure.value
    target = None
    if figure.target is not None:
        held = figure.target
        target = TargetLink(
            id=held.id, issuer=held.issuer, indicator=held.indicator, value=plain(held.value),
            since=held.since, adjusted=held.adjusted, url=f"{public_path}/v1/targets/{held.id}",
        )  # fmt: skip
    from_facts = figure.denominator is not None and figure.id.form != "completion"
    return FigureBody(
        id=str(figure.id),
        indicator=indicator_link(figure.definition, public_path),
        form=figure.id.form,
        area=figure.id.area_code,
        area_name=names.get(figure.id.area_code),
        office=figure.id.office,
        office_name=names.get(figure.id.office),
        period=PeriodBody.of(figure.period),
        issuer=figure.id.issuer,
        value=None if value is None else f"{value:f}",
        unit=figure.unit,
        numerator=_part(
            figure.numerator, None if figure.source else f"{url}/events?side=numerator"
        ),
        denominator=None
        if figure.denominator is None
        else _part(figure.denominator, f"{url}/events?side=denominator" if from_facts else None),
        base=figure.definition.base,
        target=target,
        stated=None if figure.stated is None else _exact(figure.stated),
        source=figure.source,
        rounding=Rounding(
            decimals=figure.decimals,
            unrounded=None if figure.exact is None else as_text(figure.exact),
        ),
        findings=[FindingBody.of(finding) for finding in figure.findings],
        url=url,
    )


def indicator_link(definition: Definition, public_path: str) -> IndicatorLink:
    return IndicatorLink(
        id=definition.id,
        version=definition.version,
        title_zh=definition.title_zh,
        title_en=definition.title_en,
        clause=definition.clause,
        url=f"{public_path}/v1/indicators/{definition.id}/versions/{definition.version}",
    )


def listed_body(listed: Listed, public_path: str) -> ListedBody:
    one = listed.definition
    unit = one.unit if listed.id.form in ("value", "rate", "stated") else "%"
    return ListedBody(
        id=str(listed.id), indicator=one.id, form=listed.id.form, title_zh=one.title_zh,
        title_en=one.title_en, unit=unit, issuer=listed.id.issuer,
        url=figure_url(public_path, listed.id),
    )  # fmt: skip


def _part(part: Part, events_url: str | None) -> PartBody:
    value = _exact(part.value) if part.unit in MONEY else as_text(part.value)
    return PartBody(
        title_zh=part.title_zh,
        title_en=part.title_en,
        value=value,
        unit=part.unit,
        period=PeriodBody.of(part.period),
        events_url=events_url,
    )


def _exact(value: Fraction) -> str:
    """Money in its unit with every fen, without useless zeros."""
    return plain(rounded(value, 12))


def visible(figure_id: str, actor: Actor) -> FigureId:
    """The figure that the id names, if its area is the caller's. Raises ``UnknownFigure``."""
    wanted = parse(figure_id)
    if not actor.may_see(wanted.area_code):
        raise UnknownFigure
    return wanted
