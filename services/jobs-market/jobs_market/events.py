"""What jobs-market tells others, and its slim copies of what it hears.

Amounts are yuan as text. Nothing here names a person: only registry's pseudonymous ``worker_id``.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from jobs_market.employers.domain import Ownership, Sector
from jobs_market.enrolments.domain import Result
from jobs_market.placements.domain import Channel, EndReason, VoidReason
from jobs_market.posts.domain import LossReason
from jobs_market.public_welfare_posts.domain import PostKind
from jobs_market.referrals.domain import Outcome
from jobs_market.training_classes.domain import ClassKind
from jobs_market.vacancies.domain import CloseReason
from kit.events import Catalogue, EventType
from kit.money import YuanNotNegative

_WORKER = "019a9d2c-8f00-7000-8000-000000000a01"
_EMPLOYER = "019a9d2c-8f00-7000-8000-000000000b01"
_PLACEMENT = "019a9d2c-8f00-7000-8000-000000000c01"
_CLASS = "019a9d2c-8f00-7000-8000-000000000d01"
_VACANCY = "019a9d2c-8f00-7000-8000-000000000e01"
_JOBSEEKER = "019a9d2c-8f00-7000-8000-000000000f01"


def payload(**fields: object) -> dict[str, Any]:
    """The data of an event in wire form: ids and days as text (the driver's ids are no plain UUIDs)."""
    return {
        name: str(value) if isinstance(value, UUID | date) else value
        for name, value in fields.items()
    }


class EmployerRegistered(BaseModel):
    name: str = Field(description="单位名称")
    uscc: str | None = Field(description="统一社会信用代码")
    organisation_code: str | None = Field(description="组织机构代码（九位，不含连字符）")
    sector: Sector = Field(description="行业")
    ownership: Ownership = Field(description="经济类型")


class PostOpened(BaseModel):
    employer_id: UUID
    sector: Sector = Field(description="行业")
    new_investment: bool = Field(description="是否招商引资新上项目")


class PostLost(BaseModel):
    employer_id: UUID
    sector: Sector = Field(description="行业")
    reason: LossReason = Field(description="减少原因")


class VacancyReported(BaseModel):
    employer_id: UUID
    headcount: int = Field(description="招聘人数")
    wage: YuanNotNegative = Field(description="月工资，元")
    term_months: int | None = Field(description="合同期限，月；空为无固定期限")
    occupation: str = Field(description="工种")


class VacancyClosed(BaseModel):
    employer_id: UUID
    reason: CloseReason = Field(description="关闭原因")


class JobseekerRegistered(BaseModel):
    worker_id: UUID
    valid_until: date = Field(description="有效期至（含当日）")


class JobseekerWithdrawn(BaseModel):
    worker_id: UUID
    reason: str = Field(description="注销原因")


class ReferralIssued(BaseModel):
    worker_id: UUID
    vacancy_id: UUID
    jobseeker_id: UUID


class ReferralResolved(BaseModel):
    worker_id: UUID
    vacancy_id: UUID
    outcome: Outcome = Field(description="介绍结果")


class PlacementConfirmed(BaseModel):
    worker_id: UUID
    employer_id: UUID | None
    channel: Channel = Field(description="就业渠道")
    started_on: date = Field(description="上岗日期 = validfrom")
    contract_months: int | None = Field(description="劳动合同期限，月")
    wage: YuanNotNegative | None = Field(description="月工资，元")
    new_post: bool = Field(description="是否新增岗位")
    post_id: UUID | None
    public_welfare_post_id: UUID | None
    sector: Sector | None = Field(description="用人单位行业")
    training_class_id: UUID | None
    referral_id: UUID | None


class PlacementEnded(BaseModel):
    worker_id: UUID
    ended_on: date = Field(description="终止日期")
    reason: EndReason = Field(description="终止原因")


class PlacementVoided(BaseModel):
    worker_id: UUID
    reason: VoidReason = Field(description="撤销原因")


class PublicWelfarePostDeveloped(BaseModel):
    employer_id: UUID
    kind: PostKind = Field(description="岗位类别")


class Occupant(BaseModel):
    worker_id: UUID
    placement_id: UUID


class TrainingClassOpened(BaseModel):
    provider: str = Field(description="培训机构")
    subject: str = Field(description="培训专业")
    kind: ClassKind = Field(description="培训类别")
    planned: int = Field(description="计划人数")
    ends_on: date = Field(description="最后授课日")


class TrainingClassCompleted(BaseModel):
    enrolled: int
    passed: int
    failed: int
    dropped: int


class Enrolled(BaseModel):
    worker_id: UUID
    class_id: UUID


class Resulted(Enrolled):
    result: Result = Field(description="培训结果")


class Employed(Enrolled):
    placement_id: UUID = Field(description="结业后的就业")


def _event(fact: str, data: type[BaseModel], zh: str, en: str, /, **example: Any) -> EventType:
    return EventType(f"jobs-market.{fact}.v1", data, zh, en, example)


EMPLOYER_REGISTERED = _event(
    "employer.registered", EmployerRegistered, "用人单位已登记", "An employer is registered",
    name="黑河市利民商店", uscc=None, organisation_code="702890015", sector="commerce",
    ownership="private",
)  # fmt: skip
POST_OPENED = _event(
    "post.opened", PostOpened, "新增就业岗位", "A post is opened",
    employer_id=_EMPLOYER, sector="commerce", new_investment=False,
)  # fmt: skip
POST_LOST = _event(
    "post.lost", PostLost, "减少就业岗位", "A post is lost",
    employer_id=_EMPLOYER, sector="commerce", reason="layoff",
)  # fmt: skip
VACANCY_REPORTED = _event(
    "vacancy.reported", VacancyReported, "空岗已申报", "A vacancy is reported",
    employer_id=_EMPLOYER, headcount=2, wage="600.00", term_months=12, occupation="营业员",
)  # fmt: skip
VACANCY_CLOSED = _event(
    "vacancy.closed", VacancyClosed, "空岗已关闭", "A vacancy is closed",
    employer_id=_EMPLOYER, reason="filled",
)  # fmt: skip
JOBSEEKER_REGISTERED = _event(
    "jobseeker.registered", JobseekerRegistered, "求职已登记", "A person registers as job-seeker",
    worker_id=_WORKER, valid_until="2003-08-01",
)  # fmt: skip
JOBSEEKER_WITHDRAWN = _event(
    "jobseeker.withdrawn", JobseekerWithdrawn, "求职登记已注销", "A job-seeker withdraws",
    worker_id=_WORKER, reason="placed",
)  # fmt: skip
REFERRAL_ISSUED = _event(
    "referral.issued", ReferralIssued, "已开具介绍信", "A referral letter is issued",
    worker_id=_WORKER, vacancy_id=_VACANCY, jobseeker_id=_JOBSEEKER,
)  # fmt: skip
REFERRAL_RESOLVED = _event(
    "referral.resolved", ReferralResolved, "介绍已有结果", "A referral has its outcome",
    worker_id=_WORKER, vacancy_id=_VACANCY, outcome="hired",
)  # fmt: skip
PLACEMENT_CONFIRMED = _event(
    "placement.confirmed", PlacementConfirmed, "就业已确认", "A placement is confirmed",
    worker_id=_WORKER, employer_id=_EMPLOYER, channel="tertiary_industry",
    started_on="2003-06-01", contract_months=36, wage="600.00", new_post=True, post_id=None,
    public_welfare_post_id=None, sector="commerce", training_class_id=None, referral_id=None,
)  # fmt: skip
PLACEMENT_ENDED = _event(
    "placement.ended", PlacementEnded, "就业已终止", "A placement has ended",
    worker_id=_WORKER, ended_on="2003-09-30", reason="resigned",
)  # fmt: skip
PLACEMENT_VOIDED = _event(
    "placement.voided", PlacementVoided, "就业已撤销", "A placement is voided",
    worker_id=_WORKER, reason="fake_contract",
)  # fmt: skip
PUBLIC_WELFARE_POST_DEVELOPED = _event(
    "public-welfare-post.developed", PublicWelfarePostDeveloped, "公益性岗位已开发",
    "A public-welfare post is developed", employer_id=_EMPLOYER, kind="cleaning",
)  # fmt: skip
PUBLIC_WELFARE_POST_OCCUPIED = _event(
    "public-welfare-post.occupied", Occupant, "公益性岗位已上岗", "A public-welfare post is occupied",
    worker_id=_WORKER, placement_id=_PLACEMENT,
)  # fmt: skip
PUBLIC_WELFARE_POST_VACATED = _event(
    "public-welfare-post.vacated", Occupant, "公益性岗位已空出", "A public-welfare post is vacated",
    worker_id=_WORKER, placement_id=_PLACEMENT,
)  # fmt: skip
TRAINING_CLASS_OPENED = _event(
    "training-class.opened", TrainingClassOpened, "培训班已开班", "A training class is opened",
    provider="市就业训练中心", subject="烹饪", kind="vocational", planned=45, ends_on="2003-06-30",
)  # fmt: skip
TRAINING_CLASS_COMPLETED = _event(
    "training-class.completed", TrainingClassCompleted, "培训班已结业",
    "A training class is completed", enrolled=45, passed=42, failed=2, dropped=1,
)  # fmt: skip
ENROLMENT_ENROLLED = _event(
    "enrolment.enrolled",
    Enrolled,
    "已参加培训",
    "A person enrols",
    worker_id=_WORKER,
    class_id=_CLASS,
)
ENROLMENT_RESULTED = _event(
    "enrolment.resulted", Resulted, "培训已有结果", "An enrolment has its result",
    worker_id=_WORKER, class_id=_CLASS, result="passed",
)  # fmt: skip
ENROLMENT_EMPLOYED = _event(
    "enrolment.employed", Employed, "培训后已就业", "A trained person is employed",
    worker_id=_WORKER, class_id=_CLASS, placement_id=_PLACEMENT,
)  # fmt: skip
ENROLMENT_UNEMPLOYED = _event(
    "enrolment.unemployed", Employed, "培训后就业已撤销", "The employment after training is reversed",
    worker_id=_WORKER, class_id=_CLASS, placement_id=_PLACEMENT,
)  # fmt: skip

CATALOGUE = Catalogue(
    "jobs-market",
    [
        EMPLOYER_REGISTERED,
        POST_OPENED,
        POST_LOST,
        VACANCY_REPORTED,
        VACANCY_CLOSED,
        JOBSEEKER_REGISTERED,
        JOBSEEKER_WITHDRAWN,
        REFERRAL_ISSUED,
        REFERRAL_RESOLVED,
        PLACEMENT_CONFIRMED,
        PLACEMENT_ENDED,
        PLACEMENT_VOIDED,
        PUBLIC_WELFARE_POST_DEVELOPED,
        PUBLIC_WELFARE_POST_OCCUPIED,
        PUBLIC_WELFARE_POST_VACATED,
        TRAINING_CLASS_OPENED,
        TRAINING_CLASS_COMPLETED,
        ENROLMENT_ENROLLED,
        ENROLMENT_RESULTED,
        ENROLMENT_EMPLOYED,
        ENROLMENT_UNEMPLOYED,
    ],
)


class _Heard(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class WorkerRegistered(_Heard):
    """registry.worker.registered.v1: no more of it than is used here."""

    sex: str
    birth_date: date
    labour_status: str
    category: str
    population: str


class CategoryCorrected(_Heard):
    """registry.worker.category-corrected.v1"""

    category: str


class WorkerCorrected(_Heard):
    """registry.worker.corrected.v1: the values that hold now; the place is that of the event."""

    attributes: list[str]
    sex: str
    birth_date: date


class DifficultyRecognised(_Heard):
    """registry.difficulty.recognised.v1"""

    worker_id: UUID
    kind: str


class DifficultyReinstated(_Heard):
    """registry.difficulty.reinstated.v1"""

    worker_id: UUID
    kind: str
    recognised_on: date


class DifficultyExited(_Heard):
    """registry.difficulty.exited.v1"""

    worker_id: UUID
    kind: str
