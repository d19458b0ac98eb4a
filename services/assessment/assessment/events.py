"""What assessment tells. What it hears stands, as data, in ``folds/domain.py``."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from kit.areas import AreaCode
from kit.events import Catalogue, EventType


class TargetSigned(BaseModel):
    """目标责任签订：An issuer set a target, from valid_from on."""

    model_config = ConfigDict(title="TargetSigned")
    issuer: str = Field(description="下达者")
    level: str = Field(description="承担者层级")
    indicator: str = Field(description="指标")
    year: int = Field(description="年度")
    value: str = Field(description="目标值，按指标单位")
    area_code: AreaCode
    office: str | None = Field(description="承担机构；为空即整个地区")


class TargetAdjusted(BaseModel):
    """目标调整：The issuer set another value, from valid_from on; the old one is kept."""

    model_config = ConfigDict(title="TargetAdjusted")
    issuer: str
    indicator: str
    year: int
    value_before: str
    value: str
    document: str = Field(description="批准文件")


class StatisticDeclared(BaseModel):
    """申报统计：A value that somebody else counted, with its source."""

    model_config = ConfigDict(title="StatisticDeclared")
    series: str = Field(description="统计系列")
    value: str
    unit: str
    as_of: date
    source: str = Field(description="来源")


_TARGET = {
    "issuer": "province", "indicator": "reemployed", "year": 2003,
}  # fmt: skip

TARGET_SIGNED = EventType(
    "assessment.target.signed.v1",
    TargetSigned,
    "目标责任签订",
    "Target signed",
    {**_TARGET, "level": "city", "value": "12100", "area_code": "231100000000", "office": None},
)
TARGET_ADJUSTED = EventType(
    "assessment.target.adjusted.v1",
    TargetAdjusted,
    "目标调整",
    "Target adjusted",
    {**_TARGET, "value_before": "12100", "value": "12500", "document": "省再就业办〔2003〕17号"},
)
STATISTIC_DECLARED = EventType(
    "assessment.statistic.declared.v1",
    StatisticDeclared,
    "申报统计",
    "Statistic declared",
    {
        "series": "registered_unemployment_rate",
        "value": "2.99",
        "unit": "%",
        "as_of": "2003-10-31",
        "source": "市统计局",
    },
)

CATALOGUE = Catalogue("assessment", [TARGET_SIGNED, TARGET_ADJUSTED, STATISTIC_DECLARED])
