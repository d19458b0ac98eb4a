"""What is shown of benefits: lines of the ledger, what happened to them, months used, overlaps."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from kit.areas import AreaCode
from kit.money import Yuan
from kit.wire import terms
from registry.benefits import rules
from registry.benefits.domain import (
    TABLE,
    Act,
    ActKind,
    Cause,
    KeptBy,
    Kind,
    Overlap,
    Paid,
    Per,
    Takes,
)
from registry.benefits.reading import Line
from registry.benefits.usecases import Used

KIND = "种类：" + terms({kind: row.zh for kind, row in TABLE.items()})
CAUSE = "原因：" + terms(
    {
        "duplicate-grant": "同类待遇重复", "merge": "合并后重复", "after-life-fact": "退休、死亡等之后",
        "without-certificate": "未持优惠证", "after-revocation": "优惠证注销之后",
        "while-suspended": "优惠证中止期间", "after-expiry": "优惠证到期之后", "over-limit": "超过最长期限",
        "after-retirement-age": "达到法定退休年龄之后",
    }
)  # fmt: skip
ACT = "变动：" + terms(
    {
        "withdrawn": "从未给予", "confirmed": "已复核", "stopped": "停发",
        "recovery-ordered": "责令退回", "recovered": "已退回",
        "recovery-lifted": "撤销责令退回",
    }
)  # fmt: skip
KEPT_BY = "记在何处：" + terms(
    {
        "benefits": "享受台账", "unemployment-insurance": "失业保险金（经办机构告知）",
        "life-facts": "生命事实（民政部门告知）",
    }
)  # fmt: skip
TAKES = "占用月份：monthly 逐月，once 起始当月，note 不占用"
#: A month as people write it.
Month = Annotated[str, Field(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2003-09"])]


def told(month: date) -> str:
    return f"{month:%Y-%m}"


class BenefitOut(BaseModel):
    """A benefit in the ledger (享受记录), and where it is annotated."""

    id: UUID
    worker_id: UUID
    kind: Kind = Field(description=KIND)
    valid_from: date = Field(description="起始日")
    valid_to: date | None = Field(description="截止日；为空即未定")
    months: list[Month] = Field(description="现占用的月份")
    months_paid: list[Month] = Field(description="已发放且未全部退回的月份；未逐月告知发放的为空")
    amount: Yuan | None = Field(description="金额；逐月发放的为已发放减已退回；为空即未知")
    granted_by: str = Field(description="给予部门", examples=["jobs-market"])
    document: str | None = Field(description="依据文件")
    source_event: UUID = Field(description="来源事件；他部门告知而无事件的，为所告知的事实")
    about: UUID | None = Field(description="撤销后再次核定的，为所属补贴资格")
    kept_by: KeptBy = Field(description=KEPT_BY)
    certificate_id: UUID | None = Field(description="登记在哪本优惠证上；为空即无证")
    annotation_id: UUID | None = Field(description="证上登记的标识")
    reversed: bool = Field(description="已撤销，或证上登记已冲销")
    waiting: bool = Field(description="窗口登记、待第二人复核；复核前不占用月份、不计入")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, line: Line) -> BenefitOut:
        g = line.grant
        return cls(
            id=g.id, worker_id=g.worker_id, kind=g.kind, valid_from=g.valid_from,
            valid_to=g.valid_to, months=[told(month) for month in line.months],
            months_paid=[told(month) for month in line.months_paid], amount=line.amount_fen,
            granted_by=g.granted_by, document=g.document, source_event=g.source_event,
            about=g.about, kept_by=line.kept_by, certificate_id=line.certificate_id, annotation_id=line.annotation_id,
            reversed=line.reversed, waiting=line.waiting, area_code=line.area_code, office=line.office,
        )  # fmt: skip


class KindOut(BaseModel):
    """One row of the table of kinds (待遇种类)."""

    kind: Kind
    zh: str = Field(description="中文名称")
    en: str
    takes: Takes = Field(description=TAKES)
    clause: str = Field(description="依据")
    limit: str | None = Field(description="期限参数")
    per: Per = Field(description="期限按 life 终身、year 每年 或 grant 每次核定 计")
    certificate: bool = Field(description="须持有效优惠证")
    written: bool = Field(description="可由部门登记")


class KindsOut(BaseModel):
    """The table of kinds (待遇种类表)."""

    items: list[KindOut]


class ActOut(BaseModel):
    """What happened to a benefit afterwards (变动)."""

    id: UUID
    act: ActKind = Field(description=ACT)
    on: date
    amount: Yuan | None
    reason: str | None
    document: str | None

    @classmethod
    def of(cls, act: Act) -> ActOut:
        return cls(
            id=act.id, act=act.act, on=act.on, amount=act.amount_fen, reason=act.reason,
            document=act.document,
        )  # fmt: skip


class ActsOut(BaseModel):
    """A benefit's acts in the order of record, and what is still owed (变动明细)."""

    benefit_id: UUID
    owed: Yuan = Field(description="尚欠退回金额")
    items: list[ActOut]

    @classmethod
    def of(cls, benefit_id: UUID, acts: list[Act]) -> ActsOut:
        owed = rules.account(acts).owed_fen
        return cls(benefit_id=benefit_id, owed=owed, items=[ActOut.of(act) for act in acts])


class PaymentOut(BaseModel):
    """Money paid of a benefit for a period, and what came back (发放与退回)."""

    id: UUID = Field(description="告知发放的事件")
    programme: str = Field(description="补贴项目代码", examples=["si-enterprise"])
    valid_from: date = Field(description="所属期间起始日")
    valid_to: date = Field(description="所属期间截止日")
    amount: Yuan = Field(description="发放金额")
    recovered: Yuan = Field(description="已退回金额")
    whole: bool = Field(description="已全部退回，月份不再计入")
    claim_id: UUID | None = Field(description="所属申领")
    decision_id: UUID = Field(description="所依据的决定")

    @classmethod
    def of(cls, one: Paid) -> PaymentOut:
        p = one.payment
        return cls(
            id=p.id, programme=p.programme, valid_from=p.valid_from, valid_to=p.valid_to,
            amount=p.amount_fen, recovered=one.recovered_fen, whole=one.whole,
            claim_id=p.claim_id, decision_id=p.decision_id,
        )  # fmt: skip


class PaymentsOut(BaseModel):
    """What was paid of one benefit, by period (发放明细)."""

    benefit_id: UUID
    items: list[PaymentOut]


class OverlapOut(BaseModel):
    """Months that nobody should have had (重复或越界享受), for recovery."""

    id: UUID
    worker_id: UUID = Field(description="劳动者（合并后为保留的档案）")
    kind: Kind = Field(description=KIND)
    cause: Cause = Field(description=CAUSE)
    benefit_id: UUID = Field(description="应退回的待遇")
    other_id: UUID | None = Field(description="与之重复的待遇；为空即无权享受的期间")
    months: list[Month] = Field(description="涉及月份")
    found_on: date = Field(description="发现日期")
    standing: bool = Field(description="仍然存在")
    area_code: AreaCode
    office: str = Field(description="经办机构")

    @classmethod
    def of(cls, o: Overlap) -> OverlapOut:
        return cls(
            id=o.id, worker_id=o.person_id, kind=o.kind, cause=o.cause, benefit_id=o.benefit_id,
            other_id=o.other_id, months=[told(month) for month in o.months], found_on=o.found_on,
            standing=o.standing, area_code=o.area_code, office=o.office,
        )  # fmt: skip


class SharePart(BaseModel):
    """The months that one benefit holds of a kind."""

    benefit_id: UUID
    months: list[Month]


class UsedOut(BaseModel):
    """Months or times of one kind (已享受月数)."""

    kind: Kind = Field(description=KIND)
    takes: Takes = Field(description=TAKES)
    used: int = Field(description="已享受月数（或次数）；人员合并后取并集")
    months: list[Month]
    benefits: list[SharePart]
    limit: int | None = Field(description="最长月数（或次数）；为空即当日规定无期限")
    clause: str | None = Field(description="依据")
    remaining: int | None = Field(description="剩余")
    until: date | None = Field(description="临近退休可享受至此日（B9）")

    @classmethod
    def of(cls, u: Used) -> UsedOut:
        return cls(
            kind=u.kind, takes=TABLE[u.kind].takes, used=len(u.months),
            months=[told(month) for month in u.months],
            benefits=[
                SharePart(benefit_id=id, months=[told(month) for month in months])
                for id, months in u.of.items()
            ],
            limit=u.limit, clause=u.clause, remaining=u.remaining, until=u.until,
        )  # fmt: skip


class BenefitMonthsOut(BaseModel):
    """Months used by one person, kind by kind (享受月数)."""

    worker_id: UUID
    on: date = Field(description="按此日的规定")
    kinds: list[UsedOut]
