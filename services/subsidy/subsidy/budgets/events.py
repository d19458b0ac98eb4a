"""What is told of budgets."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from kit.events import EventType
from kit.money import Yuan, YuanNotNegative, YuanPositive
from subsidy import examples
from subsidy.arrangements.domain import UseFinding
from subsidy.budgets.domain import BudgetSource
from subsidy.funds.domain import Fund


class BudgetSourceTold(BaseModel):
    """Money that a budget counts on."""

    source: BudgetSource = Field(description="来源；carried-over 上年结转")
    amount: YuanPositive = Field(description="金额")


class BudgetLineTold(BaseModel):
    """What a budget provides for one use."""

    use_code: str = Field(description="用途代码")
    amount: YuanNotNegative = Field(description="金额")
    finding: UseFinding | None = Field(default=None, description="用途方面的问题，无则为空")


class BudgetApproved(BaseModel):
    """A fund's budget of a fiscal year was approved."""

    fund: Fund
    year: int = Field(description="预算年度")
    amount: YuanNotNegative = Field(description="批准总额")
    approval: str = Field(description="批准文号或会议")
    sources: list[BudgetSourceTold]
    lines: list[BudgetLineTold]


class ReleasedLineTold(BaseModel):
    """Money that a budget's line set aside."""

    arrangement_id: UUID
    use_code: str
    amount: YuanPositive


class BudgetReleased(BaseModel):
    """Money was released under a budget; each part is an arrangement from now on."""

    fund: Fund
    year: int
    amount: YuanPositive = Field(description="本次下达总额")
    lines: list[ReleasedLineTold]


class MovedLineTold(BaseModel):
    """What a reallocation did to one line."""

    use_code: str
    change: Yuan = Field(description="增减额")
    amount: YuanNotNegative = Field(description="调剂后批准数")
    finding: UseFinding | None = Field(default=None, description="用途方面的问题，无则为空")


class BudgetReallocated(BaseModel):
    """Money was moved between a budget's lines, or came to them from sources named anew."""

    fund: Fund
    year: int
    approval: str = Field(description="批准文号")
    sources: list[BudgetSourceTold]
    lines: list[MovedLineTold]


class ClosedLineTold(BaseModel):
    """One line at the end of its year."""

    use_code: str
    amount: YuanNotNegative = Field(description="批准数")
    released: YuanNotNegative = Field(description="已下达")
    carried: YuanNotNegative = Field(description="本次结转")
    into_line: bool = Field(description="是否转入下年同一科目；否则转为未安排资金")


class LineExhausted(BaseModel):
    """A line was released whole, and what it set aside is reserved or paid: it has no money left."""

    fund: Fund
    year: int
    use_code: str
    amount: YuanPositive = Field(description="批准数")


class BudgetClosed(BaseModel):
    """A budget's year ended; what was left is carried over."""

    fund: Fund
    year: int
    carried: YuanNotNegative = Field(description="本次结转总额")
    explanation: str = Field(description="结余说明")
    approval: str = Field(description="财政批准文号")
    lines: list[ClosedLineTold]


BUDGET_APPROVED = EventType(
    "subsidy.budget.approved.v1", BudgetApproved, "预算批准", "Budget approved",
    {"fund": "reemployment", "year": 2003, "amount": "4000000.00", "approval": "黑市就领发[2003]2号",
     "sources": [{"source": "province", "amount": "5000000.00"}],
     "lines": [
         {"use_code": "training-subsidy", "amount": "1000000.00", "finding": None},
         {"use_code": "severance", "amount": "3000000.00", "finding": "use-outside-permitted-list"},
     ]},
)  # fmt: skip
BUDGET_RELEASED = EventType(
    "subsidy.budget.released.v1", BudgetReleased, "预算下达", "Budget released",
    {"fund": "reemployment", "year": 2003, "amount": "500000.00",
     "lines": [{"arrangement_id": examples.ARRANGEMENT, "use_code": "training-subsidy", "amount": "500000.00"}]},
)  # fmt: skip
BUDGET_REALLOCATED = EventType(
    "subsidy.budget.reallocated.v1", BudgetReallocated, "预算调剂", "Budget reallocated",
    {"fund": "reemployment", "year": 2003, "approval": "黑市财[2003]21号", "sources": [],
     "lines": [
         {"use_code": "training-subsidy", "change": "-200000.00", "amount": "800000.00", "finding": None},
         {"use_code": "post-subsidy", "change": "200000.00", "amount": "200000.00", "finding": None},
     ]},
)  # fmt: skip
LINE_EXHAUSTED = EventType(
    "subsidy.budget.line-exhausted.v1", LineExhausted, "预算科目用尽", "Budget line exhausted",
    {"fund": "reemployment", "year": 2003, "use_code": "training-subsidy", "amount": "800000.00"},
)  # fmt: skip
BUDGET_CLOSED = EventType(
    "subsidy.budget.closed.v1", BudgetClosed, "预算年终结转", "Budget closed",
    {"fund": "reemployment", "year": 2003, "carried": "20000.00", "explanation": "培训班跨年",
     "approval": "黑市财[2004]1号",
     "lines": [
         {"use_code": "training-subsidy", "amount": "800000.00", "released": "500000.00",
          "carried": "20000.00", "into_line": True},
     ]},
)  # fmt: skip

TOLD = (BUDGET_APPROVED, BUDGET_RELEASED, BUDGET_REALLOCATED, BUDGET_CLOSED, LINE_EXHAUSTED)
