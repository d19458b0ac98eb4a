"""What is sent about a claim, and how it is shown."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from kit import lifecycle
from kit.ids import new_id
from kit.money import Yuan, YuanNotNegative
from kit.wire import Asked, FactDate, Made, Text, Told, terms
from subsidy.batches.domain import Format
from subsidy.claims.domain import (
    ACTS,
    CLAIMANTS,
    LINES_MAX,
    OUTCOMES,
    REASONS,
    STATES,
    Claimant,
    Line,
    Outcome,
    Reason,
    State,
)
from subsidy.claims.paying import Payment
from subsidy.claims.showing import Shown, quarter_text
from subsidy.claims.usecases import Filing
from subsidy.payees.domain import KINDS, Kind
from subsidy.programmes.bodies import Code, Day, Month
from subsidy.programmes.facts import Part
from subsidy.projects.domain import SPANS, Span

_ID = "019a9d2c-8f00-7000-8000-0000000000"
_PLACE: JsonDict = {"area_code": "231100000000", "office": "231100-employment-bureau"}
_LINE: JsonDict = {"worker_id": f"{_ID}a2", "month": "2003-09", "reference": f"{_ID}a3"}
_PAPERS: JsonDict = {
    "roster": "黑劳申[2003]15号-1", "certificate-copies": "黑劳申[2003]15号-2",
    "contract-copies": "黑劳申[2003]15号-3", "contribution-detail": "黑劳申[2003]15号-4",
    "basic-account": "黑劳申[2003]15号-5",
}  # fmt: skip

Quarter = Annotated[
    str,
    Field(pattern=r"^(199[0-9]|20[0-9]{2})Q[1-4]$", description="所属季度", examples=["2003Q3"]),
]
ProgrammeCode = Annotated[
    str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, description="补贴项目代码")
]
Papers = Annotated[
    dict[Code, Text],
    Field(
        max_length=20,
        description="已交材料：材料代码及归档号（不得含姓名、证件号）；清单见补贴项目",
    ),
]


def first_day(quarter: str) -> date:
    """``2003Q3`` begins on 2003-07-01."""
    return date(int(quarter[:4]), 3 * int(quarter[5]) - 2, 1)


class LineIn(Asked):
    """One person's month, the benefit of a reference that is given once, or a span of a project (申领行)."""

    id: UUID | None = Field(default=None, description="可由客户端生成")
    worker_id: UUID | None = Field(default=None, description="劳动者；项目为空")
    month: Month | None = Field(default=None, description="所属月份；一次性补贴、项目为空")
    reference: UUID | None = Field(
        default=None,
        description="就业（按月补贴）、参训记录（培训）、介绍记录（职介）或项目的标识；基本生活费为空",
    )
    part: Part = Field(default="whole", description="培训补贴分两次的：first、second；其他 whole")
    group: Code | None = Field(default=None, description="职介补贴标准组别")
    free_of_charge: bool = Field(default=False, description="职介：未收取求职者费用")
    renewed_until: Day | None = Field(default=None, description="逐年延续核准至（B8）")
    agreement_until: Day | None = Field(default=None, description="中心协议的最后一日（B25）")
    enterprise_pays: YuanNotNegative = Field(
        default_factory=int, description="企业当月承担并已发的部分（B25）"
    )
    recognised_on: Day | None = Field(
        default=None, description="三部门联合认定企业无力承担之日，须附认定文件（B25）"
    )
    span: Span | None = Field(default=None, description=f"项目申领期间：{terms(SPANS)}")
    spent: YuanNotNegative = Field(default_factory=int, description="项目凭证支出累计")

    def line(self, number: int) -> Line:
        month = None if self.month is None else date.fromisoformat(f"{self.month}-01")
        return Line(
            self.id or new_id(), number, self.worker_id, month, self.reference, self.part,
            self.group or "", self.free_of_charge, self.renewed_until, self.agreement_until,
            self.enterprise_pays, self.recognised_on, self.span, self.spent,
        )  # fmt: skip


Roster = Annotated[list[LineIn], Field(max_length=LINES_MAX, description="名册，可随后批量导入")]


class FileClaim(Made):
    """A claim for a closed quarter (申报)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"programme": "si-enterprise", "claimant_id": f"{_ID}a4", "quarter": "2003Q3",
                 "filed_on": "2003-10-09", "papers": _PAPERS, "lines": [_LINE], **_PLACE}
            ]
        }
    )  # fmt: skip
    programme: ProgrammeCode
    claimant_id: UUID = Field(
        description="申请人：用人单位（再就业服务中心）、个人、培训（职介）机构或项目承办单位的标识"
    )
    quarter: Quarter
    filed_on: FactDate
    papers: Papers = Field(default_factory=dict)
    lines: Roster = Field(default_factory=list)

    def filing(self) -> Filing:
        return Filing(
            self.made_id, self.programme, self.claimant_id, first_day(self.quarter), self.filed_on,
            self.area_code, self.office, self.papers, numbered(self.lines),
        )  # fmt: skip


def numbered(lines: list[LineIn]) -> tuple[Line, ...]:
    return tuple(line.line(number) for number, line in enumerate(lines, 1))


class RosterRow(LineIn):
    """One line of a claim's roster in a file (名册一行)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"claim_id": f"{_ID}a7", **_LINE}]})
    claim_id: UUID = Field(description="所属申领")

    def row(self) -> tuple[UUID, Line]:
        return self.claim_id, self.line(1)


class RefileClaim(Asked):
    """A returned claim made good (补正)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-10-20", "papers": _PAPERS}]}
    )
    on: FactDate
    papers: Papers = Field(default_factory=dict)
    lines: list[LineIn] | None = Field(
        default=None, min_length=1, max_length=LINES_MAX, description="新名册；为空即沿用原名册"
    )


class OnDay(Asked):
    """The day of an act (日期)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-10-15"}]})
    on: FactDate


class TurnClaim(Asked):
    """Why a claim is sent back, or rejected (退回、不予批准)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-10-15", "reason": "papers-incomplete"}]}
    )
    on: FactDate
    reason: Reason = Field(description=terms(REASONS))
    note: Text | None = Field(default=None, description="说明（不得含姓名、证件号）")


class ApproveClaim(Asked):
    """From which line of money it is paid (财政审批)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-10-20", "arrangement_id": f"{_ID}a1"}]}
    )
    on: FactDate
    arrangement_id: UUID = Field(description="资金安排，用途须与补贴项目一致")


class PayClaim(Asked):
    """Orders to the bank for what was approved (交付付款)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"on": "2003-10-21", "payer_id": f"{_ID}e9", "payee_id": f"{_ID}e1",
                 "execute_on": "2003-10-22"}
            ]
        }
    )  # fmt: skip
    on: FactDate
    payer_id: UUID = Field(description="付款专户")
    payee_id: UUID = Field(description="收款方；类别须为补贴项目规定的收款方")
    format: Format = "pain.001"
    execute_on: FactDate

    def payment(self) -> Payment:
        return Payment(self.payer_id, self.payee_id, self.format, self.execute_on, self.on)


class DueOut(Told):
    """What one kind of payee gets of a claim."""

    id: UUID = Field(description="付款指令所付事项")
    payee_kind: Kind = Field(description=terms(KINDS))
    amount: Yuan
    set_off: Yuan = Field(description="已抵扣申请人应退款；其余由银行支付")
    batch_id: UUID | None = Field(description="最近一次付款批次")
    paid_on: date | None = Field(description="银行入账日；为空即未付")


class ClaimStepOut(Told):
    """Who did what with a claim, and why."""

    act: str
    on_day: date
    reason: Reason | None
    note: str | None
    done_by: str


class ClaimBody(BaseModel):
    """A claim, how far it is, and what may be done next (补贴申领)."""

    id: UUID
    programme: str
    claimant_kind: Claimant = Field(description=terms(CLAIMANTS))
    claimant_id: UUID
    quarter: str
    filed_on: date
    state: State = Field(description=terms(STATES))
    state_on: date = Field(description="最近一步的日期")
    due_on: date | None = Field(description="下一步应于何日前办结")
    pay_by: date | None = Field(description="应于何日前拨付（B15）")
    amount: Yuan = Field(description="批准金额")
    lines: dict[str, int] = Field(description="各结论行数；undecided 未审核")
    papers: dict[str, str]
    missing_papers: list[str] = Field(description="尚缺材料（B14、B16）")
    reason: Reason | None = Field(description=terms(REASONS))
    arrangement_id: UUID | None
    reservation_id: UUID | None
    dues: list[DueOut]
    filers: list[str] = Field(description="申报账号")
    reviewed_by: str | None
    approved_by: str | None
    area_code: str
    office: str
    version: int = Field(description="版本，用于 If-Match")
    allowed: list[str] = Field(description="下一步可办事项")
    steps: list[ClaimStepOut]

    @classmethod
    def of(cls, shown: Shown) -> ClaimBody:
        one = shown.claim
        known = {name: getattr(one, name) for name in cls.model_fields if hasattr(one, name)}
        return cls(
            **{
                **known, "quarter": quarter_text(one.quarter), "filers": list(one.filers),
                "lines": dict(shown.counts), "papers": dict(shown.papers),
                "missing_papers": list(shown.missing),
                "dues": [DueOut.model_validate(due) for due in shown.dues],
                "allowed": _allowed(shown),
                "steps": [ClaimStepOut.model_validate(step) for step in shown.steps],
            }
        )  # fmt: skip


def _allowed(shown: Shown) -> list[str]:
    """What the state allows, less what papers or an empty roster stand against."""
    found = [
        act
        for act in lifecycle.allowed(ACTS, shown.claim.state)
        if act not in ("settle", "come_back")
    ]
    reviewable = shown.counts and not shown.missing
    return [act for act in found if act != "review" or reviewable]


class LineOut(BaseModel):
    """A line and what it came to (申领行)."""

    id: UUID
    number: int
    worker_id: UUID | None
    month: str | None
    reference: UUID | None
    part: Part
    group: str | None
    outcome: Outcome | None = Field(description=terms(OUTCOMES))
    span: Span | None = Field(description=terms(SPANS))
    spent: Yuan = Field(description="项目凭证支出累计")
    amount: Yuan = Field(description="资金支付的金额")
    enterprise_bears: Yuan = Field(description="企业承担的部分，不由资金支付（B25）")
    backstop: Yuan = Field(description="金额中财政代企业承担的部分（B25）")
    clause: str | None = Field(description="首个不符合的条款")
    decision_id: UUID | None
    payee_kind: Kind | None = Field(description=terms(KINDS))
    paid: bool = Field(description="已拨付，且未全部退回")
    back: Yuan = Field(description="已退回金额")

    @classmethod
    def of(cls, one: Line) -> LineOut:
        return cls(
            id=one.id, number=one.number, worker_id=one.worker_id,
            month=None if one.month is None else f"{one.month:%Y-%m}",
            reference=one.reference, part=one.part, group=one.group_key or None,
            outcome=one.outcome, span=one.span, spent=one.spent, amount=one.amount,
            enterprise_bears=one.enterprise_bears, backstop=one.backstop, clause=one.clause,
            decision_id=one.decision_id,
            payee_kind=one.payee_kind, paid=one.paid_event is not None, back=one.back,
        )  # fmt: skip
