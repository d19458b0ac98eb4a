"""HTTP of filings: registering as unemployed, and what employers, streets and people file."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from kit import audit, bulk, pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.ids import new_id
from kit.money import YuanNotNegative
from kit.steps import Act, Step, acting, stepping
from kit.wire import Asked, FactDay, Id, ShortText, Text, load, terms
from registry.decision_api import DecisionOut
from registry.filings import declaring, usecases
from registry.filings.deciding import Register
from registry.filings.domain import (
    BY,
    CHANNELS,
    FORMS,
    Channel,
    FiledBy,
    Form,
)
from registry.filings.usecases import Cancel, Hire, Separate
from registry.filings.wire import problems as _problems
from registry.labour_status.api import LabourStatusOut
from registry.labour_status.domain import Declared, Document, LabourStatus
from registry.unemployment.api import KIND, PATH, SHOWN, TAG, CaseOut
from registry.unemployment.domain import (
    EVIDENCE,
    STATED_REASONS,
    EvidenceKind,
    StatedKind,
    StatedReason,
)
from registry.unemployment.usecases import Case

router = APIRouter(prefix=PATH, tags=[TAG])
statuses = APIRouter(
    prefix="/v1/workers/{worker_id}/labour-status", tags=["labour status 劳动状态"]
)
Reader = Annotated[Actor, requires("registry:unemployment:read")]
Registering = Annotated[Act, acting("registry:unemployment:write")]
Writing = Annotated[Step, stepping("registry:unemployment:write")]
Importer = Annotated[Actor, requires("registry:unemployment:import")]
Declarer = Annotated[Actor, requires("registry:labour-status:write")]
Confirmer = Annotated[Actor, requires("registry:labour-status:approve")]

_WORKER = "019a9d2c-8f00-7000-8000-0000000000b1"
_REFERENCE = Field(default=None, description="证明文号", examples=["2003-028"])


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class RegisterIn(Asked):
    """A person registers as unemployed (失业登记申请), with the paper that shows why."""

    model_config = _example(
        worker_id=_WORKER, on="2003-09-01", kind="contract_ended", evidence_kind="separation_proof",
        evidence_reference="2003-028", evidence_on="2003-08-31",
    )  # fmt: skip
    worker_id: UUID = Field(description="申请人")
    on: FactDay
    kind: StatedKind = Field(description=KIND)
    evidence_kind: EvidenceKind = Field(description=terms(EVIDENCE))
    evidence_reference: ShortText = Field(description="证明文号", examples=["2003-028"])
    evidence_on: date = Field(description="证明日期")
    school: Text | None = Field(default=None, description="毕业院校（高校毕业生）")
    graduated_on: date | None = Field(default=None, description="毕业日期（高校毕业生）")

    def command(self) -> Register:
        return Register(
            self.worker_id, self.on, self.kind, self.evidence_kind, self.evidence_reference,
            self.evidence_on, self.school, self.graduated_on,
        )  # fmt: skip


class HireIn(Asked):
    """A hire is filed (就业备案). Late ones are taken, and say how late they are."""

    model_config = _example(on="2003-10-01", form="contract", by="employer", reference="2003-101")
    on: FactDay
    filed_on: date | None = Field(default=None, description="办理日；缺省为业务日")
    by: FiledBy = Field(default="employer", description=terms(BY))
    form: Form = Field(description=terms(FORMS))
    employer_id: UUID | None = Field(default=None, description="用人单位")
    placement_id: UUID | None = Field(default=None, description="职业介绍确认的就业")
    reference: ShortText | None = Field(
        default=None, description="劳动合同编号或营业执照号（灵活就业除外须注明）",
        examples=["2003-101"],
    )  # fmt: skip


class SeparationIn(Asked):
    """A separation is filed (终止就业备案). ``on`` is the first day without the job."""

    model_config = _example(on="2003-10-20", by="employer", reference="2003-117")
    on: FactDay
    filed_on: date | None = Field(default=None, description="办理日；缺省为业务日")
    by: FiledBy = Field(default="employer", description=terms(BY))
    reference: ShortText | None = _REFERENCE


class CancellationIn(Asked):
    """A registration is cancelled for a reason of R20 (注销失业登记). One that takes the person out of
    the labour force (退休、死亡等) names its document, and holds once another person has confirmed it."""

    model_config = _example(on="2003-10-20", reason="ended_job_wish")
    on: FactDay
    reason: StatedReason = Field(description=terms(STATED_REASONS))
    reference: ShortText | None = Field(
        default=None, description="证明文号；录用为劳动合同编号，从事个体经营为营业执照号（须注明）",
        examples=["2003-028"],
    )  # fmt: skip
    monthly_income: YuanNotNegative | None = Field(
        default=None, description="月收入（有稳定收入须注明），不得低于当日最低工资标准"
    )


class ContactIn(Asked):
    """The service and the person were in touch (联系记录)."""

    model_config = _example(on="2003-10-10", channel="visit")
    on: FactDay
    channel: Channel = Field(description=terms(CHANNELS))
    note: Text | None = Field(default=None, description="说明（不写身份信息）")


class ReversalIn(Asked):
    """A filing was wrong and is taken back by name (撤销)."""

    model_config = _example(filing_id="019a9d2c-8f00-7000-8000-0000000000f2", reason="录入有误")
    filing_id: UUID = Field(description="所撤销的事项")
    reason: Text = Field(description="原因")


class DeclareStatusIn(Asked):
    """A status declared at a window (申报劳动状态). Employment is not declared: it follows from a
    confirmed placement or a hire filing; nor is unemployment: it is registered."""

    model_config = _example(
        status="retired", since="2003-06-01", document="退休证 2003-117", document_on="2003-05-28"
    )
    status: LabourStatus
    since: date = Field(description="起始日")
    document: ShortText | None = Field(
        default=None,
        description="依据文件编号；退休、死亡、出境定居、服刑、参军、丧失劳动能力须注明",
    )
    document_on: date | None = Field(default=None, description="依据文件日期；与编号同时注明")

    @model_validator(mode="after")
    def _whole_document(self) -> DeclareStatusIn:
        if (self.document is None) != (self.document_on is None):
            raise PydanticCustomError("document_incomplete", "number and date of the document")
        return self

    def paper(self) -> Document | None:
        return None if self.document is None else Document(self.document, self.document_on)


class UndeclareIn(Asked):
    """A declaration was wrong and is taken back (撤销申报)."""

    model_config = _example(reason="录入有误")
    reason: Text = Field(description="原因")


async def _answer(act: Act, case: Case) -> CaseOut:
    await act.shows([case.row.worker_id], SHOWN, case.row.version)
    return CaseOut.whole(case, act.actor, act.rt.today())


@router.post("", status_code=201, summary="失业登记", operation_id="register_unemployed")
async def register_unemployed(body: RegisterIn, act: Registering) -> CaseOut:
    """Register one person, for the first time or again. What the rule refuses is kept as a decision,
    which the answer names."""
    case = await usecases.register_unemployed(act.rt, act.actor, body.command())
    return await _answer(act, case)


@router.post(
    "/imports", summary="批量失业登记", operation_id="import_unemployment_registrations",
    openapi_extra=bulk.documented(RegisterIn),
)  # fmt: skip
async def import_unemployment_registrations(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Register many people; a line is one person."""
    return await load(
        request, options, RegisterIn, RegisterIn.command, usecases.register_all, actor
    )


@router.get(
    "/decisions", summary="失业登记的决定及理由", operation_id="list_unemployment_decisions"
)
async def list_unemployment_decisions(
    request: Request, actor: Reader, worker_id: Annotated[UUID, Query(description="劳动者")]
) -> pagination.Page[DecisionOut]:
    """Why one person was registered or cancelled, or was not; at most a hundred, oldest first."""
    rt = runtime_of(request)
    records = await usecases.decisions_about(rt, actor, worker_id)
    await audit.note(
        rt, actor, "list_unemployment_decisions", [worker_id], ("unemployment_decisions",)
    )
    return pagination.Page(items=[DecisionOut.of(record, request) for record in records])


@router.post(
    "/{registration_id}/hire-filings", status_code=201, summary="就业备案", operation_id="file_hire"
)
async def file_hire(registration_id: Id, body: HireIn, step: Writing) -> CaseOut:
    """The person is at work, or the paper for a known placement comes in."""
    command = Hire(
        body.on, body.filed_on, body.by, body.form, body.employer_id, body.placement_id,
        body.reference,
    )  # fmt: skip
    case = await usecases.file_hire(step.rt, step.actor, registration_id, command, step.version)
    return await _answer(step, case)


@router.post(
    "/{registration_id}/separation-filings", status_code=201, summary="终止就业备案",
    operation_id="file_separation",
)  # fmt: skip
async def file_separation(registration_id: Id, body: SeparationIn, step: Writing) -> CaseOut:
    """The job has ended: registered again, in a new spell."""
    command = Separate(body.on, body.filed_on, body.by, body.reference)
    case = await usecases.file_separation(
        step.rt, step.actor, registration_id, command, step.version
    )
    return await _answer(step, case)


@router.post(
    "/{registration_id}/cancellations", status_code=201, summary="注销失业登记",
    operation_id="cancel_unemployment_registration",
)  # fmt: skip
async def cancel_unemployment_registration(
    registration_id: Id, body: CancellationIn, step: Writing
) -> CaseOut:
    """The person leaves the register, with a coded reason."""
    case = await usecases.cancel(
        step.rt, step.actor, registration_id,
        Cancel(body.on, body.reason, body.reference, body.monthly_income), step.version,
    )  # fmt: skip
    return await _answer(step, case)


@router.post(
    "/{registration_id}/contacts", status_code=201, summary="联系记录",
    operation_id="log_contact",
)  # fmt: skip
async def log_contact(registration_id: Id, body: ContactIn, step: Writing) -> CaseOut:
    """The service and the person were in touch on a day."""
    case = await usecases.log_contact(
        step.rt, step.actor, registration_id, body.on, body.channel, body.note, step.version
    )
    return await _answer(step, case)


@router.post(
    "/{registration_id}/reversals", status_code=201, summary="撤销事项",
    operation_id="reverse_filing",
)  # fmt: skip
async def reverse_filing(registration_id: Id, body: ReversalIn, step: Writing) -> CaseOut:
    """A filing was wrong: everything is folded without it."""
    case = await usecases.reverse(
        step.rt, step.actor, registration_id, body.filing_id, body.reason, step.version
    )
    return await _answer(step, case)


@statuses.post(
    "/declarations", status_code=201, summary="申报劳动状态", operation_id="declare_labour_status"
)
async def declare_labour_status(
    request: Request, worker_id: UUID, body: DeclareStatusIn, actor: Declarer
) -> LabourStatusOut:
    """Declare a status from a day on. One that takes the person out of the labour force awaits a
    second person (``awaiting``) and changes nothing before."""
    fact = Declared(body.status, body.since, new_id())
    rt = runtime_of(request)
    standing = await declaring.declare_status(rt, actor, worker_id, fact, body.paper())
    await audit.note(rt, actor, "declare_labour_status", [worker_id], ("labour_status",))
    return LabourStatusOut.of(standing)


@statuses.post(
    "/declarations/{declaration_id}/confirmations", status_code=201, summary="复核申报",
    operation_id="confirm_declaration",
)  # fmt: skip
async def confirm_declaration(
    request: Request, worker_id: UUID, declaration_id: UUID, actor: Confirmer
) -> LabourStatusOut:
    """Another person confirms what awaits it: registration and certificate end from its day."""
    rt = runtime_of(request)
    standing = await declaring.confirm_declaration(rt, actor, worker_id, declaration_id)
    await audit.note(rt, actor, "confirm_declaration", [worker_id], ("labour_status",))
    return LabourStatusOut.of(standing)


@statuses.post(
    "/declarations/{declaration_id}/reversals", status_code=201, summary="撤销申报",
    operation_id="reverse_declaration",
)  # fmt: skip
async def reverse_declaration(
    request: Request, worker_id: UUID, declaration_id: UUID, body: UndeclareIn, actor: Declarer
) -> LabourStatusOut:
    """A declaration that nobody had to confirm, or nobody has confirmed yet, was wrong: the status is
    folded without it."""
    rt = runtime_of(request)
    standing = await declaring.undeclare_status(rt, actor, worker_id, declaration_id, body.reason)
    await audit.note(rt, actor, "reverse_declaration", [worker_id], ("labour_status",))
    return LabourStatusOut.of(standing)


@statuses.post(
    "/declarations/{declaration_id}/confirmations/reversals", status_code=201,
    summary="撤销已复核的申报", operation_id="reverse_confirmed_declaration",
)  # fmt: skip
async def reverse_confirmed_declaration(
    request: Request, worker_id: UUID, declaration_id: UUID, body: UndeclareIn, actor: Confirmer
) -> LabourStatusOut:
    """What two persons said was wrong: a third one who may confirm takes it back, a cancellation with
    its filing. Everything is folded without it."""
    rt = runtime_of(request)
    standing = await declaring.undeclare_confirmed(
        rt, actor, worker_id, declaration_id, body.reason
    )
    await audit.note(rt, actor, "reverse_confirmed_declaration", [worker_id], ("labour_status",))
    return LabourStatusOut.of(standing)


routers = [
    router,
    statuses,
    bulk.reading(PATH, "unemployment", "registry:unemployment:import", tag=TAG),
]

problems = _problems
