"""Rows for the benchmarks: people who do not exist, an employer, vacancies."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kit.crypto import check_digit
from kit.ids import new_id

AREA = "231102000000"
OFFICE = "231102-employment-bureau"


def areas() -> list[dict[str, Any]]:
    named = {"231100000000": "黑河市", AREA: "爱辉区"}
    return [
        {"code": code, "name": name, "established_on": "1993-02-08"} for code, name in named.items()
    ]


def offices() -> list[dict[str, Any]]:
    return [
        {
            "code": OFFICE,
            "name": "爱辉区就业局",
            "kind": "bureau",
            "staff": 5,
            "area_code": AREA,
            "opened_on": "1998-06-01",
        }
    ]


def id_number(n: int) -> str:
    """A valid number of the region 990000, which was never assigned."""
    born = date(1945, 1, 1) + timedelta(days=n % 10_000)
    head = f"9900{n // 9_990_000:02d}{born:%Y%m%d}{(n // 10_000) % 999 + 1:03d}"
    return head + check_digit(head)


def workers(count: int, *, start: int = 0) -> list[dict[str, Any]]:
    """Laid-off workers of a state-owned enterprise with a centre agreement: entitled by rule."""
    return [
        {
            "id": str(new_id()),
            "id_number": id_number(start + n),
            "name": "王建国",
            "labour_status": "laid_off",
            "status_since": "2001-03-01",
            "category": "soe_laid_off",
            "former_enterprise_kind": "state_owned",
            "centre_agreement_on": "2001-03-01",
            "registered_on": "2003-01-15",
            "area_code": AREA,
            "office": OFFICE,
        }
        for n in range(count)
    ]


def employer(employer_id: UUID) -> dict[str, Any]:
    return {
        "id": str(employer_id),
        "name": "黑河市利民商店",
        "sector": "commerce",
        "ownership": "private",
        "registered_on": "2003-01-15",
        "area_code": AREA,
        "office": OFFICE,
    }


def vacancy(employer_id: UUID) -> dict[str, Any]:
    return {
        "employer_id": str(employer_id),
        "occupation": "营业员",
        "headcount": 2,
        "wage": "600.00",
        "term_months": 12,
        "reported_on": "2003-06-01",
        "area_code": AREA,
        "office": OFFICE,
    }
