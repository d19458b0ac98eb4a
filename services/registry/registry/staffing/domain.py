"""Whether a token says of its bearer what the staff list of the office says.

Rights come from the token; the list tells whether the city's issuer gave them to somebody who works
there. Machines, and other authorities, are on no office's staff.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from kit.refusal import Refusal

#: 其他部门 / 其他系统 / 装载程序
EXEMPT: frozenset[str] = frozenset({"authority", "municipal_system", "loader"})
#: Who keeps the lists is reported and never refused: a city must not lock itself out.
KEEPER = "city_administrator"

#: 不在岗 / 岗位不符
Reason = Literal["not-on-staff", "other-role"]
REASONS: dict[str, str] = {"not-on-staff": "不在该机构在岗名单", "other-role": "岗位与名单不符"}


class AccountNotOnStaff(Refusal):
    """The staff list of the office that the token names does not have this account, or not as that."""

    code = "account-not-on-staff"


@dataclass(frozen=True, slots=True)
class Finding:
    """An account that called on a day with a token that its office's list does not bear out.
    ``listed``: as what the list has it there that day. ``refused``: it was sent away."""

    id: UUID
    on: date
    account: str
    office: str
    area_code: str
    roles: tuple[str, ...]
    listed: tuple[str, ...]
    reason: Reason
    refused: bool
    recorded_at: datetime | None = None


def judge(held: frozenset[str], listed: frozenset[str]) -> Reason | None:
    """What is wrong with roles of a token by the list of its office; None: nothing, or a machine."""
    persons = held - EXEMPT
    if not persons or persons <= listed:
        return None
    return "other-role" if listed else "not-on-staff"
