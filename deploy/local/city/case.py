"""The shape of a case: one city, its people, what happened, its targets, and what it published.

``docs/case.md`` explains every field with examples; ``deploy/cities/case.schema.json`` is the same
for machines. :func:`read` gives a checked case or a :class:`CaseRefused` that names every place.
"""

from __future__ import annotations

import json
from calendar import monthrange
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from local.choice import UnknownCity
from local.city.facts import AnyFact
from local.city.quantities import Area, Count, Decimals, Key, Money, Period, Strict

Category = Literal[
    "soe_laid_off", "soe_unemployed", "closed_soe_to_be_placed", "dibao_long_term_unemployed"
]
Reason = Literal[
    "internally_retired",
    "insurance_not_drawn",
    "settlement_not_received",
    "jobless_under_one_year",
    "not_on_dibao",
    "no_category",
]
Issuer = Literal["province", "city", "district", "office"]
Status = Literal["source", "implied", "model"]


class City(Strict):
    """The city that reports."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["231100"])]
    name: str
    name_en: str = ""


class AreaNode(Strict):
    """A district or county. Streets, townships and communities are made by count where none is
    written out.
    """

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["231102"])]
    name: str
    streets: Annotated[int, Field(ge=0, le=99)] = 1
    townships: Annotated[int, Field(ge=0, le=99)] = 0
    communities: Annotated[int, Field(ge=0, le=9000)] = Field(
        default=1, description="社区数，分到各街道 (shared out over the streets)"
    )
    status: Status = "source"

    @model_validator(mode="after")
    def _housed(self) -> Self:
        if self.communities and not self.streets:
            raise ValueError("有社区而无街道 / communities need a street")
        if not self.communities:
            raise ValueError("至少一个社区 / at least one community")
        return self


class Office(Strict):
    """An office that administers facts. What a city calls its own level (市直) is one of these."""

    code: Annotated[str, Field(pattern=r"^[0-9a-z-]{3,60}$", examples=["231100-city-direct"])]
    name: str
    kind: Literal["bureau", "city_direct"]
    area: Area


class Grassroots(Strict):
    """Offices of streets and townships and stations of communities: one each, staff shared out."""

    staff: Count = Field(description="专兼职工作人员总数 (all staff of these bodies)")


class Group(Strict):
    """Persons with the same standing. Their attributes make registry's rule decide as it says."""

    id: Key
    count: Count
    standing: Literal["entitled", "refused", "outside"] = Field(
        description="按规则应发证；按规则不发；基数之外 (granted, refused, outside the base)"
    )
    mix: dict[Category, Count] = Field(
        default_factory=dict, description="应发者的类别权重 (weights; exact when they add to count)"
    )
    reasons: dict[Reason, Count] = Field(
        default_factory=dict, description="不发的原因权重 (why the rule refuses, as weights)"
    )
    area: Area | None = None
    office: str | None = None
    registered: Period = Field(description="登记期间 (when they were registered)")
    applied: Period | None = Field(default=None, description="申请优惠证期间 (applications)")
    share_female: Annotated[str, Field(pattern=r"^0\.[0-9]+$")] = "0.47"
    share_4050: Annotated[str, Field(pattern=r"^0(\.[0-9]+)?$")] = "0.23"
    status: Status = "source"
    note: str | None = None

    @model_validator(mode="after")
    def _standing(self) -> Self:
        if self.standing == "entitled" and not self.mix:
            raise ValueError("应发证者须有 mix / the entitled need categories")
        if self.standing == "refused" and not self.reasons:
            raise ValueError("不发证者须有 reasons / the refused need reasons")
        if self.standing != "outside" and self.applied is None:
            raise ValueError("基数内须有 applied / persons of the base say when they applied")
        if self.standing == "outside" and (self.mix or self.reasons or self.applied):
            raise ValueError("基数外者不申请 / persons outside the base do not apply")
        return self


class Part(Strict):
    """How much of a target one area or office carries."""

    value: Decimals
    area: Area | None = None
    office: str | None = None
    issuer: Issuer | None = Field(default=None, description="缺省同上级任务 (default: the same)")
    status: Status = "source"


class Target(Strict):
    """A number that somebody above set. Completion is always told with its issuer."""

    id: Key
    issuer: Issuer
    level: Literal["province", "city", "district", "office"]
    indicator: Key
    year: Annotated[int, Field(ge=1998, le=2030)]
    value: Decimals
    area: Area | None = None
    office: str | None = None
    status: Status = "source"
    parts: list[Part] = Field(default_factory=list, description="分解 (decomposition)")
    note: str | None = None


class Statistic(Strict):
    """A figure that somebody else declares; it is never computed from invented denominators."""

    id: Key
    series: Key
    value: Decimals
    unit: str
    as_of: date
    area: Area | None = None
    office: str | None = None
    source: str
    status: Status = "source"


class Published(Strict):
    """One value as the city published it, with how it must be understood."""

    id: Key
    title: str
    indicator: Key
    form: Literal["value", "completion", "rate", "growth", "stated"]
    area: Area | None = None
    office: str | None = None
    issuer: Issuer | None = Field(default=None, description="任务下达者 (only for completion)")
    against: Key | None = Field(
        default=None, description="所对照任务的指标，若不同 (the target's indicator if another)"
    )
    period: Period
    semantics: Literal["PIT", "YTD", "CUM", "MON", "ANN"]
    unit: str
    value: Decimals
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    qualifier: Literal["exact", "at_least", "at_most", "about"] = "exact"
    tolerance: Decimals | None = Field(default=None, description="“约”的允许差 (of about)")
    printed: bool = True
    expect: Literal["agrees", "does-not-reconcile", "definition-differs"] = "agrees"
    note: str | None = None

    @model_validator(mode="after")
    def _completion(self) -> Self:
        if (self.form == "completion") != (self.issuer is not None):
            raise ValueError("完成率须写明下达者，别的形式不写 / completion alone names an issuer")
        return self


class Model(Strict):
    """What the generator may choose, and the seed that makes it choose the same again."""

    seed: Annotated[int, Field(ge=0, le=2**31)] = 2003
    employers: Annotated[int, Field(ge=1, le=100_000)] = 400
    new_post_share: Annotated[str, Field(pattern=r"^(0(\.[0-9]+)?|1)$")] = "0.3"
    notes: list[str] = Field(default_factory=list)


class BuiltProject(Strict):
    """What a body was approved to build of the labour market, and claims for whole in the quarter. It is
    paid out of what the facts arrange for that use."""

    title: Annotated[str, Field(max_length=100)]
    approval: str = Field(max_length=100, description="批准文号 (its reference)")
    approved_on: date
    amount: Money


class ClosedQuarter(Strict):
    """A quarter of subsidies that is worked through when all facts are loaded: claims, a month's run,
    bank files and their answers. The source knows nothing of it; what is paid comes out of the money
    that the facts arrange."""

    quarter: Annotated[
        str,
        Field(
            pattern=r"^200[345]Q[1-4]$",
            description="2003 至 2005 年（其后收款方、申报期限不同） (later law pays others)",
        ),
    ]
    note: str = Field(
        max_length=200, description="写入各项记录的说明 (what its records say of themselves)"
    )
    project: BuiltProject | None = Field(
        default=None,
        description="市场建设项目，由承办单位申领 (claimed by the body that builds it)",
    )
    centre: Annotated[
        str | None,
        Field(
            pattern=r"^(199[89]|200[0-3])Q[1-4]$",
            description="再就业服务中心所申领的季度 (for which a centre claims)",
        ),
    ] = None

    @property
    def first(self) -> date:
        """Its first day."""
        return first_of(self.quarter)

    @property
    def last(self) -> date:
        """Its last day."""
        return last_of(self.quarter)


def first_of(quarter: str) -> date:
    """The first day of a quarter: ``2003Q3``."""
    return date(int(quarter[:4]), 3 * int(quarter[5]) - 2, 1)


def last_of(quarter: str) -> date:
    """The last day of a quarter: ``2003Q3``."""
    first = first_of(quarter)
    month = first.month + 2
    return first.replace(month=month, day=monthrange(first.year, month)[1])


class Case(Strict):
    """A whole city. Counts and amounts are facts; nothing in here is an outcome."""

    case: Key
    title: str
    source: str
    as_of: date
    city: City
    areas: Annotated[list[AreaNode], Field(min_length=1, max_length=99)]
    offices: list[Office] = Field(default_factory=list)
    grassroots: Grassroots
    population: list[Group]
    facts: list[AnyFact]
    targets: list[Target] = Field(default_factory=list)
    statistics: list[Statistic] = Field(default_factory=list)
    published: list[Published]
    closed_quarter: ClosedQuarter | None = None
    model: Model = Field(default_factory=Model)

    @property
    def city_area(self) -> str:
        """Twelve digits of the city itself."""
        return self.city.code.ljust(12, "0")


class CaseRefused(UnknownCity):
    """The file is no case. ``problems`` says where and why, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


_WHY = {
    "missing": "缺少此项 / is missing",
    "extra_forbidden": "没有此项 / no such field",
    "union_tag_invalid": "没有此类事实 / no such kind of fact",
    "union_tag_not_found": "须写明 kind / a fact names its kind",
    "string_pattern_mismatch": "写法不对 / is written wrongly",
    "int_parsing": "须为整数 / must be a whole number",
    "int_type": "须为整数 / must be a whole number",
    "greater_than_equal": "过小 / is too small",
    "less_than_equal": "过大 / is too large",
    "literal_error": "不在可选值之内 / is none of the allowed values",
    "date_from_datetime_parsing": "日期不对 / is no date",
    "date_parsing": "日期不对 / is no date",
}


def parse(data: Any) -> Case:
    """A case of parsed JSON. Raises :class:`CaseRefused`."""
    from local.city.checks import problems_of

    try:
        case = Case.model_validate(data)
    except ValidationError as error:
        lines = []
        for detail in error.errors(include_input=False, include_url=False):
            path = ".".join(str(part) for part in detail["loc"]) or "(case)"
            why = _WHY.get(detail["type"])
            message = detail["msg"].removeprefix("Value error, ")
            lines.append(f"{path}: {why} ({message})" if why else f"{path}: {message}")
        raise CaseRefused(lines) from None
    found = problems_of(case)
    if found:
        raise CaseRefused(found)
    return case


def read(path: Path) -> Case:
    """A case from its file. Raises :class:`CaseRefused`, also where the file is no JSON."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CaseRefused([f"{path}: 打不开 / cannot be read ({error.strerror})"]) from None
    except ValueError as error:
        raise CaseRefused([f"{path}: 不是 JSON / is not JSON ({error})"]) from None
    return parse(data)


def schema() -> dict[str, Any]:
    """JSON Schema of a case file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Case.model_json_schema(by_alias=True),
    }


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    import sys

    target = Path(__file__).parents[2] / "cities" / "case.schema.json"
    target.write_text(schema_text(), encoding="utf-8")
    sys.stdout.write(f"{target}\n")
