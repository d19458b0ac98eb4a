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
    born = date(1955, 1, 1) + timedelta(days=n % 10_000)
    head = f"9900{n // 9_990_000:02d}{born:%Y%m%d}{(n // 10_000) % 999 + 1:03d}"
    return head + check_digit(head)


#: What an office declares of applications whose papers and lists are on paper.
PAST = {"papers_seen": "files", "posted_as": "street list"}
BORN = date(1960, 5, 4)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "建国秀英桂兰玉梅志强淑珍永红海燕凤琴国庆春梅晓东丽华文军素芳立新金花德明云霞福生"


def name(n: int) -> str:
    """One of some fifty thousand names, spread over people as unevenly as a formula can."""
    given = _GIVEN[n * 7 % len(_GIVEN)] + _GIVEN[n * n % 41 % len(_GIVEN)]
    return _SURNAMES[n * 13 % len(_SURNAMES)] + given


def worker(n: int, id: str) -> dict[str, Any]:
    """The nth laid-off worker of a state-owned enterprise with a centre agreement: entitled by rule."""
    return {
        "id": id,
        "id_number": id_number(n),
        "name": name(n),
        "household_number": f"2311{n // 3:08d}",
        "former_employer": f"黑河市第{n % 400 + 1}机械厂",
        "labour_status": "laid_off",
        "status_since": "2001-03-01",
        "category": "soe_laid_off",
        "former_enterprise_kind": "state_owned",
        "centre_agreement_on": "2001-03-01",
        "registered_on": "2003-01-15",
        "area_code": AREA,
        "office": OFFICE,
    }


def newcomer(n: int) -> dict[str, Any]:
    """Somebody who looks like the nth worker, as a clerk would search before registering."""
    known = worker(n, "")
    return {
        "name": known["name"],
        "id_number": id_number(n + 5_000_000),
        "household_number": known["household_number"],
        "former_employer": known["former_employer"],
    }


def workers(count: int, *, start: int = 0) -> list[dict[str, Any]]:
    """The next ``count`` workers."""
    return [worker(start + n, str(new_id())) for n in range(count)]


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
