"""Employers 用人单位: who offers posts. Identified by the unified social credit code when it has one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from stdnum.cn import uscc as uscc_number
from stdnum.exceptions import ValidationError

from kit.refusal import Refusal

Sector = Literal[
    "commerce",
    "catering",
    "services",
    "industry",
    "construction",
    "agriculture",
    "public",
    "other",
]
#: Chinese terms of the sectors; commerce, catering and services are the 服务型企业 of policy.md B6.
SECTORS: dict[str, str] = {
    "commerce": "商贸",
    "catering": "餐饮",
    "services": "服务业",
    "industry": "工业",
    "construction": "建筑业",
    "agriculture": "农业",
    "public": "机关事业",
    "other": "其他",
}
Ownership = Literal["state", "collective", "private", "self_employed", "public_institution"]
OWNERSHIPS: dict[str, str] = {
    "state": "国有",
    "collective": "集体",
    "private": "私营",
    "self_employed": "个体",
    "public_institution": "事业单位",
}


class InvalidUscc(Refusal):
    """The unified social credit code 统一社会信用代码 fails its check digit (GB 32100)."""

    code = "invalid-uscc"


class UsccTaken(Refusal):
    """Another employer has this unified social credit code."""

    code = "uscc-taken"


class OrganisationCodeDiffers(Refusal):
    """The organisation code 组织机构代码 is not the one that the credit code contains."""

    code = "organisation-code-differs"


class OrganisationCodeTaken(Refusal):
    """Another employer has this organisation code."""

    code = "organisation-code-taken"


class UnknownEmployer(Refusal):
    """No employer has this id."""

    code = "unknown-employer"


@dataclass(frozen=True, slots=True)
class Employer:
    """``staff_count`` is kept for the office's own use and is the only thing that may be edited:
    everything else was told to other services on ``registered_on``."""

    id: UUID
    name: str
    uscc: str | None
    sector: Sector
    ownership: Ownership
    staff_count: int | None
    registered_on: date
    area_code: str
    office: str
    organisation_code: str | None = None
    version: int = 1

    def count_staff(self, staff_count: int | None) -> Employer:
        return replace(self, staff_count=staff_count, version=self.version + 1)


def checked_uscc(given: str | None) -> str | None:
    """The normalised code. Raises :class:`InvalidUscc`; none given is allowed (none existed in 2003)."""
    if given is None:
        return None
    try:
        normalised: str = uscc_number.validate(given)
    except ValidationError:
        raise InvalidUscc from None
    return normalised


def organisation_code(given: str | None, uscc: str | None) -> str | None:
    """The nine characters of the organisation code 组织机构代码 (GB 11714), by which the insurance
    agency names a payer: as given, else those that the credit code contains.

    Raises :class:`OrganisationCodeDiffers` when both are given and differ."""
    contained = None if uscc is None else uscc[8:17]
    if given is None:
        return contained
    code = given.replace("-", "")
    if contained not in (None, code):
        raise OrganisationCodeDiffers
    return code
