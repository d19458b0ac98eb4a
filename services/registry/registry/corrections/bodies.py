"""What may be asked to be corrected: one shape per kind of attribute.

Personal values come in plain here, as at registration; every answer shows them masked.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from kit.areas import AreaCode
from kit.crypto import IdNumberText
from kit.facts import OfficeCode
from kit.wire import Asked, Name, ShortText, Text
from registry.workers.api import (
    CATEGORY,
    PROOF,
    Address,
    EmployerCode,
    HouseholdNumber,
    PersonName,
    Phone,
)
from registry.workers.domain import Category, EnterpriseKind, ProofKind


class _Ask(Asked):
    model_config = ConfigDict(extra="forbid")
    valid_from: date | None = Field(
        default=None,
        description="新值自何日起成立；为空即自始有误 (null: wrong from the beginning)",
    )
    requested_on: date = Field(description="申请日期", examples=["2003-09-01"])
    reason: Text = Field(description="更正原因")
    evidence: ShortText | None = Field(default=None, description="所见证明材料及编号")

    @property
    def json_value(self) -> Any:
        """The value as the record keeps it: what the request says, whatever its shape."""
        return self.model_dump(mode="json", include={"value"})["value"]


class NameAsk(_Ask):
    """姓名"""

    attribute: Literal["name"]
    value: PersonName


class NumberAsk(_Ask):
    """身份号码: wrong from the beginning."""

    attribute: Literal["id_number"]
    value: IdNumberText

    @property
    def json_value(self) -> Any:
        """The number itself: written out, it is masked."""
        return self.value.number


class PhoneAsk(_Ask):
    """电话"""

    attribute: Literal["phone"]
    value: Phone | None


class AddressAsk(_Ask):
    """住址"""

    attribute: Literal["address"]
    value: Address | None


class HouseholdAsk(_Ask):
    """户号"""

    attribute: Literal["household_number"]
    value: HouseholdNumber | None


class EmployerValue(Asked):
    """原单位"""

    model_config = ConfigDict(extra="forbid")
    name: Name | None = None
    code: EmployerCode | None = None


class EmployerAsk(_Ask):
    """原单位名称与代码"""

    attribute: Literal["former_employer"]
    value: EmployerValue


class ProofValue(Asked):
    """证明材料"""

    model_config = ConfigDict(extra="forbid")
    kind: ProofKind = Field(description=PROOF)
    reference: ShortText
    on: date


class ProofAsk(_Ask):
    """类别证明材料"""

    attribute: Literal["category_proof"]
    value: ProofValue | None


class PlaceValue(Asked):
    """所在地与经办机构"""

    model_config = ConfigDict(extra="forbid")
    area_code: AreaCode
    office: OfficeCode


class PlaceAsk(_Ask):
    """转移：所在地与经办机构 (a transfer)"""

    attribute: Literal["place"]
    value: PlaceValue


class CategoryAsk(_Ask):
    """对象类别"""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "attribute": "category", "value": "none", "requested_on": "2003-09-01",
                    "reason": "原单位性质有误", "evidence": "原单位证明 2003-17",
                }
            ]
        },
    )  # fmt: skip
    attribute: Literal["category"]
    value: Category = Field(description=CATEGORY)


class EnterpriseAsk(_Ask):
    """原单位性质"""

    attribute: Literal["former_enterprise_kind"]
    value: EnterpriseKind


class FlagAsk(_Ask):
    """申报事实（是或否）"""

    attribute: Literal[
        "former_enterprise_closed", "settlement_received", "drawing_unemployment_insurance",
        "dibao", "internally_retired", "zero_employment_household",
    ]  # fmt: skip
    value: bool


class CadreValue(Asked):
    """干部身份证明"""

    model_config = ConfigDict(extra="forbid")
    reference: ShortText = Field(description="任免审批表、干部档案编号", examples=["干任字1998-12"])
    on: date = Field(description="证明日期")


class CadreAsk(_Ask):
    """干部身份及其证明；为空即不是干部"""

    attribute: Literal["cadre"]
    value: CadreValue | None


class DayAsk(_Ask):
    """申报事实（日期）"""

    attribute: Literal[
        "jobless_since", "centre_agreement_on", "centre_agreement_ended_on", "self_employed_since",
        "stable_income_since",
    ]  # fmt: skip
    value: date | None


AnyAsk = (
    NameAsk | NumberAsk | PhoneAsk | AddressAsk | HouseholdAsk | EmployerAsk | ProofAsk | PlaceAsk
    | CategoryAsk | EnterpriseAsk | FlagAsk | CadreAsk | DayAsk
)  # fmt: skip
RequestCorrectionIn = Annotated[AnyAsk, Field(discriminator="attribute")]
