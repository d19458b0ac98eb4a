"""The kinds of facts that a case can state. Each becomes individual facts about individuals.

A fact without ``area`` and ``office`` speaks of the whole city. ``part_of`` names the fact whose
part it is: it adds nothing, it says how much of the whole lies at a place. What remains of a whole
lies at none of the places that its parts name.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from local.city.quantities import Area, Count, Key, Money, Period, Share, Strict, fen_of

Channel = Literal[
    "private_economy", "tertiary_industry", "public_welfare_4050", "labour_export",
    "within_enterprise", "flexible", "farming", "new_investment",
]  # fmt: skip
ReliefItem = Literal[
    "registration", "self_employed_management", "market_management", "other_departments",
    "business_tax", "urban_construction_tax", "education_surcharge", "income_tax",
]  # fmt: skip
Fund = Literal["reemployment", "living_allowance"]


class Fact(Strict):
    """What every fact says about itself."""

    id: Key = Field(description="本案内唯一 (unique in the case; idempotency keys are made of it)")
    period: Period = Field(description="事实发生的期间 (when it happened)")
    area: Area | None = Field(default=None, description="地区；缺省为全市 (none: the whole city)")
    office: str | None = Field(default=None, description="经办机构代码，如市直 (an office's code)")
    part_of: Key | None = Field(default=None, description="属于哪条事实 (the whole it is part of)")
    status: Literal["source", "implied", "model"] = Field(
        default="source",
        description="来源所载、比例推出、或模型设定 (printed, forced by a percentage, or modelled)",
    )
    note: str | None = None


class CertificatesIssued(Fact):
    """Certificates handed out to persons whom registry's rule granted one."""

    kind: Literal["certificates-issued"]
    count: Count


class Placements(Fact):
    """Persons who found work, each with one confirmed placement."""

    kind: Literal["placements"]
    count: Count
    population: Literal["base", "outside"] = Field(
        description="再就业(基数内)或就业(基数外) (from the base: re-employed; outside: employed)"
    )
    channels: dict[Channel, Count] = Field(
        default_factory=dict,
        description="各渠道人数，合计须等于 count；部分可缺省 (adds to count; parts may omit it)",
    )
    certificate_share: Share = Field(
        default="0.85", description="其中已持证者比例 (share that holds an issued certificate)"
    )

    @model_validator(mode="after")
    def _adds(self) -> Self:
        if self.channels and sum(self.channels.values()) != self.count:
            raise ValueError("各渠道之和不等于 count / the channels do not add to count")
        if self.population == "outside" and self.channels:
            raise ValueError("基数外就业不分渠道 / channels belong to re-employment")
        if self.population == "base" and not self.channels and self.part_of is None:
            raise ValueError("再就业须分渠道 / re-employment says its channels")
        return self


class PostsOpened(Fact):
    """Posts that employers opened (gross)."""

    kind: Literal["posts-opened"]
    count: Count
    new_investment: Share = "0.1"


class PostsLost(Fact):
    """Posts that employers closed."""

    kind: Literal["posts-lost"]
    count: Count


class Relief(Fact):
    """Taxes or fees that were not charged: postings whose items add exactly to the amounts."""

    kind: Literal["relief"]
    relief: Literal["fee", "tax", "other"]
    unit: Literal["person", "household"] = Field(
        description="受益单位 (persons are not households)"
    )
    count: Count = Field(description="受益人数或户数 (beneficiaries)")
    items: dict[ReliefItem, Money]
    authority: str = Field(default="工商行政管理局", description="减免机关 (who did not charge)")
    stated_total: Money | None = Field(
        default=None, description="机关自报合计，可与分项不符 (as stated, even where items differ)"
    )

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.count and any(fen_of(amount) for amount in self.items.values()):
            raise ValueError("有金额而无受益者 / an amount needs a beneficiary")
        return self


class Pairing(Fact):
    """Persons helped one to one; ``placed`` of them are among the placements of the base."""

    kind: Literal["pairing"]
    count: Count
    placed: Count

    @model_validator(mode="after")
    def _subset(self) -> Self:
        if self.placed > self.count:
            raise ValueError("安置数大于帮扶数 / more placed than paired")
        return self


class Training(Fact):
    """Classes and the persons who finished them; ``employed`` found work after their class."""

    kind: Literal["training"]
    classes: Count
    count: Count = Field(description="培训人数：合格与不合格 (finished: passed or failed)")
    employed: Count = Field(default=0, description="其中实现再就业 (of these re-employed)")
    passed: Share = Field(default="0.95", description="合格率 (share that passed)")
    dropped: Count = Field(default=0, description="另有中途退出 (dropped out; not in count)")

    @model_validator(mode="after")
    def _subset(self) -> Self:
        if self.employed > self.count:
            raise ValueError("再就业数大于培训数 / more employed than trained")
        if self.count and not self.classes:
            raise ValueError("有学员而无班次 / trained persons need a class")
        return self


class Appropriation(Fact):
    """Money that arrived for a fund."""

    kind: Literal["appropriation"]
    fund: Fund
    source: Literal["central", "province", "city", "county", "donation", "enterprise", "raised"]
    amount: Money
    approval: str | None = None
    document: str | None = None


class Arrangement(Fact):
    """Money of a fund set aside for a use. An approval is given only where the source gives one."""

    kind: Literal["arrangement"]
    fund: Fund
    use_code: Key
    purpose: str
    amount: Money
    approval: str | None = None


class Payment(Fact):
    """Money paid out of an arrangement, in ``count`` payments."""

    kind: Literal["payment"]
    arrangement: Key = Field(description="所属安排的事实 (the arrangement it is paid from)")
    amount: Money
    count: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    payee_kind: Literal["person", "employer", "provider", "agency", "insurance_agency", "fund"] = (
        "agency"
    )


class GuaranteeContribution(Fact):
    """Money put into the loan guarantee fund."""

    kind: Literal["guarantee-contribution"]
    level: Literal["province", "city", "county"]
    amount: Money
    contributor: str = "财政局"


class Loans(Fact):
    """Small loans to certificate holders; amounts add exactly, none above the cap of the day."""

    kind: Literal["loans"]
    count: Count
    amount: Money
    cap: Money = "20000 元"
    term_months: Annotated[int, Field(ge=1, le=24)] = 24
    repaid: Money = Field(default="0 元", description="至期末已还本金 (principal repaid so far)")

    @model_validator(mode="after")
    def _within(self) -> Self:
        if fen_of(self.amount) > self.count * fen_of(self.cap):
            raise ValueError("平均金额超过上限 / the average is above the cap")
        if fen_of(self.repaid) > fen_of(self.amount):
            raise ValueError("还款大于贷款 / more repaid than lent")
        return self


class JobseekerRegistrations(Fact):
    """Registrations of persons who look for work (one per person and fact)."""

    kind: Literal["jobseeker-registrations"]
    count: Count


class Vacancies(Fact):
    """Vacant posts that employers reported: the sum of their headcounts."""

    kind: Literal["vacancies"]
    count: Count


class Introductions(Fact):
    """Referrals to a vacancy; ``hired`` of them succeeded."""

    kind: Literal["introductions"]
    count: Count = Field(description="推荐人次 (referrals)")
    hired: Count = Field(description="其中成功 (of these hired)")

    @model_validator(mode="after")
    def _subset(self) -> Self:
        if self.hired > self.count:
            raise ValueError("成功数大于推荐数 / more hired than referred")
        return self


AnyFact = Annotated[
    CertificatesIssued
    | Placements
    | PostsOpened
    | PostsLost
    | Relief
    | Pairing
    | Training
    | Appropriation
    | Arrangement
    | Payment
    | GuaranteeContribution
    | Loans
    | JobseekerRegistrations
    | Vacancies
    | Introductions,
    Field(discriminator="kind"),
]
