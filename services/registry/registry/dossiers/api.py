"""HTTP of the record through time, of what was changed in it, and of the dossier."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from kit import audit, pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.wire import Day
from registry.benefits.api import BenefitOut
from registry.certificates.acts import State as CertificateState
from registry.certificates.bodies import CertificateOut, TransitionOut
from registry.corrections.api import CorrectionRequestOut
from registry.decision_api import DecisionOut
from registry.difficulties.wire import DifficultyOut
from registry.dossiers import usecases
from registry.dossiers.usecases import Dossier, Record
from registry.labour_status.api import SpellOut
from registry.life_facts.domain import Kind as LifeKind
from registry.life_facts.domain import LifeFact
from registry.merges.api import MergeOut, people_of
from registry.unemployment_insurance.domain import OnDay
from registry.workers.api import WorkerOut
from registry.workers.correcting import masked
from registry.workers.record import Change, Held

router = APIRouter(prefix="/v1/workers/{worker_id}", tags=["dossiers 档案"])
Reader = Annotated[Actor, requires("registry:worker:read")]
#: What these answers show of a person, in the words of the access log.
RECORD = ("id_number_masked", "name_masked", "sex", "birth_date", "claims", "place",
          "labour_status", "life_facts", "unemployment_insurance", "certificates")  # fmt: skip
DOSSIER = (*RECORD, "decisions", "recognitions", "benefits", "corrections", "merges")
ATTRIBUTE_ZH = {
    "name": "姓名", "id_number": "身份号码", "phone": "电话", "address": "住址",
    "household_number": "户号", "former_employer": "原单位", "category_proof": "类别证明材料",
    "place": "所在地与经办机构", "sex": "性别", "birth_date": "出生日期", "category": "对象类别",
    "former_enterprise_kind": "原单位性质", "former_enterprise_closed": "原单位关闭破产",
    "settlement_received": "已领一次性安置费", "drawing_unemployment_insurance": "领取失业保险金",
    "dibao": "享受低保", "jobless_since": "失业起始日", "internally_retired": "内部退养",
    "centre_agreement_on": "进中心签约日", "centre_agreement_ended_on": "协议终止日",
    "self_employed_since": "自谋职业起始日", "stable_income_since": "有稳定收入起始日",
    "zero_employment_household": "零就业家庭成员",
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


class RecordOut(BaseModel):
    """A person's record as of a day and as known at an instant (某日的记录)."""

    worker_id: UUID
    on: date = Field(description="事实日期")
    known_at: datetime | None = Field(description="截至何时所知；为空即现在")
    records: list[UUID] = Field(description="当时视为同一人的全部记录，保留的在前")
    attributes: list[HeldOut]
    labour_status: SpellOut | None = Field(description="当日劳动状态")
    life_facts: list[LifeFactLine] = Field(description="当日成立的生命事实")
    unemployment_insurance: OnDay | None = Field(
        description="当日失业保险状态（经办机构所告；not_started 尚未开始领取；为空即未告）"
    )
    certificates: list[CertificateStanding]

    @classmethod
    def of(cls, r: Record) -> RecordOut:
        return cls(
            worker_id=r.worker_id, on=r.on, known_at=r.known_at, records=r.records,
            attributes=[HeldOut.of(name, held) for name, held in r.attributes.items()],
            labour_status=SpellOut.of(r.spell) if r.spell else None,
            life_facts=[LifeFactLine.of(fact) for fact in r.life],
            unemployment_insurance=r.insurance,
            certificates=[
                CertificateStanding(id=t.certificate_id, state=t.state, step=t.step, since=t.day)
                for t in r.certificates
            ],
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


class CertificateFileOut(BaseModel):
    """优惠证、办理过程与决定"""

    certificate: CertificateOut
    steps: list[TransitionOut]
    decisions: list[DecisionOut]


class RecognitionFileOut(BaseModel):
    """困难对象认定与决定"""

    recognition: DifficultyOut
    decisions: list[DecisionOut]


class CertificateFiles(BaseModel):
    """The certificates; ``more`` is the address of the whole list."""

    items: list[CertificateFileOut]
    more: str | None = Field(description="全部列表的地址；为空即已全部列出")


class RecognitionFiles(BaseModel):
    items: list[RecognitionFileOut]
    more: str | None


class BenefitLines(BaseModel):
    items: list[BenefitOut]
    more: str | None


class CorrectionLines(BaseModel):
    items: list[CorrectionRequestOut]
    more: str | None


class ChangeLines(BaseModel):
    items: list[ChangeOut]
    more: str | None


class MergeLines(BaseModel):
    items: list[MergeOut]
    more: str | None


class DossierOut(BaseModel):
    """Everything that registry holds about a person, masked (个人档案)."""

    worker: WorkerOut
    record: RecordOut = Field(description="今日的记录")
    labour_status: list[SpellOut] = Field(description="全部劳动状态区段")
    life_facts: list[LifeFactLine]
    certificates: CertificateFiles
    recognitions: RecognitionFiles
    benefits: BenefitLines
    corrections: CorrectionLines
    changes: ChangeLines
    merges: MergeLines
    readers: str = Field(description="查阅记录的地址（须有审计权限）")

    @classmethod
    def of(cls, d: Dossier, request: Request) -> DossierOut:
        id = d.worker.id

        def more(some: usecases.Some, path: str) -> str | None:
            return path if some.more else None

        def told(records: list[dict[str, Any]]) -> list[DecisionOut]:
            return [DecisionOut.of(one, request) for one in records]

        return cls(
            worker=WorkerOut.of(d.worker),
            record=RecordOut.of(d.record),
            labour_status=[SpellOut.of(spell) for spell in d.spells],
            life_facts=[LifeFactLine.of(fact) for fact in d.life],
            certificates=CertificateFiles(
                items=[
                    CertificateFileOut(
                        certificate=CertificateOut.of(file.certificate),
                        steps=[TransitionOut.of(step) for step in file.steps],
                        decisions=told(file.decisions),
                    )
                    for file in d.certificates.items
                ],
                more=more(d.certificates, f"/v1/certificates?worker_id={id}"),
            ),
            recognitions=RecognitionFiles(
                items=[
                    RecognitionFileOut(
                        recognition=DifficultyOut.of(file.difficulty),
                        decisions=told(file.decisions),
                    )
                    for file in d.recognitions.items
                ],
                more=more(d.recognitions, f"/v1/difficulties?worker_id={id}"),
            ),
            benefits=BenefitLines(
                items=[BenefitOut.of(line) for line in d.benefits.items],
                more=more(d.benefits, f"/v1/benefits?worker_id={id}"),
            ),
            corrections=CorrectionLines(
                items=[CorrectionRequestOut.of(one) for one in d.corrections.items],
                more=more(d.corrections, f"/v1/workers/{id}/correction-requests"),
            ),
            changes=ChangeLines(
                items=[ChangeOut.of(one) for one in d.changes.items],
                more=more(d.changes, f"/v1/workers/{id}/changes"),
            ),
            merges=MergeLines(
                items=[MergeOut.of(one) for one in d.merges.items],
                more=more(d.merges, f"/v1/merges?worker_id={id}"),
            ),
            readers=f"/v1/workers/{id}/readers",
        )


@router.get("/record", summary="某日的记录", operation_id="get_record")
async def get_record(
    request: Request,
    worker_id: UUID,
    actor: Reader,
    on: Annotated[Day | None, Query(description="事实日期；缺省为今日")] = None,
    known_at: Annotated[
        AwareDatetime | None, Query(description="截至何时所知；缺省为现在 (RFC 3339)")
    ] = None,
) -> RecordOut:
    """The record as of a day and as it was known at an instant: attributes with since when, the
    labour status, life facts that held, certificates. 404 before the person was registered."""
    rt = runtime_of(request)
    found = await usecases.record_of(rt, actor, worker_id, on or rt.today(), known_at)
    await audit.note(rt, actor, "get_record", found.records, RECORD)
    return RecordOut.of(found)


@router.get("/changes", summary="登记信息变更记录", operation_id="list_changes")
async def list_changes(
    request: Request,
    worker_id: UUID,
    actor: Reader,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[ChangeOut]:
    """What approved corrections changed in the record, oldest first, masked."""
    filters = {"worker_id": worker_id}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rt = runtime_of(request)
    rows = await usecases.changes_of(rt, actor, worker_id, after[0] if after else None, limit + 1)
    await audit.note(rt, actor, "list_changes", [worker_id], ("changes",))
    return pagination.page(
        rows, limit, position=lambda c: [str(c.id)], item=ChangeOut.of, actor=actor,
        filters=filters,
    )  # fmt: skip


@router.get("/dossier", summary="个人档案", operation_id="get_dossier")
async def get_dossier(request: Request, worker_id: UUID, actor: Reader) -> DossierOut:
    """Everything that registry holds about the person, masked, in one answer: record, statuses,
    certificates with steps and decisions, recognitions, benefits, corrections, changes, merges.
    Every list is bounded and names the address of the whole one."""
    rt = runtime_of(request)
    found = await usecases.dossier_of(rt, actor, worker_id)
    merges = (people_of(m.survivor_id, m.merged_id, m.plan) for m in found.merges.items)
    people = list(dict.fromkeys([*found.record.records, *(id for some in merges for id in some)]))
    await audit.note(rt, actor, "get_dossier", people, DOSSIER)
    return DossierOut.of(found, request)


routers = [router]

problems: list[tuple[type[Exception], Any]] = []
