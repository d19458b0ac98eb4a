"""What may be looked at in plain, and why."""

from __future__ import annotations

from typing import Literal, get_args

#: 姓名 / 身份号码 / 电话 / 住址 / 户号
Field = Literal["name", "id_number", "phone", "address", "household_number"]
FIELDS: tuple[Field, ...] = get_args(Field)
#: How somebody is reached: a station knows its people by these.
ContactField = Literal["phone", "address"]

#: Why somebody needs a person in plain. The text beside it says which case.
Purpose = Literal[
    "window-service", "identity-check", "contact", "home-visit", "papers", "payment",
    "correction", "complaint", "authority-request", "audit",
]  # fmt: skip
PURPOSES: dict[str, str] = {
    "window-service": "窗口办理",
    "identity-check": "核对身份",
    "contact": "联系本人",
    "home-visit": "入户走访",
    "papers": "制作证件文书",
    "payment": "发放待遇",
    "correction": "更正信息",
    "complaint": "处理投诉举报",
    "authority-request": "有关部门依法协查",
    "audit": "审计检查",
}


def stated(purpose: Purpose, text: str) -> str:
    """The purpose as the access log keeps it: the code, and what was written beside it."""
    return f"{purpose}: {text}"
