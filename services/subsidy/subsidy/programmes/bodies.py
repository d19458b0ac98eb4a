"""Facts as a caller writes them: the same names as in ``facts.py``, amounts in yuan, months ``2003-09``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from kit.decisions import Rule, rederive
from kit.money import YuanNotNegative, YuanPositive
from kit.wire import Asked, ShortText
from subsidy.programmes.facts import Facts, Part, Payer, Sex
from subsidy.programmes.record import RULES, explain, facts_of

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
#: Bounded, so that the anniversaries of every day exist.
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31), examples=["2003-09-15"])]
BirthDay = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2099, 12, 31))]
Month = Annotated[
    str, Field(pattern=r"^(199[0-9]|20[0-9]{2})-(0[1-9]|1[0-2])$", examples=["2003-09"])
]
Term = Annotated[int, Field(ge=1, le=600)]
Count = Annotated[int, Field(ge=0, le=100_000)]
Used = Annotated[
    dict[Code, Annotated[int, Field(ge=0, le=600)]],
    Field(max_length=20, description="各计数器此前已用月（次）数"),
]
Taken = Annotated[tuple[Code, ...], Field(max_length=20, description="当月已享受的补贴种类")]


class SpellIn(Asked):
    """From one day to another, both included; without ``until`` it goes on."""

    since: Day
    until: Day | None = None


class RecognitionIn(SpellIn):
    """A recognised difficulty (就业困难对象认定)."""

    kind: Code = Field(description="认定类别", examples=["4050"])


class PersonIn(Asked):
    """The person, without name or number."""

    sex: Sex
    birth_date: BirthDay
    cadre: bool = Field(default=False, description="女干部（55周岁退休）")
    certificates: tuple[SpellIn, ...] = Field(
        default=(), max_length=20, description="《再就业优惠证》有效期"
    )
    recognitions: tuple[RecognitionIn, ...] = Field(
        default=(), max_length=20, description="就业困难对象认定"
    )
    unemployed: tuple[SpellIn, ...] = Field(default=(), max_length=50, description="失业登记期间")
    left_on: Day | None = Field(default=None, description="退休、死亡、参军、出境定居等之日")


class WorkIn(Asked):
    """An employment, a public-welfare post or flexible work."""

    started_on: Day
    contract_months: Term | None = Field(default=None, description="劳动合同期限（月），无合同为空")
    wage: YuanNotNegative = Field(default_factory=int, description="月工资")
    sector: Code | None = Field(default=None, description="行业")
    new_post: bool = Field(default=False, description="新增岗位")
    ended_on: Day | None = Field(default=None, description="最后工作日")
    voided: bool = Field(default=False, description="安置记录已作废")
    approved_on: Day | None = Field(default=None, description="初次核定（申请）补贴之日")
    renewed_until: Day | None = Field(default=None, description="逐年延续核准至")
    sole_occupant: bool = Field(default=True, description="当月岗位无他人占用")


class ContributionIn(Asked):
    """One insurance paid for the month."""

    insurance: Literal["pension", "medical", "unemployment"]
    base: YuanPositive = Field(description="缴费基数")
    payer: Payer = Field(description="缴费方：本单位 employer、本人 self、其他单位 other")


class MonthIn(Asked):
    """One person's month of work (社会保险补贴、岗位补贴)."""

    of: Literal["month"]
    month: Month
    person: PersonIn
    work: WorkIn
    contributions: tuple[ContributionIn, ...] = Field(default=(), max_length=20)
    used: Used = Field(default_factory=dict)
    taken: Taken = ()


class AllowanceIn(Asked):
    """One laid-off person's month in a centre (基本生活费)."""

    of: Literal["allowance"]
    month: Month
    person: PersonIn
    agreement: SpellIn = Field(description="进中心协议期")
    working: tuple[SpellIn, ...] = Field(default=(), max_length=50, description="再就业期间")
    enterprise_pays: YuanNotNegative = Field(
        default_factory=int, description="企业承担部分到位金额"
    )
    recognised_on: Day | None = Field(default=None, description="三部门联合认定之日")
    used: Used = Field(default_factory=dict)
    taken: Taken = ()


class TrainingIn(Asked):
    """One trained person of a class that is over (培训补贴)."""

    of: Literal["training"]
    person: PersonIn
    opened_on: Day
    completed_on: Day
    claimed_on: Day
    provider_qualified: bool = Field(description="培训机构经认定")
    completed: Count = Field(description="结业人数")
    class_passed: Count = Field(description="合格人数")
    class_employed: Count = Field(description="再就业人数")
    passed: bool = Field(description="本人合格")
    employed_on: Day | None = Field(default=None, description="本人就业之日")
    part: Part = Field(default="whole", description="期次：一次性 whole、首期 first、二期 second")
    first_part_paid: bool = False
    used: Used = Field(default_factory=dict)


class IntroductionIn(Asked):
    """One introduced person (职业介绍补贴)."""

    of: Literal["introduction"]
    person: PersonIn
    work: WorkIn
    claimed_on: Day
    free_of_charge: bool = Field(description="未向本人收费")
    group: Code = Field(description="对象类别", examples=["certificate"])
    used: Used = Field(default_factory=dict)


class ProjectIn(Asked):
    """A project or a body's budget (社区工作补贴、市场建设)."""

    of: Literal["project"]
    approved_on: Day
    claimed_on: Day
    approval: ShortText | None = Field(default=None, description="批准文号")
    approved: YuanNotNegative = Field(description="批准金额")
    spent: YuanNotNegative = Field(description="凭证支出")
    paid: YuanNotNegative = Field(default_factory=int, description="此前已付")
    provincial_approval: ShortText | None = Field(default=None, description="省级批准文号")


_EXAMPLE: JsonDict = {
    "facts": {
        "of": "month",
        "month": "2003-09",
        "person": {
            "sex": "female",
            "birth_date": "1965-05-04",
            "certificates": [{"since": "2003-01-10", "until": "2006-01-09"}],
        },
        "work": {
            "started_on": "2003-09-01", "contract_months": 12, "wage": "600.00",
            "sector": "commerce", "new_post": True,
        },
        "contributions": [
            {"insurance": "pension", "base": "600.00", "payer": "employer"},
            {"insurance": "unemployment", "base": "600.00", "payer": "employer"},
        ],
    }
}  # fmt: skip


class TryFacts(Asked):
    """Facts to be assessed; nothing is kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    facts: Annotated[
        MonthIn | AllowanceIn | TrainingIn | IntroductionIn | ProjectIn,
        Field(discriminator="of"),
    ]

    def read(self) -> Facts:
        """The facts as the domain has them: fen, and months by their first day."""
        told = self.facts.model_dump()
        if "month" in told:
            told["month"] += "-01"
        return facts_of(told)


class DecisionOut(BaseModel):
    """A line's decision with its reasons in both languages; it re-derives from its record alone."""

    id: UUID
    granted: bool
    clause: str | None = Field(description="首个不符合的条款")
    explained_zh: list[str]
    explained_en: list[str]
    rederives: bool = Field(description="由记录重新推导结果一致")
    record: dict[str, Any]

    @classmethod
    def of(cls, one: dict[str, Any], rules: Mapping[str, Rule] = RULES) -> DecisionOut:
        """``rules``: by which it may have been decided."""
        failing = next((each for each in one["conditions"] if not each["passed"]), None)
        return cls(
            id=UUID(one["id"]), granted=one["granted"],
            clause=failing and f"{failing['clause']}/{failing['code']}",
            explained_zh=explain(one, "zh"), explained_en=explain(one, "en"),
            rederives=rederive(one, rules).same, record=one,
        )  # fmt: skip
