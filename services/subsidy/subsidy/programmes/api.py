"""Programmes over HTTP: what the law pays for on a day, and what given facts would come to."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from kit.auth import Actor, requires
from kit.decisions import Condition
from kit.http import runtime_of
from kit.money import Yuan
from kit.policy import Cite, Parameter, Status, plain
from kit.problems import refused
from kit.wire import Day, Told
from subsidy.funds.domain import Fund
from subsidy.programmes import usecases
from subsidy.programmes.amounts import Step
from subsidy.programmes.bodies import TryFacts
from subsidy.programmes.domain import (
    Claimant,
    OtherFacts,
    PaidAnotherWay,
    Payee,
    Period,
    Programme,
)
from subsidy.programmes.usecases import Binding, Shown, Tried

router = APIRouter(prefix="/v1/programmes", tags=["programmes 补贴项目"])
Reader = Annotated[Actor, requires("subsidy:programme:read")]
ProgrammeCode = Annotated[
    str,
    Path(pattern=r"^[a-z][a-z0-9-]{1,59}$", description="项目代码", examples=["si-enterprise"]),
]
On = Annotated[Day | None, Query(description="哪一天的规定（缺省为业务日） (the law of which day)")]


class CiteBody(Told):
    """Where it is written, and how sure that is."""

    document: str
    clause: str
    status: Status = Field(
        description="来源状态：原文 source、查得 found、待核 to-verify、地方做法 local、本系统设计 design"
    )
    ref: str | None = None
    note: str | None = None


class ClauseBody(Told):
    """A condition, in the order in which the first failing one refuses."""

    code: str
    zh: str
    en: str
    cite: str = Field(description="依据条款")
    status: Status
    ref: str | None = None
    part: str | None = Field(default=None, description="仅适用于该期次")
    facts: list[str] = Field(description="所依据的事实")


class VersionBody(Told):
    """What the programme is from a day on."""

    version: str
    since: date
    cite: CiteBody
    claimant: Claimant = Field(
        description="申请人：单位 employer、个人 person、机构 provider、部门 body"
    )
    payee: Payee = Field(description="收款方")
    use: str = Field(description="资金用途代码")
    fund: Fund
    period: Period = Field(description="按月 month、一次性 once")
    facts: str = Field(description="事实种类")
    kind: str = Field(description="补贴种类")
    excludes: list[str] = Field(description="同月不得同时享受的种类")
    counter: str | None = Field(description="累计计数器（各项目共用）")
    window: str | None = Field(description="申请期限的参数")
    way: str | None = Field(description="本市按申领还是按月发放支付的参数，只有一种办法的为空")
    amount: str = Field(description="计算公式")
    amount_cite: str
    amount_status: Status
    clauses: list[ClauseBody]


class BindingBody(Told):
    """A parameter as it stands on the day; without a value nothing is granted until the city sets it."""

    role: str
    looked_up: Literal["law", "month"] = Field(
        description="law：适用法律之日的值；month：所属月份的值"
    )
    id: str
    title_zh: str
    title_en: str
    unit: str
    since: date | None = None
    value: Any = None
    cite: CiteBody | None = None
    missing: str | None = Field(default=None, description="无值的原因（须由本市设定）")


class ProgrammeBody(Told):
    """A programme through time, and what holds on the day asked for."""

    code: str
    title_zh: str
    title_en: str
    note: str | None
    on: date
    in_force: str | None = Field(description="当日有效的版本，无则为空")
    versions: list[VersionBody]
    ended_on: date | None = Field(description="终止之日，未终止为空")
    parameters: list[BindingBody]


class ConditionBody(Told):
    """A condition with its outcome."""

    code: str
    ok: bool
    clause: str
    zh: str
    en: str
    facts: list[str]

    @classmethod
    def of(cls, one: Condition) -> ConditionBody:
        return cls(
            code=one.code, ok=one.ok, clause=one.clause, zh=one.zh, en=one.en, facts=list(one.facts)
        )


class StepBody(Told):
    """One line of the computation."""

    code: str
    zh: str
    en: str
    amount: Yuan

    @classmethod
    def of(cls, one: Step) -> StepBody:
        return cls(code=one.code, zh=one.text("zh"), en=one.text("en"), amount=one.fen)


class UsedBody(Told):
    """A parameter that was used."""

    id: str
    since: date
    unit: str
    value: Any
    cite: CiteBody


class TriedBody(Told):
    """What the facts come to. Refused: the clause of the first condition that does not hold."""

    programme: str
    version: str | None
    law_on: date
    granted: bool
    clause: str | None
    amount: Yuan
    months: int
    local_only: bool = Field(description="仅可由地方资金支付")
    conditions: list[ConditionBody]
    steps: list[StepBody]
    parameters: list[UsedBody]


@router.get("", summary="补贴项目列表", operation_id="list_programmes")
async def list_programmes(request: Request, actor: Reader, on: On = None) -> list[ProgrammeBody]:
    """All programmes with their versions, clauses, and the parameters of a day."""
    return [_programme(one) for one in usecases.list_programmes(runtime_of(request), on)]


@router.get("/{code}", summary="查询一个补贴项目", operation_id="get_programme")
async def get_programme(
    request: Request, code: ProgrammeCode, actor: Reader, on: On = None
) -> ProgrammeBody:
    """One programme with its versions, clauses, and the parameters of a day."""
    return _programme(usecases.get_programme(runtime_of(request), code, on))


@router.post("/{code}/assessments", summary="试算（不保存）", operation_id="try_facts")
async def try_facts(
    request: Request, code: ProgrammeCode, body: TryFacts, actor: Reader
) -> TriedBody:
    """What given facts would come to, condition by condition and step by step. Nothing is kept."""
    facts = body.read()
    return _tried(code, facts.law_on, usecases.try_facts(runtime_of(request), code, facts))


def _programme(shown: Shown) -> ProgrammeBody:
    policy = shown.policy
    last = policy.entries[-1]
    return ProgrammeBody(
        code=shown.code,
        title_zh=policy.title_zh,
        title_en=policy.title,
        note=policy.content.get("note"),
        on=shown.on,
        in_force=None if shown.in_force is None else shown.in_force.version,
        versions=[_version(*one) for one in shown.versions],
        ended_on=last.since if last.parameter is None else None,
        parameters=[_binding(one) for one in shown.bindings],
    )


def _cite(cite: Cite) -> CiteBody:
    return CiteBody.model_validate(cite)


def _version(programme: Programme, parameter: Parameter) -> VersionBody:
    raw: Any = parameter.value
    clauses = [
        ClauseBody(
            code=rule.clause.code, zh=rule.clause.met.zh, en=rule.clause.met.en,
            cite=told["cite"], status=told["status"], ref=told.get("ref"), part=rule.part,
            facts=list(rule.clause.met.facts),
        )
        for rule, told in zip(programme.rules, raw["clauses"], strict=True)
    ]  # fmt: skip
    return VersionBody(
        version=programme.version, since=parameter.since, cite=_cite(parameter.cite),
        claimant=programme.claimant, payee=programme.payee, use=programme.use,
        fund=programme.fund, period=programme.period, facts=programme.facts, kind=programme.kind,
        excludes=sorted(programme.excludes), counter=programme.counter, window=programme.window,
        way=programme.way,
        amount=programme.formula, amount_cite=raw["amount"]["cite"],
        amount_status=raw["amount"]["status"], clauses=clauses,
    )  # fmt: skip


def _binding(one: Binding) -> BindingBody:
    shown = one.parameter
    return BindingBody(
        role=one.role, looked_up=one.day, id=one.policy.id, title_zh=one.policy.title_zh,
        title_en=one.policy.title, unit=one.policy.unit,
        since=None if shown is None else shown.since,
        value=None if shown is None else plain(shown.value),
        cite=None if shown is None else _cite(shown.cite), missing=one.why_not,
    )  # fmt: skip


def _tried(code: str, law_on: date, tried: Tried) -> TriedBody:
    one = tried.assessment
    return TriedBody(
        programme=code,
        version=None if tried.programme is None else tried.programme.version,
        law_on=law_on,
        granted=one.granted,
        clause=one.clause,
        amount=one.amount,
        months=one.months,
        local_only=one.local_only,
        conditions=[ConditionBody.of(condition) for condition in one.conditions],
        steps=[StepBody.of(step) for step in one.steps],
        parameters=[
            UsedBody(
                id=used.id, since=used.since, unit=used.unit, value=plain(used.value),
                cite=_cite(used.cite),
            )
            for used in tried.parameters
            if used.unit != "terms"  # the version itself: a page of its own
        ],
    )  # fmt: skip


problems = [
    refused(
        OtherFacts, 422, "事实种类与补贴项目不符",
        "The facts are of another kind than the programme decides on",
    ),
    refused(
        PaidAnotherWay, 422, "本市此补贴项目以另一种办法支付", "The city pays this programme in another way",
        ("本市为 {way}（claim 申领，run 按月发放）", "it is paid by {way}"),
    ),
]  # fmt: skip
