"""HTTP for everybody, without a token: the keys, the status lists, verification, and its page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Self

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kit.crypto import NoKey
from kit.http import runtime_of
from kit.openapi import PUBLIC
from kit.problems import NotFound, Problem, header
from kit.rates import TOO_MANY, rated
from kit.wire import Asked
from registry.credentials import domain, verifying
from registry.credentials.verifying import StatusLists, Verdict

router = APIRouter(tags=["verification 公开核验"])
PAGE = Path(__file__).with_name("page")
PAGE_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_KINDS = {
    "verify.js": "text/javascript",
    "verify.css": "text/css",
    "verify.svg": "image/svg+xml",
}
#: How long a copy of the keys and of the page may be kept (seconds).
KEYS_FRESH_S = 300
LIST_MEDIA_TYPE = "application/vc+jwt"

#: An installation without signing keys serves everything but this noun.
no_key: tuple[type[Exception], Problem] = (
    NoKey,
    Problem(503, "no-key", "未配置密钥", "No key is configured for this", retry_after=60),
)


class JwkOut(BaseModel):
    """A public key (公钥, RFC 8037)."""

    kty: str = Field(examples=["OKP"])
    crv: str = Field(examples=["Ed25519"])
    x: str
    kid: str = Field(examples=["yXEpUhzM"])
    use: str = Field(examples=["sig"])
    alg: str = Field(examples=["Ed25519"])


class KeysOut(BaseModel):
    """The keys that sign and those that signed (公钥集, JWKS)."""

    keys: list[JwkOut]


class VerifyIn(Asked):
    """What stands on the card: the QR code's statement, or number and check code (核验请求)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"number": "23110020030000001", "check_code": "7K2M-X9QD"},
                {"credential": "eyJhbGciOiJFZDI1NTE5In0.eyJ9.c2ln"},
            ]
        }
    )
    credential: str | None = Field(
        default=None, max_length=4_096, description="二维码中的凭证（# 之后的部分）"
    )
    number: str | None = Field(default=None, min_length=1, max_length=40, description="证号")
    check_code: str | None = Field(
        default=None, min_length=1, max_length=20, description="校验码，印在证上"
    )

    @model_validator(mode="after")
    def one_way(self) -> Self:
        code = self.number is not None and self.check_code is not None
        neither = self.number is None and self.check_code is None
        if not (code if self.credential is None else neither):
            raise ValueError("give the credential, or number and check code")
        return self


class VerdictOut(BaseModel):
    """Valid or not, and until when; nothing else (核验结果)."""

    valid: bool = Field(description="是否有效", examples=[True])
    valid_until: date | None = Field(description="有效期至；无效时为空", examples=["2006-04-10"])

    @classmethod
    def of(cls, verdict: Verdict) -> VerdictOut:
        return cls(valid=verdict.valid, valid_until=verdict.valid_until)


@router.get(
    "/v1/credentials/keys", summary="签名公钥", operation_id="list_credential_keys",
    openapi_extra=PUBLIC,
)  # fmt: skip
async def list_credential_keys(request: Request, response: Response) -> KeysOut:
    """The public keys, retired ones among them; a statement names its key by ``kid``."""
    response.headers["Cache-Control"] = f"public, max-age={KEYS_FRESH_S}"
    return KeysOut.model_validate(runtime_of(request).signing.published())


@router.get(
    "/v1/status-lists/{name}", summary="证件状态列表", operation_id="get_status_list",
    openapi_extra=PUBLIC, response_class=Response,
    responses={
        200: {"content": {LIST_MEDIA_TYPE: {"schema": {"type": "string"}}}},
        304: {"description": "未变 Not modified"},
    },
)  # fmt: skip
async def get_status_list(
    request: Request,
    name: Annotated[
        str,
        PathParameter(
            pattern=r"^[rs][1-9][0-9]{0,3}$",
            description="r 注销 revocation，s 暂停 suspension，及序号",
            examples=["r1"],
        ),
    ],
) -> Response:
    """A Bitstring Status List credential (``vc+jwt``): a set bit says that this statement does not
    hold, for good (r) or for the time being (s)."""
    found = domain.parse_list(name)
    if found is None:
        raise NotFound
    published = await _lists(request).get(*found)
    fresh_s = runtime_of(request).settings.status_list_fresh_s
    headers = {"ETag": published.etag, "Cache-Control": f"public, max-age={fresh_s}"}
    if header(request.scope, b"if-none-match") == published.etag:
        return Response(status_code=304, headers=headers)
    return Response(published.token, media_type=LIST_MEDIA_TYPE, headers=headers)


def _lists(request: Request) -> StatusLists:
    """One per application: what it made is kept in it."""
    state = request.app.state
    if not hasattr(state, "status_lists"):
        rt = runtime_of(request)
        state.status_lists = StatusLists(rt, rt.settings.status_list_fresh_s)
    lists: StatusLists = state.status_lists
    return lists


@router.post(
    "/v1/credentials/verifications", summary="核验优惠证", operation_id="verify_credential",
    openapi_extra=PUBLIC, dependencies=[rated("verification")], responses=TOO_MANY,
)  # fmt: skip
async def verify_credential(request: Request, body: VerifyIn) -> VerdictOut:
    """Whether a certificate holds now. Unknown, forged, expired, revoked, suspended and a wrong
    check code have one answer. Rate-limited per address (429 with Retry-After)."""
    rt = runtime_of(request)
    if body.credential is not None:
        return VerdictOut.of(await verifying.verify_token(rt, body.credential))
    assert body.number is not None
    assert body.check_code is not None
    return VerdictOut.of(await verifying.verify_code(rt, body.number, body.check_code))


@router.get("/v1/verify", include_in_schema=False, openapi_extra=PUBLIC)
async def verification_page(request: Request) -> Response:
    """The page behind the QR code. It knows only where this service answers, and whose it is."""
    rt = runtime_of(request)
    html = (PAGE / "verify.html").read_text(encoding="utf-8")
    html = html.replace("{api}", rt.settings.public_path)
    return _page(html, "text/html")


@router.get("/v1/verify/{name}", include_in_schema=False, openapi_extra=PUBLIC)
async def verification_page_part(name: str) -> Response:
    """Its script, its style and its mark."""
    if name not in _KINDS:
        raise NotFound
    return _page((PAGE / name).read_text(encoding="utf-8"), _KINDS[name])


def _page(text: str, kind: str) -> Response:
    return Response(
        text,
        media_type=f"{kind}; charset=utf-8",
        headers={
            "Content-Security-Policy": PAGE_POLICY,
            "Cache-Control": f"public, max-age={KEYS_FRESH_S}",
        },
    )
