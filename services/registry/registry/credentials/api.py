"""HTTP of credentials for offices: signing, and printing what is handed over."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit import pagination
from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import refused
from kit.rates import TOO_MANY, rates_of
from kit.wire import Asked, after, page
from registry.credentials import domain, printing, public, usecases
from registry.credentials.domain import Credential
from registry.credentials.printing import PRINT_MAX, Printer
from registry.credentials.usecases import Signed

TAG = "credentials 优惠证凭证"
router = APIRouter(tags=[TAG])
Reader = Annotated[Actor, requires("registry:credential:read")]
Signer = Annotated[Actor, requires("registry:credential:write")]
#: A printed paper shows the name in plain.
Printing = Annotated[Actor, requires("registry:identity:read")]
Purpose = Annotated[
    Literal["issue", "reissue", "annotation", "inspection"],
    Query(
        description="打印目的（显示真实姓名，须说明并记录）：issue 发证，reissue 补发，"
        "annotation 记载享受政策，inspection 年检"
    ),
]
PDF = "application/pdf"
_CERTIFICATE = "019a9d2c-8f00-7000-8000-0000000000c1"
_PDF_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}},
    **TOO_MANY,
}


class SignatureOut(BaseModel):
    """What was signed last for a certificate (签名记录)."""

    id: UUID
    certificate_id: UUID
    number: str = Field(description="证号", examples=["23110020030000001"])
    key_id: str = Field(description="签名密钥", examples=["yXEpUhzM"])
    status_list: int = Field(description="状态列表序号", examples=[1])
    status_index: int = Field(description="状态位", examples=[70311])
    check_code: str = Field(description="校验码，印在证上", examples=["7K2M-X9QD"])
    valid_from: date = Field(description="自")
    valid_until: date = Field(description="至")

    @classmethod
    def of(cls, c: Credential) -> SignatureOut:
        return cls(
            id=c.id, certificate_id=c.certificate_id, number=c.number, key_id=c.kid,
            status_list=c.list, status_index=c.index, check_code=domain.check_code(c.hash),
            valid_from=c.valid_from, valid_until=c.valid_until,
        )  # fmt: skip


class CredentialOut(SignatureOut):
    """The signed statement itself (可验证凭证)."""

    credential: str = Field(description="W3C 可验证凭证，紧凑 JWT (vc+jwt)", examples=["eyJ…"])
    verification_url: str = Field(description="二维码内容", examples=["https://…/verify#eyJ…"])

    @classmethod
    def made(cls, signed: Signed, address: str) -> CredentialOut:
        told = SignatureOut.of(signed.credential)
        return cls(**dict(told), credential=signed.token, verification_url=address)


class BatchIn(Asked):
    """How many to sign at most (批量签名)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"limit": 60000}]})
    limit: int = Field(default=10_000, ge=1, le=200_000, description="至多签名数")


class BatchOut(BaseModel):
    """What a batch did (批量签名结果)."""

    signed: int = Field(description="本次签名数", examples=[60000])
    already: int = Field(description="此前已签名数", examples=[0])


class PrintIn(Asked):
    """Which papers for which certificates (批量打印)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"certificate_ids": [_CERTIFICATE], "paper": "card", "purpose": "issue"}]
        }
    )
    certificate_ids: list[UUID] = Field(min_length=1, max_length=PRINT_MAX, description="优惠证")
    paper: Literal["card", "booklet"] = Field(description="card 卡，booklet 册页")
    purpose: Literal["issue", "reissue", "annotation", "inspection"] = Field(
        description="打印目的：issue 发证，reissue 补发，annotation 记载享受政策，inspection 年检"
    )


@router.post(
    "/v1/certificates/{certificate_id}/credentials", status_code=201, summary="签发凭证",
    operation_id="sign_certificate",
)  # fmt: skip
async def sign_certificate(request: Request, certificate_id: UUID, actor: Signer) -> CredentialOut:
    """The signed statement of a certificate in force, signed now when it was not: asking again
    answers the same bytes until the name, the days or the signing key change."""
    rt = runtime_of(request)
    signed = await usecases.sign_certificate(rt, actor, certificate_id)
    return CredentialOut.made(signed, printing.verification_address(rt, signed.token))


@router.get(
    "/v1/certificates/{certificate_id}/credential", summary="查看签名记录",
    operation_id="get_credential",
)  # fmt: skip
async def get_credential(request: Request, certificate_id: UUID, actor: Reader) -> SignatureOut:
    """What was signed last for this certificate; 404 when nothing was."""
    rt = runtime_of(request)
    return SignatureOut.of(await usecases.signature_of(rt, actor, certificate_id))


@router.get(
    "/v1/certificates/{certificate_id}/credentials", summary="全部签名记录",
    operation_id="list_credentials",
)  # fmt: skip
async def list_credentials(
    request: Request,
    certificate_id: UUID,
    actor: Reader,
    limit: pagination.Limit = 20,
    cursor: pagination.Cursor = None,
) -> pagination.Page[SignatureOut]:
    """Everything that was signed for this certificate, the last first."""
    filters = {"certificate_id": certificate_id}
    rows = await usecases.list_signatures(
        runtime_of(request), actor, certificate_id, after(cursor, actor, filters), limit + 1
    )
    return page(rows, limit, SignatureOut.of, actor=actor, filters=filters)


@router.post("/v1/credentials/batches", summary="批量签名", operation_id="sign_outstanding")
async def sign_outstanding(request: Request, body: BatchIn, actor: Signer) -> BatchOut:
    """Sign for every certificate in force of the caller's subtree that has no statement under the
    present key. What was signed stays when the call is broken off; the next one goes on."""
    batch = await usecases.sign_outstanding(runtime_of(request), actor, body.limit)
    return BatchOut(signed=batch.signed, already=batch.already)


def _printer(request: Request) -> Printer:
    """One per application: its fonts are read once."""
    state = request.app.state
    if not hasattr(state, "printer"):
        state.printer = printing.printer_of(runtime_of(request))
    printer: Printer = state.printer
    return printer


def _counted(request: Request, actor: Actor, people: int) -> None:
    """A printed paper shows a name in plain: so many people an account and no more. Raises 429."""
    rates_of(request, "print_rate").admit("prints", actor.subject, people)


def _file(pdf: bytes, name: str) -> Response:
    return Response(
        pdf,
        media_type=PDF,
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )


@router.get(
    "/v1/certificates/{certificate_id}/card.pdf", summary="打印优惠证（卡）",
    operation_id="print_card", response_class=Response, responses=_PDF_ANSWER,
)  # fmt: skip
async def print_card(
    request: Request, certificate_id: UUID, actor: Printing, purpose: Purpose
) -> Response:
    """The card, front and back, with the QR code; signed first when it was not. Limited per account:
    429 with Retry-After."""
    _counted(request, actor, 1)
    asked = printing.Ask("print_card", "card", [certificate_id], purpose)
    return _file(
        await printing.print_one(runtime_of(request), _printer(request), actor, asked), "card"
    )


@router.get(
    "/v1/certificates/{certificate_id}/booklet.pdf", summary="打印优惠证（册页）",
    operation_id="print_booklet", response_class=Response, responses=_PDF_ANSWER,
)  # fmt: skip
async def print_booklet(
    request: Request, certificate_id: UUID, actor: Printing, purpose: Purpose
) -> Response:
    """The booklet pages: the holder with the QR code, and what was granted on the certificate.
    Limited per account: 429 with Retry-After."""
    _counted(request, actor, 1)
    asked = printing.Ask("print_booklet", "booklet", [certificate_id], purpose)
    return _file(
        await printing.print_one(runtime_of(request), _printer(request), actor, asked), "booklet"
    )


@router.post(
    "/v1/credentials/prints", summary="批量打印", operation_id="print_papers",
    response_class=Response, responses=_PDF_ANSWER,
)  # fmt: skip
async def print_papers(request: Request, body: PrintIn, actor: Printing) -> Response:
    """Papers of many certificates in one file, in the order given. All or nothing. Limited per
    account, each certificate counted: 429 with Retry-After."""
    _counted(request, actor, len(set(body.certificate_ids)))
    asked = printing.Ask("print_papers", body.paper, body.certificate_ids, body.purpose)
    return _file(
        await printing.print_papers(runtime_of(request), _printer(request), actor, asked), "papers"
    )


routers = [router, public.router]

problems = [
    refused(
        domain.NotInForce, 409, "优惠证不在有效状态，不能签发或打印",
        "The certificate is not in force: nothing is signed or printed",
        ("现状态：{state}", "It is {state}"),
    ),
    refused(
        domain.NoGlyph, 409, "字体中没有所需的字，不能打印", "No font here has a character that is needed",
        ("{field} 第 {position} 个字", "Character {position} of {field}"),
    ),
    public.no_key,
]  # fmt: skip
