"""What is sent about a budget, and how it is shown."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from kit.areas import AreaCode
from kit.facts import OfficeCode
from kit.ids import new_id
from kit.money import Yuan, YuanPositive
from kit.wire import Asked, FactDate, LongText, Made, Text, terms
from subsidy.arrangements.api import UseCode
from subsidy.arrangements.domain import UseFinding
from subsidy.budgets.domain import LINES_MAX, STATES, Budget, BudgetSource, Line, LineTwice, State
from subsidy.budgets.store import Step
from subsidy.budgets.usecases import Drafted, Release, Shown
from subsidy.funds.domain import Fund

_PLACE: JsonDict = {"area_code": "231100000000", "office": "231100-finance-bureau"}
_LINES: JsonDict = {
    "sources": [{"source": "province", "amount": "5000000.00"}],
    "lines": [
        {"use_code": "training-subsidy", "amount": "1000000.00"},
        {"use_code": "social-insurance-subsidy", "amount": "4000000.00"},
    ],
}
Year = Field(ge=1990, le=2100, description="预算年度（公历年）")


class SourceIn(Asked):
    """Money that a budget counts on (资金来源)."""

    source: BudgetSource = Field(description="来源；carried-over 上年结转")
    amount: YuanPositive = Field(description="金额（元）")


class LineIn(Asked):
    """What a budget provides for one use (预算科目)."""

    use_code: UseCode
    amount: YuanPositive = Field(description="金额（元）")
    province_approval: Text | None = Field(
        default=None, description="省级财政、劳动保障部门批准文号（目录外用途须有）"
    )


class Content(Asked):
    """Sources and lines; the lines are no more than the sources."""

    sources: list[SourceIn] = Field(min_length=1, max_length=8, description="资金来源，各一次")
    lines: list[LineIn] = Field(
        min_length=1, max_length=LINES_MAX, description="科目，每一用途一次"
    )

    def content(self) -> tuple[dict[BudgetSource, int], tuple[Line, ...]]:
        """Raises :class:`LineTwice` for a source or a use that is there twice."""
        sources = {one.source: one.amount for one in self.sources}
        if len(sources) < len(self.sources):
            raise LineTwice
        lines = tuple(
            Line(new_id(), one.use_code, one.amount, province_approval=one.province_approval)
            for one in self.lines
        )
        return sources, lines


class DraftBudget(Made, Content):
    """A fund's budget of a fiscal year (编制预算)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "fund": "reemployment",
                    "year": 2003,
                    "drafted_on": "2003-01-10",
                    **_LINES,
                    **_PLACE,
                }
            ]
        }
    )
    fund: Fund = Field(description="资金")
    year: int = Year
    drafted_on: FactDate

    def budget(self) -> Budget:
        sources, lines = self.content()
        return Budget(
            self.made_id, self.fund, self.year, self.area_code, self.office, sources, lines,
            drafted_by="", drafted_on=self.drafted_on,
        )  # fmt: skip


class ReviseBudget(Content):
    """Other sources and lines of a draft (修改草案)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-01-12", **_LINES}]})
    on: FactDate


class BudgetLineRow(Asked):
    """A line of a draft in a file: money of one source for one use (一行：一个来源用于一个用途)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"fund": "reemployment", "year": 2003, "use_code": "training-subsidy",
                 "source": "province", "amount": "1000000.00", "drafted_on": "2003-01-10", **_PLACE}
            ]
        }
    )  # fmt: skip
    fund: Fund = Field(description="资金")
    year: int = Year
    use_code: UseCode
    source: BudgetSource = Field(description="来源；carried-over 上年结转")
    amount: YuanPositive = Field(description="金额（元）")
    province_approval: Text | None = Field(default=None, description="省级批准文号")
    drafted_on: FactDate
    area_code: AreaCode
    office: OfficeCode

    def row(self) -> Drafted:
        return Drafted(**{name: getattr(self, name) for name in Drafted.__slots__})


class StepIn(Asked):
    """The day of an act (办理日期)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-01-15"}]})
    on: FactDate


class ApproveBudget(Asked):
    """Who approved, and when (批准)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"on": "2003-01-20", "approval": "再就业工作领导小组[2003]1号"}]
        }
    )
    on: FactDate
    approval: Text = Field(description="批准文号或会议（人民代表大会、领导小组）")


class ReleaseLine(Asked):
    """Money to set aside under a line (下达一笔)."""

    id: UUID | None = Field(default=None, description="所成资金安排的标识，可由客户端生成")
    use_code: UseCode
    amount: YuanPositive = Field(description="金额（元）")
    purpose: Text = Field(description="用途说明")


class ReleaseBudget(Asked):
    """Money released under a budget (下达)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"on": "2003-07-01",
                 "lines": [{"use_code": "training-subsidy", "amount": "500000.00", "purpose": "再就业培训"}]}
            ]
        }
    )  # fmt: skip
    on: FactDate
    lines: list[ReleaseLine] = Field(min_length=1, max_length=LINES_MAX)

    def asked(self) -> list[Release]:
        return [
            Release(one.id or new_id(), one.use_code, one.amount, one.purpose) for one in self.lines
        ]


class CloseBudget(Asked):
    """Why money is left at the year's end, who agreed, and where it goes (年终结转)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"on": "2004-01-05", "explanation": "培训班跨年", "approval": "黑市财[2004]1号",
                 "into_lines": ["training-subsidy"]}
            ]
        }
    )  # fmt: skip
    on: FactDate
    explanation: LongText = Field(description="结余说明")
    approval: Text = Field(description="财政批准文号")
    into_lines: list[UseCode] = Field(
        default=[], max_length=LINES_MAX,
        description="结转到下年预算同一科目的用途；其余转为未安排资金",
    )  # fmt: skip


class SourceBody(BaseModel):
    """Money that a budget counts on."""

    source: BudgetSource
    amount: Yuan


class LineBody(BaseModel):
    """One line: approved, released of it, and what of that is still free."""

    id: UUID
    use_code: str
    amount: Yuan = Field(description="预算数（批准后为批准数）")
    released: Yuan = Field(description="已下达（已安排）")
    unreleased: Yuan = Field(description="尚未下达")
    remaining: Yuan = Field(description="已下达中尚未预留、尚未支付的余额")
    carried: Yuan = Field(description="已结转下年")
    province_approval: str | None = Field(description="省级批准文号，无则为空")
    finding: UseFinding | None = Field(description="用途方面的问题，无则为空")


class BudgetStepBody(BaseModel):
    """Who did what, and under which reference."""

    act: str
    on: date
    by: str = Field(description="经办账号")
    approval: str | None
    note: str | None

    @classmethod
    def of(cls, step: Step) -> BudgetStepBody:
        return cls(
            act=step.act, on=step.on_day, by=step.done_by, approval=step.approval, note=step.note
        )


class BudgetBody(BaseModel):
    """A fund's budget of a fiscal year, how much of it is released, and what may be done next."""

    id: UUID
    fund: Fund
    year: int
    state: State = Field(description=terms(STATES))
    state_on: date = Field(description="最近一步的日期")
    available: Yuan = Field(description="来源合计（含上年结转）")
    amount: Yuan = Field(description="科目合计")
    released: Yuan = Field(description="已下达合计")
    sources: list[SourceBody]
    lines: list[LineBody]
    approval: str | None = Field(description="批准文号或会议")
    drafted_by: str = Field(description="编制账号")
    drafted_on: date
    area_code: str
    office: str
    version: int = Field(description="版本，用于 If-Match")
    allowed: list[str] = Field(description="下一步可办事项")
    steps: list[BudgetStepBody] = Field(description="办理经过（列表中为空）")

    @classmethod
    def of(cls, shown: Shown) -> BudgetBody:
        """From the domain's value."""
        one = shown.budget
        return cls(
            id=one.id, fund=one.fund, year=one.year, state=one.state, state_on=one.state_on,
            available=one.available, amount=one.amount, released=one.released,
            sources=[SourceBody(source=s, amount=a) for s, a in one.sources.items()],
            lines=[
                LineBody(
                    id=line.id, use_code=line.use_code, amount=line.amount, released=line.released,
                    unreleased=line.unreleased, remaining=shown.held.get(line.id, 0),
                    carried=line.carried,
                    province_approval=line.province_approval, finding=line.finding,
                )
                for line in one.lines
            ],
            approval=one.approval, drafted_by=one.drafted_by, drafted_on=one.drafted_on,
            area_code=one.area_code, office=one.office, version=one.version,
            allowed=list(one.allowed(sum(shown.held.values()))),
            steps=[BudgetStepBody.of(step) for step in shown.steps],
        )  # fmt: skip
