"""What is sent and shown about certificates."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from kit.areas import AreaCode
from kit.ids import new_id, own
from kit.wire import Asked, Text
from registry.certificates.acts import ACTS, State
from registry.certificates.applying import Apply
from registry.certificates.cases import Case
from registry.certificates.domain import (
    RefusalReason,
    RevocationReason,
    Transition,
)
from registry.certificates.evidence import (
    Evidence,
    EvidenceKind,
)
from registry.certificates.issuing import Issue
from registry.certificates.usecases import Paper
from registry.workers.domain import Category

TAG = "certificates 再就业优惠证"
STATE = (
    "状态：applied 已申请，checked 已审核，publicised 已公示，under_investigation 异议调查中，"
    "approved 已批准待市级确认，"
    "issued 已发证，suspended 年检逾期暂停，lost 已挂失，expired 已到期，refused 不予发证，revoked 已注销"
)
ACTIONS = "本人可办的下一步：" + "，".join(f"{act.code} {act.zh}" for act in ACTS if act.path)
_WORKER = "019a9d2c-8f00-7000-8000-0000000000b1"
_RECORD: dict[str, JsonValue] = {"kind": "investigation_record", "reference": "调查笔录 3 号"}
_PAPER: dict[str, JsonValue] = {"kind": "id_card", "reference": "档案 2003-0412 第 1 页"}


class EvidenceIn(Asked):
    """A paper that was seen (证明材料). Its picture stays in the office's file; here is its hash."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PAPER]})
    kind: EvidenceKind = Field(
        description="种类：id_card 身份证，photo 照片，layoff_certificate 下岗证，centre_agreement 中心协议，"
        "employer_statement 原单位证明，unemployment_card 失业证，"
        "unemployment_insurance_booklet 失业保险金领取证，closure_document 关闭破产文件，settlement_proof 安置费证明，"
        "dibao_certificate 低保证，zero_employment_recognition 零就业家庭认定，"
        "investigation_record 调查笔录，retirement_document 退休证，death_certificate 死亡证明，"
        "surrendered_booklet 交回的证件，other 其他"
    )
    reference: Text = Field(description="存放处或文号，不得含身份号码")
    sha256: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{64}$", description="影像文件的 SHA-256"
    )

    def paper(self) -> Paper:
        return Paper(self.kind, self.reference, bytes.fromhex(self.sha256) if self.sha256 else None)


Papers = Annotated[
    list[EvidenceIn], Field(default_factory=list, max_length=20, description="证明材料")
]


#: Where a posting could be read before the platform knew of it.
PostedAs = Annotated[
    Text | None,
    Field(
        description="街道张贴的纸质公示名单的文号或地点；无则自登记之日起在公示名单上公示",
        examples=["爱辉街道公示栏 2003 第 7 期"],
    ),
]


class EvidenceList(Asked):
    """Papers to add (补交材料)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"evidence": [_PAPER]}]})
    evidence: list[EvidenceIn] = Field(min_length=1, max_length=20, description="证明材料")


class EvidenceOut(BaseModel):
    """A paper that was seen (证明材料)."""

    id: UUID
    kind: EvidenceKind = Field(description="种类")
    reference: str = Field(description="存放处或文号")
    sha256: str | None = Field(description="影像文件的 SHA-256")
    actor: str = Field(description="收件人")

    @classmethod
    def of(cls, e: Evidence) -> EvidenceOut:
        return cls(
            id=e.id, kind=e.kind, reference=e.reference,
            sha256=bytes(e.digest).hex() if e.digest else None, actor=e.actor,
        )  # fmt: skip


class EvidenceShown(BaseModel):
    """All papers of one certificate (全部材料)."""

    items: list[EvidenceOut]


class ApplyIn(Asked):
    """An application (优惠证申请). Of the past, loaded in bulk, the rule decides at once, and those
    granted are publicised."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"worker_id": _WORKER, "applied_on": "2003-03-03", "evidence": [_PAPER]}]
        },
    )
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    worker_id: UUID = Field(description="申请人")
    applied_on: date = Field(description="申请日期；按当日事实与法规审核")
    publicised_on: date | None = Field(
        default=None, description="公示起始日，仅装载既往数据使用；缺省为申请日"
    )
    papers_seen: Text | None = Field(
        default=None,
        description="已交验材料的存放处或文号，仅装载既往数据使用；未逐件列出 evidence 的须有",
        examples=["街道档案 2003 第 3 盒"],
    )
    posted_as: PostedAs = None
    evidence: Papers

    def command(self) -> Apply:
        return Apply(
            own(self.worker_id), self.applied_on, self.publicised_on,
            own(self.id) if self.id else new_id(),
            tuple(paper.paper() for paper in self.evidence), self.papers_seen, self.posted_as,
        )  # fmt: skip


class IssueLine(Asked):
    """A certificate to issue, by its id or by its holder (批量发证)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"worker_id": _WORKER, "issued_on": "2003-04-10"}]},
    )
    certificate_id: UUID | None = Field(default=None, description="优惠证标识")
    worker_id: UUID | None = Field(default=None, description="持证人；与优惠证标识二选一")
    issued_on: date = Field(description="发证日期")

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.certificate_id is None) == (self.worker_id is None):
            raise ValueError("name the certificate or the worker")
        return self

    def command(self) -> Issue:
        return Issue(self.issued_on, self.certificate_id, self.worker_id, past=True)


class StepIn(Asked):
    """A step with its day of fact (办理日期)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2003-04-10"}]})
    on: date = Field(description="办理日期")


class PublishIn(StepIn):
    """A posting (公示). Without a paper list its days count from the day on which it is recorded."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"on": "2003-04-10", "posted_as": "爱辉街道公示栏 2003 第 7 期"}]
        },
    )
    posted_as: PostedAs = None


class RefuseIn(StepIn):
    """A refusal by hand (不予发证)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"on": "2003-04-10", "reason": "proof-false"}]},
    )
    reason: RefusalReason = Field(
        description="原因：objection-upheld 异议成立，proof-false 证明不实，withdrawn 本人撤回，"
        "validity-would-be-over 发证之日有效期已过"
    )
    evidence: Papers


class RevokeIn(Asked):
    """A withdrawal (注销), from the day of the fact."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"effective_on": "2003-08-01", "reason": "lent", "evidence": [_RECORD]}]
        },
    )
    effective_on: date = Field(description="事实发生日，自该日起失效")
    reason: RevocationReason = Field(
        description="原因：fraud 弄虚作假，lent 出借，rented 出租，transferred 转让，forged 伪造涂改，"
        "retired 退休，retirement-age 到达退休年龄，deceased 死亡，surrendered 本人交回"
    )
    evidence: Papers


class RestoreIn(EvidenceList):
    """A withdrawal that was wrong (撤销注销), on papers."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"note": "复核：系同名，未出借", "evidence": [_RECORD]}]},
    )
    note: Text = Field(description="理由，不得含姓名、身份号码")


class CertificateOut(BaseModel):
    """A certificate (再就业优惠证)."""

    id: UUID
    worker_id: UUID
    category: Category = Field(description="对象类别")
    state: State = Field(description=STATE)
    entitled: bool = Field(description="是否符合发证条件（规则已批准）")
    clause: str | None = Field(description="首个不符合的条款")
    reason: str | None = Field(description="不予发证或注销的原因")
    applied_on: date = Field(description="申请日期")
    state_on: date = Field(description="现状态日期")
    number: str | None = Field(description="证号", examples=["23110020030000001"])
    issued_on: date | None = Field(description="发证日期")
    issued_by: str | None = Field(description="发证机关", examples=["231102-employment-bureau"])
    valid_until: date | None = Field(description="有效期至（含当日）")
    revoked_on: date | None = Field(description="注销日期")
    held_state: State | None = Field(description="事实撤销后恢复到的状态；无则为空")
    decision_id: UUID | None = Field(description="决定记录")
    due_on: date | None = Field(description="本环节办理期限的最后一日；无期限则为空")
    due_provisional: bool = Field(description="期限是否按暂定日历计算")
    days_late: int = Field(description="已逾期工作日数")
    contradicted_months: list[str] = Field(
        description="无业期间由用人单位参保、尚未查清的月份；查清前不得审核、公示、发证",
        examples=[["2003-02"]],
    )
    allowed_actions: list[str] = Field(description=ACTIONS, examples=[["issue", "refuse"]])
    area_code: AreaCode
    office: str = Field(description="经办机构")
    version: int = Field(description="版本，用于 If-Match", examples=[1])

    @classmethod
    def of(cls, case: Case) -> CertificateOut:
        c = case.certificate
        return cls(
            id=c.id, worker_id=c.worker_id, category=c.category, state=c.state,
            entitled=c.entitled, clause=c.clause, reason=c.reason, applied_on=c.applied_on,
            state_on=c.state_on, number=c.number, issued_on=c.issued_on, issued_by=c.issued_by,
            valid_until=c.valid_until, revoked_on=c.revoked_on, held_state=c.held_state,
            decision_id=c.decision_id, due_on=case.due_on, due_provisional=case.provisional,
            days_late=case.days_late,
            contradicted_months=[f"{month:%Y-%m}" for month in case.contradicted],
            allowed_actions=case.allowed, area_code=c.area_code,
            office=c.office, version=c.version,
        )  # fmt: skip


class TransitionOut(BaseModel):
    """One step of a certificate (办理环节)."""

    step: int = Field(examples=[1])
    state: State = Field(description=STATE)
    day: date = Field(description="日期")
    actor: str = Field(description="经办人；system: 为系统按日历或事实办理")
    reason: str | None = Field(description="原因")
    evidence: list[UUID] = Field(description="所依据的材料、事实或结论")
    statement: str | None = Field(description="经办人的声明：材料存放处，或纸质公示名单")

    @classmethod
    def of(cls, t: Transition) -> TransitionOut:
        return cls(
            step=t.step, state=t.state, day=t.day, actor=t.actor, reason=t.reason,
            evidence=list(t.evidence), statement=t.statement,
        )  # fmt: skip


class CertificateHistory(BaseModel):
    """All steps, in order (办理过程)."""

    items: list[TransitionOut]


class CertificateCounts(BaseModel):
    """How many certificates stand where (数量)."""

    applied: int = Field(description="待审核")
    entitled: int = Field(description="应发证（规则已批准）")
    issued: int = Field(description="已发证（含暂停、挂失）")
    refused: int = Field(description="不予发证")
    revoked: int = Field(description="已注销")
