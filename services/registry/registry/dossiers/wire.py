"""What the record through time and the dossier say on the wire."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from kit.auth import Actor
from kit.wire import Told, terms
from registry.benefits.wire import BenefitOut, OverlapOut
from registry.certificates.acts import State as CertificateState
from registry.certificates.bodies import CertificateOut, EvidenceOut, TransitionOut
from registry.contributions.api import ConflictOut, ContributionOut
from registry.corrections.api import CorrectionRequestOut
from registry.credentials.api import SignatureOut
from registry.custody.wire import CustodyOut
from registry.decision_api import DecisionOut
from registry.difficulties.domain import ExitReason
from registry.difficulties.domain import State as DifficultyState
from registry.difficulties.rule import Kind as DifficultyKind
from registry.difficulties.wire import AnswerOut, DifficultyOut
from registry.dossiers.usecases import CertificateFile, Dossier, Record, Some
from registry.inspections.api import InspectionOut
from registry.insurance_refunds.api import RefundOrderOut
from registry.labour_status.api import AwaitingOut, DeclaredOut, SpellOut
from registry.life_facts.domain import Kind as LifeKind
from registry.life_facts.domain import LifeFact
from registry.losses.api import LossOut
from registry.merges.api import MergeOut
from registry.objections.api import ObjectionOut
from registry.pairings.api import PairingOut
from registry.refusals.domain import RefusedReferral
from registry.reliefs.api import ReliefOut
from registry.revocations.api import ProposalOut
from registry.unemployment import api as unemployment
from registry.unemployment.domain import Kind as UnemploymentKind
from registry.unemployment.domain import Reason as CancelReason
from registry.unemployment.domain import State as RegistrationState
from registry.unemployment_insurance import api as insurance
from registry.unemployment_insurance.domain import OnDay
from registry.unemployment_insurance.domain import Reason as StopReason
from registry.unemployment_insurance.domain import on as on_day
from registry.workers.api import WorkerOut
from registry.workers.correcting import masked
from registry.workers.record import Change, Held
from registry.workers.standing import STATES, Standing

T = TypeVar("T")
Shown = TypeVar("Shown")
ATTRIBUTE_ZH = {
    "name": "姓名", "id_number": "身份号码", "phone": "电话", "address": "住址",
    "household_number": "户号", "former_employer": "原单位", "category_proof": "类别证明材料",
    "place": "所在地与经办机构", "sex": "性别", "birth_date": "出生日期", "category": "对象类别",
    "former_enterprise_kind": "原单位性质", "former_enterprise_closed": "原单位关闭破产",
    "settlement_received": "已领一次性安置费", "drawing_unemployment_insurance": "领取失业保险金",
    "dibao": "享受低保", "jobless_since": "失业起始日", "internally_retired": "内部退养",
    "centre_agreement_on": "进中心签约日", "centre_agreement_ended_on": "协议终止日",
    "self_employed_since": "自谋职业起始日", "stable_income_since": "有稳定收入起始日",
    "zero_employment_household": "零就业家庭成员", "cadre": "干部身份及其证明",
}  # fmt: skip


class HeldOut(BaseModel):
    """One attribute and since when it holds (登记项目)."""

    attribute: str = Field(examples=["category"])
    label_zh: str = Field(description="项目名称", examples=["对象类别"])
    value: Any = Field(description="值（个人信息已脱敏）", examples=["soe_laid_off"])
    since: date | None = Field(description="自何日起；为空即自始")
    recorded_at: datetime = Field(description="何时记入")
    change_id: UUID | None = Field(description="由哪次更正而来；为空即登记时")

    @classmethod
    def of(cls, attribute: str, held: Held) -> HeldOut:
        return cls(
            attribute=attribute, label_zh=ATTRIBUTE_ZH.get(attribute, attribute),
            value=masked(attribute, held.value), since=held.since, recorded_at=held.recorded_at,
            change_id=held.change.id if held.change else None,
        )  # fmt: skip


class LifeFactLine(BaseModel):
    """生命事实"""

    id: UUID
    kind: LifeKind
    on: date
    until: date | None
    authority: str

    @classmethod
    def of(cls, fact: LifeFact) -> LifeFactLine:
        return cls(
            id=fact.id, kind=fact.kind, on=fact.on, until=fact.until, authority=fact.authority
        )


class CertificateStanding(BaseModel):
    """Where a certificate stood (优惠证状态)."""

    id: UUID
    state: CertificateState
    step: int
    since: date
    reason: str | None = Field(description="原因代码")


class RegistrationStanding(Told):
    """Where the unemployment registration stood (失业登记状态)."""

    state: RegistrationState
    since: date
    kind: UnemploymentKind
    spell: int = Field(description="第几次失业")
    reason: CancelReason | None = Field(description="注销原因")


class RecognitionStanding(Told):
    """Where a recognition as a person in difficulty stood (困难对象认定状态)."""

    difficulty_id: UUID
    kind: DifficultyKind
    state: DifficultyState
    since: date
    reason: ExitReason | None = Field(description="退出原因")


class RecordOut(BaseModel):
    """A person's record as of a day and as known at an instant (某日的记录)."""

    worker_id: UUID
    on: date = Field(description="事实日期")
    known_at: datetime | None = Field(description="截至何时所知；为空即现在")
    records: list[UUID] = Field(description="当时视为同一人的全部记录，保留的在前")
    state: Standing = Field(description="记录状态：" + terms(STATES))
    attributes: list[HeldOut]
    labour_status: SpellOut | None = Field(description="当日劳动状态")
    life_facts: list[LifeFactLine] = Field(description="当日成立的生命事实")
    unemployment_insurance: OnDay | None = Field(
        description="当日失业保险状态（经办机构所告；not_started 尚未开始领取；为空即未告）"
    )
    unemployment_insurance_since: date | None = Field(description="该状态自何日起")
    unemployment_insurance_reason: StopReason | None = Field(description="停发原因")
    unemployment_registration: RegistrationStanding | None = Field(
        description="当日失业登记；从未登记则为空"
    )
    certificates: list[CertificateStanding]
    recognitions: list[RecognitionStanding] = Field(
        description="当日困难对象认定，含不予认定与已退出"
    )

    @classmethod
    def of(cls, r: Record) -> RecordOut:
        account = on_day(r.on, r.insurance.stages) if r.insurance else None
        return cls(
            worker_id=r.worker_id, on=r.on, known_at=r.known_at, records=r.records, state=r.standing,
            attributes=[HeldOut.of(name, held) for name, held in r.attributes.items()],
            labour_status=SpellOut.of(r.spell) if r.spell else None,
            life_facts=[LifeFactLine.of(fact) for fact in r.life],
            unemployment_insurance=account.state if account else r.insurance and "not_started",
            unemployment_insurance_since=account.since if account else None,
            unemployment_insurance_reason=account.reason if account else None,
            unemployment_registration=(
                RegistrationStanding.model_validate(r.registered) if r.registered else None
            ),
            certificates=[
                CertificateStanding(
                    id=t.certificate_id, state=t.state, step=t.step, since=t.day, reason=t.reason
                )
                for t in r.certificates
            ],
            recognitions=[RecognitionStanding.model_validate(one) for one in r.recognitions],
        )  # fmt: skip


class ChangeOut(BaseModel):
    """One change of one attribute (变更记录)."""

    id: UUID
    attribute: str
    label_zh: str
    value: Any = Field(description="新值（个人信息已脱敏）")
    previous: Any = Field(description="旧值（个人信息已脱敏）")
    valid_from: date | None = Field(description="自何日起；为空即自始")
    request_id: UUID = Field(description="所依据的更正申请")
    actor: str = Field(description="批准人账号")
    recorded_at: datetime

    @classmethod
    def of(cls, c: Change) -> ChangeOut:
        return cls(
            id=c.id, attribute=c.attribute, label_zh=ATTRIBUTE_ZH.get(c.attribute, c.attribute),
            value=masked(c.attribute, c.value), previous=masked(c.attribute, c.previous),
            valid_from=c.valid_from, request_id=c.request_id, actor=c.actor,
            recorded_at=c.recorded_at,
        )  # fmt: skip


class RefusedReferralOut(BaseModel):
    """A referral that the person refused (拒绝推荐)."""

    referral_id: UUID
    worker_id: UUID
    refused_on: date = Field(description="拒绝日期")

    @classmethod
    def of(cls, one: RefusedReferral) -> RefusedReferralOut:
        return cls(referral_id=one.referral_id, worker_id=one.worker_id, refused_on=one.on)


class Lines(BaseModel, Generic[Shown]):
    """The first of a list (部分列表)."""

    items: list[Shown]
    more: str | None = Field(description="全部列表的地址；为空即已全部列出")

    @classmethod
    def of(cls, some: Some[T], item: Callable[[T], Shown], whole: str) -> Lines[Shown]:
        return cls(items=[item(one) for one in some.items], more=whole if some.more else None)


class CertificateFileOut(BaseModel):
    """优惠证、办理过程与决定，材料、异议、年检、挂失、注销提议与签名"""

    certificate: CertificateOut
    steps: list[TransitionOut]
    decisions: list[DecisionOut]
    evidence: Lines[EvidenceOut]
    objections: Lines[ObjectionOut]
    inspections: Lines[InspectionOut]
    losses: Lines[LossOut]
    withdrawals: Lines[ProposalOut] = Field(description="因死亡、退休提出的注销")
    custody: CustodyOut = Field(description="证件在何处")
    credentials: Lines[SignatureOut] = Field(description="签名记录，最近的在前")

    @classmethod
    def of(cls, file: CertificateFile, request: Request) -> CertificateFileOut:
        id = file.certificate.certificate.id
        own = f"/v1/certificates/{id}"
        return cls(
            certificate=CertificateOut.of(file.certificate),
            steps=[TransitionOut.of(step) for step in file.steps],
            decisions=[DecisionOut.of(one, request) for one in file.decisions],
            evidence=Lines.of(file.evidence, EvidenceOut.of, f"{own}/evidence"),
            objections=Lines.of(file.objections, ObjectionOut.of, f"{own}/objections"),
            inspections=Lines.of(file.inspections, InspectionOut.of, f"{own}/inspections"),
            losses=Lines.of(file.losses, LossOut.of, f"/v1/certificate-losses?certificate_id={id}"),
            withdrawals=Lines.of(
                file.withdrawals, ProposalOut.of, f"/v1/revocation-proposals?certificate_id={id}"
            ),
            custody=CustodyOut.of(file.custody),
            credentials=Lines.of(file.credentials, SignatureOut.of, f"{own}/credentials"),
        )


class RecognitionFileOut(BaseModel):
    """困难对象认定与决定"""

    recognition: DifficultyOut
    decisions: list[DecisionOut]


class UnemploymentFileOut(BaseModel):
    """失业登记与历史、备案事项、决定"""

    registrations: list[unemployment.CaseOut] = Field(description="每个登记至多一条")
    filings: Lines[unemployment.FilingOut]
    decisions: Lines[DecisionOut]


class InsuranceFileOut(BaseModel):
    """失业保险金与历史、缓发协议、疑点"""

    account: insurance.CaseOut
    findings: Lines[insurance.FindingOut]
    refund_orders: list[RefundOrderOut] = Field(description="骗取金额的退回与罚款")


class DossierOut(BaseModel):
    """Everything that registry holds about a person, under all records, masked (个人档案)."""

    worker: WorkerOut
    record: RecordOut = Field(description="今日的记录")
    labour_status: list[SpellOut] = Field(description="全部劳动状态区段")
    declarations: list[DeclaredOut] = Field(description="有效的状态申报")
    awaiting: list[AwaitingOut] = Field(description="待复核的申报")
    life_facts: list[LifeFactLine]
    unemployment: UnemploymentFileOut
    unemployment_insurance: list[InsuranceFileOut] = Field(description="每个登记至多一条")
    contributions: Lines[ContributionOut]
    contribution_conflicts: Lines[ConflictOut]
    refused_referrals: Lines[RefusedReferralOut]
    certificates: Lines[CertificateFileOut]
    recognitions: Lines[RecognitionFileOut]
    census_answers: Lines[AnswerOut]
    benefits: Lines[BenefitOut]
    benefit_overlaps: Lines[OverlapOut] = Field(description="仍存在的重复或越界享受")
    reliefs: Lines[ReliefOut]
    pairings: list[PairingOut] = Field(description="每个登记至多一条")
    corrections: Lines[CorrectionRequestOut]
    changes: Lines[ChangeOut]
    merges: Lines[MergeOut]
    readers: str = Field(description="查阅记录的地址（须有审计权限）")

    @classmethod
    def of(cls, d: Dossier, request: Request, actor: Actor, today: date) -> DossierOut:
        id = d.worker.id
        own, mine = f"/v1/workers/{id}", f"?worker_id={id}"
        cases = d.unemployment.registrations

        def decision(record: dict[str, Any]) -> DecisionOut:
            return DecisionOut.of(record, request)

        return cls(
            worker=WorkerOut.of(d.worker),
            record=RecordOut.of(d.record),
            labour_status=[SpellOut.of(spell) for spell in d.spells],
            declarations=[DeclaredOut.told(one) for one in d.declared],
            awaiting=[AwaitingOut.of(one) for one in d.awaiting],
            life_facts=[LifeFactLine.of(fact) for fact in d.life],
            unemployment=UnemploymentFileOut(
                registrations=[unemployment.CaseOut.whole(one, actor, today) for one in cases],
                filings=Lines.of(
                    d.unemployment.filings, unemployment.FilingOut.of,
                    f"{unemployment.PATH}/{cases[0].row.id}/filings" if cases else "",
                ),
                decisions=Lines.of(
                    d.unemployment.decisions, decision, f"{unemployment.PATH}/decisions{mine}"
                ),
            ),
            unemployment_insurance=[
                InsuranceFileOut(
                    account=insurance.CaseOut.whole(file.case, actor),
                    findings=Lines.of(
                        Some.of(file.findings, d.shown), insurance.FindingOut.of,
                        f"{insurance.PATH}/findings?account_id={file.case.row.id}",
                    ),
                    refund_orders=[
                        RefundOrderOut.of(one) for one in d.refund_orders[file.case.row.id]
                    ],
                )
                for file in d.insurance
            ],
            contributions=Lines.of(
                d.contributions, ContributionOut.of, f"/v1/contributions{mine}"
            ),
            contribution_conflicts=Lines.of(
                d.conflicts, ConflictOut.of, f"/v1/contributions/conflicts{mine}"
            ),
            refused_referrals=Lines.of(
                d.refused, RefusedReferralOut.of, f"{own}/refused-referrals"
            ),
            certificates=Lines.of(
                d.certificates, lambda file: CertificateFileOut.of(file, request),
                f"/v1/certificates{mine}",
            ),
            recognitions=Lines.of(
                d.recognitions,
                lambda file: RecognitionFileOut(
                    recognition=DifficultyOut.of(file.difficulty),
                    decisions=[decision(one) for one in file.decisions],
                ),
                f"/v1/difficulties{mine}",
            ),
            census_answers=Lines.of(d.census, AnswerOut.of, f"{own}/census-answers"),
            benefits=Lines.of(d.benefits, BenefitOut.of, f"/v1/benefits{mine}"),
            benefit_overlaps=Lines.of(d.overlaps, OverlapOut.of, f"/v1/benefits/overlaps{mine}"),
            reliefs=Lines.of(d.reliefs, ReliefOut.of, f"/v1/reliefs{mine}"),
            pairings=[PairingOut.of(one) for one in d.pairings],
            corrections=Lines.of(
                d.corrections, CorrectionRequestOut.of, f"{own}/correction-requests"
            ),
            changes=Lines.of(d.changes, ChangeOut.of, f"{own}/changes"),
            merges=Lines.of(d.merges, MergeOut.of, f"/v1/merges{mine}"),
            readers=f"{own}/readers",
        )  # fmt: skip
