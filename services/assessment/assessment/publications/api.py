"""Published values over HTTP: taken in as sets, listed, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from assessment.publications import usecases
from assessment.publications.domain import Form, Publication, Qualifier
from kit import bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.db import Tx
from kit.http import runtime_of
from kit.pagination import Cursor, Limit, Page
from kit.problems import FieldError
from kit.wire import Day, LongText, ShortText, Text

router = APIRouter(prefix="/v1/publications", tags=["publications 公布数"])

Reader = Annotated[Actor, requires("assessment:publication:read")]
Importer = Annotated[Actor, requires("assessment:publication:import")]
Semantics = Literal["PIT", "YTD", "CUM", "MON", "ANN"]

_EXAMPLE: dict[str, Any] = {
    "id": "heihe-2003.new-posts-of-province", "title": "新增就业岗位，完成省下达净增指标",
    "indicator": "new_posts_gross", "form": "completion", "area_code": "231100000000",
    "office": "all", "issuer": "province", "against": "net_new_posts",
    "period": "2003-01-01/2003-10-31", "semantics": "YTD", "unit": "%", "value": "68",
    "decimals": 0, "qualifier": "exact", "expect": "definition-differs", "scale": "1",
}  # fmt: skip


class PublishValue(BaseModel):
    """一个公布数 A value as it was printed: of what, where, for which period, how exact."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,119}$", description="编号，不变")
    indicator: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{1,79}$", description="指标或申报系列")
    form: Form = Field(
        description="value 数 | rate 率 | stated 申报 | completion 完成率 | growth 增幅"
    )
    area_code: AreaCode
    office: str = Field(default="all", pattern=r"^[a-z0-9-]{2,60}$", description="机构；all 为全部")
    issuer: str | None = Field(
        default=None, pattern=r"^[a-z0-9-]{2,60}$", description="目标下达者；只用于完成率"
    )
    against: str | None = Field(
        default=None, pattern=r"^[a-z0-9_-]{2,80}$", description="所对照目标的指标，若不同"
    )
    period: str = Field(
        pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}/)?[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        description="截止日，或起止日 from/to",
    )
    semantics: Semantics | None = Field(default=None, description="缺省为指标自己的口径")
    unit: ShortText
    value: Decimal = Field(max_digits=18, decimal_places=6)
    decimals: int = Field(default=0, ge=0, le=6, description="公布的小数位")
    qualifier: Qualifier = "exact"
    tolerance: Decimal | None = Field(default=None, ge=0, description="“约”的允许差，若来源写明")
    scale: Decimal = Field(default=Decimal(1), gt=0, le=1, description="载入了多大比例的事实")
    expect: Literal["agrees", "does-not-reconcile", "definition-differs", "scaled"] | None = None
    title: Text | None = Field(default=None)
    printed: bool = Field(default=True, description="来源是否印出")
    source: LongText | None = Field(default=None)

    @property
    def as_of(self) -> date:
        """The last day of the period. Raises ``ValueError`` for a day that does not exist."""
        return date.fromisoformat(self.period[-10:])

    def publication(self) -> Publication:
        return Publication(
            id=self.id, indicator=self.indicator, form=self.form, area_code=self.area_code,
            office=self.office, issuer=self.issuer, target_indicator=self.against,
            as_of=self.as_of, semantics=self.semantics, unit=self.unit, value=self.value,
            decimals=self.decimals, qualifier=self.qualifier, tolerance=self.tolerance,
            scale=self.scale, expect=self.expect, title=self.title, printed=self.printed,
            source=self.source,
        )  # fmt: skip


class PublicationBody(BaseModel):
    """一个公布数 A published value, as it was taken in."""

    model_config = ConfigDict(title="Publication")
    id: str
    title: str | None
    indicator: str
    form: str
    area_code: AreaCode
    office: str
    issuer: str | None
    against: str | None
    as_of: date
    semantics: str | None
    unit: str
    value: str
    decimals: int
    qualifier: str
    scale: str
    expect: str | None
    printed: bool

    @classmethod
    def of(cls, one: Publication) -> PublicationBody:
        return cls(
            id=one.id, title=one.title, indicator=one.indicator, form=one.form,
            area_code=one.area_code, office=one.office, issuer=one.issuer,
            against=one.target_indicator, as_of=one.as_of, semantics=one.semantics, unit=one.unit,
            value=f"{one.value:.{one.decimals}f}", decimals=one.decimals, qualifier=one.qualifier,
            scale=f"{one.scale:f}", expect=one.expect, printed=one.printed,
        )  # fmt: skip


@router.post(
    "/imports", summary="批量录入公布数", operation_id="import_publications",
    openapi_extra=bulk.documented(PublishValue),
)  # fmt: skip
async def import_publications(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Take in what was published. An id that is known is an error: what was printed stays."""
    rt = runtime_of(request)

    async def apply(tx: Tx, rows: Sequence[bulk.Row[PublishValue]]) -> list[FieldError]:
        return await usecases.import_publications(tx, actor, [(line, row) for line, row in rows])

    return await bulk.run(rt.db, request, options, model=PublishValue, apply=apply)


@router.get("", summary="公布数", operation_id="list_publications")
async def list_publications(
    request: Request,
    actor: Reader,
    as_of: Annotated[Day | None, Query(description="只要此截止日的")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[PublicationBody]:
    """Published values of the caller's area, in the order in which they came in."""
    filters = {"as_of": as_of}
    after = pagination.decode(cursor, (str,), actor=actor, filters=filters)
    rows = await usecases.list_publications(
        runtime_of(request), actor, as_of, after[0] if after else None, limit + 1
    )
    return pagination.page(
        rows, limit, position=lambda one: [one.id], item=PublicationBody.of,
        actor=actor, filters=filters,
    )  # fmt: skip
