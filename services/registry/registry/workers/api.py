"""HTTP of workers. Names and ID numbers come in plain and go out masked."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from kit import audit, bulk, pagination
from kit.areas import AreaCode
from kit.auth import Actor, requires
from kit.crypto import IdNumberText, Sex
from kit.facts import OfficeCode
from kit.http import runtime_of
from kit.ids import new_id, own
from kit.problems import refused
from kit.rates import TOO_MANY, rates_of
from kit.service import Runtime
from kit.versions import etag
from kit.wire import Asked, Name, ShortText, load, terms
from registry.identities.domain import RecordMerged
from registry.labour_status.domain import Document
from registry.unemployment.domain import EVIDENCE, EvidenceKind
from registry.workers import correcting, domain, usecases
from registry.workers.domain import (
    CadreProof,
    Category,
    Claims,
    Contact,
    Employer,
    EnterpriseKind,
    Proof,
    ProofKind,
    Worker,
)
from registry.workers.record import CLAIMS
from registry.workers.usecases import RegisterWorker

_claimed = attrgetter(*CLAIMS)

TAG = "workers 劳动者"
router = APIRouter(prefix="/v1/workers", tags=[TAG])
Reader = Annotated[Actor, requires("registry:worker:read")]
Writer = Annotated[Actor, requires("registry:worker:write")]
Importer = Annotated[Actor, requires("registry:worker:import")]

CATEGORY = (
    "申报对象类别：soe_laid_off 国企下岗，soe_unemployed 国企失业，closed_soe_to_be_placed "
    "关闭破产待安置，dibao_long_term_unemployed 低保且失业一年以上，soe_collective_laid_off 厂办大集体下岗，"
    "urban_collective_laid_off 城镇集体下岗（地方），zero_employment_household_member 零就业家庭成员（地方），"
    "none 无"
)
#: With which status a person may be registered: work follows from placements and filings, and what
#: takes somebody out of the labour force is declared on a document, or told by its authority (4.1).
FirstStatus = Literal[
    "laid_off", "unemployed", "to_be_placed", "jobless", "new_entrant", "schooling",
]  # fmt: skip
LABOUR_STATUS = (
    "劳动状态：laid_off 下岗，unemployed 登记失业，to_be_placed 关闭破产待安置，jobless 未登记失业，"
    "new_entrant 新成长劳动力，schooling 在学"
)
PROOF = (
    "证明材料：layoff-certificate 下岗证，centre-agreement 进中心协议，unemployment-insurance-booklet "
    "失业保险金领取证，unemployment-card 失业证，closure-document 关闭破产文件，settlement-receipt "
    "安置费领取凭证，dibao-certificate 低保证，employer-statement 原单位证明，"
    "zero-employment-household-certificate 零就业家庭证明"
)
#: So many of one name are shown: whoever looks among more names the birth date.
NAMED_MAX = 50
#: What a masked worker shows, in the words of the access log.
SHOWN = (
    "id_number_masked", "name_masked", "phone_masked", "address_masked", "sex", "birth_date",
    "claims", "place",
)  # fmt: skip
_EXAMPLE: dict[str, JsonValue] = {
    "id_number": "11010519491231002X",
    "name": "王某某",
    "labour_status": "laid_off",
    "status_since": "2001-03-01",
    "category": "soe_laid_off",
    "former_enterprise_kind": "state_owned",
    "centre_agreement_on": "2001-03-01",
    "area_code": "231102001001",
    "office": "231102-employment-bureau",
    "registered_on": "2003-01-06",
}


class ClaimsFields(BaseModel):
    """What a worker claims, with proofs (申报事实)."""

    category: Category = Field(default="none", description=CATEGORY)
    former_enterprise_kind: EnterpriseKind = Field(
        default="none",
        description="原单位性质：state_owned 国有，soe_run_collective 厂办大集体，collective 集体，other 其他，none 无",
    )
    former_enterprise_closed: bool = Field(default=False, description="原单位按国家计划关闭破产")
    settlement_received: bool = Field(default=False, description="已领一次性安置费")
    drawing_unemployment_insurance: bool = Field(default=False, description="正在领取失业保险金")
    dibao: bool = Field(default=False, description="享受低保")
    jobless_since: date | None = Field(default=None, description="失业起始日")
    internally_retired: bool = Field(default=False, description="企业内部退养")
    centre_agreement_on: date | None = Field(default=None, description="与再就业服务中心签约日")
    centre_agreement_ended_on: date | None = Field(default=None, description="协议终止日")
    self_employed_since: date | None = Field(default=None, description="自谋职业（领照经营）起始日")
    stable_income_since: date | None = Field(default=None, description="有稳定收入起始日")
    zero_employment_household: bool = Field(default=False, description="经认定的零就业家庭成员")
    cadre: bool = Field(
        default=False, description="干部身份（女干部五十五周岁退休，R18）；须有证明"
    )


EmployerCode = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{8,20}$", max_length=20)]
HouseholdNumber = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{4,24}$", max_length=24)]
Phone = Annotated[str, Field(pattern=r"^[0-9+() -]{5,24}$", max_length=24)]
Address = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
PersonName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]+$")]


class BesidesFields(BaseModel):
    """The former employer, and the document that proves the category (原单位与类别证明)."""

    former_employer: Name | None = Field(default=None, description="原单位名称")
    former_employer_code: EmployerCode | None = Field(
        default=None, description="原单位统一社会信用代码或组织机构代码"
    )
    proof_kind: ProofKind | None = Field(default=None, description=PROOF)
    proof_reference: ShortText | None = Field(default=None, description="证明材料编号")
    proof_on: date | None = Field(default=None, description="证明材料日期")
    cadre_proof_reference: ShortText | None = Field(
        default=None, description="干部身份证明（任免审批表、干部档案）编号"
    )
    cadre_proof_on: date | None = Field(default=None, description="干部身份证明日期")


class RegisterWorkerIn(ClaimsFields, BesidesFields, Asked):
    """A registration form (劳动者登记)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})
    id: UUID | None = Field(default=None, description="可由客户端给出的标识 (UUIDv7)")
    id_number: IdNumberText
    name: PersonName = Field(description="姓名")
    phone: Phone | None = Field(default=None, description="电话")
    address: Address | None = Field(default=None, description="家庭住址")
    household_number: HouseholdNumber | None = Field(default=None, description="户口簿户号")
    sex: Sex | None = Field(default=None, description="性别；缺省按身份号码")
    birth_date: date | None = Field(default=None, description="出生日期；缺省按身份号码")
    labour_status: FirstStatus = Field(description=LABOUR_STATUS)
    status_since: date = Field(description="劳动状态起始日")
    status_document_kind: EvidenceKind | None = Field(
        default=None, description="失业证明种类（登记失业须注明）：" + terms(EVIDENCE)
    )
    status_document: ShortText | None = Field(default=None, description="失业证明编号")
    area_code: AreaCode
    office: OfficeCode
    registered_on: date = Field(description="登记日期")

    def command(self, rt: Runtime) -> RegisterWorker:
        id = own(self.id) if self.id else new_id()
        contact = Contact(self.phone, self.address, self.household_number)
        return RegisterWorker(
            self.id_number, self.name, contact, self.sex, self.birth_date, self.labour_status,
            self.status_since, Claims(*_claimed(self)),
            Employer(self.former_employer, self.former_employer_code), self._proof(),
            self._cadre_proof(), self.area_code, self.office, self.registered_on,
            self._status_document(), id, usecases.seal(rt, id, self.id_number, self.name, contact),
        )  # fmt: skip

    def _status_document(self) -> Document | None:
        kind, reference = self.status_document_kind, self.status_document
        return Document(reference, kind=kind) if kind and reference else None

    def _cadre_proof(self) -> CadreProof | None:
        reference, on = self.cadre_proof_reference, self.cadre_proof_on
        return CadreProof(reference, on) if reference and on else None

    def _proof(self) -> Proof | None:
        kind, reference, on = self.proof_kind, self.proof_reference, self.proof_on
        return Proof(kind, reference, on) if kind and reference and on else None

    @model_validator(mode="after")
    def _whole_proof(self) -> RegisterWorkerIn:
        told = [part is not None for part in (self.proof_kind, self.proof_reference, self.proof_on)]
        if any(told) and not all(told):
            raise PydanticCustomError("proof_incomplete", "kind, reference and date of the proof")
        if (self.cadre_proof_reference is None) != (self.cadre_proof_on is None):
            raise PydanticCustomError("proof_incomplete", "reference and date of the cadre's paper")
        return self


class WorkerOut(ClaimsFields, BesidesFields):
    """A worker, masked (劳动者，已脱敏)."""

    id: UUID
    id_number_masked: str = Field(description="身份号码（脱敏）", examples=["231102********002X"])
    name_masked: str = Field(description="姓名（脱敏）", examples=["王**"])
    has_phone: bool = Field(description="是否登记电话")
    phone_masked: str | None = Field(description="电话（脱敏）", examples=["13*******34"])
    has_address: bool = Field(description="是否登记住址")
    address_masked: str | None = Field(description="住址（脱敏）", examples=["爱辉区***"])
    has_household: bool = Field(description="是否登记户号")
    sex: Sex = Field(description="性别")
    birth_date: date = Field(description="出生日期")
    area_code: AreaCode
    office: str = Field(description="经办机构", examples=["231102-employment-bureau"])
    registered_on: date = Field(description="登记日期")
    version: int = Field(description="版本，用于 If-Match", examples=[1])
    merged_into: UUID | None = Field(description="已并入的记录；未合并则为空")

    @classmethod
    def of(cls, w: Worker) -> WorkerOut:
        proof = w.proof
        return cls(
            id=w.id, id_number_masked=w.id_number_masked, name_masked=w.name_masked,
            has_phone=w.phone_masked is not None, phone_masked=w.phone_masked,
            has_address=w.address_masked is not None, address_masked=w.address_masked,
            has_household=w.has_household,
            sex=w.sex, birth_date=w.birth_date, area_code=w.area_code, office=w.office,
            registered_on=w.registered_on, version=w.version, merged_into=w.merged_into,
            former_employer=w.employer.name, former_employer_code=w.employer.code,
            proof_kind=proof.kind if proof else None,
            proof_reference=proof.reference if proof else None,
            proof_on=proof.on if proof else None,
            cadre_proof_reference=w.cadre_proof.reference if w.cadre_proof else None,
            cadre_proof_on=w.cadre_proof.on if w.cadre_proof else None,
            **dict(zip(CLAIMS, _claimed(w.claims), strict=True)),
        )  # fmt: skip


class SearchIn(Asked):
    """A search by ID number: in a body, so that no address and no log holds it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"id_number": "11010519491231002X"}]}
    )
    id_number: IdNumberText


class SearchOut(BaseModel):
    """Who was found: one worker or none (检索结果)."""

    items: list[WorkerOut]


class NameSearchIn(Asked):
    """A search by name: in a body, so that no address and no log holds it (按姓名检索)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "王某某", "birth_date": "1949-12-31"}]},
    )
    name: PersonName = Field(description="姓名（全名，须完全一致）")
    birth_date: date | None = Field(default=None, description="出生日期")


class NameSearchOut(SearchOut):
    """Who has this name (检索结果)."""

    more: bool = Field(description=f"同名者超过 {NAMED_MAX} 人，请补充出生日期")


@router.post("", status_code=201, summary="登记劳动者", operation_id="register_worker")
async def register_worker(
    request: Request, response: Response, body: RegisterWorkerIn, actor: Writer
) -> WorkerOut:
    """Register one person. 409 when the ID number is registered already."""
    rt = runtime_of(request)
    worker = await usecases.register_worker(rt, actor, body.command(rt))
    await audit.note(rt, actor, "register_worker", [worker.id], SHOWN)
    response.headers["ETag"] = etag(worker.version)
    return WorkerOut.of(worker)


@router.post(
    "/imports", summary="批量登记劳动者", operation_id="import_workers",
    openapi_extra=bulk.documented(RegisterWorkerIn),
)  # fmt: skip
async def import_workers(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Register many people; a line is one person. Repeated ID numbers are named by line only."""
    rt = runtime_of(request)
    return await load(
        request,
        options,
        RegisterWorkerIn,
        lambda row: row.command(rt),
        usecases.register_all,
        actor,
    )


@router.post("/searches", summary="按身份号码检索", operation_id="search_workers")
async def search_workers(request: Request, body: SearchIn, actor: Reader) -> SearchOut:
    """Find who has this ID number, among those whom the caller may see."""
    rt = runtime_of(request)
    worker = await usecases.find_worker(rt, actor, body.id_number)
    if worker is not None:
        await audit.note(rt, actor, "search_workers", [worker.id], SHOWN)
    return SearchOut(items=[WorkerOut.of(worker)] if worker else [])


@router.post(
    "/name-searches", summary="按姓名检索", operation_id="search_workers_by_name",
    responses=TOO_MANY,
)  # fmt: skip
async def search_workers_by_name(
    request: Request, body: NameSearchIn, actor: Reader
) -> NameSearchOut:
    """Find who has exactly this name, and was born that day, among those whom the caller may see;
    blanks, middle dots, width and case do not count. Limited per account: 429 with Retry-After."""
    rates_of(request, "search_rate").admit("name-searches", actor.subject)
    rt = runtime_of(request)
    found = await usecases.find_named(rt, actor, body.name, body.birth_date, NAMED_MAX + 1)
    shown = found[:NAMED_MAX]
    await audit.note(rt, actor, "search_workers_by_name", [w.id for w in shown], SHOWN)
    return NameSearchOut(items=[WorkerOut.of(w) for w in shown], more=len(found) > len(shown))


@router.get("", summary="劳动者列表", operation_id="list_workers")
async def list_workers(
    request: Request,
    actor: Reader,
    category: Annotated[Category | None, Query(description=CATEGORY)] = None,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[WorkerOut]:
    """Workers of the caller's subtree, masked."""
    filters = {"category": category}
    after = pagination.decode(cursor, [UUID], actor=actor, filters=filters)
    rt = runtime_of(request)
    rows = await usecases.list_workers(rt, actor, category, after[0] if after else None, limit + 1)
    await audit.note(rt, actor, "list_workers", [w.id for w in rows[:limit]], SHOWN)
    return pagination.page(
        rows, limit, position=lambda w: [str(w.id)], item=WorkerOut.of, actor=actor, filters=filters
    )


@router.get("/{worker_id}", summary="查看劳动者", operation_id="get_worker")
async def get_worker(
    request: Request, response: Response, worker_id: UUID, actor: Reader
) -> WorkerOut:
    """One worker, masked; the ETag is what a correction must name."""
    rt = runtime_of(request)
    worker = await usecases.worker_of(rt, actor, worker_id)
    await audit.note(rt, actor, "get_worker", [worker_id], SHOWN)
    response.headers["ETag"] = etag(worker.version)
    return WorkerOut.of(worker)


routers = [router, bulk.reading("/v1/workers", "worker", "registry:worker:import", tag=TAG)]

problems = [
    refused(domain.NoSuchWorker, 422, "没有此劳动者", "There is no such worker"),
    refused(domain.IdNumberTaken, 409, "身份号码已登记", "The ID number is registered already"),
    refused(domain.SexDiffers, 422, "性别与身份号码不符", "The sex is not that of the ID number"),
    refused(
        domain.BirthDateDiffers,
        422,
        "出生日期与身份号码不符",
        "The birth date is not that of the ID number",
    ),
    refused(domain.StatusBeforeBirth, 422, "日期早于出生日期", "The date is before the birth date"),
    refused(
        domain.AgreementEndsBeforeStart, 422, "协议起止日期有误", "The agreement's dates do not fit"
    ),
    refused(
        domain.ProofDoesNotFit, 422, "证明材料与申报类别不符", "The document does not prove the category"
    ),
    refused(
        domain.CadreNotProved, 422, "干部身份须有证明材料",
        "Whoever is a cadre shows the paper of it, and nobody else does",
        ("申报与证明须同时填写", "The claim and its paper come together"),
    ),
    refused(
        domain.NoPaperOfUnemployment, 422, "登记失业须注明失业证明",
        "The paper that shows how the work was lost is missing",
    ),
    refused(
        domain.NotOfWorkingAge, 422, "失业起始日不在法定劳动年龄内",
        "Not of legal working age on the day from which unemployed",
    ),
    refused(
        RecordMerged, 409, "该记录已并入另一记录", "The record was merged into another one",
        ("已并入 {survivor_id}，请在该记录上办理", "It was merged into {survivor_id}: go on there"),
    ),
    refused(
        correcting.AttributeUnchanged, 409, "所记内容未变", "The record holds this value already"
    ),
    refused(
        correcting.OnlyFromTheBeginning, 422, "身份号码更正不得指定起始日",
        "An ID number is corrected from the beginning",
    ),
    refused(
        correcting.RecordMovedOn, 409, "申请后记录已变，请重新申请",
        "The record moved on since the correction was asked for",
    ),
]  # fmt: skip
