"""HTTP of names, numbers and contacts in plain, and of masked names in batches."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit.auth import Actor, requires
from kit.http import runtime_of
from kit.problems import Problem
from kit.rates import TOO_MANY, rates_of
from kit.wire import Asked, Id, LongText, terms
from registry.reveals import domain, usecases
from registry.reveals.domain import PURPOSES, Purpose
from registry.reveals.usecases import Reveal

router = APIRouter(prefix="/v1/workers", tags=["reveals 查看明文"])
Revealer = Annotated[Actor, requires("registry:identity:read")]
Caller = Annotated[Actor, requires("registry:contact:read")]
Reader = Annotated[Actor, requires("registry:worker:read")]
NAMES_MAX = 500


class RevealIn(Asked):
    """What is to be seen in plain, and why (查看明文的内容与用途)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "fields": ["name", "phone"],
                    "purpose": "contact",
                    "text": "通知本人领取优惠证",
                }
            ]
        }
    )
    fields: list[domain.Field] = Field(
        min_length=1, max_length=5, description="字段：name 姓名，id_number 身份号码，phone 电话，"
        "address 住址，household_number 户号"
    )  # fmt: skip
    purpose: Purpose = Field(description="用途：" + terms(PURPOSES))
    text: LongText = Field(description="用途说明（所办事项，不得含身份号码）")


class RevealOut(BaseModel):
    """The values that were asked for, in plain; null where nothing is recorded (明文)."""

    worker_id: UUID
    name: str | None = Field(default=None, examples=["王小明"], description="姓名")
    id_number: str | None = Field(default=None, description="身份号码")
    phone: str | None = Field(default=None, description="电话")
    address: str | None = Field(default=None, description="住址")
    household_number: str | None = Field(default=None, description="户号")


class ContactsIn(Asked):
    """Which contacts are to be seen in plain, and why (查看联系方式的内容与用途)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"fields": ["phone"], "purpose": "contact", "text": "通知本人参加培训"}]
        }
    )
    fields: list[domain.ContactField] = Field(
        min_length=1, max_length=2, description="字段：phone 电话，address 住址"
    )
    purpose: Purpose = Field(description="用途：" + terms(PURPOSES))
    text: LongText = Field(description="用途说明（所办事项，不得含身份号码）")


class ContactsOut(BaseModel):
    """The contacts that were asked for, in plain; null where nothing is recorded (联系方式明文)."""

    worker_id: UUID
    phone: str | None = Field(default=None, description="电话")
    address: str | None = Field(default=None, description="住址")


class NamesIn(Asked):
    """Whose masked names are wanted (标识列表)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ids": ["019a9d2c-8f00-7000-8000-0000000000b1"]}]}
    )
    ids: list[UUID] = Field(min_length=1, max_length=NAMES_MAX, description="劳动者标识")


class NameOut(BaseModel):
    """A masked name (脱敏姓名)."""

    worker_id: UUID
    name_masked: str = Field(description="姓名（脱敏）", examples=["王**"])


class NamesOut(BaseModel):
    """Masked names of those whom the caller may see, in the order in which they were asked for."""

    items: list[NameOut]


@router.post(
    "/{worker_id}/reveals", summary="查看姓名、号码等明文", operation_id="reveal_identity",
    responses=TOO_MANY,
)  # fmt: skip
async def reveal_identity(
    request: Request, response: Response, worker_id: Id, body: RevealIn, actor: Revealer
) -> RevealOut:
    """Names and numbers in plain, for a stated purpose; who looked, at what and why is logged
    first. Limited per account: 429 with Retry-After."""
    rates_of(request, "reveal_rate").admit("reveals", actor.subject)
    fields = tuple(dict.fromkeys(body.fields))
    asked = Reveal(worker_id, fields, body.purpose, body.text)
    opened = await usecases.reveal(runtime_of(request), actor, asked, "reveal_identity")
    response.headers["Cache-Control"] = "no-store"
    return RevealOut(worker_id=worker_id, **opened)


@router.post(
    "/{worker_id}/contact-reveals", summary="查看电话、住址明文", operation_id="reveal_contacts",
    responses=TOO_MANY,
)  # fmt: skip
async def reveal_contacts(
    request: Request, response: Response, worker_id: Id, body: ContactsIn, actor: Caller
) -> ContactsOut:
    """How a person is reached, for a stated purpose: for whoever looks after people, who knows them
    without their numbers. Logged before it is shown, and limited together with all that an account
    looks at in plain: 429 with Retry-After."""
    rates_of(request, "reveal_rate").admit("reveals", actor.subject)
    fields = tuple(dict.fromkeys(body.fields))
    asked = Reveal(worker_id, fields, body.purpose, body.text)
    opened = await usecases.reveal(runtime_of(request), actor, asked, "reveal_contacts")
    response.headers["Cache-Control"] = "no-store"
    return ContactsOut(worker_id=worker_id, **opened)


@router.post("/names", summary="批量取脱敏姓名", operation_id="list_masked_names")
async def list_masked_names(request: Request, body: NamesIn, actor: Reader) -> NamesOut:
    """For screens of other services, which know only ids. Ids that do not exist, or not for the
    caller, are left out."""
    names = await usecases.masked_names(runtime_of(request), actor, body.ids)
    return NamesOut(
        items=[
            NameOut(worker_id=id, name_masked=names[id])
            for id in dict.fromkeys(body.ids)
            if id in names
        ]
    )


routers = [router]

problems: list[tuple[type[Exception], Problem]] = []
