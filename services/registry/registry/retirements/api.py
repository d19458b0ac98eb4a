"""HTTP of those who reach the age of retirement."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from kit import audit, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.crypto import Sex
from kit.http import runtime_of
from kit.problems import Problem
from kit.wire import Day
from registry.areas.succession import reach
from registry.certificates.acts import State
from registry.retirements import usecases
from registry.retirements.domain import Due

router = APIRouter(prefix="/v1/retirement-candidates", tags=["retirements 退休"])
Reader = Annotated[Actor, requires("registry:labour-status:read")]
SHOWN = (
    "sex", "birth_date", "cadre", "certificates", "unemployment_registration",
    "unemployment_insurance", "difficulties",
)  # fmt: skip


class DueOut(BaseModel):
    """Somebody of retirement age for whom something still holds (达到退休年龄待核实人员)."""

    worker_id: UUID
    area_code: AreaCode
    office: str = Field(description="经办机构")
    sex: Sex
    cadre: bool = Field(description="是否已证明为干部（女干部五十五周岁）；未证明的按工人计")
    reached_on: date = Field(description="达到法定退休年龄之日")
    parameter: str = Field(description="所依据的参数", examples=["registry.retirement_age_female"])
    age: int = Field(description="所适用的退休年龄（周岁）", examples=[50])
    clause: str = Field(description="所依据的条款", examples=["国发[1978]104号 R18"])
    certificate_id: UUID | None = Field(description="未失效的优惠证（R17 应收回）")
    certificate_state: State | None = Field(description="优惠证状态")
    registration_id: UUID | None = Field(description="有效的失业登记（R20 应注销）")
    insurance_id: UUID | None = Field(description="未停发的失业保险金（R22 应停发）")
    difficulty_id: UUID | None = Field(description="有效的就业困难对象认定（R18 应退出）")

    @classmethod
    def of(cls, due: Due) -> DueOut:
        one, age = due.candidate, due.age
        assert isinstance(age.value, int)
        return cls(
            worker_id=one.worker_id, area_code=one.area_code, office=one.office, sex=one.sex,
            cadre=one.cadre, reached_on=due.reached_on, parameter=age.id, age=age.value, clause=str(age.cite),
            certificate_id=one.certificate_id, certificate_state=one.certificate_state,
            registration_id=one.registration_id, insurance_id=one.insurance_id,
            difficulty_id=one.difficulty_id,
        )  # fmt: skip


@router.get("", summary="达到退休年龄名单", operation_id="list_retirement_candidates")
async def list_retirement_candidates(
    request: Request,
    actor: Reader,
    by: Annotated[Day | None, Query(description="至何日；缺省为今日")] = None,
    area_code: Annotated[AreaCode | None, Query(description="区划；缺省为本机构辖区")] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[DueOut]:
    """Who is of retirement age and still holds a certificate, a registration or a recognition, or draws
    unemployment insurance. Nothing ends by itself: the office confirms by declaring the status ``retired`` from its
    day; who is a cadre shows the paper, and the record is corrected."""
    rt = runtime_of(request)
    day = by or rt.today()
    filters = {"by": day, "area_code": area_code}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    pattern = await reach(rt, actor, area_code)
    if pattern is None:
        return pagination.Page(items=[])
    rows = await usecases.list_due(rt, pattern, day, after[0] if after else None, limit + 1)
    people = [row.candidate.worker_id for row in rows[:limit]]
    await audit.note(rt, actor, "list_retirement_candidates", people, SHOWN)
    return pagination.page(
        rows, limit, position=lambda due: [str(due.candidate.worker_id)], item=DueOut.of,
        actor=actor, filters=filters,
    )  # fmt: skip


routers = [router]

problems: list[tuple[type[Exception], Problem]] = []
