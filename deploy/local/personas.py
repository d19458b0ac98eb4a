"""The people as whom one may try the embedded run: a role, an office, the area that it sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Where = Literal["city", "district", "community"]


@dataclass(frozen=True)
class Persona:
    """`role` is one of kit.roles.ROLES; `where` says which of the sample's areas the office has, and
    `office` what it is called after the area (a community has its station)."""

    key: str
    role: str
    where: Where
    title_zh: str
    title_en: str
    office: str = "employment-bureau"


PERSONAS = {
    persona.key: persona
    for persona in (
        Persona(
            "administrator", "city_administrator", "city", "市就业局管理员", "City administrator"
        ),
        Persona("registry-clerk", "registry_clerk", "district", "区登记窗口", "Registry clerk"),
        Persona(
            "certificate-approver",
            "certificate_approver",
            "district",
            "优惠证审批",
            "Certificate approver",
        ),
        Persona("city-approver", "certificate_approver", "city", "市优惠证审批", "City approver"),
        Persona("station-clerk", "station_clerk", "community", "社区保障站", "Station clerk"),
        Persona("jobs-clerk", "jobs_clerk", "district", "职业介绍", "Jobs-market clerk"),
        Persona("subsidy-clerk", "subsidy_clerk", "district", "补贴申报窗口", "Subsidy clerk"),
        Persona(
            "subsidy-reviewer",
            "subsidy_reviewer",
            "city",
            "补贴审核（劳动保障）",
            "Subsidy reviewer",
        ),
        Persona("finance-officer", "finance_officer", "city", "财政经办", "Finance officer"),
        Persona("finance-approver", "finance_approver", "city", "财政审批", "Finance approver"),
        Persona("loans-officer", "loans_officer", "city", "小额贷款经办", "Loans officer"),
        Persona(
            "assessment-officer", "assessment_officer", "city", "目标考核", "Assessment officer"
        ),
        Persona(
            "civil-affairs",
            "authority",
            "city",
            "民政局（通报）",
            "Civil affairs (tells facts)",
            "civil-affairs",
        ),
        Persona("police", "authority", "city", "公安局（通报）", "Police (tells facts)", "police"),
        Persona(
            "insurance-agency",
            "authority",
            "city",
            "社保经办机构（通报）",
            "Insurance agency (tells facts)",
            "insurance-agency",
        ),
        Persona("auditor", "auditor", "city", "审计", "Auditor"),
        Persona("loader", "loader", "city", "数据载入", "Loader (embedded run only)"),
        # Nobody issues what he or she applied for, loading a city's past neither.
        Persona("issuing-loader", "loader", "city", "发证数据载入", "Loader of what was issued"),
    )
}


@dataclass(frozen=True)
class Places:
    """Codes of one city, one district in it and one community in that (6, 6 and 12 digits)."""

    city: str = "231100"
    district: str = "231102"
    community: str = "231102001001"

    def area(self, where: Where) -> str:
        """Twelve digits."""
        code = {"city": self.city, "district": self.district, "community": self.community}[where]
        return code.ljust(12, "0")

    def office(self, where: Where, name: str = "employment-bureau") -> str:
        """The code of the office that works there."""
        if where == "community":
            return f"{self.community}-station"
        code = self.city if where == "city" else self.district
        return f"{code}-{name}"
