"""HTTP of notices: other authorities tell facts about people, whose ID number stands in the body.

The answers are the same whether the person is registered or not, and no ``Event-Id`` tells it.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from kit import bulk, causality, jwe, openapi
from kit.auth import Actor, requires
from kit.crypto import IdNumberText
from kit.http import runtime_of
from kit.problems import refused
from kit.wire import Asked, Text, load, terms
from registry.authorities import MayNotTell
from registry.life_facts.domain import KIND_ZH, End, Kind, Reversal
from registry.notices import usecases
from registry.notices.domain import Notice

TAG = "life facts 生命事实"
PREFIX = "/v1/life-facts"
router = APIRouter(prefix=PREFIX, tags=[TAG])
Writer = Annotated[Actor, requires("registry:life-fact:write")]
Importer = Annotated[Actor, requires("registry:life-fact:import")]

KIND = f"事实种类：{terms(KIND_ZH)}"
_FACT = "019a9d2c-8f00-7000-8000-0000000000a1"
_END = "019a9d2c-8f00-7000-8000-0000000000a2"


def _example(**fields: JsonValue) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [dict(fields)]})


class LifeFactIn(Asked):
    """A fact that an authority knows (通报). Telling it again under the same id does nothing."""

    model_config = Asked.model_config | _example(
        id=_FACT, id_number="11010519491231002X", kind="retired", on="2003-09-30",
        document="黑退审〔2003〕118号",
    )  # fmt: skip
    id: UUID = Field(description="通报部门给出的标识 (UUID)，冲正与终止时引用")
    id_number: IdNumberText
    kind: Kind = Field(description=KIND)
    on: date = Field(description="事实发生日期")
    until: date | None = Field(default=None, description="已终止的，自此日起不再成立")
    document: Text | None = Field(default=None, description="依据文书")

    def command(self) -> Notice:
        return Notice(self.id, self.id_number, self.kind, self.on, self.until, self.document)


class EndIn(Asked):
    """A fact no longer holds (终止：释放、退伍、回国、恢复、低保停发). Death and retirement do not
    end."""

    model_config = Asked.model_config | _example(id=_END, life_fact_id=_FACT, on="2003-10-20")
    id: UUID = Field(description="通报部门给出的标识 (UUID)")
    life_fact_id: UUID = Field(description="终止的事实")
    on: date = Field(description="自此日起不再成立")

    def command(self) -> End:
        return End(self.id, self.life_fact_id, self.on)


class ReversalIn(Asked):
    """A fact, or the end of one, was told wrongly (冲正). What followed from it is folded again."""

    model_config = Asked.model_config | _example(
        id="019a9d2c-8f00-7000-8000-0000000000a3", reverses=_FACT, reason="同名误报"
    )
    id: UUID = Field(description="通报部门给出的标识 (UUID)")
    reverses: UUID = Field(description="冲正的事实或终止")
    reason: Text | None = Field(default=None, description="原因")

    def command(self) -> Reversal:
        return Reversal(self.id, self.reverses, self.reason)


class Accepted(BaseModel):
    """What an authority hears of its notice (受理结果): the same for everybody."""

    id: UUID
    outcome: Literal["accepted"] = Field(default="accepted", description="已受理")


@router.post("", status_code=201, summary="通报生命事实", operation_id="tell_life_fact")
async def tell_life_fact(request: Request, body: LifeFactIn, actor: Writer) -> Accepted:
    """Tell one fact. It takes effect at once for a registered person, else with the registration;
    the answer does not say which."""
    causality.silence()
    await usecases.one(runtime_of(request), actor, body.command(), usecases.tell_all)
    return Accepted(id=body.id)


@router.post("/ends", status_code=201, summary="通报事实终止", operation_id="end_life_fact")
async def end_life_fact(request: Request, body: EndIn, actor: Writer) -> Accepted:
    """One of the authority's own facts no longer holds."""
    causality.silence()
    await usecases.one(runtime_of(request), actor, body.command(), usecases.end_all)
    return Accepted(id=body.id)


@router.post("/reversals", status_code=201, summary="冲正通报", operation_id="reverse_life_fact")
async def reverse_life_fact(request: Request, body: ReversalIn, actor: Writer) -> Accepted:
    """One of the authority's own facts, or ends, was told wrongly. What was told under another id
    too stands until that is reversed as well."""
    causality.silence()
    await usecases.one(runtime_of(request), actor, body.command(), usecases.reverse_all)
    return Accepted(id=body.id)


@router.post(
    "/imports", summary="批量通报生命事实", operation_id="import_life_facts",
    openapi_extra=bulk.documented(LifeFactIn),
)  # fmt: skip
async def import_life_facts(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Tell many facts. A line says only whether it was accepted, never of whom it was."""
    causality.silence()
    return await load(request, options, LifeFactIn, LifeFactIn.command, usecases.tell_all, actor)


@router.post(
    "/ends/imports", summary="批量通报事实终止", operation_id="import_life_fact_ends",
    openapi_extra=bulk.documented(EndIn),
)  # fmt: skip
async def import_life_fact_ends(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """End many of the authority's own facts."""
    causality.silence()
    return await load(request, options, EndIn, EndIn.command, usecases.end_all, actor)


@router.post(
    "/reversals/imports", summary="批量冲正通报", operation_id="import_life_fact_reversals",
    openapi_extra=bulk.documented(ReversalIn),
)  # fmt: skip
async def import_life_fact_reversals(
    request: Request, actor: Importer, options: bulk.Options
) -> bulk.ImportResult:
    """Reverse many of the authority's own facts and ends."""
    causality.silence()
    return await load(request, options, ReversalIn, ReversalIn.command, usecases.reverse_all, actor)


keys = APIRouter(prefix="/v1/intake", tags=[TAG])


class PublicKey(BaseModel):
    """A public key (RFC 7517, RFC 8037) (公钥)."""

    kty: Literal["OKP"]
    crv: Literal["X25519"]
    x: str = Field(description="公钥 (base64url)")
    kid: str = Field(description="密钥标识，写入 JWE 头")
    use: Literal["enc"]
    alg: Literal["ECDH-ES+A256KW"]


class PublicKeys(BaseModel):
    """Keys to which authorities encrypt ID numbers on intake subjects (公钥集)."""

    keys: list[PublicKey]


@keys.get("/keys", summary="加密公钥", operation_id="get_intake_keys", openapi_extra=openapi.PUBLIC)
async def get_intake_keys(request: Request) -> PublicKeys:
    """The public keys for the compact JWE in which an authority's message carries an ID number:
    ECDH-ES+A256KW or ECDH-ES, A256GCM. How to send one: ``docs/intake.md``."""
    return PublicKeys.model_validate(jwe.public_keys(runtime_of(request).keyring))


def _imports(path: str, word: str) -> APIRouter:
    return bulk.reading(f"{PREFIX}{path}", word, "registry:life-fact:import", tag=TAG)


routers = [
    router,
    keys,
    _imports("", "life_fact"),
    _imports("/ends", "life_fact_end"),
    _imports("/reversals", "life_fact_reversal"),
]

problems = [
    refused(
        MayNotTell, 403, "此类事项不由本部门通报",
        "Such things are told by another authority",
    ),
]  # fmt: skip
